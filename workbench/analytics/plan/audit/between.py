"""What several goals say of each other: chains in time, parts of a parent, one uplift for all."""

from collections.abc import Iterator, Sequence

from workbench.analytics.keys import fact
from workbench.analytics.plan.audit.arithmetic import adds_up
from workbench.analytics.plan.audit.grammar import Goal, Statement
from workbench.analytics.plan.audit.numbers import Number, percent
from workbench.analytics.plan.audit.smart import short
from workbench.findings import Finding

_ALIKE = 0.005  # uplifts that differ by no more are one
FEWEST = 3  # nodes with one uplift that make it look mechanical


def findings(statements: Sequence[Statement]) -> Iterator[Finding]:
    """Every contradiction between statements."""
    yield from _chained(statements)
    yield from _children(statements)
    yield from _uplift(statements)
    yield from _same_activity(statements)


def _chained(statements: Sequence[Statement]) -> Iterator[Finding]:
    """A growth on an earlier goal of the same metric and product, for other customers: the two cannot be chained."""
    dated = [(s, g) for s in statements for g in s.goals if g.window and g.window.first is not None and g.metric]
    dated.sort(key=lambda pair: pair[1].window.first)  # type: ignore[union-attr, arg-type, return-value]
    for at, (statement, goal) in enumerate(dated):
        earlier = next(((s, g) for s, g in reversed(dated[:at]) if _precedes(g, goal)), None)
        if earlier is None or not goal.growth or goal.baseline or not earlier[1].amount:
            continue
        before = earlier[1].amount
        implied = before.like(before.value * (1 + goal.growth.value))
        yield fact(
            "plan.audit.chained",
            about=statement.where,
            weight=before.value if before.unit == "money" else 0.0,
            text=short(statement),
            earlier=short(earlier[0]),
            before=before.written,
            growth=percent(goal.growth.value),
            implied=implied,
            drifts=set(earlier[1].segment) != set(goal.segment),
            segment=goal.segment,
            segment_before=earlier[1].segment,
        )


def _precedes(earlier: Goal, later: Goal) -> bool:
    a, b = earlier.window, later.window
    same = (earlier.metric, earlier.product and _bare(earlier.product)) == (
        later.metric,
        later.product and _bare(later.product),
    )
    return same and a is not None and b is not None and a.last is not None and b.first is not None and a.last < b.first


def _bare(product: str) -> str:
    """A款產品 and 產品A are one."""
    return "".join(sorted(c for c in product.lower() if c.isascii() and c.isalnum())) or product


def _children(statements: Sequence[Statement]) -> Iterator[Finding]:
    """Goals that name a parent must sum to it, in its own unit; shares to 100 %."""
    for parent in statements:
        whole = parent.goals[0].amount
        own = [s for s in statements if s.parent and s.parent == parent.name and s is not parent]
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
    """The same daily work for targets of very different size."""
    seen = [(s, acts, max(a)) for s in statements if (acts := _daily(s)) and (a := _amounts(s))]
    for at, (later, acts, amount) in enumerate(seen):
        for earlier, same, other in seen[:at]:
            if acts == same and min(amount, other) > 0 and max(amount, other) / min(amount, other) >= 2:
                times = max(amount, other) / min(amount, other)
                yield fact(
                    "plan.audit.same_activity",
                    about=later.where,
                    text=short(later),
                    earlier=short(earlier),
                    times=times,
                )


def _daily(statement: Statement) -> dict[str, float]:
    """What is to be done each day, by what is counted; first thing only, for lists differ at their ends."""
    figures = [f for g in statement.goals for f in g.figures if f.per and f.per.every == "day"]
    counted = [
        f.number for f in figures if f.number.unit in ("opportunities", "leads", "visits", "customers", "orders")
    ]
    return {n.unit: n.value for n in counted[:1]}


def _amounts(statement: Statement) -> list[float]:
    return [f.number.value for g in statement.goals for f in g.every("amount") if f.number.unit in ("", "money")]
