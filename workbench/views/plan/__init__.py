"""Views of the plan."""

from workbench.views.plan import (
    audit,  # noqa: F401 its views are known from here on
    funnel,
    ledger,  # noqa: F401 its view is known from here on
)

__all__ = ["funnel"]
