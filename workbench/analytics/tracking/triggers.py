"""What calls for another look at the target: the market, the company's means, or how hard the target itself is."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from workbench.analytics.keys import fact
from workbench.analytics.results import Result, Unknown
from workbench.analytics.tracking.course import Course
from workbench.analytics.tracking.signals import Records, chance_of, signals
from workbench.analytics.tracking.truth_tables import TRIGGERS, triggered
from workbench.findings import Finding
from workbench.ledger import plans
from workbench.settings.tracking import Triggers

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
    rows = signals(records, settings, decided, course)
    if not rows:
        return Unknown(section="triggers", findings=(fact("tracking.adjust.unknown_triggers", section="triggers"),))
    table = pd.DataFrame(rows, columns=list(_COLUMNS))
    table["known"] = table["date"] < decided
    table = table.assign(owner=table["family"].map(dict(settings.owners)).astype(object))
    fires = [_fires(row, settings, course) for row in plans.records(table)]
    table[["fires", "direction"]] = pd.DataFrame(fires, index=table.index, columns=["fires", "direction"])
    table = table.sort_values(["fires", "date"], ascending=[False, False], kind="stable").reset_index(drop=True)
    result = Triggered(table=table, decided=decided)
    return replace(
        result,
        findings=tuple(_findings(result)),
        decisions=() if isinstance(course, Course) and course.over else tuple(_decisions(result)),
    )


def _fires(row: dict[str, Any], settings: Triggers, course: Course | Unknown | None) -> tuple[bool, str]:
    """By its own measure: the chance for difficulty, points for satisfaction, share for people, else the limit."""
    change, kind = row["change"], row["kind"]
    way = "" if pd.isna(change) or change == 0 else "up" if change > 0 else "down"
    if row["known"]:
        return False, way
    if kind == "chance":
        chance = chance_of(course)
        return (chance <= settings.unlikely or chance >= settings.likely), way
    if kind == "rep_left":
        return bool(row["share"] >= settings.key_share), "down"
    if kind == "satisfaction":
        return bool(row["amount"] <= -settings.satisfaction and row["p"] < _SURE), way
    if pd.isna(change):
        return kind in ("event", "competitor"), way
    return bool(triggered({row["family"]: float(change)}, settings.limit)), way


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
        told = _told(row) | ({"level": None} if row["kind"] == "rep_left" else {})  # who left does not answer for it
        yield fact("tracking.adjust.look", weight=row["amount"], about=row["node"], owner=row["owner"], **told)


def _told(row: dict[str, Any]) -> dict[str, Any]:
    named = ("family", "kind", "what", "date", "level", "node", "change", "lo", "hi", "amount", "share", "direction")
    sure = None if pd.isna(row["p"]) else bool(row["p"] < _SURE)
    return {
        **{name: row[name] for name in named},
        "node": row["node"] or None,
        "chance": row["p"] if row["kind"] == "chance" else None,
        "sure": sure,
    }
