"""The demo company's funnel: what was planted in it is found, and nothing that was not."""

from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from tests.analytics.made import keys_of, said
from workbench import funnel as f
from workbench.settings import Stages

FOLDER = Path(__file__).parents[3] / "data" / "demo"
AS_OF = pd.Timestamp("2026-09-30")
STAGES = Stages(order=["线索", "初步沟通", "需求确认", "方案报价", "商务谈判"], won=["赢单"], lost=["输单"])
NAMES = {
    "商机编号": "opportunity",
    "创建日期": "created",
    "阶段": "stage",
    "预计金额": "amount",
    "负责人": "rep",
    "渠道": "channel",
    "来源": "source",
    "关闭日期": "closed",
}


@cache
def deals() -> pd.DataFrame:
    return pd.read_csv(FOLDER / "商机.csv", encoding="utf-8-sig", parse_dates=["创建日期", "关闭日期"]).rename(
        columns=NAMES
    )


@cache
def history() -> pd.DataFrame:
    names = {"商机编号": "opportunity", "阶段": "stage", "进入日期": "entered"}
    return pd.read_csv(FOLDER / "商机阶段.csv", parse_dates=["进入日期"]).rename(columns=names)


def test_every_deal_is_placed_in_a_stage() -> None:
    result = f.conversion(deals(), history(), STAGES)

    assert (result.deals, result.unplaced) == (5093, 0)
    assert result.table["entered"].is_monotonic_decreasing
    assert result.table["win_rate"].iloc[0] == pytest.approx(0.252, abs=5e-4)


def test_the_online_shop_s_weaker_deals_are_found_among_the_channels() -> None:
    # planted: online deals are won 0.75 times as often, those of integrators 1.18 times
    found = said(f.conversion(deals(), history(), STAGES, by="channel"), "funnel.node_apart")

    assert (found["node"], found["direction"]) == ("线上商城", "down")


def test_the_years_of_a_steady_funnel_are_noise() -> None:
    result = f.replay(deals(), history(), STAGES)

    assert not result.tests["change"].any()
    assert list(result.settled.index[result.settled < 0.9]) == [2026]


def test_deals_that_nobody_moves_are_found_stuck() -> None:
    result = f.ageing(deals(), STAGES, AS_OF)

    assert result.table["stuck"].sum() == len(result.deals) == 88
    assert result.deals["amount"].sum() == result.table["stuck_amount"].sum() == 22_565_252
    assert said(result, "funnel.stuck_money")["deal"] == result.deals.index[0]


def test_the_win_rate_by_value_is_told_as_lost_deals_keep_their_amounts() -> None:
    found = said(f.win_rate(deals(), STAGES, as_of=AS_OF), "funnel.win_rate_value")

    assert found["won_amount"] == pytest.approx(230_307_481)


def test_referrals_cost_nothing_and_other_channels_are_compared() -> None:
    spend = pd.read_csv(FOLDER / "投放.csv", parse_dates=["月份"])
    spend = spend.rename(columns={"月份": "date", "投放渠道": "channel", "费用": "amount", "线索数": "leads"})
    result = f.channels(spend, deals(), STAGES, AS_OF)

    assert "转介绍" not in result.table.index
    assert result.lag_months == 2
    assert keys_of(result) == ["funnel.channels", "funnel.channels_apart"]
