"""US retail trade as published, read by settings only, against a maker's resellers: figures are the workbook's."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.conftest import shared_data
from tests.reports import report
from workbench.analytics import market
from workbench.analytics.market import MarketSeries
from workbench.errors import DataError
from workbench.periods import Calendar
from workbench.run import Run
from workbench.settings import CalendarSettings, Settings
from workbench.sources import load
from workbench.sources.check import check
from workbench.sources.data import Data

CASE = Path(__file__).parent / "cases" / "us_retail" / "workbench.toml"
ADJUSTED = "SeriesReport-Seasonally Adjusted Sales - Monthly (Millions of Dollars).csv"
US = Calendar(CalendarSettings(country="US"))


@pytest.fixture(scope="module")
def retail() -> Data:
    shared_data("us_retail")
    shared_data("adventureworks_reseller")
    return load(Run.start(CASE, as_of="2021-12-31"))


def test_nothing_is_wrong_with_the_settings_and_the_data() -> None:
    shared_data("us_retail")
    shared_data("adventureworks_reseller")
    assert check(CASE).problems == {}


def test_the_sheets_of_thirty_years_are_read_as_published(retail: Data) -> None:
    """README of the data: 5,985,075, 6,184,582 and 6,215,073 million in 2018 to 2020, 350 months; CY CUM is none."""
    rows = retail.table("market")
    assert rows is not None
    whole = rows[rows["segment"] == "Retail and food services sales, total"]
    assert whole.groupby(whole["period"].dt.year)["size"].sum()[[2018, 2019, 2020]].tolist() == [
        5_985_075,
        6_184_582,
        6_215_073,
    ]
    assert len(whole) == 350
    assert whole["period"].max() == pd.Timestamp("2021-02-01")


def test_one_kind_of_business_is_a_market_in_dollars(retail: Data) -> None:
    kept = retail.run.settings.market
    found = market.market_series(retail.table("market"), US, "USD", unit=kept.unit, only=kept.only)

    assert isinstance(found, MarketSeries)
    assert found.every == "month"
    assert list(found.table.columns) == ["Sporting goods stores"]
    assert found.table.loc["2019"].sum().item() == pytest.approx(45_149e6, rel=0.03)  # the sheet's own TOTAL of 2019


def test_kinds_within_kinds_are_not_added_up(retail: Data) -> None:
    found = market.market_series(retail.table("market"), US, "USD", unit="USD million")

    assert found.findings[0].values["needs"] == ("market_only",)


def test_in_another_currency_every_unit_is_refused(retail: Data) -> None:
    with pytest.raises(DataError, match="is in USD, the company's money is CNY"):
        market.market_series(retail.table("market"), US, "CNY", unit="USD million")


def company(folder: Path, source: dict[str, Any]) -> Data:
    (folder / "orders.csv").write_text("order,date,amount\n1,2019-01-05,10\n2,2020-12-20,20\n")
    orders = {"files": ["orders.csv"], "columns": {n: n for n in ("order", "date", "amount")}}
    settings = Settings(
        company={"name": "X", "currency": "USD"}, folder=folder, path=folder,
        sources={"orders": orders, "market": source}, market={"unit": "million"},
    )  # fmt: skip
    return load(Run.start(settings, as_of="2025-12-31"))


def vintages(folder: Path, *, dated: bool) -> Data:
    """Two publications of the same months as people keep them: the series report, and the workbook's adjusted block."""
    late = pd.read_csv(shared_data("us_retail") / ADJUSTED)
    days = pd.to_datetime(late["Period"], format="%d-%m-%Y")
    late = late.assign(month=days.dt.strftime("%Y-%m-%d"), size=late["Value"])
    late = late[(days >= "2018-01-01") & (days <= "2020-12-31")]
    book = pd.read_excel(
        shared_data("us_retail") / "mrtssales92-present.xls", sheet_name=["2018", "2019", "2020"], header=None
    )
    sizes = [int(size) for sheet in book.values() for size in sheet.iloc[72, 2:14]]
    months = [f"{year}-{month:02d}-01" for year in book for month in range(1, 13)]
    early = pd.DataFrame({"month": months, "size": sizes})
    for name, rows, day in (("early", early, "2021-04-15"), ("late", late, "2025-01-15")):
        told = rows[["month", "size"]].assign(**({"published": day} if dated else {}))
        told.to_csv(folder / f"{name}.csv", index=False)
    columns = {"period": "month", "size": "size"} | ({"published": "published"} if dated else {})
    return company(folder, {"files": ["early.csv", "late.csv"], "columns": columns})


def test_of_two_publications_the_later_counts_and_how_far_it_was_revised_is_said(tmp_path: Path) -> None:
    data = vintages(tmp_path, dated=True)
    found = market.market_series(data.table("market"), US, "USD", unit="million")

    assert isinstance(found, MarketSeries)
    report = pd.read_csv(shared_data("us_retail") / ADJUSTED).set_index("Period")["Value"]
    assert found.table.loc["2020-04-01"].item() == report["01-04-2020"] * 1e6
    said = next(f for f in found.findings if f.key == "market.series.revised").values
    assert said["count"] > 20
    assert 0.001 < said["mean"] < 0.1


def test_before_the_later_publication_the_earlier_one_counts(tmp_path: Path) -> None:
    data = vintages(tmp_path, dated=True)
    found = market.market_series(data.table("market"), US, "USD", unit="million", as_of=pd.Timestamp("2024-12-31"))

    assert isinstance(found, MarketSeries)
    assert found.revised.empty


def test_two_publications_without_their_days_are_refused_by_file_and_row(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"keys repeat.*early\.csv: rows .*late\.csv: rows"):
        vintages(tmp_path, dated=False)


def test_days_before_months_are_read_as_the_settings_say(tmp_path: Path) -> None:
    """01-02-2010 is February: nothing in the file can prove it, as every day is the first."""
    file = shared_data("us_retail") / "RETAILSMNSA.csv"
    source = {"files": [str(file)], "dates": "day-first", "columns": {"period": "DATE", "size": "RETAILSMNSA"}}
    found = market.market_series(company(tmp_path, source).table("market"), US, "USD", unit="million")

    assert isinstance(found, MarketSeries)
    assert found.every == "month"
    assert found.table.loc["2010-02-01"].item() == 275_566e6
    assert len(found.table) == 112


def test_without_that_setting_the_order_of_day_and_month_is_asked_for(tmp_path: Path) -> None:
    file = shared_data("us_retail") / "RETAILSMNSA.csv"
    with pytest.raises(DataError, match="day-first"):
        company(tmp_path, {"files": [str(file)], "columns": {"period": "DATE", "size": "RETAILSMNSA"}})


def test_a_negative_size_is_told_by_row(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("period,size\n2019-01-01,5\n2019-02-01,-3\n")
    with pytest.raises(DataError, match=r"below 0.*m\.csv: rows 3"):
        company(tmp_path, {"files": ["m.csv"], "columns": {"period": "period", "size": "size"}})


def test_the_page_on_us_retail_says_what_is_known_and_what_is_not(tmp_path: Path) -> None:
    shared_data("us_retail")
    shared_data("adventureworks_reseller")
    made = report("market", CASE, "2020-05-31", tmp_path)

    assert made.facts["size_top_down_tam"] == pytest.approx(45.3e9, rel=0.01)
    assert made.facts["market_share"] == pytest.approx(0.00045, rel=0.05)
    for lang in ("en", "zh-CN", "zh-TW"):
        page = (made.folder / f"market.{lang}.html").read_text("utf-8")
        assert "California" in page
        assert "0.045%" in page
