"""The people whom the tables name: who sells, who leads, since when, and what each sold by month."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.analytics.keys import fact
from workbench.analytics.plan.period import PlanPeriod
from workbench.analytics.results import Unknown
from workbench.settings.plan import People

WINDOW = 12  # months that a person's pace is taken from
_SILENT = 6  # months without a sale from which nobody is counted as a seller
_FEWEST = 3


@dataclass(frozen=True)
class Roster:
    """`people`: index name as reports show it; columns team, manager, role, joined, left, inferred, seller, leads.

    `by_label`: index name, columns months (whole ones): sales; 0 where a person sold nothing. `unnamed`: sales without
    a rep. `months`: all whole months
    """

    people: pd.DataFrame
    by_label: pd.DataFrame
    unnamed: pd.Series
    silent: tuple[str, ...]
    leaders_known: bool

    @property
    def months(self) -> pd.DatetimeIndex:
        return pd.DatetimeIndex(self.by_label.columns)

    @property
    def last(self) -> pd.Timestamp:
        """The first day of the last whole month."""
        return self.months[-1]

    @property
    def window(self) -> pd.DatetimeIndex:
        """The last 12 whole months, or as many as there are."""
        return self.months[-WINDOW:]

    @property
    def last_year(self) -> pd.Series:
        """Sales of the window by name; NaN for who sold nothing at all in it."""
        sold = self.by_label[self.window].sum(axis=1)
        return sold.where((self.by_label[self.window] != 0).any(axis=1))

    @property
    def total_last_year(self) -> float:
        return float(self.by_label[self.window].to_numpy().sum() + self.unnamed[self.window].sum()) * (
            WINDOW / len(self.window)
        )

    def booked(self, period: PlanPeriod) -> pd.Series:
        """What the period's whole months hold already, by name."""
        return self.by_label[self.months[(self.months >= period.first) & (self.months <= period.last)]].sum(axis=1)


def roster(reps: pd.DataFrame | None, sales: pd.DataFrame, wanted: People) -> Roster | Unknown:
    """Who is who, from the table of reps and monthly sales by rep; without the table from the sales alone."""
    if "rep" not in sales or not sales["rep"].notna().any():
        return Unknown(section="people", findings=(fact("plan.people.unknown_sales"),))
    whole = sales[sales["whole"]]
    months = pd.DatetimeIndex(sorted(whole["period"].unique()))
    if len(months) < _FEWEST:
        return Unknown(section="people", findings=(fact("plan.people.unknown_months", have=len(months), need=_FEWEST),))
    if (months.day == 1).all():  # a month in which nobody sold is a month; of 4-4-5 and the like those that are there
        months = pd.date_range(months[0], months[-1], freq="MS")
    wide = whole.pivot_table(index="rep", columns="period", values="amount", aggfunc="sum", fill_value=0.0)
    unnamed = whole[whole["rep"].isna()].groupby("period")["amount"].sum().reindex(months, fill_value=0.0)
    known = _labelled(reps, wanted) if reps is not None and len(reps) else _sold(wide)
    strangers = wide.index.difference(known.index)
    if reps is not None and len(strangers):
        known = pd.concat([known, _sold(wide.loc[strangers])])
    wide = wide.reindex(index=known.index, columns=months, fill_value=0.0).astype(float)
    known = _joined(known, wide)
    silent = _silent(known, wide, months)
    known["seller"] = ~known["leads"] & ~known.index.isin(silent)
    told = bool(known["leads"].any() or known["manager"].notna().any()) or reps is None

    return Roster(known, wide, unnamed, silent, told)


def month_numbers(months: pd.DatetimeIndex) -> pd.Index:
    """1 to 12 by the month that most of its days are in, so that months of 4-4-5 weeks have one number each too."""
    return (months + pd.Timedelta(days=14)).month


def month_days(months: pd.DatetimeIndex) -> np.ndarray:
    """The days of each month, from one first day to the next; the last one's as the calendar has it, or 30."""
    last = months[-1].days_in_month if months[-1].day == 1 else 30
    return np.append(np.diff(months.to_numpy()) / np.timedelta64(1, "D"), last).astype(float)


def _labelled(reps: pd.DataFrame, wanted: People) -> pd.DataFrame:
    """The table of reps under the names that reports use: the name, with the key where two have the same."""
    keys = reps["rep"].astype("str")
    names = reps["name"].astype("str").where(reps["name"].notna(), keys) if "name" in reps else keys
    labels = names.where(~names.duplicated(keep=False), names + " (" + keys + ")")
    of_key = dict(zip(keys, labels, strict=True))
    boss = reps["manager"] if "manager" in reps else pd.Series(None, reps.index, dtype=object)
    leads = keys.isin(boss.dropna().astype("str")) | labels.isin(boss.dropna().astype("str"))
    role = _column(reps, "role")
    columns = {
        "team": _column(reps, "team"),
        "manager": boss.map(lambda key: of_key.get(str(key), key), na_action="ignore"),
        "role": role,
        "joined": _day(reps, "joined"),
        "left": _day(reps, "left"),
        "leads": leads | role.isin(wanted.leaders),
    }
    frame = pd.DataFrame(columns).set_axis(pd.Index(labels, name="rep", dtype=object))
    return frame[~frame.index.duplicated()]


def _sold(wide: pd.DataFrame) -> pd.DataFrame:
    """People of whom only sales are known."""
    blank = {"team": None, "manager": None, "role": None, "joined": pd.NaT, "left": pd.NaT, "leads": False}
    frame = pd.DataFrame(blank, index=pd.Index(wide.index, name="rep", dtype=object))
    return frame.astype({"joined": "datetime64[ns]", "left": "datetime64[ns]"})


def _joined(known: pd.DataFrame, wide: pd.DataFrame) -> pd.DataFrame:
    """Unknown days of joining are the month of the first sale, where that is half a year after the data's first."""
    values = wide.to_numpy() != 0
    first = pd.Series(wide.columns.to_numpy()[values.argmax(axis=1)], wide.index).where(values.any(axis=1))
    late = first >= wide.columns[min(_SILENT, len(wide.columns) - 1)]
    guess = known["joined"].isna() & late
    return known.assign(joined=known["joined"].where(~guess, first), inferred=guess)


def _silent(known: pd.DataFrame, wide: pd.DataFrame, months: pd.DatetimeIndex) -> tuple[str, ...]:
    """Who has been there for half a year, has not left and sold nothing in it."""
    there = known["left"].isna() & ~known["leads"] & ~(known["joined"] > months[-min(_SILENT, len(months))])
    quiet = (wide.iloc[:, -_SILENT:] == 0).all(axis=1)
    return tuple(known.index[there & quiet])


def _column(reps: pd.DataFrame, name: str) -> pd.Series:
    return reps[name].astype(object).where(reps[name].notna(), None) if name in reps else pd.Series(None, reps.index)


def _day(reps: pd.DataFrame, name: str) -> pd.Series:
    found = pd.to_datetime(reps[name]) if name in reps else pd.Series(pd.NaT, reps.index)
    return found.astype("datetime64[ns]")
