"""What the findings of review.bridge hold, by key."""

KEYS: dict[str, tuple[str, ...]] = {}
