"""The page that ranks the reports of a company's parts by the facts that their notebooks told. Nothing is computed."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from workbench import vintages
from workbench.publish import folders, manifest
from workbench.publish.plan import Plan
from workbench.publish.worker import Done
from workbench.settings import Language

FACTS = ("sales", "growth", "attainment", "chance")  # columns; by growth, then by attainment, then by chance
_STEPS = ("history", "market", "forecast", "plan", "tracking", "review")
_SAID_BY = {"chance": ("tracking", "plan")}  # else history: other steps of ours use these names for other things


def write(planned: Plan, levels: Sequence[str], reports: Sequence[tuple[str, Done]]) -> tuple[Path, ...]:
    """A page in each language beside the parts' folders."""
    from workbench.views import shell

    found = [(scope, done, _facts(done)) for scope, done in reports]
    ranked = sorted(found, key=lambda r: (not r[1].good, *(_down(r[2].get(name)) for name in FACTS[1:])))
    day = planned.out / planned.as_of.isoformat()
    pages = []
    with folders.writable(day):
        day.mkdir(parents=True, exist_ok=True)
        for lang in planned.languages:
            rows = tuple(_row(planned, day, lang, *report) for report in ranked)
            page = day / _name(planned, levels, lang)
            folders.write(page, shell.ranking(_shell(planned, levels, lang, rows)).encode("utf-8", "replace"))
            pages.append(page)
    return tuple(pages)


def _name(planned: Plan, levels: Sequence[str], lang: str) -> str:
    return f"{planned.folder.name}, each {folders.slug(','.join(levels))}.{lang}.html"


def _shell(planned: Plan, levels: Sequence[str], lang: Language, rows: Any) -> Any:
    from workbench.views import shell

    company = planned.settings.company
    others = tuple(shell.Link("", quote(_name(planned, levels, one)), one, one == lang) for one in planned.languages)
    return shell.Ranking(
        company.called(lang), lang, tuple(levels), planned.as_of.isoformat(), rows, company.currency,
        company.money_unit, others if len(others) > 1 else (), company.made_up,
    )  # fmt: skip


def _row(planned: Plan, day: Path, lang: Language, scope: str, done: Done, facts: Mapping[str, Any]) -> Any:
    from workbench.views.shell import RankedRow

    folder = Path(done.folder) if done.folder else None
    page = folder / f"overview.{lang}.html" if folder else None
    href = quote(page.relative_to(day.absolute()).as_posix()) if page and page.is_relative_to(day.absolute()) else ""
    own = {name: facts.get(name) for name in FACTS}
    return RankedRow(scope, done.status, href, own, done.reason)


def _facts(done: Done) -> dict[str, Any]:
    """The numbers among the facts of a report; a failed one may have some."""
    told = manifest.read(Path(done.folder)) if done.folder else None
    said = {one["name"]: one.get("facts") or {} for one in (told or {}).get("notebooks", ())}
    every = {name: _said(name, said) for name in FACTS}
    every |= {"chance": _chance(Path(done.folder))} if every["chance"] is None and done.folder else {}
    return {name: value for name, value in every.items() if _number(value)}


def _said(fact: str, said: Mapping[str, Mapping[str, Any]]) -> Any:
    """A fact as the step says it whose fact it is, else as a notebook of the company's own does."""
    by = (*_SAID_BY.get(fact, ("history",)), *(name for name in said if name not in _STEPS))
    return next((said[name][fact] for name in by if _number(said.get(name, {}).get(fact))), None)


def _chance(folder: Path) -> float | None:
    """The chance of the whole target, of the plan that a report issued."""
    file = folder / "vintages" / f"{vintages.PLAN}.parquet"
    if not file.is_file():
        return None
    from pyarrow import parquet

    rows = parquet.read_table(file, columns=["level", "chance"], filters=[("level", "==", "")]).to_pylist()
    return rows[0]["chance"] if len(rows) == 1 else None


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _down(value: Any) -> float:
    """For sorting: the largest first, the unknown last."""
    return -float(value) if _number(value) else math.inf
