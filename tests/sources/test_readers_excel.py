"""Workbooks: typed cells, sheets, row numbers, and which way a broken one is broken."""

import datetime as dt
import zipfile
from pathlib import Path

import pytest

from tests.conftest import shared_data
from workbench.errors import DataError
from workbench.settings import Source
from workbench.sources import engines, readers
from workbench.sources.contracts import TABLES, Table
from workbench.sources.readers.excel import open_sheets

THINGS = Table("things", "anything", {})


@pytest.fixture(scope="module")
def con():
    return engines.embedded()


def book(path: Path, **sheets: list[list[object]]) -> Path:
    import openpyxl

    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    made.save(path)
    return path


def orders(con, folder: Path, **settings) -> readers.Raw:
    source = Source(
        **{"files": ["b.xlsx"], "columns": {"date": "日期", "amount": "金额", "customer": "客户"}} | settings
    )
    return readers.read(con, "orders", source, TABLES["orders"], folder)


HEAD = ["日期", "金额", "客户"]


def test_typed_cells_and_texts_in_one_column_are_each_read_as_what_they_are(con, tmp_path: Path) -> None:
    book(tmp_path / "b.xlsx", 一月=[HEAD, [dt.datetime(2026, 9, 3, 14, 5), 1.5, 1001], ["2026/9/4", "1,234.56", " A "],
                                    [46270, "¥3", 2.5], [None] * 3, [dt.date(2026, 9, 6), -2, "1001"]])  # fmt: skip
    raw = orders(con, tmp_path)
    frame = engines.frame(raw.expr.order_by("_row"))
    assert raw.problems == []
    assert frame.date.dt.day.tolist() == [3, 4, 5, 6]
    assert frame.amount.tolist() == [1.5, 1234.56, 3, -2]
    assert frame.customer.tolist() == ["1001", "A", "2.5", "1001"]
    assert frame["_row"].tolist() == [2, 3, 4, 6]
    assert set(frame["_file"]) == {"b.xlsx [一月]"}


def test_text_among_numbers_is_named_with_its_sheet_and_row(con, tmp_path: Path) -> None:
    book(tmp_path / "b.xlsx", S=[HEAD, [dt.date(2026, 1, 1), 1, "A"], [dt.date(2026, 1, 2), "待定", "A"]])
    [problem] = orders(con, tmp_path).problems
    assert problem.startswith("b.xlsx [S], column '金额' (amount): 1 value is not a number, row 3: '待定'")


def test_the_only_sheet_with_the_mapped_headers_is_taken(con, tmp_path: Path) -> None:
    book(tmp_path / "b.xlsx", 说明=[["说明"], ["导出"]], 数据=[HEAD, [dt.date(2026, 1, 1), 1, "A"]])
    raw = orders(con, tmp_path)
    assert (raw.problems, engines.frame(raw.expr)["_file"].tolist()) == ([], ["b.xlsx [数据]"])


def test_several_sheets_that_fit_are_listed_and_asked_for(con, tmp_path: Path) -> None:
    rows = [HEAD, [dt.date(2026, 1, 1), 1, "A"]]
    book(tmp_path / "b.xlsx", a=rows, b=rows)
    [problem] = orders(con, tmp_path).problems
    assert "b.xlsx has the sheets 'a', 'b'; 2 of them have all mapped headers" in problem
    assert len(engines.frame(orders(con, tmp_path, sheets=["*"]).expr)) == 2
    assert len(engines.frame(orders(con, tmp_path, sheets=["b"]).expr)) == 1
    assert orders(con, tmp_path, sheets=["c"]).problems == ["b.xlsx has no sheet 'c'. It has 'a', 'b'."]


def test_a_header_below_a_title_is_pointed_at_and_taken(con, tmp_path: Path) -> None:
    book(tmp_path / "b.xlsx", a=[["销售明细"], [None], HEAD, [dt.date(2026, 1, 1), 1, "A"]])
    assert orders(con, tmp_path).problems == [
        "b.xlsx [a]: the column names stand in row 3, not in row 1. Set header = 3."
    ]
    assert engines.frame(orders(con, tmp_path, header=3).expr)["_row"].tolist() == [4]


@pytest.mark.parametrize(
    "name", ["date.xlsx", "date.xls", "date.xlsb", "date.ods", "date_1904.xlsx", "date_1904.xls", "date_1904.xlsb"]
)
def test_dates_are_right_in_every_format_and_epoch(con, name: str) -> None:
    folder = shared_data("nasty/calamine")  # its tests: 2021-01-01 in the first cell of each
    source = Source(files=[name], header=0, names=["day", "number"], columns={"date": "day", "amount": "number"})
    raw = readers.read(con, "orders", source, TABLES["orders"], folder)
    assert str(engines.frame(raw.expr.order_by("_row")).date[0])[:10] == "2021-01-01"


@pytest.mark.parametrize(("name", "reason"), [
    ("pass_protected.xlsx", "protected by a password"), ("pass_protected.xlsb", "protected by a password"),
    ("pass_protected.ods", "protected by a password"), ("issue_385.xls", "protected by a password"),
    ("issue252.xlsx", "bad checksum"), ("too_small.xls", "68 bytes"), ("OOM_alloc3.xls", "damaged"),
    ("issue_594_dos.ods", "damaged"), ("empty_sheet.xlsx", "no sheet with anything in it"),
])  # fmt: skip
def test_a_workbook_that_cannot_be_read_says_which_way(name: str, reason: str) -> None:
    with pytest.raises(DataError, match=reason):
        readers.peek(shared_data("nasty/calamine") / name)


@pytest.mark.parametrize(("content", "reason"), [
    (b"<html><table><tr><td>1</td></tr></table></html>", "web page"), (b"a,b\n1,2\n", "text file, not a workbook"),
    (b"PK\x03\x04broken", "damaged or was not copied in full"), (b"\x00\x01\x02\x03" * 300, "not a workbook"),
])  # fmt: skip
def test_another_file_in_disguise_says_what_it_is(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "b.xlsx").write_bytes(content)
    with pytest.raises(DataError, match=reason):
        readers.peek(tmp_path / "b.xlsx")


def test_every_sheet_is_peeked_at_with_its_headers_and_kinds(tmp_path: Path) -> None:
    rows = [["报表"], [], HEAD, [dt.date(2026, 1, 1), 1.5, "A"], [dt.date(2026, 1, 2), 2, "B"]]
    one, two = readers.peek(book(tmp_path / "b.xlsx", a=rows, b=[HEAD, ["01/02/2026", "1,234", "A"]]))
    assert (one.sheet, one.header, one.headers, one.count) == ("a", 3, tuple(HEAD), 2)
    assert one.rows[0] == ("2026-01-01", "1.5", "A")
    assert one.kinds == two.kinds == {"日期": "date", "金额": "number", "客户": "text"}
    assert (one.decimal, one.dates) == ("", "")
    assert (two.decimal, two.dates) == ("cannot be told", "cannot be told")


def test_a_small_file_that_unpacks_to_more_than_memory_is_refused_before_it_is_opened(tmp_path):
    bomb = tmp_path / "bomb.xlsx"
    with (
        zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed,
        packed.open("xl/worksheets/sheet1.xml", "w") as part,
    ):
        for _ in range(310):
            part.write(b"<row></row>" * 100_000)

    sheets, problems = open_sheets(bomb, "bomb.xlsx")

    assert sheets == []
    assert "unpack to 341 MB, as no workbook's do" in problems[0]
