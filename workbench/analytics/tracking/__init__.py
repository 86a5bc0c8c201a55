"""Are we on course, and what must change now?

period    the fiscal period that is watched
"""

from workbench.analytics.tracking.period import watched

__all__ = ["watched"]
