"""Sums of what came before the sales: leads, visits, stages passed, records kept, money spent, people, days to pay."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
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
    counts, spend = table["leads"].fillna(0), table["amount"].where(table["leads"].notna())
    return facts.added(table["date"], {"leads": counts, "lead_spend": spend})


def activities(facts: "Facts") -> "Sums":
    """All activities, visits, valid visits and demos. Weeks without a row count as weeks without activity."""
    table = facts.tables.get("activities")
    if table is None:
        return {}
    counts = table["count"].fillna(1) if "count" in table else pd.Series(1.0, table.index)
    values = {"activities": counts}
    for name, words in KINDS.items():
        kind = table["kind"].str.casefold().str.contains("|".join(words), na=False)
        if kind.any():
            values[name] = counts.where(kind, 0)
        if kind.any() and name == "visits" and "valid" in table and table.loc[kind, "valid"].notna().any():
            judged = kind & table["valid"].notna()
            valid = judged & table["valid"].str.strip().str.casefold().isin(YES)
            values |= {"judged_visits": counts.where(judged, 0), "valid_visits": counts.where(valid, 0)}
    return facts.added(table["date"], values)


def qualified(facts: "Facts") -> "Sums":
    """Deals that left the first stage in the span, and those that left it or were lost in it: open ones are neither."""
    deals, history = facts.tables.get("opportunities"), facts.tables.get("stage_history")
    order = facts.stages.order
    if deals is None or history is None or len(order) < 2 or not (facts.stages.won and facts.stages.lost):
        return {}
    steps = history[history["opportunity"].isin(deals["opportunity"])]
    of = pd.Series(pd.factorize(steps["opportunity"])[0], steps.index)
    later = steps["stage"].isin([*order[1:], *facts.stages.won])
    passed, lost = (
        steps.loc[there, "entered"].groupby(of[there]).min()
        for there in (later, steps["stage"].isin(facts.stages.lost))
    )
    left = pd.concat([passed, lost[~lost.index.isin(passed.index)]])
    went_on = pd.Series(left.index.isin(passed.index).astype(int), left.index)
    return facts.added(left, {"qualified": went_on, "judged": went_on * 0 + 1}, steps["entered"])


def records(facts: "Facts") -> "Sums":
    """Fields filled in and fields to fill in of the deals created in the span, of the columns that the export has."""
    deals = facts.tables.get("opportunities")
    if deals is None or "created" not in deals:
        return {}
    columns = [c for c in RECORDED if c in deals and deals[c].notna().any()]
    if not columns:
        return {}
    more, filled = deals.get("closed"), deals[columns].notna().sum(axis=1)
    return facts.added(deals["created"], {"fields_filled": filled, "fields": filled * 0 + len(columns)}, more)


def acquired(facts: "Facts") -> "Sums":
    """Customers whose first day lies in the span."""
    customers = facts.tables.get("customers")
    if customers is None or "since" not in customers or facts.tables.get("spend") is None:
        return {}
    return facts.added(customers["since"], {"new_customers": pd.Series(1, customers.index)})


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
    spent = spend["amount"][later <= facts.as_of]
    return {
        **facts.added(paid_for["closed"], {"sourced_amount": paid_for["amount"]}, deals["closed"]),
        **facts.added(later[later <= facts.as_of], {"lagged_spend": spent}, spend["date"]),
    }


def headcount(facts: "Facts") -> "Sums":
    """The average number of people who sell in each span: those who lead others are not counted."""
    people = facts.tables.get("reps")
    if people is None or "joined" not in people or not people["joined"].notna().any():
        return {}
    leaders = set(people["manager"].dropna()) if "manager" in people else set()
    sellers = people[~people["rep"].isin(leaders) & people["joined"].notna()]
    left = sellers["left"] if "left" in sellers else pd.Series(pd.NaT, sellers.index, dtype="datetime64[ns]")
    firsts, lasts = (np.array(edge, "datetime64[D]")[:, None] for edge in zip(*facts.days.values(), strict=True))
    joined, gone = (days.to_numpy("datetime64[D]")[None] for days in (sellers["joined"], left))
    there = (np.fmin(gone, lasts) - np.fmax(joined, firsts)).astype(int) + 1
    average = there.clip(min=0).sum(axis=1) / ((lasts - firsts).astype(int)[:, 0] + 1)
    return {"reps": dict(zip(facts.days, average.tolist(), strict=True))} if average.min() > 0 else {}


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
    return facts.added(table["date"], {"paid_days": money * days.fillna(0), "paid_known": money})
