"""What the planned period should bring if nothing changes, as joint draws, and how likely any amount is."""

from dataclasses import dataclass
from itertools import pairwise
from typing import cast

import numpy as np
import pandas as pd

from workbench.analytics.forecast.headline import YEARS
from workbench.analytics.forecast.panel import Array
from workbench.analytics.forecast.result import Forecast
from workbench.analytics.keys import fact
from workbench.analytics.plan.aims.hindcasts import errors, habit
from workbench.analytics.plan.aims.odds import amounts_at, chances_of
from workbench.analytics.plan.period import PlanPeriod
from workbench.analytics.results import Result, Unknown
from workbench.errors import ParameterError
from workbench.findings import Finding
from workbench.periods import PER_YEAR, Calendar, Every

_DAY = pd.Timedelta(days=1)
APART = 1.03  # how far the paths' median may lie from the point forecast


@dataclass(frozen=True, kw_only=True, repr=False)
class Baseline(Result):
    """Sales of the period for the whole and every node: what it holds already + the forecast of the rest.

    `nodes`: index node, the whole first; columns level ("" for the whole), and one per level with the node's value (NA
    where it is summed over), as in Forecast.nodes
    `draws`: (draws, nodes) money of the whole period; they add up over the nodes, draw by draw
    `monthly`: (draws, months) of the whole. `by_month`: index node, columns months: expected money
    `before`: index node, the same period a year before; NaN where history does not reach it. Where it still runs, what
    it holds + the forecast of its rest (`before_is_forecast`)
    `booked_by_month`: the same shape, what the period holds already; 0 where it has not begun
    `known_until`: the last day that history holds
    `before_by_month`: index node, columns months (of the period): the counterparts a year before
    `issued`: day of the report whose forecast this is as issued then (see review.as_issued), `again` what is expected
    of the whole when it is made again; None and NaN where it was made now
    `means`: planned people and spend are in it, see with_means
    `missed`: log(sales ÷ forecast) of forecasts made the same way from earlier origins; `habit`: the factor by which
    all forecasts here were moved for it; 1 where there were none. See hindcasts.
    """

    period: PlanPeriod
    nodes: pd.DataFrame
    draws: Array
    monthly: Array
    by_month: pd.DataFrame
    before: pd.Series
    before_is_forecast: bool
    booked_by_month: pd.DataFrame
    known_until: pd.Timestamp
    before_by_month: pd.DataFrame
    habit: float
    missed: Array
    means: bool = False
    issued: pd.Timestamp | None = None
    again: float = float("nan")

    @property
    def expected(self) -> pd.Series:
        """Index node: expected money of the period."""
        return self.by_month.sum(axis=1)

    @property
    def booked(self) -> pd.Series:
        """Index node: money that the period holds already."""
        return self.booked_by_month.sum(axis=1)

    @property
    def to_come(self) -> pd.DataFrame:
        """Index node, columns months: expected money that is not booked yet."""
        return self.by_month - self.booked_by_month

    @property
    def whole(self) -> str:
        """The node that is the whole."""
        return str(self.nodes.index[0])

    def of(self, node: str | None) -> Array:
        """The draws of a node; of the whole for None."""
        return np.asarray(self.draws[:, _places(self, [self.whole if node is None else node])[0]])


def baseline(
    found: Forecast | Unknown, period: PlanPeriod, calendar: Calendar, *, missed: Array | None = None
) -> Baseline | Unknown:
    """The period's sales from the forecast's joint paths; `Unknown` where the forecast does not reach its end.

    `missed` are known errors of earlier origins; found from the history where not given.
    A step that lies on the edge of a month or of the period counts by the days that are within.
    """
    if isinstance(found, Unknown):
        return found
    end = calendar.end_of(found.periods[-1], _every(found))
    if end < period.last or (found.periods[0] > period.first and found.history.index[0] > period.first):
        return Unknown(
            section="plan_baseline", findings=(fact("plan.targets.unknown_horizon", until=end, need=period.last),)
        )
    past, ahead = (_within(p, period, found, calendar) for p in (found.history.index, found.periods))
    missed = _errors(found, ahead) if missed is None else missed
    usual = habit(missed)
    booked = np.nan_to_num(found.history.to_numpy(float)).T @ past  # (nodes, months)
    mean = _mean(found) @ ahead * usual
    paths = found.paths @ ahead  # (paths, nodes, months)
    paths *= usual * _agreeing(paths[:, 0].sum(axis=1), float((_mean(found) @ ahead)[0].sum()))
    months, is_forecast = _before(found, period, calendar)
    nodes = found.nodes.loc[:, :"amount"].drop(columns="amount")
    return Baseline(
        period=period,
        nodes=nodes,
        draws=paths.sum(axis=2) + booked.sum(axis=1),
        monthly=paths[:, 0] + booked[0],
        by_month=pd.DataFrame(booked + mean, index=nodes.index, columns=period.months),
        before=months.sum(axis=1, min_count=1).rename("before"),
        before_is_forecast=is_forecast,
        booked_by_month=pd.DataFrame(booked, index=nodes.index, columns=period.months),
        known_until=calendar.end_of(found.history.index[-1], _every(found)),
        before_by_month=months,
        habit=usual,
        missed=missed,
        findings=_short(found),
    )


def _short(found: Forecast) -> tuple[Finding, ...]:
    """That history is shorter than the three years which the forecast's own page asks for."""
    have, need = int(found.history.iloc[:, 0].notna().sum()), YEARS * PER_YEAR[found.every]
    return (fact("plan.targets.short_history", have=have, need=need),) if have < need else ()


def _agreeing(whole: Array, point: float) -> float:
    """The factor on all paths that brings their median within 3 % of the point forecast; 1 where it is.

    Paths of short, rough histories are skewed and cut at 0, and their parts' sum then drifts above the points: on
    companies of two years by up to 60 %, where on longer ones the two agree within 2 %.
    """
    middle = float(np.median(whole))
    if not (middle > 0 and point > 0):
        return 1.0
    return float(np.clip(middle / point, 1 / APART, APART) * point / middle)


def _errors(found: Forecast, ahead: Array) -> Array:
    """What hindcasts of the same steps ahead, of the whole, missed."""
    steps = np.flatnonzero(ahead.sum(axis=1) > 0)
    span = (int(steps[0]), int(steps[-1]) + 1) if len(steps) else (0, 0)
    history = found.history.iloc[:, 0].to_numpy(float)
    return errors(history, steps=span, season=PER_YEAR[found.every])


def _mean(found: Forecast) -> Array:
    return np.asarray(found.table["mean"].to_numpy(float).reshape(len(found.nodes), -1))


def chance(baseline: Baseline, node: str | None, amount: float) -> float:
    """How likely the node sells `amount` or more, between 0 and 1 but never either; None is the whole. See odds."""
    return float(chances_of(baseline.of(node)[:, None], np.array([amount]))[0])


def chances(baseline: Baseline, amounts: pd.Series) -> pd.Series:
    """The same for many nodes at once: `amounts` has an index of nodes; NaN where the amount is."""
    rows = _places(baseline, amounts.index)
    found = chances_of(baseline.draws[:, rows], amounts.to_numpy(float))
    return pd.Series(found, index=amounts.index, name="chance")


def amount_at(baseline: Baseline, node: str | None, probability: float) -> float:
    """The amount that the node reaches or exceeds with `probability`: the inverse of `chance`."""
    return float(amounts_at(baseline.of(node)[:, None], probability)[0])


def amounts(baseline: Baseline, probability: float) -> pd.Series:
    """For every node, the amount that it reaches with `probability`. They do not add up: that is what spread means."""
    return pd.Series(amounts_at(baseline.draws, probability), index=baseline.nodes.index, name="amount")


def _places(baseline: Baseline, nodes: "pd.Index | list[str]") -> np.ndarray:
    rows = baseline.nodes.index.get_indexer(pd.Index(nodes))
    if missing := [str(n) for n, row in zip(nodes, rows, strict=True) if row < 0]:
        raise ParameterError("plan", [f"there is no forecast of '{n}'; see baseline.nodes" for n in missing[:5]])
    return np.asarray(rows)


def _every(found: Forecast) -> Every:
    return cast("Every", found.every)


def _within(periods: pd.Index, period: PlanPeriod, found: Forecast, calendar: Calendar) -> Array:
    """(periods, months): the share of each forecast period's days that each month of the plan's period holds."""
    return _shares(periods, [*period.months, period.last + _DAY], found, calendar)


def _shares(periods: pd.Index, edges: list[pd.Timestamp], found: Forecast, calendar: Calendar) -> Array:
    starts = pd.DatetimeIndex(periods)
    ends = pd.DatetimeIndex([calendar.next(p, _every(found)) for p in starts])
    return np.column_stack([_overlap(starts, ends, a, b) for a, b in pairwise(edges)])


def _overlap(starts: pd.DatetimeIndex, ends: pd.DatetimeIndex, first: pd.Timestamp, after: pd.Timestamp) -> Array:
    begin, end = starts.to_numpy(), ends.to_numpy()
    within = np.minimum(end, after.to_datetime64()) - np.maximum(begin, first.to_datetime64())
    return np.maximum(within / np.timedelta64(1, "D"), 0.0) / ((end - begin) / np.timedelta64(1, "D"))


def _before(found: Forecast, period: PlanPeriod, calendar: Calendar) -> tuple[pd.DataFrame, bool]:
    """(nodes, months) a year before, NaN for nodes of which history holds nothing, or that it does not reach; and
    whether a part of it is forecast."""
    firsts = [period.before[0], *(calendar.year_before(m) for m in period.months[1:])]
    edges = [*firsts, period.before[1] + _DAY]
    past, ahead = (_shares(p, edges, found, calendar) for p in (found.history.index, found.periods))
    history = found.history.to_numpy(float)
    total = np.nan_to_num(history).T @ past + _mean(found) @ ahead
    silent = np.isnan(history[past.sum(axis=1) > 0]).all(axis=0) & (not ahead.any())
    reached = found.history.index[0] <= period.before[0]
    total[silent | (not reached)] = np.nan
    return pd.DataFrame(total, index=found.nodes.index, columns=period.months), bool(ahead.any())
