"""Every fault: how it is injected, what must be seen. `faults()` are run by the tests, and all by `make faults`."""

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.faults import around
from tests.faults.cells import CELL_LIMIT, ENDS, LOOPS, SECRET, Cells
from tests.faults.place import ROOT, Place, Run, ended, unread, wait_for
from tests.faults.seen import Seen, seen

NOBODY = "json://127.0.0.1:9/hook"  # an address at which nobody listens
MEMORY = 350  # megabytes that a run may take whatever its notebooks print


@dataclass(frozen=True)
class Fault:
    """A run with something wrong in it; `slow` ones are left to `make faults`."""

    name: str
    inject: Callable[[Place], Iterator[Seen]]
    slow: bool = False


def run_all(fault: Fault) -> list[Seen]:
    """What was seen of a fault, each row with what it left behind."""
    with Place() as place:
        return list(fault.inject(place))


def _of_cells(faults: tuple[Cells, ...], *limits: str) -> Callable[[Place], Iterator[Seen]]:
    """All of these in one run, beside a notebook that must go well."""

    def inject(place: Place) -> Iterator[Seen]:
        paths = [place.notebook("good", "x = 1")]
        paths += [place.notebook(f"n{i}", *fault.cells) for i, fault in enumerate(faults)]
        settings = place.company / "workbench.toml"
        with_url = '[sources.deals]\nurl = "postgres://me:${PASS_WORD}@nowhere/x"\ntable = "t"\n'
        settings.write_text(settings.read_text("utf-8").replace("[dimensions]", f"{with_url}[dimensions]"), "utf-8")
        run = place.run(*paths, *limits, env={"PASS_WORD": SECRET})
        shared = _shared(place, run)
        for i, fault in enumerate(faults):
            yield _cell_row(run, f"n{i}", fault, shared)

    return inject


def _shared(place: Place, run: Run) -> tuple[str, ...]:
    """What is wrong with the run that held them all."""
    wrong = [*place.left()]
    wrong += [] if run.code == 1 else [f"exit {run.code}: {run.errors[-300:]}"]
    wrong += [] if run.status("good") == "ok" else ["the good notebook came to harm"]
    wrong += [] if run.memory < MEMORY else [f"it took {run.memory:.0f} MB"]
    texts = {p: p.read_bytes() for p in (run.folder.rglob("*") if run.folder else ()) if p.is_file()}
    wrong += [f"{p.name} holds the secret" for p, text in texts.items() if SECRET.encode() in text]
    wrong += [f"{p.name} holds a script" for p, text in texts.items() if b"<script>1" in text and p.suffix == ".html"]
    wrong += [f"{p.name} should not be there" for p in texts if p.is_symlink() or p.stem == "stray"]
    return tuple(wrong)


def _cell_row(run: Run, name: str, fault: Cells, shared: tuple[str, ...]) -> Seen:
    status = run.status(name)
    error = next((r["error"] or "" for r in run.told.get("reports", ()) if r["notebook"] == name), "")
    wrong = list(shared)
    wrong += [f"status {status}, not {fault.status}: {error}"] if status != fault.status else []
    wrong += [f"the reason is {error!r}"] if fault.reason not in error else []
    wrong += ["no banner"] if fault.status != "ok" and not run.banner(name) else []
    return Seen(fault.name, status, run.code, tuple(wrong))


def _run_limit(place: Place) -> Iterator[Seen]:
    """One notebook is running when the time of the run is up, one waits."""
    paths = [place.notebook("long", "time.sleep(600)"), place.notebook("waiting", "x = 1")]
    run = place.run(*paths, "--workers", 1, "--run-timeout", 8)
    states = (run.status("long"), run.status("waiting"))
    wrong = () if states == ("timed_out", "skipped") else (f"notebooks {states}",)
    yield seen(place, "the time of the whole run is up", run, status="failed", code=1, wrong=wrong)


def _notebook_limit(place: Place) -> Iterator[Seen]:
    run = place.run(place.notebook("long", "time.sleep(600)"), place.notebook("good"), "--timeout", 20)
    states = (run.status("long"), run.status("good"))
    wrong = () if states == ("timed_out", "ok") else (f"notebooks {states}",)
    yield seen(place, "the time of one notebook is up", run, status="failed", code=1, wrong=wrong)


def _stopped(name: str, number: signal.Signals) -> Callable[[Place], Iterator[Seen]]:
    """A signal while a cell runs that has children."""
    code = {signal.SIGKILL: -9}.get(number, 130)

    def inject(place: Place) -> Iterator[Seen]:
        mark = place.company / "mark"
        spawn = "import subprocess; subprocess.Popen(['setsid', 'sleep', '600'])"
        cell = f"{spawn}; Path({str(mark)!r}).touch(); time.sleep(600)"

        def stop(process: subprocess.Popen[bytes]) -> None:
            wait_for(mark.exists, process)
            process.send_signal(number)

        run = place.run(place.notebook("long", cell), during=stop)
        yield seen(place, name, run, status="killed" if code < 0 else "stopped", code=code)

    return inject


def _killed_before(where: str) -> Callable[[Place], Iterator[Seen]]:
    """kill -9 just before a step of writing; then the same run again, as a scheduler would start it."""

    def inject(place: Place) -> Iterator[Seen]:
        notebook = place.notebook("n")
        run = place.run(notebook, inject=f"kill:{where}")
        told = "ok" if where.endswith("of_run") else "killed"  # people are told when all is written and said
        yield seen(place, f"kill -9 before {where.rpartition('publish.')[2]}", run, status=told, code=-9)
        again = place.run(notebook)
        listed = (place.out / "index.html").read_text("utf-8").count("overview.en.html")
        wrong = () if listed >= 3 else (f"the index lists {listed} reports",)
        right = "unchanged" if where.endswith(("rebuild", "of_run")) else "ok"
        yield seen(place, "… and the run after it", again, status=right, code=0, wrong=wrong)

    return inject


def _killed_early(place: Place) -> Iterator[Seen]:
    """As soon as its hidden folder is there: the libraries are still being loaded."""

    def kill(process: subprocess.Popen[bytes]) -> None:
        wait_for(lambda: list(place.out.rglob(".r*")), process)
        process.kill()

    run = place.run(place.notebook("n"), during=kill)
    yield seen(place, "kill -9 while libraries are loaded", run, status="killed", code=-9)


def _unlisted(*more: str) -> Callable[[Place], Iterator[Seen]]:
    """A folder lies where the list of all reports belongs: what was made is told all the same, and why it is not in
    the list."""

    def inject(place: Place) -> Iterator[Seen]:
        (place.out / "index.html" / "mine").mkdir(parents=True)
        (place.company / "orders.csv").write_text("date,amount,region\n2026-01-01,3,a\n", "utf-8")
        run = place.run(place.notebook("n"), *more)
        folder = run.told["parts"][0]["done"]["folder"] if more else run.told["folder"]
        wrong = () if (Path(folder) / "overview.en.html").is_file() else (f"no report in {folder}",)
        wrong += () if "cannot be written" in run.told["unlisted"] else (run.told["unlisted"],)
        yield seen(place, " ".join(("no list of all reports", *more)), run, status="ok", code=1, wrong=wrong)

    return inject


def _at_once(place: Place) -> Iterator[Seen]:
    """Two equal runs started together: both good, two revisions or one, both in the index."""
    notebook = place.notebook("n")
    runs = [ended(p) for p in [place.start(notebook), place.start(notebook)]]
    folders = {r.folder for r in runs}
    index = (place.out / "index.html").read_text("utf-8")
    wrong = tuple(f"{f.name} is not in the index" for f in folders if f and f"/{f.name}/overview" not in index)
    for number, run in enumerate(runs, 1):
        yield seen(place, f"two runs at once: run {number}", run, status="ok", code=0, wrong=wrong)


def _full(where: str) -> Callable[[Place], Iterator[Seen]]:
    def inject(place: Place) -> Iterator[Seen]:
        run = place.run(place.notebook("n"), inject=f"full:{where}")
        wrong = () if "No space left" in run.errors and "Free the place" in run.errors else (run.errors,)
        name = f"a full disk before {where.rpartition('publish.')[2]}"
        yield seen(place, name, run, status="failed", code=1, wrong=wrong)

    return inject


def _untold(name: str, inject: str, why: str) -> Callable[[Place], Iterator[Seen]]:
    """Telling people goes wrong once the report stands: it is whole, and the log says who was not told."""

    def inject_it(place: Place) -> Iterator[Seen]:
        settings = place.company / "workbench.toml"
        settings.write_text(settings.read_text("utf-8") + f'[notify]\nurls = ["{NOBODY}"]\nseconds = 10\n', "utf-8")
        run = place.run(place.notebook("n"), inject=inject)
        wrong = () if f"Not told: address 1 (json): {why}" in run.errors else (run.errors[-300:],)
        wrong += () if run.folder and (run.folder / "overview.en.html").is_file() else ("no report",)
        yield seen(place, name, run, status="ok", code=0, wrong=wrong)

    return inject_it


def _beside_the_six(place: Place) -> Iterator[Seen]:
    """All notebooks of the project on the demo company, and one that dies while they share results."""
    demo, six = ROOT / "data" / "demo" / "workbench.toml", sorted((ROOT / "notebooks").glob("*.ipynb"))
    dies = place.notebook("dies", "time.sleep(5); os._exit(1)")
    started = place.start(*six, dies, "--settings", demo, "--lang", "en")
    run = ended(started, longest=900)
    states = {path.stem: run.status(path.stem) for path in six}
    wrong = tuple(f"{name}: {state}" for name, state in states.items() if state != "ok")
    wrong += () if run.status("dies") == "kernel_died" else (f"dies: {run.status('dies')}",)
    yield seen(place, "a notebook that dies beside the six", run, status="failed", code=1, wrong=wrong)


def _small_files(place: Place) -> Iterator[Seen]:
    """No file may be longer than 20 KB, as where a quota is used up."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    whole = {"PYTHONDONTWRITEBYTECODE": "1"}  # a module compiled to a file would be cut, and stay in the environment
    run = place.run(place.notebook("n", "show('x' * 30_000)"), env=whole, preexec_fn=limit)
    wrong = () if "cannot be written" in run.errors else (run.errors,)
    yield seen(place, "a quota used up in the middle of a page", run, status="failed", code=1, wrong=wrong)


@contextmanager
def _mounted(folder: Path, options: str) -> Iterator[bool]:
    """A little disk of its own in a folder; False where this user may not have one."""
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    mounted = sys.platform == "linux" and os.geteuid() == 0
    mounted = mounted and subprocess.run(command, capture_output=True, check=False).returncode == 0
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], check=False)


def _little_disk(place: Place) -> Iterator[Seen]:
    other = place.folder / "little"
    other.mkdir()
    with _mounted(other, "size=64k") as mounted:
        if not mounted:
            return
        run = place.run(place.notebook("n", "show('x' * 90_000)"), "--out", other)
        wrong = tuple(str(p) for p in other.rglob("*") if p.is_file())
        yield seen(place, "a disk that is really full", run, status="failed", code=1, wrong=wrong)


def _many_outputs(place: Place) -> Iterator[Seen]:
    """More than ZeroMQ lets wait; how many come is told by the notebook as it ran."""
    run = place.run(place.notebook("n", "for i in range(4000): display(i)"))
    shown = (run.folder / "n.ipynb").read_text("utf-8").count('"display_data"') if run.folder else 0
    wrong = () if shown >= 4000 else (f"{shown} outputs arrived",)
    yield seen(place, "a cell that shows 4000 things at once", run, status="ok", code=0, wrong=wrong)


def _stranger(place: Place) -> Iterator[Seen]:
    """Data of any shape under the type that the workbench's own outputs have."""
    cells = [f"display({{'application/vnd.workbench+json': {data}, 'text/plain': 'x'}}, raw=True)"
             for data in ("'text'", "3", "{'role': 'answer'}", "{'role': 'tiles', 'tiles': 1}")]  # fmt: skip
    run = place.run(place.notebook("n", *cells))
    yield seen(place, "data under our type that are not ours", run, status="ok", code=0)


def _swollen(place: Place) -> Iterator[Seen]:
    """30 MB under our type, as a section of one cell and as an answer that the overview would show, too."""
    cells = [
        f"display({{'application/vnd.workbench+json': {{'role': {role!r}, 'id': {role!r}, 'heading': {{'en': 'x'}}, "
        f"'html': {{'en': 'y' * 30_000_000}}}}, 'text/plain': 'x'}}, raw=True)"
        for role in ("section", "answer")
    ]
    run = place.run(place.notebook("n", *cells))
    pages = list(run.folder.glob("*.html")) if run.folder else []
    wrong = tuple(f"{p.name} has {p.stat().st_size / 1e6:.0f} MB" for p in pages if p.stat().st_size > 1_000_000)
    said = any("left out here" in p.read_text("utf-8") for p in pages if p.name == "n.en.html")
    wrong += () if said else ("nothing is said of it",)
    yield seen(place, "a section of 30 MB", run, status="ok", code=0, wrong=wrong)


def _little_scratch(place: Place) -> Iterator[Seen]:
    """Sockets are made in the folder for temporary files, and the first thing a kernel writes does not fit."""
    other = place.folder / "scratch"
    other.mkdir()
    with _mounted(other, "size=12k") as mounted:
        if not mounted:
            return
        run = place.run(place.notebook("n"), env={"TMPDIR": str(other)})
        error = run.told["reports"][0]["error"]
        wrong = () if "MB left: free some" in error and "TMPDIR" in error else (error,)
        yield seen(place, "TMPDIR nearly full", run, status="failed", code=1, wrong=wrong)


def _read_only(place: Place) -> Iterator[Seen]:
    other = place.folder / "fixed"
    other.mkdir()
    with _mounted(other, "ro") as mounted:
        if not mounted:
            other.chmod(0o555)
        if mounted or os.geteuid():
            run = place.run(place.notebook("n"), "--out", other)
            wrong = () if "--out" in run.errors else (run.errors,)
            yield seen(place, "a read-only destination", run, status="failed", code=1, wrong=wrong)
            run = place.run(place.notebook("n"), env={"TMPDIR": str(other)})
            yield seen(place, "TMPDIR read-only", run, status="ok", code=0)


def _in_the_way(place: Place) -> Iterator[Seen]:
    (place.out / "file").touch()
    run = place.run(place.notebook("n"), "--out", place.out / "file")
    yield seen(place, "a file where the folder should be", run, status="failed", code=1)


def _clock(seconds: int) -> Callable[[Place], Iterator[Seen]]:
    def inject(place: Place) -> Iterator[Seen]:
        run = place.run(place.notebook("n"), inject=f"clock:{seconds}")
        yield seen(place, f"the clock jumps by {seconds // 86_400} days", run, status="ok", code=0)

    return inject


def _no_kernel(fails: int) -> Callable[[Place], Iterator[Seen]]:
    """Neither the warm process nor the first kernels start."""
    code = f"""import os, sys
if "workbench.publish.warm" in sys.orig_argv: os._exit(1)
if any(part.endswith("printed.py") for part in sys.orig_argv):
    with open(os.environ["STARTS"], "a") as file: file.write("x")
    if os.path.getsize(os.environ["STARTS"]) <= {fails}: os._exit(3)
"""

    def inject(place: Place) -> Iterator[Seen]:
        site, starts = place.folder / "site", place.company / "starts"
        site.mkdir()
        (site / "sitecustomize.py").write_text(code, "utf-8")
        path = f"{site}{os.pathsep}{os.environ.get('PYTHONPATH', '')}{os.pathsep}{Path(__file__).parents[2]}"
        run = place.run(place.notebook("n"), env={"PYTHONPATH": path, "STARTS": str(starts)})
        wrong = () if len(starts.read_text()) == 3 else (f"{len(starts.read_text())} starts",)
        told, exits = ("ok", 0) if fails < 3 else ("failed", 1)
        wrong += () if run.status("n") == ("ok" if fails < 3 else "kernel_died") else (run.status("n"),)
        yield seen(place, f"a kernel that does not start {fails} times", run, status=told, code=exits, wrong=wrong)

    return inject


READ = """import workbench as wb
run = wb.Run.start(settings, as_of=as_of)
data = wb.load(run)
len(data.sales('month'))"""


def _moves(name: str, cell: str, *, status: str, code: int) -> Callable[[Place], Iterator[Seen]]:
    """The orders are not as they were, while a notebook reads them."""

    def inject(place: Place) -> Iterator[Seen]:
        orders = place.company / "orders.csv"
        orders.write_text("date,amount,region\n" + "2026-01-01,3,a\n" * 50_000, "utf-8")
        run = place.run(place.notebook("n", f"orders = Path({str(orders)!r})", cell.replace("READ", READ)))
        wrong = () if "orders.csv" in run.told.get("changed", ()) else ("not told",)
        wrong += () if "orders.csv changed while" in run.page("n") else ("no banner",)
        yield seen(place, name, run, status=status, code=code, wrong=wrong)

    return inject


def _surroundings(name: str, **env: str | None) -> Callable[[Place], Iterator[Seen]]:
    def inject(place: Place) -> Iterator[Seen]:
        show = "show('华东 before'); import matplotlib.pyplot as plt; plt.plot([1, 2]); plt.title('华东'); plt.show()"
        settings = place.company / "workbench.toml"
        settings.write_text(settings.read_text("utf-8").replace('"Acme"', '"远帆 Acme"'), "utf-8")
        run = place.run(place.notebook("n", show), env=env)
        wrong = () if "华东 before" in run.page("n") else ("the text is not there",)
        yield seen(place, name, run, status="ok", code=0, wrong=wrong)

    return inject


def _nobody_listens(place: Place) -> Iterator[Seen]:
    """The program that read the log has gone."""
    with unread() as pipe:
        run = place.run(place.notebook("n"), stderr=pipe)
    yield seen(place, "nobody reads the log any longer", run, status="ok", code=0)


def _no_notebook(place: Place) -> Iterator[Seen]:
    broken = place.company / "broken.ipynb"
    broken.write_text('{"cells": [{"cell_type": "code", "metadata": {}, "source": 3}], "nbformat": 4}', "utf-8")
    run = place.run(broken)
    yield seen(place, "a file that is no notebook", run, status="refused", code=2)


NO_LOCALE = {"LC_ALL": "C", "LANG": None, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": None}
NO_FONTS = {"FONTCONFIG_FILE": "/dev/null", "XDG_DATA_HOME": "/nowhere"}
FAULTS = (
    Fault("in cells", _of_cells(ENDS)),
    Fault("cells that go on", _of_cells(LOOPS, "--cell-timeout", str(CELL_LIMIT))),
    Fault("run limit", _run_limit, slow=True),
    Fault("notebook limit", _notebook_limit, slow=True),
    Fault("SIGKILL", _stopped("kill -9 while a cell runs", signal.SIGKILL)),
    Fault("SIGTERM", _stopped("SIGTERM while a cell runs", signal.SIGTERM), slow=True),
    Fault("SIGINT", _stopped("Ctrl-C while a cell runs", signal.SIGINT), slow=True),
    Fault("SIGHUP", _stopped("a terminal that is closed", signal.SIGHUP), slow=True),
    Fault("killed early", _killed_early, slow=True),
    Fault("killed at the manifest", _killed_before("publish.manifest.write"), slow=True),
    Fault("killed at the pages", _killed_before("publish.pages.write"), slow=True),
    Fault("killed at the renaming", _killed_before("publish.folders.finish"), slow=True),
    Fault("killed at the index", _killed_before("publish.index.rebuild"), slow=True),
    Fault("killed before people are told", _killed_before("publish.notify.of_run"), slow=True),
    Fault("nobody at the address", _untold("nobody answers where people are told", "", "Connection"), slow=True),
    Fault("full while telling", _untold("a full disk while people are told", "full:publish.notify/subprocess.run",
          "the sender could not start"), slow=True),
    Fault("no list", _unlisted(), slow=True),
    Fault("no list of many", _unlisted("--each", "region"), slow=True),
    Fault("beside the six", _beside_the_six, slow=True),
    Fault("two at once", _at_once),
    Fault("full at the manifest", _full("publish.manifest.write"), slow=True),
    Fault("full at the workbook", _full("publish.workbook.write"), slow=True),
    Fault("full at the index", _full("publish.folders.write"), slow=True),
    Fault("quota", _small_files, slow=True),
    Fault("little disk", _little_disk, slow=True),
    Fault("many outputs", _many_outputs, slow=True),
    Fault("strange data", _stranger, slow=True),
    Fault("swollen section", _swollen, slow=True),
    Fault("little scratch", _little_scratch, slow=True),
    Fault("read-only", _read_only, slow=True),
    Fault("in the way", _in_the_way, slow=True),
    Fault("clock forward", _clock(400 * 86_400), slow=True),
    Fault("clock back", _clock(-400 * 86_400), slow=True),
    Fault("no kernel", _no_kernel(3)),
    Fault("a late kernel", _no_kernel(2), slow=True),
    Fault("orders vanish", _moves("orders that vanish", "orders.unlink()\nREAD", status="failed", code=1),
          slow=True),
    Fault("orders grow", _moves("orders that grow while they are read",
          "READ\norders.open('a').write('2026-02-01,4,b\\n' * 9)\nlen(data.sales('month'))", status="ok", code=3),
          slow=True),
    Fault("orders cut", _moves("orders that are cut while they are read",
          "READ\norders.write_text('date,amount,region\\n2026-0')\nlen(data.sales('month'))", status="ok", code=3),
          slow=True),
    Fault("no home", _surroundings("no HOME", HOME=None, XDG_CACHE_HOME=None, XDG_CONFIG_HOME=None), slow=True),
    Fault("no such home", _surroundings("a HOME that is not there", HOME="/nowhere/at/all"), slow=True),
    Fault("locale C", _surroundings("the locale C, without UTF-8", **NO_LOCALE), slow=True),
    Fault("hash seed", _surroundings("another PYTHONHASHSEED", PYTHONHASHSEED="12345"), slow=True),
    Fault("no fonts", _surroundings("no fonts but matplotlib's own", **NO_FONTS), slow=True),
    Fault("nobody listens", _nobody_listens, slow=True),
    Fault("no notebook", _no_notebook, slow=True),
    Fault("closed streams", around.closed_streams, slow=True),
    Fault("reader gone", around.reader_gone, slow=True),
    Fault("umask", around.umask, slow=True),
    Fault("read-only home", around.read_only_home, slow=True),
    Fault("few files", around.few_files, slow=True),
    Fault("empty environment", around.empty_environment, slow=True),
    Fault("destination moved", around.destination_moved, slow=True),
    Fault("warm process killed", around.warm_killed),
    Fault("many: leader killed", around.many_killed(signal.SIGKILL), slow=True),
    Fault("many: leader stopped", around.many_killed(signal.SIGTERM), slow=True),
    Fault("many: at once", around.many_at_once, slow=True),
)  # fmt: skip
