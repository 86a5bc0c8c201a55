"""Views of the review."""

from typing import Any

from workbench.views.review import bridge, causes, effects, lessons, process, replay
from workbench.views.review.lessons import comments

__all__ = ["comments", "headline"]


def headline(result: Any) -> dict[str, float | None]:
    """The numbers of a result for the facts cell; empty where it has none."""
    told = (one.headline(result) for one in (bridge, causes, effects, process, replay, lessons))
    numbers: dict[str, float | None] = next((numbers for numbers in told if numbers), {})
    return {name: _rounded(value) for name, value in numbers.items()}


def _rounded(value: float | None) -> float | None:
    """To the cent, ratios to four digits: beyond that machines differ."""
    return None if value is None or value != value else round(float(value), 2 if abs(value) >= 1000 else 4)
