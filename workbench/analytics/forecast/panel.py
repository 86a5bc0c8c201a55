"""Many series of one frequency in one array: what the engine works on, and the cleaning it needs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.analytics.forecast.measures import centred_mean

Array = NDArray[Any]
KINDS = ("positive", "zeros", "signed")
SHORT = 4  # seasons of history below which seasonal indices come from the growth over a season
DOUBT = 0.3  # share of their movement that is first taken for chance
NEAR = np.array([1, 2, 3, 2, 1]) / 9  # a week's index counts in its neighbours', of which there are too many to tell
LEVELS = {12: (1, 3, 12)}  # periods that a temporal hierarchy adds up, by season length


@dataclass(frozen=True)
class Panel:
    """`values` is (series, time): all series end together, NaN before a series begins, no gaps after that."""

    values: Array
    season_length: int

    @property
    def lengths(self) -> NDArray[np.int64]:
        return (~np.isnan(self.values)).sum(axis=1)

    @property
    def size(self) -> Array:
        """Mean absolute value of each series as a column; 1 where it is 0."""
        size = np.nansum(np.abs(self.values), axis=1) / np.maximum(self.lengths, 1)
        return np.where(size > 0, size, 1.0)[:, None]

    @property
    def level(self) -> Array:
        """Mean absolute value of the last two seasons as a column, never 0."""
        last = np.abs(self.values[:, -max(2 * self.season_length, 4) :])
        count = (~np.isnan(last)).sum(axis=1)
        level = np.nansum(last, axis=1)[:, None] / np.maximum(count, 1)[:, None]
        return np.maximum(level, 1e-3 * self.size)

    def rows(self, which: NDArray[np.int64] | NDArray[np.bool_]) -> "Panel":
        """The panel of some series, without the columns that none of them fills."""
        values = self.values[which]
        return replace(self, values=values[:, (~np.isnan(values)).any(axis=0)] if len(values) else values)

    def until(self, periods_back: int) -> "Panel":
        """The panel as it was that many periods ago; series that had not begun are rows of NaN."""
        return replace(self, values=self.values[:, : self.values.shape[1] - periods_back])

    def kinds(self) -> NDArray[np.int64]:
        """0 where a series is above 0 throughout, 1 where it also is 0 (or near), 2 where it is negative somewhere."""
        lowest = np.nanmin(np.where(np.isnan(self.values), np.inf, self.values), axis=1)
        return np.where(lowest < 0, 2, np.where(lowest > 1e-3 * self.size[:, 0], 0, 1))


def stacked(panels: Sequence[Panel]) -> tuple[Panel, list[slice]]:
    """Panels of one season length below each other as one, and which rows of it are whose.

    All series end together, so that a column may be another part of the season than before; see `seasonal_shapes`.
    """
    time, ends = max(p.values.shape[1] for p in panels), np.cumsum([len(p.values) for p in panels])
    values = np.full((int(ends[-1]), time), np.nan)
    whose = [slice(int(end) - len(p.values), int(end)) for p, end in zip(panels, ends, strict=True)]
    for panel, rows in zip(panels, whose, strict=True):
        values[rows, time - panel.values.shape[1] :] = panel.values
    return Panel(values, panels[0].season_length), whose


def fill(values: Array, season_length: int) -> Array:
    """Series without gaps after their first value: a gap takes the mean of its neighbours a season away, else a
    line."""
    filled = values.copy()
    inside = np.isnan(values) & (np.cumsum(~np.isnan(values), axis=1) > 0)
    for row in np.flatnonzero(inside.any(axis=1)):
        filled[row] = _fill(values[row], inside[row], season_length)
    return filled


def _fill(series: Array, gaps: NDArray[np.bool_], season_length: int) -> Array:
    known = np.flatnonzero(~np.isnan(series))
    line = np.interp(np.arange(len(series)), known, series[known])
    shape = series - np.interp(np.arange(len(series)), known, _smooth(line, season_length)[known])
    for at in np.flatnonzero(gaps):
        same = shape[at % season_length :: season_length]
        line[at] += np.nanmean(same) if season_length > 1 and (~np.isnan(same)).sum() >= 2 else 0.0
    low = 0.0 if series[known].min() >= 0 else -np.inf
    return np.where(gaps, np.maximum(line, low), series)


def _smooth(line: Array, season_length: int) -> Array:
    if len(line) <= season_length + 1:
        return np.full(len(line), line.mean())
    trend = centred_mean(line[None], season_length)[0]
    known = np.flatnonzero(~np.isnan(trend))
    return np.interp(np.arange(len(line)), known, trend[known])


def seasonal_shape(values: Array, season_length: int, *, additive: bool) -> Array:
    """Seasonal indices by column number modulo `season_length`, shrunk towards none by what chance alone would give.

    Classical decomposition, mean and median of the ratios (differences) to the centred moving average; James & Stein
    (1961) shrinkage, squared so that weak seasons vanish. Below SHORT seasons of history the centred average leaves
    too little: there the growth over a season is taken out instead. 1 (0 when additive) for less than a season.
    """
    none = np.zeros((len(values), season_length)) if additive else np.ones((len(values), season_length))
    if season_length == 1 or values.shape[1] < season_length:
        return none
    lengths = (~np.isnan(values)).sum(axis=1)
    short = (lengths >= season_length) & (lengths < SHORT * season_length)
    if short.any():
        first = max(values.shape[1] - SHORT * season_length, 0)
        few = _shape_of_few(values[short, first:], season_length, additive)
        none[short] = np.roll(few, first, axis=1)  # its own columns begin anew where they were cut
    if values.shape[1] > 2 * season_length and not short.all():
        none[~short] = _shape(values[~short], season_length, additive)
    return none


def seasonal_shapes(panels: Sequence[Panel], *, additive: bool) -> Array:
    """`seasonal_shape` of each panel's series by the columns that they have when stacked."""
    time = max(p.values.shape[1] for p in panels)
    found = [seasonal_shape(p.values, p.season_length, additive=additive) for p in panels]
    return np.concatenate([np.roll(s, time - p.values.shape[1], axis=1) for s, p in zip(found, panels, strict=True)])


def _shape(values: Array, season_length: int, additive: bool) -> Array:
    trend = centred_mean(values, season_length)
    ratio = values - trend if additive else np.where(trend > 0, values, np.nan) / np.where(trend > 0, trend, 1)
    found, noise, count = _by_season(ratio, season_length)
    middle = found.mean(axis=1, keepdims=True)
    found = found - middle if additive else found / np.where(middle > 0, middle, 1) - 1
    keep = _shrinkage(found, noise, count)
    usable = (count.min(axis=1) >= 1) & ((~np.isnan(values)).sum(axis=1) > 2 * season_length)
    shape = np.where(usable, keep, 0)[:, None] * found
    return shape if additive else np.maximum(1 + shape, 0.02)


def _shape_of_few(values: Array, season_length: int, additive: bool) -> Array:
    """Seasonal indices where few values of each season are known: what is left after the growth between them."""
    work = values if additive else np.log(values)
    change = work[:, season_length:] - work[:, :-season_length]
    twice = (~np.isnan(change)).sum(axis=1)
    growth = median(change) / season_length * twice / (twice + season_length / 4)
    flat = work - growth[:, None] * np.arange(work.shape[1])
    found, noise, count = _by_season(flat, season_length)
    near = NEAR if season_length >= 26 else np.ones(1)
    found = sum(w * np.roll(found, k, axis=1) for k, w in enumerate(near, -(len(near) // 2)))
    found = found - found.mean(axis=1, keepdims=True)
    doubt = np.maximum(
        DOUBT, 3 * (values == 0).sum(axis=1) / (~np.isnan(values)).sum(axis=1)
    )  # when it sells is chance
    guess = doubt * season_length / 4 * (found**2).mean(axis=1)
    calmer = (near**2).sum()  # means of neighbours hold less chance
    keep = _shrinkage(found, calmer * noise, count, calmer * guess, season_length / 4)
    found = keep[:, None] * found
    return found if additive else np.exp(found) / np.exp(found).mean(axis=1, keepdims=True)


def _by_season(ratio: Array, season_length: int) -> tuple[Array, Array, Array]:
    """Centre, sum of squares around it, and count of each season, (series, seasons) each."""
    count, time = ratio.shape
    cycles = -(-time // season_length)
    whole = np.full((count, cycles * season_length), np.nan)
    whole[:, :time] = ratio
    each = whole.reshape(count, cycles, season_length).transpose(0, 2, 1).reshape(-1, cycles)
    centre, noise, known = (x.reshape(count, season_length) for x in _season(each))
    return centre, noise, known


def _season(ratio: Array) -> tuple[Array, Array, Array]:
    """Centre (mean of mean and median), sum of squares around it, and count."""
    there = ~np.isnan(ratio)
    count = there.sum(axis=1)
    mean = np.where(there, ratio, 0).sum(axis=1) / np.maximum(count, 1)
    centre = (mean + median(ratio)) / 2
    return centre, (np.where(there, ratio - centre[:, None], 0) ** 2).sum(axis=1), count


def median(values: Array) -> Array:
    """Median of each row without NaN; 0 where a row has no value."""
    if not values.shape[1]:
        return np.zeros(len(values))
    count = (~np.isnan(values)).sum(axis=1)
    ordered, rows = np.sort(values, axis=1), np.arange(len(values))
    low, high = (np.maximum(count - 1, 0) // 2, np.minimum(count // 2, values.shape[1] - 1))
    return np.where(count > 0, (ordered[rows, low] + ordered[rows, high]) / 2, 0.0)


def _shrinkage(found: Array, noise: Array, count: Array, guess: Array | float = 0.0, weight: float = 0.0) -> Array:
    """What to keep of the indices; `guess` is a sum of squares believed beforehand, as if from `weight` values."""
    length = found.shape[1]
    chance = (noise.sum(axis=1) + guess) / np.maximum((count - 1).sum(axis=1) + weight, 1)
    chance = chance / np.maximum(count.mean(axis=1), 1)
    strength = (found**2).sum(axis=1) / (length - 1) / np.maximum(chance, 1e-12)
    factor = (length - 3) / (length - 1) if length > 3 else 1.0
    return np.clip(1 - factor / np.maximum(strength, 1e-9), 0, 1) ** 2
