"""Members' forecasts made one: their plain mean, moved by what the panel's own backtest supports and no further."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from workbench.analytics.forecast import measures
from workbench.analytics.forecast.members import Members, members
from workbench.analytics.forecast.panel import Array, Panel
from workbench.analytics.forecast.smoothing import FAMILIES

SAMPLE = 1500  # series that a backtest fold looks at; a panel's habits are known from fewer
RIDGES = (10.0, 3.0, 1.0, 0.3, 0.1)  # candidates, relative to the size of the contrasts
USUAL_RIDGE = 3.0  # unless another is clearly better on later folds
PRIOR_ROWS = 3600.0  # weight of the plain mean, in rows (series × folds × horizon): small panels stay near it
TOLERANCE = 1.005  # what counts as clearly


@dataclass(frozen=True)
class Fold:
    """A forecast made with the data of `back` periods ago and what came after (NaN where that is not known yet)."""

    back: int
    rows: np.ndarray  # of the panel
    panel: Panel
    members: Members
    actual: Array


def folds(panel: Panel, horizon: int, kind: int, *, most: int = 4, seed: int = 0) -> tuple[Fold, ...]:
    """Rolling-origin backtest of every member, latest origin first; empty when the histories are too short for one."""
    lengths = panel.lengths
    usual, season = int(np.median(lengths)) if len(lengths) else 0, panel.season_length
    first = horizon if usual - horizon >= max(2 * season + season // 2, 6) else max(1, min(horizon, usual // 3))
    least = min(max(2 * season + season // 2, 6), usual - first)
    backs = first + max(1, first // 2) * np.arange(most)
    found = (_fold(panel, horizon, kind, int(back), max(least, 4), seed) for back in backs)
    return tuple(fold for fold in found if fold is not None)


def _fold(panel: Panel, horizon: int, kind: int, back: int, least: int, seed: int) -> Fold | None:
    rows = np.flatnonzero(panel.lengths - back >= least)
    if len(rows) > SAMPLE:
        rows = np.sort(np.random.default_rng(seed).choice(rows, SAMPLE, replace=False))
    if not len(rows):
        return None
    moving = np.nanmax(panel.until(back).values[rows], axis=1) > np.nanmin(panel.until(back).values[rows], axis=1)
    rows = rows[moving]
    if not len(rows):
        return None
    known = panel.values[rows][:, panel.values.shape[1] - back :][:, :horizon]
    actual = np.concatenate([known, np.full((len(rows), horizon - known.shape[1]), np.nan)], axis=1)
    then = panel.until(back).rows(rows)
    return Fold(back, rows, then, members(then, horizon, kind), actual)


@dataclass(frozen=True)
class Combination:
    """How far to go from the plain mean towards each member; `slopes` is empty when nothing supports a move."""

    slopes: Array
    ridge: float

    def forecast(self, panel: Panel, found: Members) -> Array:
        mean = np.mean([found.forecast[name] for name in found.base], axis=0)
        if not self.slopes.size:
            return mean
        size = _size(panel)
        return mean + size * (_contrasts(panel, found, mean, size) @ self.slopes)


def learn(found: Sequence[Fold]) -> Combination:
    """The combination that the folds support: ridge regression of the mean's errors on members' distances from it.

    Least absolute errors by reweighting. The ridge is chosen as it will be used: learnt from earlier folds, judged on
    later ones, and kept at the usual one unless another is clearly better. The move may depend on how noisy a series is and how far its members are apart.
    """
    data = [(fold.back, *_rows(fold)) for fold in found]
    rows = [(x, y) for _, x, y in data if len(y)]
    if not rows:
        return Combination(np.zeros(0), np.inf)
    ridge = _best_ridge(data, found[0].actual.shape[1])
    return Combination(_fit(rows, ridge), ridge)


def _best_ridge(data: list[tuple[int, Array, Array]], horizon: int) -> float:
    trials = [(x, y, [(a, b) for other, a, b in data if other >= back + horizon]) for back, x, y in data]
    trials = [(x, y, earlier) for x, y, earlier in trials if earlier and len(y)]
    if not trials:
        return USUAL_RIDGE
    losses = [sum(float(np.abs(y - x @ _fit(rows, ridge)).mean()) for x, y, rows in trials) for ridge in RIDGES]
    clear = losses[RIDGES.index(USUAL_RIDGE)] > TOLERANCE * min(losses)
    return RIDGES[int(np.argmin(losses))] if clear else USUAL_RIDGE


def _fit(data: list[tuple[Array, Array]], ridge: float) -> Array:
    x, y = np.concatenate([d[0] for d in data]), np.concatenate([d[1] for d in data])
    weight, size = np.ones(len(y)), (x**2).mean()
    for _ in range(6):
        weighted = x.T * weight
        penalty = size * weight.mean() * (ridge * len(y) + PRIOR_ROWS)
        slopes = np.linalg.solve(weighted @ x + (penalty + 1e-9) * np.eye(x.shape[1]), weighted @ y)
        weight = 1 / np.maximum(np.abs(y - x @ slopes), 0.1)
    return slopes


def _rows(fold: Fold) -> tuple[Array, Array]:
    mean, size = np.mean([fold.members.forecast[name] for name in fold.members.base], axis=0), _size(fold.panel)
    x = _contrasts(fold.panel, fold.members, mean, size)
    y = (fold.actual - mean) / size
    known = ~np.isnan(y)
    return x[known], y[known]


def _size(panel: Panel) -> Array:
    """What an error is measured against: half the seasonal naive's error (as in MASE), half the level (as in sMAPE)."""
    scale, level = measures.scale(panel.values, season_length=panel.season_length)[:, None], panel.level
    return 1 / (0.5 / np.where(np.isnan(scale), level, np.maximum(scale, 1e-3 * level)) + 4 / level)


def _contrasts(panel: Panel, found: Members, mean: Array, size: Array) -> Array:
    """(series, horizon, contrasts): each member less the mean, also times noise and times disagreement."""
    names = [*(n for n in found.forecast if n not in found.base), *found.base]
    apart = np.stack([np.clip((found.forecast[n] - mean) / size, -5, 5) for n in names], axis=-1)
    noise = np.clip(np.log(size / panel.level) + 3.0, -1.5, 1.5)
    families = apart[:, :, : len(FAMILIES)]
    spread = np.clip((np.log(np.abs(families).mean(axis=(1, 2))[:, None] + 0.01) + 2.0) / 2, -1, 1)
    return np.concatenate([apart, apart * noise[:, :, None], apart * spread[:, :, None]], axis=-1)


def without(found: Members, name: str) -> Members:
    """The same without one member."""
    return replace(found, forecast={n: f for n, f in found.forecast.items() if n != name})
