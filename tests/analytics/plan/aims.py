"""A small company and bare baselines that the tests of targets share."""

from functools import cache

import numpy as np
import pandas as pd

from workbench.analytics.forecast import Forecast, forecast
from workbench.analytics.plan import Baseline, PlanPeriod, baseline, period
from workbench.periods import Calendar
from workbench.settings.plan import PlanSettings

CALENDAR = Calendar()
AS_OF = pd.Timestamp("2026-09-30")


def sales(months: int = 57, seed: int = 1, last: str = "2026-09-01") -> pd.DataFrame:
    """Two regions with a season and some noise, up to September 2026."""
    rng, starts = np.random.default_rng(seed), pd.date_range(end=last, periods=months, freq="MS")
    season = 1 + 0.2 * np.sin(2 * np.pi * starts.month.to_numpy() / 12)
    rows = [
        pd.DataFrame({"period": starts, "region": name, "amount": size * season * rng.lognormal(0, 0.08, months)})
        for name, size in (("North", 600.0), ("South", 400.0))
    ]
    return pd.concat(rows, ignore_index=True).assign(whole=True)


@cache
def found(horizon: int = 15) -> Forecast:
    return forecast(sales(), ("region",), horizon=horizon, every="month", calendar=CALENDAR)


@cache
def made() -> Baseline:
    """The baseline of 2027, as seen on 30 September 2026."""
    result = baseline(found(), period(CALENDAR, AS_OF, "next year"), CALENDAR)
    assert isinstance(result, Baseline)
    return result


def year(first: str = "2027-01-01") -> PlanPeriod:
    start = pd.Timestamp(first)
    last = start + pd.DateOffset(years=1) - pd.Timedelta(days=1)
    before = start - pd.DateOffset(years=1)
    return PlanPeriod(
        "year", start, last, pd.date_range(start, last, freq="MS"), (before, start - pd.Timedelta(days=1))
    )


def bare(draws: np.ndarray, before: float = 100.0, months: np.ndarray | None = None) -> Baseline:
    """A baseline of one whole with these draws of the year; its months are `months`' shares (even by default)."""
    share = np.full(12, 1 / 12) if months is None else months / months.sum()
    nodes, plan = pd.Index([""], name="node"), year()
    return Baseline(
        period=plan,
        nodes=pd.DataFrame({"level": [""]}, index=nodes),
        draws=np.asarray(draws, float)[:, None],
        monthly=np.outer(draws, share),
        by_month=pd.DataFrame([draws.mean() * share], index=nodes, columns=plan.months),
        before=pd.Series([before], index=nodes),
        before_is_forecast=False,
        booked_by_month=pd.DataFrame([0.0 * share], index=nodes, columns=plan.months),
        known_until=AS_OF,
        before_by_month=pd.DataFrame([before * share], index=nodes, columns=plan.months),
        habit=1.0,
        missed=np.empty(0),
    )


def normal(mean: float = 110.0, sd: float = 10.0, count: int = 2000) -> np.ndarray:
    """Evenly placed quantiles of a normal distribution: no luck of the draw."""
    from scipy.special import ndtri

    return mean + sd * ndtri((np.arange(count) + 0.5) / count)


def settings(**given: object) -> PlanSettings:
    return PlanSettings.model_validate(given)
