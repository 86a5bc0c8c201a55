"""What a reader sees of the course: who reaches the target, the path, the pipeline, the record, the goals."""

from typing import Any

import pandas as pd

from workbench.analytics.tracking.course import Course
from workbench.analytics.tracking.course_parts import OpenPipeline, Path, Record
from workbench.analytics.tracking.goals import Goals
from workbench.findings import Finding
from workbench.views.show import View, columns_of, label_of, rounded, sentences, split, view
from workbench.views.tables import Column, Sheet, Table, table
from workbench.views.tracking import course_charts as charts
from workbench.views.tracking.course_tiles import tiles
from workbench.views.words import Sentence, Words

_MOST = 30
_OWN = ("tracking.course.late", "tracking.course.untested")  # said here: the answer and other sections say the rest
_TO_COME = (
    "chance",
    "due",
    "ahead",
    "expected",
    "lo_80",
    "hi_80",
    "needed",
    "usual",
)  # columns of no meaning at the end
_NODE = Column("node", "text", "course_node")
_NODES = {
    "chance": Column("chance", "chance", "course_chance"),
    "target": Column("target", "money", "course_target"),
    "booked": Column("booked", "money", "course_booked"),
    "attainment": Column("attainment", "share", "course_attainment", on_page=False),
    "due": Column("due", "money", "course_due", on_page=False),
    "ahead": Column("ahead", "money", "course_ahead", minor=True),
    "expected": Column("expected", "money", "course_expected"),
    "lo_80": Column("lo_80", "money", on_page=False),
    "hi_80": Column("hi_80", "money", on_page=False),
    "needed": Column("needed", "money", "course_needed", minor=True, group="day"),
    "usual": Column("usual", "money", "course_usual", group="day", on_page=False),
}
_NODES_MORE = {
    "level": Column("level", "text", "course_level"),
    "remaining": Column("remaining", "money", "course_remaining"),
    "lo_95": Column("lo_95", "money"),
    "hi_95": Column("hi_95", "money"),
}
_PIPELINE = {
    "open": Column("open", "money", "course_open"),
    "deals": Column("deals", "count", "course_deals", minor=True),
    "from_open": Column("from_open", "money", "course_from_open", minor=True),
    "remaining": Column("remaining", "money", "course_remaining"),
    "coverage": Column("coverage", "decimal", "course_coverage"),
    "needed": Column("needed", "decimal", "course_needed_coverage", minor=True),
}
_RECORD = (
    Column("method", "text", "course_method"),
    Column("crps", "share_fine", "course_crps"),
    Column("error", "share_fine", "course_error"),
    Column("coverage_80", "share", "course_in_80"),
    Column("coverage_95", "share", "course_in_95", minor=True),
    Column("cases", "count", "course_cases", minor=True),
)
_WAYS = (Column("way", "phrase:tracking.course.ways", "course_way"), Column("weight", "share", "course_weight"))
_PATH = (
    Column("day", "date"),
    Column("booked", "money", "course_booked"),
    Column("due", "money", "course_due"),
    Column("expected", "money", "course_expected"),
    Column("lo_80", "money"),
    Column("hi_80", "money"),
)


@view.register
def _(result: Course, w: Words, as_of: pd.Timestamp) -> View:
    parts = [f for f in result.findings if f.key == "tracking.course.parts"]
    rest = [f for f in result.findings[3:] if f.key in _OWN] if parts else list(result.findings)
    ended = _ended(result, w)
    said = [ended] if ended else sentences([*parts, *rest], w)
    aimed = charts.aimed(result)
    heading = w.phrase(f"tracking.course.section.{'heading' if aimed else 'alone'}")
    shown = charts.shown(result, w).drop(columns=[*_TO_COME] if result.over else [])
    columns = (_NODE, *columns_of(shown, _NODES))
    every = _named(result.table, w)
    saved = Sheet(every, (_NODE, *columns_of(every, _NODES_MORE | _NODES)))
    return View(
        "course",
        heading,
        *split(said),
        draw=lambda: charts.ranked(result, w, label_of(heading, said, w)),
        tables=(table(Sheet(shown, columns), w, heading, most=_MOST), *_ways(result, w)),
        how=w.phrase("tracking.course.section.how"),
        terms=("landing", "seasonal_path", "prediction_interval", "kpi:attainment"),
        sheets={"course": saved},
        uses=_uses(result),
        tiles=tiles(result, w),
        open_table=True,
    )


@view.register
def _(result: Path, w: Words, as_of: pd.Timestamp) -> View:
    beside = [f for f in result.findings if f.key == "tracking.course.beside_forecast"]
    point = _path_said(result.course, w, beside)
    said = [*point, *sentences(beside, w)] if point else sentences(result.findings, w)
    heading = w.phrase("tracking.course.path.heading")
    return View(
        "course-path",
        heading,
        *split(said),
        stands=True,
        draw=lambda: charts.path(result.course, w, label_of(heading, said, w)),
        how=w.phrase("tracking.course.path.how"),
        terms=("seasonal_path", "prediction_interval"),
        sheets={"course-path": Sheet(result.course.path, _PATH)},
        uses=_uses(result.course),
    )


@view.register
def _(result: OpenPipeline, w: Words, as_of: pd.Timestamp) -> View:
    course = result.course
    said = sentences(result.findings, w)
    heading = w.phrase("tracking.course.pipeline_section.heading")
    joined = course.pipeline.assign(remaining=course.table["remaining"])
    shown = joined[charts.main(course).reindex(joined.index).fillna(False).astype(bool)]
    named, every = _named(shown, w), _named(joined, w)
    return View(
        "course-pipeline",
        heading,
        *split(said),
        draw=(lambda: charts.coverage(course, w, label_of(heading, said, w))) if charts.covered(course) else None,
        tables=(table(Sheet(named, (_NODE, *columns_of(named, _PIPELINE))), w, heading, most=_MOST),),
        how=w.phrase("tracking.course.pipeline_section.how"),
        terms=("coverage",),
        sheets={"course-pipeline": Sheet(every, (_NODE, *columns_of(every, _PIPELINE)))},
        uses=("opportunities", "orders"),
        open_table=True,
    )


@view.register
def _(result: Record, w: Words, as_of: pd.Timestamp) -> View:
    said = sentences(result.findings, w)
    heading = w.phrase("tracking.course.record.heading")
    names = [
        w.writing.aside.format(w.phrase(f"tracking.course.method.{method}"), w.phrase(f"tracking.course.record.{part}"))
        for part, method in result.course.tested.index
    ]
    sheet = Sheet(result.course.tested.set_axis(pd.Index(names, name="method"), axis=0), _RECORD)
    return View(
        "course-record",
        heading,
        *split(said),
        tables=(table(sheet, w, heading),),
        how=w.phrase("tracking.course.record.how"),
        terms=("interval_coverage", "crps"),
        sheets={"course-record": sheet},
        open_table=True,
    )


@view.register
def _(result: Goals, w: Words, as_of: pd.Timestamp) -> View:
    heading = w.phrase("tracking.course.goals_section.heading")
    named = _named(pd.DataFrame({"target": result.amount, "owner": result.nodes["owner"]}), w)
    known = {"target": _NODES["target"], "owner": Column("owner", "text", "course_owner")}
    sheet = Sheet(named, (_NODE, *columns_of(named, known)))
    return View(
        "goals",
        heading,
        *split(sentences(result.findings, w)),
        tables=(table(sheet, w, heading),),
        how=w.phrase("tracking.course.goals_section.how"),
        sheets={"goals": sheet},
        uses=("targets",) if result.source == "table" else (),
    )


def headline(result: Any) -> dict[str, float | str | None]:
    """The period (first and last day), sales so far, landing with its 80 % range, target and chance; else empty."""
    if not isinstance(result, Course):
        return {}
    row: Any = result.table.iloc[0]
    found = {"booked": row["booked"], "landing": row["expected"], "landing_lo_80": row["lo_80"],
             "landing_hi_80": row["hi_80"], "target": row["target"]}  # fmt: skip
    facts = {name: rounded(value) for name, value in found.items()}
    span = "/".join(f"{day:%Y-%m-%d}" for day in result.period.span)
    return {"period": span} | facts | {"chance": None if pd.isna(row["chance"]) else round(float(row["chance"]), 2)}


def _ended(result: Course, w: Words) -> Sentence | None:
    """How many parts reached their targets in a period that is over, and the one furthest from it."""
    parts = result.table[(result.table["level"] == result.level) & result.table["target"].gt(0)]
    if not result.over or len(parts) < 2 or not result.level:
        return None
    worst: Any = parts.sort_values("attainment").iloc[0]
    values = {"level": result.level, "parts": len(parts), "reached": int(parts["attainment"].ge(1).sum()),
              "node": worst.name, "attainment": worst["attainment"]}  # fmt: skip
    return w.say("tracking.course.section.ended", values)


def _path_said(result: Course, w: Words, beside: list[Finding]) -> list[Sentence]:
    """How far off the path sales are, and where they should end, there and by the forecast's own page (`beside`);
    nothing without a target or once it is over."""
    row: Any = result.table.iloc[0]
    if result.over or not row["target"] > 0:
        return []
    names = ("ahead", "expected", "lo_80", "hi_80", "target")
    values = {name: row[name] for name in names} | {"gap": row["expected"] - row["target"]}
    there = beside[0].values if beside else {}
    return [w.say("tracking.course.path.point", values | {"other": there.get("amount"), "every": there.get("every")})]


def _ways(result: Course, w: Words) -> tuple[Table, ...]:
    """The ways of reckoning the rest by what they weigh, the ones that differ in their window taken together."""
    if not len(result.ways):
        return ()
    kind = result.ways.index.map(lambda way: "pace" if "pace" in way else str(way).split("_")[0])
    found = result.ways["weight"].groupby(kind).sum().sort_values(ascending=False).rename_axis("way").to_frame()
    return (table(Sheet(found, _WAYS), w, w.phrase("tracking.course.ways.caption")),)


def _named(frame: pd.DataFrame, w: Words) -> pd.DataFrame:
    """The frame with the words for the whole in place of its empty name."""
    names = [w.phrase("tracking.course.section.whole") if node == "" else node for node in frame.index]
    return frame.set_axis(pd.Index(names, name="node"), axis=0)


def _uses(result: Course) -> tuple[str, ...]:
    targets = ("targets",) if result.goals is not None and result.goals.source == "table" else ()
    return ("orders", *targets, *(("opportunities",) if len(result.pipeline) else ()))
