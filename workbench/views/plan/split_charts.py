"""Pictures of a split target: by node, by month, and what the rules move."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.analytics.plan.parts.split_result import SplitLevel, SplitMonths, SplitRules
from workbench.views import drawing, svg
from workbench.views.drawing import NARROW, WIDE, Picture, both
from workbench.views.svg import ACCENT, ACCENT_LIGHT, GREY, INK, MUTED, PAPER, Canvas
from workbench.views.words import Scale, Words, missing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_ROWS = 14
_NAME = 170  # pixels for a name beside its bar


def level(result: SplitLevel, w: Words, label: str) -> Picture:
    """One bar a node, with the year before, what is expected and the chance."""
    shown = {c: bool(result.table[c].notna().any()) for c in ("before", "expected")} | {"means": result.means}
    return both(lambda wide: _level(result, w, wide), label, w.phrase("plan.split.level.reading", shown))


def months(result: SplitMonths, w: Words, label: str) -> Picture:
    """One bar a month, with the year before and what is expected; the festival's month is marked."""
    table = result.table
    shown = {c: bool(table[c].notna().any()) for c in ("before", "expected")}
    shown |= {"festival": bool(table["festival"].any()), "means": result.means}
    reading = w.phrase("plan.split.month_section.reading", shown)
    return both(lambda wide: _months(result, w, wide), label, reading)


def rules(result: SplitRules, w: Words, label: str) -> Picture:
    """For each rule that moves money: its part without and with it."""
    return both(lambda wide: _rules(result, w, wide), label, w.phrase("plan.split.rule_section.reading"))


@dataclass(frozen=True)
class _Row:
    """One node's numbers; NaN where unknown."""

    name: str
    target: float
    before: float
    expected: float
    said: str


def _level(result: SplitLevel, w: Words, wide: bool) -> Canvas:
    table = result.table.head(_MOST_ROWS)
    columns: Any = [table[c].tolist() for c in ("target", "before", "expected", "chance")]
    rows = [
        _Row(w.node(n), t, b, e, "" if missing(c) else w.chance(c))
        for n, t, b, e, c in zip(table.index, *columns, strict=True)
    ]
    told = bool(table["chance"].notna().any())
    known = [v for row in rows for v in (row.target, row.before, row.expected) if not missing(v)]
    w = drawing.roomy(w, known)
    scale = w.scale(known)
    height, head = (30, 24) if wide else (46, 22)
    size = svg.canvas(WIDE if wide else NARROW, head + height * len(rows) + 6)
    left = min(max(svg.text_width(r.name) for r in rows), _NAME) + 14 if wide else 8
    axes = size.axes(left=left, top=head, right=150 if wide else 70, bottom=6)
    axes.set(xlim=(0, max(known) * 1.02 or 1.0), ylim=(len(rows) * height, 0))
    axes.axvline(0, color=GREY, linewidth=1)
    _heads(size, w, scale, wide, told)
    for n, row in enumerate(rows):
        top = n * height
        middle = top + (height / 2 if wide else height * 0.68)
        _bar(axes, row, middle)
        _words(size, row, (head + middle + 4, head + top + 15), w, scale, wide)
    return size


def _heads(size: Canvas, w: Words, scale: Scale, wide: bool, told: bool) -> None:
    target = f"{w.phrase('sections.columns.split_target')} {scale.unit}".strip()
    size.text(size.width - (70 if wide else 0), 12, target if wide else scale.unit, ha="right", fontsize=11)
    if wide and told:
        size.text(size.width, 12, w.phrase("plan.split.level.chance"), ha="right", fontsize=11)


def _bar(axes: "Axes", row: _Row, middle: float) -> None:
    axes.barh(middle, row.target, height=13, color=ACCENT_LIGHT, linewidth=0)
    if not missing(row.before):
        axes.plot([row.before] * 2, [middle - 10, middle + 10], color=INK, linewidth=2, solid_capstyle="butt",
                  clip_on=False)  # fmt: skip
    if not missing(row.expected):
        axes.plot([row.expected], [middle], marker="o", markersize=7, color=PAPER, markeredgecolor=ACCENT,
                  markeredgewidth=2, clip_on=False)  # fmt: skip


def _words(size: Canvas, row: _Row, lines: tuple[float, float], w: Words, scale: Scale, wide: bool) -> None:
    """The node's name, its target and its chance: on one line where there is room, else the name above."""
    on_bar, above = lines
    amount = w.scaled_short(row.target, scale)
    size.text(0 if wide else 14, on_bar if wide else above, svg.fitted(row.name, _NAME if wide else 220), color=INK)
    size.text(size.width - (70 if wide else 0), on_bar, amount, ha="right", color=INK)
    size.text(size.width, on_bar if wide else above, row.said, ha="right", color=INK if wide else MUTED)


def _months(result: SplitMonths, w: Words, wide: bool) -> Canvas:
    table = result.table
    size = svg.canvas(WIDE, 260) if wide else svg.canvas(NARROW, 230)
    axes = size.axes(left=50, top=26, right=8, bottom=40)
    known = [float(v) for c in ("target", "before", "expected") for v in table[c] if not missing(v)]
    axes.set(xlim=(-0.6, len(table) - 0.4), ylim=(0, max(known) * 1.06 or 1.0))
    w = drawing.roomy(w, known)
    scale = w.scale(known)
    drawing.grid(axes, w, scale.size)
    svg.bars(axes, [(float(at), float(v)) for at, v in enumerate(table["target"])], color=ACCENT_LIGHT, linewidth=0)
    for at, (_, row) in enumerate(table.iterrows()):
        if not missing(row["before"]):
            axes.plot([at - 0.37, at + 0.37], [row["before"]] * 2, color=INK, linewidth=2, solid_capstyle="butt")
        if not missing(row["expected"]):
            axes.plot([at], [row["expected"]], marker="o", markersize=6, color=PAPER, markeredgecolor=ACCENT,
                      markeredgewidth=2)  # fmt: skip
    _month_names(axes, result, w, wide)
    size.text(0, 12, scale.unit)
    return size


def _month_names(axes: "Axes", result: SplitMonths, w: Words, wide: bool) -> None:
    table = result.table
    every = 1 if wide or len(table) <= 6 else 2
    for at, (month, festival) in enumerate(zip(table.index, table["festival"], strict=True)):
        if at % every == 0:
            drawing.under(axes, at, w.short_month(month), 14)
        if festival:
            drawing.under(axes, at, "◆", 28)


def _rules(result: SplitRules, w: Words, wide: bool) -> Canvas:
    table: Any = result.table[result.table["binds"] & result.table["without"].notna()]
    table = table.sort_values("moved", key=lambda moved: -moved.abs(), kind="stable").head(_MOST_ROWS)
    known = [float(v) for c in ("target", "without") for v in table[c]]
    w = drawing.roomy(w, known)
    scale = w.scale(known)
    height, head = (34, 24) if wide else (48, 22)
    size = svg.canvas(WIDE if wide else NARROW, head + height * len(table) + 6)
    left = min(max(svg.text_width(str(r)) for r in table.index), 220) + 14 if wide else 8
    axes = size.axes(left=left, top=head, right=90, bottom=6)
    axes.set(xlim=(0, max(known) * 1.04 or 1.0), ylim=(len(table) * height, 0))
    axes.axvline(0, color=GREY, linewidth=1)
    size.text(size.width, 12, scale.unit, ha="right", fontsize=11)
    for n, row in enumerate(table.itertuples()):
        middle = n * height + (height / 2 if wide else height * 0.68)
        _moved(axes, row.without, row.target, middle)
        name = svg.fitted(w.plain(row.Index), 220 if wide else 300)
        size.text(0 if wide else 14, head + (middle + 4 if wide else n * height + 15), name, color=INK)
        moved = ("+" if row.moved > 0 else "") + w.scaled_short(row.moved, scale)
        size.text(size.width, head + middle + 4, moved, ha="right", color=INK)
    return size


def _moved(axes: "Axes", without: float, target: float, middle: float) -> None:
    look: dict[str, Any] = {"marker": "o", "markersize": 8, "markeredgecolor": ACCENT, "markeredgewidth": 2,
                            "clip_on": False}  # fmt: skip
    axes.plot([without, target], [middle, middle], color=ACCENT_LIGHT, linewidth=4, solid_capstyle="butt")
    axes.plot([without], [middle], color=PAPER, **look)
    axes.plot([target], [middle], color=ACCENT, **look)
