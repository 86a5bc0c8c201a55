"""Landings: booked and the rest, parts that add up, nothing after the day looked at, chances that hold."""

import numpy as np
import pandas as pd
import pytest

from tests.analytics.tracking.courses import (
    AS_OF,
    CALENDAR,
    STAGES,
    aims,
    bare,
    bare_aimed,
    deals,
    made,
    quarter,
    sales,
    usual,
)
from workbench.analytics.results import Unknown
from workbench.analytics.tracking import course, grain, open_pipeline, path, record
from workbench.analytics.tracking.learning import quantiles
from workbench.analytics.tracking.pipeline import coverage, weighted
from workbench.analytics.tracking.tempo import days, weights
from workbench.analytics.tracking.tested import crps


def test_attainment_is_sales_against_target() -> None:
    """V35, digiwin documentation: 24,000 of 30,000 is 80 %."""
    day = pd.Timestamp("2026-09-30")
    one = pd.DataFrame({"period": pd.bdate_range("2026-01-01", day), "amount": 0.0}).assign(region="north")
    one.loc[one["period"] == "2026-09-01", "amount"] = 24_000.0
    found = made(day, one, goals=aims(day, north=10_000.0, south=0.0))

    assert found.table["target"].iloc[0] == 30_000
    assert found.table["attainment"].iloc[0] == pytest.approx(0.8)


def test_a_weighted_pipeline_is_money_times_chance() -> None:
    """V33, frappe/crm #798: 100k at 50 %, 100k at 50 %, 100k at 100 %."""
    assert weighted(np.full(3, 100e3), np.array([0.5, 0.5, 1.0])).tolist() == [50e3, 50e3, 100e3]


def test_pipeline_coverage_is_of_what_remains_and_unknown_where_nothing_does() -> None:
    found = coverage(np.array([300.0, 300.0]), np.array([100.0, -5.0]))

    assert found[0] == 3.0
    assert np.isnan(found[1])


def test_booked_is_what_was_sold_in_the_period_so_far() -> None:
    found, known = usual(), sales()
    inside = known[known["period"].between("2026-07-01", AS_OF)]

    assert found.table["booked"].iloc[0] == pytest.approx(inside["amount"].sum())
    assert found.table.loc["north", "booked"] == pytest.approx(inside.query("region == 'north'")["amount"].sum())
    assert found.table["remaining"].to_numpy() == pytest.approx(
        (found.table["target"] - found.table["booked"]).to_numpy()
    )


def test_every_draw_adds_up_and_none_lies_below_what_is_booked() -> None:
    found = usual()
    parts = (found.table["level"] == "region").to_numpy()

    assert found.draws[:, parts].sum(axis=1) == pytest.approx(found.draws[:, 0])
    assert (found.draws >= found.table["booked"].to_numpy() - 1e-6).all()


def test_the_landing_holds_the_push_at_the_quarters_end() -> None:
    """64 weekdays of 3,000 and the last five half as much again: a straight line would miss 7,500 less what it saw."""
    known = sales()
    came = known[known["period"] >= "2026-07-01"]["amount"].sum()
    found = usual().table.iloc[0]

    assert found["lo_95"] <= came <= found["hi_95"]
    assert found["expected"] == pytest.approx(came, rel=0.04)
    assert usual().tested.loc[("whole", "ours"), "crps"] < usual().tested.loc[("whole", "straight"), "crps"]


def test_nothing_after_the_day_looked_at_matters() -> None:
    known = sales()
    later = known.assign(amount=known["amount"].where(known["period"] <= AS_OF, known["amount"] * 50))

    pd.testing.assert_frame_equal(bare_aimed().table, made(frame=later).table)


def test_more_money_of_the_same_kind_changes_no_share_and_no_chance() -> None:
    known = sales()
    larger = made(frame=known.assign(amount=known["amount"] * 1000),
                  goals=aims(north=45e6, south=25e6))  # fmt: skip

    assert larger.table["attainment"].to_numpy() == pytest.approx(bare_aimed().table["attainment"].to_numpy())
    assert larger.table["chance"].to_numpy() == pytest.approx(bare_aimed().table["chance"].to_numpy(), abs=1e-6)


def test_a_higher_target_is_never_likelier() -> None:
    chances = [made(goals=aims(north=n, south=22e3)).table.loc["north", "chance"] for n in (41e3, 47e3)]

    assert chances == sorted(chances, reverse=True)
    assert 0 < min(chances) < max(chances) < 1


def test_without_a_target_the_landing_is_told_and_attainment_is_not() -> None:
    found = bare()

    assert found.table["expected"].gt(0).all()
    assert found.table[["target", "attainment", "chance", "needed"]].isna().all(axis=None)
    assert [f.key.rpartition(".")[2] for f in found.findings[:2]] == ["stands_alone", "lands_alone"]
    assert not found.decisions


def test_on_the_last_day_nothing_is_left_and_chances_are_facts() -> None:
    found = made(pd.Timestamp("2026-09-30"))

    assert found.days_left == 0
    assert found.done == 1
    assert (found.draws == found.table["booked"].to_numpy()).all()
    assert set(found.table["chance"]) <= {0.0, 1.0}
    assert [f.key.rpartition(".")[2] for f in found.findings] == ["ended"]


def test_on_the_first_day_almost_all_is_still_to_come() -> None:
    found = made(pd.Timestamp("2026-07-01"))

    assert found.done < 0.05
    assert (
        found.table["lo_95"].iloc[0]
        < sales().query("period >= '2026-07-01'")["amount"].sum()
        < found.table["hi_95"].iloc[0]
    )


def test_what_each_remaining_day_must_bring_closes_the_gap() -> None:
    found = usual()
    row = found.table.iloc[0]

    assert row["booked"] + row["needed"] * found.days_left == pytest.approx(row["target"])
    assert row["booked"] + row["usual"] * found.days_left == pytest.approx(row["expected"])


def test_the_path_ends_at_the_target_and_the_fan_at_the_landing() -> None:
    found = usual()
    last, row = found.path.iloc[-1], found.table.iloc[0]

    assert last["due"] == pytest.approx(row["target"])
    assert found.path.loc[AS_OF, "due"] == pytest.approx(row["due"])
    assert (last["lo_80"], last["expected"], last["hi_80"]) == pytest.approx(
        (row["lo_80"], row["expected"], row["hi_80"])
    )
    assert found.path["due"].is_monotonic_increasing
    assert found.path.loc[AS_OF, "booked"] == pytest.approx(row["booked"])


def test_targets_out_of_reach_are_decided_by_the_money_they_miss() -> None:
    found = made(goals=aims(north=90e3, south=60e3))

    assert [d.values["node"] for d in found.decisions] == ["north", "south"]
    assert found.decisions[0].weight > found.decisions[1].weight > 0


def test_open_opportunities_bring_what_survival_curves_say() -> None:
    """A third of all is won, all of them within 60 days: of the open ones by far the most close before the end."""
    found = usual().pipeline
    still = deals()[deals()["closed"].isna()]

    assert found["open"].iloc[0] == 1000 * len(still)
    assert found["from_open"].iloc[0] == pytest.approx(1000 * len(still) / 3, rel=0.25)
    assert found.loc[["north", "south"], "open"].sum() == pytest.approx(found["open"].iloc[0])
    assert found["needed"].notna().all()


def test_too_few_opportunities_tell_nothing_of_the_pipeline() -> None:
    found = made(opportunities=deals().tail(5), stages=STAGES)

    assert isinstance(open_pipeline(found), Unknown)
    assert found.table["expected"].iloc[0] > 0


def test_a_course_needs_four_weeks_of_sales() -> None:
    short = sales().query("period >= '2026-07-20' and period <= '2026-08-15'").head(10)
    found = course(short, ("region",), quarter(), every="day", calendar=CALENDAR, as_of=AS_OF,
                   covers=(pd.Timestamp("2026-07-20"), AS_OF))  # fmt: skip

    assert isinstance(found, Unknown)
    assert path(found) is found
    assert record(found) is found


def test_months_give_a_landing_too_and_a_running_month_waits() -> None:
    by_month = sales().assign(period=lambda f: f["period"].dt.to_period("M").dt.start_time)
    by_month = by_month.groupby(["period", "region"], as_index=False)["amount"].sum()
    found = course(by_month, ("region",), quarter(), every="month", calendar=CALENDAR, as_of=AS_OF, goals=aims(),
                   covers=(pd.Timestamp("2022-10-01"), AS_OF))  # fmt: skip

    assert not isinstance(found, Unknown)
    assert found.known_until == pd.Timestamp("2026-07-31")
    assert found.table["expected"].iloc[0] == pytest.approx(usual().table["expected"].iloc[0], rel=0.1)


def test_the_usual_days_know_the_push_and_the_weekend() -> None:
    known = days(pd.Timestamp("2024-01-01"), pd.Timestamp("2026-12-31"), CALENDAR)
    daily = sales().groupby("period")["amount"].sum().reindex(pd.date_range("2024-01-01", "2026-09-30"), fill_value=0)
    found = weights(known, daily.to_numpy(), np.arange(len(daily) + 1), len(daily))
    on = pd.Series(found, pd.date_range("2024-01-01", "2026-12-31"))

    assert on["2026-12-30"] / on["2026-11-11":"2026-11-20"][lambda s: s > 0.3].mean() == pytest.approx(1.5, abs=0.25)
    assert on["2026-11-14"] < 0.05  # a Saturday


def test_crps_of_a_certain_forecast_is_its_error_and_of_the_truth_nothing() -> None:
    assert crps(np.full((10, 1), 5.0), np.array([7.0])) == pytest.approx([2.0])
    assert crps(np.full((10, 1), 7.0), np.array([7.0])) == pytest.approx([0.0])


def test_crps_of_normal_draws_is_the_closed_form() -> None:
    """Gneiting & Raftery (2007): at the mean of a standard normal it is (√2 − 1) / √π = 0.2337."""
    draws = np.random.default_rng(0).standard_normal((20_000, 1))

    assert crps(draws, np.array([0.0]))[0] == pytest.approx((np.sqrt(2) - 1) / np.sqrt(np.pi), abs=0.005)


def test_draws_have_the_mean_and_spread_that_they_are_asked_for() -> None:
    noise = np.random.default_rng(0).standard_normal((20_000, 1))
    found = quantiles(np.array([100.0]), np.array([0.3]), noise, np.array([200.0]))

    assert found.mean() == pytest.approx(100, rel=0.01)
    assert found.std() == pytest.approx(30, rel=0.03)


@pytest.mark.parametrize(("step", "wanted"), [("B", "day"), ("MS", "month"), ("QS", "quarter")])
def test_the_grain_of_sales_is_found_by_the_days_they_stand_on(step: str, wanted: str) -> None:
    dates = pd.date_range("2024-01-01", "2025-12-31", freq=step)

    assert grain(pd.DataFrame({"period": dates, "amount": 1.0}), CALENDAR) == wanted


def test_eighty_percent_ranges_hold_about_eighty_percent() -> None:
    """Six companies seen in the middle of a quarter; 80 % of 18 parts and wholes is 14, three deviations are 5."""
    inside = []
    for seed in range(6):
        known = sales(seed + 10)
        came = known[known["period"] >= "2026-07-01"].groupby("region")["amount"].sum()
        table = made(frame=known, aimed=False).table
        actual = pd.Series({"": came.sum(), **came})
        inside += list((table["lo_80"] <= actual) & (actual <= table["hi_80"]))

    assert 9 <= sum(inside) <= 18
