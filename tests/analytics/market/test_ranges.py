"""Draws from a low, a likely and a high value."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from workbench.analytics.market import ranges
from workbench.errors import ParameterError
from workbench.settings.market import Range, Share

EVEN = (np.arange(20_000) + 0.5) / 20_000


@given(low=st.floats(1, 1e6), up=st.floats(1.05, 3), further=st.floats(1.05, 3))
def test_one_draw_in_ten_is_below_low_and_one_above_high(low: float, up: float, further: float) -> None:
    wanted = Range(low=low, likely=low * up, high=low * up * further)
    try:
        drawn = ranges.draw(wanted, EVEN)
    except ParameterError:
        return

    assert np.quantile(drawn, (0.1, 0.5, 0.9)) == pytest.approx([wanted.low, wanted.likely, wanted.high], rel=1e-3)
    assert (drawn > 0).all()
    assert (np.diff(drawn) > 0).all()


def test_a_share_stays_between_nothing_and_all() -> None:
    drawn = ranges.draw(Share(low=0.7, likely=0.85, high=0.95), EVEN)

    assert np.quantile(drawn, (0.1, 0.5, 0.9)) == pytest.approx([0.7, 0.85, 0.95], abs=1e-3)
    assert ((drawn > 0) & (drawn < 1)).all()


def test_a_single_number_is_certain() -> None:
    assert (ranges.draw(Range.model_validate(1500), EVEN) == 1500).all()


def test_a_lopsided_range_is_refused_by_its_name() -> None:
    with pytest.raises(ParameterError, match="range budget"):
        ranges.draw(Range(low=1, likely=1.001, high=1000), EVEN, "budget")


@pytest.mark.parametrize(
    ("kind", "values", "said"),
    [
        (Range, {"low": 3, "likely": 2, "high": 4}, "not in this order"),
        (Range, {"low": -1, "likely": 2, "high": 4}, "never below 0"),
        (Share, {"low": 0.2, "likely": 0.5, "high": 1.2}, "at most 1"),
        (Range, {"low": 2, "likely": 2, "high": 4}, "between low and high"),
    ],
)
def test_ranges_that_cannot_be_are_refused(kind: type[Range], values: dict[str, float], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        kind.model_validate(values)


def test_few_draws_cover_a_range_evenly() -> None:
    drawn = ranges.uniforms(["a", "b"], 100, seed=1)

    assert [sorted((drawn[n] * 100).astype(int)) for n in "ab"] == [list(range(100))] * 2
    assert abs(np.corrcoef(drawn["a"], drawn["b"])[0, 1]) < 0.3
