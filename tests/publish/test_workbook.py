"""The Excel workbook: numbers are numbers, text is text, names fit."""

import json
import math
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pyarrow as pa
import pytest
from pyarrow import parquet

from tests.conftest import shared_data
from workbench.publish import workbook


def write(folder: Path, name: str, values: dict, **about: object) -> None:
    parquet.write_table(pa.table(values), folder / f"{name}.parquet")
    (folder / f"{name}.json").write_text(json.dumps(about), "utf-8")


def opened(folder: Path, lang: str = "en") -> openpyxl.Workbook:
    file = workbook.write(folder, folder / "tables.xlsx", lang)
    assert file is not None
    return openpyxl.load_workbook(file)


def test_kinds_get_number_formats_and_missing_is_empty(tmp_path: Path) -> None:
    columns = {"money": [1.5, None], "ratio": [0.05, math.nan], "day": [date(2026, 1, 31), None], "n": [3, None]}
    kinds = {"money": {"kind": "money"}, "ratio": {"kind": "ratio"}, "day": {"kind": "date"}, "n": {"kind": "count"}}
    write(tmp_path, "p.t", columns, columns=kinds, title={"en": "T"})
    sheet = opened(tmp_path)["T"]

    assert [c.value for c in sheet[3]] == [1.5, 0.05, datetime(2026, 1, 31), 3]
    assert [c.number_format for c in sheet[3]] == ["#,##0.00", "0.0%", "yyyy-mm-dd", "#,##0"]
    assert [c.value for c in sheet[4]] == [None] * 4
    assert sheet.freeze_panes == "A3"
    assert sheet.auto_filter.ref == "A2:D4"


def test_titles_are_in_the_language_asked_for(tmp_path: Path) -> None:
    about = {"title": {"en": "T", "zh-CN": "合计"}, "columns": {"a": {"title": {"en": "Amount", "zh-CN": "金额"}}}}
    write(tmp_path, "p.t", {"a": [1]}, **about)

    assert opened(tmp_path, "zh-CN")["合计"]["A2"].value == "金额"


def test_no_text_becomes_a_formula_a_link_or_a_number(tmp_path: Path) -> None:
    strings = [s for s in json.loads((shared_data("nasty") / "blns" / "blns.json").read_text("utf-8")) if s]
    strings += ["=1+1", "{=1}", "=", "@x", "+1", "-1", "http://a.b", "0012", "1e5", "TRUE", "\t=1", "x" * 40_000]
    write(tmp_path, "p.t", {"text": strings}, columns={"text": {"title": "=1+1"}}, title="=1+1")
    sheet = opened(tmp_path).worksheets[0]
    cells = [row[0] for row in sheet.iter_rows(min_row=3)]

    assert len(cells) == len(strings)
    assert {c.data_type for row in sheet.iter_rows() for c in row if c.value is not None} == {"s"}
    assert all(c.hyperlink is None for c in cells)
    assert {"=1+1", "0012", "http://a.b", "TRUE"} <= {c.value for c in cells}
    with ZipFile(tmp_path / "tables.xlsx") as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize(
    "title", ["a/b:c*d?e[f]g\\h", "'quoted'", "", "History", "华" * 50, "😀" * 40, "\n\t", "x" * 200]
)
def test_sheet_names_fit_excel_and_stay_apart(tmp_path: Path, title: str) -> None:
    for name in ("p.a", "p.b", "p.c"):
        write(tmp_path, name, {"a": [1]}, title=title.upper() if name == "p.b" else title)
    names = opened(tmp_path).sheetnames

    assert len({n.casefold() for n in names}) == 3
    for name in names:
        assert 0 < len(name.encode("utf-16-le")) // 2 <= 31
        assert not set(name) & set("[]:*?/\\")
        assert not name.startswith("'")
        assert not name.endswith("'")
        assert name.casefold() != "history"


def test_odd_values_neither_fail_nor_change(tmp_path: Path) -> None:
    columns = {
        "big": ["12345678901234567890123"],
        "money": [Decimal("1234.50")],
        "when": [datetime(2026, 1, 2, 3, tzinfo=UTC)],
        "old": [date(1850, 1, 1)],
        "flag": [True],
        "many": [["a", "b"]],
        "inf": [math.inf],
    }
    write(tmp_path, "p.t", columns, title="T")
    row = [c.value for c in opened(tmp_path)["T"][3]]

    assert row == ["12345678901234567890123", 1234.5, datetime(2026, 1, 2, 3), "1850-01-01", True, "['a', 'b']", None]


def test_the_same_tables_give_the_same_bytes(tmp_path: Path) -> None:
    write(tmp_path, "p.t", {"a": [1.5], "b": ["x"]}, title="T")
    first = workbook.write(tmp_path, tmp_path / "one.xlsx", "en")
    second = workbook.write(tmp_path, tmp_path / "two.xlsx", "en")

    assert first is not None
    assert second is not None
    assert first.read_bytes() == second.read_bytes()


def test_without_tables_there_is_no_workbook(tmp_path: Path) -> None:
    assert workbook.write(tmp_path, tmp_path / "tables.xlsx", "en") is None


def test_a_half_written_table_is_taken_away(tmp_path: Path) -> None:
    (tmp_path / "p.t.parquet").write_bytes(b"PAR1 half")

    assert workbook.write(tmp_path, tmp_path / "tables.xlsx", "en") is None
    assert not (tmp_path / "p.t.parquet").exists()
