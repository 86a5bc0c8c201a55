"""Options that several commands take, and what they stand for. Only this loads with the list of commands."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.errors import ParameterError

if TYPE_CHECKING:
    from workbench.run import Run

Settings = Annotated[
    str, typer.Option(help="The company's settings; ./workbench.toml if it is there, else the demo's.")
]
Scope = Annotated[str, typer.Option(help="One part of the company, e.g. region=华东; all of it by default.")]
Reports = Annotated[Path, typer.Option(help="Folder that collects the dated reports.")]


def run_of(settings: str, as_of: str, scope: str, lang: str = "") -> "Run":
    """The run that the options stand for; today's where no day is named."""
    from workbench.publish.plan import DEMO
    from workbench.run import Run

    here = "workbench.toml" if Path("workbench.toml").is_file() else DEMO
    return Run.start(settings or here, as_of=as_of or date.today().isoformat(), scope=scope, lang=lang)


def decided(
    where: str, author: tuple[str, str], reason: tuple[str, str], effective: str, others: Iterable[str] = ()
) -> date:
    """The day from which on a decision counts; ParameterError names everything that is missing or wrong.

    `author` and `reason` as given, each with what is not done without it.
    """
    from workbench.views.words import MISSING, clean

    named = {"author": author, "reason": reason}
    problems = [f"--{name} is missing: {why}" for name, (said, why) in named.items() if clean(said) == MISSING]
    problems += others
    try:
        day = date.fromisoformat(effective) if effective else date.today()
    except ValueError:
        problems.append(f"--effective is {effective!r}; write a day as 2027-01-01")
    if problems:
        raise ParameterError(where, problems)
    return day


def language_problems(lang: str) -> list[str]:
    """What is wrong with the one language asked for."""
    from workbench.settings import LANGUAGES

    return [] if lang in LANGUAGES else [f"lang is '{lang}'; it can be {', '.join(LANGUAGES)}"]
