"""Pictures of the market's results. They compute nothing but positions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from workbench.analytics.market import Launches, MarketSeries, Potential, Share, Sizing, Watch
from workbench.analytics.market.share import WHOLE
from workbench.analytics.market.sizing import SIZES
from workbench.views import svg
from workbench.views.drawing import NARROW, WIDE, Picture, both, grid, period_labels, roomy
from workbench.views.svg import ACCENT, ACCENT_LIGHT, GREY, GREY_LIGHT, INK, LINE, MUTED, Canvas
from workbench.views.words import Words, missing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_ROWS = 12
_MOST_BARS = 48
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
    """Each segment's share with its range, and that of the year before."""
    rows = [
        _Row(w.phrase("market.whole") if at == WHOLE else w.node(at), *values, w.percent(values[0]))
        for at, *values in zip(result.years.index, *_lists(result.years, ("share", "lo_80", "hi_80", "share_before")))
    ]
    return both(lambda wide: _ranges(rows, wide), label, w.phrase("market.share.reading"))


def potential(result: Potential, w: Words, label: str) -> Picture:
    """Headroom of each part with its range, the most first."""
    shown = result.table.head(_MOST_ROWS)
    scale = roomy(w, shown["hi_80"]).scale(shown["hi_80"])
    rows = [
        _Row(w.node(at), *values, float("nan"), f"{w.scaled(values[0], scale)} {scale.unit}")
        for at, *values in zip(shown.index, *_lists(shown, ("headroom", "lo_80", "hi_80")))
    ]
    return both(lambda wide: _ranges(rows, wide, from_zero=True), label, w.phrase("market.potential.reading"))


def launch(result: Launches, product: str, w: Words, label: str) -> Picture:
    """Units by month and the model's path, of one product."""
    reading = w.phrase("market.launches.reading", {"product": product})
    return both(lambda wide: _launch(result.paths[product], w, wide), label, reading)


def watch(result: Watch, w: Words, label: str) -> Picture:
    """Own sales with a mark at each move."""
    fits = roomy(w, result.sales)
    return both(lambda wide: _watch(result, fits, wide), label, w.phrase("market.watch.reading"))


def _lists(frame: pd.DataFrame, columns: Sequence[str]) -> list[list[float]]:
    return [frame[c].astype(float).tolist() for c in columns]


def _series(whole: pd.Series, every: str, w: Words, wide: bool) -> Canvas:
    size = svg.canvas(WIDE, 240) if wide else svg.canvas(NARROW, 220)
    axes = size.axes(left=46, top=26, right=10, bottom=40)
    scale = w.scale(whole)
    axes.set(xlim=(-0.6, len(whole) - 0.4), ylim=(0, float(whole.max()) * 1.1))
    svg.bars(axes, list(enumerate(whole.astype(float).tolist())), color=ACCENT_LIGHT, linewidth=0)
    grid(axes, w, scale.size)
    size.text(0, 12, scale.unit)
    period_labels(axes, whole.index, every, w, wide)
    return size


def _sizing(result: Sizing, w: Words, wide: bool) -> Canvas:
    methods = list(result.table.index.unique("method"))
    row, head = (64, 8) if wide else (92, 4)
    size = svg.canvas(WIDE if wide else NARROW, head + row * len(methods) + 6)
    left = 190 if wide else 4
    axes = size.axes(left=left, top=head, right=110 if wide else 8, bottom=6)
    known = result.table[["amount", "lo_80", "hi_80"]].to_numpy(float)
    known = known[np.isfinite(known) & (known > 0)]
    axes.set(xlim=(np.log10(known.min()) - 0.15, np.log10(known.max()) + 0.15), ylim=(row * len(methods), 0))
    for n, method in enumerate(methods):
        top = n * row + (0 if wide else 20)
        where = head + n * row + (row / 2 if wide else 14)
        size.text(0, where, svg.fitted(w.phrase(f"market.method.{method}"), 180 if wide else NARROW), color=INK)
        _sizes(size, axes, result.table.loc[method], top, head, w, wide)
    return size


def _sizes(size: Canvas, axes: "Axes", rows: pd.DataFrame, top: float, head: float, w: Words, wide: bool) -> None:
    """A bar a size, from the left edge, with its range and its words."""
    start = axes.get_xlim()[0]
    told = [(name, rows.loc[name]) for name in SIZES if not missing(float(rows.loc[name, "amount"]))]
    step = (60 if wide else 68) / 3
    for at, (name, values) in enumerate(told):
        middle = top + step * (at + 0.5) + (2 if wide else 0)
        lo, amount, hi = (float(np.log10(values[c])) for c in ("lo_80", "amount", "hi_80"))
        axes.barh(middle, amount - start, left=start, height=13, color=_COLOURS[name], linewidth=0)
        axes.plot([lo, hi], [middle, middle], color=INK, linewidth=1.4)
        said = f"{name.upper()} {w.money(float(values['amount']))}"
        size.text(size.width, head + middle + 4, said, ha="right", color=INK, fontsize=11 if wide else 10)


def _ranges(rows: Sequence[_Row], wide: bool, *, from_zero: bool = False) -> Canvas:
    row = 30 if wide else 44
    size = svg.canvas(WIDE if wide else NARROW, row * len(rows) + 10)
    left = min(max(svg.text_width(r.name) for r in rows), 170) + 14 if wide else 8
    axes = size.axes(left=left, top=4, right=90 if wide else 8, bottom=6)
    known = [v for r in rows for v in (r.value, r.lo, r.hi, r.before) if not missing(v)]
    axes.set(xlim=(0, (max(known) or 1.0) * 1.03), ylim=(row * len(rows), 0))
    axes.axvline(0, color=GREY, linewidth=1)
    for n, one in enumerate(rows):
        middle = n * row + (row / 2 if wide else row * 0.68)
        (_bar if from_zero else _dot)(axes, one, middle)
        baseline = 4 + (middle + 4 if wide else n * row + 14)
        size.text(0 if wide else 4, baseline, svg.fitted(one.name, 170 if wide else 210), color=INK)
        size.text(size.width, baseline, one.said, ha="right", color=INK)
    return size


def _dot(axes: "Axes", row: _Row, middle: float) -> None:
    axes.plot([row.lo, row.hi], [middle, middle], color=ACCENT_LIGHT, linewidth=7, solid_capstyle="butt")
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
