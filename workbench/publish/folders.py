"""Where reports live: `reports/<as_of>/<company>[, <scope>]/r<N>/`, written in a hidden folder, renamed when whole."""

import contextlib
import hashlib
import itertools
import json
import os
import re
import secrets
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from workbench.errors import RunError

fcntl: ModuleType | None
try:
    import fcntl
except ImportError:  # Windows has no such locks; there, a killed run's hidden folder stays until someone removes it
    fcntl = None

_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])", re.IGNORECASE)
_TRIES = 20
_LONGEST = 80  # bytes: leaves room for two in systems that allow 255 bytes for a name


@dataclass(frozen=True)
class Staging:
    """A revision being written: `folder` is hidden, `revision` is its number and nobody else's."""

    parent: Path
    revision: int
    folder: Path

    @property
    def name(self) -> str:
        return f"r{self.revision}"


def name(company: str, scope: str, *, marked: bool = False) -> str:
    """The folder of a company's reports, or of those for one part of it: no slug holds the blank between the two."""
    return f"{slug(company)}, {slug(scope, marked=marked)}" if scope else slug(company)


def alike(scopes: Sequence[str]) -> set[str]:
    """Those whose names differ from another's by case alone, which not every file system tells apart."""
    found = Counter(slug(scope).casefold() for scope in scopes)
    return {scope for scope in scopes if found[slug(scope).casefold()] > 1}


def marked(day: Path, company: str, scope: str, *, crowded: bool) -> bool:
    """Whether the folder of a part is to have a hash in its name: where it has one on some day, where another part has
    its name but for case on this day, and where such a one is being made (`crowded`) and this one was there never."""
    plain, own = name(company, scope), name(company, scope, marked=True)
    if own == plain:
        return False
    days = [d for d in day.parent.glob("????-??-??") if d.is_dir()]
    if any((d / own).is_dir() for d in days):
        return True
    if same := {p.name for p in (day.iterdir() if day in days else ()) if p.name.casefold() == plain.casefold()}:
        return plain not in same
    return crowded and not any(plain == p.name for d in days for p in d.iterdir())


def slug(text: str, *, marked: bool = False) -> str:
    """A folder name for a text, readable where it can be and unique: a short hash follows if anything was replaced, or
    if it is to be `marked`."""
    short = _cut("".join(c if c.isalnum() or c in "=-_.," else "_" for c in text).strip("._- "), _LONGEST)
    if _RESERVED.fullmatch(short.partition(".")[0]):
        short = f"_{short}"
    if short == text and not marked:
        return short
    mark = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()
    return f"{short}-{mark}" if short else mark


def revisions(parent: Path) -> list[tuple[int, Path]]:
    """The finished revisions in a folder, failed ones too, oldest first."""
    if not parent.is_dir():
        return []
    found = [(int(m[1]), p) for p in parent.iterdir() if (m := re.fullmatch(r"r(\d+)(-failed)?", p.name))]
    return sorted(found)


@contextlib.contextmanager
def staged(parent: Path) -> Iterator[Staging]:
    """A fresh hidden folder with the next revision's number; what is still there at the end is removed."""
    with writable(parent), contextlib.ExitStack() as held:
        held.callback(_remove_empty, parent)
        staging = _begun(parent, held)
        held.callback(shutil.rmtree, staging.folder, ignore_errors=True)
        yield staging


def empty(folder: Path, *, keep: str) -> None:
    """Removes everything in a folder but one entry; what a link leads to stays."""
    for entry in folder.iterdir():
        if entry.name != keep and entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        elif entry.name != keep:
            entry.unlink()


def finish(staging: Staging, *, good: bool) -> Path:
    """The folder's final place; a failed run's says so in its name."""
    target = staging.parent / (staging.name if good else f"{staging.name}-failed")
    staging.folder.rename(target)
    return target


@contextlib.contextmanager
def writable(folder: Path, what: str = "The report") -> Iterator[None]:
    """Turns the system's refusal to write (read-only, full, a file in the way) into an error that says what to do."""
    try:
        yield
    except OSError as error:
        where = error.filename or folder
        raise RunError(
            f"{what} cannot be written: {error.strerror or error} ({where}). Free the place or name another "
            f"folder with --out. Earlier reports are as they were."
        ) from error


@contextlib.contextmanager
def readable() -> Iterator[None]:
    """Turns the system's refusal to read (a failing disk, a network's folder that is gone) into an error in words."""
    try:
        yield
    except OSError as error:
        where = error.filename or "A file"
        raise RunError(
            f"{where} cannot be read: {error.strerror or error}. Look at its disk or network folder and run it again. "
            f"Earlier reports are as they were."
        ) from error


def told(file: Path) -> dict[str, Any]:
    """What a JSON file beside a table says; empty where it is not there, damaged, or no object."""
    try:
        content = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def write(file: Path, content: str | bytes) -> None:
    """Writes all of a file or nothing: readers see the old one or the new one."""
    data = content.encode("utf-8") if isinstance(content, str) else content
    new = file.with_name(f".new-{secrets.token_hex(8)}")
    try:
        with new.open("xb") as stream:  # who may read it is told by the umask, as of every other file
            stream.write(data)
        new.replace(file)
    except BaseException:  # Ctrl-C too; it is raised again
        new.unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def alone(folder: Path, *, wait: bool = True) -> Iterator[None]:
    """One process at a time gets past this for a folder; without `wait`, BlockingIOError if another is there."""
    if fcntl is None:
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)


def _begun(parent: Path, held: contextlib.ExitStack) -> Staging:
    """A revision of our own. A run that ends just now may take the empty folder away from under us: try again."""
    for left in itertools.count(-_TRIES):
        with contextlib.suppress(*([FileNotFoundError] if left else [])):
            parent.mkdir(parents=True, exist_ok=True)
            with alone(parent):
                _sweep(parent)
                staging = _reserve(parent)
                held.enter_context(alone(staging.folder))  # tells others that this run lives, even if it is killed
            break
    return staging


def _reserve(parent: Path) -> Staging:
    """mkdir is atomic, so two runs at once get two numbers, even where the system has no locks."""
    number = max((n for n, _ in revisions(parent)), default=0)
    while True:
        number += 1
        hidden = parent / f".r{number}"
        with contextlib.suppress(FileExistsError):
            hidden.mkdir()
            if number not in dict(revisions(parent)):
                return Staging(parent, number, hidden)
            hidden.rmdir()


def sweep(parent: Path) -> None:
    """Removes what killed runs left in a folder of revisions, and the folder if it is empty."""
    _sweep(parent)
    _remove_empty(parent)


def _sweep(parent: Path) -> None:
    """Removes hidden folders whose run was killed: nobody holds them."""
    for folder in parent.glob(".r*") if fcntl else ():
        with contextlib.suppress(BlockingIOError, FileNotFoundError), alone(folder, wait=False):
            shutil.rmtree(folder, ignore_errors=True)


def _remove_empty(parent: Path) -> None:
    """A run that was stopped leaves not even the folders it would have filled."""
    with contextlib.suppress(OSError):
        parent.rmdir()
        parent.parent.rmdir()


def _cut(text: str, size: int) -> str:
    return text.encode("utf-8", "replace")[:size].decode("utf-8", "ignore")
