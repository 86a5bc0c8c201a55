"""What changed as data: the tables of the section for the workbook and as Parquet, and all of it for JSON."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from workbench.views import tables
from workbench.views.changes import section
from workbench.views.changes.found import Comparison
from workbench.views.tables import Column, Sheet
from workbench.views.words import Words

PAGE = "overview"  # whose tables they are: one of all pages, with the page as a column
_COMPARED = (Column("since_now", "money"), Column("since_then", "money"), Column("since_change", "money"))
_COLUMNS: Mapping[str, tuple[Column, ...]] = {
    "figures": (
        Column("since_figure", "text"), Column("since_page", "text"), Column("since_now", "by_unit"),
        Column("since_then", "by_unit"), Column("since_change", "by_unit"), Column("unit", "unit"),
        Column("since_judged", "phrase:changes"), Column("since_key", "text"),
    ),
    "months": (Column("since_month", "date"), Column("since_level", "text"), Column("since_part", "text"), *_COMPARED),
    "parts": (Column("since_part", "text"), Column("since_level", "text"), Column("since_what", "phrase:changes.what"),
              Column("since_amount", "money")),
    "sales": (
        Column("since_part", "text"), Column("since_level", "text"), Column("since_amount", "money"),
        Column("since_before", "money"), Column("since_rate", "change"), Column("since_lo", "change"),
        Column("since_hi", "change"), Column("since_judged", "phrase:changes"),
    ),
}  # fmt: skip


def save(compared: Sequence[Comparison], folder: Path, speak: Mapping[str, Words]) -> None:
    """Leaves the tables of the section in `folder`, as tables of results are left; none where it has no rows.

    Pages may be compared with different earlier reports, so each row names the day of its own.
    """
    first = next(iter(speak.values()))
    months = len({r.period for one in compared for r in one.restated})
    titles = {lang: section.captions(months, w) for lang, w in speak.items()}
    told = [(one.then, _rows(one, first)) for one in compared]
    for name, columns in _COLUMNS.items():
        if rows := [row | {"since_report": then} for then, own in told for row in own[name]]:
            sheet = _sheet(rows, (*columns, Column("since_report", "date")))
            tables.save(folder, f"{PAGE}.since-{name}", sheet, speak, {lang: t[name] for lang, t in titles.items()})


def plain(found: Comparison, w: Words) -> dict[str, Any]:
    """All that changed as JSON holds it: days as 2026-09-30, what is unknown as null; sentences in one language.

    `change` is now less then, in the figure's unit, whatever the page says of it.
    """
    return {
        "then": {"as_of": found.then.isoformat(), "revision": found.revision},
        "now": {"as_of": found.now.isoformat()},
        "restated_months": found.months,
        "changes": [
            {"key": c.said.key.removeprefix("changes."), "page": c.page, "said": w.phrase(c.said.key, c.said.values),
             "order": c.order, "money": _json(c.said.weight), "values": _json(c.said.values)}
            for c in sorted(found.changes, key=lambda c: (c.order, -c.said.weight))
        ],
        "figures": [
            {"page": f.page, "name": f.name, "called": section.figure_name(f, w), "unit": f.counted, "judged": f.judged,
             "now": _json(f.now), "then": _json(f.then), "change": _json(f.now - f.then), "rates": f.rates}
            for f in found.figures
        ],
        "restated": [_json(asdict(r)) for r in found.restated],
    }  # fmt: skip


def _rows(found: Comparison, w: Words) -> dict[str, list[dict[str, Any]]]:
    return {
        "figures": list(_figures(found, w)),
        "months": list(_months(found, w)),
        "parts": [
            {"since_part": w.node(node), "since_level": place, "since_what": what, "since_amount": amount}
            for what, place, node, amount in section.parts(found, w)
        ],
        "sales": list(_sales(found, w)),
    }


def _figures(found: Comparison, w: Words) -> Iterator[dict[str, Any]]:
    for f in sorted(found.figures, key=lambda f: section.JUDGED.index(f.judged)):
        yield {
            "since_figure": section.figure_name(f, w), "since_page": w.page(f.page), "since_now": f.now,
            "since_then": f.then, "since_change": f.now - f.then, "unit": f.counted,
            "since_judged": f"judged_{f.judged}", "since_key": f"{f.page}.{f.name}",
        }  # fmt: skip


def _months(found: Comparison, w: Words) -> Iterator[dict[str, Any]]:
    for r in section.largest_first(found.restated):
        yield {
            "since_month": r.period, **_part(r.level, r.node, w), "since_now": r.now, "since_then": r.then,
            "since_change": r.now - r.then,
        }  # fmt: skip


def _sales(found: Comparison, w: Words) -> Iterator[dict[str, Any]]:
    """Each part's sales since then against the year before, as the finding on all parts carries them."""
    kept = (c.said.values["rows"] for c in found.changes if c.said.key == "changes.nodes_since")
    for r in next(kept, ()):
        shown = {f"since_{name}": r[name] for name in ("amount", "before", "rate", "lo", "hi")}
        yield _part(r["level"], r["node"], w) | shown | {"since_judged": f"judged_{r['judged']}"}


def _part(level: str, node: str, w: Words) -> dict[str, str]:
    whole = {"since_level": "", "since_part": w.phrase("page.whole_company")}
    return {"since_level": w.level(level), "since_part": w.node(node)} if level else whole


def _sheet(rows: Sequence[Mapping[str, Any]], columns: tuple[Column, ...]) -> Sheet:
    import pandas as pd

    return Sheet(pd.DataFrame(rows).set_index(columns[0].name), columns)


def _json(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(k): _json(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_json(v) for v in value]
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, date):  # a Timestamp too
        return value.isoformat()[:10] if value == value else None
    number = float(value)
    return number if math.isfinite(number) else None
