"""What a reader sees of the audit: each target with its verdict, each wrong cell, and lines for a terminal."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from workbench.analytics.plan.audit import Audit
from workbench.analytics.plan.audit.result import PAIRS, is_error
from workbench.analytics.results import Unknown
from workbench.findings import Finding
from workbench.views.show import View, say, sentences, split, view
from workbench.views.tables import Column, Sheet, Table, table
from workbench.views.words import Words

_STATEMENTS = (
    Column("text", "text", "statement"),
    Column("verdict", "text", "audit_verdict", minor=True),  # on a phone what to put right says it
    Column("fix", "text", "fix"),
    Column("advised", "text", "advised", minor=True),
    Column("metric", "text", "metric_word", on_page=False),
    Column("where", "text", "stands_in", on_page=False),
    Column("explained", "text", "explained", on_page=False),
)
_CELLS = (
    Column("cell", "text", "cell"),
    Column("sheet", "text", "sheet", minor=True),
    Column("kind", "text", "sum_kind"),
    Column("written", "text", "written"),
    Column("expected", "text", "should_be"),
)


@view.register
def _(result: Audit, w: Words, as_of: pd.Timestamp) -> View:
    said, heading = sentences(result.findings, w), w.phrase("sections.audit.heading")
    sheets = {"audit": Sheet(_statements(result, w), _STATEMENTS)} if len(result.statements) else {}
    if len(result.cells):
        sheets |= {"audit-cells": Sheet(_cells(result, w), _CELLS)}
    return View(
        "audit",
        heading,
        *split(said),
        tables=tuple(_tables(sheets, w, heading)),
        how=w.phrase("sections.audit.how"),
        sheets=sheets,
        terms=("smart", "points"),
        uses=("goals",) if len(result.statements) else (),
        open_table=True,
    )


def told(result: Audit | Unknown, w: Words) -> str:
    """The findings as lines: where, whether it must be put right, and the sentence; last how many."""
    if isinstance(result, Unknown):
        return "\n".join(str(say(f, w)) for f in result.findings)
    lines = [f"{_mark(is_error(f), w)}  {_place(f)}{say(f, w)}" for f in result.details]
    errors = {"errors": result.errors, "notes": len(result.details) - result.errors}
    summary = [str(say(f, w)) for f in result.findings if f.key in ("plan.audit.summary", "plan.audit.cells")]
    return "\n".join([*lines, *summary, w.phrase("plan.audit.told.errors", errors)])


def _place(finding: Finding) -> str:
    """Where a statement stands; a sentence about a cell says so itself."""
    return "" if not finding.subject or finding.key.startswith("plan.audit.cell_") else f"{finding.subject}  "


def _mark(error: bool, w: Words) -> str:
    return w.phrase("plan.audit.told.mark", {"error": error})


def _tables(sheets: dict[str, Sheet], w: Words, heading: str) -> Iterator[Table]:
    for sheet in sheets.values():
        yield table(sheet, w, heading)


def _statements(result: Audit, w: Words) -> pd.DataFrame:
    """The statements in the reader's words, those that contradict themselves first."""
    order = {"contradictory": 0, "incomplete": 1, "complete": 2}
    found = result.statements.sort_values("verdict", key=lambda v: v.map(order), kind="stable")
    fix = [_fixes(row, result, w) for row in found.to_dict("records")]
    return pd.DataFrame(
        {
            "verdict": [w.phrase(f"plan.audit.verdict.{v}") for v in found["verdict"]],
            "fix": fix,
            "advised": [_joined([w.phrase(f"plan.audit.fix.{p}") for p in parts], w) for parts in found["advised"]],
            "metric": found["metric"].to_list(),
            "where": found["where"].to_list(),
            "explained": [_explained(result, where, w) for where in found["where"]],
        },
        index=pd.Index(found["text"], name="text"),
    )


def _fixes(row: Mapping[Any, Any], result: Audit, w: Words) -> str | None:
    """What to put right in a statement, shortly: numbers that disagree first."""
    parts = [w.phrase(f"plan.audit.fix.{part}") for part in (*row["missing"], *row["vague"])]
    if row["verdict"] != "contradictory":
        return _joined(parts, w)
    pairs = (f for f in result.details if f.subject == row["where"] and f.key in PAIRS)
    first = next(pairs, None)
    written, implied = ([first.values[n] for n in PAIRS[first.key]]) if first else (None, None)
    values = {"written": written, "implied": implied, "parts": first.values.get("parts") if first else None}
    disagree = w.phrase("plan.audit.fix.contradiction", values)
    return _joined([disagree, *parts], w)


def _explained(result: Audit, where: str, w: Words) -> str | None:
    """All sentences about a statement."""
    said = [str(say(f, w)) for f in result.details if f.subject == where]
    return w.gap.text.join(said) or None


def _joined(words: list[str], w: Words) -> str | None:
    return ("; " if w.lang == "en" else "；").join(words) or None


def _cells(result: Audit, w: Words) -> pd.DataFrame:
    """The wrong cells, those that rounding explains last."""
    found = result.cells.sort_values("rounding", kind="stable")
    kinds = [w.phrase(f"plan.audit.kind.{k}") for k in found["kind"]]
    return found.assign(kind=kinds).set_index("cell")[["sheet", "kind", "written", "expected"]]
