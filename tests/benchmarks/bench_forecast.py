"""Accuracy, calibration and cost of forecasts, beside the peers' forecasts of the same series scored by the same code.

Over all series the peers' forecasts and costs are those that were kept with the data (its README says how they were
made); on a sample the peers are run again beside ours, so that accuracy and cost are of the same series, machine and
run. All costs are CPU seconds of one thread for 1,000 series, points with 80 % and 95 % intervals.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from tests.benchmarks.peers import ensemble, ets, rerun
from workbench.analytics.forecast import Hierarchy, Panel, forecast, grouped, measures, predict, reconcile
from workbench.analytics.forecast.hierarchy import Method
from workbench.analytics.forecast.outlook import CHEAPER

SHARED = Path(__file__).parents[3] / "shared" / "data"
SEASONS = {"quarterly": 4, "monthly": 12}
ENSEMBLE = ("AutoETS", "AutoCES", "DOT", "AutoARIMA")  # its points and bounds are their medians
SAMPLE = {"quarterly": 60, "monthly": 30}  # series that the peers are run on again: two or three minutes
COST = {"quarterly": {"ensemble": 800, "AutoETS": 49}, "monthly": {"ensemble": 2317, "AutoETS": 142, "three": 319}}
LIMITS = {  # owa, cost, 80 % coverage, 95 % coverage, msis
    "quarterly": (0.874, 20, (0.78, 0.83), (0.94, 0.965), 9.3),
    "monthly": (0.798, 60, (0.78, 0.83), (0.94, 0.965), 6.1),
}
LEVELS = ("", "purpose", "state", "state × region", "state × region × purpose")
PUBLISHED: dict[Method, tuple[float, ...]] = {  # RMSE by level, FPP3 11.4 as replicated with statsforecast's ETS
    "bottom_up": (3028.62, 791.19, 413.39, 55.13, 19.37),
    "mint_shrink": (2112.73, 577.14, 316.82, 46.55, 17.80),
    "ols": (1818.94, 515.53, 287.32, 46.28, 18.19),
}
IMPORT = """
import time, numpy, pandas
begun = time.process_time()
import workbench.analytics.forecast
print(time.process_time() - begun)
"""


def main() -> Iterator[dict]:
    if not (SHARED / "m3").exists():
        return
    for frequency in SEASONS:
        yield from m3(frequency)
        yield from side_by_side(frequency)
    yield from tourism()
    yield from published_table()
    yield from large()
    seconds = float(subprocess.run([sys.executable, "-c", IMPORT], capture_output=True, text=True, check=True).stdout)
    yield figure("forecast.import", seconds, "s", 2.3, 0.3)


def figure(name: str, value: float, unit: str, peer: float | None, limit: float | tuple[float, float]) -> dict:
    low, high = limit if isinstance(limit, tuple) else (-np.inf, limit)
    ratio = value / peer if peer else None
    return {"name": name, "value": round(value, 4), "unit": unit, "peer": None if peer is None else round(peer, 4),
            "ratio": None if ratio is None else round(ratio, 3), "limit": None if limit == np.inf else limit,
            "ok": bool(low <= value <= high)}  # fmt: skip


def arrays(frequency: str) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Names, training parts (right-aligned) and test parts of M3's series."""
    table = pd.read_parquet(SHARED / "m3" / "m3.parquet").query("frequency == @frequency")
    train, test = (
        [g["y"].to_numpy() for _, g in table[table["part"] == part].groupby("series", sort=True)]
        for part in ("train", "test")
    )
    width = max(map(len, train))
    values = np.stack([np.r_[np.full(width - len(y), np.nan), y] for y in train])
    return sorted(table["series"].unique()), values, np.stack(test)


def peers(frequency: str, names: list[str]) -> dict[str, dict[str, np.ndarray]]:
    """Forecasts and bounds by model; NaN where a model did not run."""
    table = pd.read_parquet(SHARED / "m3" / "peers.parquet").query("frequency == @frequency")
    columns = ("mean", "lo_80", "hi_80", "lo_95", "hi_95")
    found = {
        model: {c: g.pivot(index="series", columns="h", values=c).reindex(names).to_numpy() for c in columns}
        for model, g in table.groupby("model")
    }
    found["ensemble"] = {c: np.median([found[m][c] for m in ENSEMBLE], axis=0) for c in columns}
    found["three"] = {c: np.mean([found[m][c] for m in ENSEMBLE[:3]], axis=0) for c in columns}
    return found


def scores(actual: np.ndarray, train: np.ndarray, made: dict[str, np.ndarray], season: int) -> tuple[float, ...]:
    """OWA, 80 % and 95 % coverage, MSIS over the series for which there are forecasts."""
    rows = ~np.isnan(made["mean"]).any(axis=1)
    actual, train, made = actual[rows], train[rows], {c: f[rows] for c, f in made.items()}
    covered = [np.nanmean(measures.interval_coverage(actual, made[f"lo_{p}"], made[f"hi_{p}"])) for p in (80, 95)]
    wide = np.nanmean(measures.msis(actual, made["lo_95"], made["hi_95"], train, season_length=season))
    return measures.owa(actual, made["mean"], train, season_length=season), *map(float, covered), float(wide)


def m3(frequency: str) -> Iterator[dict]:
    season, (names, train, actual) = SEASONS[frequency], arrays(frequency)
    (ours, cost), others = timed(train, actual.shape[1], season), peers(frequency, names)
    best = "ensemble" if frequency == "quarterly" else "three"
    found, rival, ets = (scores(actual, train, f, season) for f in (ours, others[best], others["AutoETS"]))
    owa, seconds, inside_80, inside_95, wide = LIMITS[frequency]
    yield figure(f"forecast.m3_{frequency}.owa", found[0], "ratio", rival[0], owa)
    yield figure(f"forecast.m3_{frequency}.cost", cost, "CPU s / 1000", COST[frequency][best], seconds)
    yield figure(f"forecast.m3_{frequency}.coverage_80", found[1], "ratio", ets[1], inside_80)
    yield figure(f"forecast.m3_{frequency}.coverage_95", found[2], "ratio", ets[2], inside_95)
    yield figure(f"forecast.m3_{frequency}.msis", found[3], "ratio", ets[3], wide)
    if frequency == "monthly":
        few = ~np.isnan(others["AutoARIMA"]["mean"]).any(axis=1)
        here, there = (
            measures.owa(actual[few], f["mean"][few], train[few], season_length=12) for f in (ours, others["ensemble"])
        )
        yield figure("forecast.m3_monthly_250.owa", here, "ratio", there, 0.768)


def side_by_side(frequency: str) -> Iterator[dict]:
    """Ours and each peer, run now on a sample; `value` is ours, `peer` theirs, and a ratio above 1 is ours worse."""
    season, (names, train, actual) = SEASONS[frequency], arrays(frequency)
    kept = peers(frequency, names)
    can = np.flatnonzero(~np.isnan(kept["AutoARIMA"]["mean"]).any(axis=1))
    rows = np.sort(np.random.default_rng(0).choice(can, SAMPLE[frequency], replace=False))
    train, actual = train[rows][:, ~np.isnan(train[rows]).all(axis=0)], actual[rows]
    try:
        theirs, costs = rerun(train, actual.shape[1], season)
    except (OSError, subprocess.SubprocessError) as problem:
        print(f"forecast: the peers could not be run beside ours: {problem}", file=sys.stderr)
        return
    ours, cost = timed(train, actual.shape[1], season)
    theirs["ensemble"], costs["ensemble"] = ensemble(theirs), sum(costs[m] for m in ENSEMBLE)
    here = scores(actual, train, ours, season)
    for model, made in theirs.items():
        there = scores(actual, train, made, season)
        about = f"forecast.side_by_side_{frequency}.{model}"
        for name, at in (("owa", 0), ("coverage_80", 1), ("coverage_95", 2), ("msis", 3)):
            yield figure(f"{about}.{name}", here[at], "ratio", there[at], np.inf)
        yield figure(f"{about}.cost", cost, "CPU s / 1000", costs[model], np.inf)
        again = np.abs(made["mean"] / kept[model]["mean"][rows] - 1)
        yield figure(f"{about}.same_as_kept", float((again < 0.01).mean()), "share within 1 %", None, (0.9, 1.0))


def timed(train: np.ndarray, horizon: int, season: int) -> tuple[dict[str, np.ndarray], float]:
    """Our points and bounds, and what they cost."""
    begun = time.process_time()
    made = predict(Panel(train, season), horizon)
    bounds = dict(zip(("lo_80", "hi_80", "lo_95", "hi_95"), (*made.interval(0.8), *made.interval(0.95)), strict=True))
    cost = (time.process_time() - begun) / len(train) * 1000
    return {"mean": made.forecast} | bounds, cost


def tourism() -> Iterator[dict]:
    """Six rolling origins, eight quarters each; the peer is ETS with MinT, and each level's own unreconciled
    forecasts."""
    by = ("state", "region", "purpose")
    table = pd.read_csv(SHARED / "tourism_au" / "australia_tourism.csv", parse_dates=["date_time"])
    table = table.set_axis(["period", "region", "state", "purpose", "amount"], axis=1).assign(whole=True)
    periods, rows, cost = sorted(table["period"].unique()), [], 0.0
    for back in (8, 12, 16, 20, 24, 28):
        known = table[table["period"] < periods[len(periods) - back]]
        begun = time.process_time()
        made = forecast(known, by, horizon=8, every="quarter")
        cost += time.process_time() - begun
        actual = table.pivot(index=list(by), columns="period", values="amount")[periods[-back:][:8]]
        keys = pd.MultiIndex.from_frame(made.nodes[list(by)].iloc[made.structure.aggregates :])
        whole = made.structure.add_up(actual.reindex(keys).to_numpy())
        mean, base = (made.table["mean"].to_numpy().reshape(-1, 8), made.base.to_numpy().reshape(-1, 8))
        history = made.history.to_numpy().T
        each = [measures.mase(whole, f, history, season_length=4) for f in (mean, base)]
        rows.append(pd.DataFrame({"level": made.nodes["level"].to_numpy(), "mase": each[0], "base": each[1]}))
    found = pd.concat(rows)
    levels = found.groupby("level").mean()
    yield figure("forecast.tourism.mase", found["mase"].mean(), "ratio", 0.934, 0.910)
    yield figure("forecast.tourism.cost", cost, "CPU s", 82.0, 8.0)
    yield figure("forecast.tourism.worst_level", (levels["mase"] / levels["base"]).max(), "ratio", None, 1.02)


def published_table() -> Iterator[dict]:
    """Overall RMSE of the last eight quarters by method, beside the same methods on ETS (FPP3 11.4)."""
    by = ("state", "region", "purpose")
    table = pd.read_csv(SHARED / "tourism_au" / "australia_tourism.csv", parse_dates=["date_time"])
    table = table.set_axis(["period", "region", "state", "purpose", "amount"], axis=1)
    wide = table.pivot(index=list(by), columns="period", values="amount")
    structure = grouped(wide.index.to_frame(index=False))
    values = structure.add_up(wide.to_numpy())
    made = predict(Panel(values[:, :-8], 4), 8, CHEAPER)
    for method, peer in (("bottom_up", 49.82), ("mint_shrink", 40.47), ("ols", 38.75), ("mint_level", 40.47)):
        found = reconcile(made.forecast, structure, method, deviation=made.deviation, residual=made.residual)
        rmse = float(measures.rmse(values[:, -8:], found).mean())
        yield figure(f"forecast.tourism_last.rmse_{method}", rmse, "thousand trips", peer, np.inf)
    rmse = float(measures.rmse(values[:, -8:], made.forecast).mean())
    yield figure("forecast.tourism_last.rmse_unreconciled", rmse, "thousand trips", 41.13, np.inf)
    yield from reconciled_as_published(values, structure)


def reconciled_as_published(values: np.ndarray, structure: Hierarchy) -> Iterator[dict]:
    """Our reconciliation of the ETS forecasts that the published table starts from, by level: within 2 % of it."""
    levels = structure.nodes["level"].to_numpy()
    try:
        points, fitted = ets(values[:, :-8], 8, 4)
    except (OSError, subprocess.SubprocessError) as problem:
        print(f"forecast: the published table could not be made again: {problem}", file=sys.stderr)
        return
    residual = values[:, :-8] - fitted
    deviation = np.repeat(np.abs(residual).mean(axis=1)[:, None], 8, axis=1)
    for method, published in PUBLISHED.items():
        found = reconcile(points, structure, method, deviation=deviation, residual=residual)
        rmse = pd.Series(measures.rmse(values[:, -8:], found)).groupby(levels).mean()
        for level, figure_there in zip(LEVELS, published, strict=True):
            about = f"forecast.published.{method}.{level.replace(' × ', '_') or 'total'}"
            yield figure(about, float(rmse[level]), "RMSE", figure_there, (0.98 * figure_there, 1.02 * figure_there))


LARGE = """
import resource, time, numpy as np, pandas as pd
from workbench.analytics.forecast import forecast
rng, months, per = np.random.default_rng(7), pd.date_range("2020-01-01", periods=60, freq="MS"), {shops}
at = np.arange(60)
season = 1 + 0.3 * np.sin(2 * np.pi * (at[None] + rng.integers(0, 12, (per, 1))) / 12)
values = rng.lognormal(6, 1, (per, 1)) * season * (1 + 0.005 * at) * rng.lognormal(0, 0.2, (per, 60))
shop = np.repeat(np.arange(per), 60)
rows = pd.DataFrame({{"period": np.tile(months, per), "shop": shop, "amount": values.ravel(), "whole": True}})
rows["region"] = rows["shop"] % 40
begun, wall = time.process_time(), time.perf_counter()
made = forecast(rows, ("region", "shop"), horizon=12)
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
print(time.perf_counter() - wall, time.process_time() - begun, memory)
"""


def large() -> Iterator[dict]:
    """10,000 made-up shops of 60 months in 40 regions, reconciled; a tenth of them tells whether cost is linear."""
    (wall, cpu, memory), (_, tenth, _) = (_large(shops) for shops in (10_000, 1_000))
    yield figure("forecast.large.wall", wall, "s", None, 90.0)
    yield figure("forecast.large.memory", memory, "GB", None, 2.0)
    yield figure("forecast.large.cost_growth", cpu / tenth, "ratio for 10 times the series", None, 12.0)


def _large(shops: int) -> list[float]:
    code = LARGE.format(shops=shops)
    text = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=600).stdout
    return [float(number) for number in text.split()]
