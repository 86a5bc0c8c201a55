"""What the course says in sentences, and what a person must decide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench.analytics.keys import fact
from workbench.findings import Finding

if TYPE_CHECKING:
    from workbench.analytics.tracking.course import Course

EVEN = 0.5  # chance from which on a part is likely to reach its target
UNLIKELY = 0.2  # chance of a target below which a person must decide
MOST = 5
STALE = 7  # days between the last sales and the report that need a word


def findings(made: Course) -> list[Finding]:
    """Where it stands, where it lands, what each day must bring; then the weakest part, the pipeline, the record."""
    row: Any = made.table.iloc[0]
    aimed = bool(pd.notna(row["target"]) and row["target"] > 0)
    if made.over:
        return [_ended(made, row) if aimed else _stands(made, row, aimed)]
    first = [_stands(made, row, aimed), _lands(made, row, aimed), _needs(made, row, aimed)]
    return [f for f in (*first, *_weakest(made), *_late(made), *_pipeline(made, row), *_tested(made)) if f]


def _stands(made: Course, row: Any, aimed: bool) -> Finding:
    common = {"booked": row["booked"], "span": made.period.span, "every": made.period.name, "done": made.done,
              "until": made.known_until}  # fmt: skip
    if not made.begun:
        return fact("tracking.course.not_begun", span=made.period.span, until=made.known_until, days=made.days_left,
                    target=row["target"] if aimed else None)  # fmt: skip
    if not aimed:
        return fact("tracking.course.stands_alone", **common)
    return fact("tracking.course.stands", target=row["target"], attainment=row["attainment"], ahead=row["ahead"],
                due_rate=row["due"] / row["target"], **common)  # fmt: skip


def _lands(made: Course, row: Any, aimed: bool) -> Finding:
    if not aimed:
        return fact("tracking.course.lands_alone", expected=row["expected"], lo_80=row["lo_80"], hi_80=row["hi_80"])
    target = row["target"]
    return fact("tracking.course.lands", expected=row["expected"], lo_rate=row["lo_80"] / target,
                hi_rate=row["hi_80"] / target, chance=row["chance"], gap=row["expected"] - target,
                **_proven(made))  # fmt: skip


def _needs(made: Course, row: Any, aimed: bool) -> Finding | None:
    if not aimed or not made.days_left:
        return None
    if row["remaining"] <= 0:
        return fact("tracking.course.reached", over=-row["remaining"], days=made.days_left, usual=row["usual"])
    return fact("tracking.course.needs", needed=row["needed"], usual=row["usual"], days=made.days_left,
                more=row["needed"] / row["usual"] - 1 if row["usual"] > 0 else None)  # fmt: skip


def _ended(made: Course, row: Any) -> Finding:
    return fact("tracking.course.ended", booked=row["booked"], target=row["target"], attainment=row["attainment"],
                gap=row["booked"] - row["target"])  # fmt: skip


def _weakest(made: Course) -> list[Finding]:
    """How many parts of the first level are likely to reach their targets, and the one furthest from it."""
    parts = (
        made.table[(made.table["level"] == made.level) & made.table["target"].gt(0)] if made.level else made.table[:0]
    )
    if len(parts) < 2 or not made.days_left:
        return []
    worst: Any = parts.sort_values("chance").iloc[0]
    likely = int((parts["chance"] >= EVEN).sum())
    return [fact("tracking.course.parts", level=made.level, parts=len(parts), likely=likely,
                 node=worst.name, chance=worst["chance"], lo_rate=worst["lo_80"] / worst["target"],
                 hi_rate=worst["hi_80"] / worst["target"])]  # fmt: skip


def _late(made: Course) -> list[Finding]:
    behind = (min(made.as_of, made.period.last) - made.known_until).days
    late = made.begun and behind > STALE
    return [fact("tracking.course.late", until=made.known_until, days=behind)] if late else []


def _pipeline(made: Course, row: Any) -> list[Finding]:
    if not len(made.pipeline):
        return []
    own: Any = made.pipeline.iloc[0]
    rest = row["expected"] - (row["booked"] if made.begun else 0.0)
    share = own["from_open"] / rest if rest > 0 else None
    shared = {"open": own["open"], "deals": own["deals"], "expected": own["from_open"], "share": share}
    if pd.isna(own["coverage"]):
        told = fact("tracking.course.pipeline_alone", **shared)
    else:
        told = fact("tracking.course.pipeline", remaining=row["remaining"], coverage=own["coverage"],
                    needed=own["needed"], **shared)  # fmt: skip
    sized = fact("tracking.course.pipeline_sized", sized=own["sized"], deals=own["deals"])
    return [told, sized] if own["sized"] > 0 else [told]


def _tested(made: Course) -> list[Finding]:
    if not len(made.tested) or ("whole", "ours") not in made.tested.index:
        return [fact("tracking.course.untested", until=made.known_until)]
    whole = made.tested.loc["whole"]
    ours: Any = whole.loc["ours"]
    return [fact("tracking.course.tested", error=ours["error"], straight=whole["error"].get("straight"),
                 seasonal=whole["error"].get("seasonal"), coverage_80=ours["coverage_80"],
                 cases=ours["cases"])]  # fmt: skip


def _proven(made: Course) -> dict[str, Any]:
    """How such landings did before: mean miss, that of a straight line, share in the 80 % range; None untested."""
    if not len(made.tested) or ("whole", "ours") not in made.tested.index:
        return dict.fromkeys(("error", "straight", "coverage_80", "cases"))
    whole = made.tested.loc["whole"]
    ours: Any = whole.loc["ours"]
    return {"error": ours["error"], "straight": whole["error"].get("straight"), "coverage_80": ours["coverage_80"],
            "cases": ours["cases"]}  # fmt: skip


def risks(made: Course) -> tuple[Finding, ...]:
    """Parts of the first level (else the whole) whose target is unlikely, by the money they are expected to miss."""
    if not made.days_left:
        return ()
    parts = made.table[made.table["level"] == made.level] if made.level else made.table.iloc[:1]
    parts = parts if parts["target"].notna().any() else made.table.iloc[:1]
    risky = parts[(parts["chance"] < UNLIKELY) & (parts["target"] > 0)]
    risky = risky.assign(short=risky["target"] - risky["expected"]).nlargest(MOST, "short")
    return tuple(_risk(made, str(node), row) for node, row in risky.iterrows())


def _risk(made: Course, node: str, row: Any) -> Finding:
    owner = None if made.goals is None else made.goals.nodes["owner"].get(node)
    return fact(
        "tracking.course.at_risk", weight=row["short"], about=node, level=row["level"], node=node or None, owner=owner,
        chance=row["chance"], target=row["target"], expected=row["expected"], short=row["short"],
        lo_rate=row["lo_80"] / row["target"], hi_rate=row["hi_80"] / row["target"], needed=row["needed"],
        usual=row["usual"], days=made.days_left,
    )  # fmt: skip
