"""How likely an amount is reached, from draws: smooth between them, and never certain beyond them.

The distribution is a kernel estimate whose spread is kept as the draws have it (Silverman & Young 1987, "The
bootstrap: to smooth or not to smooth?"), with bandwidth after Silverman (1986, eq. 3.31), and with a small part of a
t distribution (3 degrees of freedom) for what so few draws cannot show: of n draws, 1 / (n + 1) is left to it. Draws of
exactly 0 (a part that may sell nothing at all) stay a lump at 0.
"""

import numpy as np

from workbench.analytics.forecast.panel import Array

_STEPS = 60  # halvings of the search: to the last digits


def chances_of(draws: Array, amounts: Array) -> Array:
    """P(sales >= amount) for each column of `draws` (draws, nodes) and its amount; strictly between 0 and 1."""
    return np.array([_Odds(column).reach(a) for column, a in zip(draws.T, amounts, strict=True)])


def amounts_at(draws: Array, probability: float) -> Array:
    """For each column of `draws`, the largest amount that is reached with `probability`; 0 < probability < 1."""
    return np.array([_Odds(column).at(probability) for column in draws.T])


class _Odds:
    """The distribution of one node."""

    def __init__(self, draws: Array) -> None:
        self.draws, self.left = draws, 1 / (len(draws) + 1)
        self.loose = draws[draws != 0]
        self.lump = 1 - len(self.loose) / len(draws)
        self.positive = bool((draws >= 0).all())
        self.centre = float(self.loose.mean()) if len(self.loose) else 0.0
        self.spread = float(self.loose.std()) if len(self.loose) else 0.0
        self.spread = self.spread if self.spread > 1e-9 * abs(self.centre) else 0.0
        low, high = np.quantile(self.loose, (0.25, 0.75)) if len(self.loose) else (0.0, 0.0)
        usual = min(self.spread, (high - low) / 1.34) or self.spread
        self.width = 0.9 * usual * max(len(self.loose), 1) ** -0.2
        shrink = self.spread / np.hypot(self.spread, self.width) if self.spread else 1.0
        self.points = self.centre + (self.loose - self.centre) * shrink

    def reach(self, amount: float) -> float:
        from scipy.special import ndtr, stdtr

        if np.isnan(amount):
            return float("nan")
        if amount <= 0 and self.positive:
            return 1 - self.left / 2
        lump = self.lump * (amount <= 0)
        if not self.spread:
            inside = float((self.loose >= amount - 1e-9 * abs(self.centre)).mean()) if len(self.loose) else 0.0
            return self._never_sure((1 - self.lump) * inside + lump)
        smooth = float(ndtr((self.points - amount) / self.width).mean())
        tail = float(stdtr(3, (self.centre - amount) / self.spread))
        return (1 - self.left) * ((1 - self.lump) * smooth + lump) + self.left * tail

    def _never_sure(self, share: float) -> float:
        return (1 - self.left) * share + self.left / 2

    def at(self, probability: float) -> float:
        if not self.spread:
            return self.centre if probability <= 1 - self.lump else 0.0
        low, high = self._around(probability)
        for _ in range(_STEPS):
            middle = (low + high) / 2
            low, high = (middle, high) if self.reach(middle) >= probability else (low, middle)
        return low

    def _around(self, probability: float) -> tuple[float, float]:
        """Two amounts between which the one that is looked for lies; from 0 up where no draw is negative."""
        low, high, step = float(self.draws.min()), float(self.draws.max()), self.spread
        for _ in range(_STEPS):
            if self.reach(high) <= probability:
                break
            high, step = high + step, 2 * step
        while not self.positive and self.reach(low) < probability and step < np.inf:
            low, step = low - step, 2 * step
        return (0.0 if self.positive else low), high
