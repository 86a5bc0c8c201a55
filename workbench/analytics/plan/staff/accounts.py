"""Whose customers: key accounts with those who have experience, and what is asked of veterans beyond sales."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from workbench.analytics.keys import fact
from workbench.analytics.plan.staff.people import Sellers
from workbench.analytics.results import Result, Unknown
from workbench.findings import Finding
from workbench.settings.plan import People

_CEILING = 0.8  # quantile of like customers' sales that a customer could buy
_BETTER, _MOST_MORE = 0.75, 1.2  # quantile of veterans that is asked for, at most so many times one's own
_FEWEST = 10  # like customers that a quantile is taken from


@dataclass(frozen=True, kw_only=True, repr=False)
class Accounts(Result):
    """`table`: key accounts, largest first; index customer; columns
        amount, share     sales of the span, and of all sales
        size              as the customers' table says, where it does
        rep, tenure_class who sells to it; "left" where nobody of the period does
        hand_to           the veteran or established person of the same team with the fewest key accounts, where the
                          account is with somebody new or who has left; None elsewhere
    `classes`: index tenure_class; columns people, key_accounts, accounts, key_share (of the key accounts' sales), ratio
        (key accounts a person)
    `extra`: what veterans answer for beside sales; index rep; columns
        order_value, order_value_goal    mean order, and the upper quartile of the veterans where that is
            more, at most a fifth above one's own
        [lines, lines_goal]              product lines a customer buys, likewise
        accounts, key_accounts
        new_logos                        large customers without a purchase, shared out evenly
        mentees                          new people of the same team, shared out evenly
    `potential`: index rep: what their accounts could buy in a year; see `potential_of`
    """

    table: pd.DataFrame
    classes: pd.DataFrame
    extra: pd.DataFrame
    potential: pd.Series


def accounts(
    sellers: Sellers,
    bought: pd.DataFrame,
    customers: pd.DataFrame | None = None,
    *,
    lines: pd.DataFrame | None = None,
    settings: People | None = None,
) -> Accounts | Unknown:
    """Key accounts and their sellers from `bought`: rep, customer, amount [, orders] of one span.

    Key accounts are the largest customers that together bring half of the sales (a setting). `lines` has rep, customer
    and product_line, for how broadly customers buy.
    """
    wanted = settings or People()
    if not {"rep", "customer", "amount"} <= set(bought) or not bought["customer"].notna().any():
        return Unknown(section="accounts", findings=(fact("plan.people.unknown_accounts"),))
    sold = bought[bought["customer"].notna() & bought["rep"].notna() & (bought["amount"] > 0)]
    main = sold.sort_values("amount").groupby("customer").tail(1).set_index("customer")
    whole = sold.groupby("customer")["amount"].sum().sort_values(ascending=False)
    size = _sizes(customers)
    table = _key_accounts(whole, main, size, sellers, wanted.key_accounts)
    result = Accounts(
        table=table,
        classes=_classes(main.assign(amount=whole), table, sellers),
        extra=_extra(sold, table, main, sellers, lines, _prospects(customers, table, size)),
        potential=potential_of(sold, size, sellers),
    )
    return replace(result, findings=tuple(_findings(result)), decisions=tuple(_decisions(result)))


def _key_accounts(
    whole: pd.Series, main: pd.DataFrame, size: pd.Series, sellers: Sellers, share: float
) -> pd.DataFrame:
    key = whole[whole.cumsum().shift(fill_value=0.0) < share * whole.sum()]
    table = pd.DataFrame({"amount": key, "share": key / whole.sum()}).rename_axis("customer")
    table["size"] = size.reindex(table.index)
    table["rep"] = main["rep"].reindex(table.index)
    table["tenure_class"] = table["rep"].map(sellers.table["tenure_class"]).fillna("left")
    return table.assign(hand_to=_hand_to(table, sellers))


def potential_of(sold: pd.DataFrame, size: pd.Series, sellers: Sellers) -> pd.Series:
    """What each person's accounts could buy in a year: each as much as four of five like customers, at least its own.

    Like are customers of one size class where ten or more of them buy, else all customers.
    """
    whole = sold.groupby("customer")["amount"].sum()
    like = whole.index.to_series().map(size)
    count = like.map(like.value_counts())
    like = like.where(count >= _FEWEST)
    ceiling = whole.groupby(like).quantile(_CEILING)
    top = like.map(ceiling).fillna(whole.quantile(_CEILING)).astype(float)
    could = whole.where(whole > top, top)
    main = sold.sort_values("amount").groupby("customer").tail(1).set_index("customer")["rep"]
    theirs, year = sold["amount"][sold["rep"].isin(sellers.table.index)].sum(), sellers.table["last_year"].sum()
    return could.groupby(main).sum() * (year / theirs if theirs > 0 and year > 0 else 1.0)


def _sizes(customers: pd.DataFrame | None) -> pd.Series:
    """The size class by the customer's name as reports show it; by employees where no class is given."""
    if customers is None or "customer" not in customers:
        return pd.Series(dtype=object)
    keys = customers["customer"].astype("str")
    names = customers["name"].astype("str").where(customers["name"].notna(), keys) if "name" in customers else keys
    labels = names.where(~names.duplicated(keep=False), names + " (" + keys + ")")
    if "size" in customers:
        found = customers["size"]
    elif "employees" in customers and customers["employees"].notna().sum() >= 4 * _FEWEST:
        found = pd.qcut(customers["employees"], 4, labels=False, duplicates="drop")
    else:
        return pd.Series(dtype=object)
    return pd.Series(found.astype(object).to_numpy(), labels.to_numpy())[lambda s: ~s.index.duplicated()]


def _hand_to(table: pd.DataFrame, sellers: Sellers) -> pd.Series:
    """For each key account with nobody experienced: the experienced person of the team who has the fewest."""
    able = sellers.table[sellers.table["tenure_class"].isin(["veteran", "established"])]
    load = able.index.to_series().map(table["rep"].value_counts()).fillna(0)
    team_of = sellers.table["team"]
    out = pd.Series(None, table.index, dtype=object)
    for customer, row in table[table["tenure_class"].isin(["new", "hire", "left"])].iterrows():
        team = team_of.get(row["rep"])
        pool = able.index[able["team"] == team] if team is not None and team == team else able.index
        if len(pool):
            chosen = str(load[pool].idxmin())
            load[chosen] += 1
            out[str(customer)] = chosen
    return out


def _classes(main: pd.DataFrame, key: pd.DataFrame, sellers: Sellers) -> pd.DataFrame:
    kind = main["rep"].map(sellers.table["tenure_class"]).fillna("left")
    is_key = main.index.isin(key.index)
    frame = pd.DataFrame({
        "people": sellers.table["tenure_class"].value_counts(),
        "key_accounts": kind[is_key].value_counts(),
        "accounts": kind.value_counts(),
        "key_share": main["amount"][is_key].groupby(kind[is_key]).sum() / main["amount"][is_key].sum(),
    }).fillna(0.0)  # fmt: skip
    order = [name for name in ("veteran", "established", "new", "hire", "left") if name in frame.index]
    frame = frame.loc[order].rename_axis("tenure_class")
    return frame.assign(ratio=frame["key_accounts"] / frame["people"].where(frame["people"] > 0))


def _prospects(customers: pd.DataFrame | None, key: pd.DataFrame, size: pd.Series) -> float:
    """Customers of the key accounts' most frequent size who have never bought; NaN where that is not known."""
    if customers is None or "since" not in customers or not len(size) or not key["size"].notna().any():
        return float("nan")
    wanted = key["size"].mode().iloc[0]
    return (
        float(((customers.get("size") == wanted) & customers["since"].isna()).sum()) if "size" in customers else np.nan
    )


def _extra(
    sold: pd.DataFrame,
    key: pd.DataFrame,
    main: pd.DataFrame,
    sellers: Sellers,
    lines: pd.DataFrame | None,
    open_: float,
) -> pd.DataFrame:
    """Goals of veterans: what the better quarter of them does is asked of the others."""
    veterans = sellers.table.index[sellers.table["tenure_class"] == "veteran"]
    frame = pd.DataFrame(index=pd.Index(veterans, name="rep"))
    if "orders" in sold:
        sums = sold.groupby("rep")[["amount", "orders"]].sum().reindex(veterans)
        frame["order_value"] = sums["amount"] / sums["orders"].where(sums["orders"] > 0)
        frame["order_value_goal"] = _better(frame["order_value"])
    if lines is not None and {"rep", "customer", "product_line"} <= set(lines):
        named = lines.dropna(subset=["rep", "customer", "product_line"])
        broad = named.groupby(["rep", "customer"])["product_line"].nunique().groupby("rep").mean()
        frame["lines"] = broad.reindex(veterans)
        frame["lines_goal"] = _better(frame["lines"])
    frame["accounts"] = main["rep"].value_counts().reindex(veterans).fillna(0)
    frame["key_accounts"] = key["rep"].value_counts().reindex(veterans).fillna(0)
    frame["new_logos"] = _shared(open_, len(frame))
    frame["mentees"] = _mentees(sellers, veterans)
    return frame


def _better(values: pd.Series) -> pd.Series:
    top = float(values.quantile(_BETTER))
    return values.where(values >= top, np.minimum(top, values * _MOST_MORE))


def _shared(total: float, people: int) -> np.ndarray:
    """A whole number shared out evenly, the first few getting one more."""
    if np.isnan(total) or not people:
        return np.full(people, np.nan)
    return int(total) // people + (np.arange(people) < int(total) % people).astype(float)


def _mentees(sellers: Sellers, veterans: pd.Index) -> list[str | None]:
    """New people of the team, dealt to its veterans in turn."""
    out: dict[str, list[str]] = {name: [] for name in veterans}
    team = sellers.table["team"].fillna("")
    fresh = sellers.table.index[sellers.table["tenure_class"].isin(["new", "hire"])]
    for name, members in team[veterans].groupby(team[veterans]):
        for at, person in enumerate(p for p in fresh if team[p] == name):
            out[members.index[at % len(members)]].append(str(person))
    return [", ".join(found) or None for found in out.values()]


def _findings(result: Accounts) -> Iterator[Finding]:
    table, classes = result.table, result.classes
    share = classes["key_share"]
    yield fact(
        "plan.people.accounts",
        accounts=len(table),
        share=table["share"].sum(),
        veteran=share.get("veteran", 0.0),
        fresh=share.get("new", 0.0) + share.get("hire", 0.0),
        left=share.get("left", 0.0),
    )
    if len(result.extra) and "order_value" in result.extra:
        gap = (result.extra["order_value_goal"] / result.extra["order_value"] - 1).mean()
        yield fact(
            "plan.people.extra",
            veterans=len(result.extra),
            gap=gap,
            mentees=int(result.extra["mentees"].notna().sum()),
        )


def _decisions(result: Accounts) -> Iterator[Finding]:
    loose = result.table[result.table["hand_to"].notna()]
    for kind in ("left", "new"):
        some = loose[loose["tenure_class"] == kind]
        if len(some):
            yield fact(
                "plan.people.hand_over",
                weight=some["amount"].sum(),
                kind=kind,
                accounts=len(some),
                amount=some["amount"].sum(),
                names=tuple(some.index),
            )
