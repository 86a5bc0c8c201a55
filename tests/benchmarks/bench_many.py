"""What notebooks of a report share, and what a report for each of many parts costs.

    python -m tests.benchmarks many

One JSON line for each figure, each a ratio within one run: shared results against none (CPU seconds of a report of
history, forecast and plan of the demo company), the reports of 20 regions against 20 single runs, twice as many against
as many (linear), and the same again, unchanged.
"""

import contextlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil

from tests.benchmarks.bench_report import AS_OF, ROOT, SETTINGS

LIMIT = 3000  # seconds for one process
DEMO = ROOT / "data" / "demo"
# a run that tells its notebooks nothing of the folder that they share
ALONE = "from workbench import cli, remember; remember.FOLDER = 'WORKBENCH_UNUSED'; cli.main()"
SINGLE = 3  # single runs that are measured; 20 of them cost 20 times their mean
FEW, MANY = 20, 40


def main() -> Iterator[dict[str, Any]]:
    with tempfile.TemporaryDirectory(prefix="workbench-bench-") as name:
        folder = Path(name)
        yield _shared(folder)
        yield from _each(folder)


def _shared(folder: Path) -> dict[str, Any]:
    """Two rounds in turns; the lower CPU time of each counts, for other work on the machine only adds."""
    call = ("run", "history", "forecast", "plan", "--settings", str(DEMO), "--as-of", AS_OF, "--lang", "en", "--force")
    call = (*call, "--out", str(folder / "shared"))
    commands = [sys.executable, "-m", "workbench.cli", *call], [sys.executable, "-c", ALONE, *call]
    rounds = [[_cpu(command) for command in commands] for _ in range(2)]
    ours, alone = (min(column) for column in zip(*rounds, strict=True))
    return _told("report_shared_results", ours, "CPU s", f"nothing shared: {alone:.1f} CPU s", ours / alone, 0.95)


def _each(folder: Path) -> Iterator[dict[str, Any]]:
    few, many = folder / "few", folder / "many"
    _company(few, FEW)
    _company(many, MANY)
    single = sum(_run(few, "--scope", f"region=R{i:03d}", "--out", str(few / "single")) for i in range(SINGLE)) / SINGLE
    each = _run(few, "--each", "region", "--out", str(few / "out"))
    peer = f"{FEW} × a single run of {single:.1f} s"
    yield _told("report_each", each, "s", peer, each / (FEW * single), 0.35)
    again = _run(few, "--each", "region", "--out", str(few / "out"))
    yield _told("report_each_unchanged", again, "s", f"the first time: {each:.1f} s", again / each, 0.15)
    twice = _run(many, "--each", "region", "--out", str(many / "out"))
    ratio = twice / each
    yield _told(
        "report_each_linear", twice, "s", f"{MANY} against {FEW} regions: {each:.1f} s", ratio, 1.2 * MANY / FEW
    )


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


def _run(folder: Path, *more: str) -> float:
    began = time.perf_counter()
    _called(["run", "history", "--settings", str(folder), "--as-of", AS_OF, "--lang", "en", *more])
    return time.perf_counter() - began


def _cpu(command: list[str]) -> float:
    """CPU seconds of a command and all the processes below it, as last seen of each: forked kernels are not waited
    for by those who count."""
    seen: dict[tuple[int, float], float] = {}
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        top, until = psutil.Process(process.pid), time.monotonic() + LIMIT
        while process.poll() is None and time.monotonic() < until:
            with contextlib.suppress(psutil.Error):
                for one in [top, *top.children(recursive=True)]:
                    with contextlib.suppress(psutil.Error):
                        spent = one.cpu_times()
                        seen[one.pid, one.create_time()] = spent.user + spent.system
            time.sleep(0.1)
        process.kill()
    if process.returncode:
        raise RuntimeError(f"{command[:3]} ended with {process.returncode}")
    return sum(seen.values())


def _called(call: list[str]) -> None:
    command = [sys.executable, "-m", "workbench.cli", *call]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=LIMIT)
    if done.returncode:
        raise RuntimeError(f"{call[:4]} ended with {done.returncode}:\n{done.stderr[-2000:]}")


def _told(name: str, value: float, unit: str, peer: str, ratio: float, limit: float) -> dict[str, Any]:
    told = {"name": name, "value": round(value, 2), "unit": unit, "peer": peer}
    return told | {"ratio": round(ratio, 3), "limit": round(limit, 2), "ok": ratio <= limit}


if __name__ == "__main__":
    for figure in main():
        print(json.dumps(figure, ensure_ascii=False), flush=True)
