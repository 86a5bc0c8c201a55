"""Why did it end as it did, and what do we change?

period    the fiscal period that is reviewed
"""

from workbench.analytics.review.period import finished

__all__ = ["finished"]
