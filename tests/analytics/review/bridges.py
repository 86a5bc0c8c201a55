"""Small frames of sales that the tests of the bridges share."""

import numpy as np
import pandas as pd

from workbench.analytics.plan.period import PlanPeriod, period
from workbench.analytics.tracking.goals import Goals
from workbench.periods import Calendar

CALENDAR = Calendar()
QUARTER = period(CALENDAR, pd.Timestamp("2026-07-15"), "last quarter")  # April to June 2026
YEAR = period(CALENDAR, pd.Timestamp("2026-01-15"), "last year")


def quarters(count: int = 14, last: str = "2026-04-01") -> pd.DatetimeIndex:
    return pd.date_range(end=last, periods=count, freq="QS")


def sold(amounts: dict[str | None, list[float]], level: str = "region", last: str = "2026-04-01") -> pd.DataFrame:
    """Sales by quarter and node; the lists end with the quarter `last`."""
    frames = [
        pd.DataFrame({"period": quarters(len(values), last), level: node, "amount": values})
        for node, values in amounts.items()
    ]
    made = pd.concat(frames, ignore_index=True).sort_values("period", kind="stable", ignore_index=True)
    return made.assign(whole=True)


def lines(rows: list[tuple], by: tuple[str, ...] = ("product",), planned: PlanPeriod = QUARTER) -> pd.DataFrame:
    """Sales of two periods: rows of "now" or "before", the levels, quantity, price (or, where that is a tuple of one,
    the amount)."""
    frame = pd.DataFrame(rows, columns=["span", *by, "quantity", "price"])
    frame["amount"] = [
        p[0] if isinstance(p, tuple) else q * p for q, p in zip(frame["quantity"], frame["price"], strict=True)
    ]
    starts = {"now": planned.first, "before": planned.before[0]}
    return frame.assign(period=frame["span"].map(starts), whole=True).drop(columns=["span", "price"])


def targets(amounts: dict[str, float], level: str = "region", planned: PlanPeriod = QUARTER) -> Goals:
    """Targets by node; "" is the whole."""
    names = pd.Index(list(amounts), name="node")
    nodes = pd.DataFrame({"level": [level if n else "" for n in names], "owner": None}, index=names)
    nodes[level] = [n or pd.NA for n in names]
    amount = pd.Series(amounts, dtype=float).rename_axis("node")
    months = pd.DataFrame(dict.fromkeys(planned.months, amount / 3))
    return Goals(period=planned, source="table", version=None, nodes=nodes, amount=amount, months=months, spread="")


def steady(level: float, growth: float, noise: float, seed: int, count: int = 14) -> list[float]:
    """Quarters that grow by `growth` a year and scatter by `noise` (standard deviations of the logarithm)."""
    rng = np.random.default_rng(seed)
    return list(np.round(level * (1 + growth) ** (np.arange(count) / 4) * np.exp(rng.normal(0, noise, count)), 2))
