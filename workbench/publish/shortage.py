"""What this machine is short of, in a reader's words, where a notebook's process could not start or died."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator

import psutil

_FILES = 128  # a run of a few notebooks needs about half of these
_SCRATCH = 10_000_000  # bytes in the folder for temporary files; a kernel alone takes 20 KB of them
_MEMORY = 200_000_000  # bytes; a kernel with its libraries takes about as much


def told() -> str:
    """What is short and what to do, as a sentence's end that begins with a semicolon; empty where nothing is."""
    return "".join(f"; {one}" for one in _short())


def _short() -> Iterator[str]:
    if (most := _open_files()) is not None and most < _FILES:
        yield f"a process may open {most} files here: allow 1024 with ulimit -n"
    with contextlib.suppress(OSError):
        folder = tempfile.gettempdir()
        if (left := shutil.disk_usage(folder).free) < _SCRATCH:
            yield f"{folder} has {left / 1e6:.2f} MB left: free some, or name another folder in TMPDIR"
    with contextlib.suppress(OSError):
        if (left := psutil.virtual_memory().available) < _MEMORY:
            yield f"{left / 1e6:.0f} MB of memory are left: end other programs, or take fewer --workers"


def _open_files() -> int | None:
    """How many files a process may open; None where the system does not tell, or sets no limit."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return None if soft == resource.RLIM_INFINITY else soft
