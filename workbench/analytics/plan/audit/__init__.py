"""Targets as somebody wrote them, as sentences, rows or a spreadsheet, held against themselves.

vocabulary   the words by which a target is read, in three languages
numbers      numbers as people write them, with their precision
windows      the stretch of time that a target names
grammar      a sentence as goals: metric, numbers with their roles, window, segment, owner
rows         rows of a table as statements
smart        what is missing or vague, and how to complete it
arithmetic   growth, compounding, shares, chains, calendars
growing      growth against amounts, periods and the year
within       what a statement's own numbers say of each other
between      what several statements say of each other
headers      what the columns of a person's own sheet hold
sheets       which rows and columns of a person's own sheet are what
sums         whether such a sheet adds up
diagnosis    rules of thumb as truth tables
result       all of it together
"""

from workbench.analytics.plan.audit.grammar import Goal, Statement, read
from workbench.analytics.plan.audit.result import Audit, audit, of_sheets, of_statements
from workbench.analytics.plan.audit.sheets import Grid

__all__ = ["Audit", "Goal", "Grid", "Statement", "audit", "of_sheets", "of_statements", "read"]
