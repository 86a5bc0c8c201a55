"""What the funnel functions return. Ratios as 0.05, time in days, money in the company's currency; NaN is unknown."""

from dataclasses import dataclass

import pandas as pd

from workbench.analytics.results import Result


@dataclass(frozen=True, kw_only=True, repr=False)
class Conversion(Result):
    """How many deals go on from each stage.

    `table`: index stage, in the settings' order; columns
        next      the following stage, "" for won
        entered   deals that reached the stage, also those that skipped it
        passed    of these, went on; lost: were lost here; waiting: are here still, neither passed nor lost
        rate      passed / (passed + lost); lo, hi: its Wilson 95 % interval
        win_rate  won / (won + lost) of the deals that reached the stage
        amount_lost  value of the deals lost here, where deals carry one
    `nodes`: the same by node, index (node, stage); empty without `by`
    `periods`: the same by cohort of creation, index (period, stage), with `settled`, the share of the cohort's deals
        that are closed; empty without `every`
    `bottleneck`: the stage with the lowest rate, where one point more brings the most wins; `sure` that it is lowest
    `unplaced`: closed deals whose stages are not in the history, left out
    """

    table: pd.DataFrame
    nodes: pd.DataFrame
    periods: pd.DataFrame
    bottleneck: str
    sure: bool
    by: str
    every: str
    deals: int
    unplaced: int


@dataclass(frozen=True, kw_only=True, repr=False)
class WinRate(Result):
    """Deals won of those closed, by period of closing.

    `table`: index period; columns won, closed, rate, lo, hi (Wilson 95 %),
        [won_amount, closed_amount, rate_value], whole
    `total`: the same over all periods, as one row. `p_same`: how likely such differences between the whole periods with
    30 deals or more are when nothing changes (chi-square); NaN with one period. `every`: length of a period
    """

    table: pd.DataFrame
    total: pd.Series
    p_same: float
    every: str


@dataclass(frozen=True, kw_only=True, repr=False)
class Cycle(Result):
    """Days from creation to closing, won or lost; open deals count as lasting longer than they have so far.

    `curve`: index days; columns open (share still open, Kaplan-Meier), lo, hi (95 %)
    `groups`: index node ("" for all deals, first); columns
        deals, closed, median, lo, hi (95 %), won_median, lost_median
    `median`, `lo`, `hi`: of all deals; `p_same`: log-rank test between the groups, NaN without `by`
    """

    curve: pd.DataFrame
    groups: pd.DataFrame
    median: float
    lo: float
    hi: float
    p_same: float
    by: str


@dataclass(frozen=True, kw_only=True, repr=False)
class Ageing(Result):
    """Open deals by stage and age; stuck are those older than nine of ten won deals were when they closed.

    `table`: index stage; columns deals, amount, stuck, stuck_amount, median_age (days), unvalued (deals without amount)
    `bands`: index age band (its first day); columns deals, amount
    `deals`: the stuck ones, most money first; index opportunity; columns stage, [rep, customer], amount, age
    `limit`: days; `win_rate_older`, `lo`, `hi`: of the closed deals that lasted longer, the share that was won
    """

    table: pd.DataFrame
    bands: pd.DataFrame
    deals: pd.DataFrame
    limit: float
    win_rate_older: float
    lo: float
    hi: float


@dataclass(frozen=True, kw_only=True, repr=False)
class Reps(Result):
    """Each rep's win rate, pulled toward the team's by as much as chance can explain.

    `table`: index rep, best first; columns
        opportunities, won, closed, rate   as counted
        shrunk, lo, hi                     mean and 95 % interval of what the rep's own rate may be
        rank, rank_lo, rank_hi             median rank, 1 is best, and its 95 % interval
        top, bottom                        probability of being in the best, the last quarter
        [won_amount, left]                 money won; whether the rep has left
    `team`: the mean of all reps' own rates; `spread`: their standard deviation, 0 where all may be alike
    `p_same`: how likely such differences are when all reps are alike (chi-square)
    """

    table: pd.DataFrame
    team: float
    spread: float
    p_same: float


@dataclass(frozen=True, kw_only=True, repr=False)
class Replay(Result):
    """The funnel's rates by year of creation, with what is change and what is noise.

    `rates`: index step (stage, "won" for the whole funnel); a column for each year; NaN under 30 cases
    `cases`: the same with the number of deals that passed or were lost
    `settled`: index year; share of its deals that are closed; years under 0.9 stay out of the tests
    `tests`: index step; columns pooled, last_year (last settled year), p, p_adjusted (Holm), change (bool),
        use: the rate to plan with: the last settled year's where it changed, else the pooled one
    """

    rates: pd.DataFrame
    cases: pd.DataFrame
    settled: pd.Series
    tests: pd.DataFrame


@dataclass(frozen=True, kw_only=True, repr=False)
class Channels(Result):
    """What each channel brought for what was spent on it as long before as deals take to be won.

    `table`: index channel, largest return first; columns
        spend      of the months from `lag_months` before the first to `lag_months` before the last day
        [leads, cost_per_lead]   of the same months
        won, won_amount          deals of this source won from the first to the last day
        returned   won_amount / spend; lo, hi: 95 % interval, from how many deals of what size made it
        cost_of_win   spend / won
    `days`: first and last day. `lag_months`: median months from creation to won
    """

    table: pd.DataFrame
    days: tuple[pd.Timestamp, pd.Timestamp]
    lag_months: int
