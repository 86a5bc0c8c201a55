"""Sheets whose periods stand side by side, made long: one row a period, as people publish statistics and targets."""

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from workbench.settings import Source
from workbench.sources.contracts import Table
from workbench.sources.readers.excel import Sheet, shown

PERIOD = "period of the column"  # headers of the two columns that are made
FIGURE = "figure of the column"
_MONTHS = {name: n for n, names in enumerate((
    "jan january", "feb february", "mar march mär märz", "apr april", "may mai", "jun june juni", "jul july juli",
    "aug august", "sep sept september", "oct october okt oktober", "nov november", "dec december dez dezember"), 1)
    for name in names.split()}  # fmt: skip
_MARK = re.compile(r"\s*[(（\[][a-z0-9*]{1,3}[)）\]]\s*$|[*†‡]+$", re.I)  # a footnote behind a header: Feb. 2021(p)
_QUARTER = re.compile(
    r"(?:((?:19|20)\d\d)\s*年?\s*)?(?:第?([1-4])\s*季度?|q([1-4])|([1-4])q)(?:[ /-]*((?:19|20)\d\d))?"
)
_NUMBERS = "一二三四五六七八九十"


def mapped(source: Source, table: Table) -> Source:
    """The settings as if the file were long: the table's date and the figures are mapped to the columns made here."""
    date = next(name for name, column in table.columns.items() if column.kind == "date")
    return source.model_copy(update={"columns": source.columns | {date: PERIOD, source.wide: FIGURE}})


def long(sheet: Sheet, source: Source, name: str) -> tuple[Sheet, list[str]]:
    """The sheet with one row for each row and period that holds anything; rows keep the numbers people see.

    Columns are periods where their header reads as one (Jan. 2021, 2021-01, 2021年1月, 2021Q1, 2021; 1月 or Q1 where
    the sheet's name or a header above tells the year). Others stay as they are; what is neither mapped nor a period,
    as a total or a sum since January, is left out.
    """
    header = source.header
    heads = _headers(sheet, header)
    periods = {i: day for i, day in enumerate(_periods(heads, sheet, header)) if day}
    if not periods:
        given = ", ".join(f"'{h}'" for h in list(filter(None, heads))[:8])
        return sheet, [f'{name}: wide = "{source.wide}", but no header in row {header} reads as a period: {given}.']
    fixed = [i for i in range(len(heads)) if i not in periods]
    empty = {"", *source.unknown}
    rows: list[tuple[Any, ...]] = [(*(heads[i] for i in fixed), PERIOD, FIGURE)]
    numbers = [header]
    for number, row in sheet.below(header):
        if source.last_row and number > source.last_row:
            break
        for i, day in periods.items():
            figure = row[i] if i < len(row) else ""
            if shown(figure).strip() not in empty:
                rows.append((*(row[f] if f < len(row) else "" for f in fixed), day, figure))
                numbers.append(number)
    return replace(sheet, rows=tuple(rows), first=header, numbers=tuple(numbers)), []


def of_text(name: str, rows: Iterable[list[Any]], headers: tuple[str, ...], header: int) -> Sheet:
    """A text file's numbered rows as a sheet."""
    numbered = [(header, tuple(headers)), *((int(r[0]), tuple(r[1:])) for r in rows)]
    return Sheet(name, tuple(row for _, row in numbered), header, tuple(number for number, _ in numbered))


def _headers(sheet: Sheet, header: int) -> list[str]:
    """The header's row; a blank in it takes what stands above, for headers of two rows."""
    found = list(sheet.headers(header, ()))
    for up in (1, 2):
        above = sheet.headers(header - up, ()) if header > up else ()
        found = [h or (above[i] if i < len(above) else "") for i, h in enumerate(found)]
    return found


def _periods(heads: list[str], sheet: Sheet, header: int) -> Iterator[dt.datetime | None]:
    """The first day that each header means. A year that stands above a group of columns holds until the next."""
    above = sheet.headers(header - 1, ()) if header > 1 else ()
    year = _year(sheet.name)
    for i, head in enumerate(heads):
        year = _year(above[i] if i < len(above) else "") or year
        yield period(head, year)


def _year(text: str) -> int | None:
    found = re.search(r"(?<!\d)(19|20)\d\d(?!\d)", text)
    return int(found[0]) if found else None


def period(text: str, year: int | None = None) -> dt.datetime | None:
    """The first day of the month, quarter or year that a header means; None where it means none."""
    plain = " ".join(_MARK.sub("", text.strip()).replace(".", " ").split()).lower()
    for way in (_by_date, _by_name, _by_quarter, _by_number):
        if found := way(plain, year):
            return found
    return None


def _by_date(text: str, year: int | None) -> dt.datetime | None:
    """2021-01, 2021/1, 2021年1月, 2021-01-01, 202101, 2021, 2021年."""
    found = re.fullmatch(r"((?:19|20)\d\d)(?:\s*年|fy)?(?:[-/ ]?(\d{1,2})\s*月?(?:[-/ ]0?1)?)?(?: 00:00:00)?", text)
    return _first(found[1], found[2] or "1") if found else None


def _by_name(text: str, year: int | None) -> dt.datetime | None:
    """jan 2021, january '21, jan-21, jan (of a year told elsewhere)."""
    found = re.fullmatch(r"([a-zä]+)[ \-/']*((?:19|20)?\d\d)?", text)
    if not found or found[1] not in _MONTHS:
        return None
    told = int(found[2]) + (2000 if len(found[2]) == 2 else 0) if found[2] else year
    return dt.datetime(told, _MONTHS[found[1]], 1) if told else None


def _by_quarter(text: str, year: int | None) -> dt.datetime | None:
    """2021q1, q1 2021, 2021年第一季度, 一季度, 1q (of a year told elsewhere). Quarters of the calendar year."""
    digits = "".join(str(_NUMBERS.index(c) + 1) if c in _NUMBERS else c for c in text)
    told = _QUARTER.fullmatch(digits)
    if not told:
        return None
    of = told[1] or told[5] or year
    quarter = int(told[2] or told[3] or told[4])
    return dt.datetime(int(of), 3 * quarter - 2, 1) if of else None


def _by_number(text: str, year: int | None) -> dt.datetime | None:
    """1月, 十二月 (of a year told elsewhere)."""
    found = re.fullmatch(r"(\d{1,2}|[一二三四五六七八九十]{1,2})月份?", text)
    if not found or not year:
        return None
    number = int(found[1]) if found[1].isdigit() else sum(_NUMBERS.index(c) + 1 for c in found[1])
    return _first(str(year), str(number))


def _first(year: str, month: str) -> dt.datetime | None:
    return dt.datetime(int(year), int(month), 1) if 1 <= int(month) <= 12 else None


def wants(source: Source, columns: Mapping[str, Any]) -> list[str]:
    """Problems: figures that are no column of the table, or an own mapping that the periods would overwrite."""
    if source.wide and source.wide not in columns:
        return [f'wide = "{source.wide}" is no column of the table; it has {", ".join(columns)}.']
    return []
