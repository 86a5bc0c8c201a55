"""What the market alone would let us aim for: its forecast, and the output of this step to the plan."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.analytics import forecast
from workbench.analytics.forecast.result import Forecast
from workbench.analytics.keys import fact
from workbench.analytics.market.inputs import share_of, sizes
from workbench.analytics.market.potential import Potential
from workbench.analytics.market.series import MarketSeries
from workbench.analytics.market.share import WHOLE, Share
from workbench.analytics.plan.aims.targets import MarketView
from workbench.analytics.plan.period import PlanPeriod
from workbench.analytics.results import Result, Unknown
from workbench.periods import Calendar

Array = NDArray[np.float64]
DRAWS = 4000
_LN10 = 2.5631  # an 80 % range on logs spans this many standard deviations
_SEGMENT = "segment"


@dataclass(frozen=True, kw_only=True, repr=False)
class MarketTarget(Result):
    """Sales of the planned period at a share that can be reached, given where the market goes.

    `table`: index node ("" for the whole); columns market (expected size of the period), market_growth (on the same
        period a year before, ratio), share (today's), held (sales at today's share, median), lo_80, hi_80, growth (of
        held on our own sales a year before, those not known yet at today's share), reach (held with the headroom won)
    `draws`: (draws, nodes) of sales at today's share, in the order of `table`
    """

    period: PlanPeriod
    table: pd.DataFrame
    draws: Array

    @property
    def whole(self) -> Array:
        """Draws of the whole."""
        return self.draws[:, list(self.table.index).index(WHOLE)]


def ahead(
    series: MarketSeries | Unknown, level: str, period: PlanPeriod, calendar: Calendar, *, seed: int = 0
) -> Forecast | Unknown:
    """The market's own forecast to the end of the planned period, by segment and for the whole.

    Through the same engine as sales; `Unknown` where the series is too short for it, or is published by year only.
    """
    if isinstance(series, Unknown) or series.every == "year":
        return _unknown()
    wide = sizes(series, level).dropna()
    if wide.empty:
        return _unknown()
    name = level or _SEGMENT
    long = wide.rename_axis("period").melt(ignore_index=False, var_name=name, value_name="amount")
    long = long.reset_index().assign(whole=True)
    last = calendar.end_of(wide.index[-1], series.every)
    months = len(calendar.range(last + pd.Timedelta(days=1), period.last, "month"))
    by = (name,) if len(wide.columns) > 1 else ()
    options = forecast.Options(seed=seed)
    found = forecast.ahead(long, by, months=months, every=series.every, calendar=calendar, options=options)
    return _unknown() if isinstance(found, Unknown) else found


def market_target(
    found: Forecast | Unknown,
    ours: Share | Unknown,
    own: pd.DataFrame,
    headroom: Potential | Unknown | None = None,
    *,
    period: PlanPeriod,
    seed: int = 0,
) -> MarketTarget | Unknown:
    """Today's share of the market's size in the planned period, by node and for the whole.

    `found`: the market's forecast; `own`: our sales by period and node, as `inputs.own` gives them. Draws of size and
    of share are taken to be independent; shares scatter on logs. What is known of the period already is not forecast.
    """
    if isinstance(found, Unknown) or isinstance(ours, Unknown):
        return _unknown()
    nodes = [n for n in _named(found) if n in ours.years.index and n != WHOLE] or [WHOLE]
    rng = np.random.default_rng(seed)
    size = _sizes(found, nodes, period.span)
    size = size[rng.integers(0, len(size), DRAWS)]
    row: Any = ours.years.loc[nodes]
    spread = np.nan_to_num(np.log((row["hi_80"] / row["lo_80"]).to_numpy(float)) / _LN10)
    held = size * row["share"].to_numpy(float) * np.exp(spread * rng.standard_normal((DRAWS, len(nodes))))
    then = _sizes(found, nodes, period.before).mean(axis=0)
    parts = pd.DataFrame({"market": size.mean(axis=0), "market_before": then}, index=nodes)
    parts = parts.assign(own_before=_own_before(found, own, row["share"], period), room=_room(headroom, nodes))
    draws = held if nodes == [WHOLE] else np.column_stack([held.sum(axis=1), held])
    table = _table(parts, draws)
    whole: Any = table.loc[WHOLE]
    before = None if _known(found, own, nodes, period) else parts["own_before"].sum(skipna=False)
    told = fact("market.target.held", weight=whole["held"], period=period.span, before=before,
                **{n: whole[n] for n in _SAID})  # fmt: skip
    return MarketTarget(period=period, table=table, draws=draws, findings=(told,))


def outside(
    found: Forecast | Unknown,
    series: MarketSeries | Unknown,
    own: pd.DataFrame,
    level: str,
    period: PlanPeriod,
    *,
    seed: int = 0,
) -> MarketView | None:
    """The market's view of the planned period for the plan: today's share held; None where it cannot be told.

    `found`: the market's forecast (`ahead`); `own`: our sales by period and segment, as `inputs.own` gives them;
    `level`: as `inputs.matching` finds it.
    """
    return view(market_target(found, share_of(own, series, level), own, period=period, seed=seed))


def view(target: MarketTarget | Unknown) -> MarketView | None:
    """What the plan sets beside strategy and baseline; None where the market cannot tell."""
    if isinstance(target, Unknown):
        return None
    row: Any = target.table.loc[WHOLE]
    return MarketView(
        amount=float(row["held"]),
        lo_80=float(row["lo_80"]),
        hi_80=float(row["hi_80"]),
        growth=float(row["market_growth"]),
        draws=target.whole,
        share=float(row["share"]),
    )


_SAID = ("held", "lo_80", "hi_80", "growth", "market", "market_growth", "share", "reach")


def _unknown() -> Unknown:
    return Unknown(section="market_target", findings=(fact("market.target.unknown", section="market_target"),))


def _named(found: Forecast) -> list[str]:
    return [str(n) for n in found.nodes.index]


def _sizes(found: Forecast, nodes: list[str], span: tuple[pd.Timestamp, pd.Timestamp]) -> Array:
    """(draws, nodes) of the market's size between two days: what is known, and the forecast's paths for the rest."""
    at = [_named(found).index(n) for n in nodes]
    known = found.history.iloc[:, at][_inside(found.history.index, span)].to_numpy(float).sum(axis=0)
    return np.asarray(found.paths[:, at][:, :, _inside(found.periods, span)].sum(axis=2) + known)


def _inside(periods: pd.Index, span: tuple[pd.Timestamp, pd.Timestamp]) -> NDArray[np.bool_]:
    return np.asarray((periods >= span[0]) & (periods <= span[1]))


def _known(found: Forecast, own: pd.DataFrame, nodes: list[str], period: PlanPeriod) -> bool:
    """Whether our sales of all of the period a year before are known."""
    every = found.history.index.append(found.periods)
    return bool(own.reindex(index=every[_inside(every, period.before)], columns=nodes).notna().to_numpy().all())


def _own_before(found: Forecast, own: pd.DataFrame, share: pd.Series, period: PlanPeriod) -> pd.Series:
    """Our sales of the period a year before: those known, and today's share of the market's forecast for the rest.

    NaN where sales of a past period are missing.
    """
    nodes = list(share.index)
    every = found.history.index.append(found.periods)
    wanted = every[_inside(every, period.before)]
    expected = found.table["mean"].unstack("node").reindex(index=wanted, columns=nodes) * share
    ours = own.reindex(index=wanted, columns=nodes)
    return ours.where(ours.notna(), expected).sum(skipna=False, min_count=1)


def _room(headroom: Potential | Unknown | None, nodes: list[str]) -> pd.Series:
    """Points of share to the best comparable part: 0 for a part that has none, NaN where nothing is compared."""
    if not isinstance(headroom, Potential) or headroom.per != "market":
        return pd.Series(np.nan, nodes)
    return (headroom.table["headroom"] / headroom.table["market"]).reindex(nodes).fillna(0.0)


def _table(parts: pd.DataFrame, draws: Array) -> pd.DataFrame:
    """`parts`: index nodes; market, market_before, own_before, room (points of share)."""
    sums = parts.assign(room=parts["room"] * parts["market"])
    if list(parts.index) != [WHOLE]:
        sums = pd.concat([sums.sum(skipna=False).rename(WHOLE).to_frame().T, sums])
    lo, held, hi = np.quantile(draws, (0.1, 0.5, 0.9), axis=0)
    told = {
        "market": sums["market"],
        "market_growth": sums["market"] / sums["market_before"] - 1,
        "share": held / sums["market"],
        "held": held,
        "lo_80": lo,
        "hi_80": hi,
        "growth": held / sums["own_before"].where(sums["own_before"] > 0) - 1,
        "reach": held + sums["room"],
    }
    return pd.DataFrame(told, index=sums.index).rename_axis("node")
