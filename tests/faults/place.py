"""A place to break things in: a company, an earlier report, a scratch folder, and a look at what is left afterwards."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

from tests.publish.conftest import SETTINGS, write_notebook
from workbench.publish import processes

ROOT = Path(__file__).parents[2]
LONGEST = 240  # seconds for one run, whatever happens
SHOW = """import json, os, sys, time
from pathlib import Path
from IPython.display import display

def show(text):
    bundle = {"role": "answer", "id": "a", "heading": {"en": text}, "html": {"en": f"<p>{text}</p>"}}
    display({"application/vnd.workbench+json": bundle, "text/plain": text}, raw=True)

show("before the fault")"""


@dataclass(frozen=True)
class Run:
    """What a run said and how it ended; `code` is negative for the signal that killed it."""

    code: int
    told: Mapping[str, Any]
    errors: str
    memory: float = 0.0  # megabytes at most, of the run's own process

    def status(self, notebook: str) -> str:
        """How one notebook ended; empty where the run tells nothing of it."""
        return next((r["status"] for r in self.told.get("reports", ()) if r["notebook"] == notebook), "")

    @property
    def folder(self) -> Path | None:
        return Path(self.told["folder"]) if self.told.get("folder") else None

    def page(self, notebook: str) -> str:
        return (self.folder / f"{notebook}.en.html").read_text("utf-8") if self.folder else ""

    def banner(self, notebook: str) -> bool:
        """Whether the partial page shows what there was, and says that it did not finish."""
        page = self.page(notebook)
        return "before the fault" in page and 'class="problem"' in page


@dataclass
class Place:
    """A folder of its own under the usual one for temporary files, whose name is short enough for sockets."""

    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="wf-")))
    before: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.company, self.out, self.tmp = (self.folder / name for name in ("company", "out", "tmp"))
        for made in (self.company, self.out, self.tmp):
            made.mkdir()
        (self.company / "workbench.toml").write_text(SETTINGS, "utf-8")
        (self.company / "orders.csv").write_text("date,amount\n2026-01-01,3\n", "utf-8")
        self._earlier()

    def __enter__(self) -> "Place":
        processes.adopt()  # whatever a run leaves becomes our child, so it can be seen
        self.others = {p.pid for p in processes.descendants(os.getpid())}
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def notebook(self, name: str, *cells: str) -> Path:
        return write_notebook(self.company / f"{name}.ipynb", SHOW, *cells)

    def run(
        self, *asked: object, during: Callable[[subprocess.Popen[bytes]], None] | None = None,
        env: Mapping[str, str | None] | None = None, inject: str = "", **how: Any,
    ) -> Run:  # fmt: skip
        """`workbench run` as a person starts it, with things done to it while it runs."""
        started = self.start(*asked, env=env, inject=inject, **how)
        try:
            if during:
                during(started)
            return ended(started)
        finally:
            with suppress(ProcessLookupError):
                started.kill()

    def start(self, *asked: object, env: Mapping[str, str | None] | None = None, inject: str = "",
              **how: Any) -> "subprocess.Popen[bytes]":  # fmt: skip
        more = {"TMPDIR": str(self.tmp), "PYTHONPATH": str(ROOT), "FAULT": inject, **(env or {})}
        surroundings = {k: v for k, v in {**os.environ, **more}.items() if v is not None}
        module = "tests.faults.injected" if inject else "workbench.cli"
        usual = ["--settings", self.company / "workbench.toml", "--as-of", "2026-09-30", "--out", self.out, "--json"]
        command = [sys.executable, "-m", module, "run", *map(str, [*usual, *asked])]
        given = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "cwd": self.folder, **how}
        return subprocess.Popen(command, env=surroundings, **given)

    def left(self) -> list[str]:
        """What should not be there: processes, temporary and hidden files, earlier files that changed."""
        until = time.monotonic() + 20  # what a killed run leaves goes a moment after it
        while (found := self._left()) and time.monotonic() < until:
            time.sleep(0.1)
        return found

    def _left(self) -> list[str]:
        living = [p for p in processes.descendants(os.getpid()) if p.pid not in self.others and processes.alive(p.pid)]
        found = [f"process {p.pid}" for p in living]
        found += [f"file {p.relative_to(self.folder)}" for p in self.tmp.iterdir()]
        found += [f"hidden {p.name}" for p in self.out.rglob(".*")]
        now = _digests(self.out)
        return found + [f"changed {name}" for name, digest in self.before.items() if now.get(name) != digest]

    def _earlier(self) -> None:
        """A report of another day and one of this day, as a run leaves them; their content is not what is tested."""
        for place in ("2026-06-30/Acme/r1", "2026-09-30/Acme/r1"):
            folder = self.out / place
            folder.mkdir(parents=True)
            told = {"status": "ok", "as_of": place[:10], "scope": "", "revision": 1, "languages": ["en"],
                    "notebooks": [], "company": "Acme"}  # fmt: skip
            (folder / "manifest.json").write_text(json.dumps(told), "utf-8")
            (folder / "overview.en.html").write_text("an earlier report", "utf-8")
        self.before = _digests(self.out)


def ended(started: "subprocess.Popen[bytes]", longest: float = LONGEST) -> Run:
    """How a run ended; it is killed where it goes on for ever."""
    most = 0.0
    until = time.monotonic() + longest
    while started.poll() is None and time.monotonic() < until:
        with suppress(OSError, IndexError):
            status = Path(f"/proc/{started.pid}/status").read_text()
            most = max(most, float(status.partition("VmHWM:")[2].split()[0]) / 1024)
        with suppress(subprocess.TimeoutExpired):
            started.wait(0.2)
    if started.poll() is None:
        started.kill()
    output, errors = started.communicate()
    lines = [line for line in (output or b"").decode("utf-8", "replace").splitlines() if line.startswith("{")]
    return Run(
        started.returncode, json.loads(lines[-1]) if lines else {}, (errors or b"").decode("utf-8", "replace"), most
    )


@contextmanager
def unread() -> Iterator[int]:
    """A pipe to write into, of which the reader has gone."""
    end, mine = os.pipe()
    os.close(end)
    try:
        yield mine
    finally:
        os.close(mine)


def wait_for(there: Callable[[], Any], process: "subprocess.Popen[bytes]") -> None:
    """Returns when something is there, or when the process is gone."""
    until = time.monotonic() + LONGEST
    while not there() and process.poll() is None and time.monotonic() < until:
        time.sleep(0.02)


def _digests(folder: Path) -> dict[str, str]:
    return {str(p.relative_to(folder)): blake2b(p.read_bytes()).hexdigest()
            for p in folder.rglob("*") if p.is_file() and p.name != "index.html"}  # fmt: skip
