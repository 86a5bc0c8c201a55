"""Members' forecasts made one: their plain mean, moved by what the panel's own backtest supports and no further."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from workbench.analytics.forecast import measures
from workbench.analytics.forecast.members import Members
from workbench.analytics.forecast.models import Model, Pool, weight
from workbench.analytics.forecast.panel import Array, Panel
from workbench.analytics.forecast.smoothing import FAMILIES

SAMPLE = 1500  # series that a backtest fold looks at; a panel's habits are known from fewer
RIDGES = (10.0, 3.0, 1.0, 0.3, 0.1)  # candidates, relative to the size of the contrasts
LIFTS = (0.5, 0.0, 1.0)  # the first is kept when they tie
USUAL_RIDGE = 3.0  # unless another is clearly better on later folds
PRIOR_ROWS = 3600.0  # weight of the plain mean, in rows (series × folds × horizon): small panels stay near it
TOLERANCE = 1.005  # what counts as clearly
JOIN = 0.02  # share of the error that a member must take away to join the plain mean; more in panels of few series


@dataclass(frozen=True)
class Origin:
    """The data of `back` periods ago and what came after (NaN where that is not known yet)."""

    back: int
    rows: np.ndarray  # of the panel
    panel: Panel
    actual: Array


@dataclass(frozen=True)
class Fold(Origin):
    """A forecast made with the data of `back` periods ago."""

    members: Members


@dataclass(frozen=True)
class Effort:
    """How much backtesting to do, and an analyst's own models that take part in it."""

    folds: int = 6
    sample: int = SAMPLE
    models: tuple[Model, ...] = ()


def origins(panel: Panel, horizon: int, effort: Effort) -> list[Origin]:
    """Those of a rolling-origin backtest, the latest first; empty when the histories are too short for one."""
    lengths = panel.lengths
    usual, season = int(np.median(lengths)) if len(lengths) else 0, panel.season_length
    first = horizon if usual - horizon >= max(2 * season + season // 2, 6) else max(1, min(horizon, usual // 3))
    least = min(max(2 * season + season // 2, 6), usual - first)
    backs = first + max(1, first // 2) * np.arange(effort.folds)
    found = (_origin(panel, horizon, int(back), max(least, 4), effort.sample) for back in backs)
    return [origin for origin in found if origin is not None]


def _origin(panel: Panel, horizon: int, back: int, least: int, sample: int) -> Origin | None:
    rows = np.flatnonzero(panel.lengths - back >= least)
    if len(rows) > sample:
        rows = np.sort(np.random.default_rng(back).choice(rows, sample, replace=False))
    then = panel.until(back).values[rows]
    rows = rows[np.nanmax(then, axis=1) > np.nanmin(then, axis=1)] if len(rows) else rows
    if not len(rows):
        return None
    known = panel.values[rows][:, panel.values.shape[1] - back :][:, :horizon]
    actual = np.concatenate([known, np.full((len(rows), horizon - known.shape[1]), np.nan)], axis=1)
    return Origin(back, rows, panel.until(back).rows(rows), actual)


@dataclass(frozen=True)
class Combination:
    """The members in the plain mean, and how far to go from it towards each; no `slopes` when nothing supports a
    move."""

    base: tuple[str, ...]
    slopes: Array
    ridge: float
    lift: float = 0.0
    own: dict[str, float] = field(default_factory=dict)  # weights that an analyst's own models have won

    def forecast(self, panel: Panel, found: Members) -> Array:
        """(series, horizon), own models included by their weights."""
        return Pool.of(self.own, found.own).mean(self.plain(panel, found))

    def plain(self, panel: Panel, found: Members) -> Array:
        """(series, horizon) without own models."""
        mean = found.mean(self.base, self.lift)
        if not self.slopes.size:
            return mean
        size = _size(panel)
        return mean + size * (_contrasts(panel, found, mean, size) @ self.slopes)


def learn(found: Sequence[Fold], usual: tuple[str, ...], edge: float = 0.1) -> Combination:
    """The combination that the folds support.

    First which members the plain mean holds: the usual ones, and any whose presence clearly lowers the error of the
    folds together; and whether members made on logs enter as medians or means (`lift`). Then a ridge regression of
    the mean's errors on members' distances from it, least absolute errors by
    reweighting; the move may depend on how noisy a series is and how far its members are apart. The ridge is chosen as
    it will be used: learnt from earlier folds, judged on later ones, and the usual one unless another is clearly
    better.
    Errors count as they are beyond `edge`, and squared within (Huber 1964): a small edge aims at medians, a large one,
    for series with zeros, at means, whose sums are right.
    """
    found = [fold for fold in found if not np.isnan(fold.actual).all()]
    if not found:
        return Combination(usual, np.zeros(0), np.inf)
    base = _base(found, usual, edge)
    mix = _learn(found, base, edge)
    return replace(mix, own=_own_weights(found, mix)) if found[0].members.own else mix


def _own_weights(found: Sequence[Fold], mix: Combination) -> dict[str, float]:
    """Of each own model, tried beside the combination alone; together no more than the whole."""
    ours = [mix.plain(fold.panel, fold.members) / _size(fold.panel) for fold in found]
    actual = [fold.actual / _size(fold.panel) for fold in found]
    won = {}
    for name in found[0].members.own:
        own = [fold.members.own[name].mean(axis=1) / _size(fold.panel) for fold in found]
        won[name] = weight(ours, own, actual)
    return {name: w / max(sum(won.values()), 1) for name, w in won.items()}


def _learn(found: Sequence[Fold], base: tuple[str, ...], edge: float) -> Combination:
    lift = min(LIFTS, key=lambda lift: _base_loss(found, base, edge, lift))
    data = [(fold.back, *_rows(fold, base, lift)) for fold in found]
    ridge = _best_ridge(data, found[0].actual.shape[1], edge)
    return Combination(base, _fit([(x, y) for _, x, y in data], ridge, edge), ridge, lift)


def _base(found: Sequence[Fold], usual: tuple[str, ...], edge: float) -> tuple[str, ...]:
    """The usual members, joined one by one by those that lower the folds' error by enough for the panel's size."""
    series = len({int(row) for fold in found for row in fold.rows})
    needed = 1 - JOIN * (1 + 100 / series)
    base, loss = usual, _base_loss(found, usual, edge)
    while len(base) < len(usual) + 3:
        tries = {name: _base_loss(found, (*base, name), edge) for name in found[0].members.forecast if name not in base}
        best = min(tries, key=lambda name: tries[name])
        if tries[best] > needed * loss:
            break
        base, loss = (*base, best), tries[best]
    return base


def _base_loss(found: Sequence[Fold], base: tuple[str, ...], edge: float, lift: float = 0.5) -> float:
    parts = [_huber((fold.actual - fold.members.mean(base, lift)) / _size(fold.panel), edge) for fold in found]
    return float(np.mean([np.nanmean(part) for part in parts]))


def _best_ridge(data: list[tuple[int, Array, Array]], horizon: int, edge: float) -> float:
    trials = [(x, y, [(a, b) for other, a, b in data if other >= back + horizon]) for back, x, y in data]
    trials = [(x, y, earlier) for x, y, earlier in trials if earlier and len(y)]
    if not trials:
        return USUAL_RIDGE
    ridges = RIDGES if edge < 1 else RIDGES[:2]  # errors of series with zeros are too wild to go far
    losses = [
        sum(float(_huber(y - x @ _fit(rows, ridge, edge), edge).mean()) for x, y, rows in trials) for ridge in ridges
    ]
    clear = losses[ridges.index(USUAL_RIDGE)] > TOLERANCE * min(losses)
    return ridges[int(np.argmin(losses))] if clear else USUAL_RIDGE


def _fit(data: list[tuple[Array, Array]], ridge: float, edge: float) -> Array:
    x, y = np.concatenate([d[0] for d in data]), np.concatenate([d[1] for d in data])
    weight, size = np.ones(len(y)), (x**2).mean()
    for _ in range(6):
        weighted = x.T * weight
        penalty = size * weight.mean() * (ridge * len(y) + PRIOR_ROWS)
        slopes = np.linalg.solve(weighted @ x + (penalty + 1e-9) * np.eye(x.shape[1]), weighted @ y)
        weight = 1 / np.maximum(np.abs(y - x @ slopes), edge)
    return slopes


def _huber(error: Array, edge: float) -> Array:
    size = np.abs(error)
    return np.where(size < edge, size**2 / (2 * edge), size - edge / 2)


def _rows(fold: Fold, base: tuple[str, ...], lift: float) -> tuple[Array, Array]:
    mean, size = fold.members.mean(base, lift), _size(fold.panel)
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
