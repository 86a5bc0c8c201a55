"""Waterfalls of the review. They compute nothing but positions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

from workbench.views import svg
from workbench.views.drawing import NARROW, WIDE, Picture, both, roomy
from workbench.views.svg import ACCENT, ACCENT_LIGHT, GREY, GREY_LIGHT, INK, MUTED, Canvas
from workbench.views.words import Words, missing

_ROW = 34


@dataclass(frozen=True)
class Bar:
    """One row: a whole (the first and the last) or a step, with what chance brings to either side of it."""

    name: str
    value: float
    whole: bool = False
    noise: float = float("nan")
    within: bool = False


def waterfall(rows: Sequence[Bar], w: Words, label: str) -> Picture:
    """From the first whole to the last, step by step; steps that chance explains are pale."""
    fits = roomy(w, [row.value for row in rows])
    return both(lambda wide: _drawn(rows, fits, wide), label, w.phrase("review.bridge.reading"))


def bars(names: Iterable[str], steps: pd.DataFrame) -> list[Bar]:
    """Rows of a frame with effect, noise, beyond; the first and last are wholes, steps of nothing are left out."""
    made = []
    for at, (name, (_, row)) in enumerate(zip(names, steps.iterrows(), strict=True)):
        whole = at in (0, len(steps) - 1)
        beyond = row["beyond"]
        if whole or row["effect"] != 0:
            made.append(Bar(name, float(row["effect"]), whole, float(row["noise"]), not missing(beyond) and not beyond))
    return made


def _drawn(rows: Sequence[Bar], w: Words, wide: bool) -> Canvas:
    left, right = (170, 112) if wide else (126, 84)
    size = svg.canvas(WIDE if wide else NARROW, _ROW * len(rows) + 8)
    axes = size.axes(left=left, top=4, right=right, bottom=4)
    spans = _floating(rows)
    ends = [0.0, *(edge for span in spans for edge in span)]
    low, high = min(ends), max(ends)
    room = (high - low) * 0.02 or 1.0
    axes.set(xlim=(low - room, high + room), ylim=(_ROW * len(rows), 0))
    for n, (row, (start, end)) in enumerate(zip(rows, spans, strict=True)):
        middle = (n + 0.5) * _ROW
        axes.barh(middle, end - start, left=start, height=18, color=_colour(row), linewidth=0)
        if row.whole and start == end:
            axes.plot([start, start], [middle - 9, middle + 9], color=GREY, linewidth=5, solid_capstyle="butt")
        if not row.whole and row.noise == row.noise:
            reach = [max(end - row.noise, low - room), min(end + row.noise, high + room)]
            axes.plot(reach, [middle, middle], color=GREY, linewidth=1.2)
        _words(size, row, middle + 8, left, w)
    for n, ((_, end), _) in enumerate(pairwise(spans)):
        axes.plot([end, end], [(n + 0.5) * _ROW - 9, (n + 1.5) * _ROW + 9], color=MUTED, linewidth=0.8, zorder=0)
    axes.axvline(0, color=GREY, linewidth=1)
    return size


def _floating(rows: Sequence[Bar]) -> list[tuple[float, float]]:
    """Where each bar starts and ends, counted from the first whole: against the wholes the steps would be slivers."""
    spans, at = [(0.0, 0.0)], 0.0
    for row in rows[1:-1]:
        spans.append((at, at + row.value))
        at += row.value
    return [*spans, (0.0, rows[-1].value - rows[0].value)]


def _colour(row: Bar) -> str:
    if row.whole:
        return GREY
    if row.within:
        return ACCENT_LIGHT if row.value >= 0 else GREY_LIGHT
    return ACCENT if row.value >= 0 else INK


def _words(size: Canvas, row: Bar, base: float, left: float, w: Words) -> None:
    weight = "bold" if row.whole else "normal"
    size.text(0, base, svg.fitted(row.name, left - 8), color=INK, fontweight=weight)
    said = w.money(row.value) if row.whole else w.money_sign(row.value)
    size.text(size.width, base, said, ha="right", color=MUTED if row.within else INK, fontweight=weight)
