"""The tiles above the course: sales and attainment, landing and its chance, coverage of what remains."""

from typing import Any

import pandas as pd

from workbench.analytics.tracking.course import Course
from workbench.views.words import Words


def tiles(result: Course, w: Words) -> tuple[dict[str, Any], ...]:
    """Key, label, value and facts of each, as far as the data carry them."""
    row: Any = result.table.iloc[0]
    aimed = bool(row["target"] > 0)
    rest = () if result.over else (_landing(row, w, aimed), *_coverage(result, w))
    if not result.begun:  # nothing is known yet of what is sold
        return rest
    return (_tile(w, "booked", w.money(row["booked"]), _sold(row, result) if aimed else {}), *rest)


def _sold(row: Any, result: Course) -> dict[str, dict[str, Any]]:
    due = {} if result.over else {"due": {"due": row["due"] / row["target"]}}
    return {"attained": {"attainment": row["attainment"], "span": result.period.span}, **due}


def _landing(row: Any, w: Words, aimed: bool) -> dict[str, Any]:
    if not aimed:
        return _tile(w, "landing", w.money(row["expected"]), {"span": {"lo_80": row["lo_80"], "hi_80": row["hi_80"]}})
    ends = {name: row[name] / row["target"] for name in ("lo_80", "hi_80")}
    return _tile(w, "landing", w.money(row["expected"]), {"range": ends, "chance": {"chance": row["chance"]}})


def _coverage(result: Course, w: Words) -> list[dict[str, Any]]:
    own: Any = result.pipeline.iloc[0] if len(result.pipeline) else None
    if own is None or pd.isna(own["coverage"]):
        return []
    needed = {} if pd.isna(own["needed"]) else {"needed": {"needed": own["needed"]}}
    remaining = result.table["remaining"].iloc[0]
    held = {"open": own["open"], "won": own["from_open"], "remaining": remaining, "part": own["from_open"] / remaining}
    return [_tile(w, "coverage", w.decimal(own["coverage"]), {"open": held, **needed})]


def _tile(w: Words, key: str, value: str, facts: dict[str, dict[str, Any]]) -> dict[str, Any]:
    said = [w.phrase(f"tracking.course.tile.{name}", values) for name, values in facts.items()]
    return {"key": key, "label": w.phrase(f"tracking.course.tile.{key}"), "value": value, "facts": said}
