"""The figures of a season: sales and trend over time, and each month of the year against the average one."""

from typing import TYPE_CHECKING

from workbench.analytics.results import Season
from workbench.views import svg
from workbench.views.drawing import (
    NARROW,
    WIDE,
    Picture,
    both,
    grid,
    left_of,
    roomy,
    under,
    without_collisions,
    year_starts,
)
from workbench.views.svg import ACCENT, ACCENT_LIGHT, GREY, INK, PAPER, Canvas
from workbench.views.words import Words, missing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_POINTS = 120


def season(result: Season, w: Words, label: str) -> Picture:
    """Sales and trend over time; each month of the year against the average one."""
    fits = roomy(w, result.table["amount"])
    reading = w.phrase("sections.season.reading", {"per_year": result.per_year})
    return both(lambda wide: _season(result, fits, wide), label, reading)


def _season(result: Season, w: Words, wide: bool) -> Canvas:
    size = svg.canvas(WIDE, 290) if wide else svg.canvas(NARROW, 480)
    trend = size.axes(left=46, top=30, right=WIDE - 384, bottom=36) if wide else size.axes(46, 30, 10, 284)
    profile = size.axes(left=440, top=44, right=8, bottom=36) if wide else size.axes(46, 284, 10, 36)
    title = w.phrase("sections.season.of_year", {"per_year": result.per_year})
    size.text(400 if wide else 0, 12 if wide else 264, svg.fitted(title, 316 if wide else NARROW))
    _trend(size, trend, result, w, wide)
    _profile(profile, result, w, wide)
    return size


def _trend(size: Canvas, axes: "Axes", result: Season, w: Words, wide: bool) -> None:
    table = result.table.tail(_MOST_POINTS)
    scale = w.scale(table["amount"])
    axes.plot(range(len(table)), table["amount"], color=GREY, linewidth=1.3)
    axes.plot(range(len(table)), table["trend"], color=ACCENT, linewidth=2.6)
    low, high = min(0.0, float(table["amount"].min())), float(table[["amount", "trend"]].max().max())
    axes.set(xlim=(-0.5, len(table) - 0.5), ylim=(low * 1.08, high * 1.1 or 1.0))
    grid(axes, w, scale.size)
    size.text(0, 12, w.phrase("sections.season.over_time", {"unit": scale.unit}))
    room = (338 if wide else 284) / max(len(table), 1)
    names = {at: w.period(table.index[at], "year") for at in year_starts(table.index, w)}
    for at in without_collisions(names, room):
        if at * room + svg.text_width(names[at], 11) < (352 if wide else 294):
            under(axes, at, names[at], 14, ha="left")


def _profile(axes: "Axes", result: Season, w: Words, wide: bool) -> None:
    numbers = [int(n) for n in result.profile.index]
    index, lo, hi = (result.profile[c].astype(float).tolist() for c in ("index", "lo", "hi"))
    known = [v for v in (*index, *lo, *hi) if not missing(v)]
    pad = max((max(known) - min(known)) * 0.12, 0.02)
    axes.set(xlim=(0.4, len(index) + 0.6), ylim=(min(known) - pad, max(known) + pad))
    axes.axhline(1, color=GREY, linewidth=1, zorder=0)
    places = range(1, len(index) + 1)
    axes.vlines(places, lo, hi, color=ACCENT_LIGHT, linewidth=5)
    axes.plot(places, index, marker="o", markersize=8, color=INK, markeredgewidth=1.4, markeredgecolor=PAPER,
              linestyle="none")  # fmt: skip
    if result.per_year <= 12:
        for at, number in zip(places, numbers, strict=True):
            under(axes, at, _season_mark(number, result.per_year, w), 14)
    left_of(axes, 1.0, w.phrase("sections.season.average") if wide else "100%")
    for at, ends, drop in ((index.index(max(index)), hi, 9), (index.index(min(index)), lo, -15)):
        edge = index[at] if missing(ends[at]) else ends[at]
        axes.annotate(w.percent(index[at], 0), (at + 1, edge), (0, drop), textcoords="offset points", ha="center",
                      va="baseline", fontsize=12, color=INK, fontweight="bold", annotation_clip=False)  # fmt: skip


def _season_mark(number: int, per_year: int, w: Words) -> str:
    if per_year == 12:
        return str((w.calendar.settings.fiscal_year_starts + number - 2) % 12 + 1)
    return f"Q{number}" if per_year == 4 else str(number)
