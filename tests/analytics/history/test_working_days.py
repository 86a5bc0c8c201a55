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
from workbench.views.words import phrase

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


WEEKDAYS = Calendar(CalendarSettings())  # of no country: Saturdays and Sundays are off


def by_hand(working: float, off: float, *, noise: float = 0.0) -> pd.DataFrame:
    days = pd.date_range("2022-01-01", periods=3 * 365, name="period")
    amount = np.where(days.day_of_week < 5, working, off) * np.random.default_rng(2).gamma(100, 1 / 100, len(days))
    amount = amount if noise else np.where(days.day_of_week < 5, working, off)
    return pd.DataFrame({"period": days, "amount": amount, "whole": True})


@pytest.mark.parametrize("noise", [0.0, 0.1])
def test_a_company_that_sells_on_working_days_alone_has_no_endless_interval(noise: float) -> None:
    result = history.calendar_effects(by_hand(100, 0, noise=noise), WEEKDAYS)

    assert (result.off_day, result.lo) == (0, 0)
    assert 0 <= result.hi < 0.01  # 312 days off without a sale: 3 / 312 of a working day where the spread is a count's
    assert result.day_worth == pytest.approx(7 / 5 / 30.4, rel=0.01)  # all is sold on 5 of 7 days
    assert phrase("history.working_day", "en", **said(result, "history.working_day")).startswith("On days off nothing")


def test_days_that_all_sell_the_same_tell_that_a_day_off_is_like_any_other() -> None:
    result = history.calendar_effects(by_hand(100, 100), WEEKDAYS)

    assert (result.off_day, result.lo, result.hi) == pytest.approx((1, 1, 1), abs=1e-4)
    assert result.day_worth == pytest.approx(0, abs=1e-6)


def test_where_days_off_sell_more_a_working_day_in_their_place_takes_from_a_month() -> None:
    result = history.calendar_effects(by_hand(100, 200, noise=0.1), WEEKDAYS)

    assert result.off_day == pytest.approx(2, rel=0.05)
    told = phrase("history.working_day", "en", **said(result, "history.working_day"))
    assert "one working day more instead of a day off takes about" in told
    assert "-" not in told


@pytest.mark.parametrize(("working", "off"), [(0, 100), (-100, -20), (100, -60), (0, 0)])
def test_sales_that_working_days_do_not_make_or_that_come_back_tell_no_effect(working: float, off: float) -> None:
    result = history.calendar_effects(by_hand(working, off), WEEKDAYS)

    assert keys_of(result) == ["history.unknown_not_positive"]
