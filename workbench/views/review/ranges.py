"""Rows that show what was to be expected, what came and what was asked, each against the middle of the expected."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.views import svg
from workbench.views.drawing import NARROW, WIDE, Picture, both, interval, under
from workbench.views.svg import ACCENT, GREY, INK, LINE, MUTED, PAPER, Canvas
from workbench.views.words import Words, missing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

MOST_ROWS = 14
_FROM, _TO = 0.0, 2.0  # of the expected; what lies beyond ends in the frame


@dataclass(frozen=True)
class Range:
    """One row: ratios to the expected; `asked` NaN without a target."""

    name: str
    lo: float
    hi: float
    came: float
    asked: float
    said: str


def ranges(rows: "Sequence[Range]", w: Words, label: str, reading: str) -> Picture:
    """A band a row with a dot for what came and a mark for what was asked, and a word at the right."""
    return both(lambda wide: _drawn(rows, w, wide), label, reading)


def _drawn(rows: "Sequence[Range]", w: Words, wide: bool) -> Canvas:
    row = 26 if wide else 32
    left = min(max(svg.text_width(r.name) for r in rows), 180 if wide else 104) + 12
    right = min(max(svg.text_width(r.said) for r in rows) + 10, 140 if wide else 96)
    size = svg.canvas(WIDE if wide else NARROW, row * len(rows) + 30)
    axes = size.axes(left=left, top=4, right=right, bottom=26)
    axes.set(xlim=(_FROM, _TO), ylim=(row * len(rows), 0))
    for level in (0.0, 0.5, 1.0, 1.5, 2.0):
        axes.axvline(level, color=GREY if level == 0 else MUTED if level == 1 else LINE, linewidth=1, zorder=0)
        under(axes, level, w.percent(level, 0), 18)
    for n, one in enumerate(rows):
        _row(axes, one, (n + 0.5) * row)
        size.text(0, (n + 0.5) * row + 8, svg.fitted(one.name, left - 10), color=INK)
        size.text(size.width, (n + 0.5) * row + 8, svg.fitted(one.said, right - 6), ha="right", color=MUTED)
    return size


def _row(axes: "Axes", one: Range, middle: float) -> None:
    interval(axes, _inside(one.lo), _inside(one.hi), middle)
    if not missing(one.asked):
        axes.plot([_inside(one.asked)] * 2, [middle - 9, middle + 9], color=INK, linewidth=2.2)
    axes.plot([_inside(one.came)], [middle], marker="o", markersize=7, color=ACCENT, markeredgecolor=PAPER)


def _inside(ratio: float) -> float:
    return min(max(ratio, _FROM), _TO)
