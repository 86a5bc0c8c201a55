"""Customers by the period of their first order: who comes back."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.analytics.history.frames import require, unknown
from workbench.analytics.keys import fact
from workbench.analytics.results import Result, Unknown


@dataclass(frozen=True, kw_only=True, repr=False)
class Cohorts(Result):
    """Retention by cohort.

    `customers`: index cohort (first day of the period of the first order); columns age (periods since), 0, 1, 2, …;
    how many of the cohort bought at that age; NaN where that period is not over: unknown, not zero
    `retention`: the same divided by the cohort's size (age 0 is 1)
    `curve`: index age; columns retention (customers of all cohorts that reached that age, summed before dividing),
    lo, hi (Wilson 95 % interval), customers (that reached it)
    """

    customers: pd.DataFrame
    retention: pd.DataFrame
    curve: pd.DataFrame


def cohorts(activity: pd.DataFrame) -> Cohorts | Unknown:
    """Retention of cohorts. `activity`: cohort, period (both first days), customers, whole; one row for each that bought.

    Cohorts of the first period are left out where it is not whole, and ages that fall into a period not whole are NaN.
    """
    require(activity, ("cohort", "period", "customers", "whole"), "cohorts")
    periods = pd.Index(sorted(activity["period"].unique()))
    if len(periods) < 3:
        return unknown("cohorts", "customers.unknown_periods", have=len(periods), need=3)
    at = {p: i for i, p in enumerate(periods)}
    age = activity["period"].map(at) - activity["cohort"].map(at)
    counts = activity.assign(age=age).pivot_table(index="cohort", columns="age", values="customers", aggfunc="sum")
    counts = counts.reindex(columns=range(len(periods)))
    counts = _known(counts, at, set(activity.loc[~activity["whole"], "period"]))
    curve = _curve(counts)
    values = {"age": int(curve.index[-1]), **curve.iloc[-1].to_dict(), "first": curve.iloc[1].to_dict()["retention"]}
    return Cohorts(
        customers=counts, retention=counts.div(counts[0], axis=0), curve=curve,
        findings=(fact("customers.retention", **values),),
    )  # fmt: skip


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
