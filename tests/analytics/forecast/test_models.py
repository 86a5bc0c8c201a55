"""An analyst's own model: one that knows wins weight and moves mean and interval, a poor one does not, a failing one
is named."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from workbench.analytics.forecast import Forecast, Model, Options, forecast
from workbench.analytics.forecast.models import Pool, weight

CYCLE = np.r_[np.full(7, 100.0), 400.0, 100, 100, 250, 100, 100]  # of 13 months, which no member knows
COMING = np.resize(CYCLE, 84)[72:]
NOISE = 0.05


def made(*models: Model) -> Forecast:
    amounts = np.resize(CYCLE, 72) * np.random.default_rng(1).lognormal(0, NOISE, 72)
    months = pd.date_range("2020-01-01", periods=72, freq="MS")
    sales = pd.DataFrame({"period": months, "amount": amounts, "whole": True})
    return forecast(sales, horizon=12, options=Options(models=models))


def simulate(fitted: np.ndarray, horizon: int, paths: int, rng: np.random.Generator) -> np.ndarray:
    return np.resize(fitted, horizon) * rng.lognormal(0, NOISE, (paths, horizon))


def fail(history: np.ndarray, season_length: int) -> None:
    raise TypeError("no")


KNOWS = Model("knows", lambda history, season: CYCLE[(np.arange(13) + len(history)) % 13], simulate)
POOR = Model("poor", lambda history, season: np.full(13, 3 * history.max()), simulate)
FAILS = Model("fails", fail, simulate)
NO_NUMBER = Model("nan", lambda history, season: None, lambda f, h, n, rng: np.full((n, h), np.nan))


def told(found: Forecast, key: str) -> list[dict[str, Any]]:
    return [dict(f.values) for f in found.findings if f.key == key]


def test_one_that_knows_the_truth_moves_mean_and_interval() -> None:
    plain, found = made().whole, made(KNOWS).whole

    off, off_plain = (np.abs(table["mean"] - COMING).mean() for table in (found, plain))
    wide, wide_plain = ((table["hi_80"] - table["lo_80"]).mean() for table in (found, plain))

    assert off < 0.1 * off_plain
    assert wide < 0.5 * wide_plain
    assert wide > 2 * 1.28 * NOISE * COMING.min() * 0.7  # no narrower than what it does not know
    assert made(KNOWS).backtest["mase"].idxmin() == "knows"
    assert told(made(KNOWS), "forecast.own_model")[0]["weight_won"] > 0.8


def test_its_paths_are_the_forecasts_paths() -> None:
    paths = made(KNOWS).paths[:, 0]

    assert np.median(paths, axis=0) == pytest.approx(COMING, rel=0.05)


def test_a_poor_one_changes_nothing() -> None:
    pd.testing.assert_frame_equal(made(POOR).table, made().table)
    assert told(made(POOR), "forecast.own_model")[0]["weight_won"] == 0


@pytest.mark.parametrize("model", [FAILS, NO_NUMBER])
def test_one_that_fails_is_named_and_the_run_goes_on(model: Model) -> None:
    found = made(model)

    assert told(found, "forecast.own_failed") == [{"name": model.name, "failed": 1, "series": 1}]
    assert model.name not in found.backtest.index
    pd.testing.assert_frame_equal(found.table, made().table)


def test_a_poor_one_takes_nothing_from_a_good_one() -> None:
    pd.testing.assert_frame_equal(made(KNOWS, POOR, FAILS).table, made(KNOWS).table)


def test_weight_is_what_the_folds_bear_out() -> None:
    rng = np.random.default_rng(0)
    actual = [rng.normal(0, 1, (1, 12)) for _ in range(6)]
    ours = [a + rng.normal(0, 1, a.shape) for a in actual]

    assert weight(ours, actual, actual) > 0.9
    assert weight(ours, ours, actual) == 0
    assert weight(ours[:2], actual[:2], actual[:2]) == 0  # two tests are too few


def test_a_pool_has_the_quantiles_of_its_parts() -> None:
    paths = np.full((1, 100, 1), 10.0)
    half = Pool((0.5,), (paths,))

    found = [float(half.quantile(lambda p: np.full((1, 1), p), at)[0, 0]) for at in (0.1, 0.4, 0.6, 0.9)]

    assert found == pytest.approx([0.2, 0.8, 10, 10], abs=0.02)  # the engine's part is uniform on 0 to 1
    assert half.mean(np.zeros((1, 1))) == pytest.approx(5.0)
    assert half.draw(np.zeros((2000, 1, 1)), 0).mean() == pytest.approx(5.0, abs=0.3)
