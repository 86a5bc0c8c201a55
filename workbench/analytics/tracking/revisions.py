"""The versions of the period's target: what it was, since when, who changed it, why, and who was told."""

from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from workbench.analytics.keys import fact
from workbench.analytics.plan.period import PlanPeriod
from workbench.analytics.results import Result, Unknown
from workbench.findings import Finding


@dataclass(frozen=True, kw_only=True, repr=False)
class Revisions(Result):
    """Every confirmed version of the whole's target for the period, oldest first.

    `table`: index version; columns written, effective (days), amount (of the period), change (on the version before;
    NaN of the first), rate, author, reason, told (who was told, joined by commas; "" for nobody named)
    """

    period: PlanPeriod
    table: pd.DataFrame


def revisions(history: pd.DataFrame, period: PlanPeriod) -> Revisions | Unknown:
    """The versions that hold the period, from wb.ledger.history(run, {}): its own row, else the sum of its months."""
    rows = [_version(own, period) for _, own in history.groupby("version", sort=True)]
    known = [row for row in rows if row is not None]
    if not known:
        none = fact("tracking.adjust.no_versions", span=period.span)
        return Unknown(section="revisions", findings=(none,))
    table = pd.DataFrame(known).set_index("version")
    table.insert(3, "change", table["amount"].diff())
    table.insert(4, "rate", table["amount"].pct_change())
    result = Revisions(period=period, table=table)
    return replace(result, findings=(_told(result),))


def _version(own: pd.DataFrame, period: PlanPeriod) -> dict[str, Any] | None:
    exact = own[(own["every"] == period.name) & (own["period"] == period.first)]
    months = own[(own["every"] == "month") & own["period"].isin(period.months)]
    held = exact if len(exact) else months if len(months) == len(period.months) else own.iloc[:0]
    if held.empty:
        return None
    first: Any = held.iloc[0]
    named = ("version", "written", "effective", "author", "reason", "told")
    return {"version": first["version"], "written": first["written"], "effective": first["effective"],
            "amount": float(held["amount"].sum()), **{name: first[name] for name in named[3:]}}  # fmt: skip


def _told(result: Revisions) -> Finding:
    table = result.table
    last: Any = table.iloc[-1]
    return fact(
        "tracking.adjust.versions", weight=last["amount"] - table["amount"].iloc[0], versions=len(table),
        first=table["effective"].iloc[0], last=last["effective"], amount=last["amount"],
        amount_first=table["amount"].iloc[0], author=last["author"], reason=last["reason"], told=last["told"] or None,
    )  # fmt: skip
