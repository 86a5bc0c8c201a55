"""Landings at half of a period against a straight line and plain seasonal pacing, on real companies: CRPS and coverage.

Each period is seen from the middle of its working days with nothing known of the rest. The peers have the same booked
sales and working days, and a spread learnt from their own errors in the same earlier periods. Printed: the mean CRPS as
a share of what the periods came to, and its ratio to the better peer (below 1: ours is better); coverage of our
intervals. Nodes of one period err together, so the sample is the periods.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tests.benchmarks.bench_attain import SHARED, tourism_states, us_retail
from workbench.analytics.plan.period import PlanPeriod, period
from workbench.analytics.tracking import tested
from workbench.analytics.tracking.landing import Records, land, records_of
from workbench.periods import Calendar, Every
from workbench.settings import CalendarSettings

_DAY = pd.Timedelta(days=1)
CALENDAR = Calendar(CalendarSettings(country="US"))


@dataclass(frozen=True)
class Case:
    """`read` gives period, *by, amount at the grain `every`; periods `wanted` that begin on `firsts` are landed."""

    read: Callable[[], pd.DataFrame]
    by: tuple[str, ...]
    every: Every
    wanted: str
    firsts: pd.DatetimeIndex


def main() -> Iterator[dict]:
    for name, case in CASES.items():
        if (SHARED / name.split(".")[0]).exists():
            yield from figures(name, scores(case))


def figures(name: str, found: pd.DataFrame) -> Iterator[dict]:
    for part, rows in (("whole", found[found["node"] == ""]), ("parts", found[found["node"] != ""])):
        if not len(rows):
            continue
        money = rows["came"].sum()
        ours, straight, seasonal = (rows[c].sum() / money for c in ("ours", "straight", "seasonal"))
        peer = min(straight, seasonal)
        yield {"name": f"track.{name}.{part}.crps", "value": round(ours, 4), "unit": "ratio", "peer": round(peer, 4),
               "ratio": round(ours / peer, 3), "straight": round(straight, 4), "seasonal": round(seasonal, 4),
               "in_80": round(rows["in_80"].mean(), 3), "in_95": round(rows["in_95"].mean(), 3), "ok": ours < peer,
               "periods": int(rows["first"].nunique()), "cases": len(rows)}  # fmt: skip


def scores(case: Case) -> pd.DataFrame:
    """One row a period and node: what came, and the CRPS in money of the three."""
    sales = case.read()
    return pd.concat([_one(sales, case, first) for first in case.firsts], ignore_index=True)


def _one(sales: pd.DataFrame, case: Case, first: pd.Timestamp) -> pd.DataFrame:
    wanted = period(CALENDAR, first, case.wanted)
    as_of = middle(wanted, case.every)
    covers = (sales["period"].min(), as_of)
    known = sales[sales["period"] <= as_of]
    records = records_of(known, case.by, wanted, every=case.every, calendar=CALENDAR, covers=covers)
    landed = land(records, wanted)
    later = (wanted.last, sales[sales["period"] <= wanted.last])
    came = _came(records, case, covers, wanted, later)
    table = pd.DataFrame({"first": first, "node": records.nodes.index, "level": records.nodes["level"].to_numpy(),
                          "came": came, "ours": tested.crps(landed.draws, came)})  # fmt: skip
    for name in tested.METHODS:
        plain = tested.plain(records, records.sales, landed.at, landed.tried, name, landed.learnt.freedom)
        table[name] = np.where(np.isnan(plain[0]), np.abs(came), tested.crps(np.nan_to_num(plain), came))
    for share, name in ((0.8, "in_80"), (0.95, "in_95")):
        low, high = np.quantile(landed.draws, ((1 - share) / 2, (1 + share) / 2), axis=0)
        table[name] = (came >= low) & (came <= high)
        table[name.replace("in", "lo")] = low
    return table


def middle(wanted: PlanPeriod, every: Every) -> pd.Timestamp:
    """The day on which half of the period's working days are over; the end of a step for longer steps."""
    if every in ("month", "quarter"):
        half = wanted.months[len(wanted.months) // 2]
        return pd.Timestamp(half - _DAY)
    days = pd.date_range(wanted.first, wanted.last)
    worked = np.cumsum([CALENDAR.working_days(d, d) for d in days])
    return pd.Timestamp(days[np.searchsorted(worked, worked[-1] / 2)])


def _came(
    records: Records, case: Case, covers: tuple[pd.Timestamp, pd.Timestamp], wanted: PlanPeriod,
    later: tuple[pd.Timestamp, pd.DataFrame],
) -> np.ndarray:  # fmt: skip
    """What each node sold in the period in the end; parts that began later count only in the whole."""
    full = records_of(later[1], case.by, wanted, every=case.every, calendar=CALENDAR, covers=(covers[0], later[0]))
    sold = full.sales.of(full.known.at(wanted.first), full.known.at(wanted.last) + 1)
    return pd.Series(sold, index=full.nodes.index).reindex(records.nodes.index).fillna(0).to_numpy()


# -- the data ---------------------------------------------------------------------------------------------------------


def reseller() -> pd.DataFrame:
    folder = SHARED / "adventureworks_reseller"
    lines = pd.read_csv(folder / "Sales.csv", sep="|", parse_dates=["OrderDate"])
    lines["Sales"] = pd.to_numeric(lines["Sales"].astype(str).str.replace(",", ""))
    return daily(lines, "OrderDate", "Sales", ["EmployeeKey"], "2020-05-31")


def online() -> pd.DataFrame:
    folder = SHARED / "online_retail_ii"
    first, second = (pd.read_parquet(folder / f"online_retail_{y}.parquet") for y in ("2009_2010", "2010_2011"))
    first = first[pd.to_datetime(first["InvoiceDate"]) < pd.Timestamp("2010-12-01")]  # both files hold its first days
    lines = pd.concat([first, second])
    amount = lines["Quantity"].astype(float) * lines["Price"]
    lines = lines.assign(amount=amount, home=lines["Country"].eq("United Kingdom").astype(str))
    return daily(lines, "InvoiceDate", "amount", ["home"], "2011-11-30 23:59")


def crm() -> pd.DataFrame:
    folder = SHARED / "crm_opportunities"
    deals = pd.read_csv(folder / "sales_pipeline.csv", parse_dates=["close_date"])
    won = deals[deals["deal_stage"] == "Won"].merge(pd.read_csv(folder / "sales_teams.csv"), on="sales_agent")
    return daily(won, "close_date", "close_value", ["regional_office"], "2017-12-31")


def daily(lines: pd.DataFrame, day: str, amount: str, by: list[str], last: str) -> pd.DataFrame:
    days = pd.to_datetime(lines[day])
    lines = lines.assign(period=days.dt.normalize(), amount=lines[amount].to_numpy(float))[days <= pd.Timestamp(last)]
    return lines.groupby(["period", *by])["amount"].sum().reset_index()


CASES = {
    "tourism_au": Case(tourism_states, ("state", "purpose"), "quarter", "this year",
                       pd.date_range("2004-01-01", "2017-01-01", freq="YS")),
    "us_retail": Case(us_retail, ("kind",), "month", "this year", pd.date_range("2001-01-01", "2019-01-01", freq="YS")),
    "adventureworks_reseller": Case(reseller, ("EmployeeKey",), "day", "this quarter",
                                    pd.date_range("2018-07-01", "2020-01-01", freq="QS")),
    "online_retail_ii": Case(online, ("home",), "day", "this quarter",
                             pd.date_range("2010-07-01", "2011-07-01", freq="QS")),
    "online_retail_ii.months": Case(online, ("home",), "day", "this month",
                                    pd.date_range("2010-09-01", "2011-11-01", freq="MS")),
    "crm_opportunities": Case(crm, ("regional_office",), "day", "this quarter",
                              pd.date_range("2017-07-01", "2017-10-01", freq="QS")),
    "crm_opportunities.months": Case(crm, ("regional_office",), "day", "this month",
                       pd.date_range("2017-06-01", "2017-12-01", freq="MS")),
}  # fmt: skip
