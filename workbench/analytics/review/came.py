"""What came of the past: sales by month or quarter, and the quarters after which they are known."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from workbench.analytics.plan.period import PlanPeriod
from workbench.periods import Calendar, Every

_DAY = pd.Timedelta(days=1)


@dataclass(frozen=True)
class Came:
    """`frame`: period, amount and levels of whole periods of the length `step` (month or quarter), up to a day."""

    frame: pd.DataFrame
    step: Every
    calendar: Calendar

    @classmethod
    def of(cls, sales: pd.DataFrame, every: Every, calendar: Calendar, as_of: pd.Timestamp) -> "Came":
        """By quarter where `every` is the quarter, else by month: sales up to the end of `as_of`."""
        step: Every = "quarter" if every == "quarter" else "month"
        known = sales[sales["whole"].astype(bool)]
        return cls(known[calendar.ends(known["period"], step) <= pd.Timestamp(as_of)], step, calendar)

    @cached_property
    def whole(self) -> pd.Series:
        """Sales of the whole in each period; a period between two without a row is one without sales."""
        sums = self.frame.groupby("period")["amount"].sum()
        return sums.reindex(self.calendar.range(sums.index.min(), sums.index.max(), self.step), fill_value=0.0)

    def of_period(self, period: PlanPeriod) -> tuple[float, pd.Series, int]:
        """Its sales (NaN where they are not known in full), all before it, and how many periods it is long."""
        periods, whole = self.calendar.range(period.first, period.last, self.step), self.whole
        return float(whole.reindex(periods).sum(skipna=False)), whole[whole.index < period.first], len(periods)

    def origins(self, count: int) -> Iterator[pd.Timestamp]:
        """The last `count` ends of quarters after which a whole quarter is known, oldest first."""
        known = self.frame["period"]
        if known.empty:
            return
        first = self.calendar.start_of(self.calendar.end_of(known.max(), self.step) + _DAY, "quarter")
        days = list[pd.Timestamp]()
        for _ in range(count):
            first = self.calendar.start_of(first - _DAY, "quarter")
            days.append(first - _DAY)
        yield from (day for day in reversed(days) if day >= known.min())
