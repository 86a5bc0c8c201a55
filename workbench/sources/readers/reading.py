"""`read`: a source's files or database table, found, opened, matched, proven, typed."""

# ruff: noqa: S608 - names and values pass engines.named and engines.quoted, and the tests try hostile ones

import warnings
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import DataError
from workbench.settings import Source
from workbench.sources import engines
from workbench.sources.contracts import Table
from workbench.sources.readers import database, headers, opening, parquet, wide
from workbench.sources.readers.job import COUNT, Found, Job, Raw
from workbench.sources.readers.parts import Part
from workbench.sources.readers.typed import typed

if TYPE_CHECKING:
    import ibis
    from ibis.backends.duckdb import Backend


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
    job = Job(con, name, source, table, Path(folder), tuple(extra), currency, starts)
    found = Found([], headers.unmapped(source, table), {}, [])
    if source.url:
        return _from_database(job, found)
    opening.open_files(job, found)
    return typed(job, found)


def _from_database(job: Job, found: Found) -> Raw:
    try:
        table = database.table(job.source, job.folder)
    except DataError as error:
        return Raw(None, found.problems + [f"{error.where}: {p}" for p in error.problems], {}, {})
    name = f"{engines.shown(job.source.url)} {job.source.table}"
    places = opening.matched(job, found, table.columns, name, [])
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


def _copied(job: Job, found: Found, chosen: "ibis.Table", name: str, columns: dict[str, str]) -> Raw:
    """The table typed in our engine: its dates or numbers are text, which only our rules can read."""
    import pyarrow as pa

    view = f"workbench_copy{next(COUNT)}"
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
    return typed(job, found)
