"""Who of a company's people belongs to a part of it that the table of people does not name."""

from collections.abc import Mapping

import pandas as pd

from workbench.sources.levels import References
from workbench.sources.orders import Orders
from workbench.sources.quality import Step
from workbench.sources.query import fetch
from workbench.sources.small import chain

_NAMING = ("opportunities", "targets")  # who has one of these in the part works for it, sold or not


def staff(
    orders: Orders, tables: Mapping[str, pd.DataFrame], refs: References, scope: Mapping[str, str]
) -> tuple[pd.DataFrame, list[Step]]:
    """The people with sales, opportunities or targets in scope and those who lead them; all, where their table leads
    to the scope's levels itself or nobody is named. `orders` and `tables` are cut to the scope already.

    So a region's sales are not divided by the sellers of the whole company.
    """
    reps = tables["reps"]
    beyond = [level for level in scope if refs.values(reps, "reps", level) is None]
    named = _named(orders, tables) if beyond else set()
    if not named:
        return reps, []
    boss = {k: v for k, v in zip(reps["rep"], reps["manager"], strict=True) if v != k} if "manager" in reps else {}
    known = {str(k): str(v) for k, v in boss.items() if isinstance(v, str)}
    inside = reps["rep"].astype("str").isin(named.union(*(chain(rep, known) for rep in named)))
    told = {"scope": {level: scope[level] for level in beyond}}
    steps = [Step("reps", "out_of_scope", int((~inside).sum()), None, told)] if not inside.all() else []
    return reps[inside].reset_index(drop=True), steps


def _named(orders: Orders, tables: Mapping[str, pd.DataFrame]) -> set[str]:
    if "rep" not in orders.expr.columns:
        return set()
    sold = set(fetch(orders.con, orders.expr.select("rep").distinct())["rep"].dropna().astype("str"))
    others = (tables[name]["rep"] for name in _NAMING if name in tables and "rep" in tables[name])
    return sold.union(*(set(rep.dropna().astype("str")) for rep in others)) if sold else set()
