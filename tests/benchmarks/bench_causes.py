"""Does the review name causes where nothing happened? Every part and quarter of the demo company but what was
planted.

The same test as for events, on regions, product lines, their crossings and the customers of each rep, called unusual at
5 %; then what is searched without an event (customers, products, win rate), quarter by quarter, where chance over all
of it may show one in 20 quarters.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from tests.analytics.review.demo import placebos, review_at

QUARTERS = pd.date_range("2023-07-01", "2026-07-01", freq="QS")
ENDS = pd.date_range("2024-03-31", "2026-09-30", freq="QE")


def main() -> Iterator[dict]:
    tested = pd.DataFrame([one for first in QUARTERS for one in placebos(first)], columns=["level", "p"])
    for level, part in [("all", tested), *tested.groupby("level")]:
        yield _told(f"causes.placebos.{level}", part["p"], (0.03, 0.07) if level == "all" else None)
    found = [review_at(str(day.date())).causes for day in ENDS]
    tried = pd.concat([one.tried for one in found])
    yield _told("causes.suspects", tried["p"], None)
    named = sum(bool(one.tried["named"].any()) for one in found)
    yield {"name": "causes.quarters_with_a_suspect", "value": named, "unit": f"of {len(found)} quarters", "peer": 0.05,
           "ratio": round(named / len(found) / 0.05, 2), "limit": 2, "ok": named <= 2}  # fmt: skip


def _told(name: str, p: pd.Series, limit: tuple[float, float] | None) -> dict:
    rate = float(np.mean(p < 0.05))
    ok = limit is None or limit[0] <= rate <= limit[1]
    return {"name": name, "value": round(rate, 4), "unit": f"called unusual at 5 %, of {len(p)}", "peer": 0.05,
            "ratio": round(rate / 0.05, 2), "limit": limit, "ok": ok}  # fmt: skip
