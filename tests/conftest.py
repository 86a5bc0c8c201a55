"""What all tests share: where the real data sets are, and how their absence is told."""

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from workbench.publish import warm
from workbench.publish.report import Means

SHARED = Path(__file__).parents[2] / "shared" / "data"
LONGEST = (
    "*_notebook.py",
    "*/tests/faults/*",
    "*/tests/publish/*",
    "*/notebooks/*",
    "*/tests/test_*.py",
    "*/analytics/*",
)
Put = Callable[[pd.DataFrame, Path], tuple[str, str]]  # order lines and the settings' folder → the url and the table


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first, so that no worker is left alone with it at the end."""

    def place(item: pytest.Item) -> int:
        return next((at for at, files in enumerate(LONGEST) if item.path.match(files)), len(LONGEST))

    items.sort(key=place)


def shared_data(name: str) -> Path:
    """A real data set's folder or file; the test is skipped, saying so, where it is not on this machine."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"the real data set '{name}' is not at ../shared/data, so this test could not run")
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a real, empty PostgreSQL that lives as long as the tests, reachable through a socket only."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name))
    if not programs or not shutil.which("runuser"):
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql), so this test could not run")
    folder = Path(tempfile.mkdtemp(prefix="wbpg"))  # short: a socket's path has at most 107 characters
    shutil.chown(folder, "postgres")

    def server(program: str, *arguments: str) -> None:
        command = ["runuser", "-u", "postgres", "--", str(programs[-1] / program), *arguments]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)
        if done.returncode:
            pytest.skip(f"PostgreSQL did not start here ({done.stderr.strip()[-200:]}), so this test could not run")

    data, options = str(folder / "data"), f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
    try:
        server("initdb", "-D", data, "-A", "trust", "-U", "analyst", "-E", "UTF8", "--locale=C", "--no-sync")
        server("pg_ctl", "-D", data, "-w", "-t", "30", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield f"postgresql://analyst:not-a-secret@/postgres?host={folder}"
        finally:
            server("pg_ctl", "-D", data, "-w", "-t", "30", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def in_postgres(postgres: str) -> Put:
    """Puts order lines into PostgreSQL."""

    def put(lines: pd.DataFrame, folder: Path) -> tuple[str, str]:
        import ibis

        con, table = ibis.connect(postgres), f"lines_{folder.name}"
        con.create_table(table, ibis.memtable(_by_day(lines)), overwrite=True)
        con.disconnect()
        return postgres, table

    return put


@pytest.fixture(scope="session")
def in_spark() -> Put:
    """Puts order lines where a Spark of this machine reads them; `make spark` brings what it needs."""
    pytest.importorskip("pyspark", reason="Spark is not installed (make spark does), so this test could not run")
    if not shutil.which("java"):
        pytest.skip("Spark needs Java, which is not installed, so this test could not run")

    def put(lines: pd.DataFrame, folder: Path) -> tuple[str, str]:
        _by_day(lines).to_parquet(folder / "spark-lines", index=False)
        return "spark://local[2]", str(folder / "spark-lines")

    return put


def _by_day(lines: pd.DataFrame) -> pd.DataFrame:
    return lines.assign(date=lines["date"].dt.date)


@pytest.fixture(scope="module")
def means() -> Iterator[Means]:
    """A warm process for all reports of a file, as `--each` has one: libraries are loaded once."""
    with warm.nursery() as process:
        yield Means(process, None)


@pytest.fixture(scope="module")  # while it is open, a loop of events runs that other tests would meet
def browser() -> Iterator[Any]:
    """A real one; scripts may run in it."""
    sync = pytest.importorskip("playwright.sync_api")
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if not program:
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium), so this test could not run")
    with sync.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield opened
        opened.close()
