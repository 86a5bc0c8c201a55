"""One run: the settings, the day it may look up to, its scope and its languages."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from workbench import settings as settings_file
from workbench.errors import ParameterError
from workbench.settings import LANGUAGES, Language, Settings

if TYPE_CHECKING:  # pandas takes a second; a run that is refused should not wait for it
    import pandas as pd

    from workbench.periods import Calendar


@dataclass(frozen=True)
class Run:
    """Nothing dated after `as_of` is used. `scope` keeps one part of the company: level = value."""

    settings: Settings
    as_of: pd.Timestamp
    scope: dict[str, str] = field(default_factory=dict)
    languages: tuple[Language, ...] = ("en",)

    @classmethod
    def start(cls, settings: str | Path | Settings, *, as_of: str | date, scope: str = "", lang: str = "") -> Run:
        """A run for notebooks: `scope` as "region=华东, channel=直销", `lang` as "en, zh-CN".

        An empty scope is the whole company, an empty `lang` the settings' languages.
        """
        company = settings if isinstance(settings, Settings) else settings_file.load(settings)
        day, parts, languages, problems = asked(company, as_of, scope, lang)
        if problems:
            raise ParameterError("parameters", problems)
        import pandas as pd

        return cls(company, pd.Timestamp(day), parts, languages)

    @property
    def lang(self) -> Language:
        """The notebook's own language: the first."""
        return self.languages[0]

    @property
    def calendar(self) -> Calendar:
        from workbench.periods import Calendar

        return Calendar(self.settings.calendar)

    @property
    def tables_folder(self) -> Path | None:
        """Where a report run collects its tables; None when nobody asked for them."""
        folder = os.environ.get("WORKBENCH_TABLES")
        return Path(folder) if folder else None

    @property
    def reports_folder(self) -> Path:
        """Where earlier reports are, with the forecasts that they issued."""
        return Path(os.environ.get("WORKBENCH_REPORTS") or settings_file.ROOT / "reports")


def asked(
    company: Settings, as_of: str | date, scope: str = "", lang: str = ""
) -> tuple[date, dict[str, str], tuple[Language, ...], list[str]]:
    """The day, scope and languages that these texts mean, and everything wrong with them."""
    day, day_problems = _day(as_of)
    parts, scope_problems = _scope(scope, company)
    languages, lang_problems = _languages(lang, company)
    return day, parts, languages, day_problems + scope_problems + lang_problems


def _day(as_of: str | date) -> tuple[date, list[str]]:
    text = str(as_of)
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}([T ]00:00(:00(\.0*)?)?)?", text):  # a datetime of midnight is a day
            raise ValueError
        return date.fromisoformat(text[:10]), []
    except ValueError:
        return date.min, [f"as_of is {text!r}; write a day as 2026-09-30"]


def scope_text(scope: Mapping[str, str]) -> str:
    """A scope as a person would type it; as JSON where a value could be taken for something else."""
    text = ",".join(f"{level}={value}" for level, value in scope.items())
    return text if all(map(_plain, scope.values())) else json.dumps(dict(scope), ensure_ascii=False)


def _plain(value: str) -> bool:
    """Whether a value comes back from `level=value` as it is."""
    further = value.split(",")[1:]
    return bool(value) and value == value.strip() and all(part.strip() and "=" not in part for part in further)


def _scope(text: str, settings: Settings) -> tuple[dict[str, str], list[str]]:
    """Levels with their values. What follows a comma and names no level belongs to the value: "customer=Acme, Inc.".

    A value that holds anything at all can be given as JSON: {"customer": "a, region=b"}.
    """
    if text.lstrip().startswith("{"):
        return _json_scope(text, settings)
    pairs = _pairs(text)
    problems = [f"scope '{''.join(p)}' should read level=value" for p in pairs if not (p[1] and p[2])]
    names = [name for name, equals, _ in pairs if equals]
    problems += _unknown(names, settings)
    twice = dict.fromkeys(name for name in names if names.count(name) > 1)
    problems += [f"scope names '{name}' twice; a report has one value of a level" for name in twice]
    return {name: value for name, _, value in pairs}, problems


def scope_parts(text: str) -> dict[str, str]:
    """Levels with their values as a scope's text names them, whatever levels a company has."""
    if text.lstrip().startswith("{"):
        try:
            found = json.loads(text)
        except ValueError:
            return {text: ""}
        return found if isinstance(found, dict) else {text: ""}
    return {name: value for name, _, value in _pairs(text)}


def _pairs(text: str) -> list[tuple[str, str, str]]:
    parts: list[str] = []
    for part in text.split(","):
        if parts and part.strip() and "=" not in part:
            parts[-1] += f",{part}"
        elif part.strip():
            parts.append(part)
    return [(name.strip(), equals, value.strip()) for name, equals, value in (p.partition("=") for p in parts)]


def _json_scope(text: str, settings: Settings) -> tuple[dict[str, str], list[str]]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict) or not all(isinstance(value, str) and value for value in found.values()):
        return {}, [f'scope {text!r} should read level=value, or {{"level": "value"}}']
    return found, _unknown(list(found), settings)


def _unknown(names: Sequence[str], settings: Settings) -> list[str]:
    known = ", ".join(settings.levels) or "none; add [dimensions] to the settings"
    return [f"scope: there is no level '{name}'. Levels: {known}." for name in names if name not in settings.levels]


def _languages(text: str, settings: Settings) -> tuple[tuple[Language, ...], list[str]]:
    asked = [part.strip() for part in text.split(",") if part.strip()]
    known = tuple(language for name in asked for language in LANGUAGES if language == name)
    problems = [f"lang is '{n}'; the reports speak {', '.join(LANGUAGES)}" for n in asked if n not in LANGUAGES]
    return (known or settings.company.languages), problems
