"""Pictures of who sells, what they can carry and how fair their quotas are."""

from typing import TYPE_CHECKING

import pandas as pd

from workbench.analytics.plan.staff.capacity import WHOLE, Capacity
from workbench.analytics.plan.staff.fairness import Fairness
from workbench.analytics.plan.staff.people import Sellers
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
from workbench.views.svg import ACCENT, ACCENT_LIGHT, GREY, INK, LINE, MUTED, PAPER, Canvas
from workbench.views.words import Words, missing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_ROWS = 14
_NEAREST, _FURTHEST = 0.4, 2.5  # of expected sales; what lies beyond ends in the frame


def sellers(result: Sellers, w: Words, label: str) -> Picture:
    """Each person's full year with its interval, a ring for the record as it is, the mean as a line."""
    reading = with_left_out(w.phrase("plan.people.sellers_reading"), w, len(result.table), _MOST_ROWS)
    return both(lambda wide: _sellers(result, w, wide), label, reading)


def capacity(result: Capacity, w: Words, label: str) -> Picture:
    """One bar a team with its interval, and the target as a mark."""
    return both(lambda wide: _capacity(result, w, wide), label, w.phrase("plan.people.capacity_reading"))


def fairness(result: Fairness, w: Words, label: str) -> Picture:
    """Quota ÷ expected sales of each person with its band, the hardest first, and the chance in words."""
    rows = int((result.table["expected"] > 0).sum())
    reading = with_left_out(w.phrase("plan.people.fairness_reading"), w, rows, _MOST_ROWS)
    return both(lambda wide: _fairness(result, w, wide), label, reading)


def _sellers(result: Sellers, w: Words, wide: bool) -> Canvas:
    table = both_ends(result.table.sort_values("pace", ascending=False, kind="stable"), _MOST_ROWS)
    size, axes, row = _rows(table, wide, w, right=70)
    middle_left_out(axes, len(table), len(result.table), row)
    mean = 12 * result.pace.mean
    high = max(float(table["pace_hi"].max()), float(table["raw_pace"].max())) * 1.02
    axes.set(xlim=(0, high), ylim=(row * len(table), 0))
    axes.axvline(mean, color=MUTED, linewidth=1, linestyle=(0, (3, 2)), zorder=0)
    axes.axvline(0, color=GREY, linewidth=1, zorder=0)
    for n, (_, one) in enumerate(table.iterrows()):
        middle = (n + 0.5) * row
        interval(axes, one["pace_lo"], one["pace_hi"], middle)
        if not missing(one["raw_pace"]):
            _dot(axes, one["raw_pace"], middle, PAPER, MUTED)
        _dot(axes, one["pace"], middle, ACCENT, ACCENT)
        size.text(size.width, middle + 8, w.money(one["pace"]), ha="right", color=INK)
    under(axes, mean, w.money(mean), 18)
    return size


def _capacity(result: Capacity, w: Words, wide: bool) -> Canvas:
    table = result.table
    table = table.drop(WHOLE).head(_MOST_ROWS) if len(table) > 2 else table.head(1)
    table = table.rename(index={WHOLE: w.phrase("plan.people.whole")})
    row = 34 if wide else 50
    names = [w.node(n) for n in table.index]
    left = min(max(svg.text_width(n) for n in names), 170) + 12 if wide else 4
    size = svg.canvas(WIDE if wide else NARROW, row * len(table) + 8)
    axes = size.axes(left=left, top=4, right=210 if wide else 8, bottom=4)
    high = float(table[["hi_80", "target"]].max().max()) * 1.03
    axes.set(xlim=(0, high), ylim=(row * len(table), 0))
    for n, (name, (_, one)) in enumerate(zip(names, table.iterrows(), strict=True)):
        middle = n * row + (row / 2 if wide else 34)
        axes.barh(middle, one["capacity"], height=14, color=ACCENT_LIGHT, linewidth=0)
        axes.plot([one["lo_80"], one["hi_80"]], [middle, middle], color=ACCENT, linewidth=2)
        if not missing(one["target"]):
            axes.plot([one["target"]] * 2, [middle - 11, middle + 11], color=INK, linewidth=2.2)
        said = _said_of(one, w)
        if wide:
            size.text(0, middle + 8, svg.fitted(name, left - 10), color=INK)
            size.text(size.width, middle + 8, said, ha="right", color=INK)
        else:
            size.text(4, n * row + 18, svg.fitted(name, NARROW - 16 - svg.text_width(said)), color=INK)
            size.text(size.width, n * row + 18, said, ha="right", color=MUTED)
    axes.axvline(0, color=GREY, linewidth=1)
    return size


def _said_of(one: pd.Series, w: Words) -> str:
    told = w.money(one["capacity"])
    return told if missing(one["target"]) else f"{told} / {w.money(one['target'])}   {w.percent(one['chance'], 0)}"


def _fairness(result: Fairness, w: Words, wide: bool) -> Canvas:
    judged = result.table[result.table["expected"] > 0]
    table = both_ends(judged, _MOST_ROWS)
    size, axes, row = _rows(table, wide, w, right=54)
    middle_left_out(axes, len(table), len(judged), row)
    axes.set(xlim=(_NEAREST, _FURTHEST), ylim=(row * len(table), 0))
    for level in (0.5, 1.0, 1.5, 2.0):
        axes.axvline(level, color=MUTED if level == 1 else LINE, linewidth=1, zorder=0)
        under(axes, level, w.percent(level, 0), 18)
    for n, (_, one) in enumerate(table.iterrows()):
        middle = (n + 0.5) * row
        low = one["quota"] / one["hi_80"]
        high = one["quota"] / one["lo_80"] if one["lo_80"] > 0 else _FURTHEST
        interval(axes, _inside(low), _inside(high), middle)
        _dot(axes, _inside(one["load"]), middle, ACCENT, ACCENT)
        size.text(size.width, middle + 8, w.percent(one["chance"], 0), ha="right", color=INK)
    return size


def _rows(table: pd.DataFrame, wide: bool, w: Words, right: float) -> tuple[Canvas, "Axes", float]:
    """A canvas with one row a person, their names at the left."""
    row = 26 if wide else 32
    names = [w.node(n) for n in table.index]
    left = min(max(svg.text_width(n) for n in names), 180 if wide else 104) + 12
    size = svg.canvas(WIDE if wide else NARROW, row * len(table) + 30)
    axes = size.axes(left=left, top=4, right=right, bottom=26)
    for n, name in enumerate(names):
        size.text(0, (n + 0.5) * row + 8, svg.fitted(name, left - 10), color=INK)
    return size, axes, row


def _dot(axes: "Axes", at: float, middle: float, face: str, edge: str) -> None:
    axes.plot([at], [middle], marker="o", markersize=6, color=face, markeredgecolor=edge, markeredgewidth=1.3)


def _inside(ratio: float) -> float:
    return min(max(ratio, _NEAREST), _FURTHEST)
