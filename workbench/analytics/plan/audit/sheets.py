"""A person's own target sheet: which rows and columns are what, and the statements that are written in it."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from workbench.analytics.plan.audit import numbers, rows
from workbench.analytics.plan.audit.grammar import Statement, read
from workbench.analytics.plan.audit.vocabulary import LONGEST, fold
from workbench.periods import Calendar

_MOST_ROWS, _MOST_COLUMNS = 20_000, 400  # of a sheet that are looked at
_HEADER_WITHIN = 60  # rows in which a sheet's first header is looked for
_YEAR = r"(?:(?:fy\s?)?(?P<year>20\d\d)\s*[年-]?\s*度?)?"
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_NTH = {c: n for n, c in enumerate("一二三四", 1)} | {str(n): n for n in range(1, 5)}
_TOTAL = r"(?:全年|年度?|本年|总)?(?:合计|总计|小计|汇总|总和|总额)|全年(?:目标)?|年度目标"
_TOTAL += r"|(?:sub|grand )?total|full year|sum"
_PAST = r"(?:last|prior|previous) year(?:'s)?(?: actual| sales)?|actual 20\d\d|20\d\d actual"
_AIM = r"(?:今年|本年|年度|总|销售)?(?:目标|任务)(?:额|值|金额)?|target|quota"
_ROLES: dict[str, str] = {
    "month": rf"{_YEAR}(?:(?P<m>1[0-2]|0?[1-9])月(?:份)?|(?P<name>{'|'.join(_MONTHS)})[a-z]*\.?"
    r"|(?<=-)(?P<iso>0[1-9]|1[0-2]))(?:[ -]?(?P<after>20\d\d))?(?:目标|target)?",
    "quarter": rf"{_YEAR}(?:第?(?P<q>[一二三四1-4])季度?|q(?P<q2>[1-4]))(?:[ -]?20\d\d)?"
    r"(?:合计|小计|目标|total|target)?",
    "half": rf"{_YEAR}(?:(?P<up>上半年|h1)|下半年|h2)(?:合计|小计|目标|total)?",
    "growth": r"(?:同比)?(?:目标)?(?:增长率?|增幅|增速|同比|成长率?)(?:%|\(%\))?"
    r"|yoy|growth(?: rate)?|年增率?|年成长率?",
    "share": r"(?:目标)?(?:占比|比重|份额|占总额)(?:%|\(%\))?|share(?: of total)?",
    "last": r"(?:去年|上年|上一年)(?:度|同期)?(?:实际|完成|销售额|业绩|数|额)*"
    rf"|20\d\d\s*年?(?:度)?(?:实际|完成|业绩)(?:销售额|额|数)?|{_PAST}",
    "total": rf"{_TOTAL}|20\d\d\s*年?(?:度)?(?:总?目标|合计|总计)?|{_AIM}",
}
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
class Heading:
    """What a column holds: a role of _ROLES, its number in the year, and the block of columns that it belongs to."""

    role: str
    number: int = 0
    group: str = ""


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
    found_at = {at: h for at in range(min(len(grid.rows), _MOST_ROWS)) if _telling(h := _headings(grid, at))}
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
    found = []
    for at, cells in enumerate(grid.rows[: rows.MOST]):
        for column, cell in enumerate(cells[:_MOST_COLUMNS]):
            for text in _sentences(cell, grid.lines):
                said = read(text, calendar, as_of, f"{grid.name}!{grid.place(at, column)}")
                if _states(said):
                    found.append(said)
    return found


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


def plain_header(text: str) -> str:
    """A header without case, script, blanks and punctuation."""
    return "".join(c for c in fold(text) if c.isalnum())


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


def _headings(grid: Grid, at: int) -> dict[int, Heading]:
    """What the cells of a row say of their columns, with the row of merged headers above it."""
    cells = grid.rows[at][:_MOST_COLUMNS]
    above = grid.rows[at - 1][:_MOST_COLUMNS] if at else ()
    upper = _carried(above)
    found: dict[int, Heading] = {}
    for column, cell in enumerate(cells):
        over = upper[column] if column < len(upper) else ""
        if cell == "" and column < len(above):  # merged downwards
            cell, over = above[column], ""
        if heading := _heading(cell, over):
            found[column] = heading
    groups = {h.group for h in found.values() if h.role == "month"} or {
        h.group for h in found.values() if h.role == "quarter"
    }
    if len(groups) <= 1:  # one block: what its headers are called does not part it
        found = {c: Heading(h.role, h.number) for c, h in found.items()}
    return found


def _heading(cell: Any, over: str) -> Heading | None:
    if isinstance(cell, dt.date | dt.datetime):
        return Heading("month", cell.month, str(cell.year))
    if not isinstance(cell, str) or not cell.strip() or len(cell) > 30:
        return None
    said = re.sub(r"\s*[(\[].*?[)\]]\s*$", "", fold(cell)).strip()
    above = re.sub(r"\s*[(\[].*?[)\]]\s*$", "", fold(over)).strip()
    if (quarter := re.fullmatch(_ROLES["quarter"], above)) and re.fullmatch(
        r"(?:季度?)?(?:小计|合计|目标)|(?:sub)?total", said
    ):
        return Heading("quarter", _number("quarter", quarter), quarter["year"] or "")
    for role, words in _ROLES.items():
        if match := re.fullmatch(words, said):
            parts = match.groupdict()
            year = parts.get("year") or parts.get("after") or ""
            block = (
                ""
                if not above or re.fullmatch(f"{_ROLES['quarter']}|(?:上|下)半年", re.sub(r"\?P<\w+>", "?:", above))
                else above
            )
            return Heading(role, _number(role, match), year or block)
    return None


def _number(role: str, match: re.Match[str]) -> int:
    if role == "month":
        return _MONTHS.index(match["name"][:3]) + 1 if match["name"] else int(match["m"] or match["iso"])
    if role == "quarter":
        return _NTH[match["q"] or match["q2"]]
    return (1 if match["up"] else 2) if role == "half" else 0


def _telling(columns: Mapping[int, Heading]) -> bool:
    """Whether headers are those of a table that can be checked: two periods, or an amount with growth or share."""
    roles = [h.role for h in columns.values()]
    return sum(r in ("month", "quarter", "half") for r in roles) >= 2 or ("total" in roles and len(set(roles)) > 1)


def _carried(cells: Sequence[Any]) -> list[str]:
    """A row of merged headers, each over all of its columns."""
    found: list[str] = []
    for cell in cells:
        said = cell if isinstance(cell, str) else ""
        found.append(said.strip() or (found[-1] if found else ""))
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
