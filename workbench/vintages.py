"""Forecasts as issued. A report keeps its own beside its pages, so each is written once, whole, and never changed.

`reports/<as_of>/<company, scope>/r<N>/vintages/<name>.parquet`. A notebook that is merely looked at keeps nothing.
"""

from __future__ import annotations

import hashlib
import json
import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # `plan` asks for file names only, and should not wait for pandas
    import pandas as pd

    from workbench.run import Run

NAME = "forecast"
_ABOUT = b"workbench"


def issue(run: Run, frame: pd.DataFrame, *, every: str) -> Path | None:
    """The file that keeps this forecast with the report that is being written; None where no report is,
    or nothing was forecast."""
    if run.tables_folder is None or frame.empty:
        return None
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder = run.tables_folder.parent / "vintages"
    folder.mkdir(exist_ok=True)
    table = pa.Table.from_pandas(frame, preserve_index=False)
    about = json.dumps(_about(run, every), ensure_ascii=False, sort_keys=True)
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), _ABOUT: about.encode()})
    file = folder / f"{NAME}.parquet"
    pq.write_table(table, file)
    return file


def earlier(run: Run, *, every: str, level: str = "") -> pd.DataFrame:
    """Earlier forecasts of the same company and scope: node, level, period, step, mean, …, with the `as_of` of each.

    Of several revisions of one day the last counts. Forecasts of `run.as_of` or later are left out, so that a report
    made again is the same report. `level` is "" for the whole, or as in Forecast.nodes.
    """
    import pandas as pd

    found = {}
    for file in files(run.reports_folder, before=run.as_of.date()):
        about = _read_about(file)
        if {k: about.get(k) for k in ("company", "scope", "every")} == _same(run, every):
            found[about["as_of"]] = file
    frames = [_read(file, level).assign(as_of=pd.Timestamp(day)) for day, file in sorted(found.items())]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=_COLUMNS)


def files(reports: Path, *, before: date) -> list[Path]:
    """Every forecast that reports of earlier days have issued, oldest first; failed reports issue none."""
    found = []
    for file in reports.glob(f"*/*/r*/vintages/{NAME}.parquet"):
        day, revision = file.parts[-5], re.fullmatch(r"r(\d+)", file.parts[-3])
        if revision and re.fullmatch(r"\d{4}-\d\d-\d\d", day) and day < before.isoformat():
            found.append((day, file.parts[-4], int(revision[1]), file))
    return [file for *_, file in sorted(found)]


_COLUMNS = (
    "as_of",
    "node",
    "level",
    "period",
    "step",
    "mean",
    "lo_80",
    "hi_80",
    "lo_95",
    "hi_95",
    "sum",
    "sum_lo_80",
    "sum_hi_80",
)


def _same(run: Run, every: str) -> dict[str, str]:
    scope = ",".join(f"{level}={value}" for level, value in sorted(run.scope.items()))
    company = run.settings.company
    return {"company": company.called(company.languages[0]), "scope": scope, "every": every}


def _about(run: Run, every: str) -> dict[str, str]:
    settings = run.settings.model_dump_json(exclude={"folder", "path"}, exclude_defaults=True)
    digest = hashlib.blake2b(settings.encode(), digest_size=8).hexdigest()
    return {**_same(run, every), "as_of": run.as_of.date().isoformat(), "settings": digest}


def _read_about(file: Path) -> dict[str, str]:
    import pyarrow.parquet as pq

    told = (pq.read_schema(file).metadata or {}).get(_ABOUT, b"{}")
    about: dict[str, str] = json.loads(told)
    return about


def _read(file: Path, level: str) -> pd.DataFrame:
    import pandas as pd

    return pd.read_parquet(file, filters=[("level", "==", level)])
