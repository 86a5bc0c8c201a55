"""An analyst's own model: two functions and a name make it compete in the backtest, the combination and the
evidence; where it wins weight, its paths are in the predictive distribution."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from workbench.analytics.forecast.panel import Array, Panel

_FAILS = (ValueError, ArithmeticError, LookupError, RuntimeError, TypeError, AttributeError)
PATHS = 100
LEAST_FOLDS = 3  # below which no weight is won: two tests show no noise to hold a gain against
WEIGHTS = np.linspace(0, 1, 11)
_PROBABILITIES = (np.arange(99) + 0.5) / 99


@dataclass(frozen=True)
class Model:
    """`fit(history, season_length)` gives anything; `simulate(fitted, horizon, paths, rng)` gives (paths, horizon).

    `history` is one series without gaps, oldest first, after calendar effects and variables. The mean of the paths is
    its forecast. On a series on which it fails or gives no finite number it has no weight, it is named, and the rest of
    the run goes on.
    """

    name: str
    fit: Callable[[Array, int], Any]
    simulate: Callable[[Any, int, int, np.random.Generator], Array]

    def paths(self, panel: Panel, horizon: int, *, count: int = PATHS) -> Array:
        """(series, count, horizon), NaN where the model failed."""
        known = (series[~np.isnan(series)] for series in panel.values)
        return np.stack([self._one(series, panel.season_length, horizon, count) for series in known])

    def _one(self, history: Array, season_length: int, horizon: int, count: int) -> Array:
        try:
            found = self.simulate(self.fit(history, season_length), horizon, count, np.random.default_rng(0))
            drawn = np.asarray(found, float).reshape(-1, horizon)
        except _FAILS:
            return np.full((count, horizon), np.nan)
        whole = len(drawn) > 0 and np.isfinite(drawn).all()
        return np.resize(drawn, (count, horizon)) if whole else np.full((count, horizon), np.nan)


def weight(ours: list[Array], own: list[Array], actual: list[Array]) -> float:
    """How much of the forecast an own model earns: what lowers the folds' error most, less what chance may have given.

    One array (series, horizon) a fold, in errors' unit of size. Folds overlap, so that their mean is twice as unsure as
    their number says; the share of the gain that is beyond that noise is kept (James & Stein's rule).
    """
    if len(actual) < LEAST_FOLDS:
        return 0.0
    kept = [np.where(np.isnan(o), c, o) for c, o in zip(ours, own, strict=True)]
    loss = np.array([
        [np.nanmean(np.abs(a - c - w * (o - c))) for w in WEIGHTS] for a, c, o in zip(actual, ours, kept, strict=True)
    ])  # fmt: skip
    best = int(loss.mean(axis=0).argmin())
    gain = loss[:, 0] - loss[:, best]
    noise = gain.var(ddof=1) * 2 / len(gain)
    return float(WEIGHTS[best] * max(1 - noise / gain.mean() ** 2, 0)) if gain.mean() > 0 else 0.0


@dataclass(frozen=True)
class Pool:
    """A linear pool of distributions: own models' paths by their weights, and the engine's for the rest.

    `paths`: for each own model (series, paths, horizon), NaN where it failed.
    """

    weights: tuple[float, ...]
    paths: tuple[Array, ...]

    @classmethod
    def of(cls, weights: Mapping[str, float], paths: Mapping[str, Array]) -> "Pool":
        won = {name: w for name, w in weights.items() if w > 0}
        return cls(tuple(won.values()), tuple(paths[name] for name in won))

    def mean(self, rest: Array) -> Array:
        """Of the pool, `rest` (series, horizon) being the engine's."""
        return rest + sum(
            w * np.nan_to_num(p.mean(axis=1) - rest) for w, p in zip(self.weights, self.paths, strict=True)
        )

    def quantile(self, rest: Callable[[float], Array], probability: float) -> Array:
        """Of the pool, `rest` giving the engine's quantile (series, horizon) at a probability."""
        if not self.weights:
            return rest(probability)
        engine = np.stack([rest(p) for p in _PROBABILITIES])
        values = np.concatenate([engine, *(p.transpose(1, 0, 2) for p in self.paths)])
        shares = [
            (1 - sum(self.weights), len(engine)),
            *zip(self.weights, (p.shape[1] for p in self.paths), strict=True),
        ]
        mass = np.concatenate([np.full(n, w / n) for w, n in shares])[:, None, None] * ~np.isnan(values)
        order = np.argsort(values, axis=0)
        below = np.cumsum(np.take_along_axis(mass / mass.sum(axis=0), order, axis=0), axis=0)
        at = (below >= probability - 1e-9).argmax(axis=0)[None]
        return np.asarray(np.take_along_axis(np.take_along_axis(values, order, axis=0), at, axis=0)[0])

    def draw(self, rest: Array, seed: int) -> Array:
        """Paths of the pool from the engine's, (paths, series, horizon): each comes from one of the distributions."""
        if not self.weights:
            return rest
        rng, drawn = np.random.default_rng(seed + 1), rest.copy()
        choice = rng.choice(len(self.weights) + 1, len(rest), p=[*self.weights, max(1 - sum(self.weights), 0.0)])
        for k, own in enumerate(self.paths):
            at = np.flatnonzero(choice == k)
            taken = own[:, rng.integers(own.shape[1], size=len(at))].transpose(1, 0, 2)
            drawn[at] = np.where(np.isnan(taken), rest[at], taken)
        return drawn
