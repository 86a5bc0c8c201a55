"""What the plan knows and its expectation leaves out: caps on parts, and new people who are slower than the settings.

The expectation follows the growth of sales. A rule that lets a part have so much money at most (at_most, max_growth)
limits what it is asked for, not what it is expected to sell; and planned hires count by the ramp of the settings, even
where the joiners of the past took longer. Both are laid on the same draws here, so that a reader sees one number beside
the other.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from workbench.analytics.forecast.panel import Array
from workbench.analytics.keys import fact
from workbench.analytics.plan.aims.baseline import Baseline
from workbench.analytics.plan.aims.odds import chances_of
from workbench.analytics.plan.aims.targets import Triangulation
from workbench.analytics.plan.parts.split_result import Conflict, Split
from workbench.analytics.plan.staff.people import Sellers
from workbench.analytics.plan.staff.ramp import ramped, since_joining
from workbench.analytics.results import Unknown
from workbench.findings import Finding

CAPS = ("at_most", "max_growth")  # a largest share of the target (max_share) says nothing of what can be sold
TOLD = 0.01  # a chance that falls by less is not told


def left_out(
    aims: Triangulation | Unknown, handed: Split | Conflict | None, sellers: Sellers | None = None
) -> Iterator[Finding]:
    """One fact where caps that bind, or slower hires, lower the chance of the target by a point or more; else none."""
    if isinstance(aims, Unknown):
        return
    over, binding = _over(aims.planned, handed)
    slower, people = _slower(aims, sellers)
    whole = aims.planned.of(None)
    bound_chance = float(chances_of((whole - over - slower)[:, None], np.array([aims.target]))[0])
    if aims.chance - bound_chance < TOLD:
        return
    view = "means" if "means" in aims.table.index else "baseline"
    expected: Any = aims.table["amount"][view]
    caps, lost = float(binding["over"].sum()) if len(binding) else 0.0, float(slower.mean())
    first: Any = binding.iloc[0] if len(binding) else {}
    yield fact("plan.proposal.left_out", weight=caps + lost, rule=binding.index[0] if len(binding) else None,
               node=first.get("node"), caps=len(binding), why=first.get("why") or None,
               over=caps if len(binding) else None, people=people or None, slower=lost if people else None,
               expected=expected, bound=expected - caps - lost, amount=aims.target, chance=aims.chance,
               bound_chance=bound_chance)  # fmt: skip


def _over(planned: Baseline, handed: Split | Conflict | None) -> tuple[Array, pd.DataFrame]:
    """(draws) money above the caps; and the caps that what is expected lies above, the most money first: index rule;
    columns node, why, over (expected - cap).

    Caps of the same levels lie beside each other and add up; of others they may overlap, and the larger sum counts.
    A part's draws are skewed, so they are brought to the mean that the tables show of it.
    """
    none = np.zeros(len(planned.draws))
    if not isinstance(handed, Split) or handed.rules.empty:
        return none, pd.DataFrame()
    by_levels: dict[tuple[str, ...], Array] = defaultdict(lambda: none)
    rows: dict[tuple[str, ...], dict[Any, dict[str, Any]]] = defaultdict(dict)
    rules: Any = handed.rules[handed.rules["kind"].isin(CAPS)]
    for rule in rules.itertuples():
        place = _place(planned, rule.at)
        if place is None:
            continue
        expected, drawn = float(planned.expected.iloc[place]), planned.draws[:, place]
        if expected > rule.hi and drawn.mean() > 0:
            levels = tuple(rule.at)
            by_levels[levels] = by_levels[levels] + np.maximum(drawn * expected / drawn.mean() - rule.hi, 0.0)
            node = " × ".join(rule.at.values())
            rows[levels][rule.Index] = {"node": node, "why": rule.why, "over": expected - rule.hi}
    if not rows:
        return none, pd.DataFrame()
    most = max(rows, key=lambda levels: float(by_levels[levels].mean()))
    binding = pd.DataFrame.from_dict(rows[most], orient="index").sort_values("over", ascending=False, kind="stable")
    return np.asarray(np.max(list(by_levels.values()), axis=0)), binding


def _place(planned: Baseline, at: Mapping[str, str]) -> int | None:
    """Where the draws hold the part that a rule is for; None where it is not forecast."""
    levels = [c for c in planned.nodes.columns if c != "level"]
    if not set(at) <= set(levels):
        return None
    same = [planned.nodes[c].eq(at[c]) if c in at else planned.nodes[c].isna() for c in levels]
    rows = np.flatnonzero(np.logical_and.reduce([s.fillna(False).to_numpy(bool) for s in same]))
    return int(rows[0]) if len(rows) else None


def _slower(aims: Triangulation, sellers: Sellers | None) -> tuple[Array, int]:
    """(draws) what planned hires bring less by the ramp that joiners had, where the settings lie outside its 95 %; and
    how many they are. 0 where history does not speak against the settings."""
    none = np.zeros(len(aims.planned.draws))
    hires = aims.added.levers.get("hires") if aims.added is not None else None
    if hires is None or sellers is None:
        return none, 0
    table, ramp = sellers.table, sellers.ramp
    joined = table.loc[(table["tenure_class"] == "hire") & (table["joined"] > aims.planned.known_until), "joined"]
    off = (ramp["setting"] < ramp["lo"]) | (ramp["setting"] > ramp["hi"])
    if joined.empty or not off.any():
        return none, 0
    found = ramp["found"].where(off, ramp["setting"])
    last = float(ramp["setting"].iloc[-1])
    as_set, as_found = (_there(aims.planned, joined, tuple(r), last) for r in (ramp["setting"], found))
    share = 1 - as_found / as_set if as_set > 0 else 0.0
    return (np.asarray(hires * share), len(joined)) if share > 0 else (none, 0)


def _there(planned: Baseline, joined: pd.Series, ramp: tuple[float, ...], later: float) -> float:
    """Full people over the period, in its season, of those who join; `later` follows the ramp."""
    months, weights = planned.period.months, planned.to_come.iloc[0].to_numpy(float)
    tenure = since_joining(pd.DatetimeIndex(joined), months)
    return float((ramped(tenure, ramp, later) @ weights).sum())
