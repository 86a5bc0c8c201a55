"""Lessons on the funnel: rates that changed within the months they are taken from, and rates written by hand."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from workbench.analytics.funnel.deals import FEWEST, judged, p_same
from workbench.analytics.keys import direction, fact
from workbench.analytics.kpis import wilson
from workbench.analytics.plan.work.rates import OPPORTUNITIES, Rates
from workbench.analytics.results import Unknown
from workbench.analytics.review.candidates import Candidate, mean_of
from workbench.analytics.review.scores import binomial
from workbench.lessons import Lesson

if TYPE_CHECKING:
    from workbench.analytics.review.lessons import Evidence

RECENT = 12  # months
_DAY = pd.Timedelta(days=1)


def rates(given: "Evidence") -> Iterator[Candidate]:
    """Where the win rate of the last 12 months is not that of the months before, only these 12 count from now on."""
    months = given.plan.funnel.months
    if given.records is None or months <= RECENT:
        return
    deals = judged("plan_funnel", given.records.deals, given.records.stages, ("closed",))
    if isinstance(deals, Unknown):
        return
    last = pd.Timestamp(given.records.as_of) + _DAY
    closed = deals[~deals["open"]]
    new = closed[closed["closed"].between(last - pd.DateOffset(months=RECENT), last, inclusive="left")]
    old = closed[closed["closed"].between(last - pd.DateOffset(months=months), new["closed"].min(), inclusive="left")]
    if min(len(new), len(old)) < FEWEST:
        return
    yield _rates(given, new["won"].to_numpy(dtype=float), old["won"].to_numpy(dtype=float))


def _rates(given: "Evidence", new: Any, old: Any) -> Candidate:
    rate, before = float(new.mean()), float(old.mean())
    pooled = float(np.concatenate([new, old]).mean())
    lo, hi = (float(x.iloc[0]) for x in wilson(pd.Series([new.sum()]), pd.Series([float(len(new))])))
    money = abs(rate / pooled - 1) * given.yearly * _through(given) if pooled > 0 else 0.0
    lesson = Lesson("rates", "funnel.months", given.plan.funnel.months, RECENT,
                    evidence={"rate": rate, "lo": lo, "hi": hi, "before": before, "closed": len(new),
                              "closed_before": len(old)}, money=money)  # fmt: skip
    told = fact("review.lessons.rates", weight=money, rate=rate, lo=lo, hi=hi, before=before, closed=len(new),
                closed_before=len(old), direction=direction(rate - before),
                months=given.plan.funnel.months)  # fmt: skip
    return Candidate(lesson, told, rate, lo, hi, len(new), p_same([new.sum(), old.sum()], [len(new), len(old)]))


def by_hand(given: "Evidence") -> Iterator[Candidate]:
    """Rates that settings give by hand, against the company's own."""
    found, funnel = given.rates, given.plan.funnel
    if not isinstance(found, Rates):
        return
    closed = int(found.steps["cases"].get(OPPORTUNITIES, 0))
    if funnel.win_rate is not None and closed >= FEWEST:
        yield _share(given, "win_rate", funnel.win_rate, found.win_rate, closed)
    if funnel.lead_rate is not None and found.lead_rate is not None and found.lead_cases >= FEWEST:
        yield _share(given, "lead_rate", funnel.lead_rate, found.lead_rate, found.lead_cases)
    if funnel.deal is not None and len(found.sizes) >= FEWEST:
        size = mean_of(found.sizes, against=funnel.deal)
        yield _hand(given, "deal", funnel.deal, (size.value, size.lo, size.hi), len(found.sizes), size.p)


def _share(given: "Evidence", name: str, written: float, rate: float, cases: int) -> Candidate:
    lo, hi = (float(x.iloc[0]) for x in wilson(pd.Series([rate * cases]), pd.Series([float(cases)])))
    return _hand(given, name, written, (rate, lo, hi), cases, binomial(round(rate * cases), cases, written))


def _hand(
    given: "Evidence", name: str, written: float, found: tuple[float, float, float], cases: int, p: float
) -> Candidate:
    value, lo, hi = found
    after = float(f"{value:.3g}")
    money = abs(value / written - 1) * given.yearly * _through(given)
    lesson = Lesson("by_hand", f"funnel.{name}", written, after,
                    evidence={"found": value, "lo": lo, "hi": hi, "cases": cases}, money=money)  # fmt: skip
    told = fact("review.lessons.by_hand", weight=money, about=name, name=name, written=written, found=value, lo=lo,
                hi=hi, cases=cases)  # fmt: skip
    return Candidate(lesson, told, value, lo, hi, cases, p)


def _through(given: "Evidence") -> float:
    """Share of sales that opportunities bring."""
    through = given.rates.through if isinstance(given.rates, Rates) else None
    return 1.0 if through is None else float(through)
