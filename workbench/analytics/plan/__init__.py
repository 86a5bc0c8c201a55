"""What should be aimed for, split to parts, periods and people, with how likely each is.

period        the fiscal period that is planned
baseline      what it should bring if nothing changes, as joint draws; how likely any amount is, of any part
odds          from draws to chances, smooth and never certain
"""

from workbench.analytics.plan.baseline import Baseline, amount_at, amounts, baseline, chance, chances
from workbench.analytics.plan.period import PlanPeriod, months_ahead, period

__all__ = [
    "Baseline",
    "PlanPeriod",
    "amount_at",
    "amounts",
    "baseline",
    "chance",
    "chances",
    "months_ahead",
    "period",
]
