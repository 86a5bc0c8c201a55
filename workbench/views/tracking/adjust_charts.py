"""The picture of a proposed target: of today's target, where each part should end and what is proposed."""

import pandas as pd

from workbench.analytics.tracking.adjust import Adjustment
from workbench.views import svg
from workbench.views.drawing import NARROW, WIDE, Picture, both, interval, under
from workbench.views.svg import ACCENT, INK, LINE, MUTED, PAPER, Canvas
from workbench.views.words import Words, missing

_MOST_ROWS = 14
_FURTHEST = 2.0  # times the target; what lies beyond ends in the frame


def parts(result: Adjustment, w: Words, label: str) -> Picture:
    """A row for the whole and each part: band and dot for the end, a ring for the proposal, all of today's target."""
    return both(lambda wide: _parts(result, w, wide), label, w.phrase("tracking.adjust.section.reading"))


def _parts(result: Adjustment, w: Words, wide: bool) -> Canvas:
    table = _of_target(result)
    row = 28 if wide else 34
    names = [w.phrase("tracking.diagnosis.whole") if n == "" else w.node(n) for n in table.index]
    left = min(max(svg.text_width(n) for n in names), 180 if wide else 104) + 12
    size = svg.canvas(WIDE if wide else NARROW, row * len(table) + 30)
    axes = size.axes(left=left, top=4, right=70, bottom=26)
    low, high = max(float(table["lo"].min()) - 0.05, 0.0), min(float(table["hi"].max()), _FURTHEST) + 0.05
    low, high = min(low, 0.9), max(high, 1.1)
    axes.set(xlim=(low, high), ylim=(row * len(table), 0))
    for level in (0.5, 1.0, 1.5):
        if low < level < high:
            axes.axvline(level, color=MUTED if level == 1 else LINE, linewidth=1, zorder=0)
            under(axes, level, w.percent(level, 0), 18)
    for n, (name, (_, one)) in enumerate(zip(names, table.iterrows(), strict=True)):
        middle = (n + 0.5) * row
        size.text(0, middle + 8, svg.fitted(name, left - 10), color=INK)
        if not missing(one["expected"]):
            interval(axes, min(one["lo"], high), min(one["hi"], high), middle)
            axes.plot([min(one["expected"], high)], [middle], marker="o", markersize=5, color=ACCENT, markeredgewidth=0)
        axes.plot([min(one["proposed"], high)], [middle], marker="o", markersize=9, color=PAPER, markeredgecolor=INK,
                  markeredgewidth=1.6, fillstyle="none")  # fmt: skip
        size.text(size.width, middle + 8, w.money(one["money"]), ha="right", color=INK)
    return size


def _of_target(result: Adjustment) -> pd.DataFrame:
    """The whole and the parts of the level that shares the change, each as a share of its own target."""
    own = result.table[result.table["level"].isin(("", result.by)) & (result.table["target"] > 0)].head(_MOST_ROWS)
    named = {"lo": "lo_80", "hi": "hi_80", "expected": "expected", "proposed": "proposed"}
    return pd.DataFrame({n: own[c] / own["target"] for n, c in named.items()}).assign(money=own["proposed"])
