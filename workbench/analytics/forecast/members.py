"""The forecasts that are combined: smoothing in several spaces, dynamic theta, temporal hierarchy, neighbours,
pooled lines.

One place to change: an entry in `MEMBERS` is in the backtest, the combination and the evidence. Members in `BASE` make
up the plain mean; all others may only pull the combination away from it as far as the panel's backtest supports it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from workbench.analytics.forecast import demand
from workbench.analytics.forecast.models import Model
from workbench.analytics.forecast.panel import LEVELS, Array, Panel, seasonal_shape
from workbench.analytics.forecast.smoothing import FAMILIES, SHARPNESS, Smoothed, horizons_scored, smooth

LONGEST, WINDOWS, NEIGHBOURS = 26, 20_000, 100
MOST_VARIANCE = 0.4
TREND_TAKES, UNSEEN = 10, 0.3  # values for a trend; relative error that a series of one value may have


@dataclass(frozen=True)
class Members:
    """`forecast`: name → (series, horizon), in the data's unit; `error`: (series, horizon) expected absolute error by
    the in-sample fit; `residual`: (series, time) one-step errors, NaN where there is none; `lift`: (series, 1) half
    the error variance on
    logs, what makes a mean of a median (0 where nothing is on logs)."""

    forecast: dict[str, Array]
    base: tuple[str, ...]
    error: Array
    residual: Array
    lift: Array
    own: dict[str, Array] = field(default_factory=dict)  # an analyst's: name → (series, paths, horizon), NaN: failed

    @property
    def every(self) -> dict[str, Array]:
        """Forecasts of the members and of an analyst's own models, NaN where one failed."""
        return self.forecast | {name: paths.mean(axis=1) for name, paths in self.own.items()}

    def mean(self, names: tuple[str, ...], lift: float) -> Array:
        """Plain mean of some members; `lift` 0 takes those made on logs as they are (medians), 1 as means."""
        up = np.exp(lift * self.lift)
        return np.mean([self.forecast[name] * up if name in ON_LOGS else self.forecast[name] for name in names], axis=0)


@dataclass(frozen=True)
class _Space:
    """A panel brought to size 1, on logs where it is positive; `back` undoes the log."""

    plain: Panel
    work: Panel  # where season and trend add up: logs of positive series, else the plain ones
    kind: int
    horizon: int

    def back(self, forecast: Array) -> Array:
        return np.exp(np.clip(forecast, -30, 30)) if self.kind == 0 else forecast


def members(panel: Panel, horizon: int, kind: int, own: Sequence[Model] = ()) -> Members:
    """Forecasts of every member, and of an analyst's own models, for series of one kind (panel.KINDS)."""
    size = panel.size
    plain = replace(panel, values=panel.values / size)
    work = replace(plain, values=np.log(plain.values)) if kind == 0 else plain
    space = _Space(plain, work, kind, horizon)
    fits = _fits(space)
    found = {name: make(space, fits) for name, make in MEMBERS.items() if _serves(name, kind, panel.season_length)}
    found = _humble(found, panel.lengths)
    found = _steady(found, plain) if kind == 1 else found
    base = tuple(name for name in BASE if name in found)
    middle = np.median([found[name] for name in base], axis=0)
    error = _error(space, fits["work"], middle)
    found = {name: _guard(f, middle, error) for name, f in found.items()}
    lift = _half_variance(fits["work"].residual) if kind == 0 else np.zeros_like(size)
    theirs = {model.name: model.paths(panel, horizon) for model in own}
    scaled = {n: f * size for n, f in found.items()}
    return Members(scaled, base, error * size, fits["plain"].residual * size, lift, theirs)


def _humble(found: dict[str, Array], lengths: np.ndarray) -> dict[str, Array]:
    """Members of series with few values, moved towards the one without trend: two values make no trend."""
    keep = np.clip((lengths - 1) / (TREND_TAKES - 1), 0, 1)[:, None]
    return {name: found["level"] + keep * (f - found["level"]) for name, f in found.items()}


def _steady(found: dict[str, Array], plain: Panel) -> dict[str, Array]:
    """Members of series whose sales come and go, moved towards their mean: lines through zeros soon end at 0."""
    mean, counts = demand.rate(plain), demand.share(plain)
    return {name: np.maximum(f, 0) + counts * (mean - np.maximum(f, 0)) for name, f in found.items()}


def _serves(name: str, kind: int, season_length: int) -> bool:
    if name == "temporal":  # temporal hierarchies gain on months and lose on quarters (M3 and tourism)
        return season_length == 12
    return name not in _NEEDS or kind in _NEEDS[name]


def _half_variance(residual: Array) -> Array:
    count = np.maximum((~np.isnan(residual)).sum(axis=1), 1)
    return np.minimum(np.nansum(residual**2, axis=1) / count, MOST_VARIANCE)[:, None] / 2


def _fits(space: _Space) -> dict[str, Smoothed]:
    """Smoothing with seasons that multiply, that add, and that add on logs (`work`); only the second where there are
    zeros or less, because a season of 0 cannot be multiplied away."""
    longest = LEVELS.get(space.plain.season_length, (1,))[-1]
    wide = -(-space.horizon // longest) * longest
    add = smooth(space.plain, wide, additive=True, scored=space.horizon)
    fits = {"add": add, "work": add, "plain": add}
    if space.kind == 0:
        fits["mul"] = smooth(space.plain, wide, additive=False, scored=space.horizon)
        fits["work"] = smooth(space.work, wide, additive=True, scored=space.horizon)
    return fits


def _auto(fit: str) -> Callable[[_Space, dict[str, Smoothed]], Array]:
    def make(space: _Space, fits: dict[str, Smoothed]) -> Array:
        ahead = fits[fit].forecast[:, -1, : space.horizon]
        return space.back(ahead) if fit == "work" else ahead

    return make


def _family(family: str) -> Callable[[_Space, dict[str, Smoothed]], Array]:
    """Mean over the spaces of one family of settings."""

    def make(space: _Space, fits: dict[str, Smoothed]) -> Array:
        at = FAMILIES.index(family)
        spaces = [fits[name].forecast[:, at, : space.horizon] for name in ("mul", "add") if name in fits]
        if space.kind == 0:
            spaces.append(space.back(fits["work"].forecast[:, at, : space.horizon]))
        return np.mean(spaces, axis=0)

    return make


def temporal(space: _Space, fits: dict[str, Smoothed]) -> Array:
    """Temporal hierarchy: forecasts of periods, quarters and years made to agree, weighted by structure.

    Athanasopoulos, Hyndman, Kourentzes & Petropoulos (2017).
    """
    season = space.plain.season_length
    own = space.back(fits["work"].forecast[:, -1])
    wide = own.shape[1]
    levels = [k for k in LEVELS.get(season, (1,)) if space.plain.values.shape[1] >= 4 * k]
    blocks: list[Array] = [own]
    sums: list[Array] = [np.eye(wide)]
    weights: list[Array] = [np.ones(wide)]
    for k in levels[1:]:
        higher, there = _aggregate(space, k)
        ahead = own.reshape(len(own), -1, k).mean(axis=2)
        if there.any():
            fit = smooth(higher, wide // k, additive=True)
            ahead[there] = space.back(fit.forecast[:, -1])
        blocks.append(ahead)
        sums.append(np.kron(np.eye(wide // k), np.ones((1, k)) / k))
        weights.append(np.full(wide // k, float(k)))
    stacked, weight = np.vstack(sums), np.concatenate(weights)[:, None]
    solve = np.linalg.solve((stacked * weight).T @ stacked, (stacked * weight).T)
    return (np.concatenate(blocks, axis=1) @ solve.T)[:, : space.horizon]


def _aggregate(space: _Space, k: int) -> tuple[Panel, np.ndarray]:
    """Means of k periods, and for which series there are at least 4 of them."""
    values = space.plain.values
    count = values.shape[1] // k
    means = values[:, values.shape[1] - count * k :].reshape(len(values), count, k).mean(axis=2)
    there = (~np.isnan(means)).sum(axis=1) >= 4
    means = np.log(means) if space.kind == 0 else means
    return Panel(means, space.plain.season_length // k).rows(there), there


def theta(panel: Panel, horizon: int, *, additive: bool) -> Array:
    """Dynamic theta: smoothing around a line that is re-estimated each period (Fiorucci and others 2016), on a grid of
    (alpha, theta) weighted by errors several periods ahead instead of one optimum."""
    season, (count, time) = panel.season_length, panel.values.shape
    shape = seasonal_shape(panel.values, season, additive=additive)
    now = shape[:, np.arange(time) % season]
    plain = np.nan_to_num(panel.values - now if additive else panel.values / now).astype(np.float32)
    starts, ahead = time - panel.lengths, horizons_scored(horizon)
    warm = np.maximum(starts + np.minimum(max(season, 4), panel.lengths // 3), starts + 3)
    weight = (
        np.ones_like(plain) if additive else 1 / np.maximum(np.abs(plain), 0.3 * np.abs(plain).mean(1)[:, None] + 1e-9)
    )
    lines = _Lines(count)
    total, known = np.zeros((len(ahead), *lines.level.shape), np.float32), np.zeros((len(ahead), count, 1))
    for t in range(time):
        lines.step(plain[:, t], starts, t)
        core, drift, scored = *lines.ahead(), (t >= warm)[:, None]
        for k, h in enumerate(ahead):
            if t + h < time and scored.any():
                error = drift * np.float32(h - 1)
                error += core
                error -= plain[:, t + h : t + h + 1]
                np.abs(error, out=error)
                fade = 0.99 ** (time - 1 - t - h) * scored
                error *= (fade * weight[:, t + h : t + h + 1]).astype(np.float32)
                total[k] += error
                known[k] += fade
    score = (np.log(total / np.maximum(known, 1e-9) + 1e-4) * (known > 0)).sum(axis=0)
    score /= np.maximum((known > 0).sum(axis=0), 1)
    weights = np.exp(-2 * SHARPNESS * (score - score.min(axis=1, keepdims=True)))
    weights /= weights.sum(axis=1, keepdims=True)
    core, drift = ((weights * part).sum(axis=1, keepdims=True) for part in lines.ahead())
    found, season_ahead = core + drift * np.arange(horizon), _future(shape, time, horizon)
    return found + season_ahead if additive else found * season_ahead


class _Lines:
    """Level of each (series, setting) and the least-squares line of each series so far, one period at a time."""

    def __init__(self, count: int) -> None:
        settings = np.array(
            [(a, th) for a in (0.02, *np.linspace(0.05, 0.95, 13)) for th in (1, 1.5, 2, 3, 5)], np.float32
        )
        self.alpha, self.share = settings[:, 0][None], 1 - 1 / settings[:, 1][None]
        self.level = np.zeros((count, len(settings)), np.float32)
        self.rest = np.ones_like(self.level)  # (1 − alpha) to the power of the periods seen
        self.count, self.sum, self.moment = np.zeros(count), np.zeros(count), np.zeros(count)

    def step(self, value: Array, starts: np.ndarray, t: int) -> None:
        on = starts <= t
        gain = np.where((starts == t)[:, None], np.float32(1), self.alpha * on[:, None].astype(np.float32))
        self.level += gain * (value[:, None] - self.level)
        self.rest *= 1 - self.alpha * on[:, None].astype(np.float32)
        self.count = self.count + on
        self.sum = self.sum + on * value
        self.moment = self.moment + on * value * self.count

    def ahead(self) -> tuple[Array, Array]:
        """Forecast one period ahead, and what each further period adds. Fiorucci and others (2016), equation 12."""
        n = self.count
        slope = np.where(n > 1, 12 * (self.moment - (n + 1) / 2 * self.sum) / np.maximum(n * (n * n - 1), 1), 0.0)
        origin = (self.sum / np.maximum(n, 1) - slope * (n + 1) / 2).astype(np.float32)[:, None]
        slope = slope.astype(np.float32)[:, None]
        core = self.rest * origin
        core += (1 - self.rest * (1 - self.alpha)) / self.alpha * slope
        core *= self.share
        core += self.level
        return core, self.share * slope


def _theta(log: bool) -> Callable[[_Space, dict[str, Smoothed]], Array]:
    def make(space: _Space, fits: dict[str, Smoothed]) -> Array:
        panel, additive = (space.work, True) if log or space.kind else (space.plain, False)
        parts = [np.arange(i, min(i + 256, len(panel.values))) for i in range(0, len(panel.values), 256)]
        found = np.concatenate(
            [theta(replace(panel, values=panel.values[p]), space.horizon, additive=additive) for p in parts]
        )
        return space.back(found) if log else found

    return make


def neighbours(space: _Space, fits: dict[str, Smoothed]) -> Array:
    """What came after the most similar stretches of all series, rescaled: Nikolopoulos & Petropoulos (2018, 2021)."""
    return _by_windows(space, fits, _near)


def pooled(space: _Space, fits: dict[str, Smoothed]) -> Array:
    """One linear autoregression for all series and each horizon, robust ridge. Montero-Manso & Hyndman (2021)."""
    return _by_windows(space, fits, _line)


def _by_windows(space: _Space, fits: dict[str, Smoothed], method: Callable[[Array, Array, Array], Array]) -> Array:
    """A method that learns from windows of all series without season, each at its own level and scale.

    Series too short for a window, and panels with too few windows, keep the smoothing forecast.
    """
    own, panel, horizon = fits["work"].forecast[:, -1, : space.horizon], space.work, space.horizon
    shape = seasonal_shape(panel.values, panel.season_length, additive=True)
    plain = panel.values - shape[:, np.arange(panel.values.shape[1]) % panel.season_length]
    length = _window(panel, horizon, method is _near)
    past, future = _windows(plain, length, horizon)
    last = plain[:, -length:]
    enough = ~np.isnan(last).any(axis=1) & (last.shape[1] == length)
    if len(past) < 2 * NEIGHBOURS or not enough.any():
        return space.back(own)
    found = own.copy()
    found[enough] = method(past, future, last[enough]) + _future(shape[enough], panel.values.shape[1], horizon)
    return space.back(found)


def _window(panel: Panel, horizon: int, long: bool) -> int:
    """Two seasons where most series have them and windows remain to learn from."""
    usual = int(np.quantile(panel.lengths, 0.1))
    wanted = min(2 * panel.season_length, LONGEST) if panel.season_length > 1 else 8
    wanted = max(wanted, 8)
    return max(4, min(wanted, usual - 1 if long else (usual - horizon) // 2))


def _windows(plain: Array, length: int, horizon: int, most: int = 24) -> tuple[Array, Array]:
    if plain.shape[1] < length + horizon:
        return np.zeros((0, length)), np.zeros((0, horizon))
    cut = np.lib.stride_tricks.sliding_window_view(plain, length + horizon, axis=1)[:, ::-1][:, :most]
    cut = cut.reshape(-1, length + horizon)
    cut = cut[~np.isnan(cut).any(axis=1)]
    if len(cut) > WINDOWS:
        cut = cut[np.random.default_rng(0).choice(len(cut), WINDOWS, replace=False)]
    return cut[:, :length], cut[:, length:]


def _near(past: Array, future: Array, last: Array) -> Array:
    level, scale = _near_scale(past)
    own_level, own_scale = _near_scale(last)
    known, ahead = ((past - level) / scale).astype(np.float32), (future - level) / scale
    asked = ((last - own_level) / own_scale).astype(np.float32)
    size, found = (known**2).sum(axis=1), np.zeros((len(last), future.shape[1]))
    for i in range(0, len(asked), 256):
        apart = size[None] - 2 * asked[i : i + 256] @ known.T
        nearest = np.argpartition(apart, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
        found[i : i + 256] = np.median(ahead[nearest], axis=1)
    return own_level + own_scale * found


def _near_scale(past: Array) -> tuple[Array, Array]:
    level = (past[:, -3:].mean(axis=1, keepdims=True) + past[:, -1:]) / 2
    return level, past.std(axis=1, keepdims=True) + 1e-3


def _line(past: Array, future: Array, last: Array) -> Array:
    level, scale = _line_scale(past)
    x, y = _regressors(past, level, scale), np.clip((future - level) / scale, -25, 25)
    weight, ridge = np.ones(len(x)), 0.01 * len(x) * np.eye(x.shape[1])
    for _ in range(4):  # reweighted towards least absolute errors
        weighted = (x * weight[:, None]).T
        slopes = np.linalg.solve(weighted @ x + ridge * weight.mean(), weighted @ y)
        weight = 1 / np.maximum(np.abs(y - x @ slopes).mean(axis=1), 0.3)
    level, scale = _line_scale(last)
    return level + scale * (_regressors(last, level, scale) @ slopes)


def _line_scale(past: Array) -> tuple[Array, Array]:
    return past[:, -1:], np.abs(np.diff(past, axis=1)).mean(axis=1, keepdims=True) + 1e-3


def _regressors(past: Array, level: Array, scale: Array) -> Array:
    return np.concatenate([np.clip((past[:, :-1] - level) / scale, -25, 25), np.ones((len(past), 1))], axis=1)


def _future(shape: Array, time: int, horizon: int) -> Array:
    return shape[:, (time + np.arange(horizon)) % shape.shape[1]]


def seasonal_naive(panel: Panel, horizon: int) -> Array:
    """The value of a season ago (of the last period where a series is shorter than a season)."""
    values, season, time = panel.values, panel.season_length, panel.values.shape[1]
    back = time - season + np.arange(horizon) % season
    known = values[:, np.maximum(back, 0)]
    return np.where(np.isnan(known) | (back < 0), values[:, -1:], known)


def _error(space: _Space, fit: Smoothed, middle: Array) -> Array:
    """In-sample mean absolute error by horizon, between the scored horizons by powers; relative errors times level."""
    ahead, horizon = np.log(np.array(fit.ahead, float)), space.horizon
    steps = np.log(np.arange(1, horizon + 1))
    first = fit.error[:, :1] if fit.error.size else np.zeros((len(middle), 1))
    error = np.where(np.isnan(fit.error), np.nan_to_num(first, nan=0.2) * np.exp(0.35 * ahead)[None], fit.error)
    logs = np.log(np.maximum(error, 1e-6))
    wide = np.stack([np.interp(steps, ahead, row) for row in logs])
    level = np.maximum(np.abs(middle), 0.05 * space.plain.level) if space.kind == 0 else 1.0
    unseen = UNSEEN / np.maximum(space.plain.lengths, 1)[:, None] ** 1.5 * np.exp(steps / 2)
    return (np.exp(wide) + unseen) * level


def _guard(forecast: Array, middle: Array, error: Array) -> Array:
    """Forecasts no further from the members' median than 8 expected errors: one that explodes cannot do harm."""
    reach = 8 * error + 0.02 * np.abs(middle)
    return np.clip(np.where(np.isfinite(forecast), forecast, middle), middle - reach, middle + reach)


MEMBERS: dict[str, Callable[[_Space, dict[str, Smoothed]], Array]] = {
    "smoothing_mul": _auto("mul"),
    "smoothing_log": _auto("work"),
    "smoothing_add": _auto("add"),
    "theta": _theta(False),
    "theta_log": _theta(True),
    "temporal": temporal,
    **{name: _family(name) for name in FAMILIES},
    "neighbours": neighbours,
    "pooled": pooled,
    "seasonal_naive": lambda space, fits: seasonal_naive(space.plain, space.horizon),
}
BASE = ("smoothing_mul", "smoothing_log", "smoothing_add", "theta", "theta_log", "temporal")
ON_LOGS = {"smoothing_log", "theta_log", "temporal"}  # for positive series
_NEEDS = {"smoothing_mul": (0,), "smoothing_log": (0,), "theta_log": (0,)}  # kinds of series (panel.KINDS)
