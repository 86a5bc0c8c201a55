"""How far forecasts made the same way fell from what came, in the company's own past: a habit to be taken out.

Chances are checked against outcomes (Dawid 1984, "The prequential approach"; Gneiting, Balabdaoui & Raftery 2007):
from each earlier origin the whole is forecast as far ahead as now, and the logarithm of sales ÷ forecast is kept.
Their mean, of which a year out of all proportion (2008) counts no more than a far one (Huber 1964), is pulled toward
0 as by PRIOR origins without error, since few years tell little; the size of single errors is left as the forecast
has it. A company that has grown steadily for years sees its forecasts, which trust no trend in full, come out too low
each time: that is what this takes out.
"""

from collections.abc import Sequence

import numpy as np

from workbench.analytics.forecast.combination import Effort
from workbench.analytics.forecast.engine import predict_each
from workbench.analytics.forecast.panel import Array, Panel

PRIOR = 4.0  # origins without error that the mean is pulled by
FAR = 1.345  # standard deviations beyond which an error counts as one so far: 95 % efficient were errors normal
MOST = 8  # origins tried, the latest first
SEASONS = 2.5  # of history that an origin needs
LONGEST = 10  # seasons of history that an origin looks at
PATHS = 100


def errors(history: Array, *, steps: tuple[int, int], season: int) -> Array:
    """log(sales ÷ forecast) of steps `first` to `last` ahead, one an earlier origin; empty where none can be told.

    `history`: (time) of the whole. Origins lie as far apart as the period is long, so that no sales are counted twice.
    """
    if np.isnan(history).any():
        return np.empty(0)
    found = errors_each([(history, back) for back in backs(len(history), steps, season)], steps, season)
    return np.array([e for e in found if np.isfinite(e)])


def backs(length: int, steps: tuple[int, int], season: int) -> list[int]:
    """How far before the end of a history of `length` its earlier origins lie."""
    first, last = steps
    found = [last + k * (last - first) for k in range(MOST)] if last > first else []
    return [back for back in found if length - back >= SEASONS * season]


def habit(errors: Array) -> float:
    """The factor by which sales usually came out above (more than 1) or below what was forecast."""
    return float(np.exp(_centre(errors) * len(errors) / (len(errors) + PRIOR))) if len(errors) else 1.0


def _centre(errors: Array) -> float:
    """Huber's M-estimate of location by reweighting, with the median absolute deviation as scale."""
    centre = float(np.median(errors))
    far = max(FAR * 1.4826 * float(np.median(np.abs(errors - centre))), 1e-9)
    for _ in range(50):
        weight = np.minimum(1.0, far / np.maximum(np.abs(errors - centre), 1e-12))
        centre = float((weight * errors).sum() / weight.sum())
    return centre


def errors_each(asked: Sequence[tuple[Array, int]], steps: tuple[int, int], season: int) -> list[float]:
    """log(sales ÷ forecast) of the origin so many periods before the end of each history; NaN where either is 0 or
    less."""
    first, last = steps
    ends = [len(history) - back for history, back in asked]
    known = [
        Panel(h[None, max(end - LONGEST * season, 0) : end], season) for (h, _), end in zip(asked, ends, strict=True)
    ]
    found = predict_each(known, last, Effort(folds=1)) if known else []
    paths = [made.paths(PATHS, seed=back)[:, 0] for made, (_, back) in zip(found, asked, strict=True)]
    middle = [float(np.median(p[:, first:last].sum(axis=1))) for p in paths]
    came = [float(h[end + first : end + last].sum()) for (h, _), end in zip(asked, ends, strict=True)]
    return [float(np.log(a / m)) if a > 0 and m > 0 else float("nan") for a, m in zip(came, middle, strict=True)]
