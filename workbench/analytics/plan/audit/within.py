"""What one statement's own numbers say of each other."""

import itertools
import re
from collections.abc import Iterator

from workbench.analytics.keys import fact
from workbench.analytics.plan.audit import arithmetic, growing
from workbench.analytics.plan.audit.grammar import Figure, Goal, Statement
from workbench.analytics.plan.audit.growing import money
from workbench.analytics.plan.audit.numbers import Number, percent, plain
from workbench.analytics.plan.audit.smart import short
from workbench.analytics.plan.audit.vocabulary import RATES, fold
from workbench.analytics.plan.work.worked import whole_rate
from workbench.findings import Finding

_WORKDAYS = 5
_STAGE = r"[^\s>,.;:\"的\d]+"  # the name of a stage, in lead > visit > deal
_COUNTS = ("orders", "opportunities", "leads", "customers", "visits")


def findings(statement: Statement) -> Iterator[Finding]:
    """Every contradiction, and every reading that should be stated, of a statement."""
    for goal in statement.goals:
        for check in (*growing.CHECKS, _product, _calendar, _parts, _share, _activity):
            yield from check(goal, short(statement, goal), statement.where)
    yield from _not_comparable(statement)
    yield from _chain(statement)


def _product(goal: Goal, text: str, where: str) -> Iterator[Finding]:
    """3 deals at 83,000 are 249,000, not 250,000."""
    each, whole = goal.first("each"), goal.amount
    count = next(
        (f.number for f in goal.every("part", "amount") if f.number.unit in ("orders", "customers", "units")), None
    )
    if not (each and whole and count) or whole is count or whole.unit not in ("", "money"):
        return
    made = count.value * each.number.value
    if abs(made - whole.value) > 1e-9 * abs(whole.value):
        yield fact(
            "plan.audit.product",
            about=where,
            weight=money(whole, made - whole.value),
            text=text,
            count=count.written,
            each=each.number.written,
            product=whole.like(made),
            whole=whole.written,
            exact=each.number.like(whole.value / count.value) if count.value else None,
            rounding=arithmetic.multiplied(count, each.number, whole),
        )


def _calendar(goal: Goal, text: str, where: str) -> Iterator[Finding]:
    """1,200 a year at 25 a week are 48 weeks, not 52."""
    by_every: dict[str, Number] = {}
    for figure in goal.every("amount", "part"):
        if figure.per and not figure.per.number and figure.number.unit in ("", "money"):
            by_every.setdefault(figure.per.every, figure.number)
    order = [e for e in arithmetic.PER_YEAR if e in by_every]
    if len(order) < 2:
        return
    whole = by_every[order[0]]
    for every in order[1:]:
        part = by_every[every]
        implied = arithmetic.implied_periods(whole.value, part.value)
        usual = arithmetic.PER_YEAR[every] / arithmetic.PER_YEAR[order[0]]
        if part.value and not part.lo * usual <= whole.value <= part.hi * usual:
            yield fact(
                "plan.audit.calendar",
                about=where,
                weight=money(whole, part.value * usual - whole.value),
                text=text,
                whole=whole.written,
                part=part.written,
                every=every,
                of=order[0],
                implied=plain(implied, 4),
                usual=plain(usual, 4),
                sum=whole.like(part.value * usual),
            )


def _parts(goal: Goal, text: str, where: str) -> Iterator[Finding]:
    """Parts of a year that is stated: the quarters must sum to it."""
    named = [
        f
        for f in goal.every("amount", "part")
        if f.per and f.per.number and f.per.every in ("quarter", "month", "half")
    ]
    whole = next((f.number for f in goal.every("amount") if f.per and f.per.every == "year"), None)
    wanted = {"quarter": 4, "half": 2, "month": 12}.get(named[0].per.every if named and named[0].per else "", 0)
    if not whole or not named or len(named) != wanted or arithmetic.adds_up([f.number for f in named], whole):
        return
    total = sum(f.number.value for f in named)
    yield fact(
        "plan.audit.parts",
        about=where,
        weight=money(whole, total - whole.value),
        text=text,
        sum=whole.like(total),
        whole=whole.written,
        gap=whole.like(total - whole.value),
    )


def _share(goal: Goal, text: str, where: str) -> Iterator[Finding]:
    """30 % of a whole that is not said."""
    if goal.metric == "mix" and goal.amount and goal.amount.unit == "ratio" and not goal.baseline:
        yield fact("plan.audit.share_of", about=where, text=text, share=goal.amount.written)


def _activity(goal: Goal, text: str, where: str) -> Iterator[Finding]:
    """5 new prospects a day are 25 in a week of five days, where 15 are needed."""
    for unit in _COUNTS:
        by_every = {f.per.every: f.number for f in goal.every("part", "amount") if f.per and f.number.unit == unit}
        if not {"day", "week"} <= set(by_every) or not by_every["week"].value:
            continue
        made = by_every["day"].value * _WORKDAYS
        if made != by_every["week"].value:
            yield fact(
                "plan.audit.activity",
                about=where,
                text=text,
                daily=by_every["day"].written,
                weekly=plain(made),
                needed=by_every["week"].written,
                times=made / by_every["week"].value,
            )


def _not_comparable(statement: Statement) -> Iterator[Finding]:
    """Growth of sales by quarter beside growth of a share by year: no arithmetic leads from one to the other."""
    said = [(g, g.first("growth")) for g in statement.goals]
    rises = [(g, f) for g, f in said if f and f.per]
    for (a, first), (b, second) in itertools.pairwise(rises):
        if (a.metric in RATES) != (b.metric in RATES) and _every(first) != _every(second):
            yield fact(
                "plan.audit.not_comparable",
                about=statement.where,
                text=short(statement),
                first=f"{a.word} {first.number.written}",
                second=f"{b.word} {second.number.written}",
            )


def _chain(statement: Statement) -> Iterator[Finding]:
    """Three rates for two steps from one stage to the next."""
    text = fold(statement.text)
    stages = re.search(rf"{_STAGE}(?:\s*>\s*{_STAGE})+", text)
    listed = re.search(r"\d+(?:\.\d+)?%(?:\s*(?:,|和|and)\s*\d+(?:\.\d+)?%)+", text[stages.end() :]) if stages else None
    rates = re.findall(r"(\d+(?:\.\d+)?)%", listed[0]) if listed else []
    if not stages or not rates or not re.search(r"率|rate", text):
        return
    steps, values = stages[0].count(">"), [float(r) / 100 for r in rates]
    if len(values) != steps:
        passed = whole_rate(values)
        yield fact(
            "plan.audit.rates",
            about=statement.where,
            text=short(statement),
            rates=len(values),
            steps=steps,
            product=percent(passed),
            leads=plain(1 / passed, 4) if passed else None,
        )


def _every(figure: Figure) -> str:
    return figure.per.every if figure.per else ""
