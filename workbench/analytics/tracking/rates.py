"""A chart tuned to the false alarms that its rule declares, checked by simulation, and how soon it finds a change."""

from dataclasses import dataclass

import numpy as np

from workbench.analytics.forecast.panel import Array
from workbench.analytics.tracking.run_length import (
    Draw,
    Scheme,
    alarms,
    delays,
    first_passages,
    limit_for,
    of_atoms,
    rate_of,
    run_length,
)
from workbench.analytics.tracking.usual import Usual

# what is usual is known only so well: three points of a normal distribution and their weights (Gauss-Hermite)
_POINTS, _WEIGHTS = np.array([-1.0, 0.0, 1.0]) * np.sqrt(3.0), np.array([1.0, 4.0, 1.0]) / 6
_RUNS, _LONG, _SETTLED = 1800, 2.0, 100  # charts simulated, for how many of the declared run lengths, after how long
_TUNED = 6000  # periods at most of a chart tuned by simulation
_WARM, _LATEST = 40, 300  # periods before a change; periods after which it counts as not found
_DELAYS = 400


@dataclass(frozen=True)
class Rates:
    """Run lengths in periods: `declared` (infinite where none is), `simulated`, and `delay`, the mean number of periods
    until a change of the size looked for is found; infinite where it mostly is not."""

    limit: float
    declared: float
    simulated: float
    delay: float


def tuned(usual: Usual, scheme: Scheme, declared: float, seed: int, charts: int = 1) -> Rates:
    """The chart whose false alarms come once in `declared` periods, on average over what the usual may really be.

    Independent scores: by Markov chain. Scores that go together: by simulation (with other draws than the check).
    """
    first, second, third = np.random.SeedSequence(seed).spawn(3)
    limit = limit_of(usual, scheme, declared, np.random.default_rng(first), charts)
    found = 1 / _simulated(usual, scheme, limit, declared, np.random.default_rng(second), charts)
    return Rates(limit, declared, found, delay(usual, scheme, limit, np.random.default_rng(third)))


def limit_of(usual: Usual, scheme: Scheme, declared: float, rng: np.random.Generator, charts: int = 1) -> float:
    """The limit at which false alarms come once in `declared` periods; `rng` is used where scores go together.

    Then they come in clusters, so that the first alarm of a chart, which is quick to simulate, tells too low a rate: it
    is put right by what charts that run on show at that limit.
    """
    rate, wanted = _rate(usual, scheme, declared, rng), 1 / declared
    limit = limit_for(rate, wanted)
    return limit_for(rate, wanted**2 / _simulated(usual, scheme, limit, declared, rng, charts)) if usual.tie else limit


def delay(usual: Usual, scheme: Scheme, limit: float, rng: np.random.Generator) -> float:
    """Mean number of periods until the change that is looked for is found; infinite where half of them are not."""
    before, after = (_adds(usual, scheme, rng, factor) for factor in (1.0, usual.law.aim.factor))
    found = delays(scheme, before, after, limit, runs=_DELAYS, warm=_WARM, most=_LATEST)
    return float(found.mean()) if np.median(found) <= _LATEST else float("inf")


def _rate(usual: Usual, scheme: Scheme, declared: float, rng: np.random.Generator):  # type: ignore[no-untyped-def]
    factors = np.exp(_POINTS * usual.unsure)
    if not usual.tie:
        atoms = [usual.law.atoms(f) for f in factors]
        cdfs = [of_atoms(scheme.adds(u, llr), p) for u, llr, p in atoms]
        return lambda limit: float(_WEIGHTS @ [1 / run_length(scheme, cdf, limit) for cdf in cdfs])
    periods = int(min(3 * declared, _TUNED))
    runs = int(np.clip(2000 * declared / periods, 300, 2000))
    paths = [first_passages(scheme, _adds(usual, scheme, rng, f), runs=runs, periods=periods) for f in factors]
    return lambda limit: float(_WEIGHTS @ [rate_of(path, limit) for path in paths])


def _simulated(
    usual: Usual, scheme: Scheme, limit: float, declared: float, rng: np.random.Generator, charts: int
) -> float:
    periods = int(_LONG * declared)
    rates = []
    for point, weight in zip(_POINTS, _WEIGHTS, strict=True):
        runs = max(int(_RUNS * weight / charts), 80)
        draw = _adds(usual, scheme, rng, float(np.exp(point * usual.unsure)))
        rates.append(alarms(scheme, draw, limit, runs=runs, periods=periods, warm=_SETTLED) / (runs * periods))
    return max(float(_WEIGHTS @ rates), 1e-9)


def _adds(usual: Usual, scheme: Scheme, rng: np.random.Generator, factor: float) -> Draw:
    source = usual.draw(rng, factor)

    def draw(runs: int, periods: int) -> Array:
        return scheme.adds(*source.scores(runs, periods))

    return draw


def by_threshold(usual: Usual, threshold: float, over: int, seed: int) -> tuple[float, float]:
    """Run length and delay of "the KPI of the last `over` periods is worse than `threshold`", by simulation."""
    rng = np.random.default_rng(seed)
    before = _crossings(usual, threshold, over, 1.0, rng)
    after = _crossings(usual, threshold, over, usual.law.aim.factor, rng)
    return before, after


def _crossings(usual: Usual, threshold: float, over: int, factor: float, rng: np.random.Generator) -> float:
    """Mean number of periods until the threshold is crossed, from a full window of usual periods."""
    usually, source, worse = usual.draw(rng), usual.draw(rng, factor), usual.law.aim.worse
    window = [usually(_DELAYS)[2:] for _ in range(over)]
    found = np.full(_DELAYS, np.inf)
    for t in range(1, 2 * _LATEST + 1):
        window = [*window[1:], source(_DELAYS)[2:]]
        above, below = (np.sum([part[k] for part in window], axis=0) for k in (0, 1))
        with np.errstate(invalid="ignore", divide="ignore"):
            off = worse * (above / np.where(below > 0, below, np.nan) - threshold) > 0
        found[off & np.isinf(found)] = t
    crossed = np.isfinite(found)
    at_risk = np.where(crossed, found, 2 * _LATEST).sum()
    return float(at_risk / crossed.sum()) if crossed.any() else float("inf")
