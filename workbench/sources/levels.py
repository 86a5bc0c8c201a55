"""Where a level of a dimension is found: a column of the table itself, or of a reference table that it points to."""

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from workbench.sources.contracts import REFERENCE_TABLES, TABLES
from workbench.sources.query import memory

_KEY = "__key"


@dataclass(frozen=True)
class Place:
    """`via` is the table's own column; `reference` the table it leads to, "" when `via` is the level itself."""

    level: str
    via: str
    reference: str = ""


@dataclass(frozen=True)
class References:
    """The reference tables that are there: a frame each, and the column that names its rows."""

    frames: dict[str, pd.DataFrame] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=lambda: dict(REFERENCE_TABLES))

    def reference(self, table: str, column: str) -> str:
        """The reference table whose keys a column holds; "" for none."""
        declared = TABLES[table].columns.get(column) if table in TABLES else None
        named = declared.references if declared else ""
        found = named or next((t for t, key in self.keys.items() if key == column), "")
        own = found == table and self.keys.get(table) == column
        return found if found in self.frames and not own else ""

    def find(self, level: str, table: str, columns: Sequence[str]) -> Place | None:
        """Where `level` is for a table with these columns; "reps.role" and "role" both name a reps column."""
        asked, _, name = level.rpartition(".")
        if not asked and name in columns:
            return Place(level, name)
        for column in columns:
            reference = self.reference(table, column)
            if reference and asked in ("", reference) and name in self.wide[reference].columns:
                return Place(level, column, reference)
        return None

    @cached_property
    def wide(self) -> dict[str, pd.DataFrame]:
        """The reference tables, each with the columns of the ones that it points to itself."""
        done: dict[str, pd.DataFrame] = {}
        for name in sorted(self.frames, key=lambda n: (n in REFERENCE_TABLES, n == "customers")):
            frame = self.frames[name]
            for column in list(frame.columns):
                other = self.reference(name, column)
                if other in done:
                    frame = _widen(frame, column, done[other], self.keys[other])
            done[name] = frame
        return done

    def attach(self, expr: Any, table: str, levels: Iterable[str]) -> Any:
        """`expr` with a column for each level that it does not hold itself."""
        columns = [c for c in expr.columns if not c.startswith("_")]
        places = [p for level in dict.fromkeys(levels) if (p := self.find(level, table, columns)) and p.reference]
        for via, reference in dict.fromkeys((p.via, p.reference) for p in places):
            wanted = [p.level for p in places if (p.via, p.reference) == (via, reference)]
            expr = self._join(expr, via, reference, wanted)
        return expr

    def values(self, frame: pd.DataFrame, table: str, level: str) -> pd.Series | None:
        """The level of each row of a small table; None where the table does not lead to it."""
        place = self.find(level, table, [str(c) for c in frame.columns])
        if place is None or not place.reference:
            return None if place is None else frame[place.via]
        known = self.wide[place.reference].set_index(self.keys[place.reference])[level.rpartition(".")[2]]
        return frame[place.via].map(known.to_dict())

    def led(self, frame: pd.DataFrame, table: str, levels: Iterable[str]) -> pd.DataFrame:
        """A small table with a column for each of the levels it leads to, named as reports name them."""
        columns = [str(c) for c in frame.columns]
        found: dict[str, pd.Series] = {}
        for level in levels:
            values = self.values(frame, table, level)
            labels = self.labels(level, table, columns)
            if values is not None:
                found[level] = values.map({v: labels.get(v, v) for v in values.dropna().unique()}) if labels else values
        return frame.assign(**found)

    def marked(self, expr: Any, column: str, reference: str, mark: str) -> Any:
        """`expr` with `mark`: true where a value of `column` is not a key of its reference table."""
        keys = pd.DataFrame({_KEY: self.frames[reference][self.keys[reference]].dropna().unique(), "__hit": True})
        small = memory(keys)
        joined = expr.left_join(small, expr[column] == small[_KEY])
        return joined.mutate(**{mark: joined["__hit"].isnull() & joined[column].notnull()}).drop(_KEY, "__hit")

    def labels(self, level: str, table: str, columns: Sequence[str]) -> dict[str, str]:
        """What to show for each key, where the level's values are keys of a table that names them; else nothing."""
        place = self.find(level, table, columns)
        if place is None:
            return {}
        name = level.rpartition(".")[2]
        target = self.reference(place.reference or table, name)
        if place.reference and self.keys.get(place.reference) == name:
            target = place.reference
        return _labels(self.frames[target], self.keys[target]) if target else {}

    def _join(self, expr: Any, via: str, reference: str, wanted: list[str]) -> Any:
        frame, key = self.wide[reference], self.keys[reference]
        columns = {level: _text(frame[level.rpartition(".")[2]]) for level in wanted}
        small = memory(pd.DataFrame({_KEY: _text(frame[key])} | columns).dropna(subset=[_KEY]))
        return expr.left_join(small, expr[via] == small[_KEY]).drop(_KEY)


def nearest(value: str, known: Sequence[str]) -> str:
    """The known value that was probably meant: the same but for case, blanks and marks, else a similar one; or ""."""
    bare = {_bare(k): k for k in known}
    if _bare(value) and _bare(value) in bare:
        return bare[_bare(value)]
    close = difflib.get_close_matches(value, known[:5000], n=1, cutoff=0.75)
    return close[0] if close else ""


def _bare(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())


def _text(column: pd.Series) -> pd.Series:
    return column.astype("str").where(column.notna(), None)


def _widen(frame: pd.DataFrame, column: str, other: pd.DataFrame, key: str) -> pd.DataFrame:
    more = [c for c in other.columns if c not in frame.columns and c not in (key, "name")]
    if not more:
        return frame
    right = other[[key, *more]].drop_duplicates(key).rename(columns={key: _KEY})
    return frame.merge(right, how="left", left_on=column, right_on=_KEY).drop(columns=_KEY)


def _labels(frame: pd.DataFrame, key: str) -> dict[str, str]:
    if "name" not in frame.columns:
        return {}
    keys = _text(frame[key])
    names = _text(frame["name"]).fillna(keys)
    twice = names.duplicated(keep=False)
    return dict(zip(keys, names.where(~twice, names + " (" + keys + ")"), strict=True))
