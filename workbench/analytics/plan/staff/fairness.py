"""Are the quotas fair? Each against what its owner could sell, sold last year, and how likely it is reached."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from workbench.analytics.keys import fact
from workbench.analytics.plan.staff.people import SURE, Z80, Sellers
from workbench.analytics.plan.staff.quotas import Quotas, rounded
from workbench.analytics.results import Result, Unknown
from workbench.findings import Finding

FAR = 0.2  # points of chance from the even one beyond which a quota is called far off


@dataclass(frozen=True, kw_only=True, repr=False)
class Fairness(Result):
    """`table`: index rep, the least likely quota first; columns
        team, tenure_class, quota, last_year, growth, expected
        load                      quota ÷ expected sales. [potential, to_potential]: quota ÷ potential of the accounts
        lo_80, hi_80              what they may sell (80 %)
        chance                    of reaching the quota; chance_lo, chance_hi: with their true pace at either end of its
                                  80 % interval
        even, move                the quota at which all have the same chance, and the way there (even - quota)
        far                       the chance is over 20 points from the even one, which lies outside its interval
    `even_chance`: that same chance. `moved`: money that would change hands. `spread`: standard deviation of the chances
    """

    table: pd.DataFrame
    even_chance: float
    moved: float
    spread: float


def fairness(sellers: Sellers, quotas: Quotas, *, potential: pd.Series | None = None) -> Fairness | Unknown:
    """Quotas beside potential, last year and chances; the chances are those of the sellers' expected sales (normal).

    The even quotas are expected + z × standard deviation with one z for all, so that the sum stays: the quotas under
    which everyone is as likely to succeed.
    """
    from scipy.special import ndtr

    if not (sellers.table["sd"] > 0).any():  # the period is over: what each sells is known, and no chance is left
        return Unknown(
            section="plan_fairness", findings=(fact("plan.people.unknown_fairness", people=len(quotas.table)),)
        )
    table = quotas.table.join(sellers.table[["expected", "booked", "sd", "pace", "pace_hi"]])
    if potential is not None:
        table["potential"] = potential.reindex(table.index)
        table["to_potential"] = table["quota"] / table["potential"].where(table["potential"] > 0)
    sd = table["sd"].where(table["sd"] > 0)
    over = table["expected"] - table["quota"]
    z = float(-over.sum() / sd.sum())
    even = _even(table, sd, z, quotas.unit)
    chance = pd.Series(ndtr(over / sd), table.index).clip(*SURE)
    table = table.assign(**_between(table, sd))
    table = table.assign(
        load=table["quota"] / table["expected"].where(table["expected"] > 0),
        lo_80=(table["expected"] - Z80 * sd).clip(lower=0),
        hi_80=table["expected"] + Z80 * sd,
        chance=chance,
        even=even,
        move=even - table["quota"],
        far=((chance - ndtr(-z)).abs() > FAR) & ~_holds(table, float(ndtr(-z))),
    ).drop(columns=["booked", "sd", "pace", "pace_hi"])
    result = Fairness(
        table=table.sort_values("chance", kind="stable"),
        even_chance=float(ndtr(-z)),
        moved=float(table["move"].abs().sum() / 2),
        spread=float(chance.std()),
    )
    return replace(
        result, findings=tuple(_findings(result)), decisions=tuple(_decisions(result, sellers.table["manager"]))
    )


def _between(table: pd.DataFrame, sd: pd.Series) -> dict[str, np.ndarray]:
    """The chances if the true pace were at either end of its 80 % interval."""
    from scipy.special import ndtr

    unsure = (table["expected"] - table["booked"]) * (table["pace_hi"] / table["pace"] - 1) / Z80
    left = np.sqrt(np.maximum(sd**2 - unsure**2, (0.02 * table["expected"]) ** 2))
    over = table["expected"] - table["quota"]
    ends = {"chance_lo": over - Z80 * unsure, "chance_hi": over + Z80 * unsure}
    return {name: np.clip(ndtr(end / left), *SURE) for name, end in ends.items()}


def _holds(table: pd.DataFrame, chance: float) -> pd.Series:
    """Whether the interval of each one's chance holds this one; what is unsure then explains the difference."""
    return table["chance_lo"].le(chance) & table["chance_hi"].ge(chance)


def _even(table: pd.DataFrame, sd: pd.Series, z: float, unit: float) -> pd.Series:
    """Quotas that lie z standard deviations from what each should sell, in units, with the sum of the quotas."""
    total = float(table["quota"].sum())
    at = (table["expected"] + z * sd).fillna(0.0).clip(lower=0)
    return rounded(at * total / at.sum(), pd.Series({"": total}), pd.Series("", table.index), unit)


def _findings(result: Fairness) -> Iterator[Finding]:
    table = result.table
    first, last = table.index[0], table.index[-1]
    yield fact(
        "plan.people.fairness",
        people=len(table),
        low=first,
        low_chance=table["chance"].iloc[0],
        high=last,
        high_chance=table["chance"].iloc[-1],
        far=int(table["far"].sum()),
        even=result.even_chance,
        moved=result.moved,
    )
    known = table["to_potential"].dropna() if "to_potential" in table else pd.Series(dtype=float)
    if len(known) > 1:
        most, least = str(known.idxmax()), str(known.idxmin())
        yield fact(
            "plan.people.fairness_potential",
            most=most,
            most_ratio=known[most],
            least=least,
            least_ratio=known[least],
            middle=known.median(),
        )
    yield fact("plan.people.fairness_doubt", width=float((table["chance_hi"] - table["chance_lo"]).median()),
               even=result.even_chance, far=int(table["far"].sum()))  # fmt: skip


def _decisions(result: Fairness, leaders: pd.Series) -> Iterator[Finding]:
    """Quotas far below the even chance, for whoever leads those people: one by itself, several as one decision."""
    hard = result.table[result.table["far"] & (result.table["move"] < 0)].sort_values("move")
    owner = tuple(leaders.reindex(hard.index).dropna().unique())
    told: dict[str, Any] = {"others": result.even_chance, "owner": owner[0] if len(owner) == 1 else None}
    if len(hard) == 1:
        rep, row = next(hard.iterrows())
        yield fact("plan.people.quota_far", weight=row["move"], about=rep, level="rep", node=rep, quota=row["quota"],
                   chance=row["chance"], lo=row["chance_lo"], hi=row["chance_hi"], even=row["even"],
                   **told)  # fmt: skip
    elif len(hard):
        yield fact("plan.people.quotas_far", weight=hard["move"].sum(), people=len(hard), names=tuple(hard.index),
                   low=hard["chance"].min(), high=hard["chance"].max(), best=hard["chance_hi"].max(),
                   moved=-hard["move"].sum(), all_moved=result.moved, **told)  # fmt: skip
