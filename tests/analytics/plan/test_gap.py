"""The gap put into actions, worked by hand; each closes it alone."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tests.analytics.plan.aims import bare, normal
from workbench.analytics.plan import Gap, Leverage, Rates, gap
from workbench.analytics.plan.work.lags import Lags
from workbench.analytics.results import Unknown


def rates(win_rate: float = 0.2, size: float = 100.0, created: float = 1000.0, lead_rate: float | None = 0.5) -> Rates:
    """Deals of one size; a funnel whose rates are known."""
    return Rates(
        steps=pd.DataFrame(), segments={}, lags=Lags(np.array([0.0, win_rate]), np.array([1.0, 0.0]), 1000),
        since=pd.Timestamp("2024-10-01"), win_rate=win_rate, swing=0.0, sizes=np.full(400, size), open=pd.DataFrame(),
        undated=0, created=created, lead_inflow=2000.0, lead_rate=lead_rate, lead_cases=500, lead_share=1.0,
        lead_unsourced=0.0,
        through=1.0,
    )  # fmt: skip


def closed(amount: float, mean: float, found: Rates | Unknown | None, added: Leverage | None = None) -> Gap:
    result = gap(bare(normal(mean, mean / 20)), amount, found, added)
    assert isinstance(result, Gap)
    return result


def test_the_strategy_needs_310_more_deals_1550_more_opportunities_or_points_of_win_rate() -> None:
    # 31,000 at 100 a deal are 310 deals; at a win rate of 20 % that is 1,550 opportunities; over the 12,000 of the year
    # it is 2.58 points, and the 2,400 deals of the year would have to be 12.9 % larger
    found = closed(131_000, 100_000, rates())
    (said,) = [f.values for f in found.findings]

    assert said["money"] == pytest.approx(31_000)
    assert said["deals"] == pytest.approx(310)
    assert said["opportunities"] == pytest.approx(1550)
    assert said["points"] == pytest.approx(310 / 12_000)
    assert said["size_rate"] == pytest.approx(310 / 2400)
    assert found.table["more"]["leads"] == pytest.approx(3100)


def test_each_action_alone_closes_the_gap() -> None:
    table = closed(131_000, 100_000, rates()).table
    now, more = table["now"], table["more"]
    deals = now["opportunities"] * now["win_rate"]

    assert more["opportunities"] * now["win_rate"] * now["deal_size"] == pytest.approx(31_000)
    assert now["opportunities"] * more["win_rate"] * now["deal_size"] == pytest.approx(31_000)
    assert deals * more["deal_size"] == pytest.approx(31_000)


def test_opportunities_that_never_end_and_those_without_leads_count_as_they_do_in_the_back_solve() -> None:
    # of 100 opportunities 80 end and 16 are won: a win rate of 20 %, 16 % of those created; half come from leads
    one = replace(rates(), lags=Lags(np.array([0.0, 0.16]), np.array([1.0, 0.2]), 1000), lead_share=0.5)
    table = closed(131_000, 100_000, one).table

    assert table["more"]["opportunities"] == pytest.approx(310 / 0.16)
    assert table["more"]["leads"] == pytest.approx(310 / 0.16 * 0.5 / 0.5)
    assert table["now"]["deals"] == pytest.approx(12_000 * 0.16)
    assert table["more"]["win_rate"] == pytest.approx(310 / (12_000 * 0.8))
    assert table["more"]["deal_size"] == pytest.approx(31_000 / (12_000 * 0.16))
    assert table["lo"]["opportunities"] < 310 / 0.16 < table["hi"]["opportunities"]


def test_what_few_people_sell_says_little_of_what_many_more_would() -> None:
    few, many = (np.tile([8_000.0, 12_000.0], n) for n in (2, 50))
    width = []
    for each in (few, many):
        row = closed(1_100_000, 100_000, None, Leverage(table=pd.DataFrame(), draws=np.zeros(2000), each=each)).table
        width.append(float((row["hi"] - row["lo"])["people"]))

    assert width[0] > 2 * width[1]


def test_few_deals_leave_a_wider_range_than_many() -> None:
    wide, narrow = (
        closed(131_000, 100_000, Rates(**{**vars(rates()), "sizes": np.full(n, 100.0)})).table.loc["opportunities"]
        for n in (20, 2000)
    )

    assert wide["hi"] - wide["lo"] > 3 * (narrow["hi"] - narrow["lo"])
    assert narrow["lo"] < narrow["more"] < narrow["hi"]


def test_people_stand_beside_the_deals_where_their_sales_are_known() -> None:
    added = Leverage(table=pd.DataFrame(), draws=np.zeros(2000), each=np.array([9000.0, 10_000.0, 11_000.0]))
    found = closed(131_000, 100_000, None, added)

    assert found.table["more"].to_dict() == {"people": pytest.approx(3.1)}
    assert found.findings[0].key == "plan.targets.gap_money"


def test_without_a_funnel_the_gap_is_money_and_says_why() -> None:
    found = closed(131_000, 100_000, Unknown(section="plan_funnel", findings=rates().findings))

    assert found.table.empty
    assert found.findings[0].values["people"] is None


def test_an_amount_below_what_is_expected_leaves_no_gap() -> None:
    found = closed(90_000, 100_000, rates())

    assert found.table.empty
    assert [f.key for f in found.findings] == ["plan.targets.gap_none"]


def test_without_an_amount_there_is_nothing_to_compare() -> None:
    assert gap(bare(normal()), None, rates()) is None
