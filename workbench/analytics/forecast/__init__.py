"""Where sales are heading, and how sure that is: `forecast(sales, by, horizon=…)` returns a `Forecast`.

measures      accuracy and calibration, one function each
panel         many series in one array; cleaning and seasonal shape
smoothing     exponential smoothing of all series at once on a grid of settings
theta         dynamic theta of all series at once, likewise
members       the forecasts that are combined (one place to add one)
models        an analyst's own model
combination   backtest folds; the members' mean and what moves it
spread        the predictive distribution, learnt from backtest errors
engine        points and distribution for a panel
hierarchy     structures and reconciliation
calendar      Spring Festival and working days
variables     spend, people, prices, the market and events, period by period
influences    what variables do to sales, and which earn their place
series        from the sales frame to series
coarser       whether sales are sums of longer periods than those asked for
evidence      backtest tables; which nodes not to trust
doubts        what a person must decide about those nodes
outlook       all of it together
result        what is returned, and the keys of its findings
headline      where the fiscal year and the next year should end; the forecast as it is kept
parts         the same by level
habits        the same beside what today's customers should bring
proof         accuracy, and how earlier forecasts came out
effects       what the calendar and the variables do
assumptions   the forecast under named assumptions

The module itself can be called: `wb.forecast(sales, by)` is `wb.forecast.forecast(sales, by)`.
"""

import sys
from types import ModuleType
from typing import Any

from workbench.analytics.forecast.assumptions import Scenarios, drivers, scenarios, supposed
from workbench.analytics.forecast.combination import Effort
from workbench.analytics.forecast.effects import CalendarEffects, Variables, calendar_effects, variable_effects
from workbench.analytics.forecast.engine import Prediction, predict
from workbench.analytics.forecast.habits import Habits, habits
from workbench.analytics.forecast.headline import Landing, ahead, issued, landing, levels
from workbench.analytics.forecast.hierarchy import Hierarchy, grouped, reconcile
from workbench.analytics.forecast.models import Model
from workbench.analytics.forecast.outlook import Options, forecast
from workbench.analytics.forecast.panel import Panel
from workbench.analytics.forecast.parts import Parts, by_level
from workbench.analytics.forecast.proof import Accuracy, TrackRecord, accuracy, track_record
from workbench.analytics.forecast.result import Forecast
from workbench.analytics.forecast.variables import variables

__all__ = [
    "Accuracy",
    "CalendarEffects",
    "Effort",
    "Forecast",
    "Habits",
    "Hierarchy",
    "Landing",
    "Model",
    "Options",
    "Panel",
    "Parts",
    "Prediction",
    "Scenarios",
    "TrackRecord",
    "Variables",
    "accuracy",
    "ahead",
    "by_level",
    "calendar_effects",
    "drivers",
    "forecast",
    "grouped",
    "habits",
    "issued",
    "landing",
    "levels",
    "predict",
    "reconcile",
    "scenarios",
    "supposed",
    "track_record",
    "variable_effects",
    "variables",
]


class _Callable(ModuleType):
    """A module that is asked for the one thing it is about."""

    def __call__(self, *arguments: Any, **named: Any) -> Forecast:
        return forecast(*arguments, **named)


sys.modules[__name__].__class__ = _Callable
