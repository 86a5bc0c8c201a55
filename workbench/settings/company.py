"""What a company says of itself, its calendar and its sources."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

Language = Literal["en", "zh-CN", "zh-TW"]
LANGUAGES: tuple[Language, ...] = ("en", "zh-CN", "zh-TW")
NO_CURRENCY = "XXX"  # ISO 4217: what is counted is not money
MoneyUnit = Literal["auto", "1", "元", "k", "千", "万", "萬", "M", "百万", "百萬", "亿", "億", "B"]
DateOrder = Literal["", "year-first", "month-first", "day-first"]


class Strict(BaseModel):
    # blanks stay: a header or a value may hold them; inf and nan are numbers in TOML but none that can be planned with
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def company_name(name: str | Mapping[Any, str], lang: str = "") -> str:
    """A name as settings and manifests hold it, in a language, else in its first."""
    return name if isinstance(name, str) else name.get(lang) or next(iter(name.values()), "")


class Company(Strict):
    name: str | dict[Language, str]  # one name, or one for each language: { en = "…", zh-CN = "…" }
    currency: str  # ISO 4217, as CNY; XXX: none, where pieces are counted instead of money
    money_unit: MoneyUnit = "auto"  # unit of money shown; auto picks k, M or 万, 亿 by language
    languages: tuple[Language, ...] = ("en",)  # of the reports; the first is the notebooks' own
    made_up: bool = False  # every page says so

    def called(self, lang: Language) -> str:
        """The company's name in a language, else in its first."""
        return company_name(self.name, lang)

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
            raise ValueError("write three capital letters (ISO 4217), as CNY, TWD, USD; XXX where it is no money")
        return value

    @field_validator("languages")
    @classmethod
    def _some(cls, value: tuple[Language, ...]) -> tuple[Language, ...]:
        if not value:
            raise ValueError("name at least one language")
        return tuple(dict.fromkeys(value))


class CalendarSettings(Strict):
    fiscal_year_starts: int = Field(1, ge=1, le=12)  # month in which the fiscal year starts
    pattern: Literal["months", "4-4-5", "4-5-4", "5-4-4"] = "months"  # calendar months, or weeks in each month
    week_starts: Literal["monday", "sunday"] = "monday"
    country: str = ""  # ISO 3166 code for public holidays and working days, e.g. CN; empty: weekdays only


class Lookup(Strict):
    """The source holds another identifier of a reference table; replace it by that table's key."""

    table: str
    by: str  # column of the reference table, by its mapped name, that holds the identifier


class Stages(Strict):
    """Which stages of an opportunity are closed, and the order of the open ones."""

    won: list[str] = []
    lost: list[str] = []
    order: list[str] = []


class Source(Strict):
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
    wide: str = ""  # periods stand side by side as columns: our name of the figures under them, as size or amount
    last_row: int = Field(0, ge=0)  # of a wide sheet, the last row that is read, counted from 1; 0: all
    unknown: list[str] = []  # texts in a wide sheet that mean that there is no figure, as "(NA)"
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
