"""What competitors and the industry did, dated, beside our own sales."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from workbench.analytics.keys import fact
from workbench.analytics.kpis import growth
from workbench.analytics.results import Result, Unknown
from workbench.findings import Finding

_MONTHS = 36  # shown
_AROUND = 3  # months before and after a move that are compared
_MOST = 40


@dataclass(frozen=True, kw_only=True, repr=False)
class Watch(Result):
    """Dated moves beside monthly sales. That one follows the other does not make it its effect.

    `table`: one row a move, latest first: date, who (competitor; NA for the industry or us), kind, note,
        sales_before, sales_after (money a month over the three whole months before and from it on; NaN where they are
        not there), change, usual (the same months' change a year before, so that season is not taken for effect),
        beyond (the change less the usual one, ratio)
    `sales`: index month, own sales of whole months; `kinds`: moves by kind in the last year and in the year before
    """

    table: pd.DataFrame
    sales: pd.Series
    kinds: pd.DataFrame


def watch(
    competitors: pd.DataFrame | None, events: pd.DataFrame | None, sales: pd.DataFrame, as_of: pd.Timestamp
) -> Watch | Unknown:
    """Moves of competitors (date, competitor, kind, note) and events (date, kind, name) up to `as_of`.

    `sales`: period (months), amount, whole.
    """
    moves = pd.concat([_theirs(competitors), _events(events)], ignore_index=True)
    moves = moves[moves["date"] <= as_of].sort_values("date", ascending=False).head(_MOST)
    if moves.empty:
        needs = ("events",)
        return Unknown(section="watch", findings=(fact("market.watch.unknown", section="watch", needs=needs),))
    monthly = sales[sales["whole"].astype(bool)].set_index("period")["amount"].astype(float).sort_index()
    told = pd.DataFrame([_around(monthly, day) for day in moves["date"]], index=moves.index)
    table = moves.join(told).reset_index(drop=True)
    kinds = _kinds(moves, as_of)
    return Watch(table=table, sales=monthly.tail(_MONTHS), kinds=kinds, findings=tuple(_findings(table, kinds, as_of)))


def _theirs(competitors: pd.DataFrame | None) -> pd.DataFrame:
    if competitors is None or competitors.empty:
        return _none()
    rows = competitors.rename(columns={"competitor": "who"})
    return rows.reindex(columns=["date", "who", "kind", "note"]).dropna(subset="date")


def _events(events: pd.DataFrame | None) -> pd.DataFrame:
    if events is None or events.empty:
        return _none()
    rows = events.rename(columns={"name": "note"}).assign(who=None)
    return rows.reindex(columns=["date", "who", "kind", "note"]).dropna(subset="date")


def _none() -> pd.DataFrame:
    return pd.DataFrame({"date": pd.Series(dtype="datetime64[ns]"), "who": pd.Series(dtype=object),
                         "kind": pd.Series(dtype=object), "note": pd.Series(dtype=object)})  # fmt: skip


def _around(monthly: pd.Series, day: pd.Timestamp) -> dict[str, float]:
    """Mean sales a month before and after a day's month, and how that compares with a year before."""
    month = day.to_period("M").start_time
    (before, after), (earlier, later) = (_sold(monthly, at) for at in (month, month - pd.DateOffset(years=1)))
    change, usual = growth(after, before), growth(later, earlier)
    beyond = growth(1 + change, 1 + usual)
    return {"sales_before": before, "sales_after": after, "change": change, "usual": usual, "beyond": beyond}


def _sold(monthly: pd.Series, month: pd.Timestamp) -> tuple[float, float]:
    before = monthly.reindex(pd.date_range(end=month - pd.DateOffset(months=1), periods=_AROUND, freq="MS"))
    after = monthly.reindex(pd.date_range(month, periods=_AROUND, freq="MS"))
    return float(before.mean(skipna=False)), float(after.mean(skipna=False))


def _kinds(moves: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    year = as_of - pd.DateOffset(years=1)
    theirs = moves[moves["who"].notna()]
    lately = theirs["date"] > year
    earlier = ~lately & (theirs["date"] > year - pd.DateOffset(years=1))
    counted = {n: theirs.loc[m, "kind"].value_counts() for n, m in (("now", lately), ("before", earlier))}
    counts = pd.DataFrame(counted).fillna(0)
    return counts.astype(int).sort_values("now", ascending=False).rename_axis("kind")


def _findings(table: pd.DataFrame, kinds: pd.DataFrame, as_of: pd.Timestamp) -> Iterator[Finding]:
    theirs = table[table["who"].notna()]
    if len(theirs):
        last: Any = theirs.iloc[0]
        yield fact("market.watch.latest", day=last["date"], who=last["who"], kind=last["kind"], note=last["note"],
                   moves=int(kinds["now"].sum()), moves_before=int(kinds["before"].sum()))  # fmt: skip
    known = theirs.dropna(subset="beyond")
    if len(known):
        worst: Any = known.sort_values("beyond").iloc[0]
        if worst["beyond"] < 0:
            yield fact("market.watch.followed", weight=worst["sales_before"] - worst["sales_after"], day=worst["date"],
                       who=worst["who"], kind=worst["kind"], change=worst["change"], usual=worst["usual"],
                       beyond=worst["beyond"], months=_AROUND, moves=len(known))  # fmt: skip
