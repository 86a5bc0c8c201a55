import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from workbench.periods import Calendar, spring_festival
from workbench.settings import CalendarSettings

CHINA = Calendar(CalendarSettings(country="CN"))
JULY = Calendar(CalendarSettings(fiscal_year_starts=7))
RETAIL = Calendar(CalendarSettings(fiscal_year_starts=2, pattern="4-5-4", week_starts="sunday"))
CALENDARS = [CHINA, JULY, RETAIL, Calendar(CalendarSettings(pattern="4-4-5"))]
days = st.dates(pd.Timestamp("1995-01-01").date(), pd.Timestamp("2045-12-31").date()).map(pd.Timestamp)


def day(text: str) -> pd.Timestamp:
    return pd.Timestamp(text)


@pytest.mark.parametrize(
    ("calendar", "every", "start", "end"),
    [
        (CHINA, "week", "2026-08-17", "2026-08-23"),
        (CHINA, "month", "2026-08-01", "2026-08-31"),
        (CHINA, "quarter", "2026-07-01", "2026-09-30"),
        (CHINA, "year", "2026-01-01", "2026-12-31"),
        (JULY, "quarter", "2026-07-01", "2026-09-30"),
        (JULY, "year", "2026-07-01", "2027-06-30"),
        (RETAIL, "year", "2026-02-01", "2027-01-30"),
        (RETAIL, "quarter", "2026-08-02", "2026-10-31"),
    ],
)
def test_a_period_has_its_first_and_last_day(calendar: Calendar, every, start: str, end: str) -> None:
    assert calendar.start_of(day("2026-08-19"), every) == day(start)
    assert calendar.end_of(day("2026-08-19"), every) == day(end)


def test_the_retail_year_2023_has_53_weeks() -> None:
    # The National Retail Federation's 4-5-4 calendar: fiscal 2023 ran from 29 January 2023 to 3 February 2024
    assert RETAIL.start_of(day("2023-06-01"), "year") == day("2023-01-29")
    assert RETAIL.end_of(day("2023-06-01"), "year") == day("2024-02-03")


@given(days, st.sampled_from(CALENDARS), st.sampled_from(["week", "month", "quarter", "year"]))
def test_periods_follow_each_other_without_gap_or_overlap(date, calendar: Calendar, every) -> None:
    start, end = calendar.start_of(date, every), calendar.end_of(date, every)

    assert start <= date <= end
    assert calendar.start_of(end + pd.Timedelta(days=1), every) == end + pd.Timedelta(days=1)
    assert 0 < calendar.elapsed(date, every) <= 1
    assert calendar.elapsed(end, every) == 1


@given(days, st.sampled_from(CALENDARS), st.sampled_from(["day", "week", "month", "quarter", "year"]))
def test_the_ends_of_many_periods_are_those_of_each(date, calendar: Calendar, every) -> None:
    starts = pd.Series(calendar.range(date, date + pd.Timedelta(days=400), every)).iloc[:14]

    assert calendar.ends(starts, every).tolist() == [calendar.end_of(start, every) for start in starts]
    assert calendar.ends(starts.iloc[:0], every).empty


@given(days, st.sampled_from(CALENDARS))
def test_a_fiscal_year_has_twelve_months_and_four_quarters(date, calendar: Calendar) -> None:
    start, end = calendar.start_of(date, "year"), calendar.end_of(date, "year")

    assert len(calendar.range(start, end, "month")) == 12
    assert len(calendar.range(start, end, "quarter")) == 4
    assert calendar.number(end, "month") == 12


@pytest.mark.parametrize(
    ("calendar", "date", "year"), [(CHINA, "2026-08-19", 2026), (JULY, "2026-08-19", 2027), (JULY, "2026-06-30", 2026)]
)
def test_a_fiscal_year_is_named_by_the_year_it_ends_in(calendar: Calendar, date: str, year: int) -> None:
    assert calendar.fiscal_year(day(date)) == year


def test_working_days_count_make_up_saturdays_and_holidays() -> None:
    # State Council notice for 2024: 251 working days
    assert CHINA.working_days(day("2024-01-01"), day("2024-12-31")) == 251
    assert CHINA.working_days(day("2026-02-14"), day("2026-02-14")) == 1  # a Saturday that is worked


def test_without_a_country_weekdays_are_working_days() -> None:
    assert JULY.working_days(day("2026-09-28"), day("2026-10-04")) == 5


@pytest.mark.parametrize("date", ["1990-01-27", "2024-02-10", "2025-01-29", "2026-02-17", "2050-01-23"])
def test_the_spring_festival_moves_between_january_and_february(date: str) -> None:
    assert spring_festival(day(date).year) == day(date)


def covers(first: str, last: str) -> tuple[pd.Timestamp, pd.Timestamp]:
    return day(first), day(last)


def test_the_year_to_date_is_compared_with_the_same_days_a_year_before() -> None:
    spans = CHINA.comparable(day("2026-09-30"), covers("2022-10-01", "2026-09-30"))

    assert spans is not None
    assert (spans.name, spans.now, spans.before) == (
        "year_to_date",
        covers("2026-01-01", "2026-09-30"),
        covers("2025-01-01", "2025-09-30"),
    )


def test_whole_months_are_compared_with_whole_months_though_february_may_have_29_days() -> None:
    winter = Calendar(CalendarSettings(fiscal_year_starts=12))
    spans = winter.comparable(day("2025-02-28"), covers("2020-12-01", "2025-02-28"))

    assert spans is not None
    assert spans.before == covers("2023-12-01", "2024-02-29")
    assert winter.comparable(day("2024-02-29"), covers("2020-12-01", "2024-02-29")).before[1] == day("2023-02-28")


def test_early_in_the_year_the_last_twelve_months_are_compared() -> None:
    spans = CHINA.comparable(day("2026-02-10"), covers("2022-10-01", "2026-02-10"))

    assert spans is not None
    assert (spans.name, spans.now) == ("last_12_months", covers("2025-02-01", "2026-01-31"))


def test_ten_months_of_data_leave_two_quarters_to_compare() -> None:
    spans = CHINA.comparable(day("2017-12-31"), covers("2017-03-01", "2017-12-31"))

    assert spans is not None
    assert (spans.name, spans.before) == ("quarter", covers("2017-07-01", "2017-09-30"))


def test_one_month_of_data_can_be_compared_with_nothing() -> None:
    assert CHINA.comparable(day("2017-12-31"), covers("2017-12-01", "2017-12-31")) is None


def test_a_day_of_week_53_is_compared_with_the_whole_year_before_that_had_none() -> None:
    weekly = Calendar(CalendarSettings(pattern="4-4-5"))
    spans = weekly.comparable(day("2026-12-29"), covers("2023-12-29", "2026-12-29"))

    assert spans is not None
    assert (spans.now, spans.before) == (covers("2025-12-29", "2026-12-29"), covers("2024-12-30", "2025-12-28"))


@given(days, st.sampled_from(CALENDARS))
@example(day("2026-12-28"), Calendar(CalendarSettings(pattern="4-4-5")))
def test_compared_spans_do_not_overlap_and_are_about_as_long(as_of, calendar: Calendar) -> None:
    spans = calendar.comparable(as_of, (as_of - pd.DateOffset(years=3), as_of))

    assert spans is not None
    assert spans.before[1] < spans.now[0]
    assert spans.now[1] <= as_of
    assert abs((spans.now[1] - spans.now[0]) - (spans.before[1] - spans.before[0])) <= pd.Timedelta(days=7)
