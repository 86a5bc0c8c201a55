"""Confirmed targets, append-only: every version whole, with who approved it, why, from when on, and on what evidence.

version   what one version holds, and the chain of digests that shows tampering
store     the folder: one file a version, made at once or not at all, never changed
reading   targets in force at a day, the history of a node, where draft and answers stand
"""

from workbench.ledger.reading import State, differing, fingerprint, folder_of, history, state, targets, whole_of
from workbench.ledger.store import confirm, note, notes, versions
from workbench.ledger.version import Entry, Note, Version

__all__ = [
    "Entry",
    "Note",
    "State",
    "Version",
    "confirm",
    "differing",
    "fingerprint",
    "folder_of",
    "history",
    "note",
    "notes",
    "state",
    "targets",
    "versions",
    "whole_of",
]
