"""Pictures of the market's results. They compute nothing but positions."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from workbench.analytics.market import Launches, MarketSeries, Potential, Share, Sizing, Watch
from workbench.analytics.market.share import WHOLE
from workbench.analytics.market.sizing import SIZES
from workbench.views import svg
from workbench.views.drawing import NARROW, WIDE, Picture, both, grid, interval, left_of, period_labels, roomy, under
from workbench.views.svg import ACCENT, ACCENT_LIGHT, GREY, GREY_LIGHT, INK, LINE, MUTED, Canvas
from workbench.views.words import Words, missing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_ROWS = 12
_MOST_BARS = 48
_MOST_LINES = 6
_ROUND = re.compile(r"\.0+(?=\D|$)")  # 1.00 B is 1 B at a line of the axis
_COLOURS = {"som": ACCENT, "sam": ACCENT_LIGHT, "tam": GREY_LIGHT}


@dataclass(frozen=True)
class _Row:
    """A row of ranges: its name, value with ends, what it was before, and the words at its end."""

    name: str
    value: float
    lo: float
    hi: float
    before: float
    said: str


def series(result: MarketSeries, w: Words, label: str) -> Picture:
    """Bars of the market's size by period, all segments together."""
    whole = result.table.sum(axis=1, min_count=len(result.table.columns)).tail(_MOST_BARS)
    fits = roomy(w, whole)
    reading = w.phrase("market.series.reading", {"every": result.every})
    return both(lambda wide: _series(whole, result.every, fits, wide), label, reading)


def sizing(result: Sizing, w: Words, label: str) -> Picture:
    """The three sizes by each way, on one axis of powers of ten."""
    fits = roomy(w, result.table["amount"])
    return both(lambda wide: _sizing(result, fits, wide), label, w.phrase("market.sizing.reading"))


def share(result: Share, w: Words, label: str) -> Picture:
    """The share of a year by the time it ends; where there are too many segments, or too few years, dots."""
    years = result.rolling
    if len(years) > 2 and len(years.columns) <= _MOST_LINES:
        reading = w.phrase("market.share.reading_lines", {"every": result.every})
        return both(lambda wide: _shares(years, result.every, w, wide), label, reading)
    shown = result.years.head(_MOST_ROWS)
    rows = [
        _Row(_segment(at, w), share, lo, hi, before, w.percent_fine(share))
        for at, share, lo, hi, before in _lists(shown, ("share", "lo_80", "hi_80", "share_before"))
    ]
    return both(lambda wide: _ranges(rows, wide), label, w.phrase("market.share.reading"))


def potential(result: Potential, w: Words, label: str) -> Picture:
    """Headroom of each part with its range, the most first."""
    shown = result.table.head(_MOST_ROWS)
    scale = roomy(w, shown["hi_80"]).scale(shown["hi_80"])
    rows = [
        _Row(w.node(at), room, lo, hi, float("nan"), w.scaled(room, scale))
        for at, room, lo, hi in _lists(shown, ("headroom", "lo_80", "hi_80"))
    ]
    return both(
        lambda wide: _ranges(rows, wide, from_zero=True, unit=scale.unit), label, w.phrase("market.potential.reading")
    )


def launch(result: Launches, product: str, w: Words, label: str) -> Picture:
    """Units by month and the model's path, of one product."""
    reading = w.phrase("market.launches.reading", {"product": product})
    return both(lambda wide: _launch(result.paths[product], w, wide), label, reading)


def watch(result: Watch, w: Words, label: str) -> Picture:
    """Own sales with a mark at each move."""
    fits = roomy(w, result.sales)
    return both(lambda wide: _watch(result, fits, wide), label, w.phrase("market.watch.reading"))


def _lists(frame: pd.DataFrame, columns: Sequence[str]) -> list[tuple[Any, ...]]:
    """(name, values) of each row."""
    return [(at, *row) for at, row in zip(frame.index, frame[list(columns)].to_numpy(float).tolist(), strict=True)]


def _segment(name: str, w: Words) -> str:
    return w.phrase("market.whole") if name == WHOLE else w.node(name)


def _series(whole: pd.Series, every: str, w: Words, wide: bool) -> Canvas:
    size = svg.canvas(WIDE, 240) if wide else svg.canvas(NARROW, 220)
    axes = size.axes(left=46, top=26, right=10, bottom=40)
    scale = w.scale(whole)
    heights = whole.to_numpy(float)
    axes.set(xlim=(-0.6, len(whole) - 0.4), ylim=(0, float(np.nanmax(heights)) * 1.1))
    svg.bars(axes, list(enumerate(heights.tolist())), color=ACCENT_LIGHT, linewidth=0)
    grid(axes, w, scale.size)
    size.text(0, 12, scale.unit)
    period_labels(axes, whole.index, every, w, wide)
    return size


def _sizing(result: Sizing, w: Words, wide: bool) -> Canvas:
    methods = list(result.table.index.unique("method"))
    row, head, foot = (70, 22, 24) if wide else (92, 22, 24)
    size = svg.canvas(WIDE if wide else NARROW, head + row * len(methods) + foot)
    axes = size.axes(left=190 if wide else 6, top=head, right=130 if wide else 6, bottom=foot)
    known = result.table[["amount", "lo_80", "hi_80"]].to_numpy(float).ravel()
    own = float(result.known.own.sum()) if result.known.own is not None else float("nan")
    known = np.append(known[np.isfinite(known) & (known > 0)], own if own > 0 else [])
    span = (np.log10(known.min()) - 0.12, np.log10(known.max()) + 0.12)
    axes.set(xlim=span, ylim=(row * len(methods), 0))
    _decades(axes, w, span)
    if own > 0:
        for n in range(len(methods)):
            ends = (n * row + (4 if wide else 24), (n + 1) * row - 4)
            axes.plot([np.log10(own)] * 2, ends, color=INK, linewidth=1, linestyle=(0, (4, 3)))
        _over(axes, np.log10(own), w.phrase("market.sizing.sold_now", {"own": own}))
    for n, method in enumerate(methods):
        where = head + n * row + (row / 2 + 4 if wide else 16)
        size.text(0, where, svg.fitted(w.phrase(f"market.method.{method}"), 180 if wide else NARROW), color=INK)
        _sizes(size, axes, result.table.loc[method], n * row + (6 if wide else 24), w, wide)
        if n:
            axes.axhline(n * row, color=LINE, linewidth=1)
    return size


def _decades(axes: "Axes", w: Words, span: tuple[float, float]) -> None:
    """Lines at 1, 3, 10, … with their amounts."""
    marks = [d + add for d in range(int(span[0]) - 1, int(span[1]) + 2) for add in (0.0, np.log10(3))]
    inside = [m for m in marks if span[0] + 0.05 < m < span[1] - 0.05]
    for at in inside if len(inside) < 6 else [m for m in inside if m == int(m)]:
        axes.axvline(at, color=LINE, linewidth=1, zorder=0)
        under(axes, at, _ROUND.sub("", w.money(round(10**at, -int(at)))), 16)


def _over(axes: "Axes", x: float, said: str) -> None:
    low, high = axes.get_xlim()
    place = "left" if x < low + 0.5 * (high - low) else "right"
    axes.annotate(said, (x, 1), (-4 if place == "left" else 4, 6), xycoords=("data", "axes fraction"), ha=place,
                  textcoords="offset points", va="baseline", fontsize=11, color=INK, annotation_clip=False)  # fmt: skip


def _sizes(size: Canvas, axes: "Axes", rows: pd.DataFrame, top: float, w: Words, wide: bool) -> None:
    """A dot with its range for each size, and its words at the end of the row."""
    at = dict(zip(rows.index, rows[["lo_80", "amount", "hi_80"]].to_numpy(float).tolist(), strict=True))
    told = [(name, values) for name in SIZES if not missing((values := at[name])[1])]
    for n, (name, values) in enumerate(told):
        middle = top + 20 * (n + 0.5)
        lo, amount, hi = (float(np.log10(v)) for v in values)
        interval(axes, lo, hi, middle, _COLOURS[name])
        axes.plot([amount], [middle], marker="o", markersize=7, color=INK if name == "som" else MUTED, clip_on=False)
        said = f"{name.upper()} {w.money(values[1])}"
        if wide:
            size.text(size.width, 22 + middle + 4, said, ha="right", color=INK)
        else:
            _beside_range(axes, (lo, hi), middle, said)


def _beside_range(axes: "Axes", span: tuple[float, float], y: float, said: str) -> None:
    """Words to the right of a range, or to its left where there is no room."""
    low, high = axes.get_xlim()
    right = (span[1] - low) / (high - low) < 0.6
    axes.annotate(said, (span[1] if right else span[0], y), (6 if right else -6, -4), textcoords="offset points",
                  ha="left" if right else "right", va="baseline", fontsize=11, color=INK)  # fmt: skip


def _shares(years: pd.DataFrame, every: str, w: Words, wide: bool) -> Canvas:
    """A line a segment, the whole in the accent, with name and last value at its end."""
    from matplotlib.ticker import MaxNLocator

    size = svg.canvas(WIDE, 260) if wide else svg.canvas(NARROW, 280)
    axes = size.axes(left=46, top=14, right=150 if wide else 104, bottom=40)
    top = float(np.nanmax(years.to_numpy(float)))
    axes.set(xlim=(-0.3, len(years) - 0.7), ylim=(0, top * 1.12))
    for at in MaxNLocator(nbins=4, steps=[1, 2, 5, 10]).tick_values(0, top):
        if at <= top * 1.12:
            axes.axhline(at, color=GREY if at == 0 else LINE, linewidth=1, zorder=0)
            left_of(axes, at, w.percent_fine(float(at)))
    lasts = _apart(years.iloc[-1].sort_values(ascending=False), top * (0.08 if wide else 0.075))
    for name in years.columns:
        whole = name == WHOLE
        axes.plot(range(len(years)), years[name], color=ACCENT if whole else MUTED, linewidth=2.6 if whole else 1.4)
        axes.plot([len(years) - 1], [years[name].iloc[-1]], marker="o", markersize=4, color=ACCENT if whole else MUTED)
        said = f"{w.percent_fine(float(years[name].iloc[-1]))} {svg.fitted(_segment(name, w), 100 if wide else 60, 11)}"
        axes.annotate(said, (len(years) - 1, lasts[name]), (8, -4), textcoords="offset points", ha="left", fontsize=11,
                      va="baseline", color=ACCENT if whole else INK, annotation_clip=False)  # fmt: skip
    period_labels(axes, years.index, every, w, wide)
    return size


def _apart(values: pd.Series, least: float) -> dict[str, float]:
    """Places of labels, from the highest value down, none nearer to the next than `least`."""
    places: dict[str, float] = {}
    for name, value in values.items():
        places[str(name)] = min([float(value), *(p - least for p in places.values())])
    return places


def _ranges(rows: Sequence[_Row], wide: bool, *, from_zero: bool = False, unit: str = "") -> Canvas:
    row, head = 30 if wide else 44, 20 if unit else 0
    size = svg.canvas(WIDE if wide else NARROW, head + row * len(rows) + 10)
    left = min(max(svg.text_width(r.name) for r in rows), 170) + 14 if wide else 2
    axes = size.axes(left=left, top=head + 4, right=90 if wide else 8, bottom=6)
    known = [v for r in rows for v in (r.value, r.lo, r.hi, r.before) if not missing(v)]
    axes.set(xlim=(0, (max(known) or 1.0) * 1.03), ylim=(row * len(rows), 0))
    axes.axvline(0, color=GREY, linewidth=1)
    for n, one in enumerate(rows):
        middle = n * row + (row / 2 if wide else row * 0.68)
        (_bar if from_zero else _dot)(axes, one, middle)
        baseline = head + 4 + (middle + 4 if wide else n * row + 14)
        size.text(0 if wide else 8, baseline, svg.fitted(one.name, 170 if wide else 210), color=INK)
        size.text(size.width, baseline, one.said, ha="right", color=INK)
    if unit:
        size.text(size.width, 12, unit, ha="right")
    return size


def _dot(axes: "Axes", row: _Row, middle: float) -> None:
    interval(axes, row.lo, row.hi, middle)
    if not missing(row.before):
        axes.plot([row.before] * 2, [middle - 9, middle + 9], color=INK, linewidth=2, solid_capstyle="butt")
    axes.plot([row.value], [middle], marker="o", markersize=8, color=ACCENT, clip_on=False)


def _bar(axes: "Axes", row: _Row, middle: float) -> None:
    axes.barh(middle, row.value, height=15, color=ACCENT_LIGHT, linewidth=0)
    axes.plot([row.lo, row.hi], [middle, middle], color=INK, linewidth=1.4)


def _launch(path: pd.DataFrame, w: Words, wide: bool) -> Canvas:
    size = svg.canvas(WIDE, 240) if wide else svg.canvas(NARROW, 220)
    axes = size.axes(left=46, top=14, right=10, bottom=40)
    places = np.arange(len(path))
    axes.set(xlim=(-0.6, len(path) - 0.4), ylim=(0, float(max(path["hi_80"].max(), path["units"].max())) * 1.08))
    axes.fill_between(places, path["lo_80"], path["hi_80"], color=ACCENT_LIGHT, alpha=0.45, linewidth=0)
    axes.plot(places, path["mean"], color=ACCENT, linewidth=2)
    axes.plot(places, path["units"], color=INK, linewidth=0, marker="o", markersize=4)
    grid(axes, w, 1.0)
    period_labels(axes, path.index, "month", w, wide)
    return size


def _watch(result: Watch, w: Words, wide: bool) -> Canvas:
    sales = result.sales if wide else result.sales.tail(24)
    size = svg.canvas(WIDE, 260) if wide else svg.canvas(NARROW, 230)
    axes = size.axes(left=46, top=30, right=10, bottom=40)
    scale = w.scale(sales)
    axes.set(xlim=(-0.6, len(sales) - 0.4), ylim=(0, float(sales.max()) * 1.15))
    axes.plot(range(len(sales)), sales, color=ACCENT, linewidth=2, solid_capstyle="round")
    grid(axes, w, scale.size)
    size.text(0, 12, scale.unit)
    period_labels(axes, sales.index, "month", w, wide)
    _moves(axes, result.table, sales)
    return size


def _moves(axes: "Axes", table: pd.DataFrame, sales: pd.Series) -> None:
    top = axes.get_ylim()[1]
    for ours, colour, rows in ((True, GREY, table[table["who"].isna()]), (False, INK, table[table["who"].notna()])):
        for day in rows["date"]:
            at = int(sales.index.searchsorted(day, side="right")) - 1
            if 0 <= at < len(sales) and (day - sales.index[at]).days < 31:
                axes.axvline(at, color=LINE if ours else MUTED, linewidth=1, zorder=0)
                axes.plot([at], [top * 0.97], marker="v", markersize=7, color=colour, clip_on=False)
