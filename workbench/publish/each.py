"""A report for each part of a company: `run --each region`. One failure does not stop the rest; an index ranks them."""

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date
from os import environ
from pathlib import Path
from typing import Any

from workbench import remember
from workbench.errors import ParameterError
from workbench.publish import executors, folders, index, ranking
from workbench.publish.apart import Nodes
from workbench.publish.plan import Plan, Request, changed, plan
from workbench.publish.report import MOVED, Said, linked, unchanged
from workbench.publish.worker import Done, task
from workbench.run import Run, scope_text


@dataclass(frozen=True)
class Part:
    """One part of the company and what came of its report."""

    scope: str
    done: Done


@dataclass(frozen=True)
class Many:
    """What came of all reports, in the order of the parts' money; `pages` rank them, one in each language.

    `unnamed` is money of lines that name no part, and so is in no report. `changed` is what did so while they
    were made: some may tell the old and some the new.
    """

    parts: tuple[Part, ...]
    pages: tuple[Path, ...]
    seconds: float
    unnamed: float = 0.0
    levels: tuple[str, ...] = ()
    as_of: date = date.min
    changed: tuple[str, ...] = ()
    unlisted: str = ""  # why the lists of the reports could not be written

    @property
    def good(self) -> bool:
        return self.code == 0

    @property
    def code(self) -> int:
        """What the command ends with: 1 where one failed or the list could not be written, `MOVED` where the data
        changed under them, else 0."""
        return 1 if not self.made or self.unlisted else MOVED if self.changed else 0

    @property
    def made(self) -> bool:
        """Whether every part has a report that is whole."""
        return all(part.done.made for part in self.parts)

    def json(self) -> str:
        """One object for scripts."""
        status = "ok" if self.made else "failed"
        return json.dumps({"status": status, **asdict(self)}, ensure_ascii=False, default=str)

    @property
    def said(self) -> list[Said]:
        """How many reports there are, which failed or were begun twice and why, and where the list is."""
        counts = {s: sum(p.done.status == s for p in self.parts) for s in ("ok", "unchanged", "failed", "refused")}
        told = ", ".join(f"{n} {status}" for status, n in counts.items() if n)
        lines = [f"{len(self.parts)} reports in {self.seconds:.0f} s: {told}."]
        if self.unnamed:
            lines.append(f"Lines of {self.unnamed:,.2f} name no part, and are in none of these reports.")
        if self.changed:
            names = printed(", ".join(self.changed))
            lines.append(f"{names} changed while these reports were made; they may mix old and new. Run it again.")
        lines += [f"{printed(p.scope)}: {line}" for p in self.parts for line in _told(p.done)]
        lines += [self.unlisted, *(p.done.folder for p in self.parts if p.done.folder)] if self.unlisted else []
        return [*((line, None) for line in lines), *(("", page) for page in self.pages)]

    def text(self) -> str:
        """The same as plain lines."""
        return "\n".join(line + str(file or "") for line, file in self.said)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """In a notebook or a shell: the same as on the command line."""
        printer.text(self.text())

    def _repr_html_(self) -> str:
        """In JupyterLab: the same with links."""
        return linked(self.said)


def _told(done: Done) -> Iterator[str]:
    """What is to be said of one report."""
    if not done.made:
        yield printed(done.reason)
    if done.changed:
        yield f"{printed(', '.join(done.changed))} changed meanwhile"
    if done.again:
        yield f"begun {done.begun} times: {printed(done.again)}"


def run(request: Request, levels: Sequence[str], nodes: Nodes, *, cluster: str = "") -> Many:
    """A report for each value of `levels`, from one reading of the data; what is unchanged is not made again."""
    began = time.monotonic()
    planned = plan(replace(request, force=True))  # its inputs are looked at, though a report of the whole is there
    levels = _checked(planned, tuple(levels))
    with _shared():
        whole = Run.start(planned.settings, as_of=planned.as_of, scope=planned.scope_text)
        scopes, unnamed = nodes(whole, levels)
        if not scopes:
            raise ParameterError("--each", [f"no order line names a value of {', '.join(levels)}"])
        texts = [scope_text(planned.scope | scope) for scope in scopes]
        executor = executors.chosen(cluster, request.workers)
        parts = tuple(Part(*pair) for pair in zip(texts, _made(executor, planned, request, texts), strict=True))
    moved = tuple(dict.fromkeys((*changed(planned), *(name for part in parts for name in part.done.changed))))
    pages: list[Path] = []

    def listed() -> None:
        file = ranking.keep(planned, levels, [(p.scope, p.done) for p in parts], moved)
        index.rebuild(planned.out)
        pages.extend(ranking.pages(file, planned.languages))

    unlisted, seconds = index.tried(listed), round(time.monotonic() - began, 3)
    return Many(parts, tuple(pages), seconds, unnamed, levels, planned.as_of, moved, unlisted)


def _checked(planned: Plan, levels: tuple[str, ...]) -> tuple[str, ...]:
    known = planned.settings.levels
    problems = [
        f"there is no level {name!r}. Levels: {', '.join(known) or 'none'}." for name in levels if name not in known
    ]
    problems += [f"{name} is in --scope already" for name in levels if name in planned.scope]
    problems += [f"{name} is named twice" for name in dict.fromkeys(levels) if levels.count(name) > 1]
    if problems or not levels:
        raise ParameterError("--each", problems or ["name a level, as --each region"])
    return levels


@contextmanager
def _shared() -> Iterator[None]:
    """What is the same in all reports is kept for all of them while they are made."""
    before = environ.get(remember.ALL)
    with remember.kept() as folder:
        environ[remember.ALL] = str(folder)
        try:
            yield
        finally:
            del environ[remember.ALL]
            if before is not None:
                environ[remember.ALL] = before


def _made(executor: executors.Executor, planned: Plan, request: Request, scopes: Sequence[str]) -> list[Done]:
    """What came of each report, in the order of `scopes`. No process is started for what is there already."""
    each = replace(
        request, settings=planned.settings.path.absolute(), out=planned.out.absolute(),
        notebooks=tuple(str(path) for path in planned.notebooks), as_of=planned.as_of.isoformat(),
    )  # fmt: skip
    found: dict[int, Done] = {}
    with _progress(len(scopes)) as tell:
        crowd = folders.alike(scopes)
        requests = [replace(each, scope=scope, crowded=scope in crowd) for scope in scopes]
        for place, done in _ended(executor, requests):
            found[place] = done
            tell(scopes[place], done, len(found))
    return [found[place] for place in range(len(scopes))]


def _ended(executor: executors.Executor, requests: Sequence[Request]) -> Iterator[tuple[int, Done]]:
    fresh = []
    for place, one in enumerate(requests):
        if there := unchanged(one):
            yield place, Done(there.status, str(there.folder))
        else:
            fresh.append(place)
    inside = max(1, executor.width // max(1, len(fresh)))  # notebooks of one report side by side, where reports are few
    tasks = [task(replace(requests[place], workers=inside), executor.width) for place in fresh]
    for place, done in executor.results(tasks) if tasks else ():
        yield fresh[place], done


@contextmanager
def _progress(total: int) -> Iterator[Callable[[str, Done, int], None]]:
    """A moving bar on a terminal, a plain line for each report in a log; on stderr, for stdout is the result's."""
    pace = _Pace(total)
    if not sys.stderr.isatty():
        yield lambda scope, done, count: _line(scope, done, count, pace)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (BarColumn(), TextColumn("{task.completed} of {task.total}  {task.fields[pace]}"), TimeElapsedColumn(),
               TextColumn("{task.fields[last]}", markup=False))  # fmt: skip
    with Progress(*columns, console=Console(stderr=True)) as bars:
        bar = bars.add_task("", total=total, pace="", last="")

        def tell(scope: str, done: Done, count: int) -> None:
            last = f"{printed(scope)[:40]}  {done.status}"
            bars.update(bar, completed=count, pace=pace.told(done, count), last=last)

        yield tell


class _Pace:
    """How many reports are made a minute, and how long the rest will take; those that were only found do not count."""

    def __init__(self, total: int) -> None:
        self.total, self.made, self.began = total, 0, time.monotonic()

    def told(self, done: Done, count: int) -> str:
        """Empty where nothing was made yet."""
        if done.status == "unchanged":
            self.began = self.began if self.made else time.monotonic()
        else:
            self.made += 1
        if not self.made:
            return ""
        seconds = time.monotonic() - self.began
        left = f", {_span(seconds / self.made * (self.total - count))} left" if count < self.total else ""
        return f"{self.made / max(seconds, 0.001) * 60:.1f} a minute{left}"


def _span(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 60 else f"{max(1.0, seconds):.0f} s"


def _line(scope: str, done: Done, count: int, pace: _Pace) -> None:
    told = f"{count}/{pace.total}  {printed(scope)}  {done.status}"
    told += "" if done.status == "unchanged" else f"  {done.seconds:.1f} s"
    told += f"  begun {done.begun} times" if done.again else ""
    more = pace.told(done, count)
    print(told + (f"  {more}" if more and count < pace.total else ""), file=sys.stderr, flush=True)  # noqa: T201


def printed(text: str) -> str:
    """A text from the data on one line of a terminal, which it cannot steer."""
    return "".join(c if c.isprintable() else "�" for c in " ".join(text.split()))
