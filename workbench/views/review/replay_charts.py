"""Pictures of the replay, drawn wide and narrow as all others. They compute nothing but positions."""

import numpy as np
import pandas as pd

from workbench.analytics.review.replay import Replayed
from workbench.views import drawing, svg
from workbench.views.drawing import NARROW, WIDE, Picture, both, grid, period_labels
from workbench.views.svg import ACCENT, GREY, INK, PAPER, Canvas
from workbench.views.words import Words


def quarters(result: Replayed, w: Words, label: str) -> Picture:
    """Each quarter: the interval as it would have been stated, the target, and what came."""
    frame = result.quarters
    fits = drawing.roomy(w, [*frame["hi_80"], *frame["actual"]])
    return both(lambda wide: _quarters(frame, fits, wide), label, w.phrase("review.replay.reading"))


def _quarters(frame: pd.DataFrame, w: Words, wide: bool) -> Canvas:
    size = svg.canvas(WIDE, 280) if wide else svg.canvas(NARROW, 240)
    axes = size.axes(left=48, top=24, right=10, bottom=46)
    values = frame[["lo_80", "hi_80", "actual", "target"]]
    high, low = float(values.max().max()), min(float(values.min().min()), 0.0)
    axes.set(xlim=(-0.6, len(frame) - 0.4), ylim=(low, high * 1.06))
    scale = w.scale([high])
    grid(axes, w, scale.size)
    size.text(0, 14, scale.unit, fontsize=11)
    at = np.arange(len(frame))
    axes.vlines(at, frame["lo_80"], frame["hi_80"], color=GREY, linewidth=7 if wide else 5, alpha=0.45)
    axes.hlines(frame["target"], at - 0.34, at + 0.34, color=ACCENT, linewidth=2.4)
    for reached, colour in ((True, INK), (False, PAPER)):
        rows = frame["reached"].to_numpy(dtype=bool) == reached
        axes.plot(at[rows], frame["actual"].to_numpy()[rows], "o", markersize=7, markerfacecolor=colour,
                  markeredgecolor=INK, markeredgewidth=1.4, linestyle="none")  # fmt: skip
    period_labels(axes, pd.DatetimeIndex(frame["first"]), "quarter", w, wide)
    return size
