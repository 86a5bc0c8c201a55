"""The target, its levels and chances; flat uplifts, quarters against the year, and what is said of them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from tests.analytics.plan.aims import bare, made, normal, settings
from workbench.analytics.plan import MarketView, Triangulation, chance, flat_uplift, triangulate
from workbench.analytics.plan.aims.targets import quarters, usual_unit
from workbench.analytics.results import Unknown
from workbench.errors import ParameterError


def aims(base=None, given: float = 0.0, market: MarketView | None = None, **wanted: object) -> Triangulation:  # type: ignore[no-untyped-def]
    found = triangulate(bare(normal()) if base is None else base, settings(**wanted), market=market, given=given)
    assert isinstance(found, Triangulation)
    return found


def keys(found: Triangulation) -> list[str]:
    return [f.key.rpartition(".")[2] for f in found.findings]


# -- the target -------------------------------------------------------------------------------------------------------


def test_without_a_strategy_the_target_is_reached_with_the_settings_chance() -> None:
    found = aims()  # normal, mean 110, sd 10: 60 % is at 110 − 2.53

    assert found.target == pytest.approx(107.5, abs=0.5)
    assert found.chance == pytest.approx(0.6, abs=0.02)
    assert found.source == "chance"
    assert found.growth == pytest.approx(found.target / 100 - 1)


def test_a_strategy_within_the_stretch_band_is_recommended_as_it_is() -> None:
    found = aims(strategy={"amount": 109.123})  # chance 0.535

    assert (found.source, found.target) == ("strategy", 109.123)
    assert found.decisions == ()


@pytest.mark.parametrize(("amount", "verdict"), [(120.0, "high"), (95.0, "low")])
def test_a_strategy_outside_the_band_is_a_decision_and_not_the_target(amount: float, verdict: str) -> None:
    found = aims(strategy={"amount": amount})
    (decision,) = found.decisions

    assert found.source == "chance"
    assert decision.values["verdict"] == verdict
    assert decision.values["within"] == found.target
    assert decision.weight == pytest.approx(abs(amount - 107.5), abs=0.5)


def test_a_strategy_of_growth_is_on_the_year_before() -> None:
    assert aims(strategy={"growth": 0.08}).strategy == pytest.approx(108)


def test_growth_on_an_unknown_year_is_no_amount() -> None:
    found = aims(bare(normal(), before=float("nan")), strategy={"growth": 0.08})

    assert found.strategy is None
    assert found.findings[1].values == {"growth": 0.08}
    assert np.isnan(found.growth)


def test_a_given_target_is_kept_to_the_cent_and_judged() -> None:
    found = aims(given=131.07)

    assert (found.target, found.source) == (131.07, "given")
    assert found.decisions[0].values["given"] is True


def test_levels_are_as_likely_as_the_settings_say_and_parts_get_them_less_the_reserve() -> None:
    found = aims(chances={"commit": 0.9, "target": 0.55, "stretch": 0.2}, means={"reserve": 0.05}, unit=0.1)

    assert found.levels["chance"].tolist() == pytest.approx((0.9, 0.55, 0.2), abs=0.005)
    assert found.levels["handed_down"].to_numpy() == pytest.approx(0.95 * found.levels["amount"].to_numpy())
    assert found.reserve == pytest.approx(0.05 * found.target)
    assert found.handed_down + found.reserve == pytest.approx(found.target)
    assert "reserve" in keys(found)


@given(st.floats(0.01, 0.99), st.sampled_from([1.0, 1e2, 1e7]))
@limits(max_examples=20, deadline=None)
def test_a_larger_company_gets_the_same_target_at_its_own_size(growth: float, size: float) -> None:
    small, large = (
        aims(bare(normal() * 1e4 * k, before=1e6 * k), strategy={"growth": growth}, unit=0.01 * k) for k in (1.0, size)
    )

    assert large.source == small.source
    assert large.target == pytest.approx(small.target * size, rel=1e-5)
    assert large.chance == pytest.approx(small.chance, abs=1e-5)


@pytest.mark.parametrize(
    ("amount", "unit"), [(292_503_946, 100_000), (1_234, 1), (98_765, 10), (12.3, 0.01), (0.4, 0.01)]
)
def test_targets_keep_four_digits_as_far_as_there_are_cents(amount: float, unit: float) -> None:
    assert usual_unit(amount) == unit


def test_an_unknown_baseline_stays_unknown() -> None:
    why = Unknown(section="forecast")

    assert triangulate(why, settings()) is why


# -- the views --------------------------------------------------------------------------------------------------------


def test_the_views_stand_side_by_side_with_their_chance() -> None:
    market = MarketView(amount=112.0, lo_80=100.0, hi_80=125.0, growth=0.09, draws=normal(112, 9))
    found = aims(strategy={"amount": 125}, market=market)

    assert list(found.table.index) == ["strategy", "baseline", "market"]
    assert found.table["growth"].to_numpy() == pytest.approx((0.25, 0.1, 0.12))
    assert found.table.loc["baseline", ["lo_80", "hi_80"]].tolist() == pytest.approx((97.2, 122.8), abs=0.1)
    assert found.table["chance"]["strategy"] == pytest.approx(chance(found.planned, None, 125))
    assert set(found.draws) == {"baseline", "market"}
    assert "no_market" not in keys(found)


def test_a_missing_market_and_a_missing_strategy_are_said() -> None:
    assert {"no_market", "no_strategy"} <= set(keys(aims()))


# -- a flat uplift (TV17) ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "before", "rate"),
    [(120.0, 100.0, 0.2), (120.49, 100.0, 0.2), (119.51, 100.0, 0.2), (120.6, 100.0, None), (117.0, 100.0, None)],
)
def test_last_year_times_a_round_number_is_a_flat_uplift(target: float, before: float, rate: float | None) -> None:
    assert flat_uplift(target, before) == rate


def test_one_uplift_for_every_node_is_flat_even_where_it_is_not_round() -> None:
    before = pd.Series([100.0, 250.0, 40.0])

    assert flat_uplift(before * 1.137, before) == pytest.approx(0.137)
    assert flat_uplift(before * [1.1, 1.2, 1.137], before) is None
    assert flat_uplift(before, before) is None


def test_a_flat_strategy_is_named_with_whether_a_reason_is_given() -> None:
    bare_, reasoned = (aims(strategy={"growth": 0.2, "why": why}) for why in ("", "two new regions"))

    said = [
        next(f.values for f in found.findings if f.key == "plan.targets.flat_uplift") for found in (bare_, reasoned)
    ]
    assert [(s["rate"], s["why"]) for s in said] == [(0.2, False), (0.2, True)]


def test_less_than_last_year_is_no_uplift() -> None:
    assert flat_uplift(80.0, 100.0) is None
    assert flat_uplift(80.0, 0.0) is None


# -- quarters and the year (A12; TV18, TV19, TV22) --------------------------------------------------------------------


def test_the_quarters_sum_to_the_year_in_the_season_of_the_baseline() -> None:
    season = np.repeat([2.0, 3.0, 4.0, 5.0], 3)  # TV18: 200/300/400/500 are 1/7, 3/14, 2/7, 5/14 of 1400
    table = quarters(bare(normal(1400, 50), before=1000.0, months=season), 1400.0)

    assert table["amount"].to_numpy() == pytest.approx((200, 300, 400, 500))
    assert table["qoq"].iloc[1:].to_numpy() == pytest.approx((0.5, 1 / 3, 0.25))
    assert table["yoy"].to_numpy() == pytest.approx(0.4)


def test_a_years_growth_needs_less_from_quarter_to_quarter() -> None:
    found = aims(given=130.0)  # TV22: +30 % is 6.78 % a quarter, to the exit
    (said,) = [f.values for f in found.findings if f.key == "plan.targets.quarters"]

    assert said["each"] == pytest.approx(0.0678, abs=1e-4)
    assert (1 + said["each"]) ** 4 - 1 == pytest.approx(0.3)  # and 10 % a quarter would be 46.41 % (TV19)


def test_the_made_companys_quarters_sum_to_its_target() -> None:
    found = aims(made())

    assert found.quarters["amount"].sum() == pytest.approx(found.target)
    assert found.quarters["before"].sum() == pytest.approx(found.before)


# -- what cannot be planned -------------------------------------------------------------------------------------------


def test_where_returns_take_all_sales_no_target_is_recommended_and_the_page_says_so() -> None:
    found = triangulate(bare(normal() - 200), settings())  # expects −90: a year of more returns than sales

    assert isinstance(found, Unknown)
    assert found.findings[0].key == "plan.targets.unknown_negative"
    assert found.findings[0].values["expected"] == pytest.approx(-90, abs=1)


def test_a_target_from_above_stands_even_where_nothing_is_expected() -> None:
    assert aims(bare(normal() - 200), given=50.0).target == 50.0


def test_a_unit_that_rounds_the_target_away_is_named_with_the_target() -> None:
    with pytest.raises(ParameterError, match=r"1,000 is more than twice the target of 107"):
        aims(unit=1000.0)
