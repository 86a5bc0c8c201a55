"""Runs notebooks side by side through papermill, and sets the record straight where it says success for failure."""

import contextlib
import logging
import re
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from workbench.publish import kernels, shortage
from workbench.publish.limits import Limits
from workbench.publish.warm import Nursery

import nbformat  # isort: skip  # after kernels, which spares it a slow import
import papermill
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from papermill.engines import Engine, NotebookExecutionManager, papermill_engines
from papermill.exceptions import PapermillExecutionError
from zmq import ZMQError

from workbench.publish import outputs

Status = Literal["ok", "failed", "timed_out", "kernel_died", "skipped"]
MARKER = "papermill-error-cell-tag"  # papermill's own tag: it removes such cells when the notebook is run again
_LOOK_EVERY = 0.2  # seconds between looks at the clock
_INTERRUPTED = "stopped"
_OF_GROUP = re.compile(r"^ *\| (\w[\w.]*: .+)$", re.MULTILINE)  # files and code stand further in
_STARTS = 3  # a kernel that does not start gets two more chances; a cell never runs twice


@dataclass(frozen=True)
class Job:
    """One notebook to run: `parameters` are JSON values of declared names, `environment` is for its kernel alone.

    What of `secrets` its cells show is taken out.
    """

    notebook: Path
    parameters: Mapping[str, Any] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    secrets: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        return self.notebook.stem


@dataclass(frozen=True)
class Executed:
    """How a notebook ended. `cell` counts code cells from 1, as in `In [3]`; `reason` is one line."""

    name: str
    status: Status
    notebook: NotebookNode
    seconds: float
    cell: int | None = None
    reason: str = ""
    reused: str = ""  # the revision that it was taken from, where nothing that makes it has changed


class Progress(Protocol):
    """Hears how far notebooks are; called from several threads."""

    def cell(self, name: str, done: int, total: int) -> None: ...
    def done(self, executed: Executed) -> None: ...


@dataclass
class _Running:
    """What the watchdog and the notebook's thread share."""

    job: Job
    progress: Progress
    limits: Limits
    nursery: Nursery | None = None
    kernel: kernels.Kernel | None = None
    started: float = 0.0
    in_cell: float = 0.0  # since when; 0 before the first
    notebook: NotebookNode | None = None
    stopped: str = ""  # why, for the reader

    @property
    def overdue(self) -> str:
        """Which limit has passed, in words; empty: none."""
        now = time.monotonic()
        return self.limits.passed(now - (self.started or now), now - (self.in_cell or now))

    def stop(self, why: str) -> None:
        self.stopped = self.stopped or why
        if self.kernel is not None:
            self.kernel.stop()


class _Engine(Engine):
    """papermill's engine with our kernel, a hold on the notebook while it runs, and no saving between cells."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: NotebookExecutionManager, kernel_name: str, *, running: _Running, **_: Any
    ) -> None:
        running.notebook = nb_man.nb
        if running.stopped:
            raise DeadKernelError(running.stopped)
        total = sum(map(_runs, nb_man.nb.cells))

        def tell(cell: NotebookNode, cell_index: int) -> None:
            running.in_cell = time.monotonic()
            running.progress.cell(running.job.name, _number(nb_man.nb, cell_index) - 1, total)

        with kernels.kernel(running.job.environment, running.nursery) as kernel:
            running.kernel = kernel
            client = outputs.Client(
                nb_man, timeout=None, startup_timeout=120, iopub_timeout=60, on_cell_start=tell,
                kernel_name=kernel_name, shutdown_kernel="immediate",
            )  # fmt: skip
            client.km, client.owns_km = kernel, True
            client.execute()  # stops the kernel, too


def _write_where_asked(notebook: NotebookNode, path: str | None, write: Any = papermill.execute.write_ipynb) -> None:
    """As papermill writes, but not the text of ours, which go nowhere: pages do. Others in this process get theirs."""
    if path:
        write(notebook, path)


papermill_engines.register("workbench", _Engine)
papermill.execute.write_ipynb = _write_where_asked
logging.getLogger("papermill").setLevel(logging.ERROR)  # it warns of comments it cannot parse; we read them ourselves


def run(
    jobs: Sequence[Job], *, workers: int, limits: Limits, progress: Progress, nursery: Nursery | None = None
) -> list[Executed]:
    """How each notebook ended, in the order given. Ctrl-C stops all kernels and is raised again."""
    executing = [_Running(job, progress, limits, nursery) for job in jobs]
    with ThreadPoolExecutor(workers, thread_name_prefix="notebook") as threads:
        begun = {at: threads.submit(_execute, executing[at]) for at in _longest_first(jobs)}
        futures = {begun[at]: executing[at] for at in range(len(jobs))}
        try:
            _watch(futures, limits)
        except BaseException:
            _stop(futures)
            raise
    return [future.result() for future in futures]


def _longest_first(jobs: Sequence[Job]) -> list[int]:
    """The places of the jobs by how much code they hold, so that no long one is left for the end alone."""

    def code(job: Job) -> int:
        with contextlib.suppress(OSError, ValueError, nbformat.ValidationError):
            cells = nbformat.read(job.notebook, as_version=4).cells
            return sum(len(c.source) for c in cells if c.cell_type == "code")
        return 0

    return sorted(range(len(jobs)), key=lambda at: -code(jobs[at]))


def _watch(futures: Mapping["Future[Executed]", _Running], limits: Limits) -> None:
    """Waits for all, and stops the kernels whose time is up: papermill asks a cell to end, which it may ignore."""
    left, until = set(futures), time.monotonic() + limits.run
    while left:
        _, left = wait(left, timeout=_LOOK_EVERY, return_when=FIRST_COMPLETED)
        for running in (futures[f] for f in left):
            if why := limits.over if time.monotonic() > until else running.overdue:
                running.stop(why)


def _stop(futures: Mapping["Future[Executed]", _Running]) -> None:
    """Stops everything, again and again until it is so: a kernel may be just about to start.

    A second Ctrl-C changes nothing: leaving here early would wait for the notebooks to end by themselves.
    """
    left = {future for future in futures if not future.cancel()}
    while left:
        with contextlib.suppress(KeyboardInterrupt):
            for running in (futures[f] for f in left):
                running.stop(_INTERRUPTED)
            _, left = wait(left, timeout=_LOOK_EVERY)


def _execute(running: _Running) -> Executed:
    """One notebook from start to end, in a thread of its own."""
    queued = bool(running.stopped)
    running.started = time.monotonic()
    status, reason, cell = _started_anew(running)
    status = "skipped" if queued and status == "timed_out" else status
    seconds = round(time.monotonic() - running.started, 3)
    notebook = running.notebook or nbformat.v4.new_notebook()
    outputs.redact(notebook, running.job.secrets)
    reason = outputs.redactor(running.job.secrets)(reason)
    if status != "ok":
        cell = cell or _failed_cell(notebook) or _last_started(notebook)
        _set_right(notebook, status, reason, cell)
    executed = Executed(running.job.name, status, notebook, seconds, cell, reason)
    running.progress.done(executed)
    return executed


def _started_anew(running: _Running) -> tuple[Status, str, int | None]:
    """As `_papermill`; what failed before its first cell is tried again, for nothing of it has run."""
    for attempt in range(1, _STARTS + 1):
        status, reason, cell = _papermill(running)
        if status != "kernel_died" or running.in_cell or running.stopped:
            break
        tried = f"the notebook's Python process could not be started, in {attempt} attempts: {reason}"
        reason = _one_line(tried + shortage.told())
    return status, reason, cell


def _papermill(running: _Running) -> tuple[Status, str, int | None]:
    """Status, reason and cell. Nothing is saved on the way, so notebooks with many figures stay quick."""
    job = running.job
    try:
        papermill.execute_notebook(
            nbformat.read(job.notebook, as_version=4), None, parameters=dict(job.parameters), engine_name="workbench",
            kernel_name="python3", language="python", progress_bar=False, request_save_on_cell_execute=False,
            running=running,
        )  # fmt: skip
    except PapermillExecutionError as error:
        if error.ename == "CellExecutionError" and running.notebook is not None:
            return "failed", _one_line(_unshown(running.notebook)), None
        return "failed", _one_line(f"{error.ename}: {error.evalue}"), None
    except (DeadKernelError, RuntimeError, CellTimeoutError, OSError, ZMQError) as error:
        return _why_stopped(running, error)
    if running.notebook is not None and (cell := _left_early(running.notebook)):
        return "failed", "the notebook ended itself before its last cell", cell
    return "ok", "", None


def _unshown(notebook: NotebookNode) -> str:
    """What a cell says that failed without an error of its own: of a group of errors IPython prints each."""
    failed = (c for c in notebook.cells if c.metadata.get("papermill", {}).get("exception"))
    printed = "".join(o.text for c in failed for o in c.get("outputs", ()) if o.get("name") == "stderr")
    return "; ".join(_OF_GROUP.findall(printed)) or "the cell failed and did not say why"


def _why_stopped(running: _Running, error: Exception) -> tuple[Status, str, int | None]:
    if running.stopped:
        return "skipped" if running.stopped == _INTERRUPTED else "timed_out", running.stopped, None
    if isinstance(error, CellTimeoutError):
        return "failed", "the kernel finished a cell but its outputs did not arrive within 60 s", None
    words = running.kernel.last_words if running.kernel else ""
    if not running.in_cell:
        return "kernel_died", words or _one_line(str(error)) or type(error).__name__, None
    died = "the notebook's Python process died, often for want of memory" + (f": {words}" if words else "")
    return "kernel_died", _one_line(died + shortage.told()), None


def _set_right(notebook: NotebookNode, status: Status, reason: str, cell: int | None) -> None:
    """papermill calls every cell completed after a dead kernel; say which failed, which never ran, and why."""
    notebook.metadata.setdefault("papermill", {})["exception"] = True
    notebook.metadata["workbench"] = {"status": status, "reason": reason, "cell": cell}
    numbered = [c for c in notebook.cells if _runs(c)]
    for number, one in enumerate(numbered, 1):
        if number == cell:
            one.metadata.setdefault("papermill", {}).update(status="failed", exception=True)
            if not any(o.output_type == "error" for o in one.outputs):
                one.outputs.append(nbformat.v4.new_output("error", ename=status, evalue=reason, traceback=[reason]))
        elif cell is None or number > cell:
            one.metadata.setdefault("papermill", {})["status"] = "skipped"
    if not any(_is_marker(c) for c in notebook.cells):
        text = f"This run did not finish: {status}" + (f" in cell {cell}. " if cell else ". ")
        note = nbformat.v4.new_markdown_cell(text + reason, metadata={"tags": [MARKER]})
        notebook.cells.insert(0, note)


def _runs(cell: NotebookNode) -> bool:
    return cell.cell_type == "code" and bool(cell.source.strip())


def _is_marker(cell: NotebookNode) -> bool:
    return MARKER in cell.metadata.get("tags", ())


def _started(cell: NotebookNode) -> bool:
    return bool(cell.metadata.get("papermill", {}).get("start_time"))


def _last_started(notebook: NotebookNode) -> int | None:
    return sum(_started(c) for c in notebook.cells if _runs(c)) or None


def _left_early(notebook: NotebookNode) -> int | None:
    """The cell after which a notebook stopped without an error (by sys.exit), if it did."""
    cells = [c for c in notebook.cells if _runs(c)]
    return _last_started(notebook) if not all(map(_started, cells)) else None


def _failed_cell(notebook: NotebookNode) -> int | None:
    cells = [c for c in notebook.cells if _runs(c)]
    wrong = (n for n, c in enumerate(cells, 1) if c.metadata.get("papermill", {}).get("exception"))
    return next(wrong, None)


def _number(notebook: NotebookNode, index: int) -> int:
    """The number of the cell at a place, counted as the kernel counts."""
    return sum(map(_runs, notebook.cells[: index + 1]))


def _one_line(text: str, longest: int = 300) -> str:
    """A text on one line, which steers no terminal and turns no writing round; cut where it is long."""
    line = "".join(c if c.isprintable() else "�" for c in " ".join(text.split()))
    return line if len(line) <= longest else line[: longest - 1] + "…"
