"""Workbooks that go to the owners of targets and come back filled in.

sheets      one protected table as the owners see it, and the same read back whatever was done to it
amounts     amounts as people write them
going_out   the draft · coming_back   the owners' answers · deciding   what is accepted or refused, and why
telling     tables for the command line
"""

from workbench.publish.drafts.coming_back import Answers, answers
from workbench.publish.drafts.deciding import Decisions, decisions, write_decisions
from workbench.publish.drafts.going_out import Draft, write
from workbench.publish.drafts.telling import table

__all__ = ["Answers", "Decisions", "Draft", "answers", "decisions", "table", "write", "write_decisions"]
