"""What a reader sees of what happened in the period and what it did to sales."""

from typing import Any

import pandas as pd

from workbench.analytics.review.effects import Effects
from workbench.views.review import effects_charts as charts
from workbench.views.show import View, columns_of, label_of, sentences, split, view
from workbench.views.tables import Column, Sheet, table
from workbench.views.words import MISSING, Words

_COLUMNS = {
    "kind": Column("kind", "text", "effect_kind", minor=True),
    "first": Column("first", "date", "effect_first"),
    "last": Column("last", "date", "effect_last", minor=True),
    "place": Column("place", "text", "effect_where", on_page=False),
    "amount": Column("amount", "money", "effect_actual", on_page=False),
    "expected": Column("expected", "money", "effect_expected", on_page=False),
    "effect": Column("effect", "money", "effect_money"),
    "lo": Column("lo", "money", "effect_lo", on_page=False),
    "hi": Column("hi", "money", "effect_hi", on_page=False),
    "rate": Column("rate", "change", "effect_rate", minor=True),
    "total": Column("total", "money", "effect_total", on_page=False),
    "p": Column("p", "chance", "effect_p", minor=True),
    "told": Column("told", "phrase:review.effects.told", "effect_told"),
}


@view.register
def _(result: Effects, w: Words, as_of: pd.Timestamp) -> View:
    said = sentences(result.findings, w, most=6)
    heading = w.phrase("review.effects.heading")
    frame = _shown(result.table, w)
    sheet = Sheet(frame, (Column("name", "text", "effect_name"), *columns_of(frame, _COLUMNS)))
    drawn = next((str(name) for name in [*result.named.index, *result.table.index] if name in result.paths), "")
    label = label_of(heading, said, w)
    return View(
        "effects",
        heading,
        *split(said),
        draw=(lambda: charts.path(result.paths[drawn], result.table["first"][drawn], w, label)) if drawn else None,
        tables=(table(sheet, w, heading),),
        how=w.phrase("review.effects.how"),
        terms=("prediction_interval",),
        sheets={"effects": sheet},
        uses=("orders", "events", "reps"),
    )


def _shown(found: pd.DataFrame, w: Words) -> pd.DataFrame:
    """The table with its places in words, and how each is judged."""
    told = [reason or str(bool(named)).lower() for reason, named in zip(found["reason"], found["named"], strict=True)]
    kinds = [w.phrase("review.effects.left") if kind == "left" else kind for kind in found["kind"]]
    places = [w.places(where) if where else MISSING for where in found["where"]]
    return found.assign(kind=kinds, place=places, told=told)


def headline(result: Any) -> dict[str, float | None]:
    """The money of each effect that is told from chance."""
    return (
        {str(name): float(row["effect"]) for name, row in result.named.iterrows()}
        if isinstance(result, Effects)
        else {}
    )
