"""What the calendar does to sales: Spring Festival before, during and after, and working days."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.analytics.forecast.panel import Array
from workbench.periods import Calendar, Every, spring_festival

WINDOWS = {"festival_before": (-7, -1), "festival": (0, 6), "festival_after": (7, 20)}  # days from new year's day
FESTIVAL_COUNTRIES = {"CN", "TW", "HK", "MO", "SG"}
LEVEL = 0.5  # what a new value says little about: 1 − alpha of the level
_SAME = 1e-9  # logs that are no further apart are those of a series that only repeats itself
RIDGE, GAIN = 2.0, 2.0  # observations' worth of "no effect"; log-likelihood units (AIC) a calendar must gain per term


@dataclass(frozen=True)
class Effects:
    """`slopes`: regressor → effect on the log of sales for one more unit; empty where the data show none."""

    slopes: pd.Series

    def factors(self, regressors: pd.DataFrame) -> Array:
        """What each period's sales are multiplied by, 1 where there is no effect."""
        if self.slopes.empty:
            return np.ones(len(regressors))
        return np.exp(regressors[self.slopes.index].to_numpy() @ self.slopes.to_numpy())


def festival_shares(periods: pd.DatetimeIndex, calendar: Calendar, every: Every) -> pd.DataFrame:
    """Share of each window's days that fall in each period: columns festival_before, festival, festival_after.

    The windows of `genhol` in X-13 as used for China by Sax & Eddelbuettel (2018).
    """
    ends = [*periods[1:], calendar.next(periods[-1], every)]
    years = range(periods[0].year - 1, ends[-1].year + 2)
    edges = pd.DatetimeIndex([*periods, ends[-1]]).to_numpy().astype("datetime64[D]").astype(int)
    columns = {}
    for name, (first, last) in WINDOWS.items():
        hit = np.zeros(len(periods))
        for day in (spring_festival(year).to_datetime64().astype("datetime64[D]").astype(int) for year in years):
            within = np.clip(edges, day + first, day + last + 1)
            hit += np.diff(within) / (last + 1 - first)
        columns[name] = hit
    return pd.DataFrame(columns, index=periods)


def regressors(periods: pd.DatetimeIndex, calendar: Calendar, every: Every) -> pd.DataFrame:
    """What is known of each period before it comes, less its average for that part of the year (season is not taken).

    working_days is the log of their number; festival windows are there for countries that keep the lunar new year.
    """
    country = calendar.settings.country
    ends = [*periods[1:], calendar.next(periods[-1], every)]
    day = pd.Timedelta(days=1)
    worked = [max(calendar.working_days(a, b - day), 1) for a, b in zip(periods, ends, strict=True)]
    table = pd.DataFrame({"working_days": np.log(worked)}, index=periods)
    if country in FESTIVAL_COUNTRIES:
        table = table.join(festival_shares(periods, calendar, every))
    if every == "week":
        return table - table.mean()
    part = periods.month if every == "month" else periods.quarter
    return table - table.groupby(part).transform("mean")


def effects(series: Array, table: pd.DataFrame, season_length: int) -> Effects:
    """The calendar's effects on one series above 0, by ridge regression of its innovations on theirs.

    Each regressor stays only where AIC says that it earns its place; none in series shorter than four seasons.
    """
    none = Effects(pd.Series(dtype=float))
    if len(series) < 4 * season_length or np.isnan(series).any() or series.min() <= 0:
        return none
    y = _innovations(np.log(series)[:, None], season_length)[:, 0]
    if float(np.abs(y).max()) < _SAME:
        return none
    x = _innovations(table.to_numpy(), season_length)
    kept = [k for k in range(x.shape[1]) if x[:, k].std() > 1e-9]
    while kept:
        slopes, fit = _ridge(x[:, kept], y)
        worth = {k: len(y) * np.log(_left(x, y, [j for j in kept if j != k]) / fit) for k in kept}
        weakest = min(worth, key=lambda k: worth[k])
        if worth[weakest] > 2 * GAIN:
            return Effects(pd.Series(slopes, index=table.columns[kept]))
        kept.remove(weakest)
    return none


def _innovations(table: Array, season_length: int) -> Array:
    """What is left of each column without a slowly moving level and a fixed season: one-step errors of smoothing by a
    half (an IMA(1, 1)), less their mean for that part of the year."""
    change = np.diff(table, axis=0)
    left = change.copy()
    for t in range(1, len(left)):
        left[t] += LEVEL * left[t - 1]
    for k in range(season_length):
        left[k::season_length] -= left[k::season_length].mean(axis=0)
    return left[season_length:]


def _ridge(x: Array, y: Array) -> tuple[Array, float]:
    penalty = np.diag(RIDGE * (x**2).mean(axis=0))
    slopes = np.linalg.solve(x.T @ x + penalty, x.T @ y)
    return slopes, float(((y - x @ slopes) ** 2).sum())


def _left(x: Array, y: Array, kept: list[int]) -> float:
    return _ridge(x[:, kept], y)[1] if kept else float((y**2).sum())
