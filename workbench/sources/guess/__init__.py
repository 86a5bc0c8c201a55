"""`workbench init`: look at a company's files and write the settings that they suggest."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from workbench import settings as settings_file
from workbench.errors import DataError, ParameterError
from workbench.settings import LANGUAGES, Source
from workbench.sources.contracts import Table
from workbench.sources.guess import company, written
from workbench.sources.guess.guesses import Column, Guess
from workbench.sources.guess.sheets import Sheet

if TYPE_CHECKING:
    from workbench.sources.readers import Peek

_EXPORTS = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".xlsm", ".xlsb", ".parquet")
_ENOUGH = 1_000_000  # cells; more would prove little else


def init(
    files: Sequence[Path], out: Path = Path("workbench.toml"), *, name: str = "", currency: str = "", lang: str = "",
    force: bool = False,
) -> str:  # fmt: skip
    """What was found, what is to be decided and what comes next; the settings are written to `out`."""
    files = _inside(files)
    refused = _refused(files, out, lang, force)
    if refused:
        raise ParameterError("init", refused)
    found = company.guess(_looked(files))
    if currency:
        found = replace(found, questions=tuple(q for q in found.questions if q.where != "company:currency"))
    content = _content(found, out, name, currency, lang)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(content, "utf-8")
    if found.sources:
        settings_file.load(out)  # what we write must be what we can read
    return _told(found, out)


def _inside(files: Sequence[Path]) -> list[Path]:
    """The files; a folder stands for the exports in it."""
    found: list[Path] = []
    for file in map(Path, files):
        inside = [f for f in file.glob("*") if f.suffix.lower() in _EXPORTS and f.name[0] not in ".~"]
        found += sorted(inside) or [file]
    return list(dict.fromkeys(found))


def _refused(files: Sequence[Path], out: Path, lang: str, force: bool) -> list[str]:
    asked = [part.strip() for part in lang.split(",") if part.strip()]
    problems = [f"there are no exports in the folder {file} ({', '.join(_EXPORTS)})" for file in files if file.is_dir()]
    problems += [f"there is no file {file}" for file in files if not file.exists()]
    problems += [f"there is no language {n!r}; known: {', '.join(LANGUAGES)}" for n in asked if n not in LANGUAGES]
    if out.exists() and not force:
        problems.append(f"{out} is there already. Choose another name with --out, or overwrite it with --force.")
    return problems


def _content(found: Guess, out: Path, name: str, currency: str, lang: str) -> str:
    folder = out.resolve().parent
    called = Column(name, "") if name else Column(folder.name or "My company", "guess: the folder's name")
    money = Column(currency.upper(), "") if currency else found.currency
    languages = Column(" ".join(p.strip() for p in lang.split(",")), "") if lang else found.language
    return written.settings(found, folder, name=called, currency=money, languages=languages)


def _looked(files: Sequence[Path]) -> list[Sheet]:
    """The tables in all files; one error for all files that cannot be read."""
    sheets: list[Sheet] = []
    problems: list[str] = []
    for file in files:
        try:
            sheets += look(file)
        except DataError as error:
            problems += error.problems
    if problems:
        raise DataError("init", problems)
    return sheets


def look(path: Path) -> list[Sheet]:
    """The tables in a file, with as many rows as a guess needs; columns without a name of their own are left out."""
    from workbench.sources.readers import peek

    return [_sheet(found) for found in peek(path)]


def _sheet(found: "Peek") -> Sheet:
    names = [h for h in found.headers if h.strip() and found.headers.count(h) == 1]
    proven = {"encoding": found.encoding, "delimiter": found.delimiter, "header": str(found.header)}
    rows = _all_rows(found, names)
    whole = rows is not None
    if rows is None:
        at = [found.headers.index(h) for h in names]
        rows = pd.DataFrame([[row[i] for i in at] for row in found.rows], columns=names, dtype="str")
    return Sheet(found.file, rows, found.sheet, whole, {k: v for k, v in proven.items() if v}, found.forms)


def _all_rows(found: "Peek", names: Sequence[str]) -> pd.DataFrame | None:
    """The first rows as text; None where the file has a fault, which `workbench check` then tells."""
    from workbench.sources import engines, readers

    source = Source(files=[found.file.name], sheets=[found.sheet] if found.sheet else [], header=found.header,
                    columns={f"c{i}": h for i, h in enumerate(names)})  # fmt: skip
    raw = readers.read(engines.embedded(), "init", source, Table("init", "", {}), found.file.resolve().parent)
    if raw.expr is None or raw.problems or not names:
        return None
    rows = engines.frame(raw.expr.select(*source.columns).limit(_ENOUGH // len(names)))
    return rows.set_axis(list(names), axis=1).astype("str")


def _told(found: Guess, out: Path) -> str:
    lines = [f"Wrote {out}."]
    for name, source in found.sources.items():
        files = ", ".join(s.title for s in source.sheets) or source.derive
        columns = f" ({len(source.columns)} of {len(source.sheets[0].headers)} columns)" if source.sheets else ""
        lines.append(f"  {name}: {files}{columns}")
    lines += [f"  dimension {n}: {c.header}" for n, c in found.dimensions.items()]
    lines += [f"  not used: {u.header} ({u.why})" for u in found.unused]
    if found.questions:
        lines += ["", "Please decide:", *(f"  {i}. {q.asked}" for i, q in enumerate(found.questions, 1))]
    return "\n".join([*lines, "", f"Next: workbench check{'' if out == Path('workbench.toml') else f' {out}'}"])
