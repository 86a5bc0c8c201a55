"""Was the process followed, and does it matter? Stages skipped, steps back, days in a stage: won deals against lost."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from workbench.analytics.frames import unknown
from workbench.analytics.funnel.deals import apart, holm, judged
from workbench.analytics.history.frames import most
from workbench.analytics.keys import fact
from workbench.analytics.kpis import wilson
from workbench.analytics.plan.period import PlanPeriod
from workbench.analytics.results import Result, Unknown
from workbench.findings import Finding
from workbench.periods import Calendar
from workbench.settings import Stages

FEWEST = 20  # deals on each side of a comparison
UNLIKELY = 0.05


@dataclass(frozen=True, kw_only=True, repr=False)
class Process(Result):
    """The stages of the deals that closed in the period and in the year before it.

    `stages`: index stage in the settings' order, but for the last; columns
        reached      deals of the period that got beyond the stage; skipped: of these, never entered it
        share, lo, hi          skipped ÷ reached, Wilson 95 %; share_before: of the year before the period
        won_with, won_without  win rate of the deals of both (period and year before) that got beyond it, through it or
                               around it; p: Fisher's exact test, adjusted over the stages (Holm)
        days, days_before      median days in the stage of the deals that closed, of the period and of the year before
        won_days, lost_days    of both, by how they ended; days_p: Mann-Whitney, adjusted over the stages
    `reps`: index rep; columns deals (closed in the period, beyond the first stage), whole (of these, every stage up to
        where they got was entered, none twice), share, lo, hi, p (against all others, adjusted)
    `deals`: won or lost in the period with stages skipped or gone back to, most money first; index opportunity; columns
        [rep, customer, amount], won, skipped (stages), back (times), days
    `whole`, `whole_before`: share of the deals that followed every stage; `back`: share that went back
    """

    period: PlanPeriod
    stages: pd.DataFrame
    reps: pd.DataFrame
    deals: pd.DataFrame
    whole: float
    whole_before: float
    back: float
    closed: int


def process(
    opportunities: pd.DataFrame | None,
    stage_history: pd.DataFrame | None,
    stages: Stages,
    period: PlanPeriod,
    calendar: Calendar,
) -> Process | Unknown:
    """How the deals that closed in the period went through the stages, and what came of leaving stages out.

    Only deals that got beyond a stage can have skipped it, so going through it and around it are compared among those:
    deals lost early would make every skipped stage look good. It stays an observation: easy deals may be those that
    skip stages.
    """
    known = judged("review_process", opportunities, stages, ("created", "closed"))
    if isinstance(known, Unknown):
        return known
    if stage_history is None or stage_history.empty or len(stages.order) < 2:
        key = "funnel.unknown_history" if len(stages.order) > 1 else "funnel.unknown_order"
        return unknown("review_process", key)
    first = calendar.year_before(period.first)
    closed = known[~known["open"] & known["closed"].between(first, period.last)]
    steps = stage_history[stage_history["stage"].isin(stages.order)]
    there = closed["opportunity"].isin(steps["opportunity"]).any()
    traced = _traced(closed, steps, stages) if there else closed.iloc[:0]
    now = traced[traced["closed"] >= period.first]
    if len(now) < FEWEST:
        found = fact("review.process.unknown_few", have=len(now), need=FEWEST, span=period.span)
        return Unknown(section="review_process", findings=(found,))
    before = traced[traced["closed"] < period.first]
    table = _stages(traced, now, before, stages)
    reps = _reps(now) if "rep" in now else pd.DataFrame()
    odd = now[(now["skipped"].map(len) > 0) | (now["back"] > 0)]
    columns = [c for c in ("rep", "customer", "amount") if c in odd]
    order = odd["amount"].abs().sort_values(ascending=False).index if "amount" in odd else odd.index
    late, late_before = (d[d["place"] > 0] for d in (now, before))
    made = Process(
        period=period,
        stages=table,
        reps=reps,
        deals=odd.loc[order].set_index("opportunity")[[*columns, "won", "skipped", "back", "days"]],
        whole=float(late["whole"].mean()),
        whole_before=float(late_before["whole"].mean()) if len(late_before) else float("nan"),
        back=float((late["back"] > 0).mean()),
        closed=len(now),
    )
    return replace(
        made, findings=tuple(_findings(made, late, late_before)), decisions=most(list(_decisions(made, now)))
    )


def _traced(closed: pd.DataFrame, history: pd.DataFrame, stages: Stages) -> pd.DataFrame:
    """The closed deals whose stages are known, with place (how far they got; won: all stages), skipped, back, whole,
    days (from creation to closing) and spent (days in each stage, by its name)."""
    order = {stage: at for at, stage in enumerate(stages.order)}
    steps = history[history["opportunity"].isin(closed["opportunity"]) & history["stage"].isin(order)]
    if steps.empty:
        return closed.iloc[:0]
    steps = steps.assign(at=steps["stage"].map(order)).sort_values(["opportunity", "entered", "at"], kind="stable")
    ends = closed.set_index("opportunity")["closed"]
    left = steps.groupby("opportunity")["entered"].shift(-1).fillna(steps["opportunity"].map(ends))
    steps = steps.assign(spent=(left - steps["entered"]).dt.days.clip(lower=0))
    grouped = steps.groupby("opportunity")
    entered = grouped["at"].agg(frozenset)
    found = closed[closed["opportunity"].isin(entered.index)].reset_index(drop=True)
    own = found["opportunity"].map(entered)
    place = own.map(max).where(~found["won"], len(stages.order))
    missed = [tuple(s for s, at in order.items() if at < end and at not in there)
              for end, there in zip(place, own, strict=True)]  # fmt: skip
    back = (grouped["at"].diff() < 0).groupby(steps["opportunity"]).sum()
    spent = steps.groupby(["opportunity", "stage"])["spent"].sum().unstack().reindex(found["opportunity"])
    spent.index = found.index
    left_out = pd.Series(missed, found.index, dtype=object)
    found = found.assign(place=place, skipped=left_out, back=found["opportunity"].map(back).astype(int),
                         days=(found["closed"] - found["created"]).dt.days)  # fmt: skip
    whole = (found["skipped"].map(len) == 0) & (found["back"] == 0)
    return found.assign(whole=whole).join(spent.add_prefix("in "))


def _stages(both: pd.DataFrame, now: pd.DataFrame, before: pd.DataFrame, stages: Stages) -> pd.DataFrame:
    rows = [_stage(stage, at, both, now, before) for at, stage in enumerate(stages.order[:-1])]
    made = pd.DataFrame(rows, index=pd.Index(stages.order[:-1], name="stage"))
    lo, hi = wilson(made["skipped"].astype(float), made["reached"].astype(float))
    return made.assign(lo=lo, hi=hi, p=holm(made["p"]), days_p=holm(made["days_p"]))


def _stage(stage: str, at: int, both: pd.DataFrame, now: pd.DataFrame, before: pd.DataFrame) -> dict[str, Any]:
    from scipy.stats import fisher_exact, mannwhitneyu

    beyond, passed = (d[d["place"] > at] for d in (now, both))
    around = passed["skipped"].map(lambda s: stage in s)
    earlier = before[before["place"] > at]
    shares = [float(d["skipped"].map(lambda s: stage in s).mean()) if len(d) else np.nan for d in (beyond, earlier)]
    won = [passed.loc[m, "won"] for m in (~around, around)]
    enough = min(len(w) for w in won) >= FEWEST
    counts = [[int(w.sum()), int((~w).sum())] for w in won]
    column = f"in {stage}"
    sides = {"days": now, "days_before": before, "won": both[both["won"]], "lost": both[both["lost"]]}
    spent = {n: (d[column].dropna() if column in d else pd.Series(dtype=float)) for n, d in sides.items()}
    compared = min(len(spent["won"]), len(spent["lost"])) >= FEWEST
    return {
        "reached": len(beyond), "skipped": int(beyond["skipped"].map(lambda s: stage in s).sum()), "share": shares[0],
        "share_before": shares[1], "won_with": won[0].mean(), "won_without": won[1].mean() if len(won[1]) else np.nan,
        "around": len(won[1]), "p": float(fisher_exact(counts)[1]) if enough else np.nan,
        "days": spent["days"].median(), "days_before": spent["days_before"].median(),
        "won_days": spent["won"].median(), "lost_days": spent["lost"].median(),
        "days_p": float(mannwhitneyu(spent["won"], spent["lost"]).pvalue) if compared else np.nan,
    }  # fmt: skip


def _reps(now: pd.DataFrame) -> pd.DataFrame:
    from scipy.stats import fisher_exact

    late = now[(now["place"] > 0) & now["rep"].notna()]
    made = late.groupby("rep")["whole"].agg(["size", "sum"]).set_axis(["deals", "whole"], axis=1)
    made = made.astype(int)
    all_deals, all_whole = int(made["deals"].sum()), int(made["whole"].sum())
    p = [float(fisher_exact([[w, d - w], [all_whole - w, all_deals - all_whole - d + w]])[1])
         for d, w in zip(made["deals"], made["whole"], strict=True)]  # fmt: skip
    lo, hi = wilson(made["whole"].astype(float), made["deals"].astype(float))
    made = made.assign(share=made["whole"] / made["deals"], lo=lo, hi=hi, p=holm(pd.Series(p, made.index)))
    return made.sort_values("share", kind="stable")


def _findings(made: Process, late: pd.DataFrame, late_before: pd.DataFrame) -> Iterator[Finding]:
    beyond = apart(late["whole"].sum(), len(late), late_before["whole"].sum(), len(late_before))
    yield fact("review.process.followed", share=made.whole, before=made.whole_before, deals=len(late),
               closed=made.closed, back=made.back, beyond_noise=beyond, span=made.period.span)  # fmt: skip
    skipped = made.stages[made.stages["skipped"] > 0].sort_values("share", ascending=False, kind="stable")
    if len(skipped):
        row: Any = skipped.iloc[0]
        yield fact("review.process.skipped", stage=str(skipped.index[0]), share=row["share"], lo=row["lo"],
                   hi=row["hi"], reached=row["reached"], before=row["share_before"])  # fmt: skip
    tested = made.stages[made.stages["p"].notna()]
    told = tested[tested["p"] < UNLIKELY]
    for stage, row in told.iterrows():
        better = "with" if row["won_with"] > row["won_without"] else "without"
        yield fact("review.process.matters", stage=str(stage), with_it=row["won_with"], without=row["won_without"],
                   around=row["around"], p=row["p"], better=better)  # fmt: skip
    if len(tested) and not len(told):
        yield fact("review.process.no_matter", stages=len(tested))
    yield from _slower(made)
    yield from _people(made)


def _slower(made: Process) -> Iterator[Finding]:
    """The stage whose days differ most between won and lost deals, of those where they differ beyond chance."""
    slow = made.stages[made.stages["days_p"] < UNLIKELY]
    if len(slow):
        apart_by = ((slow["lost_days"] + 1) / (slow["won_days"] + 1)).map(np.log).abs()
        row: Any = slow.loc[[apart_by.idxmax()]].iloc[0]
        yield fact("review.process.days", stage=str(apart_by.idxmax()), won=row["won_days"], lost=row["lost_days"],
                   p=row["days_p"], slower="lost" if row["lost_days"] > row["won_days"] else "won", stages=len(slow),
                   of=len(made.stages))  # fmt: skip


def _people(made: Process) -> Iterator[Finding]:
    if len(made.reps) < 2:  # one alone has no others to be compared with
        return
    apart_reps = made.reps[made.reps["p"] < UNLIKELY]
    below = apart_reps[apart_reps["share"] < made.whole]
    if len(below):
        yield fact("review.process.reps_below", count=len(below), names=tuple(map(str, below.index)), share=made.whole,
                   lowest=below["share"].iloc[0])  # fmt: skip
    else:
        yield fact("review.process.reps_alike", reps=len(made.reps))


def _decisions(made: Process, now: pd.DataFrame) -> Iterator[Finding]:
    """A stage that deals do better to go through, and that many of the period's went around."""
    told = made.stages[(made.stages["p"] < UNLIKELY) & (made.stages["won_with"] > made.stages["won_without"])]
    for stage, row in told.iterrows():
        inside = pd.Series([stage in skipped for skipped in now["skipped"]], now.index)
        money = float(now.loc[inside, "amount"].sum()) if "amount" in now else 0.0
        if row["skipped"]:
            yield fact("review.process.keep", weight=money, about=stage, stage=str(stage), skipped=row["skipped"],
                       share=row["share"], with_it=row["won_with"], without=row["won_without"],
                       money=money)  # fmt: skip
