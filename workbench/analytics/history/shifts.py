"""Dated changes of level, and periods that fall out of line."""

from typing import Any

import numpy as np
import pandas as pd

from workbench.analytics.frames import require, unknown
from workbench.analytics.history import segments
from workbench.analytics.history.decomposition import CYCLES, stl
from workbench.analytics.history.frames import festival_moves
from workbench.analytics.history.results import Breaks
from workbench.analytics.keys import direction, fact
from workbench.analytics.results import Unknown
from workbench.findings import Finding
from workbench.periods import Calendar

MOST = 4
SHORTEST = 5  # periods that a level must last
FEWEST = 24
UNLIKELY = 0.05
FAR = 3.5  # robust standard deviations from which a period is out of line
FAR_SHARE = 0.05  # and at least this far off
_EVERY = {12: "month", 4: "quarter", 52: "week", 1: "year"}


def breaks(
    sales: pd.DataFrame,
    per_year: int = 12,
    *,
    measure: str = "amount",
    calendar: Calendar | None = None,
) -> Breaks | Unknown:
    """Dates at which the level changed, with the season taken off and growth allowed for.

    On logarithms: levels around one common slope, cut by least squares (Bai & Perron 1998), their number by BIC; only
    where the largest F over all dates (Andrews 1993) is less likely than 5 % without any break, by simulation with the
    autocorrelation there is. The dates' 95 % intervals are Bai's (1997). January and February are one where Spring
    Festival moves between them. Out of line: 3.5 robust standard deviations and 5 % off.
    """
    require(sales, ("period", measure, "whole"), "breaks")
    whole = sales[sales["whole"].astype(bool)].set_index("period")[measure].sort_index().astype("float64").dropna()
    if len(whole) < max(FEWEST, CYCLES * per_year if per_year > 1 else 0):
        return unknown("breaks", "history.unknown_months", have=len(whole), need=max(FEWEST, CYCLES * per_year))
    if not (whole > 0).all():
        return unknown("breaks", "history.unknown_not_positive", count=int((whole <= 0).sum()))
    season = _season(whole, per_year)
    adjusted = _together(whole, season, per_year == 12 and festival_moves(calendar))
    shortest = max(SHORTEST, round(0.1 * len(whole)))
    found = segments.cuts(adjusted.to_numpy(), MOST, shortest, slope=True)
    best = min(found, key=lambda cut: cut.bic)
    p = segments.p_of_sup_f(adjusted.to_numpy(), best, shortest, slope=True)
    cut = best if p < UNLIKELY else found[0]
    result = Breaks(
        measure=measure,
        table=pd.DataFrame({"value": whole, "adjusted": np.exp(adjusted), "level": np.exp(cut.fitted)}),
        breaks=_dated(adjusted, cut),
        outliers=_outliers(whole, np.exp(cut.fitted + season), adjusted - cut.fitted),
        sup_f=segments.sup_f(adjusted.to_numpy(), shortest, slope=True)[0],
        p=p,
        slope=float(np.expm1(cut.slope * per_year)),
        every=_EVERY.get(per_year, "month"),
    )
    return Breaks(**{**vars(result), "findings": tuple(_findings(result))})


def price_index(sales: pd.DataFrame, by: str = "product") -> pd.DataFrame:
    """What like items cost, by period: a frame (period, price_index, whole) that `breaks` takes; 1 is the average.

    Time-product-dummy method: unit prices on item and period, weighted by sales (Summers 1973; Diewert 2005), so a
    shift to dearer items is no rise of prices. Items without quantity or price in a period do not count in it.
    """
    require(sales, ("period", by, "amount", "quantity"), f"price index by {by}")
    sold = sales[(sales["amount"] > 0) & (sales["quantity"] > 0) & sales[by].notna()]
    lines = pd.DataFrame({"log": np.log(sold["amount"] / sold["quantity"]), "weight": sold["amount"]})
    lines = lines.assign(period=sold["period"], item=sold[by])
    index = pd.Series(0.0, index=pd.Index(sorted(lines["period"].unique()), name="period"))
    for _ in range(200):  # item means, then period means, until they agree: each step lowers the sum of squares
        item = _mean(lines["log"] - lines["period"].map(index), lines["weight"], lines["item"])
        new = _mean(lines["log"] - lines["item"].map(item), lines["weight"], lines["period"])
        moved, index = float((new - index).abs().max()), new
        if moved < 1e-10:
            break
    whole = sales.groupby("period")["whole"].all() if "whole" in sales else pd.Series(True, index=index.index)
    return pd.DataFrame(
        {"price_index": np.exp(index - index.mean()), "whole": whole.reindex(index.index)}
    ).reset_index()


def _mean(values: pd.Series, weight: pd.Series, group: pd.Series) -> pd.Series:
    return (values * weight).groupby(group).sum() / weight.groupby(group).sum()


def _season(whole: pd.Series, per_year: int) -> np.ndarray:
    """The log season of each period; none with one period a year."""
    if per_year == 1:
        return np.zeros(len(whole))
    return stl(np.log(whole), per_year)["season"].to_numpy()


def _together(whole: pd.Series, season: np.ndarray, festival: bool) -> pd.Series:
    """The log series without its season; both months of the festival get what the two are together."""
    adjusted = np.log(whole) - season
    dates = pd.DatetimeIndex(whole.index)
    for year in dates.year.unique() if festival else []:
        two = np.flatnonzero((dates.year == year) & (dates.month <= 2))
        if len(two) == 2:
            adjusted.iloc[two] = np.log(whole.iloc[two].sum() / np.exp(season[two]).sum())
    return adjusted


def _dated(adjusted: pd.Series, cut: segments.Cut) -> pd.DataFrame:
    rows, index = [], adjusted.index
    for which, at in enumerate(cut.at):
        lo, hi = segments.interval(adjusted.to_numpy(), cut, which)
        before, after = cut.fitted[at], cut.fitted[at + 1] - cut.slope
        rows.append(
            {
                "period": index[at + 1],
                "lo": index[min(lo + 1, len(index) - 1)],
                "hi": index[min(hi + 1, len(index) - 1)],
                "before": np.exp(before),
                "after": np.exp(after),
                "ratio": np.expm1(after - before),
            }
        )
    columns = ["period", "lo", "hi", "before", "after", "ratio"]
    return pd.DataFrame(rows, columns=columns).set_index("period")


def _outliers(whole: pd.Series, expected: np.ndarray, off: pd.Series) -> pd.DataFrame:
    spread = 1.4826 * (off - off.median()).abs().median()
    far = (off.abs() > FAR * spread) & (off.abs() > np.log1p(FAR_SHARE))
    table = pd.DataFrame({"value": whole, "expected": expected}, index=whole.index)
    return table.assign(ratio=table["value"] / table["expected"])[far]


def _findings(result: Breaks) -> list[Finding]:
    shared: dict[str, Any] = {"measure": result.measure, "every": result.every}
    found = [
        fact(
            "history.break",
            weight=row["after"] - row["before"],
            **shared,
            period=period,
            lo=row["lo"],
            hi=row["hi"],
            before=row["before"],
            after=row["after"],
            ratio=row["ratio"],
            direction=direction(row["ratio"]),
            p=result.p,
        )
        for period, row in result.breaks.iterrows()
    ]
    if not found:
        found = [
            fact(
                "history.no_break",
                **shared,
                periods=len(result.table),
                p=result.p,
                slope=result.slope,
                direction=direction(result.slope),
            )
        ]
    for period, row in result.outliers.assign(far=(result.outliers["ratio"] - 1).abs()).nlargest(2, "far").iterrows():
        turn = direction(row["ratio"] - 1)
        found.append(
            fact(
                "history.out_of_line",
                **shared,
                period=period,
                value=row["value"],
                expected=row["expected"],
                ratio=row["ratio"],
                direction=turn,
            )
        )
    return found
