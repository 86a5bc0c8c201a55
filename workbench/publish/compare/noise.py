"""How far a number strays by itself, told by its own months in any table by period."""

import math
from datetime import date

from workbench.publish.compare.told import Told

_YEAR = 12
_LEAST = 12  # months whose year before is known
_SPREAD = 1.4826  # median absolute deviation to standard deviation, for normal noise
_OTHER = {"sales": "amount"}  # KPI → column, where they are not called the same
_MONTH = 30.44  # days


def of(told: Told, page: str, name: str, *, rates: bool) -> float:
    """The spread of one month, NaN where no table of the page tells the KPI by month.

    `rates`: of its change on the year before, as a ratio; else of its value, from what it differs from the same month
    of the year before, so that the season is not taken for noise.
    """
    column = _OTHER.get(name, name)
    for table, about in told.about().items():
        columns = about.get("columns", {})
        first = next(iter(columns), "")
        if table.partition(".")[0] == page and column in columns and columns[first].get("kind") == "date":
            return _spread(told, table, first, column, rates)
    return math.nan


def shrunk(then: list[str], now: list[str]) -> float:
    """By what a month's spread is multiplied for the difference of two means: 1/a - 1/b under the root where the longer
    stretch holds the shorter one, 1/a + 1/b where they are apart."""
    (a, starts), (b, begins) = _months(then), _months(now)
    return math.sqrt(abs(1 / a - 1 / b) if starts == begins else 1 / a + 1 / b)


def _months(span: list[str]) -> tuple[float, str]:
    days = (date.fromisoformat(span[1]) - date.fromisoformat(span[0])).days + 1
    return max(days / _MONTH, 0.1), span[0]


def _spread(told: Told, table: str, first: str, column: str, rates: bool) -> float:
    values = told.table(table).set_index(first)[column].sort_index().astype(float)
    days = values.index.to_series().diff().dt.days.dropna()
    if not len(days) or not days.between(27, 36).all():  # only months are understood
        return math.nan
    before = values.shift(_YEAR)
    moved = (values / before.where(before > 0) - 1 if rates else (values - before) / math.sqrt(2)).dropna()
    return float(_SPREAD * (moved - moved.median()).abs().median()) if len(moved) >= _LEAST else math.nan
