"""How much there is to win, and where."""
