"""`load`: a run's sources as one checked whole."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench.errors import DataError
from workbench.run import Run
from workbench.settings import Source
from workbench.sources import checks, derived, prepared, rates, repair, small
from workbench.sources.contracts import REFERENCE_TABLES, TABLES, Column, Table
from workbench.sources.data import Data
from workbench.sources.levels import References
from workbench.sources.orders import Making, Orders, make, within
from workbench.sources.prepared import Prepared
from workbench.sources.quality import Step
from workbench.sources.staff import staff

if TYPE_CHECKING:
    from workbench.sources import readers


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
    if "reps" in tables:
        tables["reps"], found = staff(orders, made.orders, tables, made.refs, run.scope)
        steps += found
    return replace(made, orders=orders, tables=tables, steps=tuple(steps))


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
        from workbench.sources import readers

        if name not in TABLES and not source.key:
            advice = f'If it is a reference table of your own, name its key: [sources.{name}] key = "…".'
            self.problems.append(f"'{name}' is no table known here. {advice} Known: {', '.join(TABLES)}.")
            return None
        folder, extra = self.run.settings.folder, self._extra(name, source)
        own, years = self.run.settings.company.currency, self.run.calendar.settings
        starts = years.fiscal_year_starts if years.pattern == "months" else 0
        try:
            raw = readers.read(self._engine(), name, source, table, folder, extra, currency=own, starts=starts)
        except DataError as error:
            self.problems += [f"{name}: {error.where}: {p}" for p in error.problems]
            return None
        return self._taken(name, raw, source, table)

    def _taken(self, name: str, raw: "readers.Raw", source: Source, table: Table) -> _Source | None:
        """What was read, unless something is wrong with it."""
        self.problems += [p if p.startswith(name) else f"{name}: {p}" for p in raw.problems]
        self.steps += [
            Step(name, "footer", len(lines), None, {"file": file, "values": list(lines)})
            for file, told in raw.proved.items()
            if (lines := told.get("footer"))
        ]
        self.digests |= {f"{name}/{file}": digest for file, digest in raw.digest.items()}
        if raw.expr is not None and raw.problems:
            self.problems += self._also_wrong(name, raw, raw.expr, source, table)
        if raw.expr is None or raw.problems:
            return None
        return _Source(raw.expr.get_backend(), raw.expr, raw.with_rows)

    def _also_wrong(self, name: str, raw: "readers.Raw", expr: Any, source: Source, table: Table) -> list[str]:
        """What its contract says of a table with cells that could not be read: one round of mending is enough."""

        def ready(expr: Any) -> Any:
            expr = repair.rename(expr, source)
            wide, out = repair.left_out(expr, name, source, self.refs)
            return wide.filter(~repair.any_of(out)).select(*expr.columns) if out else expr

        def rows() -> Any:
            return ready(raw.with_rows())

        checked = checks.Checked(expr.get_backend(), name, table, source, ready(expr), rows)
        return checks.also_wrong(checked)

    def _engine(self) -> Any:
        """The engine inside, started when the first source needs it."""
        from workbench.sources import engines

        if self._embedded is None:
            self._embedded = engines.embedded(prepared.size(self.run))
        return self._embedded

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
        """Orders from opportunities that were won."""
        from workbench.sources.query import memory

        source = self.run.settings.sources.get("opportunities")
        lines, problem = derived.orders(source, self.frames.get("opportunities"))
        self.problems += [problem] if problem else []
        if lines is None:
            return None
        con = self._engine()
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
