"""The fiscal period that is planned, and how far a forecast must reach for it."""

from dataclasses import dataclass
from typing import Literal, cast

import pandas as pd

from workbench.periods import Calendar, Every
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


def months_ahead(period: PlanPeriod, as_of: pd.Timestamp, calendar: Calendar, every: Every = "month") -> int:
    """How many months a forecast needs to reach the end of the period, counted from the last day that data hold.

    Twelve months are taken as 52 weeks there, so a forecast by week needs a month more to be sure of the last days.
    """
    first = min(pd.Timestamp(as_of).normalize() + _DAY, period.last)
    return len(calendar.range(first, period.last, "month")) + (every == "week")


def reach(calendar: Calendar, as_of: pd.Timestamp, wanted: Period, every: Every = "month", months: int = 12) -> int:
    """How many months one forecast looks ahead that serves both pages: the forecast's `months`, and the plan's period.

    Both notebooks ask for the same forecast, so a report computes it once and its pages agree to the cent.
    """
    return max(months, months_ahead(period(calendar, as_of, wanted), as_of, calendar, every))
