"""How many customers buy again, and how much of the sales new ones bring."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.analytics.frames import require, unknown
from workbench.analytics.history.frames import days
from workbench.analytics.keys import direction, fact
from workbench.analytics.results import Result, Unknown
from workbench.findings import Finding
from workbench.periods import PER_YEAR, Every, Spans

FEWEST = 30
TIMES = ("1", "2", "3", "4", "5+")
_FALL = 0.2  # fewer new customers by this share call for a decision, where chance does not explain it


@dataclass(frozen=True, kw_only=True, repr=False)
class Repurchase(Result):
    """How many of a span's customers bought on a second day in it.

    `table`: index span ("now", "before" where known); columns customers, repeat, rate, lo, hi (Wilson 95 % interval)
    `times`: index purchase days now ("1" to "4", "5+"); columns customers, amount, share (of amount)
    """

    table: pd.DataFrame
    times: pd.DataFrame
    spans: Spans


@dataclass(frozen=True, kw_only=True, repr=False)
class NewAndRepeat(Result):
    """Sales of new and of repeat customers by period.

    `table`: index period; columns amount_new, amount_repeat, amount_unnamed, customers_new, customers_repeat, share_new
    (of the named amount; NaN where a year of data does not lie before, so that customers of old would look new), whole,
    settled
    """

    every: Every
    table: pd.DataFrame


def repurchase(customers: Mapping[str, pd.DataFrame], spans: Spans | None) -> Repurchase | Unknown:
    """The repurchase rate: customers with two purchase days or more in a span ÷ all its customers.

    `customers` holds a customer table for "now" and "before", of the days of `spans` only (`Data.customers_each`).
    """
    if spans is None or "now" not in customers:
        return unknown("repurchase", "history.unknown_spans")
    for frame in customers.values():
        require(frame, ("customer", "days", "amount"), "repurchase")
    if len(customers["now"]) < FEWEST:
        return few("repurchase", customers["now"], "customers.unknown_few", FEWEST)
    table = pd.DataFrame({span: _rate(frame) for span, frame in customers.items() if len(frame) >= FEWEST}).T
    times = _times(customers["now"])
    return Repurchase(table=table, times=times, spans=spans, findings=(_repurchased(table, spans), _brought(times)))


def new_and_repeat(sales: pd.DataFrame, every: Every = "month") -> NewAndRepeat | Unknown:
    """Sales by whether the customer's first purchase is in the period. `sales`: `Data.new_and_repeat` without levels.

    Decision: fewer new customers than a year before, by 20 % or more and beyond chance.
    """
    if "amount_new" not in sales.columns:
        return unknown("new_and_repeat", "customers.unknown_nobody")
    require(
        sales, ("period", "amount_repeat", "customers_new", "customers_repeat", "whole", "settled"), "new and repeat"
    )
    table = sales.set_index("period").sort_index()
    named = table["amount_new"] + table["amount_repeat"]
    table = table.assign(share_new=(table["amount_new"] / named.where(named > 0)).where(table["settled"]))
    known = table[table["whole"] & table["settled"]]
    if known.empty:
        return unknown("new_and_repeat", "customers.unknown_settled")
    return _compared(table, known, every)


def few(section: str, customers: pd.DataFrame, key: str, need: int, have: int | None = None) -> Unknown:
    """Too few customers, or none named at all."""
    if customers.empty:
        return unknown(section, "customers.unknown_nobody")
    return unknown(section, key, have=len(customers) if have is None else have, need=need)


def _rate(customers: pd.DataFrame) -> dict[str, float]:
    from statsmodels.stats.proportion import proportion_confint

    n, again = len(customers), int((customers["days"] >= 2).sum())
    lo, hi = proportion_confint(again, n, method="wilson")
    return {"customers": n, "repeat": again, "rate": again / n, "lo": float(lo), "hi": float(hi)}


def _times(customers: pd.DataFrame) -> pd.DataFrame:
    often = customers["days"].clip(upper=5).map(dict(enumerate(TIMES, start=1)))
    table = customers.groupby(often)["amount"].agg(customers="size", amount="sum").reindex(TIMES, fill_value=0)
    total = table["amount"].sum()
    return table.rename_axis("times").assign(share=table["amount"] / total if total > 0 else np.nan)


def _repurchased(table: pd.DataFrame, spans: Spans) -> Finding:
    by_span = {str(span): dict(row) for span, row in table.iterrows()}
    now, before = by_span["now"], by_span.get("before")
    change = np.nan if before is None else now["rate"] - before["rate"]
    noise = None if before is None else abs(change) <= 1.96 * _error(now, before)
    return fact(
        "customers.repurchase",
        customers=now["customers"],
        repeat=now["repeat"],
        rate=now["rate"],
        lo=now["lo"],
        hi=now["hi"],
        rate_before=np.nan if before is None else before["rate"],
        change=change,
        direction=direction(change),
        beyond_noise=None if noise is None else not noise,
        **days(spans),
    )


def _error(now: Mapping[str, float], before: Mapping[str, float]) -> float:
    """Standard error of the difference of two rates, with their common rate."""
    n, m = now["customers"], before["customers"]
    both = (now["repeat"] + before["repeat"]) / (n + m)
    return float(np.sqrt(both * (1 - both) * (1 / n + 1 / m)))


def _brought(times: pd.DataFrame) -> Finding:
    again = times.drop("1")
    return fact(
        "customers.repurchase_amount",
        weight=again["amount"].sum(),
        customers=int(again["customers"].sum()),
        amount=again["amount"].sum(),
        share=again["share"].sum(),
    )


def _compared(table: pd.DataFrame, known: pd.DataFrame, every: Every) -> NewAndRepeat:
    year = min(PER_YEAR.get(every, 1), len(known))
    now, before = known.tail(year), known.iloc[:-year].tail(year)
    before = before if len(before) == year else known.head(0)
    values = {"every": every, "periods": year, "first": now.index[0], "last": now.index[-1], **_part(now, "")}
    values |= _part(before, "_before") if len(before) else dict.fromkeys(f"{k}_before" for k in _part(now, ""))
    finding = fact("customers.new_and_repeat", weight=values["amount_new"], **values)
    return NewAndRepeat(every=every, table=table, findings=(finding, *_unnamed(now)), decisions=_fewer(values))


def _part(periods: pd.DataFrame, end: str) -> dict[str, float]:
    new, again = periods["amount_new"].sum(), periods["amount_repeat"].sum()
    share = new / (new + again) if new + again > 0 else np.nan
    return {
        f"amount_new{end}": new,
        f"share_new{end}": share,
        f"customers_new{end}": int(periods["customers_new"].sum()),
    }


def _unnamed(now: pd.DataFrame) -> list[Finding]:
    missing = now["amount_unnamed"].sum()
    total = now[["amount_new", "amount_repeat", "amount_unnamed"]].sum().sum()
    if missing <= 0 or total <= 0 or missing / total < 0.005:
        return []
    return [fact("customers.unnamed", weight=missing, amount=missing, share=missing / total)]


def _fewer(values: dict[str, float]) -> tuple[Finding, ...]:
    now, before = values["customers_new"], values["customers_new_before"]
    if not before or now >= (1 - _FALL) * before or (before - now) < 1.96 * np.sqrt(before + now):
        return ()
    lost = values["amount_new_before"] - values["amount_new"]
    told = {k: values[k] for k in ("customers_new", "customers_new_before", "amount_new", "amount_new_before")}
    return (fact("customers.new_falling", weight=lost, rate=now / before - 1, judged="interval", **told),)
