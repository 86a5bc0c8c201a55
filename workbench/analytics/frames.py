"""What is asked of a frame before it is used, and the answer where the data do not tell."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from workbench.analytics.keys import fact
from workbench.analytics.results import Unknown
from workbench.errors import DataError


def require(frame: pd.DataFrame, columns: Sequence[str], where: str) -> None:
    """Raise when a column is missing: that is a mistake in the call or the mapping, not thin data."""
    if missing := [c for c in columns if c not in frame.columns]:
        there = ", ".join(map(str, frame.columns)) or "none"
        raise DataError(where, [f"column '{c}' is missing; the frame has {there}" for c in missing])


def unknown(section: str, key: str, **values: Any) -> Unknown:
    """It cannot be told: the finding says why and what would be needed."""
    return Unknown(section=section, findings=(fact(key, section=section, **values),))
