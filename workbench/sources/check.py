"""`workbench check`: everything wrong with the settings and the data at once, else what the data hold."""

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pandas as pd

from workbench import settings as settings_file
from workbench.errors import DataError, SettingsError
from workbench.run import Run
from workbench.settings import NO_CURRENCY, Settings
from workbench.sources.contracts import TABLES
from workbench.sources.data import Data
from workbench.sources.guess.sheets import unit
from workbench.sources.loading import load

Say = Callable[[str, Mapping[str, Any]], str]  # a phrase's key and values -> the sentence
_QUARTERS = 5  # from which on lines in first months only are no accident
_END_OF_TIME = pd.Timestamp("2200-12-31")  # a check looks at all rows; no run's day cuts them


@dataclass(frozen=True)
class Checked:
    """Problems by the file or table that they are in, and the data where they could be read."""

    path: str
    problems: dict[str, list[str]] = field(default_factory=dict)
    data: Data | None = None

    @property
    def good(self) -> bool:
        return not any(self.problems.values())


def check(path: str | Path) -> Checked:
    """What is wrong with a settings file and with all that it names."""
    company, wrong = settings_file.read(path)
    problems = {str(path): wrong} if wrong else {}
    if company is None:
        return Checked(str(path), problems)
    try:
        data = load(Run(company, _END_OF_TIME, {}, company.company.languages))
    except (DataError, SettingsError) as error:
        return Checked(str(path), problems | _grouped(error.problems, company))
    lost = _lost_levels(data)
    return Checked(str(path), problems | ({"dimensions": lost} if lost else {}), data)


def told(checked: Checked, speak: Callable[[Run], Say]) -> str:
    """The check in lines: the problems, else what was read, what is noteworthy, what is missing."""
    if not checked.good or checked.data is None:
        return "\n".join(line for where, found in checked.problems.items() for line in _listed(where, found))
    say = speak(checked.data.run)
    parts = [_read(checked.data), _noted(checked.data, say), _dimensions(checked.data), _missing(checked.data, say)]
    return "\n\n".join("\n".join(part) for part in [[f"{checked.path}: nothing is wrong."], *parts] if part)


def _grouped(problems: list[str], company: Settings) -> dict[str, list[str]]:
    """Problems under the source that each begins with, together with its files."""
    found: dict[str, list[str]] = {}
    for problem in problems:
        name, _, rest = problem.partition(": ")
        if name not in company.sources and (holder := _holder(name, company)):
            name, rest = holder, problem
        source = company.sources.get(name)
        where = f"{name} ({', '.join(source.files) or source.table or source.derive})" if source else "data"
        found.setdefault(where, []).append(rest if source else problem)
    return found


def _holder(file: str, company: Settings) -> str:
    """The source that reads a file of this name."""
    sheetless = re.sub(r" \[.*\]$", "", file.partition(",")[0])
    patterns = {n: [Path(f).name for f in s.files] for n, s in company.sources.items()}
    return next((n for n, files in patterns.items() if any(fnmatchcase(sheetless, f) for f in files)), "")


def _listed(where: str, problems: list[str]) -> list[str]:
    count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    return [f"{where}: {count}", *(f"  - {p}" for p in problems)]


def _lost_levels(data: Data) -> list[str]:
    """Levels of dimensions that neither the orders nor a table they point to has."""
    known = sorted(_columns(data))
    found = []
    for level, dimension in data.run.settings.levels.items():
        if data.cube.has(level):
            continue
        near = difflib.get_close_matches(level, known, n=1)
        advice = f" Did you mean '{near[0]}'?" if near else f" Known: {', '.join(known)}."
        found.append(f"'{level}' of {dimension} is no column of orders, nor of a table that they point to.{advice}")
    return found


def _columns(data: Data) -> set[str]:
    own = {c for c in data.orders.expr.columns if not c.startswith("_")}
    return own.union(*(f.columns for f in data.refs.frames.values())) - {"date", "amount", "quantity", "price"}


def _read(data: Data) -> list[str]:
    """One line for each table: its rows, days and, for orders, the money that counts."""
    names = dict.fromkeys(s.table for s in data.quality.of("read"))
    rows = {n: sum(s.rows for s in data.quality.of("read", table=n)) for n in names}
    lines = [f"  {n:<14} {rows[n]:>12,} rows{_days(data, n)}" for n in names if n != "orders"]
    first, last = _dated(data)
    total = data.sales("year")[["lines", "amount"]].sum()
    own = data.run.settings.company.currency
    money = f"{total['amount']:,.2f}" + (f" {own}" if own != NO_CURRENCY else "")
    days = f"{first:%Y-%m-%d} to {last:%Y-%m-%d}"
    return ["Read:", f"  {'orders':<14} {int(total['lines']):>12,} lines count, {days}, {money} in all", *lines]


def _dated(data: Data) -> tuple[pd.Timestamp, pd.Timestamp]:
    """The first and the last day that an order bears."""
    read = data.quality.of("read", table="orders")
    return min(s.detail["first"] for s in read), max(s.detail["last"] for s in read)


def _days(data: Data, name: str) -> str:
    """The days that a dated table covers."""
    frame, columns = data.table(name), TABLES[name].columns if name in TABLES else {}
    dated = next((c for c, kind in columns.items() if kind.kind == "date"), "")
    if frame is None or dated not in frame or frame[dated].notna().sum() == 0:
        return ""
    return f", {frame[dated].min():%Y-%m-%d} to {frame[dated].max():%Y-%m-%d}"


def _noted(data: Data, say: Say) -> list[str]:
    """What was left out, repaired or does not fit, the most money first."""
    found = [f"  {say(f.key, f.values)}" for f in data.quality.findings]
    found = [*_future(data), *_by_quarter(data), *_scaled(data.run.settings), *found]
    return ["Worth knowing:", *found] if found else []


def _scaled(company: Settings) -> list[str]:
    """Money whose header says thousands or more: its numbers are read as they stand."""
    money = {n: {c for c, d in t.columns.items() if d.kind == "money"} for n, t in TABLES.items()}
    return [
        f"  {name}: '{header}' says it is in {said}, and its numbers are read as they stand. Are they whole units?"
        for name, source in company.sources.items()
        for column, header in source.columns.items()
        if column in money.get(name, ()) and (said := unit(header))
    ]


def _future(data: Data) -> list[str]:
    today, last = pd.Timestamp.now().normalize(), _dated(data)[1]
    if last <= today:
        return []
    return [f"  orders: the last is dated {last:%Y-%m-%d}, which is still to come. Are its day and month in order?"]


def _by_quarter(data: Data) -> list[str]:
    """Statistics by quarter, whose days are the quarters' first: by month two of three would be without sales."""
    months, quarters = (set(f.loc[f["lines"] > 0, "period"]) for f in (data.sales("month"), data.sales("quarter")))
    if data.run.settings.forecast.every != "month" or len(months) < _QUARTERS or months != quarters:
        return []
    said = "  orders: every line is dated in the first month of a quarter. If they are sums of quarters, forecast by"
    return [f'{said} quarter: [forecast] every = "quarter".']


def _dimensions(data: Data) -> list[str]:
    dimensions = data.run.settings.dimensions
    lines = [f"  {n}: {' > '.join(_mapped(data, level) for level in levels)}" for n, levels in dimensions.items()]
    return ["Dimensions:", *lines] if lines else ["Dimensions: none. Name some in [dimensions] to split the figures."]


def _mapped(data: Data, level: str) -> str:
    """A level, with the header it is mapped to where that is another word."""
    holders = [s for n, s in data.run.settings.sources.items() if n in ("orders", *data.refs.keys)]
    header = next((s.columns[level] for s in holders if level in s.columns), level)
    return level if header == level else f"{level} ({header})"


def _missing(data: Data, say: Say) -> list[str]:
    adds = {t: say(f"terms.would_add.{t}", {}) for t in data.quality.missing}
    lines = [f"  {say('page.would_add', {'table': t, 'adds': words})}" for t, words in adds.items()]
    return ["Not given:", *lines] if lines else []
