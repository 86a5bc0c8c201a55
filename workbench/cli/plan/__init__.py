"""`workbench plan …`: a draft goes out, answers come back, a person confirms."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workbench.cli.options import Reports, Scope, Settings, run_of

if TYPE_CHECKING:
    import pandas as pd

    from workbench.run import Run

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Send out the draft of the targets, compare the answers, confirm, look up what is in force.",
)

Report = Annotated[
    Path | None, typer.Option(help="Folder of one report; by default that of the last draft, else the newest.")
]


@app.command()
def draft(
    settings: Settings = "",
    as_of: Annotated[str, typer.Option(help="The newest report up to this day; today by default.")] = "",
    scope: Scope = "",
    lang: Annotated[str, typer.Option(help="Languages of the workbook, e.g. zh-CN,en; the settings' by default.")] = "",
    out: Annotated[Path, typer.Option(help="Folder for the workbooks.")] = Path("drafts"),
    each_owner: Annotated[bool, typer.Option("--each-owner", help="One file for each owner.")] = False,
    adjusted: Annotated[
        bool, typer.Option("--adjusted", help="The adjustment of the running period that a tracking report proposes.")
    ] = False,
    report: Annotated[Path | None, typer.Option(help="Folder of one report; the newest by default.")] = None,
    reports: Reports = Path("reports"),
) -> None:
    """Write the workbook that goes to the owners of the targets."""
    from workbench import vintages
    from workbench.cli.plan import finding
    from workbench.publish import drafts

    run = run_of(settings, as_of, scope, lang)
    issue, plan = finding.plan_of(run, report, reports, kind=vintages.ADJUSTED if adjusted else vintages.PLAN)
    made = drafts.write(run, plan, date.fromisoformat(issue.about["as_of"]), out, each_owner=each_owner)
    told = {"nodes": made.nodes, "owners": made.owners, "report": finding.place(issue),
            "files": [f.name for f in made.files]}  # fmt: skip
    _note("draft", run, plan, told)
    targets = "1 target" if made.nodes == 1 else f"{made.nodes} targets"
    typer.echo(f"Draft {made.mark} with {targets}, from the report as of {issue.about['as_of']}:")
    for file in made.files:
        typer.echo(str(file))
    typer.echo("Next: send it to the owners; then `workbench plan answers FILE…` with what comes back.")


@app.command()
def answers(
    files: Annotated[list[Path], typer.Argument(help="The workbooks that came back, as .xlsx.")],
    settings: Settings = "",
    scope: Scope = "",
    out: Annotated[Path, typer.Option(help="Workbook to write, in which each change is decided.")] = Path(
        "decisions.xlsx"
    ),
    report: Report = None,
    reports: Reports = Path("reports"),
) -> None:
    """Compare what came back with the draft, and write a workbook in which each change is accepted or refused."""
    from workbench.analytics.plan import feedback
    from workbench.cli.plan import finding, telling
    from workbench.publish import drafts

    run = run_of(settings, "", scope)
    issue, plan = finding.plan_of(run, report, reports, finding.last_draft(run))
    given = drafts.answers(files, plan, _speak(run))
    found = feedback(plan, given.table)
    if len(found.table):
        changes = found.table.assign(file=given.table["file"].reindex(found.table.index))
        base = finding.base_of(run)
        drafts.write_decisions(run, plan, date.fromisoformat(issue.about["as_of"]), changes, base, out)
    change = found.table["change"]
    told = {"nodes": found.nodes, "answered": found.answered, "changes": len(change), "change": float(change.sum()),
            "touched": float(change.abs().sum()), "files": dict(given.files)}  # fmt: skip
    _note("answers", run, plan, told)
    typer.echo(telling.answers(found, out))


@app.command()
def confirm(
    answers: Annotated[list[Path] | None, typer.Option(help="A workbook that came back; may be repeated.")] = None,
    decisions: Annotated[Path | None, typer.Option(help="The workbook in which each change was decided.")] = None,
    author: Annotated[str, typer.Option(help="Who approves the targets.")] = "",
    reason: Annotated[str, typer.Option(help="Why they are what they are.")] = "",
    told: Annotated[
        list[str] | None, typer.Option(help="Who was told; may be repeated. Needed where the running period changes.")
    ] = None,
    effective: Annotated[str, typer.Option(help="First day on which they count; today by default.")] = "",
    balance: Annotated[
        str, typer.Option(help="What gives way where parts no longer add up: whole (it moves) or rest (is rescaled).")
    ] = "",
    base: Annotated[int, typer.Option(help="Version that this was decided on; the decisions' own by default.")] = -1,
    settings: Settings = "",
    scope: Scope = "",
    report: Report = None,
    reports: Reports = Path("reports"),
) -> None:
    """Write a new version of the confirmed targets. Nothing that was confirmed before is changed."""
    from workbench.cli.plan import confirming

    day = confirming.first_day(author, reason, effective, balance)
    from dataclasses import replace

    from workbench import ledger
    from workbench.analytics.plan import settle
    from workbench.cli.plan import finding
    from workbench.publish import drafts

    run = run_of(settings, "", scope)
    issue, plan = finding.plan_of(run, report, reports, finding.last_draft(run))
    confirming.is_told(issue, told)
    given = drafts.answers(answers, plan, _speak(run)) if answers else None
    decided = drafts.decisions(decisions, plan) if decisions else None
    confirming.every_change_is_decided(plan, given, decided)
    settled = settle(plan, decided.accepted if decided else {}, balance=balance, effective=day)  # type: ignore[arg-type]
    known = decided.base if decided else finding.base_of(run)
    made = confirming.version(run, settled, decided, author, reason, day, known if base < 0 else base)
    made = confirming.with_evidence(made, issue, plan, given, decided, balance)
    made = replace(made, told=tuple(name.strip() for name in told or [] if name.strip()))
    confirming.agrees_with_other_scopes(run, made)
    made = ledger.confirm(ledger.folder_of(run.settings), made)
    whole = ledger.whole_of(made)
    typer.echo(
        f"Confirmed as version {made.number}: {whole.amount:,.2f} for the {whole.every} from {whole.period}, in force "
        f"from {made.effective}, {len(made.entries)} targets, by {made.author}.{confirming.seen_from(made)}"
    )


@app.command()
def show(
    settings: Settings = "",
    as_of: Annotated[str, typer.Option(help="The day to look at; today by default.")] = "",
    scope: Scope = "",
    node: Annotated[str, typer.Option(help="The history of one part, as region=华东, or 'all' for the whole.")] = "",
    every: Annotated[str, typer.Option(help="Length of the periods to show; the longest by default.")] = "",
) -> None:
    """Show the targets in force on a day, or the history of one part."""
    from workbench.cli.plan import telling

    run = run_of(settings, as_of, scope)
    if node:
        part = {} if node == "all" else run_of(settings, as_of, node).scope
        typer.echo(telling.history(run, part, every))
    else:
        typer.echo(telling.in_force(run, every))


def _note(kind: str, run: "Run", plan: "pd.DataFrame", told: dict[str, Any]) -> None:
    """Keeps in the ledger's folder what was sent or came back."""
    from workbench import ledger
    from workbench.ledger import Note, plans, store

    ledger.note(ledger.folder_of(run.settings), Note(kind, store.now(), plans.digest_of(plan), run.scope, told))


def _speak(run: "Run") -> Any:
    from workbench.settings import LANGUAGES
    from workbench.views.words import Words

    return [Words.of(run, lang) for lang in LANGUAGES]
