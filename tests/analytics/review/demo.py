"""The demo company's reviews that several tests look at, each made once."""

from functools import cache
from typing import NamedTuple

import pandas as pd

import workbench as wb
from workbench.analytics.plan import Baseline, PlanPeriod
from workbench.analytics.review.causes import Causes
from workbench.analytics.review.counterfactual import impact
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


def placebos(first: pd.Timestamp) -> list[tuple[str, float]]:
    """The level and p of the effect "found" in the quarter from `first` in every part where nothing was planted."""
    data = data_at("2026-09-30")[1]
    lines = data.sales("day", by=("region", "product_line", "rep", "customer"))
    lines = lines[lines["product_line"].isin(["工业传感", "机器视觉", "运动控制"])]  # the new lines grow by themselves
    war = first in (pd.Timestamp("2024-04-01"), pd.Timestamp("2024-07-01"))
    planted = {"华南", "工业传感"} if war else {"机器视觉"} if first == pd.Timestamp("2025-04-01") else set()
    planted |= {"华东"} if first >= pd.Timestamp("2025-07-01") else set()
    touched = (lines["region"] == "华南") & (lines["product_line"] == "工业传感") & war
    found = []
    for levels in (["region"], ["product_line"], ["region", "product_line"]):
        for key, _ in lines.groupby(levels):
            inside = lines[levels].eq(list(key)).all(axis=1)
            found += [] if planted & set(key) else _p(" × ".join(levels), lines, inside, ~inside & ~touched, first)
    reps = data.table("reps")
    assert reps is not None
    return found + _books(lines, reps, first)


def _books(lines: pd.DataFrame, reps: pd.DataFrame, first: pd.Timestamp) -> list[tuple[str, float]]:
    """The customers of each rep who stays, by who sold most to them in the year before."""
    year = lines[(lines["period"] < first) & (lines["period"] >= first - pd.Timedelta(days=365))]
    sums = year.groupby(["customer", "rep"])["amount"].sum().reset_index().sort_values("amount")
    main = sums.drop_duplicates("customer", keep="last").set_index("customer")["rep"]
    left = reps.set_index("name")["left"].dropna()
    stay = set(main) - set(left[left <= first + pd.offsets.QuarterEnd(0)].index)
    whose = lines["customer"].map(main)
    return [
        p
        for rep in sorted(map(str, stay))
        for p in _p("rep", lines, whose == rep, whose.notna() & (whose != rep), first)
    ]


def _p(
    level: str, lines: pd.DataFrame, inside: pd.Series, free: pd.Series, first: pd.Timestamp
) -> list[tuple[str, float]]:
    days = pd.date_range("2022-10-01", "2026-09-30")
    sums = [lines[rows].groupby("period")["amount"].sum().reindex(days, fill_value=0.0) for rows in (inside, free)]
    made = impact(sums[0], sums[1], first, (first, first + pd.offsets.QuarterEnd(0)))
    return [(level, made.p)] if made else []
