"""The comparison of two reports as one result, and of a report being written with the one before it."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from workbench.publish.compare import ahead, figures, past, settings
from workbench.publish.compare.told import Told, earlier
from workbench.views.changes import Comparison

_PAST = 12  # earlier reports whose moves show what is usual


def since(out: Path, name: str, folder: Path, manifest: Mapping[str, Any]) -> Comparison | None:
    """What changed since the report before the one in `folder`; None where there is none.

    `name` is the folder of the company and scope under each day.
    """
    day = date.fromisoformat(manifest["as_of"])
    then = earlier(out, name, day)
    return between(then, Told(folder, manifest), _before(out, name, then)) if then else None


def of_reports(out: Path, then: Told, now: Told) -> Comparison:
    """What changed between two reports of a folder."""
    return between(then, now, _before(out, then.folder.parent.name, then))


def between(then: Told, now: Told, before: tuple[Told, ...] = ()) -> Comparison:
    """What changed between two reports; `before` are older ones, oldest first, for what moves are usual."""
    told, rows = past.restated(then, now)
    changes = [
        *past.since(then, now), *told, *past.nodes(then, now), *ahead.came(then, now), *ahead.forecast(then, now),
        *ahead.plan(then, now), *settings.differ(then, now),
    ]  # fmt: skip
    pages = {n["name"] for n in now.manifest["notebooks"]}
    changes = [c for c in changes if not c.page or c.page in pages]
    return Comparison(
        then.as_of, int(then.manifest["revision"]), now.as_of, tuple(changes), figures.figures(then, now, before),
        tuple(r for r in rows if r.page in pages),
    )  # fmt: skip


def _before(out: Path, name: str, then: Told | None) -> tuple[Told, ...]:
    found: list[Told] = []
    while then and len(found) < _PAST and (then := earlier(out, name, then.as_of)):
        found.append(then)
    return tuple(reversed(found))
