"""How wrong a forecast may be: a predictive distribution learnt from the backtest errors of all series together.

Each error is measured against an expected one that depends on the series (its in-sample errors several periods ahead,
how far members are apart, how much it moves, how few seasons it has) and the horizon: a regression over all series and
folds. The quantiles of these standardized errors, pooled over series (conformal prediction, Vovk and others 2005,
Barber and others 2023 for data that are not exchangeable), give the intervals. How much of an error stays over the
horizon gives joint sample paths by a Gaussian copula.

Folds of few series, or few folds (whose series share one year's luck), say little: the rest of the weight has what is
usual. That was fitted by quantile loss on what is not anyone's test part: 14 to 120 months and 6 to 44 quarters out of
the training parts of M3, 55 branches of US retail 1992-2020, Australian tourism 1998-2010, and weekly sales of a
wholesaler and two shops, each family with the same weight. Weeks have a growth over
the horizon of their own (WEEKLY), read off the coverage by step of rolling origins 4, 13 and 26 weeks ahead: three
companies, a measured gas and made-up shops together, without a fourth company whose sales changed level. The same data
judged it, so it is not yet shown on others.
A trend that the panel's
own errors would correct is left out on purpose: in US retail 1998-2020 the errors of one year say too little of the
next one's (correlation 0.3), in Australian tourism they say the opposite (-0.4).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from workbench.analytics.forecast import demand
from workbench.analytics.forecast.combination import Combination, Fold
from workbench.analytics.forecast.members import UNSEEN, Members
from workbench.analytics.forecast.panel import Array, Panel

PROBABILITIES = np.array([
    0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.975, 0.99, 0.995,
])  # fmt: skip
SCORES = np.array([NormalDist().inv_cdf(p) for p in PROBABILITIES])
FLOOR = 0.02  # of a series' level: logs are taken of nothing smaller
SHORTEST = 0.5  # seasons: of shorter histories the slopes were fitted to none, and would give errors without end
SEEN = 0.1  # of a period with a change of UNSEEN is added to each history: short ones show too little
PRIOR_SERIES, PRIOR_FOLDS = 20.0, 1.5  # weight of what is usual, in series and in folds
WEEKS, WEEKLY = 26, (0.22, -0.115)  # from so many periods a year, errors start larger and grow slower with log steps
_USUAL_SLOPES = {  # by whether errors are on logs; see the module's head
    True: np.array([-0.33, 0.49, 0.06, 0.11, 0.14, 0.17, -0.98, 0.01, 0.06, -0.02, 1.09, 1.0]),
    False: np.array([-0.47, 0.17, 0.08, 0.13, 0.40, 0.01, 0.45, -0.09, 0.03, 0.25, 1.46, 1.0]),
}
_USUAL_QUANTILES = {
    True: np.array([
        -8.0, -6.4, -4.33, -3.16, -2.20, -1.64, -1.26, -0.68, -0.22, 0.15, 0.53, 0.93, 1.44, 1.76, 2.22, 3.02, 3.87,
        5.06, 6.14,
    ]),
    False: np.array([
        -3.82, -3.25, -2.51, -2.15, -1.73, -1.48, -1.30, -0.98, -0.65, -0.30, 0.14, 0.73, 1.61, 2.30, 3.30, 5.57, 9.00,
        13.0, 17.0,
    ]),
}  # fmt: skip
_USUAL_PERSISTENCE = 0.32, -0.25, -0.095  # constant, by how much more a period changes than a year, by noise


@dataclass(frozen=True)
class Spread:
    """A learnt predictive distribution around any forecast of the same kind of series."""

    slopes: Array
    logs: bool
    quantiles: Array  # (probability, horizon), of error / expected error
    lasting: float  # how much more errors of this panel persist over the horizon than usual
    non_negative: bool

    def expected(self, panel: Panel, found: Members, forecast: Array) -> Array:
        """Expected (geometric mean) absolute error: on logs a ratio, else in the data's unit; (series, horizon)."""
        size = np.exp(_features(panel, found, forecast) @ self.slopes)
        return np.minimum(size, 1.0) if self.logs else size * panel.level

    def persistence(self, panel: Panel, found: Members) -> Array:
        """Share of each series' error that stays as a walk does, to nearest 0.05; the rest is new every period."""
        return np.round(np.clip(_usual_persistence(panel, found) + self.lasting, 0, 0.95) * 20) / 20

    def at(self, panel: Panel, forecast: Array, expected: Array, probability: float) -> Array:
        """The quantile at `probability`, in the data's unit."""
        score = NormalDist().inv_cdf(probability)
        return self.value(panel, forecast, expected, np.full((1, *forecast.shape), score))[0]

    def value(self, panel: Panel, forecast: Array, expected: Array, scores: Array) -> Array:
        """Values at standard normal `scores`, (paths, series, horizon)."""
        error = expected * np.stack([_read(scores[..., k], self.quantiles[:, k]) for k in range(scores.shape[-1])], -1)
        if self.logs:
            return np.maximum(forecast, FLOOR * panel.level) * np.exp(np.clip(error, -30, 5))
        values = forecast + error
        return _of_zeros(panel, forecast, scores, np.maximum(values, 0)) if self.non_negative else values


def _of_zeros(panel: Panel, forecast: Array, scores: Array, values: Array) -> Array:
    """The values, but of series that are mostly zero by what they sold: errors around a mean are never zeros."""
    drawn = np.flatnonzero(demand.drawn(panel))
    if len(drawn):
        fine = np.arange(1, 200) / 200
        at = np.array([NormalDist().inv_cdf(p) for p in fine])
        for row, shape in zip(drawn, demand.at(panel.rows(drawn), fine), strict=True):
            values[:, row] = forecast[row] * np.interp(scores[:, row], at, shape)
    return values


def learn(found: Sequence[Fold], combination: Combination, horizon: int, kind: int) -> Spread:
    """The spread that the folds show; the usual one, weighted by how many series there are, where they are few.

    Folds that knew less than two seasons say nothing of errors where seasons are known, so they are left out.
    """
    logs = kind == 0
    found = [fold for fold in found if np.median(fold.panel.lengths) >= 2 * fold.panel.season_length]
    forecasts = [combination.forecast(fold.panel, fold.members) for fold in found]
    errors = [_error(fold, f, logs) for fold, f in zip(found, forecasts, strict=True)]
    features = [_features(fold.panel, fold.members, f) for fold, f in zip(found, forecasts, strict=True)]
    slopes = _slopes(features, errors, horizon, _USUAL_SLOPES[logs])
    scaled = [e / np.exp(x @ slopes) for e, x in zip(errors, features, strict=True)]
    series = len({int(row) for fold in found for row in fold.rows})
    pooled = np.concatenate(scaled) if scaled else np.full((0, horizon), np.nan)
    size, lasting = _trust(series, len(found))
    quantiles = _quantiles(pooled, size, _USUAL_QUANTILES[logs])
    return Spread(slopes, logs, quantiles, lasting * _lasting(found, scaled, quantiles), kind < 2)


def _trust(series: int, folds: int) -> tuple[float, float]:
    """How far the folds are believed, 0 to 1, in their errors' sizes and signs, which the series of a fold share, and
    in how they persist: by their number and that of the series."""
    seen = series * (1 + 0.25 * max(folds - 1, 0))
    enough = seen / (seen + PRIOR_SERIES)
    return enough * folds / (folds + PRIOR_FOLDS), enough * folds / (folds + 0.5)


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
    lengths = np.maximum(panel.lengths, SHORTEST * season)[:, None]
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
        steps * season / lengths,
        4 / lengths * same,
        (WEEKLY[0] + WEEKLY[1] * steps) * (season >= WEEKS) * same,
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
    penalty[0] = 5.0 * horizon + PRIOR_FOLDS * len(y) / len(features)  # one fold alone may be easy or hard
    return usual + np.linalg.solve(x.T @ x + np.diag(penalty), x.T @ (y - x @ usual))


def _quantiles(pooled: Array, trust: float, usual: Array) -> Array:
    """(probability, horizon): pooled quantiles on a line over the horizon, blended with the usual ones."""
    horizon = pooled.shape[1]
    known = (~np.isnan(pooled)).sum(axis=0) >= 5
    if not known.any():
        return np.repeat(usual[:, None], horizon, axis=1)
    steps = np.arange(horizon)
    found = np.nanquantile(pooled[:, known], PROBABILITIES, axis=0)
    if known.sum() >= 3:
        line = np.polynomial.polynomial.polyfit(steps[known], found.T, 1)
        found = np.polynomial.polynomial.polyval(np.minimum(steps, steps[known].max()), line)
    else:
        found = np.repeat(found.mean(axis=1, keepdims=True), horizon, axis=1)
    return np.sort(trust * found + (1 - trust) * usual[:, None], axis=0)


def walk(horizon: int) -> Array:
    """Correlation over the horizon of errors that add up from period to period."""
    steps = np.arange(1, horizon + 1)
    return np.sqrt(np.minimum.outer(steps, steps) / np.maximum.outer(steps, steps))


def _usual_persistence(panel: Panel, found: Members) -> Array:
    constant, by_change, by_noise = _USUAL_PERSISTENCE
    change = np.log((_moves(panel, 1) + 1e-4) / (_moves(panel, panel.season_length) + 1e-4))[:, 0]
    noise = np.log(found.error[:, 0] / panel.level[:, 0] + 1e-3)
    return np.asarray(constant + by_change * change + by_noise * noise)


def _lasting(found: Sequence[Fold], scaled: Sequence[Array], quantiles: Array) -> float:
    """How much more the folds' errors persist than usual: from the products of normal scores of different periods."""
    horizon = quantiles.shape[1]
    rows = [~np.isnan(e).any(axis=1) for e in scaled]
    if horizon < 2 or not any(r.any() for r in rows):
        return 0.0
    whole = np.concatenate([e[r] for e, r in zip(scaled, rows, strict=True)])
    scores = np.stack([np.interp(whole[:, k], quantiles[:, k], SCORES) for k in range(horizon)], axis=1)
    usual = np.concatenate([_usual_persistence(f.panel, f.members)[r] for f, r in zip(found, rows, strict=True)])
    each = (scores**2).sum()
    shared = ((scores.sum(axis=1) ** 2).sum() / each - 1) / (walk(horizon).sum() / horizon - 1)
    return float(shared - np.clip(usual, 0, 0.95).mean())


def _read(scores: Array, quantiles: Array) -> Array:
    """Quantiles at normal scores; beyond the outermost, on a line through the last two."""
    found = np.interp(scores, SCORES, quantiles)
    low = (quantiles[1] - quantiles[0]) / (SCORES[1] - SCORES[0])
    high = (quantiles[-1] - quantiles[-2]) / (SCORES[-1] - SCORES[-2])
    found = np.where(scores < SCORES[0], quantiles[0] + low * (scores - SCORES[0]), found)
    return np.where(scores > SCORES[-1], quantiles[-1] + high * (scores - SCORES[-1]), found)
