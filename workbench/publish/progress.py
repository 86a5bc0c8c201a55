"""What a person sees while notebooks run: a line for each that ended, or moving bars on a terminal."""

import contextlib
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from workbench.publish.runner import Executed, Progress


@contextmanager
def shown(names: Sequence[str]) -> Iterator[Progress]:
    """Progress on stderr, so that stdout belongs to the result."""
    if not sys.stderr.isatty():
        yield _Lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TextColumn("{task.fields[state]}"))
    with Bars(*columns, TimeElapsedColumn(), console=Console(stderr=True)) as bars:
        yield _Bars(bars, names)


def taken(executed: Iterable[Executed]) -> None:
    """A line for each notebook that was not run, since nothing that makes it has changed."""
    for one in executed:
        _Lines().done(one)


class _Lines:
    """One plain line for each notebook that ended: good for logs."""

    def cell(self, name: str, done: int, total: int) -> None:
        return

    def done(self, executed: Executed) -> None:
        with contextlib.suppress(OSError):  # who read the log may be gone; the report is still wanted
            ended = f"unchanged, from {executed.reused}" if executed.reused else _ended(executed)
            print(f"{executed.name}  {ended}", file=sys.stderr, flush=True)  # noqa: T201


def _ended(executed: Executed) -> str:
    return f"{executed.status}  {executed.seconds:.1f} s"


class _Bars:
    """One bar for each notebook; it pulses until the first cell starts."""

    def __init__(self, bars: Any, names: Sequence[str]) -> None:
        self.bars = bars
        self.tasks = {name: bars.add_task(name, total=None, state="starting") for name in names}

    def cell(self, name: str, done: int, total: int) -> None:
        self.bars.update(self.tasks[name], completed=done, total=total, state=f"cell {done + 1} of {total}")

    def done(self, executed: Executed) -> None:
        task = self.tasks[executed.name]
        if executed.status == "ok":
            self.bars.update(task, completed=1, total=1)
        self.bars.update(task, state=executed.status)
        self.bars.stop_task(task)
