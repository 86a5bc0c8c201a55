"""The market notebook on the demo company, as `workbench run` runs it."""

import pandas as pd
import pytest

from tests.reports import DEMO, Report, commanded
from workbench.analytics import market, plan
from workbench.run import Run
from workbench.sources import load


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return commanded("market", DEMO, "2026-09-30", tmp_path_factory.mktemp("market"))


def test_three_ways_are_of_one_size_and_above_what_is_sold(demo: Report) -> None:
    won = [demo.facts[f"size_{way}_som"] for way in ("top_down", "bottom_up", "proxy")]

    assert max(won) / min(won) < 1.3
    assert min(won) > 250e6
    assert demo.facts["size_top_down_tam"] == pytest.approx(8.71e9)


def test_the_market_of_the_demo_is_what_its_file_says(demo: Report) -> None:
    rows = pd.read_csv(DEMO.parent / "市场.csv")
    year = rows[(rows["季度"] >= "2025-07-01") & (rows["季度"] <= "2026-04-01")]

    assert year["市场规模"].sum() == pytest.approx(87.1)


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        (
            "en",
            (
                "Within 3 years we could win",
                "Assumptions: From accounts",
                "accounts without a purchase",
                "Holding today",
            ),
        ),
        ("zh-CN", ("3年内，每年可获得市场", "假设：自下而上（客户数）", "渗透率", "守住目前")),
        ("zh-TW", ("3年內，每年可取得市場", "假設：由下而上（客戶數）", "滲透率", "守住目前")),
    ],
)
def test_the_page_answers_in_three_languages_with_its_assumptions(
    demo: Report, lang: str, said: tuple[str, ...]
) -> None:
    page = (demo.folder / f"market.{lang}.html").read_text("utf-8")

    assert [one for one in said if one not in page] == []
    assert "2025年客户访谈42家" in page


def test_the_plan_can_take_the_markets_view() -> None:
    run = Run.start(DEMO, as_of="2026-09-30")
    data = load(run)
    series = market.market_series(data.table("market"), run.calendar, "CNY")
    own = market.own(data.sales("quarter", by="region"), "region")
    share = market.share_of(own, series, "region")
    planned = plan.period(run.calendar, run.as_of)
    found = market.ahead(series, "region", planned, run.calendar, seed=7)
    given = market.view(market.market_target(found, share, own, period=planned, seed=7))

    assert isinstance(given, plan.MarketView)
    assert 240e6 < given.lo_80 < given.amount < given.hi_80 < 320e6
    assert 0.04 < given.growth < 0.09
