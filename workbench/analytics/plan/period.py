"""The fiscal period that is planned, and how far a forecast must reach for it."""

from dataclasses import dataclass
from typing import Literal, cast

import pandas as pd

from workbench.periods import Calendar
from workbench.settings.plan import Period

_DAY = pd.Timedelta(days=1)


@dataclass(frozen=True)
class PlanPeriod:
    """A fiscal year or quarter: its first and last day, the first days of its months, and the same a year before."""

    name: Literal["year", "quarter"]
    first: pd.Timestamp
    last: pd.Timestamp
    months: pd.DatetimeIndex
    before: tuple[pd.Timestamp, pd.Timestamp]

    @property
    def span(self) -> tuple[pd.Timestamp, pd.Timestamp]:
        return self.first, self.last


def period(calendar: Calendar, as_of: pd.Timestamp, wanted: Period = "next year") -> PlanPeriod:
    """The fiscal period that settings ask for, seen from `as_of`: the one that holds the day, or the one after it."""
    which, name = wanted.split(" ")
    every = cast("Literal['year', 'quarter']", name)
    first = calendar.start_of(pd.Timestamp(as_of), every)
    first = calendar.next(first, every) if which == "next" else first
    last, before = calendar.end_of(first, every), calendar.year_before(first)
    months = calendar.range(first, last, "month")
    return PlanPeriod(every, first, last, months, (before, calendar.end_of(before, every)))
