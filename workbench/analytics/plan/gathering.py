"""The forecast that other pages stand beside, in one call: it is gathered as the forecast's own notebook would."""

from collections.abc import Mapping
from typing import Any, Protocol

import pandas as pd

from workbench.analytics.forecast.headline import ahead, levels
from workbench.analytics.forecast.outlook import Options
from workbench.analytics.forecast.result import Forecast
from workbench.analytics.forecast.variables import variables
from workbench.analytics.plan.period import period
from workbench.analytics.plan.scoping import levels_for
from workbench.analytics.results import Unknown
from workbench.periods import Every
from workbench.remember import remembered
from workbench.run import Run


class Tables(Protocol):
    """What is asked of `wb.load(run)`."""

    def sales(self, every: Every = "month", by: Any = ()) -> pd.DataFrame: ...
    @property
    def dimensions(self) -> tuple[str, ...]: ...
    @property
    def tables(self) -> Mapping[str, pd.DataFrame]: ...
    @property
    def item(self) -> str: ...
    @property
    def covers(self) -> Any: ...


def forecast_of(data: Tables, run: Run, *, seed: int) -> Forecast | Unknown:
    """The forecast to the end of the period that is planned, at least a year: the one of its own page, made once for
    all pages of a report."""
    asked, calendar = run.settings.forecast, run.calendar
    wanted = levels_for(asked.by, data.dimensions)
    by = levels(data.sales(asked.every, by=wanted), wanted, fixed=asked.by)
    items = data.sales(asked.every, by=data.item)
    known = variables(data.tables, items, every=asked.every, calendar=calendar, span=data.covers)
    found: Forecast | Unknown = remembered(
        ahead, data.sales(asked.every, by=by), by, months=12,
        until=period(calendar, run.as_of, run.settings.plan.period).last, every=asked.every, calendar=calendar,
        options=Options(seed=seed, variables=known),
    )  # fmt: skip
    return found
