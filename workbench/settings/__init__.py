"""workbench.toml, typed and checked: company, calendar, sources, dimensions, and what each step may be told.

Everything that a company may set is a field here; its comment is what `workbench init` writes beside it.
"""

import difflib
import os
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel, Field, ValidationError, field_validator, model_validator

from workbench.errors import SettingsError
from workbench.settings.company import (
    LANGUAGES,
    NO_CURRENCY,
    CalendarSettings,
    Company,
    DateOrder,
    Language,
    Lookup,
    MoneyUnit,
    Source,
    Stages,
    Strict,
    company_name,
)
from workbench.settings.forecast import Assumptions, ForecastSettings
from workbench.settings.market import MarketSettings
from workbench.settings.notify import NotifySettings
from workbench.settings.plan import PlanSettings
from workbench.settings.review import ReviewSettings
from workbench.settings.tracking import TrackingSettings

__all__ = [
    "LANGUAGES",
    "NO_CURRENCY",
    "ROOT",
    "Assumptions",
    "CalendarSettings",
    "Company",
    "DateOrder",
    "ForecastSettings",
    "Language",
    "Lookup",
    "MarketSettings",
    "MoneyUnit",
    "NotifySettings",
    "PlanSettings",
    "ReviewSettings",
    "Settings",
    "Source",
    "Stages",
    "TrackingSettings",
    "company_name",
    "load",
    "read",
    "secret",
]

_OURS = ("folder", "path")
_NAMED = re.compile(r"\$\{(\w+)\}")
ROOT = Path(__file__).parents[2]  # JupyterLab and nbval start in notebooks/, papermill elsewhere; both must find data/


class Settings(Strict):
    """One company. `folder` is where its file stands; patterns in `files` are relative to it."""

    company: Company
    calendar: CalendarSettings = CalendarSettings()
    sources: dict[str, Source]
    dimensions: dict[str, list[str]] = Field({})  # name = levels from broad to fine, each a column
    forecast: ForecastSettings = ForecastSettings()
    market: MarketSettings = MarketSettings()
    plan: PlanSettings = PlanSettings()
    tracking: TrackingSettings = TrackingSettings()
    review: ReviewSettings = ReviewSettings()
    notify: NotifySettings = NotifySettings()
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
    def _known_levels(self) -> "Settings":
        named = {"forecast.by": self.forecast.by, "market.level": self.market.levels, "plan": self.plan.levels}
        named["tracking.rules"] = self.tracking.levels
        unknown = {where: [v for v in levels if v not in self.levels] for where, levels in named.items()}
        known = ", ".join(self.levels) or "none; add [dimensions]"
        problems = [f"{where} names {', '.join(some)}; levels are {known}" for where, some in unknown.items() if some]
        lists = {"forecast.by": self.forecast.by, "plan.by": self.plan.by}
        twice = {where: sorted({v for v in by if by.count(v) > 1}) for where, by in lists.items()}
        problems += [
            f"{where} names {', '.join(some)} twice; name each level once" for where, some in twice.items() if some
        ]
        if problems:
            raise ValueError("; ".join(problems))
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


def secret(url: str, of: str = "the database's url") -> str:
    """`url` with ${NAME} replaced from the environment. Never shown, logged or stored."""
    missing = [n for n in _named(url) if n not in os.environ]
    if missing:
        raise SettingsError("environment", [f"variable {n} is not set; {of} needs it" for n in missing])
    return _NAMED.sub(lambda m: os.environ[m[1]], url)


def secrets(company: Settings) -> set[str]:
    """What no file may hold: the passwords in the addresses of databases, and what they and the addresses of people who
    are told take from the environment."""
    urls = [source.url for source in company.sources.values() if source.url]
    named = {name for url in urls for name in _named(re.sub(r"://\$\{\w+\}:", "://", url))}
    named |= {n for url in company.notify.urls for n in _named(url) if not _port(os.environ.get(n, ""))}
    words = {url.partition("://")[2].rpartition("@")[0].partition(":")[2] for url in urls}
    written = {_NAMED.sub("", word) for word in words}
    return ({os.environ.get(name, "") for name in named} | written) - {""}


def _port(value: str) -> bool:
    """Whether a value is a port's number: no secret, and any sum may look like it."""
    return value.isdigit() and len(value) <= 5


def _named(url: str) -> list[str]:
    """The variables of the environment that a url takes something from."""
    return _NAMED.findall(url)


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
    "string_pattern_mismatch": "write a month, as 2027-01",
    "date_type": "write a day, as 2026-09-30",
}


_ORDERS = (
    '. Every report needs order lines: name their files in [sources.orders], as files = ["orders.csv"], and at least'
    ' their date and amount in [sources.orders.columns], as amount = "its header".'
)


def _problem(error: Any) -> str:
    where = ".".join(str(p) for p in error["loc"]) or "the file"
    if error["type"] == "extra_forbidden":
        return f"unknown key '{where.strip()}'.{_suggest(error['loc'])}"
    if error["type"] == "missing":
        return f"'{where}' is missing" + (_ORDERS if where == "sources" else "")
    message = _PLAIN.get(error["type"], error["msg"]).removeprefix("Value error, ")
    message = message.replace("Input should be", "write a number" if "than" in message else "write")
    given = error["input"] if error["loc"][:1] != ("notify",) else None  # it may hold a secret
    return f"'{where}': {message}" + (f", not {_shown(given)}" if isinstance(given, str | int | float) else "")


def _shown(given: str | float) -> str:
    """What was written, without the password of a database's address."""
    return re.sub(r"://[^@]*@", "://…@", repr(given))


def _suggest(loc: tuple[str | int, ...]) -> str:
    known = [f for f in _model([p for p in loc[:-1] if isinstance(p, str)]).model_fields if f not in _OURS]
    near = difflib.get_close_matches(str(loc[-1]).lower(), known, n=1)
    return f" Did you mean '{near[0]}'?" if near else f" Known here: {', '.join(known)}."


def _model(path: Iterable[str]) -> type[BaseModel]:
    """The model that stands at `path`; names of sources, scenarios and the like are passed over."""
    model: type[BaseModel] = Settings
    parts = list(path)
    while parts:
        field = model.model_fields.get(parts.pop(0))
        if field and (inner := _within(field.annotation)):
            model = inner
            parts = parts[1:] if get_origin(field.annotation) is dict else parts
    return model


def _within(annotation: Any) -> type[Any] | None:
    """The model that a field holds, itself or in a list or a dictionary."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _within(part))), None)
