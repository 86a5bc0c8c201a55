"""The figure of concentration: how much of the sales the largest nodes make together."""

from typing import TYPE_CHECKING

from workbench.analytics.results import Concentration
from workbench.views import svg
from workbench.views.drawing import (
    NARROW,
    WIDE,
    Picture,
    both,
    left_of,
    under,
)
from workbench.views.svg import ACCENT, ACCENT_LIGHT, GREY, INK, LINE, Canvas
from workbench.views.words import Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def concentration(result: Concentration, w: Words, label: str) -> Picture:
    """How much of the sales the largest nodes make together, with the point of 80 %."""
    return both(lambda wide: _concentration(result, w, wide), label)


def _concentration(result: Concentration, w: Words, wide: bool) -> Canvas:
    size = svg.canvas(WIDE, 330) if wide else svg.canvas(NARROW, 270)
    axes = size.axes(left=44, top=26, right=14, bottom=42)
    curve = result.curve
    axes.set(xlim=(0, 1), ylim=(0, 1.02))
    for level in (0, 0.2, 0.4, 0.6, 0.8, 1):
        axes.axhline(level, color=LINE if level else GREY, linewidth=1, zorder=0)
        left_of(axes, level, w.percent(level, 0))
        if wide or level in (0, 0.4, 0.8):
            under(
                axes, level, w.percent(level, 0), 14, ha="left" if level == 0 else "right" if level == 1 else "center"
            )
    axes.fill_between(curve["share_of_nodes"], 0, curve["share_of_amount"], color=ACCENT_LIGHT, alpha=0.2, linewidth=0)
    axes.plot(curve["share_of_nodes"], curve["share_of_amount"], color=ACCENT, linewidth=2.4)
    share = result.nodes_for_80 / result.nodes if result.nodes else 0.0
    axes.plot([share, share], [0, 0.8], color=INK, linewidth=1, linestyle=(0, (2, 2)))
    axes.plot([share], [0.8], marker="o", markersize=7, color=INK)
    _point(
        axes,
        share,
        w.phrase("sections.concentration.point", {"n": result.nodes_for_80, "by": result.by, "share": share}),
        size.width - 58,
    )
    size.text(0, 12, w.phrase("sections.concentration.up"))
    axis = w.phrase("sections.concentration.axis", {"by": result.by, "n": result.nodes})
    size.text(44, size.height - 6, svg.fitted(axis[:1].upper() + axis[1:], size.width - 50))
    return size


def _point(axes: "Axes", share: float, said: str, plot: float) -> None:
    """The label of the 80 % point: beside it where there is room, in two lines if need be, else up and to the left."""
    room, (head, _, tail) = (1 - share) * plot - 16, said.partition("\n")
    whole, halves = svg.text_width(f"{head} {tail}"), max(svg.text_width(head), svg.text_width(tail))
    lines = [f"{head} {tail}"] if whole < room or halves > room else [head, tail]
    beside = max(map(svg.text_width, lines)) < room
    for n, line in enumerate(lines):
        offset, side = ((10, -20 - 16 * n), "left") if beside else ((-8, 8), "right")
        axes.annotate(
            line,
            (share, 0.8),
            offset,
            textcoords="offset points",
            va="baseline",
            ha=side,
            fontsize=12,
            color=INK,
            fontweight="bold",
            annotation_clip=False,
        )
