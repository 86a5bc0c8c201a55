"""The proposals of a review as TOML: written with its report, read by a person, edited, and handed back to approve."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import DataError
from workbench.lessons.lesson import Lesson
from workbench.vintages import about_of, files, same

if TYPE_CHECKING:
    from workbench.run import Run

NAME = "lessons"
_HEAD = """\
# What the review as of {day} proposes to change in the next plan. Nothing of it counts until a person approves it:
#   workbench lessons approve {file} --author NAME --reason WHY
# Take a lesson out by deleting its block; change `after` if you know better (the proposed value stays in `proposed`).
"""


@dataclass(frozen=True)
class Proposed:
    """The proposals in a file: of which company, scope and day, and the lessons."""

    about: Mapping[str, str]
    lessons: tuple[Lesson, ...]

    @property
    def day(self) -> date:
        return date.fromisoformat(self.about["as_of"])


def text(about: Mapping[str, str], lessons: Iterable[Lesson], comments: Mapping[str, str] | None = None) -> str:
    """The TOML file. `comments`: by a lesson's id, a sentence that stands above it."""
    lines = [
        _HEAD.format(day=about["as_of"], file=f"{NAME}.toml"),
        "[about]",
        *(f"{k} = {_value(v)}" for k, v in about.items()),
    ]
    for one in lessons:
        told = one.told()
        evidence = told.pop("evidence") | {"proposed": told["after"]}
        lines += ["", "[[lesson]]", *(f"# {line}" for line in _lines((comments or {}).get(one.id, "")))]
        lines += [f"{name} = {_value(value)}" for name, value in told.items() if value is not None]
        lines += [f"evidence = {_value({k: v for k, v in evidence.items() if v is not None})}"]
    return "\n".join(lines) + "\n"


def read(file: Path) -> Proposed:
    """What a file of proposals says, with what a person changed; DataError names everything that is wrong in it."""
    try:
        return parsed(file.read_text("utf-8-sig"), str(file))
    except OSError as error:
        raise DataError(f"{file}", [f"it cannot be read: {error.strerror or error}"]) from error
    except UnicodeDecodeError as error:
        raise DataError(f"{file}", [f"it is not UTF-8: {error}"]) from error


def parsed(written: str, where: str) -> Proposed:
    """The same from the text; `where` is named in the error."""
    try:
        told = tomllib.loads(written)
    except tomllib.TOMLDecodeError as error:
        raise DataError(where, [f"it is not valid TOML: {error}"]) from error
    head, blocks = told.get("about"), told.get("lesson", [])
    about = {str(k): str(v) for k, v in head.items()} if isinstance(head, dict) else {}
    found, problems = list[Lesson](), list[str]()
    for number, one in enumerate(blocks if isinstance(blocks, list) else [blocks], 1):
        try:
            found.append(Lesson.read(one))
        except ValueError as error:
            problems.append(f"lesson {number}: {error}")
    problems += [] if _is_day(about.get("as_of", "")) else ["[about] needs as_of, the day of the review"]
    twice = {one.id for one in found if [o.id for o in found].count(one.id) > 1}
    problems += [f"'{name}' stands in it twice; delete one" for name in sorted(twice)]
    if problems:
        raise DataError(where, problems)
    return Proposed(about, tuple(found))


def issue(run: Run, lessons: Iterable[Lesson], comments: Mapping[str, str] | None = None) -> Path | None:
    """The file that keeps the proposals with the report that is being written; None where no report is."""
    if run.tables_folder is None:
        return None
    folder = run.tables_folder.parent / "vintages"
    folder.mkdir(exist_ok=True)
    file = folder / f"{NAME}.toml"
    file.write_text(text(about_of(run), lessons, comments), "utf-8")
    return file


def newest(run: Run, reports: Path) -> Path | None:
    """The proposals of the newest report of the run's company and scope, up to and with its day; None where none is."""
    found = files(reports, before=run.as_of.date() + timedelta(days=1), name=NAME, ending="toml")
    return next((f for f in reversed(found) if same(run, dict(read(f).about))), None)


def _is_day(written: str) -> bool:
    try:
        date.fromisoformat(written)
    except ValueError:
        return False
    return True


def _value(value: Any) -> str:
    """A plain value as TOML writes it."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items() if v is not None) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(v) for v in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.6g}" if abs(value) < 1e6 else f"{value:.2f}"
    return str(value) if isinstance(value, int) else _text(str(value))


def _text(written: str) -> str:
    """JSON's escapes are TOML's, but for one character that only TOML forbids."""
    return json.dumps(written, ensure_ascii=False).replace("\x7f", "\\u007F")


def _lines(comment: str) -> list[str]:
    """Lines that a comment of TOML may hold: without control characters."""
    return ["".join(c for c in line if c.isprintable() or c == " ") for line in comment.splitlines()]


def _key(name: str) -> str:
    return name if name.isascii() and name.replace("_", "a").isalnum() else _text(name)
