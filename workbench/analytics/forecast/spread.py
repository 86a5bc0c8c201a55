"""How wrong a forecast may be: a predictive distribution learnt from the backtest errors of all series together.

Each error is measured against an expected one that depends on the series (its in-sample errors several periods ahead,
how far members are apart, how much it moves) and the horizon: a regression over all series and folds. The quantiles of
these standardized errors, pooled over series (conformal prediction, Vovk and others 2005, Barber and others 2023 for
data that are not exchangeable), give the intervals; their correlation over the horizon gives joint sample paths by a
Gaussian copula. Panels too small to say keep what was found on the training parts of M3's monthly and quarterly series.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from workbench.analytics.forecast.combination import Combination, Fold
from workbench.analytics.forecast.members import UNSEEN, Members
from workbench.analytics.forecast.panel import Array, Panel

PROBABILITIES = np.array([
    0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.975, 0.99, 0.995,
])  # fmt: skip
SCORES = np.array([NormalDist().inv_cdf(p) for p in PROBABILITIES])
FLOOR = 0.02  # of a series' level: logs are taken of nothing smaller
SEEN = 0.1  # of a period with a change of UNSEEN is added to each history: short ones show too little
PRIOR_SERIES = 20.0  # weight of the usual quantiles, in series
_USUAL_SLOPES = {  # learnt on the training parts of M3 (the last four folds), by whether errors are on logs
    True: np.array([-0.64, 0.36, 0.11, 0.08, -0.02, 0.32, -0.80, 0.11, 0.04]),
    False: np.array([-0.64, 0.36, 0.11, 0.08, -0.02, 0.32, 0.20, 0.11, 0.04]),
}
_USUAL_QUANTILES = np.array([
    -6.2, -5.0, -3.7, -2.8, -1.95, -1.48, -1.12, -0.6, -0.18, 0.15, 0.5, 0.9, 1.4, 1.73, 2.2, 3.0, 3.85, 5.1, 6.1,
])  # fmt: skip


@dataclass(frozen=True)
class Spread:
    """A learnt predictive distribution around any forecast of the same kind of series."""

    slopes: Array
    logs: bool
    quantiles: Array  # (probability, horizon), of error / expected error
    correlation: Array  # (horizon, horizon), of normal scores
    non_negative: bool

    def expected(self, panel: Panel, found: Members, forecast: Array) -> Array:
        """Expected (geometric mean) absolute error: on logs a ratio, else in the data's unit; (series, horizon)."""
        size = np.exp(_features(panel, found, forecast) @ self.slopes)
        return np.minimum(size, 1.0) if self.logs else size * panel.level

    def at(self, panel: Panel, forecast: Array, expected: Array, probability: float) -> Array:
        """The quantile at `probability`, in the data's unit."""
        score = NormalDist().inv_cdf(probability)
        return self.value(panel, forecast, expected, np.full((1, *forecast.shape), score))[0]

    def value(self, panel: Panel, forecast: Array, expected: Array, scores: Array) -> Array:
        """Values at standard normal `scores`, (paths, series, horizon)."""
        error = expected * np.stack([_read(scores[..., k], self.quantiles[:, k]) for k in range(scores.shape[-1])], -1)
        if self.logs:
            return np.maximum(forecast, FLOOR * panel.level) * np.exp(np.clip(error, -30, 5))
        return np.maximum(forecast + error, 0) if self.non_negative else forecast + error


def learn(found: Sequence[Fold], combination: Combination, horizon: int, kind: int) -> Spread:
    """The spread that the folds show; the usual one, weighted by how many series there are, where they are few."""
    logs = kind == 0
    forecasts = [combination.forecast(fold.panel, fold.members) for fold in found]
    errors = [_error(fold, f, logs) for fold, f in zip(found, forecasts, strict=True)]
    features = [_features(fold.panel, fold.members, f) for fold, f in zip(found, forecasts, strict=True)]
    slopes = _slopes(features, errors, horizon, _USUAL_SLOPES[logs])
    scaled = [e / np.exp(x @ slopes) for e, x in zip(errors, features, strict=True)]
    series = len({int(row) for fold in found for row in fold.rows})
    pooled = np.concatenate(scaled) if scaled else np.zeros((0, horizon))
    trust = _trust(series, len(found))
    return Spread(slopes, logs, _quantiles(pooled, trust, horizon), _correlation(pooled, trust, horizon), kind < 2)


def _trust(series: int, folds: int) -> float:
    """How far the folds are believed, 0 to 1: by their number (series of one fold err together) and that of the
    series."""
    seen = series * (1 + 0.25 * max(folds - 1, 0))
    return seen / (seen + PRIOR_SERIES) * folds / (folds + 0.5)


def _error(fold: Fold, forecast: Array, logs: bool) -> Array:
    """Error over level, or on logs: (series, horizon)."""
    if not logs:
        return (fold.actual - forecast) / fold.panel.level
    low = FLOOR * fold.panel.level
    return np.log(np.maximum(fold.actual, low) / np.maximum(forecast, low))


def _features(panel: Panel, found: Members, forecast: Array) -> Array:
    """(series, horizon, features): what an error's size depends on, on logs and relative to the series' level."""
    level, season, horizon = panel.level, panel.season_length, forecast.shape[1]
    same, steps = np.ones_like(forecast), np.log(np.arange(1, horizon + 1))[None]
    apart = np.std([found.forecast[name] for name in found.base], axis=0) + 0.02 * found.error
    recent = found.residual[:, -3 * max(season, 4) :] / level
    count = (~np.isnan(recent)).sum(axis=1)
    one_step = np.sqrt((np.nansum(recent**2, axis=1) + SEEN * UNSEEN**2) / (count + SEEN))[:, None]
    columns = [
        same,
        np.log(found.error / level + 1e-4),
        np.log(_moves(panel, season) + 1e-4) * same,
        np.log(apart / level + 1e-4),
        np.log(_moves(panel, 1) + 1e-4) * same,
        np.log(one_step + 1e-4) * same,
        np.log(np.abs(forecast) / level + 0.1),
        steps * same,
        steps**2 * same,
    ]
    return np.stack(columns, axis=-1)


def _moves(panel: Panel, lag: int) -> Array:
    """Mean absolute change over `lag` periods relative to level; with a little that was not seen."""
    if panel.values.shape[1] <= lag:
        return np.full((len(panel.values), 1), UNSEEN)
    change = np.abs(panel.values[:, lag:] - panel.values[:, :-lag])
    count = (~np.isnan(change)).sum(axis=1)
    return ((np.nansum(change, axis=1) / panel.level[:, 0] + SEEN * UNSEEN) / (count + SEEN))[:, None]


def _slopes(features: Sequence[Array], errors: Sequence[Array], horizon: int, usual: Array) -> Array:
    """Ridge regression of log absolute errors, shrunk towards the usual slopes."""
    if not features:
        return usual
    x = np.concatenate([f.reshape(-1, f.shape[-1]) for f in features])
    y = np.log(np.abs(np.concatenate([e.ravel() for e in errors])) + 0.003)
    known = ~np.isnan(y)
    x, y = x[known], y[known]
    penalty = np.full(x.shape[1], 50.0 * horizon)
    penalty[0] = 5.0 * horizon + len(y) / (2 * len(features) ** 2)  # one fold alone may be an easy or a hard one
    return usual + np.linalg.solve(x.T @ x + np.diag(penalty), x.T @ (y - x @ usual))


def _quantiles(pooled: Array, trust: float, horizon: int) -> Array:
    """(probability, horizon): pooled quantiles on a line over the horizon, blended with the usual ones."""
    usual = np.repeat(_USUAL_QUANTILES[:, None], horizon, axis=1)
    known = (~np.isnan(pooled)).sum(axis=0) >= 5
    if not known.any():
        return usual
    steps = np.arange(horizon)
    found = np.nanquantile(pooled[:, known], PROBABILITIES, axis=0)
    if known.sum() >= 3:
        line = np.polynomial.polynomial.polyfit(steps[known], found.T, 1)
        found = np.polynomial.polynomial.polyval(np.minimum(steps, steps[known].max()), line)
    else:
        found = np.repeat(found.mean(axis=1, keepdims=True), horizon, axis=1)
    return np.sort(trust * found + (1 - trust) * usual, axis=0)


def _correlation(pooled: Array, trust: float, horizon: int) -> Array:
    """Correlation of normal scores over the horizon, shrunk towards that of a damped walk."""
    steps = np.arange(1, horizon + 1)
    low, high = np.minimum.outer(steps, steps), np.maximum.outer(steps, steps)
    usual = 0.75 * (low / high) ** 0.5 + 0.25 * np.eye(horizon)
    whole = pooled[~np.isnan(pooled).any(axis=1)]
    if len(whole) < 10:
        return usual
    ranks = whole.argsort(axis=0).argsort(axis=0)
    scores = np.interp((ranks + 0.5) / len(whole), PROBABILITIES, SCORES)
    mixed = trust * np.corrcoef(scores.T).reshape(horizon, horizon) + (1 - trust) * usual
    values, vectors = np.linalg.eigh(mixed)
    mixed = (vectors * np.maximum(values, 1e-6)) @ vectors.T
    size = np.sqrt(np.diag(mixed))
    return mixed / np.outer(size, size)


def _read(scores: Array, quantiles: Array) -> Array:
    """Quantiles at normal scores; beyond the outermost, on a line through the last two."""
    found = np.interp(scores, SCORES, quantiles)
    low = (quantiles[1] - quantiles[0]) / (SCORES[1] - SCORES[0])
    high = (quantiles[-1] - quantiles[-2]) / (SCORES[-1] - SCORES[-2])
    found = np.where(scores < SCORES[0], quantiles[0] + low * (scores - SCORES[0]), found)
    return np.where(scores > SCORES[-1], quantiles[-1] + high * (scores - SCORES[-1]), found)
