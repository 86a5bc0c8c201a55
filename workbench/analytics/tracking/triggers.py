"""What calls for another look at the target: the market, the company's means, or how hard the target itself is."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from workbench.analytics.keys import fact
from workbench.analytics.market.series import MarketSeries
from workbench.analytics.results import Result, Unknown
from workbench.analytics.tracking import evidence
from workbench.analytics.tracking.course import Course
from workbench.analytics.tracking.evidence import Effect
from workbench.analytics.tracking.truth_tables import TRIGGERS, triggered
from workbench.findings import Finding
from workbench.ledger import plans
from workbench.periods import PER_YEAR
from workbench.settings.tracking import Triggers

WHOLE = ""
_DAY = pd.Timedelta(days=1)
_SOON = 27  # days since an event up to which its effect is not measured
_LONGEST = 365  # days from which on the year before holds the event itself
_MOST = 4
_SURE = 0.05
_DECISIONS = 3
_COLUMNS = (
    "family",
    "kind",
    "what",
    "date",
    "until",
    "level",
    "node",
    "change",
    "lo",
    "hi",
    "p",
    "amount",
    "share",
    "known",
)

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


@dataclass(frozen=True, kw_only=True, repr=False)
class Triggered(Result):
    """The declared triggers and what is known of each, those that fire first, then the newest.

    `table`: columns
        family      "market", "resources" or "difficulty"
        kind        "event", "competitor", "market_size", "satisfaction", "rep_left", "headcount" or "chance"
        what        the event's own name, the person, … ; None
        date, until days since when, and until when it lasts (NaT: it goes on)
        level, node the part that it is about; "" is the whole
        change      of the part's sales in excess of the rest (for satisfaction: of the score; for chance: what is
                    expected against the target), ratio; NaN: too soon, or it cannot be told
        lo, hi, p   95 % interval and probability of so much by chance
        amount      money so far
        share       of the company's sales that the person sold; NaN of others
        known       it had happened before the targets were decided
        fires, direction   whether it calls for another look, "up" or "down" ("" where that cannot be told)
        owner       who looks at it, as settings say
    `decided`: the day on which the targets were decided, as far as known
    """

    table: pd.DataFrame
    decided: pd.Timestamp

    @property
    def fired(self) -> pd.DataFrame:
        """Those that call for another look."""
        return self.table[self.table["fires"].astype(bool)]

    @property
    def families(self) -> tuple[str, ...]:
        """The families that fire, in their order."""
        return tuple(family for family, count in self.count.items() if count)

    @property
    def count(self) -> dict[str, int]:
        """How many of each family fire."""
        return {family: int((self.fired["family"] == family).sum()) for family in TRIGGERS}


def triggers(
    records: Records, settings: Triggers, decided: pd.Timestamp, course: Course | Unknown | None = None
) -> Triggered | Unknown:
    """Each family by itself: market (events, competitors, the market's size, satisfaction), resources (who left, how
    many sell) and difficulty (the chance of reaching the target).

    An event counts where its kind or name holds a declared word; it fires where its part's sales moved by the limit or
    more, or while that cannot be told yet. `p` says how sure the move is. What was known when targets were `decided`
    is shown and does not fire.
    """
    rows = [*_events(records, settings), *_people(records, settings), *_headcount(records, decided)]
    rows += [*_market(records, decided), *_satisfaction(records, settings, decided), *_difficulty(course)]
    if not rows:
        return Unknown(section="triggers", findings=(fact("tracking.adjust.unknown_triggers", section="triggers"),))
    table = pd.DataFrame(rows, columns=list(_COLUMNS))
    table["known"] = table["date"] < decided
    table = table.assign(owner=table["family"].map(dict(settings.owners)).astype(object))
    fires = [_fires(row, settings, course) for row in plans.records(table)]
    table[["fires", "direction"]] = pd.DataFrame(fires, index=table.index, columns=["fires", "direction"])
    table = table.sort_values(["fires", "date"], ascending=[False, False], kind="stable").reset_index(drop=True)
    result = Triggered(table=table, decided=decided)
    return replace(result, findings=tuple(_findings(result)), decisions=tuple(_decisions(result)))


def _fires(row: dict[str, Any], settings: Triggers, course: Course | Unknown | None) -> tuple[bool, str]:
    """By its own measure: the chance for difficulty, points for satisfaction, share for people, else the limit."""
    change, kind = row["change"], row["kind"]
    way = "" if pd.isna(change) or change == 0 else "up" if change > 0 else "down"
    if row["known"]:
        return False, way
    if kind == "chance":
        chance = _chance(course)
        return (chance <= settings.unlikely or chance >= settings.likely), way
    if kind == "rep_left":
        return bool(row["share"] >= settings.key_share), "down"
    if kind == "satisfaction":
        return bool(row["amount"] <= -settings.satisfaction and row["p"] < _SURE), way
    if pd.isna(change):
        return kind in ("event", "competitor"), way
    return bool(triggered({row["family"]: float(change)}, settings.limit)), way


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
    found = {}
    for level in records.levels:
        frame = records.sales("year", by=level)
        found[level] = {str(v) for v in frame[level].dropna().unique() if len(str(v)) > 1}
    return found


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
    p = float(ttest_ind(now, before, equal_var=False).pvalue)
    effect = Effect(points / float(before.mean()), float(before.mean()), float(now.mean()), p, points, len(before))
    yield _row("market", "satisfaction", None, records.as_of, effect)


def _difficulty(course: Course | Unknown | None) -> Iterator[dict[str, Any]]:
    chance = _chance(course)
    if isinstance(course, Course) and not pd.isna(chance):
        row = course.table.iloc[0]
        change = float(row["expected"] / row["target"] - 1)
        lo, hi = float(row["lo_95"] / row["target"] - 1), float(row["hi_95"] / row["target"] - 1)
        effect = Effect(change, lo, hi, chance, float(row["expected"] - row["target"]), 0)
        yield _row("difficulty", "chance", None, course.as_of, effect)


def _chance(course: Course | Unknown | None) -> float:
    """Of reaching the whole's target; NaN where no target is known."""
    return float(course.table["chance"].iloc[0]) if isinstance(course, Course) else float("nan")


def _findings(result: Triggered) -> Iterator[Finding]:
    fired = result.fired
    before = int(result.table["known"].sum())
    yield fact("tracking.adjust.triggers", fired=len(fired), **result.count, known=before,
               judged=len(result.table), decided=result.decided)  # fmt: skip
    for row in plans.records(fired.head(_MOST)):
        yield fact("tracking.adjust.trigger", weight=row["amount"], about=row["node"], **_told(row))
    known = result.table[result.table["known"] & (result.table["p"] < _SURE) & (result.table["change"] < 0)]
    for row in plans.records(known.sort_values("amount").head(1)):
        yield fact("tracking.adjust.felt", weight=row["amount"], about=row["node"], **_told(row))


def _decisions(result: Triggered) -> Iterator[Finding]:
    happened = result.fired[result.fired["kind"].isin(("event", "competitor", "rep_left"))]
    happened = happened[~(happened["change"] > 0)]
    ordered = happened.reindex(happened["amount"].abs().sort_values(ascending=False).index)
    for row in plans.records(ordered.head(_DECISIONS)):
        yield fact("tracking.adjust.look", weight=row["amount"], about=row["node"], owner=row["owner"], **_told(row))


def _told(row: dict[str, Any]) -> dict[str, Any]:
    named = ("family", "kind", "what", "date", "level", "node", "change", "lo", "hi", "amount", "share", "direction")
    sure = None if pd.isna(row["p"]) else bool(row["p"] < _SURE)
    return {
        **{name: row[name] for name in named},
        "node": row["node"] or None,
        "chance": row["p"] if row["kind"] == "chance" else None,
        "sure": sure,
    }
