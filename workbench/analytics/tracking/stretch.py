"""The days of a period that are over, and the days that they are compared with."""

import pandas as pd

from workbench.analytics.plan.period import PlanPeriod
from workbench.periods import Calendar, Spans

_DAY = pd.Timedelta(days=1)
YEAR, PERIOD = "year_before", "period_before"


def stretch(period: PlanPeriod, calendar: Calendar, covers: tuple[pd.Timestamp, pd.Timestamp]) -> Spans | None:
    """The days of the period that data hold, and the same days of the period a year before; None without either.

    `name` is "year_before", or "period_before" where the data do not reach so far back: the season is then in it.
    """
    last = min(covers[1], period.last)
    if last < period.first:
        return None
    lasted = (last - period.first).days
    if covers[0] <= period.before[0]:
        return Spans(YEAR, (period.first, last), (period.before[0], _counterpart(period, calendar, last)))
    start = calendar.start_of(period.first - _DAY, period.name)
    end = period.first - _DAY if last == period.last else min(start + lasted * _DAY, period.first - _DAY)
    return Spans(PERIOD, (period.first, last), (start, end)) if covers[0] <= start else None


def _counterpart(period: PlanPeriod, calendar: Calendar, last: pd.Timestamp) -> pd.Timestamp:
    """The same day a year before; the end of the month or period where `last` is one."""
    if last == period.last:
        return period.before[1]
    day = calendar.year_before(last)
    day = calendar.end_of(day, "month") if last == calendar.end_of(last, "month") else day
    return min(day, period.before[1])
