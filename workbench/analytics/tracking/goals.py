"""What was to be sold in a period, by node and month: from the ledger, the company's table of targets, or by hand."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import cast

import numpy as np
import pandas as pd

from workbench import crossings
from workbench.analytics.keys import fact
from workbench.analytics.plan.period import PlanPeriod
from workbench.analytics.results import Result, Unknown
from workbench.analytics.tracking.naming import VALUES, apart, plain
from workbench.errors import DataError
from workbench.findings import Finding
from workbench.periods import Calendar, Every

PEOPLE = "rep"
WHOLE = ""
_LONG: tuple[Every, ...] = ("month", "quarter", "year")
_SHORT: tuple[Every, ...] = ("day", "week")
_STEPS: dict[Every, float] = {"day": 1, "week": 7, "month": 30.4, "quarter": 91.3, "year": 365.25}
_COLUMNS = ("level", "every", "period", "amount", "owner", "version", "effective")  # of the ledger, beside levels
_NODE = ["level", "node"]
_APART = 0.005  # a sum of parts that differs from the whole by more is told
_YEARS = 3  # of past sales whose months tell how a year's or quarter's target spreads


@dataclass(frozen=True, kw_only=True, repr=False)
class Goals(Result):
    """Targets of a fiscal period.

    `source`: "ledger", "table" (the company's targets) or "given". `version`: of the ledger, where that is the source
    `nodes`: index node, named as naming.apart does; only those with a target, the whole ("") first if known; columns
        level ("" for the whole; names joined by " × " for a crossing), owner (NA where nobody is named), and one per
        level (NA where it is summed over)
    `amount`: index node: money of the whole period
    `months`: index node, columns the period's months: money; NaN in a month for which a node has none
    `since`: index node: the day from which on the amount has been in force, by the ledger; NaT where nothing tells
    `spread`: "" where months are as written, else the longest period ("quarter", "year") that was spread over months
    """

    period: PlanPeriod
    source: str
    version: int | None
    nodes: pd.DataFrame
    amount: pd.Series
    months: pd.DataFrame
    spread: str
    since: pd.Series = field(default_factory=lambda: pd.Series(dtype="datetime64[ns]"))

    @property
    def whole(self) -> float:
        """The target of the whole; NaN where none is known."""
        return float(self.amount.get(WHOLE, np.nan))

    @property
    def levels(self) -> tuple[str, ...]:
        """The single levels that have targets, in the order of the nodes."""
        return tuple(level for level in self.nodes["level"].unique() if len(crossings.parts(level)) == 1)


def parts(found: Goals | Unknown | None, known: tuple[str, ...]) -> tuple[str, ...]:
    """The levels that a page goes by: the first of `known` of which two nodes or more have targets (else the first),
    and the people, where they have targets, too. `known`: see Data.levels."""
    count = {} if found is None or isinstance(found, Unknown) else found.nodes["level"].value_counts().to_dict()
    main = next((level for level in known if count.get(level, 0) > 1), known[0] if known else "")
    people = [level for level in known if level == PEOPLE and level != main and count.get(level, 0) > 1]
    return tuple(filter(None, (main, *people)))


def goals(
    period: PlanPeriod,
    calendar: Calendar,
    *,
    ledger: pd.DataFrame | None = None,
    table: pd.DataFrame | None = None,
    levels: tuple[str, ...] = (),
    given: float = 0.0,
    past: pd.DataFrame | None = None,
) -> Goals | Unknown:
    """The targets of a period: of the ledger where it holds the period, else of the table, else `given` for the whole.

    `ledger`: as wb.ledger.targets gives them. `table`: as data.targets() gives them (or a frame with period, amount and
    columns for levels; rows marked `rolls_up` do not count). `levels` are told by themselves and crossed; the ledger's
    other levels are kept. `past`: monthly sales (period, amount): their season spreads longer targets over months.
    """
    season = _season(past, calendar)
    tries = (_of_ledger(ledger, levels), _of_table(table, calendar, levels))
    for source, rows in zip(("ledger", "table"), tries, strict=True):
        found = _assembled(source, rows, period, calendar, season)
        if found is not None:
            return found
    if given > 0:
        rows = _rows([("", period.name, period.first, float(given), None, None)], ())
        return cast("Goals", _assembled("given", rows, period, calendar, season))
    none = fact("tracking.course.no_goals", span=period.span, every=period.name)
    return Unknown(section="course_goals", findings=(none,))


def _of_ledger(ledger: pd.DataFrame | None, levels: tuple[str, ...]) -> pd.DataFrame:
    if ledger is None or not len(ledger):
        return _rows([], levels)
    named = [c for c in ledger.columns if c not in _COLUMNS]
    order = {level: at for at, level in enumerate((*levels, *(c for c in named if c not in levels)))}
    made = ledger.assign(level=[_ordered(level, order) for level in ledger["level"]])
    return made.assign(node=[plain(row) for row in made.to_dict("records")])


def _ordered(level: str, order: dict[str, int]) -> str:
    return crossings.joined(sorted(crossings.parts(str(level or "")), key=lambda one: order.get(one, len(order))))


def _of_table(table: pd.DataFrame | None, calendar: Calendar, levels: tuple[str, ...]) -> pd.DataFrame:
    """The table's rows summed by each level, by all of them crossed, and over all."""
    if table is None or not len(table):
        return _rows([], levels)
    if missing := [c for c in ("period", "amount") if c not in table]:
        raise DataError("targets", [f"column '{c}' is missing" for c in missing])
    own = table[~table["rolls_up"].astype(bool)] if "rolls_up" in table else table
    own = own[own["amount"].notna() & own["period"].notna()]
    every = _grain(own["period"], calendar)
    own = own.assign(period=calendar.start(own["period"], every), every=every)
    there = [level for level in levels if level in own and own[level].notna().any()]
    singles = [_summed(own, keys) for keys in [(), *((level,) for level in there)]]
    most = max(len(frame) for frame in singles)
    crossed = [_summed(own, keys) for size in (2, 3) for keys in combinations(there, size)]
    made = [*singles, *(frame for frame in crossed if len(frame) > most)]  # one level within another adds nothing
    return pd.concat([frame for frame in made if len(frame)], ignore_index=True).assign(owner=None, version=None)


def _summed(own: pd.DataFrame, keys: tuple[str, ...]) -> pd.DataFrame:
    found = own.dropna(subset=list(keys)).groupby(["every", "period", *keys], as_index=False)["amount"].sum()
    joined = [VALUES.join(map(str, one)) for one in found[list(keys)].to_numpy()] if keys else WHOLE
    return found.assign(level=crossings.joined(keys), node=joined)


def _grain(periods: pd.Series, calendar: Calendar) -> Every:
    """How long the periods are that these dates name, by the usual step between them; a single one is a year's."""
    days = pd.Series(periods.dt.normalize().unique()).sort_values(ignore_index=True)
    step = days.diff().dt.days.median()
    if pd.isna(step):
        return next((e for e in reversed(_LONG) if calendar.start_of(days[0], e) == days[0]), "month")
    return min(_STEPS, key=lambda every: abs(np.log(_STEPS[every] / step)))


def _rows(rows: list[tuple], levels: tuple[str, ...]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["level", "every", "period", "amount", "owner", "version"])
    return frame.assign(node=WHOLE, **dict.fromkeys(levels))


def _season(past: pd.DataFrame | None, calendar: Calendar) -> pd.Series:
    """Share of a fiscal year's sales by number of the month (1 to 12); as long as months are where none are known."""
    even = pd.Series(1 / 12, index=pd.RangeIndex(1, 13))
    if past is None or not len(past):
        return even
    known = past[past["whole"].astype(bool)] if "whole" in past else past
    by_month = known.groupby("period")["amount"].sum().sort_index().iloc[-12 * _YEARS :]
    if len(by_month) < 12:
        return even
    whole = by_month.iloc[-(len(by_month) // 12 * 12) :]
    number = [calendar.number(pd.Timestamp(p), "month") for p in whole.index]
    share = whole.groupby(number).sum().reindex(even.index).clip(lower=0)
    return share / share.sum() if share.notna().all() and share.sum() > 0 else even


def _assembled(
    source: str, rows: pd.DataFrame, period: PlanPeriod, calendar: Calendar, season: pd.Series
) -> Goals | None:
    """The rows as goals of the period; None where they hold nothing of it."""
    if not len(rows):
        return None
    weights = _weights(period, calendar, season)
    found, spread = _months(rows, period, calendar, weights)
    found = found[found.notna().any(axis=1)]
    if found.empty:
        return None
    first = rows.drop_duplicates(["level", "node"]).set_index(["level", "node"])
    keys = sorted(found.index, key=lambda key: len(crossings.parts(key[0])))
    keep = [c for c in first.columns if c not in _COLUMNS]
    nodes = pd.DataFrame({
        "level": [level for level, _ in keys], "owner": [_known(first.at[key, "owner"]) for key in keys],
        **{c: [first.at[key, c] for key in keys] for c in keep},
    }, index=apart([node for _, node in keys], [level for level, _ in keys]))  # fmt: skip
    months = found.loc[keys].set_axis(nodes.index)
    versions = rows["version"].dropna()
    made = Goals(
        period=period, source=source, version=int(versions.max()) if len(versions) else None, nodes=nodes,
        amount=months.sum(axis=1).rename("target"), months=months, spread=_longest(spread[key] for key in keys),
        since=_since(rows, keys, period, calendar).set_axis(nodes.index),
    )  # fmt: skip
    made = _with_whole(made)
    return replace(made, findings=tuple(_findings(made)))


def _since(rows: pd.DataFrame, keys: list[tuple[str, str]], period: PlanPeriod, calendar: Calendar) -> pd.Series:
    """Index (level, node): the last day on which a row that counts came into force; NaT where none is known.

    Rows within the period count; where a node has none, those of which the period is a part.
    """
    index = pd.MultiIndex.from_tuples(keys)
    if "effective" not in rows:
        return pd.Series(pd.NaT, index)
    firsts = pd.to_datetime(rows["period"])
    lasts = [calendar.end_of(day, cast("Every", every)) for day, every in zip(firsts, rows["every"], strict=True)]
    own = rows.assign(last=lasts, inside=(firsts >= period.first) & (pd.Series(lasts, rows.index) <= period.last))
    own = own[(firsts <= period.last) & (own["last"] >= period.first)]
    days = pd.to_datetime(own["effective"]).groupby([*(own[c] for c in _NODE), own["inside"]]).max().unstack()
    inside, longer = (pd.to_datetime(days.get(k, pd.Series(pd.NaT, days.index))) for k in (True, False))
    return inside.fillna(longer).reindex(index)


def _known(value: object) -> str | None:
    return None if value is None or pd.isna(value) else (str(value) or None)  # type: ignore[call-overload]


def _longest(spreads: Iterable[str]) -> str:
    return max((s for s in spreads if s), key=lambda s: _STEPS[cast("Every", s)], default="")


def _weights(period: PlanPeriod, calendar: Calendar, season: pd.Series) -> pd.Series:
    """The season's weight of every month of the fiscal year that holds the period: index first days."""
    start = calendar.start_of(period.first, "year")
    months = calendar.range(start, calendar.end_of(period.last, "year"), "month")
    return pd.Series([season[min(calendar.number(m, "month"), 12)] for m in months], index=months)


def _months(
    rows: pd.DataFrame, period: PlanPeriod, calendar: Calendar, weights: pd.Series
) -> tuple[pd.DataFrame, dict[tuple[str, str], str]]:
    """Index (level, node), columns months of the period: money; and the longest period spread for each node (or "").

    Months as written come first; what a quarter or year holds beyond its written months goes to the others by season.
    """
    written = rows.assign(period=pd.to_datetime(rows["period"]))
    months = _written(written, calendar).reindex(columns=weights.index)
    used = dict.fromkeys(months.index, "")
    for every in _LONG[1:]:
        longer = written[written["every"] == every].groupby([*_NODE, "period"])["amount"].sum()
        for told, amount in longer.items():
            level, node, start = cast("tuple[str, str, pd.Timestamp]", told)
            key: tuple[str, str] = (level, node)
            own = pd.Series(months.loc[key])
            spread = _spread(own, pd.Timestamp(start), every, float(amount), calendar, weights)
            used[key] = every if (own.isna() & spread.notna())[period.months].any() else used[key]
            months.loc[key] = spread
    return months.reindex(columns=period.months), used


def _written(rows: pd.DataFrame, calendar: Calendar) -> pd.DataFrame:
    """Index (level, node) in their order, columns months: what is written by month, else by shorter periods."""
    key = pd.MultiIndex.from_frame(rows[_NODE])
    monthly = rows["every"] == "month"
    short = rows["every"].isin(_SHORT) & ~key.isin(key[monthly])
    fine = rows[monthly | short].assign(
        period=lambda f: f["period"].where(monthly, calendar.start(f["period"], "month"))
    )
    return fine.groupby([*_NODE, "period"])["amount"].sum().unstack().reindex(key.unique())


def _spread(
    months: pd.Series, start: pd.Timestamp, every: Every, amount: float, calendar: Calendar, weights: pd.Series
) -> pd.Series:
    inside = months.index[(months.index >= start) & (months.index <= calendar.end_of(start, every))]
    empty = inside[months[inside].isna()]
    if not len(empty):
        return months
    left, share = amount - float(months[inside].sum()), weights[empty]
    return months.fillna((share / share.sum() * left).reindex(months.index))


def _with_whole(made: Goals) -> Goals:
    """The goals with the whole's: the sum of the first level's where none is written."""
    if WHOLE in made.amount.index or not made.levels:
        return made
    parts = made.nodes.index[made.nodes["level"] == made.levels[0]]
    row = {c: (WHOLE if c == "level" else None) for c in made.nodes.columns}
    nodes = pd.concat([pd.DataFrame(row, index=pd.Index([WHOLE], name="node")), made.nodes])
    months = pd.concat([made.months.loc[parts].sum().to_frame(WHOLE).T, made.months]).rename_axis("node")
    since = pd.concat([pd.Series([made.since.max()], [WHOLE]), made.since]).rename_axis("node")
    return replace(made, nodes=nodes, months=months, amount=months.sum(axis=1).rename("target"), since=since)


def _findings(made: Goals) -> list[Finding]:
    found = [fact("tracking.course.goals", amount=made.whole, span=made.period.span, source=made.source,
                  version=made.version, nodes=len(made.nodes) - (WHOLE in made.amount.index),
                  levels=made.levels or None)]  # fmt: skip
    if made.spread:
        found.append(fact("tracking.course.goals_spread", every=made.spread))
    for level in made.levels:
        total = float(made.amount[made.nodes["level"].eq(level).to_numpy()].sum())
        if abs(total - made.whole) > _APART * abs(made.whole):
            found.append(fact("tracking.course.goals_differ", level=level, amount=total, whole=made.whole,
                              difference=total - made.whole))  # fmt: skip
    return found
