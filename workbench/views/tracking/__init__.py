"""Views of tracking."""

from typing import Any


def headline(result: Any) -> dict[str, float | None]:
    """The numbers of a result for the facts cell, to three significant digits; empty where it has none."""
    return {}
