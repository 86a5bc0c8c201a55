"""Numbers and dates as companies write them: proven, asked for, or named with their rows."""

from pathlib import Path

import pytest

from workbench.settings import Source
from workbench.sources import engines, readers
from workbench.sources.contracts import TABLES


@pytest.fixture(scope="module")
def con():
    return engines.embedded()


def column(con, folder: Path, ours: str, values: list[str], **settings: str) -> readers.Raw:
    other = {"date": ("day", "2026-01-01"), "amount": ("money", "1")}
    other.pop(ours)
    (name, (header, filler)), mine = *other.items(), {"date": "day", "amount": "money"}[ours]
    lines = [f"{header}|{mine}", *(f"{filler}|{v}" for v in values)]
    (folder / "one.csv").write_text("\n".join(lines) + "\n", "utf-8")
    source = Source(files=["one.csv"], delimiter="|", columns={name: header, ours: mine}, **settings)
    return readers.read(con, "orders", source, TABLES["orders"], folder)


def values(raw: readers.Raw, ours: str) -> list[object]:
    found = engines.frame(raw.expr.order_by("_row"))[ours]
    shown = found.dt.strftime("%Y-%m-%d") if ours == "date" else found
    return [None if value != value else value for value in shown]


@pytest.mark.parametrize(("written", "number"), [
    ("1,234.56", 1234.56), ("(12)", -12), ("¥1,000", 1000), ("￥１２３", 123), ("12%", 0.12), ("5-", -5), ("-5", -5),
    ("1.2万", 12000), ("3亿元", 3e8), ("12.5 万元", 125000), ("NT$ 3,000", 3000), ("-$5.50", -5.5), ("$-5", -5),
    ("(¥1,234.00)", -1234), ("+3", 3), ("−4", -4), ("12,34,567.5", 1234567.5), ("1 234 567.5", 1234567.5),
    ("1.5E+05", 150000), ("  7 ", 7), ("", None), ("-", None), ("N/A", None), ("NULL", None), ("(NA)", None),
    ("nan", None),
])  # fmt: skip
def test_a_number_is_read_as_it_is_written(con, tmp_path: Path, written: str, number: float | None) -> None:
    raw = column(con, tmp_path, "amount", [written, "0.5"])  # 0.5 proves the point
    assert raw.problems == []
    assert values(raw, "amount")[0] == (None if number is None else pytest.approx(number))


@pytest.mark.parametrize(("written", "number"), [
    ("1.234,56", 1234.56), ("12,5", 12.5), ("1.234", 1234), ("-1.234.567,8", -1234567.8), ("1 234,5", 1234.5),
    ("1'234,5", 1234.5), ("€ 3,50", 3.5), ("3,50 €", 3.5),
])  # fmt: skip
def test_a_number_with_a_decimal_comma_is_read_as_it_is_written(
    con, tmp_path: Path, written: str, number: float
) -> None:
    raw = column(con, tmp_path, "amount", [written, "0,5"])
    assert (raw.problems, values(raw, "amount")[0]) == ([], pytest.approx(number))
    assert raw.proved["one.csv"]["decimal"] == {"amount": ","}


@pytest.mark.parametrize("written", ["abc", "12a", "0x1", "1_000", "inf", "12-12", "合计", "=1+1"])
def test_what_is_no_number_is_named_with_its_row_and_never_lost(con, tmp_path: Path, written: str) -> None:
    [problem] = column(con, tmp_path, "amount", ["0.5", written, "2.5"]).problems
    assert problem == (f"one.csv, column 'money' (amount): 1 value is not a number, row 3: '{written}'."
                       " Expected such as 1234.50; correct or empty the cell.")  # fmt: skip


def test_more_than_five_unreadable_rows_are_counted(con, tmp_path: Path) -> None:
    [problem] = column(con, tmp_path, "amount", ["0.5", *["x"] * 7]).problems
    assert "7 values are not numbers, rows 3, 4, 5, 6, 7 and 2 more: 'x'" in problem


def test_a_decimal_mark_that_cannot_be_told_is_asked_for(con, tmp_path: Path) -> None:
    [problem] = column(con, tmp_path, "amount", ["1,234", "5,678"]).problems
    assert "the decimal mark cannot be told from values such as '1,234'" in problem
    assert 'decimal = "."' in problem


@pytest.mark.parametrize(("decimal", "number"), [(".", 1234), (",", 1.234)])
def test_a_decimal_mark_that_is_set_is_taken(con, tmp_path: Path, decimal: str, number: float) -> None:
    raw = column(con, tmp_path, "amount", ["1,234"], decimal=decimal)
    assert (raw.problems, values(raw, "amount")) == ([], [number])


def test_two_decimal_marks_in_one_column_are_told_with_rows_of_each(con, tmp_path: Path) -> None:
    [problem] = column(con, tmp_path, "amount", ["1,234.5", "1.234,5", "7"]).problems
    assert "decimal points in row 2 (e.g. '1,234.5') and decimal commas in row 3 (e.g. '1.234,5')" in problem


def test_a_column_that_proves_its_mark_tells_it_for_the_files_other_columns(con, tmp_path: Path) -> None:
    (tmp_path / "two.csv").write_text("d;a;p\n2026-01-01;1.234;0,5\n", "utf-8")
    source = Source(files=["two.csv"], columns={"date": "d", "amount": "a", "price": "p"})
    raw = readers.read(con, "orders", source, TABLES["orders"], tmp_path)
    assert (raw.problems, values(raw, "amount")) == ([], [1234])


def test_whole_numbers_need_no_mark(con, tmp_path: Path) -> None:
    raw = column(con, tmp_path, "amount", ["1", "22000", "-3"])
    assert (raw.problems, values(raw, "amount")) == ([], [1, 22000, -3])


@pytest.mark.parametrize("written", [
    "2026-09-03", "2026/9/3", "2026.9.3", "20260903", "2026年9月3日", "2026-09-03 10:11:12", "2026-09-03T10:11:12Z",
    "2026年9月3日 星期四", "2026/9/3 下午 3:20", "2026/9/3 3:20 PM", "20260903101112", "46268", "46268.75",
    "Sep 3, 2026",
    "3 Sep 2026", "03-Sep-26", "Sept 3, 2026", "September 3 2026", "Thu, 3 Sep 2026", "115/09/03", "２０２６-０９-０３",
])  # fmt: skip
def test_a_date_is_read_as_it_is_written(con, tmp_path: Path, written: str) -> None:
    raw = column(con, tmp_path, "date", [written])
    assert (raw.problems, values(raw, "date")) == ([], ["2026-09-03"])


@pytest.mark.parametrize(
    ("written", "first"), [("2026-09", "2026-09-01"), ("2026年9月", "2026-09-01"), ("2026", "2026-01-01")]
)
def test_a_month_or_a_year_is_its_first_day(con, tmp_path: Path, written: str, first: str) -> None:
    assert values(column(con, tmp_path, "date", [written]), "date") == [first]


@pytest.mark.parametrize(("written", "read"), [
    (["13/9/2026", "1/2/2026"], ["2026-09-13", "2026-02-01"]),
    (["9/13/2026", "1/2/26"], ["2026-09-13", "2026-01-02"]),
    (["9/3/26", "9/13/26"], ["2026-09-03", "2026-09-13"]),
    (["26/9/30", "26/10/1"], ["2026-09-30", "2026-10-01"]),
])  # fmt: skip
def test_the_order_of_day_and_month_is_proven_by_one_value(
    con, tmp_path: Path, written: list[str], read: list[str]
) -> None:
    raw = column(con, tmp_path, "date", written)
    assert (raw.problems, values(raw, "date")) == ([], read)


@pytest.mark.parametrize("written", [["01/02/2026", "03/04/2026"], ["03-09-26", "13-09-26"]])
def test_an_order_that_cannot_be_told_is_asked_for(con, tmp_path: Path, written: list[str]) -> None:
    [problem] = column(con, tmp_path, "date", written).problems
    assert f"the order of day and month cannot be told from values such as '{written[0]}'" in problem
    assert 'dates = "day-first"' in problem


def test_an_order_that_is_set_is_taken(con, tmp_path: Path) -> None:
    raw = column(con, tmp_path, "date", ["01/02/2026"], dates="day-first")
    assert (raw.problems, values(raw, "date")) == ([], ["2026-02-01"])


def test_two_orders_in_one_column_are_told_with_rows_of_each(con, tmp_path: Path) -> None:
    [problem] = column(con, tmp_path, "date", ["13/9/2026", "9/14/2026", "1/1/2026"]).problems
    assert "day first in row 2 (e.g. '13/9/2026') and month first in row 3 (e.g. '9/14/2026')" in problem


@pytest.mark.parametrize("written", ["2026-02-30", "2026-13-01", "31/04/2026", "soon", "99999", "9/3"])
def test_what_is_no_date_is_named_with_its_row(con, tmp_path: Path, written: str) -> None:
    [problem] = column(con, tmp_path, "date", ["2026-01-01", written]).problems
    assert "1 value is not a date, row 3" in problem
    assert f"'{written}'" in problem


def test_all_breaches_are_told_at_once(con, tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text("d,a,q\nsoon,x,1\n2026-01-01,1.5,y\n", "utf-8")
    source = Source(files=["bad.csv", "gone.csv"], columns={"date": "d", "amount": "a", "quantity": "q"})
    problems = readers.read(con, "orders", source, TABLES["orders"], tmp_path).problems
    assert [word in " ".join(problems) for word in ("gone.csv", "(date)", "(amount)", "(quantity)")] == [True] * 4


def amounts(con, folder: Path, text: str, own: str, **columns: str) -> readers.Raw:
    (folder / "o.csv").write_text(text, "utf-8")
    source = Source(files=["o.csv"], columns={"date": "date", "amount": "amount", **columns})
    return readers.read(con, "orders", source, TABLES["orders"], folder, currency=own)


def test_dollars_and_euros_in_one_column_are_not_added(con, tmp_path: Path) -> None:
    raw = amounts(con, tmp_path, "date,amount\n2026-01-05,$5.00\n2026-01-06,€3.00\n2026-01-07,4\n", "USD")
    assert len(raw.problems) == 1
    assert "$ in row 2 (e.g. '$5.00') and € in row 3 (e.g. '€3.00')" in raw.problems[0]


@pytest.mark.parametrize(
    ("first", "second", "currency", "told"),
    [
        ("€5.00", "3.00", "CNY", "€ in row 2"),
        ("$5.00", "3.00", "CNY", "$ in row 2"),
        ("US$5.00", "3.00", "TWD", "US$ in row 2"),
        ("$5.00", "NT$3.00", "TWD", ""),
        ("$5.00", "3.00", "SGD", ""),
        ("¥5.00", "3.00元", "CNY", ""),
        ("￥5.00", "RMB 3.00", "CNY", ""),
        ("EUR 5.00", "3.00 €", "EUR", ""),
    ],
)
def test_a_sign_that_contradicts_the_company_s_currency_is_told(
    con, tmp_path: Path, first: str, second: str, currency: str, told: str
) -> None:
    raw = amounts(con, tmp_path, f"date,amount\n2026-01-05,{first}\n2026-01-06,{second}\n", currency)
    assert [told in p and currency in p for p in raw.problems] == [True] * bool(told)


def test_signs_may_differ_where_a_column_says_each_row_s_currency(con, tmp_path: Path) -> None:
    text = "date,amount,cur\n2026-01-05,$5.00,USD\n2026-01-06,€3.00,EUR\n"
    assert amounts(con, tmp_path, text, "USD", currency="cur").problems == []


PERIODS = [
    "2026Q2",
    "2026-Q2",
    "Q2 2026",
    "Q2/2026",
    "2026年2季度",
    "2026年第二季度",
    "2026第2季",
    "FY26 Q2",
    "FY2026Q2",
]


def periods(con, folder: Path, written: list[str], starts: int) -> readers.Raw:
    (folder / "t.csv").write_text("period|amount\n" + "".join(f"{p}|1\n" for p in written), "utf-8")
    source = Source(files=["t.csv"], delimiter="|")
    return readers.read(con, "targets", source, TABLES["targets"], folder, starts=starts)


def first_days(raw: readers.Raw) -> list[str]:
    assert raw.problems == []
    return engines.frame(raw.expr.order_by("_row"))["period"].dt.strftime("%Y-%m-%d").tolist()


def test_a_quarter_is_its_first_day(con, tmp_path: Path) -> None:
    assert first_days(periods(con, tmp_path, PERIODS, 1)) == ["2026-04-01"] * len(PERIODS)


@pytest.mark.parametrize("starts", [0, 1, 4])
def test_a_month_is_its_first_day_in_any_fiscal_year(con, tmp_path: Path, starts: int) -> None:
    months = ["Jan-26", "January 26", "Jan 2026", "2026年1月", "2026-01", "2026/1"]
    assert first_days(periods(con, tmp_path, months, starts)) == ["2026-01-01"] * len(months)


def test_a_fiscal_quarter_is_read_by_the_fiscal_year_and_named_by_the_year_it_ends_in(con, tmp_path: Path) -> None:
    assert first_days(periods(con, tmp_path, ["FY26 Q1", "FY2026-Q4"], 4)) == ["2025-04-01", "2026-01-01"]


@pytest.mark.parametrize(
    ("written", "starts", "advice"),
    [("2026Q1", 4, "or as FY26 Q1)"), ("2026年第一季度", 4, "first day"), ("FY26 Q1", 0, "first day)")],
)
def test_a_quarter_that_may_be_of_either_calendar_is_asked_for(
    con, tmp_path: Path, written: str, starts: int, advice: str
) -> None:
    (problem,) = periods(con, tmp_path, [written], starts).problems
    assert "the fiscal year does not start in January" in problem
    assert advice in problem
