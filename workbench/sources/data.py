"""`load`: a run's sources as one checked whole, and `Data`: the small frames that the statistics ask of it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import pandas as pd

from workbench import remember
from workbench.errors import DataError
from workbench.periods import Every, Spans
from workbench.run import Run
from workbench.settings import Source, Stages
from workbench.sources import overlap, periodic, prepared, rates, repair, small
from workbench.sources.components import Facts, components
from workbench.sources.contracts import REFERENCE_TABLES, TABLES, Column, Table
from workbench.sources.covers import Days, whole
from workbench.sources.cube import Cube
from workbench.sources.customer_table import Purchases, settled
from workbench.sources.levels import References
from workbench.sources.orders import Making, Orders, make, rows_of, within
from workbench.sources.prepared import Prepared
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
        return self._led("opportunities")

    def targets(self) -> pd.DataFrame | None:
        """The targets of sales that add up (no roll-ups, no other metric), likewise; beyond as_of too."""
        frame = self._led("targets")
        return None if frame is None else small.sales_targets(frame).reset_index(drop=True)

    def _led(self, table: str) -> pd.DataFrame | None:
        frame = self.tables.get(table)
        if frame is None:
            return None
        columns = [str(c) for c in frame.columns]
        found: dict[str, pd.Series] = {}
        for level in self.run.settings.levels:
            values = self.refs.values(frame, table, level)
            labels = self.refs.labels(level, table, columns)
            if values is not None:
                found[level] = values.map({v: labels.get(v, v) for v in values.dropna().unique()}) if labels else values
        return frame.assign(**found)

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
        made = self.orders
        steps = list(self.steps)
        if not any(s.table == "orders" and s.kind == "repeats" for s in steps):
            lines = overlap.Lines(made.con, "orders", made.expr, "date", "amount")
            found = remember.once("sources.repeats", lambda: overlap.repeats(lines), self._about)
            steps += [found] if found.rows else []
        missing = tuple(t for t in TABLES if t != "orders" and t not in self.tables)
        return Quality((*steps, *self._target_unit(), *self._partial()), missing, dict(self.digests))

    def _sales(self, every: Every, by: tuple[str, ...]) -> pd.DataFrame:
        found = self._split(by, lambda known: self.cube.by_period(every, known))
        if not by:
            periods = self.run.calendar.range(*self.covers, every).union(pd.DatetimeIndex(found["period"]))
            counts = {c: kind for c, kind in found.dtypes.items() if c != "period"}
            found = found.set_index("period").reindex(periods.as_unit("us").rename("period"))
            silent = found["lines"].isna()
            found = found.mask(silent, 0).astype(counts).reset_index()
        return found.assign(whole=whole(found["period"], every, self.covers, self.run.calendar))

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

    def _target_unit(self) -> list[Step]:
        """Targets that are so far from the sales that only another unit, as 万元, can be the reason."""
        sums = self.components()
        if not {"target", "targets_amount"} <= set(sums):
            return []
        both = sums[(sums["target"] > 0) & (sums["targets_amount"] > 0)].iloc[-1:]
        odd = both[~(both["targets_amount"] / both["target"]).between(*_ATTAINABLE)]
        told = [{"target": r["target"], "sold": r["targets_amount"]} for r in rows_of(odd)]
        return [Step("targets", "target_unit", len(self.tables["targets"]), d["target"], d) for d in told]

    def _partial(self) -> list[Step]:
        months = self.sales("month")
        cut = months[~months["whole"] & (months["lines"] > 0)]
        return [Step("orders", "partial", r["lines"], r["amount"], self._days(r["period"])) for r in rows_of(cut)]

    def _days(self, period: pd.Timestamp) -> dict[str, Any]:
        end = self.run.calendar.end_of(period, "month")
        first, last = max(period, self.covers[0]), min(end, self.covers[1])
        return {"period": period, "every": "month", "first": first, "last": last}

    @cached_property
    def _about(self) -> tuple[Any, ...]:
        """What tells these data from others, for results that notebooks of one run share."""
        return self.run.settings, self.run.as_of, self.run.scope, self.digests

    @cached_property
    def _results(self) -> dict[tuple[Any, ...], pd.DataFrame]:
        return {}

    def _remembered(self, key: tuple[Any, ...], compute: Callable[[], pd.DataFrame]) -> pd.DataFrame:
        if key not in self._results:
            self._results[key] = remember.once("sources.data", compute, key, self._about)
        return self._results[key].copy()


_ATTAINABLE = (0.001, 10.0)  # shares of a target that may have been sold
_NEVER = (pd.Timestamp("1900-01-01"), pd.Timestamp("1900-01-01"))


def load(run: Run) -> Data:
    """A run's data, checked: everything wrong with all its sources is told in one DataError.

    The notebooks of a report run, and the reports of all parts of a company, read the sources once between them; a part
    of it is cut out once for all notebooks of its report.
    """
    made = prepared.shared(run, lambda: _scoped(run, _company(run))) if run.scope else _company(run)
    return Data(run, made.orders, made.refs, made.tables, made.steps, made.digests)


def _company(run: Run) -> Prepared:
    whole = replace(run, scope={})
    return prepared.shared(whole, lambda: _Loading(whole).prepared())


def _scoped(run: Run, made: Prepared) -> Prepared:
    """What of a company is in a run's scope."""
    orders = within(made.orders, made.refs, run.scope)
    steps = [*made.steps, *orders.steps[len(made.orders.steps) :]]
    tables: dict[str, pd.DataFrame] = {}
    for name, frame in made.tables.items():
        kept, found = small.within(name, frame, made.refs, run.scope)
        steps += found
        if kept is not None:
            tables[name] = kept
    return replace(made, orders=orders, tables=tables, steps=tuple(steps))


def _names(by: By) -> tuple[str, ...]:
    return (by,) if isinstance(by, str) else tuple(by)


@dataclass
class _Source:
    """One source as read: where it is and its rows."""

    con: Any
    expr: Any
    rows: Callable[[], Any]


class _Loading:
    """Reads reference tables first, for others look things up in them; orders last. Problems are gathered."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.problems: list[str] = []
        self.steps: list[Step] = []
        self.digests: dict[str, str] = {}
        self.frames: dict[str, pd.DataFrame] = {}  # whole, as checked
        own = {n: s.key for n, s in run.settings.sources.items() if n not in TABLES}
        self.keys = {**own, **REFERENCE_TABLES}
        self.refs = References({}, self.keys)

    def prepared(self) -> Prepared:
        sources = self.run.settings.sources
        if "orders" not in sources:
            advice = 'Name the files that hold the orders, or set derive = "won opportunities".'
            raise DataError("data", [f"there is no [sources.orders]. {advice}"])
        first = [n for n in self.keys if n in sources]
        for name in [*first, *(n for n in sources if n not in first and n != "orders")]:
            self._take(name, sources[name])
        orders = self._orders(sources["orders"])
        tables = self._tables()
        if orders is None or self.problems:
            raise DataError("data", list(dict.fromkeys(self.problems)))
        return Prepared(orders, self.refs, tables, tuple(self.steps), self.digests)

    def _take(self, name: str, source: Source) -> None:
        read = self._read(name, source, self._contract(name, source))
        if read is None:
            return
        found = small.take(read.con, name, self._contract(name, source), source, read.expr, read.rows, self.refs)
        self.problems += found.problems
        self.steps += found.steps
        if not len(found.frame):
            self.steps.append(Step(name, "empty", 0))
            return
        self.frames[name] = found.frame
        if name in self.keys and self.keys[name] in found.frame:
            self.refs = replace(self.refs, frames={**self.refs.frames, name: found.frame})

    def _contract(self, name: str, source: Source) -> Table:
        key = source.key
        columns = {key: Column("key", required=True)} if key else {}
        return TABLES.get(name, Table(name, "a reference table of your own", columns, (key,) if key else ()))

    def _read(self, name: str, source: Source, table: Table) -> _Source | None:
        from workbench.sources import engines, readers

        if name not in TABLES and not source.key:
            advice = f'If it is a reference table of your own, name its key: [sources.{name}] key = "…".'
            self.problems.append(f"'{name}' is no table known here. {advice} Known: {', '.join(TABLES)}.")
            return None
        if self._embedded is None:
            self._embedded = engines.embedded()
        try:
            folder, extra = self.run.settings.folder, self._extra(name, source)
            own, years = self.run.settings.company.currency, self.run.calendar.settings
            starts = years.fiscal_year_starts if years.pattern == "months" else 0
            raw = readers.read(self._embedded, name, source, table, folder, extra, currency=own, starts=starts)
        except DataError as error:
            self.problems += [f"{name}: {error.where}: {p}" for p in error.problems]
            return None
        self.problems += [p if p.startswith(name) else f"{name}: {p}" for p in raw.problems]
        self.steps += [
            Step(name, "footer", len(lines), None, {"file": file, "values": list(lines)})
            for file, told in raw.proved.items()
            if (lines := told.get("footer"))
        ]
        self.digests |= {f"{name}/{file}": digest for file, digest in raw.digest.items()}
        if raw.expr is None or raw.problems:
            return None
        return _Source(raw.expr.get_backend(), raw.expr, raw.with_rows)

    _embedded: Any = None

    def _extra(self, name: str, source: Source) -> tuple[str, ...]:
        """Columns that a table is not known for, and that the settings speak of."""
        asked = [c for c in (*source.exclude, *source.rename, *source.lookup) if "." not in c]
        by = [k.by for s in self.run.settings.sources.values() for k in s.lookup.values() if k.table == name]
        keys = [key for table, key in self.keys.items() if table != name and table not in TABLES]
        return tuple(dict.fromkeys([*self.run.settings.levels, *asked, *by, *keys]))

    def _orders(self, source: Source) -> Orders | None:
        read = self._derived() if source.derive else self._read("orders", source, TABLES["orders"])
        if read is None:
            return None
        renamed = repair.rename(read.expr, source)
        lookups, problems = repair.translations(read.con, "orders", renamed, source, self.refs)
        self.problems += problems
        making = Making(read.con, source, read.expr, read.rows, self.run, self.refs, lookups, self.frames.get("rates"))
        try:
            made = make(making)
        except DataError as error:
            self.problems += error.problems
            return None
        self.steps += made.steps
        return made

    def _derived(self) -> _Source | None:
        """Orders from opportunities that were won: dated when they closed."""
        from workbench.sources import engines
        from workbench.sources.query import memory

        source, deals = self.run.settings.sources.get("opportunities"), self.frames.get("opportunities")
        if source is None or deals is None:
            if source is None:
                self.problems.append("orders are to be derived from won opportunities: add [sources.opportunities].")
            return None
        missing = [c for c in ("closed", "amount") if c not in deals]
        won = deals[deals["stage"].isin(source.stages.won)]
        if missing or not len(won):
            stages = ", ".join(f"'{s}'" for s in deals["stage"].dropna().unique()[:12])
            reason = (
                f"opportunities lack {' and '.join(missing)}; map them"
                if missing
                else f"none is in a stage that counts as won. The stages are {stages}: say which in"
                " [sources.opportunities.stages] won = […]"
            )
            self.problems.append(f"orders cannot be derived from won opportunities: {reason}.")
            return None
        lines = won.rename(columns={"closed": "date", "opportunity": "order"})
        lines = lines.drop(columns=["stage", "created"], errors="ignore")
        lines = lines.assign(date=lines["date"].dt.date, _file="opportunities")
        con = self._embedded or engines.embedded()
        expr = con.create_table("workbench_won", memory(lines), temp=True)
        return _Source(con, expr, lambda: expr)

    def _tables(self) -> dict[str, pd.DataFrame]:
        """The small tables as reports of the whole company may see them: joined, up to as_of."""
        found: dict[str, pd.DataFrame] = {}
        for name, frame in self.frames.items():
            steps, problems = small.unjoined(name, frame, self.refs)
            self.problems += problems
            self.steps += steps
            frame, steps = small.cut(name, frame, self.run.as_of)
            self.steps += steps
            found[name] = self._converted(name, frame)
        if "opportunities" in found:
            source = self.run.settings.sources["opportunities"]
            history = found.get("stage_history")
            found["opportunities"], steps = small.reopen(found["opportunities"], source, history, self.run.as_of)
            self.steps += steps
        if "targets" in found:
            found["targets"] = self._rolled(found["targets"])
        return found

    def _converted(self, name: str, frame: pd.DataFrame) -> pd.DataFrame:
        known, as_of = self.frames.get("rates"), self.run.as_of
        if known is not None and "date" in known:
            known = known[known["date"] <= as_of]
        frame, steps = rates.converted(name, frame, self.run.settings.company.currency, known, as_of)
        self.steps += steps
        return frame

    def _rolled(self, targets: pd.DataFrame) -> pd.DataFrame:
        levels = [c for c in targets.columns if c in self.run.settings.levels]
        targets, steps = small.roll_ups(targets, self.refs, levels)
        self.steps += [*steps, *small.other_metrics(targets)]
        if small.grain(targets["period"], self.run.calendar) is None:
            self.steps.append(Step("targets", "target_period", len(targets), float(targets["amount"].sum())))
        return targets
