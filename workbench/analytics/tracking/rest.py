"""What the rest of a period will bring: several ways to reckon it, weighed and spread by how they did before.

Each way gives the money of a stretch to come from what was known on the day before it:
- level over the last 46, 91, 182 or 364 days × the stretch's usual weight (tempo), for all nodes alike and with each
  node's own months, pulled toward the whole's by how little it sells;
- the pace of this period; the same stretch a year before × the growth since, over 91 and 364 days;
- the forecast; open opportunities and those to come, where there are any.
They are weighed by inverse mean squared error of earlier stretches that began as far into such a period (Bates &
Granger 1969), a node's own errors pulled toward its level's. The spread is that of the combination's errors in these
hindcasts, in each of which weights came from the others only. Sales are Gamma with Student's t for how few there are.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from workbench.analytics.forecast.panel import Array

YEAR = 365.25
WINDOWS = (46, 91, 182, 365)
POWER = 2.0  # of inverse squared errors: how far better ways count more
OWN = 8.0  # hindcasts of its level that a node's own errors are worth
MOST_YEARS = 6  # that a node's months are learnt from
ONE_YEAR = 0.5  # of what a single year's months show is kept
FLOOR = 0.02  # of a stretch's usual money, below which relative errors are not made larger
PRIOR = 4.0  # hindcasts that a level's spread counts for a node's
NOTHING = 0.02  # of a node's best hindcast: below that it hardly sold
SMALLEST = 50.0  # how many times smaller than its level's mean a node counts at most
WIDEST = 2.0  # relative standard deviation
UNTESTED = 0.2  # relative standard deviation where no hindcast could be made
MOST_FREE = 30.0
FAR = 6.0  # standard deviations that draws are cut at


@dataclass(frozen=True)
class Stretch:
    """A period as it stood on a day, in rows of days: it begins at `first`, is known up to `cut`, ends before `end`."""

    first: int
    cut: int
    end: int


@dataclass(frozen=True)
class Sales:
    """`sums`: (days + 1, nodes) cumulative money by day, a step's spread evenly over its days; nothing is known before
    row `start`. `edges`: rows at which steps begin, and the one after the last."""

    sums: Array
    start: int
    edges: Array

    def snap(self, row: float) -> int:
        """The edge nearest to a row: cuts lie between steps, never within."""
        return int(self.edges[np.abs(self.edges - row).argmin()])

    def of(self, first: int, end: int) -> Array:
        """(nodes) money from row `first` to before row `end`."""
        return np.asarray(self.sums[end] - self.sums[first])


def members(sales: Sales, weight: Array, own: Array, at: Stretch) -> dict[str, Array]:
    """The rest of the stretch by each way: (nodes); NaN where a way has no ground.

    `weight`: (days) usual weights; `own`: (days, nodes) each node's, both from what was known at the cut.
    """
    flat, each = _sums(weight[:, None]), _sums(own)
    found = {}
    for window in WINDOWS:
        since = sales.snap(at.cut - window)
        there = since >= sales.start or (window == WINDOWS[0] and at.cut > sales.start)
        since = max(since, sales.start)
        sold = sales.of(since, at.cut) if there else np.full(sales.sums.shape[1], np.nan)
        for name, w in (("level", flat), ("own", each)):
            found[f"{name}_{window}"] = sold * _ratio(w, (at.cut, at.end), (since, at.cut))
    for name, w in (("pace", flat), ("own_pace", each)):
        going = at.cut > at.first >= sales.start
        sold = sales.of(at.first, at.cut) if going else np.full(sales.sums.shape[1], np.nan)
        found[name] = sold * (_ratio(w, (at.cut, at.end), (at.first, at.cut)) if going else np.nan)
    return found | _year_before(sales, flat, at)


def _year_before(sales: Sales, flat: Array, at: Stretch) -> dict[str, Array]:
    """The same stretch a year before by weight, times the growth over a window; damped where either is small."""
    found: dict[str, Array] = {}
    year = at.cut - sales.snap(at.cut - YEAR)
    for window in (91, 364):
        since = sales.snap(at.cut - window)
        if at.cut - window - YEAR < sales.start - 3:
            found[f"year_{window}"] = np.full(sales.sums.shape[1], np.nan)
            continue
        now, then = sales.of(since, at.cut), sales.of(max(since - year, sales.start), at.cut - year)
        usual = _ratio(flat, (since, at.cut), (since - year, at.cut - year))
        whole = np.clip(now[0] / max(then[0] * float(usual[0]), 1e-9), 0.5, 2.0)
        pull = 0.25 * np.maximum(then * usual, 0).mean()
        growth = np.clip((now + pull * whole) / np.maximum(then * usual + pull, 1e-9), 0.3, 3.0)
        moved = _ratio(flat, (at.cut, at.end), (at.cut - year, at.end - year))
        found[f"year_{window}"] = sales.of(at.cut - year, at.end - year) * moved * growth
    return found


def _sums(weight: Array) -> Array:
    return np.concatenate([np.zeros((1, weight.shape[1])), np.cumsum(weight, axis=0)])


def _ratio(sums: Array, rest: tuple[int, int], past: tuple[int, int]) -> Array:
    below = np.maximum(sums[past[1]] - sums[past[0]], 1e-9)
    return np.asarray((sums[rest[1]] - sums[rest[0]]) / below)


def own_months(sales: Sales, weight: Array, months: Array, cut: int) -> Array:
    """(days, nodes) weights with each node's own months: its share of a month against the whole's, over the whole
    years before `cut`, pulled toward 1 by the node's noise. `months`: (days) 0 to 11.

    Months are held against a level that grows within the year as it did over the year, else growth would look like
    season.
    """
    years = [y for y in range(MOST_YEARS) if cut - YEAR * (y + 1) >= sales.start - 3]
    if not years:
        return np.repeat(weight[:, None], sales.sums.shape[1], axis=1)
    sold, usual = _by_month(sales, weight, months, cut, len(years))  # (years, 12, nodes)
    ratio = np.nansum(sold, axis=0) / np.maximum(np.nansum(usual, axis=0), 1e-9)
    apart = np.clip(sold / np.maximum(usual, 1e-9) - ratio, -3, 3) ** 2
    count = len(years)
    noise = np.nanmean(apart, axis=(0, 1)) / max(count - 1, 1)  # of the mean over years
    between = np.maximum(((ratio - 1) ** 2).mean(axis=0) - noise, 0)
    keep = between / np.maximum(between + noise, 1e-12) if count > 1 else np.full(len(noise), ONE_YEAR)
    factor = np.clip(1 + keep * (ratio - 1), 0.05, 8.0)
    return np.asarray(weight[:, None] * factor[months])


def _by_month(sales: Sales, weight: Array, months: Array, cut: int, years: int) -> tuple[Array, Array]:
    """(years, 12, nodes) money of each month, and what the year's level lets expect."""
    flat = _sums(weight[:, None])[:, 0]
    edges = [sales.snap(cut - YEAR * y) for y in range(years + 1)]
    levels = [sales.of(b, a) / max(flat[a] - flat[b], 1e-9) for a, b in pairwise(edges)]
    sold, usual = (np.zeros((years, 12, sales.sums.shape[1])) for _ in range(2))
    for y in range(years):
        older, newer = levels[min(y + 1, years - 1)], levels[max(y - 1, 0)]
        span = max(min(y + 1, years - 1) - max(y - 1, 0), 1)
        growth = np.log(np.clip(np.maximum(newer, 1e-9) / np.maximum(older, 1e-9), 0.5, 2.0)) / span
        rows, middle = np.arange(edges[y + 1], edges[y]), (edges[y] + edges[y + 1]) / 2
        for month in np.unique(months[rows]):
            inside = rows[months[rows] == month]
            moved = np.exp(growth * (inside.mean() - middle) / YEAR)
            usual[y, month] = np.maximum(levels[y], 0) * moved * weight[inside].sum()
            sold[y, month] = (sales.sums[inside + 1] - sales.sums[inside]).sum(axis=0)
    return sold, usual


@dataclass(frozen=True)
class Learnt:
    """How the ways are weighed and how far the result errs: `weights` (members, nodes), `spread` (nodes) relative
    standard deviation, `freedom` (nodes) of Student's t; `errors` (hindcasts, nodes) of the combination, relative to
    `size`."""

    names: tuple[str, ...]
    weights: Array
    spread: Array
    freedom: Array
    errors: Array
    size: Array


def learn(tried: list[dict[str, Array]], came: Array, now: dict[str, Array], levels: Array, overlap: float) -> Learnt:
    """Weights and spread from hindcasts: `tried` a member's forecasts each, `came` (hindcasts, nodes) what came.

    `levels`: (nodes) number of each node's level, within which errors are pooled. `overlap`: hindcasts that share days.
    """
    names = tuple(n for n in now if np.isfinite(now[n]).any())
    if not len(tried):
        nodes = len(levels)
        return Learnt(
            names,
            np.ones((len(names), nodes)),
            np.full(nodes, UNTESTED),
            np.full(nodes, PRIOR),
            *2 * (np.zeros((0, nodes)),),
        )
    table = np.array(
        [[one.get(n, np.full(len(levels), np.nan)) for n in names] for one in tried]
    )  # (k, members, nodes)
    middle = np.nanmedian(table, axis=1)
    size = np.maximum(np.maximum(middle, FLOOR * np.nanmax(np.abs(middle), axis=0)), 1e-9)
    off = np.clip((came[:, None] - table) / size[:, None], -3, 3) ** 2
    errors = np.array([_left_out(table, off, size, came, levels, k) for k in range(len(came))])
    weights = _weights(off, size, levels)
    count = len(came) / max(overlap, 1.0)
    return Learnt(names, weights, _spread(errors, size, levels, count), _freedom(levels, count), errors, size)


def _freedom(levels: Array, count: float) -> Array:
    """(nodes) degrees of freedom of the spread: more where many nodes of a level tell it together."""
    alike = pd.Series(levels).groupby(levels).transform("size").to_numpy(float)
    return np.asarray(PRIOR + np.minimum(count * np.sqrt(alike), MOST_FREE))


def _left_out(table: Array, off: Array, size: Array, came: Array, levels: Array, k: int) -> Array:
    """The combination's relative error in hindcast k, with weights from the others."""
    others = np.arange(len(came)) != k
    if not others.any():
        others[:] = True
    return (came[k] - combined(table[k], _weights(off[others], size[others], levels))) / size[k]


def combined(members: Array, weights: Array) -> Array:
    """(nodes) the weighted mean of (members, nodes), without the members that have no ground."""
    there = np.isfinite(members)
    used = np.where(there, weights, 0.0)
    total = used.sum(axis=0)
    return np.asarray((np.where(there, members, 0.0) * used).sum(axis=0) / np.where(total > 0, total, 1.0))


def _weights(off: Array, size: Array, levels: Array) -> Array:
    """(members, nodes) inverse mean squared errors, a node's own pulled toward its level's by money."""
    known = np.isfinite(off)
    squares, count = np.where(known, off, 0.0).sum(axis=0), known.sum(axis=0)
    money = size.mean(axis=0)
    pooled = np.zeros_like(squares)
    for level in np.unique(levels):
        at = levels == level
        total = (count[:, at] * money[at]).sum(axis=1)
        mean = (squares[:, at] * money[at]).sum(axis=1) / np.where(total > 0, total, np.nan)
        pooled[:, at] = np.where(np.isnan(mean), np.nanmax(mean, initial=1.0), mean)[:, None]
    mean = (squares + OWN * pooled) / (count + OWN)
    return np.asarray(np.maximum(mean, 1e-6) ** -POWER / (np.maximum(mean, 1e-6) ** -POWER).sum(axis=0))


def _spread(errors: Array, size: Array, levels: Array, count: float) -> Array:
    """(nodes) relative standard deviation: a node's own errors pulled toward what nodes of its size at its level have.

    Hindcasts count by the money at stake; those in which a node had hardly any sales tell nothing of it. Within a level
    the squared error is a part that all share and one that falls with size, fitted by least squares.
    """
    told = size > np.maximum(NOTHING * size.max(axis=0), NOTHING**2 * size.max())
    seen, money = told.sum(axis=0), np.where(told, size, 0.0).sum(axis=0)
    own = np.where(told, errors**2 * size, 0.0).sum(axis=0) / np.where(money > 0, money, 1.0)
    money = np.where(seen > 0, money / np.maximum(seen, 1), 0.0)
    usual = np.zeros(len(levels))
    for level in np.unique(levels):
        at = np.flatnonzero(levels == level)
        usual[at] = _by_size(own[at], money[at], seen[at] > 1)
    own_count = count * seen / max(len(errors), 1)
    found = np.sqrt((own_count * own + PRIOR * usual) / (own_count + PRIOR))
    return np.asarray(np.minimum(found, WIDEST))


def spread_of(said: Array, came: Array, levels: Array) -> Array:
    """(nodes) the same for any forecasts (hindcasts, nodes), NaN where they told nothing."""
    known = np.isfinite(said)
    if not known.any():
        return np.full(said.shape[1], UNTESTED)
    size = np.where(known, np.maximum(said, FLOOR * np.nanmax(np.where(known, said, 0.0), axis=0)), 1.0)
    errors = np.where(known, np.clip((came - np.where(known, said, 0)) / np.maximum(size, 1e-9), -3, 3), 0.0)
    return _spread(errors, np.maximum(size, 1e-9), levels, float(len(said)))


def _by_size(squared: Array, money: Array, told: Array) -> Array:
    if not told.any():
        return np.full(len(squared), UNTESTED**2)
    if told.sum() < 4:
        return np.full(len(squared), float(np.average(squared[told], weights=money[told])))
    from scipy.optimize import nnls

    middle = float(money[told].mean())
    table = np.column_stack([np.ones(len(money)), middle / np.maximum(money, middle / SMALLEST)])
    weight = np.sqrt(money[told] / middle)
    found, _ = nnls(table[told] * weight[:, None], squared[told] * weight)
    return np.maximum(table @ found, 1e-6)


def quantiles(mean: Array, spread: Array, noise: Array, freedom: Array) -> Array:
    """Money for standard normal `noise` (draws, nodes): Gamma with that mean and relative standard deviation, tails of
    Student's t with `freedom`."""
    from scipy.special import gammaincinv, ndtr, stdtrit

    far = stdtrit(freedom, ndtr(noise))
    shape = 1 / np.maximum(spread, 1e-4) ** 2
    share = ndtr(np.clip(far, -FAR, FAR))
    return np.asarray(np.maximum(mean, 0) * gammaincinv(shape, share) / shape)
