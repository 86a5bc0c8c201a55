"""Pictures of the diagnosis: what each factor moved, win rates of reps, sprint of each part."""

from typing import TYPE_CHECKING

import pandas as pd

from workbench.analytics.tracking.coaching import Coaching
from workbench.analytics.tracking.diagnosis import Diagnosis
from workbench.analytics.tracking.pushes import Pushes
from workbench.views import svg
from workbench.views.drawing import (
    NARROW,
    WIDE,
    Picture,
    both,
    both_ends,
    interval,
    middle_left_out,
    under,
    with_left_out,
)
from workbench.views.svg import ACCENT, ACCENT_LIGHT, GREY, INK, MUTED, Canvas
from workbench.views.words import Words, missing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_ROWS = 16
_FURTHEST = 4.0  # times an even day; what lies beyond ends in the frame


def factors(result: Diagnosis, w: Words, label: str) -> Picture:
    """A bar for each factor of the whole, orders above deals, with its interval of chance."""
    return both(lambda wide: _factors(result, w, wide), label, w.phrase("tracking.diagnosis.reading"))


def coaching(result: Coaching, w: Words, label: str) -> Picture:
    """Each rep's win rate with its interval, the mean as a line."""
    rows = int((result.table["decided"] > 0).sum())
    reading = with_left_out(w.phrase("tracking.diagnosis.coaching.reading"), w, rows, _MOST_ROWS)
    return both(lambda wide: _coaching(result, w, wide), label, reading)


def pushes(result: Pushes, w: Words, label: str) -> Picture:
    """The last fortnight's sales of a day as times of an even one, with its interval."""
    rows = len(result.table)
    reading = with_left_out(w.phrase("tracking.diagnosis.pushes.reading"), w, rows, _MOST_ROWS, "last")
    return both(lambda wide: _pushes(result, w, wide), label, reading)


def _factors(result: Diagnosis, w: Words, wide: bool) -> Canvas:
    chains = [steps for steps in (result.orders, result.deals) if "" in steps.index.get_level_values("node")]
    steps = pd.concat([s.xs("", level="node") for s in chains]) if chains else result.orders.droplevel("node")
    names = [w.phrase(f"tracking.diagnosis.factor.{f}") for f in steps.index]
    size, axes, row = _rows(names, wide, right=78)
    far = float((steps["effect"].abs() + 1.96 * steps["sd"].fillna(0.0)).max()) * 1.04 if len(steps) else 0.0
    far = far or 1.0  # nothing moved at all
    axes.set(xlim=(-far, far), ylim=(row * max(len(steps), 1), 0))
    axes.axvline(0, color=GREY, linewidth=1)
    for n, (_, one) in enumerate(steps.iterrows()):
        middle = (n + 0.5) * row
        axes.barh(middle, one["effect"], height=13, color=ACCENT if one["beyond"] else ACCENT_LIGHT, linewidth=0)
        if not missing(one["sd"]):
            half = 1.96 * float(one["sd"])
            axes.plot([one["effect"] - half, one["effect"] + half], [middle, middle], color=INK, linewidth=1.1)
        size.text(size.width, middle + 8, w.format(one["effect"], "money_sign"), ha="right", color=INK)
    if len(chains) > 1:
        axes.axhline(row * len(chains[0].xs("", level="node")), color=GREY, linewidth=1, linestyle=(0, (1, 3)))
    return size


def _coaching(result: Coaching, w: Words, wide: bool) -> Canvas:
    judged = result.table[result.table["decided"] > 0].sort_values("rate", ascending=False, kind="stable")
    table = both_ends(judged, _MOST_ROWS)
    size, axes, row = _rows([w.node(n) for n in table.index], wide, right=50)
    middle_left_out(axes, len(table), len(judged), row)
    axes.set(xlim=(0, float(table["hi"].max()) * 1.02), ylim=(row * len(table), 0))
    axes.axvline(result.mean, color=MUTED, linewidth=1, linestyle=(0, (3, 2)), zorder=0)
    axes.axvline(0, color=GREY, linewidth=1, zorder=0)
    for n, (_, one) in enumerate(table.iterrows()):
        middle = (n + 0.5) * row
        interval(axes, float(one["lo"]), float(one["hi"]), middle)
        _dot(axes, float(one["rate"]), middle)
        size.text(size.width, middle + 8, w.percent(one["rate"], 0), ha="right", color=INK)
    under(axes, result.mean, w.percent(result.mean, 0), 18)
    return size


def _pushes(result: Pushes, w: Words, wide: bool) -> Canvas:
    table = result.table.rename(index={"": w.phrase("tracking.diagnosis.whole")}).head(_MOST_ROWS)
    size, axes, row = _rows([w.node(n) for n in table.index], wide, right=50)
    high = min(float(table["push_hi"].max()) * 1.02, _FURTHEST)
    axes.set(xlim=(0, max(high, 1.2)), ylim=(row * len(table), 0))
    axes.axvline(1, color=MUTED, linewidth=1, linestyle=(0, (3, 2)), zorder=0)
    for n, (_, one) in enumerate(table.iterrows()):
        middle = (n + 0.5) * row
        interval(axes, min(one["push_lo"], high), min(one["push_hi"], high), middle)
        _dot(axes, min(one["push"], high), middle)
        size.text(size.width, middle + 8, w.format(one["push"], "decimal"), ha="right", color=INK)
    under(axes, 1, "1", 18)
    return size


def _rows(names: list[str], wide: bool, right: float) -> tuple[Canvas, "Axes", float]:
    """A canvas with one row a name, the names at the left."""
    row = 26 if wide else 32
    left = min(max((svg.text_width(n) for n in names), default=0.0), 190 if wide else 138) + 12
    size = svg.canvas(WIDE if wide else NARROW, row * max(len(names), 1) + 30)
    axes = size.axes(left=left, top=4, right=right, bottom=26)
    for n, name in enumerate(names):
        size.text(0, (n + 0.5) * row + 8, svg.fitted(name, left - 10), color=INK)
    return size, axes, row


def _dot(axes: "Axes", at: float, middle: float) -> None:
    axes.plot([at], [middle], marker="o", markersize=6, color=ACCENT, markeredgewidth=0)
