"""Pictures of what customers do. Each function draws what a result holds and computes nothing but positions."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from workbench.analytics.customers import Churn, Cohorts, LifetimeValue, NewAndRepeat, Rfm
from workbench.analytics.customers.leaving import WEEKS_A_MONTH
from workbench.views import svg
from workbench.views.drawing import NARROW, WIDE, Picture, both, grid, left_of, period_labels, under
from workbench.views.svg import ACCENT, ACCENT_LIGHT, GREY, INK, LINE, MUTED, Canvas
from workbench.views.words import Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_PERIODS = 24
_SHARES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


def rfm(result: Rfm, w: Words, label: str) -> Picture:
    """For each class its share of the customers and of the amount."""
    return both(lambda wide: _rfm(result, w, wide), label, w.phrase("sections.rfm.reading"))


def cohorts(result: Cohorts, w: Words, label: str) -> Picture:
    """The share that buys again, by periods since the first purchase, with its interval."""
    curve = result.curve[(result.curve.index > 0) & (result.curve["customers"] >= 10)]
    every = {"every": result.every}
    ticks = [(float(age), str(age)) for age in curve.index]
    names = (w.phrase("sections.cohorts.axis", every), w.phrase("sections.cohorts.reading"))
    return both(lambda wide: _share_curve(curve, ticks, "retention", names[0], w, wide), label, names[1])


def churn(result: Churn, w: Words, label: str) -> Picture:
    """The share of customers still there, by months since the first purchase, with its interval."""
    curve = result.curve[result.curve["at_risk"] >= 10]
    curve = curve.set_axis(curve.index / WEEKS_A_MONTH)
    every = 6 if len(curve) == 0 or curve.index[-1] <= 36 else 12
    last = int(curve.index[-1]) if len(curve) else 0
    ticks = [(float(month), str(month)) for month in range(0, last + 1, every)]
    names = (w.phrase("sections.churn.axis"), w.phrase("sections.churn.reading"))
    return both(lambda wide: _share_curve(curve, ticks, "still", names[0], w, wide, step=True), label, names[1])


def lifetime_value(result: LifetimeValue, w: Words, label: str) -> Picture:
    """What each tenth of the customers will bring, the most valuable first."""
    return both(lambda wide: _tenths(result, w, wide), label)


def new_and_repeat(result: NewAndRepeat, w: Words, label: str) -> Picture:
    """Sales of repeat customers by period, those of new ones on top."""
    return both(lambda wide: _stacked(result, w, wide), label, w.phrase("sections.new_and_repeat.reading"))


def _rfm(result: Rfm, w: Words, wide: bool) -> Canvas:
    table = result.table
    of = table["customers"] / table["customers"].sum()
    names = [w.phrase(f"sections.rfm.class.{name}") for name in table.index]
    row, left, right = (46, 150, 60) if wide else (62, 4, 56)
    size = svg.canvas(WIDE if wide else NARROW, row * len(table) + 8)
    axes = size.axes(left=left, top=4, right=right, bottom=4)
    high = max(float(of.max()), float(table["share"].max(skipna=True)), 0.01)
    axes.set(xlim=(min(0.0, float(table["share"].min())), high), ylim=(row * len(table), 0))
    plot = size.width - left - right
    for n, (name, customers, amount) in enumerate(zip(names, of, table["share"].fillna(0.0), strict=True)):
        middle = (n + 0.5) * row + (0 if wide else 8)
        for value, at, colour, ink in ((customers, middle - 8, GREY, MUTED), (amount, middle + 8, ACCENT, INK)):
            axes.barh(at, value, height=13, color=colour, linewidth=0)
            size.text(left + max(value, 0.0) / high * plot + 6, at + 8, w.percent(value), color=ink, fontsize=11)
        top = middle + 8 if wide else middle - 16
        size.text(0 if wide else 4, top, svg.fitted(name, left - 10 if wide else plot), color=INK)
    axes.axvline(0, color=GREY, linewidth=1)
    return size


def _share_curve(
    curve: pd.DataFrame,
    ticks: Sequence[tuple[float, str]],
    column: str,
    axis: str,
    w: Words,
    wide: bool,
    *,
    step: bool = False,
) -> Canvas:
    """A share between 0 and 1 with its interval; the last value is written at the end."""
    size = svg.canvas(WIDE, 300) if wide else svg.canvas(NARROW, 250)
    axes = size.axes(left=44, top=14, right=58, bottom=44)
    at = curve.index.to_numpy(float)
    axes.set(xlim=(min(at.min(), ticks[0][0]) if len(ticks) else at.min(), at.max() or 1.0), ylim=(0, 1.02))
    for level in _SHARES:
        axes.axhline(level, color=LINE if level else GREY, linewidth=1, zorder=0)
        left_of(axes, level, w.percent(level, 0))
    axes.fill_between(
        at,
        curve["lo"].to_numpy(float),
        curve["hi"].to_numpy(float),
        color=ACCENT_LIGHT,
        alpha=0.45,
        linewidth=0,
        step="post" if step else None,
    )
    axes.plot(
        at, curve[column].to_numpy(float), color=ACCENT, linewidth=2.4, drawstyle="steps-post" if step else "default"
    )
    last = float(curve[column].iloc[-1])
    axes.annotate(
        w.percent(last, 0),
        (at[-1], last),
        (6, -4),
        textcoords="offset points",
        fontsize=12,
        color=INK,
        fontweight="bold",
        va="baseline",
        annotation_clip=False,
    )
    _tick_labels(axes, ticks, size.width - 102)
    size.text(44, size.height - 6, svg.fitted(axis, size.width - 50))
    return size


def _tick_labels(axes: "Axes", ticks: Sequence[tuple[float, str]], plot: float) -> None:
    room = plot / max(len(ticks), 1)
    every = max(1, -int(-24 // room))
    for n, (x, said) in enumerate(ticks):
        if n % every == 0:
            under(axes, x, said, 14)


def _tenths(result: LifetimeValue, w: Words, wide: bool) -> Canvas:
    table = result.table
    scale = w.scale(table["expected_value"])
    size = svg.canvas(WIDE, 280) if wide else svg.canvas(NARROW, 240)
    axes = size.axes(left=46, top=34, right=10, bottom=44)
    axes.set(xlim=(-0.6, len(table) - 0.4), ylim=(0, float(table["expected_value"].max()) * 1.14 or 1.0))
    grid(axes, w, scale.size)
    size.text(0, 12, scale.unit)
    axes.bar(range(len(table)), table["expected_value"], width=0.74, color=ACCENT, linewidth=0)
    for n, (tenth, row) in enumerate(table.iterrows()):
        under(axes, n, str(tenth), 14)
        if n == 0 or (wide and n < 5):
            axes.annotate(
                w.percent(row["share"], 0),
                (n, row["expected_value"]),
                (0, 4),
                textcoords="offset points",
                fontsize=11,
                ha="center",
                va="baseline",
                color=INK,
                fontweight="bold" if n == 0 else "normal",
            )
    size.text(46, size.height - 6, svg.fitted(w.phrase("sections.lifetime_value.axis"), size.width - 52))
    return size


def _stacked(result: NewAndRepeat, w: Words, wide: bool) -> Canvas:
    table = result.table.tail(_MOST_PERIODS)
    new, again = table["amount_new"].clip(lower=0), table["amount_repeat"].clip(lower=0)
    scale = w.scale(new + again)
    size = svg.canvas(WIDE, 290) if wide else svg.canvas(NARROW, 250)
    axes = size.axes(left=46, top=34, right=10, bottom=40)
    axes.set(xlim=(-0.6, len(table) - 0.4), ylim=(0, float((new + again).max()) * 1.12 or 1.0))
    grid(axes, w, scale.size)
    size.text(0, 12, scale.unit)
    axes.bar(range(len(table)), again, width=0.74, color=ACCENT_LIGHT, linewidth=0)
    axes.bar(range(len(table)), new, bottom=again, width=0.74, color=ACCENT, linewidth=0)
    period_labels(axes, table.index, result.every, w, wide)
    return size
