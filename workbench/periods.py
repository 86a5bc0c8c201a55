"""The fiscal calendar: the only place that knows when a period starts, ends or how much of it is over."""

from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Literal

import numpy as np
import pandas as pd

from workbench.settings import CalendarSettings

Every = Literal["day", "week", "month", "quarter", "year"]
PER_YEAR: dict[str, int] = {"week": 52, "month": 12, "quarter": 4, "year": 1}
_MONTHS: dict[str, int] = {"month": 1, "quarter": 3, "year": 12}
_BEYOND = {"day": 1, "week": 7, "month": 43, "quarter": 99, "year": 372}  # days from a start into the next
_DAY = pd.Timedelta(days=1)
_KNOWN = 2**16  # days whose periods are remembered: some 20 MB


@dataclass(frozen=True)
class Spans:
    """Two stretches of days that may be compared: `now` and `before`, first and last day each.

    `name` is year_to_date, last_12_months, or quarter (two neighbouring quarters: the season is still in it).
    """

    name: str
    now: tuple[pd.Timestamp, pd.Timestamp]
    before: tuple[pd.Timestamp, pd.Timestamp]


@dataclass(frozen=True)
class Calendar:
    """Periods are named by their first day. Fiscal years are named by the calendar year they end in.

    With a weekly pattern (4-4-5 and the like) the fiscal year starts on the first day of the week that is nearest to
    day 1 of its first month, so it has 52 or 53 weeks; week 53 belongs to the last month.
    """

    settings: CalendarSettings = field(default_factory=CalendarSettings)

    def start(self, dates: pd.Series, every: Every) -> pd.Series:
        """First day of the period that holds each date."""
        days = dates.dt.normalize()
        if every == "day":
            return days
        if every == "week":
            return days - pd.to_timedelta(self._day_of_week(days), unit="D")
        return self._month_start(days, every) if self._by_month else self._weekly_start(days, every)

    def ends(self, starts: pd.Series, every: Every) -> pd.Series:
        """Last day of each period that begins on one of `starts`."""
        return starts if starts.empty else self.start(starts + _BEYOND[every] * _DAY, every) - _DAY

    def start_of(self, day: pd.Timestamp, every: Every) -> pd.Timestamp:
        """First day of the period that holds `day`."""
        day = pd.Timestamp(day)
        return _start_of(self, day, day.unit, every)

    def end_of(self, day: pd.Timestamp, every: Every) -> pd.Timestamp:
        """Last day of the period that holds `day`."""
        return self.next(self.start_of(day, every), every) - _DAY

    def next(self, start: pd.Timestamp, every: Every) -> pd.Timestamp:
        """First day of the period after the one that starts on `start`."""
        start = pd.Timestamp(start)
        return _next(self, start, start.unit, every)

    def range(self, first: pd.Timestamp, last: pd.Timestamp, every: Every) -> pd.DatetimeIndex:
        """First days of all periods that hold any day from `first` to `last`."""
        days = pd.Series(pd.date_range(pd.Timestamp(first).normalize(), pd.Timestamp(last).normalize()))
        return pd.DatetimeIndex(self.start(days, every).unique(), name="period")

    def days(self, first: pd.Timestamp, last: pd.Timestamp) -> pd.DataFrame:
        """One row a day with the first day of its week, month, quarter and year, for an engine to join dates to."""
        day = pd.Series(pd.date_range(pd.Timestamp(first).normalize(), pd.Timestamp(last).normalize()), name="day")
        return pd.DataFrame({"day": day} | {e: self.start(day, e) for e in ("week", "month", "quarter", "year")})

    def fiscal_year(self, start: pd.Timestamp) -> int:
        """The name of the fiscal year that holds `start`: the calendar year it ends in (but for a few odd days)."""
        return (self.end_of(start, "year") - 7 * _DAY).year

    def number(self, start: pd.Timestamp, every: Every) -> int:
        """1 for the first month, quarter or week of its fiscal year, and so on."""
        year = self.start_of(start, "year")
        return int((self.range(year, start, every) >= year).sum())

    def year_before(self, day: pd.Timestamp) -> pd.Timestamp:
        """The same day of the previous fiscal year: same date, or the same day of the same week in weekly patterns."""
        if self.settings.pattern == "months":
            return pd.Timestamp(day) - pd.DateOffset(years=1)
        year = self.start_of(day, "year")
        return self.start_of(year - _DAY, "year") + (pd.Timestamp(day) - year)

    def elapsed(self, day: pd.Timestamp, every: Every) -> float:
        """Share of the period that is over at the end of `day`, by days: 0 < elapsed <= 1."""
        start = self.start_of(day, every)
        return ((pd.Timestamp(day).normalize() - start).days + 1) / (self.next(start, every) - start).days

    def comparable(self, as_of: pd.Timestamp, covers: tuple[pd.Timestamp, pd.Timestamp]) -> Spans | None:
        """The best like-for-like pair of spans that lie within `covers`; None when no two are.

        The fiscal year to date once a quarter of it is over, else the last 12 whole months, else the last two quarters.
        """
        last = min(pd.Timestamp(as_of).normalize(), covers[1])
        tries = (self._year_to_date, self._last_12_months, self._last_quarter)
        return next((s for s in (t(last) for t in tries) if s and s.before[0] >= covers[0]), None)

    def _year_to_date(self, last: pd.Timestamp) -> Spans | None:
        start = self.start_of(last, "year")
        if last < self.end_of(start, "quarter"):
            return None
        before = self.year_before(last), self.year_before(start)
        end = min(before[0], start - _DAY)  # the week 53 that a year before may have lacked has nothing beside it
        if last == self.end_of(last, "year"):
            end = self.end_of(before[1], "year")
        elif last == self.end_of(last, "month"):  # a whole February has 28 or 29 days
            end = self.end_of(end, "month")
        return Spans("year_to_date", (start, last), (before[1], end))

    def _last_12_months(self, last: pd.Timestamp) -> Spans:
        end = last if last == self.end_of(last, "month") else self.start_of(last, "month") - _DAY
        start = self.year_before(end + _DAY)
        return Spans("last_12_months", (start, end), (self.year_before(start), start - _DAY))

    def _last_quarter(self, last: pd.Timestamp) -> Spans:
        end = last if last == self.end_of(last, "quarter") else self.start_of(last, "quarter") - _DAY
        start = self.start_of(end, "quarter")
        return Spans("quarter", (start, end), (self.start_of(start - _DAY, "quarter"), start - _DAY))

    def working_days(self, first: pd.Timestamp, last: pd.Timestamp) -> int:
        """Days from `first` to `last` on which people work in the company's country, make-up Saturdays included."""
        return int(self.worked(first, last).sum())

    def worked(self, first: pd.Timestamp, last: pd.Timestamp) -> np.ndarray:
        """Whether each day from `first` to `last` is one of those."""
        days = pd.date_range(pd.Timestamp(first).normalize(), pd.Timestamp(last).normalize())
        if not self.settings.country:
            return np.asarray(days.day_of_week < 5)
        if not len(days):
            return np.zeros(0, dtype=bool)
        years = [_worked(self.settings.country, year) for year in range(days[0].year, days[-1].year + 1)]
        before = days[0].day_of_year - 1
        return np.concatenate(years)[before : before + len(days)]

    def _day_of_week(self, days: pd.Series) -> pd.Series:
        return (days.dt.day_of_week + (self.settings.week_starts == "sunday")) % 7

    @property
    def _by_month(self) -> bool:
        return self.settings.pattern == "months"

    def _month_start(self, days: pd.Series, every: Every) -> pd.Series:
        month = days.to_numpy().astype("datetime64[M]").astype("int64")  # months since January 1970
        into = (month - (self.settings.fiscal_year_starts - 1)) % _MONTHS[every]
        return pd.Series((month - into).astype("datetime64[M]"), days.index, name=days.name).astype(days.dtype)

    def _weekly_start(self, days: pd.Series, every: Every) -> pd.Series:
        years = self._year_starts(int(days.dt.year.min()) - 1, int(days.dt.year.max()) + 2)
        at = years.searchsorted(days.to_numpy(), side="right") - 1
        year = pd.Series(years[at], index=days.index)
        if every == "year":
            return year
        firsts = np.cumsum([0, *[int(w) for w in self.settings.pattern.split("-")] * 4])[:12]
        firsts = firsts if every == "month" else firsts[::3]
        week = (days - year).dt.days // 7
        return year + pd.to_timedelta(firsts[np.searchsorted(firsts, week, side="right") - 1] * 7, unit="D")

    def _year_starts(self, first: int, last: int) -> pd.DatetimeIndex:
        anchors = pd.Series(
            pd.to_datetime([f"{y}-{self.settings.fiscal_year_starts:02d}-01" for y in range(first, last)])
        )
        back = self._day_of_week(anchors)
        shift = np.where(back <= 3, -back, 7 - back)
        return pd.DatetimeIndex(anchors + pd.to_timedelta(shift, unit="D"))


@cache
def spring_festival(year: int) -> pd.Timestamp:
    """First day of the Chinese new year that falls in `year`. Source: the holidays library's lunar calendar."""
    from holidays.calendars import _ChineseLunisolar  # the library's own table; it offers no public name for it

    day, _ = _ChineseLunisolar().lunar_new_year_date(year)
    if day is None:
        raise ValueError(f"the lunar calendar at hand does not reach {year}")
    return pd.Timestamp(day)


@lru_cache(_KNOWN)
def _start_of(calendar: Calendar, day: pd.Timestamp, unit: str, every: Every) -> pd.Timestamp:
    """`Calendar.start_of`, asked for the same days thousands of times; days that are equal may differ in their unit."""
    return calendar.start(pd.Series([day]), every).iloc[0]


@lru_cache(_KNOWN)
def _next(calendar: Calendar, start: pd.Timestamp, unit: str, every: Every) -> pd.Timestamp:
    """`Calendar.next`, likewise."""
    if every in ("day", "week"):
        return start + (7 if every == "week" else 1) * _DAY
    if calendar.settings.pattern == "months":
        return start + pd.DateOffset(months=_MONTHS[every])
    longest = {"month": 7 * 7, "quarter": 15 * 7, "year": 54 * 7}[every]
    starts = calendar.start(pd.Series(pd.date_range(start, periods=longest)), every)
    return starts[starts > start].iloc[0]


@cache
def _worked(country: str, year: int) -> np.ndarray:
    """Whether people work in a country, by day of a year."""
    known = _holidays(country)
    return np.array([known.is_working_day(d) for d in pd.date_range(f"{year}-01-01", f"{year}-12-31")], dtype=bool)


@cache
def _holidays(country: str):  # type: ignore[no-untyped-def]
    import holidays

    return holidays.country_holidays(country)
