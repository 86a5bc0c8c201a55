"""view(result, ...): what a reader sees of each type of result, and what all these views share.

A new type of result is one registered function in the folder of its step.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import singledispatch
from typing import Any

import pandas as pd

from workbench.analytics.results import Breakdown, Unknown
from workbench.findings import Finding
from workbench.periods import Spans
from workbench.views.drawing import Picture
from workbench.views.tables import Column, Sheet, Table
from workbench.views.words import Sentence, Words, missing

KPI_TABLES = ("orders", "opportunities", "stage_history", "activities", "targets", "payments", "spend", "satisfaction",
              "customers", "reps")  # fmt: skip
_MOST_SENTENCES = 4


@dataclass(frozen=True)
class View:
    """One section in one language: heading, the point, what else is to say, a figure, tables, the method."""

    id: str
    heading: str
    point: Sentence
    more: tuple[Sentence, ...] = ()
    draw: Callable[[], Picture] | None = None  # asked only where the figure is shown
    tables: tuple[Table, ...] = ()
    how: str = ""
    terms: tuple[str, ...] = ()  # of phrases/terms.toml, or kpi:<key>
    sheets: Mapping[str, Sheet] = field(default_factory=dict)  # for the workbook, by name
    uses: tuple[str, ...] = ("orders",)  # tables of the data that it is made from, if any
    open_table: bool = False  # the table is the point, so it is not behind a toggle
    caption: Sentence | None = None  # of the figure where it leads the page; else the point
    tiles: tuple[Mapping[str, Any], ...] = ()  # key, label, value, facts: above the figure where it leads the page
    stands: bool = False  # says how the company stands: on the overview its figure takes the place of the page's first


@singledispatch
def view(result: Any, w: Words, as_of: pd.Timestamp) -> View:
    """What a reader sees of `result` in the language of `w`."""
    raise TypeError(f"No view for {type(result).__name__}. Register one in the folder of its step in workbench/views.")


@view.register
def _(result: Unknown, w: Words, as_of: pd.Timestamp) -> View:
    said = sentences(result.findings, w)
    return View(
        slug("unknown", result.section), w.phrase("sections.unknown.heading", {"section": result.section}), *split(said)
    )


def rounded(value: Any) -> float | None:
    """To three significant digits, which are the same on every machine; None where it is unknown."""
    return None if missing(value) else float(f"{value:.3g}")


def sentences(findings: Iterable[Finding], w: Words, most: int = _MOST_SENTENCES) -> list[Sentence]:
    """The sentences of the first findings; one that says nothing beyond another is left out."""
    return [say(f, w, inside=True) for f in list(findings)[:most]]


NAMED_BY_HEADING = ("history.breakdown_rise", "history.breakdown_fall")


def say(finding: Finding, w: Words, inside: bool = False) -> Sentence:
    """The sentence of one finding; inside its section the heading names the level already."""
    known = {"level": None} if inside and finding.key in NAMED_BY_HEADING else {}
    return w.say(finding.key, finding.values | known)


def leading(results: Iterable[Any]) -> list[Finding]:
    """The finding of each result to put in an answer: its first, but of all breakdowns the most telling move."""
    told = list(results)
    parts = [r for r in told if isinstance(r, Breakdown)]
    move = _most_telling(parts)
    found: list[Finding] = []
    for result in told:
        if not isinstance(result, Breakdown):
            found += result.findings[: getattr(result, "leads", 1)]
        elif result is parts[0]:
            found += [move] if move else []
    return found


def _most_telling(parts: list[Breakdown]) -> Finding | None:
    """The rise or fall of a node that is furthest from having moved as the whole."""
    moves = {}
    for part in parts:
        before = float(part.table["amount_before"].sum())
        rate = float(part.table["change"].sum()) / before if before > 0 else 0.0
        for finding in part.findings:
            if finding.key in ("history.breakdown_rise", "history.breakdown_fall"):
                values = finding.values
                moves[abs(values["change"] - rate * (values["amount_before"] or 0.0))] = finding
    return moves[max(moves)] if moves else None


def flat(results: Iterable[Any]) -> list[Any]:
    """Results in order; a tuple or list of them counts as several, None as none."""
    out: list[Any] = []
    for result in results:
        out += flat(result) if isinstance(result, tuple | list) else [result] if result is not None else []
    return out


def columns_of(frame: pd.DataFrame, known: Mapping[str, Column]) -> list[Column]:
    """The columns that there are and that hold anything at all."""
    return [c for name, c in known.items() if name in frame and frame[name].notna().any()]


def split(said: list[Sentence]) -> tuple[Sentence, tuple[Sentence, ...]]:
    return (said[0], tuple(said[1:])) if said else (Sentence(), ())


def label_of(heading: str, said: list[Sentence], w: Words) -> str:
    """What a figure is called by those who do not see it: its heading and the first sentence."""
    return f"{heading}{w.writing.colon}{said[0]}" if said else heading


def leader(level: Any, node: Any) -> str:
    """How whoever answers for a part is named: ending of the phrases page.owner and page.who."""
    if missing(node) or missing(level) or "" in (node, level):
        return "_sales"
    return {"rep": "", "manager": "", "customer": "_account"}.get(level, "_of")


def who(owner: Any, level: Any, node: Any, w: Words) -> str:
    """Who answers for a part, as the page's decisions say it: who is named, else the person that it is, else whoever
    leads it, else the head of sales."""
    if not missing(owner) and owner:
        return str(owner)
    return w.phrase(f"page.who{leader(level, node)}", {"level": level, "node": node})


def slug(kind: str, name: str) -> str:
    return f"{kind}-{''.join(c if c.isalnum() else '-' for c in name)}"


def days(spans: Spans) -> dict[str, Any]:
    return {"now": spans.now, "before": spans.before, "span": spans.name}


def change_term(spans: Spans) -> str:
    """What a rate of change is called: on the year before, or on the quarter before where no year is known."""
    return "qoq" if spans.name == "quarter" else "yoy"


def compared(spans: Spans, w: Words) -> str:
    return w.phrase("page.compares", days(spans))


def tile(key: str, row: Mapping[str, Any], w: Words) -> dict[str, Any]:
    """One tile: name, value, change on before, and the interval where there is one."""
    unit = row["unit"]
    facts = []
    if not missing(row["change"]):
        facts = [
            w.change_by_unit(row["change"], unit),
            w.phrase("page.before", {"before": row["before"], "unit": unit}),
        ]
    if not missing(row["lo"]):
        facts.append(w.phrase("page.between", {"lo": row["lo"], "hi": row["hi"]}))
    return {"key": key, "label": w.kpi(key), "value": w.by_unit(row["now"], unit), "facts": facts}
