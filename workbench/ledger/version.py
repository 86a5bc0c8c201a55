"""One version of the confirmed targets, as its file tells it; each names the digest of the one before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

Node = tuple[tuple[str, str | None], ...]  # level and value, None for the missing one; () is the whole company


@dataclass(frozen=True)
class Entry:
    """The target of one node in one period. `draft` is what was proposed to its owner, `reason` why it differs."""

    node: Node
    every: str
    period: date
    amount: float
    owner: str = ""
    draft: float | None = None
    reason: str = ""

    @property
    def key(self) -> tuple[Node, str, date]:
        return tuple(sorted(self.node)), self.every, self.period

    def told(self) -> dict[str, Any]:
        """As plain data for the file."""
        return {
            "node": dict(self.node),
            "every": self.every,
            "period": self.period.isoformat(),
            "amount": float(self.amount),
            **({"owner": self.owner} if self.owner else {}),
            **({"draft": float(self.draft)} if self.draft is not None else {}),
            **({"reason": self.reason} if self.reason else {}),
        }

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Entry:
        """From plain data; KeyError, TypeError or ValueError where it is not what `told` writes."""
        draft = told.get("draft")
        return cls(
            tuple((str(level), None if value is None else str(value)) for level, value in told["node"].items()),
            str(told["every"]),
            date.fromisoformat(told["period"]),
            float(told["amount"]),
            str(told.get("owner", "")),
            None if draft is None else float(draft),
            str(told.get("reason", "")),
        )


@dataclass(frozen=True)
class Version:
    """Targets of one scope as somebody confirmed them.

    `written` is when, `effective` from which day on they count. `base` is the version of the same scope that it was
    decided on (0: none), `previous` the digest of the version before, of whatever scope. `evidence` names the report,
    the digest of its plan, the answers and what was refused. `told`: who was told of it.
    """

    number: int
    written: datetime
    effective: date
    author: str
    reason: str
    entries: tuple[Entry, ...]
    scope: Mapping[str, str] = field(default_factory=dict)
    base: int = 0
    previous: str = ""
    evidence: Mapping[str, Any] = field(default_factory=dict)
    told: tuple[str, ...] = ()

    def visible(self, day: date) -> bool:
        """Whether it had been written, and was in force, on a day."""
        return self.written.date() <= day and self.effective <= day

    def content(self) -> dict[str, Any]:
        """As plain data, without the digest."""
        return {
            "version": self.number,
            "written": self.written.isoformat(timespec="seconds"),
            "effective": self.effective.isoformat(),
            "author": self.author,
            "reason": self.reason,
            "scope": dict(self.scope),
            "base": self.base,
            "previous": self.previous,
            "evidence": dict(self.evidence),
            **({"told": list(self.told)} if self.told else {}),
            "targets": [entry.told() for entry in self.entries],
        }

    @property
    def digest(self) -> str:
        return digest(self.content())

    def text(self) -> str:
        """The file: readable, one target a line."""
        return written(self.content(), "targets")


@dataclass(frozen=True)
class Note:
    """A step on the way to a version: `kind` is "draft" (sent out) or "answers" (came back)."""

    kind: str
    written: datetime
    plan: str  # digest of the plan that it is about
    scope: Mapping[str, str]
    told: Mapping[str, Any] = field(default_factory=dict)

    def text(self) -> str:
        """The file."""
        content = {
            "kind": self.kind,
            "written": self.written.isoformat(timespec="seconds"),
            "plan": self.plan,
            "scope": dict(self.scope),
            "told": dict(self.told),
        }
        return written(content)


def read_version(text: str) -> Version:
    """A version from its file; ValueError says what is wrong with it."""
    told = content(text)
    try:
        return Version(
            int(told["version"]), datetime.fromisoformat(told["written"]), date.fromisoformat(told["effective"]),
            str(told["author"]), str(told["reason"]), tuple(Entry.read(entry) for entry in told["targets"]),
            dict(told["scope"]), int(told["base"]), str(told["previous"]), dict(told["evidence"]),
            tuple(str(name) for name in told.get("told", ())),
        )  # fmt: skip
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"it is not a version of targets: {error!r}") from error


def read_note(text: str) -> Note:
    """A note from its file; ValueError says what is wrong with it."""
    told = content(text)
    try:
        at = datetime.fromisoformat(told["written"])
        return Note(str(told["kind"]), at, str(told["plan"]), dict(told["scope"]), dict(told["told"]))
    except (KeyError, TypeError) as error:
        raise ValueError(f"it is not a note of the ledger: {error!r}") from error


def digest(content: Any) -> str:
    """A fingerprint of plain data, whatever the order of its keys."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def written(content: Mapping[str, Any], long: str = "") -> str:
    """JSON with its digest; the items of the list `long` stand on a line each."""
    shown = {**content, "digest": digest(content)}
    rows = shown.pop(long, None)
    text = json.dumps(shown, ensure_ascii=False, indent=1, allow_nan=False)
    if rows is None:
        return text + "\n"
    lines = ",\n  ".join(json.dumps(row, ensure_ascii=False, allow_nan=False) for row in rows)
    return f'{text[:-2]},\n "{long}": [\n  {lines}\n ]\n}}\n'


def content(text: str) -> dict[str, Any]:
    """What a file of `written` holds, without its digest; ValueError where it is not whole or was changed."""
    try:
        told = json.loads(text)
    except ValueError as error:
        raise ValueError(f"it is not whole: {error}") from error
    if not isinstance(told, dict) or "digest" not in told:
        raise ValueError("it has no digest")
    known = told.pop("digest")
    if digest(told) != known:
        raise ValueError("it was changed after it was written: its digest does not fit")
    return told
