"""How often targets are met that were set at a chance of 80, 60, 50 and 30 %, from rolling origins of real hierarchies.

A target of a node is `amount_at(baseline, node, p)` as it could have been set before the period began. It is met when
the period's sales reach it, which is when `chance(baseline, node, sales)` is p or less. Nodes of one origin err
together, so the sample is the origins. A plan needs three
years of history; the companies that have less are shown as "short" and judged by nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from workbench.analytics.forecast import forecast
from workbench.analytics.plan import Baseline, PlanPeriod, baseline, chances
from workbench.periods import Calendar, Every

SHARED = Path(__file__).parents[3] / "shared" / "data"
LEVELS = (0.8, 0.6, 0.5, 0.3)
CALENDAR = Calendar()
_SUBSECTORS = ["441", "442", "443", "444", "445", "446", "447", "448", "451", "452", "453", "454", "722"]


@dataclass(frozen=True)
class Case:
    """`read` gives period, *by, amount; targets are of the `name` (year or quarter) that begins on each of `firsts`."""

    read: Callable[[], pd.DataFrame]
    by: tuple[str, ...]
    every: Every
    name: str
    firsts: pd.DatetimeIndex
    short: bool = False


def main() -> Iterator[dict]:
    for name, case in CASES.items():
        if (SHARED / name.split(".")[0]).exists():
            yield from figures(name, origins(case), short=case.short)


def figures(name: str, found: pd.DataFrame, *, short: bool = False) -> Iterator[dict]:
    for part, rows in (("whole", found[found["level"] == ""]), ("parts", found[found["level"] != ""])):
        for p in LEVELS:
            share, allowed = met(rows, p)
            off = max(allowed, 0.05)
            yield {"name": f"attain.{name}.{part}.at_{p:.0%}", "value": round(share, 3), "unit": "ratio", "peer": p,
                   "ratio": round(share / p, 3), "limit": None if short else [round(p - off, 3), round(p + off, 3)],
                   "ok": short or abs(share - p) <= off, "origins": int(rows["origin"].nunique()),
                   "targets": len(rows)}  # fmt: skip


def met(found: pd.DataFrame, p: float) -> tuple[float, float]:
    """The share of targets set at `p` that were met, and two standard errors of it, from origin to origin.

    Good years follow good years, so neighbouring origins count by their correlation (Newey & West 1987).
    """
    by_origin = (found["chance"] <= p).groupby(found["origin"]).mean()
    count, off = len(by_origin), (by_origin - by_origin.mean()).to_numpy()
    lags = int(4 * (count / 100) ** (2 / 9))
    shared = sum((1 - k / (lags + 1)) * (off[k:] @ off[:-k]) for k in range(1, min(lags, count - 1) + 1))
    apart = max(off @ off + 2 * shared, off @ off) / max(count - 1, 1) / count
    least = p * (1 - p) / (count if len(found) == count else len(found))  # one target an origin, or many
    return float(by_origin.mean()), float(2 * np.sqrt(max(apart, least)))


def origins(case: Case) -> pd.DataFrame:
    """One row a node and origin: origin, node, level, and the chance that was given to what was sold."""
    sales = case.read().assign(whole=True)
    return pd.concat([_origin(sales, case, first).assign(origin=first) for first in case.firsts], ignore_index=True)


def _origin(sales: pd.DataFrame, case: Case, first: pd.Timestamp) -> pd.DataFrame:
    months = 12 if case.name == "year" else 3
    last = first + pd.DateOffset(months=months) - pd.Timedelta(days=1)
    before = first - pd.DateOffset(years=1)
    plan = PlanPeriod(case.name, first, last, pd.date_range(first, last, freq="MS"), (before, before))  # type: ignore[arg-type]
    steps = months if case.every == "month" else months // 3
    known, actual = sales[sales["period"] < first], sales[sales["period"].between(first, last)]
    base = baseline(forecast(known, case.by, horizon=steps, every=case.every, calendar=CALENDAR), plan, CALENDAR)
    assert isinstance(base, Baseline), base
    found = chances(base, sold(base, actual, case.by))
    levels = base.nodes["level"].astype(str).to_numpy()
    return pd.DataFrame({"node": found.index, "level": levels, "chance": found.to_numpy()})


def sold(base: Baseline, actual: pd.DataFrame, by: tuple[str, ...]) -> pd.Series:
    """What each node sold in the period."""
    amounts = []
    for level, rows in base.nodes.groupby("level", sort=False):
        names = [name for name in by if name in str(level).split(" × ")]
        if not names or (len(base.nodes) == 1):
            amounts.append(pd.Series(actual["amount"].sum(), index=rows.index))
            continue
        sums = actual.groupby(names)["amount"].sum()
        keys = pd.MultiIndex.from_frame(rows[names]) if len(names) > 1 else pd.Index(rows[names[0]])
        amounts.append(pd.Series(sums.reindex(keys).fillna(0).to_numpy(), index=rows.index))
    return pd.concat(amounts).reindex(base.nodes.index)


# -- the data ---------------------------------------------------------------------------------------------------------


def tourism() -> pd.DataFrame:
    table = pd.read_csv(SHARED / "tourism_au" / "australia_tourism.csv", parse_dates=["date_time"])
    return table.set_axis(["period", "region", "state", "purpose", "amount"], axis=1)


def tourism_states() -> pd.DataFrame:
    return tourism().groupby(["period", "state", "purpose"], as_index=False)["amount"].sum()


def us_retail() -> pd.DataFrame:
    """Unadjusted monthly sales of 13 subsectors that make the whole, 1992 to 2020."""
    file = SHARED / "us_retail" / "mrtssales92-present.xls"
    sheets = pd.read_excel(file, sheet_name=[str(y) for y in range(1992, 2021)], header=None, engine="calamine")
    return pd.concat([_year(sheet, int(year)) for year, sheet in sheets.items()], ignore_index=True)


def _year(sheet: pd.DataFrame, year: int) -> pd.DataFrame:
    ends = sheet.index[sheet[1].astype(str).str.startswith("ADJUSTED")]
    rows = sheet.loc[: ends[0]]
    rows = rows[rows[0].astype(str).isin(_SUBSECTORS)]
    wide = rows.set_index(0).iloc[:, 1:13].set_axis(pd.date_range(f"{year}-01-01", periods=12, freq="MS"), axis=1)
    long = wide.rename_axis("kind").melt(ignore_index=False, var_name="period", value_name="amount").reset_index()
    return long.assign(amount=pd.to_numeric(long["amount"]), kind=long["kind"].astype(str))


def reseller() -> pd.DataFrame:
    folder = SHARED / "adventureworks_reseller"
    lines = pd.read_csv(folder / "Sales.csv", sep="|", parse_dates=["OrderDate"])
    lines = lines.merge(pd.read_csv(folder / "Product.csv", sep="|")[["ProductKey", "Category"]], on="ProductKey")
    lines["Sales"] = pd.to_numeric(lines["Sales"].astype(str).str.replace(",", ""))
    return _monthly(lines, "OrderDate", "Sales", ["SalesTerritoryKey", "Category"], "2020-05-31")


def internet() -> pd.DataFrame:
    lines = pd.read_parquet(SHARED / "adventureworks" / "InternetSales.parquet")
    lines = lines.assign(SalesAmount=lines["SalesAmount"].astype(float), day=pd.to_datetime(lines["OrderDate"]))
    return _monthly(lines[lines["day"] >= "2011-01-01"], "day", "SalesAmount", ["SalesTerritoryKey"], "2013-12-31")


def online() -> pd.DataFrame:
    folder = SHARED / "online_retail_ii"
    first, second = (pd.read_parquet(folder / f"online_retail_{y}.parquet") for y in ("2009_2010", "2010_2011"))
    first = first[pd.to_datetime(first["InvoiceDate"]) < "2010-12-01"]  # both files hold its first days
    lines = pd.concat([first, second])
    lines = lines.assign(
        amount=lines["Quantity"].astype(float) * lines["Price"], home=lines["Country"].eq("United Kingdom")
    )
    return _monthly(lines, "InvoiceDate", "amount", ["home"], "2011-11-30 23:59")


def _monthly(lines: pd.DataFrame, day: str, amount: str, by: list[str], last: str) -> pd.DataFrame:
    days = pd.to_datetime(lines[day]).to_numpy()
    months = pd.DatetimeIndex(days).to_period("M").to_timestamp()
    lines = lines.assign(period=months, amount=lines[amount].to_numpy(float))[days <= pd.Timestamp(last)]
    return lines.groupby(["period", *by], as_index=False)["amount"].sum()


CASES = {
    "tourism_au": Case(tourism, ("state", "region", "purpose"), "quarter", "year",
                       pd.date_range("2004-01-01", "2017-01-01", freq="YS")),
    "tourism_au.states": Case(tourism_states, ("state", "purpose"), "quarter", "year",
                              pd.date_range("2004-01-01", "2017-01-01", freq="YS")),
    "us_retail": Case(us_retail, ("kind",), "month", "year", pd.date_range("1996-01-01", "2020-01-01", freq="YS")),
    "us_retail.quarters": Case(us_retail, ("kind",), "month", "quarter",
                               pd.date_range("2005-01-01", "2019-10-01", freq="QS")),
    "adventureworks_reseller": Case(reseller, ("SalesTerritoryKey", "Category"), "month", "quarter",
                                    pd.date_range("2019-07-01", "2020-01-01", freq="QS"), short=True),
    "adventureworks": Case(internet, ("SalesTerritoryKey",), "month", "quarter",
                           pd.date_range("2013-01-01", "2013-10-01", freq="QS"), short=True),
    "online_retail_ii": Case(online, ("home",), "month", "quarter", pd.DatetimeIndex(["2011-06-01", "2011-09-01"]),
                             short=True),
}  # fmt: skip
