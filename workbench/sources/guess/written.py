"""The settings file that a guess makes: TOML with a comment for each thing proven, guessed, asked or left out."""

import ast
import glob
import inspect
import io
import os
import re
import textwrap
import tokenize
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal, get_args, get_origin

from pydantic import BaseModel

from workbench.settings import CalendarSettings, Company, Source
from workbench.sources.contracts import TABLES
from workbench.sources.guess.guesses import Column, Guess, Question, SourceGuess
from workbench.sources.readers import UNTOLD

_ASKED = "PLEASE DECIDE:"
# Habits of the system that writes the files: pinned, since next month's file may not prove them again.
_PINNED = {"dates": ("day-first", "month-first"), "decimal": (",", ".")}


def text(value: str) -> str:
    """A string as TOML writes it, on one line and in visible characters, whatever it holds."""
    return '"' + "".join(_character(c) for c in value) + '"'


def key(value: str) -> str:
    """A key as TOML writes it."""
    return value if re.fullmatch(r"[A-Za-z0-9_-]+", value) else text(value)


def meanings(model: type[BaseModel]) -> dict[str, str]:
    """The comment beside each field of a settings model: what it means is written there and nowhere else."""
    source = textwrap.dedent(inspect.getsource(model))
    nodes = [n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.AnnAssign) and isinstance(n.target, ast.Name)]
    ends = {n.end_lineno: ast.unparse(n.target) for n in nodes}
    marks = [t for t in tokenize.generate_tokens(io.StringIO(source).readline) if t.type == tokenize.COMMENT]
    told = {ends[t.start[0]]: t.string.lstrip("# ") for t in marks if t.start[0] in ends}
    fields = model.model_fields.items()
    return {n: "; ".join(filter(None, [told.get(n, ""), _choices(f.annotation)])) for n, f in fields}


def _choices(annotation: object) -> str:
    """What may be written, where the setting takes one of a few words."""
    if get_origin(annotation) is not Literal:
        return ""
    return "one of " + ", ".join(str(v) or "nothing" for v in get_args(annotation))


def settings(found: Guess, folder: Path, *, name: Column, currency: Column, languages: Column) -> str:
    """The whole file. `folder` is where it will stand; the names of files are relative to it."""
    parts = [
        _head(found),
        _company(name, currency, languages, _at(found, "company:")),
        _calendar(),
        *(_source(s, folder, found) for s in found.sources.values()),
        _missing(found),
        _dimensions(found),
        _leftover(found),
    ]
    return "\n\n".join("\n".join(p) for p in parts if p) + "\n"


def _character(c: str) -> str:
    if c in '"\\':
        return "\\" + c
    if c.isprintable():
        return c
    return f"\\u{ord(c):04X}" if ord(c) < 0x10000 else f"\\U{ord(c):08X}"


def _comment(line: str) -> list[str]:
    """Comment lines; nothing in them can end the comment."""
    shown = "".join(c if c.isprintable() else _character(c) for c in line)
    return [f"# {part}" for part in textwrap.wrap(shown, 116, break_long_words=False, break_on_hyphens=False)]


def _beside(line: str, why: str) -> list[str]:
    """A line and why it is so: beside it where there is room, else above it."""
    shown = "".join(c if c.isprintable() else _character(c) for c in why)
    short = f"{line}  # {shown}" if why else line
    return [short] if len(short) <= 120 else [*_comment(why), line]


def _list(values: Iterable[str]) -> str:
    return f"[{', '.join(map(text, values))}]"


def _head(found: Guess) -> list[str]:
    files = dict.fromkeys(s.title for g in found.sources.values() for s in g.sheets)
    asked = sum(1 for _ in found.questions)
    lines = _comment("Written by `workbench init`" + (" from " + ", ".join(files) if files else "") + ".")
    lines += _comment("A column without a comment has a known name and cells that agree; every guess says so.")
    lines += _comment("Change what is wrong, then run `workbench check`.")
    return lines + (_comment(f'{asked} to decide: look for "{_ASKED}".') if asked else [])


def _company(name: Column, currency: Column, languages: Column, asked: Sequence[Question]) -> list[str]:
    lines = ["[company]", *_beside(f"name = {text(name.header)}", name.why)]
    lines += [line for q in asked for line in _comment(f"{_ASKED} {q.asked}")]
    lines += _beside(f"currency = {text(currency.header)}", currency.why)
    lines += _beside(f"languages = {_list(languages.header.split())}", languages.why)
    return lines + _defaults(Company, {"name", "currency", "languages"})


def _calendar() -> list[str]:
    return ["[calendar]", *_defaults(CalendarSettings, set())]


def _defaults(model: type[BaseModel], written: set[str]) -> list[str]:
    """Each other setting as a comment, with its default and its meaning."""
    told = meanings(model)
    fields = {n: f.default for n, f in model.model_fields.items() if n not in written}
    return [line for n, v in fields.items() for line in _beside(f"# {n} = {_value(v)}", told.get(n, ""))]


def _value(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return text(value) if isinstance(value, str) else str(value)


def _source(source: SourceGuess, folder: Path, found: Guess) -> list[str]:
    table = TABLES.get(source.name)
    lines = _beside(f"[sources.{key(source.name)}]", table.meaning if table else "a reference table of your own")
    lines += [line for note in source.notes for line in _comment(note)]
    lines += _asked(source.name, found)
    if source.derive:
        return [*lines, f"derive = {text(source.derive)}"]
    lines += [line for q in _at(found, f"{source.name}:unit") for line in _comment(f"{_ASKED} {q.asked}")]
    lines += _files(dict.fromkeys(_relative(s.path, folder) for s in source.sheets))
    if sheets := [s.sheet for s in source.sheets if s.sheet]:
        lines += [f"sheets = {_list(dict.fromkeys(sheets))}"]
    lines += _reading(source, found)
    if source.key:
        lines += _beside(f"key = {text(source.key)}", "the column that names its rows")
    lines += [*_excluded(source, found), *_rename_lines(source)]
    below = (_stage_lines(source), _lookup_lines(source), _column_lines(source, found))
    return [*lines, *(line for part in below if part for line in ("", *part))]


def _files(names: Iterable[str]) -> list[str]:
    """On one line, or a line for each where that would be long."""
    short = f"files = {_list(names)}"
    return [short] if len(short) <= 110 else ["files = [", *(f"    {text(n)}," for n in names), "]"]


def _reading(source: SourceGuess, found: Guess) -> list[str]:
    """How the files are written: as a comment what each file proves again when it is read, else as settings."""
    proven = {k: sorted({s.proven[k] for s in source.sheets if k in s.proven}) for k in ("encoding", "delimiter")}
    seen = [f"{k} {', '.join(map(text, v))}" for k, v in proven.items() if v]
    lines = _comment("proven by the bytes, each time anew: " + "; ".join(seen)) if seen else []
    rows = {s.proven.get("header", "1") for s in source.sheets}
    lines += _beside(f"header = {max(rows)}", "guess: the row that looks like headers") if rows != {"1"} else []
    for setting, values in _PINNED.items():
        told = set(source.forms(setting)) - {UNTOLD}
        if len(told) == 1 and told <= {*values} - {"."}:
            lines += _beside(f"{setting} = {text(*told)}", "proven by the values")
        for q in _at(found, f"{source.name}:{setting}"):
            lines += [*_comment(f"{_ASKED} {q.asked}"), *(f"# {setting} = {text(v)}" for v in values)]
    return lines


def _excluded(source: SourceGuess, found: Guess) -> list[str]:
    """One line for all that may be left out, since a key stands once."""
    before = f"{source.name}:exclude."
    asked = {q.where.removeprefix(before): q for q in found.questions if q.where.startswith(before)}
    lines = [line for q in asked.values() for line in _comment(f"{_ASKED} {q.asked}")]
    inner = ", ".join(f"{key(c)} = {_list(q.choices)}" for c, q in asked.items())
    return [*lines, f"# exclude = {{ {inner} }}"] if asked else []


def _stage_lines(source: SourceGuess) -> list[str]:
    if not source.stages:
        return []
    known = bool(source.stages["won"])
    lines = [f"[sources.{key(source.name)}.stages]"]
    lines += [] if known else _comment(f"{_ASKED} which stages mean won, and which lost?")
    lines += [f"{k} = {_list(v)}" for k, v in source.stages.items() if k != "order"]
    why = "the open ones, first to last; guess: by their names"
    return [*lines, *_beside(f"order = {_list(source.stages['order'])}", why)]


def _lookup_lines(source: SourceGuess) -> list[str]:
    if not source.lookup:
        return []
    lines = [f"[sources.{key(source.name)}.lookup]"]
    for column, (table, by, why) in source.lookup.items():
        lines += _beside(f"{key(column)} = {{ table = {text(table)}, by = {text(by)} }}", f"proven: {why}")
    return lines


def _rename_lines(source: SourceGuess) -> list[str]:
    coins = ", ".join(f"{text(a)} = {text(b)}" for a, b in source.coins.items())
    lines = _beside(f"rename = {{ currency = {{ {coins} }} }}", "the codes of currencies") if coins else []
    for column, pairs in source.rename.items():
        shown = dict(list(pairs.items())[:10])
        names = ", ".join(map(text, shown)) + (" …" if len(pairs) > len(shown) else "")
        lines += _comment(f"{column}: {names} would join its table but for blanks, case or marks. To repair:")
        inner = ", ".join(f"{text(a)} = {text(b)}" for a, b in shown.items())
        lines.append(f"# rename = {{ {key(column)} = {{ {inner} }} }}")
    return lines


def _column_lines(source: SourceGuess, found: Guess) -> list[str]:
    lines = _beside(f"[sources.{key(source.name)}.columns]", "our name = the name in your file")
    for column, headers in source.rivals.items():
        lines += [line for q in _at(found, f"{source.name}.{column}") for line in _comment(f"{_ASKED} {q.asked}")]
        lines += [f"# {key(column)} = {text(header)}" for header in headers]
    if not source.rivals:
        for q in _at(found, f"{source.name}.amount"):
            lines += [*_comment(f"{_ASKED} {q.asked}."), '# amount = "…"']
    lines += [line for c, m in source.columns.items() for line in _beside(f"{key(c)} = {text(m.header)}", m.why)]
    rest = [h for h in source.rest if h not in {r for headers in source.rivals.values() for r in headers}]
    lines += _comment("not used: " + ", ".join(map(text, rest))) if rest else []
    if source.name in TABLES:
        known = [c for c in TABLES[source.name].columns if c not in {*source.columns, *source.rivals}]
        money = source.name == "orders" and "amount" in known and {"quantity", "price"} <= set(source.columns)
        lines += _comment("not found: " + ", ".join(known)) if known else []
        lines += _comment("An amount is quantity × price here, less the discount if there is one.") if money else []
    return lines


def _asked(name: str, found: Guess) -> list[str]:
    return [line for q in found.questions if q.where == name for line in _comment(f"{_ASKED} {q.asked}")]


def _at(found: Guess, where: str) -> list[Question]:
    return [q for q in found.questions if q.where == where or (where.endswith(":") and q.where.startswith(where))]


def _relative(path: Path, folder: Path) -> str:
    """The file as seen from the settings; signs that would make it a pattern are made plain."""
    try:
        near = os.path.relpath(path.resolve(), folder.resolve())
    except ValueError:  # another drive
        near = str(path.resolve())
    return glob.escape(Path(near).as_posix())


def _missing(found: Guess) -> list[str]:
    """Tables that no file holds, and every setting that a source may have."""
    lacking = {n: t for n, t in TABLES.items() if n not in found.sources}
    lines = [line for q in _at(found, "") for line in _comment(f"{_ASKED} {q.asked}")]
    lines += _comment("Tables that no file holds; each that you add brings its sections to the reports:")
    lines += [line for n, t in lacking.items() for line in _comment(f"  {n}: {t.meaning}")] if lacking else []
    lines += ["#", *_comment("Other settings of a source, where they are needed:")]
    return lines + [f"#   {n}: {why}" for n, why in meanings(Source).items()]


def _dimensions(found: Guess) -> list[str]:
    why = "name = levels from broad to fine, each a column of orders or of a table it points to"
    lines = _beside("[dimensions]", why)
    for name, levels in found.dimensions.items():
        lines += _beside(f"{key(name)} = {_list(levels.header.split(' > '))}", levels.why)
    return lines


def _leftover(found: Guess) -> list[str]:
    lines = _comment("Files that are not used:") if found.unused else []
    return lines + [line for u in found.unused for line in _comment(f"  {text(u.header)}: {u.why}{_holding(u, found)}")]


def _holding(unused: Column, found: Guess) -> str:
    """The headers of a file that is not used, where orders are still sought."""
    return f"; it has the columns {', '.join(map(text, unused.holds))}" if _at(found, "") and unused.holds else ""
