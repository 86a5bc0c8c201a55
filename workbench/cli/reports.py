"""Commands on reports that are there: compare, print, list, take away; and a trial message."""

import json
from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.options import Reports, Settings, language_problems
from workbench.errors import ParameterError


def compare(
    then: Annotated[str, typer.Argument(help="The earlier report: its folder, or its day.")],
    now: Annotated[str, typer.Argument(help="The later one, likewise.")],
    scope: Annotated[
        str, typer.Option(help="The part of the company that days mean, e.g. region=华东; all of it by default.")
    ] = "",
    out: Reports = Path("reports"),
    lang: Annotated[str, typer.Option(help="Language of what is told: en, zh-CN or zh-TW.")] = "en",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object for scripts.")] = False,
) -> None:
    """Say what changed between two reports, beyond noise and within it."""
    from workbench.publish import compare as comparing
    from workbench.views import changes

    if problems := language_problems(lang):
        raise ParameterError("workbench compare", problems)
    one, other = comparing.pair(out, then, now, scope)
    found, words = comparing.of_reports(out, one, other), comparing.words_of(other, lang)
    told = json.dumps(changes.plain(found, words), ensure_ascii=False) if as_json else changes.text(found, words)
    typer.echo(told)


def pdf(
    report: Annotated[Path, typer.Argument(help="A report's folder: the one that holds manifest.json.")],
    lang: Annotated[str, typer.Option(help="One of its languages; all by default.")] = "",
    force: Annotated[bool, typer.Option(help="Print pages anew that have been printed.")] = False,
) -> None:
    """Print each page of a report to a PDF beside it, with a Chromium browser."""
    print_pages(report, force=force, lang=lang)


def print_pages(folder: Path, *, force: bool = False, lang: str = "", err: bool = False) -> None:
    """Prints a report's pages and says where the PDFs are; on stderr where stdout is for scripts."""
    from workbench.publish import pdf

    for file in pdf.report(folder, lang=lang, force=force):
        typer.echo(str(file), err=err)


def notify(settings: Settings = "workbench.toml") -> None:
    """Send a trial message to whom the settings' [notify] names."""
    from workbench.publish import notify as telling

    count, failed = telling.trial(settings)
    for line in failed:
        typer.echo(line, err=True)
    typer.echo(f"{count - len(failed)} of {count} addresses took the message.")
    raise typer.Exit(1 if failed else 0)


def index(
    out: Reports = Path("reports"),
) -> None:
    """Write the list of all reports anew, from what each report says of itself."""
    from workbench.publish import index as lists

    typer.echo(str(lists.rebuild(out)))


def prune(
    keep: Annotated[int, typer.Option(min=1, help="Days that stay of each company and scope, the newest.")] = 8,
    older_than: Annotated[
        str, typer.Option(help="Take away only reports as of days before this, e.g. 2025-01-01.")
    ] = "",
    out: Reports = Path("reports"),
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without this, only say what would be done.")] = False,
) -> None:
    """Take away old reports, never the last good page of a notebook of a company and scope, nor what was issued."""
    from workbench.publish import prune as pruning

    planned = pruning.planned(out, keep=keep, older_than=older_than)
    typer.echo(planned.text(done=yes))
    if yes:
        pruning.apply(planned)
