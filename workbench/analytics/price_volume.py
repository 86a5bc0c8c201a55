"""Price, volume and mix of cells (items, or items within nodes), by each of the ways in which it is done.

A cell has quantity and amount, now and before; p = amount / quantity is the price that was got, 0 before, 1 now.
"""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.analytics.factors import log_mean

Array = NDArray[np.float64]
Codes = NDArray[np.int64]
KINDS = ("both", "new", "lost", "placed", "other")  # placed: new or lost in single nodes only; review.mix tells
UNLIKE = 1.0  # coefficient of variation of unit prices above which adding quantities compares unlike things
CONVENTIONS = ("three_way", "before_prices", "now_prices", "joint", "shapley", "lmdi")


def kinds(cells: pd.DataFrame) -> pd.Series:
    """Whether each row is "both", "new", "lost" or "other", a category.

    `cells`: quantity, quantity_before, amount, amount_before.

    Without a row in one span (amount 0, no quantity) it is new or lost; what has no amount and quantity above 0 in a
    span in which it has rows (returns, adjustments, unknown quantities) is other.
    """
    now, before = ((cells[f"amount{s}"] > 0) & (cells[f"quantity{s}"] > 0) for s in ("", "_before"))
    absent, absent_before = ((cells[f"amount{s}"] == 0) & ~(cells[f"quantity{s}"].abs() > 0) for s in ("", "_before"))
    new, lost = absent_before & (cells["amount"] > 0), absent & (cells["amount_before"] > 0)
    told = np.select([now & before, new, lost], [0, 1, 2], len(KINDS) - 1)
    return pd.Series(pd.Categorical.from_codes(pd.Index(told), pd.Index(KINDS)), cells.index)


def unlike(both: pd.DataFrame, groups: Codes | None = None) -> bool:
    """Whether what would be added up is unlike: unit prices before deviate (from their group's mean, weighted by
    quantity) by more than the mean."""
    if both.empty:
        return False
    quantity, amount = both["quantity_before"].to_numpy(float), both["amount_before"].to_numpy(float)
    at = np.zeros(len(both), int) if groups is None else groups
    mean = (_summed(amount, at) / _summed(quantity, at))[at]
    variance = (quantity * (amount / quantity - mean) ** 2).sum() / quantity.sum()
    return bool(variance > (UNLIKE * amount.sum() / quantity.sum()) ** 2)


def effects(both: pd.DataFrame, nested: dict[str, Codes], base: str = "") -> pd.DataFrame:
    """price, volume and a column of mix for each level, which sum to each cell's change exactly.

        price    (p1 - p0) × q1                          the quantities of now at the change in price
        volume   p0 × q0 × (B1 / B0 - 1)                 every cell grows as the quantity of its `base` node does
        mix of a level   p0 × q0 × (N1 / N0 - U1 / U0)   its node N grows otherwise than the node U above it does

    `both`: cells sold in both spans. `nested`: codes of each cell's node by level, from broad to fine, the cells
    themselves not named; their own mix is column "mix". `base`: the level within whose nodes quantities are added up;
    "" adds all of them, and the 3-way split of management accounting is the case without levels (sales quantity and
    sales mix variance). Summed over any node of any level, the parts of its own cells remain exact.
    """
    q0, q1 = both["quantity_before"].to_numpy(float), both["quantity"].to_numpy(float)
    a0, a1 = both["amount_before"].to_numpy(float), both["amount"].to_numpy(float)
    whole = {"": np.zeros(len(both), int)}
    chain = list((whole | nested).items())
    start = [name for name, _ in chain].index(base)
    grown = {name: _grown(q0, q1, codes) for name, codes in chain[start:]}
    found: dict[str, Array] = {"volume": a0 * (grown[base] - 1)}
    above = grown[base]
    for name, _ in chain[start + 1 :]:
        found[f"mix_{name}"] = a0 * (grown[name] - above)
        above = grown[name]
    own = q1 / q0 if len(both) else q0
    found["mix"] = a0 * (own - above)
    return pd.DataFrame({"price": a1 - a0 * own, **found}, both.index)


def by_convention(both: pd.DataFrame) -> pd.DataFrame:
    """Index the ways to split the same change, columns price, volume, mix, joint: what each of them says.

    three_way: see `effects` without levels · before_prices: price at quantities now, volume at prices before (mix
    within it) · now_prices: price at quantities before, volume at prices now · joint: each at the other's before,
    what belongs to both apart (published "mix" terms are often this one) · shapley: the joint term halved ·
    lmdi: shared by the logarithmic mean (Ang 2005). NaN where a convention has no such term.
    """
    q0, q1 = both["quantity_before"].to_numpy(float), both["quantity"].to_numpy(float)
    a0, a1 = both["amount_before"].to_numpy(float), both["amount"].to_numpy(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        p0, p1 = a0 / q0, a1 / q1
        logs = log_mean(a1, a0)
        price, volume, joint = ((p1 - p0) * q0).sum(), (p0 * (q1 - q0)).sum(), ((p1 - p0) * (q1 - q0)).sum()
        lmdi = float((logs * np.log(p1 / p0)).sum())
    three = effects(both, {}).sum()
    none = np.nan
    rows: dict[str, tuple[Any, ...]] = {
        "three_way": (three["price"], three["volume"], three["mix"], none),
        "before_prices": (price + joint, volume, none, none),
        "now_prices": (price, volume + joint, none, none),
        "joint": (price, volume, none, joint),
        "shapley": (price + joint / 2, volume + joint / 2, none, none),
        "lmdi": (lmdi, price + volume + joint - lmdi, none, none),
    }
    return pd.DataFrame(rows, index=["price", "volume", "mix", "joint"]).T.rename_axis("convention")


def _grown(q0: Array, q1: Array, codes: Codes) -> Array:
    """Quantity now over before of each cell's node."""
    return np.asarray((_summed(q1, codes) / _summed(q0, codes))[codes]) if len(codes) else q0


def _summed(values: Array, codes: Codes) -> Array:
    return np.bincount(codes, values).astype(float)
