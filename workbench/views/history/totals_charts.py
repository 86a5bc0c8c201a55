"""The figure of sales by period: bars, the mean of a year, festival months, the day of the report."""

from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench.analytics.keys import direction
from workbench.analytics.results import Totals
from workbench.periods import spring_festival
from workbench.views import svg
from workbench.views.drawing import (
    NARROW,
    WIDE,
    Picture,
    beside,
    both,
    grid,
    period_labels,
    roomy,
)
from workbench.views.svg import ACCENT, ACCENT_LIGHT, INK, MUTED, PAPER, Canvas
from workbench.views.words import Words, missing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_BARS = 60
_FESTIVAL_COUNTRIES = ("CN", "TW", "HK", "MO", "SG")


def totals(result: Totals, w: Words, label: str, as_of: pd.Timestamp) -> Picture:
    """Bars by period, lighter where not whole, with the mean of a year and the festival months marked."""
    fits = roomy(w, result.table["amount"])
    return both(lambda wide: _totals(result, fits, as_of, wide), label, _totals_reading(result, w))


def _totals(result: Totals, w: Words, as_of: pd.Timestamp, wide: bool) -> Canvas:
    table = result.table.tail(_MOST_BARS)
    scale = w.scale(table["amount"])
    size = svg.canvas(WIDE, 320) if wide else svg.canvas(NARROW, 260)
    right = 74 if wide and _mean(result) is not None else 14
    axes = size.axes(left=46, top=34, right=right, bottom=40)
    _bars(axes, table)
    low, high = min(0.0, float(table["amount"].min())), max(float(table["amount"].max()), 0.0) or 1.0
    axes.set(xlim=(-0.6, len(table) - 0.4), ylim=(low * 1.08, high * 1.12))
    grid(axes, w, scale.size)
    size.text(0, 12, scale.unit)
    _mean_line(axes, result, w, wide)
    _year_before(axes, result, table)
    period_labels(axes, table.index, result.every, w, wide)
    _festivals(axes, table, result, w)
    _as_of(size, axes, table.index, result.every, as_of, w, right)
    _label_bars(axes, table, w, wide)
    return size


def _bars(axes: "Axes", table: pd.DataFrame) -> None:
    whole, amounts = table["whole"].astype(bool).tolist(), table["amount"].astype(float).tolist()
    svg.bars(axes, [(at, amount) for at, amount in enumerate(amounts) if whole[at]], color=ACCENT_LIGHT, linewidth=0)
    partial = [(at, amount) for at, amount in enumerate(amounts) if not whole[at]]
    svg.bars(axes, partial, facecolor="none", edgecolor=ACCENT, linewidth=1, linestyle=(0, (2, 2)))


def _mean(result: Totals) -> pd.Series | None:
    """Mean of the last year's whole periods, NaN where one of them is not whole; None where there is no full year."""
    n = _per_mean(result.every)
    if n == 0:
        return None
    mean = result.table["amount"].where(result.table["whole"].astype(bool)).rolling(n).mean()
    return mean if mean.notna().sum() > 1 else None


def level(result: Totals) -> dict[str, Any] | None:
    """Where the line of means ends, against a year before; None where the line is not that long."""
    mean, n = _mean(result), _per_mean(result.every)
    known = mean.loc[: mean.last_valid_index()].tolist() if mean is not None else []
    if len(known) <= n or missing(known[-1 - n]) or known[-1 - n] <= 0:
        return None
    rate = known[-1] / known[-1 - n] - 1
    return {"level": known[-1], "rate": rate, "direction": direction(rate), "n": n, "every": result.every}


def _per_mean(every: str) -> int:
    return {"month": 12, "quarter": 4, "week": 52}.get(every, 0)


def _mean_line(axes: "Axes", result: Totals, w: Words, wide: bool) -> None:
    mean = _mean(result)
    if mean is None:
        return
    shown = mean.tail(_MOST_BARS)
    axes.plot(range(len(shown)), shown, color=ACCENT, linewidth=2.2, path_effects=svg.halo(4.6))
    last = shown.last_valid_index()
    if wide and last is not None:
        words = w.phrase("sections.totals.mean", {"n": _per_mean(result.every), "every": result.every})
        beside(axes, len(shown) - 0.3, float(shown[last]), words, ACCENT, 72)


def _year_before(axes: "Axes", result: Totals, table: pd.DataFrame) -> None:
    """A grey mark at the height of the year before, while bars are few enough to hold one."""
    if not _year_before_fits(table):
        return
    before = [
        (at, amount) for at, amount in enumerate(table["amount"] / (1 + table["yoy"])) if not missing(float(amount))
    ]
    xs = [x for at, _ in before for x in (at - 0.37, at + 0.37, float("nan"))]
    axes.plot(xs, [y for _, amount in before for y in (amount, amount, float("nan"))], color=INK, linewidth=1.6,
              solid_capstyle="butt", path_effects=svg.halo(3.2))  # fmt: skip


def _year_before_fits(table: pd.DataFrame) -> bool:
    return "yoy" in table and len(table) <= 26 and bool(table["yoy"].notna().any())


def _festivals(axes: "Axes", table: pd.DataFrame, result: Totals, w: Words) -> None:
    """A mark on the month in which Spring Festival falls, for companies in a country that keeps it."""
    places = _festival_places(table, result.every, w)
    tops = [max(float(table["amount"].iloc[at]), 0.0) for at in places]
    axes.plot(places, tops, marker="D", markersize=6, color=INK, linestyle="none", clip_on=False, markeredgewidth=1,
              markeredgecolor=PAPER)  # fmt: skip


def _festival_places(table: pd.DataFrame, every: str, w: Words) -> list[int]:
    if every != "month" or w.calendar.settings.country not in _FESTIVAL_COUNTRIES:
        return []
    days = pd.Series([spring_festival(year) for year in range(table.index[0].year, table.index[-1].year + 1)])
    starts = set(w.calendar.start(days, "month"))
    return [
        at for at, start in enumerate(table.index) if start in starts and not missing(float(table["amount"].iloc[at]))
    ]


def _as_of(
    size: Canvas, axes: "Axes", index: pd.Index, every: str, as_of: pd.Timestamp, w: Words, right: float
) -> None:
    if len(index) == 0 or every == "day":
        return
    over = w.calendar.elapsed(as_of, every) if as_of < w.calendar.next(index[-1], every) else 1.0  # type: ignore[arg-type]
    at = min(len(index) - 1.5 + over, len(index) - 0.44)
    axes.axvline(at, color=MUTED, linewidth=1, linestyle=(0, (3, 2)), ymax=1.03, clip_on=False)
    size.text(size.width - right, 12, w.phrase("sections.totals.as_of", {"day": as_of}), ha="right", fontsize=11)


def _label_bars(axes: "Axes", table: pd.DataFrame, w: Words, wide: bool) -> None:
    """The amount on the last whole bar and on the highest, unless they are neighbours."""
    amounts, scale = table["amount"].tolist(), w.scale(table["amount"])
    whole = [at for at, (amount, is_whole) in enumerate(zip(amounts, table["whole"], strict=True))
             if is_whole and not missing(amount)]  # fmt: skip
    if not whole:
        return
    last, high = whole[-1], max(whole, key=lambda at: float(amounts[at]))
    near = abs(high - last) * (WIDE if wide else NARROW) / len(table) < 60
    for at in {high} if near else {high, last}:
        at_the_edge = at > len(table) * 0.93 and len(table) > 14
        axes.annotate(w.scaled_short(amounts[at], scale), (at, max(amounts[at], 0)), (0, 4), textcoords="offset points",
                      fontsize=11, ha="right" if at_the_edge else "center", va="baseline", color=INK,
                      fontweight="bold")  # fmt: skip


def _totals_reading(result: Totals, w: Words) -> str:
    """What the marks mean, only of those that are there."""
    table = result.table.tail(_MOST_BARS)
    values = {"n": _per_mean(result.every), "every": result.every}
    marks = {"line": _mean(result) is not None, "partial": not table["whole"].all(), "before": _year_before_fits(table),
             "festival": bool(_festival_places(table, result.every, w))}  # fmt: skip
    said = [w.phrase(f"sections.totals.reading_{mark}", values) for mark, there in marks.items() if there]
    return (" " if w.lang == "en" else "").join(said)
