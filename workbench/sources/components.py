"""The sums that KPIs divide, over the spans that a report compares. The unknown is absent or missing, never 0."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from workbench.periods import Calendar, Spans
from workbench.settings import Stages
from workbench.sources import process, small
from workbench.sources.covers import Days, covered

Sums = dict[str, dict[str, float]]  # component -> span -> sum
Ordered = Callable[[pd.Series], pd.Series]


@dataclass(frozen=True)
class Facts:
    """Small tables by name, and what is needed to date and read them."""

    tables: dict[str, pd.DataFrame]
    spans: Spans
    calendar: Calendar
    as_of: pd.Timestamp
    stages: Stages

    @property
    def days(self) -> dict[str, Days]:
        return {"before": self.spans.before, "now": self.spans.now}

    def added(
        self, dates: pd.Series, values: Mapping[str, pd.Series], more: pd.Series | None = None
    ) -> dict[str, dict[str, float]]:
        """The sums of values dated in each span; missing where the rows do not reach over the whole span.

        `more` are other dates of the same table: what they show to be over, the table holds.
        """
        if not dates.notna().any():
            return {}
        first, last = self.reach(dates, more)
        inside = {
            span: dates.between(*days) for span, days in self.days.items() if first <= days[0] and days[1] <= last
        }
        nan = float("nan")
        return {
            name: {span: float(each[inside[span]].sum()) if span in inside else nan for span in self.days}
            for name, each in values.items()
        }

    def reach(self, dates: pd.Series, more: pd.Series | None) -> Days:
        """First and last day that the rows reach over, which `more` may show to go on longer."""
        first, last = covered(dates, self.as_of, self.calendar)
        if more is not None and more.notna().any():
            last = max(last, covered(more, self.as_of, self.calendar)[1])
        return first, last


def components(facts: Facts, compared: pd.DataFrame, sales: Any, ordered: Ordered) -> pd.DataFrame:
    """One row for "before" and "now", one column for each sum known.

    `sales` gives the sales by period, `ordered` the days of orders by their numbers.
    """
    orders = compared.set_index("span").reindex(["before", "now"])
    orders = orders.mask(orders["lines"].isna(), 0)  # both spans are held: one without lines sold nothing
    for count in {"orders", "customers"} & set(orders):  # sales of which no line says whose they are
        orders[count] = orders[count].mask((orders[count] == 0) & (orders["amount"] > orders["returns"]))
    orders = orders.dropna(axis="columns", how="all")
    if sales("month")["returns"].any():
        orders["gross"] = orders["amount"] - orders["returns"]
    else:  # an export without a single return does not say that there were none
        orders = orders.drop(columns="returns")
    found: Sums = {}
    for part in PARTS:
        found |= part(facts)
    found |= _targets(facts, sales) | process.days_to_pay(facts, ordered)
    if "paid" in found:
        found["billed"] = {str(span): float(amount) for span, amount in orders["amount"].items()}
    rest = pd.DataFrame(found, index=orders.index) if found else pd.DataFrame(index=orders.index)
    return orders.join(rest.dropna(axis="columns", how="all"))


def _targets(facts: Facts, sales: Any) -> Sums:
    targets = facts.tables.get("targets")
    every = small.grain(targets["period"], facts.calendar) if targets is not None else None
    if targets is None or every is None:
        return {}
    lines = small.sales_targets(targets)
    wanted = lines["amount"].groupby(facts.calendar.start(lines["period"], every)).sum()
    sold = sales(every).set_index("period")["amount"]
    found: Sums = {"target": {}, "targets_amount": {}}
    for name, (first, last) in facts.days.items():
        inside = [p for p in wanted.index if p >= first and facts.calendar.end_of(p, every) <= last]
        found["target"][name] = float(wanted[inside].sum()) if inside else float("nan")
        found["targets_amount"][name] = float(sold.reindex(inside).sum()) if inside else float("nan")
    return found


def _opportunities(facts: Facts) -> Sums:
    deals = facts.tables.get("opportunities")
    if deals is None:
        return {}
    found: Sums = {}
    if "created" in deals:
        count = pd.Series(1, deals.index)
        found |= facts.added(deals["created"], {"opportunities": count}, deals.get("closed"))
    if "closed" in deals and facts.stages.won and facts.stages.lost:
        found |= _ended(facts, deals)
    return found


def _ended(facts: Facts, deals: pd.DataFrame) -> Sums:
    """How many were won and closed, and their money."""
    won, lost = deals["stage"].isin(facts.stages.won), deals["stage"].isin(facts.stages.lost)
    values = {"won": won.astype("int64"), "closed": (won | lost).astype("int64")}
    if "amount" in deals:
        values["won_amount"] = deals["amount"].where(won)
        if deals["amount"].where(lost).gt(0).any():  # many a CRM sets the amount of a lost deal to 0
            values["closed_amount"] = deals["amount"].where(won | lost)
    return facts.added(deals["closed"].where(won | lost), values, deals.get("created"))


def _payments(facts: Facts) -> Sums:
    table = facts.tables.get("payments")
    return {} if table is None else facts.added(table["date"], {"paid": table["amount"]})


def _satisfaction(facts: Facts) -> Sums:
    table = facts.tables.get("satisfaction")
    if table is None:
        return {}
    answers = table["answers"].fillna(1) if "answers" in table else pd.Series(1.0, table.index)
    return facts.added(table["date"], {"score_sum": table["score"] * answers, "scores": answers})


def _spend(facts: Facts) -> Sums:
    table = facts.tables.get("spend")
    return {} if table is None else facts.added(table["date"], {"spend": table["amount"]})


# each: sums of one kind from the small tables
PARTS: tuple[Callable[[Facts], Sums], ...] = (
    _opportunities,
    _payments,
    _satisfaction,
    _spend,
    process.leads,
    process.activities,
    process.qualified,
    process.records,
    process.acquired,
    process.marketing,
    process.headcount,
)
