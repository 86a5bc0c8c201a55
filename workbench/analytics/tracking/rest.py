"""What the rest of a period will bring: several ways to reckon it, weighed and spread by how they did before.

Each way gives the money of a stretch to come from what was known on the day before it:
- level over the last 46, 91, 182 or 364 days × the stretch's usual weight (tempo), for all nodes alike and with each
  node's own months, pulled toward the whole's by how little it sells;
- the pace of this period; the same stretch a year before × the growth since, over 91 and 364 days;
- the forecast; open opportunities and those to come, where there are any.
How they are weighed: see learning.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from workbench.analytics.forecast.panel import Array

YEAR = 365.25
WINDOWS = (46, 91, 182, 365)
MOST_YEARS = 6  # that a node's months are learnt from
ONE_YEAR = 0.5  # of what a single year's months show is kept


@dataclass(frozen=True)
class Stretch:
    """A period as it stood on a day, in rows of days: it begins at `first`, is known up to `cut`, ends before `end`."""

    first: int
    cut: int
    end: int


@dataclass(frozen=True)
class Sales:
    """`sums`: (days + 1, nodes) cumulative money by day, a step's spread evenly over its days; nothing is known before
    row `start`. `edges`: rows at which steps begin, and the one after the last."""

    sums: Array
    start: int
    edges: Array

    def snap(self, row: float) -> int:
        """The edge nearest to a row: cuts lie between steps, never within."""
        return int(self.edges[np.abs(self.edges - row).argmin()])

    def of(self, first: int, end: int) -> Array:
        """(nodes) money from row `first` to before row `end`."""
        return np.asarray(self.sums[end] - self.sums[first])


def members(sales: Sales, weight: Array, own: Array, at: Stretch) -> dict[str, Array]:
    """The rest of the stretch by each way: (nodes); NaN where a way has no ground.

    `weight`: (days) usual weights; `own`: (days, nodes) each node's, both from what was known at the cut.
    """
    flat, each = _sums(weight[:, None]), _sums(own)
    found = {}
    for window in WINDOWS:
        since = sales.snap(at.cut - window)
        there = since >= sales.start or (window == WINDOWS[0] and at.cut > sales.start)
        since = max(since, sales.start)
        sold = sales.of(since, at.cut) if there else np.full(sales.sums.shape[1], np.nan)
        for name, w in (("level", flat), ("own", each)):
            found[f"{name}_{window}"] = sold * _ratio(w, (at.cut, at.end), (since, at.cut))
    for name, w in (("pace", flat), ("own_pace", each)):
        going = at.cut > at.first >= sales.start
        sold = sales.of(at.first, at.cut) if going else np.full(sales.sums.shape[1], np.nan)
        found[name] = sold * (_ratio(w, (at.cut, at.end), (at.first, at.cut)) if going else np.nan)
    return found | _year_before(sales, flat, at)


def _year_before(sales: Sales, flat: Array, at: Stretch) -> dict[str, Array]:
    """The same stretch a year before by weight, times the growth over a window; damped where either is small."""
    found: dict[str, Array] = {}
    year = at.cut - sales.snap(at.cut - YEAR)
    for window in (91, 364):
        since = sales.snap(at.cut - window)
        if at.cut - window - YEAR < sales.start - 3:
            found[f"year_{window}"] = np.full(sales.sums.shape[1], np.nan)
            continue
        now, then = sales.of(since, at.cut), sales.of(max(since - year, sales.start), at.cut - year)
        usual = _ratio(flat, (since, at.cut), (since - year, at.cut - year))
        whole = np.clip(now[0] / max(then[0] * float(usual[0]), 1e-9), 0.5, 2.0)
        pull = 0.25 * np.maximum(then * usual, 0).mean()
        growth = np.clip((now + pull * whole) / np.maximum(then * usual + pull, 1e-9), 0.3, 3.0)
        moved = _ratio(flat, (at.cut, at.end), (at.cut - year, at.end - year))
        found[f"year_{window}"] = sales.of(at.cut - year, at.end - year) * moved * growth
    return found


def _sums(weight: Array) -> Array:
    return np.concatenate([np.zeros((1, weight.shape[1])), np.cumsum(weight, axis=0)])


def _ratio(sums: Array, rest: tuple[int, int], past: tuple[int, int]) -> Array:
    below = np.maximum(sums[past[1]] - sums[past[0]], 1e-9)
    return np.asarray((sums[rest[1]] - sums[rest[0]]) / below)


def own_months(sales: Sales, weight: Array, months: Array, cut: int) -> Array:
    """(days, nodes) weights with each node's own months: its share of a month against the whole's, over the whole
    years before `cut`, pulled toward 1 by the node's noise. `months`: (days) 0 to 11.

    Months are held against a level that grows within the year as it did over the year, else growth would look like
    season.
    """
    years = [y for y in range(MOST_YEARS) if cut - YEAR * (y + 1) >= sales.start - 3]
    if not years:
        return np.repeat(weight[:, None], sales.sums.shape[1], axis=1)
    sold, usual = _by_month(sales, weight, months, cut, len(years))  # (years, 12, nodes)
    ratio = np.nansum(sold, axis=0) / np.maximum(np.nansum(usual, axis=0), 1e-9)
    apart = np.clip(sold / np.maximum(usual, 1e-9) - ratio, -3, 3) ** 2
    count = len(years)
    noise = np.nanmean(apart, axis=(0, 1)) / max(count - 1, 1)  # of the mean over years
    between = np.maximum(((ratio - 1) ** 2).mean(axis=0) - noise, 0)
    keep = between / np.maximum(between + noise, 1e-12) if count > 1 else np.full(len(noise), ONE_YEAR)
    factor = np.clip(1 + keep * (ratio - 1), 0.05, 8.0)
    return np.asarray(weight[:, None] * factor[months])


def _by_month(sales: Sales, weight: Array, months: Array, cut: int, years: int) -> tuple[Array, Array]:
    """(years, 12, nodes) money of each month, and what the year's level lets expect."""
    flat = _sums(weight[:, None])[:, 0]
    edges = [sales.snap(cut - YEAR * y) for y in range(years + 1)]
    levels = [sales.of(b, a) / max(flat[a] - flat[b], 1e-9) for a, b in pairwise(edges)]
    sold, usual = (np.zeros((years, 12, sales.sums.shape[1])) for _ in range(2))
    for y in range(years):
        older, newer = levels[min(y + 1, years - 1)], levels[max(y - 1, 0)]
        span = max(min(y + 1, years - 1) - max(y - 1, 0), 1)
        growth = np.log(np.clip(np.maximum(newer, 1e-9) / np.maximum(older, 1e-9), 0.5, 2.0)) / span
        rows, middle = np.arange(edges[y + 1], edges[y]), (edges[y] + edges[y + 1]) / 2
        for month in np.unique(months[rows]):
            inside = rows[months[rows] == month]
            moved = np.exp(growth * (inside.mean() - middle) / YEAR)
            usual[y, month] = np.maximum(levels[y], 0) * moved * weight[inside].sum()
            sold[y, month] = (sales.sums[inside + 1] - sales.sums[inside]).sum(axis=0)
    return sold, usual
