"""A process that makes one report after another: a request is a line on stdin, its outcome a line on stdout.

It keeps the warm process from which kernels are forked, so libraries are loaded once for many reports. When whoever
asks is gone, the report that is being made is given up and nothing of it stays.
"""

import contextlib
import json
import os
import queue
import shutil
import signal
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from workbench import remember
from workbench.errors import WorkbenchError
from workbench.publish import report, warm
from workbench.publish.plan import Request


@dataclass(frozen=True)
class Done:
    """What came of one report of many: ok, unchanged, failed or refused (then there is no folder)."""

    status: str
    folder: str = ""
    reason: str = ""
    seconds: float = 0.0
    changed: tuple[str, ...] = ()  # inputs that did so while the report was made: it may mix old and new
    begun: int = 1  # how often it was begun: anew where the process that made it died
    again: str = ""  # why more than once

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "Done":
        """As a worker tells it."""
        return cls(**{**told, "changed": tuple(told["changed"])})

    @property
    def made(self) -> bool:
        """Whether there is a report that is whole."""
        return self.status in ("ok", "unchanged")

    @property
    def good(self) -> bool:
        return self.made and not self.changed


class _Quiet:
    """Tells nothing of single notebooks: who leads many reports tells of reports."""

    def cell(self, name: str, done: int, total: int) -> None:
        return

    def done(self, executed: Any) -> None:
        return


def task(request: Request, side_by_side: int) -> dict[str, Any]:
    """A request as it is sent to a worker, in this or in another machine that has the same folders."""
    shared = os.environ.get(remember.ALL, "")
    given = asdict(request) | {"settings": str(request.settings), "out": str(request.out)}
    return {"request": given, "shared": shared, "side_by_side": side_by_side}


def make(asked: Mapping[str, Any]) -> dict[str, Any]:
    """The report that a task asks for, and what came of it."""
    began = time.monotonic()
    given = dict(asked["request"])
    given |= {"out": Path(given["out"]), "notebooks": tuple(given["notebooks"])}
    if not isinstance(given["parameters"], Mapping):
        given["parameters"] = tuple(given["parameters"])
    means = _means(asked["shared"], asked["side_by_side"])
    try:
        outcome = report.run(Request(**given), means)
        reason = "; ".join(dict.fromkeys(f"{r.notebook}: {r.error}" for r in outcome.reports if r.error))
        done = Done(outcome.status, str(outcome.folder), reason, changed=outcome.changed)
    except WorkbenchError as error:
        done = Done("refused", "", str(error))
    return asdict(done) | {"seconds": round(time.monotonic() - began, 3)}


@cache
def _means(shared: str, side_by_side: int) -> report.Means:
    """What this process keeps for all its reports, until it ends."""
    held = contextlib.ExitStack()
    _HELD.append(held)
    if not (shared and Path(shared).is_dir()):  # on another machine: then what is common is prepared there, once
        shared = str(held.enter_context(remember.kept()))
    os.environ[remember.ALL] = shared
    return report.Means(held.enter_context(warm.nursery()), _Quiet(), side_by_side)


_HELD: list[contextlib.ExitStack] = []


def main() -> None:
    """Makes reports until stdin ends."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # cleans up like Ctrl-C
    answers, leader = os.dup(1), os.getppid()
    os.dup2(2, 1)  # nothing that a library prints may pass for an answer
    asked: queue.Queue[str] = queue.Queue()
    threading.Thread(target=_listen, args=(asked,), daemon=True).start()
    try:
        while line := asked.get():
            os.write(answers, (json.dumps(make(json.loads(line))) + "\n").encode())
    except (KeyboardInterrupt, BrokenPipeError):
        sys.exit(130)
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # what is left to do is cleaning up
        for held in _HELD:
            held.close()
        if os.getppid() != leader:  # it was killed, so it cannot remove what it shared with us
            shutil.rmtree(os.environ.get(remember.ALL) or "", ignore_errors=True)


def _listen(asked: "queue.Queue[str]") -> None:
    """Hears of the end of stdin even while a report is made."""
    for line in sys.stdin:
        asked.put(line)
    asked.put("")
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
