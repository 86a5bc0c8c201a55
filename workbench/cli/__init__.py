"""The command line: a second face of the same functions, and where the layers meet. Heavy libraries load inside."""

import gc
import signal
import sys
from typing import Any

from workbench.cli import streams
from workbench.cli.stopping import stopped

try:
    import typer
    from typer.core import TyperGroup

    from workbench.cli import auditing, lessons, plan, reports, running, sources
    from workbench.errors import ParameterError, WorkbenchError
except KeyboardInterrupt:  # impatient people stop it before `main` begins
    stopped()


class _Commands(TyperGroup):
    """typer would end without a word when it is stopped."""

    def make_context(self, *given: Any, **more: Any) -> Any:
        try:
            return super().make_context(*given, **more)
        except KeyboardInterrupt:
            stopped()

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            stopped()
        except RuntimeError as error:
            if str(error) != "Query interrupted":  # what DuckDB makes of Ctrl-C
                raise
            stopped()


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # rich costs a third of the start
    help="Set, decompose, track and review sales targets from a company's own data.",
)

for command in (
    running.run,
    sources.init,
    sources.check,
    auditing.audit,
    reports.compare,
    reports.pdf,
    reports.notify,
    reports.index,
    reports.prune,
    sources.demo,
):
    app.command()(command)
app.add_typer(plan.app, name="plan")
app.add_typer(lessons.app, name="lessons")


def main() -> None:
    """Entry point: errors that we raise on purpose become plain words and an exit code, 2 where the call was wrong."""
    streams.open_missing()
    gc.set_threshold(50_000, 20, 50)  # most of what a command makes are modules, which stay: few searches for garbage
    streams.speak_utf8()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a stopped scheduled run cleans up like Ctrl-C
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup asks to go on
        signal.signal(signal.SIGHUP, signal.default_int_handler)
    streams.tolerate_any_name()
    try:
        app()
    except WorkbenchError as error:
        typer.echo(str(error), err=True)
        sys.exit(2 if isinstance(error, ParameterError) else 1)
    except KeyboardInterrupt:
        stopped()
