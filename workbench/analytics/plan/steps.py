"""The plan's steps in their order; a step whose ground cannot be told is left out, since its ground says so already."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from workbench.analytics.funnel import Channels
from workbench.analytics.plan.actions import DailyActions, daily_actions
from workbench.analytics.plan.backsolve import BackSolve, back_solve
from workbench.analytics.plan.baseline import Baseline
from workbench.analytics.plan.capacity import Capacity, capacity
from workbench.analytics.plan.fairness import Fairness, fairness
from workbench.analytics.plan.gap import Gap, gap
from workbench.analytics.plan.keys_mix import sources_of
from workbench.analytics.plan.lifecycle import LifeCycle, life_cycle
from workbench.analytics.plan.means import Leverage
from workbench.analytics.plan.pay import PayPlan, pay
from workbench.analytics.plan.people import Sellers
from workbench.analytics.plan.quotas import Quotas, quotas
from workbench.analytics.plan.rates import Rates, Records
from workbench.analytics.plan.split import split
from workbench.analytics.plan.split_parts import split_levels, split_months, split_rules
from workbench.analytics.plan.split_result import Conflict, Split
from workbench.analytics.plan.targets import Triangulation
from workbench.analytics.plan.teams import team_targets
from workbench.analytics.results import Result, Unknown
from workbench.periods import Calendar
from workbench.settings.plan import PlanSettings


def hand_out(
    aims: Triangulation | Unknown,
    plan: PlanSettings,
    calendar: Calendar,
    *,
    sales: pd.DataFrame | None = None,
    market: pd.DataFrame | None = None,
) -> Split | Conflict | None:
    """The target without its reserve, to the parts that are forecast (or those of `plan.by`) and to months.

    `sales`: past months by those levels; `market`: the market table, for its potential.
    """
    if isinstance(aims, Unknown):
        return None
    base = aims.planned
    sources = sources_of(base, plan.by, sales=sales, market=market)
    levels = plan.by or tuple(c for c in base.nodes.columns if c != "level")
    amount = float(aims.levels["handed_down"]["target"])
    return split(amount, aims.period, sources, plan.model_copy(update={"by": levels}), calendar=calendar, baseline=base)


def parts_of(handed: Split | Conflict | None) -> tuple[Result, ...]:
    """The split as sections of a page: by level, by month, its rules; or the rules that cannot all hold."""
    if not isinstance(handed, Split):
        return (handed,) if handed else ()
    rules = split_rules(handed)
    return (*split_levels(handed), split_months(handed), *([rules] if rules else []))


@dataclass(frozen=True)
class Crew:
    """What the people make of the target: can they carry it, who carries how much, is it fair, what does it pay."""

    capacity: Capacity | None = None
    quotas: Quotas | None = None
    fairness: Fairness | Unknown | None = None
    pay: PayPlan | Unknown | None = None

    @property
    def results(self) -> tuple[object, ...]:
        return self.capacity, self.quotas, self.fairness


NOBODY = Crew()


def crew(
    sellers: Sellers | Unknown,
    handed: Split | Conflict | None,
    sold: pd.DataFrame,
    plan: PlanSettings,
    *,
    levels: Mapping[str, float] | None = None,
) -> Crew:
    """Capacity, quotas, fairness and pay for a split; empty where either is not known.

    `sold`: sales of the last year with columns for the split's levels and team; see teams.team_targets.
    """
    if not isinstance(sellers, Sellers) or not isinstance(handed, Split):
        return Crew()
    wanted = team_targets(handed, sold)
    shared = quotas(sellers, wanted, unit=handed.unit, settings=plan.people)
    paid = pay(sellers, shared, plan.pay, levels=levels) if plan.pay.tiers else None
    return Crew(capacity(sellers, wanted), shared, fairness(sellers, shared), paid)


def strategy_gap(
    aims: Triangulation | Unknown, alone: Baseline | Unknown, rates: Rates | Unknown, added: Leverage
) -> Gap | Unknown | None:
    """What the strategy needs beyond the baseline; None without a strategy."""
    return None if isinstance(aims, Unknown) else gap(alone, aims.strategy, rates, added)


def needed_for(
    handed: Split | Conflict | None,
    rates: Rates | Unknown,
    records: Records,
    plan: PlanSettings,
    crew: Crew = NOBODY,
) -> BackSolve | Unknown | None:
    """The deals, opportunities and leads that a split needs: of the whole by month, and of its parts and people."""
    if not isinstance(handed, Split):
        return None
    parts = {level: table["target"] for level, table in handed.by.items()}
    parts |= {"rep": crew.quotas.table["quota"]} if crew.quotas is not None else {}
    if not isinstance(rates, Unknown):
        parts = {level: one for level, one in parts.items() if level in rates.segments}
    return back_solve(
        handed.year_months["target"], rates, records, plan.funnel, sold=_sold(handed, records), parts=parts
    )


def _sold(handed: Split, records: Records) -> float:
    """What the planned period brought already."""
    if records.sales is None:
        return 0.0
    inside = records.sales[records.sales["period"] >= handed.period.first]
    return float(inside["amount"].sum())


def actions_for(
    needs: BackSolve | Unknown | None, activities: pd.DataFrame | None, records: Records, reps: pd.DataFrame | None
) -> DailyActions | Unknown | None:
    """A working day's actions by rep for what is needed of each, where that is known."""
    if not isinstance(needs, BackSolve):
        return None
    by_rep = needs.parts["rep"]["pace"] if "rep" in needs.parts else None
    return daily_actions(needs, activities, records, reps=reps, needs=by_rep)


def phases_for(
    needs: BackSolve | Unknown | None,
    records: Records,
    plan: PlanSettings,
    channels: Result | None,
    customers: Mapping[str, pd.DataFrame],
) -> LifeCycle | Unknown | None:
    """The life of a customer as targets. `customers`: who bought in each span, as data.customers_each gives them."""
    if not isinstance(needs, BackSolve):
        return None
    bought = [set(customers[span]["customer"]) for span in ("before", "now") if span in customers]
    repeat = None
    if len(bought) == 2:
        index = sorted(bought[0] | bought[1], key=str)
        repeat = pd.DataFrame(
            {n: [c in b for c in index] for n, b in zip(("before", "now"), bought, strict=True)}, index
        )
    known = channels if isinstance(channels, Channels | Unknown) else None
    return life_cycle(needs, records, known, plan.funnel, repeat=repeat)
