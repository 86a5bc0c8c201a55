"""Which reports stay when old ones go, and why: the last good page of everything, and what these are compared with.

A page is a notebook in a language, or the overview. A run of one notebook makes a revision of its own, so it is each
page that has a last good version, not each day: a revision stays while it holds one.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.publish import manifest

_OVERVIEW = "overview"
_FAILED = "failed, and nothing good came after it"
_MIXED = "its data changed while they were read, and nothing undisturbed came after it"

Page = tuple[str, str]  # notebook and language


@dataclass(frozen=True)
class Stored:
    """A report with pages: its folder and its manifest."""

    folder: Path
    told: Mapping[str, Any] = field(compare=False)

    @property
    def good(self) -> bool:
        return bool(self.told["status"] == "ok")

    @property
    def rank(self) -> int:
        """2 a good one, 1 one that may mix old and new data, 0 a failed one."""
        return (1 if self.told.get("inputs_changed") else 2) if self.good else 0

    @property
    def day(self) -> str:
        return self.folder.parent.parent.name

    @property
    def number(self) -> int:
        found = re.match(r"r(\d+)", self.folder.name)
        return int(found[1]) if found else 0

    @property
    def statuses(self) -> dict[Page, str]:
        """How each page came out."""
        books = {_OVERVIEW: self.told["status"]} | {str(n["name"]): n["status"] for n in self.told["notebooks"]}
        return {(name, lang): status for name, status in books.items() for lang in self.told["languages"]}

    @property
    def made(self) -> set[Page]:
        """The pages that came out well, also of a report that failed elsewhere."""
        return {page for page, status in self.statuses.items() if status == "ok"}


def held(own: Sequence[Stored], keep: int) -> dict[Path, str]:
    """Of one company and scope: the folders that stay, each with the reason.

    Of each of the `keep` newest days that have a good report, the last good version of each page, and failures that
    nothing good came after; of all days together the same last versions, and the reports that these are compared with.
    """
    newest = sorted({r.day for r in own if r.good}, reverse=True)[:keep]
    why: dict[Path, str] = {}
    for day in sorted({r.day for r in own}, reverse=True):
        here = [r for r in own if r.day == day]
        if day in newest:
            why |= _of_day(here, keep)
        elif not newest or day > newest[-1]:  # a day that has only failed, no older than what stays
            why |= {r.folder: _FAILED for r in here}
    last = _last(own)
    for report in dict.fromkeys(last.values()):
        why.setdefault(report.folder, f"the last good {_names(report, last)}")
    return _compared(own, last) | why


def _of_day(here: Sequence[Stored], keep: int) -> dict[Path, str]:
    last = _last(here)
    holders = dict.fromkeys(last.values())
    newest = f"one of the newest {keep} days" if keep > 1 else "the newest day"
    found = {r.folder: f"{newest}, the last good {_names(r, last)}" if len(holders) > 1 else newest for r in holders}
    return {r.folder: (_FAILED, _MIXED)[r.rank] for r in here if r.rank < 2 and _unmended(r, here)} | found


def _last(reports: Iterable[Stored]) -> dict[Page, Stored]:
    """By page, the report that holds its last good version; one that may mix old and new data, or failed elsewhere,
    only where no other does."""
    ordered = sorted(reports, key=lambda r: (r.rank, r.day, r.number))
    return {page: report for report in ordered for page in report.made}


def _unmended(wrong: Stored, here: Sequence[Stored]) -> bool:
    """Whether a page that failed, or may mix old and new data, has not come out better since."""
    well: set[Page] = set() if wrong.good else wrong.made
    later = well.union(*(r.made for r in here if r.rank > wrong.rank and r.number > wrong.number))
    return bool(wrong.statuses.keys() - later)


def _names(report: Stored, last: Mapping[Page, Stored]) -> str:
    """The pages of which a report has the last good version; with the language where it is not all of the report's."""
    own = [page for page in report.statuses if last.get(page) is report]
    whole = {n for n, _ in own if all((n, lang) in own for lang in report.told["languages"])}
    shown = dict.fromkeys(n if n in whole else f"{n}.{lang}" for n, lang in own if n != _OVERVIEW)
    return ", ".join(shown) or _OVERVIEW


def _compared(own: Sequence[Stored], last: Mapping[Page, Stored]) -> dict[Path, str]:
    """The reports that the last good pages say they are compared with."""
    folders = {(r.day, r.number): r.folder for r in own if r.good}
    found = {}
    for report in dict.fromkeys(last.values()):
        pages = {name for (name, _), r in last.items() if r is report}
        for day, revision, of in manifest.compared_with(report.told):
            if (day, revision) in folders and (not of or pages & set(of)):
                found[folders[day, revision]] = f"{report.day}/{report.folder.name} is compared with it"
    return found
