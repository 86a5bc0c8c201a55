"""The peers themselves, run beside ours on the same series in the same run: statsforecast in an environment of its own.

It wants pandas below 3, so it is installed under .cache/peers (peers.txt) when it is first asked for.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
FOLDER = HERE.parents[1] / ".cache" / "peers"
MODELS = ("AutoETS", "AutoCES", "DOT", "AutoARIMA")
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")
Made = dict[str, np.ndarray]


def rerun(train: np.ndarray, horizon: int, season: int) -> tuple[dict[str, Made], dict[str, float]]:
    """Forecasts with their bounds, and CPU seconds of one thread for 1,000 series, by model; OSError or
    CalledProcessError where the environment cannot be made."""
    table = _asked(train, horizon, season, fitted=False)
    columns = ("mean", "lo_80", "hi_80", "lo_95", "hi_95")
    forecasts = {model: {c: table[f"{model}.{c}"] for c in columns} for model in MODELS}
    return forecasts, {model: float(table[f"{model}.cost"]) / len(train) * 1000 for model in MODELS}


def ets(train: np.ndarray, horizon: int, season: int) -> tuple[np.ndarray, np.ndarray]:
    """Points and in-sample forecasts of ETS with additive season; errors as of `rerun`."""
    table = _asked(train, horizon, season, fitted=True)
    return table["mean"], table["fitted"]


def _asked(train: np.ndarray, horizon: int, season: int, *, fitted: bool) -> Made:
    python = _environment()
    with tempfile.TemporaryDirectory() as folder:
        asked, made = Path(folder) / "asked.npz", Path(folder) / "made.npz"
        np.savez(asked, train=train, horizon=horizon, season=season, fitted=fitted)
        asking = [str(python), str(HERE / "peer_models.py"), str(asked), str(made)]
        subprocess.run(asking, check=True, env=os.environ | ONE_THREAD, timeout=1800)
        with np.load(made) as found:
            return {name: np.asarray(found[name]) for name in found.files}


def ensemble(made: dict[str, Made], models: tuple[str, ...] = MODELS) -> Made:
    """The median of the models, bounds too."""
    return {c: np.median([made[m][c] for m in models], axis=0) for c in made[models[0]]}


def _environment() -> Path:
    python = FOLDER / "bin" / "python"
    ready = FOLDER / "ready"
    if not ready.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(FOLDER)], check=True, timeout=300)
        install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(HERE / "peers.txt")]
        subprocess.run([str(python), *install], check=True, timeout=1200)
        ready.touch()
    return python
