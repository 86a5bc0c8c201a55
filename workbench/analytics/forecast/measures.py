"""Accuracy and calibration of forecasts: one function each, over the last axis (time), so they take one series or many.

Arrays are (…, horizon), training data (…, time); NaN in training data (a shorter series) is skipped. Errors are
residuals' opposites where a sign matters: `bias` is forecast − actual, positive when it is over-forecast.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[Any]


def mae(actual: ArrayLike, forecast: ArrayLike) -> Array:
    """Mean absolute error, in the data's unit."""
    return _mean(np.abs(_array(actual) - _array(forecast)))


def rmse(actual: ArrayLike, forecast: ArrayLike) -> Array:
    """Root mean squared error, in the data's unit."""
    return np.sqrt(_mean((_array(actual) - _array(forecast)) ** 2))


def mape(actual: ArrayLike, forecast: ArrayLike) -> Array:
    """Mean absolute percentage error as a ratio; NaN where an actual is 0."""
    actual = _array(actual)
    return _mean(_ratio(np.abs(actual - _array(forecast)), np.abs(actual)))


def smape(actual: ArrayLike, forecast: ArrayLike) -> Array:
    """Symmetric mean absolute percentage error as a ratio, 0 to 2; two zeros are no error. Makridakis (1993), as in
    M4."""
    actual, forecast = _array(actual), _array(forecast)
    size = np.abs(actual) + np.abs(forecast)
    return _mean(2 * np.abs(actual - forecast) / np.where(size > 0, size, 1))


def wape(actual: ArrayLike, forecast: ArrayLike) -> Array:
    """Sum of absolute errors over the sum of absolute actuals, ratio; NaN when nothing was sold."""
    actual = _array(actual)
    return _ratio(np.nansum(np.abs(actual - _array(forecast)), axis=-1), np.nansum(np.abs(actual), axis=-1))


def bias(actual: ArrayLike, forecast: ArrayLike) -> Array:
    """Mean of forecast − actual: positive is over-forecast, in the data's unit."""
    return _mean(_array(forecast) - _array(actual))


def scale(train: ArrayLike, *, season_length: int, power: int = 1) -> Array:
    """Mean absolute (or squared, `power=2`) error of the seasonal naive forecast within the training data.

    Falls back to the plain naive one for series no longer than a season; NaN where the series does not move.
    """
    train = _array(train)
    seasonal = _step(train, season_length, power)
    found = np.where(np.isnan(seasonal), _step(train, 1, power), seasonal)
    return np.where(found > 0, found, np.nan)


def mase(actual: ArrayLike, forecast: ArrayLike, train: ArrayLike, *, season_length: int) -> Array:
    """Mean absolute scaled error: below 1 beats the in-sample seasonal naive forecast.

    Hyndman & Koehler (2006). `train` is ordered by time.
    """
    return mae(actual, forecast) / scale(train, season_length=season_length)


def rmsse(actual: ArrayLike, forecast: ArrayLike, train: ArrayLike, *, season_length: int = 1) -> Array:
    """Root mean squared scaled error. Hyndman & Koehler (2006); with `season_length=1` as in M5."""
    return rmse(actual, forecast) / np.sqrt(scale(train, season_length=season_length, power=2))


def naive2(train: ArrayLike, horizon: int, *, season_length: int) -> Array:
    """The last value, seasonally adjusted when a 90 % test finds a season: the yardstick of M3 and M4.

    Makridakis, Spiliotis & Assimakopoulos (2020). `train` is (series, time), NaN before a series begins.
    """
    train = np.atleast_2d(_array(train))
    indices = seasonal_indices(train, season_length)
    ahead = indices[:, (train.shape[1] + np.arange(horizon)) % season_length]
    return train[:, -1:] / indices[:, [(train.shape[1] - 1) % season_length]] * ahead


def seasonal_indices(train: Array, season_length: int) -> Array:
    """Multiplicative seasonal indices by column number modulo `season_length`; 1 where the 90 % test finds no
    season."""
    if season_length == 1 or train.shape[1] < 3 * season_length:
        return np.ones((len(train), season_length))
    ratio = _ratio(train, centred_mean(train, season_length))
    found = np.stack([_mean(ratio[:, k::season_length].T, axis=0) for k in range(season_length)], axis=1)
    found = found / _mean(found)[:, None]
    usable = is_seasonal(train, season_length) & (found > 0).all(axis=1)
    return np.where(usable[:, None], found, 1.0)


def is_seasonal(train: Array, season_length: int, z: float = 1.645) -> NDArray[np.bool_]:
    """Whether the autocorrelation at the seasonal lag is beyond its 90 % limits (Bartlett); needs 3 seasons."""
    length = (~np.isnan(train)).sum(axis=1)
    acf = autocorrelation(train, season_length)
    limit = z * np.sqrt((1 + 2 * (acf[:, :-1] ** 2).sum(axis=1)) / np.maximum(length, 1))
    return (np.abs(acf[:, -1]) > limit) & (length >= 3 * season_length)


def autocorrelation(train: Array, lags: int) -> Array:
    """Autocorrelations at lags 1 to `lags`, one row per series; 0 where the series does not move."""
    centred = np.nan_to_num(train - _mean(train)[:, None])
    size = (centred**2).sum(axis=1)
    products = [(centred[:, k:] * centred[:, :-k]).sum(axis=1) for k in range(1, lags + 1)]
    return np.stack(products, axis=1) / np.where(size > 0, size, 1)[:, None]


def centred_mean(train: Array, season_length: int) -> Array:
    """Centred moving average over one season (half weights at the ends when it is even); NaN at the edges."""
    half = season_length // 2
    weights = np.ones(season_length) if season_length % 2 else np.r_[0.5, np.ones(season_length - 1), 0.5]
    windows = np.lib.stride_tricks.sliding_window_view(train, len(weights), axis=1)
    trend = np.full(train.shape, np.nan)
    trend[:, half : half + windows.shape[1]] = windows @ weights / season_length
    return trend


def owa(actual: ArrayLike, forecast: ArrayLike, train: ArrayLike, *, season_length: int) -> float:
    """Overall weighted average of sMAPE and MASE over all series, each relative to Naive2. M4 (2020)."""
    actual = np.atleast_2d(_array(actual))
    yardstick = naive2(train, actual.shape[1], season_length=season_length)
    return owa_between(actual, forecast, yardstick, train, season_length=season_length)


def owa_between(
    actual: ArrayLike, forecast: ArrayLike, yardstick: ArrayLike, train: ArrayLike, *, season_length: int
) -> float:
    """OWA of `forecast` relative to the forecasts `yardstick`."""
    by_smape = np.nanmean(smape(actual, forecast)) / np.nanmean(smape(actual, yardstick))
    scaled = [np.nanmean(mase(actual, f, train, season_length=season_length)) for f in (forecast, yardstick)]
    return float((by_smape + scaled[0] / scaled[1]) / 2)


def quantile_loss(actual: ArrayLike, quantile: ArrayLike, *, probability: float) -> Array:
    """Quantile score: twice the pinball loss, in the data's unit, so at probability 0.5 it is the absolute error.

    Hyndman & Athanasopoulos, FPP3 5.9.
    """
    actual, quantile = _array(actual), _array(quantile)
    return _mean(2 * np.where(actual < quantile, 1 - probability, probability) * np.abs(actual - quantile))


def winkler(actual: ArrayLike, lo: ArrayLike, hi: ArrayLike, *, level: float) -> Array:
    """Winkler score: the interval's width plus 2 / (1 − level) times what the actual is outside by. Winkler (1972)."""
    actual, lo, hi = _array(actual), _array(lo), _array(hi)
    outside = np.maximum(lo - actual, 0) + np.maximum(actual - hi, 0)
    return _mean(hi - lo + 2 / (1 - level) * outside)


def msis(
    actual: ArrayLike, lo: ArrayLike, hi: ArrayLike, train: ArrayLike, *, season_length: int, level: float = 0.95
) -> Array:
    """Mean scaled interval score: the Winkler score over the seasonal naive's in-sample error. Gneiting & Raftery
    (2007), M4."""
    return winkler(actual, lo, hi, level=level) / scale(train, season_length=season_length)


def interval_coverage(actual: ArrayLike, lo: ArrayLike, hi: ArrayLike) -> Array:
    """Share of actuals inside the interval, ends included."""
    actual = _array(actual)
    inside = (actual >= _array(lo)) & (actual <= _array(hi))
    return _mean(np.where(np.isnan(actual), np.nan, inside))


def crps(actual: ArrayLike, paths: ArrayLike) -> Array:
    """Continuous ranked probability score of sample paths (paths on the first axis), in the data's unit.

    Gneiting & Raftery (2007): E|X − y| − E|X − X'| / 2, with the fair estimate of the second term.
    """
    actual, paths = _array(actual), np.sort(_array(paths), axis=0)
    n = len(paths)
    rank = (2 * np.arange(1, n + 1) - n - 1).reshape(-1, *[1] * (paths.ndim - 1))
    spread = (rank * paths).sum(axis=0) / max(n * (n - 1), 1)
    return _mean(np.abs(paths - actual).mean(axis=0) - spread)


def crps_normal(actual: ArrayLike, mean: ArrayLike, sd: ArrayLike) -> Array:
    """CRPS of normal forecasts in closed form. Gneiting & Raftery (2007), equation 21."""
    from scipy.special import ndtr

    sd = _array(sd)
    z = (_array(actual) - _array(mean)) / sd
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    return _mean(sd * (z * (2 * ndtr(z) - 1) + 2 * density - 1 / np.sqrt(np.pi)))


def skill(score: ArrayLike, yardstick: ArrayLike) -> Array:
    """Share by which a score is better than the yardstick's; negative is worse. FPP3 5.9."""
    return 1 - _array(score) / _array(yardstick)


def _step(train: Array, lag: int, power: int) -> Array:
    return _mean(np.abs(train[..., lag:] - train[..., :-lag]) ** power) if train.shape[-1] > lag else _none(train)


def _none(train: Array) -> Array:
    return np.full(train.shape[:-1], np.nan)


def _mean(values: Array, axis: int = -1) -> Array:
    """Mean over the values that are there; NaN (without a warning) where none is."""
    there = ~np.isnan(values)
    count = there.sum(axis=axis)
    return np.where(count > 0, np.where(there, values, 0).sum(axis=axis) / np.maximum(count, 1), np.nan)


def _ratio(part: Array, whole: Array) -> Array:
    return part / np.where(whole != 0, whole, np.nan)


def _array(values: ArrayLike) -> Array:
    return np.asarray(values, dtype=float)
