"""Forecasts and plans as issued. A report keeps its own beside its pages, so each is written once, whole, and never
changed.

`reports/<as_of>/<company, scope>/r<N>/vintages/<name>.parquet`. A notebook that is merely looked at keeps nothing.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # `plan` asks for file names only, and should not wait for pandas
    import pandas as pd

    from workbench.run import Run

NAME = "forecast"
PLAN = "plan"
ADJUSTED = "adjustment"  # a plan of the running period, proposed by tracking
_FOLDER = "vintages"  # in a report's folder
_MIXED = "mixed"  # a file beside what a report issued whose data changed while they were read
_ABOUT = b"workbench"


@dataclass(frozen=True)
class Issue:
    """What one report issued: `frame` as it was given to `issue`, `about` company, scope, every, as_of, settings."""

    file: Path
    about: dict[str, str]
    frame: pd.DataFrame

    @property
    def report(self) -> Path:
        """The folder of the report."""
        return self.file.parents[1]


def issue(run: Run, frame: pd.DataFrame, *, every: str = "", name: str = NAME) -> Path | None:
    """The file that keeps this forecast, or plan, with the report that is being written; None where no report is,
    or there is nothing to keep.

    A plan (`name="plan"`) has a row for each node and period, as ledger.plans.checked tells.
    """
    if run.tables_folder is None or frame.empty:
        return None
    import pyarrow as pa
    import pyarrow.parquet as pq

    if name in (PLAN, ADJUSTED):
        from workbench.ledger import plans

        frame = plans.checked(frame)
    folder = run.tables_folder.parent / _FOLDER
    folder.mkdir(exist_ok=True)
    table = pa.Table.from_pandas(frame, preserve_index=False)
    about = json.dumps(about_of(run, every), ensure_ascii=False, sort_keys=True)
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), _ABOUT: about.encode()})
    file = folder / f"{name}.parquet"
    pq.write_table(table, file)
    return file


def earlier(run: Run, *, every: str = "", level: str | Sequence[str] = "", name: str = NAME) -> pd.DataFrame:
    """Earlier forecasts of the same company and scope: node, level, period, step, mean, …, with the `as_of` of each.

    Of several revisions of one day the last counts whose data stood still while they were read, else the last.
    Forecasts of `run.as_of` or later are left out, so that a report made again is the same report. `level` is "" for
    the whole, or as in Forecast.nodes; or several of them. Earlier plans have the columns of a plan.
    """
    import pandas as pd

    found = _of_days(run, files(run.reports_folder, before=run.as_of.date(), name=name), every)
    frames = [_read(file, level).assign(as_of=pd.Timestamp(day)) for day, file in sorted(found.items())]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=_COLUMNS[name])


def newest(run: Run, *, name: str = PLAN, reports: Path | None = None) -> Issue | None:
    """What the newest report of the same company and scope issued, up to and with `run.as_of`; None where none did."""
    until = run.as_of.date() + timedelta(days=1)
    found = _of_days(run, files(reports or run.reports_folder, before=until, name=name), None)
    return opened(found[max(found)]) if found else None


def opened(file: Path, name: str = PLAN) -> Issue:
    """What one report issued, by its file or the report's folder."""
    import pandas as pd

    file = file / _FOLDER / f"{name}.parquet" if file.is_dir() else file
    return Issue(file, _read_about(file), pd.read_parquet(file))


def same(run: Run, about: dict[str, str]) -> bool:
    """Whether something was issued for the run's company and scope."""
    known = _same(run)
    return {key: about.get(key) for key in known} == known


def mark_mixed(report: Path) -> None:
    """Says of what a report issued that it may mix old and new data; prune takes its manifest away, this stays."""
    if (report / _FOLDER).is_dir():
        (report / _FOLDER / _MIXED).touch()


def files(reports: Path, *, before: date, name: str = "*", ending: str = "parquet") -> list[Path]:
    """Everything that reports of earlier days have issued, oldest first; failed reports issue nothing.

    Of a day, what may mix old and new data comes first: whoever takes the last has it only where there is no other.
    """
    found = []
    for file in reports.glob(f"*/*/r*/{_FOLDER}/{name}.{ending}"):
        day, revision = file.parts[-5], re.fullmatch(r"r(\d+)", file.parts[-3])
        if revision and re.fullmatch(r"\d{4}-\d\d-\d\d", day) and day < before.isoformat():
            whole = not (file.parent / _MIXED).exists()
            found.append((day, file.parts[-4], whole, int(revision[1]), file))
    return [file for *_, file in sorted(found)]


_COLUMNS = {
    NAME: (
        "as_of", "node", "level", "period", "step", "mean", "lo_80", "hi_80", "lo_95", "hi_95", "sum", "sum_lo_80",
        "sum_hi_80",
    ),
    PLAN: (
        "as_of", "node", "level", "period", "every", "target", "expected", "chance", "owner", "unit", "before",
    ),
}  # fmt: skip


def _of_days(run: Run, found: list[Path], every: str | None) -> dict[str, Path]:
    """By day, the last file of the run's company, scope and, unless None, length of a period."""
    by_day = {}
    for file in found:
        about = _read_about(file)
        if same(run, about) and every in (None, about.get("every")):
            by_day[about["as_of"]] = file
    return by_day


def _same(run: Run) -> dict[str, str]:
    scope = ",".join(f"{level}={value}" for level, value in sorted(run.scope.items()))
    company = run.settings.company
    return {"company": company.called(company.languages[0]), "scope": scope}


def about_of(run: Run, every: str = "") -> dict[str, str]:
    """Company, scope, day and a digest of the settings: what is kept with whatever a report issues."""
    settings = run.settings.model_dump_json(exclude={"folder", "path"}, exclude_defaults=True)
    digest = hashlib.blake2b(settings.encode(), digest_size=8).hexdigest()
    return {**_same(run), "every": every, "as_of": run.as_of.date().isoformat(), "settings": digest}


def _read_about(file: Path) -> dict[str, str]:
    import pyarrow.parquet as pq

    told = (pq.read_schema(file).metadata or {}).get(_ABOUT, b"{}")
    about: dict[str, str] = json.loads(told)
    return about


def _read(file: Path, level: str | Sequence[str]) -> pd.DataFrame:
    import pandas as pd

    wanted = [level] if isinstance(level, str) else list(level)
    return pd.read_parquet(file, filters=[("level", "in", wanted)])
