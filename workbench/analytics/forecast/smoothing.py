"""Exponential smoothing of all series at once on a fixed grid of settings: no optimiser, no warning, one pass over
time.

A setting is (alpha, beta, phi, drift, gamma): level, trend, damping (Gardner & McKenzie 1985), share of the straight
line's slope that is kept for good (1/2 is Theta, Assimakopoulos & Nikolopoulos 2000), and season. Each is scored by its
in-sample errors several periods ahead (recent ones count more), and forecasts are the settings' mean with weights that
fall with the score (Kolassa 2011, with multi-step errors in the place of AIC). Errors are scaled by the local level.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from workbench.analytics.forecast.panel import Array, Panel, seasonal_shapes, stacked

Small = NDArray[np.float32]
FAMILIES = ("level", "drift_25", "drift_50", "damped", "trend")
SHARPNESS, DECAY = 15.0, 0.98
HELD = 500_000  # levels (time × series × settings) that a pass holds at once: 2 MB
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


def smooth_each(panels: Sequence[Panel], horizon: int, *, additive: bool, scored: int = 0) -> list[Smoothed]:
    """Of each panel, all of one season length, forecasts of every family of settings, and of all together.

    `additive` says how season and level combine. Settings are scored by errors up to `scored` periods ahead (default:
    the horizon). All go through time together; no series looks at another.
    """
    if not panels:
        return []
    panel, whose = stacked(panels)
    shape = seasonal_shapes(panels, additive=additive)
    pass_ = _Pass(panel, shape, horizon, additive, horizons_scored(scored or horizon))
    seasonal = [bool((shape[rows] != shape[rows, :1]).any()) for rows in whose]
    for kind in set(seasonal):
        rows = np.concatenate([np.arange(r.start, r.stop) for r, s in zip(whose, seasonal, strict=True) if s == kind])
        pass_.run_all(rows, _grid(kind))
    return [pass_.found(rows, one.values.shape[1]) for rows, one in zip(whose, panels, strict=True)]


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


@dataclass(frozen=True)
class _Grid:
    """The settings as rows (1, settings), and where in them each family lies, all of them together last."""

    alpha: Small
    beta: Small
    phi: Small
    drift: Small
    gamma: Small
    bounds: tuple[tuple[int, int], ...]

    @property
    def count(self) -> int:
        return self.alpha.shape[1]

    def reach(self, ahead: Iterable[int]) -> Iterator[Small]:
        """How many slopes, damped by and by, lie that many periods ahead."""
        powers = self.phi.astype(float) ** np.arange(max(ahead := tuple(ahead)))[:, None]
        return (powers[:h].sum(axis=0, keepdims=True).astype(np.float32) for h in ahead)


@cache
def _grid(seasonal: bool) -> _Grid:
    grid, family = settings(seasonal)
    ends = [int(end) for end in np.searchsorted(family, np.arange(len(FAMILIES) + 1))]
    alpha, beta, phi, drift, gamma = (column[None] for column in grid.T)
    return _Grid(alpha, beta, phi, drift, gamma, (*pairwise(ends), (0, len(family))))


class _Pass:
    """One run over a panel; holds what all chunks share."""

    def __init__(self, panel: Panel, shape: Array, horizon: int, additive: bool, ahead: tuple[int, ...]) -> None:
        self.shape, self.values, self.season, self.horizon = shape, panel.values, panel.season_length, horizon
        count, self.time = panel.values.shape
        now = self.shape[:, np.arange(self.time) % self.season]
        self.plain = panel.values - now if additive else panel.values / now
        self.lengths, self.slope = panel.lengths, _slope(self.plain)
        self.additive, self.ahead = additive, ahead
        self.forecast = np.zeros((count, len(FAMILIES) + 1, horizon))
        self.error = np.full((count, len(self.ahead)), np.nan)
        self.best = np.zeros((5, count))  # each series' best setting
        self._left: Array | None = None

    def run_all(self, rows: NDArray[np.int64], grid: _Grid) -> None:
        """The longest first, as many at once as fit in the memory that a pass may take."""
        rows = rows[np.argsort(-self.lengths[rows], kind="stable")]
        while len(rows):
            time = max(int(self.lengths[rows[0]]), 1)
            many = max(HELD // (time * grid.count), 1)
            self._run(rows[:many], grid, time)
            rows = rows[many:]

    def found(self, rows: slice, time: int) -> Smoothed:
        if self._left is None:
            self._left = self._residual()
        return Smoothed(self.forecast[rows], self.error[rows], self.ahead, self._left[rows, self.time - time :])

    def _run(self, rows: NDArray[np.int64], grid: _Grid, time: int) -> None:
        lengths, offset = self.lengths[rows], self.time - time
        values = np.nan_to_num(self.values[rows, offset:]).astype(np.float32)
        state = _State(self, grid, rows, time)
        begun = np.searchsorted(time - lengths, np.arange(time), side="right")
        for t in range(time):
            state.step(values[: begun[t], t : t + 1], t)
        warm = time - lengths + np.minimum(max(self.season, 3), np.maximum(lengths // 3, 1))
        counted = np.minimum(np.searchsorted(np.maximum.accumulate(warm), np.arange(time), side="right"), begun)
        mean, known = self._errors(state, values, self._weight(values, lengths), counted)
        score = (
            np.where(known[:, :, None], np.log(mean + 1e-4), 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)[:, None]
        )
        weights = [_soft(score[:, low:high]) for low, high in grid.bounds]
        ahead = state.ahead(self.horizon)
        for f, (low, high) in enumerate(grid.bounds):
            self.forecast[rows, f] = (weights[f] * ahead[..., low:high]).sum(axis=-1).T
        self.error[rows] = np.where(known, (weights[-1] * mean).sum(axis=2), np.nan).T
        at = score.argmin(axis=1)
        self.best[:, rows] = [p[0, at] for p in (grid.alpha, grid.beta, grid.phi, grid.drift, grid.gamma)]

    def _errors(
        self, state: "_State", values: Small, weight: Small, counted: NDArray[np.int64]
    ) -> tuple[Array, NDArray[np.bool_]]:
        """Mean absolute errors of each setting (ahead, series, settings), `counted` series at each time, and whether
        there are any (ahead, series)."""
        count, time = values.shape
        total, size = (
            np.zeros((len(self.ahead), *state.level.shape[1:]), np.float32),
            np.zeros((len(self.ahead), count)),
        )
        on = np.arange(count) < counted[:, None]
        for k, (h, reach) in enumerate(zip(self.ahead, state.grid.reach(self.ahead), strict=True)):
            if h >= time:
                continue
            error = state.forecast(h, reach)
            error -= values.T[h:, :, None]
            np.abs(error, out=error)
            fade = np.array([DECAY ** (time - 1 - t - h) for t in range(time - h)])[:, None]
            error *= (weight.T[h:] * fade.astype(np.float32) * on[: time - h])[:, :, None]
            total[k], size[k] = error.sum(axis=0), (fade * on[: time - h]).sum(axis=0)
        return total / np.maximum(size, 1e-9)[:, :, None], size > 0

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

    def _residual(self) -> Array:
        """One-step errors (actual − forecast) of each series' best setting, NaN while it warms up."""
        alpha, beta, phi, drift, gamma = self.best
        season = self.shape.copy()
        starts = self.time - self.lengths
        slope = self.slope * drift
        level, slope = _first_level(self.plain, starts, self.season, slope), slope * phi
        found = np.full(self.values.shape, np.nan)
        for t in range(int(starts.min()), self.time):
            on, s, y = starts <= t, season[:, t % self.season], self.values[:, t]
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
    """Level, slope (already damped once) and season of a chunk at each time, (time, series, settings); series are
    longest first.

    Levels and slopes begin with those before the first period, seasons with the first ones: `season[t]` is what is
    known of period t's before it, `season[t + season_length]` after it.
    """

    def __init__(self, owner: _Pass, grid: _Grid, rows: NDArray[np.int64], time: int) -> None:
        self.grid, self.additive, self.length, self.time = grid, owner.additive, owner.season, time
        lengths, size = owner.lengths[rows], (len(rows), grid.count)
        slope = owner.slope[rows][:, None] * grid.drift
        level = _first_level(owner.plain[rows], owner.time - lengths, owner.season, np.zeros(len(rows)))
        back = (np.minimum(max(owner.season, 4), lengths)[:, None] + 1) / 2
        self.level, self.slope = np.empty((time + 1, *size), np.float32), np.empty((time + 1, *size), np.float32)
        self.level[:], self.slope[:] = level[:, None] - slope * back, grid.phi * slope
        part = (np.arange(time + owner.season) + owner.time - time) % owner.season
        self.season = np.repeat(owner.shape[rows].T[part][:, :, None].astype(np.float32), grid.count, axis=2)
        self.moves = bool(grid.gamma.any())

    def step(self, value: Small, t: int) -> None:
        """Take in period `t` of the series that have begun."""
        n, grid, season = len(value), self.grid, self.season[t, : len(value)]
        level, slope = self.level[t + 1, :n], self.slope[t + 1, :n]
        np.add(self.level[t, :n], self.slope[t, :n], out=level)
        error = value - season if self.additive else value / season
        error -= level
        error *= grid.alpha
        np.multiply(error, grid.beta, out=slope)
        slope += self.slope[t, :n]
        slope *= grid.phi
        level += error
        after = self.season[t + self.length, :n]
        after[:] = season
        if self.moves:
            seen = value - level if self.additive else value / np.maximum(level, np.float32(1e-3))
            seen -= season
            seen *= grid.gamma
            after += seen
        if not self.additive:
            np.clip(after, 1e-3, 1e3, out=after)

    def forecast(self, ahead: int, reach: Small) -> Small:
        """Of what comes `ahead` periods after each time but the last ones: (time − ahead, series, settings)."""
        many = self.time - ahead
        found = self.slope[1 : many + 1] * reach
        found += self.level[1 : many + 1]
        first = 1 + (ahead - 1) % self.length
        return self._seasoned(found, self.season[first : first + many])

    def ahead(self, horizon: int) -> Small:
        """Forecasts from the end, (horizon, series, settings)."""
        steps, power = [np.zeros_like(self.grid.phi)], np.ones_like(self.grid.phi)
        for _ in range(horizon):
            steps.append(steps[-1] + power)
            power = power * self.grid.phi
        found = np.stack(steps[1:]) * self.slope[-1]
        found += self.level[-1]
        return self._seasoned(found, self.season[self.time + np.arange(horizon) % self.length])

    def _seasoned(self, found: Small, season: Small) -> Small:
        return np.add(found, season, out=found) if self.additive else np.multiply(found, season, out=found)


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
