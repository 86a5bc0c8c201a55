"""Settings of the whole company do not all hold for a part of it."""

import pandas as pd

from tests.analytics.plan.aims import settings
from workbench.analytics.plan import apart, levels_for, within

PLAN = settings(
    strategy={"amount": 1e6},
    rules=[
        {"at": {"region": "East"}, "min_share": 0.3},
        {"at": {"product_line": "Cloud"}, "max_growth": 0.35, "min_share": 0.1},
        {"at": {"channel": "online"}, "at_least": 500.0},
    ],
    people={"hires": [
        {"count": 2, "joins": "2027-01", "team": "West"}, {"count": 1, "joins": "2027-02", "team": "East"},
        {"count": 1, "joins": "2027-03"},
    ]},
)  # fmt: skip
SOLD = pd.DataFrame({"team": ["East", "West", None], "amount": [95.0, 5.0, 10.0]})


def test_the_whole_company_keeps_its_settings() -> None:
    assert within(PLAN, {}, SOLD) is PLAN


def test_in_a_part_neither_the_whole_s_amount_nor_its_shares_and_floors_hold() -> None:
    found = within(PLAN, {"region": "East"}, SOLD)

    assert found.strategy.amount is None
    assert [rule.at for rule in found.rules] == [{"product_line": "Cloud"}]
    assert found.rules[0].max_growth == 0.35
    assert found.rules[0].min_share is None


def test_growth_asked_of_the_whole_is_asked_of_each_part() -> None:
    plan = settings(strategy={"growth": 0.1})

    assert within(plan, {"region": "East"}, SOLD).strategy.growth == 0.1


def test_people_join_a_part_only_where_their_team_sells_there() -> None:
    found = within(PLAN, {"region": "East"}, SOLD)

    assert [hire.team for hire in found.people.hires] == [
        "East"
    ]  # nobody says in which part the one without a team sells


def test_a_part_without_sales_by_team_counts_nobody_who_is_to_join() -> None:
    assert within(PLAN, {"region": "East"}, SOLD.iloc[:0]).people.hires == ()


def test_a_rule_or_tilt_of_what_a_part_does_not_sell_does_not_stop_its_plan() -> None:
    split = pd.DataFrame({"product_line": ["Sensors", "Vision"], "amount": [1.0, 2.0]})
    plan = PLAN.model_copy(update={"keys": PLAN.keys.model_copy(
        update={"tilt": {"product_line": {"Cloud": 1.1, "Vision": 1.2}, "region": {"East": 2.0}}})})  # fmt: skip
    found = within(plan, {"region": "East"}, SOLD, split=split)

    assert found.rules == ()
    assert found.keys.tilt == {"product_line": {"Vision": 1.2}}
    assert within(plan, {"region": "East"}, SOLD, split=split.replace("Sensors", "Cloud")).rules[0].max_growth == 0.35


def test_what_is_set_for_a_person_holds_only_where_people_sell_nearly_all_of_theirs() -> None:
    plan = settings(people={"quota": 1e6, "new_products": 0.1}, pay={"salary": 1e5, "milestone": 3e3})
    reps = pd.DataFrame({"rep": ["a", "b"], "inside": [1.0, 0.4]})
    part = within(plan, {"channel": "online"}, SOLD, reps=reps)
    own = within(plan, {"region": "East"}, SOLD, reps=reps.assign(inside=[1.0, 0.95]))

    assert (part.people.quota, part.people.floor, part.people.new_products, part.pay.salary) == (None, 0.0, None, None)
    assert (own.people.quota, own.people.floor, own.people.new_products, own.pay.salary) == (1e6, 0.5, 0.1, 1e5)


def test_goals_and_rates_of_the_whole_company_are_not_asked_of_a_part_but_changes_and_ratios_are() -> None:
    goals = [{"kpi": "customers", "value": 500}, {"kpi": "customers", "growth": 0.1}, {"kpi": "win_rate", "value": 0.3}]
    plan = settings(goals=goals, funnel={"deal": 2e5, "win_rate": 0.25})
    found = within(plan, {"region": "East"}, SOLD)

    assert [(goal.kpi, goal.value) for goal in found.goals] == [("customers", None), ("win_rate", 0.3)]
    assert (found.funnel.deal, found.funnel.win_rate) == (None, None)


def test_a_part_says_what_it_does_without_and_the_whole_has_nothing_to_say() -> None:
    found = apart(PLAN, within(PLAN, {"region": "East"}, SOLD))

    assert found is not None
    assert found.left == {"amount": 1, "rules": 2, "hires": 3}
    assert [f.values["what"] for f in found.findings] == ["amount", "rules", "hires"]
    assert apart(PLAN, within(PLAN, {}, SOLD)) is None


def test_a_target_is_not_split_by_people_unless_settings_say_so() -> None:
    assert levels_for((), ("region", "team", "product_line", "role")) == ("region", "product_line")
    assert levels_for(("team",), ("region", "team")) == ("team",)
    assert levels_for((), ("rep",)) == ("rep",)  # the only level there is
