"""Which plan is meant: one report's, the last draft's, or the newest; and the version that it would follow."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from workbench import ledger, vintages
from workbench.errors import ParameterError
from workbench.ledger import plans

if TYPE_CHECKING:
    import pandas as pd

    from workbench.ledger import Note
    from workbench.run import Run
    from workbench.vintages import Issue


def plan_of(
    run: "Run", report: Path | None, reports: Path, draft: "Note | None" = None, kind: str = "plan"
) -> "tuple[Issue, pd.DataFrame]":
    """The plan of one report, of this draft, or of the newest report; `kind` as in vintages."""
    digest = draft.plan if draft else ""
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
    if draft:
        return _drafted(run, reports, draft)
    newest = vintages.newest(run, name=kind, reports=reports)
    if newest is None:
        what = f"{'an' if kind == vintages.ADJUSTED else 'a'} {kind}"
        told = f"no report in {reports} up to {run.as_of.date()} holds {what} of this company and scope"
        page = "tracking" if kind == vintages.ADJUSTED else "plan"
        raise ParameterError("workbench plan", [f"{told}. `workbench run {page}` makes one"])
    return newest, plans.checked(newest.frame)


def _kind_in(report: Path, digest: str) -> str:
    """Which of a report's plans the draft with this digest was made of; "" for none."""
    for kind in (vintages.PLAN, vintages.ADJUSTED):
        file = report / "vintages" / f"{kind}.parquet"
        if digest and file.is_file() and plans.digest_of(plans.checked(vintages.opened(file).frame)) == digest:
            return kind
    return ""


def _drafted(run: "Run", reports: Path, draft: "Note") -> "tuple[Issue, pd.DataFrame]":
    """The plan that a draft was made of: of the report that it names, else of the newest that holds the same plan."""
    kept = [vintages.files(reports, before=date.max, name=kind) for kind in (vintages.PLAN, vintages.ADJUSTED)]
    newest = sorted((f for files in kept for f in reversed(files)), key=lambda f: f.parts[-5], reverse=True)
    own = str(draft.told.get("report", ""))
    for file in sorted(newest, key=lambda f: "/".join(f.parts[-5:-2]) != own):
        issue = vintages.opened(file)
        if vintages.same(run, issue.about) and plans.digest_of(plan := plans.checked(issue.frame)) == draft.plan:
            return issue, plan
    told = (
        f"no report in {reports} holds the plan of the last draft (P{draft.plan[:8]}); name it with --report, or its "
        f"folder"
    )
    raise ParameterError("workbench plan", [f"{told} with --reports"])


def last_draft(run: "Run") -> "Note | None":
    """The draft that was last sent out in this scope; None where none was."""
    sent = [n for n in ledger.notes(ledger.folder_of(run.settings)) if n.kind == "draft" and n.scope == run.scope]
    return sent[-1] if sent else None


def base_of(run: "Run") -> int:
    """The last version of the run's scope, whether in force or not; 0 for none."""
    confirmed = [v for v in ledger.versions(ledger.folder_of(run.settings)) if v.scope == run.scope]
    return confirmed[-1].number if confirmed else 0


def place(issue: "Issue") -> str:
    """Where the report is, from the folder of all reports on."""
    return "/".join(issue.report.parts[-3:])
