"""What to expect of a series by season, working days and festivals, learnt not bent by single odd periods."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.analytics.forecast.calendar import FESTIVAL_COUNTRIES, festival_shares
from workbench.analytics.forecast.panel import Array
from workbench.periods import Calendar, Every

_PER_YEAR = {"day": 365.25, "week": 52.18, "month": 12.0}
_DAY = pd.Timedelta(days=1)
_FORTNIGHT = pd.Timedelta(days=14)  # the last of a quarter, when deals are hurried
_HUBER = 1.345  # residuals beyond so many standard deviations count less
_RIDGE = 2.0  # observations' worth of "no effect"
_ROUNDS = 25
_CLEAR = 3.0  # shares off by more standard deviations count less
_DRAWN = 0.1  # of all cases, in favour of "the calendar does nothing to this share"


@dataclass(frozen=True)
class Expected:
    """`mean`: of each period. `noise`: standard deviation of the log around it (counts: of Pearson residuals).

    `unsure`: standard error of the log of the mean itself over the periods after the learning ones.
    """

    mean: Array
    noise: float
    unsure: float


def festivals(periods: pd.DatetimeIndex, calendar: Calendar, every: Every) -> Array:
    """(periods, terms): what hurries or delays decisions: the quarter's last fortnight, Spring Festival."""
    columns = [_push(periods, _after(periods, calendar, every), calendar)]
    if calendar.settings.country in FESTIVAL_COUNTRIES and every != "day":
        columns += list(festival_shares(periods, calendar, every).to_numpy().T)
    return np.column_stack(columns)


def share_of(cases: Array, of: Array, table: Array, learnt: int) -> Array:
    """The share that is expected of every period, from the first `learnt`: a logistic regression on `table`.

    Each term is drawn towards none by a tenth of all cases' worth; periods odd beyond chance count less (Huber 1964).
    """
    some = np.flatnonzero(np.isfinite(cases[:learnt]) & (of[:learnt] > 0))
    x, n = cases[some], of[some]
    size = table[some].std(axis=0)
    used = size > 1e-9
    design = np.column_stack(
        [np.ones(len(table)), ((table - table[some].mean(axis=0)) / np.where(used, size, 1))[:, used]]
    )
    slopes = np.zeros(design.shape[1])
    slopes[0] = np.log((x.sum() + 0.5) / (n.sum() - x.sum() + 0.5))
    for _ in range(_ROUNDS):
        share = 1 / (1 + np.exp(-design[some] @ slopes))
        spare = n * share * (1 - share)
        off = (x - n * share) / np.sqrt(spare)
        weight = np.minimum(1, _CLEAR / np.maximum(np.abs(off), 1e-9))
        penalty = np.diag([0.0, *[_DRAWN * spare.sum()] * (design.shape[1] - 1)])
        to = design[some].T @ (weight * (x - n * share)) - penalty @ slopes
        step = np.linalg.solve((design[some].T * (weight * spare)) @ design[some] + penalty, to)
        slopes = slopes + step
        if np.abs(step).max() < 1e-8:
            break
    return np.clip(1 / (1 + np.exp(-design @ slopes)), 1e-4, 1 - 1e-4)


def regressors(periods: pd.DatetimeIndex, calendar: Calendar, every: Every, learnt: int) -> Array:
    """(periods, terms): trend, working days, Spring Festival, the quarter's last fortnight, time of the year.

    After the `learnt` periods the trend goes on at half its pace: growth seldom lasts (Gardner & McKenzie 1985).
    """
    after = _after(periods, calendar, every)
    worked = _worked(periods, after, calendar)
    columns = [worked if every == "day" else np.log(np.maximum(worked, 0.5)), _push(periods, after, calendar)]
    if calendar.settings.country in FESTIVAL_COUNTRIES and every != "day":
        columns += list(festival_shares(periods, calendar, every).to_numpy().T)
    if every == "day":
        columns += [(periods.day_of_week == d).astype(float) for d in range(6)]
    years = np.arange(len(periods)) / _PER_YEAR[every]
    waves = min(int(years[learnt - 1] + 0.1), 2)  # as many as there are years, at most two a year
    columns += [f(2 * np.pi * k * years) for k in range(1, waves + 1) for f in (np.sin, np.cos)]
    if years[learnt - 1] >= 1.5:
        columns.append(np.minimum(years, years[learnt - 1]) / 2 + years / 2)
    return np.column_stack(columns)


def expected(values: Array, table: Array, learnt: int, *, counts: bool) -> Expected:
    """The mean of every period from the first `learnt` ones; `values` above 0, or counts.

    Log-linear by iteratively reweighted least squares with Huber's weights (Huber 1964; counts: quasi-Poisson, Cantoni
    & Ronchetti 2001), each term but the level drawn towards none by two observations' worth.
    """
    y, x = values[:learnt], table[:learnt]
    known = np.isfinite(y)
    y, x = y[known], x[known]
    centre, size = x.mean(axis=0), x.std(axis=0)
    used = size > 1e-9
    design = np.column_stack([np.ones(len(table)), ((table - centre) / np.where(used, size, 1))[:, used]])
    slopes, weight, noise = _fitted(y, design[:learnt][known], counts)
    return _told(design, slopes, weight, noise, learnt, known)


def _fitted(y: Array, x: Array, counts: bool) -> tuple[Array, Array, float]:
    """Slopes, the weight of each observation in the log's scale, and the noise."""
    penalty = np.diag([0.0, *[_RIDGE] * (x.shape[1] - 1)])
    slopes = np.zeros(x.shape[1])
    slopes[0] = np.log(max(float(np.median(y) if not counts else y.mean()), 1e-9))
    noise, weight = 1.0, np.ones(len(y))
    for _ in range(_ROUNDS):
        mean = np.exp(np.clip(x @ slopes, -30, 30))
        off = (y - mean) / np.sqrt(mean) if counts else np.log(y) - np.log(mean)
        noise = max(_scale(off, x.shape[1]), 1e-9)
        weight = np.minimum(1, _HUBER * noise / np.maximum(np.abs(off), 1e-12)) * (mean if counts else 1.0)
        step = (y - mean) / mean if counts else off
        per_case = weight.sum() / len(y)
        new = np.linalg.solve((x.T * weight) @ x + penalty * per_case, x.T @ (weight * (x @ slopes + step)))
        done, slopes = np.abs(new - slopes).max() < 1e-8, new
        if done:
            break
    return slopes, weight, noise


def _scale(off: Array, terms: int) -> float:
    """Standard deviation from the median absolute value, or the plain one of what lies within three of it."""
    rough = 1.4826 * float(np.median(np.abs(off)))
    inside = off[np.abs(off) <= 3 * rough] if rough > 0 else off
    kept = float(np.sqrt((inside**2).sum() / max(len(inside) - terms, 1)))
    return max(kept, rough) if rough > 0 else kept


def _told(design: Array, slopes: Array, weight: Array, noise: float, learnt: int, known: Array) -> Expected:
    mean = np.exp(np.clip(design @ slopes, -30, 30))
    x = design[:learnt][known]
    information = (x.T * weight) @ x + np.diag([0.0, *[_RIDGE] * (x.shape[1] - 1)]) * weight.sum() / len(x)
    ahead = design[learnt:].mean(axis=0) if len(design) > learnt else design[-1]
    unsure = noise * float(np.sqrt(ahead @ np.linalg.solve(information, ahead)))
    return Expected(mean, noise, unsure)


def _after(periods: pd.DatetimeIndex, calendar: Calendar, every: Every) -> pd.DatetimeIndex:
    """The day after each period's last."""
    return pd.DatetimeIndex([calendar.next(p, every) for p in periods])


def _worked(periods: pd.DatetimeIndex, after: pd.DatetimeIndex, calendar: Calendar) -> Array:
    """Working days of each period."""
    sums = np.concatenate([[0], np.cumsum(calendar.worked(periods[0], after[-1] - _DAY))])
    return (sums[(after - periods[0]).days] - sums[(periods - periods[0]).days]).astype(float)


def _push(periods: pd.DatetimeIndex, after: pd.DatetimeIndex, calendar: Calendar) -> Array:
    """Share of each period's days that lie in the last fortnight of the quarter in which it begins."""
    quarter = calendar.start(periods.to_series(), "quarter")
    over = pd.DatetimeIndex(quarter.map({q: calendar.next(q, "quarter") for q in quarter.unique()}))
    inside = pd.TimedeltaIndex(np.minimum(after, over) - np.maximum(periods, over - _FORTNIGHT)).days.to_numpy()
    return np.asarray(inside.clip(min=0) / (after - periods).days.to_numpy())
