"""What the ledger says at a day: targets in force, the history of a node, where draft, answers and versions stand."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench import crossings
from workbench.ledger.plans import LENGTH
from workbench.ledger.store import notes, versions
from workbench.ledger.version import Entry, Node, Note, Version

if TYPE_CHECKING:
    import pandas as pd

    from workbench.run import Run
    from workbench.settings import Settings


@dataclass(frozen=True)
class State:
    """What the ledger knew at a day, for one scope.

    `draft`, `answers`: the last of each, where no version was confirmed since; `version`: the last in force.
    `coming`: confirmed, but in force only from a later day. `targets`: as `targets` gives them.
    """

    draft: Note | None
    answers: Note | None
    version: Version | None
    coming: Version | None
    targets: pd.DataFrame


def folder_of(settings: Settings) -> Path:
    """Where a company's ledger is: beside its settings, unless plan.ledger says otherwise."""
    return settings.folder / settings.plan.ledger


def targets(run: Run) -> pd.DataFrame:
    """The targets in force on `run.as_of`, one row a node and period; what was written or is effective later is unseen.

    Columns level ("" for the whole of the scope; names joined by " × "), one per level of the settings (NA where it is
    summed over, or missing), every, period (first day), amount, owner, version, effective (the day from which on the
    amount has been in force: an earlier version's where later ones left it as it was). Of several versions that hold a
    node and period the last counts.
    """
    seen = _visible(run)
    return _frame(run, _in_force(seen), _since(seen))


def history(run: Run, node: Mapping[str, str | None]) -> pd.DataFrame:
    """Every version of a node's targets up to `run.as_of`, oldest first, in force or not yet.

    Columns version, written, effective, author, reason, every, period, amount, draft, why (of its own change), told
    (who was told, joined by commas).
    """
    import pandas as pd

    wanted = tuple(sorted((run.scope | dict(node)).items()))
    rows = [
        (
            v.number,
            v.written,
            pd.Timestamp(v.effective),
            v.author,
            v.reason,
            e.every,
            pd.Timestamp(e.period),
            e.amount,
            e.draft,
            e.reason,
            ", ".join(v.told),
        )
        for v in versions(folder_of(run.settings))
        if v.written.date() <= run.as_of.date()
        for e in v.entries
        if tuple(sorted(e.node)) == wanted
    ]
    named = ("version", "written", "effective", "author", "reason", "every", "period", "amount", "draft", "why", "told")
    return pd.DataFrame(rows, columns=list(named))


def state(run: Run) -> State:
    """Where the targets of the run's scope stand at its day."""
    day, folder = run.as_of.date(), folder_of(run.settings)
    confirmed = [v for v in versions(folder) if v.scope == run.scope and v.written.date() <= day]
    in_force = [v for v in confirmed if v.effective <= day]
    coming = [v for v in confirmed if v.effective > day]
    since = confirmed[-1].written if confirmed else None
    told = [n for n in notes(folder) if n.scope == run.scope and n.written.date() <= day]
    told = [n for n in told if since is None or n.written > since]
    last = {n.kind: n for n in told}
    return State(
        last.get("draft"),
        last.get("answers"),
        in_force[-1] if in_force else None,
        coming[-1] if coming else None,
        targets(run),
    )


def whole_of(version: Version) -> Entry:
    """The target of the whole of a version's scope, over its longest period."""
    fewest = min(len(e.node) for e in version.entries)
    return max((e for e in version.entries if len(e.node) == fewest), key=lambda e: (LENGTH.get(e.every, 0), e.amount))


def differing(run: Run, entries: tuple[Entry, ...], day: date) -> list[tuple[Entry, Entry, Version]]:
    """Entries that other scopes' versions in force on `day` hold with another amount: theirs, ours, whose."""
    others = [v for v in versions(folder_of(run.settings)) if v.scope != run.scope and v.effective <= day]
    known = _in_force(others)
    held = {entry.key: entry for entry in entries}
    return [(e, held[k], v) for k, (e, v) in known.items() if k in held and abs(e.amount - held[k].amount) >= 0.005]


def fingerprint(settings: Settings, day: date) -> str:
    """Equal where a report as of `day` sees the same ledger."""
    folder = folder_of(settings)
    seen = [v.digest for v in versions(folder) if v.written.date() <= day]
    seen += [n.text() for n in notes(folder) if n.written.date() <= day]
    return hashlib.blake2b("\n".join(seen).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


_CENT = 0.005
_COLUMNS = ("every", "period", "amount", "owner", "version", "effective")


def _visible(run: Run) -> list[Version]:
    day = run.as_of.date()
    return [v for v in versions(folder_of(run.settings)) if v.visible(day)]


def _in_force(seen: list[Version]) -> dict[Any, tuple[Entry, Version]]:
    return {entry.key: (entry, version) for version in seen for entry in version.entries}


def _since(seen: list[Version]) -> dict[Any, date]:
    """By key of an entry the day from which on its amount has been in force without a change."""
    found: dict[Any, tuple[float, date]] = {}
    for version in seen:
        for entry in version.entries:
            amount, day = found.get(entry.key, (float("nan"), version.effective))
            kept = abs(amount - entry.amount) < _CENT
            found[entry.key] = (entry.amount, min(day, version.effective) if kept else version.effective)
    return {key: day for key, (_, day) in found.items()}


def _frame(run: Run, known: Mapping[Any, tuple[Entry, Version]], since: Mapping[Any, date]) -> pd.DataFrame:
    import pandas as pd

    levels, rows = list(run.settings.levels), []
    for entry, version in known.values():
        inner = _within(entry.node, run.scope)
        if inner is not None:
            node = dict(entry.node)
            rows.append({
                "level": crossings.joined(level for level, _ in inner), **{level: node.get(level) for level in levels},
                "every": entry.every, "period": pd.Timestamp(entry.period), "amount": entry.amount,
                "owner": entry.owner, "version": version.number, "effective": pd.Timestamp(since[entry.key]),
            })  # fmt: skip
    return pd.DataFrame(rows, columns=["level", *levels, *_COLUMNS])


def _within(node: Node, scope: Mapping[str, str]) -> Node | None:
    """The node without the scope's own levels; None where it lies outside."""
    known = dict(node)
    if any(known.get(level) != value for level, value in scope.items()):
        return None
    return tuple((level, value) for level, value in node if level not in scope)
