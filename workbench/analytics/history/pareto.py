"""How few customers, or other nodes, make how much of the sales."""

import numpy as np
import pandas as pd

from workbench.analytics.frames import require, unknown
from workbench.analytics.history.frames import most, side_by_side
from workbench.analytics.keys import direction, fact
from workbench.analytics.results import Concentration, Unknown
from workbench.findings import Finding

CURVE_POINTS = 101
ONE_NODE = 0.20  # share of one node from which the company depends on it
HALVED = 0.5  # a large node that keeps less than this of its sales before


def concentration(compare: pd.DataFrame, by: str) -> Concentration | Unknown:
    """The Pareto curve of what was sold now, with HHI and Gini, among named nodes with positive sales.

    A missing customer is no customer: it is left out and its share told. So are nodes whose returns outweigh their
    purchases. Shares are of what the ranked nodes sold.

    Decisions, at most 5: a node with 20 % or more of it; and one of the ten largest before that lost half or more.
    """
    if compare.empty:
        return unknown("concentration", "history.unknown_empty")
    require(compare, ("span", by, "amount"), f"concentration by {by}")
    table = side_by_side(compare, by)
    named = table[table.index.notna()]
    ranked = named[named["amount"] > 0]
    if ranked.empty:
        return unknown("concentration", "history.unknown_named", by=by)
    return _result(table, named, ranked, by)


def _result(table: pd.DataFrame, named: pd.DataFrame, ranked: pd.DataFrame, by: str) -> Concentration:
    share = ranked["amount"] / ranked["amount"].sum()
    below = named[named["amount"] < 0]
    missing, whole = table["amount"][table.index.isna()].sum(), table["amount"].sum()
    top = ranked.head(10).assign(share=share, cumulative_share=share.cumsum())
    top = top.assign(change=top["amount"] - top["amount_before"])
    result = Concentration(
        by=by,
        curve=_curve(share),
        top=top[["amount", "share", "cumulative_share", "amount_before", "change"]],
        nodes=len(ranked),
        share_top_10=min(1.0, float(share.head(10).sum())),
        nodes_for_80=_nodes_for(share, 0.8),
        hhi=float((share**2).sum()),
        gini=_gini(share),
        negative_nodes=len(below),
        negative_amount=float(below["amount"].sum()),
        missing_amount=float(missing),
        missing_share=float(missing / whole) if whole > 0 else np.nan,
    )
    return _with_findings(result, named, share)


def _curve(share: pd.Series) -> pd.DataFrame:
    """Cumulative shares, thinned to 101 points that keep both ends and the steep start."""
    at = np.unique(np.linspace(0, len(share), min(CURVE_POINTS, len(share) + 1)).round().astype(int))
    reached = np.concatenate([[0.0], share.cumsum().to_numpy()])
    reached[-1] = 1.0
    return pd.DataFrame({"share_of_nodes": at / len(share), "share_of_amount": reached[at]})


def _nodes_for(share: pd.Series, part: float) -> int:
    return int((share.cumsum() < part - 1e-9).sum()) + 1


def _gini(share: pd.Series) -> float:
    """0 where all sell alike, (n - 1) / n where one sells all."""
    n = len(share)
    rank_from_smallest = np.arange(n, 0, -1)
    return max(0.0, float(2 * (rank_from_smallest * share.to_numpy()).sum() / n - (n + 1) / n))


def _with_findings(result: Concentration, named: pd.DataFrame, share: pd.Series) -> Concentration:
    findings = [_headline(result, share), *_shift(result, named), *_left_out(result)]
    decisions = most([*_dependent(result), *_halved(result.by, named)])
    return Concentration(**{**vars(result), "findings": tuple(findings), "decisions": decisions})


def _headline(result: Concentration, share: pd.Series) -> Finding:
    largest = {"largest": share.index[0], "largest_share": share.iloc[0]}
    if result.nodes <= 10:
        return fact("history.concentration_few", about=share.index[0], by=result.by, nodes=result.nodes, **largest)
    values = {name: getattr(result, name) for name in ("by", "nodes", "share_top_10", "nodes_for_80", "hhi", "gini")}
    return fact("history.concentration", weight=result.top["amount"].sum(), **values,
                share_of_nodes_for_80=result.nodes_for_80 / result.nodes, **largest)  # fmt: skip


def _shift(result: Concentration, named: pd.DataFrame) -> list[Finding]:
    before = named["amount_before"][named["amount_before"] > 0]
    if result.nodes <= 10 or len(before) <= 10:
        return []
    then = before.nlargest(10).sum() / before.sum()
    change = result.share_top_10 - then
    return [fact("history.concentration_shift", by=result.by, share_top_10=result.share_top_10,
                 share_top_10_before=then, change=change, direction=direction(change))]  # fmt: skip


def _left_out(result: Concentration) -> list[Finding]:
    found = []
    if result.negative_nodes and result.negative_amount:
        found.append(fact("history.concentration_negative", weight=result.negative_amount, by=result.by,
                          count=result.negative_nodes, amount=result.negative_amount))  # fmt: skip
    if result.missing_amount:
        found.append(fact("history.concentration_missing", weight=result.missing_amount, by=result.by,
                          amount=result.missing_amount, share=result.missing_share))  # fmt: skip
    return found


def _dependent(result: Concentration) -> list[Finding]:
    large = result.top[result.top["share"] >= ONE_NODE] if result.nodes > 1 else result.top.head(0)
    return [
        fact("history.concentration_high", weight=row["amount"], about=node, by=result.by, node=node,
             amount=row["amount"], share=row["share"], limit=ONE_NODE, judged="size")
        for node, row in large.iterrows()
    ]  # fmt: skip


def _halved(by: str, named: pd.DataFrame) -> list[Finding]:
    large = named[named["amount_before"] > 0].nlargest(10, "amount_before")
    fallen = large[large["amount"] <= HALVED * large["amount_before"]] if len(named) > 10 else large.head(0)
    return [
        fact("history.large_node_falling", weight=row["amount"] - row["amount_before"], about=node, by=by, node=node,
             amount=row["amount"], amount_before=row["amount_before"], change=row["amount"] - row["amount_before"],
             yoy=row["amount"] / row["amount_before"] - 1, judged="size")
        for node, row in fallen.iterrows()
    ]  # fmt: skip
