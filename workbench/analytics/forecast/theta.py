"""Dynamic theta: smoothing around a line that is re-estimated each period (Fiorucci and others 2016), on a grid of
(alpha, theta) weighted by errors several periods ahead instead of one optimum."""

from collections.abc import Sequence

import numpy as np

from workbench.analytics.forecast.panel import Array, Panel, seasonal_shapes, stacked
from workbench.analytics.forecast.smoothing import HELD, SHARPNESS, horizons_scored

_GRID = np.array([(a, th) for a in (0.02, *np.linspace(0.05, 0.95, 13)) for th in (1, 1.5, 2, 3, 5)], np.float32)
_ALPHA, _SHARE = _GRID[:, 0], 1 - 1 / _GRID[:, 1]
_DECAY = 0.99


def theta_each(panels: Sequence[Panel], horizon: int, *, additive: bool) -> list[Array]:
    """Of each panel, all of one season length, the forecasts (series, horizon). `additive`: how the season enters."""
    panel, whose = stacked(panels)
    season, (count, time) = panel.season_length, panel.values.shape
    shape = seasonal_shapes(panels, additive=additive)
    now = shape[:, np.arange(time) % season]
    plain = np.nan_to_num(panel.values - now if additive else panel.values / now).astype(np.float32)
    weight = np.ones_like(plain)
    if not additive:
        size = np.abs(plain)
        usual = [size[r, time - p.values.shape[1] :].mean(1) for r, p in zip(whose, panels, strict=True)]
        weight = 1 / np.maximum(size, 0.3 * np.concatenate(usual)[:, None] + 1e-9)
    step, starts = max(HELD // (time * len(_GRID)), 1), time - panel.lengths
    warm = np.maximum(starts + np.minimum(max(season, 4), panel.lengths // 3), starts + 3)
    parts = [slice(i, i + step) for i in range(0, count, step)]
    found = np.concatenate([_ahead(plain[p], weight[p], starts[p], warm[p], horizon) for p in parts])
    later = shape[:, (time + np.arange(horizon)) % season]
    found = found + later if additive else found * later
    return [found[rows] for rows in whose]


def _ahead(plain: Array, weight: Array, starts: np.ndarray, warm: np.ndarray, horizon: int) -> Array:
    """Of series without season, (series, time), which begin at `starts` and whose errors count from `warm` on."""
    time = plain.shape[1]
    core, drift = _lines(plain, starts)
    total, known = [], []
    for h in (h for h in horizons_scored(horizon) if h < time):
        error = drift[: time - h] * np.float32(h - 1)
        error += core[: time - h]
        error -= plain.T[h:, :, None]
        np.abs(error, out=error)
        at = np.arange(time - h)[:, None]
        fade = np.array([_DECAY ** (time - 1 - t - h) for t in range(time - h)])[:, None] * (at >= warm)
        error *= (fade * weight.T[h:]).astype(np.float32)[:, :, None]
        total.append(error.sum(axis=0))
        known.append(fade.sum(axis=0)[:, None])
    weights = _weights(np.stack(total), np.stack(known)) if total else np.full(core.shape[1:], 1 / len(_GRID))
    middle, slope = ((weights * part).sum(axis=1, keepdims=True) for part in (core[-1], drift[-1]))
    return middle + slope * np.arange(horizon)


def _weights(total: Array, known: Array) -> Array:
    """Of each setting (series, settings), from its errors' sum and their count by horizon."""
    score = (np.log(total / np.maximum(known, 1e-9) + 1e-4) * (known > 0)).sum(axis=0)
    score /= np.maximum((known > 0).sum(axis=0), 1)
    weights = np.exp(-2 * SHARPNESS * (score - score.min(axis=1, keepdims=True)))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def _lines(plain: Array, starts: np.ndarray) -> tuple[Array, Array]:
    """After each period the forecast of the next, and what each further one adds, (time, series, settings).

    From the level of each setting and the least-squares line so far. Fiorucci and others (2016), equation 12.
    """
    on = (np.arange(plain.shape[1])[:, None] >= starts).astype(np.float32)
    rest = np.multiply.accumulate(1 - _ALPHA * on[:, :, None], axis=0)  # (1 − alpha) to the power of the periods seen
    n, seen = np.cumsum(on, axis=0, dtype=float), on * plain.T
    sums, moment = np.cumsum(seen, axis=0, dtype=float), np.cumsum(seen * n, axis=0)
    slope = np.where(n > 1, 12 * (moment - (n + 1) / 2 * sums) / np.maximum(n * (n * n - 1), 1), 0.0)
    origin = (sums / np.maximum(n, 1) - slope * (n + 1) / 2).astype(np.float32)[:, :, None]
    slope = slope.astype(np.float32)[:, :, None]
    core = rest * origin
    core += (1 - rest * (1 - _ALPHA)) / _ALPHA * slope
    core *= _SHARE
    core += _levels(plain, starts, on)
    return core, _SHARE * slope


def _levels(plain: Array, starts: np.ndarray, on: Array) -> Array:
    """Each series smoothed by each setting, beginning with its first value: (time, series, settings)."""
    found = np.zeros((plain.shape[1], len(plain), len(_GRID)), np.float32)
    gain, level = _ALPHA * on[:, :, None], np.zeros_like(found[0])
    gain[starts.clip(max=plain.shape[1] - 1), np.arange(len(plain))] = 1
    for t, value in enumerate(plain.T[:, :, None]):
        step = value - level
        step *= gain[t]
        level = np.add(level, step, out=found[t])
    return found
