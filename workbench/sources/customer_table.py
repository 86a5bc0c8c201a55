"""Order lines to one row a customer, to cohorts, and to new against repeat: grouped where the lines are.

A purchase day is a customer's day whose lines add up to more than 0, so that several orders on one day are one purchase
and a day of returns is none. A customer without any purchase day is no customer here. A line that names nobody is left
out of customers and cohorts; new against repeat shows it apart.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from workbench.periods import Calendar, Every
from workbench.sources import engines
from workbench.sources.cube import Cube, shown, starts, truncated
from workbench.sources.query import SCALE, fetch, memory, units

Days = tuple[pd.Timestamp | None, pd.Timestamp]
WEEK = 7.0
COLUMNS = (
    "customer",
    "first",
    "last",
    "days",
    "orders",
    "amount",
    "returned",
    "frequency",
    "recency",
    "age",
    "monetary",
)


@dataclass(frozen=True)
class Purchases:
    """The lines of a cube by customer."""

    cube: Cube

    @property
    def known(self) -> bool:
        """Whether order lines name customers at all."""
        return "customer" in self.cube.lines.columns

    def customers(self, between: Days) -> pd.DataFrame:
        """One row a customer who bought on these days; see `Data.customers`."""
        if not self.known:
            return _nothing(*COLUMNS)
        days = self._days.filter(lambda t: t["customer"].notnull() & (t["day"] <= between[1].date()))
        days = days if between[0] is None else days.filter(days["day"] >= between[0].date())
        bought = days["net"] > 0
        first = days["day"].min(where=bought)
        sums = {
            "first": first,
            "last": days["day"].max(where=bought),
            "days": bought.sum(),
            "net": days["net"].sum(),
            "paid": days["net"].sum(where=bought),
            "at_first": days["net"].argmin(days["day"], where=bought),
        }
        if "orders" in days.columns:
            sums["orders"] = days["orders"].sum()
        found = fetch(self.cube.con, days.group_by("customer").aggregate(**sums).filter(lambda t: t["days"] > 0))
        return self._timed(found, between[1])

    def cohorts(self, every: Every, last: pd.Timestamp) -> pd.DataFrame:
        """How many customers of each cohort bought in each period, and for how much."""
        if not self.known:
            return _nothing("cohort", "period", "customers", "amount")
        active = self._active(every, last).filter(lambda t: t["customer"].notnull())
        began = active.filter(active["bought"]).group_by("customer").aggregate(cohort=lambda t: t["period"].min())
        joined = active.inner_join(began, "customer").filter(lambda t: t["period"] >= t["cohort"])
        counted = joined.group_by("cohort", "period").aggregate(
            customers=joined["bought"].sum(), amount=joined["net"].sum()
        )
        return _money(fetch(self.cube.con, counted), "amount").sort_values(["cohort", "period"], ignore_index=True)

    def new_and_repeat(self, every: Every, last: pd.Timestamp, by: tuple[str, ...]) -> pd.DataFrame:
        """Sales and customers of each period (and level), by whether the period holds the customer's first purchase."""
        import ibis

        if not self.known:
            return _nothing("period", *by)
        active = self._active(every, last, by)
        began = self._active(every, last).filter(lambda t: t["bought"] & t["customer"].notnull())
        began = began.group_by(buyer="customer").aggregate(cohort=lambda t: t["period"].min())
        joined = active.left_join(began, active["customer"] == began["buyer"])
        kind = ibis.cases(
            (joined["customer"].isnull(), "unnamed"), (joined["cohort"] == joined["period"], "new"), else_="repeat"
        )
        joined = joined.mutate(kind=kind)
        of = {k: joined["kind"] == k for k in ("new", "repeat", "unnamed")}
        sums = {f"amount_{k}": joined["net"].sum(where=rows) for k, rows in of.items()}
        counts = {f"customers_{k}": (of[k] & joined["bought"]).sum() for k in ("new", "repeat")}
        found = fetch(self.cube.con, joined.group_by("period", *by).aggregate(**sums, **counts))
        for level in by:
            found[level] = shown(found[level], self.cube.refs.labels(level, "orders", list(self.cube.lines.columns)))
        return _money(found, *sums).sort_values(["period", *by], ignore_index=True)

    @cached_property
    def _days(self) -> Any:
        """One row for each customer (or none named) and day: net, in ten-thousandths, and orders above zero.

        All else here is asked of it, so it is kept on disk where the engine is our own.
        """
        parts = self.cube.parts(self._lines(), "day") if engines.own(self.cube.con) else [self._lines()]
        return engines.kept(self.cube.con, [_by_day(lines) for lines in parts], "customer_days")

    def _lines(self, by: tuple[str, ...] = ()) -> Any:
        lines = self.cube.refs.attach(self.cube.lines, "orders", by)
        text = {name: lines[name].cast("string") for name in ("customer", *by)}
        return lines.mutate(day=lines["date"].cast("date"), net=units(lines["amount"]), **text)

    def _active(self, every: Every, last: pd.Timestamp, by: tuple[str, ...] = ()) -> Any:
        """One row for each customer, period and level: net, and whether they bought on any of its days."""
        days = self._days
        if by:
            days = (
                self._lines(by).group_by("customer", "day", *by).aggregate(net=lambda t: t["net"].sum().cast("int64"))
            )
        days, cube = days.filter(days["day"] <= last.date()), self.cube
        start = truncated(days["day"], every, cube.calendar)
        if start is None:
            found = memory(starts(cube.calendar, every, cube.days.index[0], cube.days.index[-1]))
            days = days.inner_join(found, days["day"] == found["__day"])
            start = days["__start"]
        days = days.mutate(period=start.cast("date"))
        return days.group_by("customer", "period", *by).aggregate(net=days["net"].sum(), bought=(days["net"] > 0).any())

    def _timed(self, found: pd.DataFrame, end: pd.Timestamp) -> pd.DataFrame:
        """Days to weeks, ten-thousandths to money, keys to names."""
        frequency = found["days"].astype("float64") - 1
        repeats = (found["paid"] - found["at_first"]).astype("float64") / SCALE
        orders = found["orders"] if "orders" in found else found["days"]
        labels = self.cube.refs.labels("customer", "orders", list(self.cube.lines.columns))
        table = pd.DataFrame(
            {
                "customer": shown(found["customer"], labels),
                "first": found["first"],
                "last": found["last"],
                "days": found["days"].astype("int64"),
                "orders": orders.astype("int64"),
                "amount": found["net"].astype("float64") / SCALE,
                "returned": (found["paid"] - found["net"]).astype("float64") / SCALE,
                "frequency": frequency,
                "recency": (found["last"] - found["first"]).dt.days / WEEK,
                "age": (end - found["first"]).dt.days / WEEK,
                "monetary": (repeats / frequency.where(frequency > 0)),
            }
        )
        return table.sort_values("customer", ignore_index=True)


def _by_day(lines: Any) -> Any:
    if "order" not in lines.columns:
        return lines.group_by("customer", "day").aggregate(net=lines["net"].sum().cast("int64"))
    orders = lines.group_by("customer", "day", "order").aggregate(net=lines["net"].sum().cast("int64"))
    numbered = {"orders": (orders["net"] > 0).sum().cast("int64")}
    return orders.group_by("customer", "day").aggregate(net=orders["net"].sum().cast("int64"), **numbered)


def settled(periods: pd.Series, first: pd.Timestamp, calendar: Calendar) -> pd.Series:
    """Whether a year of data lies before each period; earlier, a customer of old looks new."""
    return periods.map({p: calendar.year_before(p) >= first for p in periods.unique()}).astype(bool)


def _nothing(*columns: str) -> pd.DataFrame:
    dates = ("cohort", "period", "first", "last")
    return pd.DataFrame({c: pd.Series(dtype="datetime64[us]" if c in dates else "float64") for c in columns})


def _money(frame: pd.DataFrame, *columns: str) -> pd.DataFrame:
    counts = {c: "int64" for c in frame.columns if c.startswith("customers")}
    return frame.assign(**{c: frame[c].fillna(0).astype("float64") / SCALE for c in columns}).astype(counts)
