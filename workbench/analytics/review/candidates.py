"""A candidate lesson with its test, and the tests that candidates share."""

from dataclasses import dataclass

import numpy as np

from workbench.analytics.forecast.panel import Array
from workbench.findings import Finding
from workbench.lessons import Lesson

LAGS = 3  # quarters whose errors may go together: a lag of a year shares three of four quarters with its neighbour


@dataclass(frozen=True)
class Candidate:
    """`estimate` with its 95 % interval is what was measured, in the unit of the lesson's kind; `cases` behind it; `p`:
    how likely it would be by chance. `beyond`: decided by a rule of its own in place of p."""

    lesson: Lesson
    finding: Finding
    estimate: float
    lo: float
    hi: float
    cases: float
    p: float
    beyond: bool | None = None


@dataclass(frozen=True)
class Mean:
    """A mean with its 95 % interval, how likely it would be if the truth were another value, and how much stands above
    noise."""

    value: float
    lo: float
    hi: float
    p: float
    kept: float  # 0 to 1: of its distance from there, what is left after its own noise is taken off


def mean_of(values: Array, *, against: float = 0.0, lags: int = 0, shared: float = 1.0) -> Mean:
    """The mean of values in the order of time; NaN intervals below two cases or without spread.

    `against`: what it is held against, for p and kept.

    `lags`: neighbours that may go together, by Newey & West (1987) and never below independent ones; `shared`: how many
    neighbours count as one case. Shrinkage 1 − 1 / t² (positive part; James & Stein 1961).
    """
    from scipy.stats import t

    n = len(values)
    value = float(values.mean()) if n else float("nan")
    dev = values - value
    own = float((dev**2).sum() / max(n - 1, 1))
    more = sum(2 * (1 - k / (lags + 1)) * float((dev[k:] * dev[:-k]).sum() / n) for k in range(1, min(lags, n - 1) + 1))
    longer = max(1.0, (own + more) / own if own > 0 else 1.0, shared)
    cases = n / longer
    if cases < 2 or not own > 0:
        return Mean(value, float("nan"), float("nan"), float("nan"), 0.0)
    error = float(np.sqrt(own / cases))
    reach = float(t.ppf(0.975, cases - 1)) * error
    statistic = (value - against) / error
    kept = max(0.0, 1 - 1 / statistic**2) if statistic else 0.0
    return Mean(value, value - reach, value + reach, float(2 * t.sf(abs(statistic), cases - 1)), kept)


def rounded(value: float, step: float) -> float:
    """To the nearest step, without the digits that floats add."""
    return round(round(value / step) * step, 6)
