"""Lessons on people: how far new ones are, what new customers count for, who should be trained."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from workbench.analytics.customers.repeat import NewAndRepeat
from workbench.analytics.keys import fact
from workbench.analytics.plan.staff.people import Sellers
from workbench.analytics.plan.staff.training import SURE, Training
from workbench.analytics.plan.staff.weights import weights as weights_of
from workbench.analytics.review.candidates import Candidate, rounded
from workbench.analytics.review.scores import clopper_pearson
from workbench.lessons import Lesson

if TYPE_CHECKING:
    from workbench.analytics.review.lessons import Evidence

FEWEST = 30  # new customers of two years
MOST = 0.1  # by which a weight moves at once
SURE_EACH = 0.05  # of the ramp's quarters, adjusted for their number
PEOPLE = 3  # who are named for training
NEW = "new_customers"


def ramp(given: "Evidence") -> Iterator[Candidate]:
    """How far new people are in each quarter, where settings lie outside what joiners showed (t distribution)."""
    from scipy.stats import t

    if not isinstance(given.sellers, Sellers):
        return
    table, now = given.sellers.ramp, given.plan.people.ramp
    known = table[table["found"].notna() & (table["hi"] > table["found"])]
    if known.empty:
        return
    error = (known["hi"] - known["found"]) / t.ppf(0.975, known["joiners"].astype(float) - 1)
    statistic = (known["found"] - known["setting"]) / error
    p = pd.Series(2 * t.sf(statistic.abs(), known["joiners"].astype(float) - 1), known.index)
    kept = (1 - 1 / statistic**2).clip(lower=0).where(p * len(p) < SURE_EACH, 0.0)
    moved = (known["setting"] + kept * (known["found"] - known["setting"])).clip(0, 1.5)
    after = [rounded(float(moved.get(int(str(q)), row["setting"])), 0.05) for q, row in table.iterrows()]
    after = [*after, now[-1]] if after[-1] != now[-1] else after  # the last one goes on: full sellers stay full
    worst = int(p.to_numpy().argmin())
    quarter = int(known.index.to_numpy()[worst])
    yield _ramp(given, after, known.iloc[worst], quarter, min(float(p.min()) * len(p), 1.0))


def _ramp(given: "Evidence", after: list[float], row: Any, quarter: int, p: float) -> Candidate:
    now = list(given.plan.people.ramp)
    hires = sum(h.count for h in given.plan.people.hires)
    one = given.yearly / max(len(getattr(given.sellers, "table", ())), 1)
    was = [*now, *[now[-1]] * (len(after) - len(now))]
    money = sum(abs(a - b) for a, b in zip(after, was, strict=True)) / 4 * one * max(hires, 1)
    changed = None if np.allclose(after, was) else after
    lesson = Lesson("ramp", "people.ramp", now, changed,
                    evidence={"quarter": quarter, "found": row["found"], "lo": row["lo"], "hi": row["hi"],
                              "joiners": int(row["joiners"])}, money=money)  # fmt: skip
    told = fact("review.lessons.ramp", weight=money, quarter=quarter, setting=row["setting"], found=row["found"],
                lo=row["lo"], hi=row["hi"], joiners=int(row["joiners"]))  # fmt: skip
    return Candidate(lesson, told, row["found"], row["lo"], row["hi"], int(row["joiners"]), p)


def incentive(given: "Evidence") -> Iterator[Candidate]:
    """What winning new customers counts for in people's KPIs, where fewer came than in the year before.

    Numbers of new customers of the last four whole quarters and of the four before, by the conditional test for two
    counts (Przyborowski & Wilenski 1940).
    """
    if not isinstance(given.new, NewAndRepeat) or given.new.every != "quarter":
        return
    table = given.new.table
    told = table[table["whole"].astype(bool) & table["settled"].astype(bool)]["customers_new"].tail(8)
    if len(told) < 8 or told.sum() < FEWEST:
        return
    now, before = int(told.tail(4).sum()), int(told.head(4).sum())
    for role, weights in _roles(given):
        yield _incentive(given, (now, before), role, weights)


def _incentive(given: "Evidence", counts: tuple[int, int], role: str, weights: dict[str, float]) -> Candidate:
    from scipy.stats import binomtest

    now, before = counts
    share_lo, share_hi = clopper_pearson(now, now + before)
    rate, lo, hi = (s / (1 - s) - 1 if s < 1 else np.inf for s in (now / (now + before), share_lo, share_hi))
    after = _raised(weights, -rate) if rate < 0 else None
    brought = float(given.new.table["amount_new"].tail(4).sum()) if isinstance(given.new, NewAndRepeat) else 0.0
    money = abs(rate) * brought
    lesson = Lesson("incentive", "weights", weights, after, {"role": role},
                    {"rate": rate, "lo": lo, "hi": hi, "now": now, "before": before}, money)  # fmt: skip
    told = fact("review.lessons.incentive", weight=money, role=role, now=now, before=before, rate=rate, lo=lo, hi=hi,
                weight_before=weights[NEW], weight_after=after[NEW] if after else None)  # fmt: skip
    return Candidate(lesson, told, rate, lo, hi, now + before, float(binomtest(now, now + before).pvalue))


def _roles(given: "Evidence") -> Iterator[tuple[str, dict[str, float]]]:
    """The first role of the plan that new customers count for, with all its weights."""
    table = weights_of(given.plan).table["weight"].dropna()
    if NEW in table.index.get_level_values("kpi"):
        role = str(table.xs(NEW, level="kpi").index[0])
        own = table.xs(role, level="role")
        yield role, {str(kpi): float(weight) for kpi, weight in own.items()}


def _raised(weights: dict[str, float], fall: float) -> dict[str, float]:
    """New customers count for more, by the share by which they fell but no more than MOST; the heaviest KPI gives."""
    heaviest = max((k for k in weights if k != NEW), key=lambda k: weights[k])
    more = min(rounded(min(weights[NEW] * fall / max(1 - fall, 0.1), MOST), 0.01), weights[heaviest] / 2)
    return weights | {NEW: round(weights[NEW] + more, 4), heaviest: round(weights[heaviest] - more, 4)}


def training(given: "Evidence") -> Iterator[Candidate]:
    """Who loses more deals at a stage than others do, chance taken off: the plan's own rule (90 % sure)."""
    if not isinstance(given.training, Training):
        return
    need = given.training.table[given.training.table["need"].astype(bool)]
    for _, one in need.sort_values(["amount", "wins"], ascending=False).head(PEOPLE).reset_index().iterrows():
        row: Any = one
        at = {"rep": str(row.rep), "stage": str(row.stage)}
        money = float(row.amount) if row.amount == row.amount else 0.0
        evidence = {"shrunk": row.shrunk, "lo": row.lo, "hi": row.hi, "others": row.others, "settled": row.settled,
                    "topic": row.topic}  # fmt: skip
        told = fact("review.lessons.training", weight=money, about=row.rep, level="rep", node=row.rep, stage=row.stage,
                    topic=row.topic, shrunk=row.shrunk, lo=row.lo, hi=row.hi, others=row.others,
                    settled=row.settled)  # fmt: skip
        lesson = Lesson("training", "", None, row.topic, at, evidence, money)
        yield Candidate(lesson, told, row.shrunk, row.lo, row.hi, row.settled, 1 - row.below, bool(row.below >= SURE))
