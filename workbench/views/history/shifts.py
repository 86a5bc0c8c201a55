"""What a reader sees of shifts of level, the calendar's effects, product life and mix."""

from typing import Any

import pandas as pd

from workbench.analytics.history import Breaks, CalendarEffects, Mix, ProductLife
from workbench.views.history import shifts_charts as charts
from workbench.views.show import View, columns_of, compared, label_of, sentences, split, view
from workbench.views.tables import Column, Sheet, table
from workbench.views.words import Words

_SPANS = {
    "first": Column("first", "count", "first_day"),
    "last": Column("last", "count", "last_day"),
    "ratio": Column("ratio", "share", "of_ordinary"),
    "lo": Column("lo", "share", minor=True),
    "hi": Column("hi", "share", minor=True),
    "effect": Column("effect", "money", "effect_each"),
}
_CLASSES = {
    "items": Column("items", "count"),
    "amount": Column("amount", "money", "last_12"),
    "share": Column("share", "share"),
    "amount_before": Column("amount_before", "money", "before_12"),
}
_ITEMS = {
    "class": Column("class", "text", "life_class"),
    "first": Column("first", "text", "first_sold"),
    "amount": Column("amount", "money", "last_12"),
    "amount_before": Column("amount_before", "money", "before_12", minor=True),
    "peak": Column("peak", "money", minor=True),
    "of_peak": Column("of_peak", "share"),
}
_MIX = {
    "share": Column("share", "share"),
    "share_before": Column("share_before", "share"),
    "change": Column("change", "points", "share_change"),
}


@view.register
def _(result: Breaks, w: Words, as_of: pd.Timestamp) -> View:
    said = sentences(result.findings, w)
    heading = w.phrase("sections.breaks.heading", {"measure": result.measure})
    every = f"period:{result.every}"
    named = {c: [w.period(p, result.every) for p in result.breaks[c]] for c in ("lo", "hi")}
    dated = Sheet(
        result.breaks.assign(**named),
        (
            Column("period", every, "new_level_from"),
            Column("lo", "text", "from_date"),
            Column("hi", "text", "to_date"),
            Column("ratio", "change", "shift"),
        ),
    )
    how = "money" if result.measure == "amount" else "decimal"
    series = Sheet(result.table, (Column("period", every), *(Column(n, how) for n in ("value", "adjusted", "level"))))
    name = f"breaks-{result.measure.replace('_', '-')}"
    return View(
        name,
        heading,
        *split(said),
        draw=lambda: charts.breaks(result, w, label_of(heading, said, w)),
        tables=(table(dated, w, heading),) if len(result.breaks) else (),
        how=w.phrase("sections.breaks.how"),
        terms=("break",),
        sheets={name: series},
    )


@view.register
def _(result: CalendarEffects, w: Words, as_of: pd.Timestamp) -> View:
    said = sentences(result.findings, w, most=5)
    heading = w.phrase("sections.calendar_effects.heading", {"festival": len(result.spans) > 0})
    spans = result.spans.rename(index=lambda role: w.phrase(f"sections.calendar_effects.role.{role.split(' ')[0]}"))
    sheet = Sheet(spans, (Column("role", "text"), *columns_of(spans, _SPANS)))
    there = len(spans) > 0
    return View(
        "calendar-effects",
        heading,
        *split(said),
        draw=(lambda: charts.calendar_effects(result, w, label_of(heading, said, w))) if there else None,
        tables=(table(sheet, w, heading),) if there else (),
        how=w.phrase("sections.calendar_effects.how"),
        sheets={"calendar-effects": sheet} if there else {},
    )


@view.register
def _(result: ProductLife, w: Words, as_of: pd.Timestamp) -> View:
    heading = w.phrase("sections.product_life.heading", {"by": result.by})
    named = _named(result.table.index, w)
    classes = result.table.rename(index=named)
    items = result.items.assign(first=result.items["first"].map(lambda day: _month(day, w)))
    items["class"] = items["class"].map(named)
    shown = Sheet(classes, (Column("class", "text", "life_class"), *columns_of(classes, _CLASSES)))
    listed = Sheet(items, (Column("item", "level", result.by), *columns_of(items, _ITEMS)))
    return View(
        f"life-{result.by}",
        heading,
        *split(sentences(result.findings, w)),
        tables=(table(shown, w, heading, sums=("items", "amount", "amount_before", "share")),),
        how=w.phrase("sections.product_life.how"),
        sheets={f"life-{result.by}": listed},
        open_table=True,
    )


@view.register
def _(result: Mix, w: Words, as_of: pd.Timestamp) -> View:
    sheet = Sheet(result.table, (Column("node", "level", result.by), *columns_of(result.table, _MIX)))
    days = {"now": result.spans.now, "before": result.spans.before}
    return View(
        f"mix-{result.by}",
        w.phrase("sections.mix.heading", {"by": result.by}),
        *split(sentences(result.findings, w)),
        tables=(table(sheet, w, compared(result.spans, w)),),
        how=w.phrase("sections.mix.how", days),
        terms=("share", "points", "hhi"),
        sheets={f"mix-{result.by}": sheet},
        open_table=True,
    )


def _named(classes: pd.Index, w: Words) -> dict[str, str]:
    return {c: w.phrase(f"sections.product_life.class.{c}") for c in classes}


def _month(day: Any, w: Words) -> str | None:
    return None if pd.isna(day) else w.month(day)
