"""From a split by parts to what each team's people are to bring, where the split does not name teams itself."""

import numpy as np
import pandas as pd

from workbench.analytics.plan.parts.rounding import largest_remainder
from workbench.analytics.plan.parts.split_result import Split


def team_targets(split: Split, sold: pd.DataFrame, level: str = "team") -> pd.Series | float:
    """Money by team that sums to the split's amount to the unit; the whole amount where nothing tells teams apart.

    `sold`: sales with a column for `level` and for levels of the split, and amount. Each part's target goes to the
    teams by who sold in it; of the split's levels the one that tells teams apart best is taken (the largest share of
    its parts' sales made by one team each). A split by team is taken as it is.
    """
    if level in split.by:
        return split.by[level]["target"]
    tables = {at: _shares(sold, at, level) for at in split.levels if {at, level, "amount"} <= set(sold)}
    told = {at: table for at, table in tables.items() if len(table) and len(table.columns) > 1}
    if not told:
        return split.amount
    best = max(told, key=lambda at: _purity(split, at, told[at]))
    wanted = split.by[best]["target"].reindex(told[best].index).fillna(0.0) @ told[best]
    units = round(split.amount / split.unit)
    made = largest_remainder(wanted.to_numpy(float) / wanted.sum() * units, units)
    return pd.Series(made * split.unit, index=wanted.index.rename(level), name="target").round(2)


def _shares(sold: pd.DataFrame, at: str, level: str) -> pd.DataFrame:
    """Index parts, columns teams: the share of each part's sales that each team made."""
    known = sold.dropna(subset=[at, level])
    wide = known.pivot_table(index=at, columns=level, values="amount", aggfunc="sum", fill_value=0.0).clip(lower=0)
    whole = wide.sum(axis=1)
    return wide[whole > 0].div(whole[whole > 0], axis=0)


def _purity(split: Split, at: str, shares: pd.DataFrame) -> float:
    """Share of the target in parts' leading teams; a level that is all one part tells nothing."""
    target = split.by[at]["target"].reindex(shares.index).fillna(0.0)
    return float((shares.max(axis=1) * target).sum() / max(target.sum(), np.finfo(float).tiny))
