"""Takes old reports away. Only their pages go: what they issued stays where it is, for forecasts to be judged by.

Which of them stay, and why, is told by retention. A report is renamed out of sight before its files are removed, so
that one that is stopped in the middle leaves whole reports, and the index is written from those that are there.
"""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from workbench.errors import ParameterError
from workbench.publish import folders, index, manifest, retention
from workbench.publish.retention import Stored

_KEPT = "vintages"
_MARK = ".pruned"  # the manifest of a report that is being removed


@dataclass(frozen=True)
class Pruning:
    """What would go and what stays, of the reports in `out`, and `why` that stays. `strange` are folders that it does
    not touch, and why."""

    out: Path
    go: tuple[Path, ...]
    stay: tuple[Path, ...]
    strange: tuple[tuple[Path, str], ...] = ()
    why: Mapping[Path, str] = field(default_factory=dict)

    def text(self, *, done: bool) -> str:
        """What a person wants to see before, or after."""
        freed = sum(_size(folder) for folder in self.go)
        lines = [f"{'removed' if done else 'would go'}  {f.relative_to(self.out)}" for f in self.go]
        lines += [f"stays     {f.relative_to(self.out)}: {self.why[f]}" for f in self.stay]
        lines += [f"untouched {f.relative_to(self.out)}: {why}" for f, why in self.strange]
        total = f"{len(self.go)} of {len(self.go) + len(self.stay)} reports, {freed / 1e6:.1f} MB"
        lines.append(f"{'Removed' if done else 'Would remove'} {total}. Forecasts and plans as issued stay in place.")
        return "\n".join(lines if done or not self.go else [*lines, "Nothing was changed; --yes does it."])


def planned(out: Path, *, keep: int = 8, older_than: str = "") -> Pruning:
    """What goes: whatever retention does not hold. With `older_than`, only reports as of an earlier day."""
    before = _day(older_than)
    found, strange = _all(out)
    young = {r.folder: f"as of {before} or later" for r in found if before and r.day >= before}
    why = young | _why(found, keep)
    go = [*_unfinished(out), *(r.folder for r in found if r.folder not in why)]
    stay = [r.folder for r in found if r.folder in why]
    return Pruning(out, tuple(go), tuple(stay), tuple(strange), why)


def _why(found: Sequence[Stored], keep: int) -> dict[Path, str]:
    """What stays of each company and scope, and why."""
    own: dict[str, list[Stored]] = {}
    for one in found:
        own.setdefault(one.folder.parent.name, []).append(one)
    return {folder: why for some in own.values() for folder, why in retention.held(some, keep).items()}


def apply(planned: Pruning) -> None:
    """Does it, folder by folder, and writes the index and the rankings from what is left, also where it is stopped on
    the way."""
    with folders.writable(planned.out):
        try:
            for folder in planned.go:
                _remove(planned.out, folder)
        finally:
            index.rebuild(planned.out)


def _all(out: Path) -> tuple[list[Stored], list[tuple[Path, str]]]:
    """Every revision that has pages, and what is no report of ours. Links are not followed: they may lead out."""
    found: list[Stored] = []
    strange: list[tuple[Path, str]] = []
    for day in sorted(manifest.days_of(out)):
        for parent in sorted(p for p in day.iterdir() if not p.name.startswith(".")):
            if parent.is_file() and not parent.is_symlink():
                continue  # a ranking of the day's reports
            if parent.is_symlink() or not parent.is_dir():
                strange.append((parent, "a link or a file, not a report's folder"))
                continue
            for _, folder in folders.revisions(parent):
                if folder.is_symlink() or not folder.is_dir():
                    strange.append((folder, "a link or a file, not a report's folder"))
                elif told := manifest.read(folder):
                    found.append(Stored(folder, told))
                elif not (folder / _MARK).exists() and not _only_issued(folder):
                    strange.append((folder, "it has no manifest that can be read"))
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


def _size(folder: Path) -> int:
    files = (p for p in folder.rglob("*") if p.is_file() and not p.is_symlink())
    return sum(p.stat().st_size for p in files if _KEPT not in p.relative_to(folder).parts)


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError as error:
        raise ParameterError("workbench prune", [f"older_than is {text!r}; write a day as 2026-09-30"]) from error
