"""The reviewed period beside the one that it is compared with, from one frame of sales by fiscal period and levels."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from workbench.analytics.frames import require
from workbench.analytics.plan.period import PlanPeriod
from workbench.periods import PER_YEAR


@dataclass(frozen=True)
class Pair:
    """First days of two periods: `now`, and `before`, a "year" before or the "previous" period (season within)."""

    now: pd.Timestamp
    before: pd.Timestamp
    against: Literal["year", "previous"]


def pair(sales: pd.DataFrame, period: PlanPeriod) -> Pair | None:
    """What the period is compared with: the same a year before where the data hold it whole, else the one before it.

    `sales`: data.sales(period.name, by=…), with `period` and `whole`. None where the period itself is not held, or
    nothing before it.
    """
    require(sales, ("period", "amount", "whole"), "review")
    whole = pd.DatetimeIndex(sales.loc[sales["whole"].astype(bool), "period"].unique()).sort_values()
    earlier = whole[whole < period.first]
    if period.first not in whole or not len(earlier):
        return None
    if period.before[0] in earlier:
        return Pair(period.first, period.before[0], "year")
    return Pair(period.first, earlier[-1], "previous")


def lag(pair: Pair, period: PlanPeriod) -> int:
    """How many periods lie between the two."""
    return PER_YEAR[period.name] if pair.against == "year" else 1


def nodes(sales: pd.DataFrame, by: Sequence[str]) -> tuple[np.ndarray, pd.DataFrame]:
    """A code for each row's combination of levels, and the levels of each code as categories (NA kept).

    Names are looked at once and are numbers from then on, or a million cells would take seconds.
    """
    code, known = np.zeros(len(sales), np.int64), {}
    for level in by:
        known[level] = pd.factorize(sales[level])
        code = code * (len(known[level][1]) + 1) + known[level][0] + 1
    codes, first = pd.factorize(code)
    at = np.zeros(len(first), np.int64)
    at[codes[::-1]] = np.arange(len(code))[::-1]
    named = {level: pd.Categorical.from_codes(of[at], _plain(values)) for level, (of, values) in known.items()}
    return codes, pd.DataFrame(named, pd.RangeIndex(len(first)))


def _plain(values: pd.Index) -> pd.Index:
    return pd.Index(values.astype(object))


def cells(sales: pd.DataFrame, by: Sequence[str], pair: Pair) -> pd.DataFrame:
    """One row for each combination of levels with lines in either period: the levels, then amount, amount_before, and
    quantity, quantity_before where the data know quantities.

    Without lines in a period both are 0 in it; a quantity that is not known stays NaN.
    """
    require(sales, ("period", *by, "amount"), "review")
    starts = sales["period"].to_numpy()
    wanted = (starts == np.datetime64(pair.now)) | (starts == np.datetime64(pair.before))
    either = sales if wanted.all() else sales[wanted]
    codes, found = nodes(either, by)
    now = either["period"].to_numpy() == np.datetime64(pair.now)
    for measure in (m for m in ("amount", "quantity") if m in either):
        values = either[measure].to_numpy(float, na_value=np.nan)
        for name, rows in ((measure, now), (f"{measure}_before", ~now)):
            found[name] = np.bincount(codes[rows], values[rows], minlength=len(found))  # a NaN stays one
    return found


def wide(sales: pd.DataFrame, by: Sequence[str], until: pd.Timestamp) -> pd.DataFrame:
    """Index whole periods before `until`, a column a combination of levels in the order of `nodes`; 0 without lines."""
    past = sales[sales["whole"].astype(bool) & (sales["period"] < until)]
    if past.empty:
        return pd.DataFrame()
    codes, named = nodes(past, by)
    rows, starts = pd.factorize(past["period"], sort=True)
    amount = past["amount"].to_numpy(float, na_value=0.0)
    made = np.bincount(rows * len(named) + codes, amount, minlength=len(starts) * len(named))
    named = named.astype(object)
    columns = pd.MultiIndex.from_frame(named) if len(by) > 1 else pd.Index(named[by[0]]) if by else pd.Index([""])
    return pd.DataFrame(made.reshape(len(starts), len(named)), pd.DatetimeIndex(starts), columns)
