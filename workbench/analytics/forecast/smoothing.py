"""Exponential smoothing of all series at once on a fixed grid of settings: no optimiser, no warning, one pass over
time.

A setting is (alpha, beta, phi, drift, gamma): level, trend, damping (Gardner & McKenzie 1985), share of the straight
line's slope that is kept for good (1/2 is Theta, Assimakopoulos & Nikolopoulos 2000), and season. Each is scored by its
in-sample errors several periods ahead (recent ones count more), and forecasts are the settings' mean with weights that
fall with the score (Kolassa 2011, with multi-step errors in the place of AIC). Errors are scaled by the local level.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from workbench.analytics.forecast.panel import Array, Panel, seasonal_shape

Small = NDArray[np.float32]
FAMILIES = ("level", "drift_25", "drift_50", "damped", "trend")
SHARPNESS, DECAY, CHUNK = 15.0, 0.98, 128
_ALPHAS = (0.02, 0.08, 0.16, 0.28, 0.42, 0.6, 0.8, 0.95)
_GAMMAS = (0.0, 0.15, 0.5)
_TRENDS = (  # family, beta, phi, drift
    (0, 0.0, 1.0, 0.0),
    (1, 0.0, 1.0, 0.25),
    (2, 0.0, 1.0, 0.5),
    *((3, beta, phi, 0.0) for beta in (0.05, 0.15, 0.4) for phi in (0.8, 0.9)),
    *((4, beta, 0.97, 0.0) for beta in (0.03, 0.1, 0.3)),
)


@dataclass(frozen=True)
class Smoothed:
    """`forecast`: (series, families + 1, horizon), the last one over all families; `error`: (series, horizons `ahead`)
    mean absolute error of the last; `residual`: one-step errors of each series' best setting, (series, time)."""

    forecast: Array
    error: Array
    ahead: tuple[int, ...]
    residual: Array


def smooth(panel: Panel, horizon: int, *, additive: bool, scored: int = 0) -> Smoothed:
    """Forecasts of every family of settings, and of all together; `additive` says how season and level combine.

    Settings are scored by errors up to `scored` periods ahead (default: the horizon).
    """
    pass_ = _Pass(panel, horizon, additive, horizons_scored(scored or horizon))
    order = np.argsort(-panel.lengths, kind="stable")
    for first in range(0, len(order), CHUNK):
        pass_.run(order[first : first + CHUNK])
    return Smoothed(pass_.forecast, pass_.error, pass_.ahead, pass_.residual)


def horizons_scored(horizon: int) -> tuple[int, ...]:
    return tuple(sorted({1, min(2, horizon), max(1, horizon // 3), max(1, horizon // 2), horizon}))


def settings(seasonal: bool) -> tuple[Small, NDArray[np.int64]]:
    """The grid (settings, 5) and each one's family, families together."""
    rows = [
        (family, alpha, beta, phi, drift, gamma)
        for family, beta, phi, drift in _TRENDS
        for alpha in _ALPHAS
        for gamma in (_GAMMAS if seasonal else (0.0,))
    ]
    rows.sort(key=lambda row: row[0])
    table = np.array(rows)
    return table[:, 1:].astype(np.float32), table[:, 0].astype(np.int64)


class _Pass:
    """One run over a panel; holds what all chunks share."""

    def __init__(self, panel: Panel, horizon: int, additive: bool, ahead: tuple[int, ...]) -> None:
        self.values, self.season, self.horizon, self.additive = panel.values, panel.season_length, horizon, additive
        count, self.time = panel.values.shape
        self.shape = seasonal_shape(panel.values, self.season, additive=additive)
        now = self.shape[:, np.arange(self.time) % self.season]
        self.plain = panel.values - now if additive else panel.values / now
        self.lengths, self.slope = panel.lengths, _slope(self.plain)
        grid, family = settings(bool((self.shape != self.shape[:, :1]).any()))
        self.alpha, self.beta, self.phi, self.drift, self.gamma = (column[None] for column in grid.T)
        ends = np.searchsorted(family, np.arange(len(FAMILIES) + 1))
        self.bounds = [*pairwise(ends), (0, len(family))]
        self.ahead = ahead
        self.forecast = np.zeros((count, len(FAMILIES) + 1, horizon))
        self.error = np.full((count, len(self.ahead)), np.nan)
        self.residual = np.full((count, self.time), np.nan)

    def run(self, rows: NDArray[np.int64]) -> None:
        lengths = self.lengths[rows]
        time = max(int(lengths.max()), 1)
        offset = self.time - time
        values = np.nan_to_num(self.values[rows, offset:]).astype(np.float32)
        state = _State(self, rows, lengths, time)
        weight = self._weight(values, lengths)
        total = np.zeros((len(self.ahead), len(rows), self.alpha.shape[1]), np.float32)
        count = np.zeros((len(self.ahead), len(rows)))
        begun = np.searchsorted(time - lengths, np.arange(time), side="right")
        warm = time - lengths + np.minimum(max(self.season, 3), np.maximum(lengths // 3, 1))
        scored = np.searchsorted(np.maximum.accumulate(warm), np.arange(time), side="right")
        for t in range(time):
            level, slope = state.step(values[: begun[t], t : t + 1], (t + offset) % self.season)
            n = min(scored[t], begun[t])
            for k, ahead in enumerate(self.ahead):
                if n and t + ahead < time:
                    error = slope[:n] * state.reach[k]
                    error += level[:n]
                    season = state.season[(t + ahead + offset) % self.season, :n]
                    error = np.add(error, season, out=error) if self.additive else np.multiply(error, season, out=error)
                    error -= values[:n, t + ahead : t + ahead + 1]
                    np.abs(error, out=error)
                    fade = DECAY ** (time - 1 - t - ahead)
                    error *= weight[:n, t + ahead : t + ahead + 1] * np.float32(fade)
                    total[k, :n] += error
                    count[k, :n] += fade
        self._finish(rows, state, total, count, offset + time)

    def _weight(self, values: Small, lengths: NDArray[np.int64]) -> Small:
        """1 / local level of each value (1 when additive, where errors are absolute already)."""
        if self.additive:
            return np.ones_like(values)
        time, reach = values.shape[1], max(self.season, 4)
        sums = np.concatenate([np.zeros((len(values), 1)), np.cumsum(np.abs(values), axis=1)], axis=1)
        at = np.arange(time)
        low = np.clip(np.maximum((time - lengths)[:, None], at - reach), 0, time - 1)
        high = np.broadcast_to(np.minimum(time, at + reach + 1), low.shape)
        rows = np.arange(len(values))[:, None]
        local = (sums[rows, high] - sums[rows, low]) / np.maximum(high - low, 1)
        return (1 / np.maximum(local, 1e-3)).astype(np.float32)

    def _finish(self, rows: NDArray[np.int64], state: "_State", total: Small, count: Array, end: int) -> None:
        mean = total / np.maximum(count, 1e-9)[:, :, None]
        known = count > 0
        score = (
            np.where(known[:, :, None], np.log(mean + 1e-4), 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)[:, None]
        )
        weights = [_soft(score[:, low:high]) for low, high in self.bounds]
        reach, power = np.zeros_like(self.phi), np.ones_like(self.phi)
        for k in range(self.horizon):
            reach, power = reach + power, power * self.phi
            ahead = state.level + reach * state.slope
            season = state.season[(end + k) % self.season]
            ahead = ahead + season if self.additive else ahead * season
            for f, (low, high) in enumerate(self.bounds):
                self.forecast[rows, f, k] = (weights[f] * ahead[:, low:high]).sum(axis=1)
        self.error[rows] = np.where(known, (weights[-1] * mean).sum(axis=2), np.nan).T
        self.residual[rows] = self._residual(rows, score.argmin(axis=1))

    def _residual(self, rows: NDArray[np.int64], best: NDArray[np.int64]) -> Array:
        """One-step errors (actual − forecast) of one setting for each series, NaN while it warms up."""
        alpha, beta, phi, drift, gamma = (
            p[0, best].astype(float) for p in (self.alpha, self.beta, self.phi, self.drift, self.gamma)
        )
        season = self.shape[rows].copy()
        starts = self.time - self.lengths[rows]
        slope = self.slope[rows] * drift
        level, slope = _first_level(self.plain[rows], starts, self.season, slope), slope * phi
        found = np.full((len(rows), self.time), np.nan)
        for t in range(int(starts.min()), self.time):
            on, s, y = starts <= t, season[:, t % self.season], self.values[rows, t]
            base = level + slope
            expected = base + s if self.additive else base * s
            error = np.where(on, (y - s if self.additive else y / s) - base, 0.0)
            found[:, t] = np.where(t >= starts + 2, y - expected, np.nan)
            level = np.where(on, base + alpha * error, level)
            slope = np.where(on, phi * (slope + beta * alpha * error), slope)
            seen = y - level if self.additive else y / np.maximum(level, 1e-3)
            season[:, t % self.season] = np.where(on, s + gamma * (seen - s), s)
        return found


class _State:
    """Level, slope (already damped once) and seasons of a chunk, (series, settings) each; series are longest first."""

    def __init__(self, owner: _Pass, rows: NDArray[np.int64], lengths: NDArray[np.int64], time: int) -> None:
        self.owner, count = owner, owner.alpha.shape[1]
        slope = owner.slope[rows][:, None] * owner.drift
        level = _first_level(owner.plain[rows], owner.time - lengths, owner.season, np.zeros(len(rows)))
        back = (np.minimum(max(owner.season, 4), lengths)[:, None] + 1) / 2
        self.level = (level[:, None] - slope * back).astype(np.float32)
        self.slope = (owner.phi * slope).astype(np.float32)
        self.season = np.repeat(owner.shape[rows].T[:, :, None].astype(np.float32), count, axis=2)
        powers = owner.phi.astype(float) ** np.arange(max(owner.ahead))[:, None]
        self.reach = [powers[:h].sum(axis=0, keepdims=True).astype(np.float32) for h in owner.ahead]

    def step(self, value: Small, at: int) -> tuple[Small, Small]:
        """Take in one period; returns the new level and slope of the series that had begun."""
        n, own = len(value), self.owner
        season, level = self.season[at, :n], self.level[:n] + self.slope[:n]
        error = value - season if own.additive else value / season
        error -= level
        error *= own.alpha
        slope = error * own.beta
        slope += self.slope[:n]
        slope *= own.phi
        level += error
        self.level[:n], self.slope[:n] = level, slope
        if own.gamma.any():
            seen = value - level if own.additive else value / np.maximum(level, np.float32(1e-3))
            seen -= season
            seen *= own.gamma
            season += seen
        if not own.additive:
            np.clip(season, 1e-3, 1e3, out=season)
        return level, slope


def _soft(score: Small) -> Small:
    weight = np.exp(-SHARPNESS * (score - score.min(axis=1, keepdims=True)))
    return weight / weight.sum(axis=1, keepdims=True)


def _first_level(plain: Array, starts: NDArray[np.int64], season: int, slope: Array) -> Array:
    """Mean of a series' first season (at least 4 periods), moved back along its slope to before the first."""
    at = np.arange(plain.shape[1])[None]
    first = (at >= starts[:, None]) & (at < starts[:, None] + max(season, 4))
    count = np.maximum(first.sum(axis=1), 1)
    return np.where(first, plain, 0).sum(axis=1) / count - slope * (count + 1) / 2


def _slope(plain: Array) -> Array:
    """Slope of the least-squares line through each series, per period."""
    there = ~np.isnan(plain)
    count, at = np.maximum(there.sum(axis=1), 1), np.arange(plain.shape[1])[None]
    apart = np.where(there, at - (there * at).sum(axis=1)[:, None] / count[:, None], 0.0)
    return (apart * np.nan_to_num(plain)).sum(axis=1) / np.maximum((apart**2).sum(axis=1), 1e-12)
