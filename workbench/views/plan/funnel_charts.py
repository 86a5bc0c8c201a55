"""Pictures of the funnel back-solve, drawn wide and narrow as all others. They compute nothing but positions."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from workbench.analytics.plan.work.backsolve import BackSolve, Inflow
from workbench.views import svg
from workbench.views.drawing import NARROW, WIDE, Picture, both, grid, period_labels
from workbench.views.svg import ACCENT, ACCENT_LIGHT, GREY, INK, MUTED, Canvas
from workbench.views.words import Words, missing

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def chain(result: BackSolve, w: Words, label: str) -> Picture:
    """From the money down to the leads: how many each step takes, and the share that goes on, on the arrows."""
    reading = w.phrase("plan.funnel.section.reading", {"sure": result.sure})
    return both(lambda wide: _chain(result, w, wide), label, reading)


def inflow(result: Inflow, w: Words, label: str) -> Picture:
    """Leads or opportunities that each month must bring, beside today's inflow."""
    reading = w.phrase("plan.funnel.months.reading", {"sure": result.sure, "today": result.today})
    return both(lambda wide: _inflow(result, w, wide), label, reading)


def _chain(result: BackSolve, w: Words, wide: bool) -> Canvas:
    table = result.chain
    row, top = (48, 44) if wide else (66, 44)
    size = svg.canvas(WIDE if wide else NARROW, top + row * len(table) - 10)
    names = [_step(s, w) for s in table.index]
    left = min(max(svg.text_width(n) for n in names), 150) + 12 if wide else 4
    axes = size.axes(left=left, top=top, right=190 if wide else 6, bottom=0)
    axes.set(xlim=(0, float(table[["ratio", "chance", "today"]].max().max()) or 1.0), ylim=(row * len(table) - 10, 0))
    size.text(left, 16, w.phrase("plan.funnel.section.money", {"need": result.need}), color=INK, fontweight="bold")
    size.text(left, 36, w.phrase("plan.funnel.section.arrow_size", {"size": result.rates.size}))
    for n, name in enumerate(names):
        one = table.iloc[n]
        middle = n * row + (10 if wide else 28)
        _row(axes, one, middle)
        said = w.phrase("plan.funnel.section.counts", {**one[["ratio", "chance"]], "sure": result.sure})
        size.text(0, top + n * row + (14 if wide else 12), svg.fitted(name, left - 10 if wide else 130), color=INK)
        size.text(size.width, top + n * row + (14 if wide else 12), said, ha="right", color=INK)
        below = table.iloc[n + 1] if n + 1 < len(table) else None
        if below is not None and not missing(below["rate"]):
            arrow = w.phrase("plan.funnel.section.arrow", dict(below[["rate", "lo", "hi"]]))
            size.text(left, top + n * row + (38 if wide else 54), arrow)
    return size


def _row(axes: "Axes", one: pd.Series, middle: float) -> None:
    """The ratio's bar, a dark mark for the chance, a grey one for today's inflow."""
    axes.barh(middle, float(one["ratio"]), height=14, color=ACCENT_LIGHT, linewidth=0)
    for name, colour, half in (("today", GREY, 9), ("chance", ACCENT, 9)):
        if not missing(float(one[name])):
            axes.plot([one[name]] * 2, [middle - half, middle + half], color=colour, linewidth=2.6, clip_on=False)


def _step(step: Any, w: Words) -> str:
    key = f"plan.funnel.step.{step}"
    return w.phrase(key) if w.has(key) else w.node(step)


def _inflow(result: Inflow, w: Words, wide: bool) -> Canvas:
    table = result.table.fillna(0.0)
    size = svg.canvas(WIDE, 260) if wide else svg.canvas(NARROW, 230)
    axes = size.axes(left=48, top=14, right=10, bottom=46)
    high = float(max((table["sure"] + table["after"]).max(), result.today)) * 1.08
    axes.set(xlim=(-0.6, len(table) - 0.4), ylim=(0, high))
    grid(axes, w, 1.0)
    at = np.arange(len(table))
    for bottom, height, colour in (
        (0.0, table["needed"], ACCENT),
        (table["needed"], table["sure"] - table["needed"], MUTED),
        (table["sure"], table["after"], ACCENT_LIGHT),
    ):
        axes.bar(at, height, bottom=bottom, width=0.74, linewidth=0, color=colour)
    axes.axhline(result.today, color=INK, linewidth=1.4, linestyle=(0, (4, 3)))
    period_labels(axes, pd.DatetimeIndex(table.index), "month", w, wide)
    return size
