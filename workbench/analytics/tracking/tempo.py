"""How sales usually run through the days of a year: weekday, holidays, month, the push at a period's end, festivals.

One regression of the whole's sales on what the calendar says of each day: Poisson quasi-likelihood with log link
(McCullagh & Nelder 1989, ch. 6), which keeps sums exact and needs no logs of days without sales, with a ridge of a few
days' worth, fitted by iteratively reweighted least squares. Weekly, monthly and quarterly sales take the mean of their
days. Its weights say only how a stretch compares with another one; the level comes from elsewhere.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.analytics.forecast.calendar import FESTIVAL_COUNTRIES
from workbench.analytics.forecast.panel import Array
from workbench.periods import Calendar, spring_festival

_DAY = pd.Timedelta(days=1)
RIDGE = 0.02  # of the mean weight of an observation, per column: hardly any where there are years of days
_SWEEPS = 12
_FESTIVAL = ((-14, -1), (0, 6), (7, 20))  # days from new year's day
_LAST = ((1, 1), (2, 3), (4, 5), (6, 10))  # working days counted from a month's end
_PUSH = ((1, 3), (4, 10))  # the same, in the last month of a quarter


@dataclass(frozen=True)
class Days:
    """What the calendar says of each day: `table` (days, columns) of zeros and ones, `working` 1 on working days."""

    first: pd.Timestamp
    table: Array
    working: Array

    def at(self, day: pd.Timestamp) -> int:
        """The row of a day."""
        return (pd.Timestamp(day) - self.first).days

    def worked(self, first: pd.Timestamp, last: pd.Timestamp) -> int:
        """Working days from one day to another, both included; 0 where there is none."""
        return int(self.working[self.at(first) : self.at(last) + 1].sum()) if last >= first else 0


def days(first: pd.Timestamp, last: pd.Timestamp, calendar: Calendar) -> Days:
    """The calendar of all days of the months from `first` to `last`."""
    start, end = calendar.start_of(first, "month"), calendar.end_of(last, "month")
    every = pd.date_range(start, end)
    working = calendar.worked(start, end).astype(float)
    parts = (_months(every), _weekdays(every, working), _ends(every, working, calendar), _festival(every, calendar))
    return Days(start, np.column_stack(parts), working)


def _months(every: pd.DatetimeIndex) -> Array:
    return (every.month.to_numpy()[:, None] == np.arange(1, 13)).astype(float)


def _weekdays(every: pd.DatetimeIndex, working: Array) -> Array:
    """Columns for each weekday that is worked, for a weekend day that is, and for the days off by kind."""
    week, on = every.day_of_week.to_numpy(), working > 0
    kinds = [*((week == day) & on for day in range(5)), (week >= 5) & on]
    return np.column_stack([*kinds, (week == 5) & ~on, (week == 6) & ~on, (week < 5) & ~on]).astype(float)


def _ends(every: pd.DatetimeIndex, working: Array, calendar: Calendar) -> Array:
    """Columns for the last and first working days of a month, of a quarter's last month and of the year's."""
    table = calendar.days(every[0], every[-1])
    month = table["month"].to_numpy()
    from_end = _counted(working[::-1], month[::-1])[::-1]
    from_start = _counted(working, month)
    closing = {name: _closes(table, every, name, calendar) for name in ("quarter", "year")}
    columns = [(from_end >= a) & (from_end <= b) for a, b in _LAST] + [(from_start >= 1) & (from_start <= 3)]
    columns += [(from_end >= a) & (from_end <= b) & closing["quarter"] for a, b in _PUSH]
    columns += [(from_end >= 1) & (from_end <= 10) & closing["year"]]
    return np.column_stack(columns).astype(float) * (working > 0)[:, None]


def _counted(working: Array, group: Array) -> Array:
    """The number of each working day within its group, from 1."""
    return pd.Series(working).groupby(group).cumsum().to_numpy()


def _closes(table: pd.DataFrame, every: pd.DatetimeIndex, name: str, calendar: Calendar) -> Array:
    """Whether a day lies in the last month of its quarter or year."""
    months = table["month"].drop_duplicates()
    last = {m: calendar.end_of(m, name) == calendar.end_of(m, "month") for m in months}  # type: ignore[arg-type]
    return table["month"].map(last).to_numpy(bool)


def _festival(every: pd.DatetimeIndex, calendar: Calendar) -> Array:
    if calendar.settings.country not in FESTIVAL_COUNTRIES:
        return np.zeros((len(every), 0))
    new_year = [spring_festival(year) for year in range(every[0].year - 1, every[-1].year + 2)]
    apart = np.array([[(day - year).days for year in new_year] for day in every])
    return np.column_stack([((apart >= a) & (apart <= b)).any(axis=1) for a, b in _FESTIVAL]).astype(float)


def weights(known: Days, sales: Array, edges: Array, until: int) -> Array:
    """The usual weight of every day, mean 1, learnt from `sales` of steps that begin on rows `edges` (one more than
    sales). `until`: steps from there on are not looked at."""
    use = edges[1:] <= until
    y = np.clip(sales[use], 0, None)
    starts, ends = edges[:-1][use], edges[1:][use]
    if len(y) < 8 or not y.sum() > 0:
        return np.ones(len(known.table))
    sums = np.concatenate([np.zeros((1, known.table.shape[1])), np.cumsum(known.table, axis=0)])
    length = (ends - starts).astype(float)
    table = (sums[ends] - sums[starts]) / length[:, None]
    middle = (starts + ends) / 2
    time = ((middle - middle.mean()) / 365.25)[:, None]
    slopes = _poisson(np.column_stack([table, time]), y, length)
    found = np.exp(np.clip(known.table @ slopes[:-1], -20, 20))
    return np.asarray(found / found.mean())


def _poisson(table: Array, y: Array, length: Array) -> Array:
    """Slopes of a Poisson regression with offset log(length), less the intercept."""
    x = np.column_stack([np.ones(len(y)), table])
    penalty = RIDGE * len(y) / x.shape[1] * np.eye(x.shape[1])
    penalty[0, 0] = 0.0
    slopes, scale = np.zeros(x.shape[1]), y.sum() / length.sum()
    for _ in range(_SWEEPS):
        fit = np.exp(np.clip(x @ slopes, -8, 8)) * length
        response = x @ slopes + (y / scale - fit) / fit
        new = np.linalg.solve(
            x.T @ (fit[:, None] * x) / length.mean() + penalty, x.T @ (fit * response) / length.mean()
        )
        if np.abs(new - slopes).max() < 1e-4:
            return np.asarray(new[1:])
        slopes = new
    return np.asarray(slopes[1:])
