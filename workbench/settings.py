"""workbench.toml, typed and checked: company, calendar, sources, dimensions.

Everything that a company may set is a field here; its comment is what `workbench init` writes beside it.
"""

import difflib
import os
import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from workbench.errors import SettingsError

Language = Literal["en", "zh-CN", "zh-TW"]
LANGUAGES: tuple[Language, ...] = ("en", "zh-CN", "zh-TW")
MoneyUnit = Literal["auto", "1", "元", "k", "千", "万", "萬", "M", "百万", "百萬", "亿", "億", "B"]
DateOrder = Literal["", "year-first", "month-first", "day-first"]
_OURS = ("folder", "path")
ROOT = Path(__file__).parents[1]  # JupyterLab and nbval start in notebooks/, papermill elsewhere; both must find data/


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)  # blanks stay: a header or a value may hold them


class Company(_Strict):
    name: str | dict[Language, str]  # one name, or one for each language: { en = "…", zh-CN = "…" }
    currency: str  # ISO 4217, as CNY
    money_unit: MoneyUnit = "auto"  # unit of money shown; auto picks k, M or 万, 亿 by language
    languages: tuple[Language, ...] = ("en",)  # of the reports; the first is the notebooks' own
    made_up: bool = False  # every page says so

    def called(self, lang: Language) -> str:
        """The company's name in a language, else in its first."""
        return self.name if isinstance(self.name, str) else self.name.get(lang, next(iter(self.name.values())))

    @field_validator("name", mode="before")
    @classmethod
    def _named(cls, value: Any) -> Any:
        names = list(value.values()) if isinstance(value, dict) else [value]
        if not names or not all(isinstance(n, str) and n.strip() for n in names):
            raise ValueError("write the company's name, or one for each language")
        if isinstance(value, dict) and (unknown := [k for k in value if k not in LANGUAGES]):
            raise ValueError(f"there is no language {', '.join(unknown)}; known: {', '.join(LANGUAGES)}")
        return value

    @field_validator("currency")
    @classmethod
    def _code(cls, value: str) -> str:
        if not re.fullmatch("[A-Z]{3}", value):
            raise ValueError("write three capital letters (ISO 4217), as CNY, TWD, USD")
        return value

    @field_validator("languages")
    @classmethod
    def _some(cls, value: tuple[Language, ...]) -> tuple[Language, ...]:
        if not value:
            raise ValueError("name at least one language")
        return tuple(dict.fromkeys(value))


class CalendarSettings(_Strict):
    fiscal_year_starts: int = Field(1, ge=1, le=12)  # month in which the fiscal year starts
    pattern: Literal["months", "4-4-5", "4-5-4", "5-4-4"] = "months"  # calendar months, or weeks in each month
    week_starts: Literal["monday", "sunday"] = "monday"
    country: str = ""  # ISO 3166 code for public holidays and working days, e.g. CN; empty: weekdays only


class Lookup(_Strict):
    """The source holds another identifier of a reference table; replace it by that table's key."""

    table: str
    by: str  # column of the reference table, by its mapped name, that holds the identifier


class Stages(_Strict):
    """Which stages of an opportunity are closed, and the order of the open ones."""

    won: list[str] = []
    lost: list[str] = []
    order: list[str] = []


class Source(_Strict):
    files: list[str] = []  # names or patterns, relative to this file
    url: str = Field("", repr=False)  # a database instead of files; ${NAME} takes NAME from the environment
    table: str = ""  # its table, as schema.table
    sheets: list[str] = []  # of Excel files; empty: the only sheet, or an error that lists them; ["*"]: all
    encoding: str = ""  # e.g. utf-8, gb18030, big5; empty: proven from the bytes
    delimiter: str = ""  # empty: found
    decimal: Literal["", ".", ","] = ""  # empty: proven from the numbers
    dates: DateOrder = ""  # empty: proven from the dates
    header: int = Field(1, ge=0)  # row that holds the column names, counted from 1; 0: none
    names: list[str] = []  # column names where the file has none
    key: str = ""  # only for a reference table of your own: the column that names its rows
    columns: dict[str, str] = {}  # our name = the name in your file
    lookup: dict[str, Lookup] = {}  # this file names a row otherwise: { rep = { table = "reps", by = "employee_id" } }
    rename: dict[str, dict[str, str]] = {}  # of values, by column: { product = { "GTXPro" = "GTX Pro" } }
    exclude: dict[str, list[str]] = {}  # rows left out, by column and value; the report counts them and their money
    repeats: Literal["keep", "drop"] = "keep"  # identical lines within one file
    covers: tuple[date, date] | None = None  # first and last day that the export holds, where the data cannot tell
    stages: Stages = Stages()  # opportunities only
    derive: Literal["", "won opportunities"] = ""  # orders only: a company with only a CRM export

    @model_validator(mode="after")
    def _one_origin(self) -> "Source":
        if sum(map(bool, (self.files, self.url, self.derive))) != 1:
            raise ValueError("name exactly one of files, url or derive")
        if self.url and not self.table:
            raise ValueError("a url needs the name of its table")
        if self.covers and self.covers[0] > self.covers[1]:
            raise ValueError(f"covers ends on {self.covers[1]}, before it begins on {self.covers[0]}")
        return self


class Assumptions(_Strict):
    """A scenario of the company's own: what is assumed, as ratios (0.03 is 3 % more).

    Sales follow as these data show it, where they show an effect, else in proportion (spend: not at all)."""

    name: str | dict[Language, str] = ""  # what readers call it, or one for each language; empty: its key
    growth: float = Field(0.0, gt=-1, le=10)  # yearly growth beside the forecast's own, building up period by period
    shift: float = Field(0.0, ge=-1, le=10)  # of the level, at once
    price: float = Field(0.0, ge=-1, le=10)  # of prices, volume unchanged
    win_rate: float = Field(0.0, ge=-1, le=10)  # of the win rate: 0.1 lifts 25 % to 27.5 %
    reps: float = Field(0.0, ge=-1, le=10)  # of the number of people who sell, as productive as today's
    spend: float = Field(0.0, ge=-1, le=10)  # of what is spent to win customers
    market: float = Field(0.0, ge=-1, le=10)  # of the market's size
    after_months: int = Field(0, ge=0, le=60)  # months before it takes effect

    @field_validator("name")
    @classmethod
    def _known(cls, value: str | dict[Language, str]) -> str | dict[Language, str]:
        if isinstance(value, dict) and not value:
            raise ValueError("write the scenario's name, or one for each language")
        return value


class ForecastSettings(_Strict):
    every: Literal["week", "month", "quarter"] = "month"  # length of the periods that are forecast
    by: tuple[str, ...] = ()  # levels to forecast by; empty: the broadest of each dimension, while parts are few
    scenarios: dict[str, Assumptions] = {}  # named sets of assumptions


class Settings(_Strict):
    """One company. `folder` is where its file stands; patterns in `files` are relative to it."""

    company: Company
    calendar: CalendarSettings = CalendarSettings()
    sources: dict[str, Source]
    dimensions: dict[str, list[str]] = {}  # name = levels from broad to fine, each a column
    forecast: ForecastSettings = ForecastSettings()
    folder: Path = Path()
    path: Path = Path()

    @field_validator("dimensions")
    @classmethod
    def _each_level_once(cls, value: dict[str, list[str]]) -> dict[str, list[str]]:
        levels = [level for levels in value.values() for level in levels]
        twice = sorted({level for level in levels if levels.count(level) > 1})
        problems = [f"'{name}' has no levels" for name, levels in value.items() if not levels]
        problems += [f"level '{level}' stands twice; a level belongs to one dimension, once" for level in twice]
        if problems:
            raise ValueError("; ".join(problems))
        return value

    @model_validator(mode="after")
    def _forecast_by_known_levels(self) -> "Settings":
        unknown = [level for level in self.forecast.by if level not in self.levels]
        if unknown:
            known = ", ".join(self.levels) or "none; add [dimensions]"
            raise ValueError(f"forecast.by names {', '.join(unknown)}; levels are {known}")
        return self

    @property
    def levels(self) -> dict[str, str]:
        """Each level of each dimension, with the dimension it belongs to."""
        return {level: name for name, levels in self.dimensions.items() for level in levels}


def load(path: str | Path) -> Settings:
    """The settings in a file. A relative path is sought from here, then from the project's root."""
    settings, problems = read(path)
    if settings is None or problems:
        raise SettingsError(str(path), problems)
    return settings


def read(path: str | Path) -> tuple[Settings | None, list[str]]:
    """What can be read of a settings file (None: nothing that can be used), and everything wrong with it."""
    file = _find(Path(path))
    try:
        content = tomllib.loads(file.read_text("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return None, [f"it is not valid TOML in UTF-8: {error}"]
    try:
        return _settings(content, file), []
    except ValidationError as error:
        problems = list(dict.fromkeys(_problem(e) for e in error.errors()))
        return _rest(content, file, error), problems


def secret(url: str) -> str:
    """`url` with ${NAME} replaced from the environment. Never shown, logged or stored."""
    missing = [n for n in re.findall(r"\$\{(\w+)\}", url) if n not in os.environ]
    if missing:
        raise SettingsError("environment", [f"variable {n} is not set; the database's url needs it" for n in missing])
    return re.sub(r"\$\{(\w+)\}", lambda m: os.environ[m[1]], url)


def _settings(content: dict[str, Any], file: Path) -> Settings:
    """`folder` and `path` are ours, so in a file they are unknown keys like any other."""
    named = {f"{key} " if key in _OURS else key: value for key, value in content.items()}
    return Settings(**named, folder=file.parent, path=file)


def _rest(content: dict[str, Any], file: Path, error: ValidationError) -> Settings | None:
    """The settings without what was wrong, so that one check can go on to the data; None where too little is left."""
    for problem in error.errors():
        *way, last = [part.strip() if isinstance(part, str) else part for part in problem["loc"]] or [""]
        place: Any = content
        for part in way:
            place = place.get(part, {}) if isinstance(place, dict) else {}
        if isinstance(place, dict):
            place.pop(last, None)
    try:
        return _settings(content, file)
    except ValidationError:
        return None


def _find(path: Path) -> Path:
    path = path / "workbench.toml" if path.is_dir() else path
    for place in (path, ROOT / path):
        if place.is_file():
            return place.resolve()
    raise SettingsError(str(path), ["there is no such file. `workbench init FILES` writes one."])


_PLAIN = {
    "string_type": "write text in quotes",
    "list_type": 'write a list, as ["a", "b"]',
    "tuple_type": 'write a list, as ["a", "b"]',
    "dict_type": "write a section of its own",
    "model_type": "write a section of its own",
    "bool_parsing": "write true or false",
    "bool_type": "write true or false",
    "int_parsing": "write a whole number",
    "int_type": "write a whole number",
    "date_from_datetime_parsing": "write a day, as 2026-09-30",
    "date_parsing": "write a day, as 2026-09-30",
    "date_type": "write a day, as 2026-09-30",
}


def _problem(error: Any) -> str:
    where = ".".join(str(p) for p in error["loc"]) or "the file"
    if error["type"] == "extra_forbidden":
        return f"unknown key '{where.strip()}'.{_suggest(error['loc'])}"
    if error["type"] == "missing":
        return f"'{where}' is missing"
    message = _PLAIN.get(error["type"], error["msg"]).removeprefix("Value error, ")
    message = message.replace("Input should be", "write a number" if "than" in message else "write")
    given = error["input"]
    return f"'{where}': {message}" + (f", not {_shown(given)}" if isinstance(given, str | int | float) else "")


def _shown(given: str | float) -> str:
    """What was written, without the password of a database's address."""
    return re.sub(r"://[^@]*@", "://…@", repr(given))


def _suggest(loc: tuple[str | int, ...]) -> str:
    known = [f for f in _model([str(p) for p in loc[:-1]]).model_fields if f not in _OURS]
    near = difflib.get_close_matches(str(loc[-1]).lower(), known, n=1)
    return f" Did you mean '{near[0]}'?" if near else f" Known here: {', '.join(known)}."


def _model(path: list[str]) -> type[BaseModel]:
    """The model that stands at `path`."""
    match path:
        case ["company"]:
            return Company
        case ["calendar"]:
            return CalendarSettings
        case ["sources", _]:
            return Source
        case ["sources", _, "lookup", _]:
            return Lookup
        case ["sources", _, "stages"]:
            return Stages
    return Settings
