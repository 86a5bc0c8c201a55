"""What new people and more spend should add to the period, with how sure, and the baseline with them in it."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from workbench.analytics.forecast.panel import Array
from workbench.analytics.keys import fact
from workbench.analytics.plan.aims.baseline import Baseline
from workbench.analytics.plan.aims.response import Elasticity, elasticity
from workbench.analytics.plan.staff.ramp import ramped, since_joining
from workbench.analytics.results import Result, Unknown
from workbench.findings import Finding
from workbench.settings.plan import Hires, PlanSettings

FEWEST_REPS = 4  # people of whom the spread of what one sells is known
_YEAR = 12  # months that what one sells is taken from
_PRESENT = 9  # of them, with sales: who sells in fewer is not there in full


@dataclass(frozen=True)
class Resources:
    """What the means are judged from: `data.sales("month", by="rep")`, the spend table, `wb.funnel.channels`."""

    by_rep: pd.DataFrame | None = None
    spend: pd.DataFrame | None = None
    channels: Result | None = None


@dataclass(frozen=True, kw_only=True, repr=False)
class Leverage(Result):
    """What the settings' means add to the period's sales.

    `table`: index lever ("hires", "spend"), those that can be told; columns amount (mean), lo_80, hi_80
    `draws`: (draws) of their sum, beside the baseline's draws; zeros where there are none
    `missing`: levers that the settings name and that the data cannot tell
    `present`: people whom the settings name as hires and who had joined when history ends: its forecast holds them
    `each`: money of the period that each full person should sell (one an observed rep; empty unknown)
    `response`: of leads or sales to spend, None where no change of spend is planned
    """

    table: pd.DataFrame
    draws: Array
    levers: dict[str, Array] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    present: int = 0
    each: Array = field(default_factory=lambda: np.empty(0))
    response: Elasticity | None = None


def means(
    baseline: Baseline | Unknown, settings: PlanSettings, known: Resources | None = None, *, seed: int = 0
) -> Leverage | Unknown:
    """Additions by hires and by a change of spend, as draws.

    A hire sells what one of today's full people does (drawn from them), by the settings' ramp, in the season of the
    period; `means.additional` is the share of it that would not have come anyway: an assumption, drawn evenly. Sales
    move with spend by a power below 1, so each further piece brings less; see response. Both add to what is still to
    come, never to what the period holds; who has joined already is in the forecast and adds nothing.
    """
    if isinstance(baseline, Unknown):
        return baseline
    known = known or Resources()
    return leverage(baseline, settings, known, np.random.default_rng(seed))


def leverage(baseline: Baseline, settings: PlanSettings, known: Resources, rng: np.random.Generator) -> Leverage:
    """The same for a baseline that is known."""
    each = per_person(baseline, known.by_rep)
    spend = settings.means.spend_growth
    hires = tuple(h for h in settings.people.hires if pd.Timestamp(h.joins) > baseline.known_until)
    levers: dict[str, Array] = {}
    if hires and len(each):
        levers["hires"] = _hired(baseline, hires, settings, each, rng)
    response = elasticity(known.spend, known.channels, baseline, settings.means.elasticity) if spend else None
    if response:
        slope = response.draws(len(baseline.draws), rng)
        levers["spend"] = _ahead(baseline) * response.reach * ((1 + spend) ** slope - 1)
    missing = ("hires",) if hires and not len(each) else ()
    rows = {name: _row(draws) for name, draws in levers.items()}
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("lever").reindex(columns=list(_row(np.zeros(1))))
    draws = sum(levers.values(), np.zeros(len(baseline.draws)))
    present = sum(h.count for h in settings.people.hires) - sum(h.count for h in hires)
    made = Leverage(table=table, draws=draws, levers=levers, missing=missing, present=present, each=each,
                    response=response)  # fmt: skip
    return replace(made, findings=tuple(_findings(made, settings, known)))


def with_means(baseline: Baseline, added: Leverage) -> Baseline:
    """The baseline with the means in it: each draw's additions are laid on what is still to come of all nodes and
    months, in proportion, so that they still add up and nothing booked moves; the chance of any node's target then
    counts on the means."""
    ahead = _ahead(baseline)
    more = np.where(ahead > 0, added.draws / np.where(ahead > 0, ahead, 1), 0.0)[:, None]
    usual = float(added.draws.mean() / ahead.mean()) if ahead.mean() > 0 else 0.0
    return replace(
        baseline,
        draws=baseline.draws + (baseline.draws - baseline.booked.to_numpy(float)) * more,
        monthly=baseline.monthly + (baseline.monthly - baseline.booked_by_month.iloc[0].to_numpy(float)) * more,
        by_month=baseline.by_month + baseline.to_come * usual,
        means=len(added.table) > 0,
    )


def _ahead(baseline: Baseline) -> Array:
    """(draws) money of the whole that is not booked yet."""
    return baseline.of(None) - float(baseline.booked.iloc[0])


def per_person(baseline: Baseline, by_rep: pd.DataFrame | None) -> Array:
    """Money that each of today's full people should sell in the period: their last 12 months, scaled to its length.

    Full: with sales in 9 of these months and before them. Empty where fewer than FEWEST_REPS are known.
    """
    if by_rep is None or "rep" not in by_rep:
        return np.empty(0)
    whole = by_rep[by_rep["whole"].astype(bool) & by_rep["rep"].notna()]
    wide = whole.pivot_table("amount", "period", "rep", aggfunc="sum", observed=True).sort_index()
    last, earlier = wide.tail(_YEAR), wide.iloc[:-_YEAR]
    full = (last.notna().sum() >= _PRESENT) & earlier.notna().any()
    if full.sum() < FEWEST_REPS or len(last) < _YEAR:
        return np.empty(0)
    return np.asarray(last.loc[:, full].fillna(0).sum() * len(baseline.period.months) / _YEAR, dtype=float)


def _hired(
    baseline: Baseline, hires: tuple[Hires, ...], settings: PlanSettings, each: Array, rng: np.random.Generator
) -> Array:
    months = baseline.period.months
    weights = baseline.by_month.iloc[0].to_numpy(float)
    left = baseline.to_come.iloc[0].to_numpy(float) / np.where(weights > 0, weights, 1)
    weights = weights / weights.sum() * left if weights.sum() > 0 else np.full(len(months), 1 / len(months))
    share = rng.uniform(*settings.means.additional, len(baseline.draws))
    total = np.zeros(len(baseline.draws))
    for group in hires:
        tenure = since_joining(pd.DatetimeIndex([group.joins]), months)[0]
        there = float((weights * ramped(tenure, settings.people.ramp)).sum())
        total += rng.choice(each, (len(total), group.count)).sum(axis=1) * there
    return np.asarray(total * share)


def _row(draws: Array) -> dict[str, float]:
    lo, hi = np.quantile(draws, (0.1, 0.9))
    return {"amount": float(draws.mean()), "lo_80": float(lo), "hi_80": float(hi)}


def _findings(made: Leverage, settings: PlanSettings, known: Resources) -> Iterator[Finding]:
    least, most = settings.means.additional
    if "hires" in made.table.index:
        row = _row(made.levers["hires"])
        people = sum(group.count for group in settings.people.hires) - made.present
        yield fact("plan.targets.hires", weight=row["amount"], people=people, **row, each=float(made.each.mean()),
                   reps=len(made.each), least=least, most=most)  # fmt: skip
    if made.response and "spend" in made.table.index:
        row, found = _row(made.levers["spend"]), made.response
        yield fact("plan.targets.spend", weight=row["amount"], growth=settings.means.spend_growth, **row,
                   slope=found.slope, slope_lo=found.lo, slope_hi=found.hi, basis=found.basis,
                   reach=found.reach)  # fmt: skip
    if made.present:
        yield fact("plan.targets.hires_present", people=made.present)
    for lever in made.missing:
        yield fact("plan.targets.means_missing", lever=lever)
    if made.table.empty and not made.missing and not made.present:
        yield fact("plan.targets.means_none")
