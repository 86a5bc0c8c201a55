"""How long deals take, and which open ones have stood too long."""

from typing import Any

import numpy as np
import pandas as pd

from workbench.analytics.frames import require
from workbench.analytics.funnel.deals import FEWEST, days_between, judged, too_few, with_rates
from workbench.analytics.funnel.results import Ageing, Cycle
from workbench.analytics.keys import fact
from workbench.analytics.results import Unknown
from workbench.findings import Finding
from workbench.settings import Stages

BANDS = (0, 31, 61, 91, 181, 366)  # first day of each age band
SLOWEST = 0.9  # quantile of won deals' days beyond which an open deal is stuck


def cycle(opportunities: pd.DataFrame | None, stages: Stages, as_of: pd.Timestamp, by: str = "") -> Cycle | Unknown:
    """Days from creation to closing by Kaplan-Meier (1958); open deals are censored at `as_of`, not left out.

    Leaving them out would shorten the cycle, as the slow deals are the ones still open. The median's interval inverts
    the sign test (Brookmeyer & Crowley 1982). With `by`, the groups of 30 deals or more are compared by the log-rank
    test. Deals without a day of creation, or closed before it, are left out.
    """
    found = judged("cycle", opportunities, stages, ("created", "closed"))
    if isinstance(found, Unknown):
        return found
    deals = lasted(found, as_of)
    if problem := too_few("cycle", int(deals["ended"].sum())):
        return problem
    if by:
        require(deals, (by,), f"cycle by {by}")
    fit = _survival(deals)
    parts = _parts(deals, by)
    groups = [_group("", deals), *(_group(node, part) for node, part in parts)]
    table = pd.DataFrame(groups).set_index("node").rename_axis(by or "node")
    whole = table.iloc[0]
    same = log_rank(pd.concat([part for _, part in parts]), by)[1] if parts else float("nan")
    result = Cycle(
        curve=_curve(fit), groups=table, median=whole["median"], lo=whole["lo"], hi=whole["hi"], p_same=same, by=by
    )
    return Cycle(**{**vars(result), "findings": tuple(_cycle_findings(result))})


def ageing(opportunities: pd.DataFrame | None, stages: Stages, as_of: pd.Timestamp) -> Ageing | Unknown:
    """Open deals by stage and age in days, and those that are stuck: older than nine of ten won deals were when won.

    Decision: what stands in the stuck deals, worded by whether those that got as old were won less or more often.
    """
    found = judged("ageing", opportunities, stages, ("created", "closed"))
    if isinstance(found, Unknown):
        return found
    deals = lasted(found, as_of)
    won, closed, open_ = deals[deals["won"] & deals["ended"]], deals[deals["ended"]], deals[deals["open"]]
    if problem := too_few("ageing", len(won)):
        return problem
    limit = float(won["days"].quantile(SLOWEST))
    older = closed[closed["days"] > limit]
    odds = with_rates(pd.DataFrame({"won": [older["won"].sum()], "closed": [len(older)]}), "won", "closed").iloc[0]
    amount = open_["amount"] if "amount" in open_ else pd.Series(np.nan, index=open_.index)
    open_ = open_.assign(amount=amount, stuck=open_["days"] > limit)
    present = set(open_["stage"].dropna())
    order = [s for s in stages.order if s in present] + sorted(present - set(stages.order))
    result = Ageing(
        table=_by_stage(open_).reindex(order),
        bands=_bands(open_),
        deals=_stuck(open_),
        limit=limit,
        win_rate_older=odds["rate"],
        lo=odds["lo"],
        hi=odds["hi"],
    )
    whole = float(closed["won"].mean())
    return Ageing(
        **{
            **vars(result),
            "findings": tuple(_ageing_findings(result, len(older), whole)),
            "decisions": _decision(result, len(older), whole),
        }
    )


def lasted(deals: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """Deals with `days` from creation to closing, or to `as_of` while open, and `ended`; impossible ones left out."""
    ended = ~deals["open"] & deals["closed"].notna()
    until = deals["closed"].where(ended, pd.Timestamp(as_of))
    deals = deals.assign(days=days_between(deals["created"], until), ended=ended)
    return deals[(deals["days"] >= 0) & (ended | deals["open"])]


def _survival(deals: pd.DataFrame):  # type: ignore[no-untyped-def]
    from statsmodels.duration.survfunc import SurvfuncRight

    return SurvfuncRight(deals["days"].to_numpy(), deals["ended"].astype(int).to_numpy())


def _curve(fit) -> pd.DataFrame:  # type: ignore[no-untyped-def]
    """The share still open by day; bounds on the log-log scale, which keeps them between 0 and 1."""
    share, error = fit.surv_prob, fit.surv_prob_se
    inner = (share > 0) & (share < 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        width = np.exp(1.96 * error / (share * np.abs(np.log(share))))
        lo, hi = np.where(inner, share**width, share), np.where(inner, share ** (1 / width), share)
    curve = pd.DataFrame({"open": share, "lo": lo, "hi": hi}, index=pd.Index(fit.surv_times, name="days"))
    return pd.concat(
        [pd.DataFrame({"open": 1.0, "lo": 1.0, "hi": 1.0}, index=pd.Index([0.0], name="days")), curve[curve.index > 0]]
    )


def _group(node: object, deals: pd.DataFrame) -> dict[str, object]:
    row: dict[str, object] = {"node": node, "deals": len(deals), "closed": int(deals["ended"].sum())}
    row |= {"median": np.nan, "lo": np.nan, "hi": np.nan}
    if row["closed"]:
        fit = _survival(deals)
        with np.errstate(divide="ignore", invalid="ignore"):  # where none or all are still open
            lo, hi = fit.quantile_ci(0.5)
        row |= {"median": float(fit.quantile(0.5)), "lo": float(lo), "hi": float(hi)}
    ended = deals[deals["ended"]]
    return row | {f"{name}_median": ended.loc[ended[name], "days"].median() for name in ("won", "lost")}


def _parts(deals: pd.DataFrame, by: str) -> list[tuple[object, pd.DataFrame]]:
    """Groups with enough deals, largest first."""
    if not by:
        return []
    sizes = deals[by].value_counts()
    return [(node, deals[deals[by] == node]) for node in sizes[sizes >= FEWEST].index]


def log_rank(deals: pd.DataFrame, by: str) -> tuple[float, float]:
    """Chi-square and p of the log-rank test that all groups of `by` last alike; NaN with fewer than two."""
    from statsmodels.duration.survfunc import survdiff

    if deals[by].nunique() < 2:
        return float("nan"), float("nan")
    found = survdiff(deals["days"].to_numpy(), deals["ended"].astype(int).to_numpy(), deals[by].to_numpy())
    return float(found[0]), float(found[1])


def _cycle_findings(result: Cycle) -> list[Finding]:
    whole = result.groups.iloc[0]
    found = [
        fact(
            "funnel.cycle",
            median=result.median,
            lo=result.lo,
            hi=result.hi,
            deals=whole["deals"],
            open=whole["deals"] - whole["closed"],
            won_median=whole["won_median"],
            lost_median=whole["lost_median"],
        )
    ]
    nodes = result.groups.iloc[1:].dropna(subset=["median"])
    if len(nodes) > 1 and pd.notna(result.p_same):
        slow: Any = nodes["median"].idxmax()
        fast: Any = nodes["median"].idxmin()
        found.append(
            fact(
                "funnel.cycle_groups",
                by=result.by,
                slow=slow,
                slow_median=nodes["median"][slow],
                fast=fast,
                fast_median=nodes["median"][fast],
                p_same=result.p_same,
                beyond_noise=bool(result.p_same < 0.05),
            )
        )
    return found


def _by_stage(open_: pd.DataFrame) -> pd.DataFrame:
    groups = open_.assign(stuck_amount=open_["amount"].where(open_["stuck"]), none=open_["amount"].isna()).groupby(
        "stage"
    )
    return groups.agg(
        deals=("stuck", "size"),
        amount=("amount", lambda a: a.sum(min_count=1)),
        stuck=("stuck", "sum"),
        stuck_amount=("stuck_amount", lambda a: a.sum(min_count=1)),
        median_age=("days", "median"),
        unvalued=("none", "sum"),
    )


def _bands(open_: pd.DataFrame) -> pd.DataFrame:
    first = pd.cut(open_["days"], [*BANDS, np.inf], right=False, labels=BANDS).astype("int64").rename("from_day")
    bands = open_.groupby(first).agg(deals=("days", "size"), amount=("amount", lambda a: a.sum(min_count=1)))
    return bands.reindex(pd.Index(BANDS, name="from_day")).assign(deals=lambda b: b["deals"].fillna(0).astype(int))


def _stuck(open_: pd.DataFrame) -> pd.DataFrame:
    columns = [c for c in ("stage", "rep", "customer", "amount", "days") if c in open_]
    stuck = open_[open_["stuck"]].set_index("opportunity")[columns].rename(columns={"days": "age"})
    return stuck.sort_values(["amount", "age"], ascending=False, kind="stable")


def _ageing_findings(result: Ageing, older: int, whole: float) -> list[Finding]:
    table, deals = result.table, int(result.table["deals"].sum())
    if not deals:
        return [fact("funnel.none_open")]
    shared = {"limit": result.limit, "open": deals, "amount": table["amount"].sum(min_count=1)}
    stuck, money = int(table["stuck"].sum()), table["stuck_amount"].sum(min_count=1)
    found = [fact("funnel.stuck", weight=money, stuck=stuck, stuck_amount=money, share=stuck / deals, **shared)]
    if older >= FEWEST:
        found.append(
            fact(
                "funnel.stuck_odds",
                win_rate_older=result.win_rate_older,
                lo=result.lo,
                hi=result.hi,
                older=older,
                whole=whole,
                limit=result.limit,
            )
        )
    if unvalued := int(table["unvalued"].sum()):
        found.append(fact("funnel.unvalued", count=unvalued))
    return found


def _verdict(result: Ageing, whole: float) -> str:
    """Whether deals that got as old were won less or more often than all; "alike" where chance explains it."""
    return "less" if result.hi < whole else "more" if result.lo > whole else "alike"


def _decision(result: Ageing, older: int, whole: float) -> tuple[Finding, ...]:
    money = result.deals["amount"].sum(min_count=1)
    if not len(result.deals) or not money > 0:
        return ()
    worst = result.deals.iloc[0]
    odds = result.win_rate_older if older >= FEWEST else np.nan
    return (
        fact(
            "funnel.stuck_money",
            weight=money,
            count=len(result.deals),
            amount=money,
            limit=result.limit,
            deal=result.deals.index[0],
            deal_amount=worst["amount"],
            odds=odds,
            whole=whole,
            verdict=_verdict(result, whole) if pd.notna(odds) else None,
            judged="size",
        ),
    )
