"""Which of a file's headers is which of our columns."""

import difflib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from workbench.settings import Source
from workbench.sources.contracts import Table


def plain(header: str) -> str:
    """A header without what people do not see: blanks, byte order marks, case, full-width forms."""
    text = unicodedata.normalize("NFKC", header).replace("\ufeff", "").replace("\u200b", "")
    return " ".join(text.split()).casefold()


def wanted(source: Source, table: Table, extra: Iterable[str], headers: Sequence[str]) -> dict[str, str]:
    """Our columns and the header each is expected under; without a mapping, those of our own names that are there."""
    if source.columns:
        asked = dict(source.columns)
    else:
        there = {plain(h) for h in headers}
        asked = {c: c for c, column in table.columns.items() if column.required or plain(c) in there}
    there = {plain(h) for h in headers}
    return asked | {e: e for e in extra if e not in asked and plain(e) in there}


def unmapped(source: Source, table: Table) -> list[str]:
    """Problems: columns that the table cannot do without and the mapping does not name."""
    if not source.columns:
        return []
    return [f"{table.name} needs the column '{name}'. Add {name} = \"its header in your file\" to its columns."
            for name, column in table.columns.items() if column.required and name not in source.columns]  # fmt: skip


def match(wanted: Mapping[str, str], headers: Sequence[str], where: str) -> tuple[dict[str, int], list[str]]:
    """The position of each wanted column, and problems."""
    places, problems = {}, []
    for ours, header in wanted.items():
        found = _places(header, headers)
        if len(found) == 1:
            places[ours] = found[0]
        elif found:
            columns = ", ".join(str(i + 1) for i in found)
            twice = f"the header '{header}' ({ours}) stands over columns {columns}"
            problems.append(f"{where}: {twice}. Rename all but one.")
        else:
            problems.append(f"{where}: there is no column '{header}' ({ours}). {_nearest(header, headers)}")
    return places, problems


def _places(header: str, headers: Sequence[str]) -> list[int]:
    exact = [i for i, h in enumerate(headers) if h == header]
    return exact or [i for i, h in enumerate(headers) if plain(h) == plain(header)]


def _nearest(header: str, headers: Sequence[str]) -> str:
    forms = {plain(h): h for h in headers if plain(h)}
    near = [forms[n] for n in difflib.get_close_matches(plain(header), forms, n=3, cutoff=0.5)]
    if near:
        return "Nearest: " + ", ".join(f"'{n}'" for n in near) + ". Correct its name in workbench.toml."
    shown = ", ".join(f"'{h}'" for h in list(forms.values())[:12])
    return f"The file has: {shown}{' …' if len(forms) > 12 else ''}." if shown else "The file has no headers."


def likely_row(rows: Sequence[Sequence[str]]) -> int:
    """The row (from 1) that most looks like headers: the first that is as wide as most and holds different words."""
    widths = Counter(_filled(r) for r in rows if _filled(r))
    if not widths:
        return 1
    usual = max(widths, key=lambda w: (widths[w], w))
    for i, row in enumerate(rows[:30], 1):
        cells = [c.strip() for c in row if c.strip()]
        if len(cells) >= max(usual, 1) and len(set(cells)) == len(cells) and not any(_numeric(c) for c in cells):
            return i
    return next((i for i, row in enumerate(rows[:30], 1) if _filled(row) >= usual), 1)


def where_found(wanted: Iterable[str], rows: Sequence[Sequence[str]]) -> int | None:
    """The row (from 1) among the first rows that holds all wanted headers."""
    names = {plain(w) for w in wanted}
    for i, row in enumerate(rows[:30], 1):
        if names and names <= {plain(c) for c in row}:
            return i
    return None


def _filled(row: Sequence[str]) -> int:
    return sum(1 for cell in row if cell.strip())


def _numeric(text: str) -> bool:
    return text.replace(".", "").replace(",", "").replace("-", "").replace("/", "").isdigit()
