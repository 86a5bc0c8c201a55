"""workbench.toml, typed and checked: company, calendar, sources, dimensions.

Everything that a company may set is a field here; its comment is what `workbench init` writes beside it.
"""

import difflib
import os
import re
import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from workbench.errors import SettingsError

Language = Literal["en", "zh-CN", "zh-TW"]
LANGUAGES: tuple[Language, ...] = ("en", "zh-CN", "zh-TW")
MoneyUnit = Literal["auto", "1", "元", "k", "千", "万", "萬", "M", "百万", "百萬", "亿", "億", "B"]
DateOrder = Literal["", "year-first", "month-first", "day-first"]
ROOT = Path(__file__).parents[1]  # JupyterLab and nbval start in notebooks/, papermill elsewhere; both must find data/


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Company(_Strict):
    name: str | dict[Language, str]
    currency: str = Field(pattern="^[A-Z]{3}$")  # ISO 4217
    money_unit: MoneyUnit = "auto"  # unit of money shown; auto picks k, M or 万, 亿 by language
    languages: tuple[Language, ...] = ("en",)  # of the reports; the first is the notebooks' own
    made_up: bool = False  # every page says so

    def called(self, lang: str) -> str:
        """The company's name in a language, else in its first."""
        return self.name if isinstance(self.name, str) else self.name.get(lang, next(iter(self.name.values())))

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
    url: str = ""  # a database instead of files; ${NAME} takes NAME from the environment
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
    lookup: dict[str, Lookup] = {}
    rename: dict[str, dict[str, str]] = {}  # of values, by column: { product = { "GTXPro" = "GTX Pro" } }
    exclude: dict[str, list[str]] = {}  # rows left out, by column and value; the report counts them and their money
    repeats: Literal["keep", "drop"] = "keep"  # identical lines within one file
    covers: tuple[str, str] | None = None  # first and last day that the export holds, where the data cannot tell
    stages: Stages = Stages()  # opportunities only
    derive: Literal["", "won opportunities"] = ""  # orders only: a company with only a CRM export

    @model_validator(mode="after")
    def _one_origin(self) -> "Source":
        if sum(map(bool, (self.files, self.url, self.derive))) != 1:
            raise ValueError("name exactly one of files, url or derive")
        if self.url and not self.table:
            raise ValueError("a url needs the name of its table")
        return self


class Settings(_Strict):
    """One company. `folder` is where its file stands; patterns in `files` are relative to it."""

    company: Company
    calendar: CalendarSettings = CalendarSettings()
    sources: dict[str, Source]
    dimensions: dict[str, list[str]] = {}  # name = levels from broad to fine, each a column
    folder: Path = Path()
    path: Path = Path()

    @property
    def levels(self) -> dict[str, str]:
        """Each level of each dimension, with the dimension it belongs to."""
        return {level: name for name, levels in self.dimensions.items() for level in levels}


def load(path: str | Path) -> Settings:
    """The settings in a file. A relative path is sought from here, then from the project's root."""
    file = _find(Path(path))
    try:
        content = tomllib.loads(file.read_text("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(str(path), [f"it is not valid TOML in UTF-8: {error}"]) from error
    try:
        return Settings(**{k: v for k, v in content.items() if k not in ("folder", "path")}
                        | _unknown_paths(content), folder=file.parent, path=file)  # fmt: skip
    except ValidationError as error:
        raise SettingsError(str(path), [_problem(e) for e in error.errors()]) from error


def secret(url: str) -> str:
    """`url` with ${NAME} replaced from the environment. Never shown, logged or stored."""
    missing = [n for n in re.findall(r"\$\{(\w+)\}", url) if n not in os.environ]
    if missing:
        raise SettingsError("environment", [f"variable {n} is not set; the database's url needs it" for n in missing])
    return re.sub(r"\$\{(\w+)\}", lambda m: os.environ[m[1]], url)


def _unknown_paths(content: dict[str, Any]) -> dict[str, Any]:
    """`folder` and `path` are ours, so in a file they are unknown keys like any other."""
    return {f"{k} ": content[k] for k in ("folder", "path") if k in content}


def _find(path: Path) -> Path:
    path = path / "workbench.toml" if path.is_dir() else path
    for place in (path, ROOT / path):
        if place.is_file():
            return place.resolve()
    raise SettingsError(str(path), ["there is no such file. `workbench init FILES` writes one."])


def _problem(error: Any) -> str:
    where = ".".join(str(p) for p in error["loc"]) or "the file"
    if error["type"] == "extra_forbidden":
        return f"unknown key '{where.strip()}'.{_suggest(error['loc'])}"
    if error["type"] == "missing":
        return f"'{where}' is missing"
    message = error["msg"].removeprefix("Value error, ")
    given = error["input"]
    return f"'{where}': {message}" + (f", not {given!r}" if isinstance(given, str | int | float) else "")


def _suggest(loc: tuple[str | int, ...]) -> str:
    known = _fields(Settings, [str(p) for p in loc[:-1]])
    near = difflib.get_close_matches(str(loc[-1]), known, n=1)
    return f" Did you mean '{near[0]}'?" if near else f" Known here: {', '.join(known)}."


def _fields(model: type[BaseModel], path: list[str]) -> list[str]:
    """Names that may stand at `path`, found by walking the models."""
    sections: dict[str, type[BaseModel]] = {
        "company": Company, "calendar": CalendarSettings, "sources": Source, "lookup": Lookup, "stages": Stages,
    }  # fmt: skip
    for part in path:
        model = sections.get(part, model)
    return [f for f in model.model_fields if f not in ("folder", "path")]
