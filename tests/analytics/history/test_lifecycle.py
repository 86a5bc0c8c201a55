"""Product life and shifts of mix, worked by hand."""

import pandas as pd
import pytest

from tests.analytics.made import YEAR, keys_of, said, spans_of
from workbench import history


def sales(**items: list[float]) -> pd.DataFrame:
    parts = []
    for item, amounts in items.items():
        first = pd.date_range("2022-01-01", periods=len(amounts), freq="MS")
        parts.append(pd.DataFrame({"period": first, "product": item, "amount": amounts, "whole": True}))
    return pd.concat(parts)


def test_items_are_new_mature_fading_or_ended() -> None:
    result = history.product_life(sales(
        steady=[10.0] * 36,
        fresh=[0.0] * 20 + [5.0] * 16,
        weak=[10.0] * 24 + [5.0] * 12,
        gone=[10.0] * 29 + [0.0] * 7,
    ))  # fmt: skip

    assert result.items["class"].to_dict() == {"steady": "mature", "fresh": "new", "weak": "fading", "gone": "ended"}
    assert result.table.loc["fading", ["amount", "amount_before"]].tolist() == [60, 120]
    assert said(result, "history.product_fading")["of_peak"] == 0.5


def test_a_launch_that_is_told_counts_more_than_the_first_sale() -> None:
    launched = pd.DataFrame({"product": ["steady"], "launched": [pd.Timestamp("2024-06-01")]})

    assert history.product_life(sales(steady=[10.0] * 36), launched).items["class"].tolist() == ["new"]


def test_what_the_data_begin_with_is_older_than_the_data() -> None:
    assert history.product_life(sales(steady=[10.0] * 24)).items["class"].tolist() == ["mature"]


def test_under_two_years_no_item_has_a_life() -> None:
    assert keys_of(history.product_life(sales(steady=[10.0] * 23))) == ["history.unknown_months"]


def test_the_changes_of_shares_add_up_to_nothing() -> None:
    result = history.mix(spans_of({"A": 60, "B": 30, "C": 10}, {"A": 50, "B": 50}), "region", YEAR)

    assert result.table["change"].to_dict() == pytest.approx({"A": 0.1, "C": 0.1, "B": -0.2})
    assert result.table["change"].sum() == pytest.approx(0)
    assert result.shifted == pytest.approx(0.2)
    assert (result.hhi, result.hhi_before) == (pytest.approx(0.46), 0.5)


def test_a_mix_needs_two_spans_with_sales() -> None:
    assert keys_of(history.mix(spans_of({"A": 1}, {"A": 1}), "region", None)) == ["history.unknown_spans"]
    assert keys_of(history.mix(spans_of({"A": 1}, {"A": -1}), "region", YEAR)) == ["history.unknown_negative"]


def test_the_mix_of_the_first_levels_is_told_and_of_none_where_there_is_none() -> None:
    frame = spans_of({"N": 60, "S": 40}, {"N": 50, "S": 50})
    levels = {name: frame.rename(columns={"region": name}) for name in ("region", "channel", "line")}

    assert [m.by for m in history.mixes(levels, YEAR)] == ["region", "channel"]
    assert history.mixes({}, YEAR) == ()


def test_sales_that_name_no_product_tell_no_life_of_any() -> None:
    months = pd.date_range("2023-01-01", periods=30, freq="MS")
    nameless = pd.DataFrame({"period": months, "product": None, "amount": 10.0, "whole": True})

    assert keys_of(history.product_life(nameless)) == ["history.unknown_named"]
