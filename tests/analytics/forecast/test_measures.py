"""Measures against published numbers: FPP3 is Hyndman & Athanasopoulos, Forecasting: Principles and Practice, 3rd
ed."""

import numpy as np
import pandas as pd
import pytest

from tests.conftest import shared_data
from workbench.analytics.forecast import measures


def beer() -> tuple[np.ndarray, np.ndarray]:
    table = pd.read_csv(shared_data("published") / "aus_production.csv", sep=";")
    year = table["Quarter"].str[:4].astype(int)
    series = table["Beer"].to_numpy(float)
    return series[(year >= 1992) & (year <= 2007)], series[year >= 2008]


def google() -> tuple[np.ndarray, np.ndarray]:
    table = pd.read_csv(shared_data("published") / "goog_2015.csv", parse_dates=["Date"])
    close, day = table["Close"].to_numpy(), table["Date"]
    return close[day.dt.year == 2015], close[(day.dt.year == 2016) & (day.dt.month == 1)]


def simple(train: np.ndarray, horizon: int, season: int) -> dict[str, np.ndarray]:
    steps = np.arange(1, horizon + 1)
    return {
        "mean": np.full(horizon, train.mean()),
        "naive": np.full(horizon, train[-1]),
        "snaive": train[-season:][(steps - 1) % season],
        "drift": train[-1] + steps * (train[-1] - train[0]) / (len(train) - 1),
    }


@pytest.mark.parametrize(
    ("method", "published"),
    [  # RMSE, MAE, MAPE, MASE: FPP3 section 5.8
        ("mean", (38.45, 34.83, 8.28, 2.44)),
        ("naive", (62.69, 57.40, 14.18, 4.01)),
        ("snaive", (14.31, 13.40, 3.17, 0.94)),
        ("drift", (64.90, 58.88, 14.58, 4.12)),
    ],
)
def test_beer_forecasts_score_as_published(method: str, published: tuple[float, ...]) -> None:
    train, actual = beer()
    forecast = simple(train, len(actual), 4)[method]

    found = (
        measures.rmse(actual, forecast),
        measures.mae(actual, forecast),
        100 * measures.mape(actual, forecast),
        measures.mase(actual, forecast, train, season_length=4),
    )

    assert [round(float(x), 2) for x in found] == list(published)


def test_google_intervals_and_quantiles_score_as_published() -> None:  # FPP3 section 5.9
    train, actual = google()
    sigma = np.sqrt(np.mean(np.diff(train) ** 2))  # no degree of freedom is taken off: 744.56 with one
    lo, hi = train[-1] - 1.2815516 * sigma, train[-1] + 1.2815516 * sigma

    assert (round(lo, 2), round(hi, 2)) == (744.54, 773.22)
    assert round(float(measures.quantile_loss(actual[:1], lo, probability=0.1)), 2) == 4.86
    assert round(float(measures.winkler(actual[:1], [lo], [hi], level=0.8)), 2) == 55.68


@pytest.mark.parametrize(
    ("method", "published"),
    [
        ("naive", (43.43, 40.38, 5.67, 5.67)),
        ("drift", (53.07, 49.82, 6.99, 6.99)),
        ("mean", (118.03, 116.95, 16.24, 16.41)),
    ],
)
def test_google_forecasts_score_as_published(method: str, published: tuple[float, ...]) -> None:  # FPP3 section 5.8
    train, actual = google()
    forecast = simple(train, len(actual), 1)[method]
    found = (
        measures.rmse(actual, forecast),
        measures.mae(actual, forecast),
        100 * measures.mape(actual, forecast),
        measures.mase(actual, forecast, train, season_length=1),
    )

    assert [round(float(x), 2) for x in found] == list(published)


def test_crps_of_google_forecasts_is_as_published() -> None:  # FPP3 section 5.9: 26.5, 33.5, 76.7; drift's skill −0.266
    train, actual = google()
    steps, changes, count = np.arange(1, len(actual) + 1), np.diff(train), len(train)
    forecasts = simple(train, len(actual), 1)
    naive = np.sqrt(np.mean(changes**2) * steps)
    drift = np.sqrt(np.mean((changes - changes.mean()) ** 2) * steps * (1 + steps / (count - 1)))
    mean = np.full(len(actual), train.std(ddof=1) * np.sqrt(1 + 1 / count))  # one mean was estimated

    found = {
        m: float(measures.crps_normal(actual, forecasts[m], sd))
        for m, sd in (("naive", naive), ("drift", drift), ("mean", mean))
    }

    assert {m: round(x, 1) for m, x in found.items()} == {"naive": 26.5, "drift": 33.5, "mean": 76.7}
    assert round(float(measures.skill(found["drift"], found["naive"])), 2) == -0.27


def test_crps_of_a_standard_normal_at_its_mean() -> None:  # Gneiting & Raftery (2007): (√2 − 1) / √π
    assert float(measures.crps_normal([0.0], [0.0], [1.0])) == pytest.approx(0.233695, abs=1e-6)


def test_crps_of_paths_comes_near_the_closed_form() -> None:
    paths = np.random.default_rng(1).standard_normal((4000, 1))

    assert float(measures.crps(np.array([0.5]), paths)) == pytest.approx(
        float(measures.crps_normal([0.5], [0], [1])), abs=0.01
    )


def test_naive2_of_m3_scores_as_published() -> None:  # sMAPE of M3's Naive2 in the data's README
    table = pd.read_parquet(shared_data("m3") / "m3.parquet").query("frequency == 'quarterly'")
    parts = [[g["y"].to_numpy() for _, g in table[table["part"] == p].groupby("series")] for p in ("train", "test")]
    width = max(map(len, parts[0]))
    train, actual = np.stack([np.r_[np.full(width - len(y), np.nan), y] for y in parts[0]]), np.stack(parts[1])

    forecast = measures.naive2(train, 8, season_length=4)

    assert round(100 * float(measures.smape(actual, forecast).mean()), 3) == 10.029
    assert measures.owa(actual, forecast, train, season_length=4) == 1.0


def test_bias_is_positive_for_too_high_forecasts() -> None:
    assert float(measures.bias([10, 10], [12, 10])) == 1.0


def test_wape_weighs_by_amount() -> None:
    assert float(measures.wape([90, 10], [81, 20])) == pytest.approx(0.19)


def test_coverage_counts_the_ends_and_leaves_out_the_unknown() -> None:
    assert float(measures.interval_coverage([1, 2, 3, np.nan], [1, 3, 0, 0], [2, 4, 3, 9])) == pytest.approx(2 / 3)


def test_msis_is_width_plus_forty_times_what_is_outside_at_95_percent() -> None:
    train = [0.0, 1.0, 0.0, 1.0]  # naive error 1

    assert float(measures.msis([5.0], [0.0], [4.0], train, season_length=1)) == pytest.approx(4 + 40 * 1)


def test_a_series_that_does_not_move_has_no_scaled_error() -> None:
    assert np.isnan(measures.mase([1.0], [2.0], [3.0, 3.0, 3.0], season_length=1))


def test_many_series_score_as_each_alone() -> None:
    rng = np.random.default_rng(0)
    train, actual, forecast = rng.normal(size=(3, 20)), rng.normal(size=(3, 5)), rng.normal(size=(3, 5))
    train[0, :6] = np.nan

    together = measures.mase(actual, forecast, train, season_length=4)

    alone = [
        measures.mase(a, f, t[~np.isnan(t)], season_length=4) for a, f, t in zip(actual, forecast, train, strict=True)
    ]
    assert together == pytest.approx(alone)
