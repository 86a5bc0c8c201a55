"""Kernels forked from a warm process behave as ordinary ones, and ordinary ones step in where forking fails."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.publish.test_runner import Heard, outputs
from workbench import remember
from workbench.publish import runner, warm
from workbench.publish.limits import Limits
from workbench.publish.runner import Executed, Job

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux only")

LOOK = "import os, sys, tempfile; print('pandas' in sys.modules, os.environ['WHO'], tempfile.gettempdir())"
USE = """import duckdb, subprocess
print(duckdb.sql("select sum(i) from range(1000000) t(i)").fetchone()[0], subprocess.run(["false"]).returncode)"""
DEBUGGED = """import sys
loaded = [name for name in ("debugpy", "pydevd") if name in sys.modules]
import debugpy
print("debugpy:", loaded)"""
DRAW = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()"


@pytest.fixture(scope="module")
def forked(notebook: Callable[..., Path]) -> list[Executed]:
    """Two kernels from one warm process."""
    jobs = [Job(notebook(name, LOOK, USE, DEBUGGED, DRAW), {}, {"WHO": name}) for name in ("one", "two")]
    with warm.nursery() as nursery:
        return runner.run(jobs, workers=2, limits=Limits(180), progress=Heard(), nursery=nursery)


def test_a_forked_kernel_has_the_libraries_and_its_own_surroundings(forked: list[Executed]) -> None:
    told = [outputs(e, "tempfile")[0].text.split() for e in forked]

    assert [t[:2] for t in told] == [["True", "one"], ["True", "two"]]
    assert told[0][2] != told[1][2]


def test_a_forked_kernel_uses_threads_and_processes_of_its_own(forked: list[Executed]) -> None:
    assert [outputs(e, "duckdb")[0].text for e in forked] == ["499999500000 1\n"] * 2


def test_a_forked_kernel_has_no_debugger_loaded_and_can_load_one(forked: list[Executed]) -> None:
    assert [outputs(e, "debugpy")[0].text for e in forked] == ["debugpy: []\n"] * 2


def test_a_forked_kernel_shows_pictures(forked: list[Executed]) -> None:
    assert all("image/png" in outputs(e, "pyplot")[-1].data for e in forked)


def test_every_output_of_a_forked_kernel_arrives(notebook: Callable[..., Path]) -> None:
    job = Job(notebook("many", "for i in range(4000): display(i)"))
    with warm.nursery() as nursery:
        executed = runner.run([job], workers=1, limits=Limits(180), progress=Heard(), nursery=nursery)[0]

    assert executed.status == "ok"
    assert len(outputs(executed, "range(4000)")) == 4000


READ = """import workbench as wb
from workbench.sources import loading
loading._Loading.prepared = None  # whoever reads the sources, it is not us
print(len(wb.load(wb.Run.start(settings, as_of=as_of)).sales("month")))"""


def test_sources_are_read_while_the_libraries_load(notebook: Callable[..., Path], tmp_path: Path) -> None:
    (tmp_path / "workbench.toml").write_text('[company]\nname="A"\ncurrency="CNY"\n[sources.orders]\nfiles=["*.csv"]')
    (tmp_path / "orders.csv").write_text("date,order,amount\n2026-01-01,S1,3\n", "utf-8")
    given, path = {"settings": str(tmp_path), "as_of": "2026-03-31"}, notebook("reader", READ)
    with remember.kept() as shared, warm.nursery() as nursery:
        assert nursery is not None
        nursery.read_ahead(given, {remember.FOLDER: str(shared)})
        job = Job(path, given, {remember.FOLDER: str(shared)})
        ended = runner.run([job], workers=1, limits=Limits(180), progress=Heard(), nursery=nursery)[0]

    assert (ended.status, ended.reason) == ("ok", "")


def test_ordinary_kernels_step_in_when_the_warm_process_is_gone(notebook: Callable[..., Path]) -> None:
    with warm.nursery() as nursery:
        assert nursery is not None
        nursery.give_up()
        job = Job(notebook("cold", LOOK), {}, {"WHO": "cold"})
        ended = runner.run([job], workers=1, limits=Limits(180), progress=Heard(), nursery=nursery)[0]

    assert ended.status == "ok"
    assert outputs(ended, "tempfile")[0].text.startswith("False cold")
