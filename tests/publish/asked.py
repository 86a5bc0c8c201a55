"""Which parts a company has, as a driver may answer: called by a process of its own, so they stand in a module."""

import os
import sys
import time
from typing import NoReturn

from workbench.errors import DataError
from workbench.run import Run

Answer = tuple[list[dict[str, str]], float]


def answers(run: Run, levels: tuple[str, ...]) -> Answer:
    print("a library prints, and it is no answer")
    return [{level: str(run.as_of.date())} for level in levels], 1.5


def refuses(run: Run, levels: tuple[str, ...]) -> NoReturn:
    raise DataError("orders", ["one", "two"])


def breaks(run: Run, levels: tuple[str, ...]) -> NoReturn:
    raise ValueError(f"no route to postgres://me:{os.environ['PASS_WORD']}@host")


def dies(run: Run, levels: tuple[str, ...]) -> NoReturn:
    os.kill(os.getpid(), 9)
    sys.exit()


def hangs(run: Run, levels: tuple[str, ...]) -> NoReturn:
    while True:
        time.sleep(60)
