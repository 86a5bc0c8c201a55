"""One Excel workbook from a report's tables: real numbers and dates; nothing from the data is a formula or a link."""

import json
import math
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

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
}
MADE = datetime(2000, 1, 1)
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
_NAME, _TEXT, _ROWS = 31, 32_767, 1_048_576  # what one sheet's name, one cell and one sheet may hold
_HEADER = 1  # row of the column names, below the title


@dataclass(frozen=True)
class _Sheet:
    title: str
    columns: dict[str, tuple[str, str]]  # name → title, kind
    values: Mapping[str, Sequence[Any]]


def write(tables: Path, file: Path, lang: str) -> Path | None:
    """The workbook of all tables in a folder, titles in `lang`; None where there is no table."""
    sheets = [s for parquet in sorted(tables.glob("*.parquet")) if (s := _sheet(parquet, lang))]
    if not sheets:
        return None
    import xlsxwriter

    with xlsxwriter.Workbook(str(file), OPTIONS) as book:
        book.set_properties({"created": MADE})
        names: set[str] = set()
        for sheet in sheets:
            name = free_name(sheet.title, names)
            names.add(name.casefold())
            _fill(book, book.add_worksheet(name), sheet)
    return file


def _sheet(parquet: Path, lang: str) -> _Sheet | None:
    """A table with its titles; one that a stopped notebook left half-written is taken away."""
    import pyarrow as pa
    from pyarrow import parquet as pq

    try:
        table = pq.read_table(parquet)
    except (pa.ArrowInvalid, OSError):
        parquet.unlink()
        return None
    about = _about(parquet.with_suffix(".json"))
    told = about.get("columns", {})
    columns = {
        field.name: (_said(one.get("title"), lang, field.name), one.get("kind") or _kind(field.type))
        for field in table.schema
        if (one := told.get(field.name, {})) or not field.name.startswith("__")
    }
    values = {name: table.column(name).to_pylist() for name in columns}
    return _Sheet(_said(about.get("title"), lang, parquet.stem), columns, values)


def _about(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


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


def _fill(book: Any, paper: Any, sheet: _Sheet) -> None:
    bold = book.add_format({"bold": True})
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    formats = {kind: book.add_format({"num_format": code}) for kind, code in _FORMATS.items()}
    paper.write_string(0, 0, cell_text(sheet.title), bold)
    for place, (name, (title, kind)) in enumerate(sheet.columns.items()):
        paper.write_string(_HEADER, place, cell_text(title), head)
        values = sheet.values[name][: _ROWS - _HEADER - 1]
        for row, value in enumerate(values, _HEADER + 1):
            put(paper, row, place, value, formats.get(kind))
        paper.set_column(place, place, width(title, values, kind))
    last = min(max((len(v) for v in sheet.values.values()), default=0), _ROWS - _HEADER - 1)
    if sheet.columns:
        paper.autofilter(_HEADER, 0, _HEADER + last, len(sheet.columns) - 1)
    paper.freeze_panes(_HEADER + 1, 0)


def put(paper: Any, row: int, place: int, value: Any, style: Any) -> None:
    """One cell by what the value is. Missing stays empty; text stays text, whatever it starts with."""
    number = float(value) if isinstance(value, int | float | Decimal) else None
    if value is None or (number is not None and not math.isfinite(number)):
        return
    if isinstance(value, bool):
        paper.write_boolean(row, place, value)
    elif number is not None and abs(number) < 1e15:  # Excel keeps 15 digits
        paper.write_number(row, place, number, style)
    elif isinstance(value, date) and value.year >= 1900:
        paper.write_datetime(row, place, _plain_time(value), style)
    else:
        paper.write_string(row, place, cell_text(value))


def _plain_time(value: date) -> date:
    return value.astimezone(UTC).replace(tzinfo=None) if isinstance(value, datetime) and value.tzinfo else value


def cell_text(value: Any) -> str:
    return str(value).encode("utf-8", "replace").decode("utf-8")[:_TEXT]


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


def _cut(text: str, size: int) -> str:
    """At most `size` of the units that Excel counts: an emoji is two."""
    while len(text.encode("utf-16-le", "replace")) > 2 * size:
        text = text[:-1]
    return text.rstrip("' ")
