"""Temporary folders that do not outlive their process by long: what a killed one left goes when the next makes its own.

A folder is held by a lock on it, which the system frees however its process ends; unlike a process number, it says the
same in every container that shares the folder for temporary files.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
import weakref
from pathlib import Path
from types import ModuleType

fcntl: ModuleType | None
try:
    import fcntl
except ImportError:  # Windows has no such locks; there, what a killed process left stays
    fcntl = None

_YOUNG = 60  # seconds: a folder may have been made by a process that is about to hold it


def folder(what: str) -> tempfile.TemporaryDirectory[str]:
    """A folder of this process alone, `workbench-<what>-…`; it goes with the object, or by `with`."""
    for left in Path(tempfile.gettempdir()).glob(f"workbench-{what}-*"):
        _remove_if_left(left)
    made = tempfile.TemporaryDirectory(prefix=f"workbench-{what}-", ignore_cleanup_errors=True)
    with contextlib.suppress(OSError):  # a file system without locks; nobody can take it for left behind either
        weakref.finalize(made, os.close, _held(Path(made.name)))
    return made


def _held(place: Path) -> int:
    """A handle that holds a folder until it is closed; OSError where another holds it or there are no locks."""
    if fcntl is None:
        raise OSError(f"no locks to hold {place}")
    handle = os.open(place, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise
    return handle


def _remove_if_left(place: Path) -> None:
    with contextlib.suppress(OSError):
        if time.time() - place.stat().st_mtime > _YOUNG:
            handle = _held(place)
            shutil.rmtree(place, ignore_errors=True)
            os.close(handle)
