"""What open opportunities, and those still to come, will bring by a day: win probability × time to close, as it was.

How many of the deals of an age are won by a later age comes from the history's own survival curves (plan.work.lags).
Deals that are not in the pipeline yet come as they came in the last half year. Sales without an opportunity are taken
to keep their proportion to those with one.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from workbench.analytics.forecast.panel import Array
from workbench.analytics.funnel.deals import FEWEST, judged
from workbench.analytics.plan.work.lags import Lags, lags
from workbench.analytics.results import Unknown
from workbench.analytics.tracking.landing import Records
from workbench.analytics.tracking.rest import Sales, Stretch
from workbench.settings import Stages

_DAY = pd.Timedelta(days=1)
RECENT = 182  # days of new deals that tell how many come
YEARS = 2  # of closed deals that tell how they end
_USED = ["created", "closed", "amount", "won", "lost", "open", "still"]
ALIKE = 10.0  # deals of the whole that a node's own money a deal is pulled by


def weighted(amounts: Array, chances: Array) -> Array:
    """Money of each opportunity × how likely it is won."""
    return np.asarray(amounts, dtype=float) * np.asarray(chances, dtype=float)


def coverage(open_amount: Array, remaining: Array) -> Array:
    """Open opportunities ÷ what remains of the target; NaN where nothing remains."""
    left = np.asarray(remaining, dtype=float)
    return np.asarray(np.where(left > 0, np.asarray(open_amount, dtype=float) / np.where(left > 0, left, 1.0), np.nan))


@dataclass(frozen=True)
class Deals:
    """`frame`: opportunities with won, lost, created, closed, amount; `within` (nodes, deals) which nodes they are of;
    `known` (nodes) whether the deals tell that node's level."""

    frame: pd.DataFrame
    within: Array
    known: Array
    records: Records
    sales: Sales

    def way(self, at: Stretch) -> dict[str, Array]:
        """The rest of a stretch by its pipeline; nothing where too few deals had closed by then."""
        seen = self._seen(at)
        if seen is None:
            return {}
        span = at.end - at.cut
        opened = self._open(seen, span)[1]
        scale, deal = self._scale(seen, at)
        fresh = seen.frame["created"] > seen.day - RECENT * _DAY
        a_day = (self.within[:, seen.rows] @ fresh.to_numpy(float)) / RECENT
        to_come = a_day * seen.lags.won_by(np.arange(span)).sum() * deal
        rest = scale * (opened + to_come)
        return {"pipeline": np.where(self.known, rest, np.nan)}

    def standing(self, at: Stretch) -> pd.DataFrame | None:
        """By node: open (money), deals, sized (those whose amount is not known: the mean of the won stands for it),
        from_open (expected from them within the stretch)."""
        seen = self._seen(at)
        if seen is None:
            return None
        amount, won, count = self._open(seen, at.end - at.cut)
        scale, _ = self._scale(seen, at)
        sized = self.within[:, seen.rows[seen.live]] @ seen.face.isna().to_numpy(float)
        expected = won * np.minimum(scale, 1.0)
        table = pd.DataFrame({"open": amount, "deals": count, "sized": sized, "from_open": expected})
        table = table.set_axis(self.records.nodes.index)
        return table[self.known].reindex(table.index)

    def opened(self, at: Stretch) -> Array | None:
        """(nodes) money in open opportunities, as in `standing`."""
        seen = self._seen(at)
        if seen is None:
            return None
        return np.where(
            self.known, self.within[:, seen.rows[seen.live]] @ seen.face.fillna(seen.usual).to_numpy(), np.nan
        )

    def _seen(self, at: Stretch) -> "_Seen | None":
        day = self.records.known.first + (at.cut - 1) * _DAY
        rows = np.flatnonzero((self.frame["created"] <= day).to_numpy())
        then = self.frame.iloc[rows]
        closed = (then["closed"] <= day) & (then["won"] | then["lost"])
        if int(closed.sum()) < FEWEST or int((closed & then["won"]).sum()) < FEWEST // 3:
            return None
        then = then.assign(won=then["won"] & closed, lost=then["lost"] & closed, open=~closed)
        money = then["amount"].where(closed | then["still"])  # what later deals were worth was not known then
        return _Seen(day, rows, then.assign(amount=money))

    def _open(self, seen: "_Seen", span: int) -> tuple[Array, Array, Array]:
        """(nodes) money in open deals, what of it is expected to be won within `span` days, and how many they are."""
        age = (seen.day - seen.frame["created"][seen.live]).dt.days.to_numpy()
        chance = seen.lags.later(age, age + 1, age + span)
        closed = seen.frame["amount"][~seen.live]
        worth = seen.face * np.clip(seen.usual / float(closed[closed > 0].mean()), 0.3, 1.5)
        within = self.within[:, seen.rows[seen.live]]
        money, likely = (face.fillna(seen.usual).to_numpy() for face in (seen.face, worth))
        return within @ money, within @ weighted(likely, chance), within.sum(axis=1)

    def _scale(self, seen: "_Seen", at: Stretch) -> tuple[Array, Array]:
        """(nodes) sales ÷ won deals' money over a year, and money a won deal, both pulled toward the whole's."""
        since = max(at.cut - 365, self.sales.start)
        sold = self.sales.of(since, at.cut)
        recent = seen.frame["won"] & (seen.frame["closed"] > self.records.known.first + (since - 1) * _DAY)
        won, within = recent.to_numpy(), self.within[:, seen.rows]
        money = within[:, won] @ seen.frame["amount"].fillna(0).to_numpy()[won]
        count = within[:, won].sum(axis=1)
        mean = money[0] / max(count[0], 1)
        pull = ALIKE * mean
        if not mean > 0:  # nothing won of late tells the money of a deal
            return np.full(len(sold), np.nan), np.full(len(sold), np.nan)
        whole = sold[0] / money[0]
        return (sold + pull * whole) / (money + pull), (money + pull) / (count + ALIKE)


@dataclass(frozen=True)
class _Seen:
    """The deals as they stood at the end of a day: `rows` of all, with won, lost and open as of then."""

    day: pd.Timestamp
    rows: Array
    frame: pd.DataFrame

    @cached_property
    def lags(self) -> Lags:
        return lags(self.frame, self.day, self.day - YEARS * 365 * _DAY)

    @property
    def live(self) -> Array:
        """Which of them are open."""
        return self.frame["open"].to_numpy(bool)

    @property
    def face(self) -> pd.Series:
        """Of each open one, the amount written; NaN where none is."""
        amount = self.frame["amount"][self.live]
        return amount.where(amount > 0)

    @property
    def usual(self) -> float:
        """The mean amount of those that were won: it stands for amounts that are not known."""
        won = self.frame.loc[self.frame["won"], "amount"]
        return float(won[won > 0].mean())


def deals_of(opportunities: pd.DataFrame | None, stages: Stages, records: Records) -> Deals | Unknown:
    """The opportunities by node; Unknown where there are none, or their days or outcomes are not told."""
    found = judged("course_pipeline", opportunities, stages, ("created", "closed", "amount"))
    if isinstance(found, Unknown):
        return found
    found = found[found["created"].notna() & (found["open"] | found["closed"].notna())].reset_index(drop=True)
    found = found.assign(still=found["open"])
    nodes = records.nodes
    levels = [c for c in nodes.columns if c != "level"]
    texts = {c: found[c].astype(object).where(found[c].notna(), None).to_numpy() for c in levels if c in found}
    within, known = np.ones((len(nodes), len(found))), np.ones(len(nodes), dtype=bool)
    for row, (level, *values) in enumerate(nodes[["level", *levels]].itertuples(index=False, name=None)):
        for name, value in zip(levels, values, strict=True):
            if name not in str(level).split(" × "):
                continue
            known[row] &= name in texts
            within[row] *= texts[name] == (None if pd.isna(value) else value) if name in texts else 0.0
    return Deals(found[_USED], within, known, records, records.sales)
