"""`workbench plan …`: a draft goes out, answers come back, a person confirms. Here the layers meet, as in cli."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workbench import crossings
from workbench.errors import DataError, ParameterError

if TYPE_CHECKING:
    import pandas as pd

    from workbench.analytics.plan import Feedback
    from workbench.ledger.version import Version
    from workbench.publish.drafts import Answers, Decisions
    from workbench.run import Run
    from workbench.vintages import Issue

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Send out the draft of the targets, compare the answers, confirm, look up what is in force.",
)

_MOST = 60  # rows that a terminal is given
Settings = Annotated[
    str, typer.Option(help="The company's settings; ./workbench.toml if it is there, else the demo's.")
]
Scope = Annotated[str, typer.Option(help="One part of the company, e.g. region=华东; all of it by default.")]
Report = Annotated[
    Path | None, typer.Option(help="Folder of one report; by default that of the last draft, else the newest.")
]
Reports = Annotated[Path, typer.Option(help="Folder that collects the dated reports.")]


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
    from workbench import ledger, vintages
    from workbench.publish import drafts

    run = _run(settings, as_of, scope, lang)
    issue, plan = _plan(run, report, reports, kind=vintages.ADJUSTED if adjusted else vintages.PLAN)
    made = drafts.write(run, plan, date.fromisoformat(issue.about["as_of"]), out, each_owner=each_owner)
    told = {"nodes": made.nodes, "owners": made.owners, "report": _place(issue), "files": [f.name for f in made.files]}
    ledger.note(ledger.folder_of(run.settings), _note("draft", run, plan, told))
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
    from workbench import ledger
    from workbench.analytics.plan import feedback
    from workbench.publish import drafts

    run = _run(settings, "", scope, "")
    issue, plan = _plan(run, report, reports, _last_draft(run))
    given = drafts.answers(files, plan, _speak(run))
    found = feedback(plan, given.table)
    if len(found.table):
        changes = found.table.assign(file=given.table["file"].reindex(found.table.index))
        base = _base(run)
        drafts.write_decisions(run, plan, date.fromisoformat(issue.about["as_of"]), changes, base, out)
    change = found.table["change"]
    told = {"nodes": found.nodes, "answered": found.answered, "changes": len(change), "change": float(change.sum()),
            "touched": float(change.abs().sum()), "files": dict(given.files)}  # fmt: skip
    ledger.note(ledger.folder_of(run.settings), _note("answers", run, plan, told))
    typer.echo(_told_answers(found, out))


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
    day = _checked(author, reason, effective, balance)
    from dataclasses import replace

    from workbench import ledger
    from workbench.analytics.plan import settle
    from workbench.publish import drafts

    run = _run(settings, "", scope, "")
    issue, plan = _plan(run, report, reports, _last_draft(run))
    _is_told(issue, told)
    given = drafts.answers(answers, plan, _speak(run)) if answers else None
    decided = drafts.decisions(decisions, plan) if decisions else None
    _every_change_is_decided(plan, given, decided)
    settled = settle(plan, decided.accepted if decided else {}, balance=balance, effective=day)  # type: ignore[arg-type]
    known = decided.base if decided else _base(run)
    made = _version(run, settled, decided, author, reason, day, known if base < 0 else base)
    made = _with_evidence(made, issue, plan, given, decided, balance)
    made = replace(made, told=tuple(name.strip() for name in told or [] if name.strip()))
    _agrees_with_other_scopes(run, made)
    made = ledger.confirm(ledger.folder_of(run.settings), made)
    whole = ledger.whole_of(made)
    typer.echo(
        f"Confirmed as version {made.number}: {whole.amount:,.2f} for the {whole.every} from {whole.period}, in force "
        f"from {made.effective}, {len(made.entries)} targets, by {made.author}."
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
    from workbench import ledger
    from workbench.publish import drafts

    run = _run(settings, as_of, scope, "")
    if node:
        parts = {} if node == "all" else _run(settings, as_of, node, "").scope
        told = ledger.history(run, parts)
        titles = {
            n: n
            for n in (
                "version",
                "written",
                "effective",
                "every",
                "period",
                "amount",
                "draft",
                "author",
                "reason",
                "told",
            )
        }
    else:
        told = ledger.targets(run)
        titles = {"part": "part", "every": "every", "period": "period", "amount": "target", "owner": "owner",
                  "version": "version", "effective": "in force from"}  # fmt: skip
    wanted = every or _longest(told)
    rows = [_shown(row) for row in _records(told[told["every"] == wanted])]
    more = f"\n… and {len(rows) - _MOST} more" if len(rows) > _MOST else ""
    typer.echo(drafts.table(titles, rows[:_MOST]) + more if rows else _nothing(run))


def _run(settings: str, as_of: str, scope: str, lang: str) -> "Run":
    from workbench.publish.plan import DEMO
    from workbench.run import Run

    here = "workbench.toml" if Path("workbench.toml").is_file() else DEMO
    return Run.start(settings or here, as_of=as_of or date.today().isoformat(), scope=scope, lang=lang)


def _plan(
    run: "Run", report: Path | None, reports: Path, digest: str = "", kind: str = "plan"
) -> "tuple[Issue, pd.DataFrame]":
    """The plan of one report, of the draft with this digest, or of the newest report; `kind` as in vintages."""
    from workbench import vintages
    from workbench.ledger import plans

    if report is not None:
        kind = _kind_in(report, digest) or kind
        if not (report / "vintages" / f"{kind}.parquet").is_file():
            raise ParameterError(
                "workbench plan", [f"{report} holds no {kind}; name a report's folder, as reports/…/r1"]
            )
        issue = vintages.opened(report, kind)
        if not vintages.same(run, issue.about):
            raise ParameterError("workbench plan", [f"{report} is of another company or scope than the one asked for"])
        return issue, plans.checked(issue.frame)
    if digest:
        return _drafted(run, reports, digest)
    newest = vintages.newest(run, name=kind, reports=reports)
    if newest is None:
        what = f"{'an' if kind == vintages.ADJUSTED else 'a'} {kind}"
        told = f"no report in {reports} up to {run.as_of.date()} holds {what} of this company and scope"
        page = "tracking" if kind == vintages.ADJUSTED else "plan"
        raise ParameterError("workbench plan", [f"{told}. `workbench run {page}` makes one"])
    return newest, plans.checked(newest.frame)


def _kind_in(report: Path, digest: str) -> str:
    """Which of a report's plans the draft with this digest was made of; "" for none."""
    from workbench import vintages
    from workbench.ledger import plans

    for kind in (vintages.PLAN, vintages.ADJUSTED):
        file = report / "vintages" / f"{kind}.parquet"
        if digest and file.is_file() and plans.digest_of(plans.checked(vintages.opened(file).frame)) == digest:
            return kind
    return ""


def _is_told(issue: "Issue", told: list[str] | None) -> None:
    """ParameterError where the running period's targets would change and nobody was told."""
    from workbench import vintages

    if issue.file.stem == vintages.ADJUSTED and not any(name.strip() for name in told or []):
        problem = (
            "--told is missing: a target that changes while its period runs is not confirmed before its owners know"
        )
        raise ParameterError("workbench plan confirm", [problem])


def _drafted(run: "Run", reports: Path, digest: str) -> "tuple[Issue, pd.DataFrame]":
    """The plan that the last draft was made of, the newest report that holds it."""
    from workbench import vintages
    from workbench.ledger import plans

    kept = [vintages.files(reports, before=date.max, name=kind) for kind in (vintages.PLAN, vintages.ADJUSTED)]
    for file in sorted((file for files in kept for file in files), key=lambda f: f.parts[-5], reverse=True):
        issue = vintages.opened(file)
        if vintages.same(run, issue.about) and plans.digest_of(plan := plans.checked(issue.frame)) == digest:
            return issue, plan
    told = (
        f"no report in {reports} holds the plan of the last draft (P{digest[:8]}); name it with --report, or its folder"
    )
    raise ParameterError("workbench plan", [f"{told} with --reports"])


def _last_draft(run: "Run") -> str:
    """The digest of the plan that was last sent out in this scope; "" where none was."""
    from workbench import ledger

    sent = [n for n in ledger.notes(ledger.folder_of(run.settings)) if n.kind == "draft" and n.scope == run.scope]
    return sent[-1].plan if sent else ""


def _note(kind: str, run: "Run", plan: "pd.DataFrame", told: dict[str, Any]) -> Any:
    from workbench.ledger import Note, plans, store

    return Note(kind, store.now(), plans.digest_of(plan), run.scope, told)


def _base(run: "Run") -> int:
    """The last version of the run's scope, whether in force or not; 0 for none."""
    from workbench import ledger

    confirmed = [v for v in ledger.versions(ledger.folder_of(run.settings)) if v.scope == run.scope]
    return confirmed[-1].number if confirmed else 0


def _speak(run: "Run") -> Any:
    from workbench.settings import LANGUAGES
    from workbench.views.words import Words

    return [Words.of(run, lang) for lang in LANGUAGES]


def _place(issue: "Issue") -> str:
    """Where the report is, from the folder of all reports on."""
    return "/".join(issue.report.parts[-3:])


def _checked(author: str, reason: str, effective: str, balance: str) -> date:
    """The day from which on it counts; ParameterError names everything that is missing or wrong."""
    from workbench.views.words import MISSING, clean

    problems = [
        f"--{name} is missing: a target without {what} is not confirmed"
        for name, text, what in (("author", author, "a person who approves it"), ("reason", reason, "a reason"))
        if clean(text) == MISSING
    ]
    if balance not in ("", "whole", "rest"):
        problems.append(f"--balance is {balance!r}; write whole or rest")
    try:
        day = date.fromisoformat(effective) if effective else date.today()
    except ValueError:
        problems.append(f"--effective is {effective!r}; write a day as 2027-01-01")
    if problems:
        raise ParameterError("workbench plan confirm", problems)
    return day


def _every_change_is_decided(plan: "pd.DataFrame", given: "Answers | None", decided: "Decisions | None") -> None:
    """DataError where an answer has no decision, or a decision is of another answer."""
    if given is None:
        return
    draft = plan["target"].reindex(given.table.index).astype(float)
    changes = given.table[(given.table["proposed"] - draft).abs() >= 0.005]
    known: dict[Any, Any] = dict(decided.table["proposed"]) if decided else {}
    meant: dict[Any, Any] = dict(changes["proposed"])
    names = _names(plan)
    problems = [
        f"{names[at]}: {proposed:,.2f} was proposed, and nothing is decided on it; `workbench plan answers` writes the "
        f"workbook to decide in"
        for at, proposed in meant.items()
        if at not in known
    ]
    problems += [
        f"{names[at]}: {known[at]:,.2f} was decided on, but the answers propose something else"
        for at in known
        if at not in meant or abs(meant[at] - known[at]) >= 0.005
    ]
    if problems:
        raise DataError("workbench plan confirm", problems)


def _version(
    run: "Run", settled: "pd.DataFrame", decided: "Decisions | None", author: str, reason: str, day: date, base: int
) -> "Version":
    """The version to confirm: every target of the plan, and what it was in the draft where it moved."""
    from workbench.ledger import Version, plans, store
    from workbench.views.words import clean

    moved = (settled["target"] - settled["draft"]).abs() >= 0.005
    why = decided.table["reason"] if decided else None
    reasons = why.reindex(settled.index) if why is not None else None
    told = settled.assign(draft=settled["draft"].where(moved), reason=reasons)
    return Version(0, store.now(), day, clean(author), clean(reason), plans.entries(told, run.scope), run.scope, base)


def _with_evidence(
    made: "Version", issue: "Issue", plan: "pd.DataFrame", given: "Answers | None", decided: "Decisions | None",
    balance: str,
) -> "Version":  # fmt: skip
    """The same with what it rests on: the report, the plan's digest, answers, what was decided, and why."""
    from dataclasses import replace

    from workbench.ledger import plans

    told: dict[str, Any] = {"report": _place(issue), "as_of": issue.about["as_of"], "plan": plans.digest_of(plan)}
    if given is not None:
        told["answers"] = dict(given.files)
    if decided is not None:
        shown = decided.table.assign(node=[_names(plan)[at] for at in decided.table.index])
        told["decided"] = [{**row, "accepted": bool(row["accepted"])} for row in plans.records(shown)]
    if balance:
        told["balance"] = balance
    return replace(made, evidence=told)


def _agrees_with_other_scopes(run: "Run", made: "Version") -> None:
    """A part's plan may not move what is confirmed for it in the whole's, nor the other way round."""
    from workbench import ledger

    apart = ledger.differing(run, made.entries, made.effective)
    if apart:
        problems = [
            f"{', '.join(str(v) for _, v in theirs.node) or 'the whole'}, {theirs.every} from {theirs.period}: version "
            f"{version.number} holds {theirs.amount:,.2f}, this plan {ours.amount:,.2f}. Confirm the plan of the whole "
            f"company instead"
            for theirs, ours, version in apart[:20]
        ]
        raise DataError("workbench plan confirm", problems)


def _names(plan: "pd.DataFrame") -> dict[Any, str]:
    """What each row is called."""
    from workbench.ledger import plans

    return dict(zip(plan.index, map(plans.named, plans.records(plan)), strict=True))


_CHANGES = {
    "node": "part",
    "owner": "owner",
    "draft": "draft",
    "proposed": "proposed",
    "change": "change",
    "rate": "change, %",
    "effect": "of the whole",
    "chance": "chance of the draft",
    "reason": "reason",
}


def _told_answers(found: "Feedback", out: Path) -> str:
    """How many answered, what they would change, and who has not answered."""
    from workbench.publish import drafts

    rows = [_told_change(row) for row in _records(found.table)]
    lines = [f"{found.answered} of {found.nodes} targets were answered; {len(rows)} would change."]
    if rows:
        shown = drafts.table(_CHANGES, rows[:_MOST])
        lines += ["", shown, "", f"Decide on each in {out}, then `workbench plan confirm --decisions {out}`."]
    else:
        lines.append("Nothing is to be decided, so no workbook was written: confirm the draft without --decisions.")
    if found.silent:
        rest = f" and {len(found.silent) - 8} more" if len(found.silent) > 8 else ""
        lines.append(f"No answer, so the draft stands: {', '.join(found.silent[:8])}{rest}.")
    return "\n".join(lines)


def _told_change(row: dict[str, Any]) -> dict[str, Any]:
    from workbench.ledger import plans

    chance = (_percent(row["chance"]) or "").lstrip("+") or None
    ratios = {name: _percent(row[name]) for name in ("rate", "effect")}
    return {**row, **ratios, "node": plans.named(row), "chance": chance}


def _percent(ratio: Any) -> str | None:
    return None if ratio is None or ratio != ratio else f"{ratio:+.1%}"


def _records(frame: "pd.DataFrame") -> list[dict[str, Any]]:
    from workbench.ledger import plans

    return plans.records(frame)


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    """A row with its part's name, and its days as days."""
    from workbench.ledger import plans

    node = plans.node_of(row) if "level" in row else ()
    parts = ["(not given)" if value is None else value for _, value in node]
    days: dict[str, Any] = {n: str(row[n])[:10] for n in ("written", "effective", "period") if n in row}
    return {**row, **days, "part": crossings.joined(parts) or "the whole", "version": str(row["version"])}


def _longest(frame: "pd.DataFrame") -> str:
    from workbench.ledger import plans

    return str(plans.totals(frame)["every"].iloc[0]) if len(frame) else ""


def _nothing(run: "Run") -> str:
    from workbench import ledger

    later = [v for v in ledger.versions(ledger.folder_of(run.settings)) if not v.visible(run.as_of.date())]
    if not later:
        return f"No target is in force on {run.as_of.date()}: nothing was confirmed."
    told = "; ".join(
        f"version {v.number} was written on {v.written.date()} and counts from {v.effective}" for v in later
    )
    return f"No target is in force on {run.as_of.date()}; {told}."
