"""From the frames that the data give to what the market's functions ask for."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from workbench.analytics.forecast.result import Forecast
from workbench.analytics.market.launches import Sold
from workbench.analytics.market.series import MarketSeries
from workbench.analytics.market.share import WHOLE, Share
from workbench.analytics.market.sizing import Known
from workbench.analytics.results import Unknown
from workbench.periods import PER_YEAR, Calendar

_MATCH = 0.5  # share of the market's segments that a level must know to be theirs
_NEW = 36  # months since launch in which a product is new


def matching(series: MarketSeries | Unknown, by_level: Mapping[str, pd.DataFrame], wanted: str = "") -> str:
    """The level of ours that the market's segments are: the one asked for, else the one that knows most of them; "".

    `by_level`: frames with a column of the level's name, as data.compare_each gives them.
    """
    if wanted or isinstance(series, Unknown):
        return wanted
    segments = {str(s) for s in series.table.columns if s != ""}
    known = {level: len(segments & set(frame[level].dropna().astype(str))) for level, frame in by_level.items()}
    best = max(known, key=lambda level: known[level], default="")
    return best if segments and best and known[best] >= _MATCH * len(segments) else ""


def own(sales: pd.DataFrame, level: str) -> pd.DataFrame:
    """Own sales as index period, columns segments; NaN where the period is not whole, 0 where nothing was sold in it.

    Without a level one column "" holds the whole.
    """
    if sales.empty:
        return pd.DataFrame()
    whole = sales.groupby("period")["whole"].all()
    named = sales.assign(**{level: sales[level].astype(object)}) if level else sales.assign(**{"": WHOLE})
    wide = named.pivot_table(index="period", columns=level, values="amount", aggfunc="sum", fill_value=0.0)
    wide[~whole.reindex(wide.index).astype(bool)] = np.nan
    return wide.rename_axis(columns=None)


def sizes(series: MarketSeries, level: str) -> pd.DataFrame:
    """The market's table in the shape of `own`: its segments, or their sum as "" where no level of ours matches."""
    if level:
        return series.table
    return series.table.sum(axis=1, min_count=len(series.table.columns)).rename(WHOLE).to_frame()


def known(series: MarketSeries | Unknown, ours: pd.DataFrame, calendar: Calendar) -> Known:
    """The last year of whole periods that both sides know (ours alone where no market is published)."""
    market = None if isinstance(series, Unknown) else series.table.dropna()
    per_year = 12 if market is None else PER_YEAR[series.every] if isinstance(series, MarketSeries) else 12
    both = ours.dropna().index if market is None else ours.dropna().index.intersection(market.index)
    last = both.sort_values()[-per_year:]
    if len(last) < per_year:
        first = last[0] if len(last) else pd.Timestamp(1970, 1, 1)
        return Known((first, first), None, None if market is None else market.tail(per_year).sum())
    every = "month" if isinstance(series, Unknown) else series.every
    year = (last[0], calendar.end_of(last[-1], every))
    return Known(year, ours.loc[last].sum(), None if market is None else market.loc[last].sum())


def scatter(found: Share | Unknown) -> pd.Series:
    """Standard error of each segment's log share, from its interval."""
    if isinstance(found, Unknown):
        return pd.Series(dtype=float)
    years = found.years
    return pd.Series(np.log((years["hi_80"] / years["lo_80"]).to_numpy(float)) / 2.5631, years.index)


def parts(found: Share | Unknown, deals: pd.DataFrame | None = None) -> pd.DataFrame:
    """What `potential` compares: market and own by segment; an empty frame where no share is known."""
    if isinstance(found, Unknown):
        return pd.DataFrame(columns=["market", "own"])
    return found.years.drop(index=WHOLE)[["market", "own"]]


def draws(found: Forecast | Unknown, first: pd.Timestamp, last: pd.Timestamp) -> pd.DataFrame:
    """Draws of the market's size in a period, columns segments, from the paths of its forecast."""
    if isinstance(found, Unknown):
        return pd.DataFrame()
    inside = (found.periods >= first) & (found.periods <= last)
    sums = found.paths[:, :, inside].sum(axis=2)
    return pd.DataFrame(sums, columns=[str(n) for n in found.nodes.index])


def sold(products: pd.DataFrame | None, sales: pd.DataFrame, as_of: pd.Timestamp) -> dict[str, Sold]:
    """Units by whole month of each product launched in the last three years, named as the orders name it.

    `products`: product, launched [, name]; `sales`: monthly, by product, with quantity.
    """
    if products is None or "launched" not in products or "quantity" not in sales:
        return {}
    since = as_of - pd.DateOffset(months=_NEW)
    new = products[(products["launched"] > since) & (products["launched"] <= as_of)]
    names = dict(zip(new["product"].astype(str), new.get("name", new["product"]), strict=True))
    whole = sales[sales["whole"].astype(bool)]
    found = {}
    for key, launched in zip(new["product"].astype(str), new["launched"], strict=True):
        rows = whole[whole["product"].astype(str).isin({key, str(names[key])})]
        if len(rows) and float(rows["quantity"].sum()) > 0:
            found[str(names[key])] = _sold(rows, launched, whole["period"].max())
    return found


def _sold(rows: pd.DataFrame, launched: pd.Timestamp, last: pd.Timestamp) -> Sold:
    start = min(launched.to_period("M").start_time, rows["period"].min())
    months = pd.date_range(start, last, freq="MS")
    units = rows.groupby("period")["quantity"].sum().reindex(months, fill_value=0.0).clip(lower=0).astype(float)
    return Sold(launched, units, float(rows["amount"].sum() / rows["quantity"].sum()))
