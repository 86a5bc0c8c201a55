"""Commands called within the process of a test."""

from typer import Typer
from typer.testing import CliRunner

from workbench.errors import WorkbenchError


def told_by(app: Typer, *arguments: str) -> str:
    """What a command prints; its error, where it fails."""
    done = CliRunner().invoke(app, list(arguments))
    if isinstance(done.exception, WorkbenchError):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.output
