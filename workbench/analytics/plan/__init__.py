"""What should be aimed for, split to parts, periods and people, with how likely each is.

period        the fiscal period that is planned
ahead         the forecast that it rests on
baseline      what it should bring if nothing changes, as joint draws; how likely any amount is, of any part
odds          from draws to chances, smooth and never certain
hindcasts     what forecasts made the same way missed before
means         what hires and spend add; response: of leads to spend
targets       strategy, baseline, market and means on one axis; the target, its levels and its chance
gap           what the strategy needs beyond the baseline, in deals, opportunities, win rate
anchor        customers who buy again, new ones, new products in the target
market_share  whether a target holds the share
plan_scenarios the target under scenarios, and what it hangs on
worked        what an amount needs by rates given by hand, and what a week's actions bring
rates         the funnel's own rates, lags and sizes; shrinking: of parts with few deals; lags: wins by age
backsolve     from money back to opportunities and leads, as ratio, for a chance and by month; solving: the draws
actions       what each rep does on a working day
lifecycle     the life of a customer as targets, and its channels
issuing       a split as a report keeps it and as it goes out to the owners
feedback      draft, answers and confirmed targets side by side
settling      a plan with the changes that were accepted, every sum exact
keys_mix      what each part's share starts from: history, forecast, potential, capacity, margins
rules         rules as limits; which of them a split by anyone keeps
projection    all rules kept with the least change; conflicts: the smallest sets that cannot hold
rounding      whole units with every sum exact
selling       the selling calendar, and how the season runs over the months
split         one target to parts and months: split_tables, split_findings, split_parts, split_result
audit         targets as somebody wrote them, as sentences, rows or a spreadsheet, held against themselves
people        who sells, how far each is, what each should bring; roster, pace, ramp: what that is made of
capacity      full sellers that the target needs against those there are
quotas        a team's target handed to its people; fairness: quota against potential and chance
owners        who answers for each part; accounts: key accounts and veterans' goals; training: who needs which
weights       KPIs by role with weights, goals beside sales; stages: templates by the company's age
steps         all of it in order · teams: from parts to the teams that sell in them
pay           what attainment pays and what it costs; commission: exact to the cent
"""

from workbench.analytics.plan.accounts import Accounts, accounts
from workbench.analytics.plan.actions import DailyActions, daily_actions
from workbench.analytics.plan.ahead import ahead
from workbench.analytics.plan.anchor import Anchor, anchor
from workbench.analytics.plan.audit import Audit, Grid, audit, of_sheets
from workbench.analytics.plan.backsolve import BackSolve, Inflow, back_solve, inflow
from workbench.analytics.plan.baseline import Baseline, amount_at, amounts, baseline, chance, chances
from workbench.analytics.plan.capacity import Capacity, capacity
from workbench.analytics.plan.commission import commission, milestone_reached
from workbench.analytics.plan.fairness import Fairness, fairness
from workbench.analytics.plan.feedback import Feedback, LedgerStatus, feedback, standing
from workbench.analytics.plan.gap import Gap, gap
from workbench.analytics.plan.issuing import issued
from workbench.analytics.plan.keys_mix import Sources, sources_of
from workbench.analytics.plan.lifecycle import LifeCycle, life_cycle
from workbench.analytics.plan.market_share import ShareTest, share_claims, share_test
from workbench.analytics.plan.means import Leverage, Resources, means, with_means
from workbench.analytics.plan.owners import Owners, owners
from workbench.analytics.plan.pay import PayPlan, pay
from workbench.analytics.plan.people import Sellers, people
from workbench.analytics.plan.period import PlanPeriod, months_ahead, period, reach
from workbench.analytics.plan.plan_scenarios import Alternatives, Sensitivity, alternatives, sensitivity
from workbench.analytics.plan.quotas import Quotas, quotas
from workbench.analytics.plan.ramp import ramp_year
from workbench.analytics.plan.rates import Rates, Records, funnel_rates
from workbench.analytics.plan.rules import kept
from workbench.analytics.plan.settling import settle, unequal
from workbench.analytics.plan.split import split
from workbench.analytics.plan.split_parts import split_levels, split_months, split_rules
from workbench.analytics.plan.split_result import (
    Conflict,
    Split,
    SplitLevel,
    SplitMonths,
    SplitRules,
    by_day,
    by_month,
    by_quarter,
    by_week,
)
from workbench.analytics.plan.stages import StageTemplate, stage_template
from workbench.analytics.plan.steps import (
    Crew,
    actions_for,
    crew,
    hand_out,
    needed_for,
    parts_of,
    phases_for,
    strategy_gap,
)
from workbench.analytics.plan.targets import MarketView, Triangulation, flat_uplift, triangulate
from workbench.analytics.plan.training import Training, training
from workbench.analytics.plan.weights import Goals, KeptShares, Weights, all_reached, goals, kept_share, weights
from workbench.analytics.plan.worked import (
    Actions,
    Base,
    Needed,
    against,
    deals_for,
    fewer_invalid,
    implied_base,
    needed,
    same_actions,
    whole_rate,
)

__all__ = [
    "Accounts",
    "Actions",
    "Alternatives",
    "Anchor",
    "Audit",
    "BackSolve",
    "Base",
    "Baseline",
    "Capacity",
    "Conflict",
    "Crew",
    "DailyActions",
    "Fairness",
    "Feedback",
    "Gap",
    "Goals",
    "Grid",
    "Inflow",
    "KeptShares",
    "LedgerStatus",
    "Leverage",
    "LifeCycle",
    "MarketView",
    "Needed",
    "Owners",
    "PayPlan",
    "PlanPeriod",
    "Quotas",
    "Rates",
    "Records",
    "Resources",
    "Sellers",
    "Sensitivity",
    "ShareTest",
    "Sources",
    "Split",
    "SplitLevel",
    "SplitMonths",
    "SplitRules",
    "StageTemplate",
    "Training",
    "Triangulation",
    "Weights",
    "accounts",
    "actions_for",
    "against",
    "ahead",
    "all_reached",
    "alternatives",
    "amount_at",
    "amounts",
    "anchor",
    "audit",
    "back_solve",
    "baseline",
    "by_day",
    "by_month",
    "by_quarter",
    "by_week",
    "capacity",
    "chance",
    "chances",
    "commission",
    "crew",
    "daily_actions",
    "deals_for",
    "fairness",
    "feedback",
    "fewer_invalid",
    "flat_uplift",
    "funnel_rates",
    "gap",
    "goals",
    "hand_out",
    "implied_base",
    "inflow",
    "issued",
    "kept",
    "kept_share",
    "life_cycle",
    "means",
    "milestone_reached",
    "months_ahead",
    "needed",
    "needed_for",
    "of_sheets",
    "owners",
    "parts_of",
    "pay",
    "people",
    "period",
    "phases_for",
    "quotas",
    "reach",
    "ramp_year",
    "same_actions",
    "sensitivity",
    "settle",
    "share_claims",
    "share_test",
    "sources_of",
    "split",
    "split_levels",
    "split_months",
    "split_rules",
    "stage_template",
    "standing",
    "strategy_gap",
    "training",
    "triangulate",
    "unequal",
    "weights",
    "whole_rate",
    "with_means",
]
