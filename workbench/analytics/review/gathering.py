"""Lessons from a company's tables in one call: the evidence is gathered as the plan's notebook would."""

from typing import Any, Protocol

import pandas as pd

from workbench.analytics import customers
from workbench.analytics.forecast.headline import levels
from workbench.analytics.plan.learned import learned
from workbench.analytics.plan.period import period
from workbench.analytics.plan.scoping import levels_for, within
from workbench.analytics.plan.staff.people import people
from workbench.analytics.plan.steps import training_for
from workbench.analytics.plan.work.rates import Records, funnel_rates
from workbench.analytics.results import Unknown
from workbench.analytics.review.lessons import Evidence, Lessons, lessons
from workbench.analytics.review.replay import Replayed, replay
from workbench.lessons import Approved
from workbench.periods import Every
from workbench.run import Run
from workbench.settings import Stages


class Tables(Protocol):
    """What is asked of `wb.load(run)`."""

    def sales(self, every: Every = "month", by: Any = ()) -> pd.DataFrame: ...
    def compare(self, by: Any = ()) -> pd.DataFrame: ...
    def deals(self) -> pd.DataFrame | None: ...
    def table(self, name: str) -> pd.DataFrame | None: ...
    def new_and_repeat(self, every: Every = "month", by: Any = ()) -> pd.DataFrame: ...
    def has(self, *tables: str) -> bool: ...
    @property
    def dimensions(self) -> tuple[str, ...]: ...
    @property
    def stages(self) -> Stages: ...


def replay_of(data: Tables, run: Run, approved: Approved, *, years: int = 3, seed: int = 7) -> Replayed | Unknown:
    """The replay by the first level that is planned; settings as they count on the run's day."""
    plan = learned(within(run.settings.plan, run.scope, data.compare(by="team")), approved).plan
    named = plan.by or run.settings.forecast.by
    every, wanted = run.settings.forecast.every, levels_for(named, data.dimensions)
    level = next(iter(levels(data.sales("month", by=wanted), wanted, fixed=named)), "")
    sales = data.sales(every, by=(level,) if level else ())
    monthly = data.sales("month", by=(level,) if level else ())
    return replay(sales, level, as_of=run.as_of, every=every, calendar=run.calendar, settings=plan, monthly=monthly,
                  years=years, seed=seed)  # fmt: skip


def lessons_from(
    data: Tables, run: Run, approved: Approved, replayed: Replayed | Unknown | None = None
) -> Lessons | Unknown:
    """What the next plan should do differently; `replayed` is made where it is not given."""
    written = within(run.settings.plan, run.scope, data.compare(by="team"))
    plan = learned(written, approved).plan
    ahead = period(run.calendar, run.as_of, plan.period)
    monthly = data.sales("month")
    records = Records(data.deals(), data.stages, run.as_of, data.table("stage_history"), data.table("spend"), monthly,
                      run.calendar)  # fmt: skip
    sellers = people(data.table("reps"), data.sales("month", by="rep"), ahead, settings=plan.people)
    new = customers.new_and_repeat(data.new_and_repeat("quarter"), "quarter")
    return lessons(Evidence(
        plan=plan, written=written, calendar=run.calendar, sales=monthly,
        replayed=replay_of(data, run, approved) if replayed is None else replayed,
        sellers=sellers, records=records, rates=funnel_rates(records, (), plan.funnel),
        new=new if not isinstance(new, Unknown) else None,
        training=training_for(sellers, records), targets=data.table("targets"),
    ))  # fmt: skip
