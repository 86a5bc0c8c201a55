"""The history of two real companies, from their own order lines."""

from functools import cache

import pandas as pd
import pytest

from tests.analytics.made import keys_of, said
from tests.conftest import shared_data
from workbench.analytics import history, kpis
from workbench.periods import Spans

FISCAL = Spans("year_to_date", (pd.Timestamp("2018-07-01"), pd.Timestamp("2019-06-30")),
               (pd.Timestamp("2017-07-01"), pd.Timestamp("2018-06-30")))  # fmt: skip
TRAILING = Spans("last_12_months", (pd.Timestamp("2010-12-01"), pd.Timestamp("2011-11-30")),
                 (pd.Timestamp("2009-12-01"), pd.Timestamp("2010-11-30")))  # fmt: skip


@cache
def resellers() -> pd.DataFrame:
    """AdventureWorks order lines with product names, and the span each lies in."""
    folder = shared_data("adventureworks_reseller")
    lines = pd.read_csv(folder / "Sales.csv", sep="|", parse_dates=["OrderDate"])
    names = pd.read_csv(folder / "Product.csv", sep="|", usecols=["ProductKey", "Product"])
    lines = lines.merge(names, on="ProductKey", how="left")
    columns = {"Sales": "amount", "Quantity": "quantity", "Cost": "cost", "OrderDate": "date"}
    return within(lines.rename(columns=columns), FISCAL)


@cache
def online_retail() -> pd.DataFrame:
    """Online Retail II, the days that both exports hold taken once."""
    folder = shared_data("online_retail_ii")
    first = pd.read_parquet(folder / "online_retail_2009_2010.parquet")
    second = pd.read_parquet(folder / "online_retail_2010_2011.parquet")
    lines = pd.concat(
        [first, second[pd.to_datetime(second["InvoiceDate"]) > pd.to_datetime(first["InvoiceDate"]).max()]]
    )
    lines["amount"] = lines["Quantity"].astype("float64") * lines["Price"]
    columns = {"Customer ID": "customer", "StockCode": "product", "Quantity": "quantity"}
    return within(lines.assign(date=pd.to_datetime(lines["InvoiceDate"])).rename(columns=columns), TRAILING)


def within(lines: pd.DataFrame, spans: Spans) -> pd.DataFrame:
    day = lines["date"].dt.normalize()
    span = pd.Series(None, index=lines.index, dtype=object)
    return lines.assign(span=span.mask(day.between(*spans.now), "now").mask(day.between(*spans.before), "before"))


def compare(lines: pd.DataFrame, by: str, measures: tuple[str, ...] = ("amount", "quantity")) -> pd.DataFrame:
    known = lines[lines["span"].notna()]
    return known.groupby(["span", by], dropna=False, as_index=False)[list(measures)].sum()


def test_the_bridge_between_two_fiscal_years_has_no_residual() -> None:
    frame = compare(resellers(), "Product")
    result = history.bridge(frame, "Product", FISCAL)
    total = resellers().groupby("span")["amount"].sum()

    assert result.steps["before"] == pytest.approx(total["before"], abs=0.005) == pytest.approx(16_429_042.60)
    assert result.steps["after"] == pytest.approx(total["now"], abs=0.005) == pytest.approx(27_979_779.53)
    assert result.steps.drop("after").sum() == pytest.approx(result.steps["after"], abs=0.005)
    assert result.table["kind"].value_counts().to_dict() == {"new": 72, "both": 35, "lost": 25}


def test_products_that_get_a_new_key_each_year_cannot_be_compared_by_it() -> None:
    # AdventureWorks gives a product a new key with each price list: no key is sold in two fiscal years
    result = history.bridge(compare(resellers(), "ProductKey"), "ProductKey", FISCAL)

    assert keys_of(result) == ["history.unknown_compared"]


def test_the_breakdown_by_territory_adds_up_and_names_the_one_that_fell() -> None:
    lines = resellers()
    monthly = lines.assign(period=lines["date"].dt.to_period("M").dt.start_time)
    monthly = monthly.groupby(["period", "SalesTerritoryKey"], as_index=False)["amount"].sum().assign(whole=True)
    result = history.breakdown(compare(lines, "SalesTerritoryKey"), "SalesTerritoryKey", FISCAL, monthly=monthly)

    assert result.table["contribution"].sum() == pytest.approx(27_979_779.53 / 16_429_042.60 - 1)
    assert said(result, "history.breakdown_fall")["node"] == 5
    assert result.decisions == ()  # its fall of 394 112 is less than twice the noise of its months


def test_the_margin_of_the_resellers_is_as_thin_as_it_is() -> None:
    sums = resellers().groupby("span")[["amount", "cost"]].sum()

    assert kpis.scorecard(sums).table["now"]["gross_margin"] == pytest.approx(0.0433, abs=5e-5)


def test_a_third_of_the_customers_makes_most_of_online_retail() -> None:
    result = history.concentration(compare(online_retail(), "customer"), "customer")

    assert (result.nodes, result.nodes_for_80, result.negative_nodes) == (4281, 1177, 42)
    assert result.share_top_10 == pytest.approx(0.166, abs=5e-4)
    assert result.missing_share == pytest.approx(0.1456, abs=5e-5)
    assert result.top.index[0] == 14646


def test_the_bridge_of_online_retail_has_no_residual_with_returns_and_fees() -> None:
    result = history.bridge(compare(online_retail(), "product"), "product", TRAILING)

    assert result.steps.drop("after").sum() == pytest.approx(result.steps["after"], abs=0.005)
    assert result.table["kind"]["AMAZONFEE"] == "other"
    assert result.convention == "before_prices"  # a postage line and a cake stand are not added up


def test_two_years_of_online_retail_cannot_prove_their_season() -> None:
    lines = online_retail()
    monthly = (
        lines.groupby(lines["date"].dt.to_period("M").dt.start_time.rename("period"))["amount"].sum().reset_index()
    )
    sales = monthly.assign(whole=monthly["period"] < "2011-12-01")
    result = history.season(sales)

    assert said(history.totals(sales), "history.partial")["period"] == pd.Timestamp("2011-12-01")
    assert result.profile["index"].idxmax() == 11
    assert "history.season_two_cycles" in keys_of(result)
    assert monthly.set_index("period")["amount"]["2010-12-01"] == pytest.approx(748_957, abs=1)
