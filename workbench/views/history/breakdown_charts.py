"""The figure of a breakdown: one bar a node, with the amount before as a mark."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from workbench.analytics.kpis import growth
from workbench.analytics.results import Breakdown
from workbench.views import svg
from workbench.views.drawing import (
    NARROW,
    WIDE,
    Picture,
    both,
    roomy,
)
from workbench.views.svg import ACCENT, GREY, INK, MUTED, Canvas
from workbench.views.words import Scale, Words, missing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_ROWS = 10
_COLUMNS = (-136, -66, 0)  # ends of amount, share and change, from the right


@dataclass(frozen=True)
class _Row:
    name: str
    kind: str  # node, missing or rest
    amount: float
    before: float
    share: float
    yoy: float


def breakdown(result: Breakdown, w: Words, label: str) -> Picture:
    """One bar a node, largest first, with the amount before as a mark; at most ten and the rest."""
    days = {"now": result.spans.now, "before": result.spans.before}
    fits = roomy(w, [*result.table["amount"], *result.table["amount_before"]])
    return both(lambda wide: _breakdown(result, fits, wide), label, w.phrase("sections.breakdown.reading", days))


def _breakdown(result: Breakdown, w: Words, wide: bool) -> Canvas:
    rows = _rows(result, w)
    scale = w.fine_scale([r.amount for r in rows] + [r.before for r in rows])
    row_height, head = (30, 24) if wide else (44, 8)
    size = svg.canvas(WIDE if wide else NARROW, head + row_height * len(rows) + 6)
    left = min(max(svg.text_width(r.name) for r in rows), 170) + 12 if wide else 4
    right = 216 if wide else 78
    axes = size.axes(left=left, top=head, right=right, bottom=6)
    low = min(0.0, *(min(r.amount, r.before) for r in rows))
    high = max(0.0, *(max(r.amount, r.before) for r in rows)) or 1.0
    axes.set(xlim=(low, high), ylim=(len(rows) * row_height, 0))
    if wide:
        _heads(size, w, scale)
    for n, row in enumerate(rows):
        top = n * row_height
        middle = top + (row_height / 2 if wide else row_height * 0.68)
        _row_bar(axes, row, middle, 15 if wide else 13)
        words = _row_words(row, w, scale)
        if wide:
            _beside_bar(size, row, words, head + middle + 4)
        else:
            _above_bar(size, row, words, head + top + 15, head + middle + 4)
    axes.axvline(0, color=GREY, linewidth=1)
    return size


def _heads(size: Canvas, w: Words, scale: Scale) -> None:
    for x, name in zip(_COLUMNS, ("amount", "share", "yoy_short"), strict=True):
        title = w.phrase(f"sections.columns.{name}") + (f" {scale.unit}" if name == "amount" else "")
        size.text(size.width + x, 12, title, ha="right", fontsize=11)


def _beside_bar(size: Canvas, row: _Row, words: tuple[str, str, str], baseline: float) -> None:
    size.text(0, baseline, svg.fitted(row.name, 170), color=_name_colour(row))
    for x, said in zip(_COLUMNS, words, strict=True):
        size.text(size.width + x, baseline, said, ha="right", color=INK)


def _above_bar(size: Canvas, row: _Row, words: tuple[str, str, str], above: float, beside: float) -> None:
    """Name, share and change over the bar, the amount beside it: for narrow screens."""
    size.text(4, above, svg.fitted(row.name, 200), color=_name_colour(row))
    size.text(size.width - 62, above, words[1], ha="right")
    size.text(size.width, above, words[2], ha="right")
    size.text(size.width, beside, words[0], ha="right", color=INK)


def _name_colour(row: _Row) -> str:
    return INK if row.kind == "node" else MUTED


def _rows(result: Breakdown, w: Words) -> list[_Row]:
    """The largest nodes as they stand, then all others as one row."""
    table = result.table
    shown = table if len(table) <= _MOST_ROWS + 1 else table.head(_MOST_ROWS)
    columns = (shown[c].astype(float).tolist() for c in ("amount", "amount_before", "share", "yoy"))
    rows = [_Row(w.node(name), "missing" if missing(name) else "node", _zero(now), _zero(before), share, yoy)
            for name, now, before, share, yoy in zip(shown.index, *columns, strict=True)]  # fmt: skip
    return [*rows, *_rest(table.iloc[len(shown) :], w)]


def _rest(table: pd.DataFrame, w: Words) -> list[_Row]:
    if table.empty:
        return []
    now, before = float(table["amount"].sum()), float(table["amount_before"].sum())
    yoy = growth(now, before)
    share = float(table["share"].sum(min_count=1))
    return [_Row(w.phrase("page.rest", {"n": len(table)}), "rest", now, before, share, yoy)]


def _row_bar(axes: "Axes", row: _Row, middle: float, thick: float) -> None:
    colour = ACCENT if row.kind == "node" else GREY
    axes.barh(middle, row.amount, height=thick, color=colour, linewidth=0)
    if row.before:
        mark = [middle - thick / 2 - 3, middle + thick / 2 + 3]
        axes.plot([row.before, row.before], mark, color=INK, linewidth=2, solid_capstyle="butt", clip_on=False,
                  path_effects=svg.halo(3.6))  # fmt: skip


def _row_words(row: _Row, w: Words, scale: Scale) -> tuple[str, str, str]:
    return w.scaled_short(row.amount, scale), w.format(row.share, "percent"), w.format(row.yoy, "percent_sign")


def _zero(value: float) -> float:
    return 0.0 if missing(float(value)) else float(value)
