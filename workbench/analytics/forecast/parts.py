"""The forecast of one level's nodes: what each should sell in the next year, and which numbers not to trust."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from workbench.analytics.forecast.doubts import dimensions, levels
from workbench.analytics.forecast.headline import MOST_PARTS
from workbench.analytics.forecast.result import Forecast
from workbench.analytics.keys import fact
from workbench.analytics.results import Result, Unknown
from workbench.findings import Finding
from workbench.periods import PER_YEAR, Calendar

BOUNDS = ("lo_80", "hi_80")
LEAST = 0.0005  # change that a rate with one decimal still shows


@dataclass(frozen=True, kw_only=True, repr=False)
class Parts(Result):
    """The next year by node of a level, reconciled: the nodes add up to the whole.

    `table`: index node, largest first, NA for the missing one; columns amount, lo_80, hi_80, share, amount_before,
    change,
    yoy, mase, mase_naive, reasons (evidence.REASONS; empty: nothing speaks against it)
    `span`: first and last day
    """

    level: str
    table: pd.DataFrame
    span: tuple[pd.Timestamp, pd.Timestamp]


def by_level(found: Forecast | Unknown, calendar: Calendar, wanted: tuple[str, ...] = ()) -> tuple[Parts, ...]:
    """One result for each level that was forecast on its own; the last one says which of the `wanted` were not."""
    if isinstance(found, Unknown):
        return ()
    made = [_parts(found, calendar, level, rows) for level, rows in levels(found)]
    lacking = tuple(level for level in wanted if level not in dimensions(found))
    if made and lacking:
        told = fact("forecast.left_out", levels=lacking, most=MOST_PARTS)
        made[-1] = replace(made[-1], findings=(*made[-1].findings, told))
    return tuple(made)


def _parts(found: Forecast, calendar: Calendar, level: str, rows: np.ndarray) -> Parts:
    count = min(PER_YEAR[found.every], len(found.periods))
    nodes = found.nodes.iloc[rows]
    totals = pd.DataFrame([found.total(name, last=count) for name in nodes.index])
    amount = totals["mean"].to_numpy(float)
    past = found.history.iloc[:, rows].to_numpy(float)
    at = len(past) - PER_YEAR[found.every]
    before = np.nansum(past[at : at + count], axis=0) if at >= 0 else np.full(len(rows), np.nan)
    table = pd.DataFrame(
        {
            "amount": amount,
            "lo_80": np.minimum(totals["lo_80"].to_numpy(float), amount),
            "hi_80": np.maximum(totals["hi_80"].to_numpy(float), amount),
            "share": amount / amount.sum() if amount.sum() > 0 else np.nan,
            "amount_before": before,
            "change": amount - before,
            "yoy": np.divide(amount - before, before, out=np.full(len(rows), np.nan), where=before > 0),
            **{c: nodes[c].to_numpy(float) for c in ("mase", "mase_naive")},
        },
        index=pd.Index(nodes[level].to_numpy(object), name=level, dtype=object),
    )
    table["reasons"] = pd.Series(list(nodes["reasons"]), index=table.index, dtype=object)
    table = table.sort_values("amount", ascending=False, kind="stable")
    span = found.periods[0], calendar.end_of(found.periods[count - 1], found.every)  # type: ignore[arg-type]
    return Parts(level=level, table=table, span=span, findings=tuple(_findings(level, table)))


def _findings(level: str, table: pd.DataFrame) -> Iterator[Finding]:
    bounds = ("amount", *BOUNDS)
    first = table.iloc[0]
    yield fact(
        "forecast.part_largest",
        weight=first["amount"],
        about=_name(table.index[0]),
        level=level,
        node=_node(table, 0),
        share=first["share"],
        nodes=len(table),
        **{c: first[c] for c in bounds},
    )
    change = table["change"].to_numpy(float)
    for key, at in (
        ("forecast.part_rise", int(np.nan_to_num(change, nan=-np.inf).argmax())),
        ("forecast.part_fall", int(np.nan_to_num(change, nan=np.inf).argmin())),
    ):
        if _moves(table, at) and (change[at] > 0) == (key == "forecast.part_rise"):
            row = table.iloc[at]
            yield fact(
                key,
                weight=row["change"],
                about=_name(table.index[at]),
                level=level,
                node=_node(table, at),
                **{c: row[c] for c in (*bounds, "amount_before", "change", "yoy")},
            )
    doubtful = table[table["reasons"].map(len) > 0]
    if len(doubtful):
        names = tuple(_name(n) for n in doubtful.index if _name(n))
        yield fact("forecast.parts_untrusted", level=level, count=len(doubtful), names=names)


def _moves(table: pd.DataFrame, at: int) -> bool:
    """Whether a node's change is known, and more than a rate of 0.0 % would show."""
    row = table.iloc[at]
    return bool(np.isfinite(row["change"]) and abs(row["change"]) > LEAST * abs(row["amount_before"]))


def _node(table: pd.DataFrame, at: int) -> str | None:
    return _name(table.index[at]) or None


def _name(node: object) -> str:
    return "" if pd.isna(node) else str(node)  # type: ignore[call-overload]
