"""What a reader sees of the stages that deals went through, of the fairness of evaluation, and of the case library."""

from typing import Any

import pandas as pd

from workbench.analytics.review.cases import Cases
from workbench.analytics.review.fairness import Evaluation
from workbench.analytics.review.process import Process
from workbench.views.drawing import both_ends, with_left_out
from workbench.views.review import process_charts as charts
from workbench.views.review.ranges import MOST_ROWS, Range, ranges
from workbench.views.show import View, columns_of, label_of, sentences, split, view
from workbench.views.tables import Column, Sheet, Table, table
from workbench.views.words import MISSING, Words, missing

_STAGES = {
    "reached": Column("reached", "count", "process_reached", minor=True),
    "share": Column("share", "share", "process_share"),
    "share_before": Column("share_before", "share", "process_before", minor=True),
    "won_with": Column("won_with", "share", "process_with"),
    "won_without": Column("won_without", "share", "process_without"),
    "p": Column("p", "chance", "process_p", on_page=False),
    "days": Column("days", "count", "process_days", minor=True),
    "days_before": Column("days_before", "count", "process_days_before", on_page=False),
    "won_days": Column("won_days", "count", "process_won_days"),
    "lost_days": Column("lost_days", "count", "process_lost_days"),
}
_DEALS = {
    "rep": Column("rep", "text", "rep"),
    "customer": Column("customer", "text", "customer", minor=True),
    "amount": Column("amount", "money", "case_amount"),
    "outcome": Column("outcome", "phrase:review.process.outcome", "process_outcome"),
    "skipped": Column("skipped", "text", "process_skipped"),
    "back": Column("back", "count", "process_back", minor=True),
    "days": Column("days", "count", "process_lasted", minor=True),
}
_REPS = {
    "deals": Column("deals", "count"),
    "whole": Column("whole", "count", "process_whole"),
    "share": Column("share", "share", "process_of"),
    "p": Column("p", "chance", "process_p"),
}
_PEOPLE = {
    "team": Column("team", "text", "fair_team", on_page=False),
    "quota": Column("quota", "money", "fair_quota"),
    "actual": Column("actual", "money", "fair_actual"),
    "attainment": Column("attainment", "share", "fair_attainment"),
    "expected": Column("expected", "money", "fair_expected", minor=True),
    "lo_80": Column("lo_80", "money", on_page=False),
    "hi_80": Column("hi_80", "money", on_page=False),
    "load": Column("load", "share", "fair_load", on_page=False),
    "chance": Column("chance", "chance", "fair_chance", minor=True),
    "place": Column("place", "chance", "fair_place", on_page=False),
    "verdict": Column("verdict", "phrase:review.causes.word", "fair_verdict"),
    "luck": Column("luck", "phrase:review.process.luck_word", "fair_luck", on_page=False),
}
_CASES = {
    "outcome": Column("outcome", "phrase:review.process.outcome", "process_outcome"),
    "amount": Column("amount", "money", "case_amount"),
    "days": Column("days", "count", "case_days", minor=True),
    "profile": Column("profile", "text", "case_profile"),
    "pain": Column("pain", "text", "case_pain"),
    "solution": Column("solution", "text", "case_solution", minor=True),
    "actions": Column("actions", "text", "case_actions", minor=True),
    "rep": Column("rep", "text", "rep", on_page=False),
    "closed": Column("closed", "date", "case_closed", on_page=False),
    "alike_rate": Column("alike_rate", "share", "case_rate", on_page=False),
}
_PATTERNS = {
    "deals": Column("deals", "count", "case_deals"),
    "rate": Column("rate", "share", "case_won"),
    "lo": Column("lo", "share", "case_lo", minor=True),
    "hi": Column("hi", "share", "case_hi", minor=True),
    "rest": Column("rest", "share", "case_rest"),
    "p": Column("p", "chance", "case_p"),
}
_REASONS = {
    "deals": Column("deals", "count", "case_deals"),
    "amount": Column("amount", "money", "case_amount"),
    "share": Column("share", "share", "case_share"),
    "before": Column("before", "share", "case_before"),
}


@view.register
def _(result: Process, w: Words, as_of: pd.Timestamp) -> View:
    said = sentences(result.findings, w, most=7)
    heading = w.phrase("review.process.heading.process")
    sheet = Sheet(result.stages, (Column("stage", "text", "process_stage"), *columns_of(result.stages, _STAGES)))
    frame = result.deals.assign(
        outcome=[str(bool(won)).lower() for won in result.deals["won"]],
        skipped=[_joined(stages, w) for stages in result.deals["skipped"]],
    )
    deals = Sheet(frame, (Column("opportunity", "text", "process_deal"), *columns_of(frame, _DEALS)),
                  w.phrase("review.process.caption.deals"))  # fmt: skip
    reps = Sheet(result.reps, (Column("rep", "level", "rep"), *columns_of(result.reps, _REPS)),
                 w.phrase("review.process.caption.reps"))  # fmt: skip
    more = [(name, one) for name, one in (("process-deals", deals), ("process-reps", reps)) if len(one.frame)]
    timed = result.stages[["won_days", "lost_days"]].notna().any(axis=None)
    return View(
        "process",
        heading,
        *split(said),
        draw=(lambda: charts.days(result.stages, w, label_of(heading, said, w))) if timed else None,
        tables=(table(sheet, w, heading), *(table(one, w, one.title, most=8) for _, one in more)),
        how=w.phrase("review.process.how.process"),
        sheets={"process": sheet, **dict(more)},
        uses=("opportunities", "stage_history"),
    )


@view.register
def _(result: Evaluation, w: Words, as_of: pd.Timestamp) -> View:
    said = sentences(result.findings, w, most=6)
    heading = w.phrase("review.process.heading.fairness")
    frame = result.table
    if "luck" in frame:
        frame = frame.assign(luck=[str(bool(luck)).lower() for luck in frame["luck"]])
    sheet = Sheet(frame, (Column("rep", "level", "rep"), *columns_of(frame, _PEOPLE)))
    past = result.quarters.reset_index("period")
    every = Sheet(past, (Column("rep", "level", "rep"), Column("period", f"period:{result.period.name}", "fair_period"),
                         *(_PEOPLE[c] for c in ("quota", "actual", "attainment"))),
                  w.phrase("review.process.caption.quarters"))  # fmt: skip
    common = None if missing(result.common) else result.common
    known = "expected" in frame and bool((frame["expected"] > 0).any())
    return View(
        "fairness-of-evaluation",
        heading,
        *split(said),
        draw=(lambda: _people(frame, w, label_of(heading, said, w))) if known else None,
        tables=(table(sheet, w, heading, most=30),),
        how=w.phrase("review.process.how.fairness", {"common": common}),
        terms=("kpi:attainment", "prediction_interval", "place"),
        sheets={"fairness-of-evaluation": sheet, "attainments": every},
        uses=("orders", "targets", "reps"),
    )


def _people(frame: pd.DataFrame, w: Words, label: str) -> Any:
    known = frame[frame["expected"] > 0]
    shown, rows = both_ends(known, MOST_ROWS), []
    for name, row in shown.iterrows():
        word = "" if missing(row["verdict"]) else w.phrase(f"review.causes.word.{row['verdict']}")
        middle = row["expected"]
        rows.append(Range(w.node(name), row["lo_80"] / middle, row["hi_80"] / middle, row["actual"] / middle,
                          row["quota"] / middle, word))  # fmt: skip
    reading = with_left_out(w.phrase("review.process.reading.fairness"), w, len(known), MOST_ROWS)
    return ranges(rows, w, label, reading)


@view.register
def _(result: Cases, w: Words, as_of: pd.Timestamp) -> View:
    said = sentences(result.findings, w, most=6)
    heading = w.phrase("review.process.heading.cases")
    frame = _entries(result.entries, w)
    sheet = Sheet(frame, (Column("opportunity", "text", "process_deal"), *columns_of(frame, _CASES)))
    others = {"case-patterns": _patterns(result.patterns, w), "case-reasons": _reasons(result.reasons, w)}
    others = {name: one for name, one in others.items() if len(one.frame)}
    return View(
        "cases",
        heading,
        *split(said),
        tables=(table(sheet, w, heading, most=len(frame)), *(_short(one, w) for one in others.values())),
        how=w.phrase("review.process.how.cases"),
        sheets={"cases": sheet, **others},
        uses=("opportunities", "stage_history", "activities", "customers"),
        open_table=True,
    )


def _short(sheet: Sheet, w: Words) -> Table:
    return table(sheet, w, sheet.title, most=8)


def _entries(entries: pd.DataFrame, w: Words) -> pd.DataFrame:
    """The cases with who, what and how as text."""
    return entries.assign(
        outcome=[str(bool(won)).lower() for won in entries["won"]],
        profile=[_joined([value for _, value in pairs], w) for pairs in entries["profile"]],
        pain=entries["pain"].astype(object).where(entries["pain"].notna(), None),
        solution=entries["solution"].astype(object).where(entries["solution"].notna(), None),
        actions=[_joined([_action(name, n, w) for name, n in pairs], w) for pairs in entries["actions"]],
    )


def _action(name: str, number: float, w: Words) -> str:
    """A stage with its days (whole numbers), an activity with how often."""
    if isinstance(number, int):
        return w.phrase("review.process.stage_days", {"stage": name, "days": number})
    return w.phrase("review.process.action_count", {"kind": name, "count": number})


def _joined(names: Any, w: Words) -> str:
    return (", " if w.lang == "en" else "、").join(w.node(n) for n in names) or MISSING


def _patterns(found: pd.DataFrame, w: Words) -> Sheet:
    named = [w.phrase("forecast.place", {"level": c, "node": v}) for c, v in found.index]
    frame = found.set_axis(pd.Index(named, name="value"), axis=0)
    columns = (Column("value", "text", "case_value"), *columns_of(frame, _PATTERNS))
    return Sheet(frame, columns, w.phrase("review.process.caption.patterns"))


def _reasons(found: pd.DataFrame, w: Words) -> Sheet:
    columns = (Column("reason", "text", "case_reason"), *columns_of(found, _REASONS))
    return Sheet(found, columns, w.phrase("review.process.caption.reasons"))


def headline(result: Any) -> dict[str, float | None]:
    """Share of deals that followed the stages; attainment of the period and of all, and what chance makes of it."""
    if isinstance(result, Process):
        return {"stages_followed": result.whole}
    if isinstance(result, Evaluation):
        told = {"mean_attainment": result.mean, "reached": result.reached, "chance_part": result.chance_part}
        return {name: None if missing(value) else value for name, value in told.items()}
    return {}
