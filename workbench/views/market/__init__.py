"""Views of the market."""

from workbench.views.market.sections import headline

__all__ = ["headline"]
