"""The headline: sales now against before, and what they were made of."""

from typing import Any

import numpy as np
import pandas as pd

from workbench.analytics import kpis
from workbench.analytics.frames import require, unknown
from workbench.analytics.history.frames import MEASURES, days, unknown_spans
from workbench.analytics.keys import direction, fact
from workbench.analytics.results import Growth, Unknown
from workbench.errors import DataError
from workbench.findings import Finding
from workbench.periods import Spans

RATIOS = ("average_order_value", "return_rate", "gross_margin")
POINTS = ("return_rate", "gross_margin")


def growth(compare: pd.DataFrame, spans: Spans | None) -> Growth | Unknown:
    """Sales and their components now and before, over spans of like length and season.

    `compare` has one row for each span; a span without one sold nothing. Two neighbouring quarters still hold the
    season, and a finding says so.
    """
    if spans is None or compare.empty:
        return unknown_spans("growth", compare, spans) or unknown("growth", "history.unknown_empty")
    require(compare, ("span", "amount"), "growth")
    if compare["span"].duplicated().any():
        raise DataError("growth", ["there are several rows for a span; take data.compare() without by"])
    table = _table(compare)
    if not table.loc["amount"].any():
        return unknown("growth", "history.unknown_empty")
    return Growth(table=table, spans=spans, findings=tuple(_findings(table, spans)))


def _table(compare: pd.DataFrame) -> pd.DataFrame:
    measures = [m for m in MEASURES if m in compare]
    sums = compare.astype({"span": object}).set_index("span")[measures].astype("float64").reindex(["now", "before"])
    sums["amount"] = sums["amount"].fillna(0.0)
    ratios = kpis.evaluate(sums.rename_axis("span"), "span", RATIOS)
    table = sums.join(ratios).astype("float64").T.rename_axis("measure")[["now", "before"]]
    table["change"] = table["now"] - table["before"]
    table["rate"] = table["change"] / table["before"].where(table["before"] > 0)
    table.loc[table.index.isin(POINTS), "rate"] = np.nan
    return table


def _findings(table: pd.DataFrame, spans: Spans) -> list[Finding]:
    amount = table.loc["amount"]
    change: Any = amount["change"]
    values = {"amount": amount["now"], "amount_before": amount["before"], "change": amount["change"]}
    turn: dict[str, Any] = {"direction": direction(change), **days(spans)}
    if pd.isna(amount["rate"]):
        found = [fact("history.growth_no_rate", weight=amount["change"], **values, **turn)]
    else:
        found = [fact("history.growth", weight=amount["change"], **values, rate=amount["rate"], **turn)]
    if spans.name == "quarter":
        found.append(fact("history.season_not_removed", **days(spans)))
    return found + _orders(table) + _customers(table) + _quantity(table)


def _orders(table: pd.DataFrame) -> list[Finding]:
    if "orders" not in table.index or table.loc[["orders", "average_order_value"], "rate"].isna().any():
        return []
    return [fact("history.growth_orders", **_three(table, "orders"), **_three(table, "average_order_value"))]


def _customers(table: pd.DataFrame) -> list[Finding]:
    if "customers" not in table.index or not (table.loc["customers", ["now", "before"]] > 0).all():
        return []
    each = table.loc["amount", ["now", "before"]] / table.loc["customers", ["now", "before"]]
    rate = each["now"] / each["before"] - 1 if each["before"] > 0 else np.nan
    return [fact("history.growth_customers", **_three(table, "customers"), per_customer=each["now"],
                 per_customer_before=each["before"], per_customer_rate=rate)]  # fmt: skip


def _quantity(table: pd.DataFrame) -> list[Finding]:
    if "quantity" not in table.index or pd.isna(table["rate"]["quantity"]):
        return []
    return [fact("history.growth_quantity", **_three(table, "quantity"))]


def _three(table: pd.DataFrame, name: str) -> dict[str, Any]:
    row = table.loc[name]
    return {name: row["now"], f"{name}_before": row["before"], f"{name}_rate": row["rate"]}
