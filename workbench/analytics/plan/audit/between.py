"""What several goals say of each other: chains in time, parts of a parent, one uplift for all."""

from collections.abc import Iterator, Sequence

import pandas as pd

from workbench.analytics.keys import fact
from workbench.analytics.plan.audit.arithmetic import adds_up
from workbench.analytics.plan.audit.grammar import Goal, Statement
from workbench.analytics.plan.audit.numbers import Number, percent
from workbench.analytics.plan.audit.smart import short
from workbench.findings import Finding

_ALIKE = 0.005  # uplifts that differ by no more are one
_LOOK_BACK = 200  # goals of a kind among which the one before is looked for
FEWEST = 3  # nodes with one uplift that make it look mechanical


def findings(statements: Sequence[Statement]) -> Iterator[Finding]:
    """Every contradiction between statements."""
    yield from _chained(statements)
    yield from _children(statements)
    yield from _uplift(statements)
    yield from _same_activity(statements)


def _chained(statements: Sequence[Statement]) -> Iterator[Finding]:
    """A growth on an earlier goal of the same metric and product, for other customers: the two cannot be chained."""
    known: dict[tuple[str, ...], list[tuple[Statement, Goal]]] = {}
    for first, statement, goal in sorted(_dated(statements), key=lambda d: d[0]):
        same = known.setdefault(_kind(goal), [])
        before = [(s, g) for s, g in same[-_LOOK_BACK:] if g.window and g.window.last and g.window.last < first]
        alike = [(s, g) for s, g in before if set(g.segment) == set(goal.segment)]
        earlier = next(reversed(alike or (before if goal.product else [])), None)
        same.append((statement, goal))
        if earlier and goal.growth and not goal.baseline and earlier[1].amount:
            yield _chain(statement, goal, *earlier)


def _dated(statements: Sequence[Statement]) -> Iterator[tuple[pd.Timestamp, Statement, Goal]]:
    """The goals of which it is known when they begin."""
    for statement in statements:
        for goal in statement.goals:
            if goal.metric and goal.window and goal.window.first is not None:
                yield goal.window.first, statement, goal


def _kind(goal: Goal) -> tuple[str, ...]:
    """What two goals must share for one to follow the other."""
    return goal.metric, goal.product and _bare(goal.product), goal.window.every if goal.window else ""


def _chain(statement: Statement, goal: Goal, earlier: Statement, other: Goal) -> Finding:
    before, growth = other.amount, goal.growth
    assert before is not None  # noqa: S101 both are known where this is asked
    assert growth is not None  # noqa: S101
    return fact(
        "plan.audit.chained",
        about=statement.where,
        weight=before.value if before.unit == "money" else 0.0,
        text=short(statement),
        earlier=short(earlier),
        before=before.written,
        growth=percent(growth.value),
        implied=before.like(before.value * (1 + growth.value)),
        drifts=set(other.segment) != set(goal.segment),
        segment=goal.segment,
        segment_before=other.segment,
    )


def _bare(product: str) -> str:
    """A款產品 and 產品A are one."""
    return "".join(sorted(c for c in product.lower() if c.isascii() and c.isalnum())) or product


def _children(statements: Sequence[Statement]) -> Iterator[Finding]:
    """Goals that name a parent must sum to it, in its own unit; shares to 100 %."""
    by_parent: dict[str, list[Statement]] = {}
    for statement in statements:
        by_parent.setdefault(statement.parent, []).append(statement)
    for parent in (s for s in statements if s.name):
        whole = parent.goals[0].amount
        own = [s for s in by_parent.get(parent.name, []) if s is not parent]
        parts = [s.goals[0].amount for s in own if s.goals[0].amount]
        if not whole or len(parts) < 2 or len(parts) < len(own):
            continue
        if all(p.unit == "ratio" for p in parts) and whole.unit != "ratio":
            yield from _shares(parent, parts)
        elif all(p.unit == whole.unit for p in parts) and not adds_up(parts, whole):
            total = sum(p.value for p in parts)
            yield fact(
                "plan.audit.children",
                about=parent.where,
                weight=abs(total - whole.value),
                text=short(parent),
                parts=len(parts),
                sum=whole.like(total),
                whole=whole.written,
                gap=whole.like(total - whole.value),
                short=whole.value - total if whole.unit == "money" else None,
            )


def _shares(parent: Statement, parts: Sequence[Number]) -> Iterator[Finding]:
    total = sum(p.value for p in parts)
    if not sum(p.lo for p in parts) <= 1 <= sum(p.hi for p in parts):
        yield fact("plan.audit.shares", about=parent.where, text=short(parent), parts=len(parts), sum=percent(total))


def _uplift(statements: Sequence[Statement]) -> Iterator[Finding]:
    """One growth for every node says that it was not thought about by node."""
    rises = [r for s in statements if len(s.goals) == 1 and (r := _rise(s.goals[0])) is not None]
    if len(rises) >= FEWEST and max(rises) - min(rises) <= _ALIKE and rises[0]:
        yield fact("plan.audit.flat", text="", growth=percent(sum(rises) / len(rises)), nodes=len(rises))


def _rise(goal: Goal) -> float | None:
    if goal.baseline and goal.amount and goal.baseline.value > 0 and goal.amount.unit == goal.baseline.unit:
        return goal.amount.value / goal.baseline.value - 1
    return goal.growth.value if goal.growth and goal.growth.unit == "ratio" else None


def _same_activity(statements: Sequence[Statement]) -> Iterator[Finding]:
    """The same daily work for targets of very different size: of all with the same work, the smallest and largest."""
    alike: dict[tuple[tuple[str, float], ...], list[tuple[float, Statement]]] = {}
    for statement in statements:
        work, amounts = _daily(statement), _amounts(statement)
        if work and amounts and max(amounts) > 0:
            alike.setdefault(work, []).append((max(amounts), statement))
    for found in alike.values():
        (least, small), (most, large) = min(found, key=lambda f: f[0]), max(found, key=lambda f: f[0])
        if most >= 2 * least:
            yield fact("plan.audit.same_activity", about=large.where, text=short(large), earlier=short(small),
                       times=most / least)  # fmt: skip


def _daily(statement: Statement) -> tuple[tuple[str, float], ...]:
    """What is to be done each day, by what is counted; first thing only, for lists differ at their ends."""
    figures = [f for g in statement.goals for f in g.figures if f.per and f.per.every == "day"]
    counted = [
        f.number for f in figures if f.number.unit in ("opportunities", "leads", "visits", "customers", "orders")
    ]
    return tuple((n.unit, n.value) for n in counted[:1])


def _amounts(statement: Statement) -> list[float]:
    return [f.number.value for g in statement.goals for f in g.every("amount") if f.number.unit in ("", "money")]
