"""Who needs which training: where a person's share of deals that go on is below the others', beyond chance."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from workbench.analytics.funnel.people import FEWEST_REPS, beta_binomial
from workbench.analytics.funnel.steps import by_node, followed, stepped
from workbench.analytics.keys import fact
from workbench.analytics.results import Result, Unknown
from workbench.findings import Finding
from workbench.settings import Stages

SURE = 0.9  # probability of being below the others from which training is named
TOPICS = ("qualifying", "needs", "proposal", "negotiation")


@dataclass(frozen=True, kw_only=True, repr=False)
class Training(Result):
    """`table`: index (rep, stage); columns
    next, settled       the stage they should go on to; deals that did or were lost there
    rate                as counted. shrunk, lo, hi: chance taken off, 95 %
    others              mean of all people's own rates at this stage
    below               probability that the person's own rate is below that mean
    need                True from 90 % on, and 2 points or more below
    topic               "qualifying", "needs", "proposal" or "negotiation", by the stage's place
    wins                deals a year that would be won at the others' rate
    amount              the same in money, NaN where deals have no amount
    """

    table: pd.DataFrame


def training(
    opportunities: pd.DataFrame | None,
    stage_history: pd.DataFrame | None,
    stages: Stages,
    present: pd.Index | None = None,
) -> Training | Unknown:
    """Each person's conversion at each stage against all others', by a beta-binomial fit at each stage.

    `present`: who sells in the period; others are in the comparison but not in the result.
    """
    if opportunities is None or "rep" not in opportunities:
        return Unknown(section="training", findings=(fact("plan.people.unknown_training"),))
    found = followed(opportunities, stage_history, stages)
    if isinstance(found, Unknown):
        return Unknown(section="training", findings=found.findings)
    deals, _ = found
    if deals["rep"].nunique() < FEWEST_REPS:
        return Unknown(section="training", findings=(fact("plan.people.unknown_training"),))
    whole, reps = stepped(deals, stages), by_node(deals, stages, "rep")
    years, size = _years(opportunities), _size(opportunities, stages)
    parts = []
    for place, stage in enumerate(stages.order):
        part = _compared(pd.DataFrame(reps.xs(stage, level=1)))
        after = float(whole["win_rate"].iloc[place + 1]) if place + 1 < len(stages.order) else 1.0
        wins = ((part["others"] - part["shrunk"]) * part["entered"] * after / years).clip(lower=0)
        topic = TOPICS[round(place * (len(TOPICS) - 1) / max(len(stages.order) - 1, 1))]
        parts.append(part.assign(stage=stage, topic=topic, wins=wins, amount=wins * size))
    table = pd.concat(parts).rename_axis("rep").set_index("stage", append=True)
    if present is not None:
        table = table[table.index.get_level_values("rep").isin(present)]
    result = Training(table=table.drop(columns="entered"))
    return replace(result, findings=tuple(_findings(table)), decisions=tuple(_decisions(table)))


def _compared(part: pd.DataFrame) -> pd.DataFrame:
    from scipy.special import betainc, betaincinv

    passed, settled = part["passed"].to_numpy(dtype=float), (part["passed"] + part["lost"]).to_numpy(dtype=float)
    a, b = beta_binomial(passed, settled) if settled.sum() else (1.0, 1.0)
    a_own, b_own, others = a + passed, b + settled - passed, a / (a + b)
    table = pd.DataFrame({"next": part["next"], "entered": part["entered"], "settled": settled}, index=part.index)
    rate, shrunk = passed / np.where(settled > 0, settled, np.nan), a_own / (a_own + b_own)
    table = table.assign(rate=rate, shrunk=shrunk, others=others)
    lo, hi = (betaincinv(a_own, b_own, p) for p in (0.025, 0.975))
    table = table.assign(lo=lo, hi=hi, below=betainc(a_own, b_own, others))
    return table.assign(need=(table["below"] >= SURE) & (table["shrunk"] <= others - 0.02))


def _years(deals: pd.DataFrame) -> float:
    days = deals["created"].dropna() if "created" in deals else deals["closed"].dropna()
    return max((days.max() - days.min()).days / 365.25, 0.25)


def _size(deals: pd.DataFrame, stages: Stages) -> float:
    if "amount" not in deals:
        return float("nan")
    return float(deals.loc[deals["stage"].isin(stages.won), "amount"].mean())


def _findings(table: pd.DataFrame) -> Iterator[Finding]:
    need = table[table["need"]]
    yield fact(
        "plan.people.training",
        weight=need["amount"].sum(),
        people=need.index.get_level_values("rep").nunique(),
        all=table.index.get_level_values("rep").nunique(),
        wins=need["wins"].sum() if len(need) else None,
        amount=need["amount"].sum() if need["amount"].notna().any() else None,
    )


def _decisions(table: pd.DataFrame) -> Iterator[Finding]:
    need = table[table["need"]].sort_values(["amount", "wins"], ascending=False)
    for _, row in need.head(3).reset_index().iterrows():
        rep, stage = row["rep"], row["stage"]
        yield fact(
            "plan.people.train",
            weight=row["amount"],
            about=rep,
            level="rep",
            node=rep,
            stage=stage,
            topic=row["topic"],
            shrunk=row["shrunk"],
            lo=row["lo"],
            hi=row["hi"],
            others=row["others"],
            settled=row["settled"],
            wins=row["wins"],
        )
