"""Figures that were summed up before they came: a date a quarter, though a forecast by months is asked for."""

from collections.abc import Callable

import pandas as pd

from workbench.periods import Calendar, Every

FEWEST = 5  # longer periods with sales: of fewer, a date in each may be chance
HELD = 0.8  # share of the longer periods, from the first to the last, that hold sales
_LONGER: dict[Every, tuple[Every, ...]] = {"week": ("month", "quarter", "year"), "month": ("quarter", "year"),
                                           "quarter": ("year",)}  # fmt: skip


def coarser(sales: pd.DataFrame, every: Every, calendar: Calendar) -> Every | None:
    """How far apart the sales are dated where that is longer than `every`; None where it is not.

    `sales`: as for `forecast`. Every longer period holds sales in one shorter one alone, always the same (the first
    month of a quarter, or its last), and few of the longer ones hold none: no company sells like that, statistics are
    dated like that.
    """
    totals = sales.groupby("period")["amount"].sum()
    days = pd.Series(pd.DatetimeIndex(totals.index[totals != 0]))
    return next((longer for longer in _LONGER.get(every, ()) if _once_each(days, every, longer, calendar)), None)


def _once_each(days: pd.Series, every: Every, longer: Every, calendar: Calendar) -> bool:
    """Whether nearly each longer period has one shorter one with sales, and the same."""
    if every == "week":  # one that holds a month's first day may begin before it
        ends = days + pd.Timedelta(days=6)
        return any(_placed(at, longer, calendar, lambda at, start: (at - start).dt.days // 7) for at in (days, ends))

    def number(at: pd.Series, starts: pd.Series) -> pd.Series:
        return pd.Series([len(calendar.range(a, b, every)) for a, b in zip(starts, at, strict=True)])

    return _placed(days, longer, calendar, number)


def _placed(
    days: pd.Series, longer: Every, calendar: Calendar, number: Callable[[pd.Series, pd.Series], pd.Series]
) -> bool:
    starts = calendar.start(days, longer)
    if len(days) < FEWEST or not starts.is_unique:
        return False
    asked = len(calendar.range(starts.iloc[0], starts.iloc[-1], longer))
    return len(days) >= HELD * asked and number(days, starts).nunique() == 1
