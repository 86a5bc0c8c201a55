"""What the backtest says: accuracy of the combination and of single members, by horizon and by node; what not to
trust."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from workbench.analytics.forecast import combination, measures, spread
from workbench.analytics.forecast.combination import Combination, Fold
from workbench.analytics.forecast.engine import RECENT, Group, Prediction, edge
from workbench.analytics.forecast.models import Pool
from workbench.analytics.forecast.panel import Array, Panel

NAIVE, OURS = "seasonal_naive", "combination"
FEW_SEASONS, MANY_ZEROS, WIDE, SHIFT = 2, 0.4, 1.5, 2.5
REASONS = ("short", "discontinued", "intermittent", "level_shift", "naive_better", "wide", "filled")


@dataclass(frozen=True)
class Evidence:
    """`by_model`: index model; columns mase, rmsse, wape, bias, quantile_loss, coverage_80, coverage_95, folds, series.
    Means over series and folds; wape, bias and quantile_loss are over the sum of actual amounts (ratios). Coverage is
    NaN for single members. `by_horizon`: index step; columns per model, MASE. `by_node`: index node number; columns
    mase, mase_naive, wape, wape_naive, folds."""

    by_model: pd.DataFrame
    by_horizon: pd.DataFrame
    by_node: pd.DataFrame


def evidence(prediction: Prediction, nodes: int) -> Evidence:
    """The backtest, honestly: each fold is combined with what older folds alone could teach."""
    tries = [t for group in prediction.groups for t in _tries(group)]
    if not tries:
        return Evidence(pd.DataFrame(), pd.DataFrame(), pd.DataFrame(index=range(nodes)))
    scored = [_score(*t) for t in tries]
    rows = pd.DataFrame({column: np.concatenate([one[column] for one in scored]) for column in scored[0]})
    return Evidence(_by_model(rows), _by_horizon(tries), _by_node(rows, nodes))


def _tries(group: Group) -> list[tuple[Group, Fold, dict[str, Array], Array]]:
    """For each recent fold its forecasts by name and the combination's quantiles (5, series, horizon)."""
    return [(group, fold, *_combined(group, fold)) for fold in group.folds[:RECENT]]


def _combined(group: Group, fold: Fold) -> tuple[dict[str, Array], Array]:
    horizon, kind = fold.actual.shape[1], int(group.panel.kinds()[0])
    older = [f for f in group.folds if f.back >= fold.back + horizon]
    mix = (
        combination.learn(older, fold.members.base, edge(kind))
        if older
        else Combination(fold.members.base, np.zeros(0), 0.0)
    )
    low = 0.0 if kind < 2 else -np.inf
    forecast, plain = (np.maximum(make(fold.panel, fold.members), low) for make in (mix.forecast, mix.plain))
    around = spread.learn(older[:RECENT], mix, horizon, kind)
    expected, pool = around.expected(fold.panel, fold.members, plain), Pool.of(mix.own, fold.members.own)
    quantiles = [
        pool.quantile(lambda q: around.at(fold.panel, plain, expected, q), p) for p in (0.025, 0.1, 0.5, 0.9, 0.975)
    ]
    known = {n: np.where(np.isnan(f), forecast, f) for n, f in fold.members.every.items() if not np.isnan(f).all()}
    return {OURS: forecast, **known}, np.stack(quantiles)


def _score(group: Group, fold: Fold, forecasts: dict[str, Array], quantiles: Array) -> dict[str, Array]:
    """Columns with a row for each model and series; quantiles are the combination's, the first model."""
    actual, season, each = fold.actual, fold.panel.season_length, np.stack(list(forecasts.values()))
    usual, usual_square = (measures.scale(fold.panel.values, season_length=season, power=p) for p in (1, 2))
    shape = each.shape[:2]
    own = {
        "loss": _quantile_loss(actual, quantiles),
        "coverage_80": measures.interval_coverage(actual, quantiles[1], quantiles[3]),
        "coverage_95": measures.interval_coverage(actual, quantiles[0], quantiles[4]),
    }
    columns = {
        "mase": measures.mae(actual, each) / usual,
        "rmsse": measures.rmse(actual, each) / np.sqrt(usual_square),
        "error": np.nansum(np.abs(actual - each), axis=-1),
        "over": np.nansum(each - actual, axis=-1),
        **{name: np.concatenate([v[None], np.full((shape[0] - 1, shape[1]), np.nan)]) for name, v in own.items()},
        "size": np.broadcast_to(np.nansum(np.abs(actual), axis=1), shape),
        "model": np.broadcast_to(np.array(list(forecasts), object)[:, None], shape),
        "node": np.broadcast_to(group.rows[fold.rows], shape),
        "back": np.full(shape, fold.back),
    }
    return {name: values.ravel() for name, values in columns.items()}


def _quantile_loss(actual: Array, quantiles: Array) -> Array:
    """Mean over three quantiles of the quantile score, summed over the horizon."""
    count = (~np.isnan(actual)).sum(axis=1)
    parts = zip((0.1, 0.5, 0.9), quantiles[1:4], strict=True)
    return np.asarray(count * np.mean([measures.quantile_loss(actual, q, probability=p) for p, q in parts], axis=0))


def _by_model(rows: pd.DataFrame) -> pd.DataFrame:
    groups = rows.groupby("model", sort=False)
    sums = groups[["error", "over", "loss", "size"]].sum(min_count=1)
    size = sums["size"].where(sums["size"] > 0)
    table = groups[["mase", "rmsse", "coverage_80", "coverage_95"]].mean()
    table = table.assign(wape=sums["error"] / size, bias=sums["over"] / size, quantile_loss=sums["loss"] / size)
    table = table.assign(folds=groups["back"].nunique(), series=groups["node"].nunique())
    order = [OURS, NAIVE, *(m for m in table.sort_values("mase").index if m not in (OURS, NAIVE))]
    columns = ["mase", "rmsse", "wape", "bias", "quantile_loss", "coverage_80", "coverage_95", "folds", "series"]
    return table.loc[[m for m in order if m in table.index], columns]


def _by_horizon(tries: Sequence[tuple[Group, Fold, dict[str, Array], Array]]) -> pd.DataFrame:
    found: dict[str, list[Array]] = {}
    for _, fold, forecasts, _ in tries:
        scale = measures.scale(fold.panel.values, season_length=fold.panel.season_length)[:, None]
        for name in (OURS, NAIVE):
            found.setdefault(name, []).append(np.abs(fold.actual - forecasts[name]) / scale)
    table = {name: measures._mean(np.concatenate(parts), axis=0) for name, parts in found.items()}
    return pd.DataFrame(table, index=pd.RangeIndex(1, len(table[OURS]) + 1, name="step"))


def _by_node(rows: pd.DataFrame, nodes: int) -> pd.DataFrame:
    ours, naive = (rows[rows["model"] == name].groupby("node") for name in (OURS, NAIVE))
    table = {"mase": ours["mase"].mean(), "mase_naive": naive["mase"].mean(), "folds": ours["back"].nunique()}
    table |= {name: _wape(groups) for name, groups in (("wape", ours), ("wape_naive", naive))}
    return pd.DataFrame(table).reindex(range(nodes))


def _wape(groups: Any) -> pd.Series:
    sums = groups[["error", "size"]].sum(min_count=1)
    return pd.Series(sums["error"] / sums["size"].where(sums["size"] > 0))


def forecastability(panel: Panel) -> Array:
    """How much of a series' movement has a pattern: 1 − entropy of its spectrum, 0 (noise) to 1. Goerg (2013).

    Of the series without its straight line; NaN for fewer than 8 values or no movement.
    """
    return np.array([_forecastability(row[~np.isnan(row)]) for row in panel.values])


def _forecastability(series: Array) -> float:
    if len(series) < 8 or series.max() == series.min():
        return float("nan")
    at = np.arange(len(series))
    flat = series - np.polynomial.polynomial.polyval(at, np.polynomial.polynomial.polyfit(at, series, 1))
    power = np.abs(np.fft.rfft(flat))[1:] ** 2
    if power.sum() <= 1e-12 * (series**2).sum():
        return 1.0
    share = power / power.sum()
    share = share[share > 0]
    return float(1 + (share * np.log(share)).sum() / np.log(len(power)))


def reasons(
    panel: Panel, by_node: pd.DataFrame, lo_80: Array, hi_80: Array, forecast: Array, unknown: np.ndarray
) -> list[tuple[str, ...]]:
    """Why each node's forecast should be used with care (REASONS), most serious first; empty where nothing speaks
    against."""
    season = panel.season_length
    values, lengths = panel.values, panel.lengths
    zeros = (values == 0).sum(axis=1) / np.maximum(lengths, 1)
    ended = (np.nan_to_num(values[:, -max(season // 2, 3) :]) == 0).all(axis=1) & (np.nan_to_num(values) != 0).any(
        axis=1
    )
    total = np.abs(forecast).sum(axis=1)
    wide = (hi_80 - lo_80).sum(axis=1) > WIDE * np.where(total > 0, total, np.inf)
    tried = by_node.reindex(range(len(values)))
    if "mase" in tried:
        worse = (tried["mase"] > 1.05 * tried["mase_naive"]).to_numpy() & (tried["folds"] >= 2).to_numpy()
    else:
        worse = np.zeros(len(values), bool)
    flags = {
        "short": lengths < FEW_SEASONS * season,
        "discontinued": ended,
        "intermittent": (zeros > MANY_ZEROS) & ~ended,
        "level_shift": level_shift(panel),
        "naive_better": worse,
        "wide": wide,
        "filled": unknown > 0,
    }
    return [tuple(reason for reason in REASONS if flags[reason][i]) for i in range(len(values))]


def level_shift(panel: Panel) -> np.ndarray:
    """Whether the last season's mean is beyond what the seasons before it, and their trend, would allow."""
    season = max(panel.season_length, 4)
    values, lengths = panel.values, panel.lengths
    count = values.shape[1] // season
    if count < 4:
        return np.zeros(len(values), bool)
    means = values[:, values.shape[1] - count * season :].reshape(len(values), count, season).mean(axis=2)
    change = np.diff(means, axis=1)
    usual, spread_ = np.nan_to_num(change[:, :-1]).mean(axis=1), _spread(change[:, :-1])
    return (np.abs(change[:, -1] - usual) > SHIFT * 1.5 * spread_) & (spread_ > 0) & (lengths >= 4 * season)


def _spread(change: Array) -> Array:
    count = np.maximum((~np.isnan(change)).sum(axis=1), 1)
    centre = np.nansum(change, axis=1) / count
    return np.sqrt(np.nansum((change - centre[:, None]) ** 2, axis=1) / count)
