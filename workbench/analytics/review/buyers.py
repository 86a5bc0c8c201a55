"""The period's sales by new and by repeat customers: how many there were, and what each bought."""

from typing import Any

import numpy as np
import pandas as pd

from workbench.analytics.frames import require
from workbench.analytics.keys import fact
from workbench.analytics.plan.period import PlanPeriod
from workbench.analytics.results import Unknown
from workbench.analytics.review.chain import Chain, closed, factors_of, findings, noise_of
from workbench.analytics.review.sides import Pair, lag, pair
from workbench.periods import PER_YEAR

FACTORS = ("new_customers", "new_spend", "repeat_customers", "repeat_spend")


def buyers_chain(customers: pd.DataFrame, period: PlanPeriod) -> Chain | Unknown:
    """sales = new customers × money of each + repeat customers × money of each + sales that name no customer.

    `customers`: data.new_and_repeat(period.name). Unknown where the period compared lies in the first year of the data,
    in which customers of old look new, and where no sale names a customer. Sales that name nobody are `other`.
    """
    if "amount_new" not in customers:
        return _unknown("none")
    require(customers, ("period", "amount_new", "amount_repeat", "customers_new", "customers_repeat", "settled"),
            "new and repeat customers")  # fmt: skip
    known = customers.assign(amount=customers["amount_new"] + customers["amount_repeat"])
    if known.empty or not known[["customers_new", "customers_repeat"]].to_numpy().any():
        return _unknown("none")
    sides = pair(known, period)
    table: Any = known.set_index("period")
    if sides is None or not table.loc[[sides.now, sides.before], "settled"].all():
        return _unknown("unsettled")
    values: Any = _factors(table)
    begin, end = (float(table.loc[p, ["amount", "amount_unnamed"]].sum()) for p in (sides.before, sides.now))
    was, after = (_parts(values.loc[p]) for p in (sides.before, sides.now))
    made = _chain(values, was, after, (begin, end), sides, period)
    return Chain(**{**vars(made), "findings": tuple(findings(made))})


def _unknown(why: str) -> Unknown:
    return Unknown(section="buyers_chain", findings=(fact("review.bridge.unknown_buyers", why=why),))


def _factors(table: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({
        f"{kind}_{name}": values
        for kind in ("new", "repeat")
        for name, values in (
            ("customers", table[f"customers_{kind}"].astype(float)),
            ("spend", table[f"amount_{kind}"] / table[f"customers_{kind}"].where(table[f"customers_{kind}"] > 0)),
        )
    })  # fmt: skip


def _parts(row: pd.Series) -> pd.DataFrame:
    """A row for new and one for repeat customers; the factors that are not a row's own are 1 in it. Where there were no
    customers of a kind, none of them spent anything."""
    made = pd.DataFrame(1.0, ["new", "repeat"], list(FACTORS))
    for kind in made.index:
        made.loc[kind, [f"{kind}_customers", f"{kind}_spend"]] = row[[f"{kind}_customers", f"{kind}_spend"]].fillna(0.0)
    return made


def _chain(
    values: Any, was: pd.DataFrame, after: pd.DataFrame, ends: tuple[float, float], sides: Pair,
    period: PlanPeriod,
) -> Chain:  # fmt: skip
    past = values[values.index < sides.now].tail(3 * PER_YEAR[period.name] + lag(sides, period))
    noise = pd.Series(np.nan, list(FACTORS))
    for kind in ("new", "repeat"):
        own = [f"{kind}_customers", f"{kind}_spend"]
        begin, end = (float(p.loc[[kind], own].to_numpy(float).prod()) for p in (was, after))
        if begin > 0 and end > 0:
            noise[own] = noise_of(past[own], lag(sides, period), begin, end)
    table = factors_of(was, after, (values.loc[sides.before], values.loc[sides.now]), noise)
    table, other = closed(table, *ends)
    return Chain(kind="buyers", period=period, against=sides.against, begin=round(ends[0], 2), end=round(ends[1], 2),
                 factors=table, other=other, level="", nodes=pd.DataFrame())  # fmt: skip
