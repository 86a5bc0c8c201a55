"""Views of tracking."""

from typing import Any

from workbench.analytics.tracking.adjust import Adjustment
from workbench.analytics.tracking.alerts import Alerts
from workbench.analytics.tracking.course import Course
from workbench.analytics.tracking.diagnosis import Diagnosis
from workbench.analytics.tracking.milestones import Board
from workbench.views.tracking import adjust, alerts, course, diagnosis

_NUMBERS: dict[type, Any] = {  # type of result → its numbers
    Adjustment: adjust.headline,
    Alerts: alerts.headline,
    Board: alerts.headline,
    Course: course.headline,
    Diagnosis: diagnosis.headline,
}


def headline(result: Any) -> dict[str, float | str | None]:
    """The numbers of a result for the facts cell, to three significant digits; empty where it has none."""
    numbers = _NUMBERS.get(type(result))
    return numbers(result) if numbers else {}
