"""The months of a plan: what deals must bring in each, what open ones will, and when new ones must begin."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.analytics.forecast.panel import Array
from workbench.analytics.plan.work.lags import Lags, Span, arriving
from workbench.analytics.plan.work.rates import Rates, Records
from workbench.errors import ParameterError
from workbench.periods import Calendar

_DAY = pd.Timedelta(days=1)


@dataclass(frozen=True)
class Ahead:
    """The months that are left: their days, the money that deals must bring, and what open deals should bring."""

    months: pd.DatetimeIndex
    days: list[Span]
    target: Array
    need: Array
    credit: Array


def months_left(target: pd.Series, sold: float, rates: Rates, records: Records) -> Ahead:
    """The target that is left, on the months that are left, and what of it deals must bring."""
    start, calendar = pd.Timestamp(records.as_of) + _DAY, records.calendar
    ends = [calendar.end_of(month, "month") for month in target.index]
    left = target[[end >= start for end in ends]]
    rest = float(target.sum()) - sold
    if not len(left) or not left.sum() > 0 or not rest > 0:
        problem = "no month of the target lies after as_of" if not len(left) else "nothing is left to sell"
        raise ParameterError("plan.back_solve", [f"{problem}; give the money by month, and what is sold already"])
    months = pd.DatetimeIndex(left.index)
    days = _left(months, start, calendar)
    money = left.to_numpy(float) / float(left.sum()) * rest
    need = money * (1.0 if rates.through is None else rates.through)
    return Ahead(months, days, money, need, credit(rates.lags, rates.open, days, records.as_of))


def credit(curve: Lags, open_: pd.DataFrame, days: list[Span], as_of: pd.Timestamp) -> Array:
    """Money that today's open deals should bring in each span of days: their amounts times how likely each is won."""
    if not len(open_):
        return np.zeros(len(days))
    age, amount = open_["age"].to_numpy(int), open_["amount"].to_numpy(float)
    today = pd.Timestamp(as_of)
    likely = [curve.later(age, age + (first - today).days, age + (last - today).days) for first, last in days]
    return np.array([float((p * amount).sum()) for p in likely])


def window(plan: Ahead) -> Span:
    return plan.days[0][0], plan.days[-1][1]


def inflow_of(plan: Ahead, records: Records) -> dict[pd.Timestamp, Span]:
    """The months in which opportunities can still be created, to the end of the period, with the days left of each."""
    start, calendar = pd.Timestamp(records.as_of) + _DAY, records.calendar
    months = calendar.range(start, plan.days[-1][1], "month")
    return dict(zip(months, _left(months, start, calendar), strict=True))


def _left(months: pd.DatetimeIndex, start: pd.Timestamp, calendar: Calendar) -> list[Span]:
    """The days of each month from `start` on."""
    return [(max(m, start), calendar.end_of(m, "month")) for m in months]


def by_month(
    plan: Ahead,
    rates: Rates,
    inflow: dict[pd.Timestamp, Span],
    reach: Array,
    calendar: Calendar,
) -> pd.DataFrame:
    """Money and wins by the month of closing, opportunities and leads by the month in which they must begin."""
    wins = _still(plan) / rates.size
    table = pd.DataFrame(
        {"target": plan.target, "need": plan.need, "credit": plan.credit, "wins": wins}, index=plan.months
    ).reindex(list(inflow))
    table["opportunities"] = traced(wins, reach) / rates.yields
    table["after"] = _after(plan, rates, list(inflow.values()), calendar)
    if rates.lead_rate is not None:
        table["leads"] = table["opportunities"] * rates.lead_share / rates.lead_rate
    return table.rename_axis("month")


def _still(plan: Ahead) -> Array:
    """Money by month that new deals must bring: what open deals bring beyond one month's need counts for the next."""
    missing = np.maximum.accumulate(np.clip(np.cumsum(plan.need - plan.credit), 0, None))
    total = max(float(plan.need.sum() - plan.credit.sum()), 0.0)
    short = np.diff(missing, prepend=0.0)
    return short * (total / short.sum()) if short.sum() > 0 else short


def traced(wins: Array, reach: Array) -> Array:
    """Wins by month of closing as wins by month of creation: each month's are laid on those that can bring them.

    `reach` (created, won) weighs the months of creation; a month that no new deal can reach stays out.
    """
    total = reach.sum(axis=0)
    weights = np.divide(reach, total, out=np.zeros_like(reach), where=total > 0)
    return np.asarray(weights @ wins)


def _after(plan: Ahead, rates: Rates, inflow: list[Span], calendar: Calendar) -> Array:
    """Opportunities that the months after the period need, should they go on as those of the period."""
    day, count = plan.days[-1][1] + _DAY, len(plan.months)
    later: list[Span] = []
    while (day - plan.days[-1][1]).days <= len(rates.lags.won) and len(later) < 24:
        later.append((day, calendar.end_of(day, "month")))
        day = later[-1][1] + _DAY
    need = plan.need if count == 12 else np.full(count, plan.need.mean())
    money = np.array([need[n % count] for n in range(len(later))])
    wins = np.clip(money, 0, None) / rates.size
    within = arriving(rates.lags, inflow, later)
    whole = _shares(rates.lags, later, inflow)
    return (
        np.asarray((within * np.divide(wins, whole, out=np.zeros_like(wins), where=whole > 0)).sum(axis=1))
        / rates.yields
    )


def _shares(curve: Lags, later: list[Span], inflow: list[Span]) -> Array:
    """What a steady inflow of one a month up to the end of each later month would bring in it."""
    every = [*inflow, *later]
    return arriving(curve, every, later).sum(axis=0)
