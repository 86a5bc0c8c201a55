"""What a report of all notebooks costs beside its peers, and beyond its own arithmetic.

    python -m tests.benchmarks report

One JSON line for each figure. Everything is measured on the demo company in one run, ours and the peers in turns; the
best of each counts, for other work on the machine only adds. CPU seconds say most on a machine that does other work.

Peers: `papermill` and `jupyter nbconvert` on the command line, notebook by notebook; and the notebooks' own cells, one
notebook after another, in one Python process that has run them all once, on the same cores.
"""

import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.benchmarks.spent import ROOT, Spent, load, spent

ROUNDS, BEST = 2, 5
AS_OF = "2026-09-30"
DEMO = ROOT / "data" / "demo"
NOTEBOOKS = ("history", "market", "forecast", "plan", "tracking", "review")
FRAME_LIMIT = 60  # KB
# the notebooks' own cells in a process that has run them once
CALLS = """
import contextlib, io, json, sys, time
def cells(file):
    found = [c for c in json.load(open(file, encoding="utf-8"))["cells"] if c["cell_type"] == "code"]
    return ["".join(c["source"]) for c in found]
books = [cells(file) for file in sys.argv[1:]]
for _ in range(2):
    started, used = time.perf_counter(), time.process_time()
    for book in books:
        names = {}
        with contextlib.redirect_stdout(io.StringIO()):
            for cell in [book[0] + "\\nlang = 'en'", *book[1:]]:
                exec(cell, names)
print(json.dumps([time.perf_counter() - started, time.process_time() - used]))
"""


def main() -> Iterator[dict[str, Any]]:
    """The figures, one by one; what is made is in a temporary folder that goes when the last is told."""
    yield _quick("workbench_help", [*_workbench(), "--help"], 0.3)
    yield _told("import_beyond_pandas", min(_import() for _ in range(BEST)), "s", "pandas", 0.5)
    yield _quick("parameter_refused", [*_run(Path("nowhere")), "-p", "as_off=1"], 0.5, code=2)
    with tempfile.TemporaryDirectory(prefix="workbench-bench-") as name:
        yield from _reports(Path(name))
        yield _again(Path(name))
        yield from _frames(Path(name))
        yield _period(Path(name))


def _reports(folder: Path) -> Iterator[dict[str, Any]]:
    ours, two, calls, peers = [], [], [], []
    for _ in range(ROUNDS):
        ours.append(spent(_run(folder, "en", "--force")))
        calls.append(_calls())
        two.append(spent(_run(folder / "two", "en,zh-CN", "--force")))
        peers.append(one_by_one(folder))
    (wall, cpu), (warm, work), (long, all_) = _best(ours), _best(calls), _best(peers)
    peer = f"papermill + nbconvert, one by one: {long:.1f} s, {all_:.1f} CPU s; {load()}"
    yield _told("report_against_command_lines", wall, "s", peer, 0.25, wall / long)
    yield _told("report_against_command_lines_cpu", cpu, "CPU s", peer, 0.35, cpu / all_)
    peer = f"bare calls in one warm process: {warm:.1f} s, {work:.1f} CPU s"
    yield _told("report_against_warm_calls", wall, "s", peer, 1.3, wall / warm)
    yield _told("report_against_warm_calls_cpu", cpu, "CPU s", peer, None, cpu / work)
    more = _best(two)[1] - cpu
    yield _told("second_language", more, "CPU s", f"the first: {cpu:.1f} CPU s", 0.35, more / cpu)
    peak = spent(_run(folder / "weighed", "en", "--force"), memory=True).peak_mb
    yield _told("report_peak_memory", peak, "MB", "all processes, shared pages once", None)


def _again(folder: Path) -> dict[str, Any]:
    spent(_run(folder / "again", "en"))
    return _quick("unchanged_rerun", _run(folder / "again", "en"), 1.0)


def _period(folder: Path) -> dict[str, Any]:
    call = [*_workbench(), "run", "history", "--settings", str(DEMO), "--out", str(folder / "period")]
    call = [*call, "--period", "last-quarter"]
    spent(call)
    return _quick("period_second_start", call, 1.0)


def _frames(folder: Path) -> Iterator[dict[str, Any]]:
    """The largest page's bytes around its sections; without its figures only; and what any page loads."""
    pages = [page.read_text("utf-8") for page in (folder / "again").rglob("*.html")]
    frame = max(_kilobytes(re.sub(r"<section.*</section>", "", page, flags=re.DOTALL)) for page in pages)
    bare = sorted(_kilobytes(re.sub(r"<svg.*?</svg>", "", page, flags=re.DOTALL)) for page in pages)
    lab = "JupyterLab's own CSS in nbconvert's page: 262 KB"
    yield _told("page_frame", frame, "KB", lab, FRAME_LIMIT)
    sizes = f"tables and sentences included; all pages: {', '.join(f'{size:.0f}' for size in bare)}"
    yield _told("page_without_figures", bare[-1], "KB", sizes, None)
    loads = sum(len(_LOADS.findall(page)) for page in pages)
    yield _told("external_loads", loads, "", f"{len(pages)} pages", 0)


_LOADS = re.compile(
    r"<(?:script|iframe|object|embed|link)\b|\bsrc\s*=\s*[\"']?(?!data:)|@import|url\(\s*[\"']?(?!data:|#)"
    r"|(?:xlink:)?href\s*=\s*[\"']?(?:https?:)?//"
)


def _kilobytes(text: str) -> float:
    return len(text.encode()) / 1024


def _workbench() -> list[str]:
    return [sys.executable, "-m", "workbench.cli"]


def _run(folder: Path, lang: str = "en", *more: str) -> list[str]:
    given = ["--settings", str(DEMO), "--as-of", AS_OF, "--lang", lang, "--out", str(folder)]
    return [*_workbench(), "run", *given, *more]


def _calls() -> Spent:
    """The second time that a process runs all cells."""
    files = [str(ROOT / "notebooks" / f"{name}.ipynb") for name in NOTEBOOKS]
    done = spent([sys.executable, "-c", CALLS, *files], env={"MPLBACKEND": "agg"})
    wall, cpu = json.loads(done.told.splitlines()[-1])
    return Spent(wall, cpu, float("nan"), "")


def one_by_one(folder: Path, **parameters: str) -> Spent:
    """papermill and nbconvert on the command line, for each notebook."""
    given = [word for name, value in {"lang": "en", **parameters}.items() for word in ("-p", name, value)]
    wall = cpu = 0.0
    for name in NOTEBOOKS:
        made, env = folder / f"peer-{name}.ipynb", {"PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path[1:]])}
        source = str(ROOT / "notebooks" / f"{name}.ipynb")
        run = [sys.executable, "-m", "papermill", source, str(made), "-k", "python3", *given]
        told = [sys.executable, "-m", "nbconvert", "--to", "html", "--no-input", str(made)]
        for command in ([*run, "--no-progress-bar"], told):
            done = spent(command, env=env)
            wall, cpu = wall + done.wall, cpu + done.cpu
    return Spent(wall, cpu, float("nan"), "")


def _import() -> float:
    code = """
import time, pandas
started = time.process_time()
import workbench
for name in workbench.__all__: getattr(workbench, name)
print(time.process_time() - started)
"""
    return float(spent([sys.executable, "-c", code]).told)


def _quick(name: str, command: list[str], limit: float, code: int = 0) -> dict[str, Any]:
    """A command that should take no time; its CPU seconds are what it takes on a machine that does nothing else."""
    wall, cpu = _best([spent(command, code=code) for _ in range(BEST)])
    return _told(name, wall, "s", f"{cpu:.2f} CPU s; {load()}", limit)


def _best(rounds: list[Spent]) -> tuple[float, float]:
    """The least seconds and the least CPU seconds."""
    return min(one.wall for one in rounds), min(one.cpu for one in rounds)


def _told(
    name: str, value: float, unit: str, peer: str, limit: float | None, ratio: float | None = None
) -> dict[str, Any]:
    """One figure; without a ratio the limit is for the value itself, without a limit it is only told."""
    judged = value if ratio is None else ratio
    told = {"name": name, "value": round(value, 3), "unit": unit, "peer": peer}
    return told | {"ratio": ratio and round(ratio, 3), "limit": limit, "ok": limit is None or judged <= limit}


if __name__ == "__main__":
    started = time.perf_counter()
    for figure in main():
        print(json.dumps(figure, ensure_ascii=False), flush=True)
    print(f"{time.perf_counter() - started:.0f} s, {load()}", file=sys.stderr)
