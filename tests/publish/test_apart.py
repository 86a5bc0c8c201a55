"""Which parts a company has is asked in a process of its own: it ends in time, whatever a database does."""

import json
import math
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.publish import asked
from tests.publish.conftest import SETTINGS, write_notebook
from workbench.errors import DataError, RunError
from workbench.publish.apart import bounded
from workbench.publish.limits import Limits
from workbench.run import Run

ROOT = Path(__file__).parents[2]
SOON = Limits(math.inf, math.inf, 3.0)
DATABASE = SETTINGS.replace('files = ["orders.csv"]', 'url = "{url}"\ntable = "lines"')


@pytest.fixture
def run(company: Path) -> Run:
    return Run.start(company / "workbench.toml", as_of="2026-09-30")


@pytest.fixture(autouse=True)
def no_process_stays() -> Iterator[None]:
    before = set(psutil.Process().children(recursive=True))
    yield
    assert [p for p in psutil.Process().children(recursive=True) if p not in before] == []


def test_an_answer_comes_back_as_it_was_given(run: Run) -> None:
    assert bounded(asked.answers, Limits())(run, ("region", "x")) == (
        [{"region": "2026-09-30"}, {"x": "2026-09-30"}],
        1.5,
    )


def test_an_error_that_is_meant_comes_back_with_all_it_names(run: Run) -> None:
    with pytest.raises(DataError) as caught:
        bounded(asked.refuses, SOON)(run, ("region",))

    assert (caught.value.where, caught.value.problems) == ("orders", ["one", "two"])


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        (SOON, "The values of region could not be read: the run took longer than 3 s; allow more with --run-timeout."),
        (Limits(2.0), "The values of region could not be read: it took longer than 2 s; allow more with --timeout."),
    ],
)
def test_one_that_does_not_come_is_not_waited_for(run: Run, limits: Limits, told: str) -> None:
    with pytest.raises(RunError) as caught:
        bounded(asked.hangs, limits)(run, ("region",))

    assert str(caught.value) == told


def test_a_process_that_dies_is_told(run: Run) -> None:
    with pytest.raises(RunError, match="died, often for want of memory"):
        bounded(asked.dies, Limits())(run, ("region",))


def test_what_a_driver_says_is_told_without_its_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PASS_WORD", "s3cr3t-word")
    (tmp_path / "workbench.toml").write_text(DATABASE.replace("{url}", "postgres://me:${PASS_WORD}@host/x"), "utf-8")
    run = Run.start(tmp_path / "workbench.toml", as_of="2026-09-30")
    with pytest.raises(RunError, match="ValueError: no route to postgres://me:…@host") as caught:
        bounded(asked.breaks, Limits())(run, ("region",))

    assert "s3cr3t-word" not in str(caught.value) + capfd.readouterr().err


def each(folder: Path, url: str) -> tuple[int, dict]:
    """What the command says of reports for each region of a company whose orders are in a database."""
    (folder / "workbench.toml").write_text(DATABASE.replace("{url}", url), "utf-8")
    notebook = write_notebook(folder / "n.ipynb", "1")
    call = [sys.executable, "-m", "workbench.cli", "run", str(notebook), "--settings", str(folder), "--each", "region",
            "--as-of", "2026-09-30", "--out", str(folder / "out"), "--run-timeout", "6", "--json"]  # fmt: skip
    done = subprocess.run(
        call,
        capture_output=True,
        text=True,
        timeout=120,
        cwd=ROOT,
        env={**os.environ, "PW": "word", "PGSECRET": "not-a-secret"},
    )
    assert "Traceback" not in done.stderr
    return done.returncode, json.loads(done.stdout)


def test_a_server_that_takes_a_connection_and_says_nothing_ends_in_time(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        code, told = each(tmp_path, f"postgres://me:${{PW}}@127.0.0.1:{silent.getsockname()[1]}/sales")

    assert (code, told["status"]) == (1, "failed")
    assert "the run took longer than 6 s; allow more with --run-timeout" in told["error"]
    assert not (tmp_path / "out").exists()


def test_a_query_that_hangs_ends_in_time(tmp_path: Path, postgres: str) -> None:
    import psycopg

    with psycopg.connect(postgres) as con:
        con.execute("DROP VIEW IF EXISTS lines")
        values = "date '2026-01-01' AS date, 1.0::float8 AS amount, 'a'::text AS region"
        con.execute(f"CREATE VIEW lines AS SELECT {values}, pg_sleep(600)::text AS pause")
    try:
        code, told = each(tmp_path, postgres.replace("not-a-secret", "${PGSECRET}"))
    finally:
        with psycopg.connect(postgres, autocommit=True) as con:
            con.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
            con.execute("DROP VIEW lines")

    assert (code, told["status"]) == (1, "failed")
    assert "allow more with --run-timeout" in told["error"]
