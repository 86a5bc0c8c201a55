"""What the next plan should do differently: changes of its settings that the past supports beyond chance.

Each candidate is one test of a setting against what came. They are adjusted for their number so that of the proposed
ones at most one in ten is expected to be chance (Benjamini & Hochberg 1995; where nothing is there at all, anything is
proposed in one review of ten), and what is left is taken only as far as it stands above its own noise (James & Stein
1961). Nothing is changed here:
a person approves, see workbench.lessons.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from workbench.analytics.customers.repeat import NewAndRepeat
from workbench.analytics.keys import fact
from workbench.analytics.plan.staff.people import Sellers
from workbench.analytics.plan.staff.training import Training
from workbench.analytics.plan.work.rates import Rates, Records
from workbench.analytics.results import Result, Unknown
from workbench.analytics.review.candidates import Candidate
from workbench.analytics.review.lessons_people import incentive, ramp, training
from workbench.analytics.review.lessons_rates import by_hand, rates
from workbench.analytics.review.lessons_replay import chances, reserve, tilts, weights
from workbench.analytics.review.lessons_season import season
from workbench.analytics.review.replay import Replayed
from workbench.findings import Finding
from workbench.lessons import Lesson
from workbench.periods import Calendar
from workbench.settings.plan import PlanSettings

SURE = 0.1  # of the proposed changes, the share that may be chance
_SAID = 8  # lessons that are told one by one


@dataclass(frozen=True)
class Evidence:
    """What lessons are drawn from; what a company does not have is left out, and so are its lessons.

    `plan`: the settings as they count now, approved lessons in them; `written`: those of the file. `sales`: monthly
    sales of the whole; `targets`: the company's table of targets.
    """

    plan: PlanSettings
    written: PlanSettings
    calendar: Calendar
    sales: pd.DataFrame
    replayed: Replayed | Unknown | None = None
    sellers: Sellers | Unknown | None = None
    records: Records | None = None
    rates: Rates | Unknown | None = None
    new: NewAndRepeat | Unknown | None = None
    training: Training | Unknown | None = None
    targets: pd.DataFrame | None = None

    @property
    def yearly(self) -> float:
        """Sales of the last 12 whole months: the money that a share touches."""
        whole = self.sales[self.sales["whole"].astype(bool)]
        return float(whole.groupby("period")["amount"].sum().tail(12).sum())


@dataclass(frozen=True, kw_only=True, repr=False)
class Lessons(Result):
    """Proposed changes of the next plan's settings.

    `lessons`: those beyond chance, the most money first. `table`: every candidate, index lesson (its id); columns kind,
    at (pairs), before, after (plain values; None where nothing would change), estimate, lo, hi (95 %), cases, p,
    p_adjusted (of all: false_share), proposed (bool), money
    """

    lessons: tuple[Lesson, ...]
    table: pd.DataFrame


SEARCHES: tuple[Callable[[Any], Iterable[Candidate]], ...] = (
    season, weights, tilts, chances, reserve, rates, by_hand, ramp, incentive, training,
)  # fmt: skip


def lessons(given: Evidence) -> Lessons | Unknown:
    """Every candidate tested, and those beyond chance as lessons; `Unknown` where nothing could be tested."""
    found = [one for search in SEARCHES for one in search(given)]
    if not found:
        return Unknown(section="lessons", findings=(fact("review.lessons.unknown"),))
    adjusted = false_share(pd.Series([one.p if one.beyond is None else float("nan") for one in found]))
    taken = [one.beyond if one.beyond is not None else p < SURE for one, p in zip(found, adjusted, strict=True)]
    proposed = [bool(t) and one.lesson.after is not None for t, one in zip(taken, found, strict=True)]
    chosen = sorted((one for one, yes in zip(found, proposed, strict=True) if yes), key=lambda c: -c.lesson.money)
    made = Lessons(lessons=tuple(c.lesson for c in chosen), table=_table(found, adjusted, proposed))
    return replace(made, findings=tuple(_findings(made, chosen)), decisions=tuple(_decisions(made)))


def false_share(p: pd.Series) -> pd.Series:
    """Of the candidates at least as sure as each one, the share expected to be chance; NaN where p is.

    Benjamini & Hochberg (1995), as adjusted p-values.
    """
    known = p.dropna().sort_values(ascending=False)
    ranks = range(len(known), 0, -1)
    return (known * len(known) / list(ranks)).cummin().clip(upper=1.0).reindex(p.index)


def _table(found: list[Candidate], adjusted: pd.Series, proposed: list[bool]) -> pd.DataFrame:
    rows = [
        {
            "lesson": one.lesson.id, "kind": one.lesson.kind, "at": tuple(one.lesson.at.items()),
            "before": one.lesson.before, "after": one.lesson.after, "estimate": one.estimate, "lo": one.lo,
            "hi": one.hi, "cases": one.cases, "p": one.p, "p_adjusted": p, "proposed": yes, "money": one.lesson.money,
        }
        for one, p, yes in zip(found, adjusted, proposed, strict=True)
    ]  # fmt: skip
    table = pd.DataFrame(rows).set_index("lesson")
    return table.sort_values(["proposed", "money"], ascending=False, kind="stable")


def _findings(made: Lessons, chosen: list[Candidate]) -> Iterator[Finding]:
    if not chosen:
        yield fact("review.lessons.none", tried=len(made.table))
        return
    yield fact("review.lessons.found", weight=chosen[0].lesson.money, count=len(chosen), tried=len(made.table),
               money=chosen[0].lesson.money)  # fmt: skip
    yield from (one.finding for one in chosen[:_SAID])


def _decisions(made: Lessons) -> Iterator[Finding]:
    if made.lessons:
        yield fact("review.lessons.decide", weight=max(one.money for one in made.lessons), count=len(made.lessons))
