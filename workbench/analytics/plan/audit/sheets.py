"""A person's own target sheet: which rows and columns are what, and the statements that are written in it."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import Any

import pandas as pd

from workbench.analytics.plan.audit import numbers, rows
from workbench.analytics.plan.audit.grammar import Statement, read
from workbench.analytics.plan.audit.headers import MOST_COLUMNS, Heading, headings, plain_header, telling
from workbench.analytics.plan.audit.vocabulary import LONGEST, fold
from workbench.periods import Calendar

_MOST_ROWS = 20_000  # of a sheet that are looked at
_HEADER_WITHIN = 60  # rows in which a sheet's first header is looked for
_SUMS = r"合计|总计|小计|汇总|总和|subtotal|grand total|total|sum"
_EVERYTHING = r"全公司|公司整体|整体|全国|company"
_TOTAL_ROW = re.compile(rf"(?:.{{0,20}}?)(?:{_SUMS})|{_EVERYTHING}")
_GRAND = re.compile(rf"(?:.{{0,12}}?)(?:总计|总和|grand total)|合计|total|sum|{_EVERYTHING}")
ERRORS = ("#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!")


@dataclass(frozen=True)
class Grid:
    """A sheet's cells from row `first` on (counted from 1). `lines`: each row is a sentence of plain text."""

    name: str
    rows: tuple[tuple[Any, ...], ...]
    first: int = 1
    lines: bool = False

    def place(self, row: int, column: int) -> str:
        """A cell as a spreadsheet names it; `row` and `column` count from 0 in `rows`."""
        letters, n = "", column + 1
        while n:
            n, rest = divmod(n - 1, 26)
            letters = chr(65 + rest) + letters
        return f"{letters}{row + self.first}"


@dataclass(frozen=True)
class Table:
    """One table of a sheet: its columns by place, its rows with numbers, and which of them are totals."""

    grid: Grid
    columns: dict[int, Heading]
    first: int
    last: int

    @cached_property
    def labels(self) -> dict[int, tuple[str, ...]]:
        """The words that name each row with numbers, group names carried down as merged cells leave them."""
        width, found, above = min(self.columns), {}, [""] * min(self.columns)
        for at in range(self.first, self.last):
            said = [_said(c) for c in self.grid.rows[at][:width]]
            carried = [
                a if not s and n < width - 1 and any(said[n + 1 :]) else s
                for n, (s, a) in enumerate(zip(said, above, strict=False))
            ]
            if any(self.value(at, c) is not None for c in self.columns):
                found[at] = tuple(carried)
            above = [c or a for c, a in zip(carried, above, strict=False)]
        return found

    @cached_property
    def totals(self) -> dict[int, bool]:
        """The rows that are sums by their words, and whether of everything."""
        found = {}
        for at, words in self.labels.items():
            said = [fold(w) for w in words if w]
            if any(_TOTAL_ROW.fullmatch(w) for w in said):
                found[at] = bool(said) and bool(
                    _GRAND.fullmatch(said[0]) or (len(said) == 1 and _GRAND.fullmatch(said[0]))
                )
        return found

    @cached_property
    def leaves(self) -> list[int]:
        return [at for at in self.labels if at not in self.totals]

    def value(self, row: int, column: int) -> float | None:
        cells = self.grid.rows[row]
        return number_of(cells[column]) if column < len(cells) else None

    def cell(self, row: int, column: int) -> Any:
        cells = self.grid.rows[row]
        return cells[column] if column < len(cells) else ""

    def of(self, role: str, group: str | None = None) -> list[int]:
        """The columns of a role, in order of their number."""
        found = [c for c, h in self.columns.items() if h.role == role and group in (None, h.group)]
        return sorted(found, key=lambda c: (self.columns[c].number, c))

    @property
    def groups(self) -> list[str]:
        return list(dict.fromkeys(h.group for h in self.columns.values()))


def tables(grid: Grid) -> list[Table]:
    """The tables of a sheet, by headers that name periods, totals, growth or shares; of two in a row the lower."""
    found_at = {at: h for at in range(min(len(grid.rows), _MOST_ROWS)) if telling(h := headings(grid.rows, at))}
    heads = [(at, h) for at, h in found_at.items() if not (at + 1 in found_at and len(found_at[at + 1]) >= len(h))]
    heads = [(at, h) for at, h in heads if at < _HEADER_WITHIN or len(h) >= 4]
    found = []
    for n, (at, columns) in enumerate(heads):
        end = heads[n + 1][0] if n + 1 < len(heads) else min(len(grid.rows), _MOST_ROWS)
        if min(columns) > 0 and end > at + 1:
            found.append(Table(grid, columns, at + 1, end))
    return [t for t in found if t.labels]


def number_of(cell: Any) -> float | None:
    """A cell's number, also where it is text such as 1,200万 or 15%; None where it is none."""
    if isinstance(cell, bool) or cell is None:
        return None
    if isinstance(cell, int | float):
        return float(cell) if abs(cell) < 1e300 else None
    if not isinstance(cell, str) or len(cell) > 40:
        return None
    text = fold(cell).strip()
    negative = re.fullmatch(r"\((.+)\)", text)
    match = numbers.pattern().fullmatch(negative[1] if negative else text)
    return None if match is None else numbers.found(match).value * (-1 if negative else 1)


def statements(
    grid: Grid, aliases: Mapping[str, str], calendar: Calendar, as_of: pd.Timestamp | None
) -> list[Statement]:
    """The targets that a sheet states: rows under known headers, else sentences with a metric and a number."""
    goals = _goals(grid, aliases)
    if goals is not None and len(goals):
        return rows.statements(goals, calendar, as_of)
    texts = islice(_texts(grid), rows.MOST)
    said = [read(text, calendar, as_of, f"{grid.name}!{grid.place(at, column)}") for at, column, text in texts]
    return [one for one in said if _states(one)]


def cut(grid: Grid) -> int:
    """How many rows of a sheet are looked at, where it has more; 0 where all are."""
    if len(grid.rows) > _MOST_ROWS:
        return _MOST_ROWS
    beyond = next(islice(_texts(grid), rows.MOST, None), None)
    return beyond[0] if beyond else 0


def _texts(grid: Grid) -> Iterator[tuple[int, int, str]]:
    """Row, column and text of everything in a sheet that may state a target."""
    for at, cells in enumerate(grid.rows[:_MOST_ROWS]):
        for column, cell in enumerate(cells[:MOST_COLUMNS]):
            for text in _sentences(cell, grid.lines):
                yield at, column, text


def _sentences(cell: Any, prose: bool) -> list[str]:
    """A cell's text, cut into sentences where the file is prose."""
    if not isinstance(cell, str) or len(cell.strip()) <= 4:
        return []
    if not prose:
        return [cell] if len(cell) <= LONGEST else []
    return [part for part in re.split(r"(?<=[。！？!?])|(?<=[.;])\s+(?=[A-Z])", cell) if len(part.strip()) > 4]


def _states(said: Statement) -> bool:
    """Whether a text states a target: a metric with a number, or one that is to move by words only."""
    return any(
        (g.metric and (g.vague or g.every("amount", "growth", "change"))) or len(g.every("amount", "part", "each")) > 1
        for g in said.goals
    )


def _goals(grid: Grid, aliases: Mapping[str, str]) -> pd.DataFrame | None:
    """The rows of a table whose headers are those of goals: what is to be reached, and a number for it."""
    for at, cells in enumerate(grid.rows[:_HEADER_WITHIN]):
        names = {n: aliases[k] for n, c in enumerate(cells) if isinstance(c, str) and (k := plain_header(c)) in aliases}
        known = set(names.values())
        if not (known & {"statement", "metric"} and (len(known) > 2 or "statement" in known)) or len(known) < 2:
            continue
        below = [(n, r) for n, r in enumerate(grid.rows[at + 1 :], at + 1) if any(r)]
        return pd.DataFrame(
            [_record(r, names) | {"_where": f"{grid.name}!{n + grid.first}"} for n, r in below if _record(r, names)]
        )  # fmt: skip
    return None


def _record(cells: Sequence[Any], names: Mapping[int, str]) -> dict[str, Any]:
    numeric = {"amount", "baseline", "growth", "rate"}
    found = {}
    for at, name in names.items():
        cell = cells[at] if at < len(cells) else ""
        if isinstance(cell, dt.date) and not isinstance(cell, dt.datetime):
            cell = dt.datetime.combine(cell, dt.time())
        value = (
            number_of(cell) if name in numeric else pd.Timestamp(cell) if isinstance(cell, dt.datetime) else _said(cell)
        )
        if value not in (None, ""):
            found[name] = value
    return found


def _said(cell: Any) -> str:
    return "" if cell is None or isinstance(cell, float) else re.sub(r"\s+", " ", str(cell)).strip()[:200]


@dataclass(frozen=True)
class Checked:
    """What the sums of sheets came to; see result.Audit."""

    findings: tuple[Any, ...] = ()
    cells: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(
        columns=["sheet", "cell", "kind", "written", "expected", "gap", "rounding"]))  # fmt: skip
    sums: int = 0
