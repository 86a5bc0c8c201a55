"""Contract checks, in the engine: one query of counts for each table; row numbers only where a count is not zero."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from workbench.settings import Source
from workbench.sources.contracts import NUMBERS, Table
from workbench.sources.query import LARGEST, fetch
from workbench.sources.readers.typed import ODD

SHOWN = 5  # rows named in a message
FIRST, LAST = date(1950, 1, 1), date(2200, 12, 31)  # 1900-01-01 and its like are how systems write "no day"


@dataclass(frozen=True)
class Checked:
    """A table to check. `rows` gives the same rows with their numbers; it costs a reading, so it is asked for last."""

    con: Any
    name: str
    table: Table
    source: Source
    expr: Any
    rows: Callable[[], Any]

    def header(self, column: str) -> str:
        """A column by our name and, where it differs, the file's."""
        theirs = self.source.columns.get(column, column)
        return f"column '{theirs}'" + (f" ({column})" if theirs != column else "")


@dataclass(frozen=True)
class _Rule:
    column: str
    broken: Callable[[Any], Any]  # table -> condition
    says: str
    advice: str


def conditions(checked: Checked) -> dict[str, Any]:
    """What breaks the contract, by a short name: a condition each, to be counted along with other things."""
    return {f"__bad{i}": rule.broken(checked.expr) for i, rule in enumerate(_rules(checked))}


def breaches(checked: Checked, counts: pd.Series) -> list[str]:
    """A message for each rule that some rows break; `counts` has how many, by the names of `conditions`."""
    broken = [(rule, int(counts[f"__bad{i}"])) for i, rule in enumerate(_rules(checked)) if counts[f"__bad{i}"] > 0]
    if not broken:
        return []
    numbered = checked.rows()
    return [_message(checked, rule, count, numbered) for rule, count in broken]


def also_wrong(checked: Checked) -> list[str]:
    """What else breaks the contract in a table of which some cells could not be read, so that all is told at once."""
    lacking = _lacking(checked, {*checked.expr.columns, *checked.source.columns})
    asked = {name: condition.sum() for name, condition in conditions(checked).items()}
    return lacking + (breaches(checked, fetch(checked.con, checked.expr.aggregate(**asked)).iloc[0]) if asked else [])


def missing_columns(checked: Checked) -> list[str]:
    """Columns that the contract asks for and that are not there."""
    return _lacking(checked, set(checked.expr.columns))


def _lacking(checked: Checked, there: set[str]) -> list[str]:
    needed = [c for c, column in checked.table.columns.items() if column.required and c not in there]
    return [
        f"{checked.name}: there is no column '{c}'. Map it: [sources.{checked.name}.columns] {c} = \"its name in"
        ' your file".'
        for c in needed
    ]


def repeated_keys(checked: Checked) -> list[str]:
    """A message where keys repeat: in files whose rows are named by them, each may stand once."""
    import ibis

    key = [k for k in checked.table.key if k in checked.expr.columns]
    if not key or len(key) < len([k for k in checked.table.key if checked.table.columns[k].required]):
        return []
    groups = checked.expr.group_by(key).aggregate(__n=ibis._.count()).filter(ibis._["__n"] > 1)
    worst = fetch(checked.con, groups.order_by([ibis.desc("__n"), *key]).limit(SHOWN))
    if not len(worst):
        return []
    total = int(fetch(checked.con, groups.aggregate(n=ibis._.count()))["n"].iloc[0])
    rows = worst.itertuples(index=False)
    shown = ", ".join(f"'{' · '.join(str(v) for v in row[:-1])}' {row[-1]} times" for row in rows)
    numbered = checked.rows()
    first = worst.iloc[0]
    same = [numbered[k].isnull() if pd.isna(first[k]) else numbered[k] == _literal(first[k]) for k in key]
    places = _places(fetch(checked.con, _some(numbered.filter(same), key)))
    one = f"{total} keys repeat" if total > 1 else "1 key repeats"
    columns = " and ".join(checked.header(k) for k in key)
    return [f"{checked.name}: {columns}: {one}: {shown} ({places}). Each may stand in one row only: delete the others."]


def _rules(checked: Checked) -> list[_Rule]:
    found = []
    for name, column in checked.table.columns.items():
        if name not in checked.expr.columns:
            continue
        if column.required:
            found.append(_Rule(name, _empty(name), "has no value", _fill_in(checked.name, name)))
        if column.kind == "date" and column.required:
            found.append(_Rule(name, _far_away(name), f"is no day from {FIRST:%Y} to {LAST:%Y}", "Correct it."))
        if column.kind in NUMBERS:
            if column.at_least is not None:
                low = f"is below {column.at_least:g}"
                found.append(_Rule(name, _below(name, column.at_least), low, "Correct it."))
            found.append(_Rule(name, _endless(name), f"is no finite number below {LARGEST:.0e}", "Correct it."))
    if checked.name == "rates" and "rate" in checked.expr.columns:
        found.append(_Rule("rate", _nothing("rate"), "is 0", "Correct it."))
    if checked.name == "market" and "size" in checked.expr.columns:
        found.append(
            _Rule("size", _not_above("size"), "is not above 0", "Correct it, or empty it where it is not known.")
        )
    if checked.name == "orders" and "amount" in checked.expr.columns:
        found.append(_Rule("amount", _empty("amount"), "has no value", _fill_in("orders", "amount")))
    return found


def _empty(column: str) -> Callable[[Any], Any]:
    """No value; cells that could not be read are no empty ones, and were told when they were read."""
    mark = ODD + column

    def empty(table: Any) -> Any:
        missing = table[column].isnull()
        return missing & ~table[mark].fill_null(False) if mark in table.columns else missing

    return empty


def _nothing(column: str) -> Callable[[Any], Any]:
    return lambda table: table[column] == 0


def _not_above(column: str) -> Callable[[Any], Any]:
    return lambda table: table[column] <= 0


def _far_away(column: str) -> Callable[[Any], Any]:
    return lambda table: ~table[column].cast("date").between(FIRST, LAST)


def _below(column: str, least: float) -> Callable[[Any], Any]:
    return lambda table: table[column] < least


def _endless(column: str) -> Callable[[Any], Any]:
    return lambda table: ~(table[column].cast("float64").abs() < LARGEST)


def _fill_in(table: str, column: str) -> str:
    return f'Fill it in, or leave such rows out with [sources.{table}.exclude] {column} = [""].'


def _message(checked: Checked, rule: _Rule, count: int, numbered: Any) -> str:
    found = fetch(checked.con, _some(numbered.filter(rule.broken(numbered).fill_null(False)), [rule.column]))
    values = found[rule.column].dropna().astype("str").unique()[:1]
    example = f", e.g. {values[0]}" if len(values) else ""
    rows = f"{count:,} rows" if count > 1 else "1 row"
    header = checked.header(rule.column)
    return f"{checked.name}: {header} {rule.says} in {rows}{example} ({_places(found)}). {rule.advice}"


def _some(numbered: Any, columns: Sequence[str]) -> Any:
    places = [c for c in ("_file", "_row") if c in numbered.columns]
    return numbered.select(*places, *columns).order_by(places).limit(SHOWN) if places else numbered.limit(SHOWN)


def _places(found: pd.DataFrame) -> str:
    """Where rows stand, as people see them: file and row numbers."""
    if "_file" not in found.columns:
        return "in the database"
    if "_row" not in found.columns:
        return ", ".join(str(name) for name in found["_file"].unique())
    files = found.groupby("_file", sort=False)["_row"].apply(lambda rows: ", ".join(f"{int(r)}" for r in rows.dropna()))
    return "; ".join(f"{name}: rows {rows}" if rows else str(name) for name, rows in files.items())


def _literal(value: Any) -> Any:
    return value.date() if isinstance(value, pd.Timestamp) else value
