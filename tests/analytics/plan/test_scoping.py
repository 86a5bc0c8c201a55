"""Settings of the whole company do not all hold for a part of it."""

import pandas as pd

from tests.analytics.plan.aims import settings
from workbench.analytics.plan import levels_for, within

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

    assert [hire.team for hire in found.people.hires] == ["East", ""]


def test_a_part_without_sales_by_team_counts_only_people_without_one() -> None:
    found = within(PLAN, {"region": "East"}, SOLD.iloc[:0])

    assert [hire.team for hire in found.people.hires] == [""]


def test_a_target_is_not_split_by_people_unless_settings_say_so() -> None:
    assert levels_for((), ("region", "team", "product_line", "role")) == ("region", "product_line")
    assert levels_for(("team",), ("region", "team")) == ("team",)
    assert levels_for((), ("rep",)) == ("rep",)  # the only level there is
