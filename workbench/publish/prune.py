"""Takes old reports away. Only their pages go: what they issued stays where it is, for forecasts to be judged by.

A report is renamed out of sight before its files are removed, so that one that is stopped in the middle leaves whole
reports, and the index is written from those that are there.
"""

import re
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from workbench.errors import ParameterError
from workbench.publish import folders, index, manifest

_KEPT = "vintages"
_MARK = ".pruned"  # the manifest of a report that is being removed


@dataclass(frozen=True)
class Pruning:
    """What would go and what stays, of the reports in `out`. `strange` are folders that it does not touch, and why."""

    out: Path
    go: tuple[Path, ...]
    stay: tuple[Path, ...]
    strange: tuple[tuple[Path, str], ...] = ()

    def text(self, *, done: bool) -> str:
        """What a person wants to see before, or after."""
        freed = sum(_size(folder) for folder in self.go)
        lines = [f"{'removed' if done else 'would go'}  {f.relative_to(self.out)}" for f in self.go]
        lines += [f"stays     {f.relative_to(self.out)}" for f in self.stay]
        lines += [f"untouched {f.relative_to(self.out)}: {why}" for f, why in self.strange]
        total = f"{len(self.go)} of {len(self.go) + len(self.stay)} reports, {freed / 1e6:.1f} MB"
        lines.append(f"{'Removed' if done else 'Would remove'} {total}. Forecasts and plans as issued stay in place.")
        return "\n".join(lines if done or not self.go else [*lines, "Nothing was changed; --yes does it."])


def planned(out: Path, *, keep: int = 8, older_than: str = "") -> Pruning:
    """What goes: of each company and scope all days but the newest `keep` that have a good report, and of each day all
    revisions but the last good one and failed ones after it. With `older_than`, only reports as of an earlier day."""
    before = _day(older_than)
    found, strange = _all(out)
    go: list[Path] = _unfinished(out)
    stay: list[Path] = []
    for name in sorted({folder.parent.name for folder in found}):
        own = [f for f in found if f.parent.name == name]
        held = _held(own, keep)
        for folder in own:
            young = bool(before) and folder.parent.parent.name >= before
            (stay if folder in held or young else go).append(folder)
    return Pruning(out, tuple(go), tuple(stay), tuple(strange))


def apply(planned: Pruning) -> None:
    """Does it, folder by folder, and writes the index from what is left, also where it is stopped on the way."""
    with folders.writable(planned.out):
        try:
            for folder in planned.go:
                _remove(planned.out, folder)
        finally:
            index.rebuild(planned.out)


def _held(own: list[Path], keep: int) -> set[Path]:
    """Of one company and scope: the last good revision of each of the newest days, and what failed after it."""
    held: set[Path] = set()
    days = sorted({f.parent.parent.name for f in own}, reverse=True)
    good = {day: _last_good([f for f in own if f.parent.parent.name == day]) for day in days}
    kept = [day for day in days if good[day]][:keep]
    for day in days:
        here = [f for f in own if f.parent.parent.name == day]
        if day in kept:
            last = good[day]
            held |= {f for f in here if last is not None and _number(f) >= _number(last)}
        elif not kept or day > kept[-1]:  # a day that has only failed, no older than what stays
            held |= set(here)
    return held


def _last_good(revisions: list[Path]) -> Path | None:
    good = [f for f in revisions if (told := manifest.read(f)) and told["status"] == "ok"]
    return max(good, key=_number, default=None)


def _all(out: Path) -> tuple[list[Path], list[tuple[Path, str]]]:
    """Every revision that has pages, and what is no report of ours. Links are not followed: they may lead out."""
    found, strange = [], []
    for day in sorted(manifest.days_of(out)):
        for parent in sorted(p for p in day.iterdir() if not p.name.startswith(".")):
            if parent.is_file() and not parent.is_symlink():
                continue  # a page that ranks the day's reports
            if parent.is_symlink() or not parent.is_dir():
                strange.append((parent, "a link or a file, not a report's folder"))
                continue
            for _, folder in folders.revisions(parent):
                if folder.is_symlink() or not folder.is_dir():
                    strange.append((folder, "a link or a file, not a report's folder"))
                elif manifest.read(folder) is None and not (folder / _MARK).exists():
                    strange += [] if _only_issued(folder) else [(folder, "it has no manifest that can be read")]
                elif manifest.read(folder):
                    found.append(folder)
    strange += [(p, "a link") for p in sorted(out.iterdir()) if p.is_symlink()] if out.is_dir() else []
    return found, strange


def _unfinished(out: Path) -> list[Path]:
    """Reports whose removal was stopped in the middle."""
    parents = (p for day in manifest.days_of(out) for p in day.iterdir() if p.is_dir() and not p.is_symlink())
    every = (folder for parent in parents for _, folder in folders.revisions(parent))
    return sorted(f for f in every if not f.is_symlink() and (f / _MARK).is_file())


def _only_issued(folder: Path) -> bool:
    return [p.name for p in folder.iterdir()] == [_KEPT]


def _remove(out: Path, folder: Path) -> None:
    """The manifest first: without it no page lists the report. Then all but what was issued; links go, not their ends.

    Failed reports issue nothing that counts.
    """
    if not folder.resolve().is_relative_to(out.resolve()):
        raise ParameterError("workbench prune", [f"'{folder}' leads out of '{out}'"])
    with folders.alone(folder.parent):
        if (folder / manifest.NAME).exists():
            (folder / manifest.NAME).replace(folder / _MARK)  # at once: stopped from here on, the next prune goes on
        for inner in folder.iterdir():
            if inner.name == _MARK or (inner.name == _KEPT and folder.name.isalnum() and not inner.is_symlink()):
                continue
            if inner.is_dir() and not inner.is_symlink():
                shutil.rmtree(inner)
            else:
                inner.unlink(missing_ok=True)
        (folder / _MARK).unlink(missing_ok=True)
        for empty in (folder, folder.parent, folder.parent.parent):
            if any(empty.iterdir()):
                break
            empty.rmdir()
    _rankings(folder.parent.parent)


def _rankings(day: Path) -> None:
    """Pages that rank a day's reports go with the last of them."""
    if day.is_dir() and not any(day.glob(f"*/r*/{manifest.NAME}")):
        for page in day.glob("*, each *.html"):
            page.unlink()
        if not any(day.iterdir()):
            day.rmdir()


def _number(folder: Path) -> int:
    found = re.match(r"r(\d+)", folder.name)
    return int(found[1]) if found else 0


def _size(folder: Path) -> int:
    files = (p for p in folder.rglob("*") if p.is_file() and not p.is_symlink())
    return sum(p.stat().st_size for p in files if _KEPT not in p.relative_to(folder).parts)


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError as error:
        raise ParameterError("workbench prune", [f"older_than is {text!r}; write a day as 2026-09-30"]) from error
