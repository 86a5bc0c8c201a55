"""A split as a report keeps it, and as it goes out to the owners of its parts: one row a node and period."""

from typing import Any

import pandas as pd

from workbench import crossings
from workbench.analytics.plan.parts.split_result import Conflict, Split, by_month
from workbench.analytics.results import Unknown
from workbench.ledger import plans

_MOST = 5_000  # parts beyond which only the levels are kept: nobody answers for so small a part
_ABOUT = ("expected", "chance", "before", "owner")


def issued(found: Split | Conflict | Unknown, *, chance: float | None = None) -> pd.DataFrame:
    """The plan for `vintages.issue(name="plan")`: the whole, each node of each level, and each part, with its months.

    Columns as ledger.plans.checked tells. `chance` is that of the whole. No rows where nothing was split.
    """
    if not isinstance(found, Split):
        return pd.DataFrame()
    whole = pd.DataFrame({
        "target": [found.amount], "before": [found.before], "chance": [chance],
        "expected": [found.table["expected"].sum(min_count=1) if "expected" in found.table else None],
    })  # fmt: skip
    frames = [_rows(found, (), whole, found.year_months[["target"]].T)]
    frames += [_rows(found, (level,), found.by[level], by_month(found, level)) for level in found.levels]
    if len(found.levels) > 1 and len(found.table) <= _MOST:
        frames.append(_rows(found, found.levels, found.table, found.months))
    return plans.checked(pd.concat([f.dropna(axis=1, how="all") for f in frames], ignore_index=True))


def _rows(found: Split, levels: tuple[str, ...], table: pd.DataFrame, months: pd.DataFrame) -> pd.DataFrame:
    """The rows of one level or crossing: the whole period first, then its months."""
    keys = [key if isinstance(key, tuple) else (key,) for key in table.index]
    named = pd.DataFrame([key[: len(levels)] for key in keys], columns=list(levels), index=range(len(keys)))
    named["level"] = crossings.joined(levels)
    named["node"] = [_node(key[: len(levels)]) for key in keys]
    named["unit"] = found.unit
    year = table.reset_index(drop=True)[["target", *(c for c in _ABOUT if c in table)]]
    whole = named.join(year).assign(every=found.period.name, period=found.period.first)
    held = months.reindex(table.index) if levels else months
    monthly = named.loc[named.index.repeat(held.shape[1])].assign(
        every="month", period=list(months.columns) * len(held), target=held.to_numpy(float).ravel()
    )
    return pd.concat([whole, monthly], ignore_index=True)


def _node(key: tuple[Any, ...]) -> str | None:
    """The name of a part; None where a single level's value is missing."""
    shown = ["–" if pd.isna(value) else str(value) for value in key]
    return None if len(key) == 1 and pd.isna(key[0]) else crossings.joined(shown)
