"""Control charts against the published worked examples (PUBLISHED.md V20, V21, V22), and their behaviour."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.analytics.tracking import control
from workbench.errors import ParameterError

# NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.2.4, 6.3.2.3 and 6.3.2.2
EWMA = [52.0, 47.0, 53.0, 49.3, 50.1, 47.0, 51.0, 50.1, 51.2, 50.5, 49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4,
        53.6, 52.1]  # fmt: skip
EWMA_PRINTED = [50.60, 49.52, 50.56, 50.18, 50.16, 49.21, 49.75, 49.85, 50.26, 50.33, 50.11, 49.36, 49.52, 50.05, 49.38,
                49.92, 50.73, 51.23, 51.94, 51.99]  # fmt: skip
CUSUM = [324.925, 324.675, 324.725, 324.350, 325.350, 325.225, 324.125, 324.525, 325.225, 324.600, 324.625, 325.150,
         328.325, 327.250, 327.825, 328.500, 326.675, 327.775, 326.875, 328.350]  # fmt: skip
FLOW = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]


def test_the_ewma_chart_is_the_published_one() -> None:
    found = control.ewma(pd.Series(EWMA), target=50, sigma=2.0539, weight=0.3)

    assert np.abs(found["ewma"] - EWMA_PRINTED).max() < 0.0101  # printed to two digits, some cut off
    assert found["hi"].iloc[0] == pytest.approx(52.5884, abs=5e-5)
    assert found["lo"].iloc[0] == pytest.approx(47.4116, abs=5e-5)  # printed as 47.4115, cut off
    assert not found["alarm"].any()


def test_the_cusum_chart_is_the_published_one() -> None:
    found = control.cusum(pd.Series(CUSUM, range(1, 21)), target=325, slack=0.3175, limit=4.1959)

    assert found["hi"][[13, 14, 20]].to_numpy() == pytest.approx([3.01, 4.94, 19.04], abs=0.00501)
    assert found.index[found["alarm"]][0] == 14


def test_the_chart_of_individuals_is_the_published_one() -> None:
    found = control.individuals(pd.Series(FLOW))

    assert found["centre"].iloc[0] == pytest.approx(50.81)
    assert found.attrs["moving_range"] == pytest.approx(1.8778, abs=5e-5)
    assert found["hi"].iloc[0] == pytest.approx(55.8041, abs=5e-5)
    assert found["lo"].iloc[0] == pytest.approx(45.8159, abs=5e-5)


def test_a_share_of_few_cases_cannot_alarm_on_a_drop_and_says_so() -> None:
    # Without a single success in 10 cases at 30 %: 0.7^10 = 2.8 %, not rare; in 25: 0.7^25 = 0.013 %
    found = control.shares(pd.Series([0, 0]), pd.Series([10, 25]), share=0.3)

    assert found["usable"].tolist() == [False, True]
    assert found["alarm"].tolist() == [False, True]
    assert np.isnan(found["lo"][0])


@given(st.integers(5, 400), st.floats(0.05, 0.9), st.sampled_from([0.001, 0.00135, 0.01]))
def test_exact_limits_never_alarm_more_often_than_declared(n: int, share: float, alarm: float) -> None:
    counts = pd.Series(range(n + 1))
    found = control.shares(counts, pd.Series(n, counts.index), share=share, alarm=alarm)
    from scipy import stats

    below = found["alarm"] & (counts < n * share)
    assert stats.binom(n, share).pmf(counts[below]).sum() <= alarm + 1e-12


def test_deals_that_go_together_widen_the_limits() -> None:
    cases, of = pd.Series([20]), pd.Series([100])
    lone, together = (control.shares(cases, of, share=0.35, spread=s) for s in (1.0, 4.0))

    assert lone["alarm"].iloc[0]
    assert not together["alarm"].iloc[0]


def test_a_long_wait_for_a_hit_is_an_alarm_though_every_week_is_too_small_for_one() -> None:
    # At 30 % a wait above 18 cases has a chance below 0.135 %: 0.7^18 = 0.163 %, 0.7^19 = 0.114 %
    found = control.waits(pd.Series([True] + [False] * 19 + [True, False]), share=0.3)

    assert found["wait"].tolist() == [1, 20, 1]
    assert found["alarm"].tolist() == [False, True, False]
    assert found["hi"].iloc[0] == 18


def test_a_missing_value_moves_no_chart() -> None:
    with_gap = control.cusum(pd.Series([1.0, np.nan, 1.0]), target=0, slack=0.5, limit=4)

    assert with_gap["hi"].tolist() == [0.5, 0.5, 1.0]


def test_every_breach_of_what_a_chart_needs_is_named() -> None:
    with pytest.raises(ParameterError, match=r"(?s)sigma must be above 0.*weight must be at most 1"):
        control.ewma(pd.Series([1.0]), target=0, sigma=0, weight=2)
    with pytest.raises(ParameterError, match="at least 2 values"):
        control.individuals(pd.Series([1.0]))
