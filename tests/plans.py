"""A small plan that adds up: regions by channels by months, with owners whose names are hostile."""

from collections.abc import Callable
from itertools import product

import pandas as pd

MONTHS = pd.date_range("2027-01-01", periods=12, freq="MS")
CELLS = {
    ("East", "direct"): 600_000,
    ("East", "partner"): 300_000,
    ("North", "direct"): 250_000,
    ("North", "partner"): 150_000,
    ("Abroad", "direct"): 0,
    ("Abroad", "partner"): 200_000,
}
OWNERS = {"East": "王芳", "North": "=HYPERLINK(1)/../x", "Abroad": None}


def plan(
    cells: dict[tuple[str, str], int] | None = None, *, unit: float = 1000.0, months: bool = True, crossed: bool = True
) -> pd.DataFrame:
    """One row a node and period, as a report would issue it. Sums of `cells`, each a multiple of the unit."""
    cells = CELLS if cells is None else cells
    regions, channels = (list(dict.fromkeys(key[at] for key in cells)) for at in (0, 1))
    nodes: list[tuple[str, str, str | None, str | None]] = [("", "", None, None)]
    nodes += [("region", r, r, None) for r in regions] + [("channel", c, None, c) for c in channels]
    nodes += [("region × channel", f"{r} × {c}", r, c) for r, c in product(regions, channels)] if crossed else []
    rows = []
    for level, node, region, channel in nodes:
        held = {k: v for k, v in cells.items() if region in (None, k[0]) and channel in (None, k[1])}
        owner = OWNERS.get(node) if level == "region" else None
        row = {"level": level, "node": node, "region": region, "channel": channel, "owner": owner, "unit": unit}
        total = float(sum(held.values()))
        rows.append(
            {**row, "every": "year", "period": MONTHS[0], "target": total, "expected": total * 0.97, "chance": 0.6,
             "before": total * 0.9}
        )  # fmt: skip
        by_month = [sum(_months(v, unit)[m] for v in held.values()) for m in range(12)] if months else []
        rows += [{**row, "every": "month", "period": MONTHS[m], "target": v} for m, v in enumerate(by_month)]
    return pd.DataFrame(rows)


def at(frame: pd.DataFrame, node: str) -> int:
    """The row of a node's whole period."""
    return int(frame.index[(frame["node"] == node) & (frame["every"] == "year")][0])


def adds_up(frame: pd.DataFrame) -> Callable[[], bool]:
    """Whether every sum over parts and months is exact to the cent, worked out anew."""
    cents = (frame["target"] * 100).round().astype("int64")
    whole = cents[(frame["level"] == "") & (frame["every"] == "year")].item()
    year, month = frame["every"] == "year", frame["every"] == "month"

    def check() -> bool:
        for level in frame["level"].unique():
            own = frame["level"] == level
            if cents[own & year].sum() != whole or (month.any() and cents[own & month].sum() != whole):
                return False
        for node, own in frame.groupby("node"):
            total = cents[own.index][own["every"] == "year"].item()
            if month.any() and cents[own.index][own["every"] == "month"].sum() != total:
                return False
            for name in ("region", "channel"):
                inner = frame[(frame[name] == node) & (frame["level"] == "region × channel") & year]
                if len(inner) and cents[inner.index].sum() != total:
                    return False
        return True

    return check


def _months(amount: int, unit: float) -> list[float]:
    steps = round(amount / unit)
    return [unit * (steps // 12 + (m < steps % 12)) for m in range(12)]
