"""The tables of a split: parts, levels, rules, months; and of rules that cannot all hold."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from workbench.analytics.forecast.panel import Array
from workbench.analytics.plan.aims.baseline import Baseline
from workbench.analytics.plan.aims.odds import chances_of
from workbench.analytics.plan.parts.conflicts import Clash
from workbench.analytics.plan.parts.keys_mix import Base, Sources, unmarked
from workbench.analytics.plan.parts.rules import Limit, limit_text
from workbench.analytics.plan.parts.split_findings import conflict_findings
from workbench.analytics.plan.parts.split_result import Conflict, Solved, money
from workbench.analytics.plan.period import PlanPeriod
from workbench.periods import Calendar, spring_festival

_HOWS = ("known", "asked", "filled", "zero")  # a node is what the first of these says of any of its parts
_MOST_CHANCES = 3000  # parts whose chance is worked out


def index_of(cells: pd.DataFrame) -> pd.Index:
    if not cells.shape[1]:
        return pd.Index([""], name="node")
    shown = [unmarked(cells[c]) for c in cells]
    return pd.Index(shown[0], name=cells.columns[0], dtype=object) if len(shown) == 1 else pd.MultiIndex.from_arrays(
        shown, names=list(cells.columns))  # fmt: skip


def whole_before(sources: Sources, baseline: Baseline | None) -> float:
    if baseline is not None:
        return float(baseline.before.iloc[0])
    known = sources.total("history", ())
    return float("nan") if known is None else float(known.iloc[0])


def parts_table(start: Base, target: Array, sources: Sources, baseline: Baseline | None) -> pd.DataFrame:
    levels = start.levels
    parts = pd.DataFrame({"target": target, "key": start.key, "how": start.how})
    parts = _compared(parts, start.cells, levels, sources)
    return parts.assign(chance=_chances(start.cells, target, levels, baseline))


def _compared(frame: pd.DataFrame, nodes: pd.DataFrame, by: tuple[str, ...], sources: Sources) -> pd.DataFrame:
    """The same with share, and what each node sold before and should sell, where the sources tell it by these."""
    for column, kind in (("before", "history"), ("expected", "forecast")):
        known = sources.total(kind, by)
        index = pd.Index(nodes[by[0]]) if len(by) == 1 else pd.MultiIndex.from_frame(nodes) if by else pd.Index([""])
        frame[column] = np.nan if known is None else known.reindex(index).to_numpy(float)
    before = frame["before"].where(frame["before"] > 0)
    frame["share"] = frame["target"] / frame["target"].sum()
    return frame.assign(growth=frame["target"] / before - 1)


def _chances(nodes: pd.DataFrame, target: Array, by: tuple[str, ...], baseline: Baseline | None) -> Array:
    """P(sales >= target) of nodes by levels that the baseline knows, from the sum of their parts' draws; NaN elsewhere.

    The sum, since a node that is the same as a crossing (a region that is all there is) has no name of its own there.
    """
    out = np.full(len(target), np.nan)
    if baseline is None or len(target) > _MOST_CHANCES:
        return out
    parts = baseline.nodes[(baseline.nodes["level"] == baseline.nodes["level"].iloc[-1]).to_numpy()]
    if not by or not set(by) <= set(parts):
        return out
    rows = baseline.nodes.index.get_indexer(parts.index)[parts[list(by)].notna().all(axis=1).to_numpy()]
    names = pd.MultiIndex.from_frame(baseline.nodes[list(by)].iloc[rows].astype(str))
    draws = pd.DataFrame(baseline.draws[:, rows].T).groupby(names.to_flat_index().to_numpy(), sort=False).sum()
    node = pd.MultiIndex.from_frame(nodes[list(by)].astype(str)).to_flat_index()
    place = draws.index.get_indexer(node)
    out[place >= 0] = chances_of(draws.to_numpy()[place[place >= 0]].T, target[place >= 0])
    return out


def level_table(
    level: str, parts: pd.DataFrame, start: Base, sources: Sources, baseline: Baseline | None, rules: pd.DataFrame
) -> pd.DataFrame:
    """One level's nodes, largest first."""
    found = parts.assign(node=start.cells[level], how=pd.Categorical(parts["how"], _HOWS).codes)
    found = found.groupby("node", sort=False).agg({"target": "sum", "key": "sum", "how": "min"}).reset_index()
    found["how"] = np.array(_HOWS)[found["how"]]
    found["target"] = found["target"].round(2)  # sums of hundredths, to the hundredth again
    found = _compared(found, found[["node"]].set_axis([level], axis=1), (level,), sources)
    found["chance"] = _chances(
        found[["node"]].set_axis([level], axis=1), found["target"].to_numpy(), (level,), baseline
    )
    found["bound_by"] = found["node"].map(_bound(level, rules)).astype(object)
    found["owner"] = found["node"].map(sources.owner_of(level)).astype(object)
    found["node"] = unmarked(found["node"])
    found = found.sort_values("target", ascending=False, kind="stable").set_index("node").rename_axis(level)
    return found.set_axis(pd.Index(found.index, dtype=object, name=level), axis=0)


def _bound(level: str, rules: pd.DataFrame) -> dict[str, str]:
    """The binding rules of each node of a level, as written."""
    bound, texts = rules[rules["binds"]], dict[str, list[str]]()
    for text, at in zip(bound.index, bound["at"], strict=True):
        if set(at) == {level}:
            texts.setdefault(at[level], []).append(text)
    return {node: "; ".join(said) for node, said in texts.items()}


def rules_table(found: Sequence[Limit], solved: Solved, whole: Array, unit: float) -> pd.DataFrame:
    target = [float(money(whole[limit.cells].sum(keepdims=True), unit)[0]) for limit in found]
    exact = [float(solved.amounts[limit.cells].sum()) for limit in found]
    broken = [t - min(max(t, limit.lo), limit.hi) for t, limit in zip(target, found, strict=True)]
    moved = np.array(exact) - solved.without
    columns = {
        "at": pd.Series([dict(limit.at) for limit in found], dtype=object),
        "kind": [limit.kind for limit in found],
        "value": [limit.value for limit in found],
        "lo": [limit.lo for limit in found],
        "hi": [limit.hi for limit in found],
        "target": target,
        "binds": solved.binds,
        "without": solved.without,
        "moved": np.where(np.abs(moved) < unit / 2, 0.0, moved),
        "broken": np.where(np.abs(broken) > 1e-6, broken, 0.0),
        "why": [limit.why for limit in found],
    }
    return pd.DataFrame(columns).set_axis(pd.Index([x.text for x in found], name="rule", dtype=object), axis=0)


def months_table(units: Array, unit: float, sources: Sources, period: PlanPeriod, calendar: Calendar) -> pd.DataFrame:
    """The whole by month, beside the same months a year before and what they should bring."""
    known = None if sources.monthly is None else sources.monthly.groupby("period")["amount"].sum()
    past = pd.DatetimeIndex([calendar.year_before(m) for m in period.months])
    nothing = np.full(len(units), np.nan)
    festival = [spring_festival(y) for y in range(period.first.year, period.last.year + 1)]
    kept = calendar.settings.country in ("CN", "TW", "HK", "MO", "SG")
    ends = [*period.months[1:], period.last + pd.Timedelta(days=1)]
    held = [kept and any(a <= day < b for day in festival) for a, b in zip(period.months, ends, strict=True)]
    columns = {
        "target": money(units, unit),
        "before": nothing if known is None else known.reindex(past).to_numpy(float),
        "expected": nothing if known is None else known.reindex(period.months).to_numpy(float),
        "festival": held,
    }
    return pd.DataFrame(columns, index=period.months.rename("month"))


def conflict(found: Sequence[Limit], told: Sequence[Clash], sources: Sources, total: float) -> Conflict:
    rows = []
    told = sorted(
        told, key=lambda clash: -min((abs(r) for r in clash.relaxed if r == r), default=0.0)
    )  # the widest gap first
    for number, clash in enumerate(told, start=1):
        for rule, change in zip(clash.rules, clash.relaxed, strict=True):
            limit = found[rule]
            value = _relaxed(limit, change * total, total)
            rows.append({"rule": limit.text, "conflict": number, "at": dict(limit.at), "kind": limit.kind,
                         "value": limit.value, "relaxed": value, "change": change * total, "why": limit.why,
                         "lo": limit.lo, "hi": limit.hi,
                         "enough": limit_text(limit.node, limit.kind, value)})  # fmt: skip
    frame = pd.DataFrame(rows).set_index("rule")
    parts = [[found[rule] for rule in clash.rules] for clash in told]
    findings = conflict_findings(frame, parts, total)
    return Conflict(amount=total, table=frame, findings=findings, decisions=findings[:5])


def _relaxed(limit: Limit, change: float, total: float) -> float:
    """The value of a rule after its money changed by `change`."""
    if limit.kind.endswith("share"):
        return limit.value + change / total
    if limit.kind.endswith("growth"):
        edge = limit.lo if limit.kind == "min_growth" else limit.hi
        before = edge / (1 + limit.value) if limit.value > -1 else float("nan")
        return limit.value + change / before if before > 0 else float("nan")
    return limit.value + change
