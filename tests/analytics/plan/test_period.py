"""Which fiscal period is planned, seen from a day, and how far a forecast must reach."""

import pandas as pd
import pytest

from workbench.analytics.plan import period
from workbench.periods import Calendar
from workbench.settings import CalendarSettings

JULY = Calendar(CalendarSettings(fiscal_year_starts=7))
WEEKS = Calendar(CalendarSettings(pattern="4-4-5"))
DAY = pd.Timestamp("2026-09-30")


@pytest.mark.parametrize(
    ("calendar", "wanted", "first", "last"),
    [
        (Calendar(), "next year", "2027-01-01", "2027-12-31"),
        (Calendar(), "this year", "2026-01-01", "2026-12-31"),
        (Calendar(), "this quarter", "2026-07-01", "2026-09-30"),
        (Calendar(), "next quarter", "2026-10-01", "2026-12-31"),
        (JULY, "next year", "2027-07-01", "2028-06-30"),
        (JULY, "this year", "2026-07-01", "2027-06-30"),
    ],
)
def test_the_period_is_the_one_that_holds_the_day_or_the_one_after_it(
    calendar: Calendar, wanted: str, first: str, last: str
) -> None:
    found = period(calendar, DAY, wanted)  # type: ignore[arg-type]

    assert (found.first, found.last) == (pd.Timestamp(first), pd.Timestamp(last))
    assert found.name == wanted.split()[1]


def test_the_months_tile_the_period_and_the_year_before_is_the_same_stretch() -> None:
    found = period(Calendar(), pd.Timestamp("2024-02-29"), "this quarter")

    assert list(found.months) == list(pd.date_range("2024-01-01", periods=3, freq="MS"))
    assert found.before == (pd.Timestamp("2023-01-01"), pd.Timestamp("2023-03-31"))


def test_a_weekly_pattern_has_twelve_months_too() -> None:
    found = period(WEEKS, DAY, "next year")

    assert len(found.months) == 12
    assert found.before[1] == found.first - pd.Timedelta(days=1)
