"""How long charts run: the published average run lengths, the limit found for a declared one, and the simulation."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from workbench.analytics.tracking.laws import Aim, Counted
from workbench.analytics.tracking.rates import by_threshold, tuned
from workbench.analytics.tracking.run_length import (
    Scheme,
    alarms,
    delays,
    first_passages,
    limit_for,
    rate_of,
    run_length,
)
from workbench.analytics.tracking.usual import Usual, learn
from workbench.periods import Calendar

CUSUM, EWMA, SINGLE = Scheme("cusum"), Scheme("ewma", 0.2), Scheme("shewhart")
WEEKS = pd.date_range("2023-01-02", periods=156, freq="W-MON")


# One-sided CUSUM with reference 0.5 (Hawkins & Olwell 1998, table 3.1; Montgomery 2013, table 9.3 is two-sided)
@pytest.mark.parametrize(
    ("limit", "shift", "printed"), [(4, 0.0, 335.4), (5, 0.0, 930.9), (4, 1.0, 8.38), (5, 1.0, 10.4), (5, 2.0, 4.01)]
)
def test_the_chain_gives_the_published_run_lengths_of_a_cusum(limit: float, shift: float, printed: float) -> None:
    assert run_length(CUSUM, lambda x: norm.cdf(x + 0.5 - shift), limit) == pytest.approx(printed, rel=0.004)


def test_a_chart_of_single_periods_alarms_once_in_one_over_the_tail() -> None:
    assert run_length(SINGLE, norm.cdf, 3.0) == pytest.approx(740.8, abs=0.1)  # 1 ÷ 0.00135


@pytest.mark.parametrize("scheme", [CUSUM, EWMA, SINGLE], ids=lambda s: s.kind)
@pytest.mark.parametrize("wanted", [30.0, 104.0])
def test_the_limit_found_keeps_what_is_declared_in_a_simulation(scheme: Scheme, wanted: float) -> None:
    rng = np.random.default_rng(5)
    scale = {"cusum": 1.0, "ewma": 0.2, "shewhart": 1.0}[scheme.kind]
    shift = -0.5 if scheme.kind == "cusum" else 0.0
    limit = limit_for(lambda h: 1 / run_length(scheme, lambda x: norm.cdf((x - shift) / scale), h), 1 / wanted)

    def draw(runs: int, periods: int) -> np.ndarray:
        return rng.normal(shift, scale, (periods, runs))

    count = alarms(scheme, draw, limit, runs=400, periods=int(20 * wanted), warm=100)
    assert 400 * 20 * wanted / count == pytest.approx(wanted, rel=0.05)


def test_the_rate_from_first_alarms_agrees_with_the_chain() -> None:
    rng = np.random.default_rng(6)
    highest = first_passages(CUSUM, lambda n, m: rng.normal(-0.5, 1, (m, n)), runs=2000, periods=600)

    assert 1 / rate_of(highest, 4.0) == pytest.approx(335.4, rel=0.08)


@given(st.floats(0.5, 6.0), st.floats(0.0, 2.0))
def test_a_higher_limit_never_alarms_sooner(limit: float, more: float) -> None:
    def cdf(x: np.ndarray) -> np.ndarray:
        return norm.cdf(x, -0.5, 1)

    assert run_length(CUSUM, cdf, limit + more) >= run_length(CUSUM, cdf, limit) * (1 - 1e-6)


def test_delays_are_shorter_for_larger_changes_and_open_ones_are_told() -> None:
    rng = np.random.default_rng(7)
    usual, small, large = ((lambda n, m, by=by: rng.normal(by - 0.5, 1, (m, n))) for by in (0.0, 0.5, 1.5))
    found = [delays(CUSUM, usual, after, 5.0, runs=300, warm=30, most=200).mean() for after in (small, large)]

    assert found[1] < 7 < found[0]
    assert delays(CUSUM, usual, usual, 50.0, runs=10, warm=1, most=20).tolist() == [21] * 10


def _made(model: str, seed: int = 3, tie: float = 0.0) -> Usual:
    """Three years of usual weeks: few deals, deals that go together, small counts, amounts with a season."""
    rng = np.random.default_rng(seed)
    season = np.exp(0.3 * np.sin(np.arange(156) * 2 * np.pi / 52.18))
    n = rng.poisson(9, 156)
    share = rng.beta(3.5, 6.5, 156) if model == "together" else 0.35
    noise = rng.normal(0, 0.3, 156)
    for t in range(1, 156):
        noise[t] = tie * noise[t - 1] + np.sqrt(1 - tie**2) * noise[t]
    series = {"share": rng.binomial(n, share), "together": rng.binomial(n, share), "count": rng.poisson(7 * season),
              "level": 1e6 * season * np.exp(noise)}[model]  # fmt: skip
    below = pd.Series(n.astype(float), WEEKS) if model in ("share", "together") else None
    return learn(pd.Series(series.astype(float), WEEKS), below, Aim(-1, 0.2), Calendar(), every="week", learnt=130,
                 share=below is not None, count=model == "count")  # fmt: skip


@pytest.mark.parametrize("model", ["share", "together", "count", "level"])
@pytest.mark.parametrize("kind", ["cusum", "ewma"])
def test_false_alarms_come_as_seldom_as_declared_whatever_is_charted(model: str, kind: str) -> None:
    found = tuned(_made(model), Scheme(kind), 104.0, seed=1)  # type: ignore[arg-type]

    assert found.simulated == pytest.approx(104, rel=0.1)
    assert found.delay < 104


def test_weeks_that_go_together_widen_the_limit_and_the_rate_still_holds() -> None:
    alone, tied = _made("level"), _made("level", tie=0.5)
    narrow, wide = (tuned(u, CUSUM, 104.0, seed=1) for u in (alone, tied))

    assert alone.tie == 0
    assert tied.tie > 0.25
    assert wide.limit > narrow.limit * 1.2
    assert np.mean([tuned(tied, CUSUM, 104.0, seed=s).simulated for s in range(4)]) == pytest.approx(104, rel=0.05)


def test_deals_that_go_together_are_seen_as_such() -> None:
    assert _made("share").overdispersion < 1.3 < _made("together").overdispersion


def test_a_week_without_a_case_says_nothing() -> None:
    law = Counted("share", np.full(2, 0.3), 0.0, np.array([5.0, 10.0]), Aim(-1, 0.2))
    u, llr = law.score(np.array([0.0, 0.0]), np.array([0.0, 5.0]), np.full(2, 0.3))

    assert u[0] == llr[0] == 0
    assert u[1] > 0
    assert llr[1] == pytest.approx(5 * np.log(0.76 / 0.70))  # five lost deals: 5 × ln((1 − 0.24) ÷ (1 − 0.30))


@settings(max_examples=25)
@given(st.integers(2, 60), st.floats(0.05, 0.9), st.floats(0.0, 0.2))
def test_scores_of_usual_weeks_are_about_standard(n: int, share: float, spread: float) -> None:
    law = Counted("share", np.full(3, share), spread, np.full(3, float(n)), Aim(-1, 0.2))
    u, llr, chance = law.atoms(1.0)

    assert chance.sum() == pytest.approx(1)
    assert abs(chance @ u) < 0.2
    assert chance @ llr <= 1e-9  # a log ratio falls on average while nothing has changed
    _, ratio, changed = law.atoms(0.8)
    assert changed @ ratio >= -1e-9


def test_a_score_knows_which_way_is_bad() -> None:
    fifteen, ten, none = np.array([15.0]), np.array([10.0]), np.zeros(1)
    more, less = (Counted("count", none, 1.0, ten, Aim(w, 0.2)).score(fifteen, ten, none)[0][0] for w in (1, -1))

    assert more > 0 > less


def test_a_season_is_expected_and_raises_no_alarm() -> None:
    found = _made("level").table
    season = np.exp(0.3 * np.sin(np.arange(156) * 2 * np.pi / 52.18))

    assert np.corrcoef(found["expected"], season)[0, 1] > 0.9


def test_odd_weeks_do_not_bend_what_is_usual() -> None:
    rng = np.random.default_rng(1)
    plain = pd.Series(1e6 * np.exp(rng.normal(0, 0.1, 156)), WEEKS)
    odd = plain.copy()
    odd.iloc[[20, 60, 61, 100]] *= [8, 0.02, 0.02, 12]
    a, b = (learn(s, None, Aim(-1, 0.2), Calendar(), every="week", learnt=130, share=False, count=False)
            for s in (plain, odd))  # fmt: skip

    assert (b.table["expected"] / a.table["expected"] - 1).abs().max() < 0.05


@given(st.floats(0.01, 1e6))
@settings(max_examples=10, deadline=None)
def test_amounts_in_another_unit_give_the_same_scores(size: float) -> None:
    one = _made("level").table
    other = learn(
        one["above"] * size, None, Aim(-1, 0.2), Calendar(), every="week", learnt=130, share=False, count=False
    )

    assert np.allclose(one["u"], other.table["u"], atol=1e-6)


def test_a_threshold_far_from_the_usual_rarely_alarms_by_chance_and_a_near_one_often() -> None:
    usual = _made("share")
    near, far = (by_threshold(usual, t, 4, 1) for t in (0.30, 0.15))

    assert near[0] < 15 < 60 < far[0]
    assert near[1] < near[0]
