"""What must hold before targets are confirmed, and the version that is made of them."""

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from workbench import ledger, vintages
from workbench.cli.options import decided as decided_on
from workbench.cli.plan.finding import place
from workbench.errors import DataError, ParameterError
from workbench.ledger import Version, plans, store
from workbench.views.words import clean

if TYPE_CHECKING:
    import pandas as pd

    from workbench.lessons import Approval
    from workbench.publish.drafts import Answers, Decisions
    from workbench.run import Run
    from workbench.vintages import Issue


def first_day(author: str, reason: str, effective: str, balance: str) -> date:
    """The day from which on it counts; ParameterError names everything that is missing or wrong."""
    who = (author, "a target without a person who approves it is not confirmed")
    why = (reason, "a target without a reason is not confirmed")
    problems = [f"--balance is {balance!r}; write whole or rest"] if balance not in ("", "whole", "rest") else []
    return decided_on("workbench plan confirm", who, why, effective, problems)


def is_told(issue: "Issue", told: list[str] | None) -> None:
    """ParameterError where the running period's targets would change and nobody was told."""
    if issue.file.stem == vintages.ADJUSTED and not any(name.strip() for name in told or []):
        problem = (
            "--told is missing: a target that changes while its period runs is not confirmed before its owners know"
        )
        raise ParameterError("workbench plan confirm", [problem])


def every_change_is_decided(plan: "pd.DataFrame", given: "Answers | None", decided: "Decisions | None") -> None:
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


def seen_from(made: "Version | Approval") -> str:
    """What to know where something counts from a day before it was written: no report of those days can know it."""
    written = made.written.date()
    if made.effective >= written:
        return ""
    return f" Reports as of a day before {written}, when this was written, leave it out, as nobody knew it then."


def version(
    run: "Run", settled: "pd.DataFrame", decided: "Decisions | None", author: str, reason: str, day: date, base: int
) -> Version:
    """The version to confirm: every target of the plan, and what it was in the draft where it moved."""
    moved = (settled["target"] - settled["draft"]).abs() >= 0.005
    why = decided.table["reason"] if decided else None
    reasons = why.reindex(settled.index) if why is not None else None
    told = settled.assign(draft=settled["draft"].where(moved), reason=reasons)
    return Version(0, store.now(), day, clean(author), clean(reason), plans.entries(told, run.scope), run.scope, base)


def with_evidence(
    made: Version, issue: "Issue", plan: "pd.DataFrame", given: "Answers | None", decided: "Decisions | None",
    balance: str,
) -> Version:  # fmt: skip
    """The same with what it rests on: the report, the plan's digest, answers, what was decided, and why."""

    told: dict[str, Any] = {"report": place(issue), "as_of": issue.about["as_of"], "plan": plans.digest_of(plan)}
    if given is not None:
        told["answers"] = dict(given.files)
    if decided is not None:
        shown = decided.table.assign(node=[_names(plan)[at] for at in decided.table.index])
        told["decided"] = [{**row, "accepted": bool(row["accepted"])} for row in plans.records(shown)]
    if balance:
        told["balance"] = balance
    return replace(made, evidence=told)


def agrees_with_other_scopes(run: "Run", made: Version) -> None:
    """A part's plan may not move what is confirmed for it in the whole's, nor the other way round."""
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
    return dict(zip(plan.index, map(plans.named, plans.records(plan)), strict=True))
