"""A dated report from notebooks: `run` checks, runs, writes in a hidden folder and puts it in its place when whole."""

import json
import os
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from html import escape
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

from workbench import remember, vintages
from workbench.publish import folders, warm
from workbench.publish.limits import Limits
from workbench.publish.plan import Plan, Request, changed, done, plan
from workbench.settings import secrets

if TYPE_CHECKING:
    from workbench.publish import runner


MOVED = 3  # exit code of a report that may mix old and new: a scheduler sees it and tries again
_DONE = "The report of this period is there already; what changed since was not looked at. --force makes it anew."


@dataclass(frozen=True)
class Report:
    """One notebook in one language. `html` is None only where nothing could be written."""

    notebook: str
    lang: str
    status: str
    html: Path | None
    facts: Mapping[str, Any]
    seconds: float
    error: str | None = None


@dataclass(frozen=True)
class Means:
    """What a process that makes many reports keeps between them; the index is then written by whoever leads it."""

    nursery: warm.Nursery | None
    progress: "runner.Progress | None"  # None: this report is the only one, and tells its own
    side_by_side: int = 1  # how many reports share the cores


@dataclass(frozen=True)
class Outcome:
    """What came of a run: ok, unchanged (nothing was run; `folder` is the last good report) or failed."""

    status: Literal["ok", "unchanged", "failed"]
    folder: Path
    reports: tuple[Report, ...]
    changed: tuple[str, ...] = ()  # inputs that did so while the notebooks ran
    period: bool = False  # unchanged because the period's report is there, whatever the data are by now
    unlisted: str = ""  # why the list of all reports could not be written

    @property
    def good(self) -> bool:
        """Whether the work is done. It is not where the data changed meanwhile: the report is there, and says so."""
        return self.code == 0

    @property
    def code(self) -> int:
        """What the command ends with: 1 failed or not in the list, `MOVED` where the data changed under it, else 0."""
        return 1 if self.status == "failed" or self.unlisted else MOVED if self.changed else 0

    def json(self) -> str:
        """One object for scripts."""
        return json.dumps(asdict(self), ensure_ascii=False, default=str)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """In a notebook or a shell: the same as on the command line."""
        printer.text(self.text())

    def _repr_html_(self) -> str:
        """In JupyterLab: the same with links."""
        return linked(self.said)

    @property
    def leading(self) -> list[Path]:
        """The overview in each language."""
        return list(dict.fromkeys(self.folder / f"overview.{r.lang}.html" for r in self.reports))

    @property
    def said(self) -> "list[Said]":
        """What a person wants to know: where the report is, or what went wrong, where, and where it was kept."""
        moved = ", ".join(self.changed)
        told = [f"{moved} changed while this report was made; it may mix old and new. Run it again."] if moved else []
        told += [f"{r.notebook}: {r.error}" for r in self.reports if r.error and r.lang == self.reports[0].lang]
        told += [self.unlisted] if self.unlisted else []
        kept = [self.folder / f"{n}.ipynb" for n in dict.fromkeys(r.notebook for r in self.reports if r.error)]
        same = _DONE if self.period else "Nothing has changed since this report; --force runs it anyway."
        return [
            *((line, None) for line in told),
            *(("The notebook as it stopped: ", path) for path in kept),
            *([(same, None)] if self.status == "unchanged" else []),
            *(("", page) for page in self.leading),
        ]

    def text(self) -> str:
        """The same as plain lines."""
        return "\n".join(line + str(file or "") for line, file in self.said)


Said = tuple[str, Path | None]  # a line, and a file that it ends with


def linked(said: Sequence[Said]) -> str:
    """Lines for JupyterLab, with links that start from the notebook's folder; texts and names become no markup."""
    return "".join(f"<div>{escape(line)}{_link(file) if file else ''}</div>" for line, file in said)


def _link(file: Path) -> str:
    name = escape(str(file))
    return f'<a href="{quote(file.as_posix())}" target="_blank">{name}</a>' if file.is_file() else name


def run(request: Request, means: Means | None = None) -> Outcome:
    """The report that was asked for. Errors come before anything starts; a notebook's failure is in the outcome."""
    planned = plan(request)
    if last := _last(planned, request):
        from workbench.publish import index

        there = _unchanged(*last, period=bool(request.period))
        unlisted = index.tried(lambda: index.refresh(planned.out, there.folder)) if means is None else ""
        return replace(there, unlisted=unlisted)
    return _run(planned, request, means)


def unchanged(request: Request) -> Outcome | None:
    """The report that is there already where nothing has changed since; None where it is to be made."""
    last = _last(plan(request), request)
    return _unchanged(*last, period=bool(request.period)) if last else None


def _last(planned: Plan, request: Request) -> tuple[Path, dict[str, Any]] | None:
    """The report that is there already: a period's, or one that would come out the same."""
    from workbench.publish import manifest

    with folders.readable():
        if there := done(planned, request):
            return there
        last = None if request.force or planned.key is None else manifest.last_good(planned)
    return last if last and last[1].get("key") == planned.key else None


def _run(planned: Plan, request: Request, means: Means | None) -> Outcome:
    began, clock = _now(), time.monotonic()
    with ExitStack() as held:
        # the warm process loads the notebooks' libraries while we load Jupyter's
        means = means or Means(held.enter_context(warm.nursery()), None)
        if means.nursery:
            means.nursery.guard(planned.folder.absolute())
        with folders.staged(planned.folder) as staging:
            executed = _executed(planned, request, staging, means)
            moved = changed(planned)
            planned = replace(planned, key=None, asked="", keys={}) if moved else planned
            from workbench.publish import index, manifest, pages, parts

            files = parts.collected(staging, [e.name for e in executed], secrets(planned.settings))
            made = pages.write(staging, planned, executed, files, moved)
            if moved:
                vintages.mark_mixed(staging.folder)
            status: Literal["ok", "failed"] = "ok" if all(e.status == "ok" for e in executed) else "failed"
            took = timedelta(seconds=time.monotonic() - clock)  # the day's time may be set meanwhile
            times = {"started": _told(began), "ended": _told(began + took)}
            told = manifest.described(planned, staging.revision, status, made.data, made.notebooks, times, moved)
            manifest.write(staging.folder, told | {"since": made.since, "changed": list(moved)})
            folder = folders.finish(staging, good=status == "ok")
        unlisted = index.tried(lambda: index.rebuild(planned.out)) if means.progress is None else ""
    return Outcome(status, folder, _reports(folder, told), moved, unlisted=unlisted)


def _executed(planned: Plan, request: Request, staging: folders.Staging, means: Means) -> "list[runner.Executed]":
    """How each notebook ended; one that would come out as it is in an earlier revision is taken from there."""
    from workbench.publish import parts

    known = {} if request.force else parts.reusable(planned)
    done = {name: parts.taken(staging, *found) for name, found in known.items() if name in planned.parameters}
    if done and means.progress is None:
        from workbench.publish import progress

        progress.taken(done.values())
    fresh = [path for path in planned.notebooks if path.stem not in done]
    if fresh:
        done |= {e.name: e for e in _ran(fresh, planned, request, staging, means)}
    return [done[path.stem] for path in planned.notebooks]


def _ran(
    notebooks: list[Path], planned: Plan, request: Request, staging: folders.Staging, means: Means
) -> "list[runner.Executed]":
    """How the notebooks ended that were run, side by side; what one computes the others need not."""
    workers = request.workers or min(os.cpu_count() or 1, len(notebooks))
    limits = Limits.of(request.timeout, request.cell_timeout, request.run_timeout)
    with remember.kept() as shared, ExitStack() as held:
        if means.nursery:
            means.nursery.guard(scratch=shared)
            held.callback(means.nursery.end_children)  # before their folder goes
            places = {remember.FOLDER: str(shared), "TMPDIR": str(shared)}
            means.nursery.read_ahead(planned.parameters[notebooks[0].stem], places)
        from workbench.publish import kernels, parts, runner  # after the warm process knows what to read meanwhile
        from workbench.publish.progress import shown

        hidden, threads = frozenset(secrets(planned.settings)), kernels.bounded_threads(workers * means.side_by_side)
        threading.Thread(target=_load_the_rest, daemon=True).start()
        around = {"WORKBENCH_REPORTS": str(planned.out.resolve()), remember.FOLDER: str(shared), "PYTHONHASHSEED": "0"}
        jobs = []
        for path in notebooks:
            own = {"WORKBENCH_TABLES": str(parts.tables(staging, path.stem)), **threads}
            jobs.append(runner.Job(path, planned.parameters[path.stem], around | own, hidden))
        progress = means.progress or held.enter_context(shown([job.name for job in jobs]))
        return runner.run(jobs, workers=workers, limits=limits, progress=progress, nursery=means.nursery)


def _load_the_rest() -> None:
    """Imports what pages and workbook need, while the notebooks run."""
    for name in ("xlsxwriter", "jinja2", "babel.numbers", "workbench.publish.pages"):
        import_module(name)


def _unchanged(folder: Path, told: Mapping[str, Any], *, period: bool) -> Outcome:
    return Outcome("unchanged", folder, _reports(folder, told, "unchanged"), period=period)


def _reports(folder: Path, told: Mapping[str, Any], status: str = "") -> tuple[Report, ...]:
    return tuple(
        Report(n["name"], lang, status or n["status"], folder / n["pages"][lang], n["facts"], n["seconds"], n["error"])
        for n in told["notebooks"]
        for lang in told["languages"]
    )


def _now() -> datetime:
    return datetime.now(UTC)


def _told(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
