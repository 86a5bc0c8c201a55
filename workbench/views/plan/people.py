"""What a reader sees of who sells, what they can carry, what each is given and how fair that is."""

import pandas as pd

from workbench.analytics.plan.staff.capacity import WHOLE, Capacity
from workbench.analytics.plan.staff.fairness import Fairness
from workbench.analytics.plan.staff.people import Sellers
from workbench.analytics.plan.staff.quotas import Quotas
from workbench.views.plan import people_charts as charts
from workbench.views.show import View, columns_of, label_of, sentences, split, view
from workbench.views.tables import Column, Sheet, table
from workbench.views.words import Words, missing

USES = ("reps", "orders")
_P = "plan.people"
CLASS = Column("class_said", "text", "people_class", minor=True)
_SELLERS = {
    "team": Column("team", "text", "people_team", minor=True),
    "class_said": CLASS,
    "role": Column("role", "text", "people_role", on_page=False),
    "manager": Column("manager", "text", "people_manager", on_page=False),
    "joined": Column("joined", "date", "people_joined", on_page=False),
    "left": Column("left", "date", "people_left", on_page=False),
    "present": Column("present", "share", "people_present", on_page=False),
    "ramped": Column("ramped", "decimal", "people_ramped"),
    "ramped_hi": Column("ramped_hi", "decimal", "people_ramped_hi", on_page=False),
    "last_year": Column("last_year", "money", "people_sold"),
    "pace": Column("pace", "money", "people_pace"),
    "pace_lo": Column("pace_lo", "money", "lo_80", on_page=False),
    "pace_hi": Column("pace_hi", "money", "hi_80", on_page=False),
    "booked": Column("booked", "money", "people_booked", on_page=False),
    "expected": Column("expected", "money", "people_expected"),
}
_RAMP = {
    "setting": Column("setting", "share", "people_set"),
    "found": Column("found", "share", "people_found"),
    "lo": Column("lo", "share", "lo"),
    "hi": Column("hi", "share", "hi"),
    "joiners": Column("joiners", "count", "people_joiners"),
}
_CAPACITY = {
    "sellers": Column("sellers", "count", "people_heads", on_page=False),
    "ramped": Column("ramped", "decimal", "people_ramped"),
    "each": Column("each", "money", "people_each", on_page=False),
    "capacity": Column("capacity", "money", "people_capacity"),
    "lo_80": Column("lo_80", "money", "lo_80", minor=True),
    "hi_80": Column("hi_80", "money", "hi_80", minor=True),
    "target": Column("target", "money", "people_target"),
    "needed": Column("needed", "decimal", "people_needed"),
    "needed_lo": Column("needed_lo", "decimal", "people_needed_lo", on_page=False),
    "needed_hi": Column("needed_hi", "decimal", "people_needed_hi", on_page=False),
    "short": Column("short", "decimal", "people_short", on_page=False),
    "chance": Column("chance", "share", "people_chance"),
    "owner": Column("owner", "text", "people_owner", minor=True),
}
_QUOTAS = {
    "team": Column("team", "text", "people_team", minor=True),
    "class_said": CLASS,
    "ramped": Column("ramped", "decimal", "people_ramped", minor=True),
    "quota": Column("quota", "money", "people_quota"),
    "last_year": Column("last_year", "money", "people_sold"),
    "growth": Column("growth", "change", "people_growth"),
    "least": Column("least", "money", "people_least", on_page=False),
    "most": Column("most", "money", "people_most", on_page=False),
    "bound_said": Column("bound_said", "text", "people_bound", minor=True),
    "before_limits": Column("before_limits", "money", "people_before_limits", on_page=False),
    "history": Column("history", "share", "people_by_history", on_page=False),
    "potential": Column("potential", "share", "people_by_potential", on_page=False),
    "ramp": Column("ramp", "share", "people_by_ramp", on_page=False),
    "equal": Column("equal", "share", "people_by_equal", on_page=False),
}
_FAIRNESS = {
    "team": Column("team", "text", "people_team", on_page=False),
    "class_said": CLASS,
    "quota": Column("quota", "money", "people_quota"),
    "expected": Column("expected", "money", "people_expected", minor=True),
    "load": Column("load", "share", "people_load"),
    "to_potential": Column("to_potential", "share", "people_to_potential", minor=True),
    "chance": Column("chance", "share", "people_chance"),
    "chance_lo": Column("chance_lo", "share", "people_chance_lo", on_page=False),
    "chance_hi": Column("chance_hi", "share", "people_chance_hi", on_page=False),
    "potential": Column("potential", "money", "people_potential", on_page=False),
    "lo_80": Column("lo_80", "money", "lo_80", on_page=False),
    "hi_80": Column("hi_80", "money", "hi_80", on_page=False),
    "last_year": Column("last_year", "money", "people_sold", on_page=False),
    "growth": Column("growth", "change", "people_growth", on_page=False),
    "even": Column("even", "money", "people_even"),
    "move": Column("move", "money", "people_move", on_page=False),
}


@view.register
def _(result: Sellers, w: Words, as_of: pd.Timestamp) -> View:
    said = sentences(result.findings, w)
    heading = w.phrase(f"{_P}.sellers_heading", {"span": result.period.span})
    sheet = people_sheet(classes_said(result.table, w), _SELLERS)
    ramp = Sheet(
        result.ramp,
        (Column("quarter", "number", "people_quarter"), *columns_of(result.ramp, _RAMP)),
        w.phrase(f"{_P}.ramp_heading"),
    )
    shown = [table(sheet, w, heading)]
    if result.ramp["found"].notna().any():
        shown.append(table(ramp, w, w.phrase(f"{_P}.ramp_heading")))
    return View(
        "plan-people",
        heading,
        *split(said),
        draw=lambda: charts.sellers(result, w, label_of(heading, said, w)),
        tables=tuple(shown),
        how=w.phrase(f"{_P}.sellers_how"),
        terms=("shrunk", "prediction_interval"),
        sheets={"people": sheet, "ramp": ramp},
        uses=USES,
    )


@view.register
def _(result: Capacity, w: Words, as_of: pd.Timestamp) -> View:
    said = sentences(result.findings, w)
    heading = w.phrase(f"{_P}.capacity_heading")
    frame = result.table.rename(index={WHOLE: w.phrase(f"{_P}.whole")})
    sheet = Sheet(frame, (Column("team", "level", "team"), *columns_of(frame, _CAPACITY)))
    return View(
        "plan-capacity",
        heading,
        *split(said),
        draw=lambda: charts.capacity(result, w, label_of(heading, said, w)),
        tables=(table(sheet, w, heading),),
        how=w.phrase(f"{_P}.capacity_how"),
        terms=("prediction_interval",),
        sheets={"capacity": sheet},
        uses=USES,
    )


@view.register
def _(result: Quotas, w: Words, as_of: pd.Timestamp) -> View:
    heading = w.phrase(f"{_P}.quotas_heading")
    frame = classes_said(result.table, w)
    frame["bound_said"] = [None if missing(b) else w.phrase(f"{_P}.bound.{b}") for b in frame["bound"]]
    sheet = people_sheet(frame, _QUOTAS)
    return View(
        "plan-quotas",
        heading,
        *split(sentences(result.findings, w)),
        tables=(table(sheet, w, heading, sums=("quota", "last_year")),),
        how=w.phrase(f"{_P}.quotas_how"),
        terms=("shrunk",),
        sheets={"quotas": sheet},
        uses=USES,
    )


@view.register
def _(result: Fairness, w: Words, as_of: pd.Timestamp) -> View:
    said = sentences(result.findings, w)
    heading = w.phrase(f"{_P}.fairness_heading")
    sheet = people_sheet(classes_said(result.table, w), _FAIRNESS)
    return View(
        "plan-fairness",
        heading,
        *split(said),
        draw=lambda: charts.fairness(result, w, label_of(heading, said, w)),
        tables=(table(sheet, w, heading),),
        how=w.phrase(f"{_P}.fairness_how"),
        terms=("prediction_interval",),
        sheets={"fairness": sheet},
        uses=USES,
    )


def classes_said(frame: pd.DataFrame, w: Words) -> pd.DataFrame:
    """The frame with each person's experience in words."""
    return frame.assign(class_said=[w.phrase(f"{_P}.class.{name}") for name in frame["tenure_class"]])


def people_sheet(frame: pd.DataFrame, known: dict[str, Column]) -> Sheet:
    return Sheet(frame, (Column("node", "level", "rep"), *columns_of(frame, known)))
