"""The fiscal period that is planned, watched or reviewed."""

from dataclasses import dataclass
from typing import Literal, cast

import pandas as pd

from workbench.periods import Calendar

_DAY = pd.Timedelta(days=1)


@dataclass(frozen=True)
class PlanPeriod:
    """A fiscal year, quarter or month: first and last day, the first days of its months, and the same a year before."""

    name: Literal["year", "quarter", "month"]
    first: pd.Timestamp
    last: pd.Timestamp
    months: pd.DatetimeIndex
    before: tuple[pd.Timestamp, pd.Timestamp]

    @property
    def span(self) -> tuple[pd.Timestamp, pd.Timestamp]:
        return self.first, self.last


def period(calendar: Calendar, as_of: pd.Timestamp, wanted: str = "next year") -> PlanPeriod:
    """The fiscal period that settings ask for, seen from `as_of`: "this year" holds the day, "last" and "next" lie
    beside it; likewise of a quarter or month."""
    which, name = wanted.split(" ")
    every = cast("Literal['year', 'quarter', 'month']", name)
    first = calendar.start_of(pd.Timestamp(as_of), every)
    if which != "this":
        first = calendar.next(first, every) if which == "next" else calendar.start_of(first - _DAY, every)
    last, before = calendar.end_of(first, every), calendar.year_before(first)
    months = calendar.range(first, last, "month")
    return PlanPeriod(every, first, last, months, (before, calendar.end_of(before, every)))
