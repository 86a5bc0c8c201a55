"""Amounts worked back to deals, opportunities and leads by rates given by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from tests.analytics.made import said
from workbench import plan
from workbench.analytics.plan.work.worked import Needed
from workbench.errors import ParameterError


def week() -> Needed:
    """The seed's week: 250,000 at 83,000 a deal, 20 % of opportunities won, 10 % of leads opportunities."""
    return plan.needed(25e4, deal=8.3e4, win_rate=0.2, lead_rate=0.1)


def test_a_week_of_250_000_takes_3_deals_15_opportunities_and_150_leads() -> None:
    found = week()

    assert found.table["ratio"].to_dict() == {"deals": 3, "opportunities": 15, "leads": 150}
    assert found.whole == pytest.approx(0.02)


def test_three_deals_are_not_quite_the_week_and_that_is_said() -> None:
    told = said(week(), "plan.funnel.rounded")

    assert told["gap"] == pytest.approx(1_000)  # 3 × 83,000 = 249,000
    assert told["exact"] == pytest.approx(3.012, abs=5e-4)


def test_a_deal_more_is_asked_for_only_beyond_the_tolerance() -> None:
    assert plan.deals_for(25, 8.3) == 3  # 24.9 is short by 0.4 %
    assert plan.deals_for(25, 8.2) == 4  # 24.6 is short by 1.6 %
    assert plan.deals_for(25, 10) == 3  # 2.5 is rounded half up
    assert plan.deals_for(25, 8.3, tolerance=0) == 4


@given(st.floats(1, 1e7), st.floats(0.1, 1e6), st.floats(1e-3, 1e3))
def test_deals_do_not_hang_on_the_unit_of_money(amount: float, deal: float, unit: float) -> None:
    deals = plan.deals_for(amount, deal)

    assert amount - deals * deal <= 0.005 * amount * (1 + 1e-6)
    assert abs(plan.deals_for(amount * unit, deal * unit) - deals) <= 1  # but for the last digit of a float


def test_the_count_for_a_chance_is_the_smallest_that_has_it() -> None:
    leads = int(week().table["chance"]["leads"])

    assert leads == 213
    assert binom.sf(2, leads, 0.02) >= 0.8 > binom.sf(2, leads - 1, 0.02)  # three wins or more


def test_two_steps_make_the_rate_of_the_whole() -> None:
    # intent → proposal 50 %, proposal → deal 40 %: 20 %, the rate of the week above
    assert plan.whole_rate((0.5, 0.4)) == pytest.approx(0.2)
    found = plan.needed(25e4, deal=8.3e4, stages=("intent", "proposal", "deal"), rates=(0.5, 0.4))
    assert found.table["ratio"].to_dict() == {"deal": 3, "proposal": 8, "intent": 15}


def test_three_rates_for_two_transitions_are_refused() -> None:
    with pytest.raises(ParameterError, match="3 rates for 2 transitions: 获客 → 拜访 → 成交 has 3 stages"):
        plan.needed(25e4, deal=8.3e4, stages=("获客", "拜访", "成交"), rates=(0.1, 0.3, 0.2))
    assert 1 / plan.whole_rate((0.1, 0.3, 0.2)) == pytest.approx(166.7, abs=0.05)


def test_missing_rates_are_named_with_the_table_that_gives_them_and_never_made_up() -> None:
    with pytest.raises(ParameterError) as told:
        plan.needed(100e4)

    assert len(told.value.problems) == 3
    assert all("is missing" in p and "table" in p for p in told.value.problems)


@pytest.mark.parametrize("wrong", [{"win_rate": 0}, {"win_rate": 1.2}, {"deal": -1}, {"chance": 1.0}])
def test_impossible_values_are_refused(wrong: dict) -> None:
    with pytest.raises(ParameterError):
        plan.needed(25e4, **({"deal": 8.3e4, "win_rate": 0.2, "lead_rate": 0.1} | wrong))


def test_five_intents_a_day_exceed_what_the_week_needs() -> None:
    found = plan.against(week(), 5, days=5)

    assert (found.planned, found.needed) == (25, 15)
    assert found.times == pytest.approx(1.67, abs=5e-3)
    assert said(found, "plan.funnel.actions_against")["fits"] == "more"
    assert (found.deals, found.amount) == (pytest.approx(5), pytest.approx(41.5e4))  # 5 × 83,000; the seed says 41.7


def test_the_same_actions_for_ten_times_the_target_need_ten_people() -> None:
    [told] = plan.same_actions((1_200e4, 120e4))

    assert (told.values["times"], told.values["whole"]) == (10, True)
    assert plan.same_actions((120e4, 120e4)) == ()


def test_ten_people_with_the_same_actions_bring_ten_times_as_much() -> None:
    assert plan.against(week(), 5, days=5, people=10).amount == pytest.approx(10 * 41.5e4)


def test_an_actions_stage_that_is_not_there_is_named() -> None:
    with pytest.raises(ParameterError, match="there is no stage 'visits'"):
        plan.against(week(), 5, days=5, stage="visits")


def test_fewer_invalid_leads_make_more_valid_ones_at_less_each() -> None:
    times, cost = plan.fewer_invalid(0.70, 0.35)

    assert times == pytest.approx(2.167, abs=5e-4)
    assert cost == pytest.approx(-0.538, abs=5e-4)


def test_what_a_growth_started_from_is_told_and_whether_it_is_whole() -> None:
    shop = plan.implied_base(1500, 0.15, days=90)
    orders = plan.implied_base(100, 0.20)

    assert (round(shop.base, 2), shop.total, shop.whole) == (1304.35, 135_000, False)
    assert (round(orders.base, 2), orders.whole) == (83.33, False)
    assert plan.implied_base(1200, 0.2).whole
