"""Who buys, who comes back, who leaves, and what they will bring. Thin data give `Unknown`, never a guess.

`customers` is a frame of one row a customer (`Data.customers`): customer, first, last, days, orders, amount, returned,
and in weeks frequency, recency, age, with monetary. Findings and their values: `workbench.analytics.keys`.
"""

from workbench.analytics.customers.leaving import AtRisk, Churn, at_risk, churn
from workbench.analytics.customers.repeat import NewAndRepeat, Repurchase, new_and_repeat, repurchase
from workbench.analytics.customers.retention import Cohorts, cohorts
from workbench.analytics.customers.scoring import Rfm, rfm, score
from workbench.analytics.customers.value import Holdout, LifetimeValue, lifetime_value

__all__ = [
    "AtRisk",
    "Churn",
    "Cohorts",
    "Holdout",
    "LifetimeValue",
    "NewAndRepeat",
    "Repurchase",
    "Rfm",
    "at_risk",
    "churn",
    "cohorts",
    "lifetime_value",
    "new_and_repeat",
    "repurchase",
    "rfm",
    "score",
]
