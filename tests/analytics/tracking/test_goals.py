"""Targets of a period: the ledger before the table before a given number, summed without counting twice."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from tests.analytics.tracking.courses import AS_OF, CALENDAR, quarter, sales, table
from workbench.analytics.plan.period import period
from workbench.analytics.results import Unknown
from workbench.analytics.tracking import Course, Goals, course, goals, parts
from workbench.errors import DataError

QUARTER, YEAR = quarter(), period(CALENDAR, AS_OF, "this year")


def found(*arguments, **named) -> Goals:  # type: ignore[no-untyped-def]
    made = goals(*arguments, **named)
    assert isinstance(made, Goals), made
    return made


def ledger(*rows: tuple) -> pd.DataFrame:
    columns = ["level", "region", "every", "period", "amount", "owner", "version", "effective"]
    return pd.DataFrame([(*r, pd.Timestamp("2026-01-01")) for r in rows], columns=columns).assign(
        period=lambda f: pd.to_datetime(f["period"])
    )


def test_months_of_the_table_add_up_to_the_quarter_for_each_region_and_the_whole() -> None:
    made = found(QUARTER, CALENDAR, table=table(45.0, 25.0), levels=("region",))

    assert made.amount.to_dict() == {"": 210.0, "north": 135.0, "south": 75.0}  # 3 × 70, 3 × 45, 3 × 25
    assert made.source == "table"
    assert made.spread == ""
    assert list(made.months.columns) == list(QUARTER.months)


def test_totals_of_leaders_do_not_count() -> None:
    rows = table(45.0, 25.0)
    leader = rows.groupby("period", as_index=False)["amount"].sum().assign(region=None, rolls_up=True)
    both = pd.concat([rows.assign(rolls_up=False), leader], ignore_index=True)

    assert found(QUARTER, CALENDAR, table=both, levels=("region",)).whole == 210.0


def test_the_ledger_comes_before_the_table_and_tells_its_version_and_owners() -> None:
    held = ledger(("", None, "quarter", "2026-07-01", 300.0, "", 4), ("region", "north", "quarter", "2026-07-01", 180.0,
                                                                      "Ann", 3))  # fmt: skip
    made = found(QUARTER, CALENDAR, ledger=held, table=table(), levels=("region",))

    assert (made.source, made.version, made.whole) == ("ledger", 4, 300.0)
    assert made.nodes.loc["north", "owner"] == "Ann"
    assert pd.isna(made.nodes.loc["", "owner"])


def test_a_ledger_that_holds_another_period_leaves_it_to_the_table() -> None:
    held = ledger(("", None, "year", "2025-01-01", 300.0, "", 1))

    assert found(QUARTER, CALENDAR, ledger=held, table=table(), levels=("region",)).source == "table"


def test_a_year_is_spread_by_the_season_of_past_sales_and_says_so() -> None:
    months = pd.date_range("2023-01-01", "2025-12-01", freq="MS")
    past = pd.DataFrame({"period": months, "amount": np.where(months.month == 9, 2.0, 1.0)})  # 13 shares a year
    held = ledger(("", None, "year", "2026-01-01", 1300.0, "", 1))
    made = found(QUARTER, CALENDAR, ledger=held, past=past)

    assert made.months.loc[""].tolist() == pytest.approx([100.0, 100.0, 200.0])
    assert made.spread == "year"
    assert "tracking.course.goals_spread" in [f.key for f in made.findings]


def test_what_a_year_holds_beyond_its_written_quarters_goes_to_the_other_months() -> None:
    held = ledger(("", None, "quarter", "2026-07-01", 600.0, "", 1), ("", None, "year", "2026-01-01", 1500.0, "", 1))
    made = found(YEAR, CALENDAR, ledger=held)

    assert made.whole == pytest.approx(1500.0)
    assert made.months.loc[""].iloc[6:9].sum() == pytest.approx(600.0)


def test_a_given_target_is_the_wholes_and_nobody_elses() -> None:
    made = found(QUARTER, CALENDAR, given=90.0)

    assert made.amount.to_dict() == {"": 90.0}
    assert made.source == "given"


def test_without_any_target_it_is_unknown() -> None:
    made = goals(QUARTER, CALENDAR)

    assert isinstance(made, Unknown)
    assert made.findings[0].key == "tracking.course.no_goals"


def test_a_sum_of_parts_that_differs_from_the_whole_is_told() -> None:
    held = ledger(("", None, "quarter", "2026-07-01", 100.0, "", 1), ("region", "north", "quarter", "2026-07-01", 60.0,
                                                                      "", 1))  # fmt: skip
    differs = [f for f in found(QUARTER, CALENDAR, ledger=held).findings if f.key == "tracking.course.goals_differ"]

    assert [(f.values["amount"], f.values["difference"]) for f in differs] == [(60.0, pytest.approx(-40.0))]


def test_a_whole_that_nobody_wrote_is_the_sum_of_the_first_level() -> None:
    rows = [
        ("region", name, "quarter", "2026-07-01", amount, "", 1) for name, amount in (("north", 60.0), ("south", 30.0))
    ]
    held = ledger(*rows)

    assert found(QUARTER, CALENDAR, ledger=held).whole == 90.0


def test_a_table_without_a_period_is_refused() -> None:
    with pytest.raises(DataError, match="period"):
        goals(QUARTER, CALENDAR, table=pd.DataFrame({"amount": [1.0]}))


@limits(max_examples=25, deadline=None)
@given(st.lists(st.floats(1, 1e7), min_size=12, max_size=12), st.floats(1, 1e7))
def test_parts_add_up_to_the_whole_whatever_the_months(north: list[float], south: float) -> None:
    months = pd.date_range("2026-01-01", periods=12, freq="MS")
    rows = pd.DataFrame({"period": [*months, *months], "region": ["north"] * 12 + ["south"] * 12,
                         "amount": [*north, *[south] * 12]})  # fmt: skip
    made = found(YEAR, CALENDAR, table=rows, levels=("region",))

    assert made.amount[["north", "south"]].sum() == pytest.approx(made.whole)
    assert made.months.sum(axis=1).to_numpy() == pytest.approx(made.amount.to_numpy())


def test_a_page_goes_by_the_first_level_with_targets_of_two_nodes_and_by_people_where_they_have_some() -> None:
    month = pd.Timestamp("2026-07-01")
    by_rep = pd.DataFrame({"period": month, "rep": ["Ann", "Bo"], "region": ["N", "S"], "amount": [5.0, 5.0]})
    one = goals(period(CALENDAR, month, "this month"), CALENDAR, table=by_rep, levels=("region", "rep"))

    assert parts(one, ("channel", "region", "rep")) == ("region", "rep")
    assert parts(None, ("channel", "rep")) == ("channel",)
    assert parts(None, ()) == ()


def test_a_team_called_as_a_region_keeps_its_own_target() -> None:
    """Found with a company whose team and region share a name: the page stopped."""
    teams = table().assign(team=lambda f: f["region"].replace({"south": "north", "north": "inner"}))
    made = found(QUARTER, CALENDAR, table=teams, levels=("region", "team"))

    assert made.amount.index.is_unique
    assert made.amount[["north (region)", "north (team)"]].tolist() == [135_000.0, 75_000.0]
    landed = course(
        sales(), ("region",), QUARTER, every="day", calendar=CALENDAR, as_of=AS_OF, goals=made,
        covers=(sales()["period"].min(), AS_OF),
    )  # fmt: skip
    assert isinstance(landed, Course)
    assert landed.table["target"].to_dict() == {"": 210_000.0, "north": 135_000.0, "south": 75_000.0}
    assert landed.goals is not None
    assert landed.goals.amount[["north", "north (team)", "inner"]].tolist() == [135_000.0, 75_000.0, 135_000.0]


def test_a_target_is_in_force_from_the_last_day_on_which_a_part_of_it_changed() -> None:
    months = [("", None, "month", day, 100.0, "", 2) for day in ("2026-07-01", "2026-08-01", "2026-09-01")]
    held = ledger(*months, ("", None, "year", "2026-01-01", 1500.0, "", 3))
    held["effective"] = pd.to_datetime(["2026-01-01", "2026-08-10", "2026-08-12", "2026-09-20"])

    assert found(QUARTER, CALENDAR, ledger=held).since[""] == pd.Timestamp("2026-08-12")  # the year holds other months
    assert found(QUARTER, CALENDAR, table=table()).since.isna().all()
