"""One report as it was stored: its manifest, its tables, what it issued; and which report came before another."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import ParameterError
from workbench.periods import Calendar
from workbench.publish import manifest
from workbench.settings import CalendarSettings
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
            if file.with_suffix(".parquet").is_file() and (told := _read(file)):
                found[file.stem] = told
        return found

    def table(self, name: str) -> pd.DataFrame:
        """One table; empty where it cannot be read."""
        return _frame(self.folder / "tables" / f"{name}.parquet")

    def issued(self, name: str) -> pd.DataFrame:
        """A forecast, plan or history as this report issued it; empty where it issued none."""
        return _frame(self.folder / "vintages" / f"{name}.parquet")


def earlier(out: Path, name: str, as_of: date) -> Told | None:
    """The newest good report of an earlier day in the folders called `name`, which hold one company and scope."""
    found = manifest.before(out, name, as_of)
    return Told(*found) if found else None


def newest(parent: Path) -> Told | None:
    """The last good revision in a folder of revisions."""
    found = manifest.newest(parent)
    return Told(*found) if found else None


def words_of(told: Told, lang: str) -> Words:
    """A language with the currency and calendar of a report's company."""
    known = told.settings
    currency = str(known.get("company.currency", ""))
    unit = str(known.get("company.money_unit", "auto"))
    return Words(lang, "" if currency == NO_CURRENCY else currency, unit, told.calendar)


def chosen(out: Path, asked: str) -> Told:
    """The report that a person means by a folder, or by a day where that day has a single report."""
    if content := manifest.read(Path(asked)):
        return Told(Path(asked), content)
    parents = [Path(asked)] if Path(asked).is_dir() else []
    parents = (
        [p for p in (out / asked).iterdir() if p.is_dir()] if _DAY.fullmatch(asked) and _there(out, asked) else parents
    )
    found = [told for parent in parents if (told := newest(parent))]
    if len(found) != 1:
        raise ParameterError("workbench compare", [_which(asked, out, found)])
    return found[0]


def _which(asked: str, out: Path, found: list[Told]) -> str:
    if found:
        several = ", ".join(f"'{told.folder}'" for told in found[:6])
        return f"{asked} has {len(found)} reports; name one of them: {several}"
    return f"there is no report '{asked}': name its folder (the one that holds manifest.json), or a day in {out}"


def _there(out: Path, day: str) -> bool:
    return (out / day).is_dir()


def _read(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _frame(file: Path) -> pd.DataFrame:
    import pandas as pd
    import pyarrow as pa

    if not file.is_file():
        return pd.DataFrame()
    try:
        return pd.read_parquet(file)
    except (pa.ArrowInvalid, OSError):  # left half-written by a notebook that was stopped
        return pd.DataFrame()
