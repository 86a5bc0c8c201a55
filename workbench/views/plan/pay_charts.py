"""The picture of what attainment pays."""

from typing import TYPE_CHECKING

import numpy as np

from workbench.analytics.plan.staff.pay import PayPlan
from workbench.views import svg
from workbench.views.drawing import NARROW, WIDE, Picture, both, left_of, under
from workbench.views.svg import ACCENT, GREY, INK, LINE, Canvas
from workbench.views.words import Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def curve(result: PayPlan, w: Words, label: str) -> Picture:
    """Commission of the middle quota by attainment, with commit, target and stretch marked."""
    return both(lambda wide: _curve(result, w, wide), label, w.phrase("plan.pay.reading"))


def _curve(result: PayPlan, w: Words, wide: bool) -> Canvas:
    table = result.curve[result.curve.index <= 1.6]
    size = svg.canvas(WIDE, 280) if wide else svg.canvas(NARROW, 240)
    axes = size.axes(left=62, top=26, right=18, bottom=40)
    high = float(table["commission"].max()) * 1.05 or 1.0
    axes.set(xlim=(0, float(table.index[-1])), ylim=(0, high))
    scale = w.scale([high])
    step = _step(high)
    for level in np.arange(0, high, step):
        axes.axhline(level, 0 if level < 0.55 * high else 0.62, color=LINE if level else GREY, linewidth=1, zorder=0)
        left_of(axes, float(level), w.scaled_short(float(level), scale) if level else "0")
    for level in (0.0, 0.5, 1.0, 1.5):
        under(axes, level, w.percent(level, 0), 16)
    axes.plot(table.index, table["commission"], color=ACCENT, linewidth=2.4)
    _marks(axes, size, result, w)
    size.text(8, 14, scale.unit)
    size.text(size.width - 18, size.height - 4, w.phrase("plan.pay.axis"), ha="right")
    return size


def _marks(axes: "Axes", size: Canvas, result: PayPlan, w: Words) -> None:
    """A dot at each level; their words stand in the corner that a rising curve leaves free."""
    at, paid = result.curve.index.to_numpy(), result.curve["commission"].to_numpy()
    total = float(result.cost["sales"]["target"])
    for n, name in enumerate(("stretch", "target", "commit")):
        level = float(result.cost["sales"][name]) / total
        money = float(np.interp(level, at, paid))
        axes.plot([level], [money], marker="o", markersize=7, color=ACCENT, markeredgewidth=0)
        said = f"{w.percent(level, 0)}  {w.phrase(f'plan.pay.level.{name}')}  {w.money(money)}"
        size.text(74, 44 + 19 * n, said, color=INK)


def _step(high: float) -> float:
    """A round step that gives three to six lines."""
    size = 10 ** np.floor(np.log10(high))
    return float(next(size * part for part in (0.2, 0.25, 0.5, 1.0, 2.0) if high / (size * part) <= 6))
