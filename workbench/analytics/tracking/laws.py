"""In which way a usual period varies by chance, as laws that score what came and tell all that may come.

A score u is standard normal while nothing has changed and above 0 where it is bad; a log likelihood ratio (llr) weighs
"changed by the size that the rule is built to catch" against "as usual".
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np

from workbench.analytics.forecast.panel import Array

FARTHEST = 8.0  # scores and log ratios are kept within
_CONTEXTS = 60  # different numbers of cases that are told apart
_STEP = 0.02  # between the scores that a level may take, in its chain
_MEANS = (0.1, 0.3, 0.5, 0.7, 0.9)  # quantiles of what is expected, where a change matters more to some than others
_GRID = 601


@dataclass(frozen=True)
class Aim:
    """What a rule looks for: `worse` is −1 where less is bad and +1 where more is; `change` the size, as 0.2."""

    worse: int
    change: float

    @property
    def factor(self) -> float:
        """What the change multiplies the KPI by."""
        return 1 + self.worse * self.change


@dataclass(frozen=True)
class Table:
    """All that may come: `sums` rises from k to k + 1 over context k; u, llr, above and below of each."""

    sums: Array
    u: Array
    llr: Array
    above: Array
    below: Array

    def at(self, context: Array, chance: Array) -> Array:
        """Where in the table the outcome with this cumulated chance stands."""
        return np.minimum(np.searchsorted(self.sums, context + chance, side="left"), len(self.sums) - 1)


@dataclass(frozen=True)
class Counted:
    """Cases of a period: a share of `sizes` cases, or a count around a mean of `sizes`.

    `spread` of shares is the correlation within a period (beta-binomial; 0: binomial), of counts the variance ÷ mean
    (negative binomial; 1: Poisson). `sizes` are those of the periods that were learnt from.
    """

    kind: Literal["share", "count"]
    shares: Array
    spread: float
    sizes: Array
    aim: Aim

    def score(self, x: Array, n: Array, share: Array) -> tuple[Array, Array]:
        """u and llr of counts x where `share` of n is usual (counts: where n is).

        u is the normal quantile of the middle of x's own step (mid-p): few cases count little, none counts nothing.
        """
        from scipy import stats

        now, then = self._law(n, share, 1.0), self._law(n, share, self.aim.factor)
        own = now.pmf(x)
        below, above = now.cdf(x) - own / 2, now.sf(x) + own / 2
        u = np.where(below < 0.5, stats.norm.ppf(below), -stats.norm.ppf(above))
        with np.errstate(divide="ignore", invalid="ignore"):
            llr = then.logpmf(x) - now.logpmf(x)
        some = (n > 0) & np.isfinite(x)
        kept = [np.clip(np.nan_to_num(v, nan=0.0), -FARTHEST, FARTHEST) for v in (self.aim.worse * u, llr)]
        return np.where(some, kept[0], 0.0), np.where(some, kept[1], 0.0)

    def value(self, above: Array, below: Array) -> Array:
        return above / below

    @cached_property
    def contexts(self) -> Array:
        """(contexts, 2) numbers of cases and usual shares that stand for those of the periods learnt from."""
        order = np.lexsort([self.shares, self.sizes])
        at = (np.arange(_CONTEXTS) + 0.5) / _CONTEXTS * len(order)
        kept = order if len(order) <= _CONTEXTS else order[at.astype(int)]
        return np.column_stack([self.sizes[kept], self.shares[kept]])

    def table(self, factor: float) -> Table:
        """All that may come when the KPI is `factor` times the usual."""
        counts, u, llr = self._scored
        sums = []
        for k, ((n, share), x) in enumerate(zip(self.contexts.tolist(), counts, strict=True)):
            chances = np.nan_to_num(self._law(np.full(len(x), n), share, factor).pmf(x)) if n > 0 else np.ones(1)
            sums.append(k + np.cumsum(chances) / chances.sum())
        above = np.concatenate(counts)
        sizes = np.repeat(self.contexts[:, 0], [len(x) for x in counts])
        return Table(np.concatenate(sums), u, llr, above, sizes if self.kind == "share" else np.ones(len(above)))

    def atoms(self, factor: float) -> tuple[Array, Array, Array]:
        """u, llr and chance of all that may come."""
        table = self.table(factor)
        return table.u, table.llr, np.diff(table.sums, prepend=0.0) / len(self.contexts)

    @cached_property
    def _scored(self) -> tuple[list[Array], Array, Array]:
        pairs = self.contexts.tolist()
        counts = [self._support(n, share) for n, share in pairs]
        scored = [
            self.score(x, np.full(len(x), n), np.full(len(x), s)) for x, (n, s) in zip(counts, pairs, strict=True)
        ]
        return counts, np.concatenate([u for u, _ in scored]), np.concatenate([llr for _, llr in scored])

    def _support(self, n: float, share: float) -> Array:
        """Counts that are possible at all, to nine standard deviations."""
        if n <= 0:
            return np.zeros(1)
        if self.kind == "share":
            middle, variance = n * share, n * share * (1 - share) * (1 + (n - 1) * self.spread)
        else:
            middle, variance = n, n * self.spread
        half = 9 * np.sqrt(variance) + 12
        most = n if self.kind == "share" else np.inf
        return np.arange(max(np.floor(0.5 * middle - half), 0), min(np.ceil(1.5 * middle + half), most) + 1)

    def _law(self, n: Array, usual: Array | float, factor: float) -> "_Law":
        from scipy import stats

        if self.kind == "count":
            mean = np.maximum(n, 1e-9) * factor
            if self.spread <= 1.001:
                return _Law(stats.poisson, (mean,))
            return _Law(stats.nbinom, (mean / (self.spread - 1), 1 / self.spread))
        share, cases = np.clip(usual * factor, 1e-6, 1 - 1e-6), np.maximum(np.round(n), 1)
        if self.spread <= 1e-6:
            return _Law(stats.binom, (cases, share))
        size = 1 / self.spread - 1
        return _Law(stats.betabinom, (cases, share * size, (1 - share) * size))


@dataclass(frozen=True)
class _Law:
    """A discrete law with what it is given: scipy's own way to freeze one writes its documentation anew each time."""

    family: Any
    given: tuple[Any, ...]

    def pmf(self, x: Array) -> Array:
        return np.asarray(self.family.pmf(x, *self.given))

    def logpmf(self, x: Array) -> Array:
        return np.asarray(self.family.logpmf(x, *self.given))

    def cdf(self, x: Array) -> Array:
        return np.asarray(self.family.cdf(x, *self.given))

    def sf(self, x: Array) -> Array:
        return np.asarray(self.family.sf(x, *self.given))


@dataclass(frozen=True)
class Level:
    """Amounts around what is expected: what is left of log(value + `offset`), in the distribution that it has shown.

    `left`: residuals of the periods learnt from, smoothed by a normal kernel; `means`: expected value + offset there.
    """

    left: Array
    means: Array
    offset: float
    aim: Aim

    def score(self, value: Array, mean: Array) -> tuple[Array, Array]:
        """u and llr of values where `mean` (offset included) is expected; NaN where unknown."""
        with np.errstate(invalid="ignore", divide="ignore"):
            left = np.log(np.maximum(value + self.offset, 1e-3 * mean) / mean)
        u = self.aim.worse * self._normal(left)
        return u, self._llr(u)

    def value(self, above: Array, below: Array) -> Array:
        return above / below

    def atoms(self, factor: float) -> tuple[Array, Array, Array]:
        """u, llr and chance of all that may come when the value is `factor` times the usual."""
        means = np.quantile(self.means, _MEANS) if self.offset else np.median(self.means, keepdims=True)
        z, mean = (v.ravel() for v in np.meshgrid(np.arange(-6, 6 + _STEP / 2, _STEP), means))
        u = self._moved(z, factor, mean)[0]
        chance = np.exp(-(z**2) / 2)
        return u, self._llr(u), chance / chance.sum()

    def drawn(self, z: Array, mean: Array, factor: float) -> tuple[Array, Array, Array]:
        """u, llr and value of periods whose latent normal values are z."""
        u, value = self._moved(z, factor, mean)
        return u, self._llr(u), value

    def scored(self, z: Array, factor: float) -> tuple[Array, Array]:
        """u and llr alone, of amounts that are never below 0 (no `offset`): the same whatever is expected."""
        at, score = self._grid
        moved = np.interp(z, score, at) + np.log(max(factor, 1e-3)) if factor != 1 else None
        u = self.aim.worse * (np.clip(z, score[0], score[-1]) if moved is None else np.interp(moved, at, score))
        return u, self._llr(u)

    @property
    def contexts(self) -> Array:
        return self.means

    def _moved(self, z: Array, factor: float, mean: Array) -> tuple[Array, Array]:
        left = np.interp(z, self._grid[1], self._grid[0])
        value = np.maximum((mean * np.exp(left) - self.offset) * factor, -self.offset + 1e-3 * mean)
        moved = left if factor == 1 else np.log((value + self.offset) / mean)
        return self.aim.worse * np.interp(moved, self._grid[0], self._grid[1]), value

    def _llr(self, u: Array) -> Array:
        size = self.shift
        return np.clip(size * (u - size / 2), -FARTHEST, FARTHEST)

    @cached_property
    def shift(self) -> float:
        """The change to catch in standard deviations, within what a likelihood ratio can use."""
        mean = float(np.median(self.means))
        changed = np.log(max(mean + (self.aim.factor - 1) * (mean - self.offset), 1e-3 * mean) / mean)
        return float(np.clip(abs(changed) / self.left.std(), 0.25, 3.0))

    def _normal(self, left: Array) -> Array:
        found = np.interp(left, self._grid[0], self._grid[1])
        return np.where(np.isfinite(left), found, np.nan)

    @cached_property
    def _grid(self) -> tuple[Array, Array]:
        """Residuals and their normal scores. Beyond what was seen a residual goes on at the kernel's pace."""
        from scipy import stats

        size = self.left.std()
        width = 0.9 * size * len(self.left) ** -0.2
        at = np.linspace(self.left.min() - 6 * width, self.left.max() + 6 * width, _GRID)
        off = (at[:, None] - self.left[None, :]) / width
        below, above = stats.norm.cdf(off).mean(axis=1), stats.norm.sf(off).mean(axis=1)
        score = np.where(below < 0.5, stats.norm.ppf(below), -stats.norm.ppf(above))
        return at, np.clip(score, -FARTHEST, FARTHEST)
