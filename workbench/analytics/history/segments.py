"""Where the level of a series changes: least squares over all ways to cut it, by dynamic programming.

Bai & Perron (1998, 2003); the number of cuts by BIC, their dates' intervals by Bai (1997), the test that there is any
by the largest F over all dates (Andrews 1993). Levels only, or levels around one common slope.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

_ROUNDS = 20  # between slope and levels; each lowers the sum of squares, so it ends
DRAWS, SEED = 999, 20260930


@dataclass(frozen=True)
class Cut:
    """One way to cut a series: the last position of each stretch but the last, the common slope, what is left."""

    at: tuple[int, ...]
    slope: float
    rss: float
    bic: float
    fitted: np.ndarray

    @property
    def edges(self) -> list[tuple[int, int]]:
        """First and past-the-last position of each stretch."""
        inner = [a + 1 for a in self.at]
        return list(zip([0, *inner], [*inner, len(self.fitted)], strict=True))


def cuts(values: np.ndarray, most: int, shortest: int, *, slope: bool = False) -> list[Cut]:
    """The best cut for 0, 1, … `most` breaks, as far as stretches of `shortest` allow."""
    many = range(min(most, len(values) // shortest - 1) + 1)
    if not slope:
        best = _levels(values, many[-1], shortest)
        return [_cut(values, best[m], 0.0, extra=0) for m in many]
    return [min((_sloped(values, m, shortest, s) for s in _slopes(values)), key=lambda c: c.rss) for m in many]


def sup_f(values: np.ndarray, shortest: int, *, slope: bool = False) -> tuple[float, int]:
    """The largest F statistic of one break against none, and the last position before it."""
    found = _f_statistics(values[None, :], shortest, slope)[0]
    return float(found.max()), int(found.argmax()) + shortest - 1


def p_of_sup_f(values: np.ndarray, cut: Cut, shortest: int, *, slope: bool = False) -> float:
    """How likely so large an F is without any break, by simulating series as autocorrelated as the residuals are."""
    n, rest = len(values), values - cut.fitted
    phi = float(np.clip((rest[1:] * rest[:-1]).sum() / max((rest**2).sum(), 1e-300), 0.0, 0.9))
    noise = np.random.default_rng(SEED).standard_normal((DRAWS, n + 30))
    for t in range(1, n + 30):
        noise[:, t] += phi * noise[:, t - 1]
    simulated = _f_statistics(noise[:, 30:], shortest, slope).max(axis=1)
    return float((1 + (simulated >= sup_f(values, shortest, slope=slope)[0]).sum()) / (DRAWS + 1))


def interval(values: np.ndarray, cut: Cut, which: int, level: float = 0.95) -> tuple[int, int]:
    """Positions between which break number `which` lies with `level` confidence (Bai 1997), a variance for each side.

    The argmax of two Brownian motions with drift -1/2 that leave 0 to either side; its density has no closed form
    here, so it is integrated: the height reached is exponential, the time to a height inverse Gaussian.
    """
    left, right = cut.edges[which], cut.edges[which + 1]
    rest = values - cut.fitted
    before, after = (max(float(np.mean(rest[a:b] ** 2)), 1e-12) for a, b in (left, right))
    step = cut.fitted[right[0]] - cut.fitted[left[1] - 1] - cut.slope
    lo, hi = _argmax_quantiles(round(after / before, 2), (1 - level) / 2)
    scale = before / max(step**2, 1e-300)
    at = cut.at[which]
    # the estimate's error is what is known, so the true date lies on its other side
    return max(0, at - int(np.ceil(hi * scale))), min(len(values) - 1, at - int(np.floor(lo * scale)))


def _levels(values: np.ndarray, most: int, shortest: int) -> list[tuple[int, ...]]:
    """The cuts with the smallest sum of squares, for each number of breaks."""
    n = len(values)
    rss = _triangle(values)
    cost = np.full((most + 1, n), np.inf)
    came = np.zeros((most + 1, n), dtype=int)
    cost[0, shortest - 1 :] = rss[0, shortest - 1 :]
    for m in range(1, most + 1):
        for end in range((m + 1) * shortest - 1, n):
            starts = np.arange(m * shortest - 1, end - shortest + 1)
            total = cost[m - 1, starts] + rss[starts + 1, end]
            best = int(total.argmin())
            cost[m, end], came[m, end] = total[best], starts[best]
    return [_trace(came, m, n - 1) for m in range(most + 1)]


def _trace(came: np.ndarray, m: int, end: int) -> tuple[int, ...]:
    found: list[int] = []
    for k in range(m, 0, -1):
        end = int(came[k, end])
        found.append(end)
    return tuple(found[::-1])


def _triangle(values: np.ndarray) -> np.ndarray:
    """Sum of squares around the mean of each stretch from row to column, both included."""
    centred = values - values.mean()  # cancels less
    one, two = (np.concatenate([[0.0], np.cumsum(centred**k)]) for k in (1, 2))
    first, last = np.arange(len(values))[:, None], np.arange(len(values))[None, :] + 1
    length = np.maximum(last - first, 1)
    return np.maximum(two[last] - two[first] - (one[last] - one[first]) ** 2 / length, 0.0)


def _cut(values: np.ndarray, at: tuple[int, ...], slope: float, extra: int) -> Cut:
    n, time = len(values), np.arange(len(values))
    flat, fitted = values - slope * time, np.empty(len(values))
    inner = [a + 1 for a in at]
    for a, b in zip([0, *inner], [*inner, n], strict=True):
        fitted[a:b] = flat[a:b].mean() + slope * time[a:b]
    rss = float(((values - fitted) ** 2).sum())
    free = 2 * len(at) + 2 + extra  # levels, dates and the variance
    likelihood = -0.5 * n * (np.log(2 * np.pi) + 1 + np.log(max(rss, 1e-300) / n))
    return Cut(at, slope, rss, float(-2 * likelihood + np.log(n) * free), fitted)


def _slopes(values: np.ndarray) -> list[float]:
    """Slopes to start from: none, the straight line's, and the usual step (a shift of level is no usual step)."""
    time = np.arange(len(values))
    far = max(1, len(values) // 4)
    return [0.0, float(np.polyfit(time, values, 1)[0]), float(np.median(values[far:] - values[:-far]) / far)]


def _sloped(values: np.ndarray, m: int, shortest: int, slope: float) -> Cut:
    """Levels given the slope, the slope given the levels, until nothing changes."""
    time, best = np.arange(len(values), dtype=float), None
    for _ in range(_ROUNDS):
        at = _levels(values - slope * time, m, shortest)[m]
        slope = _slope(values, time, at)
        cut = _cut(values, at, slope, extra=1)
        if best is not None and cut.rss >= best.rss * (1 - 1e-10):
            break
        best = cut
    assert best is not None  # noqa: S101 the loop ran
    return best


def _slope(values: np.ndarray, time: np.ndarray, at: tuple[int, ...]) -> float:
    """The common slope within the stretches."""
    stretch = np.searchsorted(at, np.arange(len(values)))
    within = [x - (np.bincount(stretch, x) / np.bincount(stretch))[stretch] for x in (time, values)]
    return float((within[0] * within[1]).sum() / (within[0] ** 2).sum())


def _f_statistics(series: np.ndarray, shortest: int, slope: bool) -> np.ndarray:
    """F of one break at each date against none, for each row of `series`."""
    n = series.shape[1]
    base = np.vander(np.arange(n) / n, 2 if slope else 1)
    residual = series - series @ base @ np.linalg.pinv(base)
    ends = np.arange(shortest - 1, n - shortest)
    steps = (np.arange(n)[None, :] > ends[:, None]).astype(float)
    steps = steps - steps @ base @ np.linalg.pinv(base)
    gain = (residual @ steps.T) ** 2 / (steps**2).sum(axis=1)
    whole = (residual**2).sum(axis=1, keepdims=True)
    free = n - base.shape[1] - 1
    return gain / np.maximum(whole - gain, 1e-300) * free


@cache
def _argmax_quantiles(ratio: float, tail: float) -> tuple[float, float]:
    """Lower and upper quantile of where the two-sided motion peaks; variance 1 on the left, `ratio` on the right."""
    below = _times(1.0, ratio)
    above = _times(ratio, 1.0)
    return -_where(below, tail), _where(above, tail)


def _times(own: float, other: float) -> tuple[np.ndarray, np.ndarray]:
    """Density of the peak's distance on one side, where the higher peak is on this side."""
    times = np.geomspace(1e-3, 400 * max(own, other), 700)
    heights = np.geomspace(1e-4, 60 * max(own, other), 700)
    rate, rival = 1 / own, 1 / other  # of the exponential heights: 2 × drift / variance, drift 1/2
    t, m = times[:, None], heights[None, :]
    passage = m / np.sqrt(2 * np.pi * own * t**3) * np.exp(-((m - t / 2) ** 2) / (2 * own * t))
    joint = rate * np.exp(-rate * m) * -np.expm1(-rival * m) * passage
    return times, np.asarray(np.trapezoid(joint, heights, axis=1))


def _where(side: tuple[np.ndarray, np.ndarray], tail: float) -> float:
    """The distance beyond which the probability is `tail`."""
    times, density = side
    beyond = np.concatenate([np.cumsum((np.diff(times) * (density[1:] + density[:-1]) / 2)[::-1])[::-1], [0.0]])
    return float(np.interp(-tail, -beyond, times))
