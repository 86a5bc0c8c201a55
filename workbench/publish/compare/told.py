"""One report as it was stored: its manifest, its tables, what it issued; and which report came before another."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import ParameterError
from workbench.periods import Calendar
from workbench.publish import folders, manifest
from workbench.run import scope_parts
from workbench.settings import CalendarSettings, company_name
from workbench.views.words import NO_CURRENCY, Words

if TYPE_CHECKING:  # finding the report before another needs no frame
    import pandas as pd

_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True)
class Told:
    """What one report left behind: `manifest` as it is written, the rest in its `folder`."""

    folder: Path
    manifest: Mapping[str, Any]

    @property
    def as_of(self) -> date:
        return date.fromisoformat(self.manifest["as_of"])

    @property
    def notebooks(self) -> list[str]:
        """Their names, in the order of the pages."""
        return [str(one["name"]) for one in self.manifest["notebooks"]]

    @property
    def settings(self) -> Mapping[str, Any]:
        """Settings by dotted name; empty for reports that did not keep them."""
        kept = self.manifest.get("settings")
        return kept if isinstance(kept, dict) else {}

    @property
    def calendar(self) -> Calendar:
        given = {k.removeprefix("calendar."): v for k, v in self.settings.items() if k.startswith("calendar.")}
        return Calendar(CalendarSettings(**{k: v for k, v in given.items() if k in CalendarSettings.model_fields}))

    def about(self) -> dict[str, dict[str, Any]]:
        """What each table says of itself, by `<notebook>.<section>`: title, columns with their kinds."""
        found = {}
        for file in sorted((self.folder / "tables").glob("*.json")):
            if file.with_suffix(".parquet").is_file() and (told := folders.told(file)):
                found[file.stem] = told
        return found

    def table(self, name: str) -> pd.DataFrame:
        """One table; empty where it cannot be read."""
        return _frame(self.folder / "tables" / f"{name}.parquet")

    def issued(self, name: str) -> pd.DataFrame:
        """A forecast, plan or history as this report issued it; empty where it issued none."""
        return _frame(self.folder / "vintages" / f"{name}.parquet")


def earlier(out: Path, name: str, as_of: date, notebooks: Iterable[str], most: int = 1) -> dict[str, list[Told]]:
    """For each notebook the last good reports of earlier days that hold it, newest first, one of a day, in the folders
    called `name`, which hold one company and scope."""
    found = manifest.before(out, name, as_of, notebooks, most)
    return {notebook: [Told(*one) for one in reports] for notebook, reports in found.items()}


def words_of(told: Told, lang: str) -> Words:
    """A language with the currency and calendar of a report's company."""
    known = told.settings
    currency = str(known.get("company.currency", ""))
    unit = str(known.get("company.money_unit", "auto"))
    return Words(lang, "" if currency == NO_CURRENCY else currency, unit, told.calendar)


def pair(out: Path, then: str, now: str, scope: str = "") -> tuple[Told, Told]:
    """The two reports that a person means; two days mean two reports of one company and scope."""
    one, other = chosen(out, then, scope), chosen(out, now, scope)
    if _day(out, then) and _day(out, now) and one.folder.parent.name != other.folder.parent.name:
        told = f"{then} has {_part(one)}, {now} has {_part(other)}"
        raise ParameterError("workbench compare", [f"{told}; name one part with --scope, or the reports' folders"])
    return one, other


def chosen(out: Path, asked: str, scope: str = "") -> Told:
    """The report that a person means by its folder, or by its day: then that of `scope`, else the whole company's, else
    the only one of the day. Of several revisions, the last of which no other has all pages and more."""
    if content := manifest.read(Path(asked)):
        return Told(Path(asked), content)
    day = _day(out, asked)
    parents = sorted(p for p in day.iterdir() if p.is_dir()) if day else [Path(asked)]
    there = [told for parent in parents if (told := _fullest(parent))]
    found = _of_scope(there, scope) if day else there
    if len(found) != 1:
        raise ParameterError("workbench compare", [_which(asked, out, scope, found or there)])
    return found[0]


def _fullest(parent: Path) -> Told | None:
    """Of a folder of revisions the last good one of which no other has all notebooks and more. One that may mix old
    and new data only where there is no other."""
    every = [Told(*one) for one in [*manifest.good(parent)] or manifest.mixed(parent)]
    return next((r for r in every if not any(set(r.notebooks) < set(other.notebooks) for other in every)), None)


def _of_scope(found: list[Told], scope: str) -> list[Told]:
    asked = scope_parts(scope)
    own = [told for told in found if scope_parts(told.manifest["scope"]) == asked]
    return own or ([] if scope else found)


def _which(asked: str, out: Path, scope: str, found: list[Told]) -> str:
    if not found:
        return f"there is no report '{asked}': name its folder (the one that holds manifest.json), or a day in {out}"
    scopes = len({told.manifest["scope"] for told in found}) > 1
    several = ", ".join(f"{_part(told)} in '{told.folder}'" for told in found[:6])
    several += f" and {len(found) - 6} more" if len(found) > 6 else ""
    if scope:
        return f"{asked} has not one report of the scope '{scope}'. It has {several}"
    how = "one with --scope, as region=华东, or its folder" if scopes else "the folder of one"
    return f"{asked} has {len(found)} reports; name {how}. It has {several}"


def _part(told: Told) -> str:
    return f"{company_name(told.manifest.get('company', ''))}, {told.manifest['scope'] or 'all of it'}"


def _day(out: Path, asked: str) -> Path | None:
    return out / asked if _DAY.fullmatch(asked) and (out / asked).is_dir() else None


def _frame(file: Path) -> pd.DataFrame:
    import pandas as pd
    import pyarrow as pa

    if not file.is_file():
        return pd.DataFrame()
    try:
        return pd.read_parquet(file)
    except (pa.ArrowInvalid, OSError):  # left half-written by a notebook that was stopped
        return pd.DataFrame()
