"""The course as sections of a page: cumulative sales, the pipeline, how such landings did before."""

from dataclasses import dataclass
from typing import cast

from workbench.analytics.forecast import Forecast, Landing
from workbench.analytics.keys import fact
from workbench.analytics.results import Result, Unknown
from workbench.analytics.tracking.course import Course
from workbench.findings import Finding
from workbench.periods import Calendar, Every

SAME = 0.002  # share of the landing by which a forecast may differ and still be called the same


@dataclass(frozen=True, kw_only=True, repr=False)
class Path(Result):
    """Cumulative sales of the whole against the target's seasonal path, and where they should end: Course.path."""

    course: Course


@dataclass(frozen=True, kw_only=True, repr=False)
class OpenPipeline(Result):
    """Open opportunities against what remains of the target, by node: Course.pipeline."""

    course: Course


@dataclass(frozen=True, kw_only=True, repr=False)
class Record(Result):
    """How such landings came out before, beside a straight line and plain seasonal pacing: Course.tested."""

    course: Course


def path(
    made: Course | Unknown, ahead: Landing | Unknown | None = None, calendar: Calendar | None = None
) -> Path | Unknown:
    """Cumulative sales with the fan to the period's end.

    `ahead`: what the page of the forecast shows; where it tells the same period and differs, by how much is said.
    """
    if isinstance(made, Unknown):
        return made
    beside = _beside(made, ahead.forecast, calendar or Calendar()) if isinstance(ahead, Landing) else ()
    return Path(course=made, findings=(*_of(made, "stands", "not_begun", "lands", "late", "ended"), *beside))


def _beside(made: Course, found: Forecast, calendar: Calendar) -> tuple[Finding, ...]:
    """That the forecast comes to another amount for the period, as told there: what is known of it + its rest."""
    every, whole = cast("Every", found.every), found.whole["mean"]
    history, first, last = found.history.iloc[:, 0], made.period.first, made.period.last
    within = whole[(whole.index >= first) & (whole.index <= last)]
    starts = history.index.union(whole.index)
    tells = first in starts and len(within) > 0 and calendar.end_of(within.index[-1], every) == last
    if made.over or not tells:
        return ()
    amount = float(history[history.index >= first].sum() + within.sum())
    row = made.table.iloc[0]
    gap = amount - float(row["expected"])
    if abs(gap) < SAME * abs(float(row["expected"])):
        return ()
    known = calendar.end_of(history.index[-1], every)
    weight = made.ways["weight"].get("forecast") if len(made.ways) else None
    return (
        fact("tracking.course.beside_forecast", weight=abs(gap), amount=amount, gap=gap, every=every, until=known,
             within=bool(row["lo_80"] <= amount <= row["hi_80"]), share=weight, deals=len(made.pipeline) > 0),
    )  # fmt: skip


def open_pipeline(made: Course | Unknown) -> OpenPipeline | Unknown | None:
    """The pipeline by node; Unknown where the opportunities tell nothing, None where nothing is left to come."""
    if isinstance(made, Unknown):
        return made
    if made.over:
        return None
    if len(made.pipeline):
        return OpenPipeline(course=made, findings=_of(made, "pipeline"))
    few = fact("tracking.course.no_pipeline", until=made.known_until)
    return made.no_pipeline or Unknown(section="course_pipeline", findings=(few,))


def record(made: Course | Unknown) -> Record | Unknown | None:
    """The hindcasts; None where nothing is left to come."""
    if isinstance(made, Unknown):
        return made
    found = _of(made, "tested", "untested")
    if not found:
        return None
    if not len(made.tested):
        return Unknown(section="course_record", findings=found)
    return Record(course=made, findings=found)


def _of(made: Course, *names: str):  # type: ignore[no-untyped-def]
    return tuple(f for f in made.findings if any(f.key.startswith(f"tracking.course.{name}") for name in names))
