"""The period's sales as market × share: what the market gave, its shift between segments, and what the share took."""

from typing import Any

import numpy as np
import pandas as pd

from workbench.analytics.keys import fact
from workbench.analytics.market.inputs import sizes
from workbench.analytics.market.series import MarketSeries
from workbench.analytics.plan.period import PlanPeriod
from workbench.analytics.results import Unknown
from workbench.analytics.review.chain import Chain, closed, factors_of, findings, noise_of, split
from workbench.periods import PER_YEAR, Calendar


def market_chain(
    own: pd.DataFrame, series: MarketSeries | Unknown, level: str, period: PlanPeriod, calendar: Calendar
) -> Chain | Unknown:
    """sales = market × structure × share, of the period against the same a year before.

    `own`: market.own(data.sales(market.every(series), by=level or ()), level). Sales of segments that no market is
    published for are `other`. Unknown where the market is not published for both periods, or in longer ones.
    """
    if isinstance(series, Unknown):
        return _unknown("none")
    market = sizes(series, level)
    both = [c for c in market.columns if c in own.columns]
    if not both:
        return _unknown("level")
    ours: Any
    theirs: Any
    ours, theirs = (_by_period(f, period, series.every, calendar) for f in (own, market[both]))
    then, now = period.before[0], period.first
    if any(p not in f.index or f.loc[p, both].isna().any() for f in (ours, theirs) for p in (then, now)):
        return _unknown("short")
    was, after = (_parts(ours.loc[p, both], theirs.loc[p, both]) for p in (then, now))
    begin, end = (float(ours.loc[p].sum()) for p in (then, now))
    totals: Any = _totals(ours[both], theirs)
    noise = noise_of(totals[totals.index < now], PER_YEAR[period.name], begin, end)
    table = factors_of(was, after, (totals.loc[then], totals.loc[now]), noise)
    table, other = closed(table if len(both) > 1 else table.drop(index="structure"), begin, end)
    nodes = _nodes(ours.loc[then, both], ours.loc[now, both], split(was, after)[0])
    made = Chain(kind="market", period=period, against="year", begin=round(begin, 2), end=round(end, 2), factors=table,
                 other=other, level=level, nodes=nodes if len(both) > 1 else nodes.iloc[:0])  # fmt: skip
    return Chain(**{**vars(made), "findings": tuple(findings(made))})


def _nodes(before: pd.Series, now: pd.Series, effects: pd.DataFrame) -> pd.DataFrame:
    made = pd.DataFrame({"before": before, "now": now, "change": now - before}).join(effects)
    return made.assign(other=made["change"] - effects.sum(axis=1))


def _unknown(why: str) -> Unknown:
    return Unknown(section="market_chain", findings=(fact("review.bridge.unknown_market", why=why),))


def _by_period(frame: pd.DataFrame, period: PlanPeriod, every: str, calendar: Calendar) -> pd.DataFrame:
    """Sums by fiscal period of the reviewed length; only those of which every part is there and known."""
    need = PER_YEAR[every] // PER_YEAR[period.name]
    if not need:
        return frame.iloc[:0]
    starts = calendar.start(pd.Series(frame.index, frame.index), period.name)
    sums, count = frame.groupby(starts).sum(min_count=need), starts.groupby(starts).size()
    return sums[count == need]


def _parts(ours: pd.Series, theirs: pd.Series) -> pd.DataFrame:
    whole = float(theirs.sum())
    share = ours / theirs.where(theirs > 0)
    return pd.DataFrame({"market": whole, "structure": theirs / whole, "share": share})


def _totals(ours: pd.DataFrame, theirs: pd.DataFrame) -> pd.DataFrame:
    """Market and share of the whole by period."""
    market = theirs.sum(axis=1, min_count=len(theirs.columns))
    share = ours.sum(axis=1, min_count=len(ours.columns)).reindex(market.index) / market
    return pd.DataFrame({"market": market, "structure": np.nan, "share": share})
