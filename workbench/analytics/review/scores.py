"""How well targets and forecasts of a replay did: reached against stated, coverage, and CRPS against yardsticks."""

from typing import Any

import numpy as np
import pandas as pd

from workbench.analytics.forecast import measures
from workbench.analytics.forecast.panel import Array

UPLIFT = 1.2  # "last year plus a fifth", the habit that a forecast must beat
SHARED = {"quarter": 1.0, "year": 4.0}  # neighbours that tell the same: twelve months from each quarter overlap
YARDSTICKS = ("uplift", "naive", "same")
_FEWEST_RATIOS = 4


def crps_of(actual: float, draws: Array) -> float:
    """Continuous ranked probability score of draws: money, 0 is perfect. Gneiting & Raftery (2007)."""
    return float(measures.crps(np.array([actual]), draws[:, None]))


def yardsticks(actual: float, before: float, past: Array, length: int, season: int) -> dict[str, float]:
    """CRPS of last year again (with the spread of its own past errors, and as a point) and of last year × 1.2.

    The score of a point is its absolute error. NaN where the year before is not known. `past`: sales by period up to
    the eve; the stretch is `length` of these periods long, a year `season`.
    """
    if not before > 0:
        return {f"crps_{name}": float("nan") for name in YARDSTICKS}
    ratios = _ratios(past, length, season)
    draws = before * ratios if len(ratios) >= _FEWEST_RATIOS else np.array([before, before])
    return {
        "crps_naive": crps_of(actual, draws),
        "crps_same": abs(actual - before),
        "crps_uplift": abs(actual - UPLIFT * before),
    }


def _ratios(past: Array, length: int, season: int) -> Array:
    """How stretches as long did against the year before, around their geometric mean."""
    if len(past) < length + season:
        return np.empty(0)
    sums = np.convolve(past, np.ones(length), mode="valid")
    now, then = sums[season:], sums[:-season]
    ratios = now[(now > 0) & (then > 0)] / then[(now > 0) & (then > 0)]
    return np.asarray(ratios / np.exp(np.log(ratios).mean())) if len(ratios) else ratios


def scores(quarters: pd.DataFrame, years: pd.DataFrame) -> pd.DataFrame:
    """Index span; columns origins, reached, rate, rate_lo, rate_hi (Clopper & Pearson 1934, 95 %), stated (mean),
    p_stated (exact binomial), coverage_80, inside_80 (count), coverage_95, inside_95, crps, and for each yardstick
    crps_<name>, gain_<name> (1 − ours ÷ its), better_<name>, compared_<name> (origins), p_<name> (paired t test).

    Twelve months from neighbouring quarters overlap; their number counts a quarter in intervals and tests.
    """
    frames = {"quarter": quarters, "year": years}
    rows = {span: _scored(frame, SHARED[span]) for span, frame in frames.items() if len(frame)}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("span")


def _scored(frame: pd.DataFrame, shared: float) -> dict[str, Any]:
    n, hit = len(frame), int(frame["reached"].sum())
    lo, hi = clopper_pearson(hit / shared, n / shared)
    stated = float(frame["chance"].mean())
    inside = {level: frame["actual"].between(frame[f"lo_{level}"], frame[f"hi_{level}"]).sum() for level in (80, 95)}
    return {
        "origins": n, "reached": hit, "rate": hit / n, "rate_lo": lo, "rate_hi": hi, "stated": stated,
        "p_stated": binomial(round(hit / shared), round(n / shared), stated),
        **{f"coverage_{level}": count / n for level, count in inside.items()},
        **{f"inside_{level}": int(count) for level, count in inside.items()},
        "crps": float(frame["crps"].mean()),
        **{k: v for name in YARDSTICKS for k, v in _compared(frame, name, shared).items()},
    }  # fmt: skip


def _compared(frame: pd.DataFrame, name: str, shared: float) -> dict[str, float]:
    both = frame[["crps", f"crps_{name}"]].dropna()
    ours, theirs = both["crps"], both[f"crps_{name}"]
    mean = float(theirs.mean()) if len(both) else float("nan")
    gain = 1 - float(ours.mean()) / mean if mean > 0 else float("nan")
    return {
        f"crps_{name}": mean,
        f"gain_{name}": gain,
        f"better_{name}": int((ours < theirs).sum()),
        f"compared_{name}": len(both),
        f"p_{name}": paired(theirs - ours, shared),
    }


def clopper_pearson(hit: float, of: float, level: float = 0.95) -> tuple[float, float]:
    """The exact interval of a rate; counts need not be whole where cases overlap."""
    from scipy.stats import beta

    tail = (1 - level) / 2
    lo = float(beta.ppf(tail, hit, of - hit + 1)) if hit > 0 else 0.0
    hi = float(beta.ppf(1 - tail, hit + 1, of - hit)) if hit < of else 1.0
    return lo, hi


def binomial(hit: int, of: int, stated: float) -> float:
    """How likely so far a count from `stated` is by chance, exactly, two-sided; NaN without cases."""
    from scipy.stats import binomtest

    return float(binomtest(hit, of, stated).pvalue) if of > 0 else float("nan")


def paired(differences: pd.Series, shared: float = 1.0) -> float:
    """p-value of a t test that the mean difference is 0, two-sided; `shared` neighbours count as one case."""
    from scipy.stats import t

    n = len(differences) / shared
    if n < 3 or not differences.std() > 0:
        return float("nan")
    statistic = float(differences.mean() / (differences.std() / np.sqrt(n)))
    return float(2 * t.sf(abs(statistic), n - 1))
