"""Run by peers.py in an environment of its own, which has statsforecast and not this package: forecasts of the peers.

    python peer_models.py asked.npz made.npz

asked: train (series, time; NaN before a series begins), horizon, season, fitted. made: for each model its points, its
bounds and the CPU seconds of one thread that they took together; where fitted is asked for, instead the points and
in-sample forecasts of ETS with additive season, as the published table of reconciled tourism has it.
"""

import sys
import time

import numpy as np
from statsforecast.models import AutoARIMA, AutoCES, AutoETS, DynamicOptimizedTheta

MODELS = {"AutoETS": AutoETS, "AutoCES": AutoCES, "DOT": DynamicOptimizedTheta, "AutoARIMA": AutoARIMA}
BOUNDS = {"mean": "mean", "lo_80": "lo-80", "hi_80": "hi-80", "lo_95": "lo-95", "hi_95": "hi-95"}


def main(asked: str, made: str) -> None:
    given = np.load(asked)
    horizon, season = int(given["horizon"]), int(given["season"])
    series = [row[~np.isnan(row)].astype(np.float64) for row in given["train"]]
    if given["fitted"]:
        ets = [AutoETS(season_length=season, model="ZZA").forecast(y=y, h=horizon, fitted=True) for y in series]
        np.savez(made, **{name: np.stack([row[name] for row in ets]) for name in ("mean", "fitted")})
        return
    found = {}
    for name, model in MODELS.items():
        model(season_length=season).forecast(y=series[0], h=horizon, level=[80, 95])  # what a first call costs is ours
        begun = time.process_time()
        rows = [model(season_length=season).forecast(y=y, h=horizon, level=[80, 95]) for y in series]
        found[f"{name}.cost"] = np.array(time.process_time() - begun)
        found |= {f"{name}.{ours}": np.stack([row[theirs] for row in rows]) for ours, theirs in BOUNDS.items()}
    np.savez(made, **found)


if __name__ == "__main__":
    main(*sys.argv[1:])
