"""What only a person can decide about a source, asked with the facts that help to."""

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from workbench.sources.guess.currencies import in_pieces
from workbench.sources.guess.guesses import Question, SourceGuess, contract
from workbench.sources.guess.sheets import Sheet, plain, unit
from workbench.sources.readers import UNTOLD

_FOOTER = 5  # rows at the end of a file that may be totals and notes
_TOTALS = "小计|小計|合计|合計|总计|總計|total|summe|gesamt"  # what a row that sums up others says of itself
_CANCELLED = "cancel void 取消 作废 作廢 关闭 關閉"
_NO_ORDERS = (
    "no file looks like orders, which every report needs: which one is it, and which of its columns are the date and"
    ' the amount? Name it in [sources.orders] as files = ["…"], and its columns below it in [sources.orders.columns].'
)


def questions(sources: Mapping[str, SourceGuess]) -> list[Question]:
    """All that is open about the sources, and whether there are orders at all."""
    asked = [] if {"orders", "opportunities"} & set(sources) else [Question("", _NO_ORDERS)]
    return asked + [q for s in sources.values() for q in (*_open(s), *_cancelled(s), *_undated(s))]


def _open(source: SourceGuess) -> list[Question]:
    """Columns with several candidates, doubts about how to read the files, stages that nobody knows."""
    found = []
    for column, headers in source.rivals.items():
        facts = [f"{column} = {h!r}: {_fact(source, column, h)}" for h in headers]
        asked = f"{source.name}: which column is the {column}? " + "; ".join(facts)
        found.append(Question(f"{source.name}.{column}", asked, headers))
    if source.name == "orders" and not source.derive and not _money(source):
        asked = "orders: no column was found that holds the money of a line"
        if in_pieces(source):
            asked += (
                f", so the pieces in {source.columns['quantity'].header!r} are taken as the amount. If one does, name"
            )
            asked += " it, and the company's currency"
        found.append(Question("orders.amount", asked, ("",)))
    found += _by_piece(source)
    found += [q for setting in ("dates", "decimal") for q in _untold(source, setting)]
    found += _scaled(source)
    if source.name == "opportunities" and not source.stages.get("won"):
        found.append(Question("opportunities.won", "opportunities: which stages mean won, and which lost?"))
    return found


def _by_piece(source: SourceGuess) -> list[Question]:
    """A header that usually says what one piece costs, where the cost of the whole line is wanted."""
    if source.name != "orders" or "cost" in source.columns:
        return []
    known = {plain(name) for name in contract("products")["unit_cost"].aliases}
    asked = (
        "usually means what one piece costs, and the cost of a line is that of all its pieces. If it is the line's, add"
    )
    return [
        Question(source.name, f'{source.name}: {h!r} {asked} cost = "{h}" to its columns. Is it?')
        for h in source.rest
        if plain(h) in known
    ]


def _scaled(source: SourceGuess) -> list[Question]:
    """Money that its header says is in thousands or more."""
    money = [c for c, d in contract(source.name).items() if d.kind == "money"]
    headers = [source.columns[c].header for c in money if c in source.columns]
    asked = (
        "and numbers are read as they stand. Are they whole units all the same, or will you multiply them in the file?"
    )
    said = {h: u for h in headers if (u := unit(h))}
    return [
        Question(f"{source.name}:unit", f"{source.name}: {h!r} says it is in {u}, {asked}") for h, u in said.items()
    ]


def _untold(source: SourceGuess, setting: str) -> list[Question]:
    """The order of day and month, or the decimal mark, where no value of the source proves it."""
    found = source.forms(setting)
    if UNTOLD not in found or len(found) > 1:
        return []
    header = sorted(found[UNTOLD])[0]
    example = next(iter(source.together.distinct(header)), "")
    asked = {
        "dates": f"{header!r} holds days like {example!r}, and none of them tells the day from the month",
        "decimal": f"{header!r} holds numbers like {example!r}, and none of them tells thousands from decimals",
    }[setting]
    return [Question(f"{source.name}:{setting}", f"{source.name}: {asked}. Which is it?")]


def with_proof(question: Question, sources: Mapping[str, SourceGuess]) -> Question:
    """The question, with what the company's other files prove about the order of day and month."""
    name, _, setting = question.where.partition(":")
    if setting != "dates":
        return question
    others = {n: set(s.forms("dates")) & {"day-first", "month-first"} for n, s in sources.items() if n != name}
    proof = [f"{n} is {form}" for n, found in others.items() for form in sorted(found)]
    return replace(question, asked=" ".join([question.asked, *(f"{p}." for p in proof)]))


def _money(source: SourceGuess) -> bool:
    columns = {*source.columns, *source.rivals}
    return "amount" in columns or {"quantity", "price"} <= columns


def _fact(source: SourceGuess, column: str, header: str) -> str:
    """What tells one candidate from another: its sum and whether it is quantity × price; or its first and last."""
    values = source.together.distinct(header)
    if column != "amount":
        return f"from {values.min()} to {values.max()}" if len(values) else "empty"
    cells = _numbers(source.values[header])
    parts = [f"{cells.sum():,.2f} in {cells.count():,} rows"]
    if {"quantity", "price"} <= set(source.columns):
        product = _numbers(source.values[source.columns["quantity"].header]) * _numbers(
            source.values[source.columns["price"].header]
        )
        same = ((product - cells).abs() < 0.011).mean()
        parts.append(f"quantity × price in {same:.0%} of them")
    return ", ".join(parts)


def _numbers(cells: pd.Series) -> pd.Series:
    return pd.to_numeric(cells.astype("str").str.replace(r"[^\d.\-]", "", regex=True), errors="coerce")


def _cancelled(source: SourceGuess) -> list[Question]:
    """A status that says an order is void: leave those lines out?"""
    if source.name != "orders" or "status" not in source.columns:
        return []
    values = source.together.distinct(source.columns["status"].header)
    void = [v for v in values if any(w in v.casefold() for w in _CANCELLED.split())][:10]
    if not void:
        return []
    rows = int(source.values[source.columns["status"].header].isin(void).sum())
    asked = f"orders: {rows:,} rows have the status {', '.join(map(repr, void))}. Should they be left out?"
    return [Question("orders:exclude.status", asked, tuple(void))]


def _undated(source: SourceGuess) -> list[Question]:
    """Rows that bear no day: totals and notes, at the end of a file or between its lines, or lines that lack theirs?"""
    if not source.sheets or "date" not in source.columns or not all(s.whole for s in source.sheets):
        return []
    header = source.columns["date"].header
    found = {s.title: rows for s in source.sheets if (rows := _beside_lines(s, header))}
    if not found:
        return []
    rows = sum(found.values())
    many = "1 row" if rows == 1 else f"{rows} rows"
    asked = f"{source.name}: {many} of {', '.join(found)} bear no day. Totals or notes, to be left out?"
    return [Question(f"{source.name}:exclude.date", asked, ("",))]


def _beside_lines(sheet: Sheet, header: str) -> int:
    """How many rows without a day are totals, or notes at the end; 0 where one of them may be a line."""
    blank = sheet.values[header].fillna("").str.strip() == ""
    at_end = blank[::-1].cumprod()[::-1].astype(bool)
    if not blank.any():
        return 0
    words = sheet.values[blank].fillna("").agg(" ".join, axis=1)
    total = words.str.contains(_TOTALS, case=False).reindex(blank.index, fill_value=False)
    between = blank & ~at_end
    few = int((at_end & ~total).sum()) <= _FOOTER
    return int(blank.sum()) if few and bool(total[between].all()) else 0
