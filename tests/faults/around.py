"""Faults around a run: streams, rights, limits and folders of whoever starts it; and runs that make many reports."""

import os
import resource
import signal
import subprocess
from collections.abc import Callable, Iterator

from tests.faults.place import ROOT, Place, Run, ended, unread, wait_for
from tests.faults.seen import Seen, seen
from workbench.publish import processes

ALL = (0, 1, 2)  # stdin, stdout, stderr
REGIONS = ("a", "b", "c", "d")


def closed_streams(place: Place) -> Iterator[Seen]:
    """As `workbench run <&- >&- 2>&-`: what it opens would otherwise take their numbers."""
    for closed in ((0,), (1,), (2,), ALL):
        how = {name: None for at, name in enumerate(("stdin", "stdout", "stderr")) if at in closed}
        run = place.run(place.notebook("n"), "--force", preexec_fn=lambda c=closed: [os.close(n) for n in c], **how)
        told = {"status": "ok"} if 1 in closed and run.code == 0 and _made(place) else run.told
        yield seen(place, f"closed streams: {closed}", Run(run.code, told, run.errors), status="ok", code=0)


def _made(place: Place) -> bool:
    return len(list(place.out.glob("2026-09-30/Acme/r*/n.en.html"))) > 0


def reader_gone(place: Place) -> Iterator[Seen]:
    """The program that reads the result has gone, as `head` does: the run is what it was, and its code says so."""
    with unread() as pipe:
        run = place.run(place.notebook("n"), stdout=pipe)
    told = {"status": "ok" if _made(place) else "?"}
    yield seen(place, "nobody reads the result", Run(run.code, told, run.errors), status="ok", code=0)


def umask(place: Place) -> Iterator[Seen]:
    """What others may not read they cannot read."""
    run = place.run(place.notebook("n"), preexec_fn=lambda: os.umask(0o077))
    files = [*(run.folder.rglob("*") if run.folder else ()), *place.out.glob("index*.html")]
    wrong = tuple(f"{p.name} is open to others" for p in files if p.stat().st_mode & 0o077)
    yield seen(place, "umask 077", run, status="ok", code=0, wrong=wrong if files else ("no files",))


def read_only_home(place: Place) -> Iterator[Seen]:
    """Libraries then leave their notes in TMPDIR, and the warm process is killed in the end. /proc takes no file."""
    gone = {"XDG_CACHE_HOME": None, "XDG_CONFIG_HOME": None, "MPLCONFIGDIR": None}
    show = "import matplotlib.pyplot as plt; plt.plot([1, 2]); plt.show()"
    run = place.run(place.notebook("n", show), env={"HOME": "/proc", **gone})
    yield seen(place, "a HOME that takes no file", run, status="ok", code=0)


def few_files(place: Place) -> Iterator[Seen]:
    for most, status, code in ((64, "ok", 0), (52, "failed", 1), (40, "failed", 1)):
        run = place.run(place.notebook("n"), "--force",
                        preexec_fn=lambda n=most: resource.setrlimit(resource.RLIMIT_NOFILE, (n, n)))  # fmt: skip
        wrong = () if code == 0 or "allow 1024 with ulimit -n" in _reason(run) else (_reason(run),)
        yield seen(place, f"at most {most} open files", run, status=status, code=code, wrong=wrong)


def _reason(run: Run) -> str:
    return next((str(one["error"]) for one in run.told.get("reports", ()) if one["error"]), "no reason")


def empty_environment(place: Place) -> Iterator[Seen]:
    run = place.run(place.notebook("n"), env=dict.fromkeys(os.environ) | {"PYTHONPATH": str(ROOT)})
    yield seen(place, "an empty environment", run, status="ok", code=0)


def destination_moved(place: Place) -> Iterator[Seen]:
    """The destination is a file now; what was there was moved away. A later run there removes what was begun."""
    away = place.folder / "away"

    def move(process: "subprocess.Popen[bytes]") -> None:
        wait_for(lambda: list(place.tmp.glob("wb-*/kernel.json")), process)
        place.out.rename(away)
        place.out.touch()

    notebook = place.notebook("n", "time.sleep(3)")
    run = place.run(notebook, during=move)
    place.out.unlink()
    away.rename(place.out)
    again = place.run(notebook)
    wrong = () if again.told.get("status") == "ok" and "cannot be written" in run.errors else (run.errors,)
    yield seen(place, "the destination becomes a file meanwhile", run, status="failed", code=1, wrong=wrong)


def warm_killed(place: Place) -> Iterator[Seen]:
    """kill -9 of the process from which kernels are forked, while a cell runs: nobody reaps its kernels here."""
    mark = place.company / "mark"

    def kill(process: "subprocess.Popen[bytes]") -> None:
        wait_for(mark.exists, process)
        processes.end(p for p in processes.descendants(process.pid) if "workbench.publish.warm" in p.cmdline())

    notebook = place.notebook("n", f"Path({str(mark)!r}).touch(); time.sleep(600)")
    run = place.run(notebook, during=kill)
    wrong = () if run.status("n") == "kernel_died" and run.banner("n") else (run.status("n"),)
    yield seen(place, "kill -9 of the warm process", run, status="failed", code=1, wrong=wrong)


def _of_many(place: Place) -> tuple[object, ...]:
    """What asks for a report of each region; their lines are written."""
    lines = [f"2026-01-0{at},3,{region}" for region in REGIONS for at in range(1, 4)]
    (place.company / "orders.csv").write_text("\n".join(["date,amount,region", *lines]), "utf-8")
    return place.notebook("n", "time.sleep(2)"), "--each", "region"


def many_killed(number: signal.Signals) -> Callable[[Place], Iterator[Seen]]:
    """The process that leads many reports, once the first of them are there; then the same again."""
    code, status = (-9, "killed") if number == signal.SIGKILL else (130, "stopped")

    def inject(place: Place) -> Iterator[Seen]:
        asked = _of_many(place)

        def stop(process: "subprocess.Popen[bytes]") -> None:
            wait_for(lambda: list(place.out.glob("*/Acme, */r1")), process)
            process.send_signal(number)

        run = place.run(*asked, during=stop)
        yield seen(place, f"{number.name} while many reports are made", run, status=status, code=code)
        again = place.run(*asked)
        states = [part["done"]["status"] for part in again.told.get("parts", ())]
        wrong = () if len(states) == len(REGIONS) and set(states) == {"ok", "unchanged"} else (str(states),)
        yield seen(place, "… and the run after it", again, status="ok", code=0, wrong=wrong)

    return inject


def many_at_once(place: Place) -> Iterator[Seen]:
    asked = _of_many(place)
    runs = [ended(p) for p in [place.start(*asked), place.start(*asked)]]
    pages = list(place.out.glob("2026-09-30/Acme, */r*/n.en.html"))
    index = (place.out / "index.html").read_text("utf-8")
    listed = index.count("overview.en.html")
    wrong = () if len(pages) in range(len(REGIONS), 2 * len(REGIONS) + 1) and listed > len(pages) else (str(listed),)
    for at, run in enumerate(runs, 1):
        yield seen(place, f"many reports, twice at once: run {at}", run, status="ok", code=0, wrong=wrong)
