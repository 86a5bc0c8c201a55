"""Structures and reconciliation, worked by hand where possible."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tests.conftest import shared_data
from workbench.analytics.forecast import Effort, Panel, measures, predict
from workbench.analytics.forecast.hierarchy import (
    METHODS,
    check_sums,
    grouped,
    no_narrower,
    non_negative,
    reconcile,
    shrinkage,
)
from workbench.errors import DataError, ParameterError

TWO = grouped(pd.DataFrame({"region": ["North", "South"]}))
SALES = grouped(
    pd.DataFrame(
        {
            "state": ["A", "A", "A", "A", "B", "B"],
            "city": ["a", "a", "b", "b", "c", "c"],
            "channel": ["web", "shop"] * 3,
        }
    )
)


@pytest.mark.parametrize(
    ("method", "expected"),
    [  # whole 100, parts 40 and 50
        ("ols", (96.667, 43.333, 53.333)),
        ("wls_struct", (95.0, 42.5, 52.5)),
        ("bottom_up", (90.0, 40.0, 50.0)),
        ("top_down", (100.0, 44.444, 55.556)),
    ],
)
def test_a_whole_and_two_parts_are_reconciled_as_by_hand(method: str, expected: tuple[float, ...]) -> None:
    found = reconcile(np.array([[100.0], [40.0], [50.0]]), TWO, method)

    assert found[:, 0] == pytest.approx(expected, abs=1e-3)


def test_minimum_trace_moves_most_what_is_least_sure() -> None:  # variances 4, 1, 1 without correlation
    residual = np.zeros((3, 30))  # unknown errors: nothing is shared

    found = reconcile(
        np.array([[100.0], [40.0], [50.0]]), TWO, "mint_shrink", deviation=np.array([2.0, 1.0, 1.0]), residual=residual
    )

    assert found[:, 0] == pytest.approx((93.333, 41.667, 51.667), abs=1e-3)


def test_every_combination_of_dimensions_is_a_level_and_nested_ones_are_one() -> None:
    levels = SALES.nodes["level"].value_counts().to_dict()

    assert levels == {
        "": 1,
        "state": 2,
        "state × city": 3,
        "channel": 2,
        "state × channel": 4,
        "state × city × channel": 6,
    }
    assert SALES.nodes["level"].iloc[0] == ""
    assert SALES.labels[0] == ""
    assert "A / b / web" in SALES.labels


@given(arrays(float, (18, 3), elements=st.floats(-1e6, 1e6)), st.sampled_from(METHODS))
def test_reconciled_forecasts_add_up(forecasts: np.ndarray, method: str) -> None:
    rng = np.random.default_rng(0)
    found = reconcile(forecasts, SALES, method, deviation=np.full(18, 2.0), residual=rng.normal(size=(18, 40)))

    assert np.abs(found[: SALES.aggregates] - SALES.sums @ found[SALES.aggregates :]).max() <= 1e-9 * max(
        np.abs(found).max(), 1
    )


@given(arrays(float, (6, 2), elements=st.floats(0, 1e6)), st.sampled_from(METHODS))
def test_forecasts_that_add_up_already_stay_as_they_are(bottom: np.ndarray, method: str) -> None:
    whole = SALES.add_up(bottom)
    found = reconcile(
        whole, SALES, method, deviation=np.arange(1.0, 19), residual=np.random.default_rng(1).normal(size=(18, 40))
    )

    assert found == pytest.approx(whole, rel=1e-6, abs=1e-6 * max(whole.max(), 1e-9))


def test_paths_are_reconciled_one_by_one() -> None:
    paths = np.random.default_rng(2).normal(100, 10, (5, 18, 4))

    together = reconcile(paths, SALES, "ols")

    assert together[3] == pytest.approx(reconcile(paths[3], SALES, "ols"))


def test_minimum_trace_is_the_textbook_formula() -> None:  # Wickramasuriya and others (2019): S (S' W⁻¹ S)⁻¹ S' W⁻¹ y
    rng = np.random.default_rng(3)
    residual, deviation, y = rng.normal(size=(18, 60)), rng.uniform(1, 3, 18), rng.normal(100, 20, (18, 2))
    unit = residual / np.sqrt((residual**2).sum(axis=1, keepdims=True))
    shrink = shrinkage(unit)
    w = np.outer(deviation, deviation) * ((1 - shrink) * unit @ unit.T + shrink * np.eye(18))
    s = SALES.add_up(np.eye(6))
    expected = s @ np.linalg.solve(s.T @ np.linalg.solve(w, s), s.T @ np.linalg.solve(w, y))

    found = reconcile(y, SALES, "mint_shrink", deviation=deviation, residual=residual)

    assert found == pytest.approx(expected, rel=1e-6)


def test_negative_parts_become_zero_and_the_others_give_way_so_that_the_whole_stays() -> None:
    found = non_negative(np.array([[5.0], [-3.0], [8.0]]), TWO, np.array([False, False, False]))

    assert found[:, 0] == pytest.approx((5, 0, 5))


def test_correlations_of_independent_errors_are_shrunk_away_and_common_ones_kept() -> None:
    rng = np.random.default_rng(4)
    own, common = rng.normal(size=(40, 60)), rng.normal(size=(1, 60))

    def unit(x: np.ndarray) -> np.ndarray:
        return x / np.sqrt((x**2).sum(axis=1, keepdims=True))

    assert shrinkage(unit(own)) > 0.8
    assert shrinkage(unit(own + 2 * common)) < 0.2


def test_a_parent_that_is_not_the_sum_of_its_parts_is_named() -> None:
    history = pd.DataFrame([[100.0, 40.0, 60.0], [100.0, 40.0, 50.0]])

    with pytest.raises(DataError, match="'the whole' is not the sum of its parts"):
        check_sums(history, TWO)
    check_sums(history.iloc[:1], TWO)


def test_a_missing_node_is_told() -> None:
    with pytest.raises(DataError, match="3 nodes are expected, 2 are given"):
        reconcile(np.ones((2, 1)), TWO, "ols")
    with pytest.raises(DataError, match="3 nodes are expected, 2 are given"):
        check_sums(pd.DataFrame([[1.0, 1.0]]), TWO)


def test_a_node_given_twice_is_told() -> None:
    with pytest.raises(DataError, match="repeat a bottom node"):
        grouped(pd.DataFrame({"region": ["North", "North"]}))


def test_an_unknown_method_is_told_with_the_known_ones() -> None:
    with pytest.raises(ParameterError, match="choose one of mint_level"):
        reconcile(np.ones((3, 1)), TWO, "magic")  # type: ignore[arg-type]


def test_sums_of_many_sparse_parts_are_not_lifted_by_the_noughts() -> None:
    rng = np.random.default_rng(1)
    parts = rng.normal(1, 4, (200, len(SALES.nodes) - SALES.aggregates, 3))
    found = non_negative(SALES.add_up(parts + 2), SALES, np.zeros(len(SALES.nodes), bool))

    assert found.min() >= 0
    assert found == pytest.approx(SALES.add_up(found[:, SALES.aggregates :]))
    assert found[:, 0].mean() == pytest.approx(np.maximum((parts + 2).sum(axis=1), 0).mean(), rel=0.02)


def test_paths_are_not_narrower_after_they_were_made_to_add_up() -> None:
    paths = np.random.default_rng(2).normal(0, 1, (400, 3, 2))
    made = no_narrower(0.8 * paths, paths)

    assert np.std(made, axis=0) == pytest.approx(np.std(paths, axis=0), rel=0.01)


PUBLISHED = pd.DataFrame(  # RMSE of the last eight quarters on R's ETS; Hyndman & Athanasopoulos, FPP3 11.4
    {
        "unreconciled": (1743.29, 534.75, 308.15, 51.66, 19.37),
        "bottom_up": (3028.62, 791.19, 413.39, 55.13, 19.37),
        "mint_shrink": (2112.73, 577.14, 316.82, 46.55, 17.80),
        "ols": (1818.94, 515.53, 287.32, 46.28, 18.19),
    },
    index=["", "purpose", "state", "state × region", "state × region × purpose"],
)


@pytest.fixture(scope="module")
def tourism() -> pd.DataFrame:
    """The same table on our own forecasts: its base is not R's ETS, so it cannot be equal, only no worse."""
    by = ["state", "region", "purpose"]
    table = pd.read_csv(shared_data("tourism_au") / "australia_tourism.csv", parse_dates=["date_time"])
    table = table.set_axis(["period", "region", "state", "purpose", "amount"], axis=1)
    wide = table.pivot(index=by, columns="period", values="amount")
    structure = grouped(wide.index.to_frame(index=False))
    values = structure.add_up(wide.to_numpy())
    made = predict(Panel(values[:, :-8], 4), 8, Effort(folds=2, sample=120))
    found = {"unreconciled": made.forecast} | {
        m: reconcile(made.forecast, structure, m, deviation=made.deviation, residual=made.residual)
        for m in PUBLISHED.columns[1:]
    }
    errors = pd.DataFrame({name: measures.rmse(values[:, -8:], f) for name, f in found.items()})
    return errors.groupby(structure.nodes["level"].astype(str)).mean().loc[PUBLISHED.index]


def test_errors_of_the_tourism_hierarchy_are_no_larger_than_published(tourism: pd.DataFrame) -> None:
    print(tourism.round(2))
    assert (tourism <= 1.02 * PUBLISHED).all(axis=None)


def test_each_method_helps_and_hurts_the_levels_as_published(tourism: pd.DataFrame) -> None:
    ours, theirs = (t.iloc[:, 1:].div(t["unreconciled"], axis=0) for t in (tourism, PUBLISHED))
    clear = (theirs - 1).abs() > 0.05
    assert (np.sign(ours - 1) == np.sign(theirs - 1)).where(clear, True).all(axis=None)
