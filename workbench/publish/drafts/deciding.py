"""What a person decides on each change that came back: accept or refuse, and why."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import DataError, RunError
from workbench.ledger import plans
from workbench.publish import folders
from workbench.publish.drafts.amounts import amount
from workbench.publish.drafts.coming_back import of_this_plan
from workbench.publish.drafts.going_out import lines, titled
from workbench.publish.drafts.sheets import Book, Form, Row, read, twice
from workbench.run import Run
from workbench.settings import LANGUAGES
from workbench.views.words import Words, clean, phrase

if TYPE_CHECKING:
    import pandas as pd

_COLUMNS = ("id", "level", "node", "owner", "draft", "proposed", "change", "rate", "effect", "chance", "reason", "file",
            "decision", "why")  # fmt: skip
_NEEDED = ("id", "proposed", "decision", "why")
_YES = {"accept", "accepted", "yes", "y", "接受", "同意", "✓"}
_NO = {"refuse", "refused", "no", "n", "拒绝", "拒絕", "不接受", "不同意", "✗"}


@dataclass(frozen=True)
class Decisions:
    """`table`: index row of the plan; columns proposed, reason, file, accepted (bool), why. `base`: the version of the
    ledger that was the last when the answers were compared."""

    table: "pd.DataFrame"
    base: int

    @property
    def accepted(self) -> dict[int, float]:
        kept = self.table[self.table["accepted"]]
        return {int(at): float(money) for at, money in kept["proposed"].items()}  # type: ignore[call-overload]


def write_decisions(
    run: Run, plan: "pd.DataFrame", as_of: date, changes: "pd.DataFrame", base: int, file: Path
) -> None:
    """A workbook with a row for each change (as in Feedback.table, and its `file`), to accept or refuse."""
    if file.exists():
        raise RunError(f"{file} is there already and may be filled in. Move it, or name another file with --out.")
    w, mark = Words.of(run), f"P{plans.digest_of(plan)[:8]}"
    ids = dict(zip(plan.index, plans.ids(plan), strict=True))
    shown = lines(plan.loc[changes.index], w)
    rows = [
        {**line, **change, "id": _marked(ids[at], base, change["proposed"]), "level": line["level"],
         "node": line["node"], "owner": line["owner"]}
        for at, line, change in zip(changes.index, shown, plans.records(changes), strict=True)
    ]  # fmt: skip
    title, based = titled(run, plan, as_of, mark, w, "decisions_title")
    choice = {"decision": (w.phrase("plan.ledger.sheet.accept"), w.phrase("plan.ledger.sheet.refuse"))}
    note = w.phrase("plan.ledger.sheet.decide")
    form = Form(
        title, w.phrase("plan.ledger.sheet.decisions"), (based, note), _COLUMNS, rows, ("decision", "why"), choice
    )
    hidden = file.with_name(f".new-{file.name}")
    with folders.writable(file.parent, "The workbook"):
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            with Book(hidden, w, {"plan": plans.digest_of(plan), "base": str(base)}) as book:
                book.form(form)
            hidden.rename(file)
        finally:
            hidden.unlink(missing_ok=True)


def decisions(file: Path, plan: "pd.DataFrame") -> Decisions:
    """What was decided, by row of the plan; DataError names every breach by file, sheet and row."""
    rows, problems = read(file, _NEEDED)
    rows, wrong = of_this_plan(rows, plan)
    problems += wrong
    known = dict(zip(plans.ids(plan), plan.index, strict=True))
    found: dict[Any, dict[str, Any]] = {}
    bases = set()
    for row in rows:
        base, one, wrong = _decided(row)
        problems += wrong
        bases.add(base)
        found.setdefault(known[row.planned], one)
    problems += [f"{again.where}: decides again what {first.where} decides" for first, again in twice(rows)]
    if len(bases - {None}) > 1:
        problems.append(f"{clean(file.name)}: its rows were decided on different versions of the ledger")
    if problems:
        raise DataError("the decisions", list(dict.fromkeys(problems)))
    return Decisions(_table(found), next((b for b in bases if b is not None), 0))


def _decided(row: Row) -> tuple[int | None, dict[str, Any], list[str]]:
    """Base, decision and what is wrong of one row."""
    proposed, wrong = amount(row.cells.get("proposed"))
    problems = [f"{row.where}: the proposed target {wrong}"] if wrong else []
    base = re.search(r"-b(\d+)-", row.id[len(row.planned) :])
    if base is None:
        return None, {}, [*problems, f"{row.where}: this is a row of the draft, not of the decisions"]
    if proposed is not None and row.id != _marked(row.planned, int(base[1]), proposed):
        problems.append(f"{row.where}: the proposed target was changed after the owner wrote it")
    said, why = clean(row.cells.get("decision") or ""), clean(row.cells.get("why") or "")
    verdict = (
        True
        if said.casefold() in _words("accept", _YES)
        else False
        if said.casefold() in _words("refuse", _NO)
        else None
    )
    if verdict is None:
        problems.append(
            f"{row.where}: the decision is {'missing' if said == '–' else repr(said)}; write accept or refuse"
        )
    if why == "–":
        problems.append(f"{row.where}: the decision has no reason")
    told = {"proposed": proposed, "reason": _text(row, "reason"), "file": _text(row, "file"), "accepted": bool(verdict)}
    return int(base[1]), {**told, "why": why}, problems


def _words(key: str, more: set[str]) -> set[str]:
    return more | {phrase(f"plan.ledger.sheet.{key}", lang).casefold() for lang in LANGUAGES}


def _text(row: Row, column: str) -> str:
    said = clean(row.cells.get(column) or "")
    return "" if said == "–" else said


def _marked(row_id: str, base: int, proposed: float) -> str:
    """A row's id with the version it is decided on, and a mark that fits this proposed amount only."""
    mark = hashlib.blake2b(f"{row_id} {proposed:.2f}".encode(), digest_size=3).hexdigest()
    return f"{row_id}-b{base}-{mark}"


def _table(found: Mapping[Any, Mapping[str, Any]]) -> "pd.DataFrame":
    import pandas as pd

    names = ("proposed", "reason", "file", "accepted", "why")
    table = pd.DataFrame(
        {name: [one[name] for one in found.values()] for name in names}, index=pd.Index(list(found))
    )  # fmt: skip
    return table.astype({"accepted": bool})
