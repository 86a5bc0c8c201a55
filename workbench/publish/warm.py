"""A process that has the libraries loaded and forks a kernel from itself on request: imports are paid once a run.

Linux only: elsewhere forking a process with these libraries is not safe. `kernels` falls back to ordinary kernels.
The process stays single-threaded, so a fork copies all there is; threads of its kernels start after the fork.
"""

import contextlib
import gc
import importlib
import itertools
import json
import os
import pkgutil
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Iterable, Iterator, Mapping
from io import FileIO
from pathlib import Path
from typing import IO, Any, NoReturn, cast

from workbench.publish import folders
from workbench.publish.printed import prepare
from workbench.publish.processes import adopt, end_descendants

READERS = ("pandas", "duckdb", "pyarrow.parquet", "ibis", "ibis.backends.duckdb", "workbench.sources")
LIBRARIES = (
    "ipykernel.kernelapp", "ipykernel.ipkernel", "ipykernel.debugger", "IPython.core.completerlib",
    "IPython.core.debugger", "IPython.extensions.storemagic", "IPython.display", "tornado.platform.asyncio",
    "jinja2", "babel.numbers", "babel.dates", "holidays", "matplotlib.figure", "matplotlib.dates",
    "matplotlib.backends.backend_svg", "matplotlib.patheffects", "statsmodels.tsa.seasonal",
    "statsmodels.duration.survfunc", "statsmodels.genmod.generalized_linear_model",
    "statsmodels.tsa.statespace.structural", "scipy.stats", "scipy.optimize", "pyarrow.dataset", "python_calamine",
    "holidays.countries",
)  # fmt: skip
_PATIENCE = 10  # seconds for a killed process to be gone
_ENVIRONMENT = {
    "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1",  # pools would start at import
    "JE_ARROW_MALLOC_CONF": "background_thread:false",  # pyarrow's allocator would start one
    "PYTHONHASHSEED": "0",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",  # read when matplotlib is imported
}  # fmt: skip


class Nursery:
    """The parent's hold on the warm process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._scratch = tempfile.TemporaryDirectory(prefix="wb-", ignore_cleanup_errors=True)
        around = {**_ENVIRONMENT, "TMPDIR": self._scratch.name}  # libraries leave files there where HOME takes none
        command = [sys.executable, "-m", "workbench.publish.warm", str(os.getpid())]
        self._process = subprocess.Popen(  # noqa: S603
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            start_new_session=True, env={**os.environ, **around},
        )  # fmt: skip  # a session of its own, so that Ctrl-C reaches us alone
        self._asks, self._answers = cast("IO[str]", self._process.stdin), cast("IO[str]", self._process.stdout)
        self.guard(scratch=Path(self._scratch.name))

    def fork(self, connection_file: str, environment: Mapping[str, str], log: str) -> int | None:
        """The process id of a new kernel; None when the warm process cannot make one."""
        asked = json.dumps({"connection_file": connection_file, "environment": dict(environment), "log": log})
        with self._lock, contextlib.suppress(OSError, ValueError):
            self._asks.write(asked + "\n")
            self._asks.flush()
            return int(self._answers.readline())
        return None

    def guard(self, place: Path | None = None, *, scratch: Path | None = None) -> None:
        """Should we be killed, the warm process sweeps a folder of revisions, and removes a folder for scratch."""
        with self._lock, contextlib.suppress(OSError, ValueError):
            kind, folder = ("place", place) if place else ("scratch", scratch)
            self._asks.write(json.dumps({kind: str(folder)}) + "\n")
            self._asks.flush()

    def read_ahead(self, given: Mapping[str, Any], environment: Mapping[str, str]) -> None:
        """Reads the sources that notebooks with these parameters share, while the rest of the libraries still load."""
        with self._lock, contextlib.suppress(OSError, ValueError):
            self._asks.write(json.dumps({"ahead": {"given": dict(given), "environment": dict(environment)}}) + "\n")
            self._asks.flush()

    def end_children(self) -> None:
        """Ends what was forked and is still there."""
        end_descendants(self._process.pid)

    def give_up(self) -> None:
        """Nobody waits for it any longer; who asks is told None."""
        self._process.kill()

    def stop(self) -> None:
        """Ends the warm process and all that its kernels left."""
        self.end_children()
        self._process.kill()
        self._process.communicate()
        self._scratch.cleanup()


@contextlib.contextmanager
def nursery() -> Iterator[Nursery | None]:
    """A warm process that starts at once, in the background; None where it is not to be had."""
    if sys.platform != "linux":
        yield None
        return
    made = Nursery()
    try:
        yield made
    finally:
        made.stop()


def main() -> None:
    """Loads everything, then forks a kernel for each line on stdin and answers with its process id.

    Its argument is the process that asks: it may be gone before this one has begun.
    """
    gc.disable()  # what is loaded stays: to look through it again and again would be a quarter of loading it
    answers, asker = os.dup(1), int(sys.argv[1])
    os.dup2(2, 1)  # nothing that a library prints may pass for an answer
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system reaps ended children at once
    adopt()
    asks = open(0, "rb", buffering=0)  # noqa: SIM115 for as long as we live; what is buffered `select` does not see
    _load(READERS, asker)
    _suit_small_tables()
    _end_threads()
    asked = _read_ahead(asks, answers)
    with _no_debugger():
        _load(LIBRARIES, asker)
    _load_all_of_ours()
    if _threads() > 1:
        return  # a fork would copy locks that other threads hold; ordinary kernels will do
    gc.freeze()
    gc.enable()
    places, scratch = [], []
    for line in itertools.chain(asked, asks):
        told = json.loads(line)
        if "connection_file" not in told:
            places += [Path(told["place"])] if "place" in told else []
            scratch += [Path(told["scratch"])] if "scratch" in told else []
            continue
        scratch.append(Path(told["connection_file"]).parent)
        if os.getppid() != asker:
            continue  # nobody waits for it
        pid = os.fork()
        if pid == 0:
            os.close(answers)  # or we would not notice the end of this process
            _become_kernel(**told)
        with contextlib.suppress(OSError):
            os.setpgid(pid, pid)
        os.write(answers, f"{pid}\n".encode())
    _clear_up(asker, places, scratch)


def _suit_small_tables() -> None:
    """A report makes thousands of small tables: text in Python's own strings costs less there than in Arrow's.

    What lives long is frozen before a fork, so kernels search for garbage seldom.
    """
    with contextlib.suppress(ImportError):
        import pandas as pd

        pd.set_option("mode.string_storage", "python")
    gc.set_threshold(50_000, 20, 50)


def _end_threads() -> None:
    """Importing duckdb opened a connection, with a thread; the next use opens another."""
    import duckdb

    duckdb.default_connection().close()


def _read_ahead(asks: FileIO, answers: int) -> list[bytes]:
    """What has been asked by now; sources that are to be read ahead are, in a process of their own."""
    asked = []
    while select.select([asks], [], [], 0)[0] and (line := asks.readline()):
        asked.append(line)
        if (ahead := json.loads(line).get("ahead")) and _threads() == 1 and os.fork() == 0:
            os.close(answers)  # or nobody would notice the end of this process
            _become_reader(**ahead)
    return asked


def _threads() -> int:
    return len(list(Path("/proc/self/task").iterdir()))


def _become_reader(given: dict[str, Any], environment: dict[str, str]) -> NoReturn:
    """The child's whole life. What is wrong with the sources is told by the notebook that reads them again."""
    gc.freeze()
    gc.enable()
    try:
        os.environ.update(environment)
        tempfile.tempdir = None  # found anew from the environment
        import workbench as wb

        wb.load(wb.Run.start(given["settings"], as_of=given["as_of"]))
    finally:
        os._exit(0)


def _clear_up(asker: int, places: Iterable[Path], scratch: Iterable[Path]) -> None:
    """Who asked is gone without a word, so it was killed: ends its kernels, removes what it was writing."""
    end_descendants(os.getpid())
    for folder in scratch:
        shutil.rmtree(folder, ignore_errors=True)
    until = time.monotonic() + _PATIENCE
    while os.getppid() == asker and time.monotonic() < until:
        time.sleep(0.01)  # until then the system holds its locks
    for place in places:
        folders.sweep(place)


@contextlib.contextmanager
def _no_debugger() -> Iterator[None]:
    """Nobody attaches a debugger to a kernel of a report, and loading one is half of what starting a kernel costs."""
    sys.modules.setdefault("debugpy", None)  # type: ignore[arg-type]
    try:
        yield
    finally:
        if sys.modules["debugpy"] is None:
            del sys.modules["debugpy"]


def _load(libraries: Iterable[str], asker: int) -> None:
    """Imports what notebooks use, as long as there is someone to use it. What is missing is the notebook's to tell."""
    for name in libraries:
        if os.getppid() != asker:
            return
        with contextlib.suppress(ImportError):
            importlib.import_module(name)


def _load_all_of_ours() -> None:
    import workbench

    for module in pkgutil.walk_packages(workbench.__path__, "workbench."):
        if not module.name.startswith(("workbench.publish", "workbench.cli")):
            with contextlib.suppress(ImportError):
                importlib.import_module(module.name)
    _first_uses()


def _first_uses() -> None:
    """Does once what each kernel would do anew: reads all texts, compiles templates, learns the calendar, draws."""
    from workbench.periods import spring_festival
    from workbench.views import shell

    shell.ready()
    spring_festival(2026)


def _become_kernel(connection_file: str, environment: dict[str, str], log: str) -> NoReturn:
    """The child's whole life: its own group, environment, output and scratch folder, then an ordinary kernel."""
    with contextlib.suppress(OSError):
        os.setpgid(0, 0)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    handle, nothing = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT), os.open(os.devnull, os.O_RDONLY)
    for own, stream in ((nothing, 0), (handle, 1), (handle, 2)):
        os.dup2(own, stream)
    os.environ.clear()
    os.environ.update(environment)
    tempfile.tempdir = None  # found anew from the environment
    code = 1
    try:
        from ipykernel.iostream import OutStream
        from ipykernel.kernelapp import IPKernelApp

        prepare(OutStream)
        orphaned = f"--IPKernelApp.parent_handle={os.getppid()}"  # a kernel whose parent is gone ends itself
        IPKernelApp.launch_instance(["-f", connection_file, "--HistoryManager.enabled=False", orphaned])
        code = 0
    finally:
        if not isinstance(sys.exc_info()[1], SystemExit | None):
            traceback.print_exc(file=sys.__stderr__)  # its last words say why it did not start
        sys.stdout.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
