"""What a person must decide: nodes whose forecast is not to be trusted as it stands, and what to do about each."""

from collections.abc import Iterator
from typing import cast

import numpy as np
import pandas as pd

from workbench import crossings
from workbench.analytics.forecast.result import Forecast
from workbench.analytics.keys import fact
from workbench.findings import Finding
from workbench.periods import PER_YEAR, Calendar, Every

MOST, LEAST_SHARE = 5, 0.02  # decisions; share of the whole below which a node is not worth one


def doubts(found: Forecast, calendar: Calendar) -> tuple[Finding, ...]:
    """At most 5, by the money they touch: nodes of single levels, then crossed ones that are in none of those."""
    single = {row: (level, found.nodes[level].iloc[row]) for level, rows in levels(found) for row in rows}
    serious = [bool(set(r) - {"filled"}) for r in found.nodes["reasons"]]
    bottom = range(found.structure.aggregates, len(found.nodes))
    crossed = [row for row in bottom if serious[row] and row not in single]
    named = {place for row, place in single.items() if serious[row]}
    inside = [row for row in crossed if not named & set(_places(found, row))]
    size = found.nodes["amount"].abs()
    whole = float(size.iloc[found.structure.aggregates :].sum())
    large = [row for row in (*single, *inside) if serious[row] and size.iloc[row] > LEAST_SHARE * whole]
    largest = sorted(large, key=lambda row: -size.iloc[row])[:MOST]
    span = found.periods[0], calendar.end_of(found.periods[-1], cast("Every", found.every))
    return tuple(_doubt(found, row, _at(found, row, single), whole, span) for row in largest)


def _at(found: Forecast, row: int, single: dict[int, tuple[str, object]]) -> tuple[tuple[str, str], ...]:
    """Pairs of level and node: of a node of one level that one alone, not the broader ones that it lies in."""
    places = _places(found, row)
    return tuple(p for p in places if row not in single or p[0] == single[row][0])


def _doubt(
    found: Forecast,
    row: int,
    places: tuple[tuple[str, str], ...],
    whole: float,
    span: tuple[pd.Timestamp, pd.Timestamp],
) -> Finding:
    """Whoever leads the first of `places` decides; `reason` is the most serious, which tells what is
    to be decided."""
    node, total = found.nodes.index[row], found.total(found.nodes.index[row])
    amount, why, season = float(total["mean"]), found.nodes["reasons"].iloc[row], PER_YEAR[found.every]
    past, horizon = found.history.iloc[:, row].to_numpy(float), len(found.periods)
    comparable = horizon <= season <= len(past)
    told = {
        "amount": amount,
        "lo_80": min(total["lo_80"], amount),
        "hi_80": max(total["hi_80"], amount),
        "amount_before": past[len(past) - season :][:horizon].sum() if comparable else None,
        "share": amount / whole if whole else None,
    }
    level, name = places[0] if places else (None, str(node) or None)
    return fact("forecast.untrusted", weight=amount, about=str(node), level=level, node=name, places=places or None,
                reasons=why, reason=next(r for r in why if r != "filled"), judged="range", span=span,
                **told)  # fmt: skip


def _places(found: Forecast, row: int) -> tuple[tuple[str, str], ...]:
    """The levels of a node with their values, the missing ones left out."""
    values = {level: found.nodes[level].iloc[row] for level in dimensions(found)}
    return tuple((level, str(value)) for level, value in values.items() if pd.notna(value))


def levels(found: Forecast) -> Iterator[tuple[str, np.ndarray]]:
    """Each dimension with the rows of its nodes: where two dimensions split alike, one level stands for both."""
    kinds = found.nodes["level"].astype(str)
    bottom = found.nodes.iloc[found.structure.aggregates :]
    for name in dimensions(found):
        size = len(bottom[name].drop_duplicates())
        candidates = [level for level in kinds.unique() if name in crossings.parts(level)]
        fitting = [level for level in candidates if int((kinds == level).sum()) == size]
        if fitting and size > 1:
            yield name, np.flatnonzero(kinds == min(fitting, key=lambda level: level.count("×")))


def dimensions(found: Forecast) -> tuple[str, ...]:
    """The levels that were forecast by, in their order."""
    there = {name for level in found.nodes["level"].astype(str).unique() for name in crossings.parts(level)}
    return tuple(str(c) for c in found.nodes if c in there)
