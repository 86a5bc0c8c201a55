"""A person's own file as it stands, cell by cell, without settings: workbooks, CSV, plain text."""

import csv
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
    if file.suffix.lower() not in (".xlsx", ".xlsm"):
        return {}
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    found: dict[str, dict[tuple[int, int], str]] = {}
    try:
        book = load_workbook(file, read_only=True, data_only=True)
        for sheet in book.worksheets:
            cells = (c for row in sheet.iter_rows(max_row=_MOST) for c in row if c.value is not None)
            found[sheet.title] = {(c.row, c.column): str(c.value) for c in cells if c.data_type == "e"}
        book.close()
    except (InvalidFileException, KeyError, ValueError, TypeError, OSError):
        return found  # read once already, so what it holds is known but for the errors
    return found


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
    if opened is None:
        raise DataError(str(file), problems)
    lines = "".join(decoded(file, opened.encoding)).replace("\0", "").splitlines()[:_MOST]
    if file.suffix.lower() in _PROSE:
        return Cells(file.name, tuple((line.lstrip("-*# \t").strip(),) for line in lines), lines=True)
    rows = csv.reader(lines, delimiter=opened.delimiter, skipinitialspace=opened.spaced)
    return Cells(file.name, tuple(tuple(row) for row in rows))
