"""Who of a company's people belongs to a part of it that the table of people does not name."""

from collections.abc import Mapping

import pandas as pd

from workbench.sources.levels import References
from workbench.sources.orders import Orders
from workbench.sources.quality import Step
from workbench.sources.query import fetch, units
from workbench.sources.small import bosses, chain

_NAMING = ("opportunities", "targets")  # who has one of these in the part works for it, sold or not


def staff(
    orders: Orders, company: Orders, tables: Mapping[str, pd.DataFrame], refs: References, scope: Mapping[str, str]
) -> tuple[pd.DataFrame, list[Step]]:
    """The people with sales, opportunities or targets in scope and those who lead them; all, where their table leads
    to the scope's levels itself or nobody is named. `orders` and `tables` are cut to the scope, `company` not.

    So a region's sales are not divided by the sellers of the whole company. `inside` is the share of each person's own
    sales that lies in the scope, NaN without sales: what is set for a whole person holds where it is about 1.
    """
    reps = tables["reps"]
    beyond = [level for level in scope if refs.values(reps, "reps", level) is None]
    sold = _sold(orders) if beyond else pd.Series(dtype=float)
    if sold.empty:
        return reps, []
    named = _named(set(sold.index), tables)
    boss = bosses(reps)
    inside = reps["rep"].astype("str").isin(named.union(*(chain(rep, boss) for rep in named)))
    told = {"scope": {level: scope[level] for level in beyond}}
    steps = [Step("reps", "out_of_scope", int((~inside).sum()), None, told)] if not inside.all() else []
    all_sold = _sold(company)
    shares = sold / all_sold.where(all_sold > 0).reindex(sold.index)
    return reps.assign(inside=reps["rep"].astype("str").map(shares.to_dict()))[inside].reset_index(drop=True), steps


def _sold(orders: Orders) -> pd.Series:
    """Money by rep; empty where no line names one."""
    if "rep" not in orders.expr.columns:
        return pd.Series(dtype=float)
    lines = orders.expr.filter(orders.expr["rep"].notnull())
    found = fetch(orders.con, lines.group_by("rep").aggregate(money=units(lines["amount"]).sum().cast("float64")))
    return found.assign(rep=found["rep"].astype("str")).set_index("rep")["money"]


def _named(sold: set[str], tables: Mapping[str, pd.DataFrame]) -> set[str]:
    others = (tables[name]["rep"] for name in _NAMING if name in tables and "rep" in tables[name])
    return sold.union(*(set(rep.dropna().astype("str")) for rep in others))
