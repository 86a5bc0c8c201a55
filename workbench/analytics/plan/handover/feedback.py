"""Draft, answers, confirmed: what the owners would change, and where the targets stand."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from workbench.analytics.keys import direction, fact
from workbench.analytics.results import Result
from workbench.findings import Finding
from workbench.ledger import State, Version, plans, whole_of

_APART = 0.05  # from this difference on, the confirmed target and today's recommendation need a decision
_NAMES = 6


@dataclass(frozen=True, kw_only=True, repr=False)
class Feedback(Result):
    """What came back from the owners of a draft.

    `table`: the nodes whose owner would change the target, the largest change first; index row of the plan; columns
        level, node, owner
        draft, proposed     money of the whole planned period
        change, rate        proposed - draft; on the draft (NaN where that is 0)
        effect              change / the whole's draft: how much the whole would move if nothing else did
        chance              of the draft, as the plan told it; NaN where unknown
        reason              the owner's
    `nodes`, `answered`: how many were asked, how many answered. `silent`: names of those who did not
    """

    table: pd.DataFrame
    nodes: int
    answered: int
    silent: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, repr=False)
class LedgerStatus(Result):
    """Where the targets stand.

    `stage`: "none", "draft", "answers" or "confirmed": the last step that was taken
    `version`: the confirmed version in force, `coming`: one that is in force only later; None where there is none
    `table`: nodes of the planned period, the whole first, then the largest difference; columns level, node, owner,
    confirmed, recommended, change (recommended - confirmed), rate (on confirmed); empty where nothing is confirmed
    """

    stage: str
    version: Version | None
    coming: Version | None
    table: pd.DataFrame


def feedback(plan: pd.DataFrame, answers: pd.DataFrame) -> Feedback:
    """The owners' answers beside the draft.

    `plan` as ledger.plans.checked gives it; `answers`: index row of the plan; columns proposed (money), reason.
    """
    table = _answered(plans.totals(plan), answers)
    silent = table[table["proposed"].isna()]
    moved = table[table["change"].abs() >= 0.005].sort_values("change", key=abs, ascending=False)
    answered = len(table) - len(silent)
    return Feedback(
        table=moved,
        nodes=len(table),
        answered=answered,
        silent=tuple(plans.named(row) for row in plans.records(silent)),
        findings=(_came_back(len(table), answered, len(moved), float(moved["change"].sum())),),
    )


def _answered(asked: pd.DataFrame, answers: pd.DataFrame) -> pd.DataFrame:
    """Every node that was asked, with what was proposed; NaN where nothing was."""
    known = answers.reindex(asked.index)
    draft, proposed = asked["target"].astype(float), known["proposed"].astype(float)
    whole = float(draft[asked["level"] == ""].sum())
    table = asked[["level", "node", "owner"]].assign(draft=draft, proposed=proposed, change=proposed - draft)
    return table.assign(
        rate=table["change"] / draft.where(draft > 0),
        effect=table["change"] / whole if whole > 0 else float("nan"),
        chance=pd.to_numeric(asked["chance"]).astype(float),
        reason=known["reason"],
    )


def standing(state: State, recommended: pd.DataFrame | None = None) -> LedgerStatus:
    """Where the targets stand: draft out, answers in, confirmed, and how far from what is `recommended` today.

    `state` as ledger.state gives it; `recommended`: a plan, with or without its optional columns.
    """
    plan = plans.checked(recommended) if recommended is not None and len(recommended) else None
    table = _beside(state, plan)
    steps = [*_confirmed(state), *_on_the_way(state)]
    findings = [*steps, *_apart(state, plan, table), *_ownerless(plan)]
    return LedgerStatus(
        stage=_stage(state),
        version=state.version,
        coming=state.coming,
        table=table,
        findings=tuple(findings),
        decisions=tuple(_to_decide(state, table)),
    )


def _stage(state: State) -> str:
    if state.answers is not None:
        return "answers"
    if state.draft is not None:
        return "draft"
    return "confirmed" if state.version or state.coming else "none"


def _came_back(nodes: int, answered: int, changes: int, change: float, since: Any = None) -> Finding:
    return fact("plan.ledger.answers", weight=change, since=since, nodes=nodes, answered=answered, changes=changes,
                change=change, direction=direction(change))  # fmt: skip


def _confirmed(state: State) -> list[Finding]:
    found = []
    for version, key in ((state.version, "plan.ledger.confirmed"), (state.coming, "plan.ledger.coming")):
        if version is not None:
            whole = whole_of(version)
            found.append(fact(key, weight=whole.amount, version=version.number, author=version.author,
                              reason=version.reason, effective=pd.Timestamp(version.effective), amount=whole.amount,
                              every=whole.every, period=pd.Timestamp(whole.period)))  # fmt: skip
    return found or [fact("plan.ledger.none")]


def _on_the_way(state: State) -> list[Finding]:
    found = []
    if state.draft is not None:
        told = state.draft.told
        found.append(fact("plan.ledger.draft", since=_day(state.draft), nodes=int(told.get("nodes", 0)),
                          owners=int(told.get("owners", 0))))  # fmt: skip
    if state.answers is not None:
        told = state.answers.told
        found.append(_came_back(int(told.get("nodes", 0)), int(told.get("answered", 0)), int(told.get("changes", 0)),
                                float(told.get("change", 0.0)), _day(state.answers)))  # fmt: skip
    return found


def _beside(state: State, plan: pd.DataFrame | None) -> pd.DataFrame:
    """Confirmed and recommended targets of the same nodes and period."""
    columns = ["level", "node", "owner", "confirmed", "recommended", "change", "rate"]
    if plan is None or state.targets.empty:
        return pd.DataFrame(columns=columns)
    held = dict(zip(plans.keys(state.targets), state.targets["amount"].astype(float), strict=True))
    asked = plans.totals(plan)
    confirmed = pd.Series([held.get(key, float("nan")) for key in plans.keys(asked)], index=asked.index, dtype=float)
    table = asked[["level", "node", "owner"]].assign(confirmed=confirmed, recommended=asked["target"].astype(float))
    table["change"] = table["recommended"] - table["confirmed"]
    table["rate"] = table["change"] / table["confirmed"].where(table["confirmed"] > 0)
    table = table[table["confirmed"].notna()]
    size = table["change"].abs().where(table["level"] != "", float("inf"))
    return table.loc[size.sort_values(ascending=False, kind="stable").index, columns]


def _apart(state: State, plan: pd.DataFrame | None, table: pd.DataFrame) -> list[Finding]:
    """How far the recommendation has moved from what is confirmed: the whole, and the part that moved most."""
    if plan is None or (state.version is None and state.coming is None):
        return []
    whole, parts = table[table["level"] == ""], table[table["level"] != ""]
    if table.empty:
        first: Any = plans.totals(plan).iloc[0]
        return [fact("plan.ledger.not_yet", every=first["every"], period=first["period"])]
    found = [_difference("plan.ledger.apart", row) for row in _rows(whole)]
    moved = parts[parts["change"].abs() >= 0.005].head(1)
    return found + [_difference("plan.ledger.part_apart", row, True) for row in _rows(moved)]


def _difference(key: str, row: dict[str, Any], named: bool = False) -> Finding:
    about = {"level": row["level"], "node": row["node"]} if named else {}
    return fact(key, weight=row["change"], about=row["node"] if named else None, confirmed=row["confirmed"],
                recommended=row["recommended"], change=row["change"], rate=row["rate"],
                direction=direction(row["change"]), **about)  # fmt: skip


def _ownerless(plan: pd.DataFrame | None) -> list[Finding]:
    """Parts that nobody answers for."""
    if plan is None:
        return []
    asked = plans.totals(plan).loc[lambda f: f["level"] != ""]
    lacking = asked[asked["owner"].isna()]
    if lacking.empty:
        return []
    names = tuple(lacking["node"].astype(str).head(_NAMES))
    return [fact("plan.ledger.ownerless", weight=lacking["target"].max(), count=len(lacking), nodes=len(asked),
                 names=names)]  # fmt: skip


def _to_decide(state: State, table: pd.DataFrame) -> list[Finding]:
    found = []
    if state.answers is not None:
        told = state.answers.told
        found.append(fact("plan.ledger.decide_answers", weight=float(told.get("touched", 0.0)),
                          changes=int(told.get("changes", 0)), answered=int(told.get("answered", 0)),
                          nodes=int(told.get("nodes", 0)), amount=float(told.get("touched", 0.0))))  # fmt: skip
    whole = table[(table["level"] == "") & (table["rate"].abs() >= _APART)]
    return found + [_difference("plan.ledger.decide_apart", row) for row in _rows(whole)]


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    return plans.records(table)


def _day(note: Any) -> pd.Timestamp:
    return pd.Timestamp(note.written.date())
