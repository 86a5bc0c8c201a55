"""Worked examples by hand: what an amount needs when deal size and rates are given, and what a week's actions bring."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from workbench.analytics.keys import fact
from workbench.analytics.results import Result
from workbench.errors import ParameterError
from workbench.findings import Finding

CHANCE = 0.8
TOLERANCE = 0.005
STAGES = ("leads", "opportunities", "deals")
_GIVES = {
    "deal": "the money of a won deal: the table opportunities gives it (amount of the won ones)",
    "win_rate": "deals won per opportunity: the table opportunities gives it (stages won and lost)",
    "lead_rate": "opportunities per lead: the tables spend (leads) and opportunities (source) give it",
}
_FINE = 9  # decimals to which a quotient is taken as exact: 3 / 0.2 is 15


@dataclass(frozen=True, kw_only=True, repr=False)
class Needed(Result):
    """What an amount needs, as the ratios say and for a chance.

    `table`: index stage, from the deals back to the first; columns rate (to the stage after it, NaN for the deals),
    exact (not rounded), ratio (whole), chance (the number with which the deals are reached in `sure` of all cases)
    `gap`: amount - deals × deal, money: above 0 the whole deals stay short of the amount
    """

    amount: float
    deal: float
    deals: int
    gap: float
    table: pd.DataFrame
    sure: float

    @property
    def whole(self) -> float:
        """Deals for each case of the first stage: all rates multiplied."""
        return whole_rate(self.table["rate"].dropna().tolist())


@dataclass(frozen=True, kw_only=True, repr=False)
class Actions(Result):
    """A plan of actions beside the funnel's need of the same days.

    `planned` and `needed`: cases of `stage`; `times`: planned / needed; `deals`, `amount`: what the planned ones bring
    """

    stage: str
    planned: float
    needed: float
    times: float
    deals: float
    amount: float


@dataclass(frozen=True)
class Base:
    """What a growth started from: `base`, and `total` over `days` at the level reached (NaN without days)."""

    base: float
    total: float
    whole: bool


def deals_for(amount: float, deal: float, *, tolerance: float = TOLERANCE) -> int:
    """Whole deals for an amount: rounded half up, and one more where that stays short by more than `tolerance`.

    25 at 8.3 each is 3 deals: 24.9 is short by 0.4 %, within 0.5 %. Always rounding up would ask for a fourth deal,
    and by the rates for five opportunities and fifty leads more.
    """
    exact = round(amount / deal, _FINE)
    rounded = math.floor(exact + 0.5)
    return rounded if amount - rounded * deal <= tolerance * amount + 1e-9 * deal else math.ceil(exact)


def whole_rate(rates: Sequence[float]) -> float:
    """The rate of a whole chain: its rates multiplied."""
    return math.prod(rates)


def needed(
    amount: float,
    *,
    deal: float | None = None,
    win_rate: float | None = None,
    lead_rate: float | None = None,
    stages: Sequence[str] = (),
    rates: Sequence[float] = (),
    chance: float = CHANCE,
    tolerance: float = TOLERANCE,
) -> Needed:
    """Deals, opportunities and leads for an amount, by rates given by hand; each `rates` leads to the next of `stages`.

    Rates are taken as certain and deals as alike; how many cases are needed for so many wins with this chance is then a
    negative binomial distribution. A rate that is missing is an error that names the table that gives it: none is made
    up. With a history, `plan.back_solve` takes rates, sizes and their doubt from it.
    """
    names, steps = _chain(deal, win_rate, lead_rate, tuple(stages), tuple(rates))
    _check(amount, deal, steps, chance)
    size = float(deal or 0.0)
    deals = deals_for(amount, size, tolerance=tolerance)
    table = _table(names, steps, deals, chance)
    gap = amount - deals * size
    result = Needed(amount=amount, deal=size, deals=deals, gap=gap, table=table, sure=chance)
    return Needed(**{**vars(result), "findings": tuple(_said(result))})


def against(plan: Needed, daily: float, *, days: int, stage: str = "", people: int = 1) -> Actions:
    """What so many new cases of `stage` a day and person bring in `days`, beside what the amount of those days needs.

    `stage` is the one before the deals unless told.
    """
    before = stage or str(plan.table.index[1])
    if before not in plan.table.index:
        raise ParameterError("plan.against", [f"there is no stage '{before}'; there are {', '.join(plan.table.index)}"])
    planned = daily * days * people
    rate = whole_rate(plan.table["rate"].loc[:before].dropna().tolist())
    need = float(plan.table["exact"][before])
    deals = planned * rate
    found = Actions(
        stage=before, planned=planned, needed=need, times=planned / need, deals=deals, amount=deals * plan.deal
    )
    return Actions(**{**vars(found), "findings": (_fits(found),)})


def same_actions(amounts: Sequence[float]) -> tuple[Finding, ...]:
    """Targets of one person and of many with the same daily actions: they agree only if so many share the larger."""
    large, small = max(amounts), min(amounts)
    if large <= small * 1.005:
        return ()
    people = large / small
    return (
        fact(
            "plan.funnel.same_actions",
            large=large,
            small=small,
            times=people,
            whole=bool(abs(people - round(people)) < 0.005 * people),
        ),
    )


def implied_base(reached: float, growth: float, *, days: int = 0) -> Base:
    """What must have been before, if `growth` leads to what is `reached` (money or pieces); total over `days` at it."""
    if growth <= -1:
        raise ParameterError("plan.implied_base", [f"growth is {growth}; it must be above −1 (a fall of 100 %)"])
    base = reached / (1 + growth)
    return Base(base, reached * days if days else float("nan"), abs(base - round(base)) < 1e-9)


def fewer_invalid(before: float, after: float) -> tuple[float, float]:
    """When the share of invalid leads falls: how many times the valid ones, and the change of the cost of each."""
    if not (0 <= before < 1 and 0 <= after < 1):
        raise ParameterError("plan.fewer_invalid", ["shares of invalid leads lie between 0 and 1, without 1"])
    times = (1 - after) / (1 - before)
    return times, 1 / times - 1


def _chain(
    deal: float | None, win: float | None, lead: float | None, stages: tuple[str, ...], rates: tuple[float, ...]
) -> tuple[tuple[str, ...], tuple[float, ...]]:
    """The stages, first to last, and the rates between them; or an error that names all that is missing."""
    by_name = {"deal": deal} | ({} if stages or rates else {"win_rate": win, "lead_rate": lead})
    problems = [f"{name} is missing: {_GIVES[name]}. It is not made up." for name, v in by_name.items() if v is None]
    names = stages or STAGES
    steps = rates or tuple(r for r in (lead, win) if r is not None and not stages)
    if (stages or rates) and len(steps) != len(names) - 1:
        problems.append(
            f"{len(steps)} rates for {len(names) - 1} transitions: {' → '.join(names)} has {len(names)} stages. "
            "Name the stage that is missing, or leave out the rate that is not between two of them."
        )
    if problems:
        raise ParameterError("plan.needed", problems)
    return tuple(names), tuple(steps)


def _check(amount: float, deal: float | None, rates: Sequence[float], chance: float) -> None:
    problems = [f"{n} is {v}; it must be above 0" for n, v in (("amount", amount), ("deal", deal)) if v and not v > 0]
    problems += [f"a rate is {r}; rates lie above 0 and up to 1" for r in rates if not 0 < r <= 1]
    if not 0 < chance < 1:
        problems.append(f"chance is {chance}; it lies between 0 and 1")
    if problems or not amount:
        raise ParameterError("plan.needed", problems or ["amount is 0; nothing is needed for it"])


def _table(names: Sequence[str], rates: Sequence[float], deals: int, chance: float) -> pd.DataFrame:
    from scipy.stats import nbinom

    rows, exact, through = [], float(deals), 1.0
    for _, rate in zip(names, [float("nan"), *reversed(rates)], strict=True):
        if not math.isnan(rate):
            exact, through = exact / rate, through * rate
        sure = deals + float(nbinom.ppf(chance, deals, through)) if deals and through < 1 else float(deals)
        rows.append({"rate": rate, "exact": exact, "ratio": math.ceil(round(exact, _FINE)), "chance": int(sure)})
    return pd.DataFrame(rows, index=pd.Index(list(reversed(names)), name="stage"))


def _said(plan: Needed) -> list[Finding]:
    first = plan.table.iloc[-1]
    found = [
        fact(
            "plan.funnel.needed",
            weight=plan.amount,
            amount=plan.amount,
            deal=plan.deal,
            deals=plan.deals,
            stage=str(plan.table.index[-1]),
            count=first["ratio"],
            chance_count=first["chance"],
            sure=plan.sure,
            whole=plan.whole,
        )
    ]
    if abs(plan.gap) > 1e-9 * plan.amount:
        share = plan.gap / plan.amount
        values = {"deals": plan.deals, "deal": plan.deal, "amount": plan.amount, "gap": plan.gap, "share": share}
        found.append(fact("plan.funnel.rounded", exact=plan.amount / plan.deal, **values))
    return found


def _fits(found: Actions) -> Finding:
    off = found.times - 1
    return fact(
        "plan.funnel.actions_against",
        stage=found.stage,
        planned=found.planned,
        needed=found.needed,
        times=found.times,
        fits="yes" if abs(off) <= 0.05 else "more" if off > 0 else "fewer",
        deals=found.deals,
        amount=found.amount,
    )
