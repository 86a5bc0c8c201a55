"""The settings of a plan as they hold for one part of the company, and the levels that a target is split by."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from workbench.analytics.keys import fact
from workbench.analytics.kpis import holds_anywhere
from workbench.analytics.results import Result
from workbench.settings.plan import Funnel, People, Phases, PlanSettings, Rule

_AT_HOME = 0.1  # share of a part's sales from which a team sells there
_GROWTHS = ("min_growth", "max_growth")
_WHOLLY = 0.9  # share of their sales that people make in a part from which what is set for a person holds there
_NO_CAP = 1e9  # times the mean quota
_BY_HAND = ("through", "deal", "win_rate", "lead_rate")
PEOPLE = frozenset({"team", "rep", "role", "manager"})  # they get their quotas from what their parts get


@dataclass(frozen=True, kw_only=True, repr=False)
class Apart(Result):
    """`left`: settings of the whole company that a part's plan does without, and how many of each."""

    left: Mapping[str, int]


def within(
    plan: PlanSettings,
    scope: Mapping[str, str],
    sold: pd.DataFrame,
    *,
    split: pd.DataFrame | None = None,
    reps: pd.DataFrame | None = None,
) -> PlanSettings:
    """The settings for a part; as they are for the whole company.

    Amounts, counts and shares of the whole do not hold for a part: the strategy counts only as growth, of the rules
    those for growth of other levels that name something which the part sells (`split`: its sales by the levels that
    it is split by), goals only where they are ratios or changes. People who are to join count where their team makes a
    tenth of the part's sales (`sold`: team, amount). What is set for a person (a year's quota, salary, floor and cap)
    holds where people make nearly all of their sales in the part (`reps`: inside, that share of each).
    """
    if not scope:
        return plan
    rules = [_growth_only(rule) for rule in plan.rules if not set(rule.at) & set(scope)]
    wholly = reps is None or "inside" not in reps or bool(reps["inside"].dropna().ge(_WHOLLY).all())
    return plan.model_copy(update={
        "strategy": plan.strategy.model_copy(update={"amount": None}),
        "rules": tuple(rule for rule in rules if rule is not None and _sold(rule.at, split)),
        "keys": plan.keys.model_copy(update={"new": {}, "tilt": _tilt(plan, scope, split)}),
        "people": _people(plan.people, scope, _teams(sold), wholly),
        "pay": plan.pay if wholly else plan.pay.model_copy(update={"salary": None, "milestone": None}),
        "goals": tuple(goal for goal in plan.goals if goal.value is None or holds_anywhere(goal.kpi)),
        "funnel": _funnel(plan.funnel),
    })  # fmt: skip


def apart(whole: PlanSettings, plan: PlanSettings) -> Apart | None:
    """What a part's plan does without of the whole company's settings; None where it lacks nothing."""
    left = {name: count for name, count in _left(whole, plan) if count > 0}
    found = tuple(fact("plan.scope.left", what=name, count=count) for name, count in left.items())
    return Apart(left=left, findings=found) if left else None


def levels_for(named: tuple[str, ...], known: tuple[str, ...]) -> tuple[str, ...]:
    """The levels that settings name; else all that are known but those of people, whose quotas come after the split."""
    return named or tuple(level for level in known if level not in PEOPLE) or known


def _left(whole: PlanSettings, plan: PlanSettings) -> Iterator[tuple[str, int]]:
    yield "amount", int(whole.strategy.amount is not None and plan.strategy.amount is None)
    yield "rules", len(whole.rules) - len(plan.rules)
    yield "new", sum(map(len, whole.keys.new.values())) - sum(map(len, plan.keys.new.values()))
    yield "hires", sum(h.count for h in whole.people.hires) - sum(h.count for h in plan.people.hires)
    yield "quota", int(whole.people.quota is not None and plan.people.quota is None)
    yield "person", int(whole.pay.salary is not None and plan.pay.salary is None)
    yield "goals", len(whole.goals) - len(plan.goals)
    yield "funnel", _by_hand(whole.funnel) - _by_hand(plan.funnel)


def _by_hand(funnel: Funnel) -> int:
    return sum(getattr(funnel, name) is not None for name in _BY_HAND)


def _growth_only(rule: Rule) -> Rule | None:
    limits = {kind: getattr(rule, kind) for kind in _GROWTHS if getattr(rule, kind) is not None}
    return Rule(at=rule.at, why=rule.why, **limits) if limits else None


def _sold(at: Mapping[str, str], split: pd.DataFrame | None) -> bool:
    """Whether a part's sales have what a rule names; no table of them forbids nothing."""
    if split is None:
        return True
    if not set(at) <= set(split.columns):
        return False
    same = [split[level].astype("str").eq(node) for level, node in at.items()]
    return bool(pd.concat(same, axis=1).all(axis=1).any())


def _tilt(plan: PlanSettings, scope: Mapping[str, str], split: pd.DataFrame | None) -> dict[str, dict[str, float]]:
    kept = {
        level: {node: by for node, by in tilt.items() if _sold({level: node}, split)}
        for level, tilt in plan.keys.tilt.items()
        if level not in scope
    }
    return {level: tilt for level, tilt in kept.items() if tilt}


def _people(people: People, scope: Mapping[str, str], home: set[str], wholly: bool) -> People:
    hires = () if "rep" in scope else tuple(h for h in people.hires if h.team in home)
    named = set(scope) <= PEOPLE
    alone: dict[str, Any] = {} if wholly or named else {
        "quota": None, "floor": 0.0, "cap": _NO_CAP, "new_products": None,
        "split": people.split.model_copy(update={"ramp": 0.0, "equal": 0.0, "history": people.split.history or 1.0}),
    }  # fmt: skip
    return people.model_copy(update={"hires": hires, **alone})


def _funnel(funnel: Funnel) -> Funnel:
    """Rates and sizes by hand are means of all parts, and a number of people reached is of the whole."""
    reached = funnel.phases.awareness.model_copy(update={"target": None})
    phases: Phases = funnel.phases.model_copy(update={"awareness": reached})
    return funnel.model_copy(update={**dict.fromkeys(_BY_HAND), "phases": phases})


def _teams(sold: pd.DataFrame) -> set[str]:
    sums = sold.groupby("team")["amount"].sum() if "team" in sold else pd.Series(dtype=float)
    return set(sums.index[sums >= _AT_HOME * sums.sum()].astype(str)) if len(sums) and sums.sum() > 0 else set()
