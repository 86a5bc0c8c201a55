"""From the target to the sales."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.analytics.made import said
from tests.analytics.plan.aims import bare
from tests.analytics.review.bridges import QUARTER, sold, steady, targets
from workbench.analytics.plan.period import period
from workbench.analytics.results import Unknown
from workbench.analytics.review import Bridge, bridge
from workbench.analytics.review.cents import in_cents, residual
from workbench.errors import ParameterError
from workbench.periods import Calendar


def made(*args: object, **kwargs: object) -> Bridge:
    result = bridge(*args, **kwargs)  # type: ignore[arg-type]
    assert isinstance(result, Bridge)
    return result


def steps(result: Bridge) -> dict[str, float]:
    names = result.steps["node"].where(result.steps["step"] == "node", result.steps["step"])
    return dict(zip(names, result.steps["effect"], strict=True))


def left(result: Bridge) -> float:
    """Cents that the steps leave of the way."""
    return residual(result.steps["effect"].iloc[1:-1], result.amount - result.begin)


def test_attainment_is_sales_over_target() -> None:
    # PUBLISHED.md V35: 24 000 of 30 000 is 80 %
    result = made(sold({"North": [24_000.0]}), "region", QUARTER, goals=targets({"": 30_000, "North": 30_000}))

    assert result.attainment == pytest.approx(0.80)
    assert said(result, "review.bridge.target")["size"] == 6_000


def test_each_node_is_a_step_from_the_target_to_the_sales() -> None:
    sales = sold({"North": [90.0], "South": [130.0]})
    result = made(sales, "region", QUARTER, goals=targets({"": 200, "North": 120, "South": 80}))

    assert steps(result) == {"target": 200, "South": 50, "North": -30, "amount": 220}


def test_without_a_target_is_not_a_target_of_zero_and_what_no_node_has_is_told() -> None:
    sales = sold({"North": [90.0], "East": [40.0], None: [5.0]})
    result = made(sales, "region", QUARTER, goals=targets({"": 200, "North": 120}))

    assert steps(result) == {"target": 200, "North": -30, "no_target": 45, "unassigned": -80, "amount": 135}
    assert np.isnan(result.table.loc["East", "gap"])
    assert said(result, "review.bridge.no_target")["amount"] == 45
    assert said(result, "review.bridge.unassigned")["amount"] == 80


def test_a_node_with_a_target_that_sold_nothing_misses_all_of_it() -> None:
    result = made(sold({"North": [90.0]}), "region", QUARTER, goals=targets({"North": 50, "West": 70}))

    assert steps(result) == {"target": 120, "West": -70, "North": 40, "amount": 90}


def test_without_targets_the_way_starts_a_year_before_and_without_that_at_the_quarter_before() -> None:
    year = made(sold({"North": [100.0, 1.0, 1.0, 1.0, 120.0]}), "region", QUARTER)
    quarter = made(sold({"North": [100.0, 120.0]}), "region", QUARTER)

    assert (steps(year)["before"], said(year, "review.bridge.before")["against"]) == (100, "year")
    assert (steps(quarter)["before"], said(quarter, "review.bridge.before")["against"]) == (100, "previous")


def test_targets_of_other_levels_leave_the_ask_beyond_the_year_before_as_a_step() -> None:
    goals = targets({"": 150, "Ann": 150}, level="rep")
    result = made(
        sold({"North": [100.0, 1, 1, 1, 120.0], "South": [20.0, 1, 1, 1, 10.0]}), "region", QUARTER, goals=goals
    )

    assert steps(result) == {"target": 150, "asked": -30, "North": 20, "South": -10, "amount": 130}


def test_small_nodes_are_one_step() -> None:
    sales = sold({f"n{i:02}": [100.0 - i] for i in range(12)})
    result = made(sales, "region", QUARTER, goals=targets({f"n{i:02}": 100.0 for i in range(12)}))

    assert result.steps["step"].tolist() == ["target", *["node"] * 6, "rest", "amount"]
    assert result.steps["effect"].iloc[-2] == -15  # 0 + 1 + 2 + 3 + 4 + 5


def test_a_node_that_scatters_is_within_noise_and_a_steady_one_is_beyond() -> None:
    calm, wild = steady(100, 0.10, 0.01, 1), steady(100, 0.10, 0.4, 2)
    goals = targets({"calm": calm[-1] * 1.15, "wild": wild[-1] * 1.15})
    result = made(sold({"calm": calm, "wild": wild}), "region", QUARTER, goals=goals)

    assert bool(result.table.loc["calm", "beyond"])
    assert not bool(result.table.loc["wild", "beyond"])
    assert [d.subject for d in result.decisions] == ["calm"]


def test_too_short_a_history_says_nothing_of_noise() -> None:
    result = made(sold({"North": [100.0, 1, 1, 1, 120.0]}), "region", QUARTER)

    assert result.table["beyond"].isna().all()
    assert result.beyond is None
    assert said(result, "review.bridge.no_noise")
    assert result.decisions == ()


def test_what_the_forecast_lay_below_the_target_is_the_first_step() -> None:
    base = forecast(80.0)
    result = made(sold({"North": [100.0] * 5}), "region", QUARTER, goals=targets({"": 130, "North": 130}), start=base)

    found = steps(result)
    assert found["expected"] == pytest.approx(80 - 130, abs=0.5)
    assert found["North"] == pytest.approx(100 - 80, abs=0.5)
    assert said(result, "review.bridge.target")["chance"] < 0.5
    assert said(result, "review.bridge.start")["within"] is False


def test_a_forecast_that_knows_the_period_is_refused() -> None:
    base = replace(forecast(80.0), known_until=QUARTER.last)

    with pytest.raises(ParameterError, match="before the period"):
        bridge(sold({"North": [100.0] * 5}), "region", QUARTER, start=base)


def forecast(mean: float):  # type: ignore[no-untyped-def]
    """A forecast of the quarter made on its eve, for the whole and North alike."""
    draws = np.random.default_rng(3).normal(mean, 5, (500, 1))
    base = bare(draws[:, 0])
    nodes = pd.DataFrame(
        {"level": ["", "region"], "region": [pd.NA, "North"]}, index=pd.Index(["", "North"], name="node")
    )
    months = pd.DataFrame(draws.mean() / 3, index=nodes.index, columns=QUARTER.months)
    return replace(base, period=QUARTER, nodes=nodes, draws=np.hstack([draws, draws]), by_month=months,
                   booked_by_month=months * 0, known_until=QUARTER.first - pd.Timedelta(days=1))  # fmt: skip


def test_a_period_that_the_data_do_not_hold_whole_is_not_judged() -> None:
    sales = sold({"North": [100.0, 120.0]})
    half = sales.assign(whole=sales["period"] < QUARTER.first)
    nothing = bridge(half, "region", QUARTER, goals=targets({"North": 100}))

    assert isinstance(nothing, Unknown)
    assert nothing.findings[0].key == "review.bridge.unknown_sales"
    assert isinstance(bridge(sold({"North": [100.0]}), "region", QUARTER), Unknown)


def test_nothing_after_the_period_matters() -> None:
    sales = sold({"North": [100.0] * 8 + [90.0], "South": [50.0] * 8 + [70.0]})
    later = pd.concat([sales, sales.assign(period=sales["period"] + pd.DateOffset(years=3), amount=1e9)])
    goals = targets({"North": 100, "South": 60})

    one, other = (made(s, "region", QUARTER, goals=goals) for s in (sales, later))
    pd.testing.assert_frame_equal(one.steps, other.steps)


def test_in_another_unit_of_money_the_story_is_the_same() -> None:
    sales = sold({"North": steady(100, 0.1, 0.1, 5), "South": steady(80, 0, 0.1, 6)})
    larger = sales.assign(amount=sales["amount"] * 1000)
    one = made(sales, "region", QUARTER, goals=targets({"North": 130, "South": 60}))
    other = made(larger, "region", QUARTER, goals=targets({"North": 130e3, "South": 60e3}))

    assert one.steps["beyond"].tolist() == other.steps["beyond"].tolist()
    assert other.steps["effect"].to_numpy() == pytest.approx(one.steps["effect"].to_numpy() * 1000)


money = st.one_of(st.just(0.0), st.floats(-1e9, 1e9).map(lambda v: round(v, 4)))
node = st.tuples(money, money, st.one_of(st.none(), st.floats(0, 1e9)))


@settings(max_examples=60, deadline=None)  # 1,000 of them in tests/benchmarks/bench_bridge.py
@given(nodes=st.lists(node, min_size=1, max_size=9), whole=st.one_of(st.none(), st.floats(0, 1e10)), unnamed=money)
def test_no_cent_is_left_between_target_and_sales(nodes: list, whole: float | None, unnamed: float) -> None:
    amounts: dict = {f"n{i}": [before, 0.0, 0.0, 0.0, now] for i, (before, now, _) in enumerate(nodes)}
    asked = {f"n{i}": target for i, (_, _, target) in enumerate(nodes) if target is not None}
    asked |= {} if whole is None else {"": whole}
    result = made(sold(amounts | {None: [0.0, 0.0, 0.0, 0.0, unnamed]}), "region", QUARTER,
                  goals=targets(asked) if asked else None)  # fmt: skip

    assert left(result) == 0
    assert result.amount == pytest.approx(sum(n[1] for n in nodes) + unnamed, abs=0.06)


@settings(max_examples=100, deadline=None)
@given(parts=st.lists(st.floats(-1e8, 1e8), min_size=1, max_size=40))
def test_cents_add_up_and_no_part_moves_by_more_than_a_cent(parts: list[float]) -> None:
    values = pd.Series(parts)
    found = in_cents(values, float(values.sum()))

    assert residual(found, float(values.sum())) == 0
    assert (found - values).abs().max() <= 0.0101


def test_steps_that_do_not_sum_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="not to"):
        in_cents(pd.Series([1.0, 2.0]), 4.0)


def test_a_whole_year_is_reviewed_too() -> None:
    planned = period(Calendar(), pd.Timestamp("2026-01-15"), "last year")
    starts = pd.date_range("2021-01-01", periods=5, freq="YS")
    sales = pd.DataFrame({"period": starts, "region": "North", "amount": [100.0, 111, 119, 131, 190], "whole": True})
    result = made(sales, "region", planned)

    assert steps(result) == {"before": 131, "North": 59, "amount": 190}
    assert bool(result.table.loc["North", "beyond"])


def test_a_part_that_moved_next_to_nothing_of_the_whole_is_not_called_beyond_chance() -> None:
    quiet = {"North": [1e6 + 1e3 * (n % 3) for n in range(16)] + [1.2e6], "Gone": [0.0] * 16 + [-810.0]}

    result = made(sold(quiet), "region", QUARTER, goals=targets({"North": 1_000_000, "Gone": 0}))

    assert result.table.loc["North", "beyond"]
    assert not result.table.loc["Gone", "beyond"]
