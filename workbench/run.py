"""One run: the settings, the day it may look up to, its scope and its languages."""

import os
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pandas as pd

from workbench import settings as settings_file
from workbench.errors import ParameterError
from workbench.periods import Calendar
from workbench.settings import LANGUAGES, Language, Settings


@dataclass(frozen=True)
class Run:
    """Nothing dated after `as_of` is used. `scope` keeps one part of the company: level = value."""

    settings: Settings
    as_of: pd.Timestamp
    scope: dict[str, str] = field(default_factory=dict)
    languages: tuple[Language, ...] = ("en",)

    @classmethod
    def start(cls, settings: str | Path | Settings, *, as_of: str | date, scope: str = "", lang: str = "") -> "Run":
        """A run for notebooks: `scope` as "region=华东, channel=直销", `lang` as "en, zh-CN"; empty: all, the settings'."""
        company = settings if isinstance(settings, Settings) else settings_file.load(settings)
        day, day_problems = _day(as_of)
        parts, scope_problems = _scope(scope, company)
        languages, lang_problems = _languages(lang, company)
        if problems := day_problems + scope_problems + lang_problems:
            raise ParameterError("parameters", problems)
        return cls(company, day, parts, languages)

    @property
    def lang(self) -> Language:
        """The notebook's own language: the first."""
        return self.languages[0]

    @property
    def calendar(self) -> Calendar:
        return Calendar(self.settings.calendar)

    @property
    def tables_folder(self) -> Path | None:
        """Where a report run collects its tables; None when nobody asked for them."""
        folder = os.environ.get("WORKBENCH_TABLES")
        return Path(folder) if folder else None


def _day(as_of: str | date) -> tuple[pd.Timestamp, list[str]]:
    try:
        return pd.Timestamp(date.fromisoformat(str(as_of)[:10])), []
    except ValueError:
        return pd.Timestamp(0), [f"as_of is {as_of!r}; write a day as 2026-09-30"]


def _scope(text: str, settings: Settings) -> tuple[dict[str, str], list[str]]:
    pairs = [part.partition("=") for part in text.split(",") if part.strip()]
    problems = [f"scope '{''.join(p)}' should read level=value" for p in pairs if not (p[1] and p[2].strip())]
    unknown = [p[0].strip() for p in pairs if p[1] and p[0].strip() not in settings.levels]
    known = ", ".join(settings.levels) or "none; add [dimensions] to the settings"
    problems += [f"scope: there is no level '{name}'. Levels: {known}." for name in unknown]
    return {name.strip(): value.strip() for name, _, value in pairs}, problems


def _languages(text: str, settings: Settings) -> tuple[tuple[Language, ...], list[str]]:
    asked = [part.strip() for part in text.split(",") if part.strip()]
    known = tuple(language for name in asked for language in LANGUAGES if language == name)
    problems = [f"lang is '{n}'; the reports speak {', '.join(LANGUAGES)}" for n in asked if n not in LANGUAGES]
    return (known or settings.company.languages), problems
