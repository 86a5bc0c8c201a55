"""The Excel workbook: numbers are numbers, text is text, names fit."""

import json
import math
from collections.abc import Sequence
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
from workbench.settings import Language


def write(folder: Path, name: str, values: dict, **about: object) -> None:
    parquet.write_table(pa.table(values), folder / f"{name}.parquet")
    (folder / f"{name}.json").write_text(json.dumps(about), "utf-8")


def opened(folder: Path, lang: Language = "en", pages: Sequence[str] = ()) -> openpyxl.Workbook:
    file = workbook.write(folder, folder / "tables.xlsx", lang, pages)
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


def test_periods_stand_side_by_side_where_a_table_asks_for_it_and_are_dates(tmp_path: Path) -> None:
    days = [datetime(2027, 2, 1), datetime(2027, 1, 1), datetime(2027, 2, 1)]
    values = {"region": ["North", "South", "South"], "line": ["a", "a", "a"], "period": days, "target": [1.5, 2.5, 3.5]}
    kinds = {name: {"title": name.title(), "kind": kind} for name, kind in
             {"region": "text", "line": "text", "period": "date", "target": "money"}.items()}  # fmt: skip
    write(tmp_path, "plan.by-month", values, columns=kinds, title="T", across="period")
    book = opened(tmp_path)
    rows = [[cell.value for cell in row] for row in book["T"].iter_rows(min_row=2)]

    assert rows[0] == ["Region", "Line", datetime(2027, 1, 1), datetime(2027, 2, 1)]
    assert rows[1:] == [["North", "a", None, 1.5], ["South", "a", 2.5, 3.5]]
    assert book["T"]["C2"].number_format == "yyyy-mm-dd"
    assert book["T"]["D3"].number_format == "#,##0.00"
    assert book["T"].freeze_panes == "C3"
    assert book.defined_names["plan.by_month"].attr_text == "T!$A$2:$D$4"


def test_a_table_without_parts_keeps_its_periods_below_each_other(tmp_path: Path) -> None:
    values = {"period": [datetime(2027, 1, 1), datetime(2027, 2, 1)], "target": [1.5, 2.5]}
    write(tmp_path, "plan.by-month", values, columns={}, title="T", across="period")

    assert [cell.value for cell in opened(tmp_path)["T"][4]] == [datetime(2027, 2, 1), 2.5]


def test_titles_are_in_the_language_asked_for(tmp_path: Path) -> None:
    about = {"title": {"en": "T", "zh-CN": "合计"}, "columns": {"a": {"title": {"en": "Amount", "zh-CN": "金额"}}}}
    write(tmp_path, "p.t", {"a": [1]}, **about)

    assert opened(tmp_path, "zh-CN")["合计"]["A2"].value == "金额"


def test_no_text_becomes_a_formula_a_link_or_a_number(tmp_path: Path) -> None:
    strings = [s for s in json.loads((shared_data("nasty") / "blns" / "blns.json").read_text("utf-8")) if s]
    strings += ["=1+1", "{=1}", "=", "@x", "+1", "-1", "http://a.b", "0012", "1e5", "TRUE", "\t=1", "x" * 40_000]
    write(tmp_path, "p.t", {"text": strings}, columns={"text": {"title": "=1+1"}}, title="=1+1")
    sheet = opened(tmp_path).worksheets[1]
    cells = [row[0] for row in sheet.iter_rows(min_row=3)]

    assert len(cells) == len(strings)
    assert {c.data_type for row in sheet.iter_rows() for c in row if c.value is not None} == {"s"}
    assert all(c.hyperlink is None for c in cells)
    assert {"=1+1", "0012", "http://a.b", "TRUE"} <= {c.value for c in cells}
    with ZipFile(tmp_path / "tables.xlsx") as parts:
        assert not any(b"<f>" in parts.read(f"xl/worksheets/sheet{n}.xml") for n in (1, 2))


@pytest.mark.parametrize(
    "title", ["a/b:c*d?e[f]g\\h", "'quoted'", "", "History", "华" * 50, "😀" * 40, "\n\t", "x" * 200]
)
def test_sheet_names_fit_excel_and_stay_apart(tmp_path: Path, title: str) -> None:
    for name in ("p.a", "p.b", "p.c"):
        write(tmp_path, name, {"a": [1]}, title=title.upper() if name == "p.b" else title)
    names = opened(tmp_path).sheetnames

    assert len({n.casefold() for n in names}) == 4  # the list of contents among them
    for name in names:
        assert 0 < len(name.encode("utf-16-le")) // 2 <= 31
        assert not set(name) & set("[]:*?/\\")
        assert not name.startswith("'")
        assert not name.endswith("'")
        assert name.casefold() != "history"


def test_the_first_sheet_lists_the_tables_in_the_order_of_the_pages_and_leads_to_each(tmp_path: Path) -> None:
    write(tmp_path, "plan.split", {"a": [1, 2]}, title={"en": "The split", "zh-CN": "分解"})
    write(tmp_path, "history.bridge", {"a": [1]}, title="Bob's bridge")
    write(tmp_path, "mine.t", {"a": [1]}, title="=1+1")
    book = opened(tmp_path, pages=("history", "plan", "mine"))
    contents = book.worksheets[0]

    assert book.sheetnames == ["Contents", "Bob's bridge", "The split", "=1+1"]
    assert [[c.value for c in row] for row in contents.iter_rows(min_row=2)] == [
        ["Page", "Table", "Rows", "Name in formulas"],
        ["History", "Bob's bridge", 1, "history.bridge"],
        ["Plan", "The split", 2, "plan.split"],
        ["mine", "=1+1", 1, "mine.t"],
    ]
    links = [contents.cell(row, 2).hyperlink.location for row in (3, 4, 5)]
    assert links == ["'Bob''s bridge'!A1", "'The split'!A1", "'=1+1'!A1"]
    assert opened(tmp_path, "zh-CN").sheetnames[0] == "目录"


def test_every_table_has_a_name_for_formulas_that_holds_its_heads_and_rows(tmp_path: Path) -> None:
    names = {"plan.plan-split": 3, "plan.plan_split": 1, "2026.a b'c=d": 2, "r1c1": 1, "计划.表": 1}
    for name, rows in names.items():
        write(tmp_path, name, {"part": ["x"] * rows, "money": [1.5] * rows}, title=f"O'Neil {name}")
    book = opened(tmp_path)
    found = {name: [*book.defined_names[name].destinations] for name in book.defined_names}

    assert set(found) == {"plan.plan_split", "plan.plan_split_2", "_2026.a_b_c_d", "table.r1c1", "计划.表"}
    ((sheet, area),) = found["plan.plan_split"]
    rows = book[sheet.replace("''", "'")][area.replace("$", "")]
    assert area == "$A$2:$B$5"
    assert [[c.value for c in row] for row in rows][:2] == [["part", "money"], ["x", 1.5]]


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
