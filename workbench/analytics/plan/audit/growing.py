"""Growth in a statement's own numbers: against its amounts, its periods and the year, and what it started from."""

from collections.abc import Callable, Iterator
from itertools import pairwise

from workbench.analytics.keys import fact
from workbench.analytics.plan.audit import arithmetic
from workbench.analytics.plan.audit.grammar import Goal
from workbench.analytics.plan.audit.numbers import Number, percent
from workbench.analytics.plan.audit.vocabulary import COUNTED, UNITS
from workbench.findings import Finding

_WITHIN_YEAR = ("half", "quarter", "month")


def _growth(goal: Goal, text: str, where: str) -> Iterator[Finding]:
    """150 × 1.45 is 217.5, not 220."""
    before, growth, after = goal.baseline, goal.growth, goal.amount
    if (
        not (before and growth and after)
        or before.unit != after.unit
        or after.unit == "ratio"
        or growth.unit != "ratio"
    ):
        return
    if not arithmetic.grown(before, growth, after):
        implied = before.value * (1 + growth.value)
        yield fact(
            "plan.audit.growth_differs",
            about=where,
            weight=money(after, after.value - implied),
            text=text,
            before=before.written,
            growth=percent(growth.value),
            implied=after.like(implied),
            after=after.written,
            actual=percent(after.value / before.value - 1) if before.value else None,
        )


def _rate(goal: Goal, text: str, where: str) -> Iterator[Finding]:
    """A rate from 25 % to 42 % is 17 points and 68 % more: which one is meant must be said."""
    before, growth, after = goal.baseline, goal.growth, goal.amount
    if not (before and after) or before.unit != "ratio" or after.unit != "ratio" or not before.value:
        return
    relative, points = arithmetic.lift(before.value, after.value)
    meant = None
    if growth:
        meant = "relative" if arithmetic.grown(before, growth, after) else "neither"
        meant = "points" if meant == "neither" and arithmetic.moved(before, growth, after) else meant
    yield fact(
        "plan.audit.lift",
        about=where,
        text=text,
        before=before.written,
        after=after.written,
        relative=relative,
        points=points,
        meant=meant,
        stated=growth.written if growth else None,
    )


def _baseline(goal: Goal, text: str, where: str) -> Iterator[Finding]:
    """+20 % to 100 orders means 83.33 orders before, which nobody ever had; and a level in another unit than growth."""
    growth, after = goal.growth, goal.amount
    if goal.baseline or not growth or not after or growth.unit != "ratio" or after.unit == "ratio":
        return
    if _different_unit(goal, after):
        yield fact("plan.audit.two_units", about=where, text=text, metric=goal.word, level=after.written)
    if len(goal.every("growth")) > 1 or goal.every("part"):
        return
    before = arithmetic.implied_baseline(after.value, growth.value)
    yield fact(
        "plan.audit.implied_baseline",
        about=where,
        text=text,
        after=after.written,
        growth=percent(growth.value),
        before=after.like(round(before, 2)),
        whole=_round(before, after),
    )


def _steps(goal: Goal, text: str, where: str) -> Iterator[Finding]:
    """Amounts of periods in a row against the growth said for each: 200, 300, 400, 500 are not +10 % each."""
    growth, steps = goal.growth, [f for f in goal.every("amount", "part") if f.per and f.per.number]
    if not growth or growth.unit != "ratio" or len(steps) < 2 or len({f.number.unit for f in steps}) > 1:
        return
    values = [f.number.value for f in steps]
    pairs = pairwise(steps)
    if all(arithmetic.grown(a.number, growth, b.number) for a, b in pairs):
        return
    first = steps[0].number
    yield fact(
        "plan.audit.steps",
        about=where,
        weight=money(first, sum(values)),
        text=text,
        growth=percent(growth.value),
        actual=tuple(percent(g) for g in arithmetic.growths(values)),
        total=first.like(sum(values)),
        from_first=tuple(first.like(v) for v in arithmetic.compounded(values[0], growth.value, len(values))),
        to_total=tuple(
            first.like(round(v, -int(first.scale > 1)))
            for v in arithmetic.compounded_to(sum(values), growth.value, len(values))
        ),
    )


def _compounded(goal: Goal, text: str, where: str) -> Iterator[Finding]:
    """A growth for each quarter, alone or beside one for the year: every reading, and the nearest."""
    said = [f for f in goal.every("growth") if f.number.unit == "ratio" and f.per]
    each = next((f for f in said if f.per and f.per.kind == "per" and f.per.every in _WITHIN_YEAR), None)
    if not each or not each.per or goal.every("part"):
        return
    year = next((f.number for f in said if f.per and f.per.every == "year"), None)
    every, periods = each.per.every, round(arithmetic.PER_YEAR[each.per.every])
    if year is None:
        found = arithmetic.compounding(each.number.value, periods)
        yield fact("plan.audit.each_period", about=where, text=text, each=percent(each.number.value), every=every,
                   exit=found.exit, total=found.total)  # fmt: skip
    else:
        yield _readings(year.value, each.number.value, every, text, where)


def _readings(year: float, each: float, every: str, text: str, where: str) -> Finding:
    """All that a growth of each period may mean for the year that is stated beside it."""
    found = arithmetic.compounding(each, round(arithmetic.PER_YEAR[every]), year)
    return fact(
        "plan.audit.compounding",
        about=where,
        text=text,
        year=percent(year),
        each=percent(each),
        every=every,
        nearest=found.nearest(year),
        needed_exit=percent(found.needed_exit),
        needed_total=percent(found.needed_total),
        exit=percent(found.exit),
        within=percent(found.within),
        simple=percent(found.simple),
        total=percent(found.total),
    )


def _flat(goal: Goal, text: str, where: str) -> Iterator[Finding]:
    """Last year times a factor is no plan: it knows neither market nor means."""
    factor = next((f for f in goal.every("growth") if f.factor), None)
    if factor:
        yield fact("plan.audit.flat", about=where, text=text, growth=percent(factor.number.value), nodes=1)


def _different_unit(goal: Goal, after: Number) -> bool:
    natural = UNITS.get(goal.metric, "")
    return (natural == "money" and after.unit in COUNTED) or (natural == "count" and after.unit == "money")


def _round(value: float, like: Number) -> bool:
    """Whether an implied number is one that a person would have: whole for counts, three digits for money."""
    scaled = value if like.unit not in ("", "money") else value / like.step
    return abs(scaled - round(scaled)) < 1e-6 * max(1.0, abs(scaled))


def money(number: Number, amount: float) -> float:
    """The weight of a finding: money that it touches; a count touches none."""
    return abs(amount) if number.unit in ("", "money") else 0.0


CHECKS: tuple[Callable[[Goal, str, str], Iterator[Finding]], ...] = (
    _growth,
    _rate,
    _baseline,
    _steps,
    _compounded,
    _flat,
)
