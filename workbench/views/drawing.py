"""What figures share: two sizes, axes and their labels.

Every picture is drawn twice, wide and narrow, because a phone cannot show the small print of a desktop's figure.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd
from markupsafe import Markup

from workbench.views import svg
from workbench.views.svg import ACCENT_LIGHT, GREY, LINE, MUTED, Canvas
from workbench.views.words import Words, missing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDE, NARROW = 720.0, 340.0  # pixels


@dataclass(frozen=True)
class Picture:
    """A figure for wide and for narrow screens; `reading` says what the marks are."""

    wide: Markup
    narrow: Markup
    reading: str = ""


def roomy(w: Words, values: Iterable[float]) -> Words:
    """The same words, in a larger unit of money where the company's own takes too many digits for a figure."""
    largest = max((abs(v) for v in values if not missing(v)), default=0.0)
    return replace(w, money_unit="auto") if largest / w.scale([largest]).size >= 1e6 else w


def both(draw: Callable[[bool], Canvas], label: str, reading: str = "") -> Picture:
    with svg.settled():
        wide, narrow = svg.svg(draw(True), label, "wide"), svg.svg(draw(False), label, "narrow")
    return Picture(wide, narrow, reading)


def period_labels(axes: "Axes", index: pd.Index, every: str, w: Words, wide: bool) -> None:
    """The year under its first period; under each period its month or quarter while there is room."""
    room = (WIDE if wide else NARROW - 40) / max(len(index), 1)
    if every in ("month", "quarter") and room > 30:
        for at, period in enumerate(index):
            short = w.short_month(period) if every == "month" else f"Q{w.calendar.number(period, 'quarter')}"
            under(axes, at, short, 14)
    firsts = year_starts(index, w)
    names = {at: w.period(index[at], "year") for at in firsts}
    drop = 30 if every in ("month", "quarter") and room > 30 else 14
    for at in without_collisions(names, room):
        under(axes, at if every == "year" else at - 0.3, names[at], drop, ha="center" if every == "year" else "left")
    if every != "year":
        for at in firsts[1:]:
            axes.axvline(at - 0.5, color=LINE, linewidth=1, zorder=0)


def year_starts(index: pd.Index, w: Words) -> list[int]:
    """Where in the index each fiscal year begins."""
    years = w.calendar.start(pd.Series(index), "year")
    return [int(at) for at in years.index[years.ne(years.shift())]]


def without_collisions(names: dict[int, str], room: float) -> list[int]:
    """The places whose labels fit side by side; a first year that is too short for its own gives way to the second."""
    places = list(names)
    if len(places) > 1 and (places[1] - places[0]) * room < svg.text_width(names[places[0]], 11) + 14:
        places = places[1:]
    kept, end = [], -99.0
    for at in places:
        if at * room >= end:
            kept.append(at)
            end = at * room + svg.text_width(names[at], 11) + 6
    return kept


# -- shared -----------------------------------------------------------------------------------------------------------


def grid(axes: "Axes", w: Words, unit: float) -> None:
    """Three or four lines at round amounts, with the amount in the axis' unit; the line of zero is darker."""
    from matplotlib.ticker import MaxNLocator

    low, high = axes.get_ylim()
    for at in MaxNLocator(nbins=4, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high):
        if low <= at <= high:
            axes.axhline(at, color=GREY if at == 0 else LINE, linewidth=1, zorder=0)
            left_of(axes, at, w.short_plain(at / unit))


def left_of(axes: "Axes", y: float, said: str, size: float = 11) -> None:
    axes.annotate(said, (0, y), (-6, -4), xycoords=("axes fraction", "data"), textcoords="offset points", ha="right",
                  va="baseline", fontsize=size, color=MUTED, annotation_clip=False)  # fmt: skip


def under(axes: "Axes", x: float, said: str, drop: float, ha: str = "center") -> None:
    axes.annotate(said, (x, 0), (0, -drop), xycoords=("data", "axes fraction"), textcoords="offset points", ha=ha,
                  va="baseline", fontsize=11, color=MUTED, annotation_clip=False)  # fmt: skip


def beside(axes: "Axes", x: float, y: float, said: str, colour: str, width: float) -> None:
    axes.annotate(svg.fitted(said, width, 11), (x, y), (4, -4), textcoords="offset points", ha="left", va="baseline",
                  fontsize=11, color=colour, annotation_clip=False)  # fmt: skip


def interval(axes: "Axes", low: float, high: float, middle: float, colour: str = ACCENT_LIGHT) -> None:
    """The interval of a row, as a thick light line at its middle."""
    axes.plot([low, high], [middle, middle], color=colour, linewidth=7, solid_capstyle="butt")


def both_ends(table: pd.DataFrame, most: int) -> pd.DataFrame:
    """The first and the last rows of an order, where all would be too many."""
    if _kept(len(table), most) == len(table):
        return table
    return pd.concat([table.head(most // 2), table.tail(most // 2)])


def _kept(rows: int, most: int) -> int:
    """How many rows `both_ends` keeps."""
    return rows if rows <= most + 2 else most // 2 * 2


def middle_left_out(axes: "Axes", shown: int, rows: int, height: float) -> None:
    """A dotted line where `both_ends` left out the middle of an order, in rows of `height`."""
    if shown < rows:
        axes.axhline(height * shown / 2, color=GREY, linewidth=1.2, linestyle=(0, (1, 3)))


def with_left_out(reading: str, w: Words, rows: int, most: int, where: str = "middle") -> str:
    """What tells how to read a figure, and how many rows of it were left out: of the "middle" by `both_ends`, or the
    "last" of them."""
    shown = _kept(rows, most) if where == "middle" else min(rows, most)
    if shown == rows:
        return reading
    said = w.phrase("page.left_out", {"left": rows - shown, "rows": rows, "where": where})
    return w.writing.space.join((reading, said))
