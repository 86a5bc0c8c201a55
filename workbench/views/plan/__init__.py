"""Views of the plan."""

from workbench.views.plan import (
    accounts,  # noqa: F401
    audit,  # noqa: F401 its views are known from here on
    funnel,
    ledger,  # noqa: F401 its view is known from here on
    split,  # noqa: F401 its views are known from here on
    targets,  # noqa: F401 its views are known from here on
    pay,  # noqa: F401
    people,  # noqa: F401
    weights,  # noqa: F401
)

__all__ = ["funnel"]
