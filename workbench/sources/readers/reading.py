"""`read`: a source's files or database table, found, opened, matched, proven, typed."""

# ruff: noqa: S608 - names and values pass engines.named and engines.quoted, and the tests try hostile ones

import itertools
import re
import warnings
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import DataError
from workbench.settings import Source
from workbench.sources import engines
from workbench.sources.contracts import NUMBERS, Table
from workbench.sources.engines import named, quoted
from workbench.sources.readers import database, excel, files, headers, kinds, parquet, signs, text, wide
from workbench.sources.readers.kinds import DATE, NUMBER, TEXT, Cell, Writing
from workbench.sources.readers.parts import Part

if TYPE_CHECKING:
    import ibis
    from ibis.backends.duckdb import Backend

_COUNT = itertools.count()
_ASKED = {NUMBER: ("decimal mark", 'decimal = "." or decimal = ","'),
          DATE: ("order of day and month", 'dates = "day-first" or dates = "month-first"')}  # fmt: skip
_BY_ROW = "Map a column that holds each row's currency code as currency, and add the table rates"
_EXPECTED = {NUMBER: ("a number", "1234.50"), DATE: ("a date", "2026-09-30")}


@dataclass(frozen=True)
class Raw:
    """A source in the engine.

    `expr` has our column names, `_file`, and for text files and workbooks `_row`. `problems` lists every breach.
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
class _Job:
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


@dataclass
class _Found:
    """What has been found so far."""

    parts: list[Part]
    problems: list[str]
    digest: dict[str, str]
    temporary: list[Path]


def read(
    con: "Backend",
    name: str,
    source: Source,
    table: Table,
    folder: Path,
    extra: Iterable[str] = (),
    *,
    currency: str = "",
    starts: int = 1,
) -> Raw:
    """The source as one table with our names and kinds, and all that is wrong with it.

    `currency` is the company's, which signs beside amounts must not contradict. `starts` is the month in which its
    fiscal year starts, by which quarters are read; 0 where they are no three months.
    """
    engines.quiet()
    if source.wide and not (problems := wide.wants(source, table.columns)):
        source = wide.mapped(source, table)
    elif source.wide:
        return Raw(None, problems, {}, {})
    job = _Job(con, name, source, table, Path(folder), tuple(extra), currency, starts)
    found = _Found([], headers.unmapped(source, table), {}, [])
    if source.url:
        return _from_database(job, found)
    paths, reasons = files.find(source.files, job.folder)
    found.problems += reasons
    shown = files.names(paths, job.folder)
    parquets: dict[Path, str] = {}
    for path in paths:
        if reason := files.unusable(path, shown[path]):
            found.problems.append(reason)
            continue
        found.digest[shown[path]] = files.digest(path)
        ending = path.suffix.lower()
        if ending in files.PARQUET:
            parquets[path] = shown[path]
        elif ending in files.WORKBOOKS:
            _open_workbook(job, found, path, shown[path])
        else:
            _open_text(job, found, path, shown[path])
    _open_parquet(job, found, parquets)
    return _typed(job, found)


# -- opening: files to parts


def _open_text(job: _Job, found: _Found, path: Path, name: str) -> None:
    opened, problems = text.open_text(path, name, job.source, job.source.header)
    found.problems += problems
    if opened is not None and job.source.wide:
        _open_wide(job, found, opened)
    elif opened is not None:
        _open_long(job, found, opened)


def _open_wide(job: _Job, found: _Found, opened: text.Text) -> None:
    rows, problems = text.numbered(opened)
    sheet, more = wide.long(wide.of_text(opened.name, rows, opened.headers, opened.header), job.source, opened.name)
    found.problems += problems + more
    if not more:
        _open_sheet(job, found, sheet, opened.name)


def _open_long(job: _Job, found: _Found, opened: text.Text) -> None:
    places = _matched(job, found, opened.headers, opened.name, [list(r) for r in opened.sample])
    if places is None:
        return
    rows = text.rows(job.con, opened)
    found.problems += rows.problems
    found.temporary += [rows.temporary] if rows.temporary else []
    found.parts.append(Part(
        opened.name, rows.origin, {ours: Cell(f"c{i}") for ours, i in places.items()},
        {ours: opened.headers[i] for ours, i in places.items()}, rows.row, rows.first,
        filled=f"coalesce({', '.join(f'c{i}' for i in range(len(opened.headers)))}, NULL) IS NOT NULL",
        proved=dict(opened.proved) | ({"footer": rows.footer} if rows.footer else {})))  # fmt: skip


def _open_workbook(job: _Job, found: _Found, path: Path, name: str) -> None:
    asked = job.source.sheets if job.source.sheets and job.source.sheets != ["*"] else None
    sheets, problems = excel.open_sheets(path, name, asked)
    if not sheets:
        found.problems += problems or [f"{name} has no sheet with anything in it."]
        return
    if job.source.wide:
        made = [wide.long(s, job.source, f"{name} [{s.name}]") for s in sheets]
        problems += [p for _, some in made for p in some]
        sheets = [s for s, some in made if not some] or sheets
    fitting = [not headers.match(_wanted(job, s.headers(job.source.header, job.source.names)),
                                 s.headers(job.source.header, job.source.names), "")[1] for s in sheets]  # fmt: skip
    chosen, reasons = excel.choose(sheets, job.source, name, fitting)
    found.problems += reasons + (problems if chosen == sheets else [])
    for sheet in chosen:
        _open_sheet(job, found, sheet, f"{name} [{sheet.name}]")


def _open_sheet(job: _Job, found: _Found, sheet: excel.Sheet, name: str) -> None:
    header = job.source.header
    names = sheet.headers(header, job.source.names)
    first = [[""] for _ in range(sheet.first - 1)] + [[excel.shown(c) for c in r] for r in sheet.rows[:30]]
    places = _matched(job, found, names, name, first)
    if places is None:
        return
    view, cells = excel.register(job.con, sheet, header, list(places.values()))
    found.parts.append(Part(name, view, dict(zip(places, cells, strict=True)),
                            {ours: names[i] for ours, i in places.items()}, "r",
                            proved={"sheet": sheet.name}))  # fmt: skip


def _open_parquet(job: _Job, found: _Found, paths: Mapping[Path, str]) -> None:
    """Parts of files that have one schema; each part is one scan, however many files it has."""
    groups: dict[parquet.Schema, dict[Path, str]] = defaultdict(dict)
    for path, name in paths.items():
        schema, problem = parquet.schema(job.con, path, name)
        found.problems += [problem] if problem else []
        if schema:
            groups[schema][path] = name
    for schema, group in groups.items():
        name = next(iter(group.values())) + (f" and {len(group) - 1} more" if len(group) > 1 else "")
        places = _matched(job, found, [c for c, _ in schema], name, [])
        if places is not None:
            wanted = {ours: schema[i][0] for ours, i in places.items()}
            origin, file = parquet.origin(group, [schema[i] for i in places.values()])
            cells = {ours: parquet.cell(f"c{n}", schema[i][1]) for n, (ours, i) in enumerate(places.items())}
            found.parts.append(Part(name, origin, cells, wanted, "r", file=file, lazy=True, proved={}))


def _wanted(job: _Job, names: Iterable[str]) -> dict[str, str]:
    return headers.wanted(job.source, job.table, job.extra, list(names))


def _matched(
    job: _Job, found: _Found, names: Iterable[str], name: str, first: list[list[str]]
) -> dict[str, int] | None:
    """The place of each of our columns in the file; None, with problems, where some are not there."""
    names = list(names)
    wanted = _wanted(job, names)
    places, problems = headers.match(wanted, names, name)
    if (
        problems
        and not places
        and (row := headers.where_found(wanted.values(), first)) not in (None, job.source.header)
    ):
        problems = [f"{name}: the column names stand in row {row}, not in row {job.source.header}. Set header = {row}."]
    found.problems += problems
    return None if problems or not places else places


# -- typing: parts to one table


def _typed(job: _Job, found: _Found) -> Raw:
    parts = [_prepared(job, part) for part in found.parts]
    try:
        proofs = [_writings(job, part) for part in parts]
        chosen = [_settled(job, found, part, proofs, i) for i, part in enumerate(parts)]
        views = [_placed(job, found, part, w) for part, w in zip(parts, chosen, strict=True)]
    finally:
        for path in found.temporary:
            path.unlink(missing_ok=True)
        found.temporary.clear()
    proved = {p.name: p.proved | _told(job, p, w) for p, w in zip(parts, chosen, strict=True)}
    if not views:
        return Raw(None, found.problems or [f"{job.name}: there is nothing to read."], proved, found.digest)
    columns = list(dict.fromkeys(ours for part in found.parts for ours in part.cells))
    lazy = any(part.lazy for part in found.parts)
    rowed = _view(job, views, [*columns, "_file", "_row"])
    expr = _view(job, views, [*columns, "_file"]) if lazy else rowed
    return Raw(expr, found.problems, proved, found.digest, rowed)


def _prepared(job: _Job, part: Part) -> Part:
    """The part with helper columns; rows that stay where they are get theirs trimmed only where some need it."""
    texts = [o for o, c in part.cells.items() if part.lazy and job.kind(o) == TEXT and c.text]
    tidy = dict(zip(texts, _figures(job, [kinds.tidy(part.cells[o]) for o in texts], part), strict=True))
    cells = {ours: replace(cell, tidy=bool(tidy.get(ours))) for ours, cell in part.cells.items()}
    return replace(part, cells=cells, origin=kinds.prepared(part.origin, [(job.kind(o), c) for o, c in cells.items()]))


def _writings(job: _Job, part: Part) -> dict[str, Writing]:
    """What each text column of dates or numbers proves about its writing; nulls leave all open."""
    asked = {ours: cell for ours, cell in part.cells.items() if job.kind(ours) != TEXT and cell.text}
    if not asked:
        return {}
    odd = _figures(job, [kinds.simple(job.kind(ours), cell) for ours, cell in asked.items()], part)
    return {ours: _writing(job, part, ours, n) for ours, n in zip(asked, odd, strict=True)}


def _writing(job: _Job, part: Part, ours: str, odd: int) -> Writing:
    kind, cell = job.kind(ours), part.cells[ours]
    if odd <= 0 and not (kind == NUMBER and job.source.decimal == ","):
        return Writing("." if odd else "", simple=True)
    return kinds.judged(kind, _figures(job, kinds.evidence(kind, cell), part), cell)


def _figures(job: _Job, aggregates: Sequence[str], part: Part) -> tuple[int, ...]:
    if not aggregates:
        return ()
    return job.con.con.execute(f"SELECT {', '.join(aggregates)} FROM {part.origin}").fetchone() or ()


def _settled(job: _Job, found: _Found, part: Part, proofs: list[dict[str, Writing]], i: int) -> dict[str, Writing]:
    """A writing for each column: as set, as proven by itself, by its file's other columns, by the other files."""
    settled = {}
    for ours, writing in proofs[i].items():
        kind = job.kind(ours)
        asked = job.source.decimal if kind == NUMBER else job.source.dates
        if asked and not writing.simple:
            writing = Writing(asked)
        elif not writing.told and not writing.clash[0]:
            writing = _borrowed(job, kind, [proofs[i]]) or _borrowed(job, kind, proofs) or writing
        if not writing.told:
            found.problems.append(_untold(job, part, ours, writing))
        if not writing.simple and _is_money(job, part, ours):
            found.problems += _currencies(job, part, ours)
        settled[ours] = writing
    return settled


def _is_money(job: _Job, part: Part, ours: str) -> bool:
    """Whether a column holds money of which no other column says the currency."""
    column = job.table.columns.get(ours)
    return column is not None and column.kind in ("money", "price") and "currency" not in part.cells


def _currencies(job: _Job, part: Part, ours: str) -> list[str]:
    """What is wrong with the currency signs in a column of money."""
    cell, sign = part.cells[ours], kinds.sign(part.cells[ours])
    found = job.con.con.execute(f"SELECT DISTINCT {sign} FROM {part.origin} WHERE {sign} <> '' ORDER BY ALL").fetchall()
    there = [str(row[0]) for row in found]
    told = there if signs.apart(there) else signs.foreign(there, job.currency)
    if not told:
        return []
    where = f"{part.name}, column '{part.headers[ours]}' ({ours})"
    rows = [(s, *_rows(job, part, f"{sign} = {quoted(s)}", cell)[1:]) for s in told[:5]]
    places = " and ".join(f"{s} in {numbers} (e.g. '{example}')" for s, numbers, example in rows)
    if signs.apart(there):
        return [f"{where}: amounts in several currencies cannot be added: {places}. {_BY_ROW}, or write all in one."]
    own = f"but the company's currency is {job.currency}"
    return [f"{where}: {places}, {own}. {_BY_ROW}, or correct [company] currency."]


def _borrowed(job: _Job, kind: str, proofs: Iterable[Mapping[str, Writing]]) -> Writing | None:
    """The one form that other columns of the same kind prove; None where none does or they disagree."""
    forms = {w.form for proof in proofs for ours, w in proof.items() if job.kind(ours) == kind and w.told and w.form}
    return Writing(forms.pop()) if len(forms) == 1 else None


def _untold(job: _Job, part: Part, ours: str, writing: Writing) -> str:
    what, ask = _ASKED[job.kind(ours)]
    where = f"{part.name}, column '{part.headers[ours]}' ({ours})"
    if not writing.clash[0]:
        example = _rows(job, part, kinds.present(part.cells[ours]), part.cells[ours])[2]
        return f"{where}: the {what} cannot be told from values such as '{example}'. Say it in workbench.toml: {ask}."
    one, two = (_rows(job, part, condition, part.cells[ours]) for condition in writing.clash)
    if not one[0] or not two[0]:
        return f"{where}: the {what} cannot be told, for its dates fit no single order. Correct the dates in the file."
    forms = ("decimal points", "decimal commas") if job.kind(ours) == NUMBER else ("day first", "month first")
    return (f"{where}: its values are written in two ways, {forms[0]} in {one[1]} (e.g. '{one[2]}') and {forms[1]}"
            f" in {two[1]} (e.g. '{two[2]}'). Write all in one way, or say which is meant: {ask}.")  # fmt: skip


def _placed(job: _Job, found: _Found, part: Part, writings: Mapping[str, Writing]) -> str:
    """SQL of the part's typed rows, having named those that cannot be read."""
    values = {ours: _value(job, ours, cell, writings.get(ours, Writing())) for ours, cell in part.cells.items()}
    odd = {ours: f"(({kinds.present(cell)}) AND {values[ours]} IS NULL)" for ours, cell in part.cells.items()
           if job.kind(ours) != TEXT and writings.get(ours, Writing()).told}  # fmt: skip
    columns = ", ".join(f"{sql} AS {named(ours)}" for ours, sql in values.items())
    file = part.file or quoted(part.name)
    if part.lazy:
        _unreadable(job, found, part, _counted(job, part.origin, odd, lambda o: not part.cells[o].text), odd)
        return f"SELECT {columns}, {file} AS _file, {part.row} AS _row FROM {part.origin}"
    staged = f"{engines.stage(job.con)}.main.part{next(_COUNT)}"
    flags = [f"{sql} AS {named('odd ' + ours)}" for ours, sql in odd.items()]
    row, origin = ("_row", part.numbered) if part.row else ("", part.origin)
    chosen = ", ".join(filter(None, [columns, row, *flags]))
    job.con.con.execute(f"CREATE TABLE {staged} AS SELECT {chosen} FROM {origin}")
    if blank := _blank_rows(job, part, staged, values):
        row, chosen = "_row", ", ".join([columns, "_row", *flags])
        job.con.con.execute(f"CREATE OR REPLACE TABLE {staged} AS SELECT {chosen} FROM {part.numbered}"
                            f" WHERE {part.filled}")  # fmt: skip
    _unreadable(job, found, part, _counted(job, staged, {o: named("odd " + o) for o in odd}), odd)
    if not _one(job, f"SELECT count(*) FROM {staged}"):
        found.problems.append(f"{part.name} has a header and no rows. Export it again, or leave it out.")
    if blank:
        part.proved["empty rows"] = blank
    names = ", ".join(named(ours) for ours in values)
    return f"SELECT {names}, {file} AS _file, {row or f'rowid + {part.first}'} AS _row FROM {staged}"


def _value(job: _Job, ours: str, cell: Cell, writing: Writing) -> str:
    kind = job.kind(ours)
    if kind == DATE:
        return kinds.day(cell, writing, job.starts)
    return kinds.number(cell, writing) if kind == NUMBER else kinds.label(cell)


def _blank_rows(job: _Job, part: Part, staged: str, columns: Iterable[str]) -> int:
    """How many rows hold nothing at all; only rows without any wanted value need the dearer look."""
    some = " OR ".join(f"{named(ours)} IS NOT NULL" for ours in columns)
    if not part.filled or not _one(job, f"SELECT count(*) FROM {staged} WHERE NOT ({some})"):
        return 0
    return _one(job, f"SELECT count(*) FROM {part.origin} WHERE NOT ({part.filled})")


def _counted(job: _Job, origin: str, odd: Mapping[str, str], sure: Any = lambda _: False) -> dict[str, int]:
    """How many values of each column cannot be read; `sure` columns need no look."""
    asked = {ours: sql for ours, sql in odd.items() if not sure(ours)}
    if not asked:
        return {}
    counts = ", ".join(f"count(*) FILTER ({sql})" for sql in asked.values())
    return dict(zip(asked, job.con.con.execute(f"SELECT {counts} FROM {origin}").fetchone() or (), strict=True))


def _unreadable(job: _Job, found: _Found, part: Part, counts: Mapping[str, int], odd: Mapping[str, str]) -> None:
    for ours, count in counts.items():
        if count:
            _, rows, example = _rows(job, part, odd[ours], part.cells[ours])
            what, such = _EXPECTED[job.kind(ours)]
            if job.kind(ours) == DATE and job.starts != 1 and re.search("[Qq季]", example):
                such += " (the fiscal year does not start in January: write a quarter as its first day" + (
                    ", or as FY26 Q1)" if job.starts else ")"
                )
            noun = f"1 value is not {what}" if count == 1 else f"{count} values are not {what}s".replace("a ", "", 1)
            found.problems.append(f"{part.name}, column '{part.headers[ours]}' ({ours}): {noun}, {rows}:"
                                  f" '{example}'. Expected such as {such}; correct or empty the cell.")  # fmt: skip


def _rows(job: _Job, part: Part, condition: str, cell: Cell) -> tuple[int, str, str]:
    """How many rows meet a condition, the first five in words, and an example of the value."""
    count = _one(job, f"SELECT count(*) FROM {part.origin} WHERE {condition}")
    first = job.con.con.execute(
        f"SELECT _row, {cell.written} FROM {part.numbered} WHERE {condition} ORDER BY _row LIMIT 5"
    ).fetchall()
    numbers = ", ".join(str(row) for row, _ in first)
    words = ("row " if count == 1 else "rows ") + numbers + (f" and {count - 5} more" if count > 5 else "")
    return count, words, _short(first[0][1]) if first else ""


def _short(value: object) -> str:
    shown = str(value)
    return shown if len(shown) <= 60 else shown[:60] + "…"


def _one(job: _Job, sql: str) -> int:
    found = job.con.con.execute(sql).fetchone()
    return int(found[0]) if found else 0


def _told(job: _Job, part: Part, writings: Mapping[str, Writing]) -> dict[str, Any]:
    """What was proven of the part's numbers and dates, by our column."""
    form = {
        ours: w.form or ("year-first" if w.simple and job.kind(ours) == DATE else "") for ours, w in writings.items()
    }
    decimal = {o: f for o, f in form.items() if f and job.kind(o) == NUMBER}
    dates = {o: f for o, f in form.items() if f and job.kind(o) == DATE}
    return ({"decimal": decimal} if decimal else {}) | ({"dates": dates} if dates else {})


def _view(job: _Job, selects: list[str], columns: list[str]) -> "ibis.Table":
    """All parts under one another; a column that a part does not have is null there."""
    view = f"workbench_{next(_COUNT)}"
    union = " UNION ALL BY NAME ".join(f"({s})" for s in selects)
    job.con.con.execute(f"CREATE TEMP VIEW {view} AS SELECT {', '.join(map(named, columns))} FROM ({union})")
    return job.con.table(view)


# -- databases


def _from_database(job: _Job, found: _Found) -> Raw:
    try:
        table = database.table(job.source, job.folder)
    except DataError as error:
        return Raw(None, found.problems + [f"{error.where}: {p}" for p in error.problems], {}, {})
    name = f"{engines.shown(job.source.url)} {job.source.table}"
    places = _matched(job, found, table.columns, name, [])
    if places is None:
        return Raw(None, found.problems, {}, {})
    columns = {ours: table.columns[i] for ours, i in places.items()}
    chosen = table.select(**{ours: table[column] for ours, column in columns.items()})
    read_as = {ours: job.kind(ours) for ours in columns}
    digest = {f"{name} (rows, last day)": database.digest(chosen, read_as)}
    if not database.native(chosen, read_as):
        return _copied(job, replace(found, digest=digest), chosen, name, columns)
    expr = database.typed(chosen, read_as, name)
    return Raw(expr, found.problems, {name: {}}, digest)


def _copied(job: _Job, found: _Found, chosen: "ibis.Table", name: str, columns: dict[str, str]) -> Raw:
    """The table typed in our engine: its dates or numbers are text, which only our rules can read."""
    import pyarrow as pa

    view = f"workbench_copy{next(_COUNT)}"
    copy = f"{engines.stage(job.con)}.main.{view}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        batches = chosen.rename({f"c{i}": ours for i, ours in enumerate(columns)}).to_pyarrow_batches()
    job.con.con.register(view, pa.RecordBatchReader.from_batches(batches.schema, batches))
    job.con.con.execute(f"CREATE TABLE {copy} AS SELECT * FROM {view}")
    job.con.con.unregister(view)
    types = job.con.con.execute(f"DESCRIBE {copy}").fetchall()
    cells = {ours: parquet.cell(column, kind) for ours, (column, kind, *_) in zip(columns, types, strict=True)}
    found.parts.append(Part(name, copy, cells, columns))
    return _typed(job, found)
