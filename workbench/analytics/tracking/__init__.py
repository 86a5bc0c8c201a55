"""Are we on course, and what must change now?

period    the fiscal period that is watched
goals     its targets, by node and month
course    where it and each of its nodes will land
"""

from workbench.analytics.tracking.course import Course, course
from workbench.analytics.tracking.goals import Goals, goals
from workbench.analytics.tracking.period import watched

__all__ = ["Course", "Goals", "course", "goals", "watched"]
