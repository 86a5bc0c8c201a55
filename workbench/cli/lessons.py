"""`workbench lessons …`: what a review proposes, what a person approves of it, what is in force. Layers meet here."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.cli.options import Reports, Scope, Settings, decided, run_of
from workbench.errors import ParameterError

if TYPE_CHECKING:
    from workbench.lessons.lesson import Approval, Lesson
    from workbench.lessons.proposed import Proposed
    from workbench.run import Run

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="What the last review proposes to change in the next plan; approve it; look up what is approved.",
)

Author = Annotated[str, typer.Option(help="Who decides it.")]
Reason = Annotated[str, typer.Option(help="Why.")]
Effective = Annotated[str, typer.Option(help="First day on which it counts; today by default.")]


@app.command()
def propose(
    settings: Settings = "",
    as_of: Annotated[str, typer.Option(help="The newest review up to this day; today by default.")] = "",
    scope: Scope = "",
    out: Annotated[Path, typer.Option(help="File to write, which you read, edit and approve.")] = Path("lessons.toml"),
    reports: Reports = Path("reports"),
    fresh: Annotated[bool, typer.Option("--fresh", help="Look at the data now, whatever reports say.")] = False,
) -> None:
    """Write the proposals of the newest review to a file; without a review, look at the data now."""
    from workbench.lessons import proposed

    run = run_of(settings, as_of, scope)
    file = None if fresh else proposed.newest(run, reports)
    told = file.read_text("utf-8") if file else _looked(run)
    count = len(proposed.parsed(told, f"{file or out}").lessons)
    if not count:
        typer.echo("Nothing in the past goes beyond what chance explains; the plan stays as it is.")
        return
    _write(out, told)
    named = "1 lesson" if count == 1 else f"{count} lessons"
    typer.echo(f"{named} proposed in {out}. Next: read it, delete what you do not want, then")
    typer.echo(f"workbench lessons approve {out} --author NAME --reason WHY")


@app.command()
def approve(
    file: Annotated[Path, typer.Argument(help="The file of proposals, as `propose` wrote it or as you changed it.")],
    author: Author = "",
    reason: Reason = "",
    effective: Effective = "",
    settings: Settings = "",
    scope: Scope = "",
) -> None:
    """Approve the lessons in a file: the next plan uses them and shows where they come from."""
    from workbench.cli.plan.confirming import seen_from
    from workbench.lessons import proposed, store

    day = _decided("approve", author, reason, effective)
    run = run_of(settings, "", scope)
    given = proposed.read(file)
    _fits(run, given)
    _usable(run, given.lessons)
    made = store.approve(store.folder_of(run.settings), _approval(run, given.lessons, author, reason, day, given.day))
    named = "1 lesson" if len(made.lessons) == 1 else f"{len(made.lessons)} lessons"
    told = f"Approved as number {made.number}: {named}, in force from {made.effective}, by {made.author}."
    typer.echo(told + seen_from(made))


@app.command()
def withdraw(
    lesson: Annotated[str, typer.Argument(help='Which one, as `show` names it: "keys.tilt region=华东".')],
    author: Author = "",
    reason: Reason = "",
    effective: Effective = "",
    settings: Settings = "",
    scope: Scope = "",
) -> None:
    """Take an approved lesson back: what the settings say counts again. Nothing that was approved is erased."""
    from dataclasses import replace

    from workbench.lessons import store

    day = _decided("withdraw", author, reason, effective)
    run = run_of(settings, "", scope)
    held = store.standing(run)
    if lesson not in held or held[lesson].after is None:
        known = [name for name, one in held.items() if one.after is not None]
        raise ParameterError("workbench lessons withdraw", [
            f"'{lesson}' is not approved; approved are: {', '.join(known) or 'none'}"])  # fmt: skip
    back = replace(held[lesson], before=held[lesson].after, after=None)
    made = store.approve(store.folder_of(run.settings), _approval(run, (back,), author, reason, day, None))
    typer.echo(f"Taken back as number {made.number}: {lesson}, from {made.effective}, by {made.author}.")


@app.command()
def show(
    settings: Settings = "",
    as_of: Annotated[str, typer.Option(help="The day to look at; today by default.")] = "",
    scope: Scope = "",
) -> None:
    """Show the lessons that a plan made on a day would use, and what becomes of each."""
    from workbench.analytics.plan.learned import learned
    from workbench.lessons import store
    from workbench.publish import drafts

    run = run_of(settings, as_of, scope)
    found = learned(run.settings.plan, store.approved(run)).lessons
    if found is None:
        typer.echo(f"No lesson is approved that counts on {run.as_of.date()}.")
        return
    titles = {"lesson": "lesson", "before": "before", "after": "after", "state": "state", "author": "author",
              "effective": "in force from", "reason": "reason"}  # fmt: skip
    table = found.table.reset_index().assign(effective=lambda f: f["effective"].dt.strftime("%Y-%m-%d"))
    rows = [{name: _cell(row[name]) for name in titles} for row in table.to_dict("records")]
    typer.echo(drafts.table(titles, rows))


def _decided(command: str, author: str, reason: str, effective: str) -> date:
    without = "nothing is approved without"
    who, why = (author, f"{without} a person who does so"), (reason, f"{without} a reason")
    return decided(f"workbench lessons {command}", who, why, effective)


def _looked(run: "Run") -> str:
    """The proposals as the review's notebook would make them now."""
    from workbench import lessons, vintages
    from workbench.analytics.review import Lessons, lessons_from
    from workbench.sources import load
    from workbench.views.review.lessons import comments
    from workbench.views.words import Words

    found = lessons_from(load(run), run, lessons.approved(run))
    proposed = found.lessons if isinstance(found, Lessons) else ()
    return lessons.text(vintages.about_of(run), proposed, comments(found, Words.of(run, run.lang)))


def _write(out: Path, told: str) -> None:
    """All of the file or nothing; RunError where it cannot be written, or a file there may hold a person's changes."""
    from workbench.errors import RunError
    from workbench.publish import folders

    if out.is_file() and out.read_bytes() != told.encode():
        raise RunError(f"{out} is there already, and you may have edited it. Name another with --out, or delete it.")
    try:
        if out.exists():
            out.write_text(told, "utf-8")  # a device, as /dev/stdout, or the same once more
        else:
            folders.write(out, told)
    except OSError as error:
        why = f"{error.strerror or error} ({out})"
        raise RunError(f"The proposals cannot be written: {why}. Name another place with --out.") from error


def _fits(run: "Run", given: "Proposed") -> None:
    """ParameterError where the proposals are of another company or scope, or there are none."""
    from workbench import vintages

    problems = [] if vintages.same(run, dict(given.about)) else ["the file is of another company or scope"]
    problems += [] if given.lessons else ["the file holds no lesson"]
    if problems:
        raise ParameterError("workbench lessons approve", problems)


def _usable(run: "Run", lessons: "tuple[Lesson, ...]") -> None:
    """ParameterError names every lesson that the settings could not take."""
    from workbench.analytics.plan.learned import problem_of

    plan, levels = run.settings.plan, tuple(run.settings.levels)
    problems = [f"{one.id}: {told}" for one in lessons if (told := problem_of(plan, one, levels))]
    if problems:
        raise ParameterError("workbench lessons approve", problems)


def _approval(
    run: "Run", lessons: "tuple[Lesson, ...]", author: str, reason: str, day: date, review: date | None
) -> "Approval":
    from workbench.ledger.store import now
    from workbench.lessons.lesson import Approval
    from workbench.views.words import clean

    return Approval(0, now(), day, clean(author), clean(reason), tuple(lessons), run.scope, review)


def _cell(value: object) -> str:
    """A value for a terminal."""
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list | tuple):
        return ", ".join(_cell(one) for one in value) or "–"
    if isinstance(value, dict):
        return ", ".join(f"{name} {_cell(one)}" for name, one in value.items())
    return "–" if value is None or value != value else str(value)
