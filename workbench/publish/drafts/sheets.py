"""One protected table as the owners see it, and the same read back, however it was sorted, filled or added to."""

import re
import warnings
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from workbench.publish import workbook
from workbench.settings import LANGUAGES
from workbench.views.words import Words, clean, phrases

HEAD = "plan.ledger.sheet.columns"
_ID = re.compile(r"P[0-9a-f]{8}-[0-9a-f]{10}(-b\d+-[0-9a-f]{6})?")
_PLANNED = 20  # characters of P1a2b3c4d-5e6f7a8b9c
_KINDS = {"before": "money", "expected": "money", "draft": "money", "chance": "ratio", "proposed": "money",
          "change": "money", "rate": "ratio", "effect": "ratio"}  # fmt: skip
_FORMATS = {"money": "#,##0", "ratio": "0.0%", "text": "@"}
_WIDTHS = {"id": 22, "node": 28, "reason": 48, "why": 48, "file": 24}
_HEADER = 4  # row of the column names
_PROTECT = {"format_columns": True, "format_rows": True, "sort": True, "autofilter": True, "select_locked_cells": True}


@dataclass(frozen=True)
class Row:
    """One row that came back: where it stands, its id ("" where it has none), and its cells by column."""

    file: str
    sheet: str
    row: int
    id: str
    cells: Mapping[str, Any]
    formulas: frozenset[str] = frozenset()  # columns with a formula whose result the file does not hold

    @property
    def planned(self) -> str:
        """The id of the plan's row, without what a decision adds."""
        return self.id[:_PLANNED]

    @property
    def where(self) -> str:
        return f"{self.file}, sheet '{self.sheet}', row {self.row}"


@dataclass(frozen=True)
class Form:
    """A table to fill in: `columns` in order, `open` those to write into (column → words or None for an amount)."""

    title: str
    name: str
    notes: tuple[str, ...]
    columns: tuple[str, ...]
    rows: Sequence[Mapping[str, Any]]
    open: tuple[str, ...] = ()
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class Book:
    """A workbook being written; xlsxwriter's, with nothing from the data as a formula, a link or a sheet's name."""

    def __init__(self, file: Path, w: Words, about: Mapping[str, str]) -> None:
        import xlsxwriter

        self._held = ExitStack()
        self.book = self._held.enter_context(xlsxwriter.Workbook(str(file), workbook.OPTIONS))
        self.book.set_properties({"created": workbook.MADE})
        for name, value in about.items():
            self.book.set_custom_property(f"workbench {name}", value[:255])
        self.w = w
        self._names: set[str] = set()
        made = self.book.add_format
        self._bold, self._wrap = made({"bold": True, "font_size": 13}), made({"text_wrap": True, "valign": "top"})
        self._head = made({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self._shut = {kind: made({"num_format": code}) for kind, code in _FORMATS.items()}
        yellow = {"locked": False, "bg_color": "#FFF7CC", "border": 1, "border_color": "#D9C97A"}
        self._open = {k: made({**yellow, "num_format": code, "text_wrap": True}) for k, code in _FORMATS.items()}

    def __enter__(self) -> "Book":
        return self

    def __exit__(self, *error: object) -> None:
        self._held.close()

    def page(self, name: str, lines: Sequence[str]) -> None:
        """A sheet of text, a line a row."""
        paper = self.sheet(name)
        paper.set_column(0, 0, 110)
        for row, line in enumerate(lines):
            paper.write_string(row, 0, workbook.cell_text(line), self._wrap)
        paper.protect("", {"select_locked_cells": True})

    def sheet(self, name: str) -> Any:
        """A new sheet whose name Excel takes."""
        free = workbook.free_name(name, self._names)
        self._names.add(free.casefold())
        return self.book.add_worksheet(free)

    def form(self, form: Form) -> None:
        """A sheet with one table: everything locked but what is to be filled in."""
        paper = self.sheet(form.name)
        paper.write_string(0, 0, workbook.cell_text(form.title), self._bold)
        for row, note in enumerate(form.notes, 1):
            paper.write_string(row, 0, workbook.cell_text(note))
        for place, column in enumerate(form.columns):
            self._column(paper, place, column, form)
        paper.freeze_panes(_HEADER + 1, form.columns.index("node") + 1 if "node" in form.columns else 0)
        if form.rows:
            paper.autofilter(_HEADER, 0, _HEADER + len(form.rows), len(form.columns) - 1)
        paper.protect("", _PROTECT)

    def _column(self, paper: Any, place: int, column: str, form: Form) -> None:
        known = self.w.has(f"{HEAD}.{column}")
        paper.write_string(
            _HEADER, place, workbook.cell_text(self.w.phrase(f"{HEAD}.{column}") if known else column), self._head
        )
        kind, is_open = _KINDS.get(column, "text" if known else "money"), column in form.open
        style = (self._open if is_open else self._shut)[kind]
        for row, one in enumerate(form.rows, _HEADER + 1):
            if is_open:
                paper.write_blank(row, place, None, style)
            workbook.put(paper, row, place, one.get(column), style)
        paper.set_column(place, place, _WIDTHS.get(column, 14))
        if is_open and form.rows:
            self._validation(paper, place, column, form)

    def _validation(self, paper: Any, place: int, column: str, form: Form) -> None:
        where = (_HEADER + 1, place, _HEADER + len(form.rows), place)
        if column in form.choices:
            paper.data_validation(*where, {"validate": "list", "source": list(form.choices[column])})
        elif _KINDS.get(column) == "money":
            told = self.w.phrase("plan.ledger.sheet.only_numbers")
            rule = {"validate": "decimal", "criteria": ">=", "value": 0, "error_message": told[:255]}
            paper.data_validation(*where, rule)


def read(file: Path, needed: Sequence[str]) -> tuple[list[Row], list[str]]:
    """The rows of every table in a workbook that has the `needed` columns, and what is wrong with the file."""
    name = clean(file.name)
    try:
        values, formulas = _opened(file, True), _opened(file, False)
    except (OSError, zipfile.BadZipFile, KeyError, ValueError, TypeError, SyntaxError, EOFError) as error:
        told = error.strerror if isinstance(error, OSError) and error.strerror else "it is not a whole Excel workbook"
        return [], [f"{name}: it cannot be read ({told}). Save it as .xlsx and name that file."]
    rows, problems = [], []
    for sheet in values.worksheets:
        found, wrong = _rows(name, sheet, formulas[sheet.title], needed)
        rows += found
        problems += wrong
    if not rows and not problems:
        problems = [f"{name}: no row of a draft is in it. Was it written by `workbench plan`?"]
    return rows, problems


def heading(text: Any) -> str:
    """Which column a heading names, in whatever language; "" for one of the owner's own."""
    return _headings().get(_plain(text), "")


@cache
def _headings() -> dict[str, str]:
    known = [key for key in phrases() if key.startswith(f"{HEAD}.")]
    return {_plain(phrases()[key][lang]): key.rpartition(".")[2] for key in known for lang in LANGUAGES}


def _plain(text: Any) -> str:
    return clean(text).casefold() if isinstance(text, str) else ""


def _opened(file: Path, results: bool) -> Any:
    """The workbook with the results of its formulas, or with the formulas themselves."""
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # extensions of Excel that do not matter here
        try:
            return openpyxl.load_workbook(file, data_only=results)
        except InvalidFileException as error:
            raise ValueError(str(error)) from error


def _rows(file: str, sheet: Any, formulas: Any, needed: Sequence[str]) -> tuple[list[Row], list[str]]:
    """The rows below each heading that has a column of ids."""
    rows, problems, places = [], [], dict[int, str]()
    for number, cells in enumerate(sheet.iter_rows(values_only=True), 1):
        heads = {at: name for at, text in enumerate(cells) if (name := heading(text))}
        if "id" in heads.values() and len(heads) > 1:
            places = heads
            lacking = [n for n in needed if n not in heads.values()]
            problems += [f"{file}, sheet '{clean(sheet.title)}': the column '{_said(n)}' is gone" for n in lacking]
        elif places and any(v is not None for v in cells):
            rows.append(
                _row(file, sheet, formulas, number, {n: cells[at] for at, n in reversed(places.items())}, places)
            )
    filled = [n for n in needed if n != "id"]
    return [r for r in rows if r.id or any(r.cells.get(n) is not None for n in filled)], problems


def _row(file: str, sheet: Any, formulas: Any, number: int, cells: dict[str, Any], places: Mapping[int, str]) -> Row:
    empty = [(at, n) for at, n in places.items() if cells[n] is None]
    unsaved = {n for at, n in empty if _is_formula(formulas.cell(number, at + 1).value)}
    found = _ID.fullmatch(str(cells["id"] or "").strip())
    return Row(file, clean(sheet.title), number, found[0] if found else "", cells, frozenset(unsaved))


def _is_formula(value: Any) -> bool:
    return value is not None and (not isinstance(value, str) or value.startswith("="))


def _said(column: str) -> str:
    return phrases()[f"{HEAD}.{column}"]["en"]


def twice(rows: Sequence[Row]) -> Iterator[tuple[Row, Row]]:
    """Rows that stand in several places, with the first of each."""
    first: dict[str, Row] = {}
    for row in rows:
        if row.id in first:
            yield first[row.id], row
        else:
            first[row.id] = row
