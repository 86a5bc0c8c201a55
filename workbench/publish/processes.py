"""Processes that notebooks leave behind: found, wherever they hid, and ended."""

import contextlib
import sys
from collections.abc import Iterable
from pathlib import Path

import psutil

_BECOME_PARENT = 36  # PR_SET_CHILD_SUBREAPER in linux/prctl.h
_ROUNDS = 100  # a process that starts others faster than we end them gets no more than these


def descendants(pid: int | None) -> list[psutil.Process]:
    """The children of a process and theirs, youngest last; none where it is gone."""
    if pid is None:
        return []
    with contextlib.suppress(psutil.Error):
        return psutil.Process(pid).children(recursive=True)
    return []


def marked(folder: Path) -> list[psutil.Process]:
    """The processes that were started with `folder` in their environment, even if all between us and them are gone."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if any(str(folder) in value for value in process.environ().values()):
                found.append(process)
    return found


def end(processes: Iterable[psutil.Process]) -> None:
    """Ends processes at once; those that are gone stay so, and a number that was given anew is left alone."""
    for process in processes:
        with contextlib.suppress(psutil.Error):
            process.kill()


def end_descendants(pid: int) -> None:
    """Ends all that a process started, again until there is nothing more: what they start meanwhile ends, too."""
    for _ in range(_ROUNDS):
        living = [p for p in descendants(pid) if alive(p.pid)]
        if not living:
            return
        end(living)
        psutil.wait_procs(living, timeout=0.05)


def adopt() -> None:
    """Makes this process the parent of all below it whose own parent ends, so none gets out of sight. Linux only."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_BECOME_PARENT, 1, 0, 0, 0)


def alive(pid: int) -> bool:
    """Whether a process is there and not merely waiting for its parent to hear of its end."""
    with contextlib.suppress(psutil.Error):
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    return False
