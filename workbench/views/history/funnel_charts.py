"""Pictures of the funnel's results, drawn wide and narrow as all others. They compute nothing but positions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from workbench.analytics.funnel import Ageing, Conversion, Cycle, Reps, WinRate
from workbench.views import svg
from workbench.views.drawing import (
    NARROW,
    WIDE,
    Picture,
    both,
    both_ends,
    interval,
    left_of,
    middle_left_out,
    under,
    with_left_out,
)
from workbench.views.svg import ACCENT, ACCENT_LIGHT, GREY, INK, LINE, MUTED, PAPER, Canvas
from workbench.views.words import Words, missing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_ROWS = 12
_MOST_PERIODS = 24
_MOST_STEPS = 90


@dataclass(frozen=True)
class _Bar:
    """A row of a bar chart: its bar, the dark part of it, and the words at its end."""

    name: str
    value: float
    dark: float
    said: tuple[str, ...]


def conversion(result: Conversion, w: Words, label: str) -> Picture:
    """The funnel: deals that reached each stage, and the share that goes on; the narrowest step is dark."""
    bars = [
        _Bar(
            w.node(stage),
            float(row["entered"]),
            float(row["entered"]) if stage == result.bottleneck else 0.0,
            (w.number(row["entered"]), w.format(row["rate"], "percent"), _interval(row["lo"], row["hi"], w)),
        )
        for stage, row in result.table.iterrows()
    ]
    return both(lambda wide: _bars(bars, wide), label, w.phrase("sections.conversion.reading"))


def win_rate(result: WinRate, w: Words, label: str) -> Picture:
    """The win rate of each period with its interval, and of all periods as a line."""
    return both(lambda wide: _win_rate(result, w, wide), label, w.phrase("sections.win_rate.reading"))


def cycle(result: Cycle, w: Words, label: str) -> Picture:
    """The share of deals still open by days since creation."""
    return both(lambda wide: _cycle(result, w, wide), label, w.phrase("sections.cycle.reading"))


def ageing(result: Ageing, w: Words, label: str) -> Picture:
    """Open deals by stage, in money where they carry any; the stuck part is dark."""
    table = result.table
    money = bool((table["amount"] > 0).any())
    size, dark = ("amount", "stuck_amount") if money else ("deals", "stuck")
    bars = [
        _Bar(
            w.node(stage),
            _zero(row[size]),
            _zero(row[dark]),
            (w.format(row["deals"], "number"), w.format(row[size], "money" if money else "number")),
        )
        for stage, row in table.iterrows()
    ]
    return both(lambda wide: _bars(bars, wide), label, w.phrase("sections.ageing.reading", {"money": money}))


def reps(result: Reps, w: Words, label: str) -> Picture:
    """Each rep's rate with chance taken off and its interval, a ring for the rate as counted."""
    reading = with_left_out(w.phrase("sections.reps.reading"), w, len(result.table), _MOST_ROWS)
    return both(lambda wide: _reps(result, w, wide), label, reading)


def _bars(bars: Sequence[_Bar], wide: bool) -> Canvas:
    """One row a bar; its words stand in columns at the right."""
    row, widths = (30, (70, 70, 120)) if wide else (44, (0, 0, 0))
    size = svg.canvas(WIDE if wide else NARROW, row * len(bars) + 8)
    names = max(svg.text_width(b.name) for b in bars)
    count = len(bars[0].said)
    axes = size.axes(min(names, 170) + 12 if wide else 4, 4, sum(widths[:count]) + 10 if wide else 4, 4)
    axes.set(xlim=(0, max(b.value for b in bars) or 1.0), ylim=(row * len(bars), 0))
    for n, bar in enumerate(bars):
        middle = n * row + (row / 2 if wide else 30)
        axes.barh(middle, bar.value, height=16 if wide else 12, color=ACCENT_LIGHT, linewidth=0)
        axes.barh(middle, bar.dark, height=16 if wide else 12, color=ACCENT, linewidth=0)
        _bar_words(size, bar, n * row + 4, middle + 8, wide, widths)
    axes.axvline(0, color=GREY, linewidth=1)
    return size


def _bar_words(size: Canvas, bar: _Bar, top: float, baseline: float, wide: bool, widths: Sequence[float]) -> None:
    if not wide:
        said = "   ".join(bar.said)
        size.text(4, top + 14, svg.fitted(bar.name, NARROW - 12 - svg.text_width(said)), color=INK)
        size.text(size.width, top + 14, said, ha="right", color=MUTED)
        return
    size.text(0, baseline, svg.fitted(bar.name, 170), color=INK)
    right = size.width
    for said, width in list(zip(bar.said, widths, strict=False))[::-1]:
        size.text(right, baseline, said, ha="right", color=INK)
        right -= width


def _win_rate(result: WinRate, w: Words, wide: bool) -> Canvas:
    table = result.table.tail(_MOST_PERIODS if wide else 12)
    size = svg.canvas(WIDE, 240) if wide else svg.canvas(NARROW, 220)
    axes = size.axes(left=46, top=14, right=10, bottom=36)
    high = min(1.0, float(table.loc[table["closed"] >= 30, "hi"].max()) * 1.1 if (table["closed"] >= 30).any() else 1.0)
    axes.set(xlim=(-0.6, len(table) - 0.4), ylim=(0, high))
    for level in _levels(high):
        axes.axhline(level, color=LINE if level else GREY, linewidth=1, zorder=0)
        left_of(axes, level, w.percent(level, 0))
    axes.axhline(float(result.total["rate"]), color=ACCENT, linewidth=1.4, linestyle=(0, (4, 3)), zorder=1)
    for at, (_, row) in enumerate(table.iterrows()):
        axes.plot([at, at], [row["lo"], row["hi"]], color=ACCENT_LIGHT, linewidth=6, solid_capstyle="butt")
        face = ACCENT if row["whole"] else PAPER
        axes.plot(
            [at], [row["rate"]], marker="o", markersize=6, color=face, markeredgecolor=ACCENT, markeredgewidth=1.2
        )
    _names_below(axes, [w.period(p, result.every) for p in table.index], wide)
    return size


def _names_below(axes: "Axes", names: Sequence[str], wide: bool) -> None:
    """As many names as there is room for, the last one always: one wider than its place ends at the edge, and the name
    before it keeps that much further away."""
    room, last = (WIDE if wide else NARROW) - 56, len(names) - 1
    each, width = room / max(len(names), 1), max(svg.text_width(n, 11) for n in names)
    step, edge = max(1, int(np.ceil((width + 8) / each))), each < svg.text_width(names[last], 11)
    first = max(step, int(np.ceil((1.5 * width + 8) / each - 0.4))) if edge else step
    under(axes, last + (0.4 if edge else 0), names[last], 16, ha="right" if edge else "center")
    for at in range(last - first, -1, -step):
        under(axes, at, names[at], 16, ha="center")


def _levels(high: float) -> list[float]:
    step = 0.05 if high <= 0.25 else 0.1 if high <= 0.5 else 0.2
    return [float(level) for level in np.arange(0, high + 1e-9, step)]


def _cycle(result: Cycle, w: Words, wide: bool) -> Canvas:
    size = svg.canvas(WIDE, 260) if wide else svg.canvas(NARROW, 230)
    axes = size.axes(left=46, top=10, right=12, bottom=40)
    curve = result.curve[result.curve["open"] >= 0.02]
    curve = curve.iloc[np.unique(np.linspace(0, len(curve) - 1, _MOST_STEPS).astype(int))]
    last = max(float(curve.index[-1]), 1.0)  # all may be closed on the day that they begin
    axes.set(xlim=(0, last), ylim=(0, 1.02))
    for level in (0, 0.25, 0.5, 0.75, 1):
        axes.axhline(level, color=LINE if level else GREY, linewidth=1, zorder=0)
        left_of(axes, level, w.percent(level, 0))
    axes.fill_between(curve.index, curve["lo"], curve["hi"], step="post", color=ACCENT_LIGHT, alpha=0.6, linewidth=0)
    axes.step(curve.index, curve["open"], where="post", color=ACCENT, linewidth=2.2)
    if not missing(result.median) and result.median <= last:
        axes.plot([result.median] * 2, [0, 0.5], color=INK, linewidth=1, linestyle=(0, (2, 2)))
        said = w.phrase("sections.cycle.median", {"n": result.median})
        axes.annotate(said, (result.median, 0.5), (8, 6), textcoords="offset points", fontsize=12, color=INK,
                      fontweight="bold", va="baseline")  # fmt: skip
    for day in days(last):
        under(axes, day, w.number(day), 14)
    size.text(46, size.height - 6, w.phrase("sections.cycle.axis"))
    return size


def days(last: float) -> list[float]:
    step = next((s for s in (5, 10, 30, 60, 90, 180, 365) if last / s <= 7), 730)
    return [float(day) for day in np.arange(0, last + 1, step)]


def _reps(result: Reps, w: Words, wide: bool) -> Canvas:
    table = both_ends(result.table, _MOST_ROWS)
    row = 26 if wide else 34
    size = svg.canvas(WIDE if wide else NARROW, row * len(table) + 30)
    names = [w.node(n) if n is not None else "…" for n in table.index]
    left = min(max(svg.text_width(n) for n in names), 160 if wide else 104) + 12
    axes = size.axes(left=left, top=4, right=56, bottom=26)
    low, high = float(table[["lo", "rate"]].min().min()), float(table[["hi", "rate"]].max().max())
    pad = (high - low) * 0.06 or 0.05  # all may be alike
    axes.set(xlim=(low - pad, high + pad), ylim=(row * len(table), 0))
    axes.axvline(result.team, color=MUTED, linewidth=1, linestyle=(0, (3, 2)), zorder=0)
    middle_left_out(axes, len(table), len(result.table), row)
    for n, (name, (_, one)) in enumerate(zip(names, table.iterrows(), strict=True)):
        middle = (n + 0.5) * row
        interval(axes, one["lo"], one["hi"], middle)
        axes.plot(
            [one["rate"]], [middle], marker="o", markersize=6, color=PAPER, markeredgecolor=MUTED, markeredgewidth=1.3
        )
        axes.plot([one["shrunk"]], [middle], marker="o", markersize=6, color=ACCENT, markeredgewidth=0)
        size.text(0, middle + 8, svg.fitted(name, left - 10), color=INK)
        size.text(size.width, middle + 8, w.format(one["shrunk"], "percent"), ha="right", color=INK)
    under(axes, result.team, w.percent(result.team), 18)
    return size


def _interval(lo: float, hi: float, w: Words) -> str:
    return "" if missing(lo) else f"{w.percent(lo)}–{w.percent(hi)}"


def _zero(value: float) -> float:
    return 0.0 if missing(value) else float(value)
