"""What a forecast returns, and the findings that it carries.

| key | values |
|---|---|
| forecast.total | amount, lo_80, hi_80, lo_95, hi_95 (sum over the horizon, joint), every, periods, first, last |
| forecast.growth | amount, amount_before, rate, direction, periods: against the same number of periods a year before |
| forecast.best | period, amount: the highest of the forecast periods |
| forecast.accuracy | mase, wape, mase_naive, wape_naive, gain (1 − mase / mase_naive), folds, series |
| forecast.naive_wins | mase, mase_naive, folds: nothing beats the seasonal naive on this panel |
| forecast.coverage | coverage_80, coverage_95, folds: share of backtest actuals inside the intervals |
| forecast.untested | have, need: too short a history for a backtest; intervals rest on other series |
| forecast.partial | period, amount: the running period holds this so far; it is forecast whole |
| forecast.festival | before, during, after: effect on a month's log sales of the whole window falling in it |
| forecast.working_days | effect: percent of sales for one percent of working days (elasticity) |
| forecast.filled | nodes, periods: periods without a number that were filled |
| forecast.unusual | node, period, amount, used: an amount far from its neighbours; the forecast learns from `used` |
| forecast.new | nodes, amount: nodes with less than two seasons of history, and their forecast |
| forecast.discontinued | nodes, node: nodes without sales in the last half season |
| forecast.untrusted | a decision (weight is the node's money): level, node (whose owner decides), places (pairs |
| | of level and node; None without levels), reasons, reason (the most serious: tells what is to be |
| | decided), amount, lo_80, hi_80, amount_before (the same stretch a year before), share, judged |
| forecast.rest_of_year | year (its first day), span, amount, lo_80, hi_80, amount_before, rate, direction: what is |
| | left of the fiscal year; landing, landing_lo, landing_hi, landing_before, landing_rate: |
| | the whole year, so far + forecast (None where history lacks its start) |
| forecast.next_year | span, amount, lo_80, hi_80, amount_before, rate, direction, lo_rate, hi_rate: the next four |
| | quarters or so |
| forecast.part_largest | level, node, amount, lo_80, hi_80, share, nodes: of the next year |
| forecast.part_rise, forecast.part_fall | level, node, amount, lo_80, hi_80, amount_before, change, yoy: largest |
| | expected change in money |
| forecast.parts_untrusted | level, count, names: nodes of a level not to trust |
| forecast.shape | every, high (period), amount, lo_80, hi_80, low (period), low_amount, periods: the highest and |
| | lowest ahead |
| forecast.habits | amount (of the year ahead), today (what today's customers should bring), customers, gap (amount − |
| | today) = growth (amount − the year before) + below (the year before − today); new: money of those new in as many |
| | weeks (None unknown); error: of the same reckoning for the last weeks (None untested) |
| forecast.doubt | reasons (of the whole), short (history has less than three years), have, need (periods of |
| | three years), every |
| forecast.naive_money | wape, wape_naive, folds: by money, repeating last year was more accurate |
| forecast.left_out | levels, most: levels not forecast because all parts together would be more than `most` |
| forecast.by_horizon | every, steps, first, last, first_naive, last_naive: MASE one step ahead and `steps` ahead |
| forecast.calibration | coverage_80, coverage_95, folds, verdict: "narrow", "wide" or "fits" |
| forecast.working_day | rate: change of a period's sales for one more working day; every |
| forecast.no_calendar | country: no effect of working days or festivals can be told from these data |
| forecast.variable_used | variable (spend, reps, price, market, event), name (an event's kind), effect, lo_80, hi_80: |
| | change of sales for 10 % more of it, or of a period that is an event throughout; with_it, |
| | without_it (mean errors in `tests` tests), lag, every |
| forecast.variable_left | names, with_it (of the best), without_it, tests: they do not make the forecast better |
| forecast.variable_untested | names, why: "rare" (moved in too few periods) or "short" (too few known) |
| forecast.own_model | name, weight_won (ratio, mean over series), mase, mase_ours: an analyst's own model |
| forecast.own_failed | name, failed, series: on how many series it gave no forecast |
| forecast.range | amount, pessimistic, optimistic, span: one in ten comes out below, one in ten above |
| forecast.scenario | name, assumptions (pairs of what and ratio), amount, change, rate, basis: "measured", "assumed", |
| | "both", "uncounted" (what spend does is unknown), None where no driver is moved; through: share of sales |
| | that deals bring, where a win rate is moved |
| forecast.what_if | driver, now, amount, rate: money over the span for one step of the driver, all else equal; |
| | measured: by its effect in these data, with lo_80 and hi_80; else in proportion; slow: what a new |
| | person's ramp took off; through: share of sales that deals bring, None unknown; span |
| forecast.record | as_of, span, amount, lo_80, hi_80, actual, error, inside: what was said then, and what it came to |
| forecast.record_all | vintages, periods, wape, coverage_80: of all earlier forecasts that came due |
| forecast.record_empty | section |
| forecast.unknown_periods | section, have, need, every |
| forecast.unknown_nothing | section, have, every |
| forecast.unknown_coarser | section, every, data |

`span` is a pair of days, first and last. `reasons` is a tuple of evidence.REASONS: short, discontinued, intermittent,
level_shift, naive_better, wide, filled.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.analytics.forecast.hierarchy import Hierarchy
from workbench.analytics.forecast.influences import Influences
from workbench.analytics.forecast.panel import Array
from workbench.analytics.results import Result


@dataclass(frozen=True, kw_only=True, repr=False)
class Forecast(Result):
    """Sales ahead, for the whole and every node, with how sure.

    `table`: index (node, period); columns mean, lo_80, hi_80, lo_95, hi_95; adds up over nodes, and node "" is the
    whole.
    `nodes`: index node; columns level, *by, amount (sum over the horizon), mase, mase_naive, forecastability, reasons.
    `paths`: (paths, nodes, horizon) joint sample paths that add up too, in the order of `nodes`.
    `history`: index period; one column per node. `backtest`, `by_horizon`: see evidence.Evidence.
    `base`: the same as `table`'s mean before reconciliation. `untrusted`: the rows of `nodes` that have reasons.
    `influences`: what spend, people, prices, the market and events do to sales; None where no such variable was given.
    """

    every: str
    method: str
    table: pd.DataFrame
    nodes: pd.DataFrame
    paths: Array
    history: pd.DataFrame
    backtest: pd.DataFrame
    by_horizon: pd.DataFrame
    base: pd.Series
    structure: Hierarchy
    calendar_effects: pd.Series
    influences: Influences | None = None

    def __repr__(self) -> str:
        """The findings, then the whole by period."""
        shown = self.whole.set_axis(self.periods.date, axis=0).to_string(float_format="{:,.4g}".format)
        return f"{super().__repr__()}\n{shown}"

    @property
    def periods(self) -> pd.DatetimeIndex:
        return pd.DatetimeIndex(self.table.index.unique("period"), name="period")

    @property
    def untrusted(self) -> pd.DataFrame:
        return self.nodes[self.nodes["reasons"].map(len) > 0]

    @property
    def whole(self) -> pd.DataFrame:
        """The first node (the whole, where there is one): index period."""
        return self.table.loc[self.nodes.index[0]]

    def total(self, node: str | None = None, first: int = 0, last: int | None = None) -> pd.Series:
        """The sum over steps `first` to `last` (all by default) of a node (the first by default): mean and intervals.

        From the joint paths, so that errors that go on from period to period are not taken to cancel out.
        """
        at = 0 if node is None else list(self.nodes.index).index(node)
        name = self.nodes.index[at]
        mean = float(self.table.loc[name, "mean"].iloc[first:last].sum())
        return interval_of_sum(mean, self.paths[:, at, first:last])


def interval_of_sum(mean: float, paths: Array) -> pd.Series:
    """mean, lo_80, hi_80, lo_95, hi_95 of the sum over the last axis of (paths, steps)."""
    lo_95, lo_80, hi_80, hi_95 = np.quantile(paths.sum(axis=1), (0.025, 0.1, 0.9, 0.975))
    return pd.Series({"mean": mean, "lo_80": lo_80, "hi_80": hi_80, "lo_95": lo_95, "hi_95": hi_95})
