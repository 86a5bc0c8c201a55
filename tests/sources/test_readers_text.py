"""Text files: encodings, delimiters, quotes, headers, row numbers, hostile names, and clear words where they fail."""

import json
import os
from pathlib import Path

import pytest

from tests.conftest import shared_data
from workbench.errors import DataError
from workbench.settings import Source
from workbench.sources import engines, readers
from workbench.sources.contracts import TABLES, Table

THINGS = Table("things", "anything", {})
CHINESE = "订单日期,客户名称,销售额\n2026-09-01,华东科技有限公司,1200.50\n2026-09-02,上海贸易公司,80\n"
WESTERN = "date,año,total\n2026-09-01,Señor Müller é Cía,1200.50\n2026-09-02,x,80\n"
TAIWAN = "訂單日期,客戶名稱,銷售額\n2026-09-01,台灣電子股份有限公司,1200.50\n2026-09-02,華東貿易公司,80\n"


@pytest.fixture(scope="module")
def con():
    return engines.embedded()


def things(con, folder: Path, name: str, content: str | bytes, columns: dict[str, str], **settings) -> readers.Raw:
    (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return readers.read(con, "things", Source(files=[name], columns=columns, **settings), THINGS, folder)


def problems(con, folder: Path, pattern: str) -> list[str]:
    return readers.read(con, "things", Source(files=[pattern], columns={"x": "a"}), THINGS, folder).problems


def cells(raw: readers.Raw) -> list[tuple]:
    frame = engines.frame(raw.expr.order_by("_row")).drop(columns="_file")
    return [tuple(None if v != v else v for v in row) for row in frame.astype(object).itertuples(index=False)]


@pytest.mark.parametrize(("text", "encoding", "proved"), [
    (CHINESE, "utf-8", "utf-8"), (CHINESE, "utf-8-sig", "utf-8"), (CHINESE, "utf-16", "utf-16"),
    (CHINESE, "utf-16-le", "utf-16-le"), (CHINESE, "gb18030", "gb18030"), (TAIWAN, "big5", "big5"),
    (WESTERN, "cp1252", "cp1252"),
])  # fmt: skip
def test_an_encoding_is_proven_by_the_bytes(con, tmp_path: Path, text: str, encoding: str, proved: str) -> None:
    header = text.splitlines()[0].split(",")
    raw = things(con, tmp_path, "a.csv", text.encode(encoding), dict(zip("xyz", header, strict=True)))
    assert raw.problems == []
    assert raw.proved["a.csv"]["encoding"] == proved
    assert [row[1] for row in cells(raw)] == [line.split(",")[1] for line in text.splitlines()[1:]]


def test_an_encoding_that_cannot_be_told_is_asked_for(con, tmp_path: Path) -> None:
    raw = things(
        con,
        tmp_path,
        "a.csv",
        b"name,n\n\xd6\xd0\xb9\xfa,1\n".replace(b"\xd6\xd0\xb9\xfa", b"\x89\xdb\xaa\x9d"),
        {"x": "name"},
    )
    assert "its encoding cannot be told" in raw.problems[0]
    assert 'encoding = "gb18030"' in raw.problems[0]


def test_an_encoding_that_is_set_and_does_not_fit_is_told(con, tmp_path: Path) -> None:
    raw = things(con, tmp_path, "a.csv", CHINESE.encode("gb18030"), {"x": "客户名称"}, encoding="utf-8")
    assert "not all of its bytes are utf-8" in raw.problems[0]


def test_known_truth_of_csv_spectrum(con) -> None:
    folder = shared_data("nasty/csv-spectrum")
    for file in sorted((folder / "csvs").glob("*.csv")):
        truth = json.loads((folder / "json" / f"{file.stem}.json").read_text("utf-8"))
        truth = truth if isinstance(truth, list) else [truth]
        raw = readers.read(
            con,
            "x",
            Source(files=[file.name], columns={f"k{i}": h for i, h in enumerate(truth[0])}),
            THINGS,
            file.parent,
        )
        assert raw.problems == []
        if file.stem == "location_coordinates":  # its CSV and its JSON hold different telephone numbers
            truth[0]["Contact Phone Number"] = "2095257564"
        want = [
            tuple(v.strip().replace("\r\n", "\n") or None for v in row.values()) for row in truth
        ]  # git changed its CRLF
        assert [row[:-1] for row in cells(raw)] == want, file.stem


@pytest.mark.parametrize("name", ["simple.csv", "simple.psv", "simple.ssv", "example.tsv", "spanish_chars.csv",
                                  "complex.csv",
                                  "utf-16le_encoded.csv", "characters.csv", "mixedGLB.csv", "utf8bom.csv"])  # fmt: skip
def test_a_horrible_file_is_read_whole(name: str) -> None:
    file = shared_data("nasty/messytables-horror") / name
    [peek] = readers.peek(file)
    assert all(len(row) == len(peek.headers) for row in peek.rows)
    assert len(peek.headers) >= 2


@pytest.mark.parametrize(("name", "reason"), [
    ("simple.unknown", "empty (0 bytes)"), ("simple.zip", "archive"), ("html.html", "web page"),
    ("211.csv", "its encoding cannot be told"), ("encrypted_no_password.xls", "protected by a password"),
    ("libreoffice.xlsx", "no sheet with anything in it"),
])  # fmt: skip
def test_a_horrible_file_that_holds_no_table_says_why(name: str, reason: str) -> None:
    with pytest.raises(DataError, match=reason.replace("(", r"\(").replace(")", r"\)")):
        readers.peek(shared_data("nasty/messytables-horror") / name)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_delimiter_is_found_also_where_fields_hold_others(con, tmp_path: Path, delimiter: str) -> None:
    lines = [["name", "note"], ["A", '"1;2,3|4\t5"'], ["B", '"x, y"']]
    raw = things(con, tmp_path, "a.csv", "\n".join(delimiter.join(line) for line in lines), {"x": "name", "y": "note"})
    assert cells(raw) == [("A", "1;2,3|4\t5", 2), ("B", "x, y", 3)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_rows_are_numbered_as_a_spreadsheet_does(con, tmp_path: Path, end: str) -> None:
    text = end.join(["name,n", "A,1", "", '"two' + end + 'lines",2', ",", "C,3", ""])
    raw = things(con, tmp_path, "a.csv", text, {"x": "name"})
    assert raw.problems == []
    assert [row[-1] for row in cells(raw)] == [2, 4, 6]


def test_empty_rows_at_the_end_of_an_export_are_left_out_and_counted(con, tmp_path: Path) -> None:
    raw = things(con, tmp_path, "a.csv", "name,n\nA,1\n,\n,\nB,2\n", {"x": "name"})
    assert [row[-1] for row in cells(raw)] == [2, 5]
    assert raw.proved["a.csv"]["empty rows"] == 2


def test_rows_that_are_not_as_wide_as_the_header_are_named(con, tmp_path: Path) -> None:
    [problem] = things(con, tmp_path, "a.csv", "a,b,c\n1,2,3\n4,5\n6,7,8,9\n", {"x": "a"}).problems
    assert "2 rows do not have the header's 3 fields: 3 (2), 4 (4)" in problem


def test_a_footer_of_short_rows_is_passed_over_and_named(con, tmp_path: Path) -> None:
    text = 'a,b,c\n1,2,3\n4,5,6\n\n"My Report"\n"Copyright (c) 2026, Inc."\n"Confidential","Do not share"\n'
    raw = things(con, tmp_path, "f.csv", text, {"x": "a", "y": "b"})
    assert raw.problems == []
    assert [row[0] for row in cells(raw)] == ["1", "4"]
    footer = ("My Report", "Copyright (c) 2026, Inc.", "Confidential Do not share")
    assert raw.proved["f.csv"]["footer"] == footer


@pytest.mark.parametrize(
    "text", ["a,b,c\n1,2,3\n4,5\n", "a,b,c\n1,2,3\nnote\n4,5,6\n", "a,b,c\nx\ny\n", "a,b,c\n1,2,3\n" + "x\n" * 30]
)
def test_short_rows_that_are_no_footer_stay_an_error(con, tmp_path: Path, text: str) -> None:
    raw = things(con, tmp_path, "f.csv", text, {"x": "a"})
    assert "rows do not have the header's 3 fields" in raw.problems[0]
    assert "delete them where they are notes" in raw.problems[0]


def test_a_quotation_mark_that_is_never_closed_is_named(con, tmp_path: Path) -> None:
    raw = things(con, tmp_path, "a.csv", 'a,b\n1,2\n"3,4\n5,6\n', {"x": "a"})
    assert any("at row 3 a quotation mark is opened and not closed" in p for p in raw.problems)


@pytest.mark.parametrize("header", ["  销售额 ", "\ufeff销售额", "销售额\u200b"])
def test_a_header_is_found_in_spite_of_what_nobody_sees(con, tmp_path: Path, header: str) -> None:
    assert things(con, tmp_path, "a.csv", f"{header},b\n1,2\n", {"x": "销售额"}).problems == []


def test_a_header_is_found_in_spite_of_case_and_width(con, tmp_path: Path) -> None:
    assert things(con, tmp_path, "a.csv", "ＡＭＯＵＮＴ,b\n1,2\n", {"x": "Amount"}).problems == []


def test_a_header_that_is_not_there_is_told_with_the_nearest(con, tmp_path: Path) -> None:
    [problem] = things(con, tmp_path, "a.csv", "Amount,b\n1,2\n", {"x": "Amout"}).problems
    assert "a.csv: there is no column 'Amout' (x). Nearest: 'Amount'" in problem


def test_two_headers_alike_are_told(con, tmp_path: Path) -> None:
    [problem] = things(con, tmp_path, "a.csv", "n,m,n\n1,2,3\n", {"x": "n"}).problems
    assert "the header 'n' (x) stands over columns 1, 3" in problem


def test_headers_further_down_are_pointed_at(con, tmp_path: Path) -> None:
    text = "Sales report,\n,\nname,n\nA,1\n"
    assert "Set header = 3" in things(con, tmp_path, "a.csv", text, {"x": "name", "y": "n"}).problems[0]
    raw = things(con, tmp_path, "a.csv", text, {"x": "name", "y": "n"}, header=3)
    assert cells(raw) == [("A", "1", 4)]


def test_a_file_without_headers_takes_the_names_that_are_set(con, tmp_path: Path) -> None:
    raw = things(con, tmp_path, "a.csv", "A|1\nB|2\n", {"x": "n"}, header=0, names=["name", "n"])
    assert cells(raw) == [("1", 1), ("2", 2)]


def test_without_a_mapping_our_own_names_are_expected(con, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Date,amount,Region\n2026-01-02,3.5,华东\n", "utf-8")
    raw = readers.read(con, "orders", Source(files=["a.csv"]), TABLES["orders"], tmp_path, ["region"])
    assert raw.problems == []
    assert set(raw.expr.columns) == {"date", "amount", "region", "_file", "_row"}


def test_a_required_column_that_is_not_mapped_is_told(con, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("d,a\n2026-01-02,3.5\n", "utf-8")
    raw = readers.read(con, "orders", Source(files=["a.csv"], columns={"amount": "a"}), TABLES["orders"], tmp_path)
    assert "orders needs the column 'date'" in raw.problems[0]


def test_files_are_put_under_one_another_with_their_names_and_digests(con, tmp_path: Path) -> None:
    for name, rows in (("2025.csv", "a,b\n1,2\n"), ("2026.csv", "b;a\n4;3\n")):
        (tmp_path / name).write_text(rows, "utf-8")
    raw = readers.read(con, "x", Source(files=["202*.csv"], columns={"x": "a", "y": "b"}), THINGS, tmp_path)
    assert sorted(engines.frame(raw.expr)[["x", "y", "_file"]].itertuples(index=False, name=None)) == [
        ("1", "2", "2025.csv"), ("3", "4", "2026.csv")]  # fmt: skip
    assert set(raw.digest) == {"2025.csv", "2026.csv"}
    assert raw.digest["2025.csv"] != raw.digest["2026.csv"]


@pytest.mark.parametrize(
    "name", ["a'b;c.csv", "销售😀.csv", "new\nline.csv", 'q"uote.csv', "a[1]*?.csv", "--drop.csv", "<script>.csv"]
)
def test_a_hostile_file_name_is_only_a_name(con, tmp_path: Path, name: str) -> None:
    (tmp_path / "a1.csv").write_text("wrong\nfile\n", "utf-8")
    raw = things(con, tmp_path, name, "a,b\n1,2\n", {"x": "a"})
    assert raw.problems == []
    assert engines.frame(raw.expr)["_file"].tolist() == [name]


@pytest.mark.parametrize(
    "header", ["a'b", 'a"; DROP TABLE x; --', "<script>alert(1)</script>", "=HYPERLINK(1)", "../..", "😀"]
)
def test_a_hostile_column_name_is_only_a_name(con, tmp_path: Path, header: str) -> None:
    quoted = '"' + header.replace('"', '""') + '"'
    raw = things(con, tmp_path, "a.csv", f"{quoted},b\n1,2\n", {header: header})
    assert raw.problems == []
    assert engines.frame(raw.expr)[header].tolist() == ["1"]


def test_one_file_that_several_ways_lead_to_is_read_once(con, tmp_path: Path) -> None:
    (tmp_path / "o.csv").write_text("date,amount\n2026-01-05,10\n", "utf-8")
    (tmp_path / "link.csv").symlink_to(tmp_path / "o.csv")
    ways = ["o.csv", "./o.csv", f"../{tmp_path.name}/o.csv", "*.csv", "link.csv"]
    found = readers.read(con, "orders", Source(files=ways), TABLES["orders"], tmp_path)
    assert (list(found.digest), found.problems) == (["o.csv"], [])
    assert engines.frame(found.expr).amount.tolist() == [10]


def test_a_pattern_may_go_up_and_never_becomes_sql(con, tmp_path: Path) -> None:
    (tmp_path / "settings").mkdir()
    (tmp_path / "a.csv").write_text("a,b\n1,2\n", "utf-8")
    assert problems(con, tmp_path / "settings", "../*.csv") == []
    assert "no file" in problems(con, tmp_path / "settings", "'); DROP TABLE x; --")[0]


def test_what_is_not_there_is_told_with_the_nearest_names(con, tmp_path: Path) -> None:
    (tmp_path / "orders_2026.csv").write_text("a\n1\n", "utf-8")
    assert problems(con, tmp_path, "order_2026.csv") == [
        "there is no file 'order_2026.csv'. Nearest: 'orders_2026.csv'."
    ]
    assert "no file matches 'x*.xlsx'. The folder holds 'orders_2026.csv'." in problems(con, tmp_path, "x*.xlsx")
    assert "its folder does not exist" in problems(con, tmp_path, "gone/x.csv")[0]


def test_an_empty_file_a_header_only_and_a_folder_are_told(con, tmp_path: Path) -> None:
    assert "a.csv is empty (0 bytes)" in things(con, tmp_path, "a.csv", "", {"x": "a"}).problems[0]
    assert "holds nothing but blanks" in things(con, tmp_path, "a.csv", "\n \n", {"x": "a"}).problems[0]
    assert "a.csv has a header and no rows" in things(con, tmp_path, "a.csv", "a,b\n", {"x": "a"}).problems[0]
    (tmp_path / "dir.csv").mkdir()
    raw = readers.read(con, "x", Source(files=["dir.csv"], columns={"x": "a"}), THINGS, tmp_path)
    assert "dir.csv is a folder" in raw.problems[0]


@pytest.mark.skipif(os.geteuid() == 0, reason="the administrator may read everything")
def test_a_file_that_may_not_be_read_is_told(con, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a\n1\n", "utf-8")
    (tmp_path / "a.csv").chmod(0)
    assert (
        "may not be read by this user" in readers.read(con, "x", Source(files=["a.csv"]), THINGS, tmp_path).problems[0]
    )


def test_nothing_temporary_is_left_when_the_engine_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import gc
    import tempfile

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temp"))
    (tmp_path / "temp").mkdir()
    con = engines.embedded()
    assert things(con, tmp_path, "a.csv", CHINESE.encode("gb18030"), {"x": "客户名称"}).problems == []
    assert not list((tmp_path / "temp").rglob("*.csv"))
    con.disconnect()
    del con
    gc.collect()
    assert list((tmp_path / "temp").iterdir()) == []
