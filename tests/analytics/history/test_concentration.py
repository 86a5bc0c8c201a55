import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.analytics.made import keys_of, said, spans_of
from workbench.analytics import history
from workbench.errors import DataError


def of(now: dict, before: dict | None = None) -> history.Concentration:
    result = history.concentration(spans_of(now, before or {}, "customer"), "customer")
    assert isinstance(result, history.Concentration)
    return result


def test_four_alike_are_not_concentrated() -> None:
    result = of(dict.fromkeys("abcd", 5.0))

    assert (result.hhi, result.gini, result.nodes_for_80) == (0.25, 0, 4)


def test_hhi_and_gini_of_a_small_case_by_hand() -> None:
    # shares .6 .3 .1: squares .36 + .09 + .01; Gini = 2 (1×.1 + 2×.3 + 3×.6) / 3 - 4/3
    result = of({"a": 60.0, "b": 30.0, "c": 10.0})

    assert result.hhi == pytest.approx(0.46)
    assert result.gini == pytest.approx(1 / 3)
    assert result.nodes_for_80 == 2


def test_exactly_eighty_percent_is_enough() -> None:
    assert of({f"n{i}": 10.0 for i in range(10)}).nodes_for_80 == 8


def test_a_missing_customer_is_no_customer() -> None:
    result = of({"a": 30.0, "b": 20.0, None: 50.0})

    assert result.nodes == 2
    assert result.top["share"]["a"] == pytest.approx(0.6)
    assert said(result, "history.concentration_missing")["share"] == pytest.approx(0.5)


def test_customers_whose_returns_outweigh_are_told_apart() -> None:
    result = of({"a": 30.0, "b": 20.0, "c": -10.0, "gone": 0.0})

    assert result.nodes == 2
    assert said(result, "history.concentration_negative") == {"by": "customer", "count": 1, "amount": -10}
    assert result.top["share"].sum() == pytest.approx(1)


def test_the_curve_is_thinned_and_runs_from_corner_to_corner() -> None:
    curve = of({f"n{i}": float(i + 1) for i in range(5000)}).curve

    assert len(curve) == 101
    assert curve.iloc[0].tolist() == [0, 0]
    assert curve.iloc[-1].tolist() == [1, 1]


def test_the_ten_largest_and_their_shift() -> None:
    now = {f"n{i}": 100.0 if i < 10 else 10.0 for i in range(20)}
    before = {f"n{i}": 50.0 for i in range(20)}
    result = of(now, before)

    assert result.share_top_10 == pytest.approx(1000 / 1100)
    assert said(result, "history.concentration_shift")["change"] == pytest.approx(1000 / 1100 - 0.5)
    assert len(result.top) == 10
    assert said(result, "history.concentration")["share_of_nodes_for_80"] == pytest.approx(9 / 20)


def test_ten_customers_have_no_top_ten() -> None:
    assert keys_of(of({"a": 30.0, "b": 20.0}))[0] == "history.concentration_few"


def test_one_customer_holds_it_all_and_that_is_no_alarm() -> None:
    result = of({"a": 5.0})

    assert (result.hhi, result.gini, result.nodes_for_80) == (1, 0, 1)
    assert result.decisions == ()


def test_leaning_on_one_customer_asks_for_a_decision() -> None:
    result = of({"whale": 30.0, **{f"n{i}": 1.0 for i in range(70)}})

    assert said(result, "history.concentration_high")["share"] == pytest.approx(0.3)
    assert result.decisions[0].subject == "whale"


def test_a_large_customer_who_halved_asks_for_a_decision_even_when_gone() -> None:
    others = {f"n{i}": 10.0 for i in range(30)}
    result = of(others, {"gone": 50.0, "half": 40.0, **others})
    decided = said(result, "history.large_node_falling")

    assert [d.subject for d in result.decisions] == ["gone", "half"]
    assert (decided["amount"], decided["yoy"]) == (0, -1)


def test_without_a_named_buyer_it_is_unknown() -> None:
    for now in ({None: 5.0}, {"a": -5.0}):
        assert keys_of(history.concentration(spans_of(now, {}, "customer"), "customer")) == ["history.unknown_named"]
    assert keys_of(history.concentration(pd.DataFrame(), "customer")) == ["history.unknown_empty"]
    with pytest.raises(DataError, match="'rep' is missing"):
        history.concentration(spans_of({"a": 1.0}, {}, "customer"), "rep")


amounts = st.lists(st.integers(1, 10**7).map(lambda c: c / 100), min_size=1, max_size=60)


@given(sizes=amounts, scale=st.sampled_from([1e-3, 7.1, 1e6]))
def test_another_currency_changes_nothing(sizes: list[float], scale: float) -> None:
    one, other = (of({f"n{i}": v * s for i, v in enumerate(sizes)}) for s in (1.0, scale))

    for name in ("hhi", "gini", "share_top_10", "nodes_for_80"):
        assert getattr(one, name) == pytest.approx(getattr(other, name), abs=1e-9)


@given(sizes=amounts)
def test_measures_stay_in_their_range_and_the_curve_bends_one_way(sizes: list[float]) -> None:
    result = of({f"n{i}": v for i, v in enumerate(sizes)})
    slope = np.diff(result.curve["share_of_amount"]) / np.diff(result.curve["share_of_nodes"])

    assert 1 / len(sizes) - 1e-9 <= result.hhi <= 1 + 1e-9
    assert 0 <= result.gini < 1
    assert (np.diff(slope) <= 1e-6).all()
    assert result.top["cumulative_share"].max() <= 1 + 1e-9


@given(sizes=amounts, seed=st.integers(0, 99))
def test_the_order_of_the_rows_does_not_matter(sizes: list[float], seed: int) -> None:
    frame = spans_of({f"n{i}": v for i, v in enumerate(sizes)}, {}, "customer")
    one, other = (history.concentration(f, "customer") for f in (frame, frame.sample(frac=1, random_state=seed)))

    pd.testing.assert_frame_equal(one.top, other.top)
    pd.testing.assert_frame_equal(one.curve, other.curve)
