"""Repeat, new, new products in the target; and the share-holding test (TV08)."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.analytics.plan.aims import bare, normal, settings
from workbench.analytics.customers.repeat import NewAndRepeat
from workbench.analytics.customers.value import LifetimeValue
from workbench.analytics.history.results import ProductLife
from workbench.analytics.plan import (
    Anchor,
    MarketView,
    ShareTest,
    Triangulation,
    anchor,
    share_claims,
    share_test,
    triangulate,
)
from workbench.analytics.results import Unknown


def aims(given: float = 120.0) -> Triangulation:
    found = triangulate(bare(normal()), settings(), given=given)
    assert isinstance(found, Triangulation)
    return found


def years(
    new: tuple[float, ...] = (50.0, 20.0, 30.0, 7.0), settled: tuple[bool, ...] = (False, True, True, True)
) -> NewAndRepeat:
    index = pd.date_range("2023-01-01", periods=4, freq="YS", name="period")
    table = pd.DataFrame(
        {"amount_new": new, "amount_repeat": [50.0, 80.0, 70.0, 40.0], "whole": [True, True, True, False],
         "settled": settled},
        index=index,
    )  # fmt: skip
    return NewAndRepeat(every="year", table=table)


def value(weeks: int = 104) -> LifetimeValue:
    rest: dict[str, Any] = dict.fromkeys(("table", "members", "holdout", "buying", "spending"))
    return LifetimeValue(
        total=180.0, lo=150.0, hi=210.0, weeks=weeks, customers=9, widened=False, correlation=0.0, **rest
    )


def life() -> ProductLife:
    table = pd.DataFrame({"items": [2, 5], "amount": [10.0, 90.0], "share": [0.1, 0.9]}, index=["new", "mature"])
    return ProductLife(by="product", table=table, items=pd.DataFrame())


def test_the_target_rests_on_the_mix_of_the_last_whole_settled_year() -> None:
    found = anchor(aims(), years())
    assert isinstance(found, Anchor)

    assert found.table["amount"].to_dict() == pytest.approx({"repeat": 84.0, "new": 36.0})  # 70 and 30 of 100, of 120
    assert found.table.loc["new", ["lo", "hi"]].tolist() == pytest.approx((0.2, 0.3))
    assert found.table["share"].sum() == pytest.approx(1)


def test_a_first_year_in_which_everybody_looks_new_is_not_used() -> None:
    found = anchor(aims(), years(settled=(False, False, False, False)), value())
    assert isinstance(found, Anchor)

    assert found.table.empty


def test_todays_customers_are_scaled_to_the_length_of_the_period() -> None:
    found = anchor(aims(), None, value(weeks=104))
    assert isinstance(found, Anchor)

    assert found.today["amount"] == pytest.approx(90)
    assert found.share_today == pytest.approx(0.75)
    assert found.findings[0].values["rest"] == pytest.approx(30)


def test_new_products_run_across_both_kinds_of_customers() -> None:
    found = anchor(aims(), years(), None, life())
    assert isinstance(found, Anchor)

    assert found.table["amount"]["new_products"] == pytest.approx(12)
    assert [f.key.rpartition(".")[2] for f in found.findings] == ["anchor", "anchor_products"]


def test_months_do_not_tell_the_mix_of_a_year() -> None:
    monthly = NewAndRepeat(every="month", table=years().table)

    assert isinstance(anchor(aims(), monthly), Unknown)


def test_without_named_customers_it_is_unknown() -> None:
    found = anchor(aims(), Unknown(section="new_and_repeat"))

    assert isinstance(found, Unknown)
    assert found.findings[0].key == "plan.targets.unknown_customers"


# -- share (TV08) -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("own", "index"), [(0.10, 0.9565), (0.18, 1.0261), (0.15, 1.0)])
def test_growing_less_than_the_market_loses_share(own: float, index: float) -> None:
    found = share_test(pd.Series({"target": own}), 0.15)
    assert isinstance(found, ShareTest)
    (said,) = [f.values for f in found.findings]

    assert found.table["index"]["target"] == pytest.approx(index, abs=1e-4)
    assert said["direction"] == ("same" if own == 0.15 else "up" if own > 0.15 else "down")
    assert said["share"] is None


def test_points_are_told_where_the_share_is_known() -> None:
    market = MarketView(amount=1.0, lo_80=1.0, hi_80=1.0, growth=0.15, share=0.2)
    found = share_test(pd.Series({"target": 0.18, "baseline": np.nan}), market)
    assert isinstance(found, ShareTest)

    assert list(found.table.index) == ["target"]
    assert found.table["share"]["target"] == pytest.approx(0.2 * 1.18 / 1.15)
    assert found.table["points"]["target"] == pytest.approx(0.2 * (1.18 / 1.15 - 1))


def test_without_the_markets_growth_nothing_is_said_of_the_share() -> None:
    assert isinstance(share_test(pd.Series({"target": 0.1}), None), Unknown)


def test_every_reading_of_a_claimed_eight_percent_is_shown() -> None:  # TV08: 10 % + 8 % = 18 % is only one of them
    found = share_claims(0.15, 0.10, 0.08, share=0.2)

    assert found.to_dict() == pytest.approx({"hold": 0.15, "added": 0.18, "relative": 0.242, "points": 0.61})
    assert "points" not in share_claims(0.15, 0.10, 0.08)


@given(st.floats(-0.5, 2), st.floats(-0.5, 2), st.floats(0.01, 0.9))
def test_the_reading_of_a_relative_change_brings_that_change(market: float, own: float, claim: float) -> None:
    asked = share_claims(market, own, claim)["relative"]
    found = share_test(pd.Series({"target": asked}), market)
    assert isinstance(found, ShareTest)

    assert found.table["change"]["target"] == pytest.approx(claim, abs=1e-9)
