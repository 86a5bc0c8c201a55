"""What a person sees while notebooks run: a line for each that ended, or moving bars on a terminal."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from workbench.publish.runner import Executed, Progress


@contextmanager
def shown(notebooks: int) -> Iterator[Progress]:
    """Progress on stderr, so that stdout belongs to the result."""
    if not sys.stderr.isatty():
        yield _Lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[state]}"),
        TimeElapsedColumn(),
    )
    with Bars(*columns, console=Console(stderr=True), transient=notebooks > 8) as bars:
        yield _Bars(bars)


class _Lines:
    """One plain line for each notebook that ended: good for logs."""

    def cell(self, name: str, done: int, total: int) -> None:
        return

    def done(self, executed: Executed) -> None:
        print(f"{executed.name}  {executed.status}  {executed.seconds:.1f} s", file=sys.stderr, flush=True)  # noqa: T201


class _Bars:
    """One bar for each notebook."""

    def __init__(self, bars: Any) -> None:
        self.bars = bars
        self.tasks: dict[str, Any] = {}

    def cell(self, name: str, done: int, total: int) -> None:
        self._update(name, completed=done, total=total)

    def done(self, executed: Executed) -> None:
        task = self._update(executed.name, state=executed.status)
        self.bars.stop_task(task)

    def _update(self, name: str, **fields: Any) -> Any:
        if name not in self.tasks:
            self.tasks[name] = self.bars.add_task(name, total=None, state="")
        self.bars.update(self.tasks[name], **fields)
        return self.tasks[name]
