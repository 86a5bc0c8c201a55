"""Where sales are heading, and how sure that is: `forecast(sales, by, horizon=…)` returns a `Forecast`.

measures      accuracy and calibration, one function each
panel         many series in one array; cleaning and seasonal shape
smoothing     exponential smoothing of all series at once on a grid of settings
members       the forecasts that are combined (one place to add one)
models        an analyst's own model
combination   backtest folds; the members' mean and what moves it
spread        the predictive distribution, learnt from backtest errors
engine        points and distribution for a panel
hierarchy     structures and reconciliation
calendar      Spring Festival and working days
series        from the sales frame to series
evidence      backtest tables; which nodes not to trust
outlook       all of it together
result        what is returned, and the keys of its findings
"""

from workbench.analytics.forecast.combination import Effort
from workbench.analytics.forecast.engine import Prediction, predict
from workbench.analytics.forecast.hierarchy import Hierarchy, grouped, reconcile
from workbench.analytics.forecast.models import Model
from workbench.analytics.forecast.outlook import Options, forecast
from workbench.analytics.forecast.panel import Panel
from workbench.analytics.forecast.result import Forecast

__all__ = [
    "Effort",
    "Forecast",
    "Hierarchy",
    "Model",
    "Options",
    "Panel",
    "Prediction",
    "forecast",
    "grouped",
    "predict",
    "reconcile",
]
