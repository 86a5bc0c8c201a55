"""Made-up funnels with known rates, that these tests share."""

import numpy as np
import pandas as pd

from workbench.settings import Stages

STAGES = Stages(won=["Won"], lost=["Lost"], order=["Open"])
AS_OF = pd.Timestamp("2025-12-31")
RATE, DAYS, SIZE, CV = 0.25, 45.0, 100.0, 0.8


def drawn(
    rng: np.random.Generator, first: str, last: str, a_month: float, *, rate: float = RATE, size: float = SIZE
) -> pd.DataFrame:
    """Every deal created evenly between two days, with the day it ends and whether it is won."""
    days = pd.date_range(first, last)
    created = days[np.sort(rng.integers(0, len(days), rng.poisson(a_month * len(days) / 30.4375)))]
    won = rng.random(len(created)) < rate
    lasts = np.maximum(rng.gamma(4, DAYS / 4, len(created)).round(), 1)
    spread = np.sqrt(np.log(1 + CV**2))
    return pd.DataFrame(
        {
            "opportunity": [f"{first}-{n}" for n in range(len(created))],
            "created": created,
            "closed": created + pd.to_timedelta(lasts, unit="D"),
            "won": won,
            "amount": size * rng.lognormal(-(spread**2) / 2, spread, len(created)),
            "rep": [f"R{n % 4}" for n in range(len(created))],
        }
    )


def known(deals: pd.DataFrame, as_of: pd.Timestamp = AS_OF) -> pd.DataFrame:
    """What a CRM holds on `as_of`: later deals are not there, and what ends later is open."""
    seen = deals[deals["created"] <= as_of]
    ended = seen["closed"] <= as_of
    stage = np.where(ended, np.where(seen["won"], "Won", "Lost"), "Open")
    return seen.assign(stage=stage, closed=seen["closed"].where(ended)).drop(columns="won")


def won_money(deals: pd.DataFrame, first: str, last: str) -> float:
    """Money of the deals that are won between two days."""
    return float(deals.loc[deals["won"] & deals["closed"].between(first, last), "amount"].sum())
