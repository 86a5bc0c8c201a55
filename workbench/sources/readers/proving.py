"""How the dates and numbers of parts are written: as set, as proven, or asked for."""

# ruff: noqa: S608 - names and values pass engines.named and engines.quoted, and the tests try hostile ones

from collections.abc import Iterable, Mapping
from typing import Any

from workbench.sources.engines import quoted
from workbench.sources.readers import kinds, signs
from workbench.sources.readers.job import Found, Job
from workbench.sources.readers.kinds import DATE, NUMBER, TEXT, Writing
from workbench.sources.readers.parts import Part

_ASKED = {NUMBER: ("decimal mark", 'decimal = "." or decimal = ","'),
          DATE: ("order of day and month", 'dates = "day-first" or dates = "month-first"')}  # fmt: skip
_BY_ROW = "Map a column that holds each row's currency code as currency, and add the table rates"


def writings(job: Job, part: Part) -> dict[str, Writing]:
    """What each text column of dates or numbers proves about its writing; nulls leave all open."""
    asked = {ours: cell for ours, cell in part.cells.items() if job.kind(ours) != TEXT and cell.text}
    if not asked:
        return {}
    odd = job.figures([kinds.simple(job.kind(ours), cell) for ours, cell in asked.items()], part)
    return {ours: _writing(job, part, ours, n) for ours, n in zip(asked, odd, strict=True)}


def _writing(job: Job, part: Part, ours: str, odd: int) -> Writing:
    kind, cell = job.kind(ours), part.cells[ours]
    if odd <= 0 and not (kind == NUMBER and job.source.decimal == ","):
        return Writing("." if odd else "", simple=True)
    return kinds.judged(kind, job.figures(kinds.evidence(kind, cell), part), cell)


def settled(job: Job, found: Found, part: Part, proofs: list[dict[str, Writing]], i: int) -> dict[str, Writing]:
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


def _is_money(job: Job, part: Part, ours: str) -> bool:
    """Whether a column holds money of which no other column says the currency."""
    column = job.table.columns.get(ours)
    return column is not None and column.kind in ("money", "price") and "currency" not in part.cells


def _currencies(job: Job, part: Part, ours: str) -> list[str]:
    """What is wrong with the currency signs in a column of money."""
    cell, sign = part.cells[ours], kinds.sign(part.cells[ours])
    found = job.con.con.execute(f"SELECT DISTINCT {sign} FROM {part.origin} WHERE {sign} <> '' ORDER BY ALL").fetchall()
    there = [str(row[0]) for row in found]
    told = there if signs.apart(there) else signs.foreign(there, job.currency)
    if not told:
        return []
    where = f"{part.name}, column '{part.headers[ours]}' ({ours})"
    rows = [(s, *job.rows(part, f"{sign} = {quoted(s)}", cell)[1:]) for s in told[:5]]
    places = " and ".join(f"{s} in {numbers} (e.g. '{example}')" for s, numbers, example in rows)
    if signs.apart(there):
        return [f"{where}: amounts in several currencies cannot be added: {places}. {_BY_ROW}, or write all in one."]
    own = f"but the company's currency is {job.currency}"
    return [f"{where}: {places}, {own}. {_BY_ROW}, or correct [company] currency."]


def _borrowed(job: Job, kind: str, proofs: Iterable[Mapping[str, Writing]]) -> Writing | None:
    """The one form that other columns of the same kind prove; None where none does or they disagree."""
    forms = {w.form for proof in proofs for ours, w in proof.items() if job.kind(ours) == kind and w.told and w.form}
    return Writing(forms.pop()) if len(forms) == 1 else None


def _untold(job: Job, part: Part, ours: str, writing: Writing) -> str:
    what, ask = _ASKED[job.kind(ours)]
    where = f"{part.name}, column '{part.headers[ours]}' ({ours})"
    if not writing.clash[0]:
        example = job.rows(part, kinds.present(part.cells[ours]), part.cells[ours])[2]
        return f"{where}: the {what} cannot be told from values such as '{example}'. Say it in workbench.toml: {ask}."
    one, two = (job.rows(part, condition, part.cells[ours]) for condition in writing.clash)
    if not one[0] or not two[0]:
        return f"{where}: the {what} cannot be told, for its dates fit no single order. Correct the dates in the file."
    forms = ("decimal points", "decimal commas") if job.kind(ours) == NUMBER else ("day first", "month first")
    return (f"{where}: its values are written in two ways, {forms[0]} in {one[1]} (e.g. '{one[2]}') and {forms[1]}"
            f" in {two[1]} (e.g. '{two[2]}'). Write all in one way, or say which is meant: {ask}.")  # fmt: skip


def told(job: Job, part: Part, writings: Mapping[str, Writing]) -> dict[str, Any]:
    """What was proven of the part's numbers and dates, by our column."""
    form = {
        ours: w.form or ("year-first" if w.simple and job.kind(ours) == DATE else "") for ours, w in writings.items()
    }
    decimal = {o: f for o, f in form.items() if f and job.kind(o) == NUMBER}
    dates = {o: f for o, f in form.items() if f and job.kind(o) == DATE}
    return ({"decimal": decimal} if decimal else {}) | ({"dates": dates} if dates else {})
