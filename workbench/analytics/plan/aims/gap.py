"""What it takes to get from what is expected to an amount: deals, opportunities, win rate, deal size, people."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from workbench.analytics.forecast.panel import Array
from workbench.analytics.keys import fact
from workbench.analytics.plan.aims.baseline import Baseline
from workbench.analytics.plan.aims.means import Leverage
from workbench.analytics.plan.aims.targets import Triangulation
from workbench.analytics.plan.period import PlanPeriod
from workbench.analytics.plan.work.rates import Rates
from workbench.analytics.results import Result, Unknown
from workbench.findings import Finding

DRAWS = 2000


@dataclass(frozen=True, kw_only=True, repr=False)
class Gap(Result):
    """The money between an amount and what the period should bring, put into actions; each row alone closes it.

    `table`: index action, those that the data tell; columns
        now    what the period would see at today's pace: won deals, opportunities, leads, win rate (ratio), deal size
               (money), people
        more   how much more of it; for win_rate in points, for deal_size in money
        lo, hi 80 % range of more, from what rates and sizes may be (NaN: none known)
        rate   more / now
    `about`: "strategy" or "target". `money`: amount − expected; 0 or less: nothing is missing
    """

    period: PlanPeriod
    table: pd.DataFrame
    about: str
    amount: float
    expected: float

    @property
    def money(self) -> float:
        return self.amount - self.expected


def gap(
    baseline: Baseline | Unknown,
    aims: Triangulation | Unknown | float | None,
    rates: Rates | Unknown | None,
    added: Leverage | Unknown | None = None,
    *,
    about: str = "strategy",
    seed: int = 0,
) -> Gap | Unknown | None:
    """The gap between an amount and the baseline in actions; None where there is no amount to compare with.

    `aims` is the amount, or a triangulation whose strategy or target, as `about` says, is the amount.

    deals = money ÷ mean deal size; opportunities = deals ÷ the share of them that is won in the end, leads by the
    sources that have them, both as in `back_solve`; or, with as many opportunities as now, the win rate that brings
    them: deals ÷ opportunities that end, more points; or larger deals. Sizes are drawn again from the won deals, win
    rates from a beta distribution. All of the gap is taken to go through deals.
    """
    if isinstance(baseline, Unknown):
        return baseline
    amount = _amount(aims, about)
    if amount is None:
        return None
    expected, period = float(baseline.expected.iloc[0]), baseline.period
    rows: dict[str, dict[str, float]] = {}
    if amount > expected and isinstance(rates, Rates):
        rows = funnel_actions(amount - expected, rates, len(period.months), np.random.default_rng(seed))
    if amount > expected and isinstance(added, Leverage) and len(added.each):
        rows["people"] = _people(amount - expected, added.each)
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("action")
    found = Gap(period=period, table=table.reindex(columns=["now", "more", "lo", "hi", "rate"]), about=about,
                amount=amount, expected=expected)  # fmt: skip
    return replace(found, findings=_told(found, rates))


def _amount(aims: Triangulation | Unknown | float | None, about: str) -> float | None:
    if isinstance(aims, Triangulation):
        return aims.target if about == "target" else aims.strategy
    return None if isinstance(aims, Unknown) else aims


def funnel_actions(money: float, rates: Rates, months: int, rng: np.random.Generator) -> dict[str, dict[str, float]]:
    """Rows of `Gap.table` for a gap of `money` over a period of `months`."""
    sizes = rates.sizes[rng.integers(0, len(rates.sizes), (DRAWS, len(rates.sizes)))].mean(axis=1)
    closed = len(rates.sizes) / rates.win_rate
    won = rng.beta(rates.win_rate * closed + 0.5, (1 - rates.win_rate) * closed + 0.5, DRAWS)
    end = rates.yields / rates.win_rate  # of created opportunities, those that ever end
    seen = rates.created * months
    deals, drawn = money / rates.size, money / sizes
    rows = {
        "deals": _row(seen * rates.yields, deals, drawn),
        "opportunities": _row(seen, deals / rates.yields, drawn / (won * end)),
        "win_rate": _row(rates.win_rate, deals / (seen * end), drawn / (seen * end)) if seen > 0 else {},
        "deal_size": _row(rates.size, money / (seen * rates.yields), money / (seen * won * end)) if seen > 0 else {},
    }
    if rates.lead_rate:
        each = rates.lead_share / rates.lead_rate  # leads for an opportunity
        needed = deals / rates.yields * each
        rows["leads"] = _row((rates.lead_inflow or np.nan) * months, needed, drawn / (won * end) * each)
    return {name: row for name, row in rows.items() if row}


def _people(money: float, each: Array) -> dict[str, float]:
    """Full people who bring it in a whole period; the range is that of the mean of so many more of them, whose own
    mean is known from so few."""
    needed = money / each.mean()
    error = each.std(ddof=1) / each.mean() * np.sqrt(1 / max(needed, 1) + 1 / len(each))
    lo, hi = needed / (1 + 1.28 * error), needed / max(1 - 1.28 * error, 0.1)
    return {"now": float(len(each)), "more": needed, "lo": lo, "hi": hi, "rate": needed / len(each)}


def _row(now: float, more: float, drawn: Array) -> dict[str, float]:
    lo, hi = np.quantile(drawn, (0.1, 0.9))
    return {"now": now, "more": more, "lo": float(lo), "hi": float(hi), "rate": more / now if now > 0 else np.nan}


def _told(found: Gap, rates: Rates | Unknown | None) -> tuple[Finding, ...]:
    shared = {"of": found.about, "amount": found.amount, "expected": found.expected}
    if found.money <= 0:
        return (fact("plan.targets.gap_none", weight=found.amount, **shared),)
    more = found.table["more"]
    if "deals" not in more.index:
        people = more.get("people")
        told = fact("plan.targets.gap_money", weight=found.money, **shared, money=found.money, people=people)
        return (told, *(rates.findings[:1] if isinstance(rates, Unknown) else ()))
    return (
        fact("plan.targets.gap", weight=found.money, **shared, money=found.money, deals=more["deals"],
             opportunities=more["opportunities"], points=more["win_rate"], win_rate=found.table["now"]["win_rate"],
             size=found.table["now"]["deal_size"], size_rate=found.table["rate"]["deal_size"]),
    )  # fmt: skip
