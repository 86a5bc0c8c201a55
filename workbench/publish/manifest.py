"""manifest.json: everything that made a report, and what came of it. The other pages and scripts read it."""

import json
import re
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from platform import python_version
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, Field

from workbench import ledger
from workbench.errors import DataError
from workbench.publish import folders
from workbench.publish.plan import Plan, digest, versions
from workbench.settings import ROOT, Settings

NAME = "manifest.json"
_DAY = re.compile(r"\d{4}-\d\d-\d\d")

Found = tuple[Path, dict[str, Any]]  # a report's folder and its manifest
Revisions = Callable[[Path], Iterator[Found]]


def _day(text: str) -> str:
    """A day as folders are called by it; ValueError for any other text."""
    if date.fromisoformat(text).isoformat() != text:
        raise ValueError
    return text


class _Book(BaseModel):
    """What every reader of a manifest takes for granted of a notebook in it."""

    name: str
    status: Literal["ok", "failed", "timed_out", "kernel_died", "skipped"] = "ok"
    pages: dict[str, str] = {}
    facts: dict[str, Any] | None = None
    said: dict[str, Any] | None = None
    measures: dict[str, Any] | None = None
    parameters: dict[str, Any] | None = None
    defaults: dict[str, Any] | None = None


class _Since(BaseModel):
    parts: list[dict[str, Any]] = Field([], alias="with")


class _Shape(BaseModel):
    """The same of a report. One damaged manifest must not keep all other reports from being listed and compared."""

    status: Literal["ok", "failed"]
    as_of: Annotated[str, AfterValidator(_day)]
    scope: str
    revision: int
    languages: list[str] = Field(min_length=1)
    notebooks: list[_Book]
    company: str | Annotated[dict[str, str], Field(min_length=1)] = ""
    data: dict[str, Any] = {}
    settings: dict[str, Any] = {}
    versions: dict[str, Any] = {}
    since: _Since | None = None


@cache
def commit() -> str | None:
    """The commit of the workbench's own files, marked where they were changed since; None outside a repository.

    As it was when first asked: that is the code that this process runs.
    """
    call = ["git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
    try:
        done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, timeout=20, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None


def data(plan: Plan, bundles: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Digests and row counts of the inputs: as the notebooks tell them, besides those of the files themselves."""
    told = [b["provenance"] for b in bundles if b.get("provenance")]
    digests = {k: v for one in told for k, v in one.get("digests", {}).items()}
    rows = {k: v for one in told for k, v in one.get("rows", {}).items()}
    whole = digest(json.dumps([plan.inputs, digests], sort_keys=True).encode())
    return {"digest": whole, "files": plan.inputs, "digests": digests, "rows": rows}


def described(plan: Plan, revision: int, status: str, inputs: Mapping[str, Any],
              notebooks: Sequence[Mapping[str, Any]], times: Mapping[str, str],
              changed: Sequence[str] = ()) -> dict[str, Any]:  # fmt: skip
    """The manifest of one run."""
    return {
        "status": status,
        **made_of(plan, revision, inputs, notebooks),
        "inputs_changed": bool(changed),
        "key": plan.key,
        "asked": plan.asked,
        **times,
    }


def made_of(plan: Plan, revision: int, inputs: Mapping[str, Any],
            notebooks: Sequence[Mapping[str, Any]]) -> dict[str, Any]:  # fmt: skip
    """The part of a manifest that is known before the pages are written."""
    return {
        "company": plan.settings.company.name,
        "made_up": plan.settings.company.made_up,
        "as_of": plan.as_of.isoformat(),
        "scope": plan.scope_text,
        "revision": revision,
        "languages": list(plan.languages),
        "notebooks": list(notebooks),
        "data": dict(inputs),
        "settings": kept(plan.settings),
        "confirmed": confirmed(plan.settings, plan.scope, plan.as_of),
        "commit": commit(),
        "code": plan.code,
        "python": python_version(),
        "versions": versions(),
    }


def kept(settings: Settings) -> dict[str, Any]:
    """The settings that are not as they come, by dotted name, for the manifest. Addresses of sources and of those who
    are told are left out: they may hold names of machines and people."""
    whole = settings.model_dump(mode="json", exclude={"folder", "path", "notify"}, exclude_defaults=True)
    return {name: value for name, value in _flat(whole, "") if not name.endswith(".url")}


def confirmed(settings: Settings, scope: Mapping[str, str], day: date) -> dict[str, Any] | None:
    """The version of targets in force on a day, for the manifest; None where none was confirmed for this scope."""
    try:
        known = ledger.versions(ledger.folder_of(settings))
    except DataError:  # the notebooks that need the ledger say what is wrong with it
        return None
    last = [v for v in known if v.visible(day) and v.scope == dict(scope)]
    if not last:
        return None
    whole = ledger.whole_of(last[-1])
    return {
        "version": last[-1].number,
        "written": last[-1].written.date().isoformat(),
        "author": last[-1].author,
        "reason": last[-1].reason,
        "amount": whole.amount,
        "period": whole.period.isoformat(),
        "every": whole.every,
    }


def write(folder: Path, content: Mapping[str, Any]) -> None:
    """Puts the manifest in a report's folder."""
    text = json.dumps(content, ensure_ascii=False, indent=1, default=str) + "\n"
    folders.write(folder / NAME, text.encode("utf-8", "replace"))


def read(folder: Path) -> dict[str, Any] | None:
    """The manifest of a report's folder; None where there is none that can be read: missing, damaged, or of a version
    that tells it in another way. What such a version only adds does no harm."""
    try:
        content: dict[str, Any] = json.loads((folder / NAME).read_bytes())
        _Shape.model_validate(content, strict=True)  # of what is read: to read it twice would take four times as long
    except (OSError, ValueError, RecursionError):
        return None
    return content


def last_good(plan: Plan) -> tuple[Path, dict[str, Any]] | None:
    """The newest revision of this report that is whole. One of fewer notebooks with the same parameters does not stand
    in for it: it holds what this one would hold too."""
    return next((found for found in _whole(plan.folder) if not _part(found[1], plan)), None)


def _part(told: Mapping[str, Any], plan: Plan) -> bool:
    given = {str(one["name"]): one.get("parameters") for one in told["notebooks"]}
    return given.keys() < plan.parameters.keys() and all(plan.parameters[name] == own for name, own in given.items())


def before(out: Path, name: str, as_of: date, notebooks: Iterable[str], most: int = 1) -> dict[str, list[Found]]:
    """For each notebook the last good reports of earlier days that hold it, among the folders called `name`, which hold
    one company and scope: one of a day, newest first, at most `most`. A notebook that none holds is left out.

    Days count, not when a report was written: so a report made again has the same one before it. Reports that may mix
    old and new data stand in only where a notebook has no others.
    """
    days = sorted((d for d in days_of(out) if d.name < as_of.isoformat()), reverse=True)
    wanted, parents = set(notebooks), [day / name for day in days]
    found = _before(parents, wanted, most, good)
    return found | _before(parents, wanted - found.keys(), most, mixed)


def _before(parents: Iterable[Path], notebooks: Iterable[str], most: int, of: Revisions) -> dict[str, list[Found]]:
    found: dict[str, list[Found]] = {}
    wanted = set(notebooks)
    for parent in parents if wanted else ():
        for notebook, one in _holding(parent, wanted, of).items():
            found.setdefault(notebook, []).append(one)
        wanted -= {notebook for notebook, some in found.items() if len(some) >= most}
        if not wanted:
            break
    return found


def _holding(parent: Path, notebooks: Iterable[str], of: Revisions) -> dict[str, Found]:
    """For each notebook the last revision `of` a folder of revisions that holds it."""
    found: dict[str, Found] = {}
    wanted = set(notebooks)
    for folder, told in of(parent) if wanted else ():
        held = wanted & {one.get("name") for one in told["notebooks"]}
        found |= dict.fromkeys(held, (folder, told))
        wanted -= held
        if not wanted:
            break
    return found


def good(parent: Path) -> Iterator[Found]:
    """The good revisions in a folder of revisions, the last first; none that may mix old and new data."""
    return (one for one in _whole(parent) if not one[1].get("inputs_changed"))


def mixed(parent: Path) -> Iterator[Found]:
    """The others that did not fail, the last first: their data changed while they were read."""
    return (one for one in _whole(parent) if one[1].get("inputs_changed"))


def _whole(parent: Path) -> Iterator[Found]:
    for _, folder in reversed(folders.revisions(parent)):
        if (content := read(folder)) and content["status"] == "ok":
            yield folder, content


def compared_with(told: Mapping[str, Any]) -> list[tuple[str, int, list[str]]]:
    """The earlier reports that a report says it is compared with: day, revision and the notebooks concerned, empty
    for all of them."""
    since = told.get("since") or {}
    return [(str(one["then"]), int(one["revision"]), list(one.get("pages", ()))) for one in since.get("with", [since])
            if "then" in one and "revision" in one]  # fmt: skip


def days_of(out: Path) -> Iterator[Path]:
    """The folders that are named by a day; no links, which may lead out."""
    if out.is_dir():
        yield from (p for p in out.iterdir() if _DAY.fullmatch(p.name) and p.is_dir() and not p.is_symlink())


def _flat(value: Any, name: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _flat(inner, f"{name}.{key}" if name else str(key))
    else:
        yield name, value
