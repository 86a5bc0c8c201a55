"""Sending expressions to their engine, and sums that are the same on every engine.

Money is summed as whole ten-thousandths of its unit: integers add up to the same total in any order, on any engine and
for any split into parts. Only the finished sums become floating-point numbers again.
"""

import warnings
from typing import Any

import pandas as pd

from workbench.sources import engines

SCALE = 10_000
ALL = 9e14  # what amounts may add up to: more than 64 bits cannot hold in ten-thousandths
LARGEST = 9e13  # a line beyond this cannot be counted in ten-thousandths; not-a-number and infinity are beyond it too


def fetch(con: Any, expr: Any) -> pd.DataFrame:
    """The rows of `expr`: times in microseconds, decimals as floats, text as str with missing values."""
    with warnings.catch_warnings(), engines.asking(con):  # Ibis 12 on pandas 3 and DuckDB 1.5 warns of its own calls
        warnings.simplefilter("ignore")
        table = engines.with_room(con, lambda: con.to_pyarrow(expr))
    frame: pd.DataFrame = table.to_pandas(date_as_object=False)
    return frame.assign(**{str(c): _plain(frame[c]) for c in frame.columns})


def memory(frame: pd.DataFrame) -> Any:
    """A small frame as a table that any engine can join; a column without any value counts as text."""
    import ibis
    import pyarrow as pa

    table = pa.Table.from_pandas(frame.reset_index(drop=True), preserve_index=False)
    fields = [pa.field(f.name, pa.string() if _texty(f.type) else f.type) for f in table.schema]
    return ibis.memtable(table.cast(pa.schema(fields)))


def units(money: Any) -> Any:
    """Money in whole ten-thousandths, rounded half up; missing where it is no finite number."""
    import ibis

    value = money.cast("float64")
    return ibis.ifelse(value.abs() < LARGEST, (value * SCALE + 0.5).floor(), ibis.null("float64")).cast("int64")


def _texty(kind: Any) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_null(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _plain(column: pd.Series) -> pd.Series:
    if pd.api.types.is_datetime64_any_dtype(column):
        return column.dt.tz_localize(None).astype("datetime64[us]") if column.dt.tz else column.astype("datetime64[us]")
    if column.dtype != object:
        return column
    kind = pd.api.types.infer_dtype(column, skipna=True)
    if kind in ("decimal", "mixed-integer-float"):
        return column.astype("float64")
    if kind in ("date", "datetime"):
        return pd.to_datetime(column).astype("datetime64[us]")
    return column.astype("str").where(column.notna(), None) if kind in ("string", "empty") else column
