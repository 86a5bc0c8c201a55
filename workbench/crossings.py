"""Levels that cross: "region × product" is one level, of which each node has a value of both."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # a command that is refused should not wait for it
    import pandas as pd

JOIN = " × "


def joined(levels: Iterable[str]) -> str:
    """The one level that these levels cross to; "" for none, which is the whole."""
    return JOIN.join(levels)


def parts(level: str) -> tuple[str, ...]:
    """The levels of a crossing; none for the whole."""
    return tuple(level.split(JOIN)) if level else ()


def single(levels: "pd.Series") -> "pd.Series":
    """Whether each is one level alone: neither the whole nor a crossing."""
    return levels.ne("") & ~levels.str.contains(JOIN, regex=False)
