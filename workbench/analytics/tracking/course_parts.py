"""The course as sections of a page: cumulative sales, the pipeline, how such landings did before."""

from dataclasses import dataclass

from workbench.analytics.keys import fact
from workbench.analytics.results import Result, Unknown
from workbench.analytics.tracking.course import Course


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


def path(made: Course | Unknown) -> Path | Unknown:
    """Cumulative sales with the fan to the period's end."""
    return (
        made
        if isinstance(made, Unknown)
        else Path(course=made, findings=_of(made, "stands", "not_begun", "lands", "late", "ended"))
    )


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
