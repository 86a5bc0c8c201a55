"""Order lines to one row a customer, to cohorts, and to new against repeat: grouped where the lines are.

A purchase day is a customer's day whose lines add up to more than 0, so that several orders on one day are one purchase
and a day of returns is none. A customer without any purchase day is no customer here. A line that names nobody is left
out of customers and cohorts; new against repeat shows it apart.
"""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from workbench.periods import Calendar, Every
from workbench.sources.cube import Cube, shown, starts, truncated
from workbench.sources.query import SCALE, fetch, memory, units

Days = tuple[pd.Timestamp | None, pd.Timestamp]
WEEK = 7.0
COLUMNS = ("customer", "first", "last", "days", "orders", "amount", "returned", "frequency", "recency", "age", "monetary")


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
            return pd.DataFrame(columns=list(COLUMNS))
        days = self._days(between)
        bought = days["net"] > 0
        first = days["day"].min(where=bought)
        sums = {"first": first, "last": days["day"].max(where=bought), "days": bought.sum(), "net": days["net"].sum(),
                "paid": days["net"].sum(where=bought), "at_first": days["net"].argmin(days["day"], where=bought)}  # fmt: skip
        if "orders" in days.columns:
            sums["orders"] = days["orders"].sum()
        found = fetch(self.cube.con, days.group_by("customer").aggregate(**sums).filter(lambda t: t["days"] > 0))
        return self._timed(found, between[1])

    def cohorts(self, every: Every, last: pd.Timestamp) -> pd.DataFrame:
        """How many customers of each cohort bought in each period, and for how much; named by the periods' first days."""
        if not self.known:
            return pd.DataFrame(columns=["cohort", "period", "customers", "amount"])
        active = self._active(every, last)
        began = active.filter(active["bought"]).group_by("customer").aggregate(cohort=lambda t: t["period"].min())
        joined = active.inner_join(began, "customer").filter(lambda t: t["period"] >= t["cohort"])
        counted = joined.group_by("cohort", "period").aggregate(customers=joined["bought"].sum(), amount=joined["net"].sum())
        return _money(fetch(self.cube.con, counted), "amount").sort_values(["cohort", "period"], ignore_index=True)

    def new_and_repeat(self, every: Every, last: pd.Timestamp, by: tuple[str, ...]) -> pd.DataFrame:
        """Sales and customers of each period (and level), by whether the period holds the customer's first purchase."""
        import ibis

        if not self.known:
            return pd.DataFrame(columns=["period", *by])
        active = self._active(every, last, by)
        began = self._active(every, last).filter(lambda t: t["bought"])
        began = began.group_by(buyer="customer").aggregate(cohort=lambda t: t["period"].min())
        joined = active.left_join(began, active["customer"] == began["buyer"])
        kind = ibis.cases((joined["customer"].isnull(), "unnamed"), (joined["cohort"] == joined["period"], "new"), else_="repeat")
        joined = joined.mutate(kind=kind)
        of = {k: joined["kind"] == k for k in ("new", "repeat", "unnamed")}
        sums = {f"amount_{k}": joined["net"].sum(where=rows) for k, rows in of.items()}
        counts = {f"customers_{k}": (of[k] & joined["bought"]).sum() for k in ("new", "repeat")}
        found = fetch(self.cube.con, joined.group_by("period", *by).aggregate(**sums, **counts))
        for level in by:
            found[level] = shown(found[level], self.cube.refs.labels(level, "orders", list(self.cube.lines.columns)))
        return _money(found, *sums).sort_values(["period", *by], ignore_index=True)

    def _lines(self, between: Days) -> Any:
        lines, (first, last) = self.cube.lines, between
        lines = lines.filter(lines["date"] < (last + pd.Timedelta(days=1)).date())
        return lines if first is None else lines.filter(lines["date"] >= first.date())

    def _days(self, between: Days) -> Any:
        """One row for each customer and day: net, in ten-thousandths, and orders above zero where they are numbered."""
        lines = self._lines(between).filter(lambda t: t["customer"].notnull())
        lines = lines.mutate(customer=lines["customer"].cast("string"), day=lines["date"].cast("date"), net=units(lines["amount"]))
        if "order" not in lines.columns:
            return lines.group_by("customer", "day").aggregate(net=lines["net"].sum())
        orders = lines.group_by("customer", "day", "order").aggregate(net=lines["net"].sum())
        return orders.group_by("customer", "day").aggregate(net=orders["net"].sum(), orders=(orders["net"] > 0).sum())

    def _active(self, every: Every, last: pd.Timestamp, by: tuple[str, ...] = ()) -> Any:
        """One row for each customer, period and level: net, and whether they bought on any of its days."""
        cube = self.cube
        lines = cube.refs.attach(self._lines((None, last)), "orders", by)
        start = truncated(lines["date"], every, cube.calendar)
        if start is None:
            found = memory(starts(cube.calendar, every, cube.days.index[0], cube.days.index[-1]))
            lines = lines.inner_join(found, lines["date"].cast("date") == found["__day"])
            start = lines["__start"]
        named = {level: lines[level].cast("string") for level in by}
        lines = lines.mutate(customer=lines["customer"].cast("string"), day=lines["date"].cast("date"), period=start.cast("date"),
                             net=units(lines["amount"]), **named)  # fmt: skip
        days = lines.group_by("customer", "day", "period", *by).aggregate(net=lines["net"].sum())
        return days.group_by("customer", "period", *by).aggregate(net=days["net"].sum(), bought=(days["net"] > 0).any())

    def _timed(self, found: pd.DataFrame, end: pd.Timestamp) -> pd.DataFrame:
        """Days to weeks, ten-thousandths to money, keys to names."""
        frequency = found["days"].astype("float64") - 1
        repeats = (found["paid"] - found["at_first"]).astype("float64") / SCALE
        orders = found["orders"] if "orders" in found else found["days"]
        labels = self.cube.refs.labels("customer", "orders", list(self.cube.lines.columns))
        table = pd.DataFrame({
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
        })  # fmt: skip
        return table.sort_values("customer", ignore_index=True)


def settled(periods: pd.Series, first: pd.Timestamp, calendar: Calendar) -> pd.Series:
    """Whether a year of data lies before each period: earlier, a customer of old looks new at their first order in it."""
    return periods.map({p: calendar.year_before(p) >= first for p in periods.unique()}).astype(bool)


def _money(frame: pd.DataFrame, *columns: str) -> pd.DataFrame:
    counts = {c: "int64" for c in frame.columns if c.startswith("customers")}
    return frame.assign(**{c: frame[c].fillna(0).astype("float64") / SCALE for c in columns}).astype(counts)
