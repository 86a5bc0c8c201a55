"""The audit as a whole: statements with their verdicts, cells that do not add up, and what a person must decide."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from workbench.analytics.keys import fact
from workbench.analytics.plan.audit import between, rows, sheets, smart, sums, within
from workbench.analytics.plan.audit.grammar import Statement
from workbench.analytics.plan.audit.headers import plain_header
from workbench.analytics.plan.audit.numbers import percent
from workbench.analytics.plan.audit.sheets import Grid
from workbench.analytics.results import Result, Unknown
from workbench.findings import Finding
from workbench.periods import Calendar

_ANY = Calendar()
NOTES = frozenset(
    {  # facts that should be stated, but make no target wrong
        "plan.audit.both",
        "plan.audit.implied_baseline",
        "plan.audit.each_period",
        "plan.audit.summary",
        "plan.audit.cut",
        "plan.audit.cells",
        "plan.audit.cell_text",
        "plan.audit.share_of",
        "plan.audit.not_read",
    }
)
CONTRADICTIONS = frozenset(
    {
        "plan.audit.growth_differs",
        "plan.audit.steps",
        "plan.audit.compounding",
        "plan.audit.product",
        "plan.audit.calendar",
        "plan.audit.parts",
        "plan.audit.activity",
        "plan.audit.rates",
        "plan.audit.children",
        "plan.audit.shares",
        "plan.audit.chained",
        "plan.audit.same_activity",
        "plan.audit.two_units",
    }
)
_CHILDREN = "plan.audit.children"
PAIRS = {  # what is written and what the other numbers make of it, of the facts that hold both
    "plan.audit.growth_differs": ("after", "implied"),
    "plan.audit.product": ("whole", "product"),
    "plan.audit.calendar": ("whole", "sum"),
    "plan.audit.parts": ("whole", "sum"),
    _CHILDREN: ("whole", "sum"),
}
_MOST_DECISIONS = 5


@dataclass(frozen=True, kw_only=True, repr=False)
class Audit(Result):
    """Targets as somebody wrote them, held against themselves.

    `statements`: index number from 1; columns text, where, metric, verdict ("contradictory", "incomplete" or
    "complete"), missing and vague (tuples of parts of smart.PARTS; vague also words, growth), advised (tuple)
    `cells`: one row a cell that is wrong; columns sheet, cell, kind, written, expected, gap
    `problems`: (where, Finding) of every statement, for tables; `errors`: how many facts make a target wrong
    `sums`: how many sums and ratios of sheets were recomputed
    """

    statements: pd.DataFrame
    cells: pd.DataFrame
    details: tuple[Finding, ...] = field(default=())
    errors: int = 0
    sums: int = 0


def audit(
    goals: pd.DataFrame | None,
    targets: pd.DataFrame | None = None,
    *,
    calendar: Calendar = _ANY,
    as_of: pd.Timestamp | None = None,
) -> Audit | Unknown:
    """The table of goals, and of targets by period, held against themselves; Unknown where there is neither.

    `as_of` is the day on which words like "this year" are read.
    """
    if (goals is None or goals.empty) and (targets is None or targets.empty):
        return Unknown(section="audit", findings=(fact("plan.audit.unknown", section="audit"),))
    said = [] if goals is None else rows.statements(goals, calendar, as_of)
    return of_statements(said, more=() if targets is None else tuple(_uplift(targets, calendar)))


def of_statements(
    said: Sequence[Statement], *, more: Iterable[Finding] = (), sheet: sheets.Checked | None = None
) -> Audit:
    """The audit of statements that are read already, with what else was found."""
    single = [(s, [*smart.findings(s), *within.findings(s)]) for s in said]
    across = [*between.findings(said), *more]
    table = pd.DataFrame(
        [_row(s, found, across) for s, found in single],
        index=pd.RangeIndex(1, len(said) + 1, name="number"),
        columns=_COLUMNS,
    )
    checked = sheet or sheets.Checked()
    details = [f for _, found in single for f in found] + across + list(checked.findings)
    errors = [f for f in details if is_error(f)]
    return Audit(
        statements=table,
        cells=checked.cells,
        details=tuple(details),
        errors=len(errors),
        sums=checked.sums,
        findings=(*_summary(table, checked), *sorted(filter(_weighty, details), key=lambda f: -f.weight)),
        decisions=tuple(_decisions(details)),
    )


def of_sheets(
    grids: Sequence[Grid],
    aliases: Mapping[str, str],
    *,
    calendar: Calendar = _ANY,
    as_of: pd.Timestamp | None = None,
) -> Audit | Unknown:
    """The audit of a person's own workbook: tables that should add up, rows and lines that state targets.

    `aliases`: the columns of goals by the headers they are known under.
    """
    known = {plain_header(header): column for header, column in aliases.items()}
    said = [s for grid in grids for s in sheets.statements(grid, known, calendar, as_of)]
    checked = sums.check(grids)
    if not said and not checked.sums and not checked.findings:
        return Unknown(section="audit", findings=(fact("plan.audit.unknown_sheets", section="audit"),))
    beyond = [
        fact("plan.audit.cut", weight=1e9, sheet=g.name, rows=n, have=len(g.rows))
        for g in grids
        if (n := sheets.cut(g))
    ]
    return of_statements(said, more=beyond, sheet=checked)


def is_error(finding: Finding) -> bool:
    """Whether a fact makes a target wrong or impossible to check, not only better said."""
    if finding.key == "plan.audit.lacks":
        return finding.values["part"] not in smart.ADVISED
    if finding.key == "plan.audit.lift":
        return finding.values["meant"] == "neither"
    if "rounding" in finding.values and finding.key != "plan.audit.cells":
        return not finding.values["rounding"]
    return finding.key not in NOTES


_COLUMNS = ["text", "where", "metric", "verdict", "missing", "vague", "advised"]


def _row(statement: Statement, found: Sequence[Finding], across: Sequence[Finding]) -> dict[str, object]:
    lacks = [p for g in statement.goals for p in smart.missing(g)]
    missing = tuple(p for p in smart.PARTS if p in lacks and p not in smart.ADVISED)
    vague = tuple(dict.fromkeys(p for g in statement.goals for p in smart.vague(g)))
    against = [f for f in (*found, *across) if f.subject == statement.where and _contradicts(f)]
    verdict = "contradictory" if against else "incomplete" if missing or vague else "complete"
    return {
        "text": statement.text,
        "where": statement.where,
        "metric": ", ".join(g.word for g in statement.goals if g.word) or None,
        "verdict": verdict,
        "missing": missing,
        "vague": vague,
        "advised": tuple(p for p in smart.PARTS if p in lacks and p in smart.ADVISED),
    }


def _contradicts(finding: Finding) -> bool:
    if finding.key == "plan.audit.chained":
        return bool(finding.values["drifts"])
    if finding.key == "plan.audit.product":
        return not finding.values["rounding"]
    return finding.key in CONTRADICTIONS or (finding.key == "plan.audit.lift" and finding.values["meant"] == "neither")


def _summary(table: pd.DataFrame, checked: sheets.Checked) -> list[Finding]:
    found = []
    if len(table):
        count = table["verdict"].value_counts()
        found.append(
            fact(
                "plan.audit.summary",
                statements=len(table),
                complete=int(count.get("complete", 0)),
                contradictory=int(count.get("contradictory", 0)),
                incomplete=int(count.get("incomplete", 0)),
            )
        )
    if checked.sums or len(checked.cells):
        found.append(
            fact(
                "plan.audit.cells",
                sums=checked.sums,
                wrong=int((~checked.cells["rounding"].astype(bool)).sum()),
                rounding=int(checked.cells["rounding"].astype(bool).sum()),
            )
        )
    return found


def _weighty(finding: Finding) -> bool:
    """What is worth a sentence of its own: contradictions and cells, not each missing part."""
    return (
        _contradicts(finding)
        or finding.key in ("plan.audit.flat", "plan.audit.flat_targets", "plan.audit.both")
        or (finding.key.startswith("plan.audit.cell_") and is_error(finding))
    )


def _decisions(details: Sequence[Finding]) -> list[Finding]:
    """Two numbers that cannot both hold: somebody must say which does."""
    found = [
        fact(
            "plan.audit.which",
            weight=f.weight,
            about=f.subject,
            text=f.values["text"],
            written=f.values[PAIRS[f.key][0]],
            implied=f.values[PAIRS[f.key][1]],
            parts=f.values["parts"] if f.key == _CHILDREN else None,
            short=f.values["short"] if f.key == _CHILDREN else None,
        )
        for f in details
        if f.key in PAIRS and not f.values.get("rounding")
    ]
    return sorted(found, key=lambda f: -f.weight)[:_MOST_DECISIONS]


def _uplift(targets: pd.DataFrame, calendar: Calendar) -> Iterable[Finding]:
    """Targets that are last year's times one factor, person by person."""
    if not {"period", "amount", "rep"} <= set(targets.columns):
        return
    own = targets[~targets["rolls_up"].astype(bool)] if "rolls_up" in targets else targets
    year = calendar.start(own["period"], "year")
    by_year = own.groupby(["rep", year])["amount"].sum().unstack()
    counts = own.groupby(["rep", year])["period"].nunique().unstack()
    for before, after in zip(by_year.columns, by_year.columns[1:], strict=False):
        both = by_year[(counts[before] == counts[after]) & (by_year[before] > 0)]
        rise = both[after] / both[before] - 1
        if len(rise) >= between.FEWEST and rise.max() - rise.min() <= 0.005 and abs(rise.mean()) > 0.005:
            yield fact(
                "plan.audit.flat_targets",
                weight=float(both[after].sum()),
                year=after,
                nodes=len(rise),
                growth=percent(float(rise.mean())),
            )
