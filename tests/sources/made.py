"""A company made for one test: frames written as files, settings around them, loaded."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from workbench.run import Run
from workbench.settings import Settings
from workbench.sources import Data, load

Frames = Mapping[str, pd.DataFrame]


def lines(*rows: tuple[Any, ...], columns: str = "date amount") -> pd.DataFrame:
    """Order lines, a tuple each; dates as text."""
    return pd.DataFrame(list(rows), columns=columns.split()).assign(date=lambda f: pd.to_datetime(f["date"]))


def settings(folder: Path, frames: Frames, *, dimensions: Any = None, calendar: Any = None, **sources: Any) -> Settings:
    """Settings for frames written as Parquet; `sources` adds to what the settings of a source say."""
    described: dict[str, Any] = {}
    folder = Path(tempfile.mkdtemp(dir=folder))  # rows stay in their files, so each company has its own
    for name, frame in frames.items():
        table = name.partition("@")[0]
        path = folder / f"{name.replace('@', '_')}.parquet"
        frame.to_parquet(path)
        files = [*described.get(table, {}).get("files", []), path.name]
        described[table] = {"files": files, "columns": {c: c for c in frame.columns}}
    for name, more in sources.items():
        described[name] = described.get(name, {}) | more
    return Settings(
        company={"name": "Made", "currency": "EUR"},
        sources=described,
        dimensions=dimensions or {},
        calendar=calendar or {},
        folder=folder,
        path=folder / "workbench.toml",
    )


def company(
    folder: Path, frames: Frames | pd.DataFrame, *, as_of: str = "2026-12-31", scope: str = "", **more: Any
) -> Data:
    """The data of a company whose tables are these frames ("orders@2" is a second file of orders)."""
    tables = {"orders": frames} if isinstance(frames, pd.DataFrame) else frames
    return load(Run.start(settings(folder, tables, **more), as_of=as_of, scope=scope))


def steps(data: Data, *kinds: str, table: str = "") -> list[tuple[int, float | None]]:
    """Rows and money of the steps of some kinds."""
    return [(s.rows, s.amount) for s in data.quality.of(*kinds, table=table)]
