"""One lesson: which setting of the plan should change, from what to what, and the evidence; and who approved it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from workbench.ledger.version import content, digest, written

KINDS = (
    "season",  # keys.season: the year's course
    "weights",  # keys.history, keys.forecast: what parts are split by
    "tilt",  # keys.tilt: a part that gets too much or too little each time
    "rates",  # funnel.months: how far back the funnel's rates are still those of today
    "by_hand",  # funnel.deal, win_rate, lead_rate: a rate written by hand that is not the company's
    "ramp",  # people.ramp: how far new people are
    "incentive",  # weights: what new customers count for in a role's KPIs
    "training",  # no setting: who should be trained for which stage
    "reserve",  # means.reserve
    "chances",  # chances: targets that came out easier or harder than stated
)


@dataclass(frozen=True)
class Lesson:
    """A proposed change of one setting.

    `setting` is its path below [plan], as "keys.tilt"; "" where something is to be done but nothing to be set. `at`
    names what within it: { region = "华东" }, { role = "rep" }. `before` is what counted when it was proposed,
    `after` what should count; None takes an earlier lesson back. `evidence`: plain values by name, `money`: touched.
    """

    kind: str
    setting: str
    before: Any
    after: Any
    at: Mapping[str, str] = field(default_factory=dict)
    evidence: Mapping[str, Any] = field(default_factory=dict)
    money: float = 0.0

    @property
    def id(self) -> str:
        """What tells it from others, and stays the same from review to review."""
        places = [f"{level}={value}" for level, value in self.at.items()]
        return " ".join([self.setting or self.kind, *places])

    @property
    def path(self) -> tuple[str, ...]:
        """Where its value is below [plan]: keys.tilt by level and node, weights by role."""
        steps = tuple(part for part in self.setting.split(".") if part)
        names = self.at.items() if self.setting == "keys.tilt" else ((None, v) for v in self.at.values())
        return (*steps, *(part for pair in names for part in pair if part is not None))

    def told(self) -> dict[str, Any]:
        """As plain data for a file."""
        return {
            "kind": self.kind,
            "setting": self.setting,
            **({"at": dict(self.at)} if self.at else {}),
            "before": _plain(self.before),
            "after": _plain(self.after),
            "evidence": {name: _plain(value) for name, value in self.evidence.items()},
            "money": float(self.money),
        }

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Lesson:
        """From plain data; ValueError where it is not what `told` writes."""
        _shaped(told)
        kind = str(told["kind"])
        if kind not in KINDS:
            raise ValueError(f"there is no kind of lesson '{kind}'; known: {', '.join(KINDS)}")
        kept = {name: _kept(name, told.get(name)) for name in ("before", "after", "evidence", "money")}
        return cls(
            kind, str(told["setting"]), kept["before"], kept["after"],
            {str(k): str(v) for k, v in told.get("at", {}).items()}, kept["evidence"] or {},
            float(kept["money"] or 0.0),
        )  # fmt: skip


@dataclass(frozen=True)
class Approval:
    """Lessons of one scope as somebody approved them.

    `written` is when, `effective` from which day on they count, `review` the day of the review that proposed them,
    `previous` the digest of the approval before, of whatever scope.
    """

    number: int
    written: datetime
    effective: date
    author: str
    reason: str
    lessons: tuple[Lesson, ...]
    scope: Mapping[str, str] = field(default_factory=dict)
    review: date | None = None
    previous: str = ""

    def visible(self, day: date) -> bool:
        """Whether it had been written, and was in force, on a day."""
        return self.written.date() <= day and self.effective <= day

    def content(self) -> dict[str, Any]:
        """As plain data, without the digest."""
        return {
            "approval": self.number,
            "written": self.written.isoformat(timespec="seconds"),
            "effective": self.effective.isoformat(),
            "author": self.author,
            "reason": self.reason,
            "scope": dict(self.scope),
            "review": self.review.isoformat() if self.review else None,
            "previous": self.previous,
            "lessons": [lesson.told() for lesson in self.lessons],
        }

    @property
    def digest(self) -> str:
        return digest(self.content())

    def text(self) -> str:
        """The file: readable, one lesson a line."""
        return written(self.content(), "lessons")


@dataclass(frozen=True)
class Taken:
    """A lesson and the approval that it is part of."""

    lesson: Lesson
    by: Approval


def _shaped(told: Any) -> None:
    """ValueError where a lesson's parts are not of their kinds."""
    if not isinstance(told, Mapping):
        raise ValueError("it is no lesson; begin each with [[lesson]]")
    missing = [name for name in ("kind", "setting") if not isinstance(told.get(name), str)]
    if missing:
        raise ValueError(f"it needs {' and '.join(missing)}, as text")
    for name in ("at", "evidence"):
        if not isinstance(told.get(name, {}), Mapping):
            raise ValueError(f'{name} needs names and values, as {{ region = "East" }}')
    if any(isinstance(value, Mapping | list) for value in told.get("at", {}).values()):
        raise ValueError('at names one part, as { region = "East" }')
    if not isinstance(told.get("money", 0.0), int | float):
        raise ValueError("money must be a number")


def _kept(name: str, value: Any) -> Any:
    """A value as files hold it; ValueError where they cannot."""
    if isinstance(value, Mapping):
        return {str(part): _kept(name, one) for part, one in value.items()}
    if isinstance(value, list | tuple):
        return [_kept(name, one) for one in value]
    if isinstance(value, date):
        return value.isoformat()[:10]
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{name} holds {value}; write a number")
    if value is not None and not isinstance(value, str | int | float):
        raise ValueError(f"{name} holds {value!r}, which no lesson can hold")
    return value


def read_approval(text: str) -> Approval:
    """An approval from its file; ValueError says what is wrong with it."""
    told = content(text)
    try:
        review = told["review"]
        return Approval(
            int(told["approval"]), datetime.fromisoformat(told["written"]), date.fromisoformat(told["effective"]),
            str(told["author"]), str(told["reason"]), tuple(Lesson.read(one) for one in told["lessons"]),
            dict(told["scope"]), date.fromisoformat(review) if review else None, str(told["previous"]),
        )  # fmt: skip
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"it is not an approval of lessons: {error!r}") from error


def _plain(value: Any) -> Any:
    """Plain Python for JSON and TOML: tuples as lists, days as text, unknown as None."""
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, date):
        return value.isoformat()[:10]
    value = value.item() if hasattr(value, "item") else value
    return None if isinstance(value, float) and value != value else value
