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
from workbench.analytics.forecast.smoothing import FAMILIES, Smoothed, smooth_each
from workbench.analytics.forecast.theta import theta_each

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
    return members_each([panel], horizon, kind, own)[0]


def members_each(panels: Sequence[Panel], horizon: int, kind: int, own: Sequence[Model] = ()) -> list[Members]:
    """`members` of several panels of one season length: what goes through time does so once for all of them."""
    spaces = [_space(panel, horizon, kind) for panel in panels]
    return [_members(panel, s, f, own) for panel, s, f in zip(panels, spaces, _fits(spaces), strict=True)]


def _space(panel: Panel, horizon: int, kind: int) -> _Space:
    plain = replace(panel, values=panel.values / panel.size)
    return _Space(plain, replace(plain, values=np.log(plain.values)) if kind == 0 else plain, kind, horizon)


def _members(panel: Panel, space: _Space, fits: "_Fits", own: Sequence[Model]) -> Members:
    size, kind, smoothed = panel.size, space.kind, fits.smoothed
    found = {name: make(space, fits) for name, make in MEMBERS.items() if _serves(name, kind, panel.season_length)}
    found = _humble(found, panel.lengths)
    found = _steady(found, space.plain) if kind == 1 else found
    base = tuple(name for name in BASE if name in found)
    middle = np.median([found[name] for name in base], axis=0)
    error = _error(space, smoothed["work"], middle)
    found = {name: _guard(f, middle, error) for name, f in found.items()}
    lift = _half_variance(smoothed["work"].residual) if kind == 0 else np.zeros_like(size)
    theirs = {model.name: model.paths(panel, space.horizon) for model in own}
    scaled = {n: f * size for n, f in found.items()}
    return Members(scaled, base, error * size, smoothed["add"].residual * size, lift, theirs)


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


@dataclass(frozen=True)
class _Fits:
    """What went through time for one space.

    `smoothed`: with seasons that multiply ("mul"), that add ("add"), and that add on logs ("work"); only the second
    where there are zeros or less, because a season of 0 cannot be multiplied away. `theta`: on the plain panel
    (False) and on logs (True). `higher`: means of k periods, and for which series there are enough of them
    """

    smoothed: dict[str, Smoothed]
    theta: dict[bool, Array]
    higher: dict[int, tuple[Smoothed, np.ndarray]]


def _fits(spaces: Sequence[_Space]) -> list[_Fits]:
    horizon, kind, season = spaces[0].horizon, spaces[0].kind, spaces[0].plain.season_length
    longest = LEVELS.get(season, (1,))[-1]
    wide = -(-horizon // longest) * longest
    plain, logs = [s.plain for s in spaces], [s.work for s in spaces] if kind == 0 else []
    added = smooth_each([*plain, *logs], wide, additive=True, scored=horizon)
    smoothed = {"add": added[: len(spaces)], "work": added[-len(spaces) :]}
    thetas = {False: theta_each(plain, horizon, additive=kind != 0)}
    if kind == 0:
        smoothed["mul"] = smooth_each(plain, wide, additive=False, scored=horizon)
        thetas[True] = theta_each(logs, horizon, additive=True)
    higher = _higher(spaces, wide) if _serves("temporal", kind, season) else [{} for _ in spaces]
    return [
        _Fits({n: each[i] for n, each in smoothed.items()}, {n: each[i] for n, each in thetas.items()}, higher[i])
        for i in range(len(spaces))
    ]


def _higher(spaces: Sequence[_Space], wide: int) -> list[dict[int, tuple[Smoothed, np.ndarray]]]:
    """Smoothing of means of k periods, for each of the longer levels that a space has values for."""
    found: list[dict[int, tuple[Smoothed, np.ndarray]]] = [{} for _ in spaces]
    for k in LEVELS.get(spaces[0].plain.season_length, (1,))[1:]:
        tried = {i: _aggregate(s, k) for i, s in enumerate(spaces) if s.plain.values.shape[1] >= 4 * k}
        fits = iter(smooth_each([panel for panel, there in tried.values() if there.any()], wide // k, additive=True))
        for i, (_, there) in tried.items():
            found[i][k] = (next(fits) if there.any() else _NO_FIT, there)
    return found


_NO_FIT = Smoothed(np.zeros((0, 1, 0)), np.zeros((0, 0)), (), np.zeros((0, 0)))


def _auto(fit: str) -> Callable[[_Space, _Fits], Array]:
    def make(space: _Space, fits: _Fits) -> Array:
        ahead = fits.smoothed[fit].forecast[:, -1, : space.horizon]
        return space.back(ahead) if fit == "work" else ahead

    return make


def _family(family: str) -> Callable[[_Space, _Fits], Array]:
    """Mean over the spaces of one family of settings."""

    def make(space: _Space, fits: _Fits) -> Array:
        at = FAMILIES.index(family)
        known = fits.smoothed
        spaces = [known[name].forecast[:, at, : space.horizon] for name in ("mul", "add") if name in known]
        if space.kind == 0:
            spaces.append(space.back(known["work"].forecast[:, at, : space.horizon]))
        return np.mean(spaces, axis=0)

    return make


def temporal(space: _Space, fits: _Fits) -> Array:
    """Temporal hierarchy: forecasts of periods, quarters and years made to agree, weighted by structure.

    Athanasopoulos, Hyndman, Kourentzes & Petropoulos (2017).
    """
    own = space.back(fits.smoothed["work"].forecast[:, -1])
    wide = own.shape[1]
    blocks: list[Array] = [own]
    sums: list[Array] = [np.eye(wide)]
    weights: list[Array] = [np.ones(wide)]
    for k, (fit, there) in fits.higher.items():
        ahead = own.reshape(len(own), -1, k).mean(axis=2)
        if there.any():
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


def neighbours(space: _Space, fits: _Fits) -> Array:
    """What came after the most similar stretches of all series, rescaled: Nikolopoulos & Petropoulos (2018, 2021)."""
    return _by_windows(space, fits, _near)


def pooled(space: _Space, fits: _Fits) -> Array:
    """One linear autoregression for all series and each horizon, robust ridge. Montero-Manso & Hyndman (2021)."""
    return _by_windows(space, fits, _line)


def _by_windows(space: _Space, fits: _Fits, method: Callable[[Array, Array, Array], Array]) -> Array:
    """A method that learns from windows of all series without season, each at its own level and scale.

    Series too short for a window, and panels with too few windows, keep the smoothing forecast.
    """
    own, panel, horizon = fits.smoothed["work"].forecast[:, -1, : space.horizon], space.work, space.horizon
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


MEMBERS: dict[str, Callable[[_Space, _Fits], Array]] = {
    "smoothing_mul": _auto("mul"),
    "smoothing_log": _auto("work"),
    "smoothing_add": _auto("add"),
    "theta": lambda space, fits: fits.theta[False],
    "theta_log": lambda space, fits: space.back(fits.theta[True]),
    "temporal": temporal,
    **{name: _family(name) for name in FAMILIES},
    "neighbours": neighbours,
    "pooled": pooled,
    "seasonal_naive": lambda space, fits: seasonal_naive(space.plain, space.horizon),
}
BASE = ("smoothing_mul", "smoothing_log", "smoothing_add", "theta", "theta_log", "temporal")
ON_LOGS = {"smoothing_log", "theta_log", "temporal"}  # for positive series
_NEEDS = {"smoothing_mul": (0,), "smoothing_log": (0,), "theta_log": (0,)}  # kinds of series (panel.KINDS)
