"""What the plan pays: each person at commit, target and stretch, and the whole cost as a distribution."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from workbench.analytics.forecast.panel import Array
from workbench.analytics.keys import fact
from workbench.analytics.plan.staff.commission import MILESTONE, commission, curve
from workbench.analytics.plan.staff.people import Sellers
from workbench.analytics.plan.staff.quotas import Quotas
from workbench.analytics.results import Result, Unknown
from workbench.findings import Finding
from workbench.settings.plan import Pay

SEED = 20260930
_DRAWS, _MOST_CELLS = 4000, 2_000_000
_LEVELS = tuple(n / 20 for n in range(41))  # 0 to 200 %


@dataclass(frozen=True, kw_only=True, repr=False)
class PayPlan(Result):
    """`curve`: one person with the middle quota; index attainment 0 to 2; columns sales, commission, rate, marginal
    `table`: index rep; columns
        quota, salary             of the period; salary NaN where none is set
        at_commit, at_target, at_stretch   commission if the company reaches that level, each in step
        expected, lo_80, hi_80    commission over the draws of what each may sell
        nothing                   chance of no commission at all
        capped                    chance of selling beyond the cap; 0 without one
        milestone                 milestones expected, each quarter one chance; NaN where none is set
    `cost`: index "expected", "commit", "target", "stretch", "everyone"; columns commission, milestones, salaries,
        total, rate (commission and milestones ÷ sales). "everyone": each person reaches exactly their own quota
    `draws`: commissions of all in each draw, with the milestones that are expected; lo_80 and hi_80 of them
    `mix`: share of fixed pay in all pay of a person who reaches the target; NaN without a salary
    `rewards`: index number; columns kind, text, attainment, as the settings say
    """

    curve: pd.DataFrame
    table: pd.DataFrame
    cost: pd.DataFrame
    draws: Array
    lo_80: float
    hi_80: float
    mix: float
    rewards: pd.DataFrame


def pay(
    sellers: Sellers, quotas: Quotas | Unknown, settings: Pay, *, levels: Mapping[str, float] | None = None
) -> PayPlan | Unknown:
    """What quotas pay; `levels` are the company's commit, target and stretch as money, to scale attainment by.

    Draws are joint: the company's growth moves all people together, the rest is each person's own. Commission is of a
    person's whole sales of the period, in cents; a milestone is reached where half a quarter's quota is sold in the
    first half of the quarter, taken as spread evenly over it.
    """
    if not settings.tiers and settings.milestone is None:
        return Unknown(section="pay", findings=(fact("plan.pay.unknown_tiers"),))
    if isinstance(quotas, Unknown):
        return Unknown(section="pay", findings=(fact("plan.pay.unknown_quotas"),))
    people = sellers.table.loc[quotas.table.index]
    quota = quotas.table["quota"]
    sold = sales_draws(sellers, people)
    paid = commission(sold, quota.to_numpy(), settings)
    steps = _steps(levels, float(quota.sum()))
    table = _people(sellers, people, quota, settings, sold, paid, steps)
    extra = float(table["milestone"].sum()) * (settings.milestone or 0.0)
    totals = paid.sum(axis=1) + extra
    result = PayPlan(
        curve=curve(settings, float(quota.median()), _LEVELS),
        table=table,
        cost=_cost(table, steps, settings, sold.sum(axis=1).mean(), sellers),
        draws=totals,
        lo_80=float(np.quantile(totals, 0.1)),
        hi_80=float(np.quantile(totals, 0.9)),
        mix=_mix(table),
        rewards=_rewards(settings),
    )
    return replace(result, findings=tuple(_findings(result, settings)))


def _people(
    sellers: Sellers,
    people: pd.DataFrame,
    quota: pd.Series,
    settings: Pay,
    sold: Array,
    paid: Array,
    steps: Mapping[str, float],
) -> pd.DataFrame:
    aim, share = quota.to_numpy(), len(sellers.period.months) / 12 * people["present"]
    levels = {f"at_{name}": commission(aim * step, aim, settings) for name, step in steps.items()}
    return pd.DataFrame({
        "quota": quota,
        "salary": share * (np.nan if settings.salary is None else settings.salary),
        **levels,
        "expected": paid.mean(axis=0),
        "lo_80": np.quantile(paid, 0.1, axis=0),
        "hi_80": np.quantile(paid, 0.9, axis=0),
        "nothing": (paid <= 0).mean(axis=0),
        "capped": (sold > aim * (settings.cap or np.inf)).mean(axis=0),
        "milestone": _milestones(sellers, people, quota, settings),
    })  # fmt: skip


def sales_draws(sellers: Sellers, people: pd.DataFrame, draws: int = _DRAWS) -> Array:
    """(draws, people): what each may sell in the period, with the company's growth in common; never below zero."""
    draws = max(200, min(draws, _MOST_CELLS // max(len(people), 1)))
    rng = np.random.default_rng(SEED)
    rate, doubt = sellers.growth
    common = 1 + doubt / rate * rng.standard_normal((draws, 1)) if rate > 0 else np.ones((draws, 1))
    ahead = (people["expected"] - people["booked"]).to_numpy()
    own = rng.standard_normal((draws, len(people))) * people["own_sd"].to_numpy()
    return np.asarray(np.maximum(people["booked"].to_numpy() + common * ahead + own, 0.0))


def _steps(levels: Mapping[str, float] | None, total: float) -> dict[str, float]:
    """Commit, target and stretch as attainment; without levels a tenth below and above."""
    if not levels or not levels.get("target"):
        return {"commit": 0.9, "target": 1.0, "stretch": 1.1}
    return {name: levels[name] / levels["target"] for name in ("commit", "target", "stretch")}


def _milestones(sellers: Sellers, people: pd.DataFrame, quota: pd.Series, settings: Pay) -> pd.Series:
    """How many milestones each should reach in the period: quarters × P(half of the quota in the first half)."""
    from scipy.special import ndtr

    if settings.milestone is None:
        return pd.Series(np.nan, people.index)
    quarters = len(sellers.period.months) / 3
    each, aim = people["expected"] / quarters / 2, MILESTONE * quota / quarters
    noise = sellers.pace.monthly * people["expected"] / len(sellers.period.months) * np.sqrt(1.5)
    steady = people["sd"] / quarters / 2  # what is unsure of the level
    return quarters * pd.Series(ndtr((each - aim) / np.sqrt(noise**2 + steady**2).replace(0, np.nan)), people.index)


def _cost(
    table: pd.DataFrame, steps: Mapping[str, float], settings: Pay, expected_sales: float, sellers: Sellers
) -> pd.DataFrame:
    quarters = len(sellers.period.months) / 3
    each = table["quota"].to_numpy()
    amount, quota = settings.milestone or 0.0, float(each.sum())
    rows = {"expected": (table["expected"].sum(), float(table["milestone"].sum()) * amount, expected_sales)}
    for name, step in steps.items():
        hit = quarters * len(table) * (step >= 1)
        rows[name] = (table[f"at_{name}"].sum(), hit * amount, quota * step)
    rows["everyone"] = (
        commission(each, each, settings).sum(),
        quarters * len(table) * amount,
        quota,
    )
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=["commission", "milestones", "sales"])
    frame["salaries"] = table["salary"].sum(min_count=1)
    frame["total"] = frame["commission"] + frame["milestones"] + frame["salaries"].fillna(0.0)
    frame["rate"] = (frame["commission"] + frame["milestones"]) / frame["sales"]
    return frame.rename_axis("level")


def _mix(table: pd.DataFrame) -> float:
    fixed, variable = float(table["salary"].sum(min_count=1)), float(table["at_target"].sum())
    return fixed / (fixed + variable) if fixed + variable > 0 else float("nan")


def _rewards(settings: Pay) -> pd.DataFrame:
    rows = [{"kind": r.kind, "text": r.text, "attainment": r.attainment} for r in settings.rewards]
    return pd.DataFrame(rows, columns=["kind", "text", "attainment"], index=range(1, len(rows) + 1))


def _findings(result: PayPlan, settings: Pay) -> Iterator[Finding]:
    table = result.table
    expected, everyone, stretch = (_level(result, name) for name in ("expected", "everyone", "stretch"))
    yield fact(
        "plan.pay.cost",
        weight=expected["commission"] + expected["milestones"],
        cost=expected["commission"] + expected["milestones"],
        lo=result.lo_80,
        hi=result.hi_80,
        share=expected["rate"],
        people=len(table),
        target=table["quota"].sum(),
    )
    yield fact(
        "plan.pay.everyone",
        cost=everyone["commission"] + everyone["milestones"],
        over=everyone["commission"] + everyone["milestones"] - expected["commission"] - expected["milestones"],
        share=everyone["rate"],
        stretch=stretch["sales"],
        stretch_cost=stretch["commission"] + stretch["milestones"],
    )
    yield from _people_findings(result, settings)
    yield from _warnings(result, settings)


def _people_findings(result: PayPlan, settings: Pay) -> Iterator[Finding]:
    table = result.table
    low, high = str(table["expected"].idxmin()), str(table["expected"].idxmax())
    yield fact(
        "plan.pay.spread",
        low=low,
        low_pay=table["expected"][low],
        high=high,
        high_pay=table["expected"][high],
    )
    yield fact("plan.pay.one", **_middle(result, settings), fixed_share=result.mix)


def _middle(result: PayPlan, settings: Pay) -> dict[str, float]:
    """The middle quota, as in `curve`, and the commission on it at each level: of an even number of people nobody has
    that quota."""
    quota, at_target = float(result.table["quota"].median()), _level(result, "target")["sales"]
    steps = {name: _level(result, name)["sales"] / at_target for name in ("commit", "target", "stretch")}
    paid = {name: float(commission(np.array(quota * step), quota, settings)) for name, step in steps.items()}
    return {"quota": quota, **paid}


def _warnings(result: PayPlan, settings: Pay) -> Iterator[Finding]:
    """What a plan should not do unnoticed: pay less for more, pay nothing to many, stop where people sell on."""
    tiers = settings.tiers
    for before, tier in itertools.pairwise(tiers):
        if tier.rate < before.rate:
            yield fact("plan.pay.falling", attainment=tier.attainment, rate=tier.rate, before=before.rate)
    if (often := result.table["nothing"] >= 0.2).any():
        yield fact("plan.pay.nothing", people=int(often.sum()), chance=result.table.loc[often, "nothing"].mean())
    if settings.cap and result.table["capped"].sum() >= 0.5:
        yield fact("plan.pay.cap", cap=settings.cap, people=result.table["capped"].sum())
    if settings.milestone is not None:
        yield fact(
            "plan.pay.milestone",
            amount=settings.milestone,
            chance=_chance(result),
            cost=_level(result, "expected")["milestones"],
        )


def _chance(result: PayPlan) -> float:
    """Of one person's milestone in one quarter, over all people."""
    possible = _level(result, "everyone")["milestones"]
    return _level(result, "expected")["milestones"] / possible if possible > 0 else float("nan")


def _level(result: PayPlan, name: str) -> dict[str, float]:
    return {str(column): float(result.cost[column][name]) for column in result.cost}
