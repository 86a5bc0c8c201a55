"""The mean of sales that come and go: how often times how much, where smoothing of the zeros themselves would end at 0.

Croston (1972) told the two apart; Teunter, Syntetos & Babai (2011) let the probability fall with every period without a
sale, so that what is discontinued fades. Series with a gap of more than 1.32 periods between sales count as coming and
going (Syntetos, Boylan & Croston 2005).
"""

import numpy as np

from workbench.analytics.forecast.panel import Array, Panel

SOME, MOST = 1 - 1 / 1.32, 0.75  # share of zeros from which the mean counts, and from which it counts fully
FULLY = 0.8  # the rest stays with what members say, who know a season
HALF, FEW = 0.5, 4.0
_OFTEN = np.array([0.02, 0.05, 0.1, 0.2, 0.3])  # by how much a period moves the probability of a sale
_SIZE, _SHARP, _START = 0.1, 10.0, 8


def rate(panel: Panel) -> Array:
    """Mean sales a period to expect, (series, 1), above 0 where anything was ever sold and not long ago.

    Settings weigh by their in-sample squared errors, which aim at means, where absolute ones would aim at 0.
    """
    values, starts = np.nan_to_num(panel.values), panel.values.shape[1] - panel.lengths
    often, size = _first(values, starts, panel.lengths)
    often = np.repeat(often, len(_OFTEN), axis=1)
    loss, fade = np.zeros_like(often), 0.99
    for t in range(values.shape[1]):
        value, on = values[:, t : t + 1], (starts < t)[:, None]
        loss = np.where(on, fade * loss + (often * size - value) ** 2, loss)
        often = np.where(on, often + _OFTEN * ((value != 0) - often), often)
        size = np.where(on & (value != 0), size + _SIZE * (value - size), size)
    score = np.log(loss + 1e-9 * (loss.max(axis=1, keepdims=True) + 1e-300))
    weight = np.exp(-_SHARP * (score - score.min(axis=1, keepdims=True)))
    return np.asarray((weight * often).sum(axis=1, keepdims=True) / weight.sum(axis=1, keepdims=True) * size)


def _first(values: Array, starts: np.ndarray, lengths: np.ndarray) -> tuple[Array, Array]:
    """Share of the first periods with sales, without the very first, with which a series begins, and sales' mean size:
    (series, 1) each."""
    at = np.arange(values.shape[1])[None] - starts[:, None]
    first, sold = (at > 0) & (at < np.maximum(lengths // 2, _START)[:, None]), values != 0
    often = ((sold & first).sum(axis=1) + 0.5) / (first.sum(axis=1) + 1)
    size = values.sum(axis=1) / np.maximum(sold.sum(axis=1), 1)
    return often[:, None], size[:, None]


def zeros(panel: Panel) -> Array:
    """Share of zeros in each series' last two seasons (at least 8 periods), (series, 1)."""
    last = panel.values[:, -max(2 * panel.season_length, _START) :]
    return np.asarray((last == 0).sum(axis=1) / np.maximum((~np.isnan(last)).sum(axis=1), 1))[:, None]


def share(panel: Panel) -> Array:
    """How much the mean counts in a series' forecast, (series, 1)."""
    return np.asarray(FULLY * np.clip((zeros(panel) - SOME) / (MOST - SOME), 0, 1))


def drawn(panel: Panel) -> np.ndarray:
    """Which series' ranges come from what they sold themselves: mostly zeros, and enough of a past."""
    return np.asarray((zeros(panel)[:, 0] >= HALF) & (panel.lengths >= _START))


def at(panel: Panel, probabilities: Array) -> Array:
    """Quantiles of each series' last two seasons over their mean, (series, probabilities): a bootstrap of what was sold
    (Willemain, Smart & Schwarz 2004)."""
    last = panel.values[:, -max(2 * panel.season_length, _START) :]
    there = ~np.isnan(last)
    found = np.zeros((len(last), len(probabilities)))
    for count in np.unique(there.sum(axis=1)):  # series of one length at once: quantiles that skip NaN go one by one
        rows = there.sum(axis=1) == count
        found[rows] = np.quantile(last[rows, last.shape[1] - count :], probabilities, axis=1).T
    few = 1 + FEW / there.sum(axis=1)  # values hardly hold the large ones yet
    return np.asarray(found * (few / np.maximum(np.nanmean(last, axis=1), 1e-12))[:, None])
