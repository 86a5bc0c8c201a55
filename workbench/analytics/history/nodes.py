"""Sales by node of a level: who holds how much, and who made the change."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from workbench.analytics.frames import require, unknown
from workbench.analytics.history.frames import festival_moves, most, side_by_side, unknown_spans
from workbench.analytics.keys import fact
from workbench.analytics.results import Breakdown, Unknown
from workbench.findings import Finding
from workbench.periods import Calendar, Spans

FALL_SHARE = 0.01  # a fall, and its shortfall, ask for a decision from 1 % of the whole before
NOISE_TIMES = 2.0  # and, where the node's months are known, from twice its own noise
NOISE_MONTHS = 6  # pairs of months below which a node's noise cannot be told


def breakdowns(
    compares: Mapping[str, pd.DataFrame],
    spans: Spans | None,
    *,
    monthly: Mapping[str, pd.DataFrame] | None = None,
    calendar: Calendar | None = None,
) -> tuple[Breakdown | Unknown, ...]:
    """The breakdown of each level, in the order given; `monthly` holds sales by month and node, by level.

    A level that splits the sales into the same parts as an earlier one (each region has one team) is left out: its
    section would say everything twice.
    """
    months, found = monthly or {}, list[Breakdown | Unknown]()
    for level, compare in compares.items():
        result = breakdown(compare, level, spans, monthly=months.get(level), calendar=calendar)
        if not any(_same_parts(result, earlier) for earlier in found):
            found.append(result)
    return tuple(found)


def breakdown(
    compare: pd.DataFrame,
    level: str,
    spans: Spans | None,
    *,
    monthly: pd.DataFrame | None = None,
    calendar: Calendar | None = None,
) -> Breakdown | Unknown:
    """Sales by node now and before; amounts, changes and contributions sum to the whole.

    Who rose or fell most is judged by money, so a small node with a wild rate does not shout.

    Decisions, at most 5: a node that fell by 1 % or more of all sales before, and ended as far below what it would have
    sold had it moved as the whole did (`shortfall`). With `monthly` the fall must also be twice the node's own noise:
    the month-by-month differences between the spans have a standard deviation s, so the difference of n months has
    s × √n (months taken as independent). Where `calendar` tells that Spring Festival moves between January and
    February, both get the mean of the two.
    """
    if spans is None or compare.empty:
        return unknown_spans("breakdown", compare, spans) or unknown("breakdown", "history.unknown_empty")
    require(compare, ("span", level, "amount"), f"breakdown by {level}")
    table = _table(side_by_side(compare, level))
    if not table[["amount", "amount_before"]].any(axis=None):
        return unknown("breakdown", "history.unknown_empty")
    decisions = _decisions(table, level, _noise(monthly, level, spans, festival_moves(calendar)))
    findings = tuple(_findings(table, level))
    return Breakdown(level=level, table=table, spans=spans, findings=findings, decisions=decisions)


def _same_parts(one: Breakdown | Unknown, other: Breakdown | Unknown) -> bool:
    if isinstance(one, Unknown) or isinstance(other, Unknown) or len(one.table) != len(other.table):
        return False
    sums = ["amount", "amount_before"]
    return len(one.table) > 1 and np.allclose(one.table[sums], other.table[sums])  # both are largest first


def _table(table: pd.DataFrame) -> pd.DataFrame:
    whole, before = table["amount"].sum(), table["amount_before"].sum()
    change = table["amount"] - table["amount_before"]
    return table.assign(
        share=table["amount"] / _positive(whole),
        share_before=table["amount_before"] / _positive(before),
        change=change,
        yoy=change / table["amount_before"].where(table["amount_before"] > 0),
        contribution=change / _positive(before),
    )


def _positive(total: float) -> float:
    return float(total) if total > 0 else np.nan


def _findings(table: pd.DataFrame, level: str) -> list[Finding]:
    named = table[table.index.notna()]
    if len(table) == 1 and len(named) == 1:
        return [fact("history.breakdown_single", level=level, node=named.index[0])]
    return [*_largest(named, level), *_movers(named, level), *_comers(named, level), *_missing(table, level)]


def _largest(named: pd.DataFrame, level: str) -> list[Finding]:
    if named.empty or not named["amount"].iloc[0] > 0:
        return []
    first, node = named.iloc[0], named.index[0]
    return [fact("history.breakdown_largest", weight=first["amount"], about=node, level=level, node=node,
                 amount=first["amount"], share=first["share"], share_before=first["share_before"],
                 nodes=int((named["amount"] > 0).sum()))]  # fmt: skip


def _movers(named: pd.DataFrame, level: str) -> list[Finding]:
    """The largest rise and the largest fall in money."""
    found = []
    for key, at, sign in (("rise", named["change"].argmax, 1), ("fall", named["change"].argmin, -1)):
        place = int(at()) if len(named) else -1
        if place >= 0 and named["change"].iloc[place] * sign > 0:
            row, node = named.iloc[place], named.index[place]
            found.append(fact(f"history.breakdown_{key}", weight=row["change"], about=node, **_node(row, node, level)))
    return sorted(found, key=lambda f: -f.weight)


def _node(row: pd.Series, node: object, level: str) -> dict[str, Any]:
    return {"level": level, "node": node} | {
        name: row[name] for name in ("amount", "amount_before", "change", "yoy", "contribution")
    }


def _comers(named: pd.DataFrame, level: str) -> list[Finding]:
    new = named["amount"][(named["amount"] > 0) & (named["amount_before"] == 0)]
    lost = named["amount_before"][(named["amount"] == 0) & (named["amount_before"] > 0)]
    pairs = (("history.breakdown_new", new), ("history.breakdown_lost", lost))
    return [fact(key, weight=a.sum(), level=level, count=len(a), amount=a.sum()) for key, a in pairs if len(a)]


def _missing(table: pd.DataFrame, level: str) -> list[Finding]:
    missing = table[table.index.isna()]
    if missing.empty or not missing["amount"].iloc[0]:
        return []
    row = missing.iloc[0]
    return [fact("history.breakdown_missing", weight=row["amount"], level=level, amount=row["amount"],
                 share=row["share"])]  # fmt: skip


def _noise(monthly: pd.DataFrame | None, level: str, spans: Spans, festival: bool) -> pd.Series:
    """One standard deviation of each node's change between the spans, from its own months; empty where unknown.

    Months of both spans are paired in order, so season drops out; only whole months of both spans count.
    """
    if monthly is None or monthly.empty:
        return pd.Series(dtype="float64")
    require(monthly, ("period", level, "amount", "whole"), f"breakdown by {level}, months")
    named = monthly[monthly["whole"].astype(bool) & monthly[level].notna()]
    wide = named.pivot_table("amount", index="period", columns=level, aggfunc="sum", fill_value=0.0, observed=True)
    now, before = (_within(wide, span) for span in (spans.now, spans.before))
    pairs = min(len(now), len(before))
    if pairs < NOISE_MONTHS or abs(len(now) - len(before)) > 1:
        return pd.Series(dtype="float64")
    steps = pd.DataFrame(now.to_numpy()[:pairs] - before.to_numpy()[:pairs], columns=wide.columns)
    sensitive = pd.DatetimeIndex(now.index[:pairs]).month <= 2
    if festival and sensitive.sum() == 2:
        steps.loc[sensitive] = steps[sensitive].mean().to_numpy()
    return steps.std(ddof=1) * np.sqrt(pairs)


def _within(wide: pd.DataFrame, span: tuple[pd.Timestamp, pd.Timestamp]) -> pd.DataFrame:
    return wide[(wide.index >= span[0]) & (wide.index <= span[1])]


def _decisions(table: pd.DataFrame, level: str, noise: pd.Series) -> tuple[Finding, ...]:
    whole, before = table["amount"].sum(), table["amount_before"].sum()
    if before <= 0 or len(table) < 2:
        return ()
    expected = table["amount_before"] * whole / before
    judged = table.assign(expected=expected, shortfall=table["amount"] - expected)
    judged["noise"] = [noise.get(node, np.nan) if pd.notna(node) else np.nan for node in table.index]
    judged["times_noise"] = judged["change"].abs() / judged["noise"].where(judged["noise"] > 0)
    named = judged[judged.index.notna()]
    falling = named[(named["change"] <= -FALL_SHARE * before) & (named["shortfall"] <= -FALL_SHARE * before)]
    quiet = falling["noise"].isna() | (falling["change"].abs() >= NOISE_TIMES * falling["noise"])
    return most([_falling(row, node, level) for node, row in falling[quiet].nsmallest(5, "change").iterrows()])


def _falling(row: pd.Series, node: object, level: str) -> Finding:
    more = {name: row[name] for name in ("expected", "shortfall", "noise", "times_noise")}
    how = "size" if pd.isna(row["noise"]) else "noise"
    return fact("history.node_falling", weight=row["change"], about=node, **_node(row, node, level), **more, judged=how)
