"""Days in each stage, won deals against lost ones."""

import pandas as pd

from workbench.views import svg
from workbench.views.drawing import NARROW, WIDE, Picture, both, under
from workbench.views.svg import ACCENT, GREY, INK, LINE, MUTED, PAPER, Canvas
from workbench.views.words import Words, missing


def days(table: pd.DataFrame, w: Words, label: str) -> Picture:
    """A row a stage: a filled dot for won deals, a hollow one for lost deals, joined by a line."""
    shown = table.dropna(subset=["won_days", "lost_days"], how="all")
    return both(lambda wide: _days(shown, w, wide), label, w.phrase("review.process.reading.process"))


def _days(table: pd.DataFrame, w: Words, wide: bool) -> Canvas:
    row = 30 if wide else 36
    names = [w.node(n) for n in table.index]
    left = min(max(svg.text_width(n) for n in names), 180 if wide else 110) + 12
    size = svg.canvas(WIDE if wide else NARROW, row * len(table) + 30)
    axes = size.axes(left=left, top=4, right=72, bottom=26)
    high = float(table[["won_days", "lost_days"]].max().max()) * 1.08 or 1.0
    axes.set(xlim=(0, high), ylim=(row * len(table), 0))
    axes.axvline(0, color=GREY, linewidth=1, zorder=0)
    for level in _round(high):
        axes.axvline(level, color=LINE, linewidth=1, zorder=0)
        under(axes, level, w.short_plain(level), 18)
    for n, (name, (_, one)) in enumerate(zip(names, table.iterrows(), strict=True)):
        middle = (n + 0.5) * row
        both_days = [one["won_days"], one["lost_days"]]
        axes.plot(both_days, [middle, middle], color=GREY, linewidth=1.4, zorder=1)
        axes.plot([one["lost_days"]], [middle], marker="o", markersize=7, color=PAPER, markeredgecolor=INK)
        axes.plot([one["won_days"]], [middle], marker="o", markersize=7, color=ACCENT, markeredgecolor=ACCENT)
        size.text(0, middle + 8, svg.fitted(name, left - 10), color=INK)
        told = " / ".join("–" if missing(float(d)) else w.tenths(float(d)) for d in both_days)
        size.text(size.width, middle + 8, told, ha="right", color=MUTED)
    return size


def _round(high: float) -> list[float]:
    from matplotlib.ticker import MaxNLocator

    return [float(v) for v in MaxNLocator(nbins=4, steps=[1, 2, 5, 10]).tick_values(0, high) if 0 < v <= high]
