"""Notebook + parameters → dated report."""

from workbench.publish.plan import Request
from workbench.publish.report import Outcome, Report, run

__all__ = ["Outcome", "Report", "Request", "run"]
