"""Who needs help with what: too few opportunities, or too few of them won, told apart from chance."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from workbench.analytics.funnel.deals import judged
from workbench.analytics.funnel.people import FEWEST_REPS, beta_binomial
from workbench.analytics.keys import fact
from workbench.analytics.kpis import wilson
from workbench.analytics.plan.staff.training import Training, training
from workbench.analytics.results import Result, Unknown
from workbench.analytics.tracking.truth_tables import coach
from workbench.findings import Finding
from workbench.settings import Stages

SURE = 0.95  # probability of being below the others from which a person is named
_MONTHS = 12
_TAIL = 0.025  # of Wilson's 95 % interval on one side: so many of those judged lie beyond by chance
_MOST = 3


@dataclass(frozen=True, kw_only=True, repr=False)
class Coaching(Result):
    """What each rep brought in the last 12 months, beside the others.

    `table`: index rep; columns opportunities, expected (what the others create in the months that the rep was there),
        won, decided, rate, lo, hi (Wilson, 95 %), shrunk (chance taken off), below (probability that the rep's own rate
        is below the mean), few (probability of so few opportunities by chance), need ("closing", "prospecting" or ""),
        stage, topic (where deals are lost beyond chance, see plan.training; None unknown), amount (money that the mean
        rate would have brought beyond theirs, or the missing opportunities; NaN unknown)
    `mean`: win rate of all. `since`: first day counted
    """

    table: pd.DataFrame
    mean: float
    since: pd.Timestamp


def coaching(
    opportunities: pd.DataFrame | None,
    stages: Stages,
    as_of: pd.Timestamp,
    *,
    people: pd.DataFrame | None = None,
    stage_history: pd.DataFrame | None = None,
) -> Coaching | Unknown:
    """Rep by rep over the last 12 months: opportunities beside the others', and the win rate with its interval.

    "closing" where opportunities suffice but the win rate lies below the mean beyond chance (TV31: Wilson's upper end),
    and stays so with chance taken off (beta-binomial, see funnel.reps). "prospecting" where opportunities are fewer
    than chance would make them (negative binomial around the others' pace). `people`: rep, name, joined, left; those
    who left are in the mean but not in the table.
    """
    found = judged("coaching", opportunities, stages, ("created", "closed"))
    if isinstance(found, Unknown):
        return found
    if "rep" not in found:
        return _too_few(0)
    since = as_of - pd.DateOffset(months=_MONTHS) + pd.Timedelta(days=1)
    table = _counted(found, since, as_of)
    if (table["decided"] > 0).sum() < FEWEST_REPS:
        return _too_few(int((table["decided"] > 0).sum()))
    mean = float(table["won"].sum() / table["decided"].sum())
    table = _named(_inflow(_rates(table), _months(table.index, people, since, as_of)), mean)
    table = table[~table.index.isin(_gone(people))]
    table = _money(_staged(table, training(opportunities, stage_history, stages)), found, mean)
    result = Coaching(table=table.sort_values("amount", ascending=False), mean=mean, since=since)
    return replace(result, findings=tuple(_findings(result)), decisions=tuple(_decisions(result)))


def _too_few(have: int) -> Unknown:
    few = fact("tracking.diagnosis.unknown_coaching", have=have, need=FEWEST_REPS)
    return Unknown(section="coaching", findings=(few,))


def _counted(deals: pd.DataFrame, since: pd.Timestamp, as_of: pd.Timestamp) -> pd.DataFrame:
    created = deals["created"].between(since, as_of)
    ended = ~deals["open"] & deals["closed"].between(since, as_of)
    counts = pd.DataFrame({"opportunities": created, "decided": ended, "won": ended & deals["won"]})
    return counts.groupby(deals["rep"]).sum().astype(float).rename_axis("rep").query("opportunities + decided > 0")


def _rates(table: pd.DataFrame) -> pd.DataFrame:
    from scipy.stats import beta as beta_distribution

    won, decided = table["won"], table["decided"]
    a, b = beta_binomial(won.to_numpy(), decided.to_numpy())
    own = beta_distribution(a + won, b + decided - won)
    lo, hi = wilson(won, decided)
    rate = won / decided.where(decided > 0)
    return table.assign(rate=rate, lo=lo, hi=hi, shrunk=own.mean(), below=own.cdf(won.sum() / decided.sum()))


def _months(reps: pd.Index, people: pd.DataFrame | None, since: pd.Timestamp, as_of: pd.Timestamp) -> pd.Series:
    """Months of the 12 in which each rep was there; all of them where nothing is known."""
    there = pd.Series(float(_MONTHS), reps)
    if people is None or "joined" not in people:
        return there
    for column in [c for c in ("rep", "name") if c in people]:
        own = people.dropna(subset=[column]).drop_duplicates(column).set_index(column).reindex(reps)
        first = own["joined"].where(own["joined"] > since, since)
        last = own["left"].where(own["left"] < as_of, as_of) if "left" in own else pd.Series(as_of, reps)
        days = (last - first).dt.days + 1
        there = there.where(own["joined"].isna(), (days / 30.4).clip(lower=0.5, upper=_MONTHS))
    return there


def _inflow(table: pd.DataFrame, months: pd.Series) -> pd.DataFrame:
    """What the others create in the same months, and how likely so few are by chance among people who differ."""
    from scipy.stats import nbinom

    count = table["opportunities"]
    pace = (count.sum() - count) / (months.sum() - months).clip(lower=1.0)
    expected = pace * months
    excess = float((((count - expected) ** 2 - expected) / expected**2).median())
    spread = max(excess, 0.05)  # people differ in their territories even where the counts do not show it
    few = nbinom(1 / spread, 1 / (1 + spread * expected)).cdf(count)
    return table.assign(expected=expected, few=few)


def _named(table: pd.DataFrame, mean: float) -> pd.DataFrame:
    short = table["few"] < 1 - SURE
    rows = zip(table["won"], table["decided"], ~short, table["below"], strict=True)
    closing = [bool(coach(int(w), int(n), mean, bool(on))) and below >= SURE for w, n, on, below in rows]
    return table.assign(need=np.select([closing, short], ["closing", "prospecting"], ""))


def _gone(people: pd.DataFrame | None) -> set[Any]:
    if people is None or "left" not in people:
        return set()
    left = people[people["left"].notna()]
    return {*left.get("rep", []), *left.get("name", [])}


def _staged(table: pd.DataFrame, found: Training | Unknown) -> pd.DataFrame:
    """Where each loses deals beyond chance: the stage that costs most."""
    table = table.assign(stage=None, topic=None)
    if isinstance(found, Unknown):
        return table
    need = found.table[found.table["need"]].reset_index().sort_values("wins", ascending=False).drop_duplicates("rep")
    own = need.set_index("rep").reindex(table.index)
    return table.assign(stage=own["stage"].astype(object).where(own["stage"].notna(), None),
                        topic=own["topic"].astype(object).where(own["topic"].notna(), None))  # fmt: skip


def _money(table: pd.DataFrame, deals: pd.DataFrame, mean: float) -> pd.DataFrame:
    size = float(deals.loc[deals["won"], "amount"].mean()) if "amount" in deals else float("nan")
    closing = (mean - table["shrunk"]) * table["decided"] * size
    missing = (table["expected"] - table["opportunities"]) * table["shrunk"] * size
    return table.assign(amount=np.select([table["need"] == "closing", table["need"] == "prospecting"],
                                         [closing, missing], np.nan))  # fmt: skip


def _findings(result: Coaching) -> Iterator[Finding]:
    table = result.table
    closing, few = (int((table["need"] == n).sum()) for n in ("closing", "prospecting"))
    yield fact(
        "tracking.diagnosis.coaches", weight=table["amount"].sum(), reps=len(table), need=closing + few,
        closing=closing, prospecting=few, by_chance=_TAIL * len(table), mean=result.mean,
    )  # fmt: skip
    for rep, row in table[table["need"] != ""].head(_MOST).iterrows():
        yield fact("tracking.diagnosis.coach", weight=row["amount"], about=rep, **_told(rep, row, result.mean))


def _decisions(result: Coaching) -> Iterator[Finding]:
    for rep, row in result.table[result.table["need"] != ""].head(_MOST).iterrows():
        yield fact("tracking.diagnosis.decide_coach", weight=row["amount"], about=rep, **_told(rep, row, result.mean))


def _told(rep: Any, row: pd.Series, mean: float) -> dict[str, Any]:
    named = ("need", "won", "decided", "rate", "lo", "hi", "opportunities", "expected", "stage", "topic", "amount")
    return {"rep": rep, "mean": mean, **{name: row[name] for name in named}}
