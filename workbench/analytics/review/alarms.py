"""Early warnings as they would have come in past quarters: how many, how many by chance, and what the quarters brought.

The control charts of tracking for the whole company are drawn again with only the data up to each second quarter's end;
a chart learns what is usual before the half year that it watches, so both quarters are watched as they would have been.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from workbench.analytics.keys import fact
from workbench.analytics.results import Result, Unknown
from workbench.analytics.review.replay import Replayed
from workbench.analytics.tracking.chart import charted, usual_of
from workbench.analytics.tracking.rules import PER_YEAR, Sums, Watch, watched_by
from workbench.findings import Finding
from workbench.periods import Calendar
from workbench.settings.tracking import TrackingSettings

ON = ("sales",)  # KPIs whose charts are replayed: each costs most of a second for each half year


@dataclass(frozen=True, kw_only=True, repr=False)
class Alarmed(Result):
    """`table`: index first (day of the quarter); columns alarms (that began in it), by_chance (expected in it, as the
    rules declare), watched (charts), missed (bool: the target that would have been recommended)."""

    table: pd.DataFrame


def alarms(
    replayed: Replayed | Unknown, settings: TrackingSettings, sums: Sums, calendar: Calendar, *, seed: int = 7
) -> Alarmed | Unknown:
    """The charts of the whole in the replayed quarters. `sums` is Data.sums."""
    if isinstance(replayed, Unknown):
        return replayed
    watches = [w for w in watched_by(settings, sums, ()) if w.rule.on in ON and not w.rule.by and len(w.sums)]
    quarters = replayed.quarters.set_index("first")
    ends = quarters["last"].iloc[::-1].iloc[::2]
    rows = [row for end in ends for row in _half(end, watches, calendar, seed)]
    table = pd.DataFrame(rows, columns=["first", "alarms", "by_chance", "watched"]).groupby("first").sum()
    table = table[table.index.isin(quarters.index)].sort_index()
    if not len(table):
        return Unknown(section="alarms", findings=(fact("review.alarms.unknown"),))
    made = Alarmed(table=table.assign(missed=~quarters["reached"].reindex(table.index).astype(bool)))
    return replace(made, findings=tuple(_findings(made)))


def _half(end: pd.Timestamp, watches: list[Watch], calendar: Calendar, seed: int) -> Iterator[tuple[Any, ...]]:
    """For each chart and each of the two quarters up to `end`: first day, alarms, those expected by chance, 1."""
    last = calendar.start_of(end, "quarter")
    firsts = [calendar.start_of(last - pd.Timedelta(days=1), "quarter"), last]
    for watch in watches:
        over = calendar.ends(watch.sums["period"], watch.every) <= end
        rows = watch.sums[over & (watch.sums["node"] == "")]
        usual = usual_of(watch, rows, calendar)
        if usual is None:
            continue
        alarm = charted(watch, rows, "", usual, 1, seed).table
        began = alarm.index[alarm["alarm"] & ~alarm["alarm"].shift(fill_value=False)]
        chance = PER_YEAR[watch.every] / 4 / watch.once
        seen = alarm.index[~alarm["learnt"]]
        for first in firsts:
            after = calendar.next(first, "quarter")
            if ((seen >= first) & (seen < after)).any():
                yield first, int(((began >= first) & (began < after)).sum()), chance, 1


def _findings(made: Alarmed) -> Iterator[Finding]:
    table, missed = made.table, made.table["missed"].to_numpy(bool)
    raised = table["alarms"].to_numpy() > 0
    yield fact("review.alarms.raised", quarters=len(table), alarms=int(table["alarms"].sum()),
               by_chance=float(np.sum(table["by_chance"])), missed=int(missed.sum()),
               warned=int((missed & raised).sum()), calm=int((~missed).sum()),
               needless=int((~missed & raised).sum()))  # fmt: skip
