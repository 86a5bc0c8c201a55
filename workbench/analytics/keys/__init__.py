"""Every finding that analytics may return, by key, with the names of its values: the phrases are written from this.

Values are in base units: money in the company's currency, ratios as 0.05, points as a difference of two ratios, periods
and days as pd.Timestamp. A value is None where it is unknown. Words that recur:

`direction`  "up", "down" or "same"
`span`       periods.Spans.name: "year_to_date", "last_12_months" or "quarter"
`every`      length of a period: "day", "week", "month", "quarter" or "year"
`node`       a value of `level` or `by` (a region, a customer); None is the missing one
`section`    the function that could not answer: "totals", "growth", "breakdown", "bridge", "concentration", "season",
             "scorecard"
`judged`     how a decision was judged: "noise" (against the node's own months), "interval" (95 % interval) or "size"
"""

from typing import Any

import pandas as pd

from workbench.analytics.keys import customers, forecast, funnel, history, kpis, market, plan, review, tracking
from workbench.findings import Finding

KEYS: dict[str, tuple[str, ...]] = {
    **customers.KEYS,
    **forecast.KEYS,
    **funnel.KEYS,
    **history.KEYS,
    **kpis.KEYS,
    **market.KEYS,
    **plan.KEYS,
    **review.KEYS,
    **tracking.KEYS,
}


def fact(key: str, *, weight: float = 0.0, about: Any = None, **values: Any) -> Finding:
    """A finding with plain Python values, None where unknown; `about` is the node it is about."""
    if set(values) != set(KEYS[key]):  # a phrase would miss a value, or a value would never be said
        raise TypeError(f"{key} has values {sorted(KEYS[key])}, not {sorted(values)}")
    subject = "" if _plain(about) is None else str(about)
    weight = float(abs(weight)) if pd.notna(weight) else 0.0
    return Finding(key, {name: _plain(value) for name, value in values.items()}, weight, subject)


def direction(change: float | None) -> str:
    """The sign as a word: up, down or same."""
    if change is None or pd.isna(change) or change == 0:
        return "same"
    return "up" if change > 0 else "down"


def _plain(value: Any) -> Any:
    if isinstance(value, tuple | list | str):
        return value
    return None if pd.isna(value) else getattr(value, "item", lambda: value)()
