"""The command line: a second face of the same functions. Heavy libraries load inside the commands."""

import contextlib
import gc
import io
import json
import os
import signal
import sys
from pathlib import Path
from typing import Annotated, Any, NoReturn


def _stopped(more: str = "") -> NoReturn:
    """Ctrl-C in plain words, with the exit code that shells expect."""
    sys.stderr.write(f"Stopped.{more}\n")
    sys.exit(130)


try:
    import typer
    from typer.core import TyperGroup

    from workbench.errors import ParameterError, RunError, WorkbenchError
    from workbench.ledger import cli as plan_commands
    from workbench.lessons import cli as lesson_commands
except KeyboardInterrupt:  # impatient people stop it before `main` begins
    _stopped()


class _Commands(TyperGroup):
    """typer would end without a word when it is stopped."""

    def make_context(self, *given: Any, **more: Any) -> Any:
        try:
            return super().make_context(*given, **more)
        except KeyboardInterrupt:
            _stopped()

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            _stopped()


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # rich costs a third of the start
    help="Set, decompose, track and review sales targets from a company's own data.",
)

app.add_typer(plan_commands.app, name="plan")
app.add_typer(lesson_commands.app, name="lessons")

Settings = Annotated[
    str, typer.Option(help="The company's settings; ./workbench.toml if it is there, else the demo's.")
]


@app.command()
def run(
    notebooks: Annotated[
        list[str] | None, typer.Argument(help="Names or paths; all in notebooks/ if none is given.")
    ] = None,
    settings: Settings = "",
    as_of: Annotated[str, typer.Option(help="Nothing after this day is used, e.g. 2026-09-30; today by default.")] = "",
    period: Annotated[
        str, typer.Option(help="last-month, last-quarter or last-year, instead of --as-of: its last day, made once.")
    ] = "",
    scope: Annotated[str, typer.Option(help="One part of the company, e.g. region=华东; all of it by default.")] = "",
    lang: Annotated[
        str, typer.Option(help="Languages of the pages, e.g. en,zh-CN,zh-TW; the settings' by default.")
    ] = "",
    out: Annotated[Path, typer.Option(help="Folder that collects the dated reports.")] = Path("reports"),
    timeout: Annotated[float, typer.Option(min=1, help="Seconds that one notebook may take.")] = 1800,
    cell_timeout: Annotated[float, typer.Option(min=0, help="Seconds that one cell may take; 0: no limit.")] = 0,
    run_timeout: Annotated[
        float, typer.Option(min=0, help="Seconds that all notebooks together may take; 0: no limit.")
    ] = 0,
    workers: Annotated[int, typer.Option(min=0, help="Notebooks side by side; 0: one for each core.")] = 0,
    parameter: Annotated[
        list[str] | None, typer.Option("--parameter", "-p", help="Another parameter, as name=value.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object for scripts.")] = False,
    force: Annotated[bool, typer.Option(help="Run even if nothing has changed since the last report.")] = False,
    each: Annotated[
        str, typer.Option(help="A report for each value of a level, e.g. region, or of several: region,channel.")
    ] = "",
    cluster: Annotated[str, typer.Option(help="With --each: a Dask scheduler that makes them, tcp://host:8786.")] = "",
    pdf: Annotated[bool, typer.Option("--pdf", help="Print each page to a PDF too, with a Chromium browser.")] = False,
) -> None:
    """Run notebooks and write a dated report."""
    request: Any = None
    try:
        from workbench import publish

        request = publish.Request(
            notebooks=tuple(notebooks or ()), settings=settings, as_of=as_of, period=period, scope=scope, lang=lang,
            out=out, timeout=timeout, cell_timeout=cell_timeout, run_timeout=run_timeout, workers=workers,
            parameters=tuple(parameter or ()), force=force,
        )  # fmt: skip
        checked(request, each, pdf=pdf)
        outcome = published(each, cluster, request)
    except KeyboardInterrupt:
        _stopped(" Nothing was left behind, and earlier reports are as they were.")
    except WorkbenchError as error:
        if as_json:
            status = "failed" if isinstance(error, RunError) else "refused"
            told: dict[str, object] = {"status": status, "folder": None, "reports": [], "error": str(error)}
            _say(json.dumps(told, ensure_ascii=False))
        tell(request, str(error))
        raise
    _say(outcome.json() if as_json else outcome.text())
    tell(request, outcome)
    if pdf:
        _print(outcome.folder, force=force, err=as_json)
    raise typer.Exit(outcome.code)


def _say(text: str) -> None:
    """Prints how a run ended; that its reader is gone (`| head`) changes nothing of that."""
    try:
        typer.echo(text)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def checked(request: Any, each: str, *, pdf: bool, where: str = "workbench run") -> None:
    """What is refused before anything else is looked at."""
    problems = ["name --as-of or --period, not both"] if request.as_of and request.period else []
    problems += ["--pdf is for one report; of many, print those you need with workbench pdf"] if pdf and each else []
    if problems:
        raise ParameterError(where, problems)
    if pdf:
        from workbench.publish import pdf as printing

        printing.browser()


def tell(request: Any, came: Any) -> None:
    """Tells whom the settings name how the run ended; what did not arrive is said here."""
    from workbench.publish import notify

    told = notify.of_refusal(request, came) if isinstance(came, str) else notify.of_run(request, came)
    for line in told:
        typer.echo(line, err=True)


def _print(folder: Path, *, force: bool = False, lang: str = "", err: bool = False) -> None:
    """Prints a report's pages and says where the PDFs are; on stderr where stdout is for scripts."""
    from workbench.publish import pdf

    for file in pdf.report(folder, lang=lang, force=force):
        typer.echo(str(file), err=err)


def published(each: str, cluster: str, request: Any) -> Any:
    """What came of the report, or of those for each value of levels."""
    from workbench import publish

    levels = [name.strip() for name in each.split(",") if name.strip()]
    if cluster and not levels:
        raise ParameterError("workbench run", ["--cluster is for many reports; name a level with --each"])
    if not levels:
        return publish.run(request)
    from workbench.publish import each as many
    from workbench.sources.nodes import nodes

    return many.run(request, levels, nodes, cluster=cluster)


@app.command()
def init(
    files: Annotated[
        list[Path], typer.Argument(help="The company's exports (CSV, Excel, Parquet), or folders of them.")
    ],
    out: Annotated[Path, typer.Option(help="Settings file to write.")] = Path("workbench.toml"),
    name: Annotated[str, typer.Option(help="The company's name; the folder's by default.")] = "",
    currency: Annotated[str, typer.Option(help="Its currency, e.g. CNY; guessed or asked by default.")] = "",
    lang: Annotated[str, typer.Option(help="Languages of its reports, e.g. zh-CN,en; the headers' by default.")] = "",
    force: Annotated[bool, typer.Option(help="Overwrite a settings file that is there already.")] = False,
) -> None:
    """Write a commented workbench.toml by looking at the files."""
    from workbench.sources import guess

    typer.echo(guess.init(files, out, name=name, currency=currency, lang=lang, force=force))


@app.command()
def check(settings: Annotated[str, typer.Argument(help="The company's settings.")] = "workbench.toml") -> None:
    """Say everything that is wrong with the settings and the data, at once."""
    from workbench.sources import check as checks
    from workbench.views.words import Words

    checked = checks.check(settings)
    typer.echo(checks.told(checked, lambda run: Words.of(run, "en").phrase), err=not checked.good)
    raise typer.Exit(0 if checked.good else 1)


@app.command()
def audit(
    file: Annotated[Path, typer.Argument(help="Targets: a workbook (.xlsx, .xls, .ods), a CSV, or a text file.")],
    lang: Annotated[str, typer.Option(help="Language of what is found: en, zh-CN or zh-TW.")] = "en",
    as_of: Annotated[str, typer.Option(help="Day on which words like “this year” are read; today by default.")] = "",
) -> None:
    """Say what is missing, vague or contradictory in targets as somebody wrote them, cell by cell."""
    from workbench.analytics import plan
    from workbench.sources import contracts
    from workbench.sources.readers.grids import cells
    from workbench.views.plan.audit import told
    from workbench.views.words import Words

    day = _audited(lang, as_of)
    grids = [plan.Grid(c.name, c.rows, c.first, c.lines) for c in cells(file)]
    found = plan.of_sheets(grids, contracts.headers("goals"), as_of=day)
    typer.echo(told(found, Words(lang)))
    raise typer.Exit(1 if getattr(found, "errors", 1) else 0)


def _audited(lang: str, as_of: str) -> Any:
    """The day asked for, once both parameters are known to be right."""
    import pandas as pd

    from workbench.settings import LANGUAGES

    problems = [] if lang in LANGUAGES else [f"lang is '{lang}'; it can be {', '.join(LANGUAGES)}"]
    day: Any = pd.to_datetime(as_of or "today", format="%Y-%m-%d" if as_of else None, errors="coerce")
    problems += [f"as_of is '{as_of}'; write it as 2026-09-30"] if pd.isna(day) else []
    if problems:
        raise ParameterError("workbench audit", problems)
    return day.normalize()


@app.command()
def compare(
    then: Annotated[str, typer.Argument(help="The earlier report: its folder, or its day.")],
    now: Annotated[str, typer.Argument(help="The later one, likewise.")],
    scope: Annotated[
        str, typer.Option(help="The part of the company that days mean, e.g. region=华东; all of it by default.")
    ] = "",
    out: Annotated[Path, typer.Option(help="Folder that collects the dated reports.")] = Path("reports"),
    lang: Annotated[str, typer.Option(help="Language of what is told: en, zh-CN or zh-TW.")] = "en",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object for scripts.")] = False,
) -> None:
    """Say what changed between two reports, beyond noise and within it."""
    from workbench.publish import compare as comparing
    from workbench.settings import LANGUAGES
    from workbench.views import changes

    if lang not in LANGUAGES:
        raise ParameterError("workbench compare", [f"lang is '{lang}'; it can be {', '.join(LANGUAGES)}"])
    one, other = comparing.pair(out, then, now, scope)
    found, words = comparing.of_reports(out, one, other), comparing.words_of(other, lang)
    told = json.dumps(changes.plain(found, words), ensure_ascii=False) if as_json else changes.text(found, words)
    typer.echo(told)


@app.command()
def pdf(
    report: Annotated[Path, typer.Argument(help="A report's folder: the one that holds manifest.json.")],
    lang: Annotated[str, typer.Option(help="One of its languages; all by default.")] = "",
    force: Annotated[bool, typer.Option(help="Print pages anew that have been printed.")] = False,
) -> None:
    """Print each page of a report to a PDF beside it, with a Chromium browser."""
    _print(report, force=force, lang=lang)


@app.command()
def notify(settings: Settings = "workbench.toml") -> None:
    """Send a trial message to whom the settings' [notify] names."""
    from workbench.publish import notify as telling

    count, failed = telling.trial(settings)
    for line in failed:
        typer.echo(line, err=True)
    typer.echo(f"{count - len(failed)} of {count} addresses took the message.")
    raise typer.Exit(1 if failed else 0)


@app.command()
def index(
    out: Annotated[Path, typer.Option(help="Folder that collects the dated reports.")] = Path("reports"),
) -> None:
    """Write the list of all reports anew, from what each report says of itself."""
    from workbench.publish import index as lists

    typer.echo(str(lists.rebuild(out)))


@app.command()
def prune(
    keep: Annotated[int, typer.Option(min=1, help="Days that stay of each company and scope, the newest.")] = 8,
    older_than: Annotated[
        str, typer.Option(help="Take away only reports as of days before this, e.g. 2025-01-01.")
    ] = "",
    out: Annotated[Path, typer.Option(help="Folder that collects the dated reports.")] = Path("reports"),
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without this, only say what would be done.")] = False,
) -> None:
    """Take away old reports, never the last good page of a notebook of a company and scope, nor what was issued."""
    from workbench.publish import prune as pruning

    planned = pruning.planned(out, keep=keep, older_than=older_than)
    typer.echo(planned.text(done=yes))
    if yes:
        pruning.apply(planned)


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(help="Where its files go.")] = Path("data/demo"),
    seed: Annotated[int, typer.Option(help="The same seed makes the same company.")] = 7,
) -> None:
    """Write the files of a made-up company, to try the workbench on."""
    from workbench.sources import demo as made_up

    files = made_up.generate(folder, seed)
    typer.echo(f"Wrote a made-up company: {len(files)} files in {folder}. Next: workbench check {folder}")


def _speak_utf8() -> None:
    """Starts anew where the locale cannot write all names (C, Latin-1): files and kernels would fail one by one."""
    if os.name == "posix" and sys.getfilesystemencoding() != "utf-8" and os.environ.get("PYTHONUTF8") != "1":
        os.environ["PYTHONUTF8"] = "1"
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606


def _open_streams() -> None:
    """Gives a start without stdin, stdout or stderr (`>&-`) empty ones: files of a run would take their numbers."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            with contextlib.suppress(OSError):
                os.dup2(os.open(os.devnull, os.O_RDWR), number)
            setattr(sys, name, open(number, "r" if number == 0 else "w", closefd=False))  # noqa: SIM115


def main() -> None:
    """Entry point: errors that we raise on purpose become plain words and an exit code, 2 where the call was wrong."""
    _open_streams()
    gc.set_threshold(50_000, 20, 50)  # most of what a command makes are modules, which stay: few searches for garbage
    _speak_utf8()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a stopped scheduled run cleans up like Ctrl-C
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup asks to go on
        signal.signal(signal.SIGHUP, signal.default_int_handler)
    for stream in (sys.stdout, sys.stderr):  # a name that the terminal cannot write must not end a run
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        app()
    except WorkbenchError as error:
        typer.echo(str(error), err=True)
        sys.exit(2 if isinstance(error, ParameterError) else 1)
    except KeyboardInterrupt:
        _stopped()


if __name__ == "__main__":
    main()
