"""Days, periods and spans of a company's calendar."""

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from workbench.periods import Calendar, Spans
from workbench.views.words.formats import Language, in_slots
from workbench.views.words.values import MISSING

_ORDINALS = "零一二三四"


@dataclass(frozen=True)
class Dates(Language):
    """What days and periods are called."""

    calendar: Calendar = field(default_factory=Calendar)

    @in_slots()
    def date(self, day: Any) -> str:
        """30 Sep 2026, 2026年9月30日."""
        return self._written(day, self.writing.date)

    @in_slots()
    def day(self, day: Any) -> str:
        """30 Sep, 9月30日: a day whose year is told beside it."""
        return self._written(day, self.writing.day)

    @in_slots()
    def month(self, start: Any) -> str:
        """Sep 2026, 2026年9月. With 4-4-5 and the like: the month that most of its days are in."""
        return self.period(start, "month")

    @in_slots()
    def quarter(self, start: Any) -> str:
        """2026 Q3, 2026年第三季度, 2026年第3季; of a fiscal year when that is not the calendar's."""
        return self.period(start, "quarter")

    @in_slots()
    def year(self, start: Any) -> str:
        """The fiscal year that starts on `start`."""
        return self.period(start, "year")

    @in_slots(beside="every", default="month")
    def period(self, start: Any, every: str) -> str:
        """The name of the period that starts on `start`."""
        day = pd.Timestamp(start)
        if every == "day":
            return self.date(day)
        if every == "week":
            return self.phrase("terms.week", {"day": day})
        if every == "month":
            return self._month(day)
        fiscal = self.calendar.settings.fiscal_year_starts != 1
        n = self.calendar.number(day, "quarter") if every == "quarter" else 0
        values = {"year": self.calendar.fiscal_year(day), "n": n, "nth": _ORDINALS[n]}
        return self.phrase(f"terms.{'fiscal_' if fiscal else ''}{every}", values)

    @in_slots(beside="per_year", default=12)
    def season_name(self, number: int, per_year: int) -> str:
        """The name of the month, quarter or week of the year with this number: November, 11月."""
        n = int(number)
        if per_year == 12:
            month = (self.calendar.settings.fiscal_year_starts + n - 2) % 12 + 1
            return self._written(pd.Timestamp(2000, month, 1), self.writing.long_month)
        return self.phrase(f"terms.season_{'quarter' if per_year == 4 else 'week'}", {"n": n, "nth": _ORDINALS[n % 5]})

    @in_slots()
    def short_month(self, start: Any) -> str:
        """Sep, 9月: for axes."""
        return self._written(self._middle(pd.Timestamp(start)), self.writing.short_month)

    @in_slots()
    def days(self, span: tuple[Any, Any]) -> str:
        """A stretch of days: Jan–Sep 2026, 1 Jan – 12 Sep 2026, 2026年1–9月."""
        first, last = (pd.Timestamp(d).normalize() for d in span)
        if first == last:
            return self.date(first)
        calendar = self.calendar
        whole = first == calendar.start_of(first, "month") and last == calendar.end_of(last, "month")
        if not whole:
            year = "same" if first.year == last.year else "other"
            return self.phrase("terms.from_day_to_day", {"first": first, "last": last, "year": year})
        if last == calendar.end_of(first, "month"):
            return self._month(first)
        a, b = self._middle(first), self._middle(last)
        if a.year == b.year:
            return self.phrase("terms.months_of_year", {"first": first, "last": last, "a": a.month, "b": b.month,
                                                        "year": a.year})  # fmt: skip
        return self.phrase("terms.from_month_to_month", {"first": first, "last": last})

    def span(self, spans: Spans | None, which: str = "now") -> str:
        """The days of one of two spans."""
        return MISSING if spans is None else self.days(getattr(spans, which))

    def _month(self, day: pd.Timestamp) -> str:
        return self._written(self._middle(day), self.writing.month)

    def _written(self, day: Any, pattern: str) -> str:
        from babel.dates import format_date

        return str(format_date(pd.Timestamp(day).date(), pattern, locale=self.writing.locale))

    def _middle(self, day: pd.Timestamp) -> pd.Timestamp:
        return day if self.calendar.settings.pattern == "months" else day + pd.Timedelta(days=14)
