"""The draft: a workbook for all owners, or one for each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from workbench import crossings
from workbench.errors import RunError
from workbench.ledger import plans
from workbench.publish import folders
from workbench.publish.drafts.sheets import Book, Form
from workbench.run import Run
from workbench.settings import Language
from workbench.views.words import Words, missing

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("id", "level", "node", "owner", "before", "expected", "draft", "chance", "proposed", "reason")
_OPEN = ("proposed", "reason")
_STEPS = ("step_1", "step_2", "step_3", "step_4")


@dataclass(frozen=True)
class Draft:
    """What was sent out: the files, the plan's mark, and how many targets and owners it asks."""

    files: tuple[Path, ...]
    mark: str
    nodes: int
    owners: int


def write(run: Run, plan: "pd.DataFrame", as_of: date, folder: Path, *, each_owner: bool = False) -> Draft:
    """The workbooks of a plan, in the first language of the run, with instructions in all of them.

    A file that is there already may be filled in, so it is never overwritten: RunError.
    """
    made = plan.assign(id=plans.ids(plan))
    digest = plans.digest_of(plan)
    asked, mark = plans.totals(made), f"P{digest[:8]}"
    owners = list(dict.fromkeys(asked["owner"].dropna().astype(str)))
    parts: dict[Path, Any] = {folder / f"{_name(run, mark)}.xlsx": None}
    if each_owner:
        names: list[str | None] = [*owners, *([None] if asked["owner"].isna().any() else [])]
        parts = {folder / f"{_name(run, mark)}, {_of(name)}.xlsx": (name,) for name in names}
    if there := [file.name for file in parts if file.exists()]:
        told = "is there already and may be" if len(there) == 1 else "are there already and may be"
        raise RunError(f"{', '.join(there)} {told} filled in. Move it, or name another folder with --out.")
    with folders.writable(folder, "The workbook"):
        folder.mkdir(parents=True, exist_ok=True)
        for file, owner in parts.items():
            kept = made if owner is None else made[_is(made["owner"], owner[0])]
            _write(run, kept, as_of, digest, file)
    return Draft(tuple(parts), mark, len(asked), len(owners))


def lines(plan: "pd.DataFrame", w: Words) -> list[dict[str, Any]]:
    """The rows of a plan as a sheet shows them."""
    shown = []
    for row in plans.records(plan):
        whole = row["level"] == ""
        shown.append({
            **row,
            "level": crossings.joined(w.level(level) for level in crossings.parts(row["level"])),
            "node": w.phrase("plan.ledger.whole") if whole else w.node(row["node"]),
            "owner": None if missing(row["owner"]) else w.plain(row["owner"]),
            "draft": row["target"],
        })  # fmt: skip
    return shown


def titled(run: Run, plan: "pd.DataFrame", as_of: date, mark: str, w: Words, key: str) -> tuple[str, str]:
    """The title of a sheet, and what it is based on."""
    first: Any = plans.totals(plan).iloc[0]
    company = run.settings.company.called(cast("Language", w.lang))
    values = {"period": first["period"], "every": first["every"], "company": company}
    based = {"day": as_of, "currency": w.currency or "–", "mark": mark}
    return w.phrase(f"plan.ledger.sheet.{key}", values), w.phrase("plan.ledger.sheet.based", based)


def _write(run: Run, plan: "pd.DataFrame", as_of: date, digest: str, file: Path) -> None:
    """One file; `digest` is that of the whole plan, of which it may hold one owner's rows."""
    mark = f"P{digest[:8]}"
    speak = [Words.of(run, lang) for lang in run.languages]
    w, hidden = speak[0], file.with_name(f".new-{file.name}")
    title, based = titled(run, plan, as_of, mark, w, "title")
    about = {"plan": digest, "mark": mark, "as_of": as_of.isoformat()}
    try:
        with Book(hidden, w, about) as book:
            book.page(w.phrase("plan.ledger.sheet.instructions"), _instructions(run, plan, as_of, mark, speak))
            shown = lines(plans.totals(plan), w)
            book.form(Form(title, w.phrase("plan.ledger.sheet.nodes"), (based,), COLUMNS, shown, _OPEN))
            months = _months(plan, w)
            if months:
                named = tuple(dict.fromkeys(name for row in months for name in row))
                book.form(Form(title, w.phrase("plan.ledger.sheet.months"), (based,), named, months))
        hidden.rename(file)
    finally:
        hidden.unlink(missing_ok=True)


def _instructions(run: Run, plan: "pd.DataFrame", as_of: date, mark: str, speak: list[Words]) -> list[str]:
    told: list[str] = []
    for w in speak:
        told += [*titled(run, plan, as_of, mark, w, "title"), *(w.phrase(f"plan.ledger.sheet.{s}") for s in _STEPS), ""]
    return told


def _months(plan: "pd.DataFrame", w: Words) -> list[Mapping[str, Any]]:
    """A row for each node, a column for each month."""
    found: dict[Any, dict[str, Any]] = {}
    for row, raw in zip(lines(plan, w), plans.records(plan), strict=True):
        if raw["every"] == "month":
            key = plans.node_of(raw)
            found.setdefault(key, {"level": row["level"], "node": row["node"]})[w.month(raw["period"])] = raw["target"]
    return list(found.values())


def _name(run: Run, mark: str) -> str:
    company = run.settings.company
    scope = ",".join(f"{level}={value}" for level, value in run.scope.items())
    return f"{folders.name(company.called(company.languages[0]), scope)}, {mark}"


def _of(owner: str | None) -> str:
    return "no owner" if owner is None else folders.slug(owner)


def _is(owners: "pd.Series", owner: str | None) -> "pd.Series":
    return owners.isna() if owner is None else owners.astype("string").eq(owner).fillna(False)
