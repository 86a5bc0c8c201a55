"""A report started from a notebook cell: `wb.report(as_of="2026-09-30")`."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import ParameterError, WorkbenchError
from workbench.publish.plan import Request
from workbench.publish.report import Outcome
from workbench.settings import ROOT

if TYPE_CHECKING:
    from workbench.publish.each import Many


def report(*notebooks: str, settings: str | Path = "", as_of: str = "", period: str = "", scope: str = "",
           lang: str | Sequence[str] = "", out: str | Path = "", each: str | Sequence[str] = "", pdf: bool = False,
           timeout: float = 1800.0, cell_timeout: float = 0.0, run_timeout: float = 0.0, workers: int = 0,
           force: bool = False, **parameters: Any) -> "Outcome | Many":  # fmt: skip
    """What came of a run as `workbench run` makes it with the options of these names, with links to its pages.

    All notebooks unless some are named; other parameters by their names. `out` starts from the notebook's folder; the
    project's `reports` by default. Whom the settings name is told, as of any run.
    """
    spoken, levels = (given if isinstance(given, str) else ",".join(given) for given in (lang, each))
    asked = Request(
        notebooks=notebooks, settings=settings, as_of=as_of, period=period, scope=scope, lang=spoken,
        out=Path(out or os.path.relpath(ROOT / "reports")),  # a link in JupyterLab starts from the notebook's folder
        timeout=timeout, cell_timeout=cell_timeout, run_timeout=run_timeout, workers=workers, parameters=parameters,
        force=force,
    )  # fmt: skip
    with _plainly():
        if os.environ.get("WORKBENCH_TABLES"):
            raise ParameterError("wb.report", ["a report is being made by this notebook; start another from outside"])
        came = _made(asked, levels, pdf=pdf)
        if pdf and isinstance(came, Outcome):
            _print(came.folder, force=force)
    return came


def _made(asked: Request, levels: str, *, pdf: bool) -> "Outcome | Many":
    """What came of the run; people are told of it, or of why there is none."""
    from workbench.cli import running  # where the layers meet

    try:
        _check(asked)
        running.checked(asked, levels, pdf=pdf, where="wb.report")
        came: Outcome | Many = running.published(levels, "", asked)
    except WorkbenchError as error:
        running.tell(asked, str(error))
        raise
    running.tell(asked, came)
    return came


def _check(asked: Request) -> None:
    """What the command line refuses by the kind of its options."""
    least = {"timeout": 1, "cell_timeout": 0, "run_timeout": 0, "workers": 0}
    given = {name: getattr(asked, name) for name in least}
    wrong = [n for n, v in given.items() if isinstance(v, bool) or not isinstance(v, int | float) or not v >= least[n]]
    if wrong:
        raise ParameterError("wb.report", [f"{n} is {given[n]!r}; it is a number from {least[n]} on" for n in wrong])


@contextmanager
def _plainly() -> Iterator[None]:
    """In a notebook, an error that we raise on purpose is its words, as on the command line, not a traceback."""
    try:
        yield
    except WorkbenchError as error:
        words = [f"{type(error).__name__}: {error}"]
        setattr(error, "_render_traceback_", lambda: words)  # noqa: B010 what IPython asks an error for
        raise


def _print(folder: Path, *, force: bool) -> None:
    """Prints the pages, and shows links to the PDFs."""
    from IPython.display import HTML, display

    from workbench.publish import pdf
    from workbench.publish.report import linked

    display(HTML(linked([("", file) for file in pdf.report(folder, force=force)])))
