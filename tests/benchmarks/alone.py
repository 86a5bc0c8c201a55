"""A function of a benchmark in a process of its own: what it returns, with its seconds, CPU seconds and peak memory.

python -m tests.benchmarks.alone bench_cube ours FILE
"""

import json
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

LIMIT = 900  # seconds for one process


def run(bench: str, function: str, argument: str) -> dict[str, Any]:
    """What `function(argument)` of the module `bench` returned, with seconds (from start to end), cpu and peak_mb."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "tests.benchmarks.alone", bench, function, argument]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=LIMIT, cwd=Path(__file__).parents[2], check=False
    )
    seconds = time.perf_counter() - started
    if done.returncode:
        raise RuntimeError(f"{bench}.{function} failed:\n{done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return {"seconds": seconds} | found


def same(one: dict[str, Any], other: dict[str, Any], keys: tuple[str, ...]) -> None:
    """An error where two runs did not compute the same, so that their times may not be compared."""
    differ = [k for k in keys if one[k] != other[k]]
    if differ:
        raise RuntimeError(f"the results differ in {differ}: {one} and {other}")


def told(
    name: str, value: float, unit: str, peer: str, ratio: float, limit: float, *, ok: bool, **more: Any
) -> dict[str, Any]:
    """A figure as `make bench` prints it."""
    rounded = {"value": round(value, 3), "unit": unit, "peer": peer, "ratio": round(ratio, 3)}
    return {"name": name, **rounded, "limit": limit, "ok": ok, **more}


def _peak_mb() -> float:
    """Peak resident memory of this process; ru_maxrss would carry the parent's across exec."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return float("nan")


if __name__ == "__main__":
    bench, function, argument = sys.argv[1:]
    found = getattr(import_module(f"tests.benchmarks.{bench}"), function)(argument)
    print(json.dumps(found | {"peak_mb": _peak_mb(), "cpu": time.process_time()}))
