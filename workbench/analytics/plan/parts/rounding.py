"""Rounding to whole units with every sum kept: parts within rules and margins, and tables with given row and column
sums.

Controlled rounding: each number goes to the whole number below or above it, and so does each sum (Bacharach 1966; Cox
1987, for tables of two ways always possible, by flows in a network). With three margins or more, or rules between them,
it may not be: then a mixed-integer program (HiGHS) keeps sums as near as can be, rules first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from workbench.analytics.forecast.panel import Array

_NEAR = 1e-6  # units: closer than this to a whole number is that number
_RULE, _MARGIN = 1e4, 50.0  # what breaking a rule, or a margin, by one unit costs; a part costs at most 1


@dataclass(frozen=True)
class Within:
    """A sum that rounding should keep: which numbers it is of, and between which whole numbers it should be."""

    cells: Array
    lo: float
    hi: float
    cost: float = _MARGIN

    @classmethod
    def rule(cls, cells: Array, lo: float, hi: float) -> "Within":
        """A rule's limits in units, inward to whole units; where there is none between them, those around."""
        least, most = np.ceil(lo - _NEAR), np.floor(hi + _NEAR)
        return cls(cells, least, most, _RULE) if least <= most else cls(cells, most, least, _RULE)

    @classmethod
    def margin(cls, cells: Array, values: Array) -> "Within":
        """A sum that stays within one unit of what it is."""
        total = values[cells].sum()
        return cls(cells, np.floor(total + _NEAR), np.ceil(total - _NEAR))


def largest_remainder(values: Array, total: int) -> Array:
    """Whole numbers with this sum, each the one below or above its value, the largest fractions up (Hamilton 1792).

    `values` are rescaled to `total`. Ties go to the first; 0 stays 0.
    """
    values = values * (total / values.sum()) if values.sum() > 0 else values
    whole = np.floor(values + _NEAR).astype(np.int64)
    missing = int(total - whole.sum())
    order = np.argsort(-np.where(values > 0, values - whole, -1.0), kind="stable")
    whole[order[: max(missing, 0)]] += 1
    if missing < 0:
        whole[order[::-1][:-missing]] -= 1
    return whole


def rounded(values: Array, total: int, sums: Sequence[Within]) -> Array:
    """Whole numbers with this sum, each below or above its value, with the `sums` kept or broken by the least.

    A linear program leaves at most as many numbers undecided as there are sums; a small mixed-integer one ends it.
    """
    if not sums:
        return largest_remainder(values, total)
    whole = np.floor(values + _NEAR).astype(np.int64)
    fraction = np.clip(values - whole, 0, 1)
    open_ = np.flatnonzero(fraction > _NEAR)
    first = _chosen(fraction, whole, open_, total, sums, linear=True)
    sure = np.zeros(len(values), dtype=bool) if first is None else (first < _NEAR) | (first > 1 - _NEAR)
    up = np.zeros(len(values), dtype=np.int64) if first is None else np.where(sure, np.rint(first), 0).astype(np.int64)
    left = open_[~sure[open_]]
    if len(left):
        last = _chosen(fraction, whole + up, left, total, sums, linear=False)
        up[left] += 0 if last is None else np.rint(last[left]).astype(np.int64)
    return _balanced(whole + up, values, total)


def _chosen(
    fraction: Array, whole: Array, open_: Array, total: int, sums: Sequence[Within], *, linear: bool
) -> Array | None:
    """Which of the open numbers go up, in part where `linear`; None where no answer was found."""
    from scipy.optimize import Bounds, LinearConstraint, linprog, milp
    from scipy.sparse import csr_matrix, vstack

    n, m = len(open_), len(sums)
    a, have = _rows(open_, whole, sums)
    lo, hi = np.array([s.lo for s in sums]) - have, np.array([s.hi for s in sums]) - have
    every, missing = csr_matrix(np.r_[np.ones(n), np.zeros(2 * m)][None]), float(total - whole.sum())
    cost = np.r_[1 - 2 * fraction[open_], np.tile([s.cost for s in sums], 2)]
    bounds = Bounds(np.zeros(n + 2 * m), np.r_[np.ones(n), np.full(2 * m, np.inf)])
    if linear:
        low, high = np.flatnonzero(np.isfinite(lo)), np.flatnonzero(np.isfinite(hi))
        done = linprog(cost, vstack([-a[low], a[high]]), np.r_[-lo[low], hi[high]], every, [missing],
                       np.c_[bounds.lb, bounds.ub], method="highs-ds")  # fmt: skip
    else:
        done = milp(cost, constraints=[LinearConstraint(a, lo, hi), LinearConstraint(every, missing, missing)],
                    integrality=np.r_[np.ones(n), np.zeros(2 * m)], bounds=bounds,
                    options={"time_limit": 5.0, "mip_rel_gap": 1e-3})  # fmt: skip
    if done.x is None:
        return None
    out = np.zeros(len(fraction))
    out[open_] = done.x[:n]
    return out


def _rows(open_: Array, whole: Array, sums: Sequence[Within]) -> tuple[Any, Array]:
    """Each sum over the open numbers, less what it may be above and plus what it may lack; and what it holds so far."""
    from scipy.sparse import csr_matrix, hstack, identity

    m, place = len(sums), np.full(len(whole), -1)
    place[open_] = np.arange(len(open_))
    at = [place[s.cells] for s in sums]
    at = [a[a >= 0] for a in at]
    rows, columns = np.repeat(np.arange(m), [len(a) for a in at]), np.concatenate(at)
    a = csr_matrix((np.ones(len(rows)), (rows, columns)), (m, len(open_)))
    have = np.array([whole[s.cells].sum() for s in sums], dtype=float)
    return hstack([a, -identity(m), identity(m)]).tocsr(), have


def _balanced(whole: Array, values: Array, total: int) -> Array:
    """The same with the total made exact, where the program above could not: by the numbers furthest off."""
    missing = int(total - whole.sum())
    step, count = np.sign(missing), abs(missing)
    while count:
        off = np.where((values > 0) & (whole + step >= 0), (values - whole) * step, -np.inf)
        order = np.argsort(-off, kind="stable")[: min(count, int(np.isfinite(off).sum()))]
        whole[order] += step
        count -= len(order)
    return whole


def table(values: Array, rows: Array, columns: Array) -> Array:
    """A table of whole numbers near `values` with exactly these row and column sums (whole, of the same total).

    Rows are rounded by largest remainders; then units are moved along rows from columns with too many to those with too
    few, by the least change, at last along paths of several columns, of which there is always one while the sums of
    `values` are those asked for.
    """
    values = fitted(values, rows, columns)
    whole = np.floor(values + _NEAR).astype(np.int64)
    fraction = np.where(values > _NEAR, values - whole, -1.0)
    up = _by_rows(fraction, rows - whole.sum(axis=1), whole)
    _direct(up, fraction, whole, columns)
    for reach in ("rounded", "above 0", "any"):
        _paths(up, fraction, whole, columns, reach)
    return whole + up


def fitted(values: Array, rows: Array, columns: Array) -> Array:
    """The table nearest to `values` with these sums: iterative proportional fitting (Deming & Stephan 1940)."""
    out = np.maximum(np.asarray(values, dtype=float), 0.0)
    for _ in range(200):
        sums = out.sum(axis=1)
        out = out * np.divide(rows, sums, out=np.zeros_like(sums), where=sums > 0)[:, None]
        sums = out.sum(axis=0)
        factor = np.divide(columns, sums, out=np.zeros_like(sums), where=sums > 0)
        out = out * factor
        if np.abs(factor[sums > 0] - 1).max(initial=0.0) < 1e-12:
            break
    return out


def _by_rows(fraction: Array, missing: Array, whole: Array) -> Array:
    """Per row the `missing` largest fractions go up; a row off by more than its columns is made good in its largest."""
    order = np.argsort(-fraction, axis=1, kind="stable")
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, np.arange(fraction.shape[1])[None].repeat(len(fraction), axis=0), axis=1)
    may = (fraction >= 0).sum(axis=1)
    count = np.clip(missing, 0, may)
    largest = np.argmax(whole + np.maximum(fraction, 0), axis=1)
    np.add.at(whole, (np.arange(len(whole)), largest), missing - count)
    return (rank < count[:, None]).astype(np.int64)


def _direct(up: Array, fraction: Array, whole: Array, columns: Array) -> None:
    """Units moved within rows from columns with too many to columns with too few, in place, the least change first."""
    over = whole.sum(axis=0) + up.sum(axis=0) - columns
    for j in np.flatnonzero(over > 0):
        for k in np.flatnonzero(over < 0):
            may = np.flatnonzero((up[:, j] == 1) & (up[:, k] == 0) & (fraction[:, k] > _NEAR))
            count = min(over[j], -over[k], len(may))
            if count > 0:
                cost = fraction[may, j] - fraction[may, k]
                chosen = may[np.argpartition(cost, count - 1)[:count]]
                up[chosen, j], up[chosen, k] = 0, 1
                over[j], over[k] = over[j] - count, over[k] + count


def _paths(up: Array, fraction: Array, whole: Array, columns: Array, reach: str) -> None:
    """What is left, one unit at a time along the shortest path of columns.

    A row gives in column a (rounded up there) and takes in column b (rounded down there): an edge from a to b. Where
    zeros leave no such path, `reach` lets any number above 0 move by more, then any number.
    """
    over = whole.sum(axis=0) + up.sum(axis=0) - columns
    strict = reach == "rounded"
    takes = fraction > {"rounded": _NEAR, "above 0": -0.5, "any": -2.0}[reach]
    while (over > 0).any():
        gives = (up > 0) if strict else (whole + up > 0)
        into = takes & (up == 0) if strict else takes
        edges = gives.T.astype(np.float32) @ into.astype(np.float32) > 0
        path = _shortest(edges, over)
        if path is None:
            return
        for a, b in pairwise(path):
            gives = (up[:, a] > 0) if strict else (whole[:, a] + up[:, a] > 0)
            into = takes[:, b] & (up[:, b] == 0) if strict else takes[:, b]
            row = np.flatnonzero(gives & into)
            best = row[np.argmin(fraction[row, a] - fraction[row, b] - up[row, a] + up[row, b])]
            up[best, a] -= 1
            up[best, b] += 1
        over[path[0]], over[path[-1]] = over[path[0]] - 1, over[path[-1]] + 1


def _shortest(edges: Array, over: Array) -> list[int] | None:
    """Columns from one with too many to one with too few, by breadth first."""
    came = {int(j): -1 for j in np.flatnonzero(over > 0)}
    queue = list(came)
    for at in queue:
        if over[at] < 0:
            path = [at]
            while came[path[0]] >= 0:
                path.insert(0, came[path[0]])
            return path
        for to in np.flatnonzero(edges[at]):
            if int(to) not in came and to != at:
                came[int(to)] = at
                queue.append(int(to))
    return None
