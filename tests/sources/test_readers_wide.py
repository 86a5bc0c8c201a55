"""Sheets whose periods stand side by side."""

import datetime as dt
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.conftest import shared_data
from workbench.errors import DataError
from workbench.run import Run
from workbench.settings import Settings
from workbench.sources import load
from workbench.sources.readers.wide import period


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("Jan. 2020", (2020, 1)), ("Feb. 2021(p)", (2021, 2)), ("2020-03", (2020, 3)), ("2020/3", (2020, 3)),
        ("2020年12月", (2020, 12)), ("202007", (2020, 7)), ("Sept 2019", (2019, 9)), ("März 2019", (2019, 3)),
        ("Jan-21", (2021, 1)), ("2021Q3", (2021, 7)), ("Q4 2021", (2021, 10)), ("2021年第二季度", (2021, 4)),
        ("2021", (2021, 1)), ("2021年", (2021, 1)), ("2021-05-01", (2021, 5)), ("2021-05-01 00:00:00", (2021, 5)),
    ],
)  # fmt: skip
def test_headers_that_mean_a_period(text: str, made: tuple[int, int]) -> None:
    assert period(text) == dt.datetime(*made, 1)


@pytest.mark.parametrize(
    "text", ["CY CUM", "PY CUM", "TOTAL", "合计", "", "2020-13", "Kind of Business", "1月", "Q1", "12", "99999"]
)
def test_headers_that_mean_none(text: str) -> None:
    assert period(text) is None


@pytest.mark.parametrize(
    ("text", "month"), [("1月", 1), ("十二月", 12), ("一季度", 1), ("Q3", 7), ("Oct", 10), ("3Q", 7)]
)
def test_a_year_that_is_told_elsewhere_completes_a_header(text: str, month: int) -> None:
    assert period(text, 2024) == dt.datetime(2024, month, 1)


def company(folder: Path, table: str, source: dict[str, Any]) -> Settings:
    (folder / "orders.csv").write_text("order,date,amount,region\n1,2024-01-05,10,East\n2,2024-12-20,20,West\n")
    orders = {"files": ["orders.csv"], "columns": {n: n for n in ("order", "date", "amount", "region")}}
    return Settings(
        company={"name": "X", "currency": "USD"}, folder=folder, path=folder, dimensions={"region": ["region"]},
        sources={"orders": orders, table: source},
    )  # fmt: skip


def loaded(settings: Settings, table: str) -> Any:
    return load(Run.start(settings, as_of="2024-12-31")).table(table)


def test_a_target_sheet_as_people_keep_it_is_read_as_it_is(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "2024年"
    for row in (
        ["销售目标", "", "", "", ""],
        ["大区", "1月", "2月", "一季度合计", "3月"],
        ["East", 100, 110, 330, "120"],
        ["West", 50, None, 90, "-"],
    ):
        sheet.append(row)
    book.save(tmp_path / "t.xlsx")
    source = {"files": ["t.xlsx"], "header": 2, "wide": "amount", "unknown": ["-"], "columns": {"region": "大区"}}
    made = loaded(company(tmp_path, "targets", source), "targets")

    found = {(r.region, r.period.month): r.amount for r in made.itertuples()}
    assert found == {("East", 1): 100, ("East", 2): 110, ("East", 3): 120, ("West", 1): 50}


def test_a_text_file_may_be_wide_too_and_its_breaches_keep_their_rows(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("region,2024-01,2024-02,note\nEast,100,110,x\nWest,fifty,60,y\n")
    source = {"files": ["t.csv"], "wide": "amount", "columns": {"region": "region"}}

    with pytest.raises(DataError, match="row 3") as told:
        loaded(company(tmp_path, "targets", source), "targets")
    assert "fifty" in str(told.value)


def test_a_wide_sheet_without_periods_says_what_it_has(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("region,first,second\nEast,100,110\n")
    source = {"files": ["t.csv"], "wide": "amount", "columns": {"region": "region"}}

    with pytest.raises(DataError, match="no header in row 1 reads as a period: 'region', 'first', 'second'"):
        loaded(company(tmp_path, "targets", source), "targets")


def test_figures_that_are_no_column_of_the_table_are_refused(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("region,2024-01\nEast,100\n")

    with pytest.raises(DataError, match='wide = "money" is no column'):
        loaded(company(tmp_path, "targets", {"files": ["t.csv"], "wide": "money"}), "targets")


def test_thirty_sheets_of_retail_trade_are_read_as_published(tmp_path: Path) -> None:
    """Totals that the data's own README gives: 5,985,075, 6,184,582 and 6,215,073 million; 350 months."""
    file = shared_data("us_retail/mrtssales92-present.xls")
    source = {
        "files": [str(file)], "sheets": ["*"], "header": 5, "wide": "size", "last_row": 71, "unknown": ["(NA)", "(S)"],
        "columns": {"segment": "Kind of Business"},
    }  # fmt: skip
    settings = company(tmp_path, "market", source)
    made = load(Run.start(settings, as_of="2024-12-31")).table("market")

    whole = made[made["segment"].str.startswith("Retail and food services sales, total")]
    by_year = whole.groupby(whole["period"].dt.year)["size"].sum()
    assert by_year[[2018, 2019, 2020]].tolist() == [5_985_075, 6_184_582, 6_215_073]
    assert len(whole) == 350
    assert whole["period"].max().strftime("%Y-%m") == "2021-02"
