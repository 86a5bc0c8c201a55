"""Parquet files where they stand: nothing is read until a query asks for it."""

# ruff: noqa: S608 - names and values pass engines.named and engines.quoted, and the tests try hostile ones

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.sources.engines import named, quoted
from workbench.sources.readers.kinds import Cell

if TYPE_CHECKING:
    from ibis.backends.duckdb import Backend

Schema = tuple[tuple[str, str], ...]


def schema(con: "Backend", file: Path, name: str) -> tuple[Schema, str]:
    """The file's columns with DuckDB's types, or a problem."""
    from duckdb import Error

    try:
        found = con.con.execute(f"DESCRIBE SELECT * FROM read_parquet({_list([file])})").fetchall()
    except Error:
        return (), f"{name}: this is not a whole Parquet file. Export it again."
    return tuple((column, kind) for column, kind, *_ in found), ""


def origin(files: Mapping[Path, str], wanted: Sequence[tuple[str, str]]) -> tuple[str, str]:
    """SQL of the rows of files that have one schema, the wanted columns as c0, c1, …; and SQL of their file's name."""
    columns = ", ".join(f"{_readable(named(header), kind)} AS c{i}" for i, (header, kind) in enumerate(wanted))
    source = f"read_parquet({_list(files)}, filename = _path, file_row_number = true)"
    rows = (
        f"(SELECT {columns}, file_row_number + 1 AS r, _path FROM {source.replace('= _path', '= ' + quoted('_path'))})"
    )
    if len(files) == 1:
        return rows, quoted(next(iter(files.values())))
    named_as = " ".join(f"WHEN {quoted(path.absolute())} THEN {quoted(name)}" for path, name in files.items())
    return rows, f"CASE _path {named_as} END"


def cell(column: str, kind: str) -> Cell:
    """Where a column's values are, by its type."""
    kind = kind.upper()
    if kind == "DATE" or kind.startswith("TIMESTAMP"):
        return Cell(moment=f"CAST({column} AS TIMESTAMP)" if kind.endswith("ZONE") else column)
    if kind in ("FLOAT", "DOUBLE"):
        return Cell(number=f"CASE WHEN NOT isnan({column}) THEN {column} END")
    if kind.startswith("DECIMAL") or kind.removeprefix("U") in ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"):
        return Cell(number=column)
    return Cell(text=column)


def _readable(column: str, kind: str) -> str:
    """Lists, structures and the like as their text."""
    return column if cell(column, kind).text == "" or kind == "VARCHAR" else f"CAST({column} AS VARCHAR)"


def _list(files: Mapping[Path, str] | list[Path]) -> str:
    """The files as an SQL list of paths in which nothing is a pattern."""
    paths = ("".join(f"[{c}]" if c in "*?[" else c for c in str(f.absolute())) for f in files)
    return "[" + ", ".join(quoted(p) for p in paths) + "]"
