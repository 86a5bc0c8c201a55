"""Tables for the command line, in columns that Chinese does not push aside."""

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from workbench.views.words import MISSING, clean, missing

_WIDEST = 40


def table(titles: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> str:
    """Lines of plain text: `titles` by column; numbers to the right, with their separators."""
    cells = [[_cell(row.get(name)) for name in titles] for row in rows]
    right = [any(isinstance(row.get(name), int | float) for row in rows) for name in titles]
    heads = list(titles.values())
    widths = [max(_wide(line[at]) for line in [heads, *cells]) for at in range(len(heads))]
    return "\n".join(
        "  ".join(_padded(text, width, at) for text, width, at in zip(line, widths, right, strict=True)).rstrip()
        for line in [heads, *cells]
    )


def _cell(value: Any) -> str:
    if missing(value):
        return MISSING
    if isinstance(value, float):
        return f"{value:,.2f}".removesuffix(".00")
    text = clean(value)
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"


def _padded(text: str, width: int, right: bool) -> str:
    gap = " " * (width - _wide(text))
    return gap + text if right else text + gap


def _wide(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
