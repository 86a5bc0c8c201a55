"""Whether a goal says all that makes it a target: what is missing, what is vague, and the verdict.

The parts are those of SMART (Doran 1981), each made checkable: Specific is a metric and what exactly of it (a level or
a product), Measurable a number with its unit, Time-bound a window in dates, Relevant whose it is. Whether it is
attainable is not in its words: the baseline's chances tell that.
"""

from collections.abc import Iterator

from workbench.analytics.keys import fact
from workbench.analytics.plan.audit.grammar import Goal, Statement
from workbench.analytics.plan.audit.vocabulary import RATES
from workbench.findings import Finding

PARTS = ("metric", "number", "unit", "specific", "window", "segment", "baseline", "owner")
ADVISED = frozenset({"baseline", "owner"})  # better said, but a target can be told without
LETTERS = {"metric": "S", "specific": "S", "number": "M", "unit": "M", "baseline": "A", "owner": "R", "segment": "S",
           "window": "T"}  # fmt: skip
_LONGEST = 48


def missing(goal: Goal) -> list[str]:
    """The parts that are not said, in the order of PARTS."""
    growth, level = goal.growth, goal.amount or goal.first("change")
    lacks = {
        "metric": not goal.metric,
        "number": growth is None and level is None,
        "unit": level is not None and growth is None and not goal.unit,
        "specific": not (goal.product or level or (growth and goal.baseline)),
        "window": goal.window is None or goal.window.kind == "per",
        "segment": not (goal.segment or goal.product),
        "baseline": goal.baseline is None and (goal.amount is not None or _base_unknown(goal)),
        "owner": not goal.owner,
    }
    return [part for part in PARTS if lacks[part]]


def vague(goal: Goal) -> list[str]:
    """The parts that are said in a way that two readers may understand differently: words, window, growth."""
    found = ["words"] if goal.vague else []
    if goal.window is not None and goal.window.kind in ("relative", "partial", "impossible"):
        found.append(goal.window.kind)
    if goal.growth is not None and goal.growth.unit == "ratio" and goal.metric in RATES and not goal.baseline:
        found.append("growth")
    return found


def failed(goal: Goal) -> list[str]:
    """The parts that are missing or vague and must be said: what the linter rejects a target for."""
    windows = {"relative", "partial", "impossible"}
    unclear = {"window" if v in windows else "number" for v in vague(goal)}
    lacks = set(missing(goal)) - ADVISED
    return [part for part in PARTS if part in unclear | lacks]


def findings(statement: Statement) -> Iterator[Finding]:
    """One fact for each part that is missing or vague, with how to complete it."""
    for goal in statement.goals:
        text = short(statement, goal)
        for part in missing(goal):
            yield fact("plan.audit.lacks", about=statement.where, text=text, part=part)
        for part in vague(goal):
            yield fact("plan.audit.vague", about=statement.where, text=text, part=part, words=_words(goal, part),
                       first=goal.window.first if goal.window else None,
                       last=goal.window.last if goal.window else None)  # fmt: skip
    if len({g.metric for g in statement.goals if g.metric}) > 1:
        words = tuple(g.word for g in statement.goals if g.metric)
        yield fact("plan.audit.both", about=statement.where, text=short(statement), metrics=words)


def short(statement: Statement, goal: Goal | None = None) -> str:
    """A statement as it is quoted: its name and first words, and which goal of several."""
    text = " ".join(filter(None, (statement.name, statement.text)))
    quoted = text if len(text) <= _LONGEST else f"{text[: _LONGEST // (1 if text.isascii() else 2)]}…"
    word = f" [{goal.word}]" if goal and goal.word and len(statement.goals) > 1 else ""
    return f"{quoted}{word}"


def _base_unknown(goal: Goal) -> bool:
    """Whether a growth says neither what it is on nor a year, which is measured against the year before."""
    growth = goal.first("growth")
    yearly = goal.window is not None and goal.window.every == "year"
    return growth is not None and not growth.base and not yearly


def _words(goal: Goal, part: str) -> str | None:
    if part == "words":
        return ", ".join(goal.vague)
    if part == "growth":
        return goal.growth.written if goal.growth else None
    return goal.window.written if goal.window else None
