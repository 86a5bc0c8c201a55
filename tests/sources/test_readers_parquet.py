"""Parquet: read where it stands, however many files; texts in it are typed like a CSV file's."""

from pathlib import Path

import pandas as pd
import pytest

from tests.conftest import shared_data
from workbench.settings import Source
from workbench.sources import engines, readers
from workbench.sources.contracts import TABLES


@pytest.fixture(scope="module")
def con():
    return engines.embedded()


def test_internet_sales_that_are_all_texts_add_up(con) -> None:
    columns = {
        "date": "OrderDate",
        "amount": "SalesAmount",
        "customer": "CustomerKey",
        "carrier": "CarrierTrackingNumber",
    }
    source = Source(files=["InternetSales.parquet"], columns=columns)
    raw = readers.read(con, "orders", source, TABLES["orders"], shared_data("adventureworks"))
    found = engines.frame(raw.expr.aggregate(n=raw.expr.count(), total=raw.expr.amount.sum(),
                                             who=raw.expr.customer.nunique(),
                                             first=raw.expr.date.min(), carriers=raw.expr.carrier.count()))  # fmt: skip
    # the figures in the data set's README; the text "NULL" is none
    assert (found.n[0], round(found.total[0], 2), found.who[0], str(found["first"][0])[:10], found.carriers[0]) == (
        60398, 29358677.22, 18484, "2010-12-29", 0)  # fmt: skip


def test_many_files_are_one_table_without_row_numbers_until_asked(con, tmp_path: Path) -> None:
    for i in (1, 2):
        pd.DataFrame({"d": [pd.Timestamp("2026-01-01 10:00")] * 2, "a": [1.5, None], "k": [12.0, 13.0]}).to_parquet(
            tmp_path / f"p[{i}].parquet"
        )
    source = Source(files=["p*.parquet"], columns={"date": "d", "amount": "a", "customer": "k"})
    raw = readers.read(con, "orders", source, TABLES["orders"], tmp_path)
    assert raw.problems == []
    assert raw.expr.columns == ("date", "amount", "customer", "_file")
    frame = engines.frame(raw.with_rows().order_by("_file", "_row"))
    assert frame["_file"].tolist() == ["p[1].parquet"] * 2 + ["p[2].parquet"] * 2
    assert frame["_row"].tolist() == [1, 2, 1, 2]
    assert frame.customer.tolist() == ["12", "13"] * 2
    assert str(frame.date[0]) == "2026-01-01 00:00:00"


@pytest.mark.parametrize("one", ["\u3000北京", "北京\u200b", " 北京", "北京\t", "\ufeff北京"])
def test_one_name_with_blanks_among_tidy_ones_is_the_same_name(con, tmp_path: Path, one: str) -> None:
    names = ["北京", one, "", "NULL", None, "A ~", "~~~", "é"]
    lines = pd.DataFrame({"d": pd.Timestamp("2026-01-01"), "a": 1.5, "k": names, "tidy": "上海"})
    lines.to_parquet(tmp_path / "p.parquet")
    source = Source(files=["p.parquet"], columns={"date": "d", "amount": "a", "customer": "k", "region": "tidy"})
    found = engines.frame(readers.read(con, "orders", source, TABLES["orders"], tmp_path).expr)
    assert found.customer.astype(object).where(found.customer.notna(), None).tolist() == [
        "北京", "北京", None, None, None, "A ~", "~~~", "é",
    ]  # fmt: skip
    assert set(found.region) == {"上海"}


def test_text_among_numbers_is_named(con, tmp_path: Path) -> None:
    pd.DataFrame({"d": ["2026-01-01", "x"], "a": ["1.5", "2.5"]}).to_parquet(tmp_path / "p.parquet")
    raw = readers.read(
        con, "orders", Source(files=["p.parquet"], columns={"date": "d", "amount": "a"}), TABLES["orders"], tmp_path
    )
    assert "p.parquet, column 'd' (date): 1 value is not a date, row 2: 'x'" in raw.problems[0]


def test_a_damaged_file_is_told(con, tmp_path: Path) -> None:
    (tmp_path / "p.parquet").write_bytes(b"PAR1 but not whole")
    raw = readers.read(con, "orders", Source(files=["p.parquet"]), TABLES["orders"], tmp_path)
    assert raw.problems == ["p.parquet: this is not a whole Parquet file. Export it again."]


def test_a_csv_and_a_parquet_file_are_one_table(con, tmp_path: Path) -> None:
    pd.DataFrame({"d": [pd.Timestamp("2026-01-01")], "a": [1]}).to_parquet(tmp_path / "p.parquet")
    (tmp_path / "c.csv").write_text("d,a\n2026-01-02,2.5\n", "utf-8")
    raw = readers.read(
        con,
        "orders",
        Source(files=["p.parquet", "c.csv"], columns={"date": "d", "amount": "a"}),
        TABLES["orders"],
        tmp_path,
    )
    assert raw.problems == []
    assert engines.frame(raw.expr).amount.sum() == 3.5
