"""The settings of a plan with the lessons that a person approved, and what became of each lesson."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
from pydantic import ValidationError

from workbench.analytics.keys import fact
from workbench.analytics.plan.staff.weights import weights
from workbench.analytics.results import Result
from workbench.errors import ParameterError
from workbench.findings import Finding
from workbench.lessons import Approved, Lesson, Taken
from workbench.settings.plan import PlanSettings, Probabilities

State = Literal["applied", "done", "replaced", "changed", "gone", "invalid", "back", "past"]
_DONE_FOR = 366  # days for which something that is to be done, not set, stays on the page
_CLOSE = 1e-3  # how near two values must be to count as the same: files hold six digits


@dataclass(frozen=True, kw_only=True, repr=False)
class Learned(Result):
    """Approved lessons, and which of them this plan uses.

    `table`: index lesson (its id); columns kind, at (pairs), before, after (plain values), state, author, reason,
    effective (first day), review (day of the review, NaT unknown), number (of the approval), evidence (plain values),
    money. States: "applied"; "done" something to do, not to set; "replaced" by a later lesson; "changed" since: the
    settings hold another value now, which stands; "gone" the part no longer sells; "invalid" with today's settings;
    "back" taken back; "past" something to do that is older than a year
    """

    table: pd.DataFrame


@dataclass(frozen=True)
class Taught:
    """`plan`: the settings to plan with; `lessons`: what was approved, None where nothing was."""

    plan: PlanSettings
    lessons: Learned | None = None


def learned(plan: PlanSettings, approved: Approved, there: Mapping[str, pd.DataFrame] | None = None) -> Taught:
    """The settings with the approved lessons in them, in the order of their approval.

    A lesson counts only on top of the value that it was proposed for: what a person has set by hand since stands.
    `there`: a frame for each level with its nodes (data.compare_each()): a tilt of a part that no longer sells is left
    out.
    """
    if not len(approved):
        return Taught(plan)
    nodes = {level: set(frame[level].dropna().astype(str)) for level, frame in (there or {}).items() if level in frame}
    rows, states = list(approved.lessons), list[State]()
    now = plan
    for one in rows:
        now, state = _taken(now, one, nodes, approved, plan)
        states.append(state)
    for place, one in enumerate(rows):
        later = {other.lesson.id for other, state in zip(rows[place + 1 :], states[place + 1 :], strict=True)
                 if state in ("applied", "back")}  # fmt: skip
        states[place] = "replaced" if states[place] == "applied" and one.lesson.id in later else states[place]
    table = _table(rows, states)
    return Taught(now, Learned(table=table, findings=tuple(_findings(table))))


def problem_of(plan: PlanSettings, lesson: Lesson, levels: Collection[str] | None = None) -> str:
    """Why the settings could not take a lesson's value, or the one that it stands on; "" where they can.

    `levels`: those that the company has, where parts are to be looked up.
    """
    if not _allowed(lesson):
        return f"'{lesson.setting}' is no setting that lessons may change"
    if lesson.after is None:
        return "after is missing; write what should count, or delete the lesson"
    if not lesson.setting:
        return "" if isinstance(lesson.after, str) else "after must be what is to be done, as text"
    if lesson.setting == "keys.tilt" and levels is not None and not set(lesson.at) <= set(levels):
        return f"there is no level {', '.join(lesson.at)}; levels are {', '.join(levels) or 'none'}"
    for name, value in (("after", lesson.after), ("before", lesson.before)):
        if told := _no_value(plan, replace(lesson, after=value), name) if value is not None else "":
            return told
    return ""


def _no_value(plan: PlanSettings, lesson: Lesson, name: str) -> str:
    """Why the settings could not hold a lesson's `after`; `name` is where it stands in the file."""
    if not _numbers(lesson.after):
        return f"{name} must hold numbers and nothing else"
    sizes, given = _SEASONS[plan.period.split()[-1]], lesson.after if isinstance(lesson.after, list | tuple) else ()
    if lesson.kind == "season" and given and len(given) not in sizes:
        return f"{name} needs {' or '.join(map(str, sizes))} weights, not {len(given)}"
    try:
        made = _with(plan, lesson)
        weights(made) if lesson.kind == "incentive" else None
    except (ValidationError, ParameterError) as error:
        told = [e["msg"] for e in error.errors()] if isinstance(error, ValidationError) else error.problems
        return f"{name}: " + "; ".join(one.removeprefix("Value error, ") for one in told)
    return ""


def _numbers(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(map(_numbers, value.values()))
    if isinstance(value, list | tuple):
        return all(map(_numbers, value))
    return isinstance(value, int | float) and not isinstance(value, bool)


_SETTINGS = {
    "season": {"keys.season"},
    "weights": {"keys"},
    "tilt": {"keys.tilt"},
    "rates": {"funnel.months"},
    "by_hand": {"funnel.deal", "funnel.win_rate", "funnel.lead_rate"},
    "ramp": {"people.ramp"},
    "incentive": {"weights"},
    "training": {""},
    "reserve": {"means.reserve"},
    "chances": {"chances"},
}
_SEASONS = {"year": (12, 4), "quarter": (3, 1)}  # months, or quarters, of what is planned
_WITHIN = {"keys": {"history", "forecast", "potential", "capacity"}, "chances": set(Probabilities.model_fields)}


def _allowed(lesson: Lesson) -> bool:
    levels = {"keys.tilt": 1, "weights": 1}.get(lesson.setting, 0)
    inside = _WITHIN.get(lesson.setting)
    fits = inside is None or (isinstance(lesson.after, Mapping) and set(lesson.after) <= inside)
    placed = len(lesson.at) == levels or not lesson.setting
    return lesson.setting in _SETTINGS.get(lesson.kind, set()) and placed and fits


def _taken(
    now: PlanSettings, one: Taken, nodes: Mapping[str, Collection[str]], approved: Approved, plan: PlanSettings
) -> tuple[PlanSettings, State]:
    """The settings after a lesson, and what became of it."""
    lesson = one.lesson
    if not lesson.setting:
        old = (approved.day - one.by.effective).days > _DONE_FOR
        return now, "back" if lesson.after is None else "past" if old else "done"
    if lesson.setting == "keys.tilt" and nodes and any(n not in nodes.get(v, ()) for v, n in lesson.at.items()):
        return now, "gone"
    if lesson.after is None:
        return _set(now, lesson.path, _held(plan, lesson)), "back"
    if not same(_held(now, lesson), lesson.before, _unset(lesson)):
        return now, "changed"
    return (now, "invalid") if problem_of(now, lesson) else (_with(now, lesson), "applied")


def _with(plan: PlanSettings, lesson: Lesson) -> PlanSettings:
    return _set(plan, lesson.path, lesson.after)


def _set(plan: PlanSettings, path: tuple[str, ...], value: Any) -> PlanSettings:
    """The settings with one value changed, checked as a file's are; None takes an entry of a dictionary out."""
    content = plan.model_dump()
    place = content
    for step in path[:-1]:
        place = place.setdefault(step, {})
    held = place.get(path[-1])
    if value is None and path[:-1] != ("funnel",):
        place.pop(path[-1], None)
    else:
        place[path[-1]] = held | dict(value) if isinstance(held, dict) else value
    return PlanSettings.model_validate(content)


def value_at(plan: PlanSettings, path: tuple[str, ...]) -> Any:
    """What the settings hold there, as plain values; None where nothing is written."""
    place: Any = plan.model_dump()
    for step in path:
        place = place.get(step) if isinstance(place, Mapping) else None
    return place


def _held(plan: PlanSettings, lesson: Lesson) -> Any:
    """The same of a lesson's place; of several values the ones that the lesson is about."""
    found = value_at(plan, lesson.path)
    about = next((v for v in (lesson.before, lesson.after) if isinstance(v, Mapping)), None)
    known = isinstance(found, Mapping) and about is not None and lesson.setting in _WITHIN
    return {name: found.get(name) for name in about} if known and about else found


def same(one: Any, other: Any, unset: Any = None) -> bool:
    """Whether two plain values are the same, but for digits that files do not hold."""
    one, other = (unset if value is None else value for value in (one, other))
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return set(one) == set(other) and all(same(one[k], other[k]) for k in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    numbers = (int, float)
    if isinstance(one, numbers) and isinstance(other, numbers):
        return bool(np.isclose(one, other, rtol=_CLOSE, atol=1e-9))
    return bool(one == other)


def _unset(lesson: Lesson) -> Any:
    """What counts where settings hold nothing: no tilt, the template's weights as the lesson knew them."""
    return 1.0 if lesson.setting == "keys.tilt" else lesson.before if lesson.setting == "weights" else None


def _table(rows: Iterable[Taken], states: Iterable[State]) -> pd.DataFrame:
    table = [
        {
            "lesson": t.lesson.id, "kind": t.lesson.kind, "at": tuple(t.lesson.at.items()), "before": t.lesson.before,
            "after": t.lesson.after, "state": state, "author": t.by.author, "reason": t.by.reason,
            "effective": pd.Timestamp(t.by.effective), "review": pd.Timestamp(t.by.review) if t.by.review else pd.NaT,
            "number": t.by.number, "evidence": dict(t.lesson.evidence), "money": t.lesson.money,
        }
        for t, state in zip(rows, states, strict=True)
    ]  # fmt: skip
    return pd.DataFrame(table).set_index("lesson")


def _findings(table: pd.DataFrame) -> Iterator[Finding]:
    used = table[table["state"] == "applied"]
    yield fact("plan.learned.used", weight=used["money"].sum(), count=len(used),
               done=int((table["state"] == "done").sum()), authors=tuple(dict.fromkeys(used["author"])),
               since=used["effective"].min() if len(used) else None)  # fmt: skip
    for state in ("changed", "gone", "invalid"):
        left = table[table["state"] == state]
        if len(left):
            yield fact("plan.learned.left_out", state=state, count=len(left), names=tuple(left.index))
