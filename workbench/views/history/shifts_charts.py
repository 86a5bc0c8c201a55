"""Pictures of shifts of level and of the calendar's effects. They compute nothing but positions."""

from itertools import pairwise
from typing import TYPE_CHECKING

import pandas as pd

from workbench.analytics.history import Breaks, CalendarEffects
from workbench.views import svg
from workbench.views.drawing import NARROW, WIDE, Picture, both, left_of, under
from workbench.views.svg import ACCENT, ACCENT_LIGHT, GREY, GREY_LIGHT, INK, LINE, Canvas
from workbench.views.words import Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_TOP = 2.5  # times ordinary sales at which a bar is cut


def breaks(result: Breaks, w: Words, label: str) -> Picture:
    """The series without its season, its levels, and a band over each date at which they changed."""
    return both(lambda wide: _breaks(result, w, wide), label, w.phrase("sections.breaks.reading"))


def calendar_effects(result: CalendarEffects, w: Words, label: str) -> Picture:
    """Sales of the days around Spring Festival against ordinary days."""
    return both(lambda wide: _festival(result, w, wide), label, w.phrase("sections.calendar_effects.reading"))


def _breaks(result: Breaks, w: Words, wide: bool) -> Canvas:
    table = result.table
    size = svg.canvas(WIDE, 250) if wide else svg.canvas(NARROW, 220)
    axes = size.axes(left=46, top=30, right=12, bottom=30)
    money = result.measure == "amount"
    scale = w.scale(table["adjusted"]) if money else None
    unit = scale.size if scale else 1.0
    high = float(table["adjusted"].max()) * (1.1 if money else 1.02)
    low = 0.0 if money else float(table["adjusted"].min()) * 0.98  # an index has no zero that means anything
    axes.set(xlim=(-0.5, len(table) - 0.5), ylim=(low, high))
    _scale_lines(axes, (low, high), unit, w)
    for period, row in result.breaks.iterrows():
        at, lo, hi = (int(p) for p in table.index.searchsorted(pd.DatetimeIndex([period, row["lo"], row["hi"]])))
        axes.axvspan(lo - 0.5, hi - 0.5, color=GREY_LIGHT, linewidth=0, zorder=0)
        _between_labels(axes, at, len(table), f"{w.period(period, result.every)} {w.percent_sign(row['ratio'])}")
    axes.plot(range(len(table)), table["adjusted"], color=GREY, linewidth=1.3)
    cuts = [0, *(int(table.index.searchsorted(p)) for p in result.breaks.index), len(table)]
    for a, b in pairwise(cuts):
        axes.plot(range(a, b), table["level"].iloc[a:b], color=ACCENT, linewidth=2.6)
    if scale:
        size.text(0, 12, scale.unit)
    for at in year_starts(table.index, w):
        under(axes, at, w.period(table.index[at], "year"), 16, ha="left")
        axes.axvline(at - 0.5, color=LINE, linewidth=1, zorder=0)
    return size


def _scale_lines(axes: "Axes", ends: tuple[float, float], unit: float, w: Words) -> None:
    from matplotlib.ticker import MaxNLocator

    for level in MaxNLocator(nbins=4, steps=[1, 2, 2.5, 5, 10]).tick_values(*ends):
        if ends[0] <= level <= ends[1]:
            axes.axhline(level, color=LINE if level else GREY, linewidth=1, zorder=0)
            left_of(axes, level, w.short_plain(level / unit))


def _between_labels(axes: "Axes", at: int, count: int, said: str) -> None:
    """Words above the plot at a break, kept inside it."""
    ha = "left" if at < count * 0.25 else "right" if at > count * 0.75 else "center"
    axes.annotate(
        said,
        (at - 0.5, 1),
        (0, 6),
        xycoords=("data", "axes fraction"),
        textcoords="offset points",
        ha=ha,
        va="baseline",
        fontsize=11,
        color=INK,
        fontweight="bold",
        annotation_clip=False,
    )


def year_starts(index: pd.Index, w: Words) -> list[int]:
    years = w.calendar.start(pd.Series(index), "year")
    starts = [int(at) for at in years.index[years.ne(years.shift())]]
    return starts[1:] if len(starts) > 1 and starts[1] < 6 else starts


def _festival(result: CalendarEffects, w: Words, wide: bool) -> Canvas:
    sums = result.profile.rolling(3, center=True, min_periods=1).sum()
    ratio = (sums["amount"] / sums["expected"]).clip(0, _TOP)
    size = svg.canvas(WIDE, 230) if wide else svg.canvas(NARROW, 210)
    axes = size.axes(left=46, top=12, right=10, bottom=42)
    first, last = int(ratio.index[0]), int(ratio.index[-1])
    axes.set(xlim=(first - 0.6, last + 0.6), ylim=(0, max(float(ratio.max()) * 1.05, 1.2)))
    for level in (0, 0.5, 1, 1.5, 2):
        if level <= axes.get_ylim()[1]:
            axes.axhline(level, color=GREY if level in (0, 1) else LINE, linewidth=1, zorder=0)
            left_of(axes, level, w.percent(level, 0))
    svg.bars(axes, list(zip(ratio.index, ratio, strict=True)), color=ACCENT_LIGHT, linewidth=0)
    for _, row in result.spans.iterrows():
        height = max(float(row["ratio"]), 0.0)
        axes.plot(
            [row["first"] - 0.5, row["last"] + 0.5],
            [height, height],
            color=ACCENT,
            linewidth=2.8,
            solid_capstyle="butt",
        )
    for day in range(-28, last + 1, 7 if wide else 14):
        under(axes, day, w.number(day), 14)
    size.text(46, size.height - 6, w.phrase("sections.calendar_effects.axis"))
    return size
