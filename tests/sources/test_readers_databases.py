"""A source in a database: read where it is, by a real PostgreSQL and by DuckDB and SQLite files."""

import datetime as dt
import sqlite3
from pathlib import Path

import pytest

from workbench.settings import Source
from workbench.sources import engines, readers
from workbench.sources.contracts import TABLES

ROWS = [("2026-09-01", " A ", "10.50"), ("2026-09-02", "", "-2.25"), ("2026-09-03", "B", None)]


@pytest.fixture(scope="module")
def sales(postgres: str) -> str:
    psycopg = pytest.importorskip("psycopg")
    with psycopg.connect(postgres) as con:
        con.execute(
            'CREATE SCHEMA erp; CREATE TABLE erp.lines ("订单日期" timestamp, customer text, amount numeric(12, 2))'
        )
        con.execute(
            'CREATE TABLE erp.texts (day text, amount text); CREATE TABLE erp."or""ders; --" (day date, amount int)'
        )
        with con.cursor() as cursor:
            cursor.executemany("INSERT INTO erp.lines VALUES (%s, %s, %s)", [(f"{d} 23:30", c, a) for d, c, a in ROWS])
            cursor.executemany(
                "INSERT INTO erp.texts VALUES (%s, %s)", [("13.9.2026", "1.234,50"), ("1.9.2026", "7,5")]
            )
    return postgres


def orders(url: str, table: str, folder: Path = Path(), **columns: str) -> readers.Raw:
    return readers.read(
        engines.embedded(), "orders", Source(url=url, table=table, columns=columns), TABLES["orders"], folder
    )


def test_a_postgres_table_is_read_with_our_names_and_kinds(sales: str) -> None:
    raw = orders(sales, "erp.lines", date="订单日期", customer="customer", amount="amount")
    assert raw.problems == []
    assert raw.expr.get_backend().name == "postgres"  # nothing was copied: queries run in the database
    frame = engines.frame(raw.expr.order_by("date"))
    assert frame.date.dt.date.tolist() == [dt.date(2026, 9, 1), dt.date(2026, 9, 2), dt.date(2026, 9, 3)]
    assert frame.customer.fillna("missing").tolist() == ["A", "missing", "B"]
    assert frame.amount.sum() == 8.25
    assert frame.amount.isna().tolist() == [False, False, True]


def test_a_database_shows_how_many_rows_and_which_day_it_was_read_at(sales: str) -> None:
    raw = orders(sales, "erp.lines", date="订单日期", amount="amount")
    assert list(raw.digest.values()) == ["3 rows, 2026-09-03"]


def test_a_password_is_in_no_message(sales: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SALES_PASSWORD", "not-a-secret")
    url = sales.replace("not-a-secret", "${SALES_PASSWORD}")
    assert orders(url, "erp.lines", date="订单日期", amount="amount").problems == []
    wrong = orders(url.replace("/postgres", "/nowhere"), "erp.lines", date="订单日期", amount="amount")
    assert "nowhere" in wrong.problems[0]
    assert "not-a-secret" not in repr(wrong)


def test_a_table_that_is_not_there_is_told_with_its_neighbours(sales: str) -> None:
    raw = orders(sales, "erp.line", date="订单日期", amount="amount")
    assert "there is no table 'erp.line'" in raw.problems[0]
    assert "'lines'" in raw.problems[0]


def test_a_column_that_is_not_there_is_told_with_its_neighbours(sales: str) -> None:
    raw = orders(sales, "erp.lines", date="订单日", amount="amount")
    assert "there is no column '订单日' (date). Nearest: '订单日期'" in raw.problems[0]


def test_dates_and_amounts_that_a_database_holds_as_text_are_proven_like_a_files(sales: str) -> None:
    raw = orders(sales, "erp.texts", date="day", amount="amount")
    assert raw.problems == []
    frame = engines.frame(raw.expr.order_by("date"))
    assert frame.date.dt.date.tolist() == [dt.date(2026, 9, 1), dt.date(2026, 9, 13)]
    assert frame.amount.tolist() == [7.5, 1234.5]


def test_a_table_name_is_never_sql(sales: str) -> None:
    raw = orders(sales, 'erp.or"ders; --', date="day", amount="amount")
    assert raw.problems == []
    assert engines.frame(raw.expr).empty


def test_rows_of_a_database_are_counted_only_when_asked_for(sales: str) -> None:
    raw = orders(sales, "erp.lines", date="订单日期", amount="amount")
    assert "_row" not in raw.expr.columns
    assert sorted(engines.frame(raw.with_rows())["_row"]) == [1, 2, 3]


def test_a_duckdb_file_beside_the_settings_is_opened_for_reading_only(tmp_path: Path) -> None:
    import duckdb

    with duckdb.connect(str(tmp_path / "erp.duckdb")) as con:
        con.execute("CREATE TABLE lines AS SELECT DATE '2026-09-01' AS date, 5.0 AS amount")
    raw = orders("duckdb://erp.duckdb", "lines", tmp_path)
    assert engines.frame(raw.expr).amount.tolist() == [5.0]
    with pytest.raises(Exception, match="read-only"):
        raw.expr.get_backend().raw_sql("DROP TABLE lines")


def test_a_sqlite_file_is_read(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "erp.sqlite") as con:
        con.execute("CREATE TABLE lines (date TEXT, amount REAL)")
        con.execute("INSERT INTO lines VALUES ('2026-09-01', 5.5)")
    raw = orders("sqlite://erp.sqlite", "lines", tmp_path)
    assert raw.problems == []
    assert engines.frame(raw.expr).date.dt.date.tolist() == [dt.date(2026, 9, 1)]


def test_a_database_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert "there is no database file erp.duckdb" in orders("duckdb://erp.duckdb", "lines", tmp_path).problems[0]
