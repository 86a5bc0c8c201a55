"""What notebooks of a report share, and what a report of all notebooks for each of many parts costs.

    python -m tests.benchmarks many                  # 20 and 40 regions
    python -m tests.benchmarks.bench_many 200        # as many regions as named: half an hour or more

One JSON line for each figure, each a ratio within one run: shared results against none (CPU seconds of a report of the
demo company), the reports of the regions against as many single runs, and against papermill with nbconvert notebook by
notebook, the same again unchanged, twice as many regions against as many (linear), and the peak memory of both (flat).
`value` and `ratio` are CPU seconds, which other work on the machine leaves alone; seconds on the clock stand in `peer`.
"""

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.benchmarks.bench_report import AS_OF, DEMO, one_by_one
from tests.benchmarks.spent import Spent, load, spent

# a run that tells its notebooks nothing of the folder that they share
ALONE = "from workbench import cli, remember; remember.FOLDER = 'WORKBENCH_UNUSED'; cli.main()"
SINGLE = 2  # single runs that are measured; 20 of them cost 20 times their mean
FEW, MANY = 20, 40
SETTINGS = """
[company]
name = "Tiny"
currency = "EUR"
languages = ["en"]
[sources.orders]
files = ["orders.csv"]
[sources.orders.columns]
date = "date"
order = "order"
customer = "customer"
product = "product"
region = "region"
quantity = "quantity"
amount = "amount"
[dimensions]
place = ["region"]
"""


def main(regions: int = 0) -> Iterator[dict[str, Any]]:
    with tempfile.TemporaryDirectory(prefix="workbench-bench-") as name:
        folder = Path(name)
        if regions:
            yield from _counted(folder, regions)
            return
        yield _shared(folder)
        yield from _each(folder)


def _shared(folder: Path) -> dict[str, Any]:
    """Two rounds in turns; the lower CPU time of each counts, for other work on the machine only adds."""
    call = ("run", "--settings", str(DEMO), "--as-of", AS_OF, "--lang", "en", "--force", "--out", str(folder / "out"))
    commands = [sys.executable, "-m", "workbench.cli", *call], [sys.executable, "-c", ALONE, *call]
    rounds = [[spent(command).cpu for command in commands] for _ in range(2)]
    ours, alone = (min(column) for column in zip(*rounds, strict=True))
    return _told("report_shared_results", ours, "CPU s", f"nothing shared: {alone:.1f} CPU s", ours / alone, 0.95)


def _each(folder: Path) -> Iterator[dict[str, Any]]:
    few, many = folder / "few", folder / "many"
    single, each, again = _measured(few, FEW)
    yield _against(single, each, FEW)
    yield _against_command_lines(few, each)
    peer = f"the first time: {each.wall:.0f} s; now {again.wall:.1f} s"
    yield _told("report_each_unchanged", again.cpu, "CPU s", peer, again.cpu / each.cpu, 0.15)
    _company(many, MANY)
    twice = _run(many, "--each", "region", "--out", str(many / "out"), memory=True)
    peer = f"{MANY} against {FEW} regions: {each.cpu:.0f} CPU s; {twice.wall:.0f} s against {each.wall:.0f} s"
    yield _told("report_each_linear", twice.cpu, "CPU s", peer, twice.cpu / each.cpu, 1.1 * MANY / FEW)
    peer = f"{MANY} against {FEW} regions: {each.peak_mb:.0f} MB"
    yield _told("report_each_memory", twice.peak_mb, "MB", peer, twice.peak_mb / each.peak_mb, 1.1)


def _counted(folder: Path, regions: int) -> Iterator[dict[str, Any]]:
    single, each, _ = _measured(folder / "some", regions)
    yield _against(single, each, regions)
    yield _told("report_each_memory", each.peak_mb, "MB", f"one report: {single.peak_mb:.0f} MB", 0.0, 0.0)


def _measured(folder: Path, regions: int) -> tuple[Spent, Spent, Spent]:
    """A single run, a run for each region, and the latter once more."""
    _company(folder, regions)
    out = ("--out", str(folder / "single"))
    singles = [_run(folder, "--scope", f"region=R{i:03d}", *out, memory=True) for i in range(SINGLE)]
    each = [_run(folder, "--each", "region", "--out", str(folder / "out"), memory=True) for _ in range(2)]
    return min(singles, key=lambda one: one.cpu), each[0], each[1]


def _against(single: Spent, each: Spent, regions: int) -> dict[str, Any]:
    """A report for each region against as many single runs."""
    wall = each.wall / (regions * single.wall)
    peer = (
        f"{regions} × a single run of {single.cpu:.1f} CPU s, {single.wall:.1f} s: {wall:.2f} of their time; {load()}"
    )
    return _told("report_each", each.cpu, "CPU s", peer, each.cpu / (regions * single.cpu), 0.25)


def _against_command_lines(folder: Path, each: Spent) -> dict[str, Any]:
    """A report for each region against papermill and nbconvert, notebook by notebook; measured for one region."""
    peers = one_by_one(folder, settings=str(folder), as_of=AS_OF, scope="region=R000")
    wall = each.wall / (FEW * peers.wall)
    peer = f"{FEW} × papermill + nbconvert: {peers.cpu:.1f} CPU s, {peers.wall:.1f} s: {wall:.2f} of their time"
    return _told("report_each_against_command_lines", each.cpu, "CPU s", peer, each.cpu / (FEW * peers.cpu), 0.35)


def _company(folder: Path, regions: int) -> None:
    """Three years of 12 orders a month in each region, made by arithmetic."""
    folder.mkdir()
    lines = ["date,order,customer,product,region,quantity,amount"]
    for i in range(33 * 12 * regions):
        at, region = i // regions, f"R{i % regions:03d}"
        year, month, day = 2024 + at // 144, at // 12 % 12 + 1, at % 12 * 2 + 1
        lines.append(f"{year}-{month:02d}-{day:02d},S{i},C{i % 97},P{at % 5},{region},{1 + at % 4},{100 + i * 7 % 90}")
    (folder / "orders.csv").write_text("\n".join(lines), "utf-8")
    (folder / "workbench.toml").write_text(SETTINGS, "utf-8")


def _run(folder: Path, *more: str, memory: bool) -> Spent:
    call = [sys.executable, "-m", "workbench.cli", "run", "--settings", str(folder), "--as-of", AS_OF, "--lang", "en"]
    return spent([*call, *more], memory=memory)


def _told(name: str, value: float, unit: str, peer: str, ratio: float, limit: float) -> dict[str, Any]:
    told = {"name": name, "value": round(value, 2), "unit": unit, "peer": peer}
    return told | {"ratio": round(ratio, 3), "limit": round(limit, 2), "ok": ratio <= limit}


if __name__ == "__main__":
    for figure in main(int(sys.argv[1]) if len(sys.argv) > 1 else 0):
        print(json.dumps(figure, ensure_ascii=False), flush=True)
