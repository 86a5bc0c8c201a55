"""A plan with the changes that were accepted: every sum stays exact, to the cent.

What was accepted is fixed first, the finest parts before the coarser ones that hold them; what is left of a coarser one
is shared by its other parts as the draft had it: level by level, then by period, each by largest remainder in the
plan's unit.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import pandas as pd

from workbench import crossings
from workbench.analytics.forecast.panel import Array
from workbench.errors import ParameterError
from workbench.ledger import plans

Balance = Literal["", "whole", "rest"]
_WHERE = "workbench plan confirm"
_TIMES = ("quarter", "month")  # within the planned period, coarse to fine; each month lies in one quarter
_CENTS = 100


@dataclass(frozen=True)
class Gap:
    """What the sum of the parts lacks to the whole. `rest`: money of the parts that nobody changed."""

    whole: float
    parts: float
    rest: float

    @property
    def change(self) -> float:
        return self.parts - self.whole

    def text(self) -> str:
        """By how much, and what would mend it."""
        scaled = f"; the parts that nobody changed would go by {-self.change / self.rest:+.2%}" if self.rest else ""
        return (
            f"the parts add up to {self.parts:,.2f}, the whole is {self.whole:,.2f}: {self.change:+,.2f}. Either the "
            f"whole moves to {self.parts:,.2f} (--balance whole), or the rest is rescaled by {-self.change:,.2f} "
            f"(--balance rest{scaled})"
        )


def settle(
    plan: pd.DataFrame, changes: Mapping[int, float], *, balance: Balance = "", effective: date | None = None
) -> pd.DataFrame:
    """The plan with `changes` (row of the plan → money): the same rows with new `target` and the old one as `draft`.

    Parts that the draft did not hand out (a reserve) stay as large. Months that are over on `effective` keep their
    targets. ParameterError where the parts no longer add up to the whole and `balance` does not say what gives way:
    "whole" (it moves) or "rest" (the parts that nobody changed); or where the changes contradict each other.
    """
    book = _Book(plan, effective)
    places = {row: at for at, row in enumerate(plan.index)}
    wanted = {places[row]: round(amount * _CENTS) for row, amount in changes.items()}
    if balance == "whole" and book.whole is not None and set(wanted) - {book.whole}:
        wanted.pop(book.whole, None)
    if not balance:
        gap = _gap(book, wanted)
        if gap is not None:
            raise ParameterError(_WHERE, [gap.text()])
    target = book.settled(wanted, whole_stays=balance == "rest") / _CENTS
    return plan.assign(target=target, draft=plan["target"].astype(float))


def unequal(plan: pd.DataFrame) -> list[str]:
    """Where the parts of a plan do not add up to what holds them; empty where the draft hands out everything."""
    book = _Book(plan, None)
    return [f"{book.dimensions.name(at)}: {gap / _CENTS:,.2f}" for at, gap in enumerate(book.gap) if gap]


def _gap(book: "_Book", wanted: Mapping[int, int]) -> Gap | None:
    """What is missing where nothing gives way; None where everything adds up."""
    whole = book.whole
    if whole is None or book.groups[whole] in book.finest:
        return None
    parts = {row: amount for row, amount in wanted.items() if row != whole}
    reached = int(book.settled(parts, whole_stays=False)[whole])
    meant = wanted.get(whole, int(book.cents[whole]))
    return None if reached == meant else Gap(meant / _CENTS, reached / _CENTS, book.untouched(parts) / _CENTS)


class _Book:
    """The plan's rows by what they have in common: `cents` of each row, its dimensions, and what the draft left out."""

    def __init__(self, plan: pd.DataFrame, effective: date | None) -> None:
        self.dimensions = _dimensions(plan)
        self.groups = self.dimensions.groups
        self.cents = np.round(plan["target"].to_numpy(float) * _CENTS).astype("int64")
        self.unit = _unit(plan)
        self.over = _over(plan, effective)
        wholes = [at for at, group in enumerate(self.groups) if not group]
        self.whole = wholes[0] if wholes else None
        every = dict.fromkeys(self.groups)
        self.order = {group: at for at, group in enumerate(every)}
        self.codes = np.array([self.order[group] for group in self.groups])
        self.values = {str(name): column.to_numpy(object) for name, column in self.dimensions.frame.items()}
        self.finest = sorted((g for g in every if not any(g < other for other in every)), key=len, reverse=True)
        self.gap = self.cents - self._summed(dict.fromkeys(self.finest, self.cents))

    def settled(self, wanted: Mapping[int, int], *, whole_stays: bool) -> Array:
        """Cents of every row once `wanted` (row → cents) holds."""
        fixed = dict(wanted)
        if whole_stays and self.whole is not None:
            fixed.setdefault(self.whole, int(self.cents[self.whole]))
        found: dict[frozenset[str], Array] = {}
        asked = sorted(self.finest, key=lambda g: not any(self.groups[row] <= g for row in wanted))
        for group in asked:
            shared = self._shared(group, found)
            found[group] = self._filled(group, {**shared, **fixed})
        return self._summed(found) + self.gap

    def untouched(self, rows: Iterable[int]) -> int:
        """Cents of the parts that lie in none of these rows."""
        own = self._rows(self.finest[0])
        free = own & ~self.over
        for at in rows:
            free &= ~self._inside(at, own)
        return int(self.cents[free].sum())

    def _shared(self, group: frozenset[str], found: Mapping[frozenset[str], Array]) -> dict[int, int]:
        """Rows that an earlier group of parts has settled, and that this one must sum to as well."""
        if not found:
            return {}
        cents = self._summed(found) + self.gap
        known = [any(own <= other for other in found) and own < group for own in self.groups]
        return {at: int(cents[at]) for at, yes in enumerate(known) if yes}

    def _filled(self, group: frozenset[str], fixed: Mapping[int, int]) -> Array:
        """Cents of all rows, those of `group` such that every fixed row has its sum."""
        cents = self.cents.copy()
        own = self._rows(group)
        free = own & ~self.over
        held = [(self._inside(at, own), at) for at in fixed if self.groups[at] <= group]
        draft = self.cents
        for inside, at in sorted(held, key=lambda h: (int(h[0].sum()), h[1])):
            rows = np.flatnonzero(inside & free)
            kept_back = int(draft[at]) - int(draft[inside].sum())
            rest = fixed[at] - kept_back - int(cents[inside & ~free].sum())
            if rest != int(cents[rows].sum()):
                if rest < 0 or not len(rows):
                    raise ParameterError(_WHERE, [self._clash(at, fixed[at], rest)])
                for row, amount in self._shared_out(rest, list(rows), sorted(group, key=self._place)):
                    cents[row] = amount
            free &= ~inside
        return cents

    def _rows(self, group: frozenset[str]) -> Array:
        """Which rows are of one group."""
        return np.asarray(self.codes == self.order[group])

    def _place(self, name: str) -> int:
        return list(self.dimensions.frame).index(name)

    def _shared_out(self, amount: int, rows: list[int], by: list[str]) -> Iterator[tuple[int, int]]:
        """Rows with their cents: level by level, then by period, so that what is rounded off stays small in each."""
        if not by:
            yield from zip(rows, _spread(amount, [int(self.cents[row]) for row in rows], self.unit), strict=True)
            return
        groups: dict[Any, list[int]] = {}
        for row, value in zip(rows, self.values[by[0]][rows], strict=True):
            groups.setdefault(value, []).append(row)
        weights = [sum(max(int(self.cents[row]), 0) for row in held) for held in groups.values()]
        for held, part in zip(groups.values(), _spread(amount, weights, self.unit), strict=True):
            yield from self._shared_out(part, held, by[1:])

    def _inside(self, at: int, own: Array) -> Array:
        """Which rows of a group of parts lie within a row."""
        found, rows = own.copy(), np.flatnonzero(own)
        for name in self.groups[at]:
            found[rows] &= self.values[name][rows] == self.values[name][at]
        return found

    def _summed(self, found: Mapping[frozenset[str], Array]) -> Array:
        """Each row as the sum of its finest parts, those rows that no part is settled for as they are."""
        out = self.cents.copy()
        frame = self.dimensions.frame
        for group in dict.fromkeys(self.groups):
            source = next((g for g in found if group <= g), None)
            if source is None:
                continue
            rows, parts = self._rows(group), self._rows(source)
            names = sorted(group)
            if not names:
                out[rows] = found[source][parts].sum()
                continue
            sums = pd.Series(found[source][parts]).groupby([frame.loc[parts, n].to_numpy() for n in names]).sum()
            wanted = frame.loc[rows, names]
            place = pd.MultiIndex.from_frame(wanted) if len(names) > 1 else pd.Index(wanted[names[0]])
            out[rows] = sums.reindex(place).fillna(0).to_numpy().astype("int64")
        return out

    def _clash(self, at: int, amount: int, rest: int) -> str:
        name = self.dimensions.name(at)
        size = f"{abs(rest) / _CENTS:,.2f} {'less' if rest < 0 else 'more'}"
        left = "" if rest < 0 else ", and no part is left to take it"
        return f"{name}: {amount / _CENTS:,.2f} is {size} than what is fixed within it{left}"


@dataclass(frozen=True)
class _Dimensions:
    """`frame`: a column for each level and length of period, the value as text, NA where summed over. `groups`: the
    columns that each row has."""

    frame: pd.DataFrame
    groups: list[frozenset[str]]
    plan: pd.DataFrame

    def name(self, at: int) -> str:
        """What a row is called."""
        row: Any = self.plan.iloc[at]
        return plans.named(row)


def _dimensions(plan: pd.DataFrame) -> _Dimensions:
    longest = plans.totals(plan)["every"].iloc[0]
    frame = pd.DataFrame(index=plan.index)
    levels = dict.fromkeys(level for joined in plan["level"].unique() for level in crossings.parts(joined))
    for level in levels:
        held = plan["level"].map(lambda joined, level=level: level in crossings.parts(joined))
        frame[level] = plan[level].map(lambda v: "" if pd.isna(v) else f"={v}").where(held)
    days = plan["period"].to_numpy("datetime64[ns]")
    for every in _TIMES:
        starts = sorted(plan.loc[plan["every"] == every, "period"].unique())
        finer = plan["every"].map(lambda e, every=every: e in _TIMES[_TIMES.index(every) :] and e != longest)
        if every != longest and starts:
            at = np.searchsorted(np.array(starts, dtype="datetime64[ns]"), days, side="right") - 1
            frame[every] = pd.Series([str(starts[max(i, 0)]) for i in at], index=plan.index).where(finer)
    others = set(plan["every"]) - {longest, *_TIMES}
    if others:
        raise ParameterError(
            _WHERE, [f"the plan has targets by {', '.join(sorted(others))}; quarters and months add up"]
        )
    known = frame.notna().to_numpy()
    columns = list(frame)
    groups = [frozenset(str(name) for name, yes in zip(columns, row, strict=True) if yes) for row in known]
    return _Dimensions(frame.reset_index(drop=True), groups, plan)


def _over(plan: pd.DataFrame, effective: date | None) -> Array:
    """Which rows are months or quarters that had ended before a day."""
    if effective is None:
        return np.zeros(len(plan), dtype=bool)
    starts = {every: sorted(part["period"].unique()) for every, part in plan.groupby("every")}
    longest = plans.totals(plan)["every"].iloc[0]
    ends = {
        (every, start): after for every, days in starts.items() if every != longest for start, after in pairwise(days)
    }
    at = pd.Timestamp(effective)
    return np.array([
        (end := ends.get((every, start))) is not None and end <= at
        for every, start in zip(plan["every"], plan["period"], strict=True)
    ])  # fmt: skip


def _unit(plan: pd.DataFrame) -> int:
    """Cents of what the plan rounds to; one where it does not tell."""
    known = pd.to_numeric(plan["unit"]).dropna()
    return max(1, round(float(known.iloc[0]) * _CENTS)) if len(known) else 1


def _spread(amount: int, weights: Iterable[int], unit: int) -> list[int]:
    """`amount` by weights, in units, by largest remainder; what is no whole unit goes to the largest part."""
    given: list[Any] = [max(w, 0) for w in weights]
    total = sum(given)
    if total == 0:
        given, total = [1] * len(given), len(given)
    steps, odd = divmod(amount, unit)
    found = [w * steps // total for w in given]
    order = sorted(range(len(given)), key=lambda i: (-(given[i] * steps % total), i))
    for i in order[: steps - sum(found)]:
        found[i] += 1
    cents = [n * unit for n in found]
    cents[max(range(len(given)), key=lambda i: given[i])] += odd
    return cents
