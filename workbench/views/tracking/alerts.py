"""What a reader sees of alerts: what is off now, the rules and how often they err, milestones."""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from workbench.analytics.tracking.alerts import Alerts, Rules, once_each
from workbench.analytics.tracking.milestones import Board
from workbench.settings.tracking import COURSE
from workbench.views.show import View, columns_of, label_of, rounded, sentences, split, view, who
from workbench.views.tables import Column, Sheet, table
from workbench.views.tracking import alerts_charts as charts
from workbench.views.words import MISSING, Words, missing

_A = "tracking.alerts"
WATCHED = ("orders", "opportunities", "activities", "spend")
_ALERTS = {
    "value_said": Column("value_said", "text", "alert_value"),
    "expected_said": Column("expected_said", "text", "alert_expected", minor=True),
    "since": Column("since", "date", "alert_since", minor=True),
    "began": Column("began", "date", "alert_began", on_page=False),
    "by_chance": Column("by_chance", "text", "alert_by_chance"),
    "money": Column("money", "money", "alert_money"),
    "short": Column("short", "money", "alert_short"),
    "owner_said": Column("owner_said", "text", "alert_owner"),
    "action_said": Column("action_said", "text", "alert_action", minor=True),
    "delay_said": Column("delay_said", "text", "alert_delay", on_page=False),
}
_RULES = {
    "level_said": Column("level_said", "text", "alert_level"),
    "kind": Column("kind", f"phrase:{_A}.kind", "alert_kind", minor=True),
    "charts": Column("charts", "count", "alert_charts", minor=True),
    "off": Column("off", "count", "alert_off", on_page=False),
    "declared": Column("declared", "text", "alert_declared"),
    "simulated_said": Column("simulated_said", "text", "alert_simulated"),
    "change": Column("change", "share", "alert_change", on_page=False),
    "threshold": Column("threshold", "decimal", "alert_threshold", on_page=False),
    "delay_said": Column("delay_said", "text", "alert_delay"),
    "a_year": Column("a_year", "decimal", "alert_a_year", on_page=False),
    "owner": Column("owner", "text", "alert_owner", minor=True),
    "action_said": Column("action_said", "text", "alert_action", on_page=False),
}
_BOARD = {
    "target": Column("target", "money", "board_target"),
    "booked": Column("booked", "money", "board_booked"),
    "attainment": Column("attainment", "share", "board_attainment"),
    "reached": Column("reached", "share", "board_reached"),
    "to_next": Column("to_next", "money", "board_to_next", minor=True),
    "ahead": Column("ahead", "money", "board_ahead", minor=True),
}


@view.register
def _(result: Alerts, w: Words, as_of: pd.Timestamp) -> View:
    said, heading = sentences(result.findings, w, most=6), w.phrase(f"{_A}.heading")
    frame = _standing(result.table, w)
    known = columns_of(frame, _ALERTS)
    sheet = Sheet(frame, (Column("what", "text", "alert_what"), *known))
    return View(
        "tracking-alerts",
        heading,
        *split(said),
        draw=(lambda: charts.charts(result, w, label_of(heading, said, w))) if result.charts else None,
        tables=(table(sheet, w, heading),) if len(frame) else (),
        how=w.phrase(f"{_A}.how"),
        terms=("control_chart", "false_alarm"),
        sheets={"alerts": sheet} if len(frame) else {},
        uses=WATCHED,
        open_table=True,
    )


@view.register
def _(result: Rules, w: Words, as_of: pd.Timestamp) -> View:
    said, heading = sentences(result.findings, w, most=6), w.phrase(f"{_A}.rules.heading")
    frame = _ruled(result.table, w)
    sheet = Sheet(frame, (Column("what", "text", "alert_rule"), *columns_of(frame, _RULES)))
    return View(
        "tracking-rules",
        heading,
        *split(said),
        tables=(table(sheet, w, heading, most=24),),
        how=w.phrase(f"{_A}.rules.how"),
        terms=("control_chart", "false_alarm"),
        sheets={"rules": sheet},
        uses=WATCHED,
    )


@view.register
def _(result: Board, w: Words, as_of: pd.Timestamp) -> View:
    said, heading = sentences(result.findings, w), w.phrase(f"{_A}.board_section.heading")
    named = [w.phrase(f"{_A}.whole") if not node else str(node) for node in result.table.index]
    frame = result.table.set_axis(pd.Index(named, name="node"))
    sheet = Sheet(frame, (Column("node", "text", "board_node"), *columns_of(frame, _BOARD)))
    return View(
        "tracking-board",
        heading,
        *split(said),
        draw=lambda: charts.board(result, w, label_of(heading, said, w)),
        tables=(table(sheet, w, heading, most=25),),
        how=w.phrase(f"{_A}.board_section.how"),
        terms=("kpi:attainment",),
        sheets={"board": sheet},
        uses=("orders", "targets"),
    )


def headline(result: Alerts | Board) -> dict[str, float | None]:
    """Numbers of the facts cell."""
    if isinstance(result, Board):
        return {"milestone_attainment": rounded(result.table["attainment"].get("", float("nan")))}
    return {"alerts": len(result.table), "watched": result.watched, "false_alarms_a_year": rounded(result.a_year)}


def what(on: str, w: Words) -> str:
    """What a rule is on, in words."""
    return w.phrase(f"{_A}.on.{on}") if on in COURSE else w.kpi(on)


def place(on: str, node: str, w: Words) -> str:
    """What is off and where."""
    return w.phrase(f"{_A}.place", {"node": node, "what": what(on, w)}) if node else what(on, w)


def _standing(found: pd.DataFrame, w: Words) -> pd.DataFrame:
    """A line for each alert; a part that is behind and will not land either has one for both."""
    kept = once_each(found)
    rows, paces = kept.to_dict("records"), {r["node"]: r for r in found.drop(kept.index).to_dict("records")}
    both = [(r, paces.get(r["node"]) if r["on"] == "landing" else None) for r in rows]
    named = pd.Index([_off(r, pace, w) for r, pace in both], name="what")
    columns = {
        "value_said": [_both(r, pace, _value, w) for r, pace in both],
        "expected_said": [_both(r, pace, _expected, w) for r, pace in both],
        "by_chance": [_by_chance(r, w) for r in rows],
        "delay_said": [None if missing(r["delay"]) else _lasts(r["delay"], r["every"], w) for r in rows],
        "action_said": [w.called(r["action"]) if r["action"] else None for r in rows],
        "owner_said": [who(r["owner"], r["level"], r["node"], w) for r in rows],
    }
    kept = kept.set_axis(named)
    ends = kept["on"].isin(COURSE)  # short at the period's end; others are short so far
    plain = kept[["since", "began"]].assign(money=kept["money"].mask(ends), short=kept["money"].where(ends))
    return pd.concat([pd.DataFrame(columns, index=named), plain], axis="columns")


def _off(row: Mapping[Any, Any], pace: Mapping[Any, Any] | None, w: Words) -> str:
    if pace is None:
        return place(row["on"], row["node"], w)
    both = w.phrase(f"{_A}.on.both")
    return w.phrase(f"{_A}.place", {"node": row["node"], "what": both}) if row["node"] else both


def _both(
    row: Mapping[Any, Any],
    pace: Mapping[Any, Any] | None,
    told: Callable[[Mapping[Any, Any], Words], str],
    w: Words,
) -> str:
    first = told(row, w)
    return first if pace is None else f"{first}{'; ' if w.lang == 'en' else '；'}{told(pace, w)}"


def _value(row: Mapping[Any, Any], w: Words) -> str:
    return w.chance(row["value"]) if row["on"] == "landing" else _number(row["value"], row["unit"], w)


def _expected(row: Mapping[Any, Any], w: Words) -> str:
    return _number(row["expected"] if missing(row["limit"]) else row["limit"], row["unit"], w)


def _ruled(found: pd.DataFrame, w: Words) -> pd.DataFrame:
    rows = found.to_dict("records")
    named = pd.Index([w.called(r["name"]) if r["name"] else what(r["on"], w) for r in rows], name="what")
    columns = {
        "level_said": [w.level(r["level"]) if r["level"] else w.phrase(f"{_A}.whole") for r in rows],
        "declared": [_once(r["once"], r["every"], w) for r in rows],
        "simulated_said": [_once(r["simulated"], r["every"], w) for r in rows],
        "delay_said": [_lasts(r["delay"], r["every"], w) for r in rows],
        "action_said": [w.called(r["action"]) if r["action"] else MISSING for r in rows],
        "owner": [r["owner"] or None for r in rows],
    }
    plain = found[["kind", "charts", "off", "change", "threshold", "a_year"]].set_axis(named)
    return pd.concat([pd.DataFrame(columns, index=named), plain], axis="columns")


def _by_chance(row: Mapping[Any, Any], w: Words) -> str | None:
    """How often the rule errs, or the chance of a target; None where that is what is off itself."""
    if row["on"] == "landing":
        return None
    if not missing(row["chance"]):
        return w.phrase(f"{_A}.still", {"chance": row["chance"]})
    return _once(row["once"], row["every"], w)


def _once(once: float, every: str, w: Words) -> str:
    return MISSING if missing(once) else w.phrase(f"{_A}.once", {"once": once, "every": every})


def _lasts(n: float, every: str, w: Words) -> str:
    return MISSING if missing(n) else w.phrase(f"{_A}.lasts", {"n": n, "every": every})


def _number(value: float, unit: str, w: Words) -> str:
    return MISSING if missing(value) else w.by_unit(value, unit)
