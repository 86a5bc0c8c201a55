"""The distribution of a period's end for a whole and its parts: what is booked and what the rest will bring."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import cast

import numpy as np
import pandas as pd

from workbench.analytics.forecast.combination import Effort
from workbench.analytics.forecast.engine import predict, standardized
from workbench.analytics.forecast.hierarchy import Hierarchy, grouped, no_narrower, non_negative, reconcile, single
from workbench.analytics.forecast.panel import Array, Panel
from workbench.analytics.plan.period import PlanPeriod
from workbench.analytics.tracking.learning import Learnt, combined, learn, quantiles
from workbench.analytics.tracking.rest import Sales, Stretch, members, own_months
from workbench.analytics.tracking.tempo import Days, days, weights
from workbench.periods import PER_YEAR, Calendar, Every

_DAY = pd.Timedelta(days=1)
_YEAR = 365
DRAWS = 1000
HINDCASTS = 24
FORECASTS = 6  # hindcasts in which the forecast is made anew: each costs as much as all else together
YEARS = 10  # of history that is looked at
LEAST_DAYS = 90  # of history before a hindcast
MONTHS = 36  # of history that parts' common movement is taken from
UNSEASONED = 0.3  # relative standard deviation at least while no year shows the season: see _first_year
SHARED = 0.5  # of the parts' common movement that is kept
Way = Callable[[Stretch], dict[str, Array]]  # further ways to reckon a stretch's rest


@dataclass(frozen=True)
class Records:
    """What is known: `table` (steps, bottom nodes), `edges` the steps' first days in rows of `known` (one more)."""

    structure: Hierarchy
    nodes: pd.DataFrame
    table: Array
    edges: Array
    known: Days
    every: Every
    calendar: Calendar
    until: pd.Timestamp

    @property
    def sales(self) -> Sales:
        """All nodes, cumulative by day."""
        values = self.structure.add_up(self.table.T).T  # (steps, nodes)
        sums = np.zeros((len(self.known.table) + 1, values.shape[1]))
        sums[self.edges] = np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)])
        rows = np.arange(len(sums))
        for column in range(values.shape[1]):
            sums[:, column] = np.interp(rows, self.edges, sums[self.edges, column])
        return Sales(sums, int(self.edges[0]), self.edges)

    def snap(self, row: int) -> int:
        """The edge of a step that is nearest to a row."""
        return int(self.edges[np.abs(self.edges - row).argmin()])


@dataclass(frozen=True)
class Landed:
    """`booked` (nodes), `draws` (draws, nodes) of the period's end, `mean` (nodes) of it, what was learnt, `weight`
    (days) of the whole, and hindcasts: `came`, `said` (hindcasts, nodes) rests, `at` (their stretches)."""

    booked: Array
    mean: Array
    draws: Array
    learnt: Learnt
    weight: Array
    at: Stretch
    tried: tuple[Stretch, ...]


def stretch(records: Records, period: PlanPeriod) -> Stretch:
    """The period as it is known now."""
    first, end = records.known.at(period.first), records.known.at(period.last) + 1
    cut = min(max(records.known.at(records.until) + 1, first), end)
    return Stretch(first, cut, end)


def earlier(records: Records, period: PlanPeriod, now: Stretch) -> tuple[Stretch, ...]:
    """Periods as long as this one, month by month back, cut where the same share of their working days was over."""
    known, calendar = records.known, records.calendar
    months = calendar.range(known.first, period.last, "month")
    starts = [known.at(m) for m in months] + [known.at(period.last) + 1]
    here, length = int(np.searchsorted(starts, now.first)), len(period.months)
    worked = np.concatenate([[0.0], np.cumsum(known.working)])
    share = (worked[now.cut] - worked[now.first]) / max(worked[now.end] - worked[now.first], 1)
    step, found = (3 if records.every == "quarter" else 1), []
    for back in range(step, here + 1, step):
        first, end = starts[here - back], starts[here - back + length]
        goal = worked[first] + share * (worked[end] - worked[first])
        cut = records.snap(int(np.searchsorted(worked, goal - 1e-9)))
        if now.cut == now.first:
            cut = first
        if end <= now.cut and cut < end and cut - records.edges[0] >= LEAST_DAYS:
            found.append(Stretch(first, max(cut, first), end))
    return tuple(found[:HINDCASTS])


def land(
    records: Records, period: PlanPeriod, *, rest: Array | None = None, way: Way | None = None, seed: int = 7
) -> Landed:
    """Where all nodes end: `rest` is the forecast of what is to come by node (made here where not given), `way` gives
    further ways to reckon it."""
    now = stretch(records, period)
    sales, tried = records.sales, earlier(records, period, now)
    booked = sales.of(now.first, now.cut)
    month = (records.known.first + pd.to_timedelta(np.arange(len(records.known.table)), unit="D")).month.to_numpy() - 1
    reckon = _Ways(records, sales, month, way)
    if now.cut >= now.end:
        weight = weights(records.known, records.table.sum(axis=1), records.edges, now.cut)
        empty = learn([], np.empty((0, 0)), {"none": np.ones(len(booked))}, np.zeros(len(booked)), 1.0)
        return Landed(booked, booked, np.repeat(booked[None], DRAWS, axis=0), empty, weight, now, ())
    forecast = {"forecast": rest} if rest is not None else reckon.forecast(now)
    ahead = reckon.of(now) | forecast
    then = [reckon.of(one) | (reckon.forecast(one) if k in _spaced(len(tried)) else {}) for k, one in enumerate(tried)]
    came = np.array([sales.of(one.cut, one.end) for one in tried]).reshape(len(tried), len(booked))
    levels = pd.factorize(records.nodes["level"])[0]
    months = len(records.calendar.range(records.until, period.last, "month"))
    learnt = learn(then, came, ahead, levels, months / (3 if records.every == "quarter" else 1))
    learnt = _first_year(learnt, now.cut - int(records.edges[0]))
    table = np.array([ahead[n] for n in learnt.names])
    mean = combined(table, learnt.weights)
    draws = _joint(records, sales, mean, learnt, now, seed)
    return Landed(booked, booked + draws.mean(axis=0), booked + draws, learnt, reckon.weight(now.cut), now, tried)


def _first_year(learnt: Learnt, days_known: int) -> Learnt:
    """The same, no surer than one can be before a season was seen once: hindcasts then all lie in one season.

    Of real sales cut to five months, where two hindcasts happened to agree, an 80 % range by these alone held 47 % of
    what came, with this floor 72 %; with eight months 55 % and 100 %.
    """
    return replace(learnt, spread=np.maximum(learnt.spread, UNSEASONED)) if days_known < _YEAR else learnt


def _spaced(count: int) -> set[int]:
    """Which hindcasts the forecast takes part in: evenly over all."""
    return {int(k) for k in np.linspace(0, count - 1, min(FORECASTS, count))} if count else set()


@dataclass(frozen=True)
class _Ways:
    """All ways to reckon the rest of a stretch, from what was known at its cut."""

    records: Records
    sales: Sales
    month: Array
    way: Way | None

    def weight(self, cut: int) -> Array:
        return weights(self.records.known, self.records.table.sum(axis=1), self.records.edges, cut)

    def of(self, at: Stretch) -> dict[str, Array]:
        weight = self.weight(at.cut)
        own = own_months(self.sales, weight, self.month, at.cut)
        found = members(self.sales, weight, own, at)
        return found | (self.way(at) if self.way else {})

    def forecast(self, at: Stretch) -> dict[str, Array]:
        """The engine's forecast of months (or longer steps), the running month by its weight."""
        records = self.records
        every = records.every if records.every in ("month", "quarter") else "month"
        starts, season = self._edges(cast("Every", every)), PER_YEAR[every]
        whole = starts[starts <= at.cut]
        begin = int(np.searchsorted(starts, records.edges[0]))
        if len(whole) - 1 - begin < season + 2:
            return {}
        values = np.array([self.sales.of(a, b) for a, b in zip(whole[begin:-1], whole[begin + 1 :], strict=True)]).T
        horizon = max(int(np.searchsorted(starts, at.end)) - len(whole) + 1, 1)
        made = predict(Panel(_begun(values), season), horizon, Effort(folds=1, sample=60)).forecast
        flat, steps = np.concatenate([[0.0], np.cumsum(self.weight(at.cut))]), len(whole) - 1
        total = np.zeros(len(values))
        for k in range(horizon):
            a, b = starts[steps + k], starts[steps + k + 1]
            inside = flat[min(b, at.end)] - flat[max(a, at.cut)]
            total += made[:, k] * max(inside, 0.0) / max(flat[b] - flat[a], 1e-9)
        return {"forecast": np.maximum(total, 0)}

    def _edges(self, every: Every) -> Array:
        known, calendar = self.records.known, self.records.calendar
        last = known.first + (len(known.table) - 1) * _DAY
        return np.array([known.at(p) for p in calendar.range(known.first, last, every)] + [len(known.table)])


def _begun(values: Array) -> Array:
    """NaN before a series' first sale; series without any are 0 throughout."""
    sold = values != 0
    begins = np.where(sold.any(axis=1), sold.argmax(axis=1), 0)
    return np.where(np.arange(values.shape[1])[None] < begins[:, None], np.nan, values)


def _joint(records: Records, sales: Sales, mean: Array, learnt: Learnt, now: Stretch, seed: int) -> Array:
    """(draws, nodes) of the rest that add up, each node's about as wide as hindcasts say."""
    residual = _movement(records, sales, now.cut)
    factors = standardized(residual)
    rng = np.random.default_rng(seed)
    nodes = len(mean)
    common = rng.standard_normal((DRAWS, factors.shape[1])) @ factors.T
    own = rng.standard_normal((DRAWS, nodes))
    has = (factors**2).sum(axis=1)[None]
    noise = np.sqrt(SHARED) * common + np.sqrt(1 - SHARED * has) * own
    draws = quantiles(mean, learnt.spread, noise, learnt.freedom)[:, :, None]
    structure = records.structure
    if not structure.aggregates:
        return draws[:, :, 0]
    size = np.maximum(learnt.spread * mean, 1e-6 * max(float(mean.max()), 1e-9))[:, None]
    moved = reconcile(draws, structure, "mint_level", deviation=size, residual=residual)
    wide = no_narrower(moved, draws)
    return np.asarray(non_negative(wide, structure, np.zeros(nodes, dtype=bool))[:, :, 0])


def _movement(records: Records, sales: Sales, cut: int) -> Array:
    """(nodes, months) what months of the last three years brought beyond their nodes' usual, in money."""
    flat = np.concatenate([[0.0], np.cumsum(weights(records.known, records.table.sum(axis=1), records.edges, cut))])
    width = {"quarter": 91}.get(records.every, 30)
    edges = np.array([records.snap(r) for r in range(cut, int(records.edges[0]) - 1, -width)][: MONTHS + 1][::-1])
    if len(edges) < 3:
        return np.zeros((sales.sums.shape[1], 3))
    months = np.array([sales.of(a, b) for a, b in pairwise(edges)]).T
    usual = np.array([flat[b] - flat[a] for a, b in pairwise(edges)])
    rate = months / np.maximum(usual, 1e-9)
    middle = np.array([rate[:, max(k - 6, 0) : k + 7].mean(axis=1) for k in range(rate.shape[1])]).T
    return np.asarray((rate - middle) * usual)


def records_of(
    sales: pd.DataFrame,
    by: tuple[str, ...],
    period: PlanPeriod,
    *,
    every: Every,
    calendar: Calendar,
    covers: tuple[pd.Timestamp, pd.Timestamp],
) -> Records:
    """What is known of the nodes, step by step, within `covers`."""
    begins = max(covers[0], covers[1] - YEARS * 365.25 * _DAY)
    first = calendar.start_of(begins, every)
    first = first if first >= begins else calendar.next(first, every)
    last = calendar.start_of(covers[1] + _DAY, every) - _DAY  # steps that are not whole do not count
    own = sales[(sales["period"] >= first) & (sales["period"] <= last)]
    steps = calendar.range(first, last, every)
    structure, table = _bottom(own, by, steps)
    known = days(first, max(period.last, last), calendar)
    edges = np.array([known.at(s) for s in steps] + [known.at(last) + 1])
    return Records(structure, _named(structure, by), table, edges, known, every, calendar, last)


def _bottom(own: pd.DataFrame, by: tuple[str, ...], steps: pd.DatetimeIndex) -> tuple[Hierarchy, Array]:
    """The structure of the parts, and their money: (steps, parts)."""
    keys = own[list(by)] if by else pd.DataFrame({"": np.zeros(len(own))}, index=own.index)
    code = keys.groupby(list(keys), dropna=False, sort=True).ngroup().to_numpy()
    firsts = np.unique(code, return_index=True)[1]
    table = np.zeros((len(steps), len(firsts)))
    at = steps.get_indexer(pd.DatetimeIndex(own["period"]))
    np.add.at(table, (at, code), own["amount"].fillna(0).to_numpy(float))
    return (grouped(keys.iloc[firsts].reset_index(drop=True)) if by else single()), table


def _named(structure: Hierarchy, by: tuple[str, ...]) -> pd.DataFrame:
    """The nodes by the names that forecasts give them."""
    labels, level = structure.labels, structure.nodes["level"].astype(str)
    twice = labels.duplicated(keep=False)
    index = [f"{a} ({b})" if t else a for a, b, t in zip(labels, level, twice, strict=True)]
    return structure.nodes.set_axis(pd.Index(index, name="node"), axis=0).reindex(columns=["level", *by])
