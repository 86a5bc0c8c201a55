"""What a variable (spend, people, prices, the market, events) does to sales, and whether it earns its place.

The log of the whole's sales is regressed on logs of variables with a level that drifts and a fixed season as the error
(an IMA(1, 1) with seasonal means, so that a common trend or season is no effect). A variable is used only where two
judges agree: its effect lies well beyond its standard error, and in a rolling-origin test the forecast with it, learnt
from what was known then, has a lower error by more than the tests' own noise (Diebold & Mariano 1995).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from workbench.analytics.forecast.combination import Effort
from workbench.analytics.forecast.engine import predict
from workbench.analytics.forecast.members import members
from workbench.analytics.forecast.panel import Array, Panel
from workbench.analytics.forecast.variables import EVENT

DRIFTS = (0.0, 0.3, 0.5, 0.7, 0.85, 0.95)  # candidates for how little a new value says about the level (IMA's theta)
RIDGE = 0.5  # observations' worth of "no effect"
SURE, CLEAR = 2.5, 1.0  # standard errors that an effect, and its gain in the tests, must lie above none
LOW = 0.01  # of its mean: logs are taken of no smaller variable
LEAST_TESTS, LEAST_MOVES = 8, 5
MOST_TESTS, MOST_USED = 36, 3
LAGS = {52: (0, 4, 8, 12), 12: (0, 1, 2, 3), 4: (0, 1)}  # periods until spend shows, by periods a year
_Columns = Sequence[Array | dict[int, Array]]
COLUMNS = ["lag", "effect", "error", "with_it", "without_it", "tests", "verdict"]
VERDICTS = ("used", "no_gain", "rare", "short")


@dataclass(frozen=True)
class Influences:
    """`table`: index variable; columns lag (periods), effect (change of log sales for one of log variable), error (its
    standard error), with_it and without_it (mean absolute error of log sales in the tests), tests, verdict (VERDICTS).
    `used`, `effect` (used,), `covariance` (used, used); `past` (time, used) as they enter; `raw`: the variables."""

    table: pd.DataFrame
    used: tuple[str, ...]
    effect: Array
    covariance: Array
    past: Array
    raw: pd.DataFrame

    @property
    def factors(self) -> Array:
        """What each past period's sales were multiplied by, 1 as of the last season's mean."""
        return np.exp(self.past @ self.effect)

    def of(self, variable: str) -> tuple[float, float] | None:
        """Effect and standard error of a variable that is used; None where it is not."""
        if variable not in self.used:
            return None
        at = self.used.index(variable)
        return float(self.effect[at]), float(np.sqrt(self.covariance[at, at]))

    def ahead(self, horizon: int, season_length: int, paths: int, seed: int) -> tuple[Array, Array]:
        """What each coming period's sales are multiplied by: (horizon,) and (paths, horizon), whose mean it is.

        Variables go on as the engine forecasts them, events do not happen; paths vary both the variables and effects.
        """
        if not self.used:
            return np.ones(horizon), np.ones((paths, horizon))
        rng = np.random.default_rng(seed + 1)
        effects = self.effect + rng.standard_normal((paths, len(self.used))) @ _root(self.covariance)
        points, moved = np.zeros(horizon), np.zeros((paths, horizon))
        for at, name in enumerate(self.used):
            point, drawn = _future(self.raw[name], horizon, season_length, paths, seed + at)
            lag, scale = int(self.table["lag"][name]), _Scale.of(self.raw[name])
            centre = _recent(scale(_known(self.raw[name])), lag, season_length)
            point, drawn = (self._lagged(scale, name, x, lag) - centre for x in (point, drawn))
            points += point * self.effect[at]
            moved += drawn * effects[:, at, None]
        point, moved = np.exp(points), np.exp(moved)
        return point, moved * point / moved.mean(axis=0)

    def _lagged(self, scale: "_Scale", name: str, future: Array, lag: int) -> Array:
        past = np.broadcast_to(_known(self.raw[name]), (*future.shape[:-1], len(self.raw)))
        joined = np.concatenate([past, future], axis=-1)
        return scale(joined[..., len(self.raw) - lag : joined.shape[-1] - lag])


@dataclass(frozen=True)
class _Scale:
    """How a variable enters: its log, or, where it may be 0, as a multiple of its mean; shares of time as they are."""

    mean: float
    logs: bool

    @classmethod
    def of(cls, values: pd.Series) -> "_Scale":
        known = values.dropna()
        mean = 1.0 if str(values.name).startswith(EVENT) else float(known.mean())
        return cls(mean if mean > 0 else 1.0, bool((known > LOW * mean).all()))

    def __call__(self, values: Array) -> Array:
        return np.log(np.maximum(values / self.mean, LOW)) if self.logs else values / self.mean


def influences(sales: Array, raw: pd.DataFrame, season_length: int) -> Influences | None:
    """What the variables do to the sales of the whole, which have the same periods; None where there are no variables
    or sales are not above 0 throughout."""
    start = int(np.isnan(sales).sum())
    known = {str(n): column for n, column in raw.items() if column.notna().any()}
    if not np.nanmin(sales) > 0 or not known:
        return None
    verdict = {n: _unfit(column, season_length, start) for n, column in known.items()}
    fit_for_it = {n: c for n, c in known.items() if not verdict[n]}
    begin = max([start, *(int(c.notna().to_numpy().argmax()) for c in fit_for_it.values())])
    y = np.log(sales[begin:])
    candidates = {n: _candidates(c, season_length, begin) for n, c in fit_for_it.items()}
    chosen, rows = _select(y, candidates, season_length)
    found = fit(y, np.stack([candidates[n][k] for n, k in chosen.items()], axis=1), season_length) if chosen else _NONE
    told = {n: rows.get(n, {}) | {"verdict": verdict[n] or ("used" if n in chosen else "no_gain")} for n in known}
    for name, effect, error in zip(chosen, found.effect, np.sqrt(np.diag(found.covariance)), strict=True):
        told[name] |= {"effect": effect, "error": error}
    table = pd.DataFrame.from_dict(told, orient="index", columns=COLUMNS).rename_axis("variable")
    past = [_past(raw[n], lag, season_length) for n, lag in chosen.items()]
    entered = np.stack(past, axis=1) if past else np.zeros((len(sales), 0))
    return Influences(table, tuple(chosen), found.effect, found.covariance, entered, raw)


def _unfit(values: pd.Series, season_length: int, start: int) -> str:
    """Why a variable cannot be tested; empty where it can."""
    there = values.notna().to_numpy()
    first, last = int(there.argmax()), len(there) - int(there[::-1].argmax())
    tests, behind = len(_origins(last - max(first, start), season_length)), len(there) - last
    if tests < LEAST_TESTS or not there[first:last].all() or behind > max(season_length // 2, 1):
        return "short"
    change = np.diff(_Scale.of(values)(_known(values)[max(first, start) :]))
    change = change - np.array([np.median(change[k::season_length]) for k in range(season_length)])[
        np.arange(len(change)) % season_length
    ]  # fmt: skip
    return "rare" if (np.abs(change) > 1e-3).sum() < LEAST_MOVES else ""


def _known(values: pd.Series) -> Array:
    """The last known value where it is not known yet, the first before the first."""
    return values.ffill().bfill().to_numpy(float)


def _candidates(values: pd.Series, season_length: int, begin: int) -> dict[int, Array]:
    lags = LAGS.get(season_length, (0,)) if values.name == "spend" else (0,)
    x = _Scale.of(values)(_known(values))
    return {lag: _shift(x, lag)[begin:] for lag in lags}


def _shift(x: Array, lag: int) -> Array:
    return np.concatenate([np.full(lag, x[0]), x[: len(x) - lag]])


def _past(values: pd.Series, lag: int, season_length: int) -> Array:
    x = _Scale.of(values)(_known(values))
    return _shift(x, lag) - _recent(x, lag, season_length)


def _recent(x: Array, lag: int, season_length: int) -> float:
    return float(_shift(x, lag)[-season_length:].mean())


def _future(values: pd.Series, horizon: int, season_length: int, paths: int, seed: int) -> tuple[Array, Array]:
    """(horizon,) and (paths, horizon) of a variable, after what is known of it."""
    if str(values.name).startswith(EVENT):
        return np.zeros(horizon), np.zeros((paths, horizon))
    there = values.notna().to_numpy()
    behind = int(there[::-1].argmax())
    known = values.to_numpy(float)[int(there.argmax()) : len(values) - behind]
    found = predict(Panel(known[None], season_length), horizon + behind, Effort())
    return found.forecast[0, behind:], found.paths(paths, seed=seed)[:, 0, behind:]


def _root(covariance: Array) -> Array:
    values, vectors = np.linalg.eigh(covariance)
    return np.asarray((vectors * np.sqrt(np.maximum(values, 0))).T)


# -- regression -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fit:
    effect: Array  # (variables,)
    covariance: Array  # (variables, variables)
    unlikely: float  # −2 log restricted likelihood, of the best drift

    @property
    def sure(self) -> Array:
        """Effects in standard errors."""
        return self.effect / np.sqrt(np.maximum(np.diag(self.covariance), 1e-300))


def fit(y: Array, x: Array, season_length: int) -> Fit:
    """Effects of the columns of `x` (time, variables) on `y`, both on logs, over how fast the level may drift: a mean
    weighted by restricted likelihood (Patterson & Thompson 1971)."""
    both = np.diff(np.column_stack([y, x]), axis=0)
    fits = [_fit(both, season_length, drift) for drift in DRIFTS]
    unlikely = np.array([found.unlikely for found in fits])
    weight = np.exp((unlikely.min() - unlikely) / 2)
    weight /= weight.sum()
    effect = sum(w * f.effect for w, f in zip(weight, fits, strict=True))
    covariance = sum(
        w * (f.covariance + np.outer(f.effect - effect, f.effect - effect)) for w, f in zip(weight, fits, strict=True)
    )
    return Fit(np.asarray(effect), np.asarray(covariance), float(unlikely.min()))


def _fit(both: Array, season_length: int, drift: float) -> Fit:
    left = _innovations(both, drift)
    around, size = _around(len(both), season_length, drift)
    left -= around @ (around.T @ left)
    y, x = left[:, 0], left[:, 1:]
    squares = x.T @ x + np.diag(RIDGE * (x**2).mean(axis=0) + 1e-12)
    inverse = np.linalg.inv(squares)
    effect = inverse @ (x.T @ y)
    rest = float(((y - x @ effect) ** 2).sum()) + 1e-12
    freedom = max(len(y) - around.shape[1] - x.shape[1], 1)
    unlikely = freedom * np.log(rest) + size + float(np.linalg.slogdet(squares)[1])
    return Fit(effect, inverse * rest / max(freedom - 2, 1), unlikely)  # the variance of a t distribution


def _innovations(change: Array, drift: float) -> Array:
    """e(t) = change(t) + drift · e(t − 1)."""
    from scipy.signal import lfilter

    return np.asarray(lfilter([1.0], [1.0, -drift], change, axis=0))


@lru_cache(maxsize=512)
def _around(length: int, season_length: int, drift: float) -> tuple[Array, float]:
    """Orthonormal columns that span a fixed season, a drift and whatever the first innovation was, as innovations; and
    the log determinant of the squares of what they stand for."""
    at = np.arange(length)
    season = (at[:, None] % season_length == np.arange(season_length)).astype(float)
    columns, size = np.linalg.qr(np.column_stack([_innovations(season, drift), drift**at]))
    return columns, float(2 * np.log(np.abs(np.diag(size))).sum())


_NONE = Fit(np.zeros(0), np.zeros((0, 0)), 0.0)


# -- which to use -----------------------------------------------------------------------------------------------------


def _select(
    y: Array, candidates: dict[str, dict[int, Array]], season_length: int
) -> tuple[dict[str, int], dict[str, dict[str, float]]]:
    """Variables to use with their lags, the best first; and of each what its test said when it was last tried."""
    chosen: dict[str, int] = {}
    rows: dict[str, dict[str, float]] = {}
    origins = _origins(len(y), season_length)
    while len(origins) >= LEAST_TESTS and len(chosen) < MOST_USED and len(chosen) < len(candidates):
        held = [candidates[n][lag] for n, lag in chosen.items()]
        open_ = {n: lags for n, lags in candidates.items() if n not in chosen}
        tries: list[_Columns] = [held]
        tries += [[*held, lags] for lags in open_.values()]
        without, *errors = _errors(y, tries, origins, season_length)
        tried = {n: _tried(y, held, open_[n], without, e, season_length) for n, e in zip(open_, errors, strict=True)}
        rows |= {n: row for n, (row, _) in tried.items()}
        earned = {n: gain for n, (_, gain) in tried.items() if gain > 0}
        if not earned:
            break
        best = max(earned, key=lambda n: earned[n])
        chosen[best] = int(rows[best]["lag"])
    return chosen, rows


def _origins(length: int, season_length: int) -> range:
    step = max(season_length // 4, 1)
    first = max(2 * season_length + season_length // 2, season_length + 8)
    every = max(season_length // 12, 1)
    return range(length - step, first - 1, -every)[:MOST_TESTS][::-1]


def _tried(
    y: Array, held: list[Array], lags: dict[int, Array], without: Array, with_it: Array, season_length: int
) -> tuple[dict[str, float], float]:
    """What the tests say of one variable, and its gain; 0 where it does not earn its place."""
    lag, found = _best(y, held, lags, season_length)
    gain, noise = (
        without - with_it,
        _noise(without - with_it, max(season_length // 4, 1) // max(season_length // 12, 1)),
    )
    earns = abs(found.sure[-1]) > SURE and gain.mean() > CLEAR * noise
    row = {
        "lag": lag,
        "effect": found.effect[-1],
        "error": np.sqrt(found.covariance[-1, -1]),
        "with_it": with_it.mean(),
        "without_it": without.mean(),
        "tests": len(gain),
    }
    return row, float(gain.mean()) if earns else 0.0


def _noise(gain: Array, overlap: int) -> float:
    """Standard error of the mean of tests that overlap: autocovariances up to the overlap (Newey & West 1987), with the
    small-sample factor of Harvey, Leybourne & Newbold (1997)."""
    n, apart = len(gain), gain - gain.mean()
    lags = range(1, min(overlap, n - 1) + 1)
    around = (apart @ apart + 2 * sum((1 - k / (len(lags) + 1)) * (apart[k:] @ apart[:-k]) for k in lags)) / n
    factor = max((n + 1 - 2 * overlap + overlap * (overlap - 1) / n) / n, 0.1)
    return float(np.sqrt(max(around, 1e-300) / n / factor))


def _best(y: Array, held: Sequence[Array], lags: dict[int, Array], season_length: int) -> tuple[int, Fit]:
    """The lag with which the variable explains most, given those held."""
    fits = {lag: fit(y, np.stack([*held, x], axis=1), season_length) for lag, x in lags.items()}
    lag = min(fits, key=lambda k: fits[k].unlikely)
    return lag, fits[lag]


def _errors(y: Array, tries: list[_Columns], origins: range, season_length: int) -> list[Array]:
    """For each set of variables (the last of which may have lags to choose from) the mean absolute error of log sales
    over a quarter of a year from each origin, learnt from what was known there."""
    step, rows, plus = max(season_length // 4, 1), [], []
    for columns in tries:
        for o in origins:
            x, effect = _then(y, columns, o, season_length)
            rows.append(np.concatenate([np.full(len(y) - o, np.nan), y[:o] - x[:o] @ effect]))
            plus.append(x[o : o + step] @ effect)
    table = np.stack(rows)
    middle = np.nanmean(table, axis=1, keepdims=True)
    found = members(Panel(np.exp(table - middle), season_length), step, 0)
    ahead = np.log(found.mean(found.base, 0.0)) + middle + np.stack(plus)
    actual = np.stack([y[o : o + step] for o in origins])
    return [np.abs(part - actual).mean(axis=1) for part in np.split(ahead, len(ahead) // len(origins))]


def _then(y: Array, columns: _Columns, origin: int, season_length: int) -> tuple[Array, Array]:
    """The variables, and their effects as they were measured at an origin: those hardly told from none shrunk to it."""
    if not columns:
        return np.zeros((len(y), 0)), np.zeros(0)
    *held, last = columns
    own: list[Array] = [c for c in held if not isinstance(c, dict)]
    if isinstance(last, dict):
        lag, found = _best(
            y[:origin], [c[:origin] for c in own], {k: v[:origin] for k, v in last.items()}, season_length
        )
        x = np.stack([*own, last[lag]], axis=1)
    else:
        x = np.stack([*own, last], axis=1)
        found = fit(y[:origin], x[:origin], season_length)
    keep = np.clip(1 - 1 / np.maximum(found.sure**2, 1e-12), 0, 1)
    return x, found.effect * keep
