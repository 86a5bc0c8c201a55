"""The embedded engine and connections: nothing downloaded, little memory, no secrets shown."""

import sqlite3
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import unquote_plus, urlsplit

import duckdb
import pytest

from workbench.errors import DataError, SettingsError
from workbench.sources import engines, query


def test_the_embedded_engine_downloads_nothing_and_has_a_limit() -> None:
    con = engines.embedded().con
    settings = "autoinstall_known_extensions", "autoload_known_extensions", "preserve_insertion_order"
    assert [con.execute(f"SELECT current_setting('{s}')").fetchone()[0] for s in settings] == [False, False, True]
    assert con.execute("SELECT current_setting('memory_limit')").fetchone()[0].endswith("MiB")


@pytest.mark.parametrize(("size", "threads"), [(0, 1), (3_999_999, 1), (4_000_000, 2), (1e9, 4)])
def test_small_files_are_counted_with_one_thread(monkeypatch: pytest.MonkeyPatch, size: float, threads: int) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 4)
    con = engines.embedded(size).con
    assert con.execute("SELECT current_setting('threads')").fetchone() == (threads,)


def test_a_query_that_cannot_be_spilled_gets_the_memory_that_the_machine_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "MEMORY", 40_000_000)
    con = engines.embedded()

    def ask() -> int:
        return con.con.execute("SELECT len(list(i)) FROM range(10_000_000) AS t(i)").fetchone()[0]

    with pytest.raises(duckdb.OutOfMemoryException):
        ask()
    assert engines.with_room(con, ask) == 10_000_000


def test_a_query_that_needs_more_than_the_machine_has_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "MEMORY", 40_000_000)
    monkeypatch.setattr("psutil.virtual_memory", lambda: SimpleNamespace(available=50_000_000))
    con = engines.embedded()

    with pytest.raises(DataError, match=r"need more than 0\.0 GB.*--workers 1.*database"):
        engines.with_room(con, lambda: con.con.execute("SELECT len(list(i)) FROM range(10_000_000) AS t(i)"))


def test_days_moments_and_decimals_come_back_as_pandas_has_them() -> None:
    con = engines.embedded()
    frame = engines.frame(
        con.sql("SELECT DATE '2026-09-03' AS d, TIMESTAMP '2026-09-03 10:00' AS t, 1.50::DECIMAL(9, 2) AS a")
    )
    assert frame.dtypes.astype(str).to_dict() == {"d": "datetime64[us]", "t": "datetime64[us]", "a": "float64"}


def test_ibis_warnings_about_newer_libraries_do_not_reach_a_reader() -> None:
    code = ("from workbench.sources import engines; con = engines.embedded();"
            "con.con.execute('CREATE VIEW v AS SELECT 1 AS a'); print(engines.frame(con.table('v')).a[0])")  # fmt: skip
    done = subprocess.run([sys.executable, "-W", "default", "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.stdout.strip(), [line for line in done.stderr.splitlines() if "ibis" in line]) == ("1", [])


@pytest.mark.parametrize(
    "url", ["postgresql://me:hidden@127.0.0.1:1/sales", "postgres://me:hidden@127.0.0.1:1/sales?password=hidden"]
)
def test_a_database_that_does_not_answer_is_named_without_its_password(url: str) -> None:
    with pytest.raises(DataError) as caught:
        engines.connect(url)
    assert "127.0.0.1:1/sales" in str(caught.value)
    assert "hidden" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("url", ["postgres://u:${PGPW}@127.0.0.1:1/db", "postgres://u:s3cr#t/pw?x@127.0.0.1:1/db"])
def test_a_password_with_marks_of_a_url_is_not_shown(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("PGPW", "s3cr#t/pw?x")
    with pytest.raises(DataError) as caught:
        engines.connect(url)
    assert not [piece for piece in ("s3c", "3cr", "t/p", "pw?") if piece in str(caught.value)]
    assert "127.0.0.1:1/db" in str(caught.value)


@pytest.mark.parametrize("url", ["postgres://u:${PW}@h/db", "postgres://${WHO}@h/db"])
def test_a_password_from_the_environment_reaches_the_driver_as_it_is(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    ibis, given = pytest.importorskip("ibis"), []
    monkeypatch.setenv("PW", "a@b#c/d?e%41+:f")
    monkeypatch.setenv("WHO", "u:a@b#c/d?e%41+:f")
    monkeypatch.setattr(ibis, "connect", lambda url: given.append(url) or Connection())
    engines.connect(url)
    parts = urlsplit(given[0])
    assert (parts.username, unquote_plus(parts.password or ""), parts.hostname) == ("u", "a@b#c/d?e%41+:f", "h")


class Connection:
    """Stands for one to a server that is not here."""


def test_a_query_that_is_refused_is_told_in_plain_words(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "shop.db") as made:
        made.execute("CREATE TABLE sold (amount REAL)")
    con = engines.connect(f"sqlite://{tmp_path / 'shop.db'}")
    sold = con.table("sold")
    with sqlite3.connect(tmp_path / "shop.db") as changed:
        changed.execute("DROP TABLE sold")
    with pytest.raises(DataError, match=r"shop.db: 1 problem\n.*did not answer a query: no such table: sold"):
        query.fetch(con, sold)


def test_a_query_that_is_refused_shows_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    ibis = pytest.importorskip("ibis")
    monkeypatch.setenv("PGPW", "hidden0815")
    monkeypatch.setattr(ibis, "connect", lambda _: Connection())
    con = engines.connect("postgres://u:${PGPW}@h/db")
    with pytest.raises(DataError) as caught, engines.asking(con):
        raise sqlite3.OperationalError("could not reconnect as u:hidden0815@h")
    assert "hidden" not in str(caught.value)
    assert (caught.value.__cause__, caught.value.__suppress_context__) == (None, True)


def test_an_unknown_kind_of_database_is_told() -> None:
    with pytest.raises(DataError, match="sheep://farm"):
        engines.connect("sheep://farm/wool")


def test_a_secret_that_is_not_set_is_named() -> None:
    with pytest.raises(SettingsError, match="NO_SUCH_SECRET"):
        engines.connect("postgresql://me:${NO_SUCH_SECRET}@h/d")


def test_sql_texts_and_names_are_quoted() -> None:
    con = engines.embedded().con
    hostile = "a'b\"; DROP TABLE x; --\n😀"
    found = con.execute(f"SELECT {engines.quoted(hostile)} AS {engines.named(hostile)}")
    assert (found.description[0][0], found.fetchone()[0]) == (hostile, hostile)
