"""Settings of tracking: which period is watched, what gives warning, what calls for another look at the target."""

from typing import Literal

from workbench.settings.company import Strict

Watched = Literal["", "this month", "this quarter", "this year"]


class TrackingSettings(Strict):
    period: Watched = ""  # what is watched; empty: the quarter that runs, or the year where the report ends a quarter
