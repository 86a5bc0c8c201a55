"""A plan as a report keeps it: one row a node and period, and how its rows are named in workbooks and in the ledger."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbench import crossings
from workbench.errors import DataError
from workbench.ledger.version import Entry, Node, digest

if TYPE_CHECKING:
    import pandas as pd

NEEDED = ("level", "node", "period", "every", "target")
OPTIONAL = ("expected", "chance", "owner", "unit", "before")
LENGTH = {"day": 1, "week": 7, "month": 30, "quarter": 90, "year": 365}


def checked(frame: pd.DataFrame) -> pd.DataFrame:
    """The plan with all its columns, those of `OPTIONAL` missing where they are not given; DataError for what is wrong.

    A row is a node in a period: `level` ("" for the whole; names joined by " × " for a crossing), a column for each
    level with the node's value (for a single level, `node` will do), `period` (first day), `every`, `target` (money).
    """
    if lacking := [name for name in NEEDED if name not in frame]:
        raise DataError("the plan", [f"it has no column '{name}'" for name in lacking])
    made = frame.reset_index(drop=True)
    made = made.assign(level=made["level"].fillna("").astype(str), every=made["every"].astype(str))
    made = made.assign(**{name: None for name in OPTIONAL if name not in made})
    named = {joined: crossings.parts(joined) for joined in made["level"].unique()}
    for level in dict.fromkeys(level for each in named.values() for level in each):
        if level not in made:
            made[level] = made["node"].where(made["level"] == level)
    problems = [f"row {at}: its target is {value}" for at, value in made["target"].items() if not _is_money(value)]
    crossed = [joined for joined, each in named.items() if len(each) > 1 and not set(each) <= set(frame)]
    problems += [f"level '{level}' is a crossing, so each of its levels needs a column" for level in sorted(crossed)]
    if not problems:
        counts = Counter(keys(made))
        problems = [f"{dict(key[0])} stands twice in one period" for key, count in counts.items() if count > 1][:5]
    if problems:
        raise DataError("the plan", problems)
    return made


def named(row: Mapping[str, Any]) -> str:
    """What a plan's row is called in messages."""
    return "the whole" if row["level"] == "" else _known(row["node"]) or "(not given)"


def node_of(row: Mapping[str, Any]) -> Node:
    """The node of a plan's row."""
    return tuple((level, _known(row[level])) for level in crossings.parts(row["level"]))


def keys(plan: pd.DataFrame) -> list[tuple[Any, ...]]:
    """What tells each row from all others."""
    days = plan["period"].dt.date
    found: dict[Any, tuple[Any, ...]] = {}
    for joined, own in plan.groupby("level", sort=False):
        names = sorted(crossings.parts(str(joined)))
        nodes = zip(*(_texts(own[name]) for name in names), strict=True) if names else ((),) * len(own)
        held = zip(nodes, own["every"].tolist(), days[own.index].tolist(), strict=True)
        made = [(tuple(zip(names, node, strict=True)), str(every), day) for node, every, day in held]
        found.update(zip(own.index, made, strict=True))
    return [found[at] for at in plan.index]


def records(plan: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows as dictionaries."""
    columns = [plan[name].tolist() for name in plan.columns]  # a column at once: much faster than a row at a time
    return [dict(zip(plan.columns, row, strict=True)) for row in zip(*columns, strict=True)]


def ids(plan: pd.DataFrame) -> list[str]:
    """A short name of each row that also tells which plan it is of: P1a2b3c4d-5e6f7a8b9c."""
    of_plan = digest_of(plan)[:8]
    return [f"P{of_plan}-{hashlib.blake2b(repr(key).encode(), digest_size=5).hexdigest()}" for key in keys(plan)]


def digest_of(plan: pd.DataFrame) -> str:
    """A fingerprint of the plan's targets, whatever the order of its rows."""
    rows = sorted((repr(k), round(float(t), 2)) for k, t in zip(keys(plan), plan["target"], strict=True))
    return digest(rows)


def totals(plan: pd.DataFrame) -> pd.DataFrame:
    """The rows of the whole planned period: those of the longest `every`."""
    longest = max(plan["every"].unique(), key=lambda every: LENGTH.get(every, 0))
    return plan[plan["every"] == longest]


def entries(plan: pd.DataFrame, scope: Mapping[str, str], *, column: str = "target") -> tuple[Entry, ...]:
    """The plan's rows as the ledger keeps them; `reason` and `draft` where the plan has such columns."""
    made = []
    for row in records(plan):
        draft: Any = row.get("draft")
        made.append(Entry(
            (*scope.items(), *node_of(row)), row["every"], row["period"].date(), round(float(row[column]), 2),
            _known(row.get("owner")) or "", round(float(draft), 2) if _is_money(draft) else None,
            _known(row.get("reason")) or "",
        ))  # fmt: skip
    return tuple(made)


def _texts(values: pd.Series) -> list[str | None]:
    """Values as text, None where they are missing."""
    return [str(v) if there else None for v, there in zip(values.tolist(), values.notna().tolist(), strict=True)]


def _known(value: Any) -> str | None:
    import pandas as pd

    return None if value is None or pd.isna(value) else str(value)


def _is_money(value: Any) -> bool:
    return isinstance(value, int | float) and value == value and abs(value) < 1e15
