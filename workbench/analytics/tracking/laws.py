"""In which way a usual period varies by chance, as laws that score what came and tell all that may come.

A score u is standard normal while nothing has changed and above 0 where it is bad; a log likelihood ratio (llr) weighs
"changed by the size that the rule is built to catch" against "as usual".
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from workbench.analytics.forecast.panel import Array

FARTHEST = 8.0  # scores and log ratios are kept within
_CONTEXTS = 60  # different numbers of cases that are told apart
_STEP = 0.02  # between the scores that a level may take, in its chain
_MEANS = (0.1, 0.3, 0.5, 0.7, 0.9)  # quantiles of what is expected, where a change matters more to some than others
_GRID = 601
_AT_ONCE = 1_000_000  # chances that are held in memory at once
_CELLS = 256  # parts of each context in which an outcome is looked up


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
        asked = context + chance
        found = self._begins[(asked * _CELLS).astype(int)]
        later = np.flatnonzero(self.sums[found] < asked)  # few: most cells hold no more than one outcome
        found.ravel()[later] = np.searchsorted(self.sums, asked.ravel()[later])
        return np.minimum(found, len(self.sums) - 1)

    @cached_property
    def _begins(self) -> NDArray[np.int64]:
        """The first outcome that reaches into each cell."""
        cells = np.arange(np.ceil(self.sums[-1]) * _CELLS + 1) / _CELLS
        return np.minimum(np.searchsorted(self.sums, cells), len(self.sums) - 1)


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
        from scipy.special import ndtri

        now, then = self._law(n, share, 1.0), self._law(n, share, self.aim.factor)
        own = now.pmf(x)
        below, above = now.cdf(x) - own / 2, now.sf(x) + own / 2
        u = np.where(below < 0.5, ndtri(below), -ndtri(above))
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
        lengths, above, (sizes, shares) = [len(x) for x in counts], np.concatenate(counts), self._beside(counts)
        chances = np.where(sizes > 0, np.nan_to_num(self._law(sizes, shares, factor).pmf(above)), 1.0)
        parts = np.split(chances, np.cumsum(lengths)[:-1])
        sums = np.concatenate([k + np.cumsum(part) / part.sum() for k, part in enumerate(parts)])
        return Table(sums, u, llr, above, sizes if self.kind == "share" else np.ones(len(above)))

    def atoms(self, factor: float) -> tuple[Array, Array, Array]:
        """u, llr and chance of all that may come."""
        table = self.table(factor)
        return table.u, table.llr, np.diff(table.sums, prepend=0.0) / len(self.contexts)

    @cached_property
    def _scored(self) -> tuple[list[Array], Array, Array]:
        counts = [self._support(n, share) for n, share in self.contexts.tolist()]
        return counts, *self.score(np.concatenate(counts), *self._beside(counts))

    def _beside(self, counts: list[Array]) -> Array:
        """(2, outcomes) the number of cases and usual share that each of the counts belongs to."""
        return np.repeat(self.contexts, [len(x) for x in counts], axis=0).T

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
        return _Mixed(stats.betabinom, (cases, share * size, (1 - share) * size))


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
class _Mixed(_Law):
    """The beta-binomial law, added up once for each of what it is given: scipy's own adds up anew for every x."""

    def cdf(self, x: Array) -> Array:
        x, *given = np.broadcast_arrays(x, *self.given)
        known = np.isfinite(x) & np.isfinite(given[0])
        each, row = np.unique(np.column_stack([g[known] for g in given]), axis=0, return_inverse=True)
        at = np.clip(np.floor(x[known]), -1, each[row, 0]).astype(int)
        sums, found = np.full(len(row), np.nan), np.full(x.shape, np.nan)
        size = max(int(_AT_ONCE / (each[:, 0].max(initial=0) + 1)), 1)
        for first in range(0, len(each), size):
            here = (row >= first) & (row < first + size)
            sums[here] = self._sums(each[first : first + size])[row[here] - first, at[here] + 1]
        found[known] = sums
        return found

    def sf(self, x: Array) -> Array:
        return 1 - self.cdf(x)

    def _sums(self, each: Array) -> Array:
        """(laws, cases + 2) the chance of less than 0, 1, 2, … for rows of what is given."""
        counts = np.arange(each[:, 0].max() + 1)[None]
        chances = np.cumsum(self.family.pmf(counts, *each.T[:, :, None]), axis=1)
        return np.concatenate([np.zeros((len(each), 1)), chances], axis=1)


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

    def scored(self, z: Array, mean: Array | None, factor: float) -> tuple[Array, Array]:
        """u and llr alone; what is expected (`mean`) matters only where a change meets amounts below 0 (`offset`)."""
        at, score = self._grid
        if factor == 1:
            u = self.aim.worse * np.clip(z, score[0], score[-1])
        elif mean is None:
            u = self.aim.worse * np.interp(np.interp(z, score, at) + np.log(max(factor, 1e-3)), at, score)
        else:
            u = self._moved(z, factor, mean)[0]
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
        from scipy.special import ndtr, ndtri

        size = self.left.std()
        width = 0.9 * size * len(self.left) ** -0.2
        at = np.linspace(self.left.min() - 6 * width, self.left.max() + 6 * width, _GRID)
        off = (at[:, None] - self.left[None, :]) / width
        below, above = ndtr(off).mean(axis=1), ndtr(-off).mean(axis=1)
        score = np.where(below < 0.5, ndtri(below), -ndtri(above))
        return at, np.clip(score, -FARTHEST, FARTHEST)
