"""What the settings ask to be done to rows before anything is counted: rename, look up, leave out, price, convert."""

import functools
import operator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from workbench.settings import Source
from workbench.sources.levels import References
from workbench.sources.query import fetch, memory

_ID, _TO = "__id", "__to"


@dataclass(frozen=True)
class Translation:
    """Identifiers of one column and the keys they stand for."""

    column: str
    pairs: pd.DataFrame  # columns __id, __to


def rename(expr: Any, source: Source) -> Any:
    """Values by their new names; "" names a missing value."""
    import ibis

    for column, names in source.rename.items():
        if column not in expr.columns:
            continue
        text = expr[column].cast("string")
        cases = [(text == old, new) for old, new in names.items() if old]
        if "" in names:
            cases.append((text.isnull(), names[""]))
        expr = expr.mutate(**{column: ibis.cases(*cases, else_=text) if cases else text})
    return expr


def translations(
    con: Any, name: str, expr: Any, source: Source, refs: References
) -> tuple[list[Translation], list[str]]:
    """What each `lookup` of a source replaces by what, and what is wrong with the lookups."""
    done, problems = [], []
    for column, lookup in source.lookup.items():
        where = f"{name}: lookup of '{column}' in {lookup.table}.{lookup.by}"
        key = refs.keys.get(lookup.table, "")
        frame = _reference_frame(con, name, expr, refs, lookup.table, [lookup.by, key])
        if frame is None:
            advice = f"Map '{lookup.by}' in [sources.{lookup.table}]."
            problems.append(f"{where}: there is no such table or column. {advice}")
            continue
        pairs = frame[[lookup.by, key]].dropna().set_axis([_ID, _TO], axis=1).astype("str").drop_duplicates()
        if len(twice := pairs[pairs[_ID].duplicated()]):
            shown = ", ".join(f"'{v}'" for v in twice[_ID].unique()[:3])
            problems.append(f"{where}: {twice[_ID].nunique()} identifiers stand for several keys, e.g. {shown}.")
            continue
        done.append(Translation(column, pairs))
    return done, problems


def translate(expr: Any, translation: Translation) -> Any:
    """`expr` with identifiers replaced by keys; one that stands for nothing stays, to be found as unmatched."""
    column, small = translation.column, memory(translation.pairs)
    if column not in expr.columns:
        return expr
    expr = expr.mutate(**{column: expr[column].cast("string")})
    joined = expr.left_join(small, expr[column] == small[_ID])
    return joined.mutate(**{column: joined[_TO].coalesce(joined[column])}).drop(_ID, _TO)


def left_out(expr: Any, name: str, source: Source, refs: References) -> tuple[Any, dict[str, Any]]:
    """`expr` with the levels that `exclude` needs, and for each the condition under which a row is left out."""
    wide = refs.attach(expr, name, source.exclude)
    conditions = {}
    for column, values in source.exclude.items():
        if column in wide.columns:
            text = wide[column].cast("string")
            named = text.isin([v for v in values if v]).fill_null(False)
            conditions[column] = (named | text.isnull()) if "" in values else named
    return wide, conditions


def any_of(conditions: dict[str, Any]) -> Any:
    """True where one of the conditions holds; there is at least one."""
    return functools.reduce(operator.or_, conditions.values())


def price(expr: Any) -> Any:
    """`expr` with `amount` = quantity × price × (1 − discount) where it has no amount of its own."""
    if "amount" in expr.columns or not {"quantity", "price"} <= set(expr.columns):
        return expr
    full = expr.quantity.cast("float64") * expr.price.cast("float64")
    share = 1 - expr.discount.cast("float64").coalesce(0.0) if "discount" in expr.columns else 1.0
    return expr.mutate(amount=full * share)


def code(currency: Any) -> Any:
    """A currency's code as it is compared: "usd " is USD."""
    return currency.cast("string").strip().upper()


def convert(expr: Any, own: str, rates: pd.DataFrame | None) -> Any:
    """`expr` in the company's currency, with `__rate`: missing where none is known for a line's currency and day."""
    import ibis

    expr = expr.mutate(__code=code(expr.currency))
    if rates is None or not len(rates):
        return expr.mutate(__rate=ibis.ifelse(expr["__code"] == own, 1.0, ibis.null("float64")))
    small = memory(_stretches(rates))
    on = [expr["__code"] == small["__c"], expr.date >= small["__from"], expr.date < small["__until"]]
    joined = expr.left_join(small, on)
    rate = ibis.ifelse(joined["__code"] == own, 1.0, joined["__r"])
    joined = joined.mutate(__rate=rate).drop("__c", "__from", "__until", "__r")
    money = [c for c in ("amount", "cost", "price") if c in joined.columns]
    return joined.mutate(**{c: joined[c].cast("float64") * joined["__rate"] for c in money})


def _stretches(rates: pd.DataFrame) -> pd.DataFrame:
    """Each rate with the first day it holds and the first day it no longer holds."""
    ordered = rates.dropna(subset=["currency", "date", "rate"]).sort_values(["currency", "date"])
    until = ordered.groupby("currency")["date"].shift(-1).fillna(pd.Timestamp("2262-01-01"))
    columns = {
        "__c": ordered["currency"],
        "__from": ordered["date"],
        "__until": until,
        "__r": ordered["rate"].astype("float64"),
    }
    return pd.DataFrame(columns).assign(**{c: columns[c].dt.date for c in ("__from", "__until")})


def _reference_frame(
    con: Any, name: str, expr: Any, refs: References, table: str, columns: list[str]
) -> pd.DataFrame | None:
    """The reference table's frame; the table's own rows where it looks up itself."""
    if table == name:
        return fetch(con, expr.select(*columns)) if set(columns) <= set(expr.columns) else None
    frame = refs.frames.get(table)
    return frame if frame is not None and set(columns) <= set(frame.columns) else None
