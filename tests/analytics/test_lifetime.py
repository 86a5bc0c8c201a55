"""Published estimates: Fader, Hardie & Lee 2005 and its printed walk-throughs; see each test."""

import numpy as np
import pandas as pd
import pytest

from tests.conftest import shared_data
from workbench.analytics.customers import lifetime


@pytest.fixture(scope="module")
def cdnow() -> pd.DataFrame:
    file = shared_data("published/cdnow_customers_summary_with_transactions.csv")
    names = {"x": "frequency", "t_x": "recency", "T": "age", "zbar": "monetary"}
    return pd.read_csv(file).rename(columns=names)


def test_bg_nbd_gives_the_published_estimates_for_cdnow(cdnow: pd.DataFrame) -> None:
    # Fader, Hardie & Lee (2005), table 2: r .243, alpha 4.414, a .793, b 2.426, LL -9582.4
    model = lifetime.fit_bg_nbd(cdnow)

    assert (model.r, model.alpha, model.a, model.b) == pytest.approx((0.243, 4.414, 0.793, 2.426), abs=6e-4)
    assert model.log_likelihood == pytest.approx(-9582.43, abs=0.01)
    assert model.expected_new(52) == pytest.approx(1.444, abs=1e-3)


def test_bg_nbd_tells_who_is_still_there_and_how_much_they_will_buy(cdnow: pd.DataFrame) -> None:
    # BTYD walk-through: customer 1516 (26 repeats, last at 30.86 of 31 weeks)
    model = lifetime.fit_bg_nbd(cdnow)
    one = pd.DataFrame({"frequency": [26.0, 2.0], "recency": [30.86, 30.43], "age": [31.0, 38.86]})

    assert model.p_alive(one)[0] == pytest.approx(0.9689, abs=1e-4)
    assert model.expected(one, 52)[0] == pytest.approx(25.757, abs=0.01)
    assert model.expected(one, 39)[1] == pytest.approx(1.226, abs=1e-3)


def test_pareto_nbd_gives_the_published_estimates_for_cdnow(cdnow: pd.DataFrame) -> None:
    # BTYD walk-through: r .553, alpha 10.578, s .606, beta 11.656, LL -9594.976; E[X(52)] 1.473
    model = lifetime.fit_pareto_nbd(cdnow)

    assert (model.r, model.alpha, model.s, model.beta) == pytest.approx((0.553, 10.578, 0.606, 11.66), rel=2e-3)
    assert model.log_likelihood == pytest.approx(-9594.976, abs=0.01)
    assert model.expected_new(52) == pytest.approx(1.473, abs=1e-3)


def test_gamma_gamma_gives_the_published_estimates_for_cdnow(cdnow: pd.DataFrame) -> None:
    # Hardie, note 025: p 6.25, q 3.74, gamma 15.44 on 946 customers; mean spend about 35.2
    model = lifetime.fit_gamma_gamma(cdnow)

    assert (model.p, model.q, model.gamma) == pytest.approx((6.25, 3.744, 15.447), abs=0.01)
    assert model.mean == pytest.approx(35.17, abs=0.05)


@pytest.mark.parametrize(
    ("still_there", "alpha", "beta"),
    [  # Fader & Hardie (2007), table 1: High-end and Regular customers
        ([1, 0.869, 0.743, 0.653, 0.593, 0.551, 0.517, 0.491], 0.668, 3.806),
        ([1, 0.631, 0.468, 0.382, 0.326, 0.289, 0.262, 0.241], 0.704, 1.182),
    ],
)
def test_sbg_gives_the_published_retention(still_there: list[float], alpha: float, beta: float) -> None:
    model = lifetime.fit_shifted_beta_geometric(np.array(still_there))

    assert (model.alpha, model.beta) == pytest.approx((alpha, beta), abs=2e-3)


def test_the_unit_of_time_changes_no_forecast(cdnow: pd.DataFrame) -> None:
    weeks = lifetime.fit_bg_nbd(cdnow)
    in_days = cdnow.assign(recency=cdnow["recency"] * 7, age=cdnow["age"] * 7)
    days = lifetime.fit_bg_nbd(in_days)

    assert days.expected(in_days, 7 * 39).sum() == pytest.approx(weeks.expected(cdnow, 39).sum(), rel=1e-4)


def test_simulated_purchases_average_to_the_expected_ones(cdnow: pd.DataFrame) -> None:
    model, rng = lifetime.fit_bg_nbd(cdnow), np.random.default_rng(5)
    draws = [model.simulate(cdnow, 39, rng).sum() for _ in range(200)]

    assert np.mean(draws) == pytest.approx(model.expected(cdnow, 39).sum(), rel=0.01)


@pytest.mark.parametrize("seed", range(6))
def test_customers_who_are_all_alike_are_expected_to_go_on_as_they_do(seed: int) -> None:
    # one rate (0.1 a week) for all, nobody leaves, each day about 50: the likelihood rises without end toward that
    rng, n = np.random.default_rng(seed), 150
    age = rng.uniform(20, 100, n)
    bought = rng.poisson(0.1 * age)
    often = np.maximum(bought, 1)
    last = np.where(bought > 0, age * rng.random(n) ** (1 / often), 0)  # the last of so many days at any time
    paid = rng.gamma(20 * often, 50 / 20) / often
    alike = pd.DataFrame({"frequency": bought, "recency": last, "age": age, "monetary": paid}).astype(float)
    buying, spending = lifetime.fit_bg_nbd(alike), lifetime.fit_gamma_gamma(alike)
    drawn = [model.simulate(alike, 52, rng).sum() for model in lifetime.draw_bg_nbd(buying, alike, 200, rng)]

    assert buying.expected(alike, 52).sum() == pytest.approx(0.1 * 52 * n, rel=0.1)
    assert spending.expected(alike) == pytest.approx(np.full(n, 50.0), rel=0.1)
    assert np.quantile(drawn, 0.1) < buying.expected(alike, 52).sum() < np.quantile(drawn, 0.9)


def test_customers_who_all_buy_alike_and_never_leave_have_a_number_expected() -> None:
    # 200 customers who buy every tenth week for 100 weeks: the likelihood rises for ever with r, and a falls to 0
    known = pd.DataFrame({"frequency": [9.0] * 200, "recency": [90.0] * 200, "age": np.linspace(90, 100, 200)})
    model = lifetime.fit_bg_nbd(known)
    drawn = lifetime.draw_bg_nbd(model, known, 50, np.random.default_rng(1))

    assert model.expected(known, 50).mean() == pytest.approx(5, rel=0.15)
    assert all(np.isfinite(one.expected(known, 50)).all() for one in drawn)


def test_resellers_who_order_every_quarter_have_a_value() -> None:
    """Real customers with a habit: their value was told as $0, with an interval from $35M to $44M."""
    lines = pd.read_csv(shared_data("adventureworks_reseller/Sales.csv"), sep="|", parse_dates=["OrderDate"])
    end = pd.Timestamp("2019-09-30")
    by = lines[lines["OrderDate"] <= end].drop_duplicates(["ResellerKey", "OrderDate"]).groupby("ResellerKey")
    first, last, days = (getattr(by["OrderDate"], name)() for name in ("min", "max", "count"))
    weeks = pd.Timedelta(weeks=1)
    known = pd.DataFrame({"frequency": days - 1.0, "recency": (last - first) / weeks, "age": (end - first) / weeks})

    # these 623 came on 1,149 days from 1 October 2019 to 31 May 2020
    assert lifetime.fit_bg_nbd(known).expected(known, 244 / 7).sum() == pytest.approx(1149, rel=0.15)
