"""What a command costs: seconds, CPU seconds and, where asked, peak memory of it and all the processes below it."""

import contextlib
import os
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]
LIMIT = 7200  # seconds for one command
_LOOK, _WEIGH = 0.02, 0.5  # seconds between looks at the processes, and at their memory


@dataclass(frozen=True)
class Spent:
    """`peak_mb`: the highest sum of proportional set sizes, so that shared pages count once; NaN where not asked."""

    wall: float
    cpu: float
    peak_mb: float
    told: str


def spent(
    command: Sequence[str], *, memory: bool = False, code: int = 0, env: Mapping[str, str] | None = None
) -> Spent:
    """What a command spent; RuntimeError where it ends with another code. CPU is as last seen of each process: forked
    kernels are not waited for by those who count. Compiled modules are kept, as everywhere else."""
    before, began, peak, weighed = _reaped(), time.perf_counter(), 0.0, 0.0
    seen: dict[tuple[int, float], float] = {}
    around = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"} | dict(env or {})
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=around
    ) as process:
        try:
            while process.poll() is None and time.perf_counter() - began < LIMIT:
                weigh = memory and time.perf_counter() - weighed > _WEIGH
                peak = max(peak, _looked(process.pid, seen, weigh=weigh))
                weighed = time.perf_counter() if weigh else weighed
                time.sleep(_LOOK)
        finally:
            process.terminate()
        wall = time.perf_counter() - began
        told = process.stdout.read() if process.stdout else ""
    if process.returncode != code:
        raise RuntimeError(f"{' '.join(command[:5])} ended with {process.returncode}:\n{told[-2000:]}")
    cpu = max(sum(seen.values()), _reaped() - before)  # the latter is exact where all processes are waited for
    return Spent(wall, cpu, peak / 2**20 if memory else float("nan"), told)


def _reaped() -> float:
    """CPU seconds of all processes below this one that were waited for."""
    times = os.times()
    return times.children_user + times.children_system


def _looked(pid: int, seen: dict[tuple[int, float], float], *, weigh: bool) -> float:
    """Notes the CPU time of a process and all below it; their memory in bytes, 0 where not weighed."""
    held = 0.0
    for one in _tree(pid):
        with contextlib.suppress(psutil.Error):
            times = one.cpu_times()
            seen[one.pid, one.create_time()] = times.user + times.system
            held += one.memory_full_info().pss if weigh else 0
    return held


def _tree(pid: int) -> Iterator[psutil.Process]:
    with contextlib.suppress(psutil.Error):
        top = psutil.Process(pid)
        yield from (top, *top.children(recursive=True))


def load() -> str:
    """How busy the machine is: runnable processes in the last minute, and cores."""
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
