"""The forecast that a plan rests on."""

import pandas as pd

from workbench.analytics import forecast as forecasting
from workbench.analytics.forecast.outlook import Options
from workbench.analytics.forecast.result import Forecast
from workbench.analytics.plan.period import PlanPeriod, months_ahead
from workbench.analytics.results import Unknown
from workbench.periods import Calendar, Every


def ahead(
    sales: pd.DataFrame,
    by: tuple[str, ...],
    period: PlanPeriod,
    *,
    every: Every,
    calendar: Calendar,
    options: Options | None = None,
) -> Forecast | Unknown:
    """Sales ahead to the end of the period, from `data.sales(every, by)`; Unknown where history is too short for it."""
    whole = sales.loc[sales["whole"].astype(bool) & sales["amount"].notna(), "period"]
    months = 1 if whole.empty else months_ahead(period, calendar.end_of(whole.max(), every), calendar, every)
    return forecasting.ahead(sales, by, months=months, every=every, calendar=calendar, options=options)
