"""Daily actions by rep: what the opportunities take, in whole numbers, on working days."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tests.analytics.made import keys_of, said
from tests.analytics.plan.funnels import AS_OF
from tests.analytics.plan.test_backsolve import MONTHS, rated, records
from workbench import plan
from workbench.analytics.plan.work.actions import DailyActions
from workbench.analytics.plan.work.backsolve import BackSolve
from workbench.analytics.results import Unknown
from workbench.periods import Calendar
from workbench.settings import CalendarSettings


def activities(each: float = 2.0) -> pd.DataFrame:
    """A year of visits and calls: the same number a week for each of four reps."""
    weeks = pd.date_range("2025-01-03", "2025-12-26", freq="W-FRI")
    rows = [(day, f"R{n}", kind, count) for day in weeks for n in range(4) for kind, count in
            (("visit", each), ("call", 5 * each))]  # fmt: skip
    return pd.DataFrame(rows, columns=["date", "rep", "kind", "count"])


def solved(target: float = 9_000.0) -> BackSolve:
    one = records()
    found = plan.back_solve(pd.Series(target / 6, index=MONTHS), rated(one), one)
    assert isinstance(found, BackSolve)
    return found


def daily(target: float = 9_000.0, **more: object) -> DailyActions:
    found = plan.daily_actions(solved(target), activities(), records(), **more)
    assert isinstance(found, DailyActions)
    return found


def test_one_opportunity_takes_the_actions_that_it_has_taken() -> None:
    created = pd.DataFrame(records().deals)["created"]
    opportunities = (created > "2024-12-31").sum()

    assert daily().each["call"] == pytest.approx(5 * 2 * 52 * 4 / opportunities)


def test_actions_grow_with_the_opportunities_that_are_asked_for() -> None:
    few, many = (daily(needs=pd.Series({"R0": n, "R1": n})) for n in (10.0, 20.0))

    assert many.table["daily"].to_numpy() == pytest.approx(2 * few.table["daily"].to_numpy())
    assert many.table["times"].to_numpy() == pytest.approx(2 * few.table["times"].to_numpy())


def test_how_many_times_as_much_is_the_quotient_of_the_two_means_beside_it_though_new_people_do_nothing_yet() -> None:
    told = said(daily(needs=pd.Series({"R0": 10.0, "R1": 10.0, "yet to join": 10.0})), "plan.funnel.actions")

    assert told["times"] == pytest.approx(told["daily"] / told["today"])
    assert told["today"] == pytest.approx(daily(needs=pd.Series({"R0": 10.0})).table["today"].mean())


def test_the_list_holds_whole_actions_on_working_days_that_sum_to_the_need() -> None:
    found = daily()
    sums = found.days.groupby(level=0)[list(found.kinds)].sum()
    days = found.days["day"].nunique()

    assert (found.days[list(found.kinds)].to_numpy() % 1 == 0).all()
    assert (np.abs(sums - found.table[list(found.kinds)] * days) <= 1).to_numpy().all()
    assert (pd.DatetimeIndex(found.days["day"]).day_of_week < 5).all()


def test_weeks_and_days_hold_the_same_actions() -> None:
    found = daily()

    by_week = found.weeks.groupby(level=0)[list(found.kinds)].sum()
    pd.testing.assert_frame_equal(by_week, found.days.groupby(level=0)[list(found.kinds)].sum())


def test_holidays_hold_no_actions_and_make_up_saturdays_do() -> None:
    calendar = Calendar(CalendarSettings(country="CN"))
    found = plan.daily_actions(solved(), activities(), replace(records(), calendar=calendar))

    assert isinstance(found, DailyActions)
    days = set(found.days["day"])
    assert pd.Timestamp("2026-02-17") not in days  # Spring Festival
    assert pd.Timestamp("2026-02-14") in days  # a Saturday worked in its place


def test_more_than_the_best_quarter_is_told_and_is_a_decision() -> None:
    found = daily(needs=pd.Series({"R0": 100.0, "R1": 1.0}))

    assert found.table["fits"].to_dict() == {"R0": "beyond", "R1": "yes"}
    assert said(found, "plan.funnel.too_many_actions")["names"] == ("R0",)
    assert "plan.funnel.too_many_actions" not in keys_of(daily(needs=pd.Series({"R1": 1.0})))


def test_the_money_of_too_many_actions_is_that_of_the_part_nobody_has_ever_done() -> None:
    needs = pd.Series({"R0": 100.0, "R1": 1.0})
    found = daily(needs=needs)
    decided = next(d for d in found.decisions if d.key == "plan.funnel.too_many_actions")
    beyond = 1 - found.table["most"]["R0"] / found.table["daily"]["R0"]

    assert decided.values["of"] == 2
    assert decided.weight == decided.values["amount"] == pytest.approx(solved().need * 100 / 101 * beyond)
    assert 0 < decided.weight < solved().need


def test_numbers_of_people_are_joined_to_the_names_that_deals_use() -> None:
    people = pd.DataFrame({"rep": [f"S{n}" for n in range(4)], "name": [f"R{n}" for n in range(4)], "left": pd.NaT})
    numbered = activities().assign(rep=lambda a: a["rep"].str.replace("R", "S"))
    found = plan.daily_actions(solved(), numbered, records(), reps=people)

    assert isinstance(found, DailyActions)
    assert found.table["today"].notna().all()


def test_those_who_left_get_no_actions() -> None:
    people = pd.DataFrame({"rep": ["R0", "R1"], "name": ["R0", "R1"], "left": [AS_OF, pd.NaT]})
    found = plan.daily_actions(solved(), activities(), records(), reps=people)

    assert isinstance(found, DailyActions)
    assert "R0" not in found.table.index


@pytest.mark.parametrize("table", [None, activities().iloc[:0], activities().drop(columns="rep")])
def test_without_activities_it_cannot_be_told(table: pd.DataFrame | None) -> None:
    found = plan.daily_actions(solved(), table, records())

    assert isinstance(found, Unknown)
    assert keys_of(found) == ["plan.funnel.unknown_activities"]
