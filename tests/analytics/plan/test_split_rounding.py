"""Whole units: rows, columns, margins, rules and totals all agree."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.analytics.plan.parts.rounding import Within, fitted, largest_remainder, rounded, table


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=30), st.integers(1, 10**6))
def test_the_largest_remainders_sum_to_the_whole_and_stay_within_one(values: list[float], total: int) -> None:
    given_ = np.array(values)
    if given_.sum() <= 1e-9 * total:
        return
    out = largest_remainder(given_, total)
    assert out.sum() == total
    assert np.abs(out - given_ * (total / given_.sum())).max() < 1 + 1e-6
    assert out[given_ == 0].sum() == 0


def test_the_largest_remainders_of_the_seats_of_five_states() -> None:
    """Hamilton's rule: quotas 1.9, 3.3, 0.8, 2.7, 1.3 of 10 seats; two are left after the floors 1, 3, 0, 2, 1."""
    assert largest_remainder(np.array([19, 33, 8, 27, 13.0]), 10).tolist() == [2, 3, 1, 3, 1]


@given(st.integers(0, 10**6), st.integers(1, 8), st.integers(1, 8), st.sampled_from([0.05, 1.0, 50.0]))
def test_a_table_keeps_its_row_and_column_sums_and_each_number_within_one(
    seed: int, rows: int, columns: int, size: float
) -> None:
    rng = np.random.default_rng(seed)
    values = rng.lognormal(0, 1, (rows, columns)) * size * (rng.random((rows, columns)) < 0.8)
    if not values.sum():
        return
    total = int(np.ceil(values.sum()))
    down, across = (largest_remainder(values.sum(axis=axis), total) for axis in (1, 0))
    out, exact = table(values, down, across), fitted(values, down, across)
    assert out.sum(axis=1).tolist() == down.tolist()
    assert out.sum(axis=0).tolist() == across.tolist()
    assert out.min() >= 0
    if np.abs(exact.sum(axis=1) - down).max() < 1e-7:  # else zeros leave no table with these sums
        assert np.abs(out - exact).max() < 1 + 1e-5


@given(st.integers(0, 10**6))
def test_three_crossed_margins_are_kept_within_one_unit_and_the_total_exactly(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shape = tuple(rng.integers(2, 5, size=3))
    values = rng.lognormal(0, 1, shape).ravel()
    total = int(np.round(values.sum())) or 1
    values *= total / values.sum()
    at = np.arange(values.size).reshape(shape)
    groups = [np.take(at, k, axis=axis).ravel() for axis in range(3) for k in range(shape[axis])]
    out = rounded(values, total, [Within.margin(g, values) for g in groups])
    assert out.sum() == total
    assert out.min() >= 0
    assert all(abs(out[g].sum() - values[g].sum()) < 1 + 1e-6 for g in groups)


def test_a_rules_limit_is_kept_where_whole_units_allow_it() -> None:
    values = np.array([3.4, 3.3, 3.3])
    capped = rounded(values, 10, [Within.rule(np.array([0]), 0.0, 3.4)])
    assert capped[0] == 3
    floored = rounded(values, 10, [Within.rule(np.array([2]), 3.3, np.inf)])
    assert floored[2] == 4


def test_limits_that_no_whole_numbers_keep_are_broken_by_one_unit_at_most() -> None:
    values = np.full(3, 100 / 3)
    out = rounded(values, 100, [Within.rule(np.array([k]), 100 / 3, 100 / 3) for k in range(3)])
    assert sorted(out) == [33, 33, 34]
    out = rounded(values, 100, [Within.rule(np.array([k]), 100 / 3, np.inf) for k in range(3)])
    assert sorted(out) == [33, 33, 34]


def test_a_table_whose_zeros_leave_no_way_is_exact_all_the_same() -> None:
    values = np.array([[5.0, 0.0], [0.0, 5.0]])
    out = table(values, np.array([5, 5]), np.array([7, 3]))
    assert out.sum(axis=1).tolist() == [5, 5]
    assert out.sum(axis=0).tolist() == [7, 3]


@pytest.mark.parametrize("shape", [(2000, 12), (500, 52)])
def test_a_large_table_is_exact(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(3)
    values = rng.lognormal(0, 1.5, shape) * (rng.random(shape) < 0.7)
    total = int(values.sum())
    down, across = (largest_remainder(values.sum(axis=axis), total) for axis in (1, 0))
    out = table(values, down, across)
    assert out.sum(axis=1).tolist() == down.tolist()
    assert out.sum(axis=0).tolist() == across.tolist()
    assert out[values == 0].sum() == 0
