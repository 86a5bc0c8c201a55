"""What history tells of breaks, the calendar, product life and mix; see `workbench.analytics.results`."""

from dataclasses import dataclass

import pandas as pd

from workbench.analytics.results import Result
from workbench.periods import Spans


@dataclass(frozen=True, kw_only=True, repr=False)
class Breaks(Result):
    """Where the level of a series changed for good.

    `table`: index period; columns value, adjusted (season taken off), level (fitted), whole periods only
    `breaks`: index first period of the new level; columns lo, hi (95 % interval of that date), before, after (value a
        period around the date), ratio (after / before - 1)
    `outliers`: index period; columns value, expected (level and season), ratio; far from level and season
    `sup_f`, `p`: the largest F of one break against none, and how likely it is without any
    `slope`: growth a year that is in all levels, ratio; 0 where levels alone were fitted
    """

    measure: str
    table: pd.DataFrame
    breaks: pd.DataFrame
    outliers: pd.DataFrame
    sup_f: float
    p: float
    slope: float
    every: str


@dataclass(frozen=True, kw_only=True, repr=False)
class CalendarEffects(Result):
    """What working days and Spring Festival do to daily sales.

    `spans`: index role ("before", "during", "after", numbered where several); columns first, last (days from the
        festival's first day), ratio (sales / what ordinary days would have brought), lo, hi (95 %, from the years'
        differences), effect (money a festival)
    `profile`: index day from the festival; columns amount, expected: sums over the festivals
    `off_day`: sales on a day off against a working day of the same season, ratio; lo, hi 95 %
    `day_worth`: what one working day more adds to an average month, ratio
    `festivals`: how many are in the data, whole
    """

    spans: pd.DataFrame
    profile: pd.DataFrame
    off_day: float
    lo: float
    hi: float
    day_worth: float
    festivals: int


@dataclass(frozen=True, kw_only=True, repr=False)
class ProductLife(Result):
    """Items by where they stand in their life.

    `table`: index class ("new", "mature", "fading", "ended"); columns items, amount (last 12 months),
        amount_before (the 12 before), share
    `items`: index item, largest first; columns class, first (month launched or first
        sold, NaT where older than the data), amount, amount_before,
        peak (best 12 months), of_peak (amount / peak)
    """

    by: str
    table: pd.DataFrame
    items: pd.DataFrame


@dataclass(frozen=True, kw_only=True, repr=False)
class Mix(Result):
    """How the shares of nodes moved between two spans.

    `table`: index node, largest rise first; columns share, share_before, change (points; they add up to 0)
    `shifted`: the share of sales that changed hands: half of all changes, regardless of sign
    `hhi`, `hhi_before`: sums of squared shares
    """

    by: str
    table: pd.DataFrame
    shifted: float
    hhi: float
    hhi_before: float
    spans: Spans
