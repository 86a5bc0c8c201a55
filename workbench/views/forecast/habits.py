"""What a reader sees of the forecast beside what today's customers should bring."""

import pandas as pd

from workbench.analytics.forecast import Habits
from workbench.views.show import View, sentences, split, view
from workbench.views.tables import Column, Sheet, table
from workbench.views.words import Words

_COLUMNS = (
    Column("amount", "money", "habit_amount"),
    Column("lo_80", "money"),
    Column("hi_80", "money"),
)


@view.register
def _(result: Habits, w: Words, as_of: pd.Timestamp) -> View:
    heading = w.phrase("forecast.habits_section.heading")
    sheet = Sheet(result.table, (Column("step", "phrase:forecast.habits_step", "habit_step"), *_COLUMNS))
    return View(
        "forecast-habits",
        heading,
        *split(sentences(result.findings, w)),
        tables=(table(sheet, w, heading),),
        how=w.phrase("forecast.habits_section.how", {"span": result.span}),
        terms=("prediction_interval", "purchase_day"),
        sheets={"forecast-habits": sheet},
        open_table=True,
    )
