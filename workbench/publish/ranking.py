"""Pages that rank the reports of a company's parts by the facts that their notebooks told. Nothing is computed.

What was asked for is kept beside the pages; the pages are written from it and from the manifests of the reports, with
the list of all reports and as often, so they cannot drift: they lead to the last revision of each part.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import quote

from pydantic import BaseModel, Field

from workbench import vintages
from workbench.publish import folders, manifest
from workbench.publish.plan import Plan
from workbench.settings import LANGUAGES, Language, company_name

if TYPE_CHECKING:
    from workbench.publish.worker import Done
    from workbench.views.shell import RankedRow, Ranking

FACTS = ("sales", "growth", "attainment", "chance")  # columns; by growth, then by attainment, then by chance
_STEPS = ("history", "market", "forecast", "plan", "tracking", "review")
_SAID_BY = {"chance": ("tracking", "plan")}  # else history: other steps of ours use these names for other things
_LONGEST = 200  # bytes: leaves room for the language in systems that allow 255 for a name

Found = Sequence[tuple[Path, dict[str, Any]]]
Days = tuple[date, date]  # first and last


class Part(BaseModel):
    """One part as it was asked for. `lost` and `reason` tell why it got no report; `after` is its revision then."""

    scope: str
    folder: str
    lost: Literal["", "failed", "refused"] = ""
    reason: str = ""
    after: int = 0


class Record(BaseModel):
    """What was asked for: parts of a company, or of a part of it, by levels."""

    company: str | Annotated[dict[str, str], Field(min_length=1)]
    made_up: bool = False
    currency: str = ""
    money_unit: str = "auto"
    as_of: date
    scope: str
    levels: list[str]
    languages: list[Language] = Field(min_length=1)
    parts: list[Part]
    changed: list[str] = []  # inputs that did so while the reports were made

    def called(self, lang: str) -> str:
        return company_name(self.company, lang)


@dataclass(frozen=True)
class Row:
    """What a part's last report told; no folder where it got none."""

    scope: str
    status: str
    reason: str = ""
    folder: Path | None = None
    languages: tuple[str, ...] = ()
    facts: Mapping[str, Any] | None = None
    moved: bool = False
    spans: tuple[Days, ...] = ()


@dataclass(frozen=True)
class Ranked:
    """One ranking as it stands: its record's file, what was asked, and its rows in their order."""

    file: Path
    record: Record
    rows: tuple[Row, ...]

    def page(self, lang: str) -> Path:
        return pages(self.file, [lang])[0]

    @property
    def moved(self) -> bool:
        """Whether data changed while its reports were made."""
        return bool(self.record.changed) or any(row.moved for row in self.rows)


def keep(
    planned: Plan, levels: Sequence[str], reports: "Sequence[tuple[str, Done]]", changed: Sequence[str] = ()
) -> Path:
    """Keeps what was asked for, and of parts that got no report why: `rebuild` writes the pages from it. Its file."""
    company, day, crowd = planned.settings.company, planned.day, folders.alike([scope for scope, _ in reports])
    record = Record(
        company=company.name, made_up=company.made_up, currency=company.currency, money_unit=company.money_unit,
        as_of=planned.as_of, scope=planned.scope_text, levels=list(levels), languages=list(planned.languages),
        parts=[_part(planned, scope, done, crowded=scope in crowd) for scope, done in reports], changed=list(changed),
    )  # fmt: skip
    with folders.writable(day):
        day.mkdir(parents=True, exist_ok=True)
        text = record.model_dump_json(indent=1).encode("utf-8", "replace")
        file = day / f"{_name(planned, levels)}.json"
        folders.write(file, text)
        for page in pages(file, planned.languages):
            page.touch()  # a ranking whose pages are gone was pruned
    return file


def pages(file: Path, languages: Sequence[str]) -> tuple[Path, ...]:
    """Where the pages of a ranking are, by its record's file."""
    return tuple(file.with_name(f"{file.name.removesuffix('.json')}.{lang}.html") for lang in languages)


def rebuild(out: Path, found: Found, spoken: Sequence[str]) -> list[Ranked]:
    """Writes all rankings anew from the reports that there are; one of which no report is left goes, and one that never
    had any once the company has a good report of a later day. Newest first."""
    ranked = []
    for day in sorted(manifest.days_of(out), reverse=True):
        last = _last(day, found)
        for file in sorted(day.glob("*, each *.json")):
            if (record := _record(file)) is None:
                continue
            one = Ranked(file, record, _ordered(_rows(record, last)))
            if _gone(one, found):
                _remove(one)
            else:
                _write(one, spoken)
                ranked.append(one)
    return ranked


def _part(planned: Plan, scope: str, done: "Done", *, crowded: bool) -> Part:
    if done.folder:
        return Part(scope=scope, folder=Path(done.folder).parent.name)
    marked = folders.marked(planned.day, planned.company, scope, crowded=crowded)
    folder = folders.name(planned.company, scope, marked=marked)
    last = max((number for number, _ in folders.revisions(planned.day / folder)), default=0)
    lost: Literal["failed", "refused"] = "refused" if done.status == "refused" else "failed"
    return Part(scope=scope, folder=folder, lost=lost, reason=done.reason, after=last)


def _name(planned: Plan, levels: Sequence[str]) -> str:
    """No slug holds the blank after the comma, so no report's folder is called like this."""
    name = f"{planned.folder.name}, each {folders.slug(','.join(levels))}"
    if len(name.encode()) <= _LONGEST:
        return name
    both = folders.slug(f"{','.join(levels)} of {planned.scope_text}")
    return f"{folders.slug(planned.company)}, each {both}"


def _record(file: Path) -> Record | None:
    """What was asked for; None where a file is not one of ours."""
    try:
        return None if file.is_symlink() else Record.model_validate_json(file.read_bytes())
    except (OSError, ValueError):
        return None


def _last(day: Path, found: Found) -> dict[str, tuple[Path, dict[str, Any]]]:
    """The last revision of each report of a day, by the name of its folder."""
    last: dict[str, tuple[Path, dict[str, Any]]] = {}
    for folder, told in found:
        name = folder.parent.name
        if folder.parent.parent == day and (name not in last or told["revision"] > last[name][1]["revision"]):
            last[name] = folder, told
    return last


def _rows(record: Record, last: Mapping[str, tuple[Path, dict[str, Any]]]) -> Iterator[Row]:
    """What came of each part; one whose report was taken away is left out."""
    for part in record.parts:
        folder, told = last.get(part.folder, (None, {}))
        if folder is not None and told["revision"] > part.after:
            reason = "; ".join(dict.fromkeys(f"{n['name']}: {n['error']}" for n in told["notebooks"] if n.get("error")))
            yield Row(part.scope, told["status"], reason, folder, tuple(told["languages"]), facts(folder, told),
                      bool(told.get("inputs_changed")), spans(told))  # fmt: skip
        elif part.lost:
            yield Row(part.scope, part.lost, part.reason)


def _ordered(rows: Iterator[Row]) -> tuple[Row, ...]:
    return tuple(sorted(rows, key=lambda r: (r.status != "ok", *(_down((r.facts or {}).get(n)) for n in FACTS[1:]))))


def _gone(one: Ranked, found: Found) -> bool:
    """Whether the reports that it ranked were taken away, or what it tells of why there are none is over."""
    if any(row.folder for row in one.rows):
        return False
    had = any(not part.lost for part in one.record.parts)
    return had or _outdated(one.file, found) or not any(one.page(lang).exists() for lang in LANGUAGES)


def _outdated(file: Path, found: Found) -> bool:
    """Whether the company has a good report of a later day: what failed before it is only history."""
    company, day = file.name.partition(", ")[0], file.parent.name
    of = (folder for folder, told in found if told["status"] == "ok")
    return any(f.parent.name.partition(", ")[0] == company and f.parent.parent.name > day for f in of)


def _remove(one: Ranked) -> None:
    for file in (one.file, *(one.page(lang) for lang in LANGUAGES)):
        file.unlink(missing_ok=True)
    if not any(one.file.parent.iterdir()):
        one.file.parent.rmdir()


def _write(one: Ranked, spoken: Sequence[str]) -> None:
    from workbench.views import shell

    for lang in LANGUAGES:
        if lang in one.record.languages:
            page = shell.ranking(_shell(one, lang, spoken))
            folders.write(one.page(lang), page.encode("utf-8", "replace"))
        else:
            one.page(lang).unlink(missing_ok=True)


def _shell(one: Ranked, lang: Language, spoken: Sequence[str]) -> "Ranking":
    from workbench.views import shell, words

    told = one.record
    others = tuple(shell.Link("", quote(one.page(other).name), other, other == lang) for other in told.languages)
    every = shell.Link(
        words.phrase("page.names.index", lang), f"../index.{lang}.html" if lang in spoken else "../index.html"
    )
    return shell.Ranking(
        told.called(lang), lang, tuple(told.levels), told.as_of.isoformat(),
        tuple(_shown(row, lang) for row in one.rows), told.currency, told.money_unit,
        others if len(others) > 1 else (), told.made_up, (every,), one.moved, told.scope,
    )  # fmt: skip


def _shown(row: Row, lang: str) -> "RankedRow":
    from workbench.views.shell import RankedRow

    href = ""
    if row.folder:
        spoken = lang if lang in row.languages else row.languages[0]
        href = quote(f"{row.folder.parent.name}/{row.folder.name}/overview.{spoken}.html")
    shown = {n: (row.facts or {}).get(n) for n in FACTS}
    return RankedRow(row.scope, row.status, href, shown, row.reason, row.moved, row.spans)


def facts(folder: Path, told: Mapping[str, Any]) -> dict[str, Any]:
    """The numbers among the facts of a report; a failed one may have some."""
    said = {one["name"]: one.get("facts") or {} for one in told["notebooks"]}
    every = {name: _said(name, said) for name in FACTS}
    every |= {"chance": _chance(folder)} if every["chance"] is None else {}
    return {name: value for name, value in every.items() if _number(value)}


def spans(told: Mapping[str, Any]) -> tuple[Days, ...]:
    """The days that sales and growth of a report are of, and those that they are compared with, as far as it tells."""
    by = (*(one for one in told["notebooks"] if one["name"] == "history"), *told["notebooks"])
    says = (one for one in by if {"sales", "growth"} & (one.get("facts") or {}).keys())
    found: Mapping[str, Any] = next(says, {})
    return tuple(days for name in ("span", "before") if (days := _days(found.get(name))))


def _days(told: Any) -> Days | None:
    try:
        first, last = map(date.fromisoformat, told)
    except (TypeError, ValueError):
        return None
    return first, last


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
