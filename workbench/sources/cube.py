"""Order lines to a small frame: one aggregation by period or span and by levels, done where the lines are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from workbench.periods import Calendar, Every, Spans
from workbench.sources.levels import References
from workbench.sources.query import SCALE, fetch, memory, units

SUMS = ("quantity", "cost")
COUNTS = {"orders": "order", "customers": "customer"}
# distinct counts hold a line's group and number in memory: this many lines at once stay well below 500 MB, and smaller
# tables are faster; more parts than this would cost more in reading than they save
AT_ONCE, MOST_PARTS = 4_000_000, 8


@dataclass(frozen=True)
class Cube:
    """The lines of a run: cleaned, up to as_of, in scope. `unsure` are the sums that some lines lack."""

    con: Any
    lines: Any
    refs: References
    calendar: Calendar
    days: pd.Series  # how many lines each day has, in order
    unsure: frozenset[str] = frozenset()

    def has(self, level: str) -> bool:
        """Whether order lines lead to this level."""
        return self.refs.find(level, "orders", self._columns) is not None

    def by_period(self, every: Every, by: Sequence[str]) -> pd.DataFrame:
        """One row for each period and combination of levels that has lines."""
        lines = self.refs.attach(self.lines, "orders", by)
        start = _truncated(lines.date, every, self.calendar)
        if start is None:
            days = memory(_starts(self.calendar, every, self.days.index[0], self.days.index[-1]))
            lines = lines.inner_join(days, lines.date.cast("date") == days["__day"])
            start = lines["__start"]
        lines = lines.mutate(period=start.cast("date"))
        parts = [self._gathered(part, "period", by) for part in self._parts(lines, every)]
        return parts[0] if len(parts) == 1 else pd.concat(parts, ignore_index=True)

    def by_span(self, spans: Spans, by: Sequence[str]) -> pd.DataFrame:
        """One row for each of the spans "before" and "now" and combination of levels that has lines."""
        import ibis

        lines = self.refs.attach(self.lines, "orders", by)
        now, before = _between(lines.date, spans.now), _between(lines.date, spans.before)
        lines = lines.filter(now | before)
        named = ibis.ifelse(_between(lines.date, spans.now), "now", "before")
        return self._gathered(lines.mutate(span=named), "span", by)

    def _parts(self, lines: Any, every: Every) -> list[Any]:
        """Many lines in a few parts of whole periods: no order or customer is counted twice within a period."""
        total = int(self.days.sum())
        if total <= AT_ONCE or not set(COUNTS.values()) & set(lines.columns):
            return [lines]
        size = max(AT_ONCE, total // MOST_PARTS + 1)
        periods = self.days.groupby(self.calendar.start(self.days.index.to_series(), every)).sum()
        part = (periods.cumsum() - periods) // size
        ends = [(group.index[0], self.calendar.end_of(group.index[-1], every)) for _, group in periods.groupby(part)]
        return [lines.filter(_between(lines.date, days)) for days in ends]

    @property
    def _columns(self) -> list[str]:
        return list(self.lines.columns)

    def _gathered(self, lines: Any, first: str, by: Sequence[str]) -> pd.DataFrame:
        lines = lines.mutate(__units=units(lines.amount), **{level: lines[level].cast("string") for level in by})
        found = fetch(self.con, lines.group_by([first, *by]).aggregate(**self._measures(lines)))
        for level in by:
            found[level] = _shown(found[level], self.refs.labels(level, "orders", self._columns))
        return self._numbers(found).sort_values([first, *by], ignore_index=True)

    def _measures(self, lines: Any) -> dict[str, Any]:
        net, there = lines["__units"], lines.columns
        sums = {name: units(lines[name]).sum() for name in SUMS if name in there}
        # an order is counted where it has a line that is no return: a credit note is not an order
        counts = {name: lines[column].nunique(where=net >= 0) for name, column in COUNTS.items() if column in there}
        gaps = {f"__no_{name}": lines[name].isnull().sum() for name in self.unsure & set(sums)}
        return {
            "amount": net.sum(),
            "returns": net.sum(where=net < 0),
            "lines": lines.count(),
            **sums,
            **counts,
            **gaps,
        }

    def _numbers(self, found: pd.DataFrame) -> pd.DataFrame:
        money = [c for c in ("amount", "returns", *SUMS) if c in found]
        found = found.assign(**{c: found[c].fillna(0).astype("float64") / SCALE for c in money})
        for name in self.unsure & set(found.columns):  # a sum that lacks a line is unknown
            found[name] = found[name].mask(found[f"__no_{name}"] > 0)
        counts = {c: "int64" for c in ("lines", *COUNTS) if c in found}
        return found.drop(columns=[c for c in found.columns if str(c).startswith("__")]).astype(counts)


def _between(date: Any, days: tuple[pd.Timestamp, pd.Timestamp]) -> Any:
    return date.between(days[0].date(), days[1].date())


def _truncated(date: Any, every: Every, calendar: Calendar) -> Any:
    """The period's first day where the engine's own calendar agrees with ours; else None."""
    unit = {"day": "D", "week": "W", "month": "M", "quarter": "Q", "year": "Y"}[every]
    own = calendar.settings
    same = {
        "day": True,
        "week": own.week_starts == "monday",
        "month": own.pattern == "months",
        "quarter": own.pattern == "months" and own.fiscal_year_starts % 3 == 1,
        "year": own.pattern == "months" and own.fiscal_year_starts == 1,
    }[every]
    return date.truncate(unit) if same else None


def _starts(calendar: Calendar, every: Every, first: pd.Timestamp, last: pd.Timestamp) -> pd.DataFrame:
    days = calendar.days(first, last)
    return pd.DataFrame({"__day": days["day"].dt.date, "__start": days[every].dt.date})


def _shown(column: pd.Series, labels: dict[str, str]) -> pd.Series:
    text = column.astype("str").where(column.notna(), None)
    return text.map(labels).fillna(text) if labels else text
