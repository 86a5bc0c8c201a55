"""The target under each scenario side by side, and which of the plan's assumptions it hangs on most."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from workbench.analytics.forecast.assumptions import factors
from workbench.analytics.forecast.result import Forecast
from workbench.analytics.keys import fact
from workbench.analytics.plan.aims.baseline import Baseline, amount_at, baseline, chance
from workbench.analytics.plan.aims.means import Leverage, Resources, leverage, with_means
from workbench.analytics.plan.aims.targets import Triangulation, recommended
from workbench.analytics.plan.work.rates import Rates
from workbench.analytics.results import Result, Unknown
from workbench.errors import SettingsError
from workbench.findings import Finding
from workbench.periods import Calendar
from workbench.settings import Assumptions
from workbench.settings.plan import Hires, PlanSettings

BASE = "base"
_STRATEGY, _SPEND = 0.05, 0.1  # steps of the tornado: of the strategy, of the change of spend
_Z80 = 1.2815515655446004


@dataclass(frozen=True, kw_only=True, repr=False)
class Alternatives(Result):
    """`table`: index scenario, BASE first; columns expected, target (money reached with the settings' chance), chance
    (of the recommended target), strategy_chance (NaN where that is the target), gap (strategy − expected; NaN without
    a strategy)
    `named`: the scenarios by key; `sure`: the settings' chance
    """

    table: pd.DataFrame
    named: Mapping[str, Assumptions]
    sure: float


@dataclass(frozen=True, kw_only=True, repr=False)
class Sensitivity(Result):
    """`table`: index driver, widest first; columns low, high (the recommended target when the driver is at its lower
    and upper end), at_low, at_high (the driver there; NaN where it has no unit), swing (from the lowest to
    the highest of low, high and the target as it is)
    `target`: the recommended one, before rounding
    """

    table: pd.DataFrame
    target: float


def alternatives(
    aims: Triangulation | Unknown,
    found: Forecast | Unknown,
    named: Mapping[str, Assumptions],
    settings: PlanSettings,
    added: Leverage | Unknown | None,
    calendar: Calendar,
) -> Alternatives | Unknown:
    """The plan under each of the forecast's named scenarios (those that `plan.scenarios` names, else all of them)."""
    if isinstance(aims, Unknown) or isinstance(found, Unknown):
        return aims if isinstance(aims, Unknown) else Unknown(section="plan_scenarios", findings=found.findings)
    chosen = _chosen(named, settings)
    plans = {BASE: aims.planned} | {key: _under(one, found, aims, added, calendar) for key, one in chosen.items()}
    table = pd.DataFrame.from_dict({k: _row(p, aims, settings) for k, p in plans.items()}, orient="index")
    result = Alternatives(table=table.rename_axis("scenario"), named=chosen, sure=settings.chances.target)
    return replace(result, findings=tuple(_told(result, aims)))


def _chosen(named: Mapping[str, Assumptions], settings: PlanSettings) -> dict[str, Assumptions]:
    if missing := [key for key in settings.scenarios if key not in named]:
        known = ", ".join(named) or "none"
        raise SettingsError("plan.scenarios", [f"there is no forecast scenario '{k}'; known: {known}" for k in missing])
    return {key: named[key] for key in (settings.scenarios or named)}


def _under(
    one: Assumptions, found: Forecast, aims: Triangulation, added: Leverage | Unknown | None, calendar: Calendar
) -> Baseline:
    factor = factors(one, found)
    table = found.table.assign(mean=found.table["mean"] * np.tile(factor, len(found.nodes)))
    moved = replace(found, paths=found.paths * factor, table=table)
    made = baseline(moved, aims.period, calendar, missed=aims.planned.missed)
    if isinstance(made, Unknown):  # the base had the same horizon
        raise TypeError("a scenario does not reach the period that the base reaches")
    return with_means(made, added) if isinstance(added, Leverage) else made


def _row(planned: Baseline, aims: Triangulation, settings: PlanSettings) -> dict[str, float]:
    expected, aim = float(planned.expected.iloc[0]), aims.strategy
    other = None if aim == aims.target else aim
    return {
        "expected": expected,
        "target": amount_at(planned, None, settings.chances.target),
        "chance": chance(planned, None, aims.target),
        "strategy_chance": np.nan if other is None else chance(planned, None, other),
        "gap": np.nan if aim is None else aim - expected,
    }


def _told(result: Alternatives, aims: Triangulation) -> Iterator[Finding]:
    base = result.table["chance"][BASE]
    if not result.named:
        yield fact("plan.targets.no_scenarios")
    for key, one in result.named.items():
        row: Any = result.table.loc[key]
        change = row["expected"] - result.table["expected"][BASE]
        yield fact("plan.targets.scenario", weight=change, name=one.name or key, change=change,
                   amount=aims.target, chance=row["chance"], base=base, target=row["target"])  # fmt: skip


# -- sensitivity ------------------------------------------------------------------------------------------------------


def sensitivity(
    aims: Triangulation | Unknown,
    settings: PlanSettings,
    rates: Rates | Unknown | None = None,
    known: Resources | None = None,
    *,
    base: Baseline | Unknown | None = None,
) -> Sensitivity | Unknown:
    """The recommended target with one assumption moved at a time.

    forecast: the level at the ends of its 80 % interval. chance: the ends of the stretch band. strategy: 5 % less and
    more. win_rate, deal_size: the ends of their 80 % intervals, on the share of sales that comes through deals. hires:
    none, and one person more. spend: 10 points less and more. `base` is the baseline without means.
    """
    if isinstance(aims, Unknown):
        return aims
    plain = base if isinstance(base, Baseline) else aims.planned
    rows = {
        "forecast": _forecast(aims, settings),
        "chance": (aims.band[0], aims.band[1], settings.chances.highest, settings.chances.lowest),
        **_strategy(aims, settings),
        **_deals(aims, settings, rates),
        **_moved(aims, plain, settings, known),
    }
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["low", "high", "at_low", "at_high"])
    target = _target(aims.planned, aims, settings)
    ends = table[["low", "high"]].assign(now=target)
    table = table.assign(swing=ends.max(axis=1) - ends.min(axis=1)).rename_axis("driver")
    table = table.sort_values("swing", ascending=False, kind="stable")
    first = table.iloc[0]
    told = fact("plan.targets.sensitivity", weight=first["swing"], driver=str(table.index[0]), low=first["low"],
                high=first["high"], target=target)  # fmt: skip
    return Sensitivity(table=table, target=target, findings=(told,))


_Ends = tuple[float, float, float, float]


def _target(planned: Baseline, aims: Triangulation, settings: PlanSettings, strategy: float | None = None) -> float:
    return recommended(planned, settings, aims.strategy if strategy is None else strategy)[1]


def _forecast(aims: Triangulation, settings: PlanSettings) -> _Ends:
    """At either end the whole distribution moves there; the target is what its own chance gives."""
    middle = amount_at(aims.planned, None, 0.5)
    ends = [amount_at(aims.planned, None, p) for p in (0.9, 0.1)]
    usual = amount_at(aims.planned, None, settings.chances.target)
    low, high = (usual * end / middle if middle > 0 else np.nan for end in ends)
    return low, high, ends[0], ends[1]


def _strategy(aims: Triangulation, settings: PlanSettings) -> dict[str, _Ends]:
    if aims.strategy is None:
        return {}
    ends = [aims.strategy * (1 + sign * _STRATEGY) for sign in (-1, 1)]
    low, high = (_target(aims.planned, aims, settings, end) for end in ends)
    return {"strategy": (low, high, ends[0], ends[1])}


def _deals(aims: Triangulation, settings: PlanSettings, rates: Rates | Unknown | None) -> dict[str, _Ends]:
    if not isinstance(rates, Rates) or rates.through is None:
        return {}
    target = amount_at(aims.planned, None, settings.chances.target)
    closed = len(rates.sizes) / rates.win_rate
    errors = {
        "win_rate": (rates.win_rate, np.sqrt(rates.win_rate * (1 - rates.win_rate) / closed)),
        "deal_size": (rates.size, rates.sizes.std(ddof=1) / np.sqrt(len(rates.sizes))),
    }
    found: dict[str, _Ends] = {}
    for name, (now, error) in errors.items():
        ends = [now - _Z80 * error, now + _Z80 * error]
        low, high = (target * (1 + rates.through * (end / now - 1)) for end in ends)
        found[name] = (float(low), float(high), float(ends[0]), float(ends[1]))
    return found


def _moved(aims: Triangulation, plain: Baseline, settings: PlanSettings, known: Resources | None) -> dict[str, _Ends]:
    """The means made again with the setting moved."""
    if known is None:
        return {}
    found: dict[str, _Ends] = {}
    hires, spend = settings.people.hires, settings.means.spend_growth
    soonest = max(aims.period.first, plain.known_until + pd.Timedelta(days=1))
    more = (*hires, Hires(count=1, joins=f"{soonest:%Y-%m}"))
    for name, moved, at in (
        ("hires", [_with(settings, hires=one) for one in ((), more)], (0.0, float(sum(h.count for h in more)))),
        ("spend", [_with(settings, spend=spend + s * _SPEND) for s in (-1, 1)], (spend - _SPEND, spend + _SPEND)),
    ):
        made = [leverage(plain, one, known, np.random.default_rng(0)) for one in moved]
        low, high = (_target(with_means(plain, one), aims, settings) for one in made)
        if any(name in one.table.index for one in made):
            found[name] = (low, high, *at)
    return found


def _with(settings: PlanSettings, hires: tuple[Hires, ...] | None = None, spend: float | None = None) -> PlanSettings:
    people = settings.people if hires is None else settings.people.model_copy(update={"hires": hires})
    inputs = settings.means if spend is None else settings.means.model_copy(update={"spend_growth": spend})
    return settings.model_copy(update={"people": people, "means": inputs})
