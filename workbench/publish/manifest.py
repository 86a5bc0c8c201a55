"""manifest.json: everything that made a report, and what came of it. The other pages and scripts read it."""

import json
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from platform import python_version
from typing import Any

from workbench.publish import folders
from workbench.publish.plan import Plan, digest, versions
from workbench.settings import ROOT

NAME = "manifest.json"


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
        "company": plan.settings.company.name,
        "made_up": plan.settings.company.made_up,
        "as_of": plan.as_of.isoformat(),
        "scope": plan.scope_text,
        "revision": revision,
        "languages": list(plan.languages),
        "notebooks": list(notebooks),
        "data": dict(inputs),
        "inputs_changed": bool(changed),
        "key": plan.key,
        "commit": commit(),
        "python": python_version(),
        "versions": versions(),
        **times,
    }


def write(folder: Path, content: Mapping[str, Any]) -> None:
    """Puts the manifest in a report's folder."""
    text = json.dumps(content, ensure_ascii=False, indent=1, default=str) + "\n"
    folders.write(folder / NAME, text.encode("utf-8", "replace"))


def read(folder: Path) -> dict[str, Any] | None:
    """The manifest of a report's folder; None where there is none that can be read."""
    try:
        content = json.loads((folder / NAME).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    needed = {"status", "as_of", "scope", "revision", "languages", "notebooks"}
    return content if isinstance(content, dict) and needed <= set(content) else None


def last_good(plan: Plan) -> tuple[Path, dict[str, Any]] | None:
    """The newest revision of this report that is whole."""
    for _, folder in reversed(folders.revisions(plan.folder)):
        if (content := read(folder)) and content["status"] == "ok":
            return folder, content
    return None
