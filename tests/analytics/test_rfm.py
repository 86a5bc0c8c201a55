import numpy as np
import pandas as pd
import pytest

from tests.conftest import shared_data
from workbench.analytics.customers.scoring import rfm, score
from workbench.analytics.results import Unknown


def customers(n: int = 90, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame({
        "customer": [f"c{i}" for i in range(n)],
        "last": pd.Timestamp("2026-09-30") - pd.to_timedelta(rng.integers(0, 700, n), unit="D"),
        "orders": rng.integers(1, 30, n),
        "amount": rng.gamma(1, 1000, n).round(2),
    })  # fmt: skip


def test_a_published_scoring_is_reproduced() -> None:
    # rfm for R, README: 995 customers; Abbey O'Reilly 205 days / 6 / 472 scores 343; Champions 158 with 1234 orders and
    # 120,178. Its score rises at the quintile + 1, so these cuts are just below that.
    orders = pd.read_csv(shared_data("published/rfm_orders.csv"), parse_dates=["order_date"])
    by = orders.groupby("customer_id").agg(last=("order_date", "max"), n=("order_date", "size"), m=("revenue", "sum"))
    by["days"] = (pd.Timestamp("2006-12-31") - by["last"]).dt.days
    cuts = {c: np.nextafter(by[c].quantile([0.2, 0.4, 0.6, 0.8]) + 1, -np.inf) for c in ("days", "n", "m")}
    scores = pd.DataFrame({c: score(by[c], cuts[c], low_is_good=c == "days") for c in cuts})
    champions = by[(scores >= 4).all(axis=1)]

    assert len(by) == 995
    assert scores.loc["Abbey O'Reilly"].tolist() == [3, 4, 3]
    assert (len(champions), champions["n"].sum(), champions["m"].sum()) == (158, 1234, 120_178)


def test_classes_that_are_no_partition_leave_a_rest() -> None:
    # TV14: recent, often, much / recent, seldom, middling / long ago, seldom, little name 3 of 18 combinations
    result = rfm(customers(), pd.Timestamp("2026-09-30"))

    assert result.table["customers"].sum() == 90
    assert result.table.at["other", "customers"] > 0
    assert result.table["amount"].sum() == pytest.approx(customers()["amount"].sum())
    assert result.cells.groupby(["recency", "frequency", "monetary"])["class"].nunique().max() == 1


def test_a_customer_who_bought_much_often_and_lately_is_of_high_value() -> None:
    frame = customers()
    frame.loc[0, ["last", "orders", "amount"]] = [pd.Timestamp("2026-09-30"), 100, 1e6]

    assert rfm(frame, pd.Timestamp("2026-09-30")).members.at["c0", "class"] == "high_value"


def test_money_in_another_unit_changes_no_class() -> None:
    frame = customers()
    day = pd.Timestamp("2026-09-30")

    assert rfm(frame.assign(amount=frame["amount"] / 7), day).members["class"].equals(rfm(frame, day).members["class"])


def test_a_handful_of_customers_is_too_few_to_class() -> None:
    assert isinstance(rfm(customers(5), pd.Timestamp("2026-09-30")), Unknown)
