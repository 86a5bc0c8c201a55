"""What a reader sees of each result of analytics/forecast."""

from typing import Any

import pandas as pd

from workbench.analytics.forecast import Accuracy, CalendarEffects, Landing, Parts, Scenarios, TrackRecord, Variables
from workbench.analytics.forecast.effects import short, variable
from workbench.analytics.forecast.evidence import NAIVE, OURS
from workbench.views.forecast import charts
from workbench.views.show import View, label_of, rounded, sentences, slug, split, view
from workbench.views.tables import Column, Sheet, table
from workbench.views.words import Words

_BEST = 3  # single methods beside the combination and the seasonal naive, on the page


@view.register
def _(result: Landing, w: Words, as_of: pd.Timestamp) -> View:
    shape = [f for f in result.findings if f.key == "forecast.shape"]  # the figure's point; the answer says the rest
    said = sentences([*shape, *(f for f in result.findings if f.key != "forecast.shape")], w, most=5)
    heading = w.phrase("forecast.landing.heading")
    found = result.forecast
    spans = Sheet(result.table, (Column("span", "phrase:forecast.span", "span_name"), *_SPANS))
    ahead = Sheet(found.whole, (Column("period", f"period:{found.every}"), *_AHEAD))
    every = Sheet(
        found.table.reset_index(),
        (Column("node", "text"), Column("period", "date"), *_AHEAD),
    )
    values = {"n": len(found.history), "series": len(found.nodes), "paths": len(found.paths)}
    return View(
        "landing",
        heading,
        *split(said),
        draw=lambda: charts.landing(result, w, label_of(heading, said, w), as_of),
        tables=(
            table(_dated(result.table, w), w, heading),
            table(ahead, w, w.phrase("sections.columns.forecast"), most=len(ahead.frame)),
        ),
        how=w.phrase("forecast.landing.how", values),
        terms=("prediction_interval", "yoy", *(("as_issued",) if len(result.issued) else ())),
        sheets={"landing": spans, "forecast": ahead, "forecast-parts": every},
    )


def _dated(spans: pd.DataFrame, w: Words) -> Sheet:
    """The spans with their days beside their names, which takes less room on a page than two columns of days."""
    days = [w.days(span) for span in zip(spans["first"], spans["last"], strict=True)]
    names = [w.phrase(f"forecast.span.{name}") for name in spans.index]
    named = [w.writing.aside.format(*pair) for pair in zip(names, days, strict=True)]
    shown = tuple(column for column in _SPANS if column.name not in ("first", "last"))
    return Sheet(spans.set_axis(named, axis=0), (Column("span", "text", "span_name"), *shown))


@view.register
def _(result: Parts, w: Words, as_of: pd.Timestamp) -> View:
    said = sentences(result.findings, w, most=5)
    heading = w.phrase("forecast.parts.heading", {"level": result.level})
    first = Column("node", "level", result.level)
    sheet = Sheet(result.table, (first, *_PARTS))
    saved = Sheet(result.table, (first, *_PARTS, *_PARTS_MORE))
    return View(
        slug("forecast-by", result.level),
        heading,
        *split(said),
        draw=lambda: charts.parts(result, w, label_of(heading, said, w)),
        tables=(table(sheet, w, heading, sums=("amount", "share", "amount_before", "change")),),
        how=w.phrase("forecast.parts.how", {"span": result.span}),
        terms=("prediction_interval", "share", "yoy"),
        sheets={slug("forecast-by", result.level): saved},
    )


@view.register
def _(result: Accuracy, w: Words, as_of: pd.Timestamp) -> View:
    said = sentences(result.findings, w)
    heading = w.phrase("forecast.proof.heading")
    first = Column("model", "phrase:forecast.model")
    frame = result.table
    shown = Sheet(frame.loc[_comparable(frame)], (first, *_MODELS))
    steps = Sheet(
        result.by_horizon,
        (Column("step", "count", "step_ahead"), Column(OURS, "decimal", "ours"), Column(NAIVE, "decimal", "naive")),
    )
    return View(
        "accuracy",
        heading,
        *split(said),
        draw=(lambda: charts.accuracy(result, w, label_of(heading, said, w))) if len(result.by_horizon) > 1 else None,
        tables=(table(shown, w, heading),),
        how=w.phrase("forecast.proof.how"),
        terms=("mase", "wape", "bias", "interval_coverage", "seasonal_naive"),
        sheets={"accuracy": Sheet(frame, (first, *_MODELS, *_MODELS_MORE)), "accuracy-by-horizon": steps},
        open_table=True,
    )


def _comparable(frame: pd.DataFrame) -> list[str]:
    """Ours, last year repeated, and the best single methods of those tried on all the cases that ours was tried on."""
    tried = frame[["folds", "series"]]
    same = frame.index[(tried == tried.loc[OURS]).all(axis=1)] if OURS in frame.index else frame.index
    told = [m for m in (OURS, NAIVE) if m in frame.index]
    return [*told, *[m for m in same if m not in (OURS, NAIVE)][:_BEST]]


@view.register
def _(result: CalendarEffects, w: Words, as_of: pd.Timestamp) -> View:
    heading = w.phrase("forecast.effects.heading")
    columns = (Column("effect", "change", "effect_ratio"),)
    sheet = Sheet(result.table, (Column("regressor", "phrase:forecast.effect"), *columns))
    return View(
        "calendar",
        heading,
        *split(sentences(result.findings, w)),
        tables=(table(sheet, w, heading),) if len(result.table) else (),
        how=w.phrase("forecast.effects.how"),
        sheets={"calendar": sheet} if len(result.table) else {},
    )


@view.register
def _(result: Variables, w: Words, as_of: pd.Timestamp) -> View:
    heading = w.phrase("forecast.variables_section.heading")
    named = result.table.rename(index=short)
    read = (_TABLES[what] for n in result.table.index if (what := variable(n)) in _TABLES)
    sheet = Sheet(named, (Column("variable", "phrase:forecast.variable"), *_VARIABLES))
    return View(
        "variables",
        heading,
        *split(sentences(result.findings, w, most=6)),
        tables=(table(sheet, w, heading),),
        how=w.phrase("forecast.variables_section.how"),
        terms=("prediction_interval",),
        sheets={"variables": sheet},
        uses=("orders", *dict.fromkeys(read)),
    )


@view.register
def _(result: TrackRecord, w: Words, as_of: pd.Timestamp) -> View:
    heading = w.phrase("forecast.record_section.heading")
    sheet = Sheet(result.table, (Column("as_of", "date"), *_RECORD))
    steps = Sheet(result.by_step, (Column("step", "count", "step_ahead"), *_STEPS))
    return View(
        "record",
        heading,
        *split(sentences(result.findings, w)),
        tables=(
            table(sheet, w, heading),
            table(
                Sheet(result.by_step.rename(index=str), steps.columns),
                w,
                w.phrase("sections.columns.step_ahead"),
                most=6,
            ),
        ),
        how=w.phrase("forecast.record_section.how"),
        terms=("as_issued", "prediction_interval", "interval_coverage", "wape"),
        sheets={"record": sheet, "record-by-step": steps},
        open_table=True,
    )


@view.register
def _(result: Scenarios, w: Words, as_of: pd.Timestamp) -> View:
    heading = w.phrase("forecast.scenarios_section.heading")
    named = {key: w.called(one.name) for key, one in result.named.items() if one.name}
    columns = (Column("scenario", "phrase:forecast.scenario_name"), *_SCENARIOS)
    shown = Sheet(result.table.rename(index=named), columns)
    what_if = Sheet(result.what_if, (Column("driver", "phrase:forecast.driver"), *_WHAT_IF))
    tables = [table(shown, w, heading)]
    if len(result.what_if):
        tables.append(table(what_if, w, w.phrase("forecast.scenarios_section.what_if")))
    return View(
        "scenarios",
        heading,
        *split(sentences(result.findings, w, most=6)),
        tables=tuple(tables),
        how=w.phrase("forecast.scenarios_section.how", {"span": result.span}),
        terms=("scenario", "prediction_interval"),
        sheets={"scenarios": shown} | ({"what-if": what_if} if len(result.what_if) else {}),
        open_table=True,
    )


def headline(result: Any) -> dict[str, Any]:
    """The facts of a result, to three significant digits: all that is the same on every machine."""
    if isinstance(result, Landing):
        year: Any = result.table.loc["next_year"]
        facts = {"next_year": year["amount"], "next_year_lo_80": year["lo_80"], "next_year_hi_80": year["hi_80"]}
        if "fiscal_year" in result.table.index:
            facts["fiscal_year_landing"] = result.table.loc["fiscal_year", "amount"]
        return {name: rounded(value) for name, value in facts.items()} | {
            "next_year_growth": round(float(year["yoy"]), 2)
        }
    if isinstance(result, Accuracy):
        ours: Any = result.table.loc[OURS]
        naive: Any = result.table.loc[NAIVE]
        return {
            "mase": round(float(ours["mase"]), 2),
            "mase_naive": round(float(naive["mase"]), 2),
            "coverage_80": round(float(ours["coverage_80"]), 2),
        }
    return {}


_BOUNDS = (Column("lo_80", "money"), Column("hi_80", "money"))
_MINOR_BOUNDS = (Column("lo_80", "money", minor=True), Column("hi_80", "money", minor=True))
_SPANS = (
    Column("first", "date", minor=True),
    Column("last", "date", minor=True),
    Column("so_far", "money", minor=True),
    Column("amount", "money", "forecast"),
    *_BOUNDS,
    Column("amount_before", "money", "year_before", minor=True),
    Column("yoy", "change"),
)
_AHEAD = (
    Column("mean", "money", "forecast"),
    *_BOUNDS,
    Column("lo_95", "money", minor=True),
    Column("hi_95", "money", minor=True),
)
_PARTS = (
    Column("amount", "money", "forecast"),
    *_BOUNDS,
    Column("share", "share", minor=True),
    Column("amount_before", "money", "year_before", minor=True),
    Column("yoy", "change"),
    Column("reasons", "reasons"),
)
_PARTS_MORE = (Column("change", "money"), Column("mase", "decimal"), Column("mase_naive", "decimal"))
_MODELS = (
    Column("mase", "decimal"),
    Column("wape", "share"),
    Column("bias", "change", minor=True),
    Column("coverage_80", "share", minor=True),
    Column("coverage_95", "share", minor=True),
)
_MODELS_MORE = (
    Column("rmsse", "decimal"),
    Column("quantile_loss", "decimal"),
    Column("folds", "count"),
    Column("series", "count", "series_count"),
)
_RECORD = (
    Column("first", "date", minor=True),
    Column("last", "date", minor=True),
    Column("amount", "money", "forecast"),
    *_MINOR_BOUNDS,
    Column("actual", "money"),
    Column("error", "change"),
)
_STEPS = (
    Column("periods", "count"),
    Column("wape", "share"),
    Column("coverage_80", "share"),
    Column("coverage_95", "share", minor=True),
)
_SCENARIOS = (
    Column("amount", "money", "forecast"),
    *_MINOR_BOUNDS,
    Column("change", "money"),
    Column("rate", "change", "rate_of"),
)
_WHAT_IF = (
    Column("amount", "money", "effect"),
    *_MINOR_BOUNDS,
    Column("rate", "change", "rate_of"),
    Column("measured", "phrase:forecast.basis", "basis"),
)
_TABLES = {"spend": "spend", "reps": "reps", "market": "market", "event": "events"}
_VARIABLES = (
    Column("verdict", "phrase:forecast.verdict", "in_forecast"),
    Column("effect", "change", "effect_of_ten"),
    Column("lo_80", "change", minor=True),
    Column("hi_80", "change", minor=True),
    Column("without_it", "share", "without_it"),
    Column("with_it", "share", "with_it"),
    Column("tests", "count", minor=True),
)
