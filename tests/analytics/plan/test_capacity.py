"""Full sellers that a target needs against those there are."""

import pandas as pd
import pytest

from tests.analytics.plan.staff import sellers, staff
from workbench.analytics.plan.capacity import capacity

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
