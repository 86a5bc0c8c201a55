"""Pictures of forecasts: the fan, the parts with their intervals, and the error by horizon."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from workbench.analytics.forecast import Accuracy, Landing, Parts
from workbench.analytics.forecast.evidence import NAIVE, OURS
from workbench.views import drawing, svg
from workbench.views.drawing import NARROW, WIDE, Picture, interval
from workbench.views.svg import ACCENT, ACCENT_LIGHT, GREY, INK, MUTED, PAPER, Canvas
from workbench.views.words import Scale, Words, missing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_PAST = {"month": 36, "quarter": 20, "week": 104}  # periods of history that a figure shows
_MOST_ROWS = 10


def landing(result: Landing, w: Words, label: str, as_of: pd.Timestamp) -> Picture:
    """History, then the fan of the forecast; as_of marked, and the forecast of a year ago where there is one."""
    past = result.forecast.history.iloc[:, 0].tail(_PAST[result.forecast.every])
    fits = drawing.roomy(w, [*past, *result.forecast.whole["hi_95"]])
    reading = w.phrase("forecast.landing.reading", {"every": result.forecast.every, "issued": bool(len(result.issued))})
    return drawing.both(lambda wide: _landing(result, past, fits, as_of, wide), label, reading)


def parts(result: Parts, w: Words, label: str) -> Picture:
    """A dot a node with its interval and a mark for the year before; hollow where it is not to be trusted."""
    fits = drawing.roomy(w, [*result.table["hi_80"], *result.table["amount_before"]])
    doubt = bool((result.table["reasons"].map(len) > 0).any())
    reading = w.phrase("forecast.parts.reading", {"span": result.span, "doubt": doubt})
    return drawing.both(lambda wide: _parts(result, fits, wide), label, reading)


def accuracy(result: Accuracy, w: Words, label: str) -> Picture:
    """The error by how far ahead, beside that of repeating last year."""
    return drawing.both(lambda wide: _accuracy(result, w, wide), label, w.phrase("forecast.proof.reading"))


# -- the fan ----------------------------------------------------------------------------------------------------------


def _landing(result: Landing, past: pd.Series, w: Words, as_of: pd.Timestamp, wide: bool) -> Canvas:
    found, ahead = result.forecast, result.forecast.whole
    index = past.index.append(ahead.index)
    every, values = found.every, [*past, *ahead["lo_95"], *ahead["hi_95"], *result.issued["mean"]]
    known = [float(v) for v in values if not missing(float(v))]
    scale = w.scale(known)
    size = svg.canvas(WIDE, 330) if wide else svg.canvas(NARROW, 280)
    axes = size.axes(left=46, top=34, right=16, bottom=40)
    low, high = min(0.0, *known), max(0.0, *known) or 1.0
    axes.set(xlim=(-0.6, len(index) - 0.4), ylim=(low * 1.08, high * 1.1))
    drawing.grid(axes, w, scale.size)
    size.text(0, 12, scale.unit)
    _fan(axes, past, ahead)
    _issued(axes, result.issued, index)
    drawing.period_labels(axes, index, every, w, wide)
    at = len(past) - 0.5
    axes.axvline(at, color=MUTED, linewidth=1, linestyle=(0, (3, 2)), ymax=1.03, clip_on=False)
    said = w.phrase("sections.totals.as_of", {"day": as_of})
    plot = size.width - 62
    from_right = 16 + (1 - (at + 0.6) / (len(index) + 0.2)) * plot
    room = size.width - 60 - from_right > svg.text_width(said, 11)
    size.text(size.width - (from_right if room else 0), 12, said, ha="right", fontsize=11)
    _label_peak(axes, ahead, len(past), w, scale)
    return size


def _fan(axes: "Axes", past: pd.Series, ahead: pd.DataFrame) -> None:
    """The bands open at the last known amount, which is certain."""
    axes.plot(range(len(past)), past, color=INK, linewidth=1.7, solid_capstyle="round")
    last = float(past.iloc[-1]) if len(past) else float(ahead["mean"].iloc[0])
    places = np.arange(len(past) - 1, len(past) + len(ahead))
    joined = {name: np.concatenate([[last], ahead[name].to_numpy(float)]) for name in ahead}
    axes.fill_between(places, joined["lo_95"], joined["hi_95"], color=ACCENT_LIGHT, alpha=0.4, linewidth=0)
    axes.fill_between(places, joined["lo_80"], joined["hi_80"], color=ACCENT_LIGHT, alpha=0.9, linewidth=0)
    axes.plot(places, joined["mean"], color=ACCENT, linewidth=2.4, solid_capstyle="round")


def _issued(axes: "Axes", issued: pd.DataFrame, index: pd.Index) -> None:
    if issued.empty:
        return
    places = index.get_indexer(pd.DatetimeIndex(issued.index))
    shown = places >= 0
    axes.plot(places[shown], issued["mean"].to_numpy(float)[shown], color=MUTED, linewidth=1.6, linestyle=(0, (4, 3)))


def _label_peak(axes: "Axes", ahead: pd.DataFrame, past: int, w: Words, scale: Scale) -> None:
    """The forecast's highest amount, beside its point."""
    at = int(ahead["mean"].to_numpy(float).argmax())
    amount = float(ahead["mean"].iloc[at])
    at_the_edge = at > len(ahead) * 0.8
    axes.annotate(
        w.scaled(amount, scale),
        (past + at, float(ahead["hi_95"].iloc[at])),
        (0, 5),
        textcoords="offset points",
        fontsize=11,
        ha="right" if at_the_edge else "center",
        va="baseline",
        color=ACCENT,
        fontweight="bold",
        annotation_clip=False,
    )


# -- parts ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Row:
    name: str
    amount: float
    lo: float
    hi: float
    before: float
    yoy: float
    doubt: bool


def _rows(result: Parts, w: Words) -> list[_Row]:
    shown = result.table.head(_MOST_ROWS)
    columns = [shown[c].astype(float).tolist() for c in ("amount", "lo_80", "hi_80", "amount_before", "yoy")]
    doubts = [bool(len(r)) for r in shown["reasons"]]
    return [_Row(w.node(name), *rest) for name, *rest in zip(shown.index, *columns, doubts, strict=True)]


def _parts(result: Parts, w: Words, wide: bool) -> Canvas:
    rows = _rows(result, w)
    known = [v for r in rows for v in (r.amount, r.lo, r.hi, r.before) if not missing(v)]
    scale = w.fine_scale(known)
    row_height, head = (30, 24) if wide else (44, 22)
    size = svg.canvas(WIDE if wide else NARROW, head + row_height * len(rows) + 6)
    left = min(max(svg.text_width(r.name) for r in rows), 170) + 14 if wide else 8
    axes = size.axes(left=left, top=head, right=150 if wide else 70, bottom=6)
    low, high = min(0.0, *known), max(0.0, *known) or 1.0
    axes.set(xlim=(low, high * 1.02), ylim=(len(rows) * row_height, 0))
    axes.axvline(0, color=GREY, linewidth=1)
    for x, name in (
        (-70, f"{w.phrase('sections.columns.forecast')} {scale.unit}"),
        (0, w.phrase("sections.columns.yoy_short")),
    ):
        if wide:
            size.text(size.width + x, 12, name, ha="right", fontsize=11)
    if not wide:
        size.text(size.width, 12, scale.unit, ha="right", fontsize=11)
    for n, row in enumerate(rows):
        top = n * row_height
        middle = top + (row_height / 2 if wide else row_height * 0.68)
        _dot(axes, row, middle)
        baseline = head + (middle + 4 if wide else top + 15)
        size.text(0 if wide else 4, baseline, svg.fitted(row.name, 170 if wide else 200), color=INK)
        size.text(size.width, baseline, w.format(row.yoy, "percent_sign"), ha="right", color=INK if wide else MUTED)
        size.text(
            size.width - (70 if wide else 0),
            baseline if wide else head + middle + 4,
            w.scaled(row.amount, scale),
            ha="right",
            color=INK,
        )
    return size


def _dot(axes: "Axes", row: _Row, middle: float) -> None:
    interval(axes, row.lo, row.hi, middle)
    if not missing(row.before):
        axes.plot(
            [row.before, row.before],
            [middle - 9, middle + 9],
            color=INK,
            linewidth=2,
            solid_capstyle="butt",
            clip_on=False,
        )
    face = PAPER if row.doubt else ACCENT
    axes.plot(
        [row.amount],
        [middle],
        marker="o",
        markersize=8,
        color=face,
        markeredgecolor=ACCENT,
        markeredgewidth=2,
        clip_on=False,
    )


# -- accuracy ---------------------------------------------------------------------------------------------------------


def _accuracy(result: Accuracy, w: Words, wide: bool) -> Canvas:
    table = result.by_horizon
    size = svg.canvas(WIDE, 230) if wide else svg.canvas(NARROW, 220)
    axes = size.axes(left=46, top=22, right=110 if wide else 14, bottom=42)
    known = [float(v) for v in table.to_numpy().ravel() if not missing(float(v))]
    axes.set(xlim=(0.6, len(table) + 0.4), ylim=(0, max([*known, 1.0]) * 1.12))
    drawing.grid(axes, w, 1.0)
    axes.axhline(1, color=GREY, linewidth=1)
    for name, colour in ((NAIVE, GREY), (OURS, ACCENT)):
        line = table[name].astype(float)
        axes.plot(table.index, line, color=colour, linewidth=2.2, solid_capstyle="round", marker="o", markersize=4)
    _name_lines(axes, table, w, wide)
    every = max(len(table) // (13 if wide else 7), 1)
    for step in table.index[::every]:
        drawing.under(axes, step, str(step), 14)
    size.text(0, 12, w.phrase("sections.columns.mase"))
    size.text(46, size.height - 6, w.phrase("forecast.proof.axis", {"every": result.every}), fontsize=11)
    return size


def _name_lines(axes: "Axes", table: pd.DataFrame, w: Words, wide: bool) -> None:
    """At the right end of each line, apart where the ends meet; a phone's figure has its reading instead."""
    last = table.dropna().tail(1)
    if not wide or last.empty:
        return
    ours, naive = float(last[OURS].iloc[0]), float(last[NAIVE].iloc[0])
    apart = 0.09 * axes.get_ylim()[1]
    middle = (ours + naive) / 2
    if abs(ours - naive) < apart:
        ours, naive = (
            (middle + apart / 2, middle - apart / 2) if ours > naive else (middle - apart / 2, middle + apart / 2)
        )
    for y, word, colour in ((ours, "ours", ACCENT), (naive, "naive", MUTED)):
        drawing.beside(axes, len(table) + 0.25, y, w.phrase(f"forecast.proof.{word}"), colour, 104)
