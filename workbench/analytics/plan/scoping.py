"""The settings of a plan as they hold for one part of the company, and the levels that a target is split by."""

from collections.abc import Mapping

import pandas as pd

from workbench.settings.plan import PlanSettings, Rule

_AT_HOME = 0.1  # share of a part's sales from which a team sells there
_GROWTHS = ("min_growth", "max_growth")
PEOPLE = frozenset({"team", "rep", "role", "manager"})  # they get their quotas from what their parts get


def within(plan: PlanSettings, scope: Mapping[str, str], sold: pd.DataFrame) -> PlanSettings:
    """The settings for a part; as they are for the whole company.

    Amounts and shares of the whole do not hold for a part: the strategy counts only as growth, and of the rules those
    for growth of other levels. People who are to join count where their team makes a tenth of the part's sales (`sold`:
    team, amount).
    """
    if not scope:
        return plan
    strategy = plan.strategy.model_copy(update={"amount": None})
    rules = [_growth_only(rule) for rule in plan.rules if not set(rule.at) & set(scope)]
    home = _teams(sold)
    hires = tuple(h for h in plan.people.hires if not h.team or h.team in home)
    return plan.model_copy(update={
        "strategy": strategy,
        "rules": tuple(rule for rule in rules if rule is not None),
        "people": plan.people.model_copy(update={"hires": hires}),
    })  # fmt: skip


def levels_for(named: tuple[str, ...], known: tuple[str, ...]) -> tuple[str, ...]:
    """The levels that settings name; else all that are known but those of people, whose quotas come after the split."""
    return named or tuple(level for level in known if level not in PEOPLE) or known


def _growth_only(rule: Rule) -> Rule | None:
    limits = {kind: getattr(rule, kind) for kind in _GROWTHS if getattr(rule, kind) is not None}
    return Rule(at=rule.at, why=rule.why, **limits) if limits else None


def _teams(sold: pd.DataFrame) -> set[str]:
    sums = sold.groupby("team")["amount"].sum() if "team" in sold else pd.Series(dtype=float)
    return set(sums.index[sums >= _AT_HOME * sums.sum()].astype(str)) if len(sums) and sums.sum() > 0 else set()
