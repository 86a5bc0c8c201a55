"""What holds for any value before it is shown: whether it is known, and a name from the data on one line."""

import math
import re
import unicodedata
from typing import Any

import pandas as pd

MISSING = "–"


def missing(value: Any) -> bool:
    """Whether a value is unknown: None, NaN, NaT."""
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and not math.isfinite(value))


def clean(name: Any) -> str:
    """A name from the data on one line: no control characters, no overrides of writing direction."""
    kept = (" " if c.isspace() else c for c in str(name) if c.isspace() or not _unprintable(c))
    return re.sub(" {2,}", " ", "".join(kept)).strip() or MISSING


def _unprintable(char: str) -> bool:
    kind = unicodedata.category(char)
    override = "\u202a" <= char <= "\u202e" or "\u2066" <= char <= "\u2069"
    return kind in ("Cc", "Cs") or override or (ord(char) & 0xFFFE) == 0xFFFE
