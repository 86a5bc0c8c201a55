"""The owners' answers, read from the workbooks that they sent back; everything wrong with them is said at once."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import DataError
from workbench.ledger import plans
from workbench.publish.drafts.amounts import amount
from workbench.publish.drafts.going_out import lines
from workbench.publish.drafts.sheets import Row, read
from workbench.views.words import Words, clean

if TYPE_CHECKING:
    import pandas as pd

_NEEDED = ("id", "proposed")
_FAR = 500  # times the draft: beyond this the amount was meant in another unit
_CENT = 0.005


@dataclass(frozen=True)
class Answers:
    """`table`: index row of the plan; columns proposed (money), reason, file. `files`: digest of each, by name."""

    table: "pd.DataFrame"
    files: Mapping[str, str]


def answers(files: Sequence[Path], plan: "pd.DataFrame", speak: Iterable[Words]) -> Answers:
    """What the owners propose, by row of the plan; DataError names every breach by file, sheet and row.

    A row whose proposed target is empty is no answer. `speak`: the languages in which names may be written.
    """
    rows, problems = [], []
    for file in files:
        found, wrong = read(file, _NEEDED)
        rows += found
        problems += wrong
    rows, wrong = of_this_plan(rows, plan)
    problems += wrong
    known = dict(zip(plans.ids(plan), plan.index, strict=True))
    names = _names(plan, speak)
    given: dict[Any, tuple[float, str, Row]] = {}
    for row in rows:
        problems += unchanged(row, plan.loc[known[row.planned]], names[known[row.planned]])
        proposed, wrong = _proposed(row, plan.loc[known[row.planned]])
        problems += wrong
        if proposed is not None:
            _keep(given, known[row.planned], (*proposed, row), problems)
    if problems:
        raise DataError("the answers", list(dict.fromkeys(problems)))
    return Answers(_table(given), {clean(f.name): _digest(f) for f in files})


def of_this_plan(rows: Sequence[Row], plan: "pd.DataFrame") -> tuple[list[Row], list[str]]:
    """The rows that belong to a plan, and what is wrong with the others."""
    mark, known = f"P{plans.digest_of(plan)[:8]}", set(plans.ids(plan))
    kept, problems = [], []
    others: dict[tuple[str, str], int] = {}
    for row in rows:
        if row.planned in known:
            kept.append(row)
        elif row.id and not row.id.startswith(mark):
            others[row.file, row.id[:9]] = others.get((row.file, row.id[:9]), 0) + 1
        else:
            problems.append(
                f"{row.where}: the column 'row' does not name a row of the draft; restore it, or delete the row"
            )
    for (file, other), count in others.items():
        problems.append(f"{file}: {count} rows are of another draft ({other}) than the one asked for ({mark})")
    return kept, problems


def unchanged(row: Row, planned: Any, names: set[str]) -> list[str]:
    """What of a row's locked cells is not as it was sent."""
    problems = []
    shown, draft = clean(row.cells.get("node") or ""), row.cells.get("draft")
    if row.cells.get("node") is not None and shown.casefold() not in names:
        problems.append(f"{row.where}: the row is that of {plans.named(planned)}, but names {shown}")
    read_draft, _ = amount(draft)
    if draft is not None and (read_draft is None or abs(read_draft - float(planned["target"])) >= _CENT):
        problems.append(
            f"{row.where}: the draft was changed from {planned['target']:,.2f} to {clean(draft)}. Leave it, and write "
            f"the amount under 'proposed target'"
        )
    return problems


def _proposed(row: Row, planned: Any) -> tuple[tuple[float, str] | None, list[str]]:
    """The amount and the reason, None where there is no answer; what is wrong with them."""
    if "proposed" in row.formulas:
        return None, [f"{row.where}: the proposed target is a formula without a result; write the number itself"]
    proposed, wrong = amount(row.cells.get("proposed"))
    if wrong:
        return None, [f"{row.where}: the proposed target {wrong}"]
    if proposed is None:
        return None, []
    reason, draft = clean(row.cells.get("reason") or ""), float(planned["target"])
    reason = "" if reason == "–" else reason
    problems = []
    if abs(proposed - draft) >= _CENT and not reason:
        problems.append(f"{row.where}: {proposed:,.2f} differs from the draft ({draft:,.2f}) without a reason")
    if proposed > 0 and draft > 0 and not 1 / _FAR < proposed / draft < _FAR:
        problems.append(
            f"{row.where}: {proposed:,.2f} is {proposed / draft:,.6g} times the draft ({draft:,.2f}). Is it in another "
            f"unit? Write it in full, or with its unit, as 350万"
        )
    return (proposed, reason), problems


def _keep(given: dict[Any, tuple[float, str, Row]], at: Any, new: tuple[float, str, Row], problems: list[str]) -> None:
    """One answer a node; two are a breach where they differ."""
    old = given.setdefault(at, new)
    if abs(old[0] - new[0]) >= _CENT:
        problems.append(
            f"{new[2].where}: proposes {new[0]:,.2f} where {old[2].where} proposes {old[0]:,.2f} for the same target; "
            f"keep one"
        )


def _names(plan: "pd.DataFrame", speak: Iterable[Words]) -> dict[Any, set[str]]:
    """How each row's node may be written, by row."""
    found: dict[Any, set[str]] = {at: set() for at in plan.index}
    for w in speak:
        for at, line in zip(plan.index, lines(plan, w), strict=True):
            found[at].add(clean(line["node"]).casefold())
    return found


def _table(given: Mapping[Any, tuple[float, str, Row]]) -> "pd.DataFrame":
    import pandas as pd

    columns = {
        "proposed": [one[0] for one in given.values()],
        "reason": [one[1] for one in given.values()],
        "file": [one[2].file for one in given.values()],
    }
    return pd.DataFrame(columns, index=pd.Index(list(given)))


def _digest(file: Path) -> str:
    return hashlib.blake2b(file.read_bytes(), digest_size=12).hexdigest()
