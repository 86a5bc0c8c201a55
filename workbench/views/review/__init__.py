"""Views of the review."""

from typing import Any

from workbench.views.review import bridge, causes, effects, lessons, process, replay
from workbench.views.review.lessons import comments

__all__ = ["comments", "headline"]


def headline(result: Any) -> dict[str, float | None]:
    """The numbers of a result for the facts cell, to three significant digits; empty where it has none."""
    told = (one.headline(result) for one in (bridge, causes, effects, process, replay, lessons))
    return next((numbers for numbers in told if numbers), {})
