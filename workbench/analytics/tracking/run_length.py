"""How long a chart runs until it alarms, by Markov chain and by simulation, and the limit that brings what is declared.

Every chart here is one step, z ← max(0, keep × z + add), and an alarm where z reaches a limit; after an alarm it starts
at 0 again. `add` comes from what is observed: a weighted score (EWMA with a floor at 0), a log likelihood ratio (CUSUM,
Page 1954), or a score alone (Shewhart). The rate of false alarms is 1 ÷ average run length (ARL), and rates add up over
charts, whether or not these go together.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from workbench.analytics.forecast.panel import Array

Kind = Literal["ewma", "cusum", "shewhart"]
WEIGHT = 0.1  # of the newest score in an EWMA
_STATES = 81


@dataclass(frozen=True)
class Scheme:
    """One way to chart scores: `keep` of what was, and what a score (`u`, bad above 0) or log ratio (`llr`) adds."""

    kind: Kind
    weight: float = WEIGHT

    @property
    def keep(self) -> float:
        return {"ewma": 1 - self.weight, "cusum": 1.0, "shewhart": 0.0}[self.kind]

    def adds(self, u: Array, llr: Array) -> Array:
        """What each observation adds."""
        return {"ewma": self.weight * u, "cusum": llr, "shewhart": u}[self.kind]

    def path(self, adds: Array, ceiling: float = np.inf) -> Array:
        """z after each step, never above `ceiling`; a missing one changes nothing."""
        z, path = 0.0, []
        for add in adds.tolist():
            z = z if np.isnan(add) else min(max(0.0, self.keep * z + add), ceiling)
            path.append(z)
        return np.array(path)


Cdf = Callable[[Array], Array]


def chain(scheme: Scheme, cdf: Cdf, limit: float, *, states: int = _STATES) -> tuple[Array, float]:
    """Run lengths from each state between 0 and `limit`, and the one from 0; `cdf` is of independent adds.

    Brook & Evans (1972): z is put into `states` intervals of the same width, the first half as wide and around 0.
    """
    if scheme.keep == 0:
        often = float(1 - cdf(np.array([limit]))[0])
        length = 1 / often if often > 0 else np.inf
        return np.array([length]), length
    width = 2 * limit / (2 * states - 1)
    to, at = np.arange(states)[None, :], np.arange(states)[:, None]
    if scheme.keep == 1:  # only how far one state is from the other matters
        below = cdf((np.arange(1 - states, states) + 0.5) * width)[to - at + states - 1]
    else:
        below = cdf(((to + 0.5 - scheme.keep * at) * width).ravel()).reshape(states, states)
    moves = np.diff(below, axis=1, prepend=0.0)
    lengths = np.linalg.solve(np.eye(states) - moves, np.ones(states))
    return lengths, float(lengths[0])


def run_length(scheme: Scheme, cdf: Cdf, limit: float) -> float:
    """Average number of periods up to an alarm, the chart starting at 0. A chain that never leaves is infinite."""
    length = chain(scheme, cdf, limit)[1]
    return length if 0 < length < 1e12 else float("inf")


def of_atoms(adds: Array, chances: Array) -> Cdf:
    """The distribution function of adds that take these values with these chances."""
    order = np.argsort(adds, kind="stable")
    values, sums = adds[order], np.concatenate([[0.0], np.cumsum(chances[order])])
    sums /= sums[-1]
    return lambda x: sums[np.searchsorted(values, x + 1e-12, side="right")]


def limit_for(rate: Callable[[float], float], wanted: float, *, steps: int = 22) -> float:
    """The limit at which `rate` (alarms a period, falling in the limit) is `wanted`; by halving."""
    low, high = 0.0, 1.0
    for _ in range(12):
        if rate(high) <= wanted:
            break
        low, high = high, high * 2
    for _ in range(steps):
        middle = (low + high) / 2
        low, high = (middle, high) if rate(middle) > wanted else (low, middle)
    return high


Draw = Callable[[int, int], Array]  # how many runs and periods → (periods, runs) what each period adds
_BLOCK = 50  # periods drawn at once


def alarms(scheme: Scheme, draw: Draw, limit: float, *, runs: int, periods: int, warm: int = 0) -> int:
    """How many alarms `runs` charts raise over `periods`, each starting again at 0 after an alarm.

    The first `warm` periods do not count: a chart that has just begun alarms less often than in the long run.
    """
    z, count = np.zeros(runs), 0
    for t, add in enumerate(_drawn(draw, runs, warm + periods)):
        z = np.maximum(0.0, scheme.keep * z + add)
        hit = z >= limit
        if hit.any():
            count += int(hit.sum()) if t >= warm else 0
            z[hit] = 0.0
    return count


def _drawn(draw: Draw, runs: int, periods: int) -> Iterator[Array]:
    """What each period adds to the runs, drawn many periods at once."""
    for first in range(0, periods, _BLOCK):
        yield from draw(runs, min(_BLOCK, periods - first))


def first_passages(scheme: Scheme, draw: Draw, *, runs: int, periods: int) -> Array:
    """(periods, runs) the highest z so far: a chart with limit h alarms where this first reaches h."""
    z, path = np.zeros(runs), np.empty((periods, runs))
    for t, add in enumerate(_drawn(draw, runs, periods)):
        z = np.maximum(0.0, scheme.keep * z + add)
        path[t] = z
    return np.asarray(np.maximum.accumulate(path, axis=0))


def rate_of(highest: Array, limit: float) -> float:
    """Alarms a period at risk, from the highest z so far: runs without an alarm count as long as they were watched."""
    over = highest[-1] >= limit
    at_risk = np.where(over, (highest < limit).sum(axis=0) + 1, len(highest)).sum()
    return float(over.sum() / at_risk)


def delays(scheme: Scheme, before: Draw, after: Draw, limit: float, *, runs: int, warm: int, most: int) -> Array:
    """Periods from a change to the alarm, by run; `most` + 1 where it is not found by then.

    The chart has run for `warm` periods of the usual when the change comes; alarms before it are false and start anew.
    """
    z = np.zeros(runs)
    for add in _drawn(before, runs, warm):
        z = np.maximum(0.0, scheme.keep * z + add)
        z[z >= limit] = 0.0
    found = np.full(runs, most + 1)
    for t, add in enumerate(_drawn(after, runs, most), 1):
        z = np.maximum(0.0, scheme.keep * z + add)
        found[(z >= limit) & (found > most)] = t
        if (found <= most).all():
            break
    return found
