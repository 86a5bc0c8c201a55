"""Recency, frequency and amount: which customers are worth what attention."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.analytics.customers.repeat import few
from workbench.analytics.frames import require
from workbench.analytics.keys import fact
from workbench.analytics.results import Result, Unknown
from workbench.findings import Finding

MEASURES = ("days_since_last_order", "orders", "amount")
CLASSES = ("high_value", "potential", "dormant", "other")
_SAID = {
    "high_value": "customers.rfm_high_value",
    "potential": "customers.rfm_potential",
    "dormant": "customers.rfm_dormant",
    "other": "customers.rfm_other",
}
FEWEST = 10
_NEAR, _FAR = 3, 1


@dataclass(frozen=True, kw_only=True, repr=False)
class Rfm(Result):
    """Customers by class.

    `table`: index class (high_value, potential, dormant, other); columns customers, amount, share (of amount)
    `cells`: one row for each combination of the three scores that occurs, with its class, customers and amount; the
    three classes name 3 of the 18 combinations, so `other` is everything they do not name
    `members`: index customer; columns days_since_last_order, orders, amount, recency, frequency, monetary (scores from
    1, the more the better: recent, often, much), class
    `cuts`: for each measure the values at which the score rises, in its own unit (days, orders, money)
    """

    table: pd.DataFrame
    cells: pd.DataFrame
    members: pd.DataFrame
    cuts: dict[str, tuple[float, ...]]


def score(values: pd.Series, cuts: Sequence[float], *, low_is_good: bool = False) -> pd.Series:
    """1 for values up to the first cut, one more above each; turned round where low is good. NaN is not scored."""
    above = pd.Series(np.searchsorted(np.asarray(cuts, float), values.to_numpy(float), side="left"), values.index)
    return (len(cuts) + 1 - above if low_is_good else above + 1).where(values.notna())


def rfm(customers: pd.DataFrame, as_of: pd.Timestamp) -> Rfm | Unknown:
    """Customers scored and put into the classes 高价值 (high value), 潜力 (potential) and 沉睡 (dormant).

    `customers` has one row each: customer, last (day of the last order), orders, amount. Recency and amount are cut at
    their terciles into 3 scores, orders at the median into 2. High value: recent, often, much; potential: recent,
    seldom, middling amount; dormant: long ago, seldom, little. The rest is `other`: the classes are no partition.
    """
    require(customers, ("customer", "last", "orders", "amount"), "rfm")
    named = customers.dropna(subset=["customer"]).set_index("customer")
    if len(named) < FEWEST:
        return few("rfm", named, "customers.unknown_few", FEWEST)
    members = pd.DataFrame(
        {
            "days_since_last_order": (pd.Timestamp(as_of) - named["last"]).dt.days.astype("float64"),
            "orders": named["orders"].astype("float64"),
            "amount": named["amount"].astype("float64"),
        }
    )
    cuts = {m: _cuts(members[m], (0.5,) if m == "orders" else (1 / 3, 2 / 3)) for m in MEASURES}
    members["recency"] = score(members["days_since_last_order"], cuts["days_since_last_order"], low_is_good=True)
    members["frequency"] = score(members["orders"], cuts["orders"])
    members["monetary"] = score(members["amount"], cuts["amount"])
    members["class"] = _classes(members)
    return _result(members, cuts)


def _cuts(values: pd.Series, at: Sequence[float]) -> tuple[float, ...]:
    return tuple(float(v) for v in values.quantile(list(at)))


def _classes(members: pd.DataFrame) -> pd.Series:
    r, f, m = members["recency"], members["frequency"], members["monetary"]
    named = {
        "high_value": (r == _NEAR) & (f == 2) & (m == 3),
        "potential": (r == _NEAR) & (f == 1) & (m == 2),
        "dormant": (r == _FAR) & (f == 1) & (m == 1),
    }
    return pd.Series(np.select(list(named.values()), list(named), "other"), index=members.index)


def _result(members: pd.DataFrame, cuts: dict[str, tuple[float, ...]]) -> Rfm:
    total = members["amount"].sum()
    sums = members.groupby("class")["amount"].agg(customers="size", amount="sum")
    table: pd.DataFrame = sums.reindex(CLASSES, fill_value=0)  # type: ignore[assignment]
    table["share"] = table["amount"] / total if total > 0 else np.nan
    scores = ["recency", "frequency", "monetary", "class"]
    cells = members.groupby(scores)["amount"].agg(customers="size", amount="sum").reset_index()
    return Rfm(table=table, cells=cells, members=members, cuts=cuts, findings=tuple(_findings(table)))


def _findings(table: pd.DataFrame) -> list[Finding]:
    counted = {"customers": int(table["customers"].sum())}
    return [
        fact(
            _SAID[str(name)],
            weight=row["amount"],
            customers=row["customers"],
            amount=row["amount"],
            share=row["share"],
            of=counted["customers"],
        )
        for name, row in table.iterrows()
        if row["customers"]
    ]
