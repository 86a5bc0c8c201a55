"""One target to all parts and months: shares mixed from several sources, every rule kept, every sum exact."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from workbench.analytics.forecast.panel import Array
from workbench.analytics.plan.aims.baseline import Baseline
from workbench.analytics.plan.parts.conflicts import clashes
from workbench.analytics.plan.parts.keys_mix import Base, Sources, base
from workbench.analytics.plan.parts.projection import Atoms, atoms, possible, project
from workbench.analytics.plan.parts.rounding import Within, largest_remainder, rounded, table
from workbench.analytics.plan.parts.rules import Limit, limits
from workbench.analytics.plan.parts.selling import Selling, season, selling
from workbench.analytics.plan.parts.split_findings import split_decisions, split_findings
from workbench.analytics.plan.parts.split_result import Conflict, Solved, Split, money
from workbench.analytics.plan.parts.split_tables import (
    conflict,
    index_of,
    level_table,
    months_table,
    parts_table,
    rules_table,
    whole_before,
)
from workbench.analytics.plan.period import PlanPeriod
from workbench.errors import ParameterError
from workbench.periods import Calendar
from workbench.settings.plan import Keys, PlanSettings

_PRICED, _PRICE = 20, 1e-6  # binding rules whose cost is worked out, those that move the most first; how exactly
_SMALLEST = 0.01  # money: no unit is below a cent


def split(
    amount: float,
    period: PlanPeriod,
    sources: Sources,
    plan: PlanSettings,
    *,
    calendar: Calendar | None = None,
    baseline: Baseline | None = None,
) -> Split | Conflict:
    """`amount` handed to every crossing of `plan.by` (and `keys.margins`) and every month, all rules kept at once.

    The shares start from `plan.keys` and change the least (relative entropy; see projection). Rules that cannot all
    hold give a `Conflict` that names the smallest sets. Money is in whole `plan.unit`s (chosen by size where 0).
    `baseline` adds how likely each part reaches its target.
    """
    calendar = calendar or Calendar()
    if not amount > 0 or not np.isfinite(amount):
        raise ParameterError("plan", [f"the amount to split is {amount:g}; it must be above 0"])
    start = base(plan.by, sources, plan.keys)
    unit = plan.unit or _unit(amount, len(start.cells) * len(period.months))
    units, total = _whole(amount, unit)
    found = limits(plan.rules, total, start, sources, tuple(plan.keys.margins))
    start = _asked(start, found, plan.keys)
    together = atoms(start.key, found, total)
    alive = possible(together)
    if alive is None:
        return conflict(found, clashes(together), sources, total)
    solved = _solved(start, together, alive, found, total)
    whole = rounded(solved.amounts / unit, units, _sums(solved.amounts / unit, start, found, unit))
    days = selling(period, calendar, plan.selling_weeks)
    months = _months(whole, start, (sources, plan.keys), period, calendar, days)
    return _result(amount, unit, (start, found, solved), (whole, months), (sources, period, calendar, baseline), days)


def _whole(amount: float, unit: float) -> tuple[int, float]:
    """The amount in whole units, halves up, and as money."""
    units = int(np.floor(amount / unit + 0.5))
    if not units:
        raise ParameterError("plan", [f"the amount {amount:g} is less than half of the unit {unit:g}"])
    return units, float(money(np.array([units]), unit)[0])


def _unit(amount: float, parts: int) -> float:
    """A power of ten: a hundredth of a part's average month, at most a ten-thousandth of the whole, at least a cent."""
    wanted = min(amount / max(parts, 1) / 100, amount / 10_000)
    least = 1.0 if amount >= 100_000 else _SMALLEST
    return max(10.0 ** np.floor(np.log10(wanted) + 1e-9), least)


def _asked(start: Base, found: Sequence[Limit], keys: Keys) -> Base:
    """A part of 0 that a rule asks money of: its zeros give way to the share of a part that no source knows."""
    key, how = start.key.copy(), start.how.copy()
    above = start.key[start.key > 0]
    share = above.min() if keys.unknown in ("smallest", "none") else above.mean()
    for limit in found:
        if limit.lo > 0 and not key[limit.cells].sum():
            key[limit.cells], how[limit.cells] = share, "asked"
    return replace(start, key=key / key.sum(), how=how)


def _solved(start: Base, together: Atoms, alive: Array, found: Sequence[Limit], total: float) -> Solved:
    share, force = project(together, alive)
    factor = np.divide(share, together.key, out=np.zeros_like(share), where=together.key > 0)
    inside = together.inside @ share
    loose = ~(alive[together.key > 0]).all()
    held = np.abs(inside - np.clip(inside, together.lo + 1e-9, together.hi - 1e-9)) > 0
    binds = (np.abs(force) > 1e-9) | (loose & held & np.array([limit.lo > 0 for limit in found], dtype=bool))
    without = np.full(len(found), np.nan)
    for row in sorted(np.flatnonzero(binds), key=lambda r: -abs(force[r]) * inside[r])[:_PRICED]:
        others = together.only(np.arange(len(found)) != row)
        free = possible(others) if loose else alive
        if free is not None:
            moved = project(others, free, np.delete(force, row), close=_PRICE)[0]
            without[row] = (together.inside[[row]] @ moved)[0] * total
    return Solved(start.key * factor[together.of] * total, binds, without)


def _sums(units: Array, start: Base, found: Sequence[Limit], unit: float) -> list[Within]:
    """What rounding is to keep: every rule, and every node of each level within one unit of what it is."""
    sums = [Within.rule(limit.cells, limit.lo / unit, limit.hi / unit) for limit in found]
    for level in start.levels:
        codes, names = pd.factorize(start.cells[level])
        if 1 < len(names) < len(codes):
            order = np.argsort(codes, kind="stable")
            groups = np.split(order, np.cumsum(np.bincount(codes))[:-1])
            sums += [Within.margin(cells, units) for cells in groups]
    return sums


def _months(
    whole: Array, start: Base, how: tuple[Sources, Keys], period: PlanPeriod, calendar: Calendar, days: Selling
) -> Array:
    """Units of each part in each month; rows add up to the parts, columns to the months of the whole."""
    sources, keys = how
    carried = days.carried(period, calendar)
    year, parts = season(sources.monthly, start.cells, period, calendar, carried)
    quarter = days.days.groupby("month")["quarter"].first().reindex(period.months).to_numpy()
    codes = pd.factorize(quarter)[0]
    if keys.season:
        by_hand = _by_hand(keys.season, year, codes)
        parts = parts * np.divide(by_hand, year, out=np.zeros_like(year), where=year > 0)
        year = by_hand
    total = int(whole.sum())
    quarters = largest_remainder(np.bincount(codes, year) * total, total)
    months = np.concatenate([largest_remainder(year[codes == q] * total, int(n)) for q, n in enumerate(quarters)])
    return table(whole[:, None] * parts, whole, months)


def _by_hand(weights: tuple[float, ...], year: Array, quarter: Array) -> Array:
    """The season that settings give, by month or by quarter; within a quarter the months stay as they are."""
    given = np.array(weights) / sum(weights)
    if len(given) == len(year):
        return given
    count = int(quarter.max()) + 1
    if len(given) != count:
        told = f"keys.season has {len(given)} weights; the period has {len(year)} months and {count} quarters"
        raise ParameterError("plan", [told])
    inside = np.bincount(quarter, year)
    return np.asarray(year / inside[quarter] * given[quarter])


def _result(
    asked: float,
    unit: float,
    made: tuple[Base, Sequence[Limit], Solved],
    units: tuple[Array, Array],
    given: tuple[Sources, PlanPeriod, Calendar, Baseline | None],
    days: Selling,
) -> Split:
    start, found, solved = made
    sources, period, calendar, baseline = given
    parts = parts_table(start, money(units[0], unit), sources, baseline)
    index = index_of(start.cells)
    months = pd.DataFrame(money(units[1], unit), index=index, columns=period.months.rename("month"))
    rules = rules_table(found, solved, units[0], unit)
    result = Split(
        amount=float(money(units[0].sum(keepdims=True), unit)[0]),
        unit=unit,
        levels=start.levels,
        period=period,
        table=parts.set_axis(index, axis=0),
        by={level: level_table(level, parts, start, sources, baseline, rules) for level in start.levels},
        months=months,
        year_months=months_table(units[1].sum(axis=0), unit, sources, period, calendar),
        rules=rules,
        weights=dict(start.weights),
        selling=days,
        means=baseline is not None and baseline.means,
    )
    result.table.attrs["before"] = whole_before(sources, baseline)
    return replace(result, findings=split_findings(result, asked), decisions=split_decisions(result))
