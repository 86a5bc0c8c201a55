"""`Data`: the small frames that the statistics ask of a run's sources."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from workbench import remember
from workbench.errors import DataError
from workbench.periods import Every, Spans
from workbench.run import Run
from workbench.settings import Stages
from workbench.sources import periodic, profile, small
from workbench.sources.components import Facts, components
from workbench.sources.contracts import TABLES
from workbench.sources.covers import Days, whole
from workbench.sources.cube import Cube
from workbench.sources.customer_table import Purchases, settled
from workbench.sources.levels import References
from workbench.sources.orders import Orders
from workbench.sources.quality import Quality, Step

By = str | tuple[str, ...]
Day = str | pd.Timestamp | None

PEOPLE = "rep"


@dataclass(frozen=True)
class Data:
    """A company's data up to a run's as_of and in its scope. Aggregates are computed where the lines are."""

    run: Run
    orders: Orders
    refs: References
    tables: dict[str, pd.DataFrame]
    steps: tuple[Step, ...]
    digests: dict[str, str]

    @property
    def covers(self) -> Days:
        """First and last day that the orders hold up to as_of."""
        return self.orders.covers

    @cached_property
    def spans(self) -> Spans | None:
        """The two like-for-like stretches of days that a report compares; None where the data hold no two."""
        return self.run.calendar.comparable(self.run.as_of, self.covers)

    @cached_property
    def dimensions(self) -> tuple[str, ...]:
        """The broadest level of each dimension that the orders lead to."""
        return tuple(levels[0] for levels in self.hierarchies.values() if levels)

    @property
    def hierarchies(self) -> dict[str, tuple[str, ...]]:
        """The levels of each dimension that the orders lead to, broad ones first."""
        known = self.run.settings.dimensions.items()
        return {name: tuple(level for level in levels if self.cube.has(level)) for name, levels in known}

    @property
    def levels(self) -> tuple[str, ...]:
        """The broadest level of each dimension, and the people who sold, as far as the orders lead to them."""
        people = (PEOPLE,) if self.cube.has(PEOPLE) else ()
        return tuple(dict.fromkeys((*self.dimensions, *people)))

    @cached_property
    def cube(self) -> Cube:
        """The order lines, ready to be aggregated."""
        made = self.orders
        return Cube(made.con, made.expr, self.refs, self.run.calendar, made.days, made.unsure)

    def has(self, *tables: str) -> bool:
        """Whether all these tables are there."""
        return all(name == "orders" or name in self.tables for name in tables)

    def table(self, name: str) -> pd.DataFrame | None:
        """A small table with our names, up to as_of and in scope; None where it is not there.

        Targets are kept beyond as_of; `rolls_up` marks those that others add up to.
        """
        frame = self.tables.get(name)
        return None if frame is None else frame.copy()

    @property
    def stages(self) -> Stages:
        """Which stages of opportunities are won and lost, and the order of the open ones, as the settings say."""
        source = self.run.settings.sources.get("opportunities")
        return source.stages if source else Stages()

    def deals(self) -> pd.DataFrame | None:
        """The opportunities with a column for each level they lead to, named as reports name it; None without them."""
        return None if self._deals is None else self._deals.copy()

    @cached_property
    def _deals(self) -> pd.DataFrame | None:
        frame = self.tables.get("opportunities")
        return None if frame is None else self.refs.led(frame, "opportunities", self.run.settings.levels)

    def targets(self) -> pd.DataFrame | None:
        """The targets of sales that add up (no roll-ups, no other metric), likewise; beyond as_of too."""
        frame = self.tables.get("targets")
        if frame is None:
            return None
        led = self.refs.led(frame, "targets", self.run.settings.levels)
        return small.sales_targets(led).reset_index(drop=True)

    def sales(self, every: Every = "month", by: By = ()) -> pd.DataFrame:
        """One row for each period, and level value where `by` names levels, that has lines.

        Columns: period, levels, amount, returns (at most 0), lines, and quantity, cost, orders, customers where mapped;
        whole: the period lies within `covers`. Without levels every period from the first to the last is there.
        """
        return self._remembered(("sales", every, _names(by)), lambda: self._sales(every, _names(by)))

    def compare(self, by: By = (), over: Spans | None = None) -> pd.DataFrame:
        """The same measures over the exact days of `spans`: span is "before" or "now"; empty where spans is None.

        `over` names other days to compare.
        """
        key = ("compare", _names(by)) if over is None else ("compare", _names(by), over)
        return self._remembered(key, lambda: self._compare(_names(by), over or self.spans))

    def compare_each(self) -> dict[str, pd.DataFrame]:
        """`compare` by each of `dimensions`."""
        return {level: self.compare(by=level) for level in self.dimensions}

    def customers(self, until: Day = None, since: Day = None) -> pd.DataFrame:
        """One row for each named customer with a purchase between two days, both included; without them, all there is.

        Columns: customer, first and last (days of purchase), days (of purchase), orders, amount (net of returns),
        returned (on days without a purchase), and what lifetime models need, in weeks: frequency (purchase days after
        the first), recency (first to last), age (first to `until`), monetary (mean amount of a purchase day after the
        first). Empty where orders name nobody.
        """
        last = self.covers[1] if until is None else pd.Timestamp(until)
        first = None if since is None else pd.Timestamp(since)
        return self._remembered(("customers", first, last), lambda: self.purchases.customers((first, last)))

    def customers_each(self) -> dict[str, pd.DataFrame]:
        """`customers` of the days of each of the two `spans`, "now" and "before"; empty where spans is None."""
        return {
            n: self.customers(d[1], d[0]) for n in ("now", "before") if self.spans and (d := getattr(self.spans, n))
        }

    def holdout(self, weeks: int = 52) -> pd.DataFrame:
        """Customers as they were `weeks` ago (at most half of the data ago), and what they bought since.

        The columns of `customers`, with later (purchase days since), later_amount (on those days) and later_weeks (the
        same for all).
        """
        held = (self.covers[1] - self.covers[0]).days + 1
        weeks = min(weeks, held // 14)
        cut = self.covers[1] - pd.Timedelta(weeks=weeks)
        since = self.customers(since=cut + pd.Timedelta(days=1))
        bought = {
            "customer": since["customer"],
            "later": since["days"],
            "later_amount": since["amount"] + since["returned"],
        }
        later = self.customers(until=cut).merge(pd.DataFrame(bought), how="left", on="customer")
        return later.assign(later_weeks=weeks).fillna({"later": 0.0, "later_amount": 0.0})

    def cohorts(self, every: Every = "quarter") -> pd.DataFrame:
        """One row for each cohort (period of the first purchase) and period: customers who bought, amount, whole."""
        found = self._remembered(("cohorts", every), lambda: self.purchases.cohorts(every, self.covers[1]))
        return found.assign(whole=self._whole(found["period"], every))

    def new_and_repeat(self, every: Every = "month", by: By = ()) -> pd.DataFrame:
        """One row for each period (and level value): amounts and customers, new and repeat.

        Columns amount_new, amount_repeat, amount_unnamed (no customer named), customers_new, customers_repeat.

        New: the customer's first purchase is in this period. `settled` is False in the first year of the data, when
        customers of old look new; `whole` as in `sales`.
        """
        key = ("new_and_repeat", every, _names(by))
        found = self._remembered(key, lambda: self.purchases.new_and_repeat(every, self.covers[1], _names(by)))
        first = self.covers[0]
        return found.assign(
            whole=self._whole(found["period"], every), settled=settled(found["period"], first, self.run.calendar)
        )

    @cached_property
    def purchases(self) -> Purchases:
        """The order lines by customer, ready to be aggregated."""
        return Purchases(self.cube)

    def sales_each(self, every: Every = "month") -> dict[str, pd.DataFrame]:
        """`sales` by each of `dimensions`."""
        return {level: self.sales(every, by=level) for level in self.dimensions}

    @property
    def item(self) -> str:
        """What price and volume are compared by: the finest level of the dimension `product`, else the product."""
        return self.run.settings.dimensions.get("product", ["product"])[-1]

    def components(self) -> pd.DataFrame:
        """The sums that KPIs are made of: a row for "before" and "now", a column for each sum known; see kpis.toml."""
        return self._remembered(("components",), self._components)

    def sums(self, every: Every = "week", by: str = "") -> pd.DataFrame:
        """The same sums by period and node: node ("" without `by`), period, whole, a column for each sum known."""
        return self._remembered(("sums", every, by), lambda: periodic.sums(self, every, by))

    @cached_property
    def quality(self) -> Quality:
        """What was read, left out, repaired and not joined; identical lines are counted when this is first asked."""
        return profile.quality(self)

    @cached_property
    def about(self) -> str:
        """What tells these data from others, for results that notebooks of one run share."""
        return remember.fingerprint(self.run.settings, self.run.as_of, self.run.scope, self.digests)

    def _sales(self, every: Every, by: tuple[str, ...]) -> pd.DataFrame:
        found = self._split(by, lambda known: self.cube.by_period(every, known))
        if not by:
            periods = self.run.calendar.range(*self.covers, every).union(pd.DatetimeIndex(found["period"]))
            counts = {c: kind for c, kind in found.dtypes.items() if c != "period"}
            found = found.set_index("period").reindex(periods.as_unit("us").rename("period"))
            silent = found["lines"].isna()
            found = found.mask(silent, 0).astype(counts).reset_index()
        elif self.run.scope and every != "day" and len(found):
            found = self._silent(found, every, by)
        return found.assign(whole=whole(found["period"], every, self.covers, self.run.calendar))

    def _silent(self, found: pd.DataFrame, every: Every, by: tuple[str, ...]) -> pd.DataFrame:
        """The same with a row of zeros of one node for each period, from the part's first on, in which the company sold
        something and the part nothing: else a part's history would seem to end with its last sale."""
        calendar, days = self.run.calendar, pd.Series(self.orders.days.index)
        there = pd.DatetimeIndex(calendar.start(days, every).unique())
        missing = there[(there > found["period"].min()) & ~there.isin(found["period"])]
        if not len(missing):
            return found
        node = found.loc[[found[list(by)].notna().all(axis=1).idxmax()] * len(missing)]
        zeros = {name: 0 for name in found.columns if name not in ("period", *by)}
        rows = node.assign(period=missing.to_numpy(), **zeros).astype(found.dtypes.to_dict())
        return pd.concat([found, rows]).sort_values("period", kind="stable", ignore_index=True)

    def _compare(self, by: tuple[str, ...], spans: Spans | None) -> pd.DataFrame:
        if spans is None:
            never = Spans("", _NEVER, _NEVER)
            return self._split(by, lambda known: self.cube.by_span(never, known)).iloc[:0]
        return self._split(by, lambda known: self.cube.by_span(spans, known))

    def _split(self, by: tuple[str, ...], aggregate: Callable[[tuple[str, ...]], pd.DataFrame]) -> pd.DataFrame:
        """An aggregate by levels; a level that these orders do not lead to is missing in every row, never an error."""
        known = tuple(level for level in by if self.cube.has(level))
        names = {*self.run.settings.levels, *(column for table in TABLES.values() for column in table.columns)}
        if strange := [level for level in by if level not in known and level.rpartition(".")[2] not in names]:
            raise DataError("data", [f"orders do not lead to '{level}'. It is no known column." for level in strange])
        found = aggregate(known)
        for place, level in enumerate(by, 1):
            if level not in known:
                found.insert(place, level, pd.Series(None, found.index, dtype="str"))
        return found

    def _components(self) -> pd.DataFrame:
        if self.spans is None:
            return pd.DataFrame(index=pd.Index([], name="span"))
        facts = Facts(self.tables, self.spans, self.run.calendar, self.run.as_of, self.stages)
        return components(facts, self.compare(), self.sales, self.cube.order_days)

    def _whole(self, periods: pd.Series, every: Every) -> pd.Series:
        return whole(periods, every, self.covers, self.run.calendar) if len(periods) else periods.astype(bool)

    @cached_property
    def _results(self) -> dict[tuple[Any, ...], pd.DataFrame]:
        return {}

    def _remembered(self, key: tuple[Any, ...], compute: Callable[[], pd.DataFrame]) -> pd.DataFrame:
        if key not in self._results:
            self._results[key] = remember.once("sources.data", compute, key, self.about)
        return self._results[key].copy()


_NEVER = (pd.Timestamp("1900-01-01"), pd.Timestamp("1900-01-01"))


def _names(by: By) -> tuple[str, ...]:
    return (by,) if isinstance(by, str) else tuple(by)
