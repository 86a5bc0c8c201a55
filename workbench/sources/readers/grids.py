"""A person's own file as it stands, cell by cell, without settings: workbooks, CSV, plain text."""

import csv
import re
import warnings
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.errors import DataError
from workbench.settings import Source
from workbench.sources.readers.encoding import decoded
from workbench.sources.readers.excel import open_sheets
from workbench.sources.readers.files import TEXT, WORKBOOKS, unusable
from workbench.sources.readers.text import open_text

_PROSE = {".txt", ".md"}
_LOOK = 50_000_000  # bytes of a sheet that are looked at for formulas without results
_NO_RESULT = re.compile(rb'<c(?: (?!t="str")\w+="[^"]*")*><f[^>]*>[^<]+</f>(?:<v ?/>|<v></v>)?</c>')
_MOST = 100_000  # rows of a text file that are read


@dataclass(frozen=True)
class Cells:
    """The cells of one sheet from row `first` on; `lines` where each row is a sentence of plain text."""

    name: str
    rows: tuple[tuple[Any, ...], ...]
    first: int = 1
    lines: bool = False


def cells(file: Path) -> list[Cells]:
    """Every sheet of a file that holds anything; a DataError says which way the file is wrong."""
    if problem := _problem(file):
        raise DataError(str(file), [problem])
    if file.suffix.lower() in WORKBOOKS:
        sheets, problems = open_sheets(file, file.name)
        if problems:
            raise DataError(str(file), problems)
        if sheet := _uncalculated(file):
            told = f"{file.name}: formulas in {sheet} hold no results. Open it in Excel, save it, and name that file."
            raise DataError(str(file), [told])
        errors = _errors(file)
        return [Cells(s.name, _with(s.rows, s.first, errors.get(s.name, {})), s.first) for s in sheets]
    return [_text(file)]


def _problem(file: Path) -> str:
    if not file.exists():
        return "there is no such file."
    if reason := unusable(file, file.name):
        return reason
    known = WORKBOOKS | TEXT | _PROSE
    return (
        "" if file.suffix.lower() in known else f"name a workbook, a CSV or a text file ({', '.join(sorted(known))})."
    )


def _errors(file: Path) -> dict[str, dict[tuple[int, int], str]]:
    """Cells whose formula failed, by sheet and place, which the fast reader gives as blanks; none where not told."""
    if file.suffix.lower() not in (".xlsx", ".xlsm") or not _any_failed(file):
        return {}
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    found: dict[str, dict[tuple[int, int], str]] = {}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions, which do not matter here
            book = load_workbook(file, read_only=True, data_only=True)
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # a file may claim a million rows of 16,384 columns and hold five
            cells = (c for row in sheet.iter_rows(max_row=_MOST) for c in row if c.value is not None)
            found[sheet.title] = {(c.row, c.column): str(c.value) for c in cells if c.data_type == "e"}
        book.close()
    except (InvalidFileException, KeyError, ValueError, TypeError, OSError):
        return found  # read once already, so what it holds is known but for the errors
    return found


def _uncalculated(file: Path) -> str:
    """A sheet's file with a formula that no program has worked out yet, so that its cell looks blank; "" for none."""
    if file.suffix.lower() not in (".xlsx", ".xlsm"):
        return ""
    try:
        with zipfile.ZipFile(file) as book:
            for name in (n for n in book.namelist() if "worksheets/" in n and n.endswith(".xml")):
                with book.open(name) as stream:
                    if _NO_RESULT.search(stream.read(_LOOK)):
                        return Path(name).name
    except (zipfile.BadZipFile, NotImplementedError, OSError):
        return ""
    return ""


def _any_failed(file: Path) -> bool:
    """Whether a sheet's own text marks a cell as an error: openpyxl takes a minute for what this takes a second."""
    try:
        with zipfile.ZipFile(file) as book:
            return any(_holds(book, n, b't="e"') for n in book.namelist() if "worksheets/" in n)
    except (zipfile.BadZipFile, NotImplementedError, OSError):
        return True


def _holds(book: zipfile.ZipFile, name: str, text: bytes) -> bool:
    """Whether a file within holds some bytes, read in pieces."""
    with book.open(name) as stream:
        before = b""
        while piece := stream.read(1 << 20):
            if text in before + piece:
                return True
            before = piece[-len(text) :]
    return False


def _with(
    rows: tuple[tuple[Any, ...], ...], first: int, errors: dict[tuple[int, int], str]
) -> tuple[tuple[Any, ...], ...]:
    if not errors:
        return rows
    return tuple(
        tuple(errors.get((at, n), cell) for n, cell in enumerate(row, 1)) for at, row in enumerate(rows, first)
    )


def _text(file: Path) -> Cells:
    """A text file as rows of fields, or as lines where it is prose."""
    opened, problems = open_text(file, file.name, Source(files=[file.name]), header=1)
    if opened is None:  # what settings could say of a file of the company's, nobody can say here
        advice = "Save it as .xlsx, or as CSV in UTF-8."
        raise DataError(str(file), [re.sub(r"Say which in workbench\.toml.*", advice, p) for p in problems])
    lines = "".join(decoded(file, opened.encoding)).replace("\0", "").splitlines()[:_MOST]
    if file.suffix.lower() in _PROSE:
        return Cells(file.name, tuple((line.lstrip("-*# \t").strip(),) for line in lines), lines=True)
    rows = csv.reader(lines, delimiter=opened.delimiter, skipinitialspace=opened.spaced)
    try:
        return Cells(file.name, tuple(tuple(row) for row in rows))
    except csv.Error as error:
        told = f"line {rows.line_num} cannot be read ({error}). Is a quotation mark not closed?"
        raise DataError(str(file), [told]) from error
