"""A change of a product, shared out among its factors."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.analytics.factors import lmdi, log_mean, shapley
from workbench.errors import DataError


def test_activity_structure_and_intensity_of_two_sectors() -> None:
    """PUBLISHED.md V29, after Ang: 30 and 20 become 80 and 16 as activity rises from 50 to 80."""
    before = pd.DataFrame({"activity": [50, 50], "structure": [0.2, 0.8], "intensity": [3, 0.5]})
    after = pd.DataFrame({"activity": [80, 80], "structure": [0.5, 0.5], "intensity": [2, 0.4]})
    total = lmdi(before, after).sum()

    assert total.to_dict() == pytest.approx({"activity": 32.385, "structure": 38.285, "intensity": -24.670}, abs=6e-4)


factor = st.one_of(st.just(0.0), st.floats(1e-3, 1e6))
row = st.tuples(factor, factor, factor, factor, factor, factor)


@given(rows=st.lists(row, min_size=1, max_size=30))
def test_the_effects_sum_to_the_change_to_the_cent(rows: list[tuple[float, ...]]) -> None:
    both = np.array(rows)
    before, after = pd.DataFrame(both[:, :3]), pd.DataFrame(both[:, 3:])
    change = after.prod(axis=1) - before.prod(axis=1)

    made = lmdi(before, after).sum(axis=1)

    assert made.to_numpy() == pytest.approx(change.to_numpy(), rel=1e-9, abs=1e-9)


@given(rows=st.lists(st.tuples(*[st.floats(0.1, 100)] * 4), min_size=1, max_size=5))
def test_what_is_swapped_in_time_turns_its_sign(rows: list[tuple[float, ...]]) -> None:
    both = np.array(rows)
    before, after = pd.DataFrame(both[:, :2]), pd.DataFrame(both[:, 2:])

    assert lmdi(before, after).to_numpy() == pytest.approx(-lmdi(after, before).to_numpy(), rel=1e-9, abs=1e-9)


def test_a_part_that_came_belongs_to_what_brought_it() -> None:
    made = lmdi(pd.DataFrame({"market": [100.0], "share": [0.0]}), pd.DataFrame({"market": [120.0], "share": [0.1]}))

    assert made.iloc[0].to_dict() == pytest.approx({"market": 0, "share": 12})


def test_the_logarithmic_mean_lies_between_and_is_the_number_itself_for_equals() -> None:
    assert log_mean(np.array([3.0, 2.0, 0.0, 8.0]), np.array([3.0, 4.0, 5.0, 8.0 + 1e-12])) == pytest.approx(
        [3, 2 / np.log(2), 0, 8]
    )


def test_factors_that_are_not_known_or_negative_are_refused_together() -> None:
    with pytest.raises(DataError, match="not known") as told:
        lmdi(pd.DataFrame({"a": [np.nan], "b": [-1.0]}), pd.DataFrame({"a": [1.0], "b": [1.0]}))
    assert "below 0" in str(told.value)


def test_shapley_halves_the_joint_term_of_two_factors() -> None:
    """PUBLISHED.md V26: 1000 at 50 → 1100 at 52 is 2000 + 5000 + 200 for both."""
    found = shapley(pd.DataFrame({"q": [1000.0], "p": [50.0]}), pd.DataFrame({"q": [1100.0], "p": [52.0]})).iloc[0]

    assert found.to_dict() == pytest.approx({"q": 5100.0, "p": 2100.0})


def test_shapley_of_three_factors_is_the_mean_over_all_orders() -> None:
    one, other = np.array([2.0, 3.0, 5.0]), np.array([4.0, 1.0, 6.0])
    orders = []
    for order in permutations(range(3)):
        now, gained = one.copy(), np.zeros(3)
        for j in order:
            before = now.prod()
            now[j] = other[j]
            gained[j] = now.prod() - before
        orders.append(gained)

    found = shapley(pd.DataFrame([one]), pd.DataFrame([other])).to_numpy()[0]

    assert found == pytest.approx(np.mean(orders, axis=0))


signed = st.one_of(st.just(0.0), st.floats(-1e3, 1e3))


@given(rows=st.lists(st.tuples(*[signed] * 8), min_size=1, max_size=10))
def test_shapleys_effects_sum_to_the_change_whatever_the_signs(rows: list[tuple[float, ...]]) -> None:
    both = np.array(rows)
    before, after = pd.DataFrame(both[:, :4]), pd.DataFrame(both[:, 4:])
    change = after.prod(axis=1) - before.prod(axis=1)

    assert shapley(before, after).sum(axis=1).to_numpy() == pytest.approx(change.to_numpy(), rel=1e-9, abs=1e-2)


def test_too_many_factors_are_refused() -> None:
    with pytest.raises(DataError, match="at most 12"):
        shapley(pd.DataFrame(np.ones((1, 13))), pd.DataFrame(np.ones((1, 13))))
