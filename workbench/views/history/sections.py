"""What a reader sees of each result of analytics/history, and of the key figures."""

from collections.abc import Iterable

import pandas as pd

from workbench.analytics.kpis import declared
from workbench.analytics.results import Breakdown, Bridge, Concentration, Growth, Scorecard, Season, Totals
from workbench.findings import Finding
from workbench.views import show
from workbench.views.history import (
    breakdown_charts,
    bridge_charts,
    concentration_charts,
    season_charts,
    totals_charts,
)
from workbench.views.show import (
    KPI_TABLES,
    View,
    change_term,
    columns_of,
    compared,
    days,
    label_of,
    sentences,
    slug,
    split,
    view,
)
from workbench.views.tables import Column, Sheet, table
from workbench.views.words import Sentence, Words

_MEASURES = {"orders": "count", "customers": "count", "lines": "count", "quantity": "quantity"}


@view.register
def _(result: Totals, w: Words, as_of: pd.Timestamp) -> View:
    said = sentences(result.findings, w)
    columns = [Column("period", f"period:{result.every}"), *columns_of(result.table, _TOTALS)]
    sheet = Sheet(result.table, tuple(columns))
    heading = w.phrase("sections.totals.heading", {"every": result.every})
    level = totals_charts.level(result)
    caption = Sentence((*w.say("sections.totals.caption", level), w.gap, *said[0])) if level and said else None
    return View(
        slug("totals", result.every),
        heading,
        *split(said),
        draw=lambda: totals_charts.totals(result, w, label_of(heading, [caption] if caption else said, w), as_of),
        tables=(table(sheet, w, heading, latest=True),),
        how=w.phrase("sections.totals.how"),
        terms=("yoy", "whole", *(f"kpi:{k}" for k in _KPI_COLUMNS if k in result.table)),
        sheets={slug("totals", result.every): sheet},
        caption=caption,
    )


@view.register
def _(result: Growth, w: Words, as_of: pd.Timestamp) -> View:
    frame = result.table.drop(index="lines", errors="ignore")
    frame = frame.assign(unit=[_unit_of(m) for m in frame.index])
    columns = (
        Column("measure", "measure"),
        Column("now", "by_unit"),
        Column("before", "by_unit"),
        Column("rate", "change", "rate_of"),
    )
    heading = w.phrase("sections.growth.heading")
    shown = Sheet(frame, columns)
    saved = Sheet(frame, (Column("measure", "measure"), *(Column(n, "number", t) for n, t in _GROWTH)))
    return View(
        "growth",
        heading,
        *split(sentences(result.findings, w)),
        tables=(table(shown, w, compared(result.spans, w)),),
        how=w.phrase("sections.growth.how", days(result.spans)),
        terms=(change_term(result.spans), "kpi:sales", *(f"kpi:{m}" for m in result.table.index)),
        sheets={"growth": saved},
        open_table=True,
    )


@view.register
def _(result: Breakdown, w: Words, as_of: pd.Timestamp) -> View:
    said = sentences(_telling_first(result.findings), w)
    heading = w.phrase("sections.breakdown.heading", {"level": result.level})
    known = _BREAKDOWN | {"yoy": Column("yoy", "change", change_term(result.spans))}
    sheet = Sheet(result.table, (Column("node", "level", result.level), *columns_of(result.table, known)))
    sums = ("amount", "amount_before", "share", "share_before", "change", "contribution")
    return View(
        slug("by", result.level),
        heading,
        *split(said),
        draw=lambda: breakdown_charts.breakdown(result, w, label_of(heading, said, w)),
        tables=(table(sheet, w, compared(result.spans, w), sums=sums),),
        how=w.phrase("sections.breakdown.how", {"level": result.level, **days(result.spans)}),
        terms=("share", change_term(result.spans), "contribution", "points"),
        sheets={slug("by", result.level): sheet},
    )


@view.register
def _(result: Bridge, w: Words, as_of: pd.Timestamp) -> View:
    said = sentences(result.findings, w)
    together = "mix" not in result.steps
    steps = result.steps.rename("effect").rename({"volume": "volume_mix"} if together else {}).to_frame()
    moves = Sheet(steps, (Column("step", "step"), Column("effect", "money")), w.phrase("sections.bridge.sheet"))
    known = _BRIDGE | ({"volume": Column("volume", "money", "volume_mix")} if together else {})
    items = Sheet(result.table, (Column("item", "level", result.by), *columns_of(result.table, known)))
    heading = w.phrase("sections.bridge.heading")
    sums = ("amount", "amount_before", "change", "price", "volume", "mix")
    return View(
        slug("bridge", result.by),
        heading,
        *split(said),
        draw=lambda: bridge_charts.bridge(result, w, label_of(heading, said, w)),
        tables=(table(items, w, compared(result.spans, w), sums=sums),),
        how=w.phrase("sections.bridge.how", {"by": result.by, "convention": result.convention}),
        terms=("price_effect", "volume_effect", *(("mix_effect",) if "mix" in result.steps else ())),
        sheets={slug("bridge", result.by): items, slug("bridge-steps", result.by): moves},
    )


@view.register
def _(result: Concentration, w: Words, as_of: pd.Timestamp) -> View:
    said = sentences(result.findings, w)
    title = w.phrase("sections.concentration.sheet", {"by": result.by})
    sheet = Sheet(result.top, (Column("node", "level", result.by), *columns_of(result.top, _TOP)), title)
    heading = w.phrase("sections.concentration.heading", {"by": result.by})
    few = result.nodes <= 10  # a curve of ten points says less than their list
    return View(
        slug("concentration", result.by),
        heading,
        *split(said),
        draw=None if few else lambda: concentration_charts.concentration(result, w, label_of(heading, said, w)),
        tables=(table(sheet, w, heading),),
        how=w.phrase("sections.concentration.how", {"by": result.by}),
        terms=("share",),
        sheets={slug("concentration", result.by): sheet},
        open_table=few,
    )


@view.register
def _(result: Season, w: Words, as_of: pd.Timestamp) -> View:
    said = sentences(result.findings, w)
    heading = w.phrase("sections.season.heading")
    every = {12: "month", 4: "quarter", 52: "week"}.get(result.per_year, "month")
    profile = Sheet(
        result.profile, (Column("period", f"season:{result.per_year}"), *columns_of(result.profile, _PROFILE))
    )
    how = "decimal" if result.kind == "multiplicative" else "money"
    parts = (
        Column("amount", "money"),
        Column("trend", "money"),
        Column("season", how),
        Column("remainder", how, minor=True),
    )
    return View(
        slug("season", str(result.per_year)),
        heading,
        *split(said),
        draw=lambda: season_charts.season(result, w, label_of(heading, said, w)),
        tables=(table(profile, w, heading),),
        how=w.phrase("sections.season.how", {"kind": result.kind, "n": len(result.table)}),
        terms=("trend", "season_index", "strength"),
        sheets={"season": Sheet(result.table, (Column("period", f"period:{every}"), *parts))},
    )


@view.register
def _(result: Scorecard, w: Words, as_of: pd.Timestamp) -> View:
    said = sentences((f for f in result.findings if f.key == "kpis.interval"), w)  # the table says the rest
    columns = (  # the sentence above tells the interval of the few that have one
        Column("kpi", "kpi"),
        Column("now", "by_unit"),
        Column("before", "by_unit"),
        Column("change", "change_by_unit"),
    )
    heading = w.phrase("sections.scorecard.heading")
    saved = [
        Column("kpi", "kpi"),
        *(Column(n, "number") for n in ("now", "before", "change", "lo", "hi")),
        Column("unit", "unit"),
    ]
    return View(
        "scorecard",
        heading,
        *split(said),
        tables=(table(Sheet(result.table, columns), w, heading, most=len(result.table)),),
        how=w.phrase("sections.scorecard.how"),
        terms=tuple(f"kpi:{k}" for k in result.table.index),
        sheets={"scorecard": Sheet(result.table, tuple(saved))},
        uses=KPI_TABLES,
        open_table=True,
    )


_TOTALS = {
    "amount": Column("amount", "money"),
    "yoy": Column("yoy", "change"),
    "change": Column("change", "change", "change_previous", minor=True),
    "orders": Column("orders", "count"),
    "average_order_value": Column("average_order_value", "price", minor=True),
    "customers": Column("customers", "count", minor=True),
    "quantity": Column("quantity", "quantity", on_page=False),
    "returns": Column("returns", "money", on_page=False),
    "return_rate": Column("return_rate", "share", minor=True),
    "gross_margin": Column("gross_margin", "share", minor=True),
}
_KPI_COLUMNS = ("average_order_value", "return_rate", "gross_margin")
_BREAKDOWN = {
    "amount": Column("amount", "money"),
    "share": Column("share", "share", minor=True),
    "amount_before": Column("amount_before", "money", minor=True),
    "share_before": Column("share_before", "share", minor=True),
    "change": Column("change", "money", minor=True),
    "yoy": Column("yoy", "change"),
    "contribution": Column("contribution", "points"),
}
_BRIDGE = {
    "kind": Column("kind", "kind", on_page=False),
    "quantity": Column("quantity", "quantity", on_page=False),
    "quantity_before": Column("quantity_before", "quantity", on_page=False),
    "unit_price": Column("unit_price", "price", on_page=False),
    "amount": Column("amount", "money"),
    "amount_before": Column("amount_before", "money", minor=True),
    "change": Column("change", "money"),
    "price": Column("price", "money"),
    "volume": Column("volume", "money"),
    "mix": Column("mix", "money", minor=True),
}
_TOP = {
    "amount": Column("amount", "money"),
    "share": Column("share", "share"),
    "cumulative_share": Column("cumulative_share", "share"),
    "amount_before": Column("amount_before", "money", minor=True),
    "change": Column("change", "money", minor=True),
}
_PROFILE = {
    "index": Column("index", "decimal"),
    "lo": Column("lo", "decimal", "low"),
    "hi": Column("hi", "decimal", "high"),
}
_GROWTH = (("now", "now"), ("before", "before"), ("change", "change"), ("rate", "rate"))


def _unit_of(measure: str) -> str:
    known = declared()
    if measure in known:
        return known[measure].unit
    return _MEASURES.get(measure, "money")


def _telling_first(findings: Iterable[Finding]) -> list[Finding]:
    """The largest move of a part before its size: the page asks what changed."""
    return sorted(findings, key=lambda f: -abs(f.values["change"]) if f.key in show.NAMED_BY_HEADING else 0.0)
