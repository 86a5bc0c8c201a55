"""The period's draws add up over nodes and months, and chances are smooth, coherent and never certain."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from tests.analytics.plan.aims import AS_OF, CALENDAR, bare, found, made, normal, sales, year
from workbench.analytics import forecast as forecasting
from workbench.analytics.forecast import forecast
from workbench.analytics.plan import Baseline, amount_at, amounts, baseline, chance, chances, period
from workbench.analytics.plan.aims.hindcasts import PRIOR, errors, habit
from workbench.analytics.plan.aims.odds import amounts_at, chances_of
from workbench.analytics.results import Unknown
from workbench.errors import ParameterError


def test_every_draw_adds_up_over_the_nodes_and_the_months() -> None:
    base = made()
    parts = base.draws[:, base.nodes["level"] == "region"]

    assert parts.sum(axis=1) == pytest.approx(base.draws[:, 0])
    assert base.monthly.sum(axis=1) == pytest.approx(base.draws[:, 0])
    assert base.by_month.iloc[1:].sum().to_numpy() == pytest.approx(base.by_month.iloc[0].to_numpy())


def test_next_year_takes_the_steps_from_january_on_and_the_year_before_is_what_is_sold_and_the_rest_forecast() -> None:
    base, source = made(), found()
    ahead = source.table.loc["", "mean"].to_numpy()
    sold = source.history.loc["2026-01-01":, ""].sum()

    assert base.expected[""] == pytest.approx(ahead[3:].sum() * base.habit)
    assert base.before[""] == pytest.approx(sold + ahead[:3].sum())
    assert base.before_is_forecast
    assert (base.booked == 0).all()


def test_a_running_year_holds_what_is_booked() -> None:
    base = baseline(found(), period(CALENDAR, AS_OF, "this year"), CALENDAR)
    assert isinstance(base, Baseline)
    booked = sales().query("period >= '2026-01-01'")["amount"].sum()

    assert base.booked[""] == pytest.approx(booked)
    assert base.draws[:, 0].min() > booked
    assert base.monthly[:, :9].std(axis=0).max() == pytest.approx(0, abs=1e-9)
    assert not base.before_is_forecast


def test_a_forecast_that_ends_too_early_is_told_with_the_day_it_must_reach() -> None:
    result = baseline(found(12), period(CALENDAR, AS_OF, "next year"), CALENDAR)

    assert isinstance(result, Unknown)
    assert result.findings[0].values == {"until": pd.Timestamp("2027-09-30"), "need": pd.Timestamp("2027-12-31")}


def test_a_year_before_that_history_does_not_reach_is_unknown_not_zero() -> None:
    source = found()
    short = replace(source, history=source.history.iloc[-8:])
    base = baseline(short, period(CALENDAR, AS_OF, "next year"), CALENDAR, missed=np.empty(0))
    assert isinstance(base, Baseline)

    assert base.before.isna().all()


def test_weeks_on_the_edge_of_the_year_count_by_their_days() -> None:
    weeks = pd.date_range("2022-10-03", periods=170, freq="7D")
    table = pd.DataFrame({"period": weeks, "amount": np.random.default_rng(2).normal(70, 1, 170), "whole": True})
    made = forecast(table, horizon=62, every="week", calendar=CALENDAR)
    base = baseline(made, year("2026-01-01"), CALENDAR)
    assert isinstance(base, Baseline)

    assert base.expected.iloc[0] == pytest.approx(365 / 7 * 70, rel=0.03)


# -- chances ----------------------------------------------------------------------------------------------------------


def test_the_chance_of_the_whole_is_that_of_the_normal_distribution_its_draws_come_from() -> None:
    base = bare(normal(110, 10))

    assert [chance(base, None, a) for a in (100, 110, 120)] == pytest.approx((0.841, 0.5, 0.159), abs=0.004)
    assert amount_at(base, None, 0.6) == pytest.approx(110 - 0.2533 * 10, abs=0.05)


@given(st.integers(0, 10**6), st.floats(0.001, 0.999), st.sampled_from([1.0, 1e6, 1e-3]))
@limits(max_examples=30, deadline=None)
def test_amount_at_is_the_inverse_of_the_chance_at_any_scale(seed: int, probability: float, size: float) -> None:
    draws = np.random.default_rng(seed).lognormal(3, 0.4, (80, 1)) * size

    amount = amounts_at(draws, probability)

    assert chances_of(draws, amount)[0] == pytest.approx(probability, abs=1e-6)
    assert amounts_at(draws * 7, probability)[0] == pytest.approx(7 * amount[0], rel=1e-6)


@given(st.lists(st.floats(0, 1e6), min_size=50, max_size=60), st.floats(-1e6, 1e9), st.floats(0, 1e6))
@limits(max_examples=50, deadline=None)
def test_a_chance_is_never_certain_and_never_rises_with_the_amount(
    draws: list[float], amount: float, more: float
) -> None:
    column = np.array(draws)[:, None]
    low, high = (chances_of(column, np.array([a]))[0] for a in (amount, amount + more))

    assert 0 < high <= low < 1


def test_smoothing_leaves_the_spread_as_the_draws_have_it() -> None:
    draws = np.random.default_rng(3).normal(100, 10, (300, 1))
    lo, hi = amounts_at(draws, 0.9)[0], amounts_at(draws, 0.1)[0]

    assert (hi - lo) / 2 == pytest.approx(1.2816 * draws.std(), rel=0.06)


def test_a_part_that_may_sell_nothing_keeps_its_lump_at_zero() -> None:
    draws = np.r_[np.zeros(50), np.linspace(10, 20, 50)][:, None]

    assert chances_of(draws, np.array([1.0]))[0] == pytest.approx(0.5, abs=0.02)
    assert chances_of(draws, np.array([0.0]))[0] > 0.99
    assert amounts_at(draws, 0.7)[0] == pytest.approx(0, abs=0.01)


def test_what_is_certain_in_the_draws_is_not_certain() -> None:
    draws = np.full((99, 1), 50.0)

    assert chances_of(draws, np.array([50.0]))[0] == pytest.approx(0.995)
    assert chances_of(draws, np.array([51.0]))[0] == pytest.approx(0.005)
    assert amounts_at(draws, 0.6)[0] == 50


def test_many_nodes_at_once_are_the_nodes_one_by_one_and_unknown_amounts_stay_unknown() -> None:
    base = made()
    wanted = amounts(base, 0.6)

    assert chances(base, wanted).to_numpy() == pytest.approx(0.6)
    assert chances(base, wanted)["North"] == pytest.approx(chance(base, "North", wanted["North"]))
    assert chances(base, pd.Series({"North": np.nan})).isna().all()


def test_parts_at_the_same_chance_sum_to_less_than_the_whole_below_a_half() -> None:
    base = made()
    wanted = amounts(base, 0.9)

    assert wanted[["North", "South"]].sum() < wanted[""]


def test_a_node_that_is_not_forecast_is_told() -> None:
    with pytest.raises(ParameterError, match="no forecast of 'West'"):
        chance(made(), "West", 1.0)


# -- habits -----------------------------------------------------------------------------------------------------------


def test_a_habit_is_pulled_toward_none_by_four_origins() -> None:
    missed = np.array([0.05, 0.03, 0.04, 0.04])

    assert np.log(habit(missed)) == pytest.approx(0.16 / (4 + PRIOR))
    assert habit(np.empty(0)) == 1


def test_one_year_out_of_all_proportion_does_not_hide_a_habit() -> None:
    usual = np.array([0.02, 0.03, 0.02, 0.03, 0.02, 0.03, 0.02])

    assert habit(np.r_[usual, -0.3]) == pytest.approx(habit(np.r_[usual, 0.02]), abs=0.003)
    assert habit(np.r_[usual, -0.3]) > 1.01
    assert habit(np.empty(0)) == 1.0


def test_steady_growth_that_forecasts_trust_only_in_part_shows_as_a_habit() -> None:
    at = np.arange(120)
    history = (
        100 * 1.08 ** (at / 12) * (1 + 0.1 * np.sin(at * np.pi / 6)) * np.random.default_rng(4).lognormal(0, 0.02, 120)
    )

    assert habit(errors(history, steps=(0, 12), season=12)) > 1


def test_too_short_a_history_has_no_habits() -> None:
    assert len(errors(np.ones(36), steps=(3, 15), season=12)) == 0


def test_nothing_but_the_known_errors_moves_the_baseline() -> None:
    plain, moved = (
        baseline(found(), period(CALENDAR, AS_OF, "next year"), CALENDAR, missed=np.array(known))
        for known in ([], [0.05] * 4)
    )
    assert isinstance(plain, Baseline)
    assert isinstance(moved, Baseline)

    assert moved.draws == pytest.approx(plain.draws * np.exp(0.2 / 8))
    assert moved.expected[""] == pytest.approx(plain.expected[""] * np.exp(0.2 / 8))


# -- the forecast underneath ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("months", "known"), [(12, False), (24, True), (35, True), (36, True)])
def test_more_than_a_year_is_enough_for_a_plan_that_says_so_and_less_is_unknown(months: int, known: bool) -> None:
    plan = period(CALENDAR, AS_OF, "next year")
    source = forecasting.ahead(sales(months), ("region",), until=plan.last, every="month", calendar=CALENDAR)
    base = baseline(source, plan, CALENDAR)

    assert isinstance(base, Baseline) == known
    short = [f.values for f in base.findings if f.key == "plan.targets.short_history"]
    assert short == ([{"have": months, "need": 36}] if known and months < 36 else [])


def test_the_forecast_reaches_the_end_of_the_period_from_the_last_whole_month_on() -> None:
    plan = period(CALENDAR, AS_OF, "next year")
    late = sales(last="2026-06-01")  # the export ends three months before the report

    assert isinstance(
        baseline(
            forecasting.ahead(late, ("region",), until=plan.last, every="month", calendar=CALENDAR), plan, CALENDAR
        ),
        Baseline,
    )


def test_no_sales_at_all_are_unknown() -> None:
    plan = period(CALENDAR, AS_OF, "next year")

    assert isinstance(
        forecasting.ahead(sales().assign(whole=False), ("region",), until=plan.last, every="month", calendar=CALENDAR),
        Unknown,
    )


def test_paths_that_drifted_from_the_points_are_brought_back_together_and_still_add_up() -> None:
    source, plan = found(), period(CALENDAR, AS_OF, "next year")
    drifted = baseline(replace(source, paths=source.paths * 1.5), plan, CALENDAR, missed=np.empty(0))
    assert isinstance(drifted, Baseline)

    assert np.median(drifted.draws[:, 0]) == pytest.approx(1.03 * drifted.expected[""])
    assert drifted.draws[:, 1:].sum(axis=1) == pytest.approx(drifted.draws[:, 0])
