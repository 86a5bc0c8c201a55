"""Price elasticity: found where it is there, refused where it cannot be told."""

import numpy as np
import pandas as pd
import pytest

from tests.conftest import shared_data
from workbench.analytics.market.demand import Elasticity, elasticity
from workbench.analytics.results import Unknown


def panel(
    beta: float = -1.8, moves: float = 0.1, items: int = 30, periods: int = 24, seed: int = 0, follow: float = 0.0
) -> pd.DataFrame:
    """Sales of items whose quantity follows price with elasticity `beta`; `follow`: prices that follow last demand."""
    rng = np.random.default_rng(seed)
    time = pd.date_range("2024-01-01", periods=periods, freq="MS")
    season, base = rng.normal(0, 0.3, periods), rng.normal(5, 1, items)[:, None]
    shock = rng.normal(0, 0.2, (items, periods))
    price = rng.normal(3, 1, items)[:, None] + rng.normal(0, moves, (items, periods))
    price[:, 1:] += follow * shock[:, :-1]
    logs = base + season + beta * (price - 3) + shock
    made = pd.DataFrame({
        "product": np.repeat([f"P{i}" for i in range(items)], periods),
        "period": np.tile(time, items),
        "quantity": np.exp(logs).ravel(),
        "price": np.exp(price).ravel(),
    })  # fmt: skip
    return made.assign(amount=made["quantity"] * made["price"])


def test_a_planted_elasticity_is_found_within_its_interval() -> None:
    found = elasticity(panel())

    assert isinstance(found, Elasticity)
    assert found.lo_95 < -1.8 < found.hi_95
    assert found.hi_80 - found.lo_80 < 0.5
    assert found.findings[0].values["revenue"] == pytest.approx(1.01 * 1.01**found.value - 1)


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    found = [elasticity(panel(items=12, seed=s)) for s in range(150)]
    told = [f for f in found if isinstance(f, Elasticity)]

    assert len(told) > 130
    assert 0.7 < np.mean([f.lo_80 <= -1.8 <= f.hi_80 for f in told]) < 0.88


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        ({"moves": 0.004}, "still"),
        ({"items": 4}, "few"),
        ({"periods": 8}, "few"),
        ({"moves": 0.026, "items": 8, "periods": 12}, "wide"),
        ({"moves": 0.03, "follow": 0.5}, "anticipated"),
    ],
)
def test_what_cannot_be_told_is_refused_with_its_reason(made: dict[str, float], reason: str) -> None:
    found = elasticity(panel(**made))  # type: ignore[arg-type]

    assert isinstance(found, Unknown)
    assert found.findings[0].values["reason"] == reason


def test_another_unit_of_money_or_quantity_changes_nothing() -> None:
    one = elasticity(panel())
    other = elasticity(panel().assign(quantity=lambda d: d["quantity"] * 12, amount=lambda d: d["amount"] * 7.3))

    assert isinstance(one, Elasticity)
    assert isinstance(other, Elasticity)
    assert other.value == pytest.approx(one.value)


def test_returns_and_gifts_do_not_count() -> None:
    extra = pd.DataFrame(
        {"product": "P0", "period": pd.Timestamp("2024-01-01"), "quantity": [-3, 2], "amount": [-9.0, 0]}
    )

    assert elasticity(pd.concat([panel(), extra])).findings == elasticity(panel()).findings


def test_without_quantities_it_cannot_be_told() -> None:
    assert isinstance(elasticity(panel().drop(columns="quantity")), Unknown)


def test_a_shop_whose_prices_follow_its_demand_is_no_experiment() -> None:
    lines = pd.read_parquet(shared_data("online_retail_ii/online_retail_2010_2011.parquet"))
    lines = lines.rename(columns=lambda c: c.lower().replace(" ", ""))
    lines = lines[(lines["quantity"] > 0) & (lines["price"] > 0)]
    lines = lines.assign(
        product=lines["stockcode"].astype(str),
        period=pd.to_datetime(lines["invoicedate"]).dt.to_period("M").dt.start_time,
        amount=lines["quantity"] * lines["price"],
    )
    found = elasticity(lines.groupby(["product", "period"], as_index=False)[["quantity", "amount"]].sum())

    assert isinstance(found, Unknown)  # its prices follow demand: next month's already go with this month's quantity
    assert found.findings[0].values["reason"] == "anticipated"


def test_an_effect_far_beyond_what_prices_do_is_not_credible() -> None:
    found = elasticity(panel(beta=-12.0))
    assert isinstance(found, Unknown)
    assert found.findings[0].values["reason"] == "far"
