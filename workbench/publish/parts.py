"""What each notebook of a report writes beside its pages: collected after it ran, or taken from an earlier revision.

A notebook is taken over where everything that makes it is as it was: its text, its parameters, the data, the settings,
the workbench and the versions of its libraries. The manifest says so, and the page shows it.
"""

import shutil
from collections.abc import Collection, Iterable
from itertools import islice
from pathlib import Path
from typing import Any

from workbench.publish import folders, hidden, manifest
from workbench.publish.folders import Staging
from workbench.publish.plan import Plan
from workbench.publish.runner import Executed

_WRITTEN = {"tables": (".parquet", ".json"), "vintages": (".parquet", ".toml")}  # toml: what a review proposes
FOLDERS = tuple(_WRITTEN)
_LOOK_BACK = 20  # revisions


def tables(staging: Staging, notebook: str) -> Path:
    """Where one notebook of a run writes its tables; forecasts and plans that it issues go beside it."""
    folder = (staging.folder / ".parts" / folders.slug(notebook) / "tables").resolve()
    folder.mkdir(parents=True)
    return folder


def collected(staging: Staging, names: Iterable[str], secrets: Collection[str] = ()) -> dict[str, list[str]]:
    """Puts what the notebooks wrote, without secrets, in the report's folders; the files of each, as paths in it."""
    found: dict[str, list[str]] = {}
    folders.empty(staging.folder, keep=".parts")  # a notebook may have written where it has no business
    (staging.folder / "tables").mkdir()
    for name in names:
        own = staging.folder / ".parts" / folders.slug(name)
        files = sorted(p for folder in FOLDERS for p in (own / folder).rglob("*") if _written(p, folder))
        hidden.clean(files, secrets)
        found[name] = [p.relative_to(own).as_posix() for p in files]
        for file in files:
            target = staging.folder / file.relative_to(own)
            target.parent.mkdir(parents=True, exist_ok=True)
            file.replace(target)
    shutil.rmtree(staging.folder / ".parts", ignore_errors=True)
    return found


def _written(file: Path, folder: str) -> bool:
    """Whether a file is one of those that the workbench writes, and no way to another file."""
    return file.suffix in _WRITTEN[folder] and file.is_file() and not file.is_symlink()


def reusable(planned: Plan) -> dict[str, tuple[Path, dict[str, Any]]]:
    """By notebook, the newest revision that holds it as it would come out again: its folder and what its manifest
    tells of the notebook. A revision of which another notebook failed will do."""
    found: dict[str, tuple[Path, dict[str, Any]]] = {}
    for _, folder in islice(reversed(folders.revisions(planned.folder)), _LOOK_BACK):
        told = manifest.read(folder) if planned.keys else None
        for one in told["notebooks"] if told else ():
            name = str(one.get("name"))
            if name not in found and _same(one, planned.keys.get(name)) and _whole(folder, one):
                found[name] = folder, one
    return found


def taken(staging: Staging, folder: Path, told: dict[str, Any]) -> Executed:
    """A notebook as an earlier revision has it, with its files copied into this one."""
    import nbformat

    name = told["name"]
    own = staging.folder / ".parts" / folders.slug(name)
    for file in told["files"]:
        (own / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / file, own / file)
    notebook = nbformat.read(folder / f"{name}.ipynb", as_version=4)
    first = told.get("reused") or folder.name.removesuffix("-failed")
    return Executed(name, "ok", notebook, told["seconds"], reused=first)


def _same(told: dict[str, Any], key: str | None) -> bool:
    return bool(key) and told.get("key") == key and told.get("status") == "ok"


def _whole(folder: Path, told: dict[str, Any]) -> bool:
    """Whether all that is to be taken is there, and lies where a notebook may write."""
    files = told.get("files")
    if not isinstance(files, list) or not (folder / f"{told['name']}.ipynb").is_file():
        return False
    parts = [Path(file).parts for file in files]
    return all(p[0] in FOLDERS and ".." not in p for p in parts) and all((folder / f).is_file() for f in files)
