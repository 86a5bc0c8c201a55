"""The figure of a bridge: from the sales before to the sales now, step by step."""

from collections.abc import Sequence

import pandas as pd

from workbench.analytics.results import Bridge
from workbench.views import svg
from workbench.views.drawing import (
    NARROW,
    WIDE,
    Picture,
    both,
    roomy,
)
from workbench.views.svg import ACCENT, GREY, INK, MUTED, Canvas
from workbench.views.words import Words, missing

_STEPS = ("before", "price", "volume", "mix", "new", "lost", "other", "after")


def bridge(result: Bridge, w: Words, label: str) -> Picture:
    """From the sales before to the sales now, step by step."""
    fits = roomy(w, result.steps)
    return both(lambda wide: _bridge(result, fits, wide), label, w.phrase("sections.bridge.reading"))


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
        at = at if key in ("before", "after") else at + (0.0 if missing(value) else value)
        spans.append((start, at))
    return spans


def _step_name(key: str, result: Bridge, w: Words) -> str:
    together = key == "volume" and "mix" not in result.steps
    return w.phrase(f"sections.bridge.step.{'volume_mix' if together else key}")


def _step_colour(key: str, value: float) -> str:
    if key in ("before", "after"):
        return GREY
    return ACCENT if value >= 0 else INK
