"""Small frames that the analytics tests share, and how they read what a result says."""

from collections.abc import Iterable

import pandas as pd

from workbench.analytics.results import Result
from workbench.periods import Spans

YEAR = Spans("year_to_date", (pd.Timestamp("2025-01-01"), pd.Timestamp("2025-12-31")),
             (pd.Timestamp("2024-01-01"), pd.Timestamp("2024-12-31")))  # fmt: skip


def months(amounts: Iterable[float], first: str = "2023-01-01", whole: Iterable[bool] | None = None) -> pd.DataFrame:
    """A frame of sales by month."""
    values = list(amounts)
    period = pd.date_range(first, periods=len(values), freq="MS")
    complete = [True] * len(values) if whole is None else list(whole)
    return pd.DataFrame({"period": period, "amount": values, "returns": 0.0, "whole": complete})


def spans_of(now: dict, before: dict, node: str = "region", measure: str = "amount") -> pd.DataFrame:
    """A frame of two spans by node."""
    rows = [("now", k, v) for k, v in now.items()] + [("before", k, v) for k, v in before.items()]
    return pd.DataFrame(rows, columns=["span", node, measure])


def items(before: dict[str, tuple[float, float]], now: dict[str, tuple[float, float]]) -> pd.DataFrame:
    """Two spans by product, from {product: (quantity, price)}."""
    rows = [(span, k, q * p, q) for span, side in (("before", before), ("now", now)) for k, (q, p) in side.items()]
    return pd.DataFrame(rows, columns=["span", "product", "amount", "quantity"])


def said(result: Result, key: str) -> dict:
    """The values of one finding or decision."""
    found = [f.values for f in (*result.findings, *result.decisions) if f.key == key]
    assert found, f"{key} was not said; there are {[f.key for f in (*result.findings, *result.decisions)]}"
    return found[0]


def keys_of(result: Result) -> list[str]:
    return [f.key for f in (*result.findings, *result.decisions)]
