"""The forecast of the first day as it was issued then: a report's own words are judged, not what is made of it now."""

from dataclasses import replace

import numpy as np
import pandas as pd

from workbench.analytics.forecast.panel import Array
from workbench.analytics.plan.aims.baseline import Baseline
from workbench.analytics.results import Unknown
from workbench.periods import Calendar, Every

_NEEDED = ("node", "level", "period", "step", "mean", "sum", "sum_lo_80", "sum_hi_80", "as_of")


def as_issued(
    start: Baseline | Unknown, issued: pd.DataFrame | None, calendar: Calendar, every: Every
) -> Baseline | Unknown:
    """The baseline with the amounts and ranges that a report issued when as much was known; as it is where none did.

    `start`: made again from what was known before the period. Made again it differs from what was issued: it goes by
    the levels of the targets alone and takes out what such forecasts usually missed (plan.aims.hindcasts), and the data
    may have been corrected since. `issued`: as vintages.earlier gives it, of the whole and the parts. Each node's draws
    keep their order and are moved and stretched, below and above the middle, to the mean and the 80 % range issued; a
    part of which none was issued moves as the whole does. Draws then add up on the average only.
    """
    if isinstance(start, Unknown) or issued is None or not set(_NEEDED) <= set(issued):
        return start
    rows = _of_that_day(issued, start, calendar, every)
    if rows.empty or not start.expected.iloc[0] > 0:
        return start
    ends = _ends(rows, start)
    factor = (ends["sum"] / start.expected.where(start.expected != 0)).fillna(1.0)
    by_month = start.by_month.mul(factor, axis=0)
    if every == "month":
        months = rows.pivot_table(index="node", columns="period", values="mean")
        by_month.update(months.reindex(index=by_month.index, columns=by_month.columns))
    return replace(
        start, by_month=by_month, draws=_moved(start.draws, start.expected.to_numpy(float), ends),
        monthly=start.monthly * float(factor.iloc[0]), habit=1.0,
        issued=pd.Timestamp(rows["as_of"].iloc[0]), again=float(start.expected.iloc[0]),
    )  # fmt: skip


def _of_that_day(issued: pd.DataFrame, start: Baseline, calendar: Calendar, every: Every) -> pd.DataFrame:
    """The rows, within the period, of the last report that knew as much; none unless they fill the period exactly."""
    period = start.period
    days = pd.to_datetime(issued["as_of"])
    known = issued[(days >= start.known_until) & (days < period.first)]
    known = known[known["as_of"] == known["as_of"].max()]
    inside = known[(known["period"] >= period.first) & (known["period"] <= period.last)]
    wanted = calendar.range(period.first, period.last, every)
    whole = inside[inside["level"] == ""].sort_values("step")
    fills = len(wanted) > 0 and wanted[0] == period.first and calendar.end_of(wanted[-1], every) == period.last
    there = list(whole["period"]) == list(wanted) and list(whole["step"]) == list(range(1, len(wanted) + 1))
    return inside if fills and there else inside.iloc[:0]


def _ends(rows: pd.DataFrame, start: Baseline) -> pd.DataFrame:
    """Index node of the baseline: sum, sum_lo_80, sum_hi_80 of the whole period, as issued."""
    last = rows[rows["step"] == rows["step"].max()].drop_duplicates("node").set_index("node")
    whole, names = last.loc[last["level"] == ""].iloc[0], start.nodes.index
    last = last[["sum", "sum_lo_80", "sum_hi_80"]].reindex(names)
    last.iloc[0] = whole[last.columns].to_numpy(float)
    lo, hi = np.quantile(start.draws, (0.1, 0.9), axis=0)
    now = pd.DataFrame({"sum": start.expected, "sum_lo_80": lo, "sum_hi_80": hi}, index=names)
    return last.astype(float).fillna(now * (float(whole["sum"]) / float(start.expected.iloc[0])))


def _moved(draws: Array, expected: Array, ends: pd.DataFrame) -> Array:
    """The draws, stretched on either side of what was expected, so that their 80 % range is the one issued."""
    lo, hi = np.quantile(draws, (0.1, 0.9), axis=0)
    below = _stretch(ends["sum"] - ends["sum_lo_80"], expected - lo)
    above = _stretch(ends["sum_hi_80"] - ends["sum"], hi - expected)
    off = draws - expected
    made = ends["sum"].to_numpy(float) + np.where(off < 0, off * below, off * above)
    return np.asarray(np.where((draws >= 0).all(axis=0), np.maximum(made, 0.0), made))


def _stretch(wanted: pd.Series, now: Array) -> Array:
    return np.where(now > 0, wanted.to_numpy(float).clip(min=0) / np.where(now > 0, now, 1.0), 1.0)
