"""The quality of loaded data: what reading them told, and what only their sums tell."""

from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench import remember
from workbench.sources import overlap
from workbench.sources.contracts import TABLES
from workbench.sources.orders import rows_of
from workbench.sources.quality import Quality, Step

if TYPE_CHECKING:
    from workbench.sources.data import Data

_ATTAINABLE = (0.001, 10.0)  # shares of a target that may have been sold


def quality(data: "Data") -> Quality:
    """What was read, left out, repaired and not joined, what the sums make doubtful, and which tables are missing."""
    missing = tuple(t for t in TABLES if t != "orders" and t not in data.tables)
    steps = (*data.steps, *_repeats(data), *_target_unit(data), *_partial(data))
    return Quality(steps, missing, dict(data.digests))


def _repeats(data: "Data") -> list[Step]:
    """Identical lines that were kept, unless what becomes of them was told when they were read."""
    if any(s.table == "orders" and s.kind == "repeats" for s in data.steps):
        return []
    lines = overlap.Lines(data.orders.con, "orders", data.orders.expr, "date", "amount")
    found = remember.once("sources.repeats", lambda: overlap.repeats(lines), data.about)
    return [found] if found.rows else []


def _target_unit(data: "Data") -> list[Step]:
    """Targets that are so far from the sales that only another unit, as 万元, can be the reason."""
    sums = data.components()
    if not {"target", "targets_amount"} <= set(sums):
        return []
    both = sums[(sums["target"] > 0) & (sums["targets_amount"] > 0)].iloc[-1:]
    odd = both[~(both["targets_amount"] / both["target"]).between(*_ATTAINABLE)]
    told = [{"target": r["target"], "sold": r["targets_amount"]} for r in rows_of(odd)]
    return [Step("targets", "target_unit", len(data.tables["targets"]), d["target"], d) for d in told]


def _partial(data: "Data") -> list[Step]:
    """Months at the edge that the data cover in part."""
    months = data.sales("month")
    cut = months[~months["whole"] & (months["lines"] > 0)]
    return [Step("orders", "partial", r["lines"], r["amount"], _covered(data, r["period"])) for r in rows_of(cut)]


def _covered(data: "Data", month: pd.Timestamp) -> dict[str, Any]:
    first, last = max(month, data.covers[0]), min(data.run.calendar.end_of(month, "month"), data.covers[1])
    return {"period": month, "every": "month", "first": first, "last": last}
