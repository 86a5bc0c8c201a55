"""How a notebook ended is told truly, whatever papermill says, by real kernels."""

import asyncio
import json
import os
import sys
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

import nbformat
import papermill
import psutil
import pytest

from workbench.publish import kernels, runner
from workbench.publish.limits import Limits
from workbench.publish.runner import Executed, Job

WRITE_PIDS = """import os, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
open(os.environ["PIDS"], "w").write(f"{os.getpid()} {child.pid} {os.environ['TMPDIR']}")"""


class Heard:
    """Progress that remembers."""

    def __init__(self) -> None:
        self.cells: list[tuple[str, int, int]] = []
        self.ended: list[str] = []

    def cell(self, name: str, done: int, total: int) -> None:
        self.cells.append((name, done, total))

    def done(self, executed: Executed) -> None:
        self.ended.append(executed.name)


@pytest.fixture(scope="module")
def heard() -> Heard:
    return Heard()


@pytest.fixture(scope="module")
def ended(company: Path, notebook: Callable[..., Path], heard: Heard) -> dict[str, Executed]:
    """Several notebooks run side by side, each ending its own way."""
    look = "import os, sys, tempfile; print(as_of, sys.executable, os.environ['WHO'], os.environ['OMP_NUM_THREADS'])"
    made = [
        notebook("good", "# first\nx = 1", look),
        notebook("wrong", "x = 1", "print('before')\n1 / 0", "print('never')"),
        notebook("killed", WRITE_PIDS, "os.kill(os.getpid(), 9)", "print('never')"),
        notebook("left", "import sys; sys.exit()", "print('never')"),
    ]
    threads = kernels.bounded_threads(os.cpu_count() or 1)
    jobs = [
        Job(path, {"as_of": "2026-01-31"}, {"WHO": path.stem, "PIDS": str(company / f"{path.stem}.pids"), **threads})
        for path in made
    ]
    return {e.name: e for e in runner.run(jobs, workers=2, limits=Limits(120), progress=heard)}


@pytest.fixture(scope="module")
def slow(company: Path, notebook: Callable[..., Path]) -> Executed:
    path = notebook("slow", WRITE_PIDS, "import time; time.sleep(600)", "print('never')")
    job = Job(path, {}, {"PIDS": str(company / "slow.pids")})
    return runner.run([job], workers=1, limits=Limits(6), progress=Heard())[0]


def outputs(executed: Executed, text: str) -> list:
    return next(c.outputs for c in executed.notebook.cells if c.cell_type == "code" and text in c.source)


def cell_states(executed: Executed) -> list[str]:
    return [c.metadata.papermill.status for c in executed.notebook.cells if c.cell_type == "code"]


def test_notebooks_end_in_the_order_given(ended: dict[str, Executed]) -> None:
    assert {name: e.status for name, e in ended.items()} == {
        "good": "ok",
        "wrong": "failed",
        "killed": "kernel_died",
        "left": "failed",
    }
    assert list(ended) == ["good", "wrong", "killed", "left"]


def test_a_kernel_runs_this_python_with_its_own_environment(ended: dict[str, Executed]) -> None:
    assert outputs(ended["good"], "sys.executable")[0].text == f"2026-01-31 {sys.executable} good 1\n"


def test_a_failed_cell_is_named_as_jupyter_counts(ended: dict[str, Executed]) -> None:
    wrong = ended["wrong"]

    assert (wrong.cell, wrong.reason) == (4, "ZeroDivisionError: division by zero")
    assert cell_states(wrong) == ["completed", "completed", "completed", "failed", "skipped"]
    failing = next(c for c in wrong.notebook.cells if c.cell_type == "code" and "1 / 0" in c.source)
    assert failing.execution_count == wrong.cell


def test_what_a_failing_notebook_had_shown_is_kept(ended: dict[str, Executed]) -> None:
    assert outputs(ended["wrong"], "1 / 0")[0].text == "before\n"


def test_a_dead_kernel_is_no_success(ended: dict[str, Executed]) -> None:
    killed = ended["killed"]

    assert killed.cell == 4
    assert "died" in killed.reason
    assert cell_states(killed) == ["completed", "completed", "completed", "failed", "skipped"]
    assert killed.notebook.metadata.papermill.exception is True
    assert outputs(killed, "os.kill")[-1].ename == "kernel_died"


def test_a_notebook_that_leaves_early_is_no_success(ended: dict[str, Executed]) -> None:
    assert ended["left"].cell == 3
    assert cell_states(ended["left"])[-1] == "skipped"


def test_the_time_limit_is_for_the_whole_notebook(slow: Executed) -> None:
    assert slow.status == "timed_out"
    assert slow.reason == "it took longer than 6 s; allow more with --timeout"
    assert cell_states(slow)[-1] == "skipped"


def test_no_process_and_no_file_of_a_stopped_kernel_is_left(
    company: Path, slow: Executed, ended: dict[str, Executed]
) -> None:
    files = [f for f in (company / "killed.pids", company / "slow.pids") if f.exists()]
    told = [word for f in files for word in f.read_text().split()]
    pids = [int(p) for p in told if p.isdigit()]
    psutil.wait_procs([psutil.Process(p) for p in pids if psutil.pid_exists(p)], timeout=20)

    assert len(pids) >= 2
    assert [p for p in pids if psutil.pid_exists(p)] == []
    assert [p for p in told if not p.isdigit() and Path(p).exists()] == []


def test_progress_hears_every_cell_and_every_end(ended: dict[str, Executed], heard: Heard) -> None:
    assert sorted(heard.ended) == sorted(ended)
    assert ("good", 3, 4) in heard.cells


def test_the_notebook_on_disk_is_not_touched(company: Path, ended: dict[str, Executed]) -> None:
    for name in ended:
        cells = json.loads((company / f"{name}.ipynb").read_text("utf-8"))["cells"]
        assert [c["outputs"] for c in cells] == [[]] * len(cells)


def test_notebooks_that_others_run_through_papermill_are_written_where_they_ask(tmp_path: Path) -> None:
    """`wb.report` runs in the analyst's own process."""
    papermill.execute.write_ipynb(nbformat.v4.new_notebook(), str(tmp_path / "own.ipynb"))
    assert nbformat.read(tmp_path / "own.ipynb", as_version=4).cells == []


def test_a_second_ctrl_c_does_not_wait_for_the_notebook() -> None:
    class Impatient:
        times = 0

        def stop(self, why: str) -> None:
            self.times += 1
            if self.times < 3:
                raise KeyboardInterrupt
            future.set_result(None)

    future: Future = Future()
    future.set_running_or_notify_cancel()
    running = Impatient()
    runner._stop({future: running})

    assert (running.times, future.done()) == (3, True)


@pytest.mark.parametrize(("lives", "said"), [(False, "died before"), (True, "didn't respond in 0 seconds")])
def test_a_kernel_that_never_answers_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, lives: bool, said: str) -> None:
    async def no() -> bool:
        return False

    async def alive() -> bool:
        return lives

    client = kernels._Client()
    monkeypatch.setattr(client, "_answers", no)
    monkeypatch.setattr(client, "_async_is_alive", alive)

    with pytest.raises(RuntimeError, match=said):
        asyncio.run(client.wait_for_ready(timeout=0))


def test_every_output_of_a_cell_that_shows_thousands_arrives(notebook: Callable[..., Path]) -> None:
    job = Job(notebook("many", "for i in range(4000): display(i)"))

    executed = runner.run([job], workers=1, limits=Limits(120), progress=Heard())[0]

    assert executed.status == "ok"
    assert [o.data["text/plain"] for o in outputs(executed, "range(4000)")] == [str(i) for i in range(4000)]


def test_a_group_of_errors_is_told_and_no_word_of_an_error_steers_a_terminal(notebook: Callable[..., Path]) -> None:
    jobs = [
        Job(notebook("group", "raise ExceptionGroup('both', [ValueError('a'), TypeError('b')])")),
        Job(notebook("steers", r"raise ValueError('red \x1b[31m, turned \u202e, none \x00')")),
    ]

    group, steers = runner.run(jobs, workers=2, limits=Limits(120), progress=Heard())

    assert group.reason == "ExceptionGroup: both (2 sub-exceptions); ValueError: a; TypeError: b"
    assert steers.reason == "ValueError: red �[31m, turned �, none �"
