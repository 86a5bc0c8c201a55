"""What a reader sees of the lessons that a plan uses: what changed, by whom it was approved, and why."""

import pandas as pd

from workbench.analytics.plan.learned import Learned
from workbench.views.review.lessons import about_said, value_said
from workbench.views.show import View, sentences, split, view
from workbench.views.tables import Column, Sheet, table
from workbench.views.words import Words

_P = "plan.learned"
_COLUMNS = (
    Column("lesson", "text", "lesson_about"),
    Column("before_said", "text", "lesson_before"),
    Column("after_said", "text", "lesson_after"),
    Column("state", f"phrase:{_P}.state", "lesson_state"),
    Column("author", "text", "lesson_author"),
    Column("effective", "date", "lesson_effective", minor=True),
    Column("reason", "text", "lesson_reason"),
    Column("review", "date", "lesson_review", minor=True, on_page=False),
    Column("setting", "text", "lesson_setting", on_page=False),
)


@view.register
def _(result: Learned, w: Words, as_of: pd.Timestamp) -> View:
    heading = w.phrase(f"{_P}.heading")
    sheet = Sheet(_worded(result.table, w), _COLUMNS)
    return View(
        "plan-learned",
        heading,
        *split(sentences(result.findings, w)),
        tables=(table(sheet, w, heading),),
        how=w.phrase(f"{_P}.how"),
        sheets={"learned": sheet},
        uses=(),
        open_table=True,
    )


def _worded(frame: pd.DataFrame, w: Words) -> pd.DataFrame:
    told = frame.assign(
        before_said=[value_said(r["kind"], r["before"], r["at"], i, w) for i, r in frame.iterrows()],
        after_said=[value_said(r["kind"], r["after"], r["at"], i, w) for i, r in frame.iterrows()],
        setting=frame.index.to_numpy(),
    )
    named = [about_said(r["kind"], r["at"], w) for _, r in frame.iterrows()]
    kept = told[["before_said", "after_said", "state", "author", "effective", "reason", "review", "setting"]]
    return kept.set_axis(pd.Index(named, name="lesson", dtype=object), axis=0)
