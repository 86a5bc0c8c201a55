"""What came of the money that was spent to win customers, by channel and with the time that it takes."""

import numpy as np
import pandas as pd

from workbench.analytics.frames import require, unknown
from workbench.analytics.funnel.deals import judged, too_few
from workbench.analytics.funnel.results import Channels
from workbench.analytics.keys import fact
from workbench.analytics.results import Unknown
from workbench.findings import Finding
from workbench.settings import Stages

_Z95 = 1.959963984540054
_MONTH = 30.4  # days


def channels(
    spend: pd.DataFrame | None, opportunities: pd.DataFrame | None, stages: Stages, as_of: pd.Timestamp
) -> Channels | Unknown:
    """Value won in the last 12 whole months by the source of deals, against the spend on that channel before.

    The spend is of the 12 months that lie earlier by the median time from creation to won, so a deal is set against the
    money that brought it. Intervals take the won deals as a compound Poisson sum: its variance is the sum of squared
    amounts. Deals of sources without spend, and spend without a channel, are left out. No causes are proven by this: a
    channel may harvest what another sowed.
    """
    deals = judged("channels", opportunities, stages, ("created", "closed", "amount", "source"))
    if isinstance(deals, Unknown):
        return deals
    if spend is None or "channel" not in spend:
        return unknown("channels", "funnel.unknown_spend")
    require(spend, ("date", "amount"), "channels")
    won = deals[deals["won"] & deals["closed"].notna()]
    if problem := too_few("channels", len(won)):
        return problem
    lag = round((won["closed"] - won["created"]).dt.days.median() / _MONTH)
    last = (pd.Timestamp(as_of) + pd.Timedelta(days=1)).replace(day=1) - pd.Timedelta(days=1)
    first = last + pd.Timedelta(days=1) - pd.DateOffset(months=12)
    later = spend["date"] + pd.DateOffset(months=lag)
    if later.min() > first:
        return unknown("channels", "funnel.unknown_spend_months", have=spend["date"].nunique(), need=12 + lag)
    paid = spend[later.between(first, last) & spend["channel"].notna()]
    table = _table(paid, won[won["closed"].between(first, last)])
    result = Channels(table=table, days=(first, last), lag_months=lag)
    return Channels(**{**vars(result), "findings": tuple(_findings(result))})


def _table(paid: pd.DataFrame, won: pd.DataFrame) -> pd.DataFrame:
    table = paid.groupby("channel")["amount"].sum().rename("spend").to_frame()
    if "leads" in paid and paid["leads"].notna().any():
        table["leads"] = paid.groupby("channel")["leads"].sum(min_count=1)
        table["cost_per_lead"] = table["spend"] / table["leads"].where(table["leads"] > 0)
    deals = won.groupby("source")["amount"].agg(won="size", won_amount="sum", squares=lambda a: (a**2).sum())
    table = table.join(deals).fillna({"won": 0, "won_amount": 0.0, "squares": 0.0})
    spent = table["spend"].where(table["spend"] > 0)
    half = _Z95 * np.sqrt(table["squares"]) / spent
    table = table.assign(returned=table["won_amount"] / spent, cost_of_win=spent / table["won"].where(table["won"] > 0))
    table = table.assign(lo=(table["returned"] - half).clip(lower=0), hi=table["returned"] + half)
    columns = ["spend", "leads", "cost_per_lead", "won", "won_amount", "returned", "lo", "hi", "cost_of_win"]
    return table[[c for c in columns if c in table]].sort_values("returned", ascending=False, kind="stable")


def _findings(result: Channels) -> list[Finding]:
    table = result.table.dropna(subset=["returned"])
    if table.empty:
        return []
    best, last, money = table.iloc[0], table.iloc[-1], table["won_amount"].sum()
    shared = {"lag_months": result.lag_months, "first": result.days[0], "last": result.days[1]}
    found = [
        fact(
            "funnel.channels",
            weight=money,
            returned=money / table["spend"].sum(),
            spend=table["spend"].sum(),
            won_amount=money,
            channels=len(table),
            **shared,
        )
    ]
    if len(table) > 1:
        found.append(
            fact(
                "funnel.channels_apart",
                best=table.index[0],
                best_returned=best["returned"],
                best_lo=best["lo"],
                best_hi=best["hi"],
                last=table.index[-1],
                last_returned=last["returned"],
                last_lo=last["lo"],
                last_hi=last["hi"],
                told=bool(best["lo"] > last["hi"]),
            )
        )
    return found
