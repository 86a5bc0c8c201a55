"""`peek`: what a file holds before anything is mapped, for `workbench init`."""

# ruff: noqa: S608 - names and values pass engines.named and engines.quoted, and the tests try hostile ones

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import DataError
from workbench.settings import Source
from workbench.sources import engines
from workbench.sources.readers import excel, files, headers, kinds, parquet, text
from workbench.sources.readers.kinds import DATE, NUMBER, TEXT, Cell, Writing

if TYPE_CHECKING:
    from ibis.backends.duckdb import Backend

UNTOLD = "cannot be told"
SAMPLE = 200
_MOST = 0.9  # of the values must read as a kind; the rest may be what the company has to correct
_COUNT = itertools.count()


@dataclass(frozen=True)
class Peek:
    """One file or sheet: its headers, up to 200 rows as text, and what they prove.

    `decimal` is ".", ",", "" (nothing to tell) or "cannot be told"; `dates` "year-first", "month-first", "day-first",
    "" or "cannot be told". `forms` says the same by header, `kinds` whether a column is a date, a number or text.
    `header` is the row of the headers, from 1. `count` is the number of rows under it, None where counting is dear.
    """

    file: Path
    name: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    sheet: str = ""
    header: int = 1
    count: int | None = None
    encoding: str = ""
    delimiter: str = ""
    kinds: dict[str, str] = field(default_factory=dict)
    forms: dict[str, str] = field(default_factory=dict)

    @property
    def decimal(self) -> str:
        return self._form(NUMBER)

    @property
    def dates(self) -> str:
        return self._form(DATE)

    def _form(self, kind: str) -> str:
        found = {f for h, f in self.forms.items() if self.kinds.get(h) == kind and f}
        proven = found - {UNTOLD}
        return proven.pop() if len(proven) == 1 else UNTOLD if found else ""


def peek(path: str | Path) -> list[Peek]:
    """What is in a file, one for each sheet that holds anything; a DataError says why it cannot be read."""
    file = Path(path)
    if not file.exists():
        _, problems = files.find([file.name], file.parent)
        raise DataError(str(path), problems)
    if reason := files.unusable(file, file.name):
        raise DataError(str(path), [reason])
    con, ending = engines.embedded(), file.suffix.lower()
    if ending in files.PARQUET:
        return [_parquet(con, file)]
    return _workbook(con, file) if ending in files.WORKBOOKS else [_text(con, file)]


def _text(con: "Backend", file: Path) -> Peek:
    opened, problems = text.open_text(file, file.name, Source(files=[file.name]), None)
    if opened is None:
        raise DataError(str(file), problems)
    width = len(opened.headers)
    below = [_even(r, width) for r in opened.sample[opened.header :] if any(r)]
    told = _judge(con, opened.headers, below)
    if UNTOLD in told[1].values():  # the rest of the file may tell
        told = _judge_all(con, text.rows(con, opened), opened.headers, told)
    count = len(below) if len(opened.sample) < 1000 and file.stat().st_size < text.SAMPLE else None
    return Peek(file, file.name, opened.headers, tuple(below[:SAMPLE]), header=opened.header, count=count,
                encoding=opened.proved["encoding"], delimiter=opened.delimiter,
                kinds=told[0], forms=told[1])  # fmt: skip


def _workbook(con: "Backend", file: Path) -> list[Peek]:
    sheets, problems = excel.open_sheets(file, file.name)
    if not sheets:
        raise DataError(str(file), problems or [f"{file.name} has no sheet with anything in it."])
    return [_sheet(con, file, sheet) for sheet in sheets]


def _sheet(con: "Backend", file: Path, sheet: excel.Sheet) -> Peek:
    shown = [[excel.shown(c) for c in row] for row in sheet.rows[:100]]
    header = sheet.first + headers.likely_row(shown) - 1
    names = sheet.headers(header, ())
    below = sheet.below(header)
    rows = [_even([excel.shown(c) for c in r], len(names)) for _, r in below[:SAMPLE]]
    view, cells = excel.register(con, sheet, header, range(len(names)))
    told = _judged(con, view, dict(zip(names, cells, strict=False)))
    return Peek(file, file.name, names, tuple(rows), sheet.name, header, len(below), kinds=told[0], forms=told[1])


def _parquet(con: "Backend", file: Path) -> Peek:
    schema, problem = parquet.schema(con, file, file.name)
    if problem:
        raise DataError(str(file), [problem])
    origin, _ = parquet.origin({file: file.name}, schema)
    cells = {c: parquet.cell(f"c{i}", kind) for i, (c, kind) in enumerate(schema)}
    told = _judged(con, f"(SELECT * FROM {origin} LIMIT 10000)", cells)
    columns = ", ".join(f"coalesce(CAST(c{i} AS VARCHAR), '')" for i in range(len(schema)))
    rows = con.con.execute(f"SELECT {columns} FROM {origin} LIMIT {SAMPLE}").fetchall()
    count = con.con.execute(f"SELECT count(*) FROM {origin}").fetchone()
    return Peek(file, file.name, tuple(c for c, _ in schema), tuple(rows), header=1, count=count[0] if count else None,
                kinds=told[0], forms=told[1])  # fmt: skip


def _even(row: Sequence[str], width: int) -> tuple[str, ...]:
    return tuple((list(row) + [""] * width)[:width])


def _judge(
    con: "Backend", names: Sequence[str], rows: Sequence[Sequence[str]]
) -> tuple[dict[str, str], dict[str, str]]:
    """The kind and form of each column of some rows of text."""
    import pyarrow as pa

    view = f"workbench_peek{next(_COUNT)}"
    con.con.register(view, pa.table({f"c{i}": pa.array([r[i] for r in rows], pa.string()) for i in range(len(names))}))
    return _judged(con, view, {name: Cell(f"c{i}") for i, name in enumerate(names)})


def _judge_all(
    con: "Backend", rows: text.Rows, names: Sequence[str], told: Any
) -> tuple[dict[str, str], dict[str, str]]:
    """The forms again, of the columns that the first rows could not tell, by all rows."""
    kinds_found, forms = told
    open_ones = {n: Cell(f"c{i}") for i, n in enumerate(names) if forms.get(n) == UNTOLD}
    if rows.temporary is None or not rows.problems:
        forms = forms | {n: _form(con, _prepared(rows.origin, c), kinds_found[n], c)[0] for n, c in open_ones.items()}
    if rows.temporary:
        rows.temporary.unlink(missing_ok=True)
    return kinds_found, forms


def _judged(con: "Backend", origin: str, cells: dict[str, Cell]) -> tuple[dict[str, str], dict[str, str]]:
    found = dict.fromkeys(cells, TEXT)
    forms: dict[str, str] = {}
    for name in _figures(con, origin, cells):
        values, cell = _values(con, origin, cells[name])
        found[name], form = _kind(con, _prepared(values, cell), cell)
        con.con.execute(f"DROP TABLE {values}")
        forms |= {name: form} if found[name] != TEXT else {}
    return found, forms


def _values(con: "Backend", origin: str, cell: Cell) -> tuple[str, Cell]:
    """A table of a column's different values, each looked at once, with how many `_times` it stands there."""
    held = {"text": cell.text, "number": cell.number, "moment": cell.moment}
    columns = ", ".join(f"{sql} AS {name}" for name, sql in held.items() if sql)
    table = f"workbench_values{next(_COUNT)}"
    con.con.execute(f"CREATE TEMP TABLE {table} AS SELECT {columns}, count(*) AS _times FROM {origin} GROUP BY ALL")
    text, number, moment = (name if sql else "" for name, sql in held.items())
    return table, Cell(text, number, moment)


def _prepared(origin: str, cell: Cell) -> str:
    return kinds.prepared(origin, [(NUMBER, cell), (DATE, cell)])


def _figures(con: "Backend", origin: str, cells: dict[str, Cell]) -> list[str]:
    """The columns that may be dates or numbers: most of their values are short and hold a digit."""
    if not cells:
        return []
    short = "regexp_matches({0}, '[0-9０-９]') AND length({0}) <= 40"
    shares = ", ".join(f"avg(({short.format(c.written)})::INTEGER) FILTER ({c.filled})" for c in cells.values())
    found = con.con.execute(f"SELECT {shares} FROM {origin}").fetchone() or ()
    return [name for name, share in zip(cells, found, strict=True) if (share or 0) >= _MOST]


def _kind(con: "Backend", origin: str, cell: Cell) -> tuple[str, str]:
    """date, number or text, and the form; digits alone are a number unless all are days as yyyymmdd."""
    numbers, number_form = _share(con, origin, NUMBER, cell)
    if numbers >= _MOST and not _compact(con, origin, cell):
        return NUMBER, number_form
    days, day_form = _share(con, origin, DATE, cell)
    return (DATE, day_form) if days >= _MOST else (NUMBER, number_form) if numbers >= _MOST else (TEXT, "")


def _share(con: "Backend", origin: str, kind: str, cell: Cell) -> tuple[float, str]:
    form, writing = _form(con, origin, kind, cell)
    tries = [writing] if form != UNTOLD else [Writing(f) for f in ((".", ",") if kind == NUMBER else kinds.ORDERS)]
    read = " OR ".join(
        f"({kinds.number(cell, w) if kind == NUMBER else kinds.day(cell, w)}) IS NOT NULL" for w in tries
    )
    found = con.con.execute(
        f"SELECT sum(_times) FILTER ({kinds.present(cell)}), sum(_times) FILTER ({read}) FROM {origin}"
    ).fetchone()
    return ((found[1] or 0) / found[0], form) if found and found[0] else (0.0, "")


def _form(con: "Backend", origin: str, kind: str, cell: Cell) -> tuple[str, Writing]:
    if not cell.text:
        return "", Writing()
    counts = con.con.execute(f"SELECT {', '.join(kinds.evidence(kind, cell))} FROM {origin}").fetchone()
    writing = kinds.judged(kind, counts or (), cell)
    return (writing.form if writing.told else UNTOLD), writing


def _compact(con: "Backend", origin: str, cell: Cell) -> bool:
    """Whether all digits are days of 1900 to 2099 as yyyymmdd, or typed dates."""
    value = f"CAST({kinds.number(cell, Writing())} AS BIGINT)::VARCHAR"
    days = r"(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])"
    odd = f"{kinds.number(cell, Writing())} IS NOT NULL AND NOT regexp_full_match({value}, '{days}')"
    found = con.con.execute(f"SELECT count(*) FROM {origin} WHERE {odd}").fetchone()
    return bool(found and not found[0])
