"""Tables of results: a short one for the page, the whole one for the workbook."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from workbench.views.words import MISSING, Scale, Words, missing

KINDS = ("money", "quantity", "ratio", "number", "date", "text", "count")  # of a workbook's column
MOST_ROWS = 12


@dataclass(frozen=True)
class Column:
    """One column: how it is shown. `minor` ones leave the page on a phone; the first column names the row."""

    name: str
    # money, share, share_fine, change, points, points_fine, count, quantity, decimal, price, text, level, period, kpi,
    # date, reasons, phrase:…
    how: str
    title: str = ""  # a key under sections.columns, when it is not the column's name
    minor: bool = False
    on_page: bool = True  # else it is in the workbook only
    said: str = ""  # a title that comes from the data, in place of ours
    group: str = ""  # money columns of one group share a unit; of others they may be a thousand times larger

    @property
    def kind(self) -> str:
        """Its kind in the workbook, one of KINDS."""
        return _KIND_OF.get(self.how.partition(":")[0], self.how)


_KIND_OF = {
    **dict.fromkeys(("share", "share_fine", "change", "points", "points_fine", "chance"), "ratio"),
    **dict.fromkeys(("decimal", "by_unit", "change_by_unit"), "number"),
    **dict.fromkeys(("kpi", "level", "step", "kind", "measure", "phrase", "reasons"), "text"),
    **dict.fromkeys(("unit", "season"), "text"),
    "price": "money",
    "period": "date",
    "month": "date",
}


@dataclass(frozen=True)
class Head:
    """A column's title, the unit under it, and how it stands."""

    title: str
    unit: str = ""
    minor: bool = False
    left: bool = False


@dataclass(frozen=True)
class Line:
    """One row of words; `kind` is plain, rest, total or partial."""

    name: str
    cells: tuple[str, ...]
    kind: str = "plain"


@dataclass(frozen=True)
class Table:
    """What the template shows."""

    caption: str
    heads: tuple[Head, ...]
    lines: tuple[Line, ...]
    note: str = ""
    dated: bool = False  # its rows are periods or days, whose names stay on one line


@dataclass(frozen=True)
class Sheet:
    """A whole table for the workbook: the frame and how each column is shown; the first is the index, or a column."""

    frame: pd.DataFrame
    columns: tuple[Column, ...]
    title: str = ""  # where it is not the section's heading
    across: str = ""  # a column of days that stand side by side in Excel, each over the last column's values


def table(
    sheet: Sheet, w: Words, caption: str, *, most: int = MOST_ROWS, latest: bool = False, sums: Sequence[str] = ()
) -> Table:
    """The page's table: at most `most` rows, the rest as one row, a total that ties where `sums` names columns.

    `latest` keeps the last rows instead of the first, newest on top, as a time series wants it.
    """
    frame, columns = sheet.frame, [c for c in sheet.columns if c.on_page]
    scales = _scales(frame, columns[1:], w)
    shown = frame.iloc[::-1].head(most) if latest else frame.head(most) if len(frame) > most + 1 else frame
    lines = [_line(name, row, columns, scales, w) for name, row in zip(shown.index, _records(shown), strict=True)]
    rest = frame.iloc[len(shown) :]
    if sums and len(rest):
        lines.append(_sum(rest, w.phrase("page.rest", {"n": len(rest)}), "rest", columns, scales, w, sums))
    if sums and len(frame) > 1:
        lines.append(_sum(frame, w.phrase("page.total"), "total", columns, scales, w, sums))
    note = w.phrase("page.all_rows", {"n": len(frame)}) if len(frame) > len(shown) else ""
    heads = tuple(_head(c, scales, w) for c in columns)
    return Table(caption, heads, tuple(lines), note, columns[0].how.partition(":")[0] in ("period", "date"))


def save(folder: Path, name: str, sheet: Sheet, speak: Mapping[str, Words], titles: Mapping[str, str]) -> None:
    """Leave a table in `folder` as Parquet, with titles in all languages and kinds of columns as JSON beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    first = sheet.columns[0].name
    frame = sheet.frame if first in sheet.frame else sheet.frame.rename_axis(index=first).reset_index()
    wanted = [c for c in sheet.columns if c.name in frame]
    first_language = next(iter(speak.values()))
    told = {c.name: _told(frame[c.name], c, first_language) for c in wanted if c.kind == "text"}
    frame = frame[[c.name for c in wanted]].assign(**told)
    frame.to_parquet(folder / f"{name}.parquet", index=False)
    about = {
        "title": dict(titles),
        "columns": {
            c.name: {"title": {lang: _title(c, w) for lang, w in speak.items()}, "kind": c.kind} for c in wanted
        },
        "currency": first_language.currency,
        **({"across": sheet.across} if sheet.across else {}),
    }
    text = json.dumps(about, ensure_ascii=False, indent=1)
    (folder / f"{name}.json").write_text(text + "\n", "utf-8")


def _told(values: pd.Series, column: Column, w: Words) -> pd.Series:
    """A column of names for the workbook: codes of ours as words, names from the data as they are, unknown unknown."""
    how = column.how.partition(":")[0]
    if how in ("kpi", "measure", "step", "season", "phrase"):
        values = values.map(lambda v: _name(v, column, w))
    elif how in ("kind", "unit", "reasons"):
        values = values.map(lambda v: _cell(v, column, {}, {}, w))
    return values.astype("string")


def _scales(frame: pd.DataFrame, columns: Sequence[Column], w: Words) -> dict[str, Scale]:
    """One unit for all money of a group of columns, mostly the table, so that they can be compared."""
    groups: dict[str, list[str]] = {}
    for column in columns:
        if column.how == "money" and column.name in frame:
            groups.setdefault(column.group, []).append(column.name)
    return {name: scale for names in groups.values() for name, scale in _scale(frame, names, w).items()}


def _scale(frame: pd.DataFrame, names: Sequence[str], w: Words) -> dict[str, Scale]:
    """The unit of some columns of money; decimals as each column needs them."""
    if not names:
        return {}
    size = w.fine_scale(frame[list(names)].abs().max()).size
    return {name: w.scale(frame[name], size) for name in names}


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [dict(zip(frame.columns, row, strict=True)) for row in frame.itertuples(index=False, name=None)]


def _line(name: Any, row: Mapping[str, Any], columns: Sequence[Column], scales: Mapping[str, Scale], w: Words) -> Line:
    cells = tuple(_cell(row.get(c.name), c, row, scales, w) for c in columns[1:])
    said = _name(name, columns[0], w)
    partial = "whole" in row and not row["whole"]
    return Line(w.phrase("page.in_part", {"name": said}) if partial else said, cells, "partial" if partial else "plain")


def _name(value: Any, column: Column, w: Words) -> str:
    if column.how.startswith("period:"):
        return w.period(value, column.how.partition(":")[2])
    if column.how.startswith("season:"):
        return w.season_name(value, int(column.how.partition(":")[2]))
    if column.how.startswith("phrase:"):
        key = f"{column.how.partition(':')[2]}.{value}"
        return w.phrase(key) if w.has(key) else w.called(value)
    if column.how == "date":
        return w.date(value)
    if column.how == "kpi":
        return w.kpi(value)
    if column.how == "measure":
        return w.phrase(f"sections.columns.{value}") if w.has(f"sections.columns.{value}") else w.kpi(value)
    if column.how == "step":
        return w.phrase(f"sections.bridge.step.{value}")
    return w.node(value)


def _cell(value: Any, column: Column, row: Mapping[str, Any], scales: Mapping[str, Scale], w: Words) -> str:
    if missing(value):
        return MISSING
    if column.how == "money":
        return w.scaled(value, scales[column.name])
    if column.how in ("by_unit", "change_by_unit"):
        return str(getattr(w, column.how)(value, row["unit"]))
    if column.how.startswith("phrase:"):
        return _name(value, column, w)
    if column.how == "kind":
        return w.phrase(f"sections.bridge.kind.{value}")
    if column.how == "unit":
        return w.phrase(f"terms.units.{value}", {"currency": w.currency})
    return w.format(value, _FORMATS[column.how])


_FORMATS = {
    "share": "percent",
    "share_fine": "percent_fine",
    "chance": "chance",
    "change": "percent_sign",
    "points": "points_bare",
    "points_fine": "points_fine_bare",
    "count": "number",
    "quantity": "short_number",
    "decimal": "decimal",
    "price": "money",
    "text": "text",
    "date": "date",
    "month": "month",
    "reasons": "reasons",
}


def _sum(frame: pd.DataFrame, name: str, kind: str, columns: Sequence[Column], scales: Mapping[str, Scale], w: Words,
         sums: Sequence[str]) -> Line:  # fmt: skip
    """A row of sums; a rate of change is of the sums, and what cannot be summed is missing."""
    totals: dict[str, Any] = {n: frame[n].sum(min_count=1) for n in sums if n in frame}
    if {"yoy", "change", "amount_before"} <= {*totals, *frame.columns}:
        before = totals.get("amount_before", float("nan"))
        totals["yoy"] = totals["change"] / before if before > 0 else float("nan")
    return Line(name, tuple(_cell(totals.get(c.name), c, totals, scales, w) for c in columns[1:]), kind)


def _head(column: Column, scales: Mapping[str, Scale], w: Words) -> Head:
    unit = (
        scales[column.name].unit
        if column.name in scales
        else w.phrase("terms.points_unit")
        if column.how in ("points", "points_fine")
        else ""
    )
    return Head(_title(column, w), unit, column.minor, column.kind == "text")


def _title(column: Column, w: Words) -> str:
    if column.said:
        return w.node(column.said)
    name = column.title or column.name
    if column.how == "level":
        said = w.level(name)
        return said[:1].upper() + said[1:]
    return w.phrase(f"sections.columns.{name}")
