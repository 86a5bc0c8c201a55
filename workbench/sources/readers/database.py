"""A table of a database, read where it is: each query is the database's own."""

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import DataError
from workbench.settings import Source
from workbench.sources import engines, spark
from workbench.sources.readers.kinds import DATE, TEXT

if TYPE_CHECKING:
    import ibis


def table(source: Source, folder: Path) -> "ibis.Table":
    """The source's table; `schema.table`, or `database.schema.table`, each part as the database spells it."""
    con: Any = engines.connect(source.url, folder)
    *place, name = source.table.split(".")
    schema = tuple(place) if len(place) > 1 else place[0] if place else None
    file = spark.file_of(source.table, folder) if con.name == "pyspark" else None
    try:
        return con.read_parquet(file) if file else con.table(name, database=schema)
    except engines.failures() as error:
        raise DataError(engines.shown(source.url), [_missing(con, source, schema, name, error)]) from None


def native(table: "ibis.Table", kinds: Mapping[str, str]) -> bool:
    """Whether the database itself holds days as dates and amounts as numbers."""
    return not any(table[c].type().is_string() for c, kind in kinds.items() if kind != TEXT) and not any(
        table[c].type().is_numeric() for c, kind in kinds.items() if kind == DATE
    )


def typed(table: "ibis.Table", kinds: Mapping[str, str], name: str) -> "ibis.Table":
    """The table with days as dates, decimals and floats as they are, and trimmed texts; `_file` is its name."""
    import ibis

    columns = {c: _value(table[c], kind) for c, kind in kinds.items()}
    return table.select(**columns, _file=ibis.literal(name))


def digest(table: "ibis.Table", kinds: Mapping[str, str]) -> str:
    """The number of rows and the last day in them, which change when the table grows."""
    days = [c for c, kind in kinds.items() if kind == DATE]
    found = engines.frame(table.aggregate(rows=table.count(), **({"last": table[days[0]].max()} if days else {})))
    return f"{found.rows[0]} rows" + (f", {str(found['last'][0])[:10]}" if days else "")


def _value(column: "ibis.Value", kind: str) -> "ibis.Value":
    if kind == DATE:
        return column.cast("date")
    if kind == TEXT:
        text = column.cast("string").strip()
        return text.nullif("")
    return column.nullif(float("nan")) if column.type().is_floating() else column


def _missing(con: "ibis.BaseBackend", source: Source, schema: object, name: str, error: Exception) -> str:
    try:
        there = con.list_tables(database=schema) if schema else con.list_tables()
    except engines.failures():
        there = []
    near = difflib.get_close_matches(name, there, n=3, cutoff=0.5) or sorted(there)[:8]
    shown = f" It has {', '.join(repr(t) for t in near)}." if near else ""
    return f"there is no table '{source.table}', or this user may not read it.{shown} Correct table in workbench.toml."
