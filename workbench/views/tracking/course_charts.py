"""Pictures of the course: parts ranked by their chance, cumulative sales with the fan, coverage by part."""

from typing import Any

import numpy as np
import pandas as pd

from workbench.analytics.tracking.course import Course
from workbench.views import drawing, svg
from workbench.views.drawing import NARROW, WIDE, Picture, interval
from workbench.views.svg import ACCENT, ACCENT_LIGHT, GREY, GREY_LIGHT, INK, MUTED, Canvas
from workbench.views.words import Words

_MOST = 14
_MANY = 7  # months from which on a phone names each third


def main(result: Course) -> pd.Series:
    """Which nodes are shown: the whole, and those of the first level that have targets (all of them if none has)."""
    table = result.table
    parts = (table["level"] == result.level) & (table["level"] != "")
    with_target = parts & table["target"].notna()
    found = with_target if with_target.any() else parts
    found.iloc[0] = True
    return found


def aimed(result: Course) -> bool:
    """Whether any node has a target."""
    return bool(result.table["target"].gt(0).any())


def shown(result: Course, w: Words) -> pd.DataFrame:
    """The nodes of the figure, the likeliest first and the whole on top; by money without targets."""
    table = result.table[main(result)]
    by = "chance" if aimed(result) else "expected"
    rest = table.iloc[1:].sort_values([by, "expected"], ascending=False)
    found = pd.concat([table.iloc[:1], rest])
    names = [w.phrase("tracking.course.section.whole"), *(w.node(n) for n in rest.index)]
    return found.set_axis(pd.Index(names, name="node"), axis=0)


def ranked(result: Course, w: Words, label: str) -> Picture:
    """A dot a node with its interval as share of its target, the target as a line, the chance beside it."""
    rows = shown(result, w).head(_MOST)
    known = aimed(result)
    kind = "reading_ended" if result.over else "reading" if known else "reading_alone"
    reading = w.phrase(f"tracking.course.section.{kind}")
    rows = rows[rows["target"] > 0] if known else rows
    return drawing.both(lambda wide: _ranked(rows, w, known, wide, result.over), label, reading)


def _ranked(rows: pd.DataFrame, w: Words, known: bool, wide: bool, over: bool) -> Canvas:
    columns = ["booked", "lo_80", "expected", "hi_80"]
    values = rows[columns].div(rows["target"], axis=0) if known else rows[columns]
    scale = w.scale([float(v) for v in values.to_numpy().ravel()])
    row_height, head = (28, 26) if wide else (42, 26)
    size = svg.canvas(WIDE if wide else NARROW, head + row_height * len(rows) + 22)
    names = [str(n) for n in rows.index]
    left = min(max(svg.text_width(n) for n in names), 170) + 14 if wide else 8
    right = 128 if wide else 52
    axes = size.axes(left=left, top=head, right=right, bottom=22)
    top = max(float(values["hi_80"].max()), 1.0 if known else 0.0) * 1.03
    axes.set(xlim=(0, top or 1.0), ylim=(len(rows) * row_height, 0))
    axes.axvline(0, color=GREY, linewidth=1)
    if known:
        axes.axvline(1, color=MUTED, linewidth=1.2, linestyle=(0, (3, 2)))
        at = left + (size.width - left - right) / top
        said = w.phrase("tracking.course.section.target")
        size.text(min(at, size.width - right - svg.text_width(said, 11) / 2), size.height - 6, said, ha="center",
                  fontsize=11)  # fmt: skip
        if not over:
            size.text(size.width, 12, w.phrase("tracking.course.section.chance"), ha="right", fontsize=11)
    else:
        size.text(size.width, 12, scale.unit, ha="right", fontsize=11)
    for n, (name, row) in enumerate(zip(names, values.to_dict("records"), strict=True)):
        middle = n * row_height + (row_height / 2 if wide else row_height * 0.7)
        _dot(axes, row, middle)
        base = head + (middle + 4 if wide else n * row_height + 16)
        size.text(0 if wide else 4, base, svg.fitted(name, 170 if wide else 220), color=INK)
        if over and known:
            size.text(size.width, head + middle + 4, w.percent(row["booked"], 0), ha="right", color=INK)
        else:
            _beside(size, rows.iloc[n], row, base, head + middle + 4, w, known, wide)
    return size


def _beside(size: Canvas, full: Any, row: dict, base: float, middle: float, w: Words, known: bool, wide: bool) -> None:
    """The chance at the right edge, and where there is room the range; the expected money without targets."""
    if not known:
        size.text(size.width, base, w.scaled(row["expected"], w.scale([row["expected"]])), ha="right", color=INK)
        return
    size.text(size.width, middle, w.format(full["chance"], "chance"), ha="right", color=INK, fontweight="bold")
    if wide:
        span = f"{w.percent(row['lo_80'], 0)}–{w.percent(row['hi_80'], 0)}"
        size.text(size.width - 44, middle, span, ha="right")


def _dot(axes: Any, row: dict, middle: float) -> None:
    interval(axes, row["lo_80"], row["hi_80"], middle)
    axes.plot([row["booked"]] * 2, [middle - 8, middle + 8], color=INK, linewidth=2, solid_capstyle="butt")
    axes.plot([row["expected"]], [middle], marker="o", markersize=8, color=ACCENT, clip_on=False)


# -- the path ---------------------------------------------------------------------------------------------------------


def path(result: Course, w: Words, label: str) -> Picture:
    """Cumulative sales, the target's seasonal path, and the fan to the period's end."""
    known = bool(result.path["due"].notna().any())
    fits = drawing.roomy(w, result.path[["due", "hi_80", "booked"]].max().tolist())
    kind = "reading_ended" if result.over else "reading" if known else "reading_alone"
    reading = w.phrase(f"tracking.course.path.{kind}")
    return drawing.both(lambda wide: _path(result, fits, known, wide), label, reading)


def _path(result: Course, w: Words, known: bool, wide: bool) -> Canvas:
    frame, days = result.path, np.arange(1, len(result.path) + 1)
    scale = w.scale(frame.max().dropna().tolist())
    size = svg.canvas(WIDE, 320) if wide else svg.canvas(NARROW, 270)
    right = 88 if wide else 62
    axes = size.axes(left=46, top=30, right=right, bottom=26)
    top = float(np.nanmax(frame.to_numpy(float))) or 1.0
    axes.set(xlim=(0, len(frame)), ylim=(min(0.0, float(frame["booked"].min())), top * 1.06))
    drawing.grid(axes, w, scale.size)
    size.text(0, 12, scale.unit)
    _months(axes, result, w, wide)
    if known:
        axes.plot(np.r_[0, days], np.r_[0.0, frame["due"]], color=GREY, linewidth=1.8)
    fan = frame["expected"].notna().to_numpy()
    axes.fill_between(days[fan], frame["lo_80"][fan], frame["hi_80"][fan], color=ACCENT_LIGHT, alpha=0.8, linewidth=0)
    axes.plot(days[fan], frame["expected"][fan], color=ACCENT, linewidth=2.2)
    sold = frame["booked"].notna().to_numpy()
    axes.plot(np.r_[0, days[sold]], np.r_[0.0, frame["booked"][sold]], color=INK, linewidth=2, solid_capstyle="round")
    if not result.over:
        _as_of(size, axes, result, right, w)
    _ends(axes, frame, w, scale, right, known)
    return size


def _months(axes: Any, result: Course, w: Words, wide: bool) -> None:
    """Each month's name under its middle; of a year on a phone each quarter's first."""
    first = result.path.index[0]
    months = list(result.period.months)
    edges = [(m - first).days for m in months] + [len(result.path)]
    for month, a, b in zip(months, edges[:-1], edges[1:], strict=True):
        if wide or len(months) < _MANY or (month.month - months[0].month) % 3 == 0:
            drawing.under(axes, (a + b) / 2, w.short_month(month), 14)
        if a:
            axes.axvline(a, color=svg.LINE, linewidth=1, zorder=0)


def _as_of(size: Canvas, axes: Any, result: Course, right: float, w: Words) -> None:
    gone = (result.known_until - result.path.index[0]).days + 1
    axes.axvline(gone, color=MUTED, linewidth=1, linestyle=(0, (3, 2)))
    said = w.phrase("sections.totals.as_of", {"day": result.known_until})
    at = 46 + gone / len(result.path) * (size.width - 46 - right)
    half = svg.text_width(said, 11) / 2
    size.text(min(max(at, 46 + half + 34), size.width - half), 12, said, ha="center", fontsize=11)


def _ends(axes: Any, frame: pd.DataFrame, w: Words, scale: Any, right: float, known: bool) -> None:
    """What the lines come to, at their ends; the target's where the two would stand on each other is moved aside."""
    height = axes.get_ylim()[1] - axes.get_ylim()[0]
    end = float(frame["expected"].iloc[-1]) if pd.notna(frame["expected"].iloc[-1]) else float(frame["booked"].iloc[-1])
    drawing.beside(axes, len(frame), end, w.scaled(end, scale), ACCENT, right)
    if known:
        due = float(frame["due"].iloc[-1])
        least = 0.075 * height
        at = due if abs(due - end) > least else end + (least if due >= end else -least)
        full = f"{w.phrase('tracking.course.path.due')} {w.scaled(due, scale)}"
        said = full if svg.text_width(full, 11) < right - 6 else w.scaled(due, scale)
        drawing.beside(axes, len(frame), at, said, MUTED, right)


# -- coverage ---------------------------------------------------------------------------------------------------------


def covered(result: Course) -> bool:
    """Whether the coverage of any part that is shown is known."""
    return bool(result.pipeline["coverage"].reindex(result.table.index[main(result)]).notna().any())


def coverage(result: Course, w: Words, label: str) -> Picture:
    """A bar a node for its coverage, and a mark for what was needed before."""
    frame = result.pipeline[main(result).reindex(result.pipeline.index).fillna(False).astype(bool)]
    rows = frame[frame["coverage"].notna()].head(_MOST)
    names = [w.phrase("tracking.course.section.whole") if n == "" else w.node(n) for n in rows.index]
    reading = w.phrase("tracking.course.pipeline_section.reading")
    return drawing.both(lambda wide: _coverage(rows, names, w, wide), label, reading)


def _coverage(rows: pd.DataFrame, names: list[str], w: Words, wide: bool) -> Canvas:
    row_height = 28 if wide else 42
    size = svg.canvas(WIDE if wide else NARROW, row_height * len(rows) + 8)
    left = min(max(svg.text_width(n) for n in names), 170) + 14 if wide else 8
    axes = size.axes(left=left, top=4, right=60 if wide else 44, bottom=4)
    top = float(np.nanmax(rows[["coverage", "needed"]].clip(upper=8).to_numpy(float))) * 1.03
    axes.set(xlim=(0, top or 1.0), ylim=(len(rows) * row_height, 0))
    axes.axvline(0, color=GREY, linewidth=1)
    for n, (name, row) in enumerate(zip(names, rows.to_dict("records"), strict=True)):
        middle = n * row_height + (row_height / 2 if wide else row_height * 0.7)
        enough = not row["coverage"] < row["needed"]
        axes.barh(middle, min(row["coverage"], top), height=12, color=GREY_LIGHT if enough else ACCENT_LIGHT)
        if pd.notna(row["needed"]):
            axes.plot([min(row["needed"], top)] * 2, [middle - 9, middle + 9], color=INK, linewidth=2)
        base = 4 + (middle + 4 if wide else n * row_height + 16)
        size.text(0 if wide else 4, base, svg.fitted(name, 170 if wide else 220), color=INK)
        size.text(size.width, 4 + middle + 4, w.decimal(row["coverage"]), ha="right", color=INK)
    return size
