"""What a report costs beyond its own arithmetic: starting, refusing, running notebooks, a second language.

    python -m tests.benchmarks report

One JSON line for each figure. Ours and the peer's take turns in one run, and the middle ratio counts.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PAIRS = 3
LIMIT = 600  # seconds for one process
AS_OF = "2026-09-30"
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
# the peer: the notebook's own cells in a process that has run them once, and one kernel with its imports
CALLS = """
import contextlib, io, json, sys, time
cells = [c for c in json.load(open(sys.argv[1], encoding="utf-8"))["cells"] if c["cell_type"] == "code"]
given = f"as_of, scope, lang, settings = {sys.argv[2]!r}, '', '', {sys.argv[3]!r}"
code = [given, *("".join(c["source"]) for c in cells[1:])]
for _ in range(2):
    started, names = time.perf_counter(), {}
    with contextlib.redirect_stdout(io.StringIO()):
        for cell in code:
            exec(cell, names)
print(time.perf_counter() - started)
"""
KERNEL = """
import sys, time
sys.modules.setdefault("rfc3987_syntax", None)
from jupyter_client.manager import start_new_kernel
started = time.perf_counter()
manager, client = start_new_kernel(kernel_name="python3")
bare = time.perf_counter() - started
imports = f"import importlib\\nfor name in {sys.argv[1:]}: importlib.import_module(name)"
client.execute_interactive(imports, timeout=120)
print(bare, time.perf_counter() - started)
client.stop_channels()
manager.shutdown_kernel(now=True)
"""


def main() -> Iterator[dict[str, Any]]:
    """The figures, one by one; the tiny company is in a temporary folder that goes when the last is told."""
    yield _told("workbench_help", _best(lambda: _timed(_workbench("--help"))), "s", "", 0.3)
    yield _told("import_beyond_pandas", _best(_import), "s", "pandas", 0.2)
    with tempfile.TemporaryDirectory(prefix="workbench-bench-") as name:
        folder = Path(name)
        _tiny(folder)
        refused = _best(lambda: _timed(_workbench("run", "--settings", str(folder), "-p", "as_off=1"), code=2))
        yield _told("parameter_refused", refused, "s", "", 0.5)
        yield from _reports(folder)


def _reports(folder: Path) -> Iterator[dict[str, Any]]:
    rounds = [(_report(folder, "en"), _report(folder, "en,zh-CN"), _calls(folder), _kernel()) for _ in range(PAIRS)]
    ours, two, calls, kernels = (min(column) for column in zip(*rounds, strict=True))
    peer = f"warm calls {calls:.2f} s + kernel that has the imports {kernels[1]:.2f} s"
    ratio = statistics.median(one / (call + kernel[1]) for one, _, call, kernel in rounds)
    yield _told("report_tiny", ours, "s", peer, 1.5, ratio)
    peer = f"warm calls {calls:.2f} s + empty kernel {kernels[0]:.2f} s"
    ratio = statistics.median(one / (call + kernel[0]) for one, _, call, kernel in rounds)
    yield _told("report_tiny_empty_kernel", ours, "s", peer, None, ratio)
    more = statistics.median((second - one) / one for one, second, _, _ in rounds)
    yield _told("second_language", two - ours, "s", f"the first: {ours:.2f} s", 0.5, more)


def _tiny(folder: Path) -> None:
    """Three years of 12 orders a month, made by arithmetic."""
    lines = ["date,order,customer,product,region,quantity,amount"]
    for i in range(33 * 12):
        year, month, day = 2024 + i // 144, i // 12 % 12 + 1, i % 12 * 2 + 1
        lines.append(f"{year}-{month:02d}-{day:02d},S{i},C{i % 17},P{i % 5},R{i % 3},{1 + i % 4},{100 + i * 7 % 90}")
    (folder / "orders.csv").write_text("\n".join(lines), "utf-8")
    (folder / "workbench.toml").write_text(SETTINGS, "utf-8")


def _report(folder: Path, lang: str) -> float:
    call = (
        "run",
        "history",
        "--settings",
        str(folder),
        "--as-of",
        AS_OF,
        "--lang",
        lang,
        "--force",
        "--out",
        str(folder / "out"),
    )
    return _timed(_workbench(*call))


def _calls(folder: Path) -> float:
    notebook = ROOT / "notebooks" / "history.ipynb"
    return float(_output([sys.executable, "-c", CALLS, str(notebook), AS_OF, str(folder / "workbench.toml")]))


def _kernel() -> tuple[float, float]:
    """Seconds until an ordinary kernel answers, and until it has imported what the notebook uses."""
    from workbench.publish.warm import LIBRARIES

    bare, whole = _output([sys.executable, "-c", KERNEL, *LIBRARIES]).split()
    return float(bare), float(whole)


def _import() -> float:
    code = """
import time, pandas
started = time.process_time()
import workbench
for name in workbench.__all__: getattr(workbench, name)
print(time.process_time() - started)
"""
    return float(_output([sys.executable, "-c", code]))


def _workbench(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "workbench.cli", *arguments]


def _timed(call: list[str], code: int = 0) -> float:
    started = time.perf_counter()
    _output(call, code)
    return time.perf_counter() - started


def _output(call: list[str], code: int = 0) -> str:
    done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, timeout=LIMIT)
    if done.returncode != code:
        raise RuntimeError(f"{call[:4]} ended with {done.returncode}:\n{done.stderr}")
    return done.stdout


def _best(measure: Callable[[], float]) -> float:
    return min(measure() for _ in range(5))


def _told(
    name: str, value: float, unit: str, peer: str, limit: float | None, ratio: float | None = None
) -> dict[str, Any]:
    """One figure; without a ratio the limit is for the value itself, without a limit it is only told."""
    judged = value if ratio is None else ratio
    told = {"name": name, "value": round(value, 3), "unit": unit, "peer": peer}
    return told | {"ratio": ratio and round(ratio, 2), "limit": limit, "ok": limit is None or judged <= limit}


if __name__ == "__main__":
    for figure in main():
        print(json.dumps(figure, ensure_ascii=False), flush=True)
