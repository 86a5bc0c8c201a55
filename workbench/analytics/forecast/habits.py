"""The forecast of all sales beside what today's customers should bring by their habits: two reckonings of one year."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from workbench.analytics.customers import LifetimeValue
from workbench.analytics.forecast.headline import Landing
from workbench.analytics.keys import fact
from workbench.analytics.results import Result, Unknown

ALIKE = 0.03  # share by which the two spans may differ in length
STEPS = ("today", "below", "growth", "whole")


@dataclass(frozen=True, kw_only=True, repr=False)
class Habits(Result):
    """From what today's customers should bring to the forecast of all sales, over the year ahead.

    `table`: index of STEPS, the first three sum to the last; columns amount, lo_80, hi_80 (NaN of steps)
        today   by how often and how much each customer has bought; no growth, nobody new
        below   the year before less `today`: what those habits, and customers to be won, leave of it
        growth  the forecast less the year before
        whole   the forecast of all sales
    `span`: first and last day of the forecast's year
    """

    table: pd.DataFrame
    span: tuple[pd.Timestamp, pd.Timestamp]


def habits(landing: Landing | Unknown, value: Result | None, customers: pd.DataFrame | None = None) -> Habits | None:
    """Both reckonings with what lies between them; None where one of them, or the year before, is not known, or where
    they are not of spans as long.

    `value`: wb.customers.lifetime_value. `customers`: Data.customers(), for what those brought who are new in weeks as
    many. What lies between is a plain difference of the three amounts; no cause is estimated.
    """
    if not isinstance(landing, Landing) or not isinstance(value, LifetimeValue) or not value.total > 0:
        return None
    row: Any = landing.table.loc["next_year"]
    days = (row["last"] - row["first"]).days + 1
    if abs(days / (7 * value.weeks) - 1) > ALIKE or not row["amount_before"] > 0:
        return None
    below, growth = row["amount_before"] - value.total, row["amount"] - row["amount_before"]
    rows = {
        "today": (value.total, value.lo, value.hi),
        "below": (below, float("nan"), float("nan")),
        "growth": (growth, float("nan"), float("nan")),
        "whole": (row["amount"], row["lo_80"], row["hi_80"]),
    }
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["amount", "lo_80", "hi_80"]).rename_axis("step")
    checked = value.holdout
    told = fact("forecast.habits", weight=abs(row["amount"] - value.total), amount=row["amount"], today=value.total,
                customers=value.customers, gap=row["amount"] - value.total, growth=growth, below=below,
                new=_new(customers, value.weeks), weeks=value.weeks,
                error=checked.ratio - 1 if checked is not None and checked.weeks == value.weeks else None)  # fmt: skip
    return Habits(table=table, span=(row["first"], row["last"]), findings=(told,))


def _new(customers: pd.DataFrame | None, weeks: int) -> float | None:
    """Money of customers whose first purchase lies in the last `weeks`; None where the data begin so late that those of
    old look new."""
    if customers is None or customers.empty or customers["age"].max() < 2 * weeks - 1:
        return None
    return float(customers.loc[customers["age"] < weeks, "amount"].sum())
