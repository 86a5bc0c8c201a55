"""What is usual of one KPI of one node, learnt from its past: how periods are scored, and how usual ones are drawn.

Shares of counts are scored by the exact (beta-)binomial of each period's number of cases; small counts by the exact
(negative) binomial around what season and working days let expect; all else by what is left of the log, in the
distribution that it has shown. Deals that go together show as a variance above the binomial one, weeks that go together
as autocorrelation of the scores; both are in what is drawn, and so is how little a short past tells of its own mean.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.analytics.forecast.panel import Array
from workbench.analytics.tracking.calm import expected, festivals, regressors, share_of
from workbench.analytics.tracking.laws import Aim, Counted, Level, Table
from workbench.periods import Calendar, Every

SMALL = 50.0  # counts below are scored as counts, from it on as amounts
_ODD = 3.0  # scores beyond are left out when the usual share and spread are learnt
_TIE = 1.96  # autocorrelation within so many standard errors of none is taken for none
_MOST_TIE = 0.8

Model = Literal["share", "count", "level"]
_NONE = Table(*(np.empty(0),) * 5)


@dataclass(frozen=True)
class Usual:
    """`table`: index period; above, below, value (the KPI), expected, u, llr; NaN where unknown.

    `tie`: autocorrelation of neighbouring scores. `unsure`: standard error of the log of what is expected.
    `overdispersion`: variance ÷ that of independent cases at the usual number of cases; NaN for levels.
    """

    model: Model
    table: pd.DataFrame
    learnt: int
    law: Counted | Level
    tie: float
    unsure: float
    overdispersion: float

    def draw(self, rng: np.random.Generator, factor: float = 1.0) -> "Drawn":
        """An endless source of periods in which the KPI is `factor` times the usual."""
        return Drawn(self.law, self.tie, factor, rng)


class Drawn:
    """Usual periods, one after another, for many runs at once; neighbours go together as the scores did."""

    def __init__(self, law: Counted | Level, tie: float, factor: float, rng: np.random.Generator) -> None:
        self._law, self._tie, self._factor, self._rng = law, tie, factor, rng
        self._table: Table = law.table(factor) if isinstance(law, Counted) else _NONE
        self._last: Array | None = None

    def __call__(self, runs: int) -> tuple[Array, Array, Array, Array]:
        """u, llr, above and below of one more period of each run."""
        u, llr, above, below = (rows[0] for rows in self.many(runs, 1))
        return u, llr, above, below

    def many(self, runs: int, periods: int) -> tuple[Array, Array, Array, Array]:
        """(periods, runs) the same of several more periods: what they are is told of all at once."""
        z, context = self._latent(runs, periods), self._contexts(runs, periods)
        if isinstance(self._law, Level):
            u, llr, value = self._law.drawn(z, self._law.contexts[context], self._factor)
            return u, llr, value, np.ones_like(u)
        at = self._placed(z, context)
        return self._table.u[at], self._table.llr[at], self._table.above[at], self._table.below[at]

    def scores(self, runs: int, periods: int) -> tuple[Array, Array]:
        """(periods, runs) u and llr alone, which amounts that are never below 0 tell without knowing the period."""
        z, law = self._latent(runs, periods), self._law
        if isinstance(law, Level):
            return law.scored(z, law.contexts[self._contexts(runs, periods)] if law.offset else None, self._factor)
        at = self._placed(z, self._contexts(runs, periods))
        return self._table.u[at], self._table.llr[at]

    def _latent(self, runs: int, periods: int) -> Array:
        """(periods, runs) standard normal values, neighbouring periods as closely tied as the scores were."""
        from scipy.signal import lfilter

        fresh = self._rng.standard_normal((periods, runs))
        if not self._tie:
            return fresh
        if self._last is None or len(self._last) != runs:
            self._last = self._rng.standard_normal(runs)
        step = np.sqrt(1 - self._tie**2)
        z, _ = lfilter([step], [1.0, -self._tie], fresh, axis=0, zi=self._tie * self._last[None, :])
        self._last = z[-1]
        return z

    def _contexts(self, runs: int, periods: int) -> NDArray[np.int64]:
        return self._rng.integers(0, len(self._law.contexts), (periods, runs))

    def _placed(self, z: Array, context: NDArray[np.int64]) -> NDArray[np.int64]:
        from scipy.special import ndtr

        return self._table.at(context, ndtr(z))


def learn(above: pd.Series, below: pd.Series | None, aim: Aim, calendar: Calendar, *, every: Every, learnt: int,
          share: bool, count: bool) -> Usual:  # fmt: skip
    """What is usual, from the first `learnt` periods; `share`: above is a part of below; `count`: above are counts.

    Index: periods, all of them. Periods that are not known are NaN; without `below` the KPI is `above`.
    """
    if share and below is not None:
        return _shares(above, below, aim, learnt, festivals(pd.DatetimeIndex(above.index), calendar, every))
    value = above / below.where(below > 0) if below is not None else above
    table = regressors(pd.DatetimeIndex(above.index), calendar, every, learnt)
    past = value.to_numpy(float)[:learnt]
    whole = count and below is None and np.nanmin(past) >= 0 and np.nanmean(past) < SMALL
    return (_counts if whole else _levels)(value, table, aim, learnt, above, below)


def _shares(above: pd.Series, below: pd.Series, aim: Aim, learnt: int, table: Array) -> Usual:
    x, n = above.to_numpy(float), below.to_numpy(float)
    past = np.flatnonzero(np.isfinite(x[:learnt]) & (n[:learnt] > 0))
    share = share_of(x, n, table, learnt)
    kept, held = past, np.isfinite(x[:learnt])
    for _ in range(2):  # once with all, once without what is odd
        spread = _within(x[kept], n[kept], share[kept])
        law = Counted("share", share[:learnt][held], spread, np.round(n[:learnt][held]), aim)
        kept = past[np.abs(law.score(x[past], n[past], share[past])[0]) <= _ODD]
    u, llr = law.score(x, n, share)
    unknown = ~np.isfinite(x)
    mean_cases = float(n[past].mean())
    times = 1 + (mean_cases - 1) * spread
    mean = float(share[past].mean())
    error = float(np.sqrt((1 - mean) * times / (mean * n[past].sum())))
    found = pd.DataFrame({"above": x, "below": n, "value": x / np.where(n > 0, n, np.nan), "expected": share,
                          "u": u, "llr": llr}, above.index)  # fmt: skip
    found.loc[unknown, ["u", "llr"]] = np.nan
    tie = _tie(found["u"].to_numpy()[:learnt])
    return Usual("share", found, learnt, law, tie, error * _longer(tie), times)


def _within(x: Array, n: Array, share: Array) -> float:
    """Correlation of cases within a period, from the variance beyond the binomial one (moments; Williams 1982)."""
    beyond = (x - n * share) ** 2 / (n * share * (1 - share)) - 1
    return float(np.clip(beyond.sum() / max((n - 1).sum(), 1.0), 0.0, 0.5))


def _counts(value: pd.Series, table: Array, aim: Aim, learnt: int, *_: object) -> Usual:
    y = value.to_numpy(float)
    fit = expected(y, table, learnt, counts=True)
    times = max(fit.noise**2, 1.0)
    known = np.isfinite(y[:learnt])
    law = Counted("count", np.zeros(int(known.sum())), times, fit.mean[:learnt][known], aim)
    u, llr = law.score(np.nan_to_num(y), fit.mean, np.zeros(len(y)))
    unknown = ~np.isfinite(y)
    found = pd.DataFrame({"above": y, "below": 1.0, "value": y, "expected": fit.mean, "u": u, "llr": llr}, value.index)
    found.loc[unknown, ["u", "llr"]] = np.nan
    tie = _tie(found["u"].to_numpy()[:learnt])
    return Usual("count", found, learnt, law, tie, fit.unsure * _longer(tie), times)


def _levels(value: pd.Series, table: Array, aim: Aim, learnt: int, above: pd.Series, below: pd.Series | None) -> Usual:
    y = value.to_numpy(float)
    past = y[:learnt][np.isfinite(y[:learnt])]
    offset = 0.0 if past.min() > 0 else float(-past.min() + 0.1 * np.median(np.abs(past)) + 1e-9)
    fit = expected(np.where(y + offset > 0, y + offset, np.nan), table, learnt, counts=False)
    left = np.log((y[:learnt] + offset) / fit.mean[:learnt])
    known = np.isfinite(left)
    law = Level(left[known], fit.mean[:learnt][known], offset, aim)
    u, llr = law.score(y, fit.mean)
    sizes = np.ones(len(y)) if below is None else below.to_numpy(float)
    found = pd.DataFrame({"above": above.to_numpy(float), "below": sizes, "value": y, "expected": fit.mean - offset,
                          "u": u, "llr": llr}, value.index)  # fmt: skip
    tie = _tie(u[:learnt])
    return Usual("level", found, learnt, law, tie, fit.unsure * _longer(tie), float("nan"))


def _tie(u: Array) -> float:
    """Autocorrelation of neighbouring scores, where beyond noise; below 0 it makes alarms rarer and is left out."""
    both = np.isfinite(u[1:]) & np.isfinite(u[:-1])
    if both.sum() < 20 or np.nanstd(u) == 0:
        return 0.0
    off = u - np.nanmean(u)
    found = float((off[1:] * off[:-1])[both].mean() / np.nanvar(u))
    return min(found, _MOST_TIE) if found > _TIE / np.sqrt(both.sum()) else 0.0


def _longer(tie: float) -> float:
    """How much less a mean of neighbours that go together tells than one of independent ones."""
    return float(np.sqrt((1 + tie) / (1 - tie))) if tie > 0 else 1.0
