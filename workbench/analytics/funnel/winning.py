"""Deals won of those closed, by count and by value, over time."""

from typing import Any

import numpy as np
import pandas as pd

from workbench.analytics.funnel.deals import FEWEST, apart, judged, p_same, too_few, with_rates
from workbench.analytics.funnel.results import WinRate
from workbench.analytics.keys import fact
from workbench.analytics.results import Unknown
from workbench.findings import Finding
from workbench.periods import Calendar, Every
from workbench.settings import Stages

VALUED = 0.8  # share of lost deals that must carry an amount above 0 before a win rate by value is told


def win_rate(
    opportunities: pd.DataFrame | None,
    stages: Stages,
    every: Every = "quarter",
    *,
    calendar: Calendar | None = None,
    as_of: pd.Timestamp | None = None,
) -> WinRate | Unknown:
    """Won / (won + lost) of the deals closed in each period, by count with Wilson 95 % intervals, and by value.

    By value only where at least 80 % of the lost deals carry an amount: many systems blank it when a deal is lost, and
    then every won euro would look like all there was. A last period that `as_of` cuts is not whole and not compared.
    """
    deals = judged("win_rate", opportunities, stages, ("closed",))
    if isinstance(deals, Unknown):
        return deals
    closed = deals[~deals["open"] & deals["closed"].notna()]
    if problem := too_few("win_rate", len(closed)):
        return problem
    calendar, valued = calendar or Calendar(), _valued(closed)
    table = _table(closed.groupby(calendar.start(closed["closed"], every).rename("period")), valued)
    last = calendar.end_of(table.index[-1], every)
    table["whole"] = [True] * (len(table) - 1) + [as_of is None or last <= as_of]
    total = _table(closed.groupby(lambda _: 0), valued).iloc[0]
    whole = table[table["whole"]]
    many = whole[whole["closed"] >= FEWEST]
    same = p_same(many["won"], many["closed"])
    found = [_total(total, closed, same), *_latest(whole, every), *_value(total, closed, valued)]
    return WinRate(table=table, total=total, p_same=same, every=every, findings=tuple(found))


def _valued(closed: pd.DataFrame) -> bool | None:
    """Whether a win rate by value can be told; None where deals have no amount at all."""
    if "amount" not in closed:
        return None
    return bool((closed.loc[closed["lost"], "amount"] > 0).mean() >= VALUED)


def _table(groups: Any, valued: bool | None) -> pd.DataFrame:
    counts = groups.agg(won=("won", "sum"), closed=("won", "size"))
    if valued:
        money = groups[["amount", "won"]].apply(
            lambda g: pd.Series({"won_amount": g["amount"].where(g["won"]).sum(), "closed_amount": g["amount"].sum()})
        )
        counts = counts.join(money)
        counts["rate_value"] = counts["won_amount"] / counts["closed_amount"].where(counts["closed_amount"] > 0)
    return with_rates(counts, "won", "closed")


def _total(total: pd.Series, closed: pd.DataFrame, same: float) -> Finding:
    money = closed["amount"].where(closed["won"]).sum() if "amount" in closed else np.nan
    return fact(
        "funnel.win_rate",
        weight=money,
        rate=total["rate"],
        lo=total["lo"],
        hi=total["hi"],
        won=total["won"],
        closed=total["closed"],
        p_same=same,
        changed=None if pd.isna(same) else bool(same < 0.05),
    )


def _latest(whole: pd.DataFrame, every: Every) -> list[Finding]:
    """The last whole period against all the whole ones before it: one neighbour alone would be noise against noise."""
    if len(whole) < 2 or whole["closed"].iloc[-1] < FEWEST:
        return []
    now, before = whole.iloc[-1], whole.iloc[:-1][["won", "closed"]].sum()
    beyond = apart(now["won"], now["closed"], before["won"], before["closed"])
    rate = before["won"] / before["closed"]
    return [
        fact(
            "funnel.win_rate_latest",
            every=every,
            period=whole.index[-1],
            rate=now["rate"],
            lo=now["lo"],
            hi=now["hi"],
            closed=now["closed"],
            before=rate,
            change=now["rate"] - rate,
            beyond_noise=beyond,
        )
    ]


def _value(total: pd.Series, closed: pd.DataFrame, valued: bool | None) -> list[Finding]:
    if valued is None:
        return []
    if not valued:
        lost = closed[closed["lost"]]
        return [fact("funnel.win_rate_no_value", share=float((lost["amount"] > 0).mean()), need=VALUED)]
    return [
        fact(
            "funnel.win_rate_value",
            rate_value=total["rate_value"],
            rate=total["rate"],
            won_amount=total["won_amount"],
            closed_amount=total["closed_amount"],
            change=total["rate_value"] - total["rate"],
        )
    ]
