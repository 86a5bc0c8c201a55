"""The comparison of two reports as one result, and of a report being written with those before it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from workbench.publish.compare import ahead, figures, past, settings
from workbench.publish.compare.told import Told, earlier
from workbench.views.changes import Change, Comparison, Figure

_PAST = 12  # earlier reports whose moves show what is usual


def since(out: Path, name: str, folder: Path, manifest: Mapping[str, Any]) -> tuple[Comparison, ...]:
    """What changed since the reports before the one in `folder`, the latest of them first; empty where there is none.

    Each page is compared with the last good report of an earlier day that holds its notebook: a run of one notebook
    leaves the others' pages to be compared with the report that has them. `name` is the folder of the company and scope
    under each day.
    """
    now = Told(folder, manifest)
    known = earlier(out, name, now.as_of, now.notebooks, _PAST + 1)
    reports = {one[0].folder: one[0] for one in known.values()}
    found = []
    for then in sorted(reports.values(), key=lambda r: (r.as_of, int(r.manifest["revision"])), reverse=True):
        pages = tuple(page for page in now.notebooks if page in known and known[page][0].folder == then.folder)
        one = _between(then, now, pages, {page: known[page][1:] for page in pages})
        found.append(replace(one, pages=() if len(pages) == len(now.notebooks) else pages))
    return tuple(found)


def apart(found: Sequence[Comparison]) -> Iterator[Comparison]:
    """The same for a reader of all pages: what concerns all of them is told once, against the latest report."""
    told: list[Change] = []
    for one in found:
        own = tuple(c for c in one.changes if c.page or c not in told)
        told += [c for c in own if not c.page]
        yield replace(one, changes=own)


def together(found: Sequence[Comparison]) -> Comparison | None:
    """All of it as one, with the day of the latest report; None where there is none."""
    if not found:
        return None
    every = [*apart(found)]
    return replace(
        every[0], changes=tuple(c for one in every for c in one.changes),
        figures=tuple(f for one in every for f in one.figures), pages=(),
        restated=tuple(r for one in every for r in one.restated),
    )  # fmt: skip


def of_reports(out: Path, then: Told, now: Told) -> Comparison:
    """What changed between two reports of a folder."""
    return _between(then, now, now.notebooks, earlier(out, then.folder.parent.name, then.as_of, now.notebooks, _PAST))


def _between(then: Told, now: Told, pages: Collection[str], before: Mapping[str, Sequence[Told]]) -> Comparison:
    """What changed between two reports on some pages; `before` are older reports for each, newest first, for what moves
    are usual."""
    told, rows = past.restated(then, now)
    changes = [
        *past.since(then, now), *told, *past.nodes(then, now), *ahead.came(then, now), *ahead.forecast(then, now),
        *ahead.plan(then, now), *settings.differ(then, now),
    ]  # fmt: skip
    return Comparison(
        then.as_of, int(then.manifest["revision"]), now.as_of,
        tuple(c for c in changes if not c.page or c.page in pages),
        tuple(f for page in pages for f in _figures(then, now, page, before.get(page, ()))),
        tuple(r for r in rows if r.page in pages),
    )  # fmt: skip


def _figures(then: Told, now: Told, page: str, before: Sequence[Told]) -> tuple[Figure, ...]:
    own = [one for one in now.manifest["notebooks"] if one["name"] == page]
    return figures.figures(then, Told(now.folder, {**now.manifest, "notebooks": own}), before[::-1])
