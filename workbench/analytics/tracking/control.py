"""Control charts as published: EWMA, CUSUM, individuals with moving range, shares of few cases.

They take plain series; the rules that watch a company (tracking.alerts) chart what is left after season and working
days, with limits found for the false-alarm rate that a rule declares.
"""

import numpy as np
import pandas as pd

from workbench.analytics.forecast.panel import Array
from workbench.errors import ParameterError

_MOVING = 1.128  # mean range of two normal values in standard deviations (d2)


def ewma(values: pd.Series, *, target: float, sigma: float, weight: float = 0.3, width: float = 3.0) -> pd.DataFrame:
    """The exponentially weighted mean of each step with its limits: columns ewma, lo, hi, alarm.

    It starts at the target; limits are those of a long run, `width` standard deviations of the mean (Roberts 1959;
    NIST/SEMATECH 6.3.2.4).
    """
    _checked(sigma=sigma, weight=weight, width=width)
    at, path = target, []
    for value in values.to_numpy(float).tolist():
        at = at if np.isnan(value) else weight * value + (1 - weight) * at
        path.append(at)
    half = width * sigma * np.sqrt(weight / (2 - weight))
    found = pd.DataFrame({"ewma": path, "lo": target - half, "hi": target + half}, index=values.index)
    return found.assign(alarm=(found["ewma"] < found["lo"]) | (found["ewma"] > found["hi"]))


def cusum(values: pd.Series, *, target: float, slack: float, limit: float) -> pd.DataFrame:
    """Sums of what lies beyond the target by more than `slack`, upwards and downwards: columns hi, lo, alarm.

    All in the unit of the values; a sum above `limit` is an alarm (Page 1954; NIST/SEMATECH 6.3.2.3).
    """
    _checked(slack=slack, limit=limit)
    off = values.to_numpy(float) - target
    hi, lo = _summed(off - slack), _summed(-off - slack)
    return pd.DataFrame({"hi": hi, "lo": lo, "alarm": (hi > limit) | (lo > limit)}, index=values.index)


def individuals(values: pd.Series) -> pd.DataFrame:
    """Single values within mean ± 3 sigma, sigma from the mean moving range: columns value, centre, lo, hi, alarm.

    Shewhart's chart of individuals (I-MR); NIST/SEMATECH 6.3.2.2. The mean range is `attrs["moving_range"]`.
    """
    known = values.dropna().astype(float)
    if len(known) < 2:
        raise ParameterError("individuals", [f"a chart needs at least 2 values, not {len(known)}"])
    centre, moving = known.mean(), known.diff().abs().mean()
    half = 3 * moving / _MOVING
    found = pd.DataFrame({"value": values, "centre": centre, "lo": centre - half, "hi": centre + half})
    found["alarm"] = (values < centre - half) | (values > centre + half)
    found.attrs["moving_range"] = float(moving)
    return found


def shares(
    cases: pd.Series, of: pd.Series, *, share: float, alarm: float = 0.00135, spread: float = 1.0
) -> pd.DataFrame:
    """A p-chart whose limits are exact at any number of cases: columns value, lo, hi, alarm, usable.

    `alarm` is the chance of a false alarm on each side; counts beyond what (beta-)binomial chance brings that seldom
    are alarms. `spread` is how many times the variance is the binomial one (deals of a week that go together). `lo` is
    NaN, and `usable` False, where even no case at all would not be rare: there a drop cannot be seen in one period
    (Montgomery 2013, 7.2; waits between cases or a CUSUM see it, see `waits`).
    """
    _checked(share=share, alarm=alarm)
    from scipy import stats

    n = of.fillna(0).round().astype(int).clip(lower=0)
    chance = stats.binom(n, share) if spread <= 1 else stats.betabinom(n, *_beta(share, spread, n.to_numpy(float)))
    least, most = chance.ppf(alarm), chance.isf(alarm)
    value = cases / n.where(n > 0)
    usable = (chance.cdf(0) <= alarm) & (n > 0).to_numpy()
    lo, hi = pd.Series(least, n.index) / n.where(n > 0), pd.Series(most, n.index) / n.where(n > 0)
    off = (value < lo) | (value > hi)
    return pd.DataFrame(
        {"value": value, "lo": lo.where(usable), "hi": hi, "alarm": off.fillna(False), "usable": usable}
    )


def waits(hits: pd.Series, *, share: float, alarm: float = 0.00135) -> pd.DataFrame:
    """How many cases pass up to each hit, and from how many on that is rarer than `alarm`: columns wait, hi, alarm.

    `hits`: True for each case in its order that went well, as a deal that was won. A share that drops makes waits
    longer; the chart needs no least number of cases (geometric or time-between-events chart; Kaminsky et al. 1992).
    The last row is the wait that still runs, where one does.
    """
    _checked(share=share, alarm=alarm)
    said = hits.to_numpy(bool)
    ends = np.flatnonzero(said)
    ends = ends if (len(ends) and ends[-1] == len(said) - 1) or not len(said) else np.append(ends, len(said) - 1)
    wait = np.diff(np.concatenate([[-1], ends])).astype(int)
    longest = int(np.floor(np.log(alarm) / np.log1p(-share)))  # P(wait > k) = (1 − share)^k
    return pd.DataFrame({"wait": wait, "hi": longest, "alarm": wait > longest}, index=hits.index[ends])


def _beta(share: float, spread: float, n: Array) -> tuple[Array, Array]:
    """Parameters of the beta-binomial whose variance is `spread` times the binomial one at the mean of n."""
    mean = max(float(n[n > 0].mean()), 2.0) if (n > 0).any() else 2.0
    within = min(max((spread - 1) / (mean - 1), 1e-9), 0.99)
    size = 1 / within - 1
    return np.full(len(n), share * size), np.full(len(n), (1 - share) * size)


def _summed(steps: Array) -> Array:
    at, path = 0.0, []
    for step in steps.tolist():
        at = at if np.isnan(step) else max(0.0, at + step)
        path.append(at)
    return np.array(path)


def _checked(**given: float) -> None:
    shares = ("weight", "share", "alarm")
    problems = [f"{k} must be above 0, not {v:g}" for k, v in given.items() if not v > 0]
    problems += [f"{k} must be below 1, not {v:g}" for k, v in given.items() if k in ("share", "alarm") and v >= 1]
    problems += [f"{k} must be at most 1, not {v:g}" for k, v in given.items() if k in shares[:1] and v > 1]
    if problems:
        raise ParameterError("control chart", problems)
