"""A person's own target sheet: rows, columns, growth and shares recomputed whatever the headers, cell by cell."""

import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import settings as trial
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from workbench.analytics import plan
from workbench.analytics.plan.audit import Audit, Grid
from workbench.analytics.plan.audit.sheets import number_of, tables
from workbench.cli import app
from workbench.errors import DataError
from workbench.sources import contracts
from workbench.sources.readers.grids import cells

Row = list[Any]
QUARTERS = ("第一季度", "第二季度", "第三季度", "第四季度")


def of(rows: list[Row], name: str = "目标") -> Audit:
    found = plan.of_sheets([Grid(name, tuple(map(tuple, rows)))], contracts.headers("goals"))
    assert isinstance(found, Audit), found
    return found


def wrong(rows: list[Row]) -> dict[str, tuple[str, str]]:
    """The wrong cells: what is written, what it should be."""
    found = of(rows).cells
    return {c: (w, e) for c, w, e in zip(found["cell"], found["written"], found["expected"], strict=True)}


def company() -> list[Row]:
    """A sheet as companies keep it: merged headers over months, subtotals, a total, last year, growth and share."""
    upper: Row = ["大区", "负责人"]
    lower: Row = ["", ""]
    for n, quarter in enumerate(QUARTERS):
        upper += [quarter, "", "", ""]
        lower += [f"{3 * n + 1}月", f"{3 * n + 2}月", f"{3 * n + 3}月", "小计"]
    rows: list[Row] = [
        ["2027年销售目标（单位：万元）"],
        [*upper, "全年合计", "2026年实际", "增长率", "占比"],
        [*lower, "", "", "", ""],
    ]
    east, west = (
        [_row("华东", "张三", 100, 1100), _row("", "李四", 80, 1000)],
        [_row("华南", "王五", 60, 600), _row("", "赵六", 40, 500)],
    )
    subtotals = [_summed("华东 小计", east), _summed("华南 小计", west)]
    total = _summed("总计", subtotals)
    rows += [*east, subtotals[0], *west, subtotals[1], total]
    for row in rows[3:]:
        row[20], row[21] = row[18] / row[19] - 1, row[18] / total[18]
    return rows


def _row(region: str, owner: str, base: float, last: float) -> Row:
    months = [base + (n % 3) * 5 for n in range(12)]
    quarters = [[*months[n : n + 3], sum(months[n : n + 3])] for n in range(0, 12, 3)]
    return [region, owner, *(v for q in quarters for v in q), sum(months), last, 0.0, 0.0]


def _summed(name: str, rows: list[Row]) -> Row:
    return [name, "", *(sum(r[n] for r in rows) for n in range(2, 20)), 0.0, 0.0]


def test_a_sheet_that_adds_up_has_nothing_wrong_and_says_how_much_was_recomputed() -> None:
    found = of(company())
    assert found.details == ()
    # 7 rows x (4 quarters + year), 3 totals x 18 columns, 7 rows x (growth + share)
    assert found.sums == 7 * 5 + 3 * 18 + 7 * 2


@pytest.mark.parametrize(
    ("row", "column", "value", "cell", "expected"),
    [
        (3, 5, 320.0, "F4", "315"),  # a quarter of three months
        (4, 18, 990.0, "S5", "1,020"),  # a year of twelve months
        (5, 6, 181.0, "G6", "180"),  # a subtotal of its two rows
        (9, 10, 300.0, "K10", "280"),  # the total of everything
        (6, 20, 0.5, "U7", None),  # growth on last year
        (7, 21, 0.5, "V8", None),  # share of the total
    ],
)
def test_each_planted_fault_is_found_in_its_cell(
    row: int, column: int, value: float, cell: str, expected: str | None
) -> None:
    rows = company()
    rows[row][column] = value
    found = wrong(rows)
    assert cell in found
    assert expected in (None, found[cell][1])


@given(st.integers(3, 9), st.sampled_from([5, 9, 13, 17, 18]), st.floats(1.02, 3.0))
@trial(max_examples=40, deadline=None)
def test_any_sum_that_is_changed_is_found(row: int, column: int, factor: float) -> None:
    rows = company()
    rows[row][column] *= factor
    assert Grid("", ()).place(row, column) in wrong(rows)


def test_rounded_parts_are_told_as_rounding_and_are_no_error() -> None:
    rows = [["", "1月", "2月", "3月", "合计"], ["A", 3333, 3333, 3333, 10000]]
    found = of(rows)
    assert found.cells["rounding"].tolist() == [True]
    assert found.errors == 0


def test_numbers_as_text_are_read_and_told_and_failed_formulas_are_errors() -> None:
    rows = [["", "1月", "2月", "合计"], ["A", "1,200万", 8_000_000, 20_000_000], ["B", "#REF!", 5, 5]]
    found = of(rows)
    assert [f.key.removeprefix("plan.audit.") for f in found.details] == ["cell_text", "cell_error"]
    assert found.errors == 1


def test_one_uplift_on_last_years_column_is_flat_and_shares_must_sum() -> None:
    rows: list[Row] = [["区域", "去年实际", "今年目标", "占比"]]
    rows += [[n, b, b * 1.2, s] for n, b, s in (("东", 100, 0.5), ("西", 60, 0.3), ("北", 40, 0.3))]
    said = {f.key.removeprefix("plan.audit."): f.values for f in of(rows).details}
    assert (said["cell_flat"]["cells"], said["cell_flat"]["growth"]) == ("C2:C4", "20%")
    assert said["cell_shares"]["sum"] == "110%"
    other = of([*rows[:3], ["北", 40, 50, 0.2]])
    assert [f.key for f in other.details] == []


@pytest.mark.parametrize(
    "headers",
    [
        ["Region", "Q1", "Q2", "Q3", "Q4", "Total"],
        ["區域", "第一季", "第二季", "第三季", "第四季", "合計"],
        ["区域", "2027年Q1", "2027年Q2", "2027年Q3", "2027年Q4", "2027年目标"],
    ],
)
def test_headers_of_three_languages_are_known(headers: list[str]) -> None:
    rows = [
        headers,
        ["A", 1, 2, 3, 4, 11],
        ["B", 2, 2, 2, 2, 8],
        ["Total" if headers[0] == "Region" else "合計", 3, 4, 5, 6, 19],
    ]
    assert wrong(rows)["F2"] == ("11", "10")


def test_months_written_as_dates_or_names_are_months() -> None:
    import datetime as dt

    dates: Row = ["", *(dt.datetime(2027, m, 1) for m in range(1, 13)), "合计"]
    names: Row = ["", *["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"], "Total"]
    for headers in (dates, names):
        assert wrong([headers, ["A", *range(1, 13), 79]]) == {"N2": ("79", "78")}


def test_two_years_side_by_side_are_two_blocks() -> None:
    upper: Row = ["区域", "2026年实际", "", "", "", "", "2027年目标", "", "", "", ""]
    lower: Row = ["", *(["Q1", "Q2", "Q3", "Q4"]), "合计", *(["Q1", "Q2", "Q3", "Q4"]), "合计"]
    assert wrong([upper, lower, ["A", 1, 2, 3, 4, 10, 2, 3, 4, 5, 15]]) == {"K3": ("15", "14")}


def test_a_table_of_goals_is_read_by_its_headers() -> None:
    rows = [
        ["目标描述", "目标值", "单位", "基数", "增长率", "负责人"],
        ["华东2027年销售额", 220, "万元", 150, 0.45, "张三"],
    ]
    found = of(rows)
    assert [f.values["implied"] for f in found.details if f.key == "plan.audit.growth_differs"] == ["217.5万元"]
    assert found.statements["where"].tolist() == ["目标!2"]


def test_a_sheet_without_targets_says_what_it_needs() -> None:
    found = plan.of_sheets([Grid("x", (("a", "b"), (1, 2)))], {})
    assert [f.key for f in found.findings] == ["plan.audit.unknown_sheets"]


CELL = st.one_of(st.none(), st.booleans(), st.floats(), st.integers(), st.text(max_size=20), st.sampled_from(
    ["合计", "1月", "2月", "Q1", "Q2", "总计", "小计", "占比", "增长率", "去年实际", "=1+1", "#REF!", "-", "1,2万",
     "(3)"]))  # fmt: skip


@given(st.lists(st.lists(CELL, max_size=8), max_size=10))
@trial(max_examples=200, deadline=None)
def test_any_cells_are_audited_without_failing(rows: list[Row]) -> None:
    grid = Grid("x", tuple(map(tuple, rows)))
    assert isinstance(tables(grid), list)
    plan.of_sheets([grid], contracts.headers("goals"))


@pytest.mark.parametrize(
    ("cell", "value"),
    [("1,200万", 12e6), ("15%", 0.15), ("(300)", -300), (3, 3.0), ("", None), ("abc", None), (True, None),
     ("=SUM(A1)", None),
     (float("inf"), None), ("９０", 90)],
)  # fmt: skip
def test_a_cell_is_a_number_or_none(cell: Any, value: float | None) -> None:
    assert number_of(cell) == value


# the command


@pytest.fixture
def book(tmp_path: Path) -> Callable[[Callable[[Any], None]], Path]:
    def make(change: Callable[[Any], None]) -> Path:
        made = openpyxl.Workbook()
        sheet = made.active
        assert sheet is not None
        sheet.title = "2027目标"
        for row in company():
            sheet.append(row)
        sheet.merge_cells("C2:F2")
        change(sheet)
        made.save(tmp_path / "目标.xlsx")
        return tmp_path / "目标.xlsx"

    return make


def command(file: Path, *more: str) -> subprocess.CompletedProcess[str]:
    call = [sys.executable, "-m", "workbench.cli", "audit", str(file), *more]
    return subprocess.run(call, capture_output=True, text=True, timeout=120)


def here(file: Path, *more: str) -> Result:
    """The same without a process of its own."""
    return CliRunner().invoke(app, ["audit", str(file), *more])


def test_the_command_names_each_wrong_cell_and_ends_with_1(book: Callable[[Callable[[Any], None]], Path]) -> None:
    def change(sheet: Any) -> None:
        sheet["F4"] = 320
        sheet["G5"] = "#REF!"

    done = here(book(change), "--lang", "zh-CN")
    assert done.exit_code == 1
    assert "2027目标 F4：填的是320，三个月合计应为315（相差5）。" in done.stdout
    assert "2027目标 G5：公式出错（#REF!）" in done.stdout


def test_the_command_ends_with_0_where_all_is_right(book: Callable[[Callable[[Any], None]], Path]) -> None:
    done = command(book(lambda sheet: None))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "Nothing is wrong."


def test_a_text_file_is_read_line_by_line(tmp_path: Path) -> None:
    file = tmp_path / "goals.md"
    file.write_text("- 今年销售额提升50%\n\n- raise Q1 2027 sales in East by 12% to 34.5 M from 30.8 M\n", "utf-8")
    done = here(file, "--lang", "zh-TW", "--as-of", "2026-09-30")
    assert done.exit_code == 1
    assert "2026年1月1日至2026年12月31日" in done.stdout


def test_of_prose_only_the_sentences_that_state_a_target_are_audited(tmp_path: Path) -> None:
    file = tmp_path / "article.txt"
    file.write_text("目标要明确。去年我们很努力！2027年华东销售额达到100万元。大家加油。大幅提升销售额。", "utf-8")
    found = plan.of_sheets([Grid(c.name, c.rows, c.first, c.lines) for c in cells(file)], {})
    assert isinstance(found, Audit)
    assert found.statements["text"].tolist() == ["2027年华东销售额达到100万元。", "大幅提升销售额。"]


@pytest.mark.parametrize("lang", ["xx", ""])
def test_a_language_that_is_not_known_is_a_wrong_call(tmp_path: Path, lang: str) -> None:
    done = command(tmp_path / "none.xlsx", "--lang", lang)
    assert done.returncode == 2
    assert "zh-CN" in done.stderr


@pytest.mark.parametrize(
    ("name", "content"), [("a.xlsx", b"no workbook"), ("a.csv", b""), ("a.png", b"x"), ("a.xlsx", b"PK\x03\x04")]
)
def test_a_file_that_cannot_be_read_says_why(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError):
        cells(tmp_path / name)


def test_a_csv_in_an_old_encoding_is_read(tmp_path: Path) -> None:
    file = tmp_path / "目标.csv"
    file.write_bytes("区域,第一季度,第二季度,第三季度,第四季度,全年合计\n华东,10,20,30,40,110\n".encode("gb18030"))
    found = plan.of_sheets([Grid(c.name, c.rows, c.first, c.lines) for c in cells(file)], {})
    assert isinstance(found, Audit)
    assert found.cells["cell"].tolist() == ["F2"]


def test_formulas_and_markup_in_cells_stay_text(tmp_path: Path) -> None:
    file = tmp_path / "h.csv"
    file.write_text("目标描述,单位,目标值\n\"=cmd|' /C calc'!A0 销售额<script>alert(1)</script>\",万元,5\n", "utf-8")
    done = here(file)
    assert "<script>alert(1)</script>" in done.stdout  # a terminal shows it; a page escapes it


def test_a_sheet_that_claims_a_million_rows_is_read_by_what_it_holds(tmp_path: Path) -> None:
    plain, claimed = tmp_path / "plain.xlsx", tmp_path / "claimed.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["区域", "1月", "2月", "合计"])
    book.active.append(["华东", 1, 2, "#REF!"])
    book.active["D2"].data_type = "e"
    book.save(plain)
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(claimed, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b'ref="A1:D2"', b'ref="A1:XFD1048576"'))

    (sheet,) = cells(claimed)

    assert sheet.rows[1][3] == "#REF!"


def test_what_lies_beyond_the_rows_that_are_looked_at_is_told() -> None:
    rows: list[Row] = [["区域", "1月", "2月", "合计"], *([f"r{n}", 1, 2, 3] for n in range(20_005))]

    found = of(rows)

    assert [(f.values["rows"], f.values["have"]) for f in found.details if f.key == "plan.audit.cut"] == [
        (20_000, 20_006)
    ]
    assert found.errors == 0


def test_of_very_many_sentences_the_first_are_read_and_the_rest_is_told() -> None:
    found = of([["2027年销售额达到1亿元"] * 6 for _ in range(1000)])

    assert len(found.statements) == 5000
    assert [f.values["rows"] for f in found.details if f.key == "plan.audit.cut"] == [833]


def test_months_written_as_their_first_days_are_months() -> None:
    for written in ("2027/{}/1", "2027-{}-01", "2027.{}.1", "2027/{}"):
        found = of([["区域", *(written.format(n) for n in range(1, 13)), "合计"], ["华东", *[10] * 12, 121]])

        assert found.errors == 1, written


def test_formulas_that_nothing_has_worked_out_are_told_instead_of_taken_for_blanks(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["区域", "1月", "2月", "合计"])
    book.active.append(["华东", 1, 2, "=SUM(B2:C2)"])
    book.save(tmp_path / "written.xlsx")

    with pytest.raises(DataError, match=r"formulas in sheet1\.xml hold no results"):
        cells(tmp_path / "written.xlsx")


def test_a_text_that_cannot_be_read_says_what_to_do_without_speaking_of_settings(tmp_path: Path) -> None:
    mixed, open_ = tmp_path / "mixed.csv", tmp_path / "open.csv"
    mixed.write_bytes("区域,1月\n华东,1\n".encode() + "华南,1\n".encode("gb18030") * 3)
    open_.write_text('a,b\n"' + "x," * 600_000, "utf-8")

    with pytest.raises(DataError, match=r"Save it as \.xlsx, or as CSV in UTF-8"):
        cells(mixed)
    with pytest.raises(DataError, match="quotation mark"):
        cells(open_)
