"""Intervals hold what they say: on parts of M3, on made-up noise, and for sums over the horizon. `-s` shows the
figures."""

import numpy as np
import pandas as pd
import pytest

from tests.conftest import shared_data
from workbench.analytics.forecast import Effort, Panel, measures, predict


@pytest.mark.parametrize(("frequency", "season", "horizon"), [("quarterly", 4, 8), ("monthly", 12, 18)])
def test_intervals_on_a_part_of_m3_cover_what_they_say_within_what_its_size_allows(
    frequency: str, season: int, horizon: int
) -> None:
    table = pd.read_parquet(shared_data("m3") / "m3.parquet").query("frequency == @frequency")
    chosen = sorted(table["series"].unique())[::4]
    parts = {p: dict(list(table[table["part"] == p].groupby("series")["y"])) for p in ("train", "test")}
    train, actual = ([parts[p][s].to_numpy() for s in chosen] for p in ("train", "test"))
    width = max(map(len, train))
    values = np.stack([np.r_[np.full(width - len(y), np.nan), y] for y in train])

    made = predict(Panel(values, season), horizon, Effort(folds=4))
    covered = {level: measures.interval_coverage(np.stack(actual), *made.interval(level)) for level in (0.8, 0.95)}
    owa = measures.owa(np.stack(actual), made.forecast, values, season_length=season)
    print(frequency, len(chosen), {k: round(float(v.mean()), 3) for k, v in covered.items()}, "OWA", round(owa, 3))

    for level, each in covered.items():  # errors of one series go together: the series' shares are the sample
        allowed = 4 * each.std() / np.sqrt(len(each)) + 0.01
        assert abs(each.mean() - level) < allowed
    assert owa < 0.93


def cuts(rng: np.random.Generator, size: int) -> tuple[Panel, np.ndarray]:
    """A panel of a few series as a company may have it, and its next year; never of an official test part."""
    m3 = pd.read_parquet(shared_data("m3") / "m3.parquet").query("part == 'train'")
    frequency, season, least = [("monthly", 12, 48), ("quarterly", 4, 16)][int(rng.integers(2))]
    ys = [y.to_numpy() for _, y in m3[m3["frequency"] == frequency].groupby("series")["y"] if len(y) >= least]
    chosen = [ys[i] for i in rng.choice(len(ys), size, replace=False)]
    length = int(rng.integers(least, min(map(len, chosen)) + 1))
    starts = [int(rng.integers(len(y) - length + 1)) for y in chosen]
    values = np.stack([y[at : at + length] for y, at in zip(chosen, starts, strict=True)])
    return Panel(values[:, :-season], season), values[:, -season:]


@pytest.mark.parametrize(("size", "panels"), [(1, 60), (3, 30), (10, 15), (30, 6)])
def test_intervals_of_panels_of_few_series_cover_what_they_say(size: int, panels: int) -> None:
    rng, found = np.random.default_rng(size), []
    for n in range(panels):
        panel, actual = cuts(rng, size)
        made = predict(panel, actual.shape[1], Effort(folds=3))
        sums = np.quantile(made.paths(200, seed=n).sum(axis=2), (0.1, 0.9), axis=0)
        single = [measures.interval_coverage(actual, *made.interval(level)).mean() for level in (0.8, 0.95)]
        found.append((*single, measures.interval_coverage(actual.sum(axis=1)[:, None], *sums[:, :, None]).mean()))
    held, luck = np.mean(found, axis=0), np.std(found, axis=0) / np.sqrt(panels)  # series of a panel err together
    print(size, "80 %, 95 % and the year's 80 % hold", held.round(3))

    assert (np.abs(held - (0.8, 0.95, 0.8)) < 3 * luck + (0.04, 0.02, 0.06)).all()


@pytest.fixture(scope="module")
def walks() -> tuple[Panel, np.ndarray]:
    rng = np.random.default_rng(5)
    steps = rng.normal(0, 0.05, (400, 72)).cumsum(axis=1) + rng.normal(0, 0.05, (400, 72))
    values = 100 * np.exp(steps)
    return Panel(values[:, :60], 12), values[:, 60:]


def test_intervals_of_random_walks_cover_what_they_say(walks: tuple[Panel, np.ndarray]) -> None:
    panel, actual = walks
    made = predict(panel, 12, Effort(folds=3))

    for level in (0.8, 0.95):
        assert float(measures.interval_coverage(actual, *made.interval(level)).mean()) == pytest.approx(
            level, abs=0.035
        )


def test_joint_paths_give_the_years_total_a_right_interval(walks: tuple[Panel, np.ndarray]) -> None:
    panel, actual = walks
    paths = predict(panel, 12, Effort(folds=3)).paths(300, seed=1).sum(axis=2)
    low, high = np.quantile(paths, (0.1, 0.9), axis=0)
    total = actual.sum(axis=1)

    assert np.mean((total >= low) & (total <= high)) == pytest.approx(0.8, abs=0.06)


def test_paths_have_the_quantiles_of_the_intervals(walks: tuple[Panel, np.ndarray]) -> None:
    panel = Panel(walks[0].values[:20], 12)
    made = predict(panel, 6, Effort(folds=2))
    paths = made.paths(4000, seed=2)

    found = np.mean([paths <= made.quantile(p) for p in (0.1, 0.5, 0.9)], axis=(1, 2, 3))

    assert found == pytest.approx((0.1, 0.5, 0.9), abs=0.02)


def test_series_that_move_together_have_paths_that_do() -> None:
    rng = np.random.default_rng(6)
    common = rng.normal(0, 0.1, 60)
    values = 100 * np.exp(
        np.stack([common + rng.normal(0, 0.02, 60) for _ in range(6)] + [rng.normal(0, 0.1, 60) for _ in range(6)])
    )

    paths = predict(Panel(values, 12), 3).paths(2000, seed=3)[:, :, 0]
    correlation = np.corrcoef(paths.T)

    assert correlation[0, 1] > 0.3
    assert abs(correlation[0, 7]) < 0.2


def test_paths_are_not_negative_where_sales_were_not() -> None:
    values = np.random.default_rng(7).poisson(0.7, (30, 48)) * 10.0

    assert predict(Panel(values, 12), 6).paths(100).min() >= 0


def test_weekly_intervals_hold_near_and_far_on_shops_whose_year_has_more_than_52_weeks() -> None:
    rng, weeks = np.random.default_rng(11), 182
    at = np.arange(weeks) / 52.18
    peak = rng.uniform(0.3, 1.2, (30, 1)) * np.exp(-(((at % 1 - 0.95) * 30) ** 2))
    promotions = (rng.random((30, weeks)) < 0.08) * 0.2
    drift = rng.normal(0, 0.01, (30, weeks)).cumsum(axis=1)
    values = 1e4 * np.exp(peak + promotions + drift + rng.normal(0, 0.08, (30, weeks)))
    made = predict(Panel(values[:, :-26], 52), 26, Effort(folds=4))

    held = {level: (values[:, -26:] >= low) & (values[:, -26:] <= high)
            for level, (low, high) in ((level, made.interval(level)) for level in (0.8, 0.95))}  # fmt: skip
    print(
        "weeks 1-4, 5-13, 14-26 hold",
        [held[0.8][:, s].mean().round(3) for s in (slice(4), slice(4, 13), slice(13, 26))],
    )

    assert held[0.8].mean() == pytest.approx(0.8, abs=0.07)
    assert held[0.8][:, :4].mean() == pytest.approx(0.8, abs=0.12)
    assert held[0.95].mean() == pytest.approx(0.95, abs=0.035)
