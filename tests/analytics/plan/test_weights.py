"""KPIs by role: weights that sum to 1, what they are now, goals that must all be reached, least shares."""

import pandas as pd
import pytest

from workbench.analytics.kpis import declared, scorecard
from workbench.analytics.plan.staff.weights import _shipped, all_reached, goals, kept_share, weights
from workbench.analytics.results import Scorecard
from workbench.errors import ParameterError
from workbench.settings.plan import Goal, PlanSettings

SUMS = pd.DataFrame({"amount": [90.0, 100.0], "score_sum": [400.0, 850.0], "scores": [50.0, 100.0]}, ["before", "now"])


def card() -> Scorecard:
    found = scorecard(SUMS)
    assert isinstance(found, Scorecard)
    return found


def test_the_weights_of_every_role_of_the_template_sum_to_1() -> None:
    sums = weights(PlanSettings()).table.groupby("role")["weight"].sum()

    assert set(sums.index) >= {"manager", "rep_new", "rep_veteran", "marketing", "service", "finance"}
    assert sums.to_numpy() == pytest.approx([1.0] * len(sums))


def test_every_kpi_of_the_template_is_measured_or_declared_unmeasured_and_has_a_kind() -> None:
    table = weights(PlanSettings()).table
    known = {*declared(), *_shipped()["unmeasured"]}

    assert set(table.index.get_level_values("kpi")) <= known
    assert table["kind"].notna().all()


def test_money_weighs_less_for_new_people_and_process_more() -> None:
    mix = weights(PlanSettings()).mix

    assert mix["outcome"]["rep_new"] < mix["outcome"]["rep"]
    assert mix["process"]["rep_new"] > mix["process"]["rep_veteran"]
    assert mix["growth"]["rep_veteran"] > 0  # coaching, cross-selling, strategic customers


def test_a_role_of_the_settings_takes_the_place_of_the_template_s() -> None:
    wanted = PlanSettings(weights={"rep": {"sales": 0.6, "satisfaction": 0.4}, "partner": {"sales": 1.0}})

    table = weights(wanted, card()).table

    assert table.loc["rep"]["weight"].dropna().to_dict() == {"sales": 0.6, "satisfaction": 0.4}
    assert set(table.loc["rep"]["source"]) == {"settings"}
    assert table.loc[("partner", "sales"), "now"] == 100.0


def test_all_weights_that_do_not_sum_to_1_and_all_misspelt_kpis_are_named_at_once() -> None:
    wrong = PlanSettings(weights={"rep": {"sales": 0.6, "satisfacton": 0.5}, "manager": {"attainment": 0.9}})

    with pytest.raises(ParameterError) as told:
        weights(wrong)

    assert "'rep' sum to 1.1" in str(told.value)
    assert "'manager' sum to 0.9" in str(told.value)
    assert "did you mean 'satisfaction'" in str(told.value)


def test_a_kpi_of_one_s_own_is_unknown_not_zero() -> None:
    table = weights(PlanSettings(weights={"rep": {"sales": 0.5, "golf_rounds": 0.5}}), card()).table

    assert not table.loc[("rep", "golf_rounds"), "measured"]
    assert table["now"].isna()[("rep", "golf_rounds")]


def test_two_goals_are_met_only_where_both_are() -> None:
    """Sales 15 % up and satisfaction 10 % up: 100 and 8.5 become 115 and 9.35."""
    found = goals(card(), (Goal(kpi="sales", growth=0.15), Goal(kpi="satisfaction", growth=0.10)))

    assert found.table["target"].to_dict() == pytest.approx({"sales": 115.0, "satisfaction": 9.35})
    assert all_reached(found, {"sales": 115.0, "satisfaction": 9.35})
    assert not all_reached(found, {"sales": 140.0, "satisfaction": 9.34})
    assert not all_reached(found, {"sales": 140.0})  # unknown is not reached


def test_a_goal_on_what_is_not_known_sets_no_number_and_is_said() -> None:
    found = goals(card(), (Goal(kpi="win_rate", points=0.05),))

    assert found.table["target"].isna().all()
    assert found.table["reached"].tolist() == [None]
    assert found.findings[-1].key == "plan.weights.unknown_goal"


def test_a_kpi_that_is_better_low_is_reached_from_below() -> None:
    sums = pd.DataFrame({"amount": [1.0, 1.0], "returns": [-10.0, -10.0]}, ["before", "now"])
    found = goals(scorecard(sums), (Goal(kpi="return_rate", value=0.05),))

    assert found.table["better"].tolist() == ["lower"]
    assert all_reached(found, {"return_rate": 0.04})
    assert not all_reached(found, {"return_rate": 0.06})


def test_a_goal_says_one_thing() -> None:
    with pytest.raises(ValueError, match="one of value, growth and points"):
        Goal(kpi="sales", growth=0.1, value=5.0)


def test_a_team_under_the_least_share_of_new_products_is_named_with_what_is_missing() -> None:
    sales = pd.DataFrame({"team": ["A", "A", "B", "B"], "new": [True, False] * 2, "amount": [20.0, 80.0, 10.0, 90.0]})

    found = kept_share(sales, 0.2)

    assert found.table["kept"].to_dict() == {"A": True, "B": False}
    assert found.table["gap"].to_dict() == {"A": 0.0, "B": 10.0}
    assert [(d.values["node"], d.weight) for d in found.decisions] == [("B", 10.0)]
