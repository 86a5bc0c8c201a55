"""The market: 200 segments counted from their accounts up, 10,000 draws each, with ranges and the tornado.

python -m tests.benchmarks market
"""

import time
from collections.abc import Iterator
from typing import Any

import pandas as pd

from tests.benchmarks import alone
from workbench.analytics.market.sizing import DRAWS, Known, Sizing, sizing
from workbench.settings.market import MarketSettings

SEGMENTS = 200
LIMIT = 2.0


def beliefs() -> MarketSettings:
    def around(middle: float) -> dict[str, float]:
        return {"low": middle * 0.7, "likely": middle, "high": middle * 1.4}

    segments = {
        f"S{i}": {"accounts": around(100.0 + i), "budget": around(1e4 + 50 * i), "serviceable": around(0.6),
                  "obtainable": around(0.1)}
        for i in range(SEGMENTS)
    }  # fmt: skip
    return MarketSettings.model_validate({"segments": segments, "top_down": {"serviceable": around(0.5)}})


def main() -> Iterator[dict[str, Any]]:
    """Seconds of one sizing, the better of three."""
    year = (pd.Timestamp(2025, 1, 1), pd.Timestamp(2025, 12, 31))
    known, told = Known(year, pd.Series({"": 1e7}), pd.Series({"": 1e9})), beliefs()
    taken = []
    for _ in range(3):
        began = time.perf_counter()
        found = sizing(told, known, draws=DRAWS)
        taken.append(time.perf_counter() - began)
    assert isinstance(found, Sizing)
    seconds = min(taken)
    yield alone.told(
        "market_sizing", seconds, "s", "2 s", seconds / LIMIT, 1, ok=seconds < LIMIT, segments=SEGMENTS, draws=DRAWS
    )
