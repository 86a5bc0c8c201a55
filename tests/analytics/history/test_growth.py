import pandas as pd
import pytest

from tests.analytics.made import YEAR, keys_of, said
from workbench.analytics import history
from workbench.errors import DataError
from workbench.periods import Spans


def two(now: dict, before: dict) -> pd.DataFrame:
    return pd.DataFrame([{"span": "now", **now}, {"span": "before", **before}])


def test_the_headline_is_change_and_rate() -> None:
    growth = history.growth(two({"amount": 110.0}, {"amount": 100.0}), YEAR)
    headline = said(growth, "history.growth")

    assert growth.findings[0].key == "history.growth"
    assert (growth.amount, growth.amount_before) == (110, 100)
    assert growth.rate == headline["rate"] == pytest.approx(0.10)
    assert (headline["change"], headline["direction"]) == (10, "up")
    assert headline["now_last"] == pd.Timestamp("2025-12-31")


def test_sales_are_told_as_orders_times_their_value() -> None:
    growth = history.growth(two({"amount": 126.0, "orders": 12}, {"amount": 100.0, "orders": 10}), YEAR)
    orders = said(growth, "history.growth_orders")

    assert orders["orders_rate"] == pytest.approx(0.20)
    assert orders["average_order_value_rate"] == pytest.approx(0.05)


def test_sales_are_told_as_customers_times_what_each_bought() -> None:
    growth = history.growth(two({"amount": 60.0, "customers": 3}, {"amount": 50.0, "customers": 5}), YEAR)
    customers = said(growth, "history.growth_customers")

    assert (customers["per_customer"], customers["per_customer_before"]) == (20, 10)
    assert customers["customers_rate"] == pytest.approx(-0.40)


def test_growth_from_nothing_has_no_rate() -> None:
    growth = history.growth(two({"amount": 10.0}, {"amount": 0.0}), YEAR)

    assert keys_of(growth) == ["history.growth_no_rate"]
    assert pd.isna(growth.rate)


def test_neighbouring_quarters_say_that_season_is_in_the_number() -> None:
    spans = Spans("quarter", YEAR.now, YEAR.before)

    assert "history.season_not_removed" in keys_of(history.growth(two({"amount": 2.0}, {"amount": 1.0}), spans))


def test_a_margin_changes_in_points_not_by_a_rate() -> None:
    table = history.growth(two({"amount": 100.0, "cost": 60.0}, {"amount": 100.0, "cost": 50.0}), YEAR).table

    assert table["change"]["gross_margin"] == pytest.approx(-0.10)
    assert pd.isna(table["rate"]["gross_margin"])


def test_what_is_not_known_is_absent() -> None:
    table = history.growth(two({"amount": 2.0}, {"amount": 1.0}), YEAR).table

    assert list(table.index) == ["amount"]


def test_without_comparable_spans_or_sales_growth_is_unknown() -> None:
    nothing = pd.DataFrame(columns=["span", "amount"])

    assert keys_of(history.growth(nothing, None)) == ["history.unknown_spans"]
    assert keys_of(history.growth(nothing, YEAR)) == ["history.unknown_empty"]
    assert keys_of(history.growth(two({"amount": 0.0}, {"amount": 0.0}), YEAR)) == ["history.unknown_empty"]


def test_several_rows_for_a_span_are_an_error() -> None:
    frame = pd.concat([two({"amount": 1.0}, {"amount": 1.0})] * 2)

    with pytest.raises(DataError, match="several rows for a span"):
        history.growth(frame, YEAR)


def test_a_notebook_cell_shows_the_numbers() -> None:
    shown = repr(history.growth(two({"amount": 110.0}, {"amount": 100.0}), YEAR))

    assert shown.startswith("Growth\n  history.growth: amount 110, amount_before 100, change 10, rate 0.1")
