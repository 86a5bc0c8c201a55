"""Days and periods as each reader names them."""

import pandas as pd
import pytest

from workbench.periods import Calendar
from workbench.settings import LANGUAGES, CalendarSettings
from workbench.views.words import Words


@pytest.mark.parametrize(
    ("lang", "month", "quarter", "day"),
    [
        ("en", "Sep 2026", "2026 Q3", "30 Sep 2026"),
        ("zh-CN", "2026年9月", "2026年第三季度", "2026年9月30日"),
        ("zh-TW", "2026年9月", "2026年第3季", "2026年9月30日"),
    ],
)
def test_periods_are_named_as_each_reader_names_them(lang: str, month: str, quarter: str, day: str) -> None:
    w = Words(lang)
    assert w.month("2026-09-01") == month
    assert w.quarter("2026-07-01") == quarter
    assert w.date("2026-09-30") == day


def test_a_fiscal_year_that_is_not_the_calendar_s_says_so() -> None:
    april = Calendar(CalendarSettings(fiscal_year_starts=4))
    assert Words("en", calendar=april).quarter("2026-07-01") == "FY2027 Q2"
    assert Words("zh-CN", calendar=april).period("2026-04-01", "year") == "2027财年"
    assert Words("zh-TW", calendar=april).quarter("2026-07-01") == "2027會計年度第2季"


def test_a_stretch_of_days_is_named_by_months_where_they_are_whole() -> None:
    span = (pd.Timestamp("2026-01-01"), pd.Timestamp("2026-09-30"))
    assert [Words(lang).days(span) for lang in LANGUAGES] == ["Jan–Sep 2026", "2026年1–9月", "2026年1–9月"]
    assert Words("en").days((pd.Timestamp("2026-01-01"), pd.Timestamp("2026-09-20"))) == "1 Jan – 20 Sep 2026"
    assert Words("zh-CN").days((pd.Timestamp("2025-10-01"), pd.Timestamp("2026-09-30"))) == "2025年10月至2026年9月"
