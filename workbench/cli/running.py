"""`workbench run`: notebooks run, a dated report written, people told of it."""

import json
import os
from pathlib import Path
from typing import Annotated, Any

import typer

from workbench.cli.options import Reports, Scope, Settings
from workbench.cli.reports import print_pages
from workbench.cli.stopping import stopped
from workbench.errors import ParameterError, RunError, WorkbenchError


def run(
    notebooks: Annotated[
        list[str] | None, typer.Argument(help="Names or paths; all in notebooks/ if none is given.")
    ] = None,
    settings: Settings = "",
    as_of: Annotated[str, typer.Option(help="Nothing after this day is used, e.g. 2026-09-30; today by default.")] = "",
    period: Annotated[
        str, typer.Option(help="last-month, last-quarter or last-year, instead of --as-of: its last day, made once.")
    ] = "",
    scope: Scope = "",
    lang: Annotated[
        str, typer.Option(help="Languages of the pages, e.g. en,zh-CN,zh-TW; the settings' by default.")
    ] = "",
    out: Reports = Path("reports"),
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
        stopped(" Nothing was left behind, and earlier reports are as they were.")
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
        print_pages(outcome.folder, force=force, err=as_json)
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


def published(each: str, cluster: str, request: Any) -> Any:
    """What came of the report, or of those for each value of levels."""
    from workbench import publish

    levels = [name.strip() for name in each.split(",") if name.strip()]
    if cluster and not levels:
        raise ParameterError("workbench run", ["--cluster is for many reports; name a level with --each"])
    if not levels:
        return publish.run(request)
    from workbench.publish import apart
    from workbench.publish import each as many
    from workbench.publish.limits import Limits
    from workbench.sources.nodes import nodes

    limits = Limits.of(request.timeout, request.cell_timeout, request.run_timeout)
    return many.run(request, levels, apart.bounded(nodes, limits), cluster=cluster)
