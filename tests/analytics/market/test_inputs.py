"""From the data's frames to what the market's functions ask for."""

import numpy as np
import pandas as pd
import pytest

from workbench.analytics.market import (
    MarketSeries,
    Potential,
    Share,
    accounts,
    known,
    market_series,
    own,
    parts,
    potential,
    scatter,
    share_of,
    sizing,
    sold,
)
from workbench.analytics.market.inputs import every
from workbench.analytics.results import Unknown
from workbench.periods import Calendar
from workbench.settings import CalendarSettings
from workbench.settings.market import MarketSettings

CHINA = Calendar(CalendarSettings(country="CN"))
QUARTERS = pd.date_range("2024-01-01", periods=8, freq="QS")
AS_OF = pd.Timestamp("2025-12-31")


def series(
    start: str = "2024-01-01", segments: tuple[str, ...] = ("East", "West"), step: str = "QS", n: int = 8
) -> MarketSeries:
    periods = pd.date_range(start, periods=n, freq=step)
    rows = [pd.DataFrame({"period": periods, "segment": s, "size": 10.0 + np.arange(n)}) for s in segments]
    found = market_series(pd.concat(rows, ignore_index=True), CHINA, "CNY", unit="亿元")
    assert isinstance(found, MarketSeries)
    return found


def ours(columns: tuple[str, ...] = ("East", "West"), start: str = "2024-01-01") -> pd.DataFrame:
    index = pd.date_range(start, periods=8, freq="QS")
    return pd.DataFrame({c: 1e7 * (1 + np.arange(8) % 3) for c in columns}, index)


def test_the_share_is_taken_in_the_periods_of_the_market() -> None:
    found = share_of(ours(), series(), "region")

    assert isinstance(found, Share)
    assert (every(series()), found.every) == ("quarter", "quarter")
    assert list(found.years.index) == ["", "East", "West"]


def test_competitors_count_in_the_period_that_holds_their_day() -> None:
    rivals = pd.DataFrame(
        {"date": pd.to_datetime(["2025-12-20", "2020-01-01"]), "competitor": ["A", "B"], "sales": 1e8}
    )
    found = share_of(ours(), series(), "region", rivals)

    assert isinstance(found, Share)
    assert found.rivals["sales"].to_dict() == {"A": 1e8}


def test_periods_that_do_not_overlap_give_no_share_and_say_so() -> None:
    late = series("2030-01-01")
    found = share_of(ours(), late, "region")

    assert isinstance(found, Unknown)
    assert found.findings[0].values["needs"] == ("orders",)
    assert known(late, ours(), CHINA).own is None


def test_segments_that_are_no_part_of_ours_are_asked_for() -> None:
    found = share_of(ours(("North",)), series(), "region")

    assert isinstance(found, Unknown)
    assert found.findings[0].values["needs"] == ("market_level",)


def test_a_proxy_that_does_not_join_makes_no_size() -> None:
    """Our share is believed, but no year of sales stands beside it: the two others are told, this one is not."""
    beliefs = MarketSettings.model_validate({
        "proxy": {"share": 0.05}, "top_down": {"serviceable": 0.5, "obtainable": 0.1}})  # fmt: skip
    found = sizing(beliefs, known(series("2030-01-01"), ours(), CHINA))

    assert not isinstance(found, Unknown)
    assert list(found.table.index.unique("method")) == ["top_down"]


def test_yearly_figures_give_a_share_without_a_range() -> None:
    yearly = series("2023-01-01", ("",), "YS", 3)
    sales = pd.DataFrame({"": [1e7, 2e7, 4e7]}, pd.date_range("2023-01-01", periods=3, freq="YS"))
    found = share_of(sales, yearly, "")

    assert isinstance(found, Share)
    assert found.years.loc["", "share"] == pytest.approx(4e7 / 12e8)
    assert np.isnan(found.years.loc["", "lo_80"])
    assert found.findings[0].values["direction"] == "same"


def test_own_sales_of_a_period_that_is_not_whole_are_unknown() -> None:
    rows = pd.DataFrame(
        {"period": QUARTERS[[0, 0, 1]], "region": ["East", "West", "East"], "amount": [1.0, 2.0, 3.0],
         "whole": [True, True, False]}
    )  # fmt: skip
    found = own(rows, "region")

    assert found.loc[QUARTERS[0]].tolist() == [1.0, 2.0]
    assert found.loc[QUARTERS[1]].isna().all()


CUSTOMERS = pd.DataFrame({
    "customer": ["1", "2", "3", "4"], "name": ["Ann", "Bob", "Bob", "Dan"], "region": ["East", "East", "West", None]
})  # fmt: skip


def test_accounts_and_who_has_bought_by_the_names_that_orders_show() -> None:
    found = accounts(CUSTOMERS, pd.DataFrame({"customer": ["Ann", "Bob (3)"]}), "region")

    assert found.loc["East"].to_dict() == {"accounts": 2, "customers": 1}
    assert found.loc["West"].to_dict() == {"accounts": 1, "customers": 1}
    assert accounts(CUSTOMERS, pd.DataFrame({"customer": []}), "industry").empty
    assert accounts(None, pd.DataFrame({"customer": []}), "region").empty


def test_where_no_market_is_published_accounts_are_compared() -> None:
    nothing = market_series(None, CHINA, "CNY")
    share = share_of(pd.DataFrame(), nothing, "")
    rng = np.random.default_rng(3)
    months = pd.date_range("2025-01-01", periods=12, freq="MS")
    monthly = pd.DataFrame(rng.lognormal(0, 0.05, (12, 4)) * [30, 30, 30, 5], months, list("abcd"))
    counted = pd.DataFrame({"accounts": [10.0, 10, 10, 10], "customers": [9.0, 9, 9, 9]}, list("abcd"))
    found = potential(parts(share, counted, monthly), level="state", scatter=scatter(share, monthly))

    assert isinstance(found, Potential)
    assert found.per == "accounts"
    assert found.table.index[0] == "d"
    assert found.table.loc["d", "share"] == pytest.approx(monthly["d"].sum() / 10)
    assert found.table.loc["d", "headroom"] == pytest.approx(300, rel=0.1)
    assert [f.key for f in found.decisions] == ["market.potential.decide_by_account"]


def products() -> pd.DataFrame:
    days = pd.to_datetime(["2025-03-01", "2025-04-01", "2019-01-01", "2025-06-01"])
    return pd.DataFrame({"product": list("abcd"), "launched": days, "product_line": ["new", "new", "old", "old"]})


def test_a_line_that_is_new_as_a_whole_is_one_launch() -> None:
    months = pd.date_range("2025-01-01", periods=12, freq="MS")
    sales = pd.concat([
        pd.DataFrame({"period": months, "product": p, "quantity": 2.0, "amount": 20.0, "whole": True}) for p in "abcd"
    ])  # fmt: skip
    found = sold(products(), sales, AS_OF)

    assert set(found) == {"new", "d"}
    assert found["new"].launched == pd.Timestamp("2025-03-01")
    assert found["new"].units.iloc[-1] == 4.0
    assert found["new"].price == 10.0


def test_nothing_after_the_day_of_the_report_is_a_launch() -> None:
    sales = pd.DataFrame({"period": [QUARTERS[0]], "product": ["d"], "quantity": 1.0, "amount": 1.0, "whole": True})

    assert "d" not in sold(products(), sales, pd.Timestamp("2025-05-31"))
