"""Who sells in the period: roster, ramp, pace with chance taken off."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from tests.analytics.plan.aims import bare, normal
from tests.analytics.plan.staff import AS_OF, next_year, sellers, sold, staff
from tests.conftest import shared_data
from workbench import Run, load, plan
from workbench.analytics.plan.staff.capacity import capacity
from workbench.analytics.plan.staff.pay import sales_draws
from workbench.analytics.plan.staff.people import Sellers, people
from workbench.analytics.plan.staff.ramp import ramp_year, ramped
from workbench.analytics.results import Unknown
from workbench.periods import Calendar
from workbench.settings import CalendarSettings
from workbench.settings.plan import People

EIGHT = {f"R{n}": 100.0 + 10 * n for n in range(8)}


def test_a_ramp_of_30_60_100_100_is_72_and_a_half_percent_of_a_year() -> None:
    assert ramp_year((0.3, 0.6, 1.0, 1.0)) == pytest.approx((0.725, 0.725))  # (30 + 60 + 100 + 100) / 400


def test_a_ramp_that_stops_at_60_percent_is_a_range_for_the_later_quarters() -> None:
    low, high = ramp_year((0.3, 0.6))  # quarters 3 and 4 unspecified: 0.6 to 1.0

    assert low == pytest.approx((0.3 + 0.6 + 0.6 + 0.6) / 4)
    assert high == pytest.approx((0.3 + 0.6 + 1.0 + 1.0) / 4)


def test_an_open_ramp_is_said_and_both_readings_are_in_the_table() -> None:
    reps = staff([*EIGHT, "New"], joined=[pd.Timestamp("2015-01-01")] * 8 + [pd.Timestamp("2027-01-01")])
    found = sellers(EIGHT, reps, ramp=(0.3, 0.6))

    assert "plan.people.ramp_open" in [f.key for f in found.findings]
    assert found.table["ramped"]["New"] == pytest.approx(0.525, abs=0.001)
    assert found.table["ramped_hi"]["New"] == pytest.approx(0.725, abs=0.001)


def test_the_ramp_goes_by_quarter_since_joining_and_is_0_before() -> None:
    tenure = np.array([-0.5, 0.5, 2.9, 3.1, 8.0, 20.0, np.nan])

    assert ramped(tenure, (0.3, 0.6, 1.0)).tolist() == [0.0, 0.3, 0.3, 0.6, 1.0, 1.0, 1.0]


def test_someone_who_joins_on_the_first_day_counts_as_the_ramp_says() -> None:
    reps = staff([*EIGHT, "New"], joined=[pd.Timestamp("2015-01-01")] * 8 + [pd.Timestamp("2027-01-01")])

    found = sellers(EIGHT, reps, ramp=(0.3, 0.6, 1.0))

    assert found.table["ramped"]["New"] == pytest.approx(0.725, abs=0.001)
    assert found.table["ramped"]["R0"] == 1.0
    assert found.table["tenure_class"]["New"] == "new"


def test_planned_hires_are_there_from_their_month_on() -> None:
    found = sellers(EIGHT, hires=[{"count": 2, "joins": "2027-07", "team": "North"}], ramp=(0.5, 1.0))
    hired = found.table[found.table["tenure_class"] == "hire"]

    assert len(hired) == 2
    assert hired["present"].tolist() == pytest.approx([0.5, 0.5])  # July to December
    assert hired["ramped"].tolist() == pytest.approx([(3 * 0.5 + 3 * 1.0) / 12] * 2)


def test_leaders_are_not_sellers_whether_by_who_reports_to_them_or_by_role() -> None:
    reps = staff([*EIGHT, "Boss", "Head"], manager=["Boss"] * 8 + [None, None], role=["rep"] * 9 + ["director"])

    found = sellers(EIGHT, reps, leaders=("director",))

    assert sorted(found.table.index) == sorted(EIGHT)


def test_who_left_before_the_period_does_not_sell_in_it_and_who_leaves_within_it_counts_in_part() -> None:
    left = [pd.Timestamp("2026-06-30"), pd.Timestamp("2027-06-30")] + [pd.NaT] * 6

    found = sellers(EIGHT, staff(list(EIGHT), left=left))

    assert "R0" not in found.table.index
    assert found.table["present"]["R1"] == pytest.approx(0.5)


def test_who_sold_nothing_in_six_months_is_named_and_not_counted() -> None:
    found = sellers(EIGHT, staff([*EIGHT, "Quiet"]))

    assert found.silent == ("Quiet",)
    assert "Quiet" not in found.table.index


def test_without_a_table_of_reps_those_who_sold_are_the_sellers() -> None:
    found = people(None, sold(EIGHT, noise=0.2), next_year())

    assert isinstance(found, Sellers)
    assert len(found.table) == 8


def test_people_who_differ_only_by_chance_are_drawn_to_the_mean() -> None:
    alike = {f"R{n}": 100.0 for n in range(30)}

    found = people(staff(list(alike)), sold(alike, noise=0.5, seed=3), next_year())

    assert isinstance(found, Sellers)
    assert found.pace.chance_part > 0.6
    assert found.table["pace"].std() < 0.5 * found.table["raw_pace"].std()


def test_people_who_truly_differ_keep_their_own_pace() -> None:
    unlike = {f"R{n}": 50.0 + 20.0 * n for n in range(20)}

    found = people(staff(list(unlike)), sold(unlike, noise=0.1), next_year())

    assert isinstance(found, Sellers)
    assert found.table["pace"].corr(found.table["raw_pace"]) > 0.999
    assert found.table["pace"]["R19"] == pytest.approx(12 * 430, rel=0.1)


def test_intervals_of_what_people_sell_hold_four_of_five() -> None:
    rng = np.random.default_rng(7)
    true = dict(zip([f"R{n}" for n in range(300)], rng.gamma(9, 10, 300), strict=True))
    found = people(staff(list(true)), sold(true, noise=0.4, seed=8), next_year())
    assert isinstance(found, Sellers)

    year = pd.Series(
        {name: sum(max(0, a * (1 + 0.4 * rng.standard_normal())) for _ in range(12)) for name, a in true.items()}
    )
    far = ((year - found.table["expected"]) / found.table["sd"]).abs()

    assert 0.7 < (far < 1.2816).mean() < 0.9


def test_the_ramp_is_found_from_those_who_joined() -> None:
    old = {f"R{n}": 100.0 for n in range(10)}
    joiners = {f"N{n}": pd.Timestamp("2025-01-01") + pd.DateOffset(months=n) for n in range(6)}
    sales = sold(old, months=36)
    for name, day in joiners.items():
        for month in pd.date_range(day, AS_OF, freq="MS"):
            age = (month.year - day.year) * 12 + month.month - day.month
            share = 0.2 if age < 3 else 0.5 if age < 6 else 1.0
            sales.loc[len(sales)] = {"period": month, "rep": name, "amount": 100 * share, "whole": True}
    reps = staff([*old, *joiners], joined=[pd.Timestamp("2015-01-01")] * 10 + list(joiners.values()))

    found = people(reps, sales, next_year(), settings=People(ramp=(0.3, 0.6, 1.0)))

    assert isinstance(found, Sellers)
    assert found.ramp["found"].tolist() == pytest.approx([0.2, 0.5, 1.0, 1.0], abs=0.01)
    assert found.ramp["joiners"].iloc[0] == 6
    assert "plan.people.change_ramp" in [d.key for d in found.decisions]


def test_under_four_joiners_no_ramp_is_claimed() -> None:
    assert sellers(EIGHT).ramp["found"].isna().all()


def test_a_quota_in_the_settings_takes_the_place_of_history() -> None:
    found = sellers(EIGHT, quota=2400.0)

    assert found.table["expected"].sum() == pytest.approx(8 * 2400, rel=0.02)


def test_sales_in_another_unit_scale_everything() -> None:
    small = people(staff(list(EIGHT)), sold(EIGHT, noise=0.2), next_year())
    large = people(staff(list(EIGHT)), sold(EIGHT, noise=0.2).assign(amount=lambda s: s["amount"] * 1000), next_year())
    assert isinstance(small, Sellers)
    assert isinstance(large, Sellers)

    for column in ("expected", "sd", "pace", "pace_lo"):
        assert large.table[column].to_numpy() == pytest.approx(1000 * small.table[column].to_numpy())


def test_months_after_the_last_whole_one_change_nothing() -> None:
    sales = sold(EIGHT, noise=0.2)
    torn = pd.concat([sales, sales.tail(8).assign(period=pd.Timestamp("2027-01-01"), amount=9e9, whole=False)])

    first, second = (people(staff(list(EIGHT)), s, next_year()) for s in (sales, torn))

    assert isinstance(first, Sellers)
    assert isinstance(second, Sellers)
    pd.testing.assert_frame_equal(first.table, second.table)


def test_what_the_period_holds_already_is_part_of_what_is_expected() -> None:
    running = dataclasses.replace(next_year(AS_OF - pd.DateOffset(years=1)))  # 2026, wholly sold

    found = people(staff(list(EIGHT)), sold(EIGHT), running)

    assert isinstance(found, Sellers)
    assert found.table["expected"].tolist() == pytest.approx([12 * amount for amount in EIGHT.values()])


@pytest.mark.parametrize(
    ("sales", "key"),
    [
        (sold(EIGHT).drop(columns="rep"), "plan.people.unknown_sales"),
        (sold(EIGHT, months=2), "plan.people.unknown_months"),
        (sold({"R0": 1.0, "R1": 2.0}), "plan.people.unknown_people"),
    ],
)
def test_what_cannot_be_told_is_said(sales: pd.DataFrame, key: str) -> None:
    found = people(None, sales, next_year())

    assert isinstance(found, Unknown)
    assert found.findings[0].key == key


def test_two_people_of_one_name_stay_two() -> None:
    reps = staff(["1", "2", "3", "4"], name=["Ann", "Ann", "Bob", "Cy"])
    sales = sold({"Ann (1)": 10.0, "Ann (2)": 20.0, "Bob": 30.0, "Cy": 40.0}, noise=0.1)

    found = people(reps, sales, next_year())

    assert isinstance(found, Sellers)
    assert set(found.table.index) == {"Ann (1)", "Ann (2)", "Bob", "Cy"}


def test_the_demo_company_has_22_sellers_and_5_leaders() -> None:
    run = Run.start("data/demo/workbench.toml", as_of="2026-09-30")
    data = load(run)

    found = plan.people(data.table("reps"), data.sales("month", by="rep"), plan.period(run.calendar, run.as_of))

    assert isinstance(found, Sellers)
    assert len(found.table) == 22  # 28 listed, 6 have left
    assert found.findings[0].values["leaders"] == 5
    assert found.table["last_year"].sum() + found.other.sum() == pytest.approx(
        data.sales("month", by="rep").query("whole and period >= '2025-10-01'")["amount"].sum()
    )


def with_baseline(draws: np.ndarray) -> tuple[Sellers, Sellers]:
    """The same people without a baseline and with one."""
    sales = sold(EIGHT, noise=0.2)
    found = [people(staff(list(EIGHT)), sales, next_year(), baseline=b) for b in (None, bare(draws))]
    assert isinstance(found[0], Sellers)
    assert isinstance(found[1], Sellers)
    return found[0], found[1]


def test_the_growth_that_the_forecast_expects_moves_everyone_alike() -> None:
    total = sold(EIGHT, noise=0.2).query("period >= '2026-01-01'")["amount"].sum()

    still, grown = with_baseline(normal(1.1 * total, 0.0001))

    assert grown.growth[0] == pytest.approx(1.1, rel=0.01)
    ratio = grown.table["expected"] / still.table["expected"]
    assert ratio.to_numpy() == pytest.approx([grown.growth[0]] * 8)


@pytest.mark.parametrize("change", ["joined", "left"])
def test_people_who_joined_or_left_within_the_year_are_no_growth_of_the_others(change: str) -> None:
    # six of twelve come, or go, in the middle of the year; each sells the same, and the forecast is what the staff
    # that is there at its end sells
    some = [f"r{n}" for n in range(12)]
    reps, monthly = staff(some), sold(dict.fromkeys(some, 100.0), noise=0.1)
    day, late = pd.Timestamp("2026-07-01"), monthly["rep"].isin(some[6:])
    if change == "joined":
        reps.loc[6:, "joined"] = day
        monthly = monthly[~late | (monthly["period"] >= day)]
    else:
        reps.loc[6:, "left"] = day - pd.Timedelta(days=1)
        monthly = monthly[~late | (monthly["period"] < day)]
    there = 12 if change == "joined" else 6
    forecast = bare(normal(1_200.0 * there, 10.0 * there))

    found = people(reps, monthly, next_year(), settings=People(ramp=(1.0,)), baseline=forecast)

    assert isinstance(found, Sellers)
    assert found.growth[0] == pytest.approx(1.0, rel=0.03)
    assert found.table["expected"].sum() == pytest.approx(1_200.0 * there, rel=0.03)


def test_doubt_in_the_growth_is_shared_and_does_not_average_out() -> None:
    total = sold(EIGHT, noise=0.2).query("period >= '2026-01-01'")["amount"].sum()

    sure, unsure = with_baseline(normal(total, 0.15 * total))
    widths = [capacity(s).table.loc[""].pipe(lambda row: row["hi_80"] - row["lo_80"]) for s in (sure, unsure)]

    assert widths[1] > 2 * widths[0]
    assert sales_draws(unsure, unsure.table).std(axis=0) == pytest.approx(unsure.table["sd"].to_numpy(), rel=0.1)
    assert np.corrcoef(sales_draws(unsure, unsure.table)[:, :2].T)[0, 1] > 0.3


def test_people_whom_the_forecast_has_as_nodes_get_what_it_expects_of_them() -> None:
    whole = bare(normal(12_000.0, 500.0))
    nodes = pd.DataFrame({"level": ["", "rep"], "rep": [None, "R3"]}, index=pd.Index(["", "R3"], name="node"))
    by_month = pd.concat([whole.by_month, whole.by_month / 8]).set_axis(nodes.index)
    booked = by_month * 0.0
    forecast = dataclasses.replace(
        whole, nodes=nodes, draws=np.c_[whole.draws, whole.draws / 8], by_month=by_month, booked_by_month=booked
    )

    found = people(staff(list(EIGHT)), sold(EIGHT, noise=0.2), next_year(), baseline=forecast)

    assert isinstance(found, Sellers)
    assert found.table["expected"]["R3"] == pytest.approx(12_000 / 8, rel=0.01)
    assert found.table["sd"]["R3"] == pytest.approx(500 / 8, rel=0.05)


def test_four_titles_of_the_bicycle_maker_lead_and_fourteen_people_sell() -> None:
    shared_data("adventureworks_reseller")
    run = Run.start("tests/cases/adventureworks_reseller/workbench.toml", as_of="2020-05-31")
    data = load(run)

    found = plan.people(
        data.table("reps"),
        data.sales("month", by="rep"),
        plan.period(run.calendar, run.as_of),
        settings=run.settings.plan.people,
    )

    assert isinstance(found, Sellers)
    assert len(found.table) == 14  # 18 in the table, 3 managers and a director
    # the managers sold 1.28 M of the last 12 months: July 2019 to May 2020 and June 2019
    assert found.other["leaders"] == pytest.approx(1_275_597, abs=1)


def test_months_of_4_4_5_weeks_are_months_too() -> None:
    calendar = Calendar(CalendarSettings(pattern="4-4-5"))
    months = calendar.range(pd.Timestamp("2025-01-15"), pd.Timestamp("2026-11-30"), "month")
    rng = np.random.default_rng(1)
    rows = [(m, n, a * (1 + 0.1 * rng.standard_normal()), True) for m in months for n, a in EIGHT.items()]
    sales = pd.DataFrame(rows, columns=["period", "rep", "amount", "whole"])

    found = people(staff(list(EIGHT)), sales, plan.period(calendar, pd.Timestamp("2026-12-20"), "next year"))

    assert isinstance(found, Sellers)
    assert found.table["ramped"].tolist() == pytest.approx([1.0] * 8)
    assert found.table["expected"].sum() == pytest.approx(12 * sum(EIGHT.values()), rel=0.05)
