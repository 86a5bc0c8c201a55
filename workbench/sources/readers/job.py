"""What the steps of one reading share: what is asked, what was found so far, what comes back, looks at the rows."""

# ruff: noqa: S608 - names and values pass engines.named and engines.quoted, and the tests try hostile ones

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import DataError
from workbench.settings import Source
from workbench.sources.contracts import NUMBERS, Table
from workbench.sources.readers.kinds import DATE, NUMBER, TEXT, Cell
from workbench.sources.readers.parts import Part

if TYPE_CHECKING:
    import ibis
    from ibis.backends.duckdb import Backend

COUNT = itertools.count()  # of tables and views, so that each has a name of its own


@dataclass(frozen=True)
class Raw:
    """A source in the engine.

    `expr` has our column names, `_file`, and for text files and workbooks `_row`; where cells of a column could not be
    read, they are null, and a column named ODD + its name says which. `problems` lists every breach.
    `proved` says by file what its bytes and values proved. `digest` is a fingerprint of each file's content.
    """

    expr: "ibis.Table | None"
    problems: list[str]
    proved: dict[str, dict[str, Any]]
    digest: dict[str, str]
    rowed: "ibis.Table | None" = None

    def with_rows(self) -> "ibis.Table":
        """`expr` with `_row` in any case; dear for large tables, so only for messages."""
        table = self.rowed if self.rowed is not None else self.expr
        if table is None:
            raise DataError("source", self.problems)
        if "_row" in table.columns:
            return table
        import ibis

        return table.mutate(_row=ibis.row_number() + 1)


@dataclass(frozen=True)
class Job:
    """What all steps of one reading share."""

    con: "Backend"
    name: str
    source: Source
    table: Table
    folder: Path
    extra: tuple[str, ...]
    currency: str = ""  # the company's
    starts: int = 1  # the month in which its fiscal year starts

    def kind(self, ours: str) -> str:
        column = self.table.columns.get(ours)
        return TEXT if column is None else DATE if column.kind == "date" else NUMBER if column.kind in NUMBERS else TEXT

    def figures(self, aggregates: Sequence[str], part: Part) -> tuple[int, ...]:
        """The aggregates of the part's rows, all in one look."""
        if not aggregates:
            return ()
        return self.con.con.execute(f"SELECT {', '.join(aggregates)} FROM {part.origin}").fetchone() or ()

    def count(self, sql: str) -> int:
        """The one number that a query gives."""
        found = self.con.con.execute(sql).fetchone()
        return int(found[0]) if found else 0

    def rows(self, part: Part, condition: str, cell: Cell) -> tuple[int, str, str]:
        """How many rows meet a condition, the first five in words, and an example of the value."""
        count = self.count(f"SELECT count(*) FROM {part.origin} WHERE {condition}")
        first = self.con.con.execute(
            f"SELECT _row, {cell.written} FROM {part.numbered} WHERE {condition} ORDER BY _row LIMIT 5"
        ).fetchall()
        numbers = ", ".join(str(row) for row, _ in first)
        words = ("row " if count == 1 else "rows ") + numbers + (f" and {count - 5} more" if count > 5 else "")
        return count, words, _short(first[0][1]) if first else ""


@dataclass
class Found:
    """What has been found so far."""

    parts: list[Part]
    problems: list[str]
    digest: dict[str, str]
    temporary: list[Path]
    odd: set[str] = field(default_factory=set)  # columns of which some cells could not be read


def _short(value: object) -> str:
    shown = str(value)
    return shown if len(shown) <= 60 else shown[:60] + "…"
