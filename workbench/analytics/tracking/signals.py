"""What is known of each trigger: events, people, the market, satisfaction, and how hard the target is."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from workbench.analytics.market.series import MarketSeries
from workbench.analytics.results import Unknown
from workbench.analytics.tracking import evidence
from workbench.analytics.tracking.course import Course
from workbench.analytics.tracking.evidence import Effect
from workbench.ledger import plans
from workbench.periods import PER_YEAR
from workbench.settings.tracking import Triggers

WHOLE = ""
_DAY = pd.Timedelta(days=1)
_SOON = 27  # days since an event up to which its effect is not measured
_LONGEST = 365  # days from which on the year before holds the event itself

Sales = Callable[..., pd.DataFrame]  # data.sales


@dataclass(frozen=True)
class Records:
    """Where evidence is sought: tables as `data.table` gives them, `data.sales` and `data.compare`, and the market.

    `values`: index level, the values that it has, for events that name their node only in words.
    """

    sales: Sales
    compare: evidence.Compared
    as_of: pd.Timestamp
    levels: tuple[str, ...] = ()
    events: pd.DataFrame | None = None
    competitors: pd.DataFrame | None = None
    people: pd.DataFrame | None = None
    satisfaction: pd.DataFrame | None = None
    market: MarketSeries | Unknown | None = None


def signals(
    records: Records, settings: Triggers, decided: pd.Timestamp, course: Course | Unknown | None
) -> list[dict[str, Any]]:
    """Everything that may call for another look, a row each; see triggers.Triggered."""
    rows = [*_events(records, settings), *_people(records, settings), *_headcount(records, decided)]
    return [*rows, *_market(records, decided), *_satisfaction(records, settings, decided), *_difficulty(course)]


def _row(family: str, kind: str, what: Any, date: Any, effect: Effect, **more: Any) -> dict[str, Any]:
    told = {"change": effect.change, "lo": effect.lo, "hi": effect.hi, "p": effect.p, "amount": effect.amount}
    rest = {"until": pd.NaT, "level": "", "node": WHOLE, "share": np.nan, "known": False}
    return {"family": family, "kind": kind, "what": what, "date": pd.Timestamp(date), **rest, **told, **more}


def _events(records: Records, settings: Triggers) -> Iterator[dict[str, Any]]:
    since = records.as_of - pd.DateOffset(months=settings.lookback)
    sources = (("event", records.events, "name"), ("competitor", records.competitors, "note"))
    values = _values(records) if any(frame is not None for _, frame, _ in sources) else {}
    for kind, frame, name in sources:
        for row in [] if frame is None else plans.records(frame):
            told = " ".join(str(row[c]) for c in ("kind", name) if c in row and pd.notna(row[c]))
            family = _family(told, settings)
            if family and since <= row["date"] <= records.as_of:
                yield _happened(kind, family, told, row, values, records, name)


def _happened(kind: str, family: str, told: str, row: dict[str, Any], values: dict[str, set[str]], records: Records,
              name: str) -> dict[str, Any]:  # fmt: skip
    node = _node(row, told, values)
    end = row.get("end")
    lasts = end if end is not None and pd.notna(end) and end <= records.as_of else records.as_of
    last = min(lasts, row["date"] + _LONGEST * _DAY)
    effect = evidence.NOTHING
    if node and (last - row["date"]).days >= _SOON:
        effect = evidence.of_node(records.sales("day", by=tuple(node)), node, (row["date"], last))
    what = row.get(name) if pd.notna(row.get(name)) else row.get("kind")
    who = row.get("competitor")
    what = f"{who}：{what}" if kind == "competitor" and who is not None and pd.notna(who) else what
    return _row(family, kind, what, row["date"], effect, until=end if end is not None else pd.NaT,
                level=" × ".join(node), node=" × ".join(node.values()))  # fmt: skip


def _family(told: str, settings: Triggers) -> str:
    low = told.casefold()
    named = (("resources", settings.resources), ("market", settings.market))
    return next((family for family, words in named if any(word.casefold() in low for word in words)), "")


def _values(records: Records) -> dict[str, set[str]]:
    """The values of each level, those of at least two characters."""
    frame = records.sales("year", by=records.levels) if records.levels else pd.DataFrame()
    return {level: {str(v) for v in frame[level].dropna().unique() if len(str(v)) > 1} for level in records.levels}


def _node(row: dict[str, Any], told: str, values: dict[str, set[str]]) -> dict[str, str]:
    """The part that an event names in its columns, else in its words."""
    own = {level: str(row[level]) for level in values if level in row and pd.notna(row[level])}
    if own:
        return own
    named = {level: [v for v in known if v in told] for level, known in values.items()}
    return {level: max(found, key=len) for level, found in named.items() if found}


def _people(records: Records, settings: Triggers) -> Iterator[dict[str, Any]]:
    """Who sold and left: share of sales in the year before, and what their customers bought since."""
    people = records.people
    if people is None or "left" not in people:
        return
    since = records.as_of - pd.DateOffset(months=settings.lookback)
    gone = people[people["left"].between(since, records.as_of)]
    if gone.empty:
        return
    monthly = records.sales("month", by="rep")
    for row in plans.records(gone):
        name = next((row[c] for c in ("name", "rep") if c in row and row[c] in set(monthly["rep"])), None)
        if name is None:
            continue
        year = monthly[monthly["period"].between(row["left"] - pd.DateOffset(months=12), row["left"])]
        share = float(year.loc[year["rep"] == name, "amount"].sum() / year["amount"].sum())
        last = min(records.as_of, row["left"] + _LONGEST * _DAY)
        soon = (last - row["left"]).days < _SOON
        effect = evidence.NOTHING if soon else evidence.of_customers(records.compare, name, row["left"], last)
        yield _row("resources", "rep_left", name, row["left"], effect, level="rep", node=name, share=share)


def _headcount(records: Records, decided: pd.Timestamp) -> Iterator[dict[str, Any]]:
    """Sellers today against those when targets were decided."""
    people = records.people
    if people is None or "joined" not in people or not people["joined"].notna().any():
        return
    leaders = set(people["manager"].dropna()) if "manager" in people else set()
    sellers = people[~people["rep"].isin(leaders)] if "rep" in people else people
    before, now = (_there(sellers, day) for day in (decided, records.as_of))
    if before:
        change = now / before - 1
        yield _row("resources", "headcount", None, records.as_of, replace(evidence.NOTHING, change=change),
                   amount=float(now - before))  # fmt: skip


def _there(sellers: pd.DataFrame, day: pd.Timestamp) -> int:
    here = sellers["joined"].fillna(day) <= day
    return int((here & ~(sellers["left"] < day)).sum() if "left" in sellers else here.sum())


def _market(records: Records, decided: pd.Timestamp) -> Iterator[dict[str, Any]]:
    """The market's growth on the year before now, against what was published when targets were decided."""
    if not isinstance(records.market, MarketSeries):
        return
    size = records.market.table.sum(axis=1, min_count=1).dropna()
    year = PER_YEAR[records.market.every]
    growth = (size.rolling(year).sum() / size.rolling(year).sum().shift(year) - 1).dropna()
    then = growth[growth.index < decided]
    if len(then) and len(growth) and growth.index[-1] > then.index[-1]:
        change = (1 + growth.iloc[-1]) / (1 + then.iloc[-1]) - 1
        effect = replace(evidence.NOTHING, change=float(change), lo=float(then.iloc[-1]), hi=float(growth.iloc[-1]))
        yield _row("market", "market_size", None, records.as_of, effect)


def _satisfaction(records: Records, settings: Triggers, decided: pd.Timestamp) -> Iterator[dict[str, Any]]:
    """The score since targets were decided against the year before: points, with the scatter of single scores."""
    scores = records.satisfaction
    if scores is None or "score" not in scores:
        return
    before = scores[scores["date"].between(decided - pd.DateOffset(years=1), decided - _DAY)]["score"].dropna()
    now = scores[scores["date"] >= decided]["score"].dropna()
    if len(now) < 2 or len(before) < 2:
        return
    from scipy.stats import ttest_ind

    points = float(now.mean() - before.mean())
    p = float(ttest_ind(now, before, equal_var=False).pvalue) if points else 1.0  # scores may all be the same
    effect = Effect(points / float(before.mean()), float(before.mean()), float(now.mean()), p, points, len(before))
    yield _row("market", "satisfaction", None, records.as_of, effect)


def _difficulty(course: Course | Unknown | None) -> Iterator[dict[str, Any]]:
    chance = chance_of(course)
    if isinstance(course, Course) and not course.over and not pd.isna(chance):
        row = course.table.iloc[0]
        change = float(row["expected"] / row["target"] - 1)
        lo, hi = float(row["lo_95"] / row["target"] - 1), float(row["hi_95"] / row["target"] - 1)
        effect = Effect(change, lo, hi, chance, float(row["expected"] - row["target"]), 0)
        yield _row("difficulty", "chance", None, course.as_of, effect)


def chance_of(course: Course | Unknown | None) -> float:
    """Of reaching the whole's target; NaN where no target is known."""
    return float(course.table["chance"].iloc[0]) if isinstance(course, Course) else float("nan")
