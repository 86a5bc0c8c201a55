"""`workbench audit`: targets as somebody wrote them."""

from pathlib import Path
from typing import Annotated, Any

import typer

from workbench.cli.options import language_problems
from workbench.errors import ParameterError


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

    problems = language_problems(lang)
    day: Any = pd.to_datetime(as_of or "today", format="%Y-%m-%d" if as_of else None, errors="coerce")
    problems += [f"as_of is '{as_of}'; write it as 2026-09-30"] if pd.isna(day) else []
    if problems:
        raise ParameterError("workbench audit", problems)
    return day.normalize()
