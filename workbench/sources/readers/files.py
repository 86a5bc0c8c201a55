"""The files that a source's patterns name, their digests, and what to say when there are none."""

import difflib
import glob
import hashlib
import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

CHUNK = 1 << 22
TEXT = {".csv", ".tsv", ".txt", ".psv", ".ssv", ".tab", ".dat"}
WORKBOOKS = {".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"}
PARQUET = {".parquet", ".pq"}


def find(patterns: Iterable[str], folder: Path) -> tuple[list[Path], list[str]]:
    """The files that match, in order and each once, however many ways lead to it; and problems."""
    found: dict[Path, Path] = {}
    problems = []
    for pattern in patterns:
        files, reasons = _matches(pattern, folder)
        for file in files:
            found.setdefault(file.resolve(), file)
        problems += reasons
    return list(found.values()), problems


def names(files: Iterable[Path], folder: Path) -> dict[Path, str]:
    """Each file as a person names it: by its name, or by its path where names repeat."""
    files = list(files)
    times = Counter(f.name for f in files)
    return {f: f.name if times[f.name] == 1 else os.path.relpath(f, folder) for f in files}


def unusable(file: Path, name: str) -> str:
    """Why a file cannot be opened at all; empty where it can."""
    if file.is_dir():
        return f'{name} is a folder. Name the files in it, e.g. "{name}/*.csv".'
    try:
        with file.open("rb") as opened:
            empty = not opened.read(1)
    except PermissionError:
        return f"{name} may not be read by this user. Change its permissions."
    except OSError as error:
        return f"{name} cannot be read: {error.strerror}."
    return f"{name} is empty (0 bytes). Export it again." if empty else ""


def digest(file: Path) -> str:
    """A short fingerprint of a file's bytes."""
    total = hashlib.blake2b(digest_size=8)
    with file.open("rb") as opened:
        while chunk := opened.read(CHUNK):
            total.update(chunk)
    return total.hexdigest()


def _matches(pattern: str, folder: Path) -> tuple[list[Path], list[str]]:
    exact = folder / pattern
    if "\0" in pattern:
        return [], ["a file name cannot hold a NUL character. Correct files in workbench.toml."]
    if exact.exists():
        return [exact], []
    found = [Path(p) for p in sorted(glob.glob(str(Path(glob.escape(str(folder))) / pattern), recursive=True))]  # noqa: PTH207 - may go up
    found = [p for p in found if p.is_file() and not p.name.startswith("~$")]  # Excel's own lock files
    return (found, []) if found else ([], [_nothing(pattern, exact)])


def _nothing(pattern: str, exact: Path) -> str:
    place = exact.parent
    if not place.is_dir():
        return f"there is no file '{pattern}': its folder does not exist. Correct files in workbench.toml."
    here = sorted(p.name for p in place.iterdir() if p.is_file())
    near = difflib.get_close_matches(exact.name, here, n=3, cutoff=0.5)
    kind = "no file matches" if glob.has_magic(pattern) else "there is no file"
    if near:
        return f"{kind} '{pattern}'. Nearest: " + ", ".join(f"'{n}'" for n in near) + "."
    shown = ", ".join(f"'{n}'" for n in here[:8]) + (" …" if len(here) > 8 else "")
    return f"{kind} '{pattern}'. The folder holds {shown or 'no files'}."
