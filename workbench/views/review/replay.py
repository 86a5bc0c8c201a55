"""What a reader sees of the past quarters, planned and forecast again."""

from typing import Any

import pandas as pd

from workbench.analytics.review.alarms import Alarmed
from workbench.analytics.review.replay import Replayed
from workbench.views.review import replay_charts as charts
from workbench.views.show import View, columns_of, label_of, sentences, split, view
from workbench.views.tables import Column, Sheet, table
from workbench.views.tracking.alerts import WATCHED
from workbench.views.words import Words, missing

_P = "review.replay"
_QUARTERS = (
    Column("first", "period:quarter", "replay_period"),
    Column("target", "money", "replay_target"),
    Column("actual", "money", "replay_actual"),
    Column("outcome", f"phrase:{_P}.outcome", "replay_outcome"),
    Column("expected", "money", "replay_expected"),
    Column("lo_80", "money", "replay_lo", minor=True),
    Column("hi_80", "money", "replay_hi", minor=True),
)
_YEARS = (Column("first", "date", "replay_from"), *_QUARTERS[1:])
_MORE = (
    Column("chance", "chance", "replay_chance"),
    Column("rank", "decimal", "replay_rank"),
    *(Column(f"crps{name}", "money", f"replay_crps{name}") for name in ("", "_naive", "_uplift", "_same")),
)
_ALARMS = (
    Column("first", "period:quarter", "alarms_quarter"),
    Column("alarms", "count", "alarms_raised"),
    Column("by_chance", "decimal", "alarms_by_chance"),
    Column("outcome", f"phrase:{_P}.outcome", "alarms_outcome"),
)
_SCORES = {
    "origins": Column("origins", "count", "replay_origins", minor=True),
    "rate": Column("rate", "share", "replay_rate"),
    "stated": Column("stated", "chance", "replay_stated"),
    "coverage_80": Column("coverage_80", "share", "replay_coverage_80"),
    "gain_uplift": Column("gain_uplift", "change", "replay_gain_uplift"),
    "gain_naive": Column("gain_naive", "change", "replay_gain_naive", minor=True),
    "rate_lo": Column("rate_lo", "share", "replay_rate_lo", on_page=False),
    "rate_hi": Column("rate_hi", "share", "replay_rate_hi", on_page=False),
    "coverage_95": Column("coverage_95", "share", "replay_coverage_95", on_page=False),
    "crps": Column("crps", "money", "replay_score", on_page=False),
    "gain_same": Column("gain_same", "change", "replay_gain_same", on_page=False),
}


@view.register
def _(result: Replayed, w: Words, as_of: pd.Timestamp) -> View:
    heading = w.phrase(f"{_P}.heading")
    said = sentences(result.findings, w, most=len(result.findings))
    span = Column("span", f"phrase:{_P}.span", "replay_span")
    scores = Sheet(result.scores, (span, *columns_of(result.scores, _SCORES)), w.phrase(f"{_P}.scores_table"))
    quarters, years = _listed(result.quarters), _listed(result.years)
    sheets = {"replay": Sheet(quarters, (*_QUARTERS, *_MORE)), "replay-scores": scores}
    if len(years):
        sheets["replay-years"] = Sheet(years, (*_YEARS, *_MORE), w.phrase(f"{_P}.years_table"))
    values = {"reached": int(quarters["reached"].sum()), "quarters": len(quarters), "stated": quarters["chance"].mean()}
    return View(
        "replay",
        heading,
        *split(said),
        draw=lambda: charts.quarters(result, w, label_of(heading, said, w)),
        tables=(table(scores, w, scores.title),
                table(Sheet(quarters, _QUARTERS), w, w.phrase(f"{_P}.quarters_table"), most=20)),
        how=w.phrase(f"{_P}.how"),
        terms=("prediction_interval", "crps"),
        sheets=sheets,
        caption=w.say(f"{_P}.caption", values),
    )  # fmt: skip


@view.register
def _(result: Alarmed, w: Words, as_of: pd.Timestamp) -> View:
    heading = w.phrase("review.alarms.heading")
    sheet = Sheet(result.table.assign(outcome=result.table["missed"].map({True: "false", False: "true"})), _ALARMS)
    return View(
        "alarms-replayed",
        heading,
        *split(sentences(result.findings, w)),
        tables=(table(sheet, w, heading),),
        how=w.phrase("review.alarms.how"),
        sheets={"alarms-replayed": sheet},
        uses=WATCHED,
    )


def headline(result: Any) -> dict[str, float | None]:
    """How often targets would have been reached, and how much better the forecast was than last year × 1.2."""
    if not isinstance(result, Replayed):
        return {}
    row: Any = result.scores.loc["quarter"]
    return {"replayed": int(row["origins"]), "replay_reached": round(float(row["rate"]), 2),
            "replay_gain": None if missing(row["gain_uplift"]) else round(float(row["gain_uplift"]), 2)}  # fmt: skip


def _listed(frame: pd.DataFrame) -> pd.DataFrame:
    """By the first day of each stretch, with the outcome as a word."""
    if not len(frame):
        return frame
    return frame.assign(outcome=frame["reached"].map({True: "true", False: "false"})).set_index("first")
