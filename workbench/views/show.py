"""view(result, ...): what a reader sees of each type of result. A new type of result is one function here."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import singledispatch
from typing import Any

import pandas as pd

from workbench.analytics.kpis import declared
from workbench.analytics.results import Breakdown, Bridge, Concentration, Growth, Scorecard, Season, Totals, Unknown
from workbench.findings import Finding
from workbench.periods import Spans
from workbench.views import charts
from workbench.views.charts import Picture
from workbench.views.tables import Column, Sheet, Table, table
from workbench.views.words import Sentence, Words, missing

_MEASURES = {"orders": "count", "customers": "count", "lines": "count", "quantity": "quantity"}
_MOST_SENTENCES = 4


@dataclass(frozen=True)
class View:
    """One section in one language: heading, the point, what else is to say, a figure, tables, the method."""

    id: str
    heading: str
    point: Sentence
    more: tuple[Sentence, ...] = ()
    draw: Callable[[], Picture] | None = None  # asked only where the figure is shown
    tables: tuple[Table, ...] = ()
    how: str = ""
    terms: tuple[str, ...] = ()  # of phrases/terms.toml, or kpi:<key>
    sheets: Mapping[str, Sheet] = field(default_factory=dict)  # for the workbook, by name
    uses: tuple[str, ...] = ("orders",)  # tables; none: all that were read
    open_table: bool = False  # the table is the point, so it is not behind a toggle
    caption: Sentence | None = None  # of the figure where it leads the page; else the point


@singledispatch
def view(result: Any, w: Words, as_of: pd.Timestamp) -> View:
    """What a reader sees of `result` in the language of `w`."""
    raise TypeError(f"No view for {type(result).__name__}. Register one in workbench/views/show.py.")


@view.register
def _(result: Unknown, w: Words, as_of: pd.Timestamp) -> View:
    said = sentences(result.findings, w)
    return View(
        _id("unknown", result.section), w.phrase("sections.unknown.heading", {"section": result.section}), *_split(said)
    )


@view.register
def _(result: Totals, w: Words, as_of: pd.Timestamp) -> View:
    said = sentences(result.findings, w)
    columns = [Column("period", f"period:{result.every}"), *_columns(result.table, _TOTALS)]
    sheet = Sheet(result.table, tuple(columns))
    heading = w.phrase("sections.totals.heading", {"every": result.every})
    level = charts.level(result)
    caption = Sentence((*w.say("sections.totals.caption", level), w.gap, *said[0])) if level and said else None
    return View(
        _id("totals", result.every),
        heading,
        *_split(said),
        draw=lambda: charts.totals(result, w, _label(heading, [caption] if caption else said), as_of),
        tables=(table(sheet, w, heading, latest=True),),
        how=w.phrase("sections.totals.how"),
        terms=("yoy", "whole", *(f"kpi:{k}" for k in _KPI_COLUMNS if k in result.table)),
        sheets={_id("totals", result.every): sheet},
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
        *_split(sentences(result.findings, w)),
        tables=(table(shown, w, _compared(result.spans, w)),),
        how=w.phrase("sections.growth.how", _days(result.spans)),
        terms=(_change_term(result.spans), "kpi:sales", *(f"kpi:{m}" for m in result.table.index)),
        sheets={"growth": saved},
        open_table=True,
    )


@view.register
def _(result: Breakdown, w: Words, as_of: pd.Timestamp) -> View:
    said = sentences(_telling_first(result.findings), w)
    heading = w.phrase("sections.breakdown.heading", {"level": result.level})
    known = _BREAKDOWN | {"yoy": Column("yoy", "change", _change_term(result.spans))}
    sheet = Sheet(result.table, (Column("node", "level", result.level), *_columns(result.table, known)))
    sums = ("amount", "amount_before", "share", "share_before", "change", "contribution")
    return View(
        _id("by", result.level),
        heading,
        *_split(said),
        draw=lambda: charts.breakdown(result, w, _label(heading, said)),
        tables=(table(sheet, w, _compared(result.spans, w), sums=sums),),
        how=w.phrase("sections.breakdown.how", {"level": result.level, **_days(result.spans)}),
        terms=("share", _change_term(result.spans), "contribution", "points"),
        sheets={_id("by", result.level): sheet},
    )


@view.register
def _(result: Bridge, w: Words, as_of: pd.Timestamp) -> View:
    said = sentences(result.findings, w)
    together = "mix" not in result.steps
    steps = result.steps.rename("effect").rename({"volume": "volume_mix"} if together else {}).to_frame()
    moves = Sheet(steps, (Column("step", "step"), Column("effect", "money")), w.phrase("sections.bridge.sheet"))
    known = _BRIDGE | ({"volume": Column("volume", "money", "volume_mix")} if together else {})
    items = Sheet(result.table, (Column("item", "level", result.by), *_columns(result.table, known)))
    heading = w.phrase("sections.bridge.heading")
    sums = ("amount", "amount_before", "change", "price", "volume", "mix")
    return View(
        _id("bridge", result.by),
        heading,
        *_split(said),
        draw=lambda: charts.bridge(result, w, _label(heading, said)),
        tables=(table(items, w, _compared(result.spans, w), sums=sums),),
        how=w.phrase("sections.bridge.how", {"by": result.by, "convention": result.convention}),
        terms=("price_effect", "volume_effect", *(("mix_effect",) if "mix" in result.steps else ())),
        sheets={_id("bridge", result.by): items, _id("bridge-steps", result.by): moves},
    )


@view.register
def _(result: Concentration, w: Words, as_of: pd.Timestamp) -> View:
    said = sentences(result.findings, w)
    title = w.phrase("sections.concentration.sheet", {"by": result.by})
    sheet = Sheet(result.top, (Column("node", "level", result.by), *_columns(result.top, _TOP)), title)
    heading = w.phrase("sections.concentration.heading", {"by": result.by})
    few = result.nodes <= 10  # a curve of ten points says less than their list
    return View(
        _id("concentration", result.by),
        heading,
        *_split(said),
        draw=None if few else lambda: charts.concentration(result, w, _label(heading, said)),
        tables=(table(sheet, w, heading),),
        how=w.phrase("sections.concentration.how", {"by": result.by}),
        terms=("share",),
        sheets={_id("concentration", result.by): sheet},
        open_table=few,
    )


@view.register
def _(result: Season, w: Words, as_of: pd.Timestamp) -> View:
    said = sentences(result.findings, w)
    heading = w.phrase("sections.season.heading")
    every = {12: "month", 4: "quarter", 52: "week"}.get(result.per_year, "month")
    profile = Sheet(
        result.profile, (Column("period", f"season:{result.per_year}"), *_columns(result.profile, _PROFILE))
    )
    how = "decimal" if result.kind == "multiplicative" else "money"
    parts = (
        Column("amount", "money"),
        Column("trend", "money"),
        Column("season", how),
        Column("remainder", how, minor=True),
    )
    return View(
        _id("season", str(result.per_year)),
        heading,
        *_split(said),
        draw=lambda: charts.season(result, w, _label(heading, said)),
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
        *_split(said),
        tables=(table(Sheet(result.table, columns), w, heading, most=len(result.table)),),
        how=w.phrase("sections.scorecard.how"),
        terms=tuple(f"kpi:{k}" for k in result.table.index),
        sheets={"scorecard": Sheet(result.table, tuple(saved))},
        uses=(),
        open_table=True,
    )


def sentences(findings: Iterable[Finding], w: Words, most: int = _MOST_SENTENCES) -> list[Sentence]:
    """The sentences of the first findings; one that says nothing beyond another is left out."""
    return [say(f, w, inside=True) for f in list(findings)[:most]]


_NAMED_BY_HEADING = ("history.breakdown_rise", "history.breakdown_fall")


def _telling_first(findings: Iterable[Finding]) -> list[Finding]:
    """The largest move of a part before its size: the page asks what changed."""
    return sorted(findings, key=lambda f: -abs(f.values["change"]) if f.key in _NAMED_BY_HEADING else 0.0)


def say(finding: Finding, w: Words, inside: bool = False) -> Sentence:
    """The sentence of one finding; inside its section the heading names the level already."""
    known = {"level": None} if inside and finding.key in _NAMED_BY_HEADING else {}
    return w.say(finding.key, finding.values | known)


def leading(results: Iterable[Any]) -> list[Finding]:
    """The finding of each result to put in an answer: its first, but of all breakdowns the most telling move."""
    told = list(results)
    parts = [r for r in told if isinstance(r, Breakdown)]
    move = _most_telling(parts)
    found: list[Finding] = []
    for result in told:
        if not isinstance(result, Breakdown):
            found += result.findings[: getattr(result, "leads", 1)]
        elif result is parts[0]:
            found += [move] if move else []
    return found


def _most_telling(parts: list[Breakdown]) -> Finding | None:
    """The rise or fall of a node that is furthest from having moved as the whole."""
    moves = {}
    for part in parts:
        before = float(part.table["amount_before"].sum())
        rate = float(part.table["change"].sum()) / before if before > 0 else 0.0
        for finding in part.findings:
            if finding.key in ("history.breakdown_rise", "history.breakdown_fall"):
                values = finding.values
                moves[abs(values["change"] - rate * (values["amount_before"] or 0.0))] = finding
    return moves[max(moves)] if moves else None


def flat(results: Iterable[Any]) -> list[Any]:
    """Results in order; a tuple or list of them counts as several, None as none."""
    out: list[Any] = []
    for result in results:
        out += flat(result) if isinstance(result, tuple | list) else [result] if result is not None else []
    return out


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


def _columns(frame: pd.DataFrame, known: Mapping[str, Column]) -> list[Column]:
    """The columns that there are and that hold anything at all."""
    return [c for name, c in known.items() if name in frame and frame[name].notna().any()]


def _split(said: list[Sentence]) -> tuple[Sentence, tuple[Sentence, ...]]:
    return (said[0], tuple(said[1:])) if said else (Sentence(), ())


def _label(heading: str, said: list[Sentence]) -> str:
    return f"{heading}: {said[0]}" if said else heading


def _id(kind: str, name: str) -> str:
    return f"{kind}-{''.join(c if c.isalnum() else '-' for c in name)}"


def _days(spans: Spans) -> dict[str, Any]:
    return {"now": spans.now, "before": spans.before, "span": spans.name}


def _change_term(spans: Spans) -> str:
    """What a rate of change is called: on the year before, or on the quarter before where no year is known."""
    return "qoq" if spans.name == "quarter" else "yoy"


def _compared(spans: Spans, w: Words) -> str:
    return w.phrase("page.compares", _days(spans))


def _unit_of(measure: str) -> str:
    known = declared()
    if measure in known:
        return known[measure].unit
    return _MEASURES.get(measure, "money")


def tile(key: str, row: Mapping[str, Any], w: Words) -> dict[str, Any]:
    """One tile: name, value, change on before, and the interval where there is one."""
    unit = row["unit"]
    facts = []
    if not missing(row["change"]):
        facts = [
            w.change_by_unit(row["change"], unit),
            w.phrase("page.before", {"before": row["before"], "unit": unit}),
        ]
    if not missing(row["lo"]):
        facts.append(w.phrase("page.between", {"lo": row["lo"], "hi": row["hi"]}))
    return {"label": w.kpi(key), "value": w.by_unit(row["now"], unit), "facts": facts}
