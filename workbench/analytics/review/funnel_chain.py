"""Won money of the period by the funnel: leads × opportunities each × decisions each × win rate × size of a deal."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from workbench.analytics.factors import log_mean
from workbench.analytics.funnel.deals import FEWEST, judged
from workbench.analytics.keys import fact
from workbench.analytics.plan.period import PlanPeriod
from workbench.analytics.plan.work.rates import Records
from workbench.analytics.results import Unknown
from workbench.analytics.review.bridge import Bridge
from workbench.analytics.review.chain import Chain, closed, factors_of, findings, noise_of, split
from workbench.analytics.tracking.truth_tables import quadrant
from workbench.findings import Finding
from workbench.periods import PER_YEAR, Calendar

COUNTS = ("leads", "created", "decided", "won", "valued")
FACTORS = ("leads", "per_lead", "decisions", "win_rate", "valued", "size")
_Z = 1.96  # 95 %


@dataclass(frozen=True)
class _Counts:
    """`whole`: index period; columns leads (NaN unknown), created, decided, won, valued, money, square (of the sizes).
    `nodes`: the same by (period, node), without leads."""

    whole: pd.DataFrame
    nodes: pd.DataFrame


def funnel_chain(
    records: Records, period: PlanPeriod, *, level: str = "", gap: Bridge | Unknown | None = None,
    planned_leads: float | None = None,
) -> Chain | Unknown:  # fmt: skip
    """What changed the won money against the same period a year before (else the period before it), factor by factor.

    Of flows of the period: leads; opportunities created for each lead; deals decided (won or lost) for each one
    created, which is more than 1 where old ones come due and less where the cycle grows longer; won of decided; with an
    amount of won, where some have none (an unknown amount is not one of 0); mean size. Without leads the chain begins
    at opportunities. `gap` (the bridge of the period) and `planned_leads` place sales and leads against the plan (F2):
    without planned leads the year before's are raised as much as the target asks of sales.
    """
    known = judged("funnel_chain", records.deals, records.stages, ("created", "closed", "amount"))
    if isinstance(known, Unknown):
        return known
    counts = _counted(known, records, period, level)
    sides = _sides(known, counts, period, records.calendar)
    if sides is None:
        have = int(counts.whole["decided"].get(period.first, 0))
        return Unknown(section="funnel_chain", findings=(fact("review.bridge.unknown_deals", have=have, need=FEWEST),))
    made = _chain(counts, sides, _first(known, period, records.calendar), period, level)
    told = (
        *findings(made),
        *_unvalued(counts.whole, period),
        *_quadrant(counts.whole, made, sides[0], gap, planned_leads),
    )
    return Chain(**{**vars(made), "findings": told})


def _chain(
    counts: _Counts, sides: tuple[pd.Timestamp, str], first: pd.Timestamp, period: PlanPeriod, level: str
) -> Chain:
    before, against = sides
    whole: Any = counts.whole
    with_leads = bool(whole.loc[[before, period.first], "leads"].gt(0).all())
    values = _factors(whole, with_leads)
    was, now = values.loc[[before]], values.loc[[period.first]]
    begin, end = (float(whole.at[p, "money"]) for p in (before, period.first))
    lag = PER_YEAR[period.name] if against == "year" else 1
    past = values[(values.index < period.first) & (values.index >= first)]
    noise = noise_of(past, lag, begin, end).fillna(_sampling(whole, before, period.first, with_leads))
    table = factors_of(was.reset_index(drop=True), now.reset_index(drop=True), (was.iloc[0], now.iloc[0]), noise)
    table, other = closed(table, begin, end)
    return Chain(kind="funnel", period=period, against=against, begin=round(begin, 2), end=round(end, 2),
                 factors=table, other=other, level=level, nodes=_nodes(counts.nodes, before, period.first))  # fmt: skip


def _counted(deals: pd.DataFrame, records: Records, period: PlanPeriod, level: str) -> _Counts:
    calendar = records.calendar
    deals = deals[deals["created"].le(records.as_of) | deals["created"].isna()]
    node = deals[level] if level and level in deals else pd.Series("", deals.index)
    ended = deals[~deals["open"] & deals["closed"].notna() & deals["closed"].le(records.as_of)]
    known = ended["won"] & ended["amount"].gt(0)
    amount = ended["amount"].where(known, 0.0)
    done = pd.DataFrame({
        "period": calendar.start(ended["closed"], period.name), "node": node[ended.index], "decided": 1.0,
        "won": ended["won"].astype(float), "valued": known.astype(float), "money": amount, "square": amount**2,
    })  # fmt: skip
    new = deals[deals["created"].notna()]
    came = pd.DataFrame(
        {"period": calendar.start(new["created"], period.name), "node": node[new.index], "created": 1.0}
    )
    both = pd.concat([done, came]).fillna(dict.fromkeys((*COUNTS[1:], "money", "square"), 0.0))
    whole = both.drop(columns="node").groupby("period").sum().assign(leads=np.nan)
    if (leads := _leads(records, period)) is not None:
        whole["leads"] = leads.reindex(whole.index)
    return _Counts(whole, both.groupby(["period", "node"], dropna=False).sum().assign(leads=np.nan))


def _leads(records: Records, period: PlanPeriod) -> pd.Series | None:
    spend = records.spend
    if spend is None or "leads" not in spend or not spend["leads"].notna().any():
        return None
    rows = spend[spend["date"].le(records.as_of) & spend["leads"].notna()]
    return rows.groupby(records.calendar.start(rows["date"], period.name))["leads"].sum()


def _first(deals: pd.DataFrame, period: PlanPeriod, calendar: Calendar) -> pd.Timestamp:
    """The first period that the data hold whole: from the first day on which deals were created, and others closed."""
    day = pd.Series([deals["created"].min(), deals.loc[~deals["open"], "closed"].min()]).max()
    start = calendar.start_of(day, period.name)
    return start if (day - start).days <= 3 else calendar.next(start, period.name)


def _sides(
    deals: pd.DataFrame, counts: _Counts, period: PlanPeriod, calendar: Calendar
) -> tuple[pd.Timestamp, str] | None:
    decided = counts.whole["decided"]
    if decided.get(period.first, 0) < FEWEST:
        return None
    first = _first(deals, period, calendar)
    earlier = decided[(decided.index < period.first) & (decided.index >= first) & (decided >= FEWEST)].index
    if not len(earlier):
        return None
    return (period.before[0], "year") if period.before[0] in earlier else (earlier.max(), "previous")


def _factors(counts: pd.DataFrame, with_leads: bool) -> pd.DataFrame:
    """The chain of each row; NaN where a step is not known. A constant share of valued deals is left out."""
    of = {c: counts[c].astype(float) for c in (*COUNTS, "money")}
    start = (
        {"leads": of["leads"], "per_lead": of["created"] / of["leads"]} if with_leads else {"created": of["created"]}
    )
    made = pd.DataFrame(start | {
        "decisions": of["decided"] / of["created"],
        "win_rate": of["won"] / of["decided"],
        "valued": of["valued"] / of["won"],
        "size": of["money"] / of["valued"],
    })  # fmt: skip
    made = made.replace([np.inf, -np.inf], np.nan)
    return made.drop(columns="valued") if (of["valued"] == of["won"]).all() else made


def _sampling(counts: Any, before: pd.Timestamp, now: pd.Timestamp, with_leads: bool) -> pd.Series:
    """Money that counts of this size move by chance alone: variances of the logarithms by the delta method."""
    either = [_variances(counts.loc[p], with_leads) for p in (before, now)]
    size = float(log_mean(np.array(counts.at[now, "money"]), np.array(counts.at[before, "money"])))
    return pd.Series(_Z * size * np.sqrt(either[0] + either[1]))


def _variances(row: pd.Series, with_leads: bool) -> pd.Series:
    mean = row["money"] / row["valued"] if row["valued"] else np.nan
    spread = row["square"] / row["valued"] / mean**2 - 1 if row["valued"] else np.nan
    return pd.Series({
        ("leads" if with_leads else "created"): 1 / row["leads" if with_leads else "created"],
        "per_lead": 1 / row["created"] if row["created"] else np.nan,
        "decisions": 1 / row["decided"] if row["decided"] else np.nan,
        "win_rate": (1 - row["won"] / row["decided"]) / row["won"] if row["won"] else np.nan,
        "valued": (1 - row["valued"] / row["won"]) / row["valued"] if row["valued"] else np.nan,
        "size": max(float(spread), 0.0) / row["valued"] if row["valued"] else np.nan,
    })  # fmt: skip


def _nodes(counts: Any, before: pd.Timestamp, now: pd.Timestamp) -> pd.DataFrame:
    """Each node's change by its own factors; a node that no chain can be made of has it in `other`."""
    there = counts.index.get_level_values("period")
    if before not in there or now not in there or len(counts.xs(now, level="period")) < 2:
        return pd.DataFrame()
    sides = [counts.xs(p, level="period") for p in (before, now)]
    names = sides[1].index.union(sides[0].index, sort=False)
    was, then = (s.reindex(names).fillna(dict.fromkeys((*COUNTS[1:], "money"), 0.0)) for s in sides)
    one, other = (_factors(s, with_leads=False) for s in (was, then))
    shared = [c for c in ("created", "decisions", "win_rate", "valued", "size") if c in one or c in other]
    one, other = (f.reindex(columns=shared, fill_value=1.0) for f in (one, other))
    effects, known = split(one, other)
    change = then["money"] - was["money"]
    made = pd.DataFrame({"before": was["money"], "now": then["money"], "change": change}).join(effects.where(known))
    made["other"] = change.where(~known, 0.0)
    return made.sort_values("change", key=lambda c: -c.abs(), kind="stable")


def _unvalued(whole: Any, period: PlanPeriod) -> Iterator[Finding]:
    row = whole.loc[period.first]
    if row["won"] > row["valued"]:
        yield fact("review.bridge.unvalued", count=int(row["won"] - row["valued"]), won=int(row["won"]))


def _quadrant(
    whole: Any, made: Chain, before: pd.Timestamp, gap: Bridge | Unknown | None, planned: float | None
) -> Iterator[Finding]:
    """F2: sales against what was wanted, beside leads (opportunities where leads are not known) against theirs."""
    if gap is None or isinstance(gap, Unknown) or gap.begin <= 0:
        return
    first = str(made.factors.index[0])
    flow, flow_before = (float(whole.at[p, first]) for p in (made.period.first, before))
    was = float(gap.table["before"].sum())
    raised = gap.begin / was if gap.kind == "target" and made.against == "year" and was > 0 else 1.0
    wanted = planned if planned else flow_before * raised
    if wanted > 0:
        sales, leads = gap.amount / gap.begin, flow / wanted
        yield fact("review.bridge.quadrant", weight=gap.gap, verdict=quadrant(sales >= 1, leads >= 1), sales=sales,
                   leads=leads, flow=first, against=gap.kind if not planned else "planned")  # fmt: skip
