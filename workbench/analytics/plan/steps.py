"""The plan's steps in their order; a step whose ground cannot be told is left out, since its ground says so already."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from workbench.analytics.funnel import Channels
from workbench.analytics.history.results import ProductLife
from workbench.analytics.plan.aims.baseline import Baseline
from workbench.analytics.plan.aims.gap import Gap, gap
from workbench.analytics.plan.aims.means import Leverage
from workbench.analytics.plan.aims.targets import Triangulation
from workbench.analytics.plan.parts.keys_mix import sources_of
from workbench.analytics.plan.parts.split import split
from workbench.analytics.plan.parts.split_parts import split_levels, split_months, split_rules
from workbench.analytics.plan.parts.split_result import Conflict, Split
from workbench.analytics.plan.staff.accounts import Accounts, accounts
from workbench.analytics.plan.staff.capacity import Capacity, capacity
from workbench.analytics.plan.staff.fairness import Fairness, fairness
from workbench.analytics.plan.staff.owners import Owners, owners
from workbench.analytics.plan.staff.pay import PayPlan, pay
from workbench.analytics.plan.staff.people import Sellers
from workbench.analytics.plan.staff.quotas import Quotas, quotas
from workbench.analytics.plan.staff.stages import stage_template
from workbench.analytics.plan.staff.teams import team_targets
from workbench.analytics.plan.staff.training import Training, training
from workbench.analytics.plan.staff.weights import Goals, KeptShares, goals, kept_share
from workbench.analytics.plan.work.actions import DailyActions, daily_actions
from workbench.analytics.plan.work.backsolve import BackSolve, back_solve
from workbench.analytics.plan.work.lifecycle import LifeCycle, life_cycle
from workbench.analytics.plan.work.rates import Rates, Records
from workbench.analytics.plan.work.worked import Needed, needed
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
    owned: Owners | None = None,
) -> Split | Conflict | None:
    """The target without its reserve, to the parts that are forecast (or those of `plan.by`) and to months.

    `sales`: past months by those levels; `market`: the market table, for its potential; `owned`: who answers for what.
    A crossing of levels belongs to the owner of the first of them that has one.
    """
    if isinstance(aims, Unknown):
        return None
    base = aims.planned
    sources = sources_of(base, plan.by, sales=sales, market=market)
    sources = sources if owned is None else replace(sources, owners=owned.table["owner"])
    levels = plan.by or tuple(c for c in base.nodes.columns if c != "level")
    amount = float(aims.levels["handed_down"]["target"])
    settings = plan.model_copy(update={"by": levels})
    made = split(amount, aims.period, sources, settings, calendar=calendar, baseline=base)
    return replace(made, table=_owned(made)) if isinstance(made, Split) else made


def _owned(made: Split) -> pd.DataFrame:
    """The parts with their owner: that of the broadest level that names one."""
    owner = pd.Series(None, made.table.index, dtype=object)
    for level in made.levels:
        found = made.table.index.get_level_values(level).map(made.by[level]["owner"].dropna().to_dict())
        owner = owner.where(owner.notna(), pd.Series(found, made.table.index, dtype=object))
    return made.table.assign(owner=owner)


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
    known: Accounts | Unknown | None = None,
    aims: Triangulation | Unknown | None = None,
) -> Crew:
    """Capacity, quotas, fairness and pay for a split; empty where either is not known.

    `sold`: sales of the last year with columns for the split's levels and team; see teams.team_targets. `known`: whose
    customers they are, for what each person's could buy. `aims`: its commit, target and stretch are those of the pay.
    """
    if not isinstance(sellers, Sellers) or not isinstance(handed, Split):
        return Crew()
    wanted = team_targets(handed, sold)
    potential = known.potential if isinstance(known, Accounts) else None
    shared = quotas(sellers, wanted, unit=handed.unit, settings=plan.people, potential=potential)
    named = aims.levels["handed_down"].items() if isinstance(aims, Triangulation) else ()
    steps = {str(name): float(amount) for name, amount in named}
    paid = pay(sellers, shared, plan.pay, levels=steps or None) if plan.pay.tiers else None
    return Crew(capacity(sellers, wanted), shared, fairness(sellers, shared, potential=potential), paid)


def owners_for(
    sellers: Sellers | Unknown, sold: pd.DataFrame, levels: tuple[str, ...], plan: PlanSettings
) -> Owners | None:
    """Who answers for each part of each level, by settings or by who sells there; None where nobody sells by name.

    `sold`: sales with columns for the levels, rep and amount, as data.compare gives them.
    """
    if not isinstance(sellers, Sellers):
        return None
    last = _last(sold)
    frames = {level: last[[level, "rep", "amount"]] for level in levels if level in last and last[level].notna().any()}
    return owners(sellers, frames, named=plan.owners) if frames else None


Compare = Callable[..., pd.DataFrame]  # data.compare: sales of two spans by levels


def accounts_for(
    sellers: Sellers | Unknown, compare: Compare, customers: pd.DataFrame | None, plan: PlanSettings
) -> Accounts | Unknown | None:
    """Key accounts and veterans' goals from the last span that reports compare."""
    if not isinstance(sellers, Sellers):
        return None
    bought, lines = _last(compare(by=("rep", "customer"))), _last(compare(by=("rep", "customer", "product_line")))
    return accounts(sellers, bought, customers, lines=lines, settings=plan.people) if len(bought) else None


def new_products_for(compare: Compare, life: Result | None, plan: PlanSettings) -> KeptShares | None:
    """Whether new products make the share of each team's sales that settings ask for; None where they ask for none."""
    least = plan.people.new_products
    if least is None or not isinstance(life, ProductLife):
        return None
    sold = _last(compare(by=("team", life.by)))
    sold = sold[sold["team"].notna()]
    fresh = life.items.index[life.items["class"] == "new"]
    return kept_share(sold.assign(new=sold[life.by].isin(fresh)), least) if len(sold) else None


def _last(compared: pd.DataFrame) -> pd.DataFrame:
    """The later of the two spans."""
    return compared[compared["span"] == "now"] if "span" in compared else compared


def training_for(sellers: Sellers | Unknown, records: Records) -> Training | Unknown | None:
    """Who of the period's sellers needs which training; None where nobody sells by name."""
    if not isinstance(sellers, Sellers):
        return None
    return training(records.deals, records.stage_history, records.stages, sellers.table.index)


def goals_for(plan: PlanSettings, card: Result | None) -> Goals | None:
    """Goals beside sales; None where settings name none."""
    return goals(card, plan.goals) if plan.goals else None


def stage_for(plan: PlanSettings, card: Result | None) -> Result | None:
    """The template of the company's stage; None where settings name none."""
    return stage_template(plan, card) if plan.stage or plan.stage_steps else None


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
    before = {level: table["before"] for level, table in handed.by.items()}
    if crew.quotas is not None:
        parts["rep"], before["rep"] = crew.quotas.table["quota"], crew.quotas.table["last_year"]
    if not isinstance(rates, Unknown):
        parts = {level: one for level, one in parts.items() if level in rates.segments}
    return back_solve(
        handed.year_months["target"],
        rates,
        records,
        plan.funnel,
        sold=_sold(handed, records),
        parts=parts,
        before=before,
    )


def by_hand(handed: Split | Conflict | None, plan: PlanSettings) -> Needed | None:
    """The deals and leads that the target needs by rates that settings name; None where they name none."""
    given = plan.funnel
    if not isinstance(handed, Split) or given.deal is None or given.win_rate is None:
        return None
    return needed(handed.amount, deal=given.deal, win_rate=given.win_rate, lead_rate=given.lead_rate,
                  chance=given.chance, tolerance=given.tolerance)  # fmt: skip


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
