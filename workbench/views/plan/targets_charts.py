"""Pictures of the target: the views as hills on one axis with the band for a target, and what the target hangs on."""

from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.analytics.forecast.panel import Array
from workbench.analytics.plan.aims.plan_scenarios import Sensitivity
from workbench.analytics.plan.aims.targets import Triangulation
from workbench.views import drawing, svg
from workbench.views.drawing import NARROW, WIDE, Picture
from workbench.views.svg import ACCENT, ACCENT_LIGHT, GREY, GREY_LIGHT, INK, LINE, MUTED, Canvas
from workbench.views.words import Scale, Words, missing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_POINTS = 140  # of a hill's outline
_TAIL = 0.004  # of the draws at either end that a hill leaves out of the figure


def views(result: Triangulation, w: Words, label: str) -> Picture:
    """Strategy, baseline, means and market on one axis; the band for a target shaded, the target as a line."""
    fits = drawing.roomy(w, [*result.table["amount"], *result.table["hi_80"]])
    reading = w.phrase("plan.targets.target_section.reading", odds_of(result))
    return drawing.both(lambda wide: _views(result, fits, wide), label, reading)


def tornado(result: Sensitivity, w: Words, label: str) -> Picture:
    """A bar a driver from the target at its lower end to that at its upper end."""
    fits = drawing.roomy(w, [*result.table["low"], *result.table["high"]])
    reading = w.phrase("plan.targets.sensitivity_section.reading")
    return drawing.both(lambda wide: _tornado(result, fits, wide), label, reading)


def odds_of(result: Triangulation) -> dict[str, Any]:
    """The chances that a figure and its method speak of."""
    odds = result.odds
    return {"lowest": odds.lowest, "highest": odds.highest, "target": odds.target, "before": result.before,
            "draws": len(result.planned.draws)}  # fmt: skip


# -- hills ------------------------------------------------------------------------------------------------------------


def _views(result: Triangulation, w: Words, wide: bool) -> Canvas:
    rows = list(result.table.index)
    row, head, foot = (58, 52, 34) if wide else (70, 52, 30)
    size = svg.canvas(WIDE if wide else NARROW, head + row * len(rows) + foot)
    left, right = (166, 96) if wide else (8, 8)
    axes = size.axes(left=left, top=head, right=right, bottom=foot)
    low, high = _limits(result)
    axes.set(xlim=(low, high), ylim=(row * len(rows), 0))
    scale = w.scale([low, high])
    axes.axvspan(*result.band, color=ACCENT_LIGHT, alpha=0.3, linewidth=0, zorder=0)
    _ticks(axes, w, scale)
    _before(axes, size, result, w, (left, right))
    peak = max((_hill(d, low, high)[1].max() for d in result.draws.values()), default=1.0)
    for n, name in enumerate(rows):
        ground = (n + 1) * row - 14
        line: Any = result.table.loc[name]
        _one(axes, result, str(name), (ground, row - (26 if wide else 42), peak), (low, high))
        _named(size, w, scale, line, str(name), head + ground, wide)
    axes.axvline(result.target, color=ACCENT, linewidth=2.4, ymax=1.02, clip_on=False, zorder=4)
    _target(size, result, w, scale, (left, right), (low, high))
    return size


def _limits(result: Triangulation) -> tuple[float, float]:
    spread = [float(q) for d in result.draws.values() for q in np.quantile(d, (_TAIL, 1 - _TAIL))]
    known = [*spread, *result.table["amount"], *result.table["lo_80"], *result.table["hi_80"], result.target,
             result.before, *result.band]  # fmt: skip
    shown = [float(v) for v in known if not missing(float(v))]
    room = 0.03 * (max(shown) - min(shown) or abs(max(shown)) or 1.0)
    return min(shown) - room, max(shown) + room


def _hill(draws: Array, low: float, high: float) -> tuple[Array, Array]:
    """Amounts and their density, by a normal kernel of the usual width."""
    at = np.linspace(low, high, _POINTS)
    width = max(0.9 * float(draws.std()) * len(draws) ** -0.2, (high - low) / 400)
    return at, np.exp(-0.5 * ((at[:, None] - draws) / width) ** 2).mean(axis=1) / width


def _one(
    axes: "Axes", result: Triangulation, name: str, place: tuple[float, float, float], ends: tuple[float, float]
) -> None:
    """A hill with its expected amount and 80 % bar; the strategy, a number without spread, is a stake."""
    ground, tall, peak = place
    row: Any = result.table.loc[name]
    axes.plot(ends, [ground, ground], color=LINE, linewidth=1, zorder=1)
    if name in result.draws:
        at, density = _hill(result.draws[name], *ends)
        top = ground - density / peak * tall
        axes.fill_between(at, top, ground, color=GREY_LIGHT, linewidth=0, zorder=2, alpha=0.85)
        axes.plot(at, top, color=GREY, linewidth=1.3, zorder=2)
    if not missing(row["lo_80"]):
        axes.plot([row["lo_80"], row["hi_80"]], [ground + 4, ground + 4], color=GREY, linewidth=4,
                  solid_capstyle="butt", zorder=3)  # fmt: skip
    stake = tall if missing(row["lo_80"]) else tall * 0.45
    axes.plot([row["amount"], row["amount"]], [ground - stake, ground + 6], color=INK, linewidth=2.4, zorder=3,
              solid_capstyle="butt")  # fmt: skip


def _named(size: Canvas, w: Words, scale: Scale, row: Any, name: str, y: float, wide: bool) -> None:
    """Name and chance at the left, amount at the right; above the hill on a phone."""
    said = w.phrase(f"plan.targets.approach.{name}")
    amount, odds = w.scaled_short(row["amount"], scale), w.format(row["chance"], "chance")
    if wide:
        size.text(0, y - 10, svg.fitted(said, 158), color=INK)
        size.text(size.width, y - 10, amount, ha="right", color=INK, fontweight="bold")
        size.text(size.width, y + 5, odds, ha="right", fontsize=11)
        return
    size.text(8, y - 42, svg.fitted(said, 200), color=INK)
    size.text(size.width - 8, y - 42, f"{amount} · {odds}", ha="right", color=INK)


def _target(
    size: Canvas, result: Triangulation, w: Words, scale: Scale, margins: tuple[float, float], ends: tuple[float, float]
) -> None:
    left, right = margins
    x = left + (result.target - ends[0]) / (ends[1] - ends[0]) * (size.width - left - right)
    said = f"{w.phrase('plan.targets.approach.target')} {w.money(result.target)} · {w.chance(result.chance)}"
    half = svg.text_width(said) / 2
    size.text(min(max(x, half + 2), size.width - half - 2), 40, said, ha="center", color=ACCENT, fontweight="bold")
    size.text(0, 14, scale.unit, fontsize=11)


def _before(axes: "Axes", size: Canvas, result: Triangulation, w: Words, margins: tuple[float, float]) -> None:
    """The year before as a dashed line, named at the top."""
    if missing(result.before):
        return
    axes.axvline(result.before, color=MUTED, linewidth=1, linestyle=(0, (3, 2)), zorder=1)
    low, high = axes.get_xlim()
    x = margins[0] + (result.before - low) / (high - low) * (size.width - sum(margins))
    said = f"{w.period(result.period.before[0], result.period.name)} {w.money(result.before)}"
    half = svg.text_width(said, 11) / 2
    size.text(min(max(x, half + 44), size.width - half - 2), 20, said, ha="center", fontsize=11)


def _ticks(axes: "Axes", w: Words, scale: Scale) -> None:
    from matplotlib.ticker import MaxNLocator

    low, high = axes.get_xlim()
    for at in MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high):
        if low <= at <= high:
            drawing.under(axes, at, w.short_plain(at / scale.size), 18)


# -- tornado ----------------------------------------------------------------------------------------------------------


def _tornado(result: Sensitivity, w: Words, wide: bool) -> Canvas:
    table = result.table[result.table["swing"] > 0]  # what moves nothing is in the table
    row, head = (30, 30) if wide else (44, 26)
    size = svg.canvas(WIDE if wide else NARROW, head + row * len(table) + 8)
    left, right = (130, 120) if wide else (8, 8)
    axes = size.axes(left=left, top=head, right=right, bottom=8)
    known = [float(v) for v in [*table["low"], *table["high"], result.target] if not missing(float(v))]
    room = 0.05 * (max(known) - min(known) or 1.0)
    axes.set(xlim=(min(known) - room, max(known) + room), ylim=(row * max(len(table), 1), 0))
    scale = w.scale(known)
    size.text(0, 12, scale.unit, fontsize=11)
    for n, (driver, line) in enumerate(table.iterrows()):
        middle = (n + 0.5) * row + (0 if wide else 8)
        for end, colour in (("low", ACCENT_LIGHT), ("high", ACCENT)):
            axes.plot([result.target, line[end]], [middle, middle], color=colour, linewidth=11, solid_capstyle="butt")
        said = w.phrase(f"plan.targets.driver.{driver}")
        both = f"{w.scaled_short(line['low'], scale)} – {w.scaled_short(line['high'], scale)}"
        y = head + (middle + 4 if wide else n * row + 13)
        size.text(0 if wide else 8, y, svg.fitted(said, left - 8 if wide else 150), color=INK)
        size.text(size.width - (0 if wide else 8), y, both, ha="right", color=INK)
    axes.axvline(result.target, color=INK, linewidth=1.4)
    return size
