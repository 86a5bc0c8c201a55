"""From the frames that the data give to what the market's functions ask for."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from workbench.analytics.keys import fact
from workbench.analytics.market.launches import Sold
from workbench.analytics.market.series import MarketSeries
from workbench.analytics.market.share import WHOLE, Share, share
from workbench.analytics.market.sizing import Known, of_part
from workbench.analytics.results import Unknown
from workbench.periods import PER_YEAR, Calendar, Every

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


def every(series: MarketSeries | Unknown) -> Every:
    """The period in which the market is published; months where none is, so that a year of ours ends lately."""
    return "month" if isinstance(series, Unknown) else series.every


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
    of, per_year = every(series), PER_YEAR[every(series)]
    whole = ours.dropna().index
    both = whole if market is None else whole.intersection(market.index)
    if len(both) < per_year and market is not None and len(market) >= per_year:  # they never meet for a year
        last = market.index[-per_year:]
        return Known((last[0], calendar.end_of(last[-1], of)), None, market.loc[last].sum())
    last = pd.DatetimeIndex(both).sort_values()[-per_year:]
    if len(last) < per_year:
        first = last[0] if len(last) else pd.Timestamp(1970, 1, 1)
        return Known((first, first))
    year = (last[0], calendar.end_of(last[-1], of))
    return Known(year, ours.loc[last].sum(), None if market is None else market.loc[last].sum())


def share_of(
    ours: pd.DataFrame,
    series: MarketSeries | Unknown,
    level: str,
    competitors: pd.DataFrame | None = None,
    scope: Mapping[str, str] | None = None,
) -> Share | Unknown:
    """Our share of the published market, and that of competitors whose `sales` are dated in the same periods.

    `competitors`: date, competitor, sales. `scope`: the part of the company that `ours` is of; where the market is not
    published for it alone, its share is that of a part in the whole market, which is said.
    """
    if isinstance(series, Unknown):
        missing = fact("market.share.unknown", section="share", have=0, needs=("market",))
        return Unknown(section="share", findings=(missing,))
    theirs = sizes(series, level)
    rivals = None
    if competitors is not None and "sales" in competitors and competitors["sales"].notna().any():
        rivals = competitors.assign(period=_period(competitors["date"], theirs.index))
    per_year = PER_YEAR[series.every]
    found = share(ours, theirs, every=series.every, level=level, per_year=per_year, rivals=rivals)
    if not scope or isinstance(found, Unknown) or of_part(series.table.iloc[-1], scope):
        return found
    return replace(found, findings=(found.findings[0], fact("market.share.part"), *found.findings[1:]))


def _period(days: pd.Series, starts: pd.Index) -> pd.Series:
    """The first day of the period that each day lies in; NaT before the first."""
    at = starts.searchsorted(days, side="right") - 1
    return pd.Series(starts.take(np.maximum(at, 0)), index=days.index).where(at >= 0)


def scatter(found: Share | Unknown, ours: pd.DataFrame | None = None) -> pd.Series:
    """Standard error of each part's log share, from its interval; of its log sales where no share is known by part."""
    if isinstance(found, Unknown) or len(found.years) == 1:
        return pd.Series(dtype=float) if ours is None or ours.empty else _of_sales(ours)
    years = found.years
    return pd.Series(np.log((years["hi_80"] / years["lo_80"]).to_numpy(float)) / 2.5631, years.index)


def _of_sales(ours: pd.DataFrame) -> pd.Series:
    """Standard error of a year's log sales by part, from how its months scatter about their mean."""
    last = ours.dropna(how="all").tail(12)
    mean = last.mean()
    return (last.std(ddof=1) / mean.where(mean > 0)) / np.sqrt(len(last))


def parts(
    found: Share | Unknown, known_accounts: pd.DataFrame | None = None, ours: pd.DataFrame | None = None
) -> pd.DataFrame:
    """What `potential` compares: market and own by segment, with accounts and customers where they are known.

    Where no share is known by segment: accounts, customers and own, of the last year of `ours` (index month, columns
    parts); without accounts either an empty frame.
    """
    counted = known_accounts is not None and not known_accounts.empty
    if not isinstance(found, Unknown) and len(found.years) > 1:
        table = found.years.drop(index=WHOLE)[["market", "own"]]
        return table.join(known_accounts) if counted and known_accounts is not None else table
    if ours is None or ours.empty or not counted or known_accounts is None:
        return pd.DataFrame(columns=["market", "own"])
    year = ours.dropna(how="all").tail(12).sum().rename("own")
    return known_accounts.join(year).fillna({"own": 0.0})


def accounts(customers: pd.DataFrame | None, buyers: pd.DataFrame, level: str) -> pd.DataFrame:
    """Index node of `level`: accounts that the customers table knows, and customers, those of them in `buyers`.

    `buyers`: customer, as data.customers(since=...) gives them. Empty where the table does not tell the level.
    """
    if customers is None or not level or level not in customers:
        return pd.DataFrame(columns=["accounts", "customers"])
    buying = set(buyers["customer"].astype(str))  # by name where the orders' numbers are looked up
    bought = customers["customer"].astype(str).isin(buying)
    if "name" in customers:
        names = customers["name"].astype(str)
        bought |= names.isin(buying) | (names + " (" + customers["customer"].astype(str) + ")").isin(buying)
    rows = customers.assign(bought=bought).dropna(subset=level).groupby(level)["bought"]
    return pd.DataFrame({"accounts": rows.size(), "customers": rows.sum()}).astype(float).rename_axis("node")


def sold(products: pd.DataFrame | None, sales: pd.DataFrame, as_of: pd.Timestamp) -> dict[str, Sold]:
    """Units by whole month of what was launched in the last three years, named as the orders name it.

    A product line that is new as a whole is one launch, so that its models are not taken for rivals of each other.
    `products`: product, launched [, name, product_line]; `sales`: monthly, by product, with quantity.
    """
    if products is None or "launched" not in products or "quantity" not in sales:
        return {}
    known = products.assign(key=products["product"].astype(str), name=products.get("name", products["product"]))
    dated = known[known["launched"] <= as_of]
    new = dated[dated["launched"] > as_of - pd.DateOffset(months=_NEW)]
    whole = sales[sales["whole"].astype(bool)]
    found = {}
    for name, some in new.groupby(_line(new, dated), sort=False):
        rows = whole[whole["product"].astype(str).isin({*some["key"], *some["name"].astype(str)})]
        if len(rows) and float(rows["quantity"].sum()) > 0:
            found[str(name)] = _sold(rows, some["launched"].min(), whole["period"].max())
    return found


def _line(new: pd.DataFrame, dated: pd.DataFrame) -> pd.Series:
    """What each new product counts as: its line where the line holds nothing older, else itself."""
    if "product_line" not in new:
        return new["name"]
    older = set(dated.loc[~dated.index.isin(new.index), "product_line"])
    return new["name"].mask(new["product_line"].notna() & ~new["product_line"].isin(older), new["product_line"])


def _sold(rows: pd.DataFrame, launched: pd.Timestamp, last: pd.Timestamp) -> Sold:
    start = min(launched.to_period("M").start_time, rows["period"].min())
    months = pd.date_range(start, last, freq="MS")
    units = rows.groupby("period")["quantity"].sum().reindex(months, fill_value=0.0).clip(lower=0).astype(float)
    return Sold(launched, units, float(rows["amount"].sum() / rows["quantity"].sum()))
