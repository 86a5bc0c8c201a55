"""Sums of what came before the sales: leads, visits, stages passed, records kept, money spent, people, days to pay."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from workbench.sources.components import Facts, Sums

# how activities are called in the exports seen; a kind that is none of them counts in `activities` only
KINDS = {
    "visits": ("拜访", "拜訪", "上门", "到訪", "visit", "on-site", "onsite"),
    "demos": ("演示", "展示", "示範", "demo"),
}
YES = ("是", "有效", "y", "yes", "true", "1", "valid", "qualified")
RECORDED = ("amount", "customer", "rep", "source", "expected", "product", "product_line")
_MONTH = 30.4  # days


def leads(facts: "Facts") -> "Sums":
    """Leads that spend brought, with the spend on them."""
    table = facts.tables.get("spend")
    if table is None or "leads" not in table or not table["leads"].notna().any():
        return {}
    return {
        "leads": facts.added(table["date"], table["leads"].fillna(0)),
        "lead_spend": facts.added(table["date"], table["amount"].where(table["leads"].notna())),
    }


def activities(facts: "Facts") -> "Sums":
    """All activities, visits, valid visits and demos. Weeks without a row count as weeks without activity."""
    table = facts.tables.get("activities")
    if table is None:
        return {}
    counts = table["count"].fillna(1) if "count" in table else pd.Series(1.0, table.index)
    found = {"activities": facts.added(table["date"], counts)}
    for name, words in KINDS.items():
        kind = table["kind"].str.casefold().str.contains("|".join(words), na=False)
        if kind.any():
            found[name] = facts.added(table["date"], counts.where(kind, 0))
        if kind.any() and name == "visits" and "valid" in table and table.loc[kind, "valid"].notna().any():
            judged = kind & table["valid"].notna()
            valid = judged & table["valid"].str.strip().str.casefold().isin(YES)
            found["judged_visits"] = facts.added(table["date"], counts.where(judged, 0))
            found["valid_visits"] = facts.added(table["date"], counts.where(valid, 0))
    return found


def qualified(facts: "Facts") -> "Sums":
    """Deals that left the first stage in the span, and those that left it or were lost in it: open ones are neither."""
    deals, history = facts.tables.get("opportunities"), facts.tables.get("stage_history")
    order = facts.stages.order
    if deals is None or history is None or len(order) < 2 or not (facts.stages.won and facts.stages.lost):
        return {}
    rank = {stage: n for n, stage in enumerate([*order, *facts.stages.won])}
    steps = history.assign(at=history["stage"].map(rank))
    steps = steps[steps["opportunity"].isin(deals["opportunity"])]
    passed = steps[steps["at"] >= 1].groupby("opportunity")["entered"].min()
    lost = steps[steps["stage"].isin(facts.stages.lost)].groupby("opportunity")["entered"].min()
    lost = lost[~lost.index.isin(passed.index)]
    left = pd.concat([passed, lost])
    went_on = pd.Series([1] * len(passed) + [0] * len(lost), index=left.index)
    return {
        "qualified": facts.added(left, went_on, steps["entered"]),
        "judged": facts.added(left, went_on * 0 + 1, steps["entered"]),
    }


def records(facts: "Facts") -> "Sums":
    """Fields filled in and fields to fill in of the deals created in the span, of the columns that the export has."""
    deals = facts.tables.get("opportunities")
    if deals is None or "created" not in deals:
        return {}
    columns = [c for c in RECORDED if c in deals and deals[c].notna().any()]
    if not columns:
        return {}
    more, filled = deals.get("closed"), deals[columns].notna().sum(axis=1)
    return {
        "fields_filled": facts.added(deals["created"], filled, more),
        "fields": facts.added(deals["created"], filled * 0 + len(columns), more),
    }


def acquired(facts: "Facts") -> "Sums":
    """Customers whose first day lies in the span."""
    customers = facts.tables.get("customers")
    if customers is None or "since" not in customers or facts.tables.get("spend") is None:
        return {}
    return {"new_customers": facts.added(customers["since"], pd.Series(1, customers.index), customers["since"])}


def marketing(facts: "Facts") -> "Sums":
    """Value won through the channels that money was spent on, and the spend as long before as deals take to be won."""
    spend, deals = facts.tables.get("spend"), facts.tables.get("opportunities")
    if spend is None or deals is None or not facts.stages.won:
        return {}
    if "channel" not in spend or not {"source", "amount", "closed", "created"} <= set(deals):
        return {}
    won = deals[deals["stage"].isin(facts.stages.won) & deals["closed"].notna()]
    paid_for = won[won["source"].isin(spend["channel"].dropna())]
    if paid_for.empty:
        return {}
    lag = round((won["closed"] - won["created"]).dt.days.median() / _MONTH)
    later = spend["date"] + pd.DateOffset(months=lag)
    return {
        "sourced_amount": facts.added(paid_for["closed"], paid_for["amount"], deals["closed"]),
        "lagged_spend": facts.added(later[later <= facts.as_of], spend["amount"][later <= facts.as_of], spend["date"]),
    }


def headcount(facts: "Facts") -> "Sums":
    """The average number of people who sell in each span: those who lead others are not counted."""
    people = facts.tables.get("reps")
    if people is None or "joined" not in people or not people["joined"].notna().any():
        return {}
    leaders = set(people["manager"].dropna()) if "manager" in people else set()
    sellers = people[~people["rep"].isin(leaders) & people["joined"].notna()]
    left = sellers["left"] if "left" in sellers else pd.Series(pd.NaT, sellers.index, dtype="datetime64[ns]")
    found = {}
    for name, (first, last) in facts.days.items():
        start, end = sellers["joined"].where(sellers["joined"] > first, first), left.where(left < last, last)
        found[name] = float(((end - start).dt.days + 1).clip(lower=0).sum() / ((last - first).days + 1))
    return {"reps": found} if min(found.values()) > 0 else {}


def days_to_pay(facts: "Facts", ordered: Callable[[pd.Series], pd.Series]) -> "Sums":
    """Money received times the days from its order to it, and that money; `ordered` gives the orders' days."""
    table = facts.tables.get("payments")
    if table is None or "order" not in table or not table["order"].notna().any():
        return {}
    days = (table["date"] - ordered(table["order"])).dt.days
    known = days.notna() & (table["amount"] > 0)
    if not known.any():
        return {}
    money = table["amount"].where(known, 0.0)
    return {
        "paid_days": facts.added(table["date"], money * days.fillna(0)),
        "paid_known": facts.added(table["date"], money),
    }
