"""The selling calendar: which days and weeks of a period people sell on, and how the year's season runs over months."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.analytics.forecast.panel import Array
from workbench.analytics.plan.period import PlanPeriod
from workbench.errors import ParameterError
from workbench.periods import Calendar

_SINGLE_YEAR = 0.5  # how far one year's own season is believed, against the whole's
_THURSDAY = 3  # days from a week's first to its middle day: the week belongs to that day's month, as in ISO 8601


@dataclass(frozen=True)
class Selling:
    """`days`: index day of the period; columns week, month, quarter (first days) and weight (sums to 1 in each month).

    `off`: weeks (first days) in which nobody is to sell; empty where the calendar's working days decide.
    """

    days: pd.DataFrame
    off: pd.DatetimeIndex

    def carried(self, period: PlanPeriod, calendar: Calendar) -> Array:
        """What each month can carry: its selling weeks where they are declared, else its working days."""
        sold = self.days[self.days["weight"] > 0]
        if len(self.off):
            return sold.groupby("month")["week"].nunique().reindex(period.months, fill_value=0).to_numpy(float)
        return _working(period.months, calendar)

    @property
    def weeks(self) -> int:
        """Weeks of the period in which people sell."""
        return int(self.days[self.days["weight"] > 0]["week"].nunique())


def selling(period: PlanPeriod, calendar: Calendar, selling_weeks: int = 0) -> Selling:
    """The period's days and how much of a month's target each carries.

    Without `selling_weeks` every working day of the country carries the same (make-up Saturdays count). With it, weeks
    belong to one month each and carry the same, and those that are too many are left out: weeks without a working day
    first, then from the months with the most weeks the one with the fewest working days. `selling_weeks` is of a year.
    """
    frame = calendar.days(period.first, period.last).set_index("day")[["week", "month", "quarter"]]
    working = calendar.worked(period.first, period.last).astype(float)
    if not selling_weeks:
        return Selling(frame.assign(weight=_within(working, frame["month"])), pd.DatetimeIndex([]))
    middle = pd.DatetimeIndex(frame["week"]) + pd.Timedelta(days=_THURSDAY)
    home = frame["month"].reindex(middle).to_numpy()
    stray = (middle < period.first) | (middle > period.last)
    own = (frame["month"].to_numpy() == home) & ~stray
    weeks = pd.DataFrame({"working": working, "month": frame["month"]})[own].groupby(frame["week"][own])
    table = weeks.agg(working=("working", "sum"), month=("month", "first"))
    kept = _kept(table, round(selling_weeks * (period.last - period.first).days / 364.5), selling_weeks)
    inside = own & frame["week"].isin(kept).to_numpy()
    count = frame["month"].map(table.loc[kept, "month"].value_counts()).to_numpy(float)
    share = _within(np.where(inside, working, 0.0), frame["week"].where(inside, pd.NaT), even=inside)
    return Selling(frame.assign(weight=np.where(inside, share / count, 0.0)), pd.DatetimeIndex(table.index).difference(
        pd.DatetimeIndex(kept)))  # fmt: skip


def _kept(table: pd.DataFrame, wanted: int, asked: int) -> list[pd.Timestamp]:
    """The weeks in which people sell."""
    months = table["month"].nunique()
    if wanted < months:
        raise ParameterError("plan", [f"selling_weeks is {asked}; every month needs one week to sell in at least"])
    left = table.sort_values("working", kind="stable")
    for week in left.index[left["working"] == 0]:
        if len(left) > wanted and (left["month"] == left.at[week, "month"]).sum() > 1:
            left = left.drop(week)
    while len(left) > wanted:
        many = left["month"].map(left["month"].value_counts())
        left = left.drop(left.index[(many == many.max()).to_numpy()][0])
    return sorted(left.index)


def _within(weight: Array, group: pd.Series, even: Array | None = None) -> Array:
    """Weights that sum to 1 in each group; a group without any is even over its days (those of `even`)."""
    flat = np.ones(len(weight)) if even is None else even.astype(float)
    totals = pd.Series(weight, group.index).groupby(group).transform("sum").to_numpy(float)
    counts = pd.Series(flat, group.index).groupby(group).transform("sum").to_numpy(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.nan_to_num(np.where(totals > 0, weight / totals, flat / counts))


def season(
    monthly: pd.DataFrame | None, cells: pd.DataFrame, period: PlanPeriod, calendar: Calendar, carried: Array
) -> tuple[Array, Array]:
    """The months' shares of the whole (months,) and of each part (parts, months); each row sums to 1.

    Where `monthly` holds the period's own months (what a forecast expects of them, Spring Festival and all), those are
    the shares. Else the same months of past years are averaged per working day and given this year's working days, and
    a part's own season is shrunk towards the whole's by how much it changes from year to year (James & Stein 1961).
    Without any, what the months can carry decides (`Selling.carried`).
    """
    flat = carried / carried.sum()
    if monthly is None or not len(monthly):
        return flat, np.tile(flat, (len(cells), 1))
    ahead = monthly[monthly["period"].isin(period.months)]
    if ahead["period"].nunique() == len(period.months):
        return _expected(ahead, cells, period, flat)
    years = _years(monthly, cells, period, calendar)
    if not len(years):
        return flat, np.tile(flat, (len(cells), 1))
    known = monthly.groupby("period")["amount"].sum().reset_index()
    whole = _mean(_years(known, pd.DataFrame(index=range(1)), period, calendar), flat)
    profile = _shrunk(years, whole[0])
    worked = _working(period.months, calendar)
    return _planned(whole, worked)[0], _planned(profile, worked)


def _working(months: pd.DatetimeIndex, calendar: Calendar) -> Array:
    return np.array([max(calendar.working_days(m, calendar.end_of(m, "month")), 1) for m in months], dtype=float)


def _planned(rates: Array, worked: Array) -> Array:
    """Sales per working day times the working days there will be, as shares."""
    money = rates * worked
    return np.asarray(money / money.sum(axis=1, keepdims=True))


def _expected(ahead: pd.DataFrame, cells: pd.DataFrame, period: PlanPeriod, flat: Array) -> tuple[Array, Array]:
    wide = _wide(ahead, cells, period.months)
    total = ahead.groupby("period")["amount"].sum().reindex(period.months, fill_value=0.0).clip(lower=0).to_numpy(float)
    whole = total / total.sum() if total.sum() > 0 else flat
    sums = wide.sum(axis=1, keepdims=True)
    return whole, np.where(sums > 0, wide / np.where(sums > 0, sums, 1), whole)


def _wide(monthly: pd.DataFrame, cells: pd.DataFrame, periods: pd.Index) -> Array:
    """Money of each cell in each period, by the levels that `monthly` has; 0 where there is none."""
    from workbench.analytics.plan.parts.keys_mix import keyed_by

    by = [str(c) for c in cells if c in monthly]
    known = monthly[monthly["period"].isin(periods)]
    place = pd.Index(periods).get_indexer(known["period"])
    if not by:
        row = np.bincount(place, known["amount"].clip(lower=0), minlength=len(periods))
        return np.tile(row, (len(cells), 1))
    both = pd.concat([keyed_by(known, by), cells[by].astype(object)])
    codes = both.groupby(by, sort=False).ngroup().to_numpy()
    table = np.zeros((int(codes.max()) + 1, len(periods)))
    np.add.at(table, (codes[: len(known)], place), known["amount"].clip(lower=0).to_numpy(float))
    return np.asarray(table[codes[len(known) :]])


def _years(monthly: pd.DataFrame, cells: pd.DataFrame, period: PlanPeriod, calendar: Calendar) -> Array:
    """(years, cells, months): sales per working day in the same months of whole past years, newest first, at most 5."""
    held, years, months = set(monthly["period"]), list[Array](), period.months
    for _ in range(5):
        months = pd.DatetimeIndex([calendar.year_before(m) for m in months])
        if set(months) <= held:
            years.append(_wide(monthly, cells, months) / _working(months, calendar))
    return np.array(years) if years else np.zeros((0, len(cells), len(period.months)))


def _mean(years: Array, flat: Array) -> Array:
    """The mean over years of each row's shares; `flat` where a row has no sales at all."""
    total = years.sum(axis=2, keepdims=True)
    count = (total > 0).sum(axis=0)
    shares = np.divide(years, total, out=np.zeros_like(years), where=total > 0).sum(axis=0)
    return np.where(count > 0, shares / np.where(count > 0, count, 1), flat)


def _shrunk(years: Array, whole: Array) -> Array:
    """Each part's own season, drawn towards the whole's as far as its years differ from each other."""
    own = _mean(years, whole)
    count = len(years)
    if count < 2:
        return np.asarray(_SINGLE_YEAR * own + (1 - _SINGLE_YEAR) * whole)
    total = years.sum(axis=2, keepdims=True)
    shares = np.where(total > 0, years / np.where(total > 0, total, 1), whole)
    noise = shares.var(axis=0, ddof=1).sum(axis=1) / count
    apart = ((own - whole) ** 2).sum(axis=1)
    kept = np.clip(1 - np.divide(noise, apart, out=np.ones_like(noise), where=apart > 0), 0, 1)[:, None]
    return np.asarray(kept * own + (1 - kept) * whole)
