"""Sales that come and go have a mean above 0, ranges that are mostly 0 at the lower end, and still add up."""

import numpy as np
import pandas as pd
import pytest

from workbench.analytics.forecast import Panel, demand, forecast, measures, predict


def rare(count: int, length: int, chance: float, seed: int = 3) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return (rng.random((count, length)) < chance) * rng.integers(1, 5, (count, length)) * 50.0


def test_the_mean_of_steady_rare_sales_is_how_often_times_how_much() -> None:
    values = np.tile([0.0, 0.0, 0.0, 80.0], 30)[None]

    assert demand.rate(Panel(values, 12))[0, 0] == pytest.approx(20, rel=0.25)
    assert demand.rate(Panel(1e6 * values, 12)) == pytest.approx(1e6 * demand.rate(Panel(values, 12)))


def test_the_rate_falls_when_sales_stop_and_is_none_without_any() -> None:
    sold = np.tile([0.0, 90.0], 24)[None]
    ended = np.concatenate([sold, np.zeros((1, 24))], axis=1)

    assert demand.rate(Panel(ended, 12))[0, 0] < 0.3 * demand.rate(Panel(sold, 12))[0, 0]
    assert demand.rate(Panel(np.zeros((1, 24)), 12))[0, 0] == 0


def test_only_series_with_longer_gaps_between_sales_take_the_mean() -> None:
    often = np.tile([5.0, 5.0, 5.0, 5.0, 0.0], 10)[None]  # a sale every 1.25 periods, below 1.32

    assert demand.share(Panel(often, 12))[0, 0] == 0
    assert demand.share(Panel(rare(1, 60, 0.15), 12))[0, 0] > 0.5


@pytest.mark.parametrize("series", [
    [100, 50, 100, 50, 50, 50, 0, 0, 0],
    [50, 0, 50, 0, 0, 0, 0, 0, 0, 0, 0],
    [50, 50, 0, 50, 0, 0, 50, 0, 50, 0, 0, 0],
])  # fmt: skip
def test_few_sales_with_zeros_last_are_no_forecast_of_nothing(series: list[int]) -> None:
    made = predict(Panel(np.array([series], float), 12), 12)

    assert made.forecast.min() > 0
    assert made.forecast.mean() < np.mean(series)


def test_rare_sales_are_forecast_at_their_mean_with_paths_as_often_zero_as_they_were() -> None:
    values = rare(60, 72, 0.2)
    made = predict(Panel(values[:, :60], 12), 12)
    paths = made.paths(200)

    assert made.forecast.mean() == pytest.approx(0.2 * 125, rel=0.15)
    assert (paths == 0).mean() == pytest.approx(0.8, abs=0.06)
    assert paths.min() == 0
    assert paths.mean() == pytest.approx(made.forecast.mean(), rel=0.15)
    held = [measures.interval_coverage(values[:, 60:], *made.interval(level)).mean() for level in (0.8, 0.95)]
    assert 0.8 <= held[0] <= 0.97
    assert 0.93 <= held[1] <= 1


def test_rare_parts_add_up_to_their_whole() -> None:
    periods = pd.date_range("2021-01-01", periods=48, freq="MS")
    parts = rare(12, 48, 0.2)
    frames = [pd.DataFrame({"period": periods, "part": f"p{i}", "amount": y}) for i, y in enumerate(parts)]
    found = forecast(pd.concat(frames).assign(whole=True), "part", horizon=6)

    mean = found.table["mean"].to_numpy().reshape(-1, 6)
    assert mean[1:].sum(axis=0) == pytest.approx(mean[0])
    assert found.paths[:, 1:].sum(axis=1) == pytest.approx(found.paths[:, 0])
    assert (mean[1:].sum(axis=1) > 0).all()
    assert found.paths.min() >= 0
