"""Workbooks (.xlsx, .xlsm, .xls, .xlsb, .ods) as rows in the engine; each cell keeps its type."""

import datetime as dt
import itertools
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.settings import Source
from workbench.sources.readers.kinds import Cell

if TYPE_CHECKING:
    import python_calamine
    from ibis.backends.duckdb import Backend

_COUNT = itertools.count()
_UNPACKED, _RATIO = 300_000_000, 150  # bytes, and times the file's own size, beyond which both it is a bomb
_CELLS = 50_000_000  # more than any sheet that a person made; a hostile one claims billions


@dataclass(frozen=True)
class Sheet:
    """One sheet's cells from row `first` on (counted from 1), all rows equally wide.

    `numbers`: the rows' own numbers where they do not follow each other.
    """

    name: str
    rows: tuple[tuple[Any, ...], ...]
    first: int
    numbers: tuple[int, ...] = ()

    def headers(self, header: int, names: Sequence[str]) -> tuple[str, ...]:
        """What stands in the header's row, or the names that the settings give."""
        if header == 0:
            return tuple(names)
        at = header - self.first
        return tuple(shown(c) for c in self.rows[at]) if 0 <= at < len(self.rows) else ()

    def below(self, header: int) -> list[tuple[int, tuple[Any, ...]]]:
        """The rows under the header that hold anything, with their numbers."""
        numbered = zip(self.numbers or itertools.count(self.first), self.rows, strict=False)
        return [(n, r) for n, r in numbered if n > header and any(c != "" for c in r)]


def open_sheets(file: Path, name: str, sheets: Sequence[str] | None = None) -> tuple[list[Sheet], list[str]]:
    """The sheets asked for (None: all that hold anything), or problems that say which way the file is wrong."""
    import python_calamine as calamine

    if told := _swollen(file):
        return [], [f"{name}: {told}"]
    try:
        book = calamine.CalamineWorkbook.from_path(str(file))
    except calamine.PasswordError:
        return [], [f"{name} is protected by a password. Save a copy without one."]
    except (calamine.CalamineError, OSError, ValueError) as error:
        return [], [f"{name}: {_reason(file, str(error))}"]
    missing = [s for s in sheets or () if s not in book.sheet_names]
    if missing:
        there = ", ".join(f"'{s}'" for s in book.sheet_names)
        return [], [f"{name} has no sheet '{s}'. It has {there}." for s in missing]
    found = [_sheet(book, s, name) for s in (sheets if sheets is not None else book.sheet_names)]
    return [s for s, _ in found if s and s.rows], [p for _, p in found if p]


def choose(sheets: list[Sheet], source: Source, name: str, fitting: Sequence[bool]) -> tuple[list[Sheet], list[str]]:
    """The sheets to read: those asked for, the only one, or the only one that has the mapped headers."""
    if source.sheets or len(sheets) == 1:
        return sheets, []
    fit = [s for s, fits in zip(sheets, fitting, strict=True) if fits]
    if len(fit) == 1:
        return fit, []
    listed = ", ".join(f"'{s.name}'" for s in sheets)
    if not sheets:
        return [], [f"{name} has no sheet with anything in it."]
    what = "none of them has" if not fit else f"{len(fit)} of them have"
    advice = f'sheets = [{json.dumps((fit or sheets)[0].name, ensure_ascii=False)}], or sheets = ["*"] for all'
    listing = f"{name} has the sheets {listed}; {what} all mapped headers."
    return [], [f"{listing} Say which to read in workbench.toml, e.g. {advice}."]


def register(con: "Backend", sheet: Sheet, header: int, places: Sequence[int]) -> tuple[str, list[Cell]]:
    """The columns at `places` as a table in the engine (its SQL name), and where the values of each are."""
    import pyarrow as pa

    rows = sheet.below(header)
    columns: dict[str, Any] = {"r": pa.array([n for n, _ in rows], pa.int64())}
    for i, place in enumerate(places):
        cells = [r[place] if place < len(r) else "" for _, r in rows]
        columns[f"c{i}"] = pa.array([_text(c) for c in cells], pa.string())
        columns[f"n{i}"] = pa.array([_number(c) for c in cells], pa.float64())
        columns[f"d{i}"] = pa.array([_moment(c) for c in cells], pa.timestamp("us"))
    view = f"workbench_sheet{next(_COUNT)}"
    con.con.register(view, pa.table(columns))
    return view, [Cell(f"c{i}", f"n{i}", f"d{i}") for i in range(len(places))]


def shown(cell: Any) -> str:
    """A cell as its reader sees it."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return str(int(cell))
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        return str(cell.date())
    return str(cell)


def _sheet(book: "python_calamine.CalamineWorkbook", sheet: str, name: str) -> tuple[Sheet | None, str]:
    import python_calamine as calamine

    try:
        opened = book.get_sheet_by_name(sheet)
        if opened.height * opened.width > _CELLS:
            cells = opened.height * opened.width
            return None, f"{name} [{sheet}]: {cells:,} cells are more than a sheet can hold. The file is damaged."
        start = opened.start or (0, 0)
        pad = ("",) * start[1]
        return Sheet(sheet, tuple(pad + tuple(r) for r in opened.to_python(skip_empty_area=True)), start[0] + 1), ""
    except (calamine.CalamineError, OSError, ValueError) as error:
        return None, f"{name} [{sheet}]: the sheet cannot be read: {error}. Save the workbook again with Excel."


def _swollen(file: Path) -> str:
    """Why a file is not unpacked: it is made to fill the memory; "" where it is not. Real sheets pack 5 to 50 : 1."""
    try:
        with zipfile.ZipFile(file) as packed:
            parts = packed.infolist()
    except (zipfile.BadZipFile, NotImplementedError, OSError):
        return ""
    size, whole = sum(p.compress_size for p in parts), sum(p.file_size for p in parts)
    if whole < _UNPACKED or whole < _RATIO * size:
        return ""
    told = f"{size / 1e6:,.1f} MB unpack to {whole / 1e6:,.0f} MB, as no workbook's do"
    return f"{told}. Open it in Excel and save it again."


def _reason(file: Path, told: str) -> str:
    """What is wrong with a file that no reader of workbooks opens, and what to do."""
    start = file.read_bytes()[:4096]
    if start.startswith(b"PK"):
        return _zip_reason(file, told)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        return f"the workbook is damaged ({told}). Open it in Excel and save it again."
    if start.lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith((b"<!doctype", b"<html", b"<table", b"<meta", b"<?xml")):
        return "this is a web page (HTML or XML), not a workbook. Open it in Excel and save it as .xlsx."
    if b"\0" not in start:
        return "this is a text file, not a workbook" + (f" ({file.stat().st_size} bytes)" if len(start) < 512 else "") \
               + ". If it is CSV, name it .csv; else export it again."  # fmt: skip
    return "this is not a workbook. Export it again as .xlsx or CSV."


def _zip_reason(file: Path, told: str) -> str:
    try:
        with zipfile.ZipFile(file) as opened:
            bad = opened.testzip()
            if not {"[Content_Types].xml", "content.xml"} & set(opened.namelist()):
                return "this is a zip archive, not a workbook. Take the file out of it first."
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        return f"the workbook is damaged or was not copied in full ({error}). Copy or export it again."
    damage = f"bad checksum (CRC) in {bad}" if bad else told
    return f"the workbook is damaged ({damage}). Open it in Excel and save it again."


def _text(cell: Any) -> str | None:
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, int | float | dt.date):
        return None
    return str(cell) or None


def _number(cell: Any) -> float | None:
    return float(cell) if isinstance(cell, int | float) and not isinstance(cell, bool) else None


def _moment(cell: Any) -> dt.datetime | None:
    if isinstance(cell, dt.datetime):
        return cell
    return dt.datetime.combine(cell, dt.time()) if isinstance(cell, dt.date) else None
