"""An analyst's own model: two functions and a name make it compete in the backtest, the combination and the
evidence."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from workbench.analytics.forecast.panel import Array, Panel

_FAILS = (ValueError, ArithmeticError, IndexError, KeyError, RuntimeError)


@dataclass(frozen=True)
class Model:
    """`fit(history, season_length)` gives anything; `simulate(fitted, horizon, paths, rng)` gives (paths, horizon).

    `history` is one series without gaps, oldest first. The mean of the paths is its forecast; a series on which it
    fails or gives no finite number keeps the other members' median, and the rest of the run goes on.
    """

    name: str
    fit: Callable[[Array, int], Any]
    simulate: Callable[[Any, int, int, np.random.Generator], Array]

    def forecast(self, panel: Panel, horizon: int, *, paths: int = 100) -> Array:
        """(series, horizon), NaN where the model failed."""
        return np.stack(
            [self._one(series[~np.isnan(series)], panel.season_length, horizon, paths) for series in panel.values]
        )

    def _one(self, history: Array, season_length: int, horizon: int, paths: int) -> Array:
        try:
            found = self.simulate(self.fit(history, season_length), horizon, paths, np.random.default_rng(0))
            return np.asarray(found, float).reshape(-1, horizon).mean(axis=0)
        except _FAILS:
            return np.full(horizon, np.nan)
