"""Results that the notebooks of one report run share: the first that asks computes, the others wait and read.

Each result is known by its content: the name of what computes it and every value it was given, frames included, so
another day, scope, seed or file is another result. A publisher makes the folder (`kept`), names it in the environment
and removes it at the end. A notebook run by itself computes what it needs and keeps nothing.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import os
import pickle
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from workbench import temporary

fcntl: ModuleType | None
try:
    import fcntl
except ImportError:  # Windows has no such locks; there, several may compute the same
    fcntl = None

FOLDER = "WORKBENCH_SHARED"
ALL = "WORKBENCH_SHARED_BY_ALL"  # where many reports are made of one company: for what is the same in all of them
LONGEST_WAIT = 1800.0  # seconds for a result that another process computes; then we compute it ourselves
_MISSING = object()
_UNREADABLE = (OSError, EOFError, pickle.UnpicklingError, AttributeError, ImportError, IndexError, KeyError, ValueError)


def remembered(compute: Callable[..., Any], *given: Any, **named: Any) -> Any:
    """What `compute(*given, **named)` returns, computed once for all notebooks of a report run.

    What cannot be told apart by its content (a function among the values) is computed each time.
    """
    name = f"{compute.__module__}.{compute.__qualname__}"
    return once(name, lambda: compute(*given, **named), given, named)


def once(name: str, compute: Callable[[], Any], *keys: Any, by_all: bool = False) -> Any:
    """What `compute()` returns, computed once for `name` and the content of `keys`; `by_all` reports of one command.

    If the process that computes is killed, its lock is free at once, and one that waits computes instead.
    """
    place = place_of(name, *keys, by_all=by_all)
    if place is None:
        return compute()
    if (found := _read(place)) is not _MISSING:
        return found
    with _turn(place.with_suffix(".lock")):
        if (found := _read(place)) is not _MISSING:
            return found
        made = compute()
        _write(place, made)
        return made


def place_of(name: str, *keys: Any, by_all: bool = False) -> Path | None:
    """The file that keeps this result; None where nobody shares, or its keys cannot be told by their content."""
    folder = (_shared(ALL) if by_all else None) or _shared(FOLDER)
    if folder is None:
        return None
    try:
        return folder / f"{fingerprint(name, keys)}.pickle"
    except (pickle.PicklingError, TypeError, AttributeError):
        return None


def fingerprint(*values: Any) -> str:
    """A short text that equal content gives in every process, and other content does not."""
    mark = hashlib.blake2b(digest_size=16)
    _tell(mark, values)
    return mark.hexdigest()


@contextlib.contextmanager
def kept() -> Iterator[Path]:
    """A private folder for the results of one run, removed at the end; what killed runs left behind goes, too."""
    with temporary.folder("shared") as name:
        yield Path(name)


def _shared(variable: str) -> Path | None:
    """The run's folder. Unpickling runs code, so it must be ours and nobody else may write to it."""
    name = os.environ.get(variable)
    if not name:
        return None
    try:
        about = Path(name).stat()
    except OSError:
        return None
    ours = os.name != "posix" or (about.st_uid == os.getuid() and not about.st_mode & 0o077)
    return Path(name) if ours else None


def _read(file: Path) -> Any:
    try:
        return pickle.loads(file.read_bytes())  # noqa: S301 from a folder that only we can write to
    except _UNREADABLE:
        return _MISSING


def _write(file: Path, result: Any) -> None:
    """Keeps a result, whole or not at all; one that cannot be kept (a full disk) is simply not shared."""
    new = file.with_suffix(f".{os.getpid()}")
    try:
        new.write_bytes(pickle.dumps(result, protocol=pickle.HIGHEST_PROTOCOL))
        new.replace(file)
    except (OSError, pickle.PicklingError, TypeError, AttributeError):
        with contextlib.suppress(OSError):
            new.unlink(missing_ok=True)


@contextlib.contextmanager
def _turn(lock: Path) -> Iterator[None]:
    """Waits until nobody else is here; gives up after LONGEST_WAIT, because to compute twice is better than to hang."""
    if fcntl is None:
        yield
        return
    with contextlib.ExitStack() as held:
        with contextlib.suppress(OSError):
            handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
            held.callback(os.close, handle)
            _wait(handle, fcntl)
        yield


def _wait(handle: int, locks: ModuleType) -> None:
    until, pause = time.monotonic() + LONGEST_WAIT, 0.005
    while time.monotonic() < until:
        with contextlib.suppress(BlockingIOError):
            locks.flock(handle, locks.LOCK_EX | locks.LOCK_NB)
            return
        time.sleep(pause)
        pause = min(pause * 1.5, 0.1)


def _tell(mark: Any, value: Any) -> None:
    """Adds a value's content to a fingerprint; equal content gives equal fingerprints in every process."""
    mark.update(f"<{type(value).__module__}.{type(value).__qualname__}>".encode())
    if isinstance(value, list | tuple):
        _parts(mark, value)
    elif isinstance(value, Mapping):
        _parts(mark, [part for pair in value.items() for part in pair])
    elif isinstance(value, set | frozenset):
        _parts(mark, sorted(value, key=repr))
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        _parts(mark, [(f.name, getattr(value, f.name)) for f in dataclasses.fields(value)])
    elif hasattr(value, "model_dump_json"):
        mark.update(value.model_dump_json().encode())
    elif type(value).__module__.partition(".")[0] == "pandas" and hasattr(value, "columns"):
        _tell_frame(mark, value)
    elif type(value).__module__.partition(".")[0] == "pandas" and hasattr(value, "to_frame"):
        _tell_frame(mark, value.to_frame())  # an index remembers what it was asked, and a pickle of it holds that
    else:
        mark.update(pickle.dumps(value, protocol=4))


def _parts(mark: Any, values: Any) -> None:
    mark.update(f"{len(values)}:".encode())
    for value in values:
        _tell(mark, value)


def _tell_frame(mark: Any, frame: Any) -> None:
    """By values: two equal frames may be laid out differently in memory."""
    import pandas as pd

    mark.update(repr([(str(name), str(kind)) for name, kind in frame.dtypes.items()]).encode())
    mark.update(str(frame.index.names).encode())
    mark.update(pd.util.hash_pandas_object(frame, index=True).to_numpy().tobytes())
