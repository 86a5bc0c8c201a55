"""What may move sales besides the season: spend, people who sell, prices, the market and events, period by period."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from workbench.periods import PER_YEAR, Calendar, Every

EVENT = "event "  # before an event's kind in a column's name
DAY = pd.Timedelta(days=1)
NEVER = pd.Timestamp("2262-01-01")


def variables(
    tables: Mapping[str, pd.DataFrame],
    items: pd.DataFrame | None,
    *,
    every: Every,
    calendar: Calendar,
    span: tuple[pd.Timestamp, pd.Timestamp],
) -> pd.DataFrame:
    """Index period (whole ones of `span`, its first and last day); a column for each variable that the tables hold.

    spend: money; reps: people who sell, averaged over days; price: index, 1 at first; market: size; and `EVENT` + kind:
    share of the period's days. NaN is unknown. `items`: sales by item with quantities, for prices. Nothing dated after
    the span's last day is looked at, and a market's quarter only once it is over.
    """
    periods = calendar.range(*span, every)
    if not len(periods):
        return pd.DataFrame(index=periods.rename("period"))
    ends = pd.DatetimeIndex([*periods[1:], calendar.next(periods[-1], every)])
    kept = (periods >= span[0]) & (ends - DAY <= span[1])
    periods, ends = periods[kept], ends[kept]
    found: dict[str, np.ndarray] = {}
    if "spend" in tables:
        found["spend"] = _spend(tables["spend"], periods, ends)
    if "reps" in tables and "joined" in tables["reps"]:
        found["reps"] = _selling(tables["reps"], periods, ends)
    if items is not None and "quantity" in items:
        found["price"] = _prices(items, periods)
    if "market" in tables and {"size", "period"} <= set(tables["market"]):
        found["market"] = _market(tables["market"], periods, ends, calendar, span[1])
    if "events" in tables:
        found |= _events(tables["events"], periods, ends)
    return pd.DataFrame(found, index=periods.rename("period")).dropna(axis=1, how="all")


def _spend(table: pd.DataFrame, periods: pd.DatetimeIndex, ends: pd.DatetimeIndex) -> np.ndarray:
    """Money spent in each period; unknown before the first and after the last that the table speaks of."""
    dated = table.dropna(subset=["date", "amount"])
    dated = dated[dated["date"] < ends[-1]] if len(ends) else dated
    at = periods.searchsorted(pd.DatetimeIndex(dated["date"]), side="right") - 1
    sums = np.bincount(at[at >= 0], dated["amount"].to_numpy(float)[at >= 0], minlength=len(periods))
    known = (
        (periods >= dated["date"].min() - 31 * DAY) & (periods <= dated["date"].max())
        if len(dated)
        else np.zeros(len(periods), bool)
    )
    return np.where(known, sums, np.nan)


def _selling(table: pd.DataFrame, periods: pd.DatetimeIndex, ends: pd.DatetimeIndex) -> np.ndarray:
    """People on an average day of each period, without those whom others call their manager."""
    if "manager" in table:
        table = table[~table["rep"].isin(table["manager"].dropna())]
    left = table["left"] if "left" in table else pd.Series(pd.NaT, index=table.index)
    return _days_within(table["joined"], left, periods, ends).sum(axis=0)


def _days_within(first: pd.Series, after: pd.Series, periods: pd.DatetimeIndex, ends: pd.DatetimeIndex) -> np.ndarray:
    """(rows, periods): share of each period's days from `first` on (always, if missing) and before `after`."""
    begin = first.fillna(pd.Timestamp.min.ceil("D")).to_numpy("datetime64[D]")[:, None].astype(np.int64)
    end = after.fillna(NEVER).to_numpy("datetime64[D]")[:, None].astype(np.int64)
    start, stop = (i.to_numpy().astype("datetime64[D]").astype(np.int64)[None] for i in (periods, ends))
    return np.asarray(np.clip(np.minimum(end, stop) - np.maximum(begin, start), 0, None) / (stop - start))


def _prices(items: pd.DataFrame, periods: pd.DatetimeIndex) -> np.ndarray:
    """Chained Törnqvist index of what one unit of the same item costs: another mix is no higher price."""
    key = items.columns[1]
    sold = items[(items["amount"] > 0) & (items["quantity"] > 0) & items["period"].isin(periods) & items[key].notna()]
    wide = sold.pivot_table(index="period", columns=key, values=["amount", "quantity"], aggfunc="sum", observed=True)
    wide = wide.reindex(periods)
    if not len(sold):
        return np.full(len(periods), np.nan)
    amount, quantity = (wide[c].to_numpy(float) for c in ("amount", "quantity"))
    log_price = np.log(amount / quantity)
    share = amount / np.nansum(amount, axis=1, keepdims=True)
    both = (share[1:] + share[:-1]) / 2
    moved, known = np.diff(log_price, axis=0), ~np.isnan(both)
    weight = np.where(known, both, 0.0).sum(axis=1)
    change = np.where(known, np.nan_to_num(both * moved), 0.0).sum(axis=1) / np.where(weight > 0, weight, np.nan)
    return np.exp(np.concatenate([[0.0], np.cumsum(change)]))


def _market(
    table: pd.DataFrame, periods: pd.DatetimeIndex, ends: pd.DatetimeIndex, calendar: Calendar, last: pd.Timestamp
) -> np.ndarray:
    """Size a year of the market in each period: that of the stretch it lies in, once that is over."""
    sums = table.dropna(subset=["period", "size"]).groupby("period")["size"].agg(["sum", "size"])
    if len(sums) < 2:
        return np.full(len(periods), np.nan)
    sums = sums[sums["size"] == sums["size"].max()]["sum"]  # a stretch without all segments is no smaller market
    starts = pd.DatetimeIndex(sums.index)
    days = float(np.median(np.diff(starts.to_numpy()).astype("timedelta64[D]").astype(float))) if len(starts) > 1 else 0
    unit: Every = "year" if days > 180 else "quarter" if days > 45 else "month"
    over = np.array([calendar.next(start, unit) for start in starts], dtype="datetime64[ns]")
    known = over <= np.datetime64(last + DAY)
    starts, over, sizes = starts[known], over[known], sums.to_numpy(float)[known] * PER_YEAR[unit]
    at = starts.searchsorted(periods, side="right") - 1
    inside = (at >= 0) & (len(starts) > 0)
    inside[inside] &= ends[inside] <= pd.DatetimeIndex(over[at[inside]])
    return np.where(inside, sizes[np.maximum(at, 0)] if len(sizes) else np.nan, np.nan)


def _events(table: pd.DataFrame, periods: pd.DatetimeIndex, ends: pd.DatetimeIndex) -> dict[str, np.ndarray]:
    """Events of a kind that end: share of each period's days. One without an end is a lasting change, not an event."""
    if not {"end", "kind", "date"} <= set(table):
        return {}
    ended = table.dropna(subset=["date", "end", "kind"])
    share = _days_within(ended["date"], ended["end"] + DAY, periods, ends)
    return {
        f"{EVENT}{kind}": np.minimum(share[(ended["kind"] == kind).to_numpy()].sum(axis=0), 1.0)
        for kind in sorted(ended["kind"].unique())
    }
