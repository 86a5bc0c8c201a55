"""What the funnel functions share: which deals are won, lost or open, and how sure a rate or a difference is."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from workbench.analytics.frames import require, unknown
from workbench.analytics.kpis import wilson
from workbench.analytics.results import Result, Unknown
from workbench.settings import Stages

FEWEST = 30  # deals below which no rate is told
SETTLED = 0.9  # share of a cohort's deals that must be closed before it is compared


def judged(
    section: str, opportunities: pd.DataFrame | None, stages: Stages, dates: Sequence[str] = ()
) -> pd.DataFrame | Unknown:
    """The opportunities with bool columns won, lost and open; or why the funnel cannot be told from them."""
    if opportunities is None:
        return unknown(section, "funnel.unknown_opportunities")
    require(opportunities, ("opportunity", "stage"), section)
    if not (stages.won and stages.lost):
        return unknown(section, "funnel.unknown_stages")
    if absent := [c for c in dates if c not in opportunities]:
        return unknown(section, "funnel.unknown_dates", column=absent[0])
    return with_outcome(opportunities, stages)


def told(*results: Result) -> tuple[Result, ...]:
    """The results in order, with only the first of those that cannot be told for the same reason."""
    kept: dict[object, Result] = {}
    for result in results:
        reason = result.findings[0].key if isinstance(result, Unknown) else id(result)
        kept.setdefault(reason, result)
    return tuple(kept.values())


def too_few(section: str, have: int) -> Unknown | None:
    """Why so few closed deals tell nothing; None where they are enough."""
    return unknown(section, "funnel.unknown_few", have=have, need=FEWEST) if have < FEWEST else None


def with_outcome(opportunities: pd.DataFrame, stages: Stages) -> pd.DataFrame:
    """The opportunities with bool columns won, lost and open."""
    won, lost = opportunities["stage"].isin(stages.won), opportunities["stage"].isin(stages.lost)
    return opportunities.assign(won=won, lost=lost, open=~(won | lost))


def with_rates(counts: pd.DataFrame, cases: str, of: str) -> pd.DataFrame:
    """`counts` with rate = cases / of and its Wilson 95 % interval, lo and hi."""
    n = counts[of].astype("float64")
    lo, hi = wilson(counts[cases].astype("float64"), n)
    return counts.assign(rate=counts[cases] / n.where(n > 0), lo=lo, hi=hi)


def p_same(cases: Sequence[float] | pd.Series, of: Sequence[float] | pd.Series) -> float:
    """How likely rates this different are when all are the same (Pearson's chi-square); NaN where unknown."""
    from scipy.stats import chi2

    hit, n = np.asarray(cases, dtype=float), np.asarray(of, dtype=float)
    hit, n = hit[n > 0], n[n > 0]
    if len(n) < 2 or not 0 < hit.sum() < n.sum():
        return float("nan")
    expected = n * hit.sum() / n.sum()
    statistic = ((hit - expected) ** 2 / expected + (hit - expected) ** 2 / (n - expected)).sum()
    return float(chi2.sf(statistic, len(n) - 1))


def apart(cases: float, of: float, other_cases: float, other_of: float) -> bool:
    """Whether the 95 % interval of the difference of two rates leaves 0 out. Newcombe (1998), method 10."""
    hit, n = pd.Series([cases, other_cases], dtype=float), pd.Series([of, other_of], dtype=float)
    if not (n > 0).all():
        return False
    share, (lo, hi) = hit / n, wilson(hit, n)
    high, low = (0, 1) if share[0] > share[1] else (1, 0)
    return bool(share[high] - share[low] > np.hypot(share[high] - lo[high], hi[low] - share[low]))


def holm(p: pd.Series) -> pd.Series:
    """p-values adjusted for their number. Holm (1979); NaN stay out."""
    known = p.dropna().sort_values()
    factors = np.arange(len(known), 0, -1)
    return (known * factors).cummax().clip(upper=1.0).reindex(p.index)


def days_between(first: pd.Series, last: pd.Series) -> pd.Series:
    """Whole days from one date to another."""
    return (last - first).dt.days.astype("float64")
