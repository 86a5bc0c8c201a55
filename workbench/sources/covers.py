"""Which days the data hold. A silent edge no longer than the usual silence still counts as held."""

from datetime import date

import numpy as np
import pandas as pd

from workbench.periods import Calendar, Every

_DAY = pd.Timedelta(days=1)
Days = tuple[pd.Timestamp, pd.Timestamp]


def covered(days: pd.Series, as_of: pd.Timestamp, calendar: Calendar, said: tuple[date, date] | None = None) -> Days:
    """First and last day held up to `as_of`: as the settings say, else from the days that have rows.

    Where the data end before `as_of` by no more than the usual silence they reach it, and a month that the first or
    last row leaves open by no more than that is held whole.
    """
    if said:
        return pd.Timestamp(said[0]), min(pd.Timestamp(said[1]), as_of)
    held = pd.DatetimeIndex(days.dropna().drop_duplicates().sort_values())
    first, last, silence = held[0], min(held[-1], as_of), usual_silence(held) * _DAY
    start, end = calendar.start_of(first, "month"), calendar.end_of(last, "month")
    if as_of <= last + silence:
        last = as_of
    elif end <= last + silence:
        last = end
    return (start if start >= first - silence else first), last


def usual_silence(days: pd.DatetimeIndex) -> int:
    """Days without rows between two days with some: the 99th percentile, at least 1."""
    if len(days) < 2:
        return 1
    silences = np.diff(days.to_numpy()) // np.timedelta64(1, "D") - 1
    return max(1, int(np.quantile(silences.astype(float), 0.99, method="higher")))


def whole(starts: pd.Series, every: Every, covers: Days, calendar: Calendar) -> pd.Series:
    """Whether each period lies within the days held."""
    return (starts >= covers[0]) & (calendar.ends(starts, every) <= covers[1])
