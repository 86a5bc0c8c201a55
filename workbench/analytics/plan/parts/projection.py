"""The split that keeps every rule and changes the least from the shares it starts from.

Least change is least relative entropy, Σ x log(x / key): the I-projection of the key (Csiszár 1975), which for equal
shares is iterative proportional fitting (Deming & Stephan 1940) and for limits on one side its extension by Bregman
(1967) and Dykstra (Boyle & Dykstra 1986): each part is multiplied by one factor for each rule that binds it. Parts that
lie in the same rules have the same factor, so they are one atom here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from workbench.analytics.forecast.panel import Array
from workbench.analytics.plan.parts.rules import Limit

_SWEEPS, _ROUNDS, _CLOSE = 8, 250, 1e-12
_DENSE = 100  # binding rules up to which a full matrix is quicker
_REACHES = 1e7  # how much smaller than the whole an atom may have to be without counting as nothing
FEASIBLE = 1e-7  # of the whole: what the linear solver takes for kept


@dataclass(frozen=True)
class Atoms:
    """Parts by the rules they lie in. `inside`: (rules, atoms) 0 or 1, sparse; `of`: the atom of each part.

    `key`: share of each atom; `lo`, `hi`: limits of each rule, as shares of the whole.
    """

    inside: Any
    of: Array
    key: Array
    lo: Array
    hi: Array

    def only(self, rows: Array) -> "Atoms":
        """The same with some of the rules."""
        return Atoms(self.inside[rows], self.of, self.key, self.lo[rows], self.hi[rows])


def atoms(key: Array, limits: Sequence[Limit], amount: float) -> Atoms:
    """Parts with the same rules together."""
    from scipy.sparse import csr_matrix

    mark = np.random.default_rng(0).integers(1, 2**63, size=len(limits) + 1, dtype=np.uint64)
    signature = np.where(key > 0, np.uint64(0), mark[-1])  # what starts at nothing stays there
    for limit, number in zip(limits, mark, strict=False):
        signature[limit.cells] += number
    _, first, of = np.unique(signature, return_index=True, return_inverse=True)
    at = np.full(len(key), -1)
    at[first] = np.arange(len(first))
    hit = [at[limit.cells] for limit in limits]
    hit = [h[h >= 0] for h in hit]
    rows = np.repeat(np.arange(len(limits)), [len(h) for h in hit])
    columns = np.concatenate(hit) if hit else np.array([], dtype=int)
    inside = csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(limits), len(first)))
    share = np.bincount(of, key)
    lo, hi = (np.array([getattr(limit, side) for limit in limits], dtype=float) / amount for side in ("lo", "hi"))
    return Atoms(inside, of, share, lo, hi)


def possible(found: Atoms) -> Array | None:
    """Which atoms may be above 0 while all rules hold; None where the rules cannot all hold.

    One linear program (HiGHS): the largest number of atoms that can be above nothing at the same time.
    """
    from scipy.optimize import linprog
    from scipy.sparse import bmat, csr_matrix, identity

    n, rules = len(found.key), np.flatnonzero((found.lo > 0) | (found.hi < 1))
    a, lo, hi = found.inside[rules], found.lo[rules], found.hi[rules]
    low, high = lo > 0, np.isfinite(hi)
    column = lambda v: csr_matrix(np.reshape(v, (-1, 1)))  # noqa: E731
    above = bmat([
        [-a[low], None, column(lo[low])],
        [a[high], None, column(-hi[high])],
        [-identity(n), identity(n), None],
    ])  # fmt: skip
    whole = csr_matrix(np.r_[np.ones(n), np.zeros(n), -1.0][None])
    bounds = [(0, None if k > 0 else 0) for k in found.key] + [(0, 1)] * n + [(1, _REACHES)]
    cost = np.r_[np.zeros(n), -np.ones(n), 0.0]
    done = linprog(cost, above, np.zeros(above.shape[0]), whole, [0.0], bounds, method="highs")
    return None if done.x is None else np.asarray(done.x[n : 2 * n] > 0.5 * FEASIBLE * _REACHES) & (found.key > 0)


def project(found: Atoms, alive: Array, force: Array | None = None, *, close: float = _CLOSE) -> tuple[Array, Array]:
    """Shares of the atoms that keep all rules with the least change, and the log factor of each rule (0: not binding).

    `alive` comes from `possible`; `force` may hold factors to start from. Sweeps over the rules until they move by less
    than `close`; for the last digits, Newton's steps on those that bind.
    """
    from scipy.sparse import csr_matrix, vstack

    a = vstack([found.inside, csr_matrix(np.ones((1, len(found.key))))]).tocsr()[:, np.flatnonzero(alive)]
    lo, hi = np.r_[found.lo, 1.0], np.r_[found.hi, 1.0]
    at = [a.indices[a.indptr[r] : a.indptr[r + 1]] for r in range(len(lo))]
    start = found.key[alive] / found.key[alive].sum()
    now = np.zeros(len(lo)) if force is None else np.r_[force, 0.0]
    share, moved = start * np.exp(a.T @ now), np.inf
    for _ in range(_ROUNDS):
        for _ in range(_SWEEPS):
            moved = _sweep(share, now, at, lo, hi)
            if moved < close:
                break
        polished = _newton(start, a, now, lo, hi) if close == _CLOSE else None
        if polished is not None or moved < close:
            share, now = polished or (share, now)
            break
    out = np.zeros(len(found.key))
    out[alive] = share / share.sum()
    return out, now[:-1]


def _sweep(share: Array, force: Array, at: list[Array], lo: Array, hi: Array) -> float:
    """One pass over the rules, in place; how far the factors moved at most."""
    most = 0.0
    for r, cells in enumerate(at):
        now = share[cells].sum()
        if now <= 0:
            continue
        up, down = force[r] + np.log(lo[r] / now) if lo[r] > 0 else -np.inf, force[r] + np.log(hi[r] / now)
        wanted = up if lo[r] == hi[r] else max(up, 0.0) if up > 0 else min(down, 0.0)
        step = wanted - force[r]
        if step and np.isfinite(step):
            share[cells] *= np.exp(step)
            force[r], most = wanted, max(most, abs(step))
    return most


def _newton(start: Array, a: Any, force: Array, lo: Array, hi: Array) -> tuple[Array, Array] | None:
    """Shares and factors with the rules that bind now kept to the last digit; None where others would then break."""
    exact = lo == hi
    active = np.flatnonzero(exact | (np.abs(force) > 1e-9))
    goal = np.where(exact | (force > 0), lo, hi)[active]
    rows, now = a[active], force.copy()
    for _ in range(40):
        share = start * np.exp(a.T @ now)
        off = goal - rows @ share
        if np.abs(off).max(initial=0.0) < _CLOSE:
            break
        if not np.isfinite(share).all():
            return None
        now[active] += np.clip(_step((rows.multiply(share) @ rows.T).tocsc(), off), -2, 2)
    total = a @ share
    fits = (total >= lo - 1e-10) & (total <= hi + 1e-10)
    signs = exact | ((now >= -1e-9) | (total >= hi - 1e-9)) & ((now <= 1e-9) | (total <= lo + 1e-9))
    return (share, now) if bool((fits & signs).all()) else None


def _step(slope: Any, off: Array) -> Array:
    """Newton's step; rules that say the same twice leave it open, and the smallest one is taken then."""
    from scipy.sparse import identity
    from scipy.sparse.linalg import spsolve

    if len(off) <= _DENSE:
        size, way = np.linalg.eigh(slope.toarray())
        told = size > 1e-13 * size.max(initial=0.0)
        return np.asarray(way[:, told] @ ((way[:, told].T @ off) / size[told]))
    ridge = 1e-12 * slope.diagonal().max()
    return np.asarray(spsolve(slope + ridge * identity(len(off), format="csc"), off))


def split_by_rules(key: Array, limits: Sequence[Limit], amount: float) -> tuple[Array, Array] | None:
    """Money of each part, and the log factor of each rule; None where the rules cannot all hold."""
    found = atoms(key, limits, amount)
    alive = possible(found)
    if alive is None:
        return None
    share, force = project(found, alive)
    factor = np.divide(share, found.key, out=np.zeros_like(share), where=found.key > 0)
    return key * factor[found.of] * amount, force
