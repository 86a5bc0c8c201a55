"""One file or sheet on its way into the engine, and the headers and rows it was found to have."""

# ruff: noqa: S608 - names and values pass engines.named and engines.quoted, and the tests try hostile ones

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.sources.readers.kinds import Cell


@dataclass(frozen=True)
class Part:
    """Where rows are, as SQL.

    `origin` is what stands behind FROM. `row` is an SQL number of the row as the person sees it; empty where the
    engine counts them itself, from `first` on. `lazy` rows stay where they are and are read by each query.
    """

    name: str
    origin: str
    cells: Mapping[str, Cell]
    headers: Mapping[str, str]
    row: str = ""
    first: int = 1
    file: str = ""  # SQL of the file's name, where it is not `name` for all rows
    filled: str = ""  # SQL: whether anything stands in the row
    lazy: bool = False
    proved: dict[str, Any] = field(default_factory=dict)

    @property
    def numbered(self) -> str:
        """What stands behind FROM, with the rows' numbers as `_row`."""
        number = self.row or f"row_number() OVER () + {self.first - 1}"
        return f"(SELECT *, {number} AS _row FROM {self.origin})"
