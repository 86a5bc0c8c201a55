"""Invented sales teams, with what each person brings known."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from workbench.analytics.plan.period import PlanPeriod, period
from workbench.analytics.plan.staff.people import Sellers, people
from workbench.periods import Calendar
from workbench.settings import CalendarSettings
from workbench.settings.plan import People

AS_OF = pd.Timestamp("2026-12-31")


def next_year(as_of: pd.Timestamp = AS_OF) -> PlanPeriod:
    return period(Calendar(CalendarSettings()), as_of, "next year")


def staff(names: list[str], **columns: Any) -> pd.DataFrame:
    """A table of reps; everyone joined long ago unless told."""
    table = pd.DataFrame({"rep": names, "joined": pd.Timestamp("2015-01-01"), "left": pd.NaT})
    table = table.assign(**columns)
    return table.astype({"joined": "datetime64[ns]", "left": "datetime64[ns]"})


def sold(monthly: Mapping[str, float], *, months: int = 24, noise: float = 0.0, seed: int = 1) -> pd.DataFrame:
    """Monthly sales of each person, the same each month but for noise (share of them)."""
    rng = np.random.default_rng(seed)
    index = pd.date_range(end=AS_OF, periods=months, freq="MS")
    rows = [
        {"period": month, "rep": name, "amount": max(0.0, amount * (1 + noise * rng.standard_normal())), "whole": True}
        for month in index
        for name, amount in monthly.items()
    ]
    return pd.DataFrame(rows)


def sellers(monthly: Mapping[str, float], reps: pd.DataFrame | None = None, **settings: object) -> Sellers:
    """Sellers with a little noise, so that intervals have a width."""
    table = staff(list(monthly)) if reps is None else reps
    found = people(table, sold(monthly, noise=0.2), next_year(), settings=People.model_validate(settings))
    assert isinstance(found, Sellers)
    return found
