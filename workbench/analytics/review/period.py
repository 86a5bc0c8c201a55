"""The fiscal period that is reviewed."""

import pandas as pd

from workbench.analytics.plan.period import PlanPeriod, period
from workbench.periods import Calendar
from workbench.settings.review import Reviewed

_DAY = pd.Timedelta(days=1)


def finished(calendar: Calendar, as_of: pd.Timestamp, wanted: Reviewed = "quarter") -> PlanPeriod:
    """The last fiscal quarter or year that is over on `as_of`; one that ends on that day is over."""
    return period(calendar, pd.Timestamp(as_of).normalize() + _DAY, f"last {wanted}")
