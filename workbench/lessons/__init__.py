"""What was learnt from a period that is over: proposed by a review, approved by a person, then used by the next plan.

lesson    one proposed change of a setting with its evidence, and an approval of several
store     the folder of approvals: one file each, made at once or not at all, never changed
proposed  the proposals of a review as a TOML file that a person reads, edits and hands back
"""

from workbench.lessons.lesson import Approval, Lesson, Taken
from workbench.lessons.proposed import issue, newest, read, text
from workbench.lessons.store import Approved, approvals, approve, approved, fingerprint, folder_of

__all__ = [
    "Approval",
    "Approved",
    "Lesson",
    "Taken",
    "approvals",
    "approve",
    "approved",
    "fingerprint",
    "folder_of",
    "issue",
    "newest",
    "read",
    "text",
]
