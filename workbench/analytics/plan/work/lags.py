"""When deals are won: the share of opportunities won by age, and which month's wins come of which month's deals."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.analytics.forecast.panel import Array
from workbench.analytics.funnel.timing import lasted

Span = tuple[pd.Timestamp, pd.Timestamp]  # first and last day
FEWEST_AT_RISK = 10  # deals under observation below which an age tells nothing


@dataclass(frozen=True)
class Lags:
    """Share of created deals that are won (`won`) and that are still open (`open`) at the end of each age in days.

    Index 0 is the day of creation. Beyond the last age nothing is known to be won. `events`: closed deals behind it.
    """

    won: Array
    open: Array
    events: int

    @property
    def share(self) -> float:
        """Of created deals, those that are won in the end."""
        return float(self.won[-1])

    def days(self, quantile: float) -> float:
        """The age by which this share of the won deals is won."""
        return float(np.searchsorted(self.won, quantile * self.share))

    def won_by(self, age: Array) -> Array:
        """The share of created deals won by the end of each age; 0 before creation."""
        at = np.clip(np.asarray(age, dtype=int), -1, len(self.won) - 1)
        return np.where(at < 0, 0.0, self.won[at])

    def later(self, age: Array, first: Array, last: Array) -> Array:
        """How likely deals that are open at `age` are won between two ages, both included."""
        known = np.asarray(age, dtype=int) < len(self.won)
        still = self.open[np.clip(np.asarray(age, dtype=int), 0, len(self.open) - 1)]
        gained = self.won_by(last) - self.won_by(np.maximum(first, np.asarray(age) + 1) - 1)
        return np.where(known & (still > 0), np.clip(gained, 0, None) / np.where(still > 0, still, 1.0), 0.0)


def lags(deals: pd.DataFrame, as_of: pd.Timestamp, since: pd.Timestamp) -> Lags:
    """Wins by age, with losing as the other way to end: Aalen & Johansen (1978), from what happened after `since`.

    Open deals count as long as they have lasted. Deals created before `since` enter at the age they had then, so that
    only the last years' rates count (period analysis, Brenner & Gefeller 1996), and an export that holds only deals
    closed after a day does not make old deals look fast. `deals` has won, lost and open, as in funnel.
    """
    seen = lasted(deals, as_of)
    age = seen["days"].to_numpy(int)
    entry = (pd.Timestamp(since) - seen["created"]).dt.days.clip(lower=0).to_numpy(int)
    here = age >= entry
    age, entry, ended = age[here], entry[here], seen["ended"].to_numpy(bool)[here]
    won = seen["won"].to_numpy(bool)[here] & ended
    size = int(age.max()) + 2
    count = [np.bincount(x, minlength=size) for x in (entry, age, age[won], age[ended])]
    risk = np.cumsum(count[0]) - np.concatenate([[0], np.cumsum(count[1])[:-1]])
    thin = np.flatnonzero(risk < FEWEST_AT_RISK)
    last = int(thin[thin > np.argmax(risk)][0]) if (thin > np.argmax(risk)).any() else size
    risk, wins, ends = (x[:last].astype(float) for x in (np.maximum(risk, 1), count[2], count[3]))
    still = np.cumprod(1 - ends / risk)
    before = np.concatenate([[1.0], still[:-1]])
    return Lags(won=np.cumsum(before * wins / risk), open=still, events=int(ended.sum()))


def arriving(found: Lags, created: list[Span], won: list[Span]) -> Array:
    """Of deals created evenly over each span of days, the share won within each span of `won`: (created, won)."""
    starts, ends = (np.array([day.toordinal() for day in days]) for days in zip(*won, strict=True))
    table = np.zeros((len(created), len(won)))
    for row, (first, last) in enumerate(created):
        days = np.arange(first.toordinal(), last.toordinal() + 1)
        gained = found.won_by(ends[:, None] - days) - found.won_by(starts[:, None] - days - 1)
        table[row] = gained.mean(axis=1)
    return table
