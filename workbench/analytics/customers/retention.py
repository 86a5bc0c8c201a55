"""Customers by the period of their first purchase: who comes back."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from workbench.analytics.frames import require, unknown
from workbench.analytics.keys import fact
from workbench.analytics.results import Result, Unknown
from workbench.findings import Finding
from workbench.periods import PER_YEAR, Every

FEWEST = 30


@dataclass(frozen=True, kw_only=True, repr=False)
class Cohorts(Result):
    """Retention by cohort.

    `customers`: index cohort (first day of the period of the first purchase); columns age (periods since), 0, 1, 2, …;
    how many of the cohort bought at that age; NaN where that period is not over: unknown, not zero
    `retention`: the same divided by the cohort's size (age 0 is 1)
    `curve`: index age; columns retention (customers of all cohorts that reached that age, summed before dividing; the
    first cohort is left out, because it holds customers of old), lo, hi (Wilson 95 % interval), customers (that reached
    it)
    """

    every: Every
    customers: pd.DataFrame
    retention: pd.DataFrame
    curve: pd.DataFrame


def cohorts(activity: pd.DataFrame, every: Every = "quarter") -> Cohorts | Unknown:
    """Retention of cohorts. `activity`: cohort, period (both first days), customers who bought in it, whole.

    Cohorts whose first period is not whole are left out, and ages that fall into a period not whole are NaN.
    """
    require(activity, ("cohort", "period", "customers", "whole"), "cohorts")
    if activity.empty:
        return unknown("cohorts", "customers.unknown_nobody")
    periods = pd.Index(sorted(activity["period"].unique()))
    whole = int(activity.loc[activity["whole"], "period"].nunique())
    if whole < 3:
        return unknown("cohorts", "customers.unknown_periods", have=whole, need=3, every=every)
    at = {p: i for i, p in enumerate(periods)}
    age = activity["period"].map(at) - activity["cohort"].map(at)
    counts = activity.assign(age=age).pivot_table(index="cohort", columns="age", values="customers", aggfunc="sum")
    counts = counts.reindex(columns=range(len(periods)))
    counts = _known(counts, at, set(activity.loc[~activity["whole"], "period"]))
    later = counts[counts.index > periods[0]]
    reached = int(later.loc[later[1].notna(), 0].sum()) if 1 in later else 0
    if reached < FEWEST:
        return unknown("cohorts", "customers.unknown_few", have=reached, need=FEWEST)
    curve = _curve(later)
    return Cohorts(
        every=every,
        customers=counts,
        retention=counts.div(counts[0], axis=0),
        curve=curve,
        findings=(_headline(curve, every),),
    )


def _known(counts: pd.DataFrame, at: dict[pd.Timestamp, int], part: set[pd.Timestamp]) -> pd.DataFrame:
    """Zero where the cohort could have bought and did not, NaN where the period is not over or not there."""
    place = np.add.outer([at[c] for c in counts.index], np.arange(counts.shape[1]))
    open_ = np.isin(place, [at[p] for p in part]) | (place >= len(at))
    filled = counts.fillna(0.0).mask(open_)
    return filled[filled[0].notna()]


def _curve(counts: pd.DataFrame) -> pd.DataFrame:
    from statsmodels.stats.proportion import proportion_confint

    size = counts.notna().mul(counts[0], axis=0).sum()
    came = counts.sum()[size > 0]
    size = size[size > 0]
    lo, hi = proportion_confint(came, size, method="wilson")
    return pd.DataFrame({"retention": came / size, "lo": lo, "hi": hi, "customers": size}).rename_axis("age")


def _headline(curve: pd.DataFrame, every: Every) -> Finding:
    """Retention after one period, and after a year or as long as enough customers were followed."""
    enough = curve.index[(curve["customers"] >= FEWEST) & (curve.index <= PER_YEAR.get(every, 1))]
    age = max(int(enough.max()), 1)
    values: dict[str, Any] = {name: curve.at[age, name] for name in ("retention", "lo", "hi", "customers")}
    return fact("customers.retention", every=every, age=age, first=curve.at[1, "retention"], **values)
