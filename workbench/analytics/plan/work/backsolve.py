"""From money back to deals, opportunities and leads: as ratio, for a chance, and in which month they are needed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from workbench.analytics.keys import fact
from workbench.analytics.kpis import wilson
from workbench.analytics.plan.work.lags import Span, arriving
from workbench.analytics.plan.work.rates import LEADS, OPPORTUNITIES, WON, Rates, Records
from workbench.analytics.plan.work.shrinking import shrunk_leanings
from workbench.analytics.plan.work.solving import Solved, solve
from workbench.analytics.plan.work.timeline import Ahead, by_month, inflow_of, months_left, window
from workbench.analytics.results import Result, Unknown
from workbench.findings import Finding
from workbench.settings.plan import Funnel

TOO_LATE = 0.1  # share of new deals' wins below which more of them cannot help the period


@dataclass(frozen=True, kw_only=True, repr=False)
class BackSolve(Result):
    """What a period's money needs.

    `chain`: index step, from WON over the stages back to opportunities and leads; columns
        rate      of this step's cases, those that reach the step above (NaN for won); lo, hi: 95 %; cases behind it
        ratio     how many the expected rates ask for; chance: for the chance `sure`
        today     how many today's inflow brings that can close in time
    `months`: index month, from the one after as_of on; columns
        target, need (money that deals must bring), credit (expected of today's open deals), wins (still to win),
        opportunities, leads (to be created in the month, for the period's money), and after: opportunities for the
        money of the months after the period, at its pace
    `pace`: index opportunities, leads; columns a month: today, ratio, chance, from the day after as_of to the end
    `parts`: by level a frame, index node; columns target, need, credit, deals, opportunities, chance, leads, today
        (opportunities a month), pace (a month, ratio), rate (shrunk), lo, hi, source, size
    `target` is what is left of it, without what is `sold` already; `need` the part that deals must bring; `credit`
    what today's open deals should bring of that. `reach`: the chance that deals bring it at today's inflow;
    `expected`: money that they then should bring. `yield_needed`: share of opportunities won that would do instead
    `in_time`: of the deals won of those created evenly from now on, the share won before the period ends
    """

    chain: pd.DataFrame
    months: pd.DataFrame
    pace: pd.DataFrame
    parts: dict[str, pd.DataFrame]
    target: float
    sold: float
    need: float
    credit: float
    expected: float
    reach: float
    yield_needed: float
    in_time: float
    through: float
    sure: float
    rates: Rates
    span: Span


@dataclass(frozen=True, kw_only=True, repr=False)
class Inflow(Result):
    """When the cases of `step` (leads, or opportunities where leads are unknown) must come in.

    `table`: index month; columns needed (by the ratio, for the period's money), sure (for the chance), after (for the
    months after the period), today (a month's inflow now)
    """

    step: str
    table: pd.DataFrame
    today: float
    sure: float
    every: BackSolve


def back_solve(
    target: pd.Series,
    rates: Rates | Unknown,
    records: Records,
    settings: Funnel | None = None,
    *,
    sold: float = 0.0,
    parts: Mapping[str, pd.Series] | None = None,
    before: Mapping[str, pd.Series] | None = None,
) -> BackSolve | Unknown:
    """What `target`, money by month (index: their first days), needs of deals, opportunities and leads.

    `sold` is what the period brought up to as_of; what is left of the target is laid on the months that are left.
    `parts` holds targets by level: a series by node for each; `before` likewise what they sold in a year that is over:
    it tells whose sales come through deals (`shrunk_leanings`); without it all are alike. The rates' and sizes' doubt,
    the luck of each deal and the quarters' swing are simulated: the count for a chance is its quantile over `solve`'s
    draws. A month's wins are traced back by the lags of the history to the months in which their opportunities begin;
    what today's open deals should bring is credited first.
    """
    if isinstance(rates, Unknown):
        return rates
    settings = settings or Funnel()
    plan = months_left(target, sold, rates, records)
    inflow = inflow_of(plan, records)
    days = list(inflow.values())
    reach = arriving(rates.lags, days, plan.days)
    solved = solve(rates, float(plan.need.sum()), window(plan), reach, days, records, settings)
    found = BackSolve(
        chain=_chain(rates, solved),
        months=by_month(plan, rates, inflow, reach, records.calendar),
        pace=_pace(rates, solved),
        parts={
            level: _part(level, s, (before or {}).get(level), rates, solved, plan, settings)
            for level, s in (parts or {}).items()
        },
        target=float(plan.target.sum()),
        need=float(plan.need.sum()),
        credit=float(plan.credit.sum()),
        sold=sold,
        expected=solved.expected,
        reach=solved.reach,
        yield_needed=rates.yields * solved.pace_chance / rates.created if rates.created > 0 else float("nan"),
        in_time=solved.months / len(inflow),
        through=1.0 if rates.through is None else rates.through,
        sure=settings.chance,
        rates=rates,
        span=window(plan),
    )
    told = {"findings": tuple(_findings(found)), "decisions": tuple(_decisions(found))}
    return BackSolve(**{**vars(found), **told})


def inflow(found: BackSolve | Unknown | None) -> Inflow | None:
    """The months in which leads or opportunities must come in, beside today's inflow; None where none can be told."""
    if not isinstance(found, BackSolve):
        return None
    step = LEADS if LEADS in found.pace.index else OPPORTUNITIES
    pace: Any = found.pace.loc[step]
    chain: Any = found.chain.loc[step]
    whole: Any = found.pace.loc[OPPORTUNITIES]
    each = pace["today"] / whole["today"]
    needed = found.months["opportunities"] * each
    more = chain["chance"] / chain["ratio"] if chain["ratio"] > 0 else 1.0
    table = pd.DataFrame({"needed": needed, "sure": needed * more, "after": found.months["after"] * each})
    table["today"] = pace["today"]
    findings = tuple(_lagging(found))
    return Inflow(step=step, table=table, today=float(pace["today"]), sure=found.sure, every=found, findings=findings)


def _chain(rates: Rates, solved: Solved) -> pd.DataFrame:
    """From the deals back to the leads; today: what today's inflow brings of those that close in time."""
    steps = rates.steps.iloc[::-1]
    table = pd.DataFrame({WON: {"rate": np.nan, "lo": np.nan, "hi": np.nan, "cases": np.nan}}).T
    table = pd.concat([table, steps[["rate", "lo", "hi", "cases"]]])
    wins = rates.created * solved.months * rates.yields
    table["today"] = pd.concat([pd.Series({WON: wins}), wins / steps["won"]])
    if rates.lead_rate is not None and rates.lead_inflow is not None:
        n = pd.Series([float(rates.lead_cases)])
        lo, hi = wilson(n * rates.lead_rate, n)
        row = [
            rates.lead_rate,
            float(lo.iloc[0]),
            float(hi.iloc[0]),
            rates.lead_cases,
            rates.lead_inflow * solved.months,
        ]
        table.loc[LEADS] = dict(zip(["rate", "lo", "hi", "cases", "today"], row, strict=True))
    table["ratio"], table["chance"] = pd.Series(solved.ratio), pd.Series(solved.chance)
    return table.rename_axis("step")[["rate", "lo", "hi", "cases", "ratio", "chance", "today"]]


def _pace(rates: Rates, solved: Solved) -> pd.DataFrame:
    """Opportunities and leads a month, from now to the end of the period."""
    rows = {OPPORTUNITIES: (rates.created, solved.pace, solved.pace_chance)}
    if rates.lead_inflow is not None:
        each = rates.lead_inflow / rates.created
        rows[LEADS] = (rates.lead_inflow, each * solved.pace, each * solved.pace_chance)
    return pd.DataFrame(rows, index=["today", "ratio", "chance"]).T


def _part(
    level: str,
    target: pd.Series,
    before: pd.Series | None,
    rates: Rates,
    solved: Solved,
    plan: Ahead,
    settings: Funnel,
) -> pd.DataFrame:
    """Each node's own need by its own rate and size; where its history has no deals, by its parent's."""
    table = _known(rates.segments.get(level, pd.DataFrame()).reindex(target.index), rates)
    table = table.assign(target=target.astype(float), need=_needs_of(target, before, table, plan))
    open_ = rates.open.groupby(level)["amount"].sum() if level in rates.open else pd.Series(dtype=float)
    worth = plan.credit.sum() / max(float(rates.open["amount"].sum()), 1e-9) if len(rates.open) else 0.0
    table["credit"] = (open_ * worth).reindex(table.index).fillna(0.0)
    table["deals"] = (table["need"] - table["credit"]).clip(lower=0) / table["size"]
    table["opportunities"] = table["deals"] / table["rate"]
    table["chance"] = [solved.count(d, r, settings.chance) for d, r in zip(table["deals"], table["rate"], strict=True)]
    if rates.lead_rate is not None:
        table["leads"] = table["opportunities"] * rates.lead_share / rates.lead_rate
    table["pace"] = table["opportunities"] / max(solved.months, 1e-9)
    return table.sort_values("need", ascending=False, kind="stable")


def _known(segment: pd.DataFrame, rates: Rates) -> pd.DataFrame:
    """Index node: rate, lo, hi, size, today (opportunities a month) and source; the whole's where there is none."""
    others: dict[str, Any] = {"shrunk": rates.win_rate, "lo": np.nan, "hi": np.nan, "size": rates.size}
    others |= {"created": 0.0, "source": "parent"}
    table = segment.reindex(columns=list(others)).fillna(others)
    table[["shrunk", "lo", "hi"]] *= rates.yields / rates.win_rate  # of each node's deals as many never end as of all
    return table.rename(columns={"shrunk": "rate", "created": "today"})


def _needs_of(target: pd.Series, before: pd.Series | None, known: pd.DataFrame, plan: Ahead) -> pd.Series:
    """Money that each node's deals must bring, summing to the whole's; of no node's target more than all."""
    brings = known["today"] * known["rate"] * known["size"]
    sold = pd.Series(np.nan, target.index) if before is None else before.reindex(target.index)
    need, whole = target * shrunk_leanings(brings, sold, 12 * known["today"].sum()), float(plan.need.sum())
    need *= whole / need.sum()
    most = target * max(1.0, whole / float(target.sum()))
    while (need > most * (1 + 1e-9)).any():
        need = need.clip(upper=most)
        rest = need[need < most]
        need[rest.index] = rest * (1 + (whole - need.sum()) / rest.sum())
    return need


def _findings(found: BackSolve) -> list[Finding]:
    told = [_needs(found), _reaches(found), *_from_leads(found)]
    if found.rates.through is not None and found.rates.through < 1:
        told.append(_only(found))
    return [*told, *_no_leads(found)]


def _needs(found: BackSolve) -> Finding:
    chain: Any = found.chain
    last = chain.index[-1]
    return fact(
        "plan.funnel.need",
        weight=found.need,
        target=found.target,
        need=found.need,
        through=found.through if found.through < 1 else None,
        credit=found.credit,
        deals=chain.at[WON, "ratio"],
        step=str(last),
        ratio=chain.at[last, "ratio"],
        chance=chain.at[last, "chance"],
        sure=found.sure,
        first=found.span[0],
        last=found.span[1],
    )


def _reaches(found: BackSolve) -> Finding:
    return fact(
        "plan.funnel.reach",
        weight=found.need,
        today=found.rates.created,
        expected=found.expected,
        need=found.need,
        gap=found.need - found.expected,
        short=bool(found.expected < found.need),
        reach=found.reach,
        odds=odds(found.reach),
    )


def _from_leads(found: BackSolve) -> list[Finding]:
    """What the count of leads is made of, where not all opportunities come from leads or name their source."""
    rates: Any = found.rates
    if LEADS not in found.chain.index or (rates.lead_share >= 1 and not rates.lead_unsourced):
        return []
    ratio: Any = found.chain["ratio"]
    return [
        fact("plan.funnel.from_leads", opportunities=ratio[OPPORTUNITIES], leads=ratio[LEADS], share=rates.lead_share,
             rate=rates.lead_rate, unsourced=rates.lead_unsourced if rates.lead_unsourced >= 0.005 else None)
    ]  # fmt: skip


def odds(chance: float) -> str:
    """Draws can tell no chance below one in a hundred from none."""
    return "none" if chance < 0.01 else "all" if chance > 0.99 else "some"


def _only(found: BackSolve) -> Finding:
    """What is not taken to come through deals, and what it costs in opportunities where it falls short by 1 %."""
    rest = found.target - found.need
    more = 0.01 * rest / found.rates.size / found.rates.yields
    return fact("plan.funnel.through", share=found.through, rest=rest, opportunities=more)


def _lagging(found: BackSolve) -> list[Finding]:
    months: Any = found.months["opportunities"]
    if found.in_time < TOO_LATE:
        return [fact("plan.funnel.too_late", share=found.in_time, days=found.rates.lags.days(0.5), last=found.span[1])]
    if months.sum() <= 0:
        return []
    before = float(months[months.index < found.span[0]].sum())
    half = months.index[int(np.searchsorted(months.cumsum().to_numpy(), months.sum() / 2))]
    days = found.rates.lags.days(0.5)
    return [fact("plan.funnel.lag", days=days, early=before / months.sum(), half=half, first=found.span[0])]


def _no_leads(found: BackSolve) -> list[Finding]:
    return [fact("plan.funnel.unknown_leads")] if LEADS not in found.chain.index else []


def _decisions(found: BackSolve) -> list[Finding]:
    """More leads, or more of them won: by how much, a month, from now on."""
    step = LEADS if LEADS in found.pace.index else OPPORTUNITIES
    pace: Any = found.pace.loc[step]
    today, wanted = pace["today"], pace["chance"]
    if not wanted > today * 1.02 or found.in_time < TOO_LATE:
        return []
    return [
        fact(
            "plan.funnel.inflow",
            weight=max(found.need - found.expected, 0.0) or found.need * (found.sure - found.reach),
            step=step,
            today=today,
            wanted=wanted,
            ratio=pace["ratio"],
            since=found.months.index[0],
            yields=found.rates.yields,
            yield_needed=found.yield_needed if found.yield_needed < 1 else None,
            sure=found.sure,
            reach=found.reach,
            odds=odds(found.reach),
        )
    ]
