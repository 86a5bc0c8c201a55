"""Text files (CSV, TSV and their kin) as rows in the engine, each field a text.

A regular file in UTF-8 is read by DuckDB where it stands. Any other is rewritten once, by Python's csv module, into a
regular one beside the engine, with the row numbers that its owner sees.
"""

# ruff: noqa: S608 - names and values pass engines.named and engines.quoted, and the tests try hostile ones

import csv
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.settings import Source
from workbench.sources.engines import quoted, scratch
from workbench.sources.readers import headers as heads
from workbench.sources.readers.encoding import decoded, prove
from workbench.sources.readers.files import CHUNK

if TYPE_CHECKING:
    from ibis.backends.duckdb import Backend

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
SAMPLE = 1 << 18
_COUNT = itertools.count()
_FOOTER = 20  # short rows at the end: a name, a date, a few lines of law
csv.field_size_limit(1 << 20)  # a field of more than this is a quote that was never closed


@dataclass(frozen=True)
class Text:
    """A text file that could be opened: how it is written, its headers and its first rows."""

    file: Path
    name: str
    encoding: str
    delimiter: str
    spaced: bool  # blanks after the delimiter, before a quote
    header: int
    headers: tuple[str, ...]
    sample: tuple[tuple[str, ...], ...]  # first rows, headers among them

    @property
    def proved(self) -> dict[str, str]:
        return {
            "encoding": self.encoding.removesuffix("-sig"),
            "delimiter": DELIMITERS.get(self.delimiter, self.delimiter),
        }


@dataclass(frozen=True)
class Rows:
    """Rows in the engine: c0, c1, … behind FROM; `row` as in Part; `problems` with the file's shape."""

    origin: str
    row: str = ""
    first: int = 1
    problems: tuple[str, ...] = ()
    temporary: Path | None = None
    footer: tuple[str, ...] = ()  # what stands in short rows at the end, which are no data


def open_text(file: Path, name: str, source: Source, header: int | None = None) -> tuple[Text | None, list[str]]:
    """The file's writing and headers, or problems. `header` None: the likeliest row."""
    found = prove(file, name, source.encoding)
    if found.problem:
        return None, [found.problem]
    sample = _sample(file, found.name)
    if not sample.strip():
        return None, [f"{name} holds nothing but blanks. Export it again."]
    if source.delimiter and len(source.delimiter) != 1:
        return None, [f"{name}: delimiter must be one character, not '{source.delimiter}'."]
    delimiter, spaced = _dialect(sample, source.delimiter)
    rows = _records(_lines(iter([sample])), delimiter, spaced)
    at = heads.likely_row(rows) if header is None else header
    if at > len(rows):
        return None, [f"{name}: it has {len(rows)} rows, so none can be the header = {at}."]
    names = list(source.names) if at == 0 else rows[at - 1]
    if at == 0 and not names:
        return None, [f'{name}: header = 0 needs the columns\' names, e.g. names = ["date", "amount"].']
    return Text(file, name, found.name, delimiter, spaced, at, tuple(names), tuple(map(tuple, rows))), []


def rows(con: "Backend", text: Text) -> Rows:
    """The file's rows in the engine, read where it stands if it is regular."""
    from duckdb import Error

    width = len(text.headers)
    if text.encoding.startswith("utf-8") and not text.spaced and _regular(text.file) and _flat_header(text):
        plain = Rows(
            _read_csv(text.file, text.delimiter, [f"c{i}" for i in range(width)], text.header), first=text.header + 1
        )
        try:
            con.con.execute(f"SELECT count(*) FROM {plain.origin} WHERE c0 = ''")
            return plain
        except Error:
            pass  # ragged, or quotes astray: rewriting it tells which rows
    return _rewritten(con, text)


def numbered(text: Text) -> tuple[list[list[str | int]], list[str]]:
    """The file's rows behind the header, each behind its number, and problems with its shape."""
    ragged = _Ragged(text.name, len(text.headers))
    return list(_numbered(text, ragged)), ragged.problems()


def _read_csv(file: Path, delimiter: str, columns: list[str], skip: int) -> str:
    typed = ", ".join(f"{c}: 'VARCHAR'" for c in columns)
    return (f"read_csv({quoted(_literal(file))}, auto_detect = false, header = false, skip = {skip},"
            f" columns = {{{typed}}}, delim = {quoted(delimiter)}, quote = '\"', escape = '\"',"
            f" strict_mode = true, null_padding = false)")  # fmt: skip


def _literal(file: Path) -> str:
    """A path in which nothing is a pattern."""
    return "".join(f"[{c}]" if c in "*?[" else c for c in str(file.absolute()))


def _sample(file: Path, encoding: str) -> str:
    text = ""
    for piece in decoded(file, encoding):
        text += piece
        if len(text) >= SAMPLE:
            return text[:SAMPLE].rpartition("\n")[0] or text[:SAMPLE]
    return text


def _dialect(sample: str, asked: str) -> tuple[str, bool]:
    """The delimiter by which most rows have the same number of fields, and whether blanks follow it."""
    lines = list(_lines(iter([sample])))
    delimiters = [asked] if asked else [d for d in DELIMITERS if d in sample or d == ","]
    ways = [(d, spaced) for d in delimiters for spaced in (False, True) if not spaced or ' "' in sample]
    choices = [(_evenness(_records(lines, d, spaced)), not spaced, d) for d, spaced in ways]
    _, unspaced, best = max(choices, key=lambda c: (c[0], c[1]))
    return best, not unspaced


def _evenness(rows: list[list[str]]) -> tuple[float, int]:
    """How alike the rows' widths are, then how wide; one column only is the last resort."""
    widths = Counter(len(r) for r in rows if r)
    if not widths:
        return (0.0, 0)
    width, times = max(widths.items(), key=lambda w: (w[1] if w[0] > 1 else 0, w[0]))
    return (times / sum(widths.values()) if width > 1 else 0.0, width)


def _records(lines: Iterable[str], delimiter: str, spaced: bool, limit: int = 1000) -> list[list[str]]:
    return list(itertools.islice(csv.reader(lines, delimiter=delimiter, skipinitialspace=spaced), limit))


def _lines(pieces: Iterator[str]) -> Iterator[str]:
    """Lines that end in any of LF, CRLF or CR, with their ends."""
    rest = ""
    for piece in pieces:
        lines = _split(rest + piece)
        rest = lines.pop() if lines else ""
        yield from lines
    if rest:
        yield rest


def _split(text: str) -> list[str]:
    """Cut after LF and after a CR that no LF follows; other breaks that Python knows are part of a field."""
    held = "\r" if text.endswith("\r") else ""  # its LF may be in the next piece
    body = text[: len(text) - len(held)]
    lines = [part for line in body.split("\n") for part in _returns(line + "\n")]
    lines[-1] = lines[-1][:-1] + held
    return lines


def _returns(line: str) -> list[str]:
    end = "\r\n" if line.endswith("\r\n") else "\n"
    if "\r" not in line[: -len(end)]:
        return [line]
    *firsts, last = line[: -len(end)].split("\r")
    return [f"{part}\r" for part in firsts] + [last + end]


def _regular(file: Path) -> bool:
    """Whether lines end alike and none is empty, so that the engine's count of rows is the person's."""
    kinds: set[bytes] = set()
    tail = b""
    with file.open("rb") as opened:
        while chunk := opened.read(CHUNK):
            seen = tail + chunk
            if b"\n\n" in seen or b"\n\r" in seen or b"\0" in seen or (seen.startswith((b"\n", b"\r")) and not tail):
                return False
            ends = chunk.count(b"\n")
            pairs, returns = seen.count(b"\r\n"), seen.count(b"\r")
            if returns - (seen.endswith(b"\r")) > pairs:
                return False
            kinds |= {b"\r\n"} if pairs else set()
            kinds |= {b"\n"} if ends > pairs else set()
            if len(kinds) > 1:
                return False
            tail = seen[-2:]
    return True


def _flat_header(text: Text) -> bool:
    """Whether each row up to the header is one line; with no header, a byte order mark would be data."""
    if text.header == 0:
        return not text.encoding.endswith("-sig")
    return not any("\n" in cell or "\r" in cell for row in text.sample[: text.header] for cell in row)


def _rewritten(con: "Backend", text: Text) -> Rows:
    target = scratch(con) / f"text{next(_COUNT)}.csv"
    width = len(text.headers)
    ragged = _Ragged(text.name, width)
    with target.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(_numbered(text, ragged))
    origin = _read_csv(target, ",", ["r", *(f"c{i}" for i in range(width))], 0)
    return Rows(origin, "CAST(r AS BIGINT)", 1, tuple(ragged.problems()), target, ragged.footer)


def _numbered(text: Text, ragged: "_Ragged") -> Iterator[list[str | int]]:
    """Each row behind the header with its number, as wide as the header."""
    lines = (line.replace("\0", "") for line in _lines(decoded(text.file, text.encoding)))
    reader = csv.reader(lines, delimiter=text.delimiter, skipinitialspace=text.spaced, strict=True)
    row = 0
    try:
        for row, cells in enumerate(reader, 1):
            if row > text.header and any(cells) and not ragged.waits(row, cells):
                yield from ragged.released()
                yield [row, *ragged.even(row, cells)]
    except csv.Error:
        ragged.broken = row + 1
    if not ragged.ended():
        yield from ragged.released()


class _Ragged:
    """Counts the rows that are not as wide as the header; short ones wait until it is known whether others follow."""

    def __init__(self, name: str, width: int) -> None:
        self.name, self.width = name, width
        self.found: dict[int, int] = {}
        self.waiting: dict[int, list[str]] = {}
        self.footer: tuple[str, ...] = ()
        self.count = self.whole = self.broken = 0
        self.first = ""  # field of the last whole row

    def waits(self, row: int, cells: list[str]) -> bool:
        """Whether the row may be one of a footer's."""
        if len(cells) >= self.width or len(list(filter(None, cells))) > 2 or len(self.waiting) >= _FOOTER:
            return False
        if "9" in (shape := _shape(cells[0])) and shape == _shape(self.first):  # a row of data that was cut short
            return False
        self.waiting[row] = cells
        return True

    def released(self) -> list[list[str | int]]:
        """The rows that waited and are no footer, for others follow."""
        rows, self.waiting = self.waiting, {}
        return [[row, *self.even(row, cells)] for row, cells in rows.items()]

    def ended(self) -> bool:
        """Whether the rows that wait are a footer: they stand under rows of data."""
        if self.broken or not self.whole:
            return False
        self.footer = tuple(" ".join(filter(None, cells)) for cells in self.waiting.values())
        return True

    def even(self, row: int, cells: list[str]) -> list[str]:
        if len(cells) != self.width and (len(cells) < self.width or any(cells[self.width :])):
            self.count += 1
            if len(self.found) < 5:
                self.found[row] = len(cells)
        else:
            self.whole += 1
            self.first = cells[0]
        return (cells + [""] * self.width)[: self.width]

    def problems(self) -> list[str]:
        found = []
        if self.count:
            rows = ", ".join(f"{r} ({n})" for r, n in self.found.items())
            short = all(n < self.width for n in self.found.values())
            advice = ("Complete these rows, or delete them where they are notes" if short
                      else "Put quotes around fields that hold the delimiter")  # fmt: skip
            found.append(f"{self.name}: {self.count} rows do not have the header's {self.width} fields: {rows}"
                         f"{', …' if self.count > len(self.found) else ''}. {advice}, or set header to the row of the"
                         f" column names.")  # fmt: skip
        if self.broken:
            found.append(f"{self.name}: at row {self.broken} a quotation mark is opened and not closed, or not doubled"
                         " within quotes; nothing after it can be read. Correct it in the file.")  # fmt: skip
        return found


def _shape(cell: str) -> str:
    """How a field is written: each run of digits as 9."""
    return re.sub(r"\d+", "9", cell.strip())
