"""Tiered commission, exact to the cent: each slice of attainment pays its own rate."""

from collections.abc import Sequence
from decimal import Decimal

import numpy as np
import pandas as pd

from workbench.analytics.forecast.panel import Array
from workbench.errors import ParameterError
from workbench.settings.plan import Pay, Tier

MILESTONE = 0.5  # of a quarter's target
_PARTS = 1_000_000  # a rate is held as whole millionths
_MOST_CENTS = 9_000_000_000_000  # × a million still fits 64 bits


def commission(sales: Array | float, quota: Array | float, pay: Pay) -> Array:
    """Commission in money, rounded half up to the cent once a person; sales and quota broadcast.

    Slice k, from its tier's attainment to the next one's (of quota), pays rate k of the sales in it; below the first
    tier and above the cap nothing. Reckoned in whole cents and millionths, so that no sum depends on its order.
    """
    sold, aim = (np.rint(np.asarray(x, dtype=float) * 100) for x in (sales, quota))
    if max(np.abs(sold).max(initial=0), np.abs(aim).max(initial=0)) > _MOST_CENTS:
        raise ParameterError("pay", ["a person's sales or quota is above 90 billion; give money in a larger unit"])
    sold, aim = np.broadcast_arrays(sold, aim)
    total = np.zeros(sold.shape, dtype=np.int64)
    for tier, end in zip(pay.tiers, _ends(pay), strict=True):
        low = np.rint(aim * tier.attainment)
        high = np.inf if end is None else np.rint(aim * end)
        inside = np.clip(np.minimum(sold, high) - low, 0, None).astype(np.int64)
        total += inside * int(Decimal(str(tier.rate)) * _PARTS)
    return np.asarray((total + _PARTS // 2) // _PARTS / 100)


def curve(pay: Pay, quota: float, levels: Sequence[float]) -> pd.DataFrame:
    """Pay at each attainment of one quota: index attainment; columns sales, commission, rate (of sales), marginal."""
    at = np.asarray(levels, dtype=float)
    paid = commission(at * quota, quota, pay)
    table = pd.DataFrame({"sales": at * quota, "commission": paid}, index=pd.Index(at, name="attainment"))
    table["rate"] = table["commission"] / table["sales"].where(table["sales"] > 0)
    return table.assign(marginal=[marginal(pay, float(level)) for level in at])


def marginal(pay: Pay, attainment: float) -> float:
    """The rate that one more piece of sales pays at this attainment."""
    inside = [t for t, end in zip(pay.tiers, _ends(pay), strict=True) if _within(t, end, attainment)]
    return inside[-1].rate if inside else 0.0


def milestone_reached(sold: float, target: float) -> bool:
    """Whether half of the quarter's target, or more, is sold."""
    return sold >= MILESTONE * target


def _ends(pay: Pay) -> list[float | None]:
    starts = [tier.attainment for tier in pay.tiers]
    ends: list[float | None] = [*starts[1:], None]
    if pay.cap is None:
        return ends
    return [pay.cap if end is None else min(end, pay.cap) for end in ends]


def _within(tier: Tier, end: float | None, attainment: float) -> bool:
    return tier.attainment <= attainment and (end is None or attainment < end)
