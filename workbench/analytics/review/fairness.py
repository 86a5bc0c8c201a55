"""Is the evaluation fair? Each attainment beside what its owner could be expected to sell, and what luck made of it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from workbench.analytics.keys import fact
from workbench.analytics.plan.period import PlanPeriod
from workbench.analytics.plan.staff.people import SURE, Z80, Sellers
from workbench.analytics.results import Result, Unknown
from workbench.analytics.review.verdict import judge
from workbench.findings import Finding
from workbench.periods import Calendar

FEWEST = 4  # people, and periods, from which differences are taken apart
CRITERIA = ("ramp", "record", "common", "noise")


@dataclass(frozen=True, kw_only=True, repr=False)
class Evaluation(Result):
    """Attainment by rep, with what is and is not the rep's own doing.

    `table`: index rep of the reviewed period, lowest place first; columns
        [team, tenure_class]         where the people are known
        quota, actual, attainment    actual ÷ quota
        expected, lo_80, hi_80       by own record with chance taken off, time and ramp in the period, times `common`
        load                         quota ÷ expected before the period: above 1 asks for more than the record shows
        chance                       of reaching the quota as it stood before the period
        place                        share of what was to be expected that lies below what came
        verdict                      as in review.verdict: "target" (the quota), "work", "both", "chance", "met",
                                     "beaten", "easy"; NA without an expectation
        luck                         the quota lies within what chance makes of the rep's own level, and so does the
                                     result: whether it was reached says nothing of the rep
    `quarters`: index (rep, period): quota, actual, attainment of every whole period that has both
    `mean`, `reached`: mean attainment over these, and share of them at or above 1
    `chance_part`: share of the differences in attainment within a period that does not stay with the person; NaN: few
    `repeats`: rank correlation of a person's attainment in one period with the next; NaN: too few
    `common`: sales of all ÷ expected of all: what moved everybody, which no one is judged by
    """

    period: PlanPeriod
    table: pd.DataFrame
    quarters: pd.DataFrame
    mean: float
    reached: float
    chance_part: float
    repeats: float
    common: float


def attained(sold: pd.DataFrame, quotas: pd.DataFrame, period: PlanPeriod, calendar: Calendar) -> pd.DataFrame:
    """Index (rep, period): quota, actual, attainment; only whole periods with sales of anybody, and quotas above 0.

    `sold`: data.sales(period.name, by="rep"). `quotas`: data.targets(); rows that others add up to are left out. A rep
    with a quota who sold nothing has sold 0.
    """
    own = quotas[~quotas["rolls_up"].astype(bool)] if "rolls_up" in quotas else quotas
    own = own.dropna(subset=["rep", "period", "amount"])
    starts = calendar.start(own["period"], period.name)
    quota = own["amount"].groupby([own["rep"].astype(str), starts.rename("period")]).sum()
    whole = sold[sold["whole"].astype(bool) & sold["rep"].notna()]
    actual = whole.groupby([whole["rep"].astype(str), "period"])["amount"].sum()
    made = pd.DataFrame({"quota": quota[quota > 0]})
    made = made[made.index.get_level_values("period").isin(set(whole["period"]))]
    made["actual"] = actual.reindex(made.index).fillna(0.0)
    return made.assign(attainment=made["actual"] / made["quota"]).rename_axis(["rep", "period"])


def evaluation(
    sold: pd.DataFrame,
    quotas: pd.DataFrame | None,
    period: PlanPeriod,
    calendar: Calendar,
    *,
    sellers: Sellers | Unknown | None = None,
) -> Evaluation | Unknown:
    """Attainments of the period and of all before it, and how much of them is the quota's or chance's doing.

    `sellers`: plan.people for this period from sales before it; without them only the attainments are told. Criteria,
    the same for everybody and told on the page: time and ramp in the period, the own record with chance taken off, what
    moved everybody alike (`common`), and the noise of one person's sales. One-way random effects (Searle, Casella &
    McCulloch 1992) of attainment, less each period's mean, tell what stays with a person.
    """
    if quotas is None or "rep" not in quotas or not quotas["rep"].notna().any() or "rep" not in sold:
        return Unknown(section="review_fairness", findings=(fact("review.process.unknown_quotas"),))
    quarters = attained(sold, quotas, period, calendar)
    quarters = quarters[quarters.index.get_level_values("period") <= period.first]
    now = quarters[quarters.index.get_level_values("period") == period.first].droplevel("period")
    if now.empty:
        none = fact("review.process.no_quotas", span=period.span)
        return Unknown(section="review_fairness", findings=(none,))
    known = sellers if isinstance(sellers, Sellers) else None
    table, common = _table(now, known)
    made = Evaluation(
        period=period,
        table=table,
        quarters=quarters,
        mean=float(quarters["attainment"].mean()),
        reached=float((quarters["attainment"] >= 1).mean()),
        chance_part=_chance_part(quarters["attainment"]),
        repeats=_repeats(quarters["attainment"]),
        common=common,
    )
    return replace(made, findings=tuple(_findings(made)), decisions=tuple(_decisions(made)))


def _table(now: pd.DataFrame, sellers: Sellers | None) -> tuple[pd.DataFrame, float]:
    if sellers is None:
        return now.sort_values("attainment", kind="stable"), float("nan")
    from scipy.special import ndtr

    about = sellers.table[["team", "tenure_class", "expected", "sd"]]
    made = now.join(about, how="left")
    sd = made.pop("sd").where(lambda s: s > 0)
    both = made["expected"].notna()
    total = float(made.loc[both, "expected"].sum())
    common = float(made.loc[both, "actual"].sum()) / total if total > 0 else float("nan")
    before = made["expected"].where(made["expected"] > 0)
    chance = pd.Series(ndtr((before - made["quota"]) / sd), made.index).clip(*SURE)
    level, spread = before * common, sd * common
    place = pd.Series(ndtr((made["actual"] - level) / spread), made.index).clip(*SURE)
    made = made.assign(expected=level, lo_80=(level - Z80 * spread).clip(lower=0), hi_80=level + Z80 * spread,
                       load=made["quota"] / before, chance=chance, place=place)  # fmt: skip
    rows = made[["attainment", "chance", "place"]].to_numpy(float)
    made["verdict"] = pd.Series([judge(*row) for row in rows], made.index, dtype=object).where(place.notna(), None)
    inside = made["quota"].between(made["lo_80"], made["hi_80"])
    made["luck"] = inside & made["actual"].between(made["lo_80"], made["hi_80"])
    columns = ["team", "tenure_class", "quota", "actual", "attainment", "expected", "lo_80", "hi_80", "load", "chance",
               "place", "verdict", "luck"]  # fmt: skip
    return made[columns].sort_values("place", kind="stable"), common


def _chance_part(attainment: pd.Series) -> float:
    """1 - (variance between people ÷ all variance) after each period's mean is taken off."""
    counts = attainment.groupby(level="rep").transform("size")
    kept = attainment[counts >= 2]
    people = kept.index.get_level_values("rep").nunique()
    if people < FEWEST or len(kept) < 2 * FEWEST:
        return float("nan")
    off = kept - kept.groupby(level="period").transform("mean")
    groups = off.groupby(level="rep")
    size, mean = groups.size(), groups.mean()
    free = len(off) - people
    within = float(((off - groups.transform("mean")) ** 2).sum() / free)
    among = float((size * (mean - off.mean()) ** 2).sum() / (people - 1))
    n0 = (len(off) - float((size**2).sum()) / len(off)) / (people - 1)
    between = max(0.0, (among - within) / n0)
    return within / (within + between) if within + between > 0 else float("nan")


def _repeats(attainment: pd.Series) -> float:
    """Spearman's rank correlation of neighbouring periods, the mean over all neighbours with enough people."""
    wide = attainment.unstack("period").sort_index(axis=1)
    found = []
    for one, other in zip(wide.columns, wide.columns[1:], strict=False):
        both = wide[[one, other]].dropna()
        if len(both) >= FEWEST and both.nunique().min() > 1:
            found.append(float(both[one].rank().corr(both[other].rank())))
    return float(np.mean(found)) if found else float("nan")


def _findings(made: Evaluation) -> Iterator[Finding]:
    table = made.table
    yield fact("review.process.attained", people=len(table), mean=table["attainment"].mean(),
               together=table["actual"].sum() / table["quota"].sum(),
               reached=int((table["attainment"] >= 1).sum()), all=len(made.quarters), all_mean=made.mean,
               all_reached=made.reached, span=made.period.span, every=made.period.name)  # fmt: skip
    if "verdict" not in table or not table["verdict"].notna().any():
        yield fact("review.process.no_record")
    else:
        missed = table[table["attainment"] < 1]
        kinds = missed["verdict"].value_counts()
        yield fact("review.process.missed", missed=len(missed), by_quota=int(kinds.get("target", 0)),
                   by_both=int(kinds.get("both", 0)), by_work=int(kinds.get("work", 0)),
                   by_chance=int(kinds.get("chance", 0)), luck=int(table["luck"].sum()), people=len(table))  # fmt: skip
        for word in ("work", "beaten"):
            rows = table[table["verdict"] == word]
            if len(rows):
                yield fact("review.process.own_doing", verdict=word, count=len(rows), names=tuple(map(str, rows.index)))
    if not np.isnan(made.chance_part):
        yield fact("review.process.luck", part=made.chance_part, repeats=made.repeats,
                   people=made.quarters.index.get_level_values("rep").nunique(), every=made.period.name)  # fmt: skip


def _decisions(made: Evaluation) -> Iterator[Finding]:
    """Quotas that were out of reach from the start: not a ground for judging the person."""
    if "verdict" not in made.table:
        return
    hard = made.table[made.table["verdict"] == "target"]
    if len(hard):
        money = float((hard["quota"] - hard["expected"]).sum())
        yield fact("review.process.not_judged", weight=money, count=len(hard), names=tuple(map(str, hard.index)),
                   money=money, chance=hard["chance"].max())  # fmt: skip
