"""The forecast that a plan rests on: as the forecast's page makes it, or from two years where three are not known."""

import pandas as pd

from workbench.analytics import forecast as forecasting
from workbench.analytics.forecast.headline import steps
from workbench.analytics.forecast.outlook import Options
from workbench.analytics.forecast.result import Forecast
from workbench.analytics.plan.period import PlanPeriod, months_ahead
from workbench.analytics.results import Unknown
from workbench.errors import NotEnoughHistoryError
from workbench.periods import PER_YEAR, Calendar, Every

LEAST_YEARS = 2  # of whole periods, below which not even last year's season is known twice


def ahead(
    sales: pd.DataFrame, by: tuple[str, ...], period: PlanPeriod, *, every: Every, calendar: Calendar, seed: int = 0
) -> Forecast | Unknown:
    """Sales ahead to the end of the period, from `data.sales(every, by)`; Unknown below LEAST_YEARS of whole periods.

    Where history has two years but not three, the season is less sure than the forecast's page would show; a plan
    cannot wait for the third, so it goes on and the baseline says so.
    """
    whole = sales.loc[sales["whole"].astype(bool) & sales["amount"].notna(), "period"]
    if whole.empty:
        return forecasting.ahead(sales, by, months=1, every=every, calendar=calendar, seed=seed)
    held = calendar.end_of(whole.max(), every)
    months = months_ahead(period, held, calendar, every)
    found = forecasting.ahead(sales, by, months=months, every=every, calendar=calendar, seed=seed)
    if isinstance(found, Forecast) or whole.nunique() < LEAST_YEARS * PER_YEAR[every]:
        return found
    try:
        options = Options(seed=seed)
        return forecasting.forecast(
            sales, by, horizon=steps(months, every), every=every, calendar=calendar, options=options
        )
    except NotEnoughHistoryError:
        return found
