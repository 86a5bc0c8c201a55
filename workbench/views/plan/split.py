"""What a reader sees of a split target: the whole, each level, the months, the rules, and rules that cannot hold."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import cast

import pandas as pd

from workbench.analytics.plan.parts.split_result import (
    Conflict,
    Split,
    SplitLevel,
    SplitMonths,
    SplitRules,
    by_day,
    by_month,
    by_quarter,
    by_week,
)
from workbench.views.plan import split_charts as charts
from workbench.views.show import View, columns_of, label_of, sentences, slug, split, view
from workbench.views.tables import Column, Sheet, table
from workbench.views.words import Words

_MOST_ROWS = 30_000  # of a sheet: beyond, it is by the first level instead of by every part
_NODES = {
    "target": Column("target", "money", "split_target"),
    "share": Column("share", "share", "split_share", minor=True),
    "before": Column("before", "money", "year_before", minor=True),
    "growth": Column("growth", "change", "split_growth"),
    "expected": Column("expected", "money", "split_expected", minor=True),
    "chance": Column("chance", "chance", "split_chance"),
    "bound_by": Column("bound_by", "text", "split_bound", minor=True),
    "owner": Column("owner", "text", "split_owner", minor=True),
    "key": Column("key", "share", "split_key", on_page=False),
    "how": Column("how", "phrase:plan.split.how", "split_how", on_page=False),
}
_RULES = {
    "kind": Column("kind", "phrase:plan.split.kind", "split_kind", on_page=False),
    "lo": Column("lo", "money", "split_least", on_page=False),
    "hi": Column("hi", "money", "split_most", on_page=False),
    "target": Column("target", "money", "split_target"),
    "without": Column("without", "money", "split_without", minor=True),
    "moved": Column("moved", "money", "split_moved"),
    "broken": Column("broken", "money", "split_broken", on_page=False),
    "why": Column("why", "text", "split_why", minor=True),
}
_MONTHS = {
    "target": Column("target", "money", "split_target"),
    "share": Column("share", "share", "split_share"),
    "before": Column("before", "money", "year_before", minor=True),
    "growth": Column("growth", "change", "split_growth"),
    "expected": Column("expected", "money", "split_expected"),
}
_CONFLICT = {
    "conflict": Column("conflict", "count", "split_conflict", minor=True),
    "change": Column("change", "money", "split_change"),
    "enough": Column("enough", "text", "split_enough"),
    "why": Column("why", "text", "split_why", minor=True),
}
_OF_THE_WHOLE = tuple(  # the rest stand in the sections by level, month and rule
    f"plan.split.{key}" for key in ("whole", "rounded_total", "unknown_parts", "zero_asked", "zero_parts")
)
_OTHER = {"potential": "market", "capacity": "reps"}  # sources of a split's key that are not sales
_PERIODS: dict[str, tuple[str, str, Callable[[Split, str], pd.DataFrame]]] = {
    "quarter": ("quarterly", "split_quarter", by_quarter),
    "month": ("monthly", "split_month", by_month),
    "week": ("weekly", "split_week", by_week),
    "day": ("daily", "split_day", by_day),
}


@view.register
def _(result: Split, w: Words, as_of: pd.Timestamp) -> View:
    heading = w.phrase("plan.split.section.heading")
    frame = result.table.sort_values("target", ascending=False, kind="stable")
    named = frame.set_axis([" × ".join(map(w.node, _names(i))) for i in frame.index], axis=0)
    shown = Sheet(named, (Column("part", "text", "split_part"), *columns_of(named, _told(_NODES, result.means))))
    parts = frame.reset_index()
    levels = tuple(Column(level, "level") for level in result.levels)
    nodes = columns_of(parts, _told(_NODES, result.means))
    saved = Sheet(parts, (*levels, *nodes))
    several = len(frame) > 1
    return View(
        "plan-split",
        heading,
        *split(sentences([f for f in result.findings if f.key in _OF_THE_WHOLE], w)),
        tables=(table(shown, w, w.phrase("plan.split.section.largest"), sums=("target", "share")),) if several else (),
        how=w.phrase("plan.split.section.how", {"sources": _sources(result, w), "unit": result.unit}),
        terms=("yoy", "share"),
        sheets={"plan-split": saved} | {f"plan-split-{every}": _by(result, every, w) for every in _PERIODS},
        uses=("orders", *(table for source, table in _OTHER.items() if source in result.weights)),
    )


def _told(columns: Mapping[str, Column], means: bool) -> dict[str, Column]:
    """The columns of a table, what is expected by its own name where planned people and spend are in it."""
    return {name: replace(c, title="split_planned") if means and name == "expected" else c
            for name, c in columns.items()}  # fmt: skip


def _names(index: object) -> tuple[object, ...]:
    return index if isinstance(index, tuple) else (index,)


def _sources(result: Split, w: Words) -> str | None:
    said = [
        w.phrase("plan.split.section.weighted", {"name": w.phrase(f"plan.split.source.{kind}"), "weight": weight})
        for kind, weight in result.weights.items()
    ]
    return (", " if w.lang == "en" else "、").join(said) or None


def _by(result: Split, every: str, w: Words) -> Sheet:
    """One row a part and period that has a target; by the first level, or for the whole, where parts are too many."""
    title, column, spread = _PERIODS[every]
    levels = [""] if len(result.levels) < 2 else ["", result.levels[0]]
    frames = (spread(result, level) for level in levels)
    frame = next((f for f in frames if f.size <= _MOST_ROWS), None)
    if frame is None:
        frame = spread(result, "").sum().to_frame().T
    names = [n for n in frame.index.names if n in result.levels]
    stacked = cast("pd.Series", frame.rename_axis(columns="period").stack())
    long = stacked.rename("target").reset_index()
    kept = long.loc[long["target"] != 0, [*names, "period", "target"]]
    shown = (*(Column(n, "level") for n in names), Column("period", "date", column), _NODES["target"])
    return Sheet(kept, shown, w.phrase(f"plan.split.section.{title}"), across="period")


@view.register
def _(result: SplitLevel, w: Words, as_of: pd.Timestamp) -> View:
    said = sentences(result.findings, w)
    heading = w.phrase("plan.split.level.heading", {"level": result.level})
    nodes = columns_of(result.table, _told(_NODES, result.means))
    sheet = Sheet(result.table, (Column(result.level, "level"), *nodes))
    return View(
        slug("plan-split-by", result.level),
        heading,
        *split(said),
        draw=lambda: charts.level(result, w, label_of(heading, said, w)),
        tables=(table(sheet, w, heading, sums=("target", "share", "before", "expected")),),
        how=w.phrase("plan.split.level.how", {"period": result.period.span, "means": result.means}),
        terms=("yoy", "share"),
        sheets={slug("plan-split-by", result.level): sheet},
    )


@view.register
def _(result: SplitMonths, w: Words, as_of: pd.Timestamp) -> View:
    said = sentences(result.findings, w)
    heading = w.phrase("plan.split.month_section.heading")
    frame = result.table.assign(
        share=result.table["target"] / result.table["target"].sum(),
        growth=result.table["target"] / result.table["before"].where(result.table["before"] > 0) - 1,
    )
    known = [c for c in ("before", "expected") if frame[c].notna().all()]  # a sum of some months would mislead
    monthly = columns_of(frame, _told(_MONTHS, result.means))
    months = Sheet(frame, (Column("month", "period:month", "split_month"), *monthly))
    quarters = Sheet(result.quarters, (Column("quarter", "period:quarter", "split_quarter"), _MONTHS["target"]))
    weeks = result.selling.weeks if len(result.selling.off) else 0
    return View(
        "plan-split-months",
        heading,
        *split(said),
        draw=lambda: charts.months(result, w, label_of(heading, said, w)),
        tables=(
            table(months, w, heading, sums=tuple(c for c in ("target", "share", *known) if c in frame)),
            *((table(quarters, w, w.phrase("plan.split.section.quarters")),) if len(result.quarters) > 1 else ()),
        ),
        how=w.phrase("plan.split.month_section.how", {"weeks": weeks}),
        terms=("yoy",),
        sheets={"plan-split-months": months},
    )


@view.register
def _(result: SplitRules, w: Words, as_of: pd.Timestamp) -> View:
    said = sentences(result.findings, w)
    heading = w.phrase("plan.split.rule_section.heading")
    frame = result.table.assign(hi=result.table["hi"].where(result.table["hi"] < float("inf")))
    sheet = Sheet(frame, (Column("rule", "text", "split_rule"), *columns_of(frame, _RULES)))
    moving = bool((frame["binds"] & frame["without"].notna()).any())
    return View(
        "plan-split-rules",
        heading,
        *split(said),
        draw=(lambda: charts.rules(result, w, label_of(heading, said, w))) if moving else None,
        tables=(table(sheet, w, heading),),
        how=w.phrase("plan.split.rule_section.how"),
        sheets={"plan-split-rules": sheet},
    )


@view.register
def _(result: Conflict, w: Words, as_of: pd.Timestamp) -> View:
    heading = w.phrase("plan.split.conflict_section.heading")
    sheet = Sheet(result.table, (Column("rule", "text", "split_rule"), *columns_of(result.table, _CONFLICT)))
    return View(
        "plan-split-conflict",
        heading,
        *split(sentences(result.findings, w)),
        tables=(table(sheet, w, heading),),
        how=w.phrase("plan.split.conflict_section.how"),
        sheets={"plan-split-conflict": sheet},
        open_table=True,
    )
