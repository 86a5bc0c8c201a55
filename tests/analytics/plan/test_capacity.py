"""Full sellers that a target needs against those there are."""

from dataclasses import replace

import pandas as pd
import pytest

from tests.analytics.plan.staff import sellers, staff
from workbench.analytics.plan.staff.capacity import capacity
from workbench.analytics.plan.staff.people import Z80

TWO = {f"{team}{n}": 100.0 for team in "NS" for n in range(5)}
TEAMS = ["North"] * 5 + ["South"] * 5


def teams(**columns: object):  # type: ignore[no-untyped-def]
    return sellers(TWO, staff(list(TWO), team=TEAMS, **columns))


def test_a_target_of_ten_sellers_worth_needs_ten_sellers() -> None:
    found = teams()
    expected = found.table["expected"].sum()

    whole = capacity(found, expected).table.loc[""]

    assert whole["needed"] == pytest.approx(10)
    assert whole["short"] == pytest.approx(0, abs=1e-9)
    assert whole["chance"] == pytest.approx(0.5)
    assert whole["needed_lo"] < 10 < whole["needed_hi"]


def test_a_fifth_more_needs_two_sellers_more_and_the_team_is_asked_about_it() -> None:
    found = teams(manager=["Ann"] * 5 + ["Bob"] * 5)
    by_team = found.table.groupby("team")["expected"].sum()

    result = capacity(found, by_team * pd.Series({"North": 1.4, "South": 1.0}))

    assert result.table["short"]["North"] == pytest.approx(2.0)
    assert result.table["short"]["South"] == pytest.approx(0.0, abs=1e-9)
    assert [(d.values["node"], d.values["owner"]) for d in result.decisions] == [("North", "Ann")]
    assert result.decisions[0].weight == pytest.approx(0.4 * by_team["North"])


def test_teams_add_up_to_the_whole_and_their_intervals_do_not() -> None:
    table = capacity(teams()).table

    assert table["capacity"].drop("").sum() == pytest.approx(table["capacity"][""])
    widths = table["hi_80"] - table["lo_80"]
    assert widths[""] < widths.drop("").sum()


def test_doubt_in_the_company_s_growth_widens_what_leaders_and_nameless_orders_bring_too() -> None:
    found = replace(teams(), growth=(1.0, 0.1))
    others = pd.Series({"leaders": 3 * float(found.table["expected"].sum()), "left": 0.0, "unnamed": 0.0})
    alone, led = (capacity(one).table.loc[""] for one in (found, replace(found, other=others)))
    widths = [float(row["hi_80"] - row["lo_80"]) for row in (alone, led)]

    assert widths[1] == pytest.approx(2 * Z80 * 0.1 * 4 * alone["capacity"], rel=0.05)
    assert widths[1] > 3 * widths[0]


def test_without_a_target_capacity_stands_alone() -> None:
    result = capacity(teams())

    assert result.findings[0].key == "plan.people.capacity_alone"
    assert result.table["needed"].isna().all()
    assert result.decisions == ()


def test_a_team_whose_people_report_to_several_has_no_owner() -> None:
    found = teams(manager=["Ann", "Bob", "Ann", "Bob", "Ann"] + ["Cy"] * 5)

    table = capacity(found).table

    assert table["owner"]["North"] is None
    assert table["owner"]["South"] == "Cy"


def test_people_who_are_yet_to_join_take_no_team_s_leader_away() -> None:
    reps = staff(list(TWO), team=TEAMS, manager=["Ann"] * 5 + ["Bob"] * 5)

    table = capacity(sellers(TWO, reps, hires=[{"count": 2, "joins": "2027-01", "team": "North"}])).table

    assert table["sellers"]["North"] == 7
    assert table["owner"]["North"] == "Ann"
