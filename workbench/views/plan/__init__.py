"""Views of the plan."""

from typing import Any

from workbench.analytics.plan.proposal import Proposal
from workbench.views.plan import (
    accounts,  # noqa: F401
    audit,  # noqa: F401 its views are known from here on
    funnel,
    learned,  # noqa: F401 its view is known from here on
    ledger,  # noqa: F401 its view is known from here on
    pay,  # noqa: F401
    people,  # noqa: F401
    scope,  # noqa: F401 its view is known from here on
    split,  # noqa: F401 its views are known from here on
    targets,  # noqa: F401 its views are known from here on
    weights,  # noqa: F401
)
from workbench.views.show import rounded
from workbench.views.words import missing

__all__ = ["funnel", "headline"]

_RATIOS = ("chance", "growth", "handed_out_chance", "reach")


def headline(result: Any) -> dict[str, float | None]:
    """The numbers of a proposal, to three significant digits (ratios to two decimals): the same on every machine."""
    if not isinstance(result, Proposal):
        return {}
    known = {name: value for name, value in result.numbers.items() if value is not None and not missing(value)}
    ratios = {name: round(known[name], 2) for name in _RATIOS if name in known}
    return {name: rounded(value) for name, value in result.numbers.items()} | ratios
