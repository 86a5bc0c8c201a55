"""How sales answer to spend: a power below 1, from the months' spend and leads where they tell it, else as assumed."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from workbench.analytics.forecast.panel import Array
from workbench.analytics.funnel.results import Channels
from workbench.analytics.plan.aims.baseline import Baseline
from workbench.analytics.results import Result

FEWEST = 24  # rows (channel × month) that an estimate needs
VARIED = 0.1  # standard deviation of log spend, beside channel and month, below which nothing moved
SURE = 0.25  # standard error above which the estimate says nothing
_Z80 = 1.2815515655446004


@dataclass(frozen=True)
class Elasticity:
    """`slope`: % more for 1 % more spend, with its 80 % range; `basis`: "leads" (estimated) or "assumed".

    Never above 1: that more spend brings more than in proportion is not counted on, whatever the months showed.

    `reach`: the share of the sales still to come that it applies to: those won through channels with spend, in the
    months that their leads can still reach; 1 where it is assumed of all sales.
    """

    slope: float
    lo: float
    hi: float
    basis: Literal["leads", "assumed"]
    reach: float
    error: float = 0.0

    def draws(self, count: int, rng: np.random.Generator) -> Array:
        """What the slope may be: normal where it is estimated, even over the range where it is assumed."""
        if self.basis == "leads":
            return np.clip(rng.normal(self.slope, self.error, count), 0, 1)
        return np.asarray(rng.uniform(self.lo, self.hi, count))


def elasticity(
    spend: pd.DataFrame | None, channels: Result | None, baseline: Baseline, assumed: tuple[float, float]
) -> Elasticity:
    """The response of leads to spend by channel and month, beside what all months and each channel have in common.

    Least squares of log leads on log spend with a level for each channel and for each month, so that season and growth
    explain nothing of it; standard errors by channel and month alike (HC1). Where leads or spend are not told, too few
    or too even, the range is the settings': by default 0.05 to 0.25, around the means of 751 short-run (0.12) and 402
    long-run (0.24) advertising elasticities in Sethuraman, Tellis & Briesch (2011, Journal of Marketing Research 48).
    """
    found = _estimated(spend)
    if found is None or not isinstance(channels, Channels):
        low, high = assumed
        return Elasticity((low + high) / 2, low, high, "assumed", 1.0)
    slope, error = found
    middle, low, high = (min(max(slope + z * error, 0.0), 1.0) for z in (0, -_Z80, _Z80))
    return Elasticity(middle, low, high, "leads", _reach(channels, baseline), error)


def _estimated(spend: pd.DataFrame | None) -> tuple[float, float] | None:
    """Slope and standard error; None where the data do not tell them."""
    if spend is None or not {"date", "channel", "amount", "leads"} <= set(spend):
        return None
    rows = spend.assign(month=spend["date"].dt.to_period("M")).groupby(["channel", "month"])[["amount", "leads"]].sum()
    rows = rows[(rows > 0).all(axis=1)].apply(np.log)
    if len(rows) < FEWEST or rows.index.get_level_values("channel").nunique() < 2:
        return None
    y, x = (_beside(rows[name].unstack()) for name in ("leads", "amount"))
    levels = sum(rows.index.get_level_values(name).nunique() for name in ("channel", "month"))
    free = len(rows) - levels
    if free < FEWEST / 2 or x.std() < VARIED:
        return None
    slope = float((x * y).sum() / (x**2).sum())
    residual = y - slope * x
    error = float(np.sqrt(((x * residual) ** 2).sum() * len(rows) / free) / (x**2).sum())
    return (slope, error) if error <= SURE and slope + error > 0 else None


def _beside(table: pd.DataFrame) -> Array:
    """What is left beside the means of channels (rows) and months, taken in turns until they stay 0."""
    values = table.to_numpy(float)
    for _ in range(50):
        for months in (1, 0):
            values = values - np.nanmean(values, axis=months, keepdims=True)
    return values[~np.isnan(values)]


def _reach(channels: Channels, baseline: Baseline) -> float:
    """Of a year's sales, the share won through channels with spend; less the lag before new leads become sales."""
    won = float(channels.table["won_amount"].sum())
    months = len(baseline.period.months)
    year = float(baseline.by_month.iloc[0].sum()) * 12 / months
    left = int((baseline.period.months > baseline.known_until).sum())
    in_time = max(left - channels.lag_months, 0) / left if left else 0.0
    return float(np.clip(won / year, 0, 1) * in_time) if year > 0 else 0.0
