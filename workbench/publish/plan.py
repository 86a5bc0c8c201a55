"""What a run will do, checked in full before anything starts: notebooks, parameters, where the report goes, its key."""

import difflib
import glob
import hashlib
import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import Any

from workbench import ledger, lessons, vintages
from workbench import settings as settings_file
from workbench.errors import ParameterError
from workbench.publish import folders, parameters
from workbench.publish.parameters import Parameter, Value
from workbench.run import asked, scope_text
from workbench.settings import ROOT, Language, Settings

DEMO = "data/demo/workbench.toml"
_OURS = ("as_of", "scope", "lang")  # every notebook must know these if they are asked for: a page must not ignore them
_TAKEN = ("index", "overview", "tables")  # names of files beside the notebooks' pages
PERIODS = {"last-month": "month", "last-quarter": "quarter", "last-year": "year"}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
ITSELF = "a setting, a notebook or the workbench itself"  # among what changed while a run was on
CYCLE = ("history", "market", "forecast", "plan", "tracking", "review")  # in which the steps are read


@dataclass(frozen=True)
class Request:
    """What a person asked for; empty is the default. `parameters` are `name=value` texts, or values by name."""

    notebooks: tuple[str, ...] = ()
    settings: str | Path = ""
    as_of: str = ""
    period: str = ""  # last-month, last-quarter or last-year: as_of is its last day unless given
    scope: str = ""
    lang: str = ""
    out: Path = Path("reports")
    timeout: float = 1800.0  # seconds of one notebook
    cell_timeout: float = 0.0  # of one cell; 0: no limit of its own
    run_timeout: float = 0.0  # of all notebooks together; 0: no limit
    workers: int = 0
    parameters: tuple[str, ...] | Mapping[str, Any] = ()
    force: bool = False
    crowded: bool = False  # a report of another part, whose name differs by case alone, is made with it


@dataclass(frozen=True)
class Plan:
    """A request that can be done. `parameters` are the values for each notebook, by its name."""

    notebooks: tuple[Path, ...]
    settings: Settings
    as_of: date
    scope: dict[str, str]
    languages: tuple[Language, ...]
    parameters: dict[str, dict[str, Value]]
    defaults: dict[str, dict[str, Value]]
    out: Path
    inputs: dict[str, str] = field(default_factory=dict)  # file → digest of what the settings name
    code: str = ""  # a fingerprint of the workbench's own files
    key: str | None = None  # equal keys give equal reports; None where that cannot be told
    asked: str = ""  # equal where the same was asked for, whatever the data are by now
    keys: dict[str, str] = field(default_factory=dict)  # the same for each notebook by itself; empty where key is None
    marked: bool = False  # its folder has a hash in its name

    @property
    def scope_text(self) -> str:
        return scope_text(self.scope)

    @property
    def folder(self) -> Path:
        """Where the revisions of this report are. The company goes by one name, whatever language is asked for."""
        return self.day / folders.name(self.company, self.scope_text, marked=self.marked)

    @property
    def day(self) -> Path:
        return self.out / self.as_of.isoformat()

    @property
    def company(self) -> str:
        """What its folders are called by."""
        company = self.settings.company
        return company.called(company.languages[0])


def plan(request: Request) -> Plan:
    """The plan for a request, or one error that names everything wrong with it."""
    typed, problems = _typed(request.parameters)
    request, typed, clashes = _merged(request, typed)
    notebooks, missing = _notebooks(request.notebooks)
    company = settings_file.load(settings_path(request))
    known = {notebook.stem: parameters.declared(notebook) for notebook in notebooks}
    over, unknown = _period_end(request.period, company)
    usual = over or _usual_day(company, known.values())
    day, scope, languages, wrong = asked(company, request.as_of or usual, request.scope, request.lang)
    given = {
        "as_of": day.isoformat(),
        "scope": scope_text(scope),
        "lang": ",".join(languages),
        "settings": _portable(company),
    }
    chosen, refused = _chosen(known, given, typed)
    deaf = [f"{name}.ipynb has no parameter {n!r}, so --{_dashed(n)} would not reach it"
            for name, ps in known.items() for n in _OURS if getattr(request, n) and n not in ps]  # fmt: skip
    if problems := problems + clashes + missing + unknown + wrong + refused + deaf:
        raise ParameterError("workbench run", list(dict.fromkeys(problems)))
    defaults = {name: {p.name: p.default for p in ps.values()} for name, ps in known.items()}
    made = Plan(notebooks, company, day, scope, languages, chosen, defaults, request.out)
    with folders.readable():
        marked = folders.marked(made.day, made.company, made.scope_text, crowded=request.crowded)
        made = replace(made, asked=_asked(made), marked=marked)
        if done(made, request):
            return made
        made = replace(made, inputs=_inputs(company), code=package())
        return replace(made, **_keys(made))


def done(made: Plan, request: Request) -> tuple[Path, dict[str, Any]] | None:
    """The report of a period that was asked for by its name and is there already: it is made once."""
    from workbench.publish import manifest

    last = manifest.last_good(made) if request.period and not request.force else None
    return last if last and last[1].get("asked") == made.asked else None


def changed(planned: Plan) -> tuple[str, ...]:
    """What is no longer as it was when the run was planned, and may be half of the old and half of the new."""
    try:
        differ = planned.inputs.items() ^ _inputs(planned.settings).items()
        same = _keys(replace(planned, code=package()))["key"] == planned.key
    except OSError as error:
        return (Path(error.filename or planned.settings.path).name,)
    files = tuple(sorted({name for name, _ in differ}))
    return files if same else (*files, ITSELF)


def _keys(made: Plan) -> dict[str, Any]:
    """`key` and `keys`: equal for what can only come out equal. What is in a database is not known without reading."""
    if any(source.url for source in made.settings.sources.values()):
        return {"key": None, "keys": {}}
    company = made.settings.path.read_text("utf-8-sig")
    issued = [_file_digest(file) for file in vintages.files(made.out, before=made.as_of)]
    told = [one.fingerprint(made.settings, made.as_of) for one in (ledger, lessons)]
    around = digest(json.dumps([company, made.inputs, issued, told, made.code, sys.version, versions()]).encode())
    each = {p.stem: [_sources([p]), made.parameters[p.stem], around] for p in made.notebooks}
    keys = {name: digest(json.dumps(own).encode()) for name, own in each.items()}
    return {"key": digest(json.dumps([list(keys.items()), _before(made)]).encode()), "keys": keys}


def _asked(made: Plan) -> str:
    """What a person asked for: settings, notebooks and their parameters. The settings' own path may be written in
    several ways."""
    given = [{n: v for n, v in made.parameters[p.stem].items() if n != "settings"} for p in made.notebooks]
    return digest(json.dumps([made.settings.path.read_text("utf-8-sig"), _sources(made.notebooks), given]).encode())


def _before(made: Plan) -> dict[str, str]:
    """The report that each page is compared with; the page tells it, its notebook knows nothing of it."""
    from workbench.publish import manifest

    found = manifest.before(made.out, made.folder.name, made.as_of, made.parameters)
    return {name: _file_digest(reports[0][0] / manifest.NAME) for name, reports in sorted(found.items())}


@lru_cache(maxsize=1)
def versions() -> dict[str, str]:
    """The versions of what a report's numbers and looks depend on."""
    names = ("workbench", "babel", "duckdb", "holidays", "ibis-framework", "jinja2", "matplotlib", "nbconvert", "numpy",
             "pandas", "papermill", "pyarrow", "statsmodels", "xlsxwriter")  # fmt: skip
    return {name: metadata.version(name) for name in names}


def digest(content: bytes) -> str:
    """A short fingerprint of bytes: equal only for equal content."""
    return hashlib.blake2b(content, digest_size=12).hexdigest()


def _typed(given: Sequence[str] | Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    if isinstance(given, Mapping):
        return dict(given), []
    pairs = [text.partition("=") for text in given]
    twice = {n for n, _, _ in pairs if sum(n == other for other, _, _ in pairs) > 1}
    problems = [f"-p {n}: write it as name=value" for n, equals, _ in pairs if not equals]
    problems += [f"{n} is given twice" for n in sorted(twice)]
    return {n.strip(): value for n, equals, value in pairs if equals}, problems


def _merged(request: Request, typed: dict[str, Any]) -> tuple[Request, dict[str, Any], list[str]]:
    """-p as_of=… is --as-of …, and so on."""
    names = [n for n in (*_OURS, "settings") if n in typed]
    problems = [f"{n} is given twice: with --{_dashed(n)} and with -p" for n in names if getattr(request, n)]
    problems += [f"{n} is {typed[n]!r}; it should be text" for n in names if not isinstance(typed[n], str)]
    merged = replace(request, **{n: typed[n] for n in names if isinstance(typed[n], str)})
    return merged, {n: v for n, v in typed.items() if n not in names}, problems


def settings_path(request: Request) -> Path:
    """The settings that a request means: those named, else ./workbench.toml, else the demo's."""
    if request.settings:
        return Path(request.settings)
    here = Path("workbench.toml")
    return here if here.is_file() else Path(DEMO)


def in_cycle(name: str) -> tuple[int, str]:
    """For sorting: the cycle's steps in their order, a company's own notebooks after them by name."""
    return (CYCLE.index(name) if name in CYCLE else len(CYCLE)), name


def _notebooks(names: Sequence[str]) -> tuple[tuple[Path, ...], list[str]]:
    """The notebooks by name or path, else all of the project's; a link to one elsewhere must be named by its path."""
    home = (ROOT / "notebooks").resolve()
    own = [p for p in home.glob("*.ipynb") if p.resolve().parent == home]
    every = {p.stem: p for p in sorted(own, key=lambda p: in_cycle(p.stem))}
    found = {name: _notebook(name, every) for name in names}
    chosen = [p for p in found.values() if p] if names else list(every.values())
    problems = [_no_notebook(name, list(every)) for name, p in found.items() if p is None]
    problems += [] if chosen or problems else ["there is no notebook in notebooks/"]
    stems = [p.stem for p in chosen]
    problems += [f"two notebooks are called {s}; their pages would collide" for s in set(stems) if stems.count(s) > 1]
    problems += [f"a notebook must not be called {s}: the report has a page of that name" for s in stems if s in _TAKEN]
    return tuple(chosen), problems


def _notebook(name: str, every: Mapping[str, Path]) -> Path | None:
    """A path as it stands from here, else one of the project's notebooks by its name."""
    if name.endswith(".ipynb") and Path(name).is_file():
        return Path(name).resolve()
    return every.get(name.removesuffix(".ipynb"))


def _no_notebook(name: str, every: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, every, n=1)
    hint = f"Did you mean '{near[0]}'?" if near else f"There are: {', '.join(every) or 'none'}."
    return f"there is no notebook {name!r}. {hint}"


def _usual_day(company: Settings, known: Iterable[Mapping[str, Parameter]]) -> str:
    """Today; for a made-up company the day that its notebooks name, because its data ends there."""
    days = [str(ps["as_of"].default) for ps in known if "as_of" in ps and ps["as_of"].default]
    return days[0] if company.company.made_up and days else date.today().isoformat()


def _period_end(period: str, company: Settings) -> tuple[str, list[str]]:
    """The last day of the fiscal period before the one that holds today; empty where none is asked for."""
    if not period:
        return "", []
    every = PERIODS.get(period)
    if every is None:
        near = difflib.get_close_matches(period, PERIODS, n=1)
        hint = f"Did you mean '{near[0]}'?" if near else ""
        return "", [f"--period is {period!r}; it can be {', '.join(PERIODS)}. {hint}".rstrip()]
    return ended(every, company, date.today()).isoformat(), []


def ended(every: str, company: Settings, today: date) -> date:
    """The last day of the fiscal month, quarter or year that was over before `today`.

    Months are counted here, as `Calendar` does: a second start should not wait for pandas.
    """
    if company.calendar.pattern == "months":
        months = today.year * 12 + today.month - 1
        months -= (today.month - company.calendar.fiscal_year_starts) % _MONTHS[every]
        return date(months // 12, months % 12 + 1, 1) - timedelta(days=1)
    import pandas as pd

    from workbench.periods import Calendar

    start = Calendar(company.calendar).start_of(pd.Timestamp(today), every)  # type: ignore[arg-type]
    return (start - pd.Timedelta(days=1)).date()


def _chosen(
    known: Mapping[str, Mapping[str, Parameter]], given: Mapping[str, str], typed: Mapping[str, Any]
) -> tuple[dict[str, dict[str, Value]], list[str]]:
    """Values for each notebook. What is typed must be known to one of them; each gets what it knows."""
    every = {name: p for ps in known.values() for name, p in ps.items()}
    wanted = {**given, **typed}
    problems = parameters.chosen(every, wanted)[1] if known else []
    values = {}
    for name, ps in known.items():
        values[name], refused = parameters.chosen(ps, {n: v for n, v in wanted.items() if n in ps})
        problems += refused
    return values, [p for p in problems if not any(f"no parameter {n!r}" in p for n in given)]


def _inputs(company: Settings) -> dict[str, str]:
    """Digest of each file that the settings name. Content, not dates: a copied file is the same file."""
    patterns = dict.fromkeys(pattern for source in company.sources.values() for pattern in source.files)
    found = sorted({p for pattern in patterns for p in _matches(pattern, company.folder) if p.is_file()})
    names = [_shown(p, company.folder) for p in found]
    alike = {n for n in names if names.count(n) > 1}
    unique = [os.path.relpath(p, company.folder) if n in alike else n for n, p in zip(names, found, strict=True)]
    return {name: _file_digest(p) for name, p in zip(unique, found, strict=True)}


def _matches(pattern: str, folder: Path) -> list[Path]:
    """The files that a pattern names, as the readers find them: marks of a pattern may be part of a name."""
    if "\0" in pattern:
        return []
    if (folder / pattern).exists():
        return [folder / pattern]
    return [Path(p) for p in glob.glob(str(Path(glob.escape(str(folder))) / pattern), recursive=True)]  # noqa: PTH207


def _file_digest(file: Path) -> str:
    """The digest of a file's content, read again only where the system says that the file is another."""
    about = file.stat()
    return _digested(file, (about.st_size, about.st_mtime_ns, about.st_ctime_ns, about.st_ino))


@lru_cache(maxsize=10_000)
def _digested(file: Path, _: tuple[int, ...]) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, lambda: hashlib.blake2b(digest_size=12)).hexdigest()


def _sources(notebooks: Iterable[Path]) -> list[Any]:
    """What of the notebooks makes a difference: the cells' text and tags, not outputs or the editor's notes."""
    cells = ((p.stem, c) for p in notebooks for c in json.loads(p.read_text("utf-8"))["cells"])
    return [(n, c["cell_type"], "".join(c["source"]), c["metadata"].get("tags", [])) for n, c in cells]


def package() -> str:
    """A fingerprint of the workbench's own files, which tells what the commit cannot where there is none."""
    files = sorted(p for p in (ROOT / "workbench").rglob("*") if p.is_file() and "__pycache__" not in p.parts)
    return digest(json.dumps({p.relative_to(ROOT).as_posix(): _file_digest(p) for p in files}).encode())


def _portable(company: Settings) -> str:
    """The settings' path as a notebook can find it again, without this machine's folders where that is possible."""
    for base in (Path.cwd(), ROOT):
        if company.path.is_relative_to(base):
            return company.path.relative_to(base).as_posix()
    return str(company.path)


def _shown(file: Path, folder: Path) -> str:
    return file.relative_to(folder).as_posix() if file.is_relative_to(folder) else file.name


def _dashed(name: str) -> str:
    return name.replace("_", "-")
