"""What the notebook asks for in one call: the same results, from a company's tables; nothing is computed here."""

from typing import Any, Protocol

import pandas as pd

from workbench.analytics.market.series import MarketSeries
from workbench.analytics.plan.period import PlanPeriod
from workbench.analytics.results import Unknown
from workbench.analytics.tracking.adjust import Adjustment
from workbench.analytics.tracking.alerts import Alerts, Rules
from workbench.analytics.tracking.course import Course
from workbench.analytics.tracking.diagnosis import Sold
from workbench.analytics.tracking.stretch import stretch
from workbench.analytics.tracking.triggers import Records
from workbench.periods import Calendar, Every, Spans


class Tables(Protocol):
    """What is asked of `wb.load(run)`."""

    def sales(self, every: Every = "month", by: Any = ()) -> pd.DataFrame: ...
    def compare(self, by: Any = (), over: Spans | None = None) -> pd.DataFrame: ...
    def table(self, name: str) -> pd.DataFrame | None: ...
    @property
    def dimensions(self) -> tuple[str, ...]: ...
    @property
    def covers(self) -> Any: ...


def elapsed(course: Course | Unknown, period: PlanPeriod, calendar: Calendar, data: Tables) -> Spans | None:
    """The days of the period that the course knows, and the same days of the year before; see stretch."""
    first, last = data.covers
    return stretch(period, calendar, (first, course.known_until if isinstance(course, Course) else last))


def sold(data: Tables, spans: Spans | None, levels: tuple[str, ...]) -> Sold:
    """Sales of both stretches, of the whole and by the first of `levels`."""
    history, by = data.sales("month"), levels[:1]
    if spans is None:
        return Sold(history.iloc[:0], history)
    whole = data.compare(over=spans)
    return Sold(whole, history, by[0], data.compare(by, spans), data.sales("month", by)) if by else Sold(whole, history)


def due(course: Course | Unknown) -> pd.Series | None:
    """Index node: money that was due by now; None without targets."""
    return course.table["due"].dropna() if isinstance(course, Course) and course.goals is not None else None


def evidence_of(data: Tables, as_of: pd.Timestamp, market: MarketSeries | Unknown | None) -> Records:
    """Where triggers look for evidence."""
    return Records(
        data.sales, data.compare, as_of, data.dimensions, data.table("events"), data.table("competitors"),
        data.table("reps"), data.table("satisfaction"), market,
    )  # fmt: skip


def rules_of(found: Alerts | Unknown) -> Rules | None:
    """The rules with what they declare and do, as a section of its own."""
    return found.rules if isinstance(found, Alerts) else None


def adjusted(found: Adjustment | Unknown) -> pd.DataFrame:
    """The adjusted plan as a report keeps it; without rows where nothing changes."""
    return found.plan if isinstance(found, Adjustment) else pd.DataFrame()
