"""Does a target hold the company's share of its market? All readings of a claimed change of share side by side."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.analytics.keys import direction, fact
from workbench.analytics.plan.aims.targets import MarketView, Triangulation
from workbench.analytics.results import Result, Unknown


@dataclass(frozen=True, kw_only=True, repr=False)
class ShareTest(Result):
    """Does growth hold the share of the market?

    `table`: index of what ("target", "strategy", "baseline"), those known; columns growth (own), market (growth),
    index (share at the end ÷ at the start; 1 holds it), change (index − 1), and where the share is known now,
    share (what it comes to) and points (gained)
    """

    table: pd.DataFrame
    market: float
    share: float | None


def share_test(aims: Triangulation | Unknown | pd.Series, market: MarketView | float | None) -> ShareTest | Unknown:
    """Own growth against the market's: share index = (1 + own) ÷ (1 + market).

    `aims`: the target beside its views, or growths by name, ratios; `market` its view, or only its growth.
    """
    if isinstance(aims, Unknown):
        return aims
    rate = market.growth if isinstance(market, MarketView) else market
    if rate is None or pd.isna(rate):
        return Unknown(section="plan_share", findings=(fact("plan.targets.no_market"),))
    growths = aims.growths if isinstance(aims, Triangulation) else aims
    share = market.share if isinstance(market, MarketView) else None
    table = pd.DataFrame({"growth": growths.dropna().astype(float)}).rename_axis("of")
    table = table.assign(market=float(rate), index=(1 + table["growth"]) / (1 + rate))
    table = table.assign(change=table["index"] - 1, share=(share or np.nan) * table["index"])
    table = table.assign(points=table["share"] - (share or np.nan))
    told = tuple(
        fact("plan.targets.share_held", about=str(of), of=str(of), rate=row["growth"], market=float(rate),
             change=row["change"], direction=direction(round(row["change"], 4)), share=row["share"],
             points=row["points"])
        for of, row in table.iterrows()
    )  # fmt: skip
    return ShareTest(table=table, market=float(rate), share=share, findings=told)


def share_claims(market: float, own: float, claim: float, share: float | None = None) -> pd.Series:
    """The own growth that each reading of a claimed change of share asks for; index reading.

    hold: the share stays. added: the claim is put on top of own growth. relative: the share becomes (1 + claim) times
    itself. points: the share gains `claim` of the market; only where the share is known.
    """
    found = {"hold": market, "added": own + claim, "relative": (1 + market) * (1 + claim) - 1}
    if share:
        found["points"] = (1 + market) * (share + claim) / share - 1
    return pd.Series(found, name="growth").rename_axis("reading")
