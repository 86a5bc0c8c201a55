"""The folder of approved lessons: `a<N>.json` an approval, made whole or not at all, and never changed."""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import DataError, RunError
from workbench.ledger import store
from workbench.lessons.lesson import Approval, Lesson, Taken, read_approval

if TYPE_CHECKING:
    from workbench.run import Run
    from workbench.settings import Settings

_TRIES = 1000  # others that may approve in the same moment
GENERAL = ("people.", "funnel.", "chances.", "weights")  # settings of which the whole company's hold for its parts


@dataclass(frozen=True)
class Approved:
    """The lessons that a run may use, oldest first; later ones follow on earlier ones of the same setting."""

    day: date
    lessons: tuple[Taken, ...]

    def __len__(self) -> int:
        return len(self.lessons)


def folder_of(settings: Settings) -> Path:
    """Where a company's approved lessons are: beside its settings, unless review.lessons says otherwise."""
    return settings.folder / settings.review.lessons


def approvals(folder: Path) -> tuple[Approval, ...]:
    """Every approval, oldest first, its chain checked; DataError names each file that is not as it was written."""
    found, problems = dict[int, Approval](), list[str]()
    for number, file in _files(folder):
        try:
            found[number] = read_approval(file.read_bytes().decode("utf-8", "surrogatepass"))
        except (OSError, ValueError) as error:
            problems.append(f"'{file.name}': {error}")
    problems = problems or _breaks(found)
    if problems:
        told = "Restore it from a copy: approved lessons are never edited, a later approval takes their place."
        raise DataError(f"{folder}", [f"{p}. {told}" for p in problems])
    return tuple(found[number] for number in sorted(found))


def approve(folder: Path, approval: Approval) -> Approval:
    """The approval as it was written: with its number, its time and the digest of the one before."""
    for _ in range(_TRIES):
        there = approvals(folder)
        last = there[-1] if there else None
        at, previous = store.time_after(last, "approval"), last.digest if last else ""
        made = replace(approval, number=len(there) + 1, written=at, previous=previous)
        with contextlib.suppress(FileExistsError):
            store.create(folder / f"a{made.number:04d}.json", made.text(), "approved lessons", "review.lessons")
            return made
    raise RunError(f"The approved lessons in {folder} change all the time; nothing was approved. Try again.")


def approved(run: Run) -> Approved:
    """What was approved and in force on `run.as_of`, of the run's scope; what was written or counts later is unseen.

    Of the whole company's lessons, those of GENERAL settings hold for its parts too.
    """
    day = run.as_of.date()
    seen = [a for a in approvals(folder_of(run.settings)) if a.visible(day)]
    return Approved(
        day, tuple(Taken(one, a) for a in seen for one in a.lessons if _concerns(one.setting, a, run.scope))
    )


def standing(run: Run) -> dict[str, Lesson]:
    """By id, the last lesson of each setting that was approved by `run.as_of`, whenever it is to count from."""
    seen = [a for a in approvals(folder_of(run.settings)) if a.written.date() <= run.as_of.date()]
    return {one.id: one for a in seen for one in a.lessons if _concerns(one.setting, a, run.scope)}


def fingerprint(settings: Settings, day: date) -> str:
    """Equal where a report as of `day` sees the same approved lessons."""
    seen = [a.digest for a in approvals(folder_of(settings)) if a.written.date() <= day]
    return hashlib.blake2b("\n".join(seen).encode(), digest_size=12).hexdigest()


def _concerns(setting: str, approval: Approval, scope: Mapping[str, str]) -> bool:
    return dict(approval.scope) == dict(scope) or (not approval.scope and setting.startswith(GENERAL))


def _breaks(found: Mapping[int, Approval]) -> list[str]:
    problems = list[str]()
    for number, one in found.items():
        before = found.get(number - 1)
        if one.number != number:
            problems.append(f"'a{number:04d}.json' holds approval {one.number}")
        if number > 1 and before is None:
            problems.append(f"'a{number - 1:04d}.json' is missing: approval {number} follows it")
        elif one.previous != (before.digest if before else ""):
            problems.append(f"'a{number:04d}.json' does not follow the one before it: one of the two was changed")
    return problems


def _files(folder: Path) -> list[tuple[int, Path]]:
    if not folder.is_dir():
        return []
    return sorted((int(m[1]), p) for p in folder.iterdir() if (m := re.fullmatch(r"a(\d{4,})\.json", p.name)))
