"""What the notebook asks for in one call: the same results, from a company's tables; nothing is computed here."""

from typing import Any, Protocol

import pandas as pd

from workbench.analytics.forecast.headline import ahead
from workbench.analytics.forecast.outlook import Options
from workbench.analytics.forecast.variables import variables
from workbench.analytics.market.series import MarketSeries
from workbench.analytics.plan.aims.baseline import Baseline, baseline
from workbench.analytics.plan.period import PlanPeriod
from workbench.analytics.plan.staff.people import people
from workbench.analytics.results import Unknown
from workbench.analytics.review.fairness import Evaluation, evaluation
from workbench.analytics.review.suspects import Ground
from workbench.analytics.review.verdict import known_before
from workbench.analytics.tracking.goals import Goals
from workbench.periods import Calendar, Every
from workbench.run import Run
from workbench.settings import Stages
from workbench.settings.plan import People

_DAY = pd.Timedelta(days=1)
PEOPLE, PRODUCTS = "rep", "product"


class Tables(Protocol):
    """What is asked of `wb.load(run)`."""

    def sales(self, every: Every = "month", by: Any = ()) -> pd.DataFrame: ...
    def table(self, name: str) -> pd.DataFrame | None: ...
    def targets(self) -> pd.DataFrame | None: ...
    def deals(self) -> pd.DataFrame | None: ...
    @property
    def levels(self) -> tuple[str, ...]: ...
    @property
    def hierarchies(self) -> dict[str, tuple[str, ...]]: ...
    @property
    def covers(self) -> Any: ...
    @property
    def tables(self) -> dict[str, pd.DataFrame]: ...
    @property
    def stages(self) -> Stages: ...


def before(data: Tables, period: PlanPeriod) -> tuple[pd.Timestamp, pd.Timestamp]:
    """The days that data hold before the period."""
    return data.covers[0], period.first - _DAY


def in_force(
    data: Tables, goals: Goals | Unknown, levels: tuple[str, ...], period: PlanPeriod, run: Run, *, seed: int
) -> Baseline | Unknown | None:
    """The baseline from what was known when the period's targets came into force; None where that was no later than
    its first day, or before anything more was known."""
    days = pd.Series(dtype="datetime64[ns]") if isinstance(goals, Unknown) else pd.to_datetime(goals.since).dropna()
    day = min(days.max(), period.last) if len(days) else period.first
    every, calendar = run.settings.forecast.every, run.calendar
    sales = data.sales(every, by=levels)
    past = known_before(sales, period, calendar, every, day=day)
    if day <= period.first or len(past) == len(known_before(sales, period, calendar, every)):
        return None
    moved = variables(data.tables, None, every=every, calendar=calendar, span=(data.covers[0], day - _DAY))
    options = Options(seed=seed, variables=moved)
    found = ahead(past, levels, months=3, until=period.last, every=every, calendar=calendar, options=options)
    return baseline(found, period, calendar)


def nested(data: Tables) -> tuple[str, ...]:
    """The levels that price, volume and mix are nested by: the first level, then the products from broad to fine."""
    products = data.hierarchies.get(PRODUCTS, ())
    others = [levels[0] for name, levels in data.hierarchies.items() if name != PRODUCTS and levels]
    return tuple(dict.fromkeys((*others[:1], *products))) or data.levels[:1]


def ground(data: Tables, period: PlanPeriod, calendar: Calendar, market: MarketSeries | Unknown | None) -> Ground:
    """Where causes are looked for."""
    customers = data.sales(period.name, "customer") if "customer" in _named(data) else None
    product = next(iter(data.hierarchies.get(PRODUCTS, ())), "")
    return Ground(calendar, customers, data.deals(), data.stages, market, product)


def evaluated(data: Tables, period: PlanPeriod, calendar: Calendar, settings: People) -> Evaluation | Unknown:
    """Attainment of each person beside what could be expected of them before the period."""
    if PEOPLE not in data.levels:
        return evaluation(pd.DataFrame(), None, period, calendar)
    months, quarters = data.sales("month", PEOPLE), data.sales(period.name, PEOPLE)
    past = known_before(months, period, calendar, "month")
    sellers = people(data.table("reps"), past, period, settings=settings)
    return evaluation(quarters, data.targets(), period, calendar, sellers=sellers)


def _named(data: Tables) -> set[str]:
    return {level for levels in data.hierarchies.values() for level in levels}
