"""What campaigns, price wars and lost reps did to sales: each against what its part would have sold without it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from workbench.analytics.keys import fact
from workbench.analytics.plan.period import PlanPeriod
from workbench.analytics.results import Result, Unknown
from workbench.analytics.review.counterfactual import Impact, impact
from workbench.analytics.review.happenings import YEAR, happenings, joined, placed, toward
from workbench.findings import Finding

CHANCE = 0.05  # an effect that chance alone shows more often is not told from it
_OWN = 0.5  # share of a customer's last year that one rep sold: the rep's customer
_LEAST_CONTROL = 0.2  # share of sales that must be left untouched to compare with
_MOST_LIKE = 30  # other parts that are looked at as placebos

Sales = Callable[..., pd.DataFrame]


@dataclass(frozen=True, kw_only=True, repr=False)
class Effects(Result):
    """What happened, and what it did to sales within the period.

    `table`: index name, the largest effect first; columns
        kind, family, rep (who left; None: an event), first, last (NaT: it lasts)
        where                pairs of level and value; of a rep's customers ("rep", name)
        from, until          the days of it that lie in the period
        amount, expected     sales of the touched part on those days, and what they would have been without it
        effect, lo, hi       amount - expected and its 95 % interval
        rate                 effect ÷ expected
        total, total_lo, total_hi  the same from its first day on, also before the period
        toward               "down" or "up" where its kind says which way it moves sales (a rep who left, a campaign)
        p                    how often chance alone would do as much from its first day on, in that direction, else
                             either way. `named`: p below 5 %
        others, like         parts that nothing touched, tried the same way; how many of them moved as far
        learnt               share of it that a forecast at the period's start had in it already, 0 to 1
        reason               "" or why it cannot be measured: "everywhere", "history" (too little before it), "control"
                             (nothing comparable was left alone), "book" (no customers of their own)
    `paths`: by name, index first day; columns actual, expected, lo, hi: money a day, in blocks of 28 days before it and
    for the days measured. `books`: by rep who left, their customers
    `placebos`: tests where nothing happened; `false`: of these, how many had p below 5 %
    """

    period: PlanPeriod
    table: pd.DataFrame
    paths: dict[str, pd.DataFrame]
    books: dict[str, tuple[str, ...]]
    placebos: int
    false: int

    @property
    def measured(self) -> pd.DataFrame:
        """The rows with an effect."""
        return self.table[self.table["reason"] == ""]

    @property
    def named(self) -> pd.DataFrame:
        """The rows whose effect is told from chance."""
        return self.table[self.table["named"]]


@dataclass(frozen=True)
class _Sold:
    """Daily sales with a column per level; `days`: every day there is, up to the period's end."""

    lines: pd.DataFrame
    days: pd.DatetimeIndex

    def series(self, chosen: "pd.Series | np.ndarray") -> pd.Series:
        found = self.lines.loc[chosen].groupby("period")["amount"].sum()
        return found.reindex(self.days, fill_value=0.0).astype(float)


def effects(
    tables: Mapping[str, pd.DataFrame],
    sales: Sales,
    period: PlanPeriod,
    *,
    levels: tuple[str, ...],
    covers: tuple[pd.Timestamp, pd.Timestamp],
) -> Effects | Unknown:
    """The effect of each event with a place and of each rep who left, within the period.

    `sales`: data.sales; asked once, by day and the levels that events name (and rep and customer where someone left).
    `levels`: those that orders lead to. An event touches the sales of its region, product line, …; a rep who left
    touches the customers of whose last year they sold more than half, whoever sells to them now; these are compared
    with the customers of others, chosen the same way. See counterfactual.impact for the method. Placebos in space
    (Abadie, Diamond & Hainmueller 2010, Journal of the American Statistical Association 105): the same test for parts
    that nothing touched; placebos in time are part of each interval.
    """
    until = min(period.last, covers[1])
    found = happenings(tables, levels, period, until)
    if found.empty:
        return Unknown(section="review_effects", findings=(_nothing(tables),))
    places = placed(tables.get("events"), levels)
    gone = bool(found["rep"].notna().any())
    lines = sales("day", by=(*places, *(("rep", "customer") if gone else ())))
    sold = _Sold(lines[lines["period"] <= until], pd.date_range(covers[0], until))
    homes = {rep: _home(sold, str(rep), places) for rep in found["rep"].dropna()}
    found = joined(found, homes, places)
    tried = [_tried(sold, found, at, places, period, until) for at in found.index]
    return _result(period, found, tried, places)


@dataclass(frozen=True)
class _Try:
    """One happening as measured: in the period, since it began, and the placebos' z beside it."""

    days: tuple[pd.Timestamp, pd.Timestamp]
    reason: str = ""
    inside: Impact | None = None
    since: Impact | None = None
    others: tuple[Impact, ...] = ()
    book: tuple[str, ...] = ()


def _tried(sold: _Sold, found: pd.DataFrame, at: Any, places: tuple[str, ...], period: PlanPeriod,
           until: pd.Timestamp) -> _Try:  # fmt: skip
    row = found.loc[at]
    end = until if pd.isna(row["last"]) else min(row["last"], until)
    days = max(row["first"], period.first), end
    if pd.notna(row["rep"]):
        return _book(sold, row, days)
    if all(pd.isna(row[c]) for c in places):
        return _Try(days, "everywhere")
    inside = _at(sold.lines, row, places)
    free = ~inside & ~_disturbed(sold, found.drop(index=at), row, places)
    year = (sold.lines["period"] >= row["first"] - YEAR) & (sold.lines["period"] < row["first"])
    held, whole = (float(sold.lines.loc[m, "amount"].sum()) for m in (free & year, year))
    if not whole > 0 or held < _LEAST_CONTROL * whole:
        return _Try(days, "control")
    levels = [c for c in places if pd.notna(row[c])]
    alike = [sold.lines[levels].eq(list(key)).all(axis=1) for key in _nodes(sold.lines[free & year], levels)]
    return _measured(sold, inside, free, alike, row["first"], days)


def _measured(sold: _Sold, inside: pd.Series, free: pd.Series, alike: list[pd.Series], began: pd.Timestamp,
              days: tuple[pd.Timestamp, pd.Timestamp]) -> _Try:  # fmt: skip
    """The effect on `inside` against `free`, and the same test on each of `alike` against the rest of `free`."""
    touched, control = sold.series(inside), sold.series(free)
    within = impact(touched, control, began, days)
    if within is None:
        return _Try(days, "history")
    since = within if days[0] == began else impact(touched, control, began, (began, days[1]))
    others = []
    for one in alike[:_MOST_LIKE]:
        own = sold.series(one & free)
        tried = impact(own, control - own, began, (began, days[1]))
        others += [tried] if tried else []
    return _Try(days, "", within, since, tuple(others))


def _book(sold: _Sold, row: pd.Series, days: tuple[pd.Timestamp, pd.Timestamp]) -> _Try:
    """The customers of a rep who left against those of all others, by who sold most to each in the year before."""
    lines, began = sold.lines, row["first"]
    year = lines[(lines["period"] < began) & (lines["period"] >= began - YEAR)].dropna(subset=["rep", "customer"])
    sums = year.groupby(["customer", "rep"])["amount"].sum()
    share = sums / sums.groupby("customer").transform("sum")
    main = share[share > _OWN].reset_index().set_index("customer")["rep"]
    whose = lines["customer"].map(main)
    own = whose == row["rep"]
    if not own.any():
        return _Try(days, "book")
    others = main[main != row["rep"]]
    alike = [whose == rep for rep in others.value_counts().index]
    made = _measured(sold, own, whose.notna() & ~own, alike, began, days)
    return replace(made, book=tuple(main.index[main == row["rep"]].astype(str)))


def _at(lines: pd.DataFrame, row: pd.Series, places: tuple[str, ...]) -> pd.Series:
    inside = pd.Series(True, lines.index)
    for level in places:
        if pd.notna(row[level]):
            inside &= (lines[level] == row[level]).fillna(False)
    return inside


def _disturbed(sold: _Sold, others: pd.DataFrame, row: pd.Series, places: tuple[str, ...]) -> pd.Series:
    """Sales in places that something else touched within the year before or since: no ground for a comparison."""
    touched = pd.Series(False, sold.lines.index)
    for _, other in others.iterrows():
        here = pd.isna(other["rep"]) and any(pd.notna(other[c]) for c in places)
        if here and other["first"] > row["first"] - YEAR:
            touched |= _at(sold.lines, other, places)
    return touched


def _nodes(lines: pd.DataFrame, levels: list[str]) -> list[tuple[Any, ...]]:
    sums = lines.groupby(levels)["amount"].sum().sort_values(ascending=False)
    return [key if isinstance(key, tuple) else (key,) for key in sums.index]


def _home(sold: _Sold, rep: str, places: tuple[str, ...]) -> dict[str, str]:
    """Where a rep sold most, by level."""
    own = sold.lines[sold.lines["rep"] == rep]
    if own.empty:
        return {}
    return {c: str(own.groupby(c)["amount"].sum().idxmax()) for c in places if own[c].notna().any()}


def _result(period: PlanPeriod, found: pd.DataFrame, tried: list[_Try], places: tuple[str, ...]) -> Effects:
    rows = [_row(found.loc[at], one, places, period) for at, one in zip(found.index, tried, strict=True)]
    table = pd.DataFrame(rows, index=pd.Index(_unique(found), name="name"))
    order = table["effect"].abs().sort_values(ascending=False, kind="stable", na_position="last").index
    others = [i for one in tried for i in one.others]
    made = Effects(
        period=period,
        table=table.loc[order],
        paths={n: one.inside.path for n, one in zip(table.index, tried, strict=True) if one.inside is not None},
        books={str(found.loc[at, "rep"]): one.book for at, one in zip(found.index, tried, strict=True) if one.book},
        placebos=len(others),
        false=sum(i.p < CHANCE for i in others),
    )
    return replace(made, findings=tuple(_findings(made)), decisions=tuple(_decisions(made, found)))


def _unique(found: pd.DataFrame) -> list[str]:
    """Names, with the first day where two happenings have the same."""
    twice = found["name"].duplicated(keep=False)
    return [f"{n} {d.date()}" if t else n for n, d, t in zip(found["name"], found["first"], twice, strict=True)]


def _row(row: pd.Series, one: _Try, places: tuple[str, ...], period: PlanPeriod) -> dict[str, Any]:
    where = tuple((c, row[c]) for c in places if pd.notna(row[c]))
    where = (("rep", row["rep"]),) if pd.notna(row["rep"]) else where
    told = {"kind": row["kind"], "family": row["family"],
        "rep": row["rep"] if pd.notna(row["rep"]) else None, "toward": toward(row["kind"]), "first": row["first"],
            "last": row["last"], "where": where,
            "from": one.days[0], "until": one.days[1]}  # fmt: skip
    learnt = float(np.clip((period.first - row["first"]).days / 91, 0, 1))
    none = dict.fromkeys(("amount", "expected", "effect", "lo", "hi", "rate", "total", "total_lo", "total_hi", "p"),
                         float("nan"))  # fmt: skip
    if one.inside is None or one.since is None:
        return {**told, **none, "named": False, "others": 0, "like": 0, "learnt": learnt, "reason": one.reason}
    inside, since = one.inside, one.since
    p = _chance(since, told["toward"])
    return {**told, "amount": inside.actual, "expected": inside.expected, "effect": inside.effect, "lo": inside.lo,
            "hi": inside.hi, "rate": inside.effect / inside.expected if inside.expected > 0 else np.nan,
            "total": since.effect, "total_lo": since.lo, "total_hi": since.hi, "p": p, "named": p < CHANCE,
            "others": len(one.others), "like": sum(abs(o.z) >= abs(since.z) for o in one.others),
            "learnt": learnt, "reason": ""}  # fmt: skip


def _chance(found: Impact, way: str) -> float:
    if not way:
        return found.p
    return found.p / 2 if (found.effect > 0) == (way == "up") else 1 - found.p / 2


def _nothing(tables: Mapping[str, pd.DataFrame]) -> Finding:
    reps = tables.get("reps")
    missing = [n for n, there in (("events", "events" in tables), ("reps", reps is not None and "left" in reps))
               if not there]  # fmt: skip
    return fact("review.effects.unknown", missing=tuple(missing))


def _findings(result: Effects) -> Iterator[Finding]:
    for name, row in result.named.iterrows():
        yield fact("review.effects.rep" if row["where"][0][0] == "rep" else "review.effects.event",
                   weight=row["effect"], about=name, **_said(str(name), row))  # fmt: skip
    within = result.measured[~result.measured["named"]]
    if len(within):
        gone = within["rep"].notna()
        yield fact("review.effects.within", count=len(within), names=tuple(map(str, within.index[~gone])) or None,
                   left=tuple(map(str, within.index[gone])) or None)  # fmt: skip
    if result.placebos:
        yield fact("review.effects.placebos", tests=result.placebos, false=result.false,
                   rate=result.false / result.placebos, nominal=CHANCE)  # fmt: skip
    for reason in ("everywhere", "history", "control", "book"):
        rows = result.table[result.table["reason"] == reason]
        if len(rows):
            yield fact("review.effects.unmeasured", count=len(rows), names=tuple(map(str, rows.index)), reason=reason)


def _said(name: str, row: pd.Series) -> dict[str, Any]:
    values = ("kind", "first", "last", "from", "until", "amount", "expected", "effect", "lo", "hi", "rate", "total",
              "total_lo", "total_hi", "p", "others", "like", "where")  # fmt: skip
    rep = row["where"][0][1] if row["where"][0][0] == "rep" else None
    said = {c: row[c] for c in values}
    return {"name": name, "rep": rep, **said, "direction": "up" if row["effect"] > 0 else "down",
            "earlier": bool(row["first"] < row["from"])}  # fmt: skip


def _decisions(result: Effects, found: pd.DataFrame) -> Iterator[Finding]:
    """A departure that still costs sales: who takes the customers?"""
    leader = dict(zip(found["rep"], found["manager"], strict=True))
    for name, row in result.named.iterrows():
        if row["where"][0][0] == "rep" and row["effect"] < 0:
            rep = row["where"][0][1]
            yield fact("review.effects.book", weight=row["effect"], about=rep, rep=rep, name=str(name),
                       effect=row["effect"], lo=row["lo"], hi=row["hi"], amount=row["amount"],
                       expected=row["expected"], owner=leader.get(rep))  # fmt: skip
