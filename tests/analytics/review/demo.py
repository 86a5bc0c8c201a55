"""The demo company's reviews that several tests look at, each made once."""

from functools import cache
from typing import NamedTuple

import pandas as pd

import workbench as wb
from workbench.analytics.plan import Baseline, PlanPeriod
from workbench.analytics.review.causes import Causes
from workbench.analytics.review.effects import Effects
from workbench.analytics.review.verdict import Verdict
from workbench.run import Run
from workbench.sources.data import Data

SETTINGS = "data/demo/workbench.toml"


class Reviewed(NamedTuple):
    run: Run
    data: Data
    period: PlanPeriod
    start: Baseline
    verdict: Verdict
    effects: Effects
    causes: Causes


@cache
def data_at(as_of: str) -> tuple[Run, Data]:
    run = wb.Run.start(SETTINGS, as_of=as_of)
    return run, wb.load(run)


@cache
def effects_at(as_of: str) -> Effects:
    """What happened in the quarter that ended on or before a day."""
    run, data = data_at(as_of)
    period = wb.review.finished(run.calendar, run.as_of)
    made = wb.review.effects(data.tables, data.sales, period, levels=data.dimensions, covers=data.covers)
    assert isinstance(made, Effects)
    return made


@cache
def review_at(as_of: str) -> Reviewed:
    run, data = data_at(as_of)
    calendar, every, day = run.calendar, run.settings.forecast.every, pd.Timedelta(days=1)
    period = wb.review.finished(calendar, run.as_of)
    levels = ("region", "product_line")
    past = wb.review.known_before(data.sales(every, by=levels), period, calendar, every)
    span = (data.covers[0], period.first - day)
    variables = wb.forecast.variables(data.tables, None, every=every, calendar=calendar, span=span)
    options = wb.forecast.Options(seed=7, variables=variables)
    how = {"every": every, "calendar": calendar, "options": options}
    forecast = wb.forecast.ahead(past, levels, months=3, until=period.last, **how)  # type: ignore[arg-type]
    start = wb.plan.baseline(forecast, period, calendar)
    goals = wb.tracking.goals(period, calendar, table=data.targets(), levels=levels)
    verdict = wb.review.verdict(start, data.sales(period.name, by=levels), goals=goals)
    ground = wb.review.Ground(
        calendar, data.sales(period.name, by="customer"), data.deals(), data.stages, None, "product_line"
    )
    causes = wb.review.causes(verdict, start, effects_at(as_of), ground)
    assert isinstance(start, Baseline)
    assert isinstance(verdict, Verdict)
    assert isinstance(causes, Causes)
    return Reviewed(run, data, period, start, verdict, effects_at(as_of), causes)
