"""The rows of a plan with the months still to come moved, and everything that sums them."""

from itertools import pairwise
from typing import cast

import numpy as np
import pandas as pd

from workbench.analytics.forecast.panel import Array
from workbench.analytics.plan.aims.odds import chances_of
from workbench.analytics.plan.handover.settling import settle
from workbench.analytics.plan.parts.rounding import largest_remainder
from workbench.analytics.tracking.course import Course
from workbench.analytics.tracking.goals import WHOLE, Goals
from workbench.analytics.tracking.naming import keys, plain
from workbench.ledger import plans

_CENTS = 100
_DAY = pd.Timedelta(days=1)


def attained(course: Course, nodes: list[str], amounts: Array) -> Array:
    """How likely each node sells its amount by the period's end; NaN for nodes without draws."""
    places = course.nodes.index.get_indexer(pd.Index(nodes))
    found = np.full(len(nodes), np.nan)
    known = (places >= 0) & np.isfinite(amounts)
    if known.any():
        found[known] = chances_of(course.draws[:, places[known]], amounts[known])
    return found


def moved_plan(course: Course, ledger: pd.DataFrame | None, by: str, wanted: pd.Series) -> pd.DataFrame:
    """The plan with the months still to come moved, and everything that sums them."""
    goals = cast("Goals", course.goals)
    base = _confirmed(goals, ledger)
    base = _written(goals) if base is None else base
    changes = _cells(base, goals, by, wanted, course.as_of)
    for level, names in _twins(goals, by).items():
        if not _crossed(base, by, level):
            changes |= _cells(base, goals, level, wanted.rename(index=names), course.as_of)
    after = (course.as_of + _DAY).date()
    plan = settle(base, changes, balance="whole", effective=after) if changes else base.assign(draft=base["target"])
    nodes = plan["node"].where(plan["level"].ne(""), WHOLE)
    longest = plan["every"].eq(goals.period.name)
    expected = course.table["expected"].reindex(nodes).to_numpy(float)
    chance = attained(course, list(nodes), plan["target"].to_numpy(float))
    return plan.assign(expected=np.where(longest, expected, np.nan), chance=np.where(longest, chance, np.nan))


def _twins(goals: Goals, by: str) -> dict[str, dict[str, str]]:
    """Levels whose parts are those of `by` under other names: the same targets, month by month and one for one."""
    own = _profiles(goals, by)
    found: dict[str, dict[str, str]] = {}
    for level in goals.levels:
        theirs = _profiles(goals, level)
        if by and level not in ("", by) and own.keys() == theirs.keys():
            found[level] = {own[months]: theirs[months] for months in own}
    return found


def _crossed(base: pd.DataFrame, by: str, level: str) -> bool:
    """Whether some row is a part by both levels: then their sums settle each other."""
    if not {by, level} <= set(base.columns):
        return False
    held = base[[by, level]]
    return bool((held.notna() & (held != "")).all(axis=1).any())


def _profiles(goals: Goals, level: str) -> dict[tuple[int, ...], str]:
    """The parts of a level by their targets of each month, in cents; none where two are asked for the same."""
    months = goals.months[goals.nodes["level"].reindex(goals.months.index) == level]
    made = {tuple(_in_cents(row)): str(node) for node, row in months.iterrows()}
    return made if len(made) == len(months) else {}


def _confirmed(goals: Goals, ledger: pd.DataFrame | None) -> pd.DataFrame | None:
    """Every confirmed row of the years that hold the period, with months; None where the goals are not the ledger's."""
    if goals.source != "ledger" or ledger is None or not (ledger["every"] == "month").any():
        return None
    whole = ledger[(ledger["level"] == "") & (ledger["every"] != "month")].copy()
    held = whole[whole["period"] <= goals.period.first].sort_values("period")
    if held.empty:
        return None
    first, every = held["period"].iloc[-1], held["every"].iloc[-1]
    later = whole.loc[(whole["every"] == every) & (whole["period"] > first), "period"]
    end = later.min() if len(later) else pd.Timestamp.max
    rows = ledger[(ledger["period"] >= first) & (ledger["period"] < end) & ledger["every"].isin((every, "month"))]
    names = dict(zip(keys(goals.nodes), goals.nodes.index, strict=True))
    node = [names.get(one, plain(row)) for one, row in zip(keys(rows), rows.to_dict("records"), strict=True)]
    made = rows.rename(columns={"amount": "target"}).assign(node=node).drop(columns=["version", "effective"])
    return plans.checked(made)


def _written(goals: Goals) -> pd.DataFrame:
    """The goals as a plan: the period and its months, of every node; parts of no month count by the period only."""
    columns = [c for c in goals.nodes.columns if c not in ("level", "owner", "node")]
    cents = pd.DataFrame({node: _in_cents(row) for node, row in goals.months.iterrows()}).T
    about = goals.nodes[["level", "owner", *columns]].assign(node=goals.nodes.index)
    total = about.assign(every=goals.period.name, period=goals.period.first, target=cents.sum(axis=1) / _CENTS)
    frames = [total]
    if goals.period.name != "month":
        frames += [about.assign(every="month", period=m, target=cents[m] / _CENTS) for m in goals.months.columns]
    return plans.checked(_adding_up(pd.concat(frames, ignore_index=True)))


def _in_cents(row: pd.Series) -> pd.Series:
    return (row.fillna(0.0) * _CENTS).round().astype("int64")


def _adding_up(rows: pd.DataFrame) -> pd.DataFrame:
    """Only levels whose parts add up to the whole: others are not moved with it."""
    longer = rows[rows["every"] != "month"]  # none where the period is a month itself
    total = longer if len(longer) else rows
    whole = float(total.loc[total["level"] == "", "target"].sum())
    sums = total.groupby("level")["target"].sum()
    fits = [level for level, amount in sums.items() if level == "" or abs(amount - whole) < 0.01 * len(total)]
    return rows[rows["level"].isin(fits)]


def _cells(base: pd.DataFrame, goals: Goals, by: str, wanted: pd.Series, as_of: pd.Timestamp) -> dict[int, float]:
    """The new targets of the months to come (of the period itself without months), by row of the plan: money."""
    own = base[base["level"].eq(by) & base["period"].between(goals.period.first, goals.period.last)]
    months = own[own["every"] == "month"]
    rows = months if len(months) else own[own["every"] == goals.period.name]
    found: dict[int, float] = {}
    for node, amount in wanted.items():
        mine = rows[rows["node"].where(rows["level"].ne(""), WHOLE) == node]
        open_ = mine[_ends(mine, goals) > as_of] if len(months) else mine
        left = round(amount * _CENTS) - round(float(mine["target"].sum() - open_["target"].sum()) * _CENTS)
        if open_.empty or abs(left / _CENTS - open_["target"].sum()) < 0.005:
            continue
        weights = open_["target"].to_numpy(float).clip(min=0)
        cents = largest_remainder(weights if weights.sum() > 0 else np.ones(len(open_)), max(left, 0))
        found |= {int(at): int(c) / _CENTS for at, c in zip(open_.index, cents, strict=True)}
    return found


def _ends(rows: pd.DataFrame, goals: Goals) -> pd.Series:
    """The last day of each row's month."""
    months = [*goals.period.months, goals.period.last + _DAY]
    ends = {start: after - _DAY for start, after in pairwise(months)}
    return rows["period"].map(ends)
