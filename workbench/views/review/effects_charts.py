"""What was sold where something happened, beside what was to be expected there."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from workbench.views import drawing, svg
from workbench.views.drawing import NARROW, WIDE, Picture
from workbench.views.svg import ACCENT, ACCENT_LIGHT, INK, MUTED, Canvas
from workbench.views.words import Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_APART = 1.5  # blocks that the days measured are wide


def path(frame: pd.DataFrame, first: pd.Timestamp, w: Words, label: str) -> Picture:
    """Sales a day by block of 28 days before `first`, and those of the days measured apart from them: they may be
    much later."""
    fits = drawing.roomy(w, [*frame["actual"], *frame["hi"]])
    reading = w.phrase("review.effects.reading", {"first": first, "measured": frame.index[-1]})
    return drawing.both(lambda wide: _drawn(frame, fits, wide), label, reading)


def _drawn(frame: pd.DataFrame, w: Words, wide: bool) -> Canvas:
    size = svg.canvas(WIDE if wide else NARROW, 280 if wide else 250)
    axes = size.axes(left=46, top=30, right=64, bottom=40)
    scale = w.scale([*frame["actual"], *frame["hi"]])
    last, wide_apart = len(frame) - 1, _APART * (1 if wide else 2)
    low, high = min(0.0, float(frame["lo"].min())), float(frame[["actual", "hi"]].max().max())
    axes.set(xlim=(-0.5, last + wide_apart + 0.5), ylim=(low * 1.05, high * 1.08))
    drawing.grid(axes, w, scale.size)
    size.text(0, 12, scale.unit)
    _lines(axes, range(last), frame[:-1])
    _lines(axes, (last, last + wide_apart), frame.iloc[[-1, -1]])
    axes.axvline(last - 0.5, color=INK, linewidth=1.2)
    _ends(axes, frame.iloc[-1], last + wide_apart, w)
    for place, day in ((0, frame.index[0]), (last + wide_apart / 2, frame.index[-1])):
        drawing.under(axes, place, w.month(day), 18)
    return size


def _lines(axes: "Axes", at: Sequence[float], frame: pd.DataFrame) -> None:
    axes.fill_between(at, frame["lo"], frame["hi"], color=ACCENT_LIGHT, alpha=0.35, linewidth=0)
    axes.plot(at, frame["expected"], color=MUTED, linewidth=1.4, linestyle=(0, (4, 2)))
    axes.plot(at, frame["actual"], color=ACCENT, linewidth=2.2)


def _ends(axes: "Axes", last: pd.Series, at: float, w: Words) -> None:
    """The two lines named at their ends, apart even where they meet."""
    names = [("actual", "review.effects.actual", ACCENT), ("expected", "review.effects.expected", MUTED)]
    low, high = axes.get_ylim()
    apart = (high - low) * 0.09
    places = {name: float(last[name]) for name, _, _ in names}
    if abs(places["actual"] - places["expected"]) < apart:
        up = "actual" if places["actual"] >= places["expected"] else "expected"
        places[up] += apart
    for name, key, colour in names:
        drawing.beside(axes, at, places[name], w.phrase(key), colour, 58)
