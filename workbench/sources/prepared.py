"""A company's sources, read and checked: what `load` cuts to a scope, and what the notebooks of a run share.

The small tables are kept as they are; order lines of our own engine as one Parquet file beside them, which every
notebook reads where it is. Lines in a database stay there, so each notebook makes them ready there itself.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from workbench import remember
from workbench.run import Run
from workbench.sources import engines
from workbench.sources.levels import References
from workbench.sources.orders import Orders
from workbench.sources.quality import Step
from workbench.sources.readers import files


@dataclass(frozen=True)
class Prepared:
    """A company, or a part of it, up to a day: order lines, reference tables, small tables, what was done to them."""

    orders: Orders
    refs: References
    tables: dict[str, pd.DataFrame]
    steps: tuple[Step, ...]
    digests: dict[str, str]


def shared(run: Run, prepare: Callable[[], Prepared]) -> Prepared:
    """The sources in a run's scope, prepared once for all notebooks of a report run, those of a whole company once for
    all reports of a command; else `prepare()`."""
    keys, by_all = (run.settings, run.as_of, run.scope, _stamps(run)), not run.scope
    place = remember.place_of("sources.lines", *keys, by_all=by_all)
    if place is None or any(source.url for source in run.settings.sources.values()):
        return prepare()
    lines, ours = place.with_suffix(".parquet"), []

    def compute() -> Prepared:
        ours.append(prepare())
        return _packed(ours[0], lines)

    made = remember.once("sources.prepared", compute, *keys, by_all=by_all)
    return ours[0] if ours and made.orders.con is not None else _opened(made, lines)


def _packed(made: Prepared, lines: Path) -> Prepared:
    """The same without its engine, its lines in a file; as it is, and so never shared, where they cannot be written."""
    import duckdb

    new = lines.with_suffix(f".{os.getpid()}")
    try:
        made.orders.con.to_parquet(made.orders.expr, new)
        new.replace(lines)
    except (OSError, duckdb.IOException):
        new.unlink(missing_ok=True)
        return made
    return replace(made, orders=replace(made.orders, con=None, expr=None))


def _opened(made: Prepared, lines: Path) -> Prepared:
    con = engines.embedded(lines.stat().st_size)
    return replace(
        made, orders=replace(made.orders, con=con, expr=con.read_parquet(lines, table_name="workbench_lines"))
    )


def size(run: Run) -> int:
    """Bytes of all files of a run's sources."""
    return sum(stamp[1] for stamp in _stamps(run))


def _stamps(run: Run) -> list[Any]:
    """What tells that a file is no longer the one that was read."""
    patterns = [p for source in run.settings.sources.values() for p in source.files]
    found, _ = files.find(patterns, run.settings.folder)
    return [(str(file), about.st_size, about.st_mtime_ns, about.st_ino) for file in found if (about := file.stat())]
