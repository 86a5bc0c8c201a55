"""What a split returns, and the same by quarter, month, week and day: every sum exact, in whole units."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.analytics.forecast.panel import Array
from workbench.analytics.plan.parts.rounding import largest_remainder, table
from workbench.analytics.plan.parts.selling import Selling
from workbench.analytics.plan.period import PlanPeriod
from workbench.analytics.results import Result


@dataclass(frozen=True, kw_only=True, repr=False)
class Split(Result):
    """One target handed to all parts and months; what is handed out adds up to the cent at every level.

    `amount`: the target, in whole `unit`s of money. `levels`: those it is split by, margins last
    `table`: index parts (one level each in the index); columns
        target, share            money, and of the whole
        before, growth           the same period a year before, NaN where unknown; target / before - 1
        key                      the share before any rule
        expected, chance         what the part should sell, P(sales >= target), both with what `means` says; NaN unknown
        how                      known, filled (no source knew it), zero (0 in all), asked (0, but a rule asks for it)
    `by`: level → the same by its nodes, largest first, with bound_by (the rules that bind it, as written; NA for none)
        and owner
    `months`: index parts, columns months (first days), money; `year_months`: index month; columns target, before,
        expected, festival (holds the Spring Festival's first day)
    `rules`: index rule as written; columns at, kind, value, lo, hi, target (money), binds, without (money of the part
        if this rule were left out), moved (target - without; NaN where not asked), broken (money by which rounding
        misses the limit), why
    `weights`: of the sources that shares were mixed of
    `means`: planned people and spend are in what is expected; else it is what comes if nothing changes
    """

    amount: float
    unit: float
    levels: tuple[str, ...]
    period: PlanPeriod
    table: pd.DataFrame
    by: dict[str, pd.DataFrame]
    months: pd.DataFrame
    year_months: pd.DataFrame
    rules: pd.DataFrame
    weights: dict[str, float]
    selling: Selling
    means: bool = False

    @property
    def before(self) -> float:
        """The whole a year before; NaN where unknown."""
        return float(self.table.attrs["before"])

    @property
    def growth(self) -> float:
        """The whole on the year before; NaN where unknown."""
        return self.amount / self.before - 1 if self.before > 0 else float("nan")


@dataclass(frozen=True, kw_only=True, repr=False)
class Conflict(Result):
    """The rules cannot all hold, so nothing is split.

    `table`: index rule as written; columns conflict (1 for the first set; sets share no rule), at, kind, value, why,
    relaxed (the value that would be enough, the other rules as they are), change (money that the limit gives way by)
    """

    amount: float
    table: pd.DataFrame


@dataclass(frozen=True, kw_only=True, repr=False)
class SplitLevel(Result):
    """The target by one level: `table` is Split.by[level]."""

    level: str
    table: pd.DataFrame
    period: PlanPeriod
    means: bool = False


@dataclass(frozen=True, kw_only=True, repr=False)
class SplitMonths(Result):
    """The target by month: `table` is Split.year_months. `quarters`: index quarter; column target."""

    table: pd.DataFrame
    quarters: pd.DataFrame
    period: PlanPeriod
    selling: Selling
    means: bool = False


@dataclass(frozen=True, kw_only=True, repr=False)
class SplitRules(Result):
    """The rules and what they do: `table` is Split.rules."""

    table: pd.DataFrame
    amount: float
    unit: float


@dataclass(frozen=True)
class Solved:
    """`amounts`: money of each part before rounding. `without`: what each binding rule's part would get without it."""

    amounts: Array
    binds: Array
    without: Array


def money(units: Array, unit: float) -> Array:
    """Whole units as money; hundredths are divided, because 0.01 is not a binary number."""
    return units / round(1 / unit) if unit < 1 else units * unit


def by_month(split: Split, level: str = "") -> pd.DataFrame:
    """Money by month (columns: first days) of every part, or of every node of a level."""
    return _of(split, split.months, level)


def by_quarter(split: Split, level: str = "") -> pd.DataFrame:
    """Money by quarter (columns: first days) of every part, or of every node of a level."""
    quarter = split.selling.days.groupby("month")["quarter"].first()
    units = _units(split, split.months)
    return _of(split, _framed(split, *_together(units, quarter[split.months.columns]), "quarter"), level)


def by_week(split: Split, level: str = "") -> pd.DataFrame:
    """Money by week (columns: first days, the first may lie before the period) of every part, or node of a level."""
    units, pieces = _pieces(split)
    return _of(split, _framed(split, *_together(units, pieces["week"]), "week"), level)


def by_day(split: Split, level: str = "") -> pd.DataFrame:
    """Money by day of every part, or of every node of a level; days add up to by_week and by_month."""
    units, pieces = _pieces(split)
    days = split.selling.days
    out = np.zeros((len(units), len(days)), dtype=np.int64)
    for at, piece in enumerate(pieces.itertuples()):
        inside = np.flatnonzero((days["month"] == piece.month) & (days["week"] == piece.week))
        out[:, inside] = _shared(units[:, at], days["weight"].to_numpy(float)[inside])
    return _of(split, _framed(split, out, days.index, "day"), level)


def _pieces(split: Split) -> tuple[Array, pd.DataFrame]:
    """Units of every part in each piece of a week that lies in one month; and the pieces: month, week, weight."""
    pieces = split.selling.days.groupby(["month", "week"])["weight"].sum().reset_index()
    months, units = _units(split, split.months), np.zeros((len(split.months), len(pieces)), dtype=np.int64)
    for at, month in enumerate(split.months.columns):
        inside = np.flatnonzero(pieces["month"] == month)
        units[:, inside] = _shared(months[:, at], pieces["weight"].to_numpy(float)[inside])
    return units, pieces


def _shared(rows: Array, weights: Array) -> Array:
    """Each row's units handed out by weights, rows and columns exact."""
    if not rows.sum():
        return np.zeros((len(rows), len(weights)), dtype=np.int64)
    weights = weights / weights.sum() if weights.sum() > 0 else np.full(len(weights), 1 / len(weights))
    return table(np.outer(rows, weights), rows, largest_remainder(weights * rows.sum(), int(rows.sum())))


def _units(split: Split, frame: pd.DataFrame) -> Array:
    return np.rint(frame.to_numpy(float) / split.unit).astype(np.int64)


def _together(units: Array, names: pd.Series) -> tuple[Array, pd.Index]:
    """Columns with the same name added up."""
    codes, kept = pd.factorize(names, sort=True)
    out = np.zeros((len(units), len(kept)), dtype=units.dtype)
    np.add.at(out.T, codes, units.T)
    return out, pd.DatetimeIndex(kept)


def _framed(split: Split, units: Array, columns: pd.Index, name: str) -> pd.DataFrame:
    return pd.DataFrame(money(units, split.unit), index=split.months.index, columns=columns.rename(name))


def _of(split: Split, frame: pd.DataFrame, level: str) -> pd.DataFrame:
    if not level:
        return frame
    nodes = frame.index.get_level_values(level)
    codes, names = pd.factorize(nodes, use_na_sentinel=False)
    units = np.zeros((len(names), frame.shape[1]), dtype=np.int64)
    np.add.at(units, codes, _units(split, frame))
    order = pd.Index(names).get_indexer(split.by[level].index)
    return pd.DataFrame(money(units[order], split.unit), index=split.by[level].index, columns=frame.columns)
