"""What can be learnt from single deals: the cases worth keeping, and what won deals have that lost ones do not."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from workbench.analytics.funnel.deals import holm, judged
from workbench.analytics.keys import fact
from workbench.analytics.kpis import wilson
from workbench.analytics.plan.period import PlanPeriod
from workbench.analytics.results import Result, Unknown
from workbench.findings import Finding
from workbench.settings import Stages

EACH = 5  # cases of each kind, won and lost
FEWEST = 20  # closed deals from which a value's win rate is compared
UNLIKELY = 0.05
PROFILE = ("customer", "industry", "size", "region", "channel", "source")
SOLUTION = ("product_line", "product", "model")


@dataclass(frozen=True, kw_only=True, repr=False)
class Cases(Result):
    """Entries for the case library, from the deals that closed in the period.

    `entries`: index opportunity, won first, the largest first; columns won, amount, rep, closed, days (from creation),
        profile (pairs of column and value: who the customer is), pain (why it was lost, where noted), solution (what
        was offered), actions (stages in order with the days in each, then what was done, by kind), alike, alike_rate
        (closed deals of the same solution and industry before, and how many of 1 they were won)
    `patterns`: index (column, value); columns deals, won, rate, lo, hi (Wilson 95 %), rest (win rate of all other
        values), p (Fisher, adjusted over all of them): what goes with winning, of all deals closed up to the period's
        end
    `reasons`: index reason that lost deals note; columns deals, amount, share, before (share of the year before)
    """

    period: PlanPeriod
    entries: pd.DataFrame
    patterns: pd.DataFrame
    reasons: pd.DataFrame


def cases(
    opportunities: pd.DataFrame | None,
    stages: Stages,
    period: PlanPeriod,
    *,
    stage_history: pd.DataFrame | None = None,
    activities: pd.DataFrame | None = None,
) -> Cases | Unknown:
    """The deals worth keeping: of each solution the largest won, of each reason (else solution) the largest lost.

    `opportunities`: data.deals(), with the levels that they lead to. A case is a story, not evidence: what goes with
    winning is in `patterns`, with its doubt.
    """
    known = judged("review_cases", opportunities, stages, ("closed",))
    if isinstance(known, Unknown):
        return known
    closed = known[~known["open"] & (known["closed"] <= period.last)]
    now = closed[closed["closed"] >= period.first]
    if now.empty:
        return Unknown(section="review_cases", findings=(fact("review.process.no_deals", span=period.span),))
    chosen = pd.concat([_chosen(now[now["won"]], "won"), _chosen(now[now["lost"]], "lost")])
    trace, done = _stage_days(chosen, stage_history, stages), _done(chosen, activities)
    earlier = closed[closed["closed"] < period.first]
    rows = [_entry(row, trace, done, earlier) for row in chosen.to_dict("records")]
    made = Cases(
        period=period,
        entries=pd.DataFrame(rows, index=pd.Index(chosen["opportunity"].astype(str), name="opportunity")),
        patterns=_patterns(closed),
        reasons=_reasons(closed, period),
    )
    return replace(made, findings=tuple(_findings(made, now)))


def _chosen(deals: pd.DataFrame, how: str) -> pd.DataFrame:
    """The largest deal of each group first, then the next ones, at most EACH."""
    by = [c for c in (("lost_reason",) if how == "lost" else ()) + SOLUTION if c in deals and deals[c].notna().any()]
    ranked = deals.sort_values("amount", ascending=False, kind="stable") if "amount" in deals else deals
    if by:
        turn = ranked.groupby(ranked[by[0]].astype(object).fillna("")).cumcount()
        ranked = ranked.assign(turn=turn).sort_values("turn", kind="stable").drop(columns="turn")
    found = ranked.head(EACH)
    return found.sort_values("amount", ascending=False, kind="stable") if "amount" in found else found


def _stage_days(chosen: pd.DataFrame, history: pd.DataFrame | None, stages: Stages) -> dict[Any, tuple[Any, ...]]:
    """By opportunity: (stage, days in it) in the order in which they were entered."""
    if history is None or history.empty:
        return {}
    steps = history[history["opportunity"].isin(chosen["opportunity"])]
    steps = steps[~steps["stage"].isin([*stages.won, *stages.lost])]
    steps = steps.assign(at=steps["stage"].map({stage: at for at, stage in enumerate(stages.order)}))
    steps = steps.sort_values(["entered", "at"], kind="stable")  # of one day, in the order of the stages
    ends = chosen.set_index("opportunity")["closed"]
    left = steps.groupby("opportunity")["entered"].shift(-1).fillna(steps["opportunity"].map(ends))
    steps = steps.assign(spent=(left - steps["entered"]).dt.days)
    return {key: tuple(zip(part["stage"].astype(str), part["spent"].astype(int), strict=True))
            for key, part in steps.groupby("opportunity")}  # fmt: skip


def _done(chosen: pd.DataFrame, activities: pd.DataFrame | None) -> dict[Any, tuple[Any, ...]]:
    """By opportunity: (kind of activity, how often)."""
    if activities is None or "opportunity" not in activities:
        return {}
    own = activities[activities["opportunity"].isin(chosen["opportunity"])]
    count = own["count"] if "count" in own else pd.Series(1.0, own.index)
    sums = count.fillna(1.0).groupby([own["opportunity"], own["kind"]]).sum()
    return {key: tuple((str(kind), float(n)) for kind, n in part.droplevel(0).items())
            for key, part in sums.groupby(level=0)}  # fmt: skip


def _entry(row: dict[Any, Any], trace: dict[Any, Any], done: dict[Any, Any], earlier: pd.DataFrame) -> dict[str, Any]:
    def told(name: str) -> Any:
        value = row.get(name)
        return None if value is None or pd.isna(value) else value

    alike = earlier
    for column in (next((c for c in SOLUTION if told(c)), ""), "industry"):
        alike = alike[alike[column] == row[column]] if column in alike and told(column) else alike
    days = (row["closed"] - row["created"]).days if told("created") is not None else np.nan
    return {
        "won": bool(row["won"]), "amount": told("amount") or None,  # CRMs note what was lost as 0
        "rep": told("rep"), "closed": row["closed"], "days": days,
        "profile": tuple((c, str(row[c])) for c in PROFILE if told(c) is not None), "pain": told("lost_reason"),
        "solution": next((str(row[c]) for c in SOLUTION if told(c) is not None), None),
        "actions": (*trace.get(row["opportunity"], ()), *done.get(row["opportunity"], ())),
        "alike": len(alike), "alike_rate": float(alike["won"].mean()) if len(alike) >= FEWEST else np.nan,
    }  # fmt: skip


def _patterns(closed: pd.DataFrame) -> pd.DataFrame:
    from scipy.stats import fisher_exact

    rows = []
    for column in (c for c in (*PROFILE[1:], SOLUTION[0]) if c in closed and closed[c].nunique() > 1):
        counts = closed.dropna(subset=column).groupby(column)["won"].agg(["size", "sum"]).astype(int)
        all_deals, all_won = int(counts["size"].sum()), int(counts["sum"].sum())
        for value, (deals, won) in zip(counts.index, counts.to_numpy(), strict=True):
            if deals >= FEWEST and all_deals - deals >= FEWEST:
                other = all_deals - deals, all_won - won
                p = fisher_exact([[won, deals - won], [other[1], other[0] - other[1]]])[1]
                rows.append((column, str(value), int(deals), int(won), won / deals, other[1] / other[0], float(p)))
    made = pd.DataFrame(rows, columns=["column", "value", "deals", "won", "rate", "rest", "p"])
    lo, hi = wilson(made["won"].astype(float), made["deals"].astype(float))
    made = made.assign(lo=lo, hi=hi, p=holm(made["p"])).set_index(["column", "value"])
    return made.sort_values("p", kind="stable")


def _reasons(closed: pd.DataFrame, period: PlanPeriod) -> pd.DataFrame:
    columns = ["deals", "amount", "share", "before"]
    if "lost_reason" not in closed:
        return pd.DataFrame(columns=columns)
    lost = closed[closed["lost"] & closed["lost_reason"].notna()]
    now = lost[lost["closed"] >= period.first]
    year = lost[(lost["closed"] < period.first) & (lost["closed"] >= period.first - pd.DateOffset(years=1))]
    counts = now["lost_reason"].value_counts()
    made = pd.DataFrame({"deals": counts})
    made["amount"] = now.groupby("lost_reason")["amount"].sum() if "amount" in now else np.nan
    made["share"] = counts / counts.sum()
    made["before"] = year["lost_reason"].value_counts(normalize=True)
    return made[columns].rename_axis("reason")


def _findings(made: Cases, now: pd.DataFrame) -> Iterator[Finding]:
    won = int(made.entries["won"].sum())
    yield fact("review.process.cases", won=won, lost=len(made.entries) - won, closed=len(now), span=made.period.span)
    told = made.patterns[made.patterns["p"] < UNLIKELY]
    for row in told.head(3).reset_index().to_dict("records"):
        better = "more" if row["rate"] > row["rest"] else "less"
        values = {name: row[name] for name in ("rate", "lo", "hi", "rest", "deals", "p")}
        yield fact("review.process.pattern", level=row["column"], node=row["value"], better=better, **values)
    if len(made.patterns) and not len(told):
        yield fact("review.process.no_pattern", tried=len(made.patterns))
    if len(made.reasons):
        first = made.reasons.iloc[0]
        values = {name: first[name] for name in ("deals", "share", "before")}
        lost = int(made.reasons["deals"].sum())
        yield fact("review.process.reason", reason=str(made.reasons.index[0]), lost=lost, **values)
