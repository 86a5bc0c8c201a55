"""The forecast beside today's customers: the steps add up, and what is not known is not told."""

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from tests.analytics.forecast.test_headline import CALENDAR, made_sales
from tests.analytics.test_customers import made as customers
from workbench.analytics import forecast as forecasting
from workbench.analytics.customers import LifetimeValue, lifetime_value
from workbench.analytics.forecast import Habits, Landing
from workbench.analytics.results import Unknown
from workbench.settings import LANGUAGES
from workbench.views import show
from workbench.views.words import Words


@pytest.fixture(scope="module")
def landing() -> Landing:
    options = forecasting.Options(seed=1)
    found = forecasting.ahead(made_sales(), ("shop",), months=12, every="month", calendar=CALENDAR, options=options)
    result = forecasting.landing(found, CALENDAR)
    assert isinstance(result, Landing)
    return result


@pytest.fixture(scope="module")
def bought() -> pd.DataFrame:
    return customers(300, later=52)


@pytest.fixture(scope="module")
def value(bought: pd.DataFrame) -> LifetimeValue:
    result = lifetime_value(bought, bought)
    assert isinstance(result, LifetimeValue)
    return result


def told(found: Habits | None) -> dict[str, Any]:
    assert found is not None
    return dict(found.findings[0].values)


def test_the_steps_from_habits_to_the_forecast_add_up(landing: Landing, value: LifetimeValue) -> None:
    found = forecasting.habits(landing, value)
    assert found is not None
    amount = found.table["amount"]

    assert amount[["today", "below", "growth"]].sum() == pytest.approx(amount["whole"])
    assert amount["whole"] == landing.table["amount"]["next_year"]
    assert amount["today"] == value.total
    assert told(found)["gap"] == pytest.approx(told(found)["growth"] + told(found)["below"])


def test_what_the_new_ones_brought_is_of_those_who_first_bought_in_as_many_weeks(
    landing: Landing, value: LifetimeValue, bought: pd.DataFrame
) -> None:
    new = bought[bought["age"] < 52]["amount"].sum()

    assert told(forecasting.habits(landing, value, bought))["new"] == pytest.approx(new)
    late = bought[bought["age"] < 90]
    assert told(forecasting.habits(landing, value, late))["new"] is None  # customers of old look new
    assert told(forecasting.habits(landing, value))["new"] is None


def test_the_last_miss_is_told_only_of_a_check_of_as_many_weeks(landing: Landing, value: LifetimeValue) -> None:
    checked = value.holdout
    assert checked is not None

    assert told(forecasting.habits(landing, value))["error"] == pytest.approx(checked.ratio - 1)
    shorter = replace(value, holdout=replace(checked, weeks=26))
    assert told(forecasting.habits(landing, shorter))["error"] is None


def test_spans_of_other_lengths_or_an_unknown_side_are_not_compared(landing: Landing, value: LifetimeValue) -> None:
    unknown = Unknown(section="forecast", findings=())
    no_year = replace(landing, table=landing.table.assign(amount_before=float("nan")))

    assert forecasting.habits(unknown, value) is None
    assert forecasting.habits(landing, unknown) is None
    assert forecasting.habits(landing, replace(value, weeks=26)) is None
    assert forecasting.habits(no_year, value) is None


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("times", [0.5, 1.0, 3.0])  # habits below, near and above the forecast
def test_both_amounts_and_their_difference_are_read(
    landing: Landing, value: LifetimeValue, bought: pd.DataFrame, lang: str, times: float
) -> None:
    scaled = replace(value, total=times * float(landing.table["amount"]["next_year"]))
    found = forecasting.habits(landing, scaled, bought)
    words = Words(lang, "CNY", calendar=CALENDAR)
    view = show.view(found, words, pd.Timestamp("2024-09-30"))

    said = " ".join(map(str, (view.point, *view.more)))
    assert words.money(scaled.total) in said
    assert "None" not in said
    assert [line.name for line in view.tables[0].lines]
