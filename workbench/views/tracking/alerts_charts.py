"""Small control charts, those that are off first, and the board of progress. They compute nothing but positions."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from workbench.analytics.tracking.alerts import Alerts
from workbench.analytics.tracking.chart import Chart
from workbench.analytics.tracking.milestones import Board
from workbench.settings.tracking import COURSE
from workbench.views import svg
from workbench.views.drawing import NARROW, WIDE, Picture, both, left_of, roomy, under
from workbench.views.svg import ACCENT, ACCENT_LIGHT, GREY, GREY_LIGHT, INK, LINE, MUTED, Canvas
from workbench.views.words import Words, missing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST, _MOST_NARROW = 6, 3
_SHOWN = {"day": 130, "week": 78, "month": 36}  # the latest periods
_CELL, _TOP, _LOW = 190.0, 84.0, 34.0  # pixels: a chart, its upper and its lower axes
_MOST_BARS = 13
_A = "tracking.alerts"


def charts(result: Alerts, w: Words, label: str) -> Picture:
    """Charts of what is off; where nothing is, of what is nearest to its limit."""
    off = [c for c in result.charts if c.standing]
    shown, reading = (off, "reading") if off else (list(result.charts), "reading_near")
    most = {True: _MOST, False: _MOST_NARROW}
    return both(lambda wide: _charts(shown[: most[wide]], w, wide), label, w.phrase(f"{_A}.{reading}"))


def board(result: Board, w: Words, label: str) -> Picture:
    """Attainment of each part, with a line at each milestone."""
    return both(lambda wide: _board(result, w, wide), label, w.phrase(f"{_A}.board_section.reading"))


def _charts(found: list[Chart], w: Words, wide: bool) -> Canvas:
    across = 2 if wide and len(found) > 1 else 1
    down = -(-len(found) // across)
    size = svg.canvas(WIDE if wide else NARROW, _CELL * down)
    width = size.width / across
    for n, one in enumerate(found):
        _one(size, one, w, (width * (n % across), _CELL * (n // across), width))
    return size


def _one(size: Canvas, one: Chart, w: Words, cell: tuple[float, float, float]) -> None:
    left, top, width = cell
    frame = one.table.tail(_SHOWN.get(one.every, 78))
    fits = roomy(w, frame["value"]) if one.unit == "money" else w
    size.text(left, top + 14, svg.fitted(_named(one, w), width - 20), color=INK)
    margins = {"left": left + 46, "right": size.width - left - width + 12}
    upper = size.axes(top=top + 24, bottom=size.height - top - 24 - _TOP, **margins)
    lower = size.axes(top=top + 32 + _TOP, bottom=size.height - top - 32 - _TOP - _LOW, **margins)
    for axes in (upper, lower):
        axes.set_xlim(-0.6, len(frame) - 0.4)
        watched = int(frame["learnt"].sum())
        axes.axvspan(watched - 0.5, len(frame) - 0.4, color=GREY_LIGHT, alpha=0.5, linewidth=0, zorder=0)
    _values(upper, frame, one.unit, fits)
    _pressure(lower, frame, w)
    for at, ha in ((0, "left"), (len(frame) - 1, "right")):
        under(lower, at, (w.month if one.every == "month" else w.date)(frame.index[at]), 14, ha=ha)


def _values(axes: "Axes", frame: pd.DataFrame, unit: str, w: Words) -> None:
    places, value, expected = np.arange(len(frame)), frame["value"].to_numpy(float), frame["expected"].to_numpy(float)
    known = np.concatenate([value, expected])
    known = known[np.isfinite(known)]
    low, high = min(float(known.min()), 0.0), float(known.max()) or 1.0
    axes.set_ylim(low, high * 1.08)
    axes.plot(places, value, color=MUTED, linewidth=0, marker="o", markersize=2.6)
    axes.plot(places, expected, color=ACCENT, linewidth=1.6)
    alarm = frame["alarm"].to_numpy(bool)
    axes.plot(places[alarm], value[alarm], color=INK, linewidth=0, marker="o", markersize=4)
    for at in (0.0, high):
        axes.axhline(at, color=GREY if at == 0 else LINE, linewidth=1, zorder=0)
        left_of(axes, at, w.by_unit(at, unit), 10)


def _pressure(axes: "Axes", frame: pd.DataFrame, w: Words) -> None:
    pressure = frame["pressure"].clip(lower=0).to_numpy(float)
    axes.set_ylim(0, max(1.6, float(np.nanmax(pressure, initial=1.0)) * 1.05))
    for dark, colour in ((False, ACCENT_LIGHT), (True, INK)):
        bars = [(n, v) for n, (v, a) in enumerate(zip(pressure.tolist(), frame["alarm"], strict=True)) if a == dark]
        svg.bars(axes, bars, color=colour, linewidth=0)
    axes.axhline(1, color=INK, linewidth=1, linestyle=(0, (4, 3)))
    axes.axhline(0, color=GREY, linewidth=1, zorder=0)
    left_of(axes, 1, svg.fitted(w.phrase(f"{_A}.limit"), 40, 10), 10)


def _named(one: Chart, w: Words) -> str:
    what = w.phrase(f"{_A}.on.{one.on}") if one.on in COURSE else w.kpi(one.on)
    return w.phrase(f"{_A}.place", {"node": one.node, "what": what}) if one.node else what


def _board(result: Board, w: Words, wide: bool) -> Canvas:
    shown = result.table.head(_MOST_BARS)
    row = 28 if wide else 42
    size = svg.canvas(WIDE if wide else NARROW, row * len(shown) + 24)
    axes = size.axes(left=150 if wide else 4, top=18, right=64 if wide else 8, bottom=6)
    marks = [float(m) for m in result.days.index]
    most = max([1.0, *marks, *shown["attainment"].tolist()])
    axes.set(xlim=(0, most * 1.03), ylim=(row * len(shown), 0))
    for mark in [*marks, 1.0]:
        axes.axvline(mark, color=INK if mark in marks else LINE, linewidth=1, linestyle=(0, (4, 3)), zorder=0)
        axes.annotate(w.percent_whole(mark), (mark, 1), (0, 5), xycoords=("data", "axes fraction"), ha="center",
                      textcoords="offset points", fontsize=11, color=MUTED, annotation_clip=False)  # fmt: skip
    for n, (node, attained) in enumerate(shown["attainment"].items()):
        middle = n * row + (row / 2 if wide else row * 0.68)
        reached = not missing(shown["reached"].iloc[n])
        axes.barh(middle, attained, height=14, color=ACCENT if reached else ACCENT_LIGHT, linewidth=0)
        name = w.phrase(f"{_A}.whole") if not node else w.node(node)
        baseline = 18 + (middle + 4 if wide else n * row + 14)
        size.text(0 if wide else 8, baseline, svg.fitted(name, 140 if wide else 210), color=INK)
        size.text(size.width, baseline, w.percent_whole(float(attained)), ha="right", color=INK)
    return size
