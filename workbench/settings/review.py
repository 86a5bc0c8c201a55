"""Settings of the review: which period is looked back on."""

from typing import Literal

from workbench.settings.company import Strict

Reviewed = Literal["quarter", "year"]


class ReviewSettings(Strict):
    period: Reviewed = "quarter"  # the last one that is over is reviewed
    lessons: str = "lessons"  # folder of approved lessons, beside this file
