"""The fiscal period that is watched."""

import pandas as pd

from workbench.analytics.plan.period import PlanPeriod, period
from workbench.periods import Calendar
from workbench.settings.tracking import Watched


def watched(calendar: Calendar, as_of: pd.Timestamp, wanted: Watched = "") -> PlanPeriod:
    """The period that settings ask for; by default the quarter that runs, or the year where `as_of` ends a quarter.

    On the last day of a year nothing is left of either, and the quarter that ends is returned.
    """
    if wanted:
        return period(calendar, as_of, wanted)
    quarter, year = period(calendar, as_of, "this quarter"), period(calendar, as_of, "this year")
    day = pd.Timestamp(as_of).normalize()
    return year if quarter.last <= day < year.last else quarter
