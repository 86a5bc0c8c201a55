"""What each role is measured by: KPIs with weights that sum to 1, what they are now, and goals beside sales."""

import difflib
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from workbench.analytics.keys import fact
from workbench.analytics.kpis import declared
from workbench.analytics.results import Result, Scorecard
from workbench.errors import ParameterError
from workbench.findings import Finding
from workbench.settings.plan import Goal, PlanSettings

FILE = Path(__file__).with_name("roles.toml")
KINDS = ("outcome", "process", "quality", "growth")
_TOLERANCE = 0.0005


@dataclass(frozen=True, kw_only=True, repr=False)
class Weights(Result):
    """`table`: index (role, kpi), heaviest first within a role; columns
        kind      "outcome", "process", "quality" or "growth"; None for a KPI of one's own
        weight    they sum to 1 within a role; NaN for what a role only sees
        now, unit, better   of the scorecard; NaN and None where it does not know the KPI
        target    from the goals, 1 for attainment, else NaN
        source    "settings" or "template"
        measured  whether kpis.toml declares the KPI
    `mix`: index role, columns KINDS: sum of weights
    `names`: role and KPI names by language that phrases do not have
    """

    table: pd.DataFrame
    mix: pd.DataFrame
    names: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, kw_only=True, repr=False)
class Goals(Result):
    """What KPIs are to reach. `table`: index kpi; columns now, target, change (target - now), unit, better, reached."""

    table: pd.DataFrame


@dataclass(frozen=True, kw_only=True, repr=False)
class KeptShares(Result):
    """The least share of new products in each part's sales. `level`: what a part is.

    `table`: index part; columns amount, amount_new, share, gap (money of new products missing; 0 where kept), kept
    """

    table: pd.DataFrame
    level: str
    at_least: float


def weights(settings: PlanSettings, scorecard: Result | None = None) -> Weights:
    """KPIs and weights of every role; a role of the settings takes the place of the template's.

    ParameterError names every role whose weights do not sum to 1 and every KPI that looks misspelt.
    """
    shipped = _shipped()
    own = {role: dict(some) for role, some in settings.weights.items()}
    _checked(own)
    roles = {role: own.get(role) or dict(spec["weights"]) for role, spec in shipped["role"].items()}
    roles |= {role: some for role, some in own.items() if role not in roles}
    targets = goals(scorecard, settings.goals).table["target"]
    rows = [
        _row(role, kpi, weight, "settings" if role in own else "template", scorecard, targets)
        for role, some in roles.items()
        for kpi, weight in [*sorted(some.items(), key=lambda pair: -pair[1]), *_only_seen(role, some)]
    ]
    table = pd.DataFrame(rows).set_index(["role", "kpi"])
    mix = table.pivot_table(index="role", columns="kind", values="weight", aggfunc="sum", sort=False)
    mix = mix.reindex(index=list(roles), columns=list(KINDS)).fillna(0.0)
    names = {role: dict(spec["name"]) for role, spec in shipped["role"].items()} | shipped["unmeasured"]
    result = Weights(table=table, mix=mix, names=names)
    return replace(result, findings=tuple(_findings(result)))


def goals(scorecard: Result | None, wanted: Sequence[Goal]) -> Goals:
    """Each goal as a value to reach, from what the KPI is now; NaN where that is needed and not known."""
    now = scorecard.table if isinstance(scorecard, Scorecard) else pd.DataFrame(columns=["now", "unit", "better"])
    rows = []
    for goal in wanted:
        is_now = float(now["now"].get(goal.kpi, np.nan))
        unit, better = (now[c].get(goal.kpi, None) for c in ("unit", "better"))
        target = _aim(goal, is_now)
        rows.append({
            "kpi": goal.kpi, "now": is_now, "target": target, "change": target - is_now, "unit": unit,
            "better": better, "reached": _reached(is_now, target, better),
        })  # fmt: skip
    columns = ["kpi", "now", "target", "change", "unit", "better", "reached"]
    table = pd.DataFrame(rows, columns=columns).set_index("kpi")
    return Goals(table=table, findings=tuple(_goal_findings(table)))


def all_reached(found: Goals, actual: Mapping[str, float]) -> bool:
    """Whether every goal is reached by these values; one that is missing or unknown is not."""
    pairs = [(actual.get(str(kpi), np.nan), row["target"], row["better"]) for kpi, row in found.table.iterrows()]
    return all(_reached(value, target, better) is True for value, target, better in pairs)


def kept_share(sales: pd.DataFrame, at_least: float, *, level: str = "team") -> KeptShares:
    """Whether new products make at least this share of each part's sales; `sales`: level, new (bool), amount."""
    amount = sales.groupby(level)["amount"].sum()
    new = sales[sales["new"]].groupby(level)["amount"].sum().reindex(amount.index).fillna(0.0)
    table = pd.DataFrame({"amount": amount, "amount_new": new, "share": new / amount.where(amount > 0)})
    table["kept"] = new >= at_least * amount - 0.005
    table["gap"] = (at_least * amount - new).clip(lower=0).where(~table["kept"], 0.0)
    below = table[~table["kept"]].sort_values("gap", ascending=False)
    told = (fact("plan.weights.share_kept", teams=len(table), at_least=at_least, below=len(below)),)
    asked = tuple(
        fact(
            "plan.weights.share_short",
            weight=row["gap"],
            about=part,
            level=level,
            node=part,
            share=row["share"],
            at_least=at_least,
            gap=row["gap"],
        )
        for part, row in below.head(5).iterrows()
    )
    return KeptShares(table=table, level=level, at_least=at_least, findings=told, decisions=asked)


@cache
def _shipped() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text("utf-8"))


def _checked(own: Mapping[str, Mapping[str, float]]) -> None:
    known = [*declared(), *_shipped()["unmeasured"]]
    problems = []
    for role, some in own.items():
        total = sum(some.values())
        if abs(total - 1) > _TOLERANCE:
            problems.append(f"the weights of '{role}' sum to {total:g}; make them sum to 1")
        problems += [f"'{role}': the weight of {k} is {w:g}; it must be 0 to 1" for k, w in some.items() if w < 0]
        for kpi in some:
            near = difflib.get_close_matches(kpi, known, n=1, cutoff=0.8)
            if kpi not in known and near:
                problems.append(f"'{role}': there is no KPI '{kpi}'; did you mean '{near[0]}'?")
    if problems:
        raise ParameterError("plan.weights", problems)


def _only_seen(role: str, weighed: Mapping[str, float]) -> list[tuple[str, float]]:
    sees = _shipped()["role"].get(role, {}).get("sees", [])
    return [(kpi, float("nan")) for kpi in sees if kpi not in weighed]


def _row(
    role: str, kpi: str, weight: float, source: str, scorecard: Result | None, targets: pd.Series
) -> dict[str, Any]:
    known = declared().get(kpi)
    now = scorecard.table["now"].get(kpi, np.nan) if isinstance(scorecard, Scorecard) else np.nan
    return {
        "role": role,
        "kpi": kpi,
        "kind": next((kind for kind in KINDS if kpi in _shipped()["kind"][kind]), None),
        "weight": weight,
        "now": float(now),
        "unit": known.unit if known else None,
        "better": known.better if known else None,
        "target": float(targets.get(kpi, 1.0 if kpi == "attainment" else np.nan)),
        "source": source,
        "measured": known is not None,
    }


def _aim(goal: Goal, now: float) -> float:
    if goal.value is not None:
        return goal.value
    return now * (1 + goal.growth) if goal.growth is not None else now + (goal.points or 0.0)


def _reached(value: float, target: float, better: str | None) -> bool | None:
    if np.isnan(value) or np.isnan(target):
        return None
    slack = 1e-9 * max(abs(target), 1.0)
    return bool(value <= target + slack if better == "lower" else value >= target - slack)


def _findings(result: Weights) -> Iterator[Finding]:
    table = result.table
    weighed = table[table["weight"].notna()]
    keys = weighed.index.get_level_values("kpi")
    yield fact(
        "plan.weights.roles",
        roles=len(result.mix),
        kpis=keys.nunique(),
        known=keys[weighed["now"].notna()].nunique(),
        unknown=keys[weighed["now"].isna()].nunique(),
    )
    for role in [r for r in ("rep_new", "rep_veteran") if r in result.mix.index]:
        yield fact("plan.weights.mix", about=role, role=role, **{k: float(result.mix[k][role]) for k in KINDS})
    blind = weighed[weighed["now"].isna()]
    share = blind.groupby(level="role")["weight"].sum()
    if len(share):
        kpis = tuple(blind.index.get_level_values("kpi").unique())
        yield fact("plan.weights.unmeasured", roles=len(share), share=share.max(), kpis=kpis)


def _goal_findings(table: pd.DataFrame) -> Iterator[Finding]:
    if len(table):
        known = table["target"].notna()
        reached = int((table["reached"] == True).sum())  # noqa: E712 None is neither
        yield fact("plan.weights.goals", goals=len(table), reached=reached, known=int(known.sum()))
        yield from (fact("plan.weights.unknown_goal", kpi=kpi) for kpi in table.index[~known])
