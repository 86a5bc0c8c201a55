"""What a guess is made of: sources, their columns and why each was taken, dimensions, and what a person must decide."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import pandas as pd

from workbench.sources.contracts import NUMBERS, TABLES
from workbench.sources.contracts import Column as ContractColumn
from workbench.sources.guess.sheets import Sheet


@dataclass(frozen=True)
class Column:
    """A header that was taken, and why; of a file that was not, `holds` its headers."""

    header: str
    why: str
    holds: tuple[str, ...] = ()


@dataclass(frozen=True)
class Question:
    """Something only a person can decide: `where` in the file, what is asked, and lines to choose from."""

    where: str
    asked: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class SourceGuess:
    """One source: a contract's table (or a reference table of the company's own, which has a `key`)."""

    name: str
    sheets: tuple[Sheet, ...]
    columns: dict[str, Column]
    rivals: dict[str, tuple[str, ...]] = field(default_factory=dict)
    rest: tuple[str, ...] = ()
    key: str = ""
    lookup: dict[str, tuple[str, str, str]] = field(default_factory=dict)  # column: (table, by, why)
    rename: dict[str, dict[str, str]] = field(default_factory=dict)  # a proposal: what joins but for blanks and case
    coins: dict[str, str] = field(default_factory=dict)  # a currency as it is written: its code
    stages: dict[str, list[str]] = field(default_factory=dict)
    derive: str = ""
    notes: tuple[str, ...] = ()

    @property
    def values(self) -> pd.DataFrame:
        """The rows of all its sheets."""
        return self.sheets[0].values if len(self.sheets) == 1 else pd.concat([s.values for s in self.sheets])

    @property
    def together(self) -> Sheet:
        """All its sheets as one."""
        first = self.sheets[0]
        return first if len(self.sheets) == 1 else replace(first, values=self.values, _seen={})

    def forms(self, setting: str) -> dict[str, set[str]]:
        """How its dates or its numbers are written: form = the headers written so."""
        declared = contract(self.name)
        wanted = {c for c, d in declared.items() if (d.kind == "date" if setting == "dates" else d.kind in NUMBERS)}
        headers = [m.header for c, m in self.columns.items() if c in wanted]
        headers += [h for c, rivals in self.rivals.items() if c in wanted for h in rivals]
        found: dict[str, set[str]] = {}
        for header in headers:
            for form in {s.forms.get(header, "") for s in self.sheets} - {""}:
                found.setdefault(form, set()).add(header)
        return found

    def with_columns(self, more: Mapping[str, Column]) -> "SourceGuess":
        """The same with more columns; a header is listed as left over no longer."""
        taken = {c.header for c in more.values()}
        return replace(self, columns=self.columns | dict(more), rest=tuple(h for h in self.rest if h not in taken))


@dataclass(frozen=True)
class Guess:
    """Everything that a look at the files gives."""

    sources: dict[str, SourceGuess]
    dimensions: dict[str, Column]  # name: levels as "a > b", and why
    unused: tuple[Column, ...]  # a sheet, and why it is not used
    questions: tuple[Question, ...]
    currency: Column
    language: Column


def contract(name: str) -> Mapping[str, ContractColumn]:
    """The columns that a table is known for; none of one of the company's own."""
    return TABLES[name].columns if name in TABLES else {}


def free(name: str, taken: Iterable[str]) -> str:
    """The name, with a number behind it where it is taken."""
    taken = set(taken)
    return next(n for n in (name, *(f"{name}_{i}" for i in range(2, 1000))) if n not in taken)
