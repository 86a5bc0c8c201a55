"""Asks for a company's parts in a process of its own, which can be ended: a database may take a question and say no
more, and a call into a driver cannot be stopped from the process that made it.

The process reads what it is asked on stdin and writes the answer on stdout. It ends when stdin does, for whoever asked
is gone then.
"""

import contextlib
import math
import os
import pickle
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from typing import IO, Any, cast

from workbench import remember
from workbench.errors import RunError, WorkbenchError
from workbench.publish import processes
from workbench.publish.limits import Limits
from workbench.publish.outputs import redactor
from workbench.run import Run
from workbench.settings import secrets

Nodes = Callable[[Run, tuple[str, ...]], tuple[list[dict[str, str]], float]]


def bounded(nodes: Nodes, limits: Limits) -> Nodes:
    """What `nodes`, a function of a module, gives; RunError where it takes longer than a run or a notebook may."""

    def asked(run: Run, levels: tuple[str, ...]) -> tuple[list[dict[str, str]], float]:
        with tempfile.TemporaryFile() as told, tempfile.TemporaryFile() as said:
            why = _ended(pickle.dumps((nodes, run, levels)), limits, told, said)
            hide = redactor(secrets(run.settings))
            words = hide(_all(said).decode("utf-8", "replace"))
            sys.stderr.write(words)
            if why:
                raise RunError(f"The values of {', '.join(levels)} could not be read: {hide(why)}.")
            answer: Any = pickle.loads(_all(told))  # noqa: S301 what our own process wrote
        if isinstance(answer, WorkbenchError):
            raise answer
        found: tuple[list[dict[str, str]], float] = answer
        return found

    return asked


def _ended(asked: bytes, limits: Limits, told: IO[bytes], said: IO[bytes]) -> str:
    """Why there is no answer; empty: `told` holds it. `said` is what the process wrote beside it."""
    folder = os.environ.get(remember.ALL)  # it goes when the run ends, with whatever an ended process leaves in it
    process = subprocess.Popen(
        [sys.executable, "-m", "workbench.publish.apart"], stdin=subprocess.PIPE, stdout=told, stderr=said,
        env={**os.environ, "TMPDIR": folder} if folder else None, start_new_session=True,
    )  # fmt: skip  # a session of its own, so that Ctrl-C reaches us alone
    longest = min(limits.run, limits.notebook)
    asks = cast("IO[bytes]", process.stdin)
    try:
        with contextlib.suppress(BrokenPipeError):  # why it ended is told below
            asks.write(asked)
            asks.flush()
        code = process.wait(longest if math.isfinite(longest) else None)
    except subprocess.TimeoutExpired:
        return limits.over if limits.run <= limits.notebook else limits.passed(math.inf, 0)
    finally:
        processes.end_descendants(process.pid)
        process.kill()
        process.wait()
        with contextlib.suppress(BrokenPipeError):
            asks.close()
    died = "the process that reads them died, often for want of memory"
    return "" if code == 0 else died if code < 0 else _all(said).decode("utf-8", "replace").rstrip().split("\n")[-1]


def _all(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()


def main() -> None:
    """Answers what stdin asks; errors that are raised on purpose are answers."""
    nodes, run, levels = pickle.load(sys.stdin.buffer)  # noqa: S301 from the process that started this one
    answers = os.dup(1)
    os.dup2(2, 1)  # nothing that a library prints may pass for the answer
    threading.Thread(target=_leave_with_whoever_asked, daemon=True).start()
    try:
        answer = nodes(run, levels)
    except WorkbenchError as error:
        answer = error
    with os.fdopen(answers, "wb") as stream:
        pickle.dump(answer, stream)


def _leave_with_whoever_asked() -> None:
    while os.read(0, 4096):
        pass
    processes.end_descendants(os.getpid())
    os._exit(1)


if __name__ == "__main__":
    main()
