"""One Excel workbook from a report's tables: real numbers and dates; nothing from the data is a formula or a link.

The first sheet lists the others. Each table, with its heads, has a name by which formulas and Power Query reach it:
`plan.plan_split` wherever it stands and in whatever language the workbook is.
"""

import gc
import itertools
import math
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from workbench.publish import folders
from workbench.settings import Language
from workbench.views.words import Words

_FORMATS = {
    "money": "#,##0.00",
    "quantity": "#,##0.##",
    "count": "#,##0",
    "number": "#,##0.00",
    "ratio": "0.0%",
    "date": "yyyy-mm-dd",
}
OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "remove_timezone": True,
    "in_memory": True,  # a temporary file for each sheet takes longer than writing, and may be left behind
}
MADE = datetime(2000, 1, 1)
_HEAD = {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
_NAME, _TEXT, _ROWS = 31, 32_767, 1_048_576  # what one sheet's name, one cell and one sheet may hold
_RANGE = 120  # of the 255 units that a range's name may have: an emoji is two
_HEADER = 1  # row of the column names, below the title
_MOST = _ROWS - _HEADER - 1  # rows of one table
_SIDE_BY_SIDE = 2_000  # days or periods; more stay below each other
_NUMBER = (int, float, Decimal)


@dataclass(frozen=True)
class _Sheet:
    table: str  # the page and its table: plan.plan-split
    title: str
    columns: dict[str, tuple[str | date, str]]  # name → title, kind
    values: Mapping[str, Sequence[Any]]
    held: int = 0  # columns that stay in sight

    @property
    def page(self) -> str:
        return self.table.partition(".")[0]

    @property
    def rows(self) -> int:
        """Those that one sheet can hold."""
        return min(max(map(len, self.values.values()), default=0), _MOST)


def write(tables: Path, file: Path, lang: Language, pages: Sequence[str] = ()) -> Path | None:
    """The workbook of all tables in a folder, in the order of `pages`, titles in `lang`; None without a table."""
    order = {page: at for at, page in enumerate(pages)}
    found = sorted(tables.glob("*.parquet"), key=lambda p: (order.get(p.stem.partition(".")[0], len(order)), p.stem))
    sheets = [sheet for parquet in found if (sheet := _sheet(parquet, lang))]
    if not sheets:
        return None
    import xlsxwriter

    speak = Words(lang)
    contents, *names = _apart([speak.phrase("page.workbook.contents"), *(s.title for s in sheets)], free_name)
    ranges = _apart([s.table for s in sheets], range_name)
    with _no_search_for_garbage(), xlsxwriter.Workbook(str(file), OPTIONS) as book:
        book.set_properties({"created": MADE})
        _list(book, book.add_worksheet(contents), list(zip(sheets, names, ranges, strict=True)), speak)
        for sheet, name, called in zip(sheets, names, ranges, strict=True):
            _fill(book, book.add_worksheet(name), sheet)
            _name_range(book, sheet, name, called)
    return file


@contextmanager
def _no_search_for_garbage() -> Iterator[None]:
    """Every cell is an object that stays until the file is written: looking through them again and again is a fifth."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


def _apart(texts: Sequence[str], name: Callable[[str, set[str]], str]) -> list[str]:
    """A name for each text, none like another, whatever the case."""
    taken: set[str] = set()
    made = []
    for text in texts:
        made.append(name(text, taken))
        taken.add(made[-1].casefold())
    return made


def _sheet(parquet: Path, lang: str) -> _Sheet | None:
    """A table with its titles; one that a stopped notebook left half-written is taken away."""
    import pyarrow as pa
    from pyarrow import parquet as pq

    try:
        with pq.ParquetFile(parquet) as held:  # as a data set each would take four times as long
            table = held.read(use_threads=False)
    except (pa.ArrowInvalid, OSError):
        parquet.unlink()
        return None
    about = folders.told(parquet.with_suffix(".json"))
    told = about.get("columns", {})
    columns: dict[str, tuple[str | date, str]] = {
        field.name: (_said(one.get("title"), lang, field.name), one.get("kind") or _kind(field.type))
        for field in table.schema
        if (one := told.get(field.name, {})) or not field.name.startswith("__")
    }
    values = {name: table.column(name).to_pylist() for name in columns}
    sheet = _Sheet(parquet.stem, _said(about.get("title"), lang, parquet.stem), columns, values)
    return _side_by_side(sheet, about["across"]) if about.get("across") in columns else sheet


def _side_by_side(sheet: _Sheet, across: str) -> _Sheet:
    """A row for each part and a column for each day, as planners read them; a part without a value has none there."""
    *parts, value = (name for name in sheet.columns if name != across)
    days = sorted({day for day in sheet.values[across] if isinstance(day, date)})
    if not parts or len(days) > _SIDE_BY_SIDE:
        return sheet
    found: dict[tuple[Any, ...], dict[date, Any]] = {}
    for part, day, one in zip(_rows_of(sheet, parts), sheet.values[across], sheet.values[value], strict=True):
        found.setdefault(part, {})[day] = one
    columns = {name: sheet.columns[name] for name in parts} | {str(d): (d, sheet.columns[value][1]) for d in days}
    values = {name: [part[at] for part in found] for at, name in enumerate(parts)}
    values |= {str(day): [row.get(day) for row in found.values()] for day in days}
    return replace(sheet, columns=columns, values=values, held=len(parts))


def _rows_of(sheet: _Sheet, names: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    return zip(*(sheet.values[name] for name in names), strict=True)


def _said(texts: Any, lang: str, otherwise: str) -> str:
    if isinstance(texts, str):
        return texts
    return (texts or {}).get(lang) or next(iter((texts or {}).values()), otherwise)


def _kind(arrow: Any) -> str:
    import pyarrow as pa

    if pa.types.is_integer(arrow):
        return "count"
    if pa.types.is_floating(arrow) or pa.types.is_decimal(arrow):
        return "number"
    return "date" if pa.types.is_temporal(arrow) else "text"


def _list(book: Any, paper: Any, sheets: Sequence[tuple[_Sheet, str, str]], speak: Words) -> None:
    """The first sheet: page, table (a link to its sheet), rows and name of each."""
    from xlsxwriter.utility import quote_sheetname

    head, link = book.add_format(_HEAD), book.get_default_url_format()
    paper.write_string(0, 0, speak.phrase("page.workbook.contents"), book.add_format({"bold": True}))
    for place, key in enumerate(("page.workbook.page", "page.table", "page.workbook.rows", "page.workbook.range")):
        paper.write_string(_HEADER, place, speak.phrase(key), head)
    for row, (sheet, name, called) in enumerate(sheets, _HEADER + 1):
        paper.write_string(row, 0, cell_text(speak.page(sheet.page)))
        paper.write_url(row, 1, f"internal:{quote_sheetname(name)}!A1", link, cell_text(sheet.title) or name)
        paper.write_number(row, 2, sheet.rows)
        paper.write_string(row, 3, called)
    for place, wide in enumerate((14, 60, 10, 40)):
        paper.set_column(place, place, wide)
    paper.freeze_panes(_HEADER + 1, 0)


def _name_range(book: Any, sheet: _Sheet, name: str, called: str) -> None:
    from xlsxwriter.utility import xl_range_formula

    if sheet.columns:
        area = xl_range_formula(name, _HEADER, 0, _HEADER + sheet.rows, len(sheet.columns) - 1)
        book.define_name(called, f"={area}")


def _fill(book: Any, paper: Any, sheet: _Sheet) -> None:
    bold, head = book.add_format({"bold": True}), book.add_format(_HEAD | {"num_format": _FORMATS["date"]})
    formats = {kind: book.add_format({"num_format": code}) for kind, code in _FORMATS.items()}
    paper.write_string(0, 0, cell_text(sheet.title), bold)
    for place, (name, (title, kind)) in enumerate(sheet.columns.items()):
        _put_head(paper, place, title, head)
        values = sheet.values[name][:_MOST]
        for row, value in enumerate(values, _HEADER + 1):
            put(paper, row, place, value, formats.get(kind))
        paper.set_column(place, place, width(str(title), values, kind))
    if sheet.columns:
        paper.autofilter(_HEADER, 0, _HEADER + sheet.rows, len(sheet.columns) - 1)
    paper.freeze_panes(_HEADER + 1, sheet.held)


def _put_head(paper: Any, place: int, title: str | date, head: Any) -> None:
    if isinstance(title, date):
        paper.write_datetime(_HEADER, place, title, head)
    else:
        paper.write_string(_HEADER, place, cell_text(title), head)


def put(paper: Any, row: int, place: int, value: Any, style: Any) -> None:
    """One cell by what the value is. Missing stays empty; text stays text, whatever it starts with."""
    if value is None:
        return
    if isinstance(value, bool):
        paper.write_boolean(row, place, value)
    elif isinstance(value, _NUMBER):
        _put_number(paper, row, place, value, style)
    elif isinstance(value, date) and value.year >= 1900:
        paper.write_datetime(row, place, _plain_time(value), style)
    else:
        paper.write_string(row, place, cell_text(value))


def _put_number(paper: Any, row: int, place: int, value: float | Decimal, style: Any) -> None:
    number = float(value)
    if abs(number) < 1e15:  # Excel keeps 15 digits
        paper.write_number(row, place, number, style)
    elif math.isfinite(number):
        paper.write_string(row, place, cell_text(value))


def _plain_time(value: date) -> date:
    return value.astimezone(UTC).replace(tzinfo=None) if isinstance(value, datetime) and value.tzinfo else value


def cell_text(value: Any) -> str:
    return _clean(str(value))


@lru_cache(4096)  # names of parts come again and again
def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")[:_TEXT]


def width(title: str, values: Sequence[Any], kind: str) -> float:
    """Characters that the longest of title and first values needs; Chinese takes two."""
    usual = {"money": 16, "date": 12, "ratio": 10, "quantity": 12, "count": 10, "number": 12}.get(kind, 0)
    longest = usual or max((_wide(str(v)) for v in values[:500] if v is not None), default=0)
    return float(min(60, max(8, longest + 2, _wide(title) + 4)))


def _wide(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text[:200])


def free_name(title: str, taken: set[str]) -> str:
    """A sheet name that Excel takes and no other sheet has, whatever the case."""
    plain = "".join(c for c in title.translate(_FORBIDDEN) if c.isprintable())
    plain = " ".join(plain.split()).strip("' ")
    plain = plain if plain and plain.casefold() != "history" else f"{plain} 1".strip()
    number, name = 1, _cut(plain, _NAME)
    while name.casefold() in taken:
        number += 1
        name = f"{_cut(plain, _NAME - len(f' {number}'))} {number}"
    return name


def range_name(table: str, taken: set[str]) -> str:
    """A name that Excel takes for a table, and that no other has; with a dot in it, so it is never like a cell's."""
    plain = re.sub(r"[^\w.]", "_", table)
    plain = plain if "." in plain else f"table.{plain}"
    plain = (plain if plain[0].isalpha() else f"_{plain}")[:_RANGE]
    more = (f"{plain}_{n}" for n in itertools.count(2))
    return next(name for name in itertools.chain([plain], more) if name.casefold() not in taken)


def _cut(text: str, size: int) -> str:
    """At most `size` of the units that Excel counts: an emoji is two."""
    while len(text.encode("utf-16-le", "replace")) > 2 * size:
        text = text[:-1]
    return text.rstrip("' ")
