"""The ledger's folder: `v<N>.json` a version, `n<N>.json` a note; each made whole or not at all, and never changed."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol, TypeVar

from workbench.errors import DataError, RunError
from workbench.ledger.version import Note, Version, read_note, read_version

_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV}
_SKEW = timedelta(days=1)  # by which the clocks of two machines that share a ledger may differ
_TRIES = 1000  # others that may confirm in the same moment
T = TypeVar("T")


class Dated(Protocol):
    """What is written one after the other: versions of targets, approvals of lessons."""

    @property
    def number(self) -> int: ...
    @property
    def written(self) -> datetime: ...


def versions(folder: Path) -> tuple[Version, ...]:
    """Every version, oldest first, whose chain was checked; DataError names each file that is not as it was written."""
    found, problems = _all(folder, "v", read_version)
    problems += [f"'{p.name}' is no version of the ledger; move it elsewhere" for p in _strange(folder)]
    for number, version in found.items():
        before = found.get(number - 1)
        if version.number != number:
            problems.append(f"'v{number:04d}.json' holds version {version.number}")
        if number > 1 and number - 1 not in found and not any(f"'v{number - 1:04d}.json'" in p for p in problems):
            problems.append(f"'v{number - 1:04d}.json' is missing: version {number} follows it")
        if version.previous != (before.digest if before else "") and (before or number == 1):
            problems.append(f"'v{number:04d}.json' does not follow the version before it: one of the two was changed")
    if problems:
        raise DataError(
            f"{folder}", [f"{p}. Restore it from a copy: confirmed targets are never edited." for p in problems]
        )
    return tuple(found[number] for number in sorted(found))


def notes(folder: Path) -> tuple[Note, ...]:
    """Drafts that were sent and answers that came, oldest first."""
    found, problems = _all(folder, "n", read_note)
    if problems:
        raise DataError(f"{folder}", problems)
    return tuple(found[number] for number in sorted(found))


def confirm(folder: Path, version: Version) -> Version:
    """The version as it was written: with its number, its time and the digest of the one before.

    What others confirm in the same moment is never lost: of the same scope, the later one is refused (RunError),
    because it was decided on a version that is no longer the last; of another scope, it takes the next number.
    """
    for _ in range(_TRIES):
        there = versions(folder)
        _same_base(there, version)
        last = there[-1] if there else None
        made = replace(
            version, number=len(there) + 1, written=time_after(last), previous=last.digest if last else ""
        )  # fmt: skip
        with contextlib.suppress(FileExistsError):
            create(folder / f"v{made.number:04d}.json", made.text())
            return made
    raise RunError(f"The ledger in {folder} changes all the time; nothing was confirmed. Try again.")


def note(folder: Path, one: Note) -> None:
    """Keeps a note, under the next number that is free."""
    number = max((n for n, _ in _files(folder, "n")), default=0)
    for _ in range(_TRIES):
        number += 1
        with contextlib.suppress(FileExistsError):
            return create(folder / f"n{number:04d}.json", one.text())
    raise RunError(f"The ledger in {folder} changes all the time; try again.")


def now() -> datetime:
    """This moment, with the place's own offset, so that the day is the writer's day."""
    return datetime.now().astimezone().replace(microsecond=0)


def _same_base(there: tuple[Version, ...], version: Version) -> None:
    of_scope = [v for v in there if v.scope == version.scope]
    last = of_scope[-1] if of_scope else None
    if (last.number if last else 0) == version.base:
        return
    who = f" ({last.author}: {last.reason})" if last else ""
    since = f"version {version.base}" if version.base else "no version yet"
    raise RunError(
        f"Nothing was confirmed: this was decided on {since}, but version {last.number if last else 0} is the last "
        f"by now{who}. Look at it with `workbench plan show`, then decide again with `workbench plan answers`, or "
        f"confirm on top of it with --base {last.number if last else 0}."
    )


def time_after(last: Dated | None, what: str = "version") -> datetime:
    """Now, never before the one before; a clock that is far behind is told instead of believed."""
    at = now()
    if last is None or last.written <= at:
        return at
    if last.written - at > _SKEW:
        raise RunError(
            f"Nothing was confirmed: {what} {last.number} was written on {last.written:%Y-%m-%d %H:%M}, and this "
            f"machine's clock says {at:%Y-%m-%d %H:%M}. Set the clock first."
        )
    return last.written


def create(file: Path, text: str, what: str = "ledger", setting: str = "plan.ledger") -> None:
    """A file that was not there, whole: a killed process leaves a hidden file at most. FileExistsError if it was."""
    with _writable(file.parent, what, setting):
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=".new-")
        hidden = Path(name)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(text.encode("utf-8", "surrogatepass"))
                stream.flush()
                os.fsync(stream.fileno())
            _publish(hidden, file)
        finally:
            hidden.unlink(missing_ok=True)
        file.chmod(0o444)
        _sync(file.parent)


def _publish(hidden: Path, file: Path) -> None:
    """Gives the whole file its name. A link fails where the name is taken, which a rename does not."""
    try:
        os.link(hidden, file)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY))  # reserves the name, where there are no links
        hidden.replace(file)


def _sync(folder: Path) -> None:
    """The folder's own entry on the disk, where the system can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextlib.contextmanager
def _writable(folder: Path, what: str, setting: str) -> Iterator[None]:
    try:
        yield
    except FileExistsError as error:
        if folder.is_dir():
            raise
        raise RunError(f"The {what} cannot be written: {folder} is a file. Name another with {setting}.") from error
    except OSError as error:
        raise RunError(
            f"The {what} cannot be written: {error.strerror or error} ({folder}). Nothing was confirmed, and what "
            f"was confirmed before is as it was."
        ) from error


def _all(folder: Path, kind: str, read: Callable[[str], T]) -> tuple[dict[int, T], list[str]]:
    found, problems = {}, []
    for number, file in _files(folder, kind):
        try:
            found[number] = read(file.read_bytes().decode("utf-8", "surrogatepass"))
        except (OSError, ValueError) as error:
            problems.append(f"'{file.name}': {error}")
    return found, problems


def _files(folder: Path, kind: str) -> list[tuple[int, Path]]:
    if not folder.is_dir():
        return []
    return sorted((int(m[1]), p) for p in folder.iterdir() if (m := re.fullmatch(rf"{kind}(\d{{4,}})\.json", p.name)))


def _strange(folder: Path) -> list[Path]:
    """Files that look like a version but have no number of one, as a copy made by a synchronized drive."""
    known = re.compile(r"[vn]\d{4,}\.json|\..*")
    there = sorted(folder.iterdir()) if folder.is_dir() else []
    return [p for p in there if p.suffix == ".json" and not known.fullmatch(p.name)]
