"""What a terminal is told of answers, and of the targets in force."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench import crossings, ledger
from workbench.ledger import plans
from workbench.publish import drafts

if TYPE_CHECKING:
    import pandas as pd

    from workbench.analytics.plan import Feedback
    from workbench.run import Run

_MOST = 60  # rows that a terminal is given
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
_HISTORY = ("version", "written", "effective", "every", "period", "amount", "draft", "author", "reason", "told")
_IN_FORCE = {
    "part": "part",
    "every": "every",
    "period": "period",
    "amount": "target",
    "owner": "owner",
    "version": "version",
    "effective": "in force from",
}


def answers(found: "Feedback", out: Path) -> str:
    """How many answered, what they would change, and who has not answered."""
    rows = [_told_change(row) for row in plans.records(found.table)]
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
    chance = (_percent(row["chance"]) or "").lstrip("+") or None
    ratios = {name: _percent(row[name]) for name in ("rate", "effect")}
    return {**row, **ratios, "node": plans.named(row), "chance": chance}


def _percent(ratio: Any) -> str | None:
    return None if ratio is None or ratio != ratio else f"{ratio:+.1%}"


def history(run: "Run", part: dict[str, str], every: str) -> str:
    """Every version's target of one part."""
    return _listed(run, ledger.history(run, part), {name: name for name in _HISTORY}, every)


def in_force(run: "Run", every: str) -> str:
    """The targets in force on the run's day."""
    return _listed(run, ledger.targets(run), _IN_FORCE, every)


def _listed(run: "Run", told: "pd.DataFrame", titles: dict[str, str], every: str) -> str:
    wanted = every or _longest(told)
    rows = [_shown(row) for row in plans.records(told[told["every"] == wanted])]
    more = f"\n… and {len(rows) - _MOST} more" if len(rows) > _MOST else ""
    return drafts.table(titles, rows[:_MOST]) + more if rows else _nothing(run)


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    """A row with its part's name, and its days as days."""
    node = plans.node_of(row) if "level" in row else ()
    parts = ["(not given)" if value is None else value for _, value in node]
    days: dict[str, Any] = {n: str(row[n])[:10] for n in ("written", "effective", "period") if n in row}
    return {**row, **days, "part": crossings.joined(parts) or "the whole", "version": str(row["version"])}


def _longest(frame: "pd.DataFrame") -> str:
    return str(plans.totals(frame)["every"].iloc[0]) if len(frame) else ""


def _nothing(run: "Run") -> str:
    later = [v for v in ledger.versions(ledger.folder_of(run.settings)) if not v.visible(run.as_of.date())]
    if not later:
        return f"No target is in force on {run.as_of.date()}: nothing was confirmed."
    told = "; ".join(
        f"version {v.number} was written on {v.written.date()} and counts from {v.effective}" for v in later
    )
    return f"No target is in force on {run.as_of.date()}; {told}."
