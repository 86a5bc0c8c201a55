"""The forecast notebook on the demo company, the tourism hierarchy and Online Retail II, as `workbench run` runs it."""

import re
from pathlib import Path

import pandas as pd
import pytest

from tests.conftest import shared_data
from tests.reports import CASES, DEMO, commanded, report

REVISION = r"\br\d\b|Revision \d|第\d版"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The reports of June and September, in this order."""
    out = tmp_path_factory.mktemp("demo")
    june = report("forecast", DEMO, "2026-06-30", out, lang="en")
    september = report("forecast", DEMO, "2026-09-30", out, lang="en,zh-CN,zh-TW")
    return june.folder, september.folder


def test_a_report_keeps_its_forecast_and_the_next_one_scores_it(demo: tuple[Path, Path]) -> None:
    june, september = demo
    kept = pd.read_parquet(june / "vintages" / "forecast.parquet")
    page = (september / "forecast.en.html").read_text("utf-8")
    assert (kept["level"] == "").sum() == 18  # to the end of the year that is planned
    assert "The forecast as of" in page
    assert "30 Jun 2026" in page
    assert "No earlier report" in (june / "forecast.en.html").read_text("utf-8")


def test_a_second_run_of_the_same_inputs_gives_the_same_pages(demo: tuple[Path, Path]) -> None:
    _, september = demo
    out = september.parents[2]
    again = commanded("forecast", DEMO, "2026-09-30", out, "--lang", "en,zh-CN,zh-TW", "--force").folder
    assert again.name == "r2"
    for lang in ("en", "zh-CN", "zh-TW"):
        first, second = ((folder / f"forecast.{lang}.html").read_text("utf-8") for folder in (september, again))
        assert re.sub(REVISION, "", first) == re.sub(REVISION, "", second)


@pytest.mark.parametrize(
    ("lang", "said"), [("en", "sales should come to"), ("zh-CN", "预计销售额"), ("zh-TW", "預估銷售額")]
)
def test_each_page_says_where_sales_are_heading(demo: tuple[Path, Path], lang: str, said: str) -> None:
    assert said in (demo[1] / f"forecast.{lang}.html").read_text("utf-8")


def test_the_whole_tourism_hierarchy_is_forecast_and_adds_up(tmp_path: Path) -> None:
    shared_data("tourism_au")
    made = report("forecast", CASES / "tourism" / "workbench.toml", "2017-12-31", tmp_path, lang="en")
    facts, kept = made.facts, pd.read_parquet(made.folder / "vintages" / "forecast.parquet")
    by_level = kept.groupby("level")["mean"].sum()
    assert kept.groupby("level")["node"].nunique()["state × region × purpose"] == 304
    assert by_level.to_numpy() == pytest.approx(by_level[""])
    assert facts["mase"] < facts["mase_naive"]
    assert 105_000 < facts["next_year"] < 116_000  # thousands of trips; 107,710 in 2017


def test_two_years_of_a_shop_are_forecast_with_care(tmp_path: Path) -> None:
    shared_data("online_retail_ii")
    made = report("forecast", CASES / "online_retail" / "workbench.toml", "2011-12-09", tmp_path, lang="en")
    page = (made.folder / "forecast.en.html").read_text("utf-8")
    assert abs(made.facts["next_year_growth"]) < 0.1  # the November peak at the end is a season, not a new level
    assert "Use this forecast with care" in page
    assert "too few periods are known to test" in page  # what prices do to sales


def test_too_little_data_is_a_page_that_says_so(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("date,amount\n2026-08-03,10\n2026-09-04,20\n", "utf-8")
    settings = tmp_path / "workbench.toml"
    settings.write_text(
        '[company]\nname = "New"\ncurrency = "EUR"\n[sources.orders]\nfiles = ["orders.csv"]\n'
        '[sources.orders.columns]\ndate = "date"\namount = "amount"\n',
        "utf-8",
    )
    made = report("forecast", settings, "2026-09-30", tmp_path / "reports")
    assert made.facts == {}
    assert "are needed, so the forecast cannot be told" in (made.folder / "forecast.en.html").read_text("utf-8")
    assert not (made.folder / "vintages").exists()
