"""Where many reports are made: a killed worker costs one try, not the run; a cluster gives its reports to another."""

import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from workbench.errors import ParameterError
from workbench.publish import Request, executors
from workbench.publish.worker import Done, task

ROOT = Path(__file__).parents[2]
KILL_WORKER = """import os, signal, pathlib, psutil
mark = pathlib.Path(os.environ["WORKBENCH_REPORTS"]) / "killed"
if "a" in scope.partition("=")[2] and not mark.exists():
    mark.write_text("x")
    maker = [p for p in psutil.Process().parents() if "{command}" in " ".join(p.cmdline())][0]
    os.kill(maker.pid, signal.SIGKILL)
    import time; time.sleep(60)"""
ALWAYS = KILL_WORKER.replace(" and not mark.exists()", "")


@pytest.fixture
def tasks(company: Path, notebook: Callable[..., Path], tmp_path: Path) -> Callable[..., list[dict]]:
    def made(name: str, code: str, *scopes: str) -> list[dict]:
        path = notebook(name, code)
        out = tmp_path / "out"
        out.mkdir(exist_ok=True)
        usual = {"settings": company / "workbench.toml", "out": out, "as_of": "2026-09-30", "workers": 1}
        return [task(Request((str(path),), scope=f"region={scope}", **usual), 2) for scope in scopes]

    return made


@pytest.fixture
def workers() -> Callable[[], list[psutil.Process]]:
    """Finds those that stay, and were not there before the test."""
    others = set(psutil.Process().children(recursive=True))
    return lambda: _staying(others)


def _staying(others: set[psutil.Process]) -> list[psutil.Process]:
    """What a killed one had started may need a moment to see that it is alone."""
    every = set(psutil.Process().children(recursive=True)) - others
    ours = [p for p in every if p.status() != psutil.STATUS_ZOMBIE and "workbench.publish" in " ".join(p.cmdline())]
    return [p for p in psutil.wait_procs(ours, timeout=20)[1] if p.status() != psutil.STATUS_ZOMBIE]


def left(folder: Path) -> list[Path]:
    return [p for p in folder.rglob(".*") if p.is_dir()]


def test_a_report_whose_process_is_killed_is_begun_once_more(
    tasks: Callable[..., list[dict]], workers: Callable[[], list[psutil.Process]], tmp_path: Path
) -> None:
    asked = tasks("once", KILL_WORKER.replace("{command}", "workbench.publish.worker"), "a", "b", "d")
    found = dict(executors.Processes(2).results(asked))

    assert (tmp_path / "out" / "killed").exists()
    assert [found[place].status for place in range(3)] == ["ok", "ok", "ok"]
    assert [found[place].begun for place in range(3)] == [2, 1, 1]
    assert "died" in found[0].again
    assert found[1].again == ""
    assert workers() == []
    assert left(tmp_path / "out") == []


def test_a_report_that_kills_its_process_each_time_fails_alone(
    tasks: Callable[..., list[dict]], workers: Callable[[], list[psutil.Process]]
) -> None:
    asked = tasks("always", ALWAYS.replace("{command}", "workbench.publish.worker"), "a", "b")
    found = dict(executors.Processes(1).results(asked))

    assert [found[place].status for place in range(2)] == ["failed", "ok"]
    assert "the process that made this report died" in found[0].reason
    assert (found[0].begun, found[0].again) == (2, found[0].reason)
    assert workers() == []


def test_what_is_stopped_leaves_no_process(
    tasks: Callable[..., list[dict]], workers: Callable[[], list[psutil.Process]], tmp_path: Path
) -> None:
    asked = tasks("slow", "if 'z' in scope: import time; time.sleep(600)", "b", "z", "z2")
    results = executors.Processes(2).results(asked)
    assert next(results)[1].status == "ok"
    results.close()

    assert workers() == []
    assert left(tmp_path / "out") == []


def test_a_refused_request_is_told_and_not_tried_again(tasks: Callable[..., list[dict]]) -> None:
    asked = tasks("fine", "1", "b")
    asked[0]["request"]["lang"] = "fr"
    (_, done), *rest = executors.Processes(1).results(asked)

    assert (done.status, rest) == ("refused", [])
    assert "the reports speak en" in done.reason


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)

    with pytest.raises(ParameterError, match=r"pip install 'workbench\[cluster\]'"):
        list(executors.Cluster("tcp://127.0.0.1:1").results([]))


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[str]:
    """A Dask scheduler with two worker processes of its own."""
    pytest.importorskip(
        "distributed", reason="the optional package distributed is not installed: pip install -e .[cluster]"
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "DASK_TEMPORARY_DIRECTORY": str(tmp_path)}
    calls = [["scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"]]
    calls += [["worker", address, "--no-nanny", "--nthreads", "1", "--no-dashboard", "--name", f"w{n}"] for n in (1, 2)]
    started = []
    try:
        for call in calls:
            command = [sys.executable, "-m", "distributed.cli.dask_" + call[0], *call[1:]]
            started.append(subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL))
        yield address
    finally:
        for process in started:
            process.kill()  # asked to end, workers would look for their scheduler for long
        for process in started:
            process.wait()


def test_a_cluster_loses_a_worker_and_no_report(
    tasks: Callable[..., list[dict]], scheduler: str, tmp_path: Path
) -> None:
    from distributed import Client

    with Client(scheduler, timeout=60, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=60)
    asked = tasks("cluster", KILL_WORKER.replace("{command}", "dask_worker"), "a", "b", "d", "e")
    found = dict(executors.Cluster(scheduler).results(asked))
    with Client(scheduler, timeout=60, set_as_default=False) as client:
        alive = len(client.scheduler_info()["workers"])

    assert (tmp_path / "out" / "killed").exists()
    assert alive == 1
    assert [found[place].status for place in range(4)] == ["ok"] * 4
    begun = [found[place].begun for place in range(4)]
    assert begun[0] == 2
    assert max(begun) == 2
    assert [bool(found[place].again) for place in range(4)] == [one > 1 for one in begun]


def processes(kind: str) -> list[psutil.Process]:
    found = []
    for process in psutil.Process().children():
        with contextlib.suppress(psutil.Error):  # another test's may be ending
            found += [process] if f"dask_{kind}" in " ".join(process.cmdline()) else []
    return found


def test_a_scheduler_that_dies_is_told_of_each_report(tasks: Callable[..., list[dict]], scheduler: str) -> None:
    kill = f"import os, signal, time; os.kill({processes('scheduler')[0].pid}, signal.SIGKILL); time.sleep(60)"
    found = dict(executors.Cluster(scheduler).results(tasks("orphans", kill, "a", "b", "d")))

    assert [found[place].status for place in range(3)] == ["failed"] * 3
    assert {found[place].reason for place in range(3)} == {
        f"the scheduler of the cluster at {scheduler} was lost: run it again"
    }


def test_a_cluster_whose_workers_are_gone_for_good_is_not_waited_for(
    tasks: Callable[..., list[dict]], scheduler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that starts workers when it is asked for them gets the time for it."""
    monkeypatch.setattr(executors, "_PATIENT", 1)
    monkeypatch.setattr(executors, "_EVERY", 0.1)
    for worker in processes("worker"):
        worker.kill()
    found = dict(executors.Cluster(scheduler).results(tasks("alone", "1", "a", "b")))

    assert [found[place].status for place in range(2)] == ["failed"] * 2
    assert "the cluster had no worker for 10 minutes" in found[0].reason


def test_a_report_that_a_worker_wrote_where_nobody_here_sees_it_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(executors, "_SEEN", 0)
    cluster = executors.Cluster("tcp://127.0.0.1:1")
    for folder, status in ((tmp_path, "ok"), (tmp_path / "elsewhere", "failed"), (tmp_path, "ok")):
        done = Done("ok", str(folder), seconds=3.0)
        future = SimpleNamespace(status="finished", result=lambda done=done: asdict(done))
        assert cluster._came(future).status == status
    assert cluster.blind
