"""What nodes are called: a region and a team of one name are two nodes, and a node has one name wherever it is told."""

from collections.abc import Collection, Hashable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench import crossings

if TYPE_CHECKING:
    from workbench.analytics.tracking.goals import Goals

VALUES = " / "  # between the values of a crossing, likewise

Key = tuple[tuple[str, str], ...]


def key(row: Mapping[Hashable, Any]) -> Key:
    """What a node is, whatever it is called: its levels, each with its value; nothing for the whole."""
    named = crossings.parts(str(row["level"] or ""))
    return tuple(sorted((level, "" if pd.isna(row.get(level)) else str(row[level])) for level in named))


def keys(nodes: pd.DataFrame) -> list[Key]:
    """The same of each row: columns level and one per level."""
    return [key(row) for row in nodes.to_dict("records")]


def plain(row: Mapping[Hashable, Any]) -> str:
    """A node's values, joined for a crossing; "" for the whole."""
    named = crossings.parts(str(row["level"] or ""))
    return VALUES.join("" if pd.isna(row[level]) else str(row[level]) for level in named)


def apart(names: Collection[str], levels: Collection[str]) -> pd.Index:
    """Names of which each stands for one node: "East (region)" where there is a team East, too."""
    twice = pd.Series(list(names), dtype=object).duplicated(keep=False)
    told = [f"{name} ({level})" if again else name for name, level, again in zip(names, levels, twice, strict=True)]
    return pd.Index(told, name="node", dtype=object)


def as_in(found: "Goals", nodes: pd.DataFrame) -> "Goals":
    """Targets by the names that their nodes have in `nodes` (as Course.nodes); none has another node's name."""
    theirs, taken = dict(zip(keys(nodes), nodes.index, strict=True)), set(nodes.index)
    own = zip(keys(found.nodes), found.nodes.index, found.nodes["level"], strict=True)
    named = [theirs.get(k, f"{name} ({level})" if name in taken else name) for k, name, level in own]
    index = pd.Index(named, name="node", dtype=object)
    return replace(
        found,
        nodes=found.nodes.set_axis(index, axis=0),
        amount=found.amount.set_axis(index),
        months=found.months.set_axis(index, axis=0),
        since=found.since.set_axis(index) if len(found.since) else found.since,
    )
