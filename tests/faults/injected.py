"""The command line with a fault built in, named by FAULT: `kill:<function>`, `full:<function>`, `clock:<seconds>`.

A function is one of the workbench, as `publish.pages.write`, or one that a module uses, as
`publish.notify/subprocess.run`.
"""

import errno
import importlib
import os
import signal
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any


def _before(path: str, act: Callable[[], object]) -> None:
    """Does something each time before a function of the workbench."""
    before, _, name = path.rpartition(".")
    module, _, used = before.partition("/")
    place = importlib.import_module(f"workbench.{module}")
    place = getattr(place, used) if used else place
    function = getattr(place, name)

    def doing(*given: Any, **more: Any) -> Any:
        act()
        return function(*given, **more)

    setattr(place, name, doing)


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _full() -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "report")


def _jump(seconds: float) -> None:
    """From two seconds after the start the day's time is another one."""
    report = importlib.import_module("workbench.publish.report")
    real, now, began = time.time, report._now, time.monotonic()

    def moved() -> float:
        return seconds if time.monotonic() - began > 2 else 0.0

    time.time = lambda: real() + moved()
    report._now = lambda: now() + timedelta(seconds=moved())


def main() -> None:
    kind, _, where = os.environ["FAULT"].partition(":")
    if kind == "clock":
        _jump(float(where))
    else:
        _before(where, {"kill": _kill, "full": _full}[kind])
    from workbench.cli import main as run

    run()


if __name__ == "__main__":
    main()
