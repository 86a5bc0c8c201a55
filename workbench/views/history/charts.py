"""Pictures of history. Each function draws what a result holds and computes nothing but positions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench.analytics.keys import direction
from workbench.analytics.results import Breakdown, Bridge, Concentration, Season, Totals
from workbench.periods import spring_festival
from workbench.views import svg
from workbench.views.drawing import (
    NARROW,
    WIDE,
    Picture,
    beside,
    both,
    grid,
    left_of,
    period_labels,
    roomy,
    under,
    without_collisions,
    year_starts,
)
from workbench.views.svg import ACCENT, ACCENT_LIGHT, GREY, INK, LINE, MUTED, PAPER, Canvas
from workbench.views.words import Scale, Words, missing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_BARS = 60
_MOST_ROWS = 10
_FESTIVAL_COUNTRIES = ("CN", "TW", "HK", "MO", "SG")
_STEPS = ("before", "price", "volume", "mix", "new", "lost", "other", "after")


def totals(result: Totals, w: Words, label: str, as_of: pd.Timestamp) -> Picture:
    """Bars by period, lighter where not whole, with the mean of a year and the festival months marked."""
    fits = roomy(w, result.table["amount"])
    return both(lambda wide: _totals(result, fits, as_of, wide), label, _totals_reading(result, w))


def breakdown(result: Breakdown, w: Words, label: str) -> Picture:
    """One bar a node, largest first, with the amount before as a mark; at most ten and the rest."""
    days = {"now": result.spans.now, "before": result.spans.before}
    fits = roomy(w, [*result.table["amount"], *result.table["amount_before"]])
    return both(lambda wide: _breakdown(result, fits, wide), label, w.phrase("sections.breakdown.reading", days))


def bridge(result: Bridge, w: Words, label: str) -> Picture:
    """From the sales before to the sales now, step by step."""
    fits = roomy(w, result.steps)
    return both(lambda wide: _bridge(result, fits, wide), label, w.phrase("sections.bridge.reading"))


def concentration(result: Concentration, w: Words, label: str) -> Picture:
    """How much of the sales the largest nodes make together, with the point of 80 %."""
    return both(lambda wide: _concentration(result, w, wide), label)


def season(result: Season, w: Words, label: str) -> Picture:
    """Sales and trend over time; each month of the year against the average one."""
    fits = roomy(w, result.table["amount"])
    reading = w.phrase("sections.season.reading", {"per_year": result.per_year})
    return both(lambda wide: _season(result, fits, wide), label, reading)


# -- totals -----------------------------------------------------------------------------------------------------------


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


# -- breakdown --------------------------------------------------------------------------------------------------------


def _breakdown(result: Breakdown, w: Words, wide: bool) -> Canvas:
    rows = _rows(result, w)
    scale = w.fine_scale([r.amount for r in rows] + [r.before for r in rows])
    row_height, head = (30, 24) if wide else (44, 8)
    size = svg.canvas(WIDE if wide else NARROW, head + row_height * len(rows) + 6)
    left = min(max(svg.text_width(r.name) for r in rows), 170) + 12 if wide else 4
    right = 216 if wide else 78
    axes = size.axes(left=left, top=head, right=right, bottom=6)
    low = min(0.0, *(min(r.amount, r.before) for r in rows))
    high = max(0.0, *(max(r.amount, r.before) for r in rows)) or 1.0
    axes.set(xlim=(low, high), ylim=(len(rows) * row_height, 0))
    if wide:
        for x, name in ((-136, "amount"), (-66, "share"), (0, "yoy_short")):
            title = w.phrase(f"sections.columns.{name}") + (f" {scale.unit}" if name == "amount" else "")
            size.text(size.width + x, 12, title, ha="right", fontsize=11)
    for n, row in enumerate(rows):
        top = n * row_height
        middle = top + (row_height / 2 if wide else row_height * 0.68)
        _row_bar(axes, row, middle, 15 if wide else 13)
        words = _row_words(row, w, scale)
        baseline = head + (middle + 4 if wide else top + 15)
        name = svg.fitted(row.name, 170 if wide else 200)
        size.text(0 if wide else 4, baseline, name, color=INK if row.kind == "node" else MUTED)
        if wide:
            for x, said in zip((-136, -66, 0), words, strict=True):
                size.text(size.width + x, baseline, said, ha="right", color=INK)
        else:
            size.text(size.width - 62, baseline, words[1], ha="right")
            size.text(size.width, baseline, words[2], ha="right")
            size.text(size.width, head + middle + 4, words[0], ha="right", color=INK)
    axes.axvline(0, color=GREY, linewidth=1)
    return size


@dataclass(frozen=True)
class _Row:
    name: str
    kind: str  # node, missing or rest
    amount: float
    before: float
    share: float
    yoy: float


def _rows(result: Breakdown, w: Words) -> list[_Row]:
    """The largest nodes as they stand, then all others as one row."""
    table = result.table
    shown = table if len(table) <= _MOST_ROWS + 1 else table.head(_MOST_ROWS)
    columns = (shown[c].astype(float).tolist() for c in ("amount", "amount_before", "share", "yoy"))
    rows = [_Row(w.node(name), "missing" if missing(name) else "node", _zero(now), _zero(before), share, yoy)
            for name, now, before, share, yoy in zip(shown.index, *columns, strict=True)]  # fmt: skip
    return [*rows, *_rest(table.iloc[len(shown) :], w)]


def _rest(table: pd.DataFrame, w: Words) -> list[_Row]:
    if table.empty:
        return []
    now, before = float(table["amount"].sum()), float(table["amount_before"].sum())
    yoy = now / before - 1 if before > 0 else float("nan")
    share = float(table["share"].sum(min_count=1))
    return [_Row(w.phrase("page.rest", {"n": len(table)}), "rest", now, before, share, yoy)]


def _row_bar(axes: "Axes", row: _Row, middle: float, thick: float) -> None:
    colour = ACCENT if row.kind == "node" else GREY
    axes.barh(middle, row.amount, height=thick, color=colour, linewidth=0)
    if row.before:
        mark = [middle - thick / 2 - 3, middle + thick / 2 + 3]
        axes.plot([row.before, row.before], mark, color=INK, linewidth=2, solid_capstyle="butt", clip_on=False,
                  path_effects=svg.halo(3.6))  # fmt: skip


def _row_words(row: _Row, w: Words, scale: Scale) -> tuple[str, str, str]:
    return w.scaled_short(row.amount, scale), w.format(row.share, "percent"), w.format(row.yoy, "percent_sign")


def _zero(value: float) -> float:
    return 0.0 if missing(float(value)) else float(value)


# -- bridge -----------------------------------------------------------------------------------------------------------


def _bridge(result: Bridge, w: Words, wide: bool) -> Canvas:
    steps = [
        (key, float(result.steps[key]))
        for key in _STEPS
        if key in result.steps.index and _worth_a_step(key, result.steps)
    ]
    left = 116 if wide else 104
    names = [svg.fitted(_step_name(key, result, w), left - 8) for key, _ in steps]
    row = 34 if wide else 36
    size = svg.canvas(WIDE if wide else NARROW, row * len(steps) + 8)
    axes = size.axes(left=left, top=4, right=112 if wide else 92, bottom=4)
    spans = _floating(steps)
    low, high = min(0.0, *(min(a, b) for a, b in spans)), max(0.0, *(max(a, b) for a, b in spans)) or 1.0
    axes.set(xlim=(low, high), ylim=(row * len(steps), 0))
    for n, ((key, value), (start, end), name) in enumerate(zip(steps, spans, names, strict=True)):
        middle, whole = (n + 0.5) * row, key in ("before", "after")
        if key == "before":
            axes.plot([0, 0], [middle - 9, middle + 9], color=GREY, linewidth=5, solid_capstyle="butt", clip_on=False)
        else:
            axes.barh(middle, end - start, left=start, height=18, color=_step_colour(key, value), linewidth=0)
        if n + 1 < len(steps):
            axes.plot([end, end], [middle - 9, middle + row + 9], color=MUTED, linewidth=0.8, zorder=0)
        size.text(0, 8 + middle, name, color=INK, fontweight="bold" if whole else "normal")
        said = w.money(value) if whole else w.money_sign(value)
        size.text(size.width, 8 + middle, said, ha="right", color=INK, fontweight="bold" if whole else "normal")
    axes.axvline(0, color=GREY, linewidth=1)
    return size


def _worth_a_step(key: str, steps: pd.Series) -> bool:
    """Steps that the data do not have, or in which nothing happened at all, need no row."""
    return key in ("before", "after", "price", "volume") or not (missing(float(steps[key])) or steps[key] == 0)


def _floating(steps: Sequence[tuple[str, float]]) -> list[tuple[float, float]]:
    """Where each bar starts and ends, counted from the sales before: each effect where the last one ended, and in the
    last row the whole change. Against the sales themselves the effects would be slivers."""
    spans, at = [], 0.0
    for key, value in steps:
        start = 0.0 if key == "after" else at
        at = at if key in ("before", "after") else at + _zero(value)
        spans.append((start, at))
    return spans


def _step_name(key: str, result: Bridge, w: Words) -> str:
    together = key == "volume" and "mix" not in result.steps
    return w.phrase(f"sections.bridge.step.{'volume_mix' if together else key}")


def _step_colour(key: str, value: float) -> str:
    if key in ("before", "after"):
        return GREY
    return ACCENT if value >= 0 else INK


# -- concentration ----------------------------------------------------------------------------------------------------


def _concentration(result: Concentration, w: Words, wide: bool) -> Canvas:
    size = svg.canvas(WIDE, 330) if wide else svg.canvas(NARROW, 270)
    axes = size.axes(left=44, top=26, right=14, bottom=42)
    curve = result.curve
    axes.set(xlim=(0, 1), ylim=(0, 1.02))
    for level in (0, 0.2, 0.4, 0.6, 0.8, 1):
        axes.axhline(level, color=LINE if level else GREY, linewidth=1, zorder=0)
        left_of(axes, level, w.percent(level, 0))
        if wide or level in (0, 0.4, 0.8):
            under(
                axes, level, w.percent(level, 0), 14, ha="left" if level == 0 else "right" if level == 1 else "center"
            )
    axes.fill_between(curve["share_of_nodes"], 0, curve["share_of_amount"], color=ACCENT_LIGHT, alpha=0.2, linewidth=0)
    axes.plot(curve["share_of_nodes"], curve["share_of_amount"], color=ACCENT, linewidth=2.4)
    share = result.nodes_for_80 / result.nodes if result.nodes else 0.0
    axes.plot([share, share], [0, 0.8], color=INK, linewidth=1, linestyle=(0, (2, 2)))
    axes.plot([share], [0.8], marker="o", markersize=7, color=INK)
    _point(
        axes,
        share,
        w.phrase("sections.concentration.point", {"n": result.nodes_for_80, "by": result.by, "share": share}),
        size.width - 58,
    )
    size.text(0, 12, w.phrase("sections.concentration.up"))
    axis = w.phrase("sections.concentration.axis", {"by": result.by, "n": result.nodes})
    size.text(44, size.height - 6, svg.fitted(axis[:1].upper() + axis[1:], size.width - 50))
    return size


def _point(axes: "Axes", share: float, said: str, plot: float) -> None:
    """The label of the 80 % point: beside it where there is room, in two lines if need be, else up and to the left."""
    room, (head, _, tail) = (1 - share) * plot - 16, said.partition("\n")
    whole, halves = svg.text_width(f"{head} {tail}"), max(svg.text_width(head), svg.text_width(tail))
    lines = [f"{head} {tail}"] if whole < room or halves > room else [head, tail]
    beside = max(map(svg.text_width, lines)) < room
    for n, line in enumerate(lines):
        offset, side = ((10, -20 - 16 * n), "left") if beside else ((-8, 8), "right")
        axes.annotate(
            line,
            (share, 0.8),
            offset,
            textcoords="offset points",
            va="baseline",
            ha=side,
            fontsize=12,
            color=INK,
            fontweight="bold",
            annotation_clip=False,
        )


# -- season -----------------------------------------------------------------------------------------------------------


def _season(result: Season, w: Words, wide: bool) -> Canvas:
    size = svg.canvas(WIDE, 290) if wide else svg.canvas(NARROW, 480)
    trend = size.axes(left=46, top=30, right=WIDE - 384, bottom=36) if wide else size.axes(46, 30, 10, 284)
    profile = size.axes(left=440, top=44, right=8, bottom=36) if wide else size.axes(46, 284, 10, 36)
    title = w.phrase("sections.season.of_year", {"per_year": result.per_year})
    size.text(400 if wide else 0, 12 if wide else 264, svg.fitted(title, 316 if wide else NARROW))
    _trend(size, trend, result, w, wide)
    _profile(profile, result, w, wide)
    return size


def _trend(size: Canvas, axes: "Axes", result: Season, w: Words, wide: bool) -> None:
    table = result.table.tail(_MOST_BARS * 2)
    scale = w.scale(table["amount"])
    axes.plot(range(len(table)), table["amount"], color=GREY, linewidth=1.3)
    axes.plot(range(len(table)), table["trend"], color=ACCENT, linewidth=2.6)
    low, high = min(0.0, float(table["amount"].min())), float(table[["amount", "trend"]].max().max())
    axes.set(xlim=(-0.5, len(table) - 0.5), ylim=(low * 1.08, high * 1.1 or 1.0))
    grid(axes, w, scale.size)
    size.text(0, 12, w.phrase("sections.season.over_time", {"unit": scale.unit}))
    room = (338 if wide else 284) / max(len(table), 1)
    names = {at: w.period(table.index[at], "year") for at in year_starts(table.index, w)}
    for at in without_collisions(names, room):
        if at * room + svg.text_width(names[at], 11) < (352 if wide else 294):
            under(axes, at, names[at], 14, ha="left")


def _profile(axes: "Axes", result: Season, w: Words, wide: bool) -> None:
    numbers = [int(n) for n in result.profile.index]
    index, lo, hi = (result.profile[c].astype(float).tolist() for c in ("index", "lo", "hi"))
    known = [v for v in (*index, *lo, *hi) if not missing(v)]
    pad = max((max(known) - min(known)) * 0.12, 0.02)
    axes.set(xlim=(0.4, len(index) + 0.6), ylim=(min(known) - pad, max(known) + pad))
    axes.axhline(1, color=GREY, linewidth=1, zorder=0)
    places = range(1, len(index) + 1)
    axes.vlines(places, lo, hi, color=ACCENT_LIGHT, linewidth=5)
    axes.plot(places, index, marker="o", markersize=8, color=INK, markeredgewidth=1.4, markeredgecolor=PAPER,
              linestyle="none")  # fmt: skip
    if result.per_year <= 12:
        for at, number in zip(places, numbers, strict=True):
            under(axes, at, _season_mark(number, result.per_year, w), 14)
    left_of(axes, 1.0, w.phrase("sections.season.average") if wide else "100%")
    for at, ends, drop in ((index.index(max(index)), hi, 9), (index.index(min(index)), lo, -15)):
        edge = index[at] if missing(ends[at]) else ends[at]
        axes.annotate(w.percent(index[at], 0), (at + 1, edge), (0, drop), textcoords="offset points", ha="center",
                      va="baseline", fontsize=12, color=INK, fontweight="bold", annotation_clip=False)  # fmt: skip


def _season_mark(number: int, per_year: int, w: Words) -> str:
    if per_year == 12:
        return str((w.calendar.settings.fiscal_year_starts + number - 2) % 12 + 1)
    return f"Q{number}" if per_year == 4 else str(number)
