"""What changed since an earlier report, as a reader sees it: what matters first, one line for noise, tables a tap away.

The publisher compares; here it becomes words. Phrases in phrases/changes.toml.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from workbench.findings import Finding
from workbench.views.markup import render
from workbench.views.tables import Head, Line, Table
from workbench.views.words import MISSING, Sentence, Words, missing

MOST = 8  # sentences on a page
MOST_OVERVIEW = 5
_ROWS = 12
_JUDGED = ("beyond", "within", "unknown")


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


@dataclass(frozen=True)
class Restated:
    """One period of the past that is told differently now."""

    page: str
    level: str
    node: str
    period: Any
    now: float
    then: float


@dataclass(frozen=True)
class Comparison:
    """Two reports of one company and scope. `pages` are those it is about, where it is not about all."""

    then: date
    revision: int
    now: date
    changes: tuple[Change, ...]
    figures: tuple[Figure, ...] = ()
    restated: tuple[Restated, ...] = ()
    pages: tuple[str, ...] = ()

    def of(self, page: str) -> "Comparison":
        """What concerns one page."""
        return replace(
            self,
            pages=(),
            changes=tuple(c for c in self.changes if c.page in ("", page)),
            figures=tuple(f for f in self.figures if f.page == page),
            restated=tuple(r for r in self.restated if r.page == page),
        )


def section(found: Comparison, w: Words) -> str:
    """The HTML of the section: what changed, the most important first."""
    said = _said(found, w)
    return str(render(
        "changes.html", compared=_compared(found, w), said=said[:MOST], rest=said[MOST:], still=_still(found, w),
        tables=_tables(found, w), t=w.phrase,
    ))  # fmt: skip


def summary(found: Comparison, w: Words) -> str:
    """The HTML of the overview: only what matters most of all pages."""
    return str(render(
        "changes.html", compared=_compared(found, w), said=_said(found, w)[:MOST_OVERVIEW], rest=[], still=[],
        tables=[], t=w.phrase,
    ))  # fmt: skip


def sentences(found: Comparison, w: Words) -> list[str]:
    """What matters most of all pages, as plain text."""
    return [str(said) for said in _said(found, w)[:MOST_OVERVIEW]]


def none(w: Words) -> str:
    """The same where there is no earlier report."""
    return str(render("changes.html", compared=w.phrase("changes.first"), said=[], rest=[], still=[], tables=[],
                      t=w.phrase))  # fmt: skip


def text(found: Comparison, w: Words) -> str:
    """The same for a terminal."""
    lines = [_compared(found, w), *(f"- {s}" for s in _said(found, w)), *map(str, _still(found, w))]
    for table in _tables(found, w):
        lines += ["", table.caption, " | ".join(h.title for h in table.heads)]
        lines += [" | ".join((line.name, *line.cells)) for line in table.lines]
    return "\n".join(map(str, lines))


def tiles(kept: Sequence[Mapping[str, Any]], found: Comparison, page: str, w: Words) -> str:
    """The tiles of a page, each with its change since the earlier report where that is known."""
    known = {f.name: f for f in sorted(found.figures, key=lambda f: f.kpi) if f.page == page}
    shown = [{**tile, "facts": [*tile["facts"], *_since(known.get(tile["key"]), found, w)]} for tile in kept]
    return str(render("tiles.html", tiles=shown, t=w.phrase))


def _since(figure: Figure | None, found: Comparison, w: Words) -> list[str]:
    if figure is None or missing(figure.difference):
        return []
    values = {"difference": figure.difference, "unit": _unit(figure), "day": found.then, "rates": figure.rates}
    return [w.phrase(f"changes.tile_{figure.judged}", values)]


def _compared(found: Comparison, w: Words) -> str:
    pages = [w.page(name) for name in found.pages] or None
    return w.phrase("changes.compared", {"then": found.then, "revision": found.revision, "pages": pages})


def _said(found: Comparison, w: Words) -> list[Sentence]:
    """Sentences in their order; numbers that moved beyond noise stand among the other changes."""
    moved = [(3, 0.0, _moved(f, w)) for f in found.figures if f.judged == "beyond"]
    told = [(c.order, -c.said.weight, w.say(c.said.key, c.said.values)) for c in found.changes]
    ordered = sorted([*told, *moved], key=lambda one: one[:2])
    return [s for _, _, s in ordered] or [w.say("changes.nothing")]


def _moved(figure: Figure, w: Words) -> Sentence:
    key = "changes.moved_rate" if figure.rates else "changes.moved"
    return w.say(key, {
        "name": name_of(figure, w), "now": figure.now, "then": figure.then, "difference": figure.difference,
        "unit": _unit(figure),
    })  # fmt: skip


def _still(found: Comparison, w: Words) -> list[Sentence]:
    """One line for all that moved within noise, one for what cannot be judged."""
    lines = []
    for judged in ("within", "unknown"):
        names = [name_of(f, w) for f in found.figures if f.judged == judged]
        lines += [w.say(f"changes.{judged}", {"n": len(names), "names": names})] if names else []
    return lines


def name_of(figure: Figure, w: Words) -> str:
    """What a figure is called; one of an analyst's own goes by its name in the code."""
    if figure.kpi:
        return w.kpi(figure.name)
    key = f"changes.fact.{figure.name}"
    return w.phrase(key) if w.has(key) else figure.name.replace("_", " ")


def _unit(figure: Figure) -> str:
    return "ratio" if figure.rates else figure.unit


def _tables(found: Comparison, w: Words) -> list[Table]:
    return [t for t in (_figures(found, w), _restated(found, w)) if t.lines]


def _figures(found: Comparison, w: Words) -> Table:
    ordered = sorted(found.figures, key=lambda f: _JUDGED.index(f.judged))
    lines = tuple(
        Line(name_of(f, w) + (w.phrase("changes.on_year") if f.rates else ""), (
            _value(f.now, f, w), _value(f.then, f, w),
            MISSING if missing(f.difference) else w.change_by_unit(f.difference, _unit(f)),
            w.phrase(f"changes.judged_{f.judged}"),
        ))
        for f in ordered
    )  # fmt: skip
    return Table(w.phrase("changes.figures"), _heads(("figure", "now", "then", "difference", "judged"), w), lines)


def _value(value: float, figure: Figure, w: Words) -> str:
    if missing(value):
        return MISSING
    return w.percent_sign(value) if figure.rates else w.by_unit(value, figure.unit)


def _restated(found: Comparison, w: Words) -> Table:
    rows = sorted(found.restated, key=lambda r: (-abs(r.now - r.then), r.level, r.node))
    lines = tuple(
        Line(w.month(r.period), (
            w.level(r.level) if r.level else "", w.node(r.node) if r.level else w.phrase("page.whole_company"),
            w.money(r.now), w.money(r.then), w.money_sign(r.now - r.then),
        ))
        for r in rows[:_ROWS]
    )  # fmt: skip
    note = w.phrase("changes.more_rows", {"n": len(rows) - _ROWS}) if len(rows) > _ROWS else ""
    heads = _heads(("period", "level", "node", "now", "then", "difference"), w)
    return Table(w.phrase("changes.restated_table"), heads, lines, note)


def _heads(names: Sequence[str], w: Words) -> tuple[Head, ...]:
    left = {"figure", "judged", "period", "level", "node"}
    return tuple(Head(w.phrase(f"changes.columns.{n}"), left=n in left, minor=n == "level") for n in names)
