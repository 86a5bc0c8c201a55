"""Bass against published fits: PUBLISHED.md V06-V08."""

import numpy as np
import pandas as pd
import pytest

from workbench.analytics.market import diffusion
from workbench.analytics.market.diffusion import Prior
from workbench.errors import DataError, NotEnoughHistoryError

ROOM_AC = [96, 195, 238, 380, 1045, 1230, 1267, 1828, 1586, 1673, 1800, 1580, 1500]
COLOUR_TV = [747, 1480, 2646, 5118, 5777, 5982, 5962, 4631]
DRYERS = [106, 319, 492, 635, 737, 890, 1397, 1523, 1294, 1240, 1425, 1260, 1236]
RECORDERS = [840, 1470, 2110, 4000, 7590, 10950, 10530, 9470, 7790, 5890]


@pytest.mark.parametrize(
    ("sales", "m", "p", "q"),
    [(ROOM_AC, 18713, 0.0094, 0.3748), (COLOUR_TV, 39659, 0.0185, 0.6159), (DRYERS, 16497, 0.0136, 0.3267)],
    ids=["room air conditioners", "colour television", "clothes dryers"],
)
def test_srinivasan_and_mason_estimates_are_reproduced(sales: list[int], m: float, p: float, q: float) -> None:
    found = diffusion.fit(pd.Series(sales))

    assert found.m == pytest.approx(m, rel=5e-4)
    assert found.p == pytest.approx(p, abs=6e-5)
    assert found.q == pytest.approx(q, abs=6e-5)


def test_the_density_fit_gives_the_published_estimates_with_their_errors() -> None:
    found = diffusion.fit(pd.Series(RECORDERS), reading="density")

    assert (found.m, found.p, found.q) == pytest.approx((6.80e4, 6.59e-3, 0.638), rel=2e-3)
    assert found.se.to_numpy() == pytest.approx((3.13e3, 1.43e-3, 0.0414), rel=5e-3)
    assert found.residual == pytest.approx(727, rel=2e-3)


def test_the_peak_is_where_the_curve_is_highest() -> None:
    found = diffusion.fit(pd.Series(COLOUR_TV))
    fine = np.arange(0, 15, 0.001)

    assert found.peak == pytest.approx(fine[np.diff(diffusion.taken_up(fine, found.p, found.q)).argmax()], abs=0.01)


def test_months_and_years_tell_the_same_product() -> None:
    share = diffusion.taken_up(np.arange(0, 8 + 1 / 12, 1 / 12), 0.02, 0.5)
    monthly = diffusion.fit(pd.Series(50_000 * np.diff(share)), per_year=12)

    assert (monthly.m, monthly.p, monthly.q) == pytest.approx((50_000, 0.02, 0.5), rel=1e-4)


def test_another_unit_of_sales_changes_only_the_market() -> None:
    one, other = (diffusion.fit(pd.Series(ROOM_AC) * scale) for scale in (1, 1e6))

    assert other.m == pytest.approx(one.m * 1e6, rel=1e-6)
    assert (other.p, other.q) == pytest.approx((one.p, one.q), rel=1e-5)


def test_sales_that_only_rise_do_not_tell_the_market_without_a_prior() -> None:
    rising = pd.Series(100 * np.exp(0.5 * np.arange(5)))

    with pytest.raises(NotEnoughHistoryError, match="give a prior"):
        diffusion.fit(rising)
    found = diffusion.fit(rising, prior=Prior(m=20_000))
    assert 5_000 < found.m < 80_000
    assert found.se["m"] > 0.1 * found.m


def test_a_prior_gives_way_as_data_come_in() -> None:
    share = np.diff(diffusion.taken_up(np.arange(16), 0.02, 0.5))
    noisy = pd.Series(30_000 * share * np.exp(np.random.default_rng(3).normal(0, 0.05, 15)))
    off = [abs(np.log(diffusion.fit(noisy[:n], prior=Prior(m=60_000)).m / 30_000)) for n in (3, 7, 15)]

    assert off[2] < 0.1 < off[0]
    assert off[2] < off[1]


def test_intervals_of_short_series_hold_the_truth() -> None:
    rng, held = np.random.default_rng(11), 0
    for _ in range(60):
        m, p, q = np.exp(rng.normal(np.log([20_000, 0.01, 0.4]), [0.5, 0.9, 0.35]))
        sales = m * np.diff(diffusion.taken_up(np.arange(9), p, q)) * np.exp(rng.normal(0, 0.1, 8))
        draws = diffusion.fit(pd.Series(sales), prior=Prior(m=20_000)).draws(500)
        lo, hi = np.quantile(draws[:, 0], (0.1, 0.9))
        held += lo <= m <= hi

    assert 40 <= held <= 57  # 48 of 60 expected; within about 3 standard errors


@pytest.mark.parametrize("bad", [[1.0, np.nan, 3, 4], [5.0, -1, 4, 8]])
def test_sales_that_cannot_be_are_named(bad: list[float]) -> None:
    with pytest.raises(DataError):
        diffusion.fit(pd.Series(bad))
