"""What should be aimed for, split to parts, periods and people, with how likely each is.

period    the fiscal period that is planned
steps     all of it in order, as the notebook asks for it · scoping: the settings of one part of a company
          · learned: the settings with the lessons that a person approved
proposal  the plan in few sentences and at most five decisions · left_out: caps and ramps that its chance leaves out
aims      what the period should bring, and the target between strategy, baseline, market and means, with its chances
parts     one target split to every part and month: rules kept with the least change, sums exact, conflicts named
work      from money back to deals, opportunities, leads and daily actions; the life of a customer
staff     people, capacity, quotas and their fairness, owners, key accounts, training, KPIs by role, pay
handover  the split as it is kept and sent to owners, their answers, what is settled
audit     targets as somebody wrote them, as sentences, rows or a spreadsheet, held against themselves
"""

from workbench.analytics.plan.aims.anchor import Anchor, anchor
from workbench.analytics.plan.aims.baseline import Baseline, amount_at, amounts, baseline, chance, chances
from workbench.analytics.plan.aims.gap import Gap, gap
from workbench.analytics.plan.aims.market_share import ShareTest, share_claims, share_test
from workbench.analytics.plan.aims.means import Leverage, Resources, means, with_means
from workbench.analytics.plan.aims.plan_scenarios import Alternatives, Sensitivity, alternatives, sensitivity
from workbench.analytics.plan.aims.targets import MarketView, Triangulation, flat_uplift, triangulate
from workbench.analytics.plan.audit import Audit, Grid, audit, of_sheets
from workbench.analytics.plan.gathering import forecast_of
from workbench.analytics.plan.handover.feedback import Feedback, LedgerStatus, feedback, standing
from workbench.analytics.plan.handover.issuing import issued
from workbench.analytics.plan.handover.settling import settle, unequal
from workbench.analytics.plan.learned import Learned, Taught, learned
from workbench.analytics.plan.parts.keys_mix import Sources, sources_of
from workbench.analytics.plan.parts.rules import kept
from workbench.analytics.plan.parts.split import split
from workbench.analytics.plan.parts.split_parts import split_levels, split_months, split_rules
from workbench.analytics.plan.parts.split_result import (
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
from workbench.analytics.plan.period import PlanPeriod, period
from workbench.analytics.plan.proposal import Proposal, odds_of, propose
from workbench.analytics.plan.scoping import Apart, apart, levels_for, within
from workbench.analytics.plan.staff.accounts import Accounts, accounts
from workbench.analytics.plan.staff.capacity import Capacity, capacity
from workbench.analytics.plan.staff.commission import commission, milestone_reached
from workbench.analytics.plan.staff.fairness import Fairness, fairness
from workbench.analytics.plan.staff.owners import Owners, owners
from workbench.analytics.plan.staff.pay import PayPlan, pay
from workbench.analytics.plan.staff.people import Sellers, people
from workbench.analytics.plan.staff.quotas import Quotas, quotas
from workbench.analytics.plan.staff.ramp import ramp_year
from workbench.analytics.plan.staff.stages import StageTemplate, stage_template
from workbench.analytics.plan.staff.training import Training, training
from workbench.analytics.plan.staff.weights import Goals, KeptShares, Weights, all_reached, goals, kept_share, weights
from workbench.analytics.plan.steps import (
    Crew,
    accounts_for,
    actions_for,
    by_hand,
    crew,
    goals_for,
    hand_out,
    needed_for,
    new_products_for,
    owners_for,
    parts_of,
    phases_for,
    stage_for,
    strategy_gap,
    training_for,
)
from workbench.analytics.plan.work.actions import DailyActions, daily_actions
from workbench.analytics.plan.work.backsolve import BackSolve, Inflow, back_solve, inflow
from workbench.analytics.plan.work.lifecycle import LifeCycle, life_cycle
from workbench.analytics.plan.work.rates import Rates, Records, deals_share, funnel_rates
from workbench.analytics.plan.work.worked import (
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
    "Apart",
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
    "Learned",
    "LedgerStatus",
    "Leverage",
    "LifeCycle",
    "MarketView",
    "Needed",
    "Owners",
    "PayPlan",
    "PlanPeriod",
    "Proposal",
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
    "Taught",
    "Training",
    "Triangulation",
    "Weights",
    "accounts",
    "accounts_for",
    "actions_for",
    "against",
    "all_reached",
    "alternatives",
    "amount_at",
    "amounts",
    "anchor",
    "apart",
    "audit",
    "back_solve",
    "baseline",
    "by_day",
    "by_hand",
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
    "deals_share",
    "fairness",
    "feedback",
    "fewer_invalid",
    "flat_uplift",
    "forecast_of",
    "funnel_rates",
    "gap",
    "goals",
    "goals_for",
    "hand_out",
    "implied_base",
    "inflow",
    "issued",
    "kept",
    "kept_share",
    "learned",
    "levels_for",
    "life_cycle",
    "means",
    "milestone_reached",
    "needed",
    "needed_for",
    "new_products_for",
    "odds_of",
    "of_sheets",
    "owners",
    "owners_for",
    "parts_of",
    "pay",
    "people",
    "period",
    "phases_for",
    "propose",
    "quotas",
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
    "stage_for",
    "stage_template",
    "standing",
    "strategy_gap",
    "training",
    "training_for",
    "triangulate",
    "unequal",
    "weights",
    "whole_rate",
    "with_means",
    "within",
]
