"""Sales Target Workbench: read a company's tables, compute results, show them, publish dated reports."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench import ledger, lessons, vintages
    from workbench.analytics import customers, forecast, funnel, history, kpis, market, plan, review, tracking
    from workbench.periods import Calendar
    from workbench.publish.launch import report
    from workbench.remember import remembered
    from workbench.run import Run
    from workbench.sources import load
    from workbench.views.page import Page

__all__ = [  # noqa: RUF022 sorted as people sort
    "Calendar",
    "customers",
    "forecast",
    "funnel",
    "history",
    "kpis",
    "ledger",
    "lessons",
    "load",
    "market",
    "Page",
    "plan",
    "remembered",
    "report",
    "review",
    "Run",
    "tracking",
    "vintages",
]

_HOMES = {
    "Calendar": "workbench.periods",
    "customers": "workbench.analytics",
    "forecast": "workbench.analytics",
    "funnel": "workbench.analytics",
    "history": "workbench.analytics",
    "kpis": "workbench.analytics",
    "ledger": "workbench.ledger",
    "lessons": "workbench.lessons",
    "load": "workbench.sources",
    "market": "workbench.analytics",
    "Page": "workbench.views.page",
    "plan": "workbench.analytics",
    "remembered": "workbench.remember",
    "report": "workbench.publish.launch",
    "Run": "workbench.run",
    "review": "workbench.analytics",
    "tracking": "workbench.analytics",
    "vintages": "workbench.vintages",
}


def __getattr__(name: str) -> Any:
    """Loads a name when it is first used: `workbench --help` and a refused run should not wait for pandas."""
    if name not in _HOMES:
        raise AttributeError(f"module 'workbench' has no name {name!r}; it has {', '.join(__all__)}")
    home = import_module(_HOMES[name])
    itself = _HOMES[name].endswith(f".{name}")
    found = home if itself else getattr(home, name, None) or import_module(f"{_HOMES[name]}.{name}")
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return __all__
