"""Can the people who will be there carry the target? Full sellers that it needs against those there are."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from workbench.analytics.keys import fact
from workbench.analytics.plan.staff.owners import MOST
from workbench.analytics.plan.staff.people import SURE, Z80, Sellers
from workbench.analytics.plan.staff.roster import month_numbers
from workbench.analytics.results import Result
from workbench.findings import Finding

WHOLE = ""


@dataclass(frozen=True, kw_only=True, repr=False)
class Capacity(Result):
    """`table`: index team, the whole ("") first; columns
        sellers, ramped        people of the period, and full sellers they amount to (ramp and presence)
        each                   money of one full seller in the period
        other                  what others bring: leaders, sales without a name; of the whole only
        capacity, lo_80, hi_80 money they should bring, `other` and what is booked included
        target, chance         of reaching it with these people
        needed, needed_lo, needed_hi   full sellers that the target takes (80 %)
        short                  needed - ramped: positive where people are missing
        owner                  who leads the team, None where unknown
    Columns from target on are NaN where there is no target.
    """

    table: pd.DataFrame


def capacity(sellers: Sellers, target: float | pd.Series | None = None) -> Capacity:
    """Expected sales of the people of each team against its target (`target` of the whole, or by team).

    Capacity is full sellers × what one brings (shrunk own records). Its interval holds what the true paces may be, the
    noise of the months and the doubt in the company's growth, which all teams share.
    """
    people = sellers.table
    names = [WHOLE, *sellers.teams]
    aims = _aims(target, names)
    other = float(sellers.other[["leaders", "unnamed"]].sum()) * sellers.growth[0] * _share_ahead(sellers)
    groups = {WHOLE: people, **{str(name): part for name, part in people.groupby("team")}}
    rows = [_row(groups[name], sellers, 0.0 if name else other, aims[name]) for name in names]
    table = pd.DataFrame(rows, index=pd.Index(names, name="team"))
    owners = [_leader(groups[name]) if name else None for name in names]
    table["owner"] = pd.Series(owners, table.index, dtype=object)
    result = Capacity(table=table)
    return replace(result, findings=tuple(_findings(table)), decisions=tuple(_decisions(table)))


def _aims(target: float | pd.Series | None, names: list[str]) -> dict[str, float]:
    if target is None:
        return dict.fromkeys(names, float("nan"))
    if isinstance(target, pd.Series):
        each = target.reindex(names).astype(float)
        return {**{name: float(each[name]) for name in names}, WHOLE: float(target.sum())}
    return {**dict.fromkeys(names, float("nan")), WHOLE: float(target)}


def _share_ahead(sellers: Sellers) -> float:
    months = sellers.period.months
    return float(sellers.pace.season.reindex(month_numbers(months)).sum() / 12)


def _row(people: pd.DataFrame, sellers: Sellers, other: float, target: float) -> dict[str, float]:
    from scipy.special import ndtr

    full, held = float(people["ramped"].sum()), float(people["booked"].sum())
    ahead = float(people["expected"].sum()) - held
    rate, doubt = sellers.growth
    own, common = float((people["own_sd"] ** 2).sum()), doubt / rate if rate > 0 else 0.0
    sd = float(np.sqrt(own + (common * ahead) ** 2))
    sd_all = float(np.sqrt(own + (common * (ahead + other)) ** 2))  # what others sell grows as unsurely
    each = ahead / full if full > 0 else float("nan")
    wanted = target - other - held
    bounds = (max(each + z * sd / full, each * 0.05) if full > 0 else np.nan for z in (Z80, -Z80))
    fewest, most = (max(0.0, wanted / bound) if bound > 0 else np.nan for bound in bounds)
    needed = max(0.0, wanted / each) if each > 0 else np.nan
    whole = other + held + ahead
    return {
        "sellers": len(people),
        "ramped": full,
        "each": each,
        "other": other,
        "capacity": whole,
        "lo_80": max(held, whole - Z80 * sd_all),
        "hi_80": whole + Z80 * sd_all,
        "target": target,
        "chance": float(np.clip(ndtr((whole - target) / sd_all), *SURE)) if sd_all > 0 else np.nan,
        "needed": needed if target == target else np.nan,
        "needed_lo": fewest if target == target else np.nan,
        "needed_hi": most if target == target else np.nan,
        "short": needed - full if target == target else np.nan,
    }


def _leader(people: pd.DataFrame) -> str | None:
    """Whom four of five of the team, or more, report to; people who are yet to join report to nobody so far."""
    there = people[people["tenure_class"] != "hire"]
    found = there["manager"].dropna().value_counts()
    return str(found.index[0]) if len(found) and found.iloc[0] >= MOST * len(there) else None


def _findings(table: pd.DataFrame) -> Iterator[Finding]:
    whole = table.loc[WHOLE]
    if whole["target"] != whole["target"]:
        told: dict[str, Any] = {name: whole[name] for name in ("ramped", "capacity", "lo_80", "hi_80", "each")}
        yield fact("plan.people.capacity_alone", **told)
        return
    names = ("target", "needed", "needed_lo", "needed_hi", "ramped", "short", "capacity", "lo_80", "hi_80", "chance")
    values: dict[str, Any] = {name: whole[name] for name in names}
    yield fact("plan.people.capacity", **values)
    teams = table.drop(WHOLE).dropna(subset=["short"])
    if len(teams) > 1:
        most: str = teams["chance"].idxmax()  # type: ignore[assignment]
        least: str = teams["chance"].idxmin()  # type: ignore[assignment]
        yield fact(
            "plan.people.capacity_teams",
            most=most,
            most_chance=teams["chance"][most],
            least=least,
            least_chance=teams["chance"][least],
        )


def _decisions(table: pd.DataFrame) -> Iterator[Finding]:
    """Teams whose 80 % interval lies below their target; the whole where no team has one."""
    parts = table.drop(WHOLE) if table.drop(WHOLE)["target"].notna().any() else table
    thin = parts[(parts["hi_80"] < parts["target"]) | (parts["target"] > 0) & (parts["ramped"] <= 0)]
    thin = thin.assign(gap=thin["target"] - thin["capacity"]).sort_values("gap", ascending=False)
    for team, row in thin.head(5).iterrows():
        yield fact(
            "plan.people.team_short",
            weight=row["gap"],
            about=team or None,
            level="team" if team else None,
            node=team or None,
            short=row["short"] if row["ramped"] > 0 else None,
            needed=row["needed"] if row["ramped"] > 0 else None,
            ramped=row["ramped"],
            gap=row["gap"],
            chance=row["chance"],
            owner=row["owner"],
        )
