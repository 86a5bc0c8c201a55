"""A report on 100 million generated order lines in Parquet: seconds, and the peak memory of all its processes together.

    make large        (python -m tests.benchmarks.large [LINES [NOTEBOOK ...]])

Not part of `make bench`: it takes minutes, and about 12 GB of disk for the lines and what the engine spills.
"""

import contextlib
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

from tests.benchmarks.bench_cube import AS_OF, generate

LIMIT_MB = 4096
LONGEST = 3600  # seconds
SETTINGS = """
[company]
name = "Many lines"
currency = "EUR"
languages = ["en"]
[sources.orders]
files = ["orders.parquet"]
[sources.orders.columns]
{columns}
[dimensions]
region = ["region"]
product = ["product_line", "product"]
"""
COLUMNS = ("date", "order", "customer", "product", "region", "product_line", "quantity", "amount")


def main(lines: int, notebooks: list[str]) -> int:
    with tempfile.TemporaryDirectory(prefix="workbench-large-") as name:
        folder = Path(name)
        generate(folder / "orders.parquet", lines)
        text = SETTINGS.format(columns="\n".join(f'{c} = "{c}"' for c in COLUMNS))
        (folder / "workbench.toml").write_text(text, "utf-8")
        found = _measured([
            sys.executable, "-m", "workbench.cli", "run", *notebooks, "--settings", name, "--as-of", AS_OF,
            "--out", str(folder / "reports"), "--timeout", str(LONGEST),
        ])  # fmt: skip
    told = {"name": "large_report", "lines": lines, "notebooks": notebooks, **found, "limit_mb": LIMIT_MB}
    print(json.dumps(told), flush=True)
    return 0 if found["peak_mb"] <= LIMIT_MB else 1


def _measured(command: list[str]) -> dict[str, Any]:
    """Seconds, and the highest sum of what a command and all below it held at once; shared pages count once."""
    began, peak = time.perf_counter(), 0.0
    with subprocess.Popen(command) as process:
        top = psutil.Process(process.pid)
        while process.poll() is None and time.perf_counter() - began < LONGEST:
            peak = max(peak, sum(_held(one) for one in _all(top)))
            time.sleep(0.25)
        process.kill()
    if process.returncode:
        raise RuntimeError(f"the report ended with {process.returncode}")
    return {"seconds": round(time.perf_counter() - began, 1), "peak_mb": round(peak)}


def _all(top: psutil.Process) -> list[psutil.Process]:
    with contextlib.suppress(psutil.Error):
        return [top, *top.children(recursive=True)]
    return []


def _held(process: psutil.Process) -> float:
    """MB in memory, shared pages divided among those that share them."""
    with contextlib.suppress(psutil.Error, AttributeError):
        return float(process.memory_full_info().pss) / 2**20
    return 0.0


if __name__ == "__main__":
    sys.exit(main(int((sys.argv[1:] or ["100_000_000"])[0]), sys.argv[2:] or ["history", "forecast"]))
