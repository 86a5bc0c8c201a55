"""Parts become one table of our kinds; cells that cannot be read are named with their rows."""

# ruff: noqa: S608 - names and values pass engines.named and engines.quoted, and the tests try hostile ones

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from workbench.sources import engines
from workbench.sources.engines import named, quoted
from workbench.sources.readers import kinds, proving
from workbench.sources.readers.job import COUNT, Found, Job, Raw
from workbench.sources.readers.kinds import DATE, NUMBER, TEXT, Cell, Writing
from workbench.sources.readers.parts import Part

if TYPE_CHECKING:
    import ibis

ODD = "_odd "  # begins the name of a column that says which cells of another could not be read
_EXPECTED = {NUMBER: ("a number", "1234.50"), DATE: ("a date", "2026-09-30")}


def typed(job: Job, found: Found) -> Raw:
    """All parts as one table with our kinds, and what could not be read."""
    parts = [_prepared(job, part) for part in found.parts]
    try:
        proofs = [proving.writings(job, part) for part in parts]
        chosen = [proving.settled(job, found, part, proofs, i) for i, part in enumerate(parts)]
        views = [_placed(job, found, part, w) for part, w in zip(parts, chosen, strict=True)]
    finally:
        for path in found.temporary:
            path.unlink(missing_ok=True)
        found.temporary.clear()
    proved = {p.name: p.proved | proving.told(job, p, w) for p, w in zip(parts, chosen, strict=True)}
    if not views:
        return Raw(None, found.problems or [f"{job.name}: there is nothing to read."], proved, found.digest)
    columns = list(dict.fromkeys(ours for part in found.parts for ours in part.cells))
    columns += sorted(ODD + ours for ours in found.odd)
    lazy = any(part.lazy for part in found.parts)
    rowed = _view(job, views, [*columns, "_file", "_row"])
    expr = _view(job, views, [*columns, "_file"]) if lazy else rowed
    return Raw(expr, found.problems, proved, found.digest, rowed)


def _prepared(job: Job, part: Part) -> Part:
    """The part with helper columns; rows that stay where they are get theirs trimmed only where some need it."""
    texts = [o for o, c in part.cells.items() if part.lazy and job.kind(o) == TEXT and c.text]
    tidy = dict(zip(texts, job.figures([kinds.tidy(part.cells[o]) for o in texts], part), strict=True))
    cells = {ours: replace(cell, tidy=bool(tidy.get(ours))) for ours, cell in part.cells.items()}
    return replace(part, cells=cells, origin=kinds.prepared(part.origin, [(job.kind(o), c) for o, c in cells.items()]))


def _placed(job: Job, found: Found, part: Part, writings: Mapping[str, Writing]) -> str:
    """SQL of the part's typed rows, having named those that cannot be read."""
    values = {ours: _value(job, ours, cell, writings.get(ours, Writing())) for ours, cell in part.cells.items()}
    odd = {ours: f"(({kinds.present(cell)}) AND {values[ours]} IS NULL)" for ours, cell in part.cells.items()
           if job.kind(ours) != TEXT and writings.get(ours, Writing()).told}  # fmt: skip
    columns = ", ".join(f"{sql} AS {named(ours)}" for ours, sql in values.items())
    file = part.file or quoted(part.name)
    if part.lazy:
        wrong = _counted(job, part.origin, odd, lambda o: not part.cells[o].text)
        _unreadable(job, found, part, wrong, odd)
        columns = ", ".join([columns, *(f"{odd[o]} AS {named(ODD + o)}" for o, count in wrong.items() if count)])
        return f"SELECT {columns}, {file} AS _file, {part.row} AS _row FROM {part.origin}"
    staged = f"{engines.stage(job.con)}.main.part{next(COUNT)}"
    flags = [f"{sql} AS {named('odd ' + ours)}" for ours, sql in odd.items()]
    row, origin = ("_row", part.numbered) if part.row else ("", part.origin)
    chosen = ", ".join(filter(None, [columns, row, *flags]))
    job.con.con.execute(f"CREATE TABLE {staged} AS SELECT {chosen} FROM {origin}")
    if blank := _blank_rows(job, part, staged, values):
        row, chosen = "_row", ", ".join([columns, "_row", *flags])
        job.con.con.execute(f"CREATE OR REPLACE TABLE {staged} AS SELECT {chosen} FROM {part.numbered}"
                            f" WHERE {part.filled}")  # fmt: skip
    wrong = _counted(job, staged, {o: named("odd " + o) for o in odd})
    _unreadable(job, found, part, wrong, odd)
    if not job.count(f"SELECT count(*) FROM {staged}"):
        found.problems.append(f"{part.name} has a header and no rows. Export it again, or leave it out.")
    if blank:
        part.proved["empty rows"] = blank
    marks = (f"{named('odd ' + o)} AS {named(ODD + o)}" for o, count in wrong.items() if count)
    names = ", ".join([*(named(ours) for ours in values), *marks])
    return f"SELECT {names}, {file} AS _file, {row or f'rowid + {part.first}'} AS _row FROM {staged}"


def _value(job: Job, ours: str, cell: Cell, writing: Writing) -> str:
    kind = job.kind(ours)
    if kind == DATE:
        return kinds.day(cell, writing, job.starts)
    return kinds.number(cell, writing) if kind == NUMBER else kinds.label(cell)


def _blank_rows(job: Job, part: Part, staged: str, columns: Iterable[str]) -> int:
    """How many rows hold nothing at all; only rows without any wanted value need the dearer look."""
    some = " OR ".join(f"{named(ours)} IS NOT NULL" for ours in columns)
    if not part.filled or not job.count(f"SELECT count(*) FROM {staged} WHERE NOT ({some})"):
        return 0
    return job.count(f"SELECT count(*) FROM {part.origin} WHERE NOT ({part.filled})")


def _counted(job: Job, origin: str, odd: Mapping[str, str], sure: Any = lambda _: False) -> dict[str, int]:
    """How many values of each column cannot be read; `sure` columns need no look."""
    asked = {ours: sql for ours, sql in odd.items() if not sure(ours)}
    if not asked:
        return {}
    counts = ", ".join(f"count(*) FILTER ({sql})" for sql in asked.values())
    return dict(zip(asked, job.con.con.execute(f"SELECT {counts} FROM {origin}").fetchone() or (), strict=True))


def _unreadable(job: Job, found: Found, part: Part, counts: Mapping[str, int], odd: Mapping[str, str]) -> None:
    for ours, count in counts.items():
        if count:
            found.odd.add(ours)
            _, rows, example = job.rows(part, odd[ours], part.cells[ours])
            what, such = _EXPECTED[job.kind(ours)]
            if job.kind(ours) == DATE and job.starts != 1 and re.search("[Qq季]", example):
                such += " (the fiscal year does not start in January: write a quarter as its first day" + (
                    ", or as FY26 Q1)" if job.starts else ")"
                )
            noun = f"1 value is not {what}" if count == 1 else f"{count} values are not {what}s".replace("a ", "", 1)
            found.problems.append(f"{part.name}, column '{part.headers[ours]}' ({ours}): {noun}, {rows}:"
                                  f" '{example}'. Expected such as {such}; correct or empty the cell.")  # fmt: skip


def _view(job: Job, selects: list[str], columns: list[str]) -> "ibis.Table":
    """All parts under one another; a column that a part does not have is null there."""
    view = f"workbench_{next(COUNT)}"
    union = " UNION ALL BY NAME ".join(f"({s})" for s in selects)
    job.con.con.execute(f"CREATE TEMP VIEW {view} AS SELECT {', '.join(map(named, columns))} FROM ({union})")
    return job.con.table(view)
