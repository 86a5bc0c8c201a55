"""What changed as a reader sees it: what matters first, one line for noise, tables a tap away.

Phrases in phrases/changes.toml; names and units of a page's own numbers in facts.toml.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from workbench.views import facts
from workbench.views.changes.found import Comparison, Figure, Restated
from workbench.views.markup import render
from workbench.views.tables import Head, Line, Table
from workbench.views.words import MISSING, Sentence, Words, clean, missing

MOST = 8  # sentences on a page
MOST_OVERVIEW = 5
ROWS = 12
JUDGED = ("beyond", "within", "unknown")
PARTS = ("nodes_gone", "nodes_appeared", "rows_gone", "nodes_new", "rows_new")  # findings of names that came or went


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
        lines += [table.note] if table.note else []
    return "\n".join(map(str, lines))


def tiles(kept: Sequence[Mapping[str, Any]], found: Comparison, page: str, w: Words) -> str:
    """The tiles of a page, each with its change since the earlier report where that is known."""
    known = {f.name: f for f in sorted(found.figures, key=lambda f: f.kpi) if f.page == page}
    shown = [{**tile, "facts": [*tile["facts"], *_since(known.get(tile["key"]), found, w)]} for tile in kept]
    return str(render("tiles.html", tiles=shown, t=w.phrase))


def name_of(figure: Figure, w: Words, *, page: bool = False) -> str:
    """What a figure is called. One of an analyst's own goes by its name in the code, after its `page` where asked."""
    if figure.kpi:
        return w.kpi(figure.name)
    if (known := facts.of(figure.step or figure.page, figure.name)) and w.lang in known.name:
        return known.name[w.lang]
    own = clean(figure.name.replace("_", " "))
    return w.phrase("changes.of_page", {"page": w.page(figure.page), "name": own}) if page else own


def captions(months: int, w: Words) -> dict[str, str]:
    """The titles of the tables; of `months` sales are told differently."""
    return {
        "figures": w.phrase("changes.figures"),
        "months": w.phrase("changes.restated_table", {"n": months}),
        "parts": w.phrase("changes.parts_table"),
        "sales": w.phrase("changes.sales_table"),
    }


def parts(found: Comparison, w: Words) -> Iterator[tuple[str, str, str, float]]:
    """Names that came or went: what happened, in which level or table, the name, sales where they are known."""
    for change in found.changes:
        what, values = change.said.key.removeprefix("changes."), change.said.values
        if what in PARTS:
            place = w.level(values["level"]) if "level" in values else w.called(values["title"])
            amounts = values.get("amounts", [math.nan] * len(values["names"]))
            yield from ((what, place, node, amount) for node, amount in zip(values["names"], amounts, strict=True))


def largest_first(rows: Iterable[Restated]) -> list[Restated]:
    """Months told differently, the largest change first."""
    return sorted(rows, key=lambda r: (-abs(r.now - r.then), r.level, r.node))


def _since(figure: Figure | None, found: Comparison, w: Words) -> list[str]:
    if figure is None or missing(figure.difference):
        return []
    values = {"difference": figure.difference, "unit": figure.counted, "day": found.then, "rates": figure.rates}
    return [w.phrase(f"changes.tile_{figure.judged}", values)]


def _compared(found: Comparison, w: Words) -> str:
    pages = [w.page(name) for name in found.pages] or None
    return w.phrase("changes.compared", {"then": found.then, "revision": found.revision, "pages": pages})


def _said(found: Comparison, w: Words) -> list[Sentence]:
    """Sentences in their order; numbers that moved beyond noise stand among the other changes."""
    moved = [(3, 0.0, _moved(f, found, w)) for f in found.figures if f.judged == "beyond"]
    told = [(c.order, -c.said.weight, w.say(c.said.key, c.said.values)) for c in found.changes]
    ordered = sorted([*told, *moved], key=lambda one: one[:2])
    return [s for _, _, s in ordered] or [w.say("changes.nothing")]


def _moved(figure: Figure, found: Comparison, w: Words) -> Sentence:
    key = "changes.moved_rate" if figure.rates else "changes.moved"
    return w.say(key, {
        "name": name_of(figure, w, page=not found.page), "now": figure.now, "then": figure.then,
        "difference": figure.difference, "unit": figure.counted,
    })  # fmt: skip


def _still(found: Comparison, w: Words) -> list[Sentence]:
    """One line for all that moved within noise, one for what cannot be judged."""
    lines = []
    for judged in ("within", "unknown"):
        names = [name_of(f, w, page=not found.page) for f in found.figures if f.judged == judged]
        lines += [w.say(f"changes.{judged}", {"n": len(names), "names": names})] if names else []
    return lines


def _tables(found: Comparison, w: Words) -> list[Table]:
    return [t for t in (_figures(found, w), _restated(found, w), _parts(found, w)) if t.lines]


def _figures(found: Comparison, w: Words) -> Table:
    """Every figure; those of several pages with the page that each is of."""
    several = not found.page
    ordered = sorted(found.figures, key=lambda f: JUDGED.index(f.judged))
    lines = tuple(
        Line(figure_name(f, w), (
            *([w.page(f.page)] if several else []), _value(f.now, f, w), _value(f.then, f, w),
            MISSING if missing(f.difference) else w.change_by_unit(f.difference, f.counted),
            w.phrase(f"changes.judged_{f.judged}"),
        ))
        for f in ordered
    )  # fmt: skip
    names = ("figure", *(["page"] if several else []), "now", "then", "change", "judged")
    return Table(captions(found.months, w)["figures"], _heads(names, w), lines)


def figure_name(figure: Figure, w: Words) -> str:
    """What a figure is called in a table: growth says that it is."""
    return name_of(figure, w) + (w.phrase("changes.on_year") if figure.rates else "")


def _value(value: float, figure: Figure, w: Words) -> str:
    if missing(value):
        return MISSING
    return w.percent_sign(value) if figure.rates else w.by_unit(value, figure.unit)


def _restated(found: Comparison, w: Words) -> Table:
    rows = largest_first(found.restated)
    lines = tuple(
        Line(w.month(r.period), (
            w.level(r.level) if r.level else "", w.node(r.node) if r.level else w.phrase("page.whole_company"),
            w.money(r.now), w.money(r.then), w.money_sign(r.now - r.then),
        ))
        for r in rows[:ROWS]
    )  # fmt: skip
    heads = _heads(("month", "level", "part", "now", "then", "change"), w)
    return Table(captions(found.months, w)["months"], heads, lines, _more(rows, w))


def _parts(found: Comparison, w: Words) -> Table:
    rows = sorted(parts(found, w), key=lambda r: PARTS.index(r[0]))
    lines = tuple(
        Line(w.node(node), (place, w.phrase(f"changes.what.{what}"), w.format(amount, "money")))
        for what, place, node, amount in rows[:ROWS]
    )
    return Table(
        captions(found.months, w)["parts"], _heads(("part", "level", "what", "amount"), w), lines, _more(rows, w)
    )


def _more(rows: Sequence[Any], w: Words) -> str:
    return w.phrase("changes.more_rows", {"n": len(rows) - ROWS}) if len(rows) > ROWS else ""


def _heads(names: Sequence[str], w: Words) -> tuple[Head, ...]:
    left, minor = (
        {"figure", "judged", "month", "level", "part", "page", "what"},
        {"level", "page", "judged"},
    )  # on a phone
    return tuple(Head(w.phrase(f"sections.columns.since_{n}"), left=n in left, minor=n in minor) for n in names)
