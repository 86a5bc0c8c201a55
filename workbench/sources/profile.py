"""The quality of loaded data: what reading them told, and what only their sums tell."""

from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench import remember
from workbench.sources import overlap
from workbench.sources.contracts import TABLES
from workbench.sources.orders import rows_of
from workbench.sources.quality import Quality, Step
from workbench.sources.small import grain

if TYPE_CHECKING:
    from workbench.sources.data import Data

_ATTAINABLE = (0.001, 10.0)  # shares of a target that may have been sold
_LITTLE, _LEAST = 0.2, 3  # of what the middle one sold of the target; people with targets who can be compared


def quality(data: "Data") -> Quality:
    """What was read, left out, repaired and not joined, what the sums make doubtful, and which tables are missing."""
    missing = tuple(t for t in TABLES if t != "orders" and t not in data.tables)
    steps = (*data.steps, *_repeats(data), *_target_unit(data), *_leading(data), *_partial(data))
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


def _leading(data: "Data") -> list[Step]:
    """Targets of people who sell next to nothing of them: those of leaders, which count twice beside their people's."""
    targets, reps = data.targets(), data.table("reps")
    if targets is None or "rep" not in targets or (reps is not None and "manager" in reps):
        return []
    every = grain(targets["period"], data.run.calendar)
    if every is None or not data.cube.has("rep"):
        return []
    sold = data.sales(every, by="rep").query("whole")
    due = targets[targets["period"].isin(sold["period"]) & (targets["amount"] > 0)]
    asked = due.groupby("rep")["amount"].sum()
    share = sold.groupby("rep")["amount"].sum().reindex(asked.index, fill_value=0.0) / asked
    little = share[share < _LITTLE * share.median()].sort_values()
    if little.empty or len(share) < _LEAST:
        return []
    detail = {"nodes": tuple(little.index), "share": float(little.max()), "usual": float(share.median())}
    return [
        Step("targets", "leading", int(due["rep"].isin(little.index).sum()), float(asked[little.index].sum()), detail)
    ]


def _partial(data: "Data") -> list[Step]:
    """Months at the edge that the data cover in part."""
    months = data.sales("month")
    cut = months[~months["whole"] & (months["lines"] > 0)]
    return [Step("orders", "partial", r["lines"], r["amount"], _covered(data, r["period"])) for r in rows_of(cut)]


def _covered(data: "Data", month: pd.Timestamp) -> dict[str, Any]:
    first, last = max(month, data.covers[0]), min(data.run.calendar.end_of(month, "month"), data.covers[1])
    return {"period": month, "every": "month", "first": first, "last": last}
