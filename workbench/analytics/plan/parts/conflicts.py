"""Rules that cannot all hold: the smallest sets of them that already contradict each other, and what would end it."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from workbench.analytics.forecast.panel import Array
from workbench.analytics.plan.parts.projection import Atoms

_MOST = 5  # conflicts told at once
_GAPS = (1e-2, 1e-4, 1e-6)  # of the whole: how far rules are apart that are looked for first
_SEARCHED = 400  # most rules among which the smallest set of all is looked for


@dataclass(frozen=True)
class Clash:
    """Rules that cannot all hold though any of them left out would do; `relaxed`: for each, the least change of its
    limit with which they can, as a share of the whole with its sign (-0.05: five points of the whole lower)."""

    rules: tuple[int, ...]
    relaxed: tuple[float, ...]


def clashes(found: Atoms) -> list[Clash]:
    """Irreducible sets of rules that contradict each other, no rule in two of them; none where all can hold.

    The smallest is looked for as the Farkas certificate with the fewest rules (a mixed-integer program, HiGHS), then
    rules are taken out as long as the rest contradicts itself: the deletion filter (Chinneck 2008, ch. 6). What gives
    way least is an elastic program on the set.
    """
    left, told = np.arange(len(found.lo)), list[Clash]()
    while len(told) < _MOST and not holds(found, left):
        core = _irreducible(found, _smallest(found, left))
        told.append(Clash(tuple(int(r) for r in core), tuple(_relaxed(found, core, r) for r in core)))
        left = np.setdiff1d(left, core)
    return told


def holds(found: Atoms, rows: Array) -> bool:
    """Whether these rules can all hold."""
    return _slack(found.only(rows), np.array([], dtype=int)) is not None


def _irreducible(found: Atoms, rows: Array) -> Array:
    """What is left when every rule is taken out that the contradiction does not need."""
    for row in rows:
        fewer = rows[rows != row]
        if not holds(found, fewer):
            rows = fewer
    return rows


def _relaxed(found: Atoms, core: Array, row: int) -> float:
    """How far the limit of one rule must go up (+) or down (-) for the set to hold, as a share of the whole."""
    slack = _slack(found.only(core), np.flatnonzero(core == row))
    if slack is None:
        return float("nan")
    if not (found.lo[row] > 0 and np.isfinite(found.hi[row])):
        return slack if np.isfinite(found.hi[row]) else -slack
    lower = np.where(np.arange(len(found.lo)) == row, 0.0, found.lo)
    return -slack if holds(replace(found, lo=lower), core) else slack


def _rows(found: Atoms) -> tuple[Any, Array, Array]:
    """All limits as rows `a x >= b`, and which rule each is of."""
    from scipy.sparse import vstack

    low, high = np.flatnonzero(found.lo > 0), np.flatnonzero(np.isfinite(found.hi))
    a = vstack([found.inside[low], -found.inside[high]]).tocsr()
    return a, np.r_[found.lo[low], -found.hi[high]], np.r_[low, high]


def _slack(found: Atoms, elastic: Array) -> float | None:
    """The least total by which the `elastic` rules must give way for all to hold; None where that does not help."""
    from scipy.optimize import linprog
    from scipy.sparse import csr_matrix, hstack

    a, b, of = _rows(found)
    n, loose = len(found.key), np.isin(of, elastic)
    give = csr_matrix((np.ones(loose.sum()), (np.flatnonzero(loose), np.zeros(loose.sum(), dtype=int))), (len(b), 1))
    bounds = [(0, None if k > 0 else 0) for k in found.key] + [(0, None)]
    whole = csr_matrix(np.r_[np.ones(n), 0.0][None])
    rows = -hstack([a, give]) if len(b) else None
    done = linprog(np.r_[np.zeros(n), 1.0], rows, -b if len(b) else None, whole, [1.0], bounds, method="highs")
    return float(done.x[-1]) if done.status == 0 else None


def _smallest(found: Atoms, rows: Array) -> Array:
    """Few rules that contradict each other: those of the smallest certificate, else of an elastic program's."""
    for gap in _GAPS if len(rows) <= _SEARCHED else ():
        few = _certified(found.only(rows), gap)
        if few is not None and not holds(found, rows[few]):
            return np.asarray(rows[few])
    priced = _priced(found.only(rows))
    return np.asarray(rows[priced]) if not holds(found, rows[priced]) else rows


def _certified(found: Atoms, least: float) -> Array | None:
    """Rules with weight in a combination of limits that no split can fulfil, as few as possible (Farkas 1902).

    `least`: by how much of the whole it must fail, weights being at most 1; None where there is no such combination.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_matrix, hstack, identity

    a, b, of = _rows(found)
    m, rules = len(b), len(found.lo)
    alive = found.key > 0
    pick = csr_matrix((np.ones(m), (np.arange(m), of)), (m, rules))
    cannot = hstack([a.T.tocsr()[alive], csr_matrix(np.ones((alive.sum(), 1))), csr_matrix((alive.sum(), rules))])
    gap = csr_matrix(np.r_[b, 1.0, np.zeros(rules)][None])
    used = hstack([identity(m), csr_matrix((m, 1)), -pick])
    done = milp(
        np.r_[np.zeros(m + 1), np.ones(rules)],
        constraints=[
            LinearConstraint(cannot, -np.inf, 0),
            LinearConstraint(gap, least, np.inf),
            LinearConstraint(used, -np.inf, 0),
        ],
        integrality=np.r_[np.zeros(m + 1), np.ones(rules)],
        bounds=Bounds(np.r_[np.zeros(m), -np.inf, np.zeros(rules)], np.r_[np.ones(m), np.inf, np.ones(rules)]),
        options={"time_limit": 5.0},
    )
    return None if done.x is None else np.flatnonzero(done.x[m + 1 :] > 0.5)


def _priced(found: Atoms) -> Array:
    """Rules that have a price when all may give way a little: they contradict each other."""
    from scipy.optimize import linprog
    from scipy.sparse import csr_matrix, hstack, identity

    a, b, of = _rows(found)
    n, m = len(found.key), len(b)
    bounds = [(0, None if k > 0 else 0) for k in found.key] + [(0, None)] * m
    whole = csr_matrix(np.r_[np.ones(n), np.zeros(m)][None])
    rows = -hstack([a, identity(m)])
    done = linprog(np.r_[np.zeros(n), np.ones(m)], rows, -b, whole, [1.0], bounds, method="highs")
    return np.unique(of[np.abs(done.ineqlin.marginals) > 1e-9])
