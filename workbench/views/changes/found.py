"""Two reports of one company and scope, compared."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from workbench.findings import Finding


@dataclass(frozen=True)
class Change:
    """One thing that differs. `order` 0 comes first; `page` is the notebook that it concerns, "" for all of them."""

    said: Finding
    order: int
    page: str = ""


@dataclass(frozen=True)
class Figure:
    """One number then and now. `difference` as Words.change_by_unit takes it; `rates`: both are changes on the year
    before, because the stretches they count differ. `judged`: beyond noise, within it, or unknown."""

    page: str
    name: str
    unit: str
    now: float
    then: float
    difference: float
    judged: str
    kpi: bool = True
    rates: bool = False
    step: str = ""  # of which a fact is declared; a copy of its notebook has another page

    @property
    def counted(self) -> str:
        """The unit of what is shown: of growth it is a ratio, whatever grows."""
        return "ratio" if self.rates else self.unit


@dataclass(frozen=True)
class Restated:
    """Sales of one period of the past that are told differently now, of the whole ("") or of one part."""

    page: str
    level: str
    node: str
    period: Any
    now: float
    then: float


@dataclass(frozen=True)
class Comparison:
    """Two reports of one company and scope, or what concerns one `page` of them. `pages` are those that it is about,
    where it is not about all."""

    then: date
    revision: int
    now: date
    changes: tuple[Change, ...]
    figures: tuple[Figure, ...] = ()
    restated: tuple[Restated, ...] = ()
    pages: tuple[str, ...] = ()
    page: str = ""

    @property
    def months(self) -> int:
        """How many periods of the past have other sales now, whether of the whole or of a part."""
        return len({r.period for r in self.restated})

    def of(self, page: str) -> "Comparison":
        """What concerns one page."""
        return replace(
            self,
            pages=(),
            changes=tuple(c for c in self.changes if c.page in ("", page)),
            figures=tuple(f for f in self.figures if f.page == page),
            restated=tuple(r for r in self.restated if r.page == page),
            page=page,
        )
