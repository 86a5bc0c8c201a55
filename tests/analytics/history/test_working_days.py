"""The calendar's effects: planted ones found again, by hand and in the demo company."""

import numpy as np
import pandas as pd
import pytest

from tests.analytics.history.demo import daily
from tests.analytics.made import keys_of, said
from workbench import history
from workbench.periods import Calendar, spring_festival
from workbench.settings import CalendarSettings
from workbench.sources.demo import EFFECTS

CHINA = Calendar(CalendarSettings(country="CN"))


def made(years: int = 3, **factors: tuple[int, int, float]) -> pd.DataFrame:
    """Days that sell 100 when people work and 10 else, but around the festival by a factor from one day to another."""
    days = pd.date_range("2022-01-01", periods=365 * years, name="period")
    off = np.array([CHINA.working_days(d, d) for d in days]) == 0
    amount = np.where(off, 10.0, 100.0)
    for year in range(2022, 2022 + years + 1):
        away = (days - spring_festival(year)).days
        for first, last, factor in factors.values():
            inside = (away >= first) & (away <= last)
            amount[inside] = factor * np.where(days.day_of_week >= 5, 10.0, 100.0)[inside]
    noise = np.random.default_rng(8).gamma(100, 1 / 100, len(days))  # a tenth up or down
    return pd.DataFrame({"period": days, "amount": amount * noise, "whole": True})


def test_a_day_off_sells_what_it_sells() -> None:
    result = history.calendar_effects(made(), CHINA, spans=((-10, 10),))

    assert result.off_day == pytest.approx(0.1, rel=0.02)
    # 0.9 of a working day against 30.4 days of which about 250 of 365 are working ones
    assert result.day_worth == pytest.approx(0.9 / (30.4 * (0.685 + 0.315 * 0.1)), rel=0.02)


def test_the_spans_around_the_festival_are_found_and_sized() -> None:
    found = history.calendar_effects(made(before=(-20, -8, 1.6), during=(-7, 6, 0.05), after=(7, 15, 0.5)), CHINA).spans

    assert found[["first", "last"]].to_numpy().tolist() == [[-20, -8], [-7, 6], [7, 15]]
    assert found["ratio"].tolist() == pytest.approx([1.6, 0.05, 0.5], rel=0.07)
    assert found.index.tolist() == ["before", "during", "after"]


def test_the_money_of_a_span_is_what_its_days_lack() -> None:
    result = history.calendar_effects(made(during=(0, 6, 0.0)), CHINA, spans=((0, 6),))

    assert result.spans.loc["during", "effect"] == pytest.approx(-520, rel=0.03)  # five days of 100, two of 10


def test_one_festival_is_too_few() -> None:
    days = made(during=(-3, 6, 0.05))
    once = days[(days["period"] > "2022-02-20") & (days["period"] < "2024-02-25")]

    assert history.calendar_effects(once, CHINA).spans.empty
    assert "history.festival_net" not in keys_of(history.calendar_effects(once, CHINA))


def test_where_nobody_keeps_the_festival_only_working_days_are_told() -> None:
    result = history.calendar_effects(made(), Calendar(CalendarSettings(country="US")))

    assert keys_of(result) == ["history.working_day"]


def test_under_two_years_of_days_nothing_is_told() -> None:
    result = history.calendar_effects(made(years=1), CHINA)

    assert said(result, "history.unknown_days") == {"section": "calendar_effects", "have": 365, "need": 730}


def test_the_demo_company_s_festival_is_found_with_days_and_sizes() -> None:
    found = history.calendar_effects(daily(), CHINA).spans
    rush, closed, slow = (EFFECTS[f"festival_{name}"] for name in ("rush", "closed", "return"))

    assert found.index.tolist() == ["before", "during", "after"]
    assert found.loc["before", "first"] == pytest.approx(rush.days[0], abs=2)
    assert (found.loc["during", "first"], found.loc["during", "last"]) == closed.days
    assert found.loc["after", "last"] == pytest.approx(slow.days[1], abs=2)
    assert found.loc["before", "ratio"] == pytest.approx(rush.factor, abs=0.15)
    assert found.loc["during", "ratio"] == pytest.approx(closed.factor, abs=0.08)
    assert found.loc["after", "ratio"] == pytest.approx(slow.factor, abs=0.1)


def test_where_more_is_returned_than_sold_the_ratio_lies_inside_its_interval() -> None:
    result = history.calendar_effects(made(4, during=(-3, 6, -0.02)), CHINA, spans=((-3, 6),))

    row = result.spans.loc["during"]
    assert row["lo"] <= row["ratio"] <= row["hi"]
    assert row["ratio"] < 0
    assert said(result, "history.festival_during")["ratio"] == row["ratio"]
