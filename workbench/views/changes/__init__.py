"""What changed since an earlier report, as a reader sees it. The publisher compares; here it becomes words and data.

found    two reports compared: changes, figures, months told differently · section as HTML, sentences and plain text
data     the same as tables and as JSON
"""

from workbench.views.changes.data import plain, save
from workbench.views.changes.found import Change, Comparison, Figure, Restated
from workbench.views.changes.section import (
    MOST,
    MOST_OVERVIEW,
    name_of,
    none,
    section,
    sentences,
    summary,
    text,
    tiles,
)

__all__ = [
    "MOST",
    "MOST_OVERVIEW",
    "Change",
    "Comparison",
    "Figure",
    "Restated",
    "name_of",
    "none",
    "plain",
    "save",
    "section",
    "sentences",
    "summary",
    "text",
    "tiles",
]
