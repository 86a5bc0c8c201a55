"""The fiscal calendar: the only place that knows when a period starts, ends or how much of it is over."""

from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any, Literal

import numpy as np
import pandas as pd

from workbench.settings import CalendarSettings

Every = Literal["day", "week", "month", "quarter", "year"]
PER_YEAR: dict[str, int] = {"week": 52, "month": 12, "quarter": 4, "year": 1}
_MONTHS: dict[str, int] = {"month": 1, "quarter": 3, "year": 12}
_BEYOND = {"day": 1, "week": 7, "month": 43, "quarter": 99, "year": 372}  # days from a start into the next
_DAY = pd.Timedelta(days=1)
Days = np.ndarray[tuple[int], np.dtype[Any]]  # of datetime64[D], or whole numbers of them
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
        starts = self.starts(dates.to_numpy().astype("datetime64[D]"), every)
        return pd.Series(starts, dates.index, name=dates.name).astype(dates.dtype)

    def starts(self, days: Days, every: Every) -> Days:
        """The same for an array of days."""
        if every == "day" or not len(days):
            return days
        if every == "week":
            return days - self._day_of_week(days)
        return self._month_starts(days, every) if self._by_month else self._weekly_starts(days, every)

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
        days = np.arange(np.datetime64(pd.Timestamp(first), "D"), np.datetime64(pd.Timestamp(last), "D") + 1)
        return pd.DatetimeIndex(np.unique(self.starts(days, every)), name="period").as_unit("us")

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

    def _day_of_week(self, days: Days) -> Days:
        """Days since the week began; 1 January 1970 was a Thursday."""
        return (days.astype("int64") + 3 + (self.settings.week_starts == "sunday")) % 7

    @property
    def _by_month(self) -> bool:
        return self.settings.pattern == "months"

    def _month_starts(self, days: Days, every: Every) -> Days:
        month = days.astype("datetime64[M]").astype("int64")  # months since January 1970
        into = (month - (self.settings.fiscal_year_starts - 1)) % _MONTHS[every]
        return (month - into).astype("datetime64[M]").astype("datetime64[D]")

    def _weekly_starts(self, days: Days, every: Every) -> Days:
        calendar_years = days.astype("datetime64[Y]").astype("int64") + 1970
        years = self._year_starts(calendar_years.min() - 1, calendar_years.max() + 2)
        year = years[years.searchsorted(days, side="right") - 1]
        if every == "year":
            return year
        firsts = np.cumsum([0, *[int(w) for w in self.settings.pattern.split("-")] * 4])[:12]
        firsts = firsts if every == "month" else firsts[::3]
        week = (days - year).astype("int64") // 7
        return year + firsts[np.searchsorted(firsts, week, side="right") - 1] * 7

    def _year_starts(self, first: int, last: int) -> Days:
        month = self.settings.fiscal_year_starts
        anchors = np.array([f"{y:04d}-{month:02d}-01" for y in range(first, last)], "datetime64[D]")
        back = self._day_of_week(anchors)
        return anchors + np.where(back <= 3, -back, 7 - back)


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
    first: np.datetime64 = calendar.starts(np.array([day.to_datetime64()], "datetime64[D]"), every)[0]
    return pd.Timestamp(first).as_unit(unit)  # type: ignore[arg-type]


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
