"""A report started from a notebook cell: `wb.report(as_of="2026-09-30")`."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from workbench.errors import ParameterError
from workbench.publish.plan import Request
from workbench.publish.report import Outcome, run
from workbench.settings import ROOT


def report(*notebooks: str, settings: str | Path = "", as_of: str = "", period: str = "", scope: str = "",
           lang: str | Sequence[str] = "", force: bool = False, **parameters: Any) -> Outcome:  # fmt: skip
    """What came of a run as `workbench run` makes it, with links to its pages. All notebooks unless some are named;
    other parameters by their names."""
    if os.environ.get("WORKBENCH_TABLES"):
        raise ParameterError("wb.report", ["a report is being made by this notebook; start another from outside"])
    if as_of and period:
        raise ParameterError("wb.report", ["name as_of or period, not both"])
    out = Path(os.path.relpath(ROOT / "reports"))  # a link in JupyterLab starts from the notebook's folder
    spoken = lang if isinstance(lang, str) else ",".join(lang)
    asked = Request(notebooks=notebooks, settings=settings, as_of=as_of, period=period, scope=scope, lang=spoken,
                    out=out, parameters=parameters, force=force)  # fmt: skip
    return run(asked)
