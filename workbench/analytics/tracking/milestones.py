"""Who has come how far: the milestones of a period (half of the target, and others that the settings name)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from workbench.analytics.keys import fact
from workbench.analytics.results import Result, Unknown
from workbench.analytics.tracking.truth_tables import milestone
from workbench.findings import Finding

_MOST = 24


@dataclass(frozen=True, kw_only=True, repr=False)
class Board(Result):
    """The board of progress.

    `table`: index node, the whole ("") first, then the furthest first; columns level, target, booked, attainment,
        reached (the highest milestone that is reached; NaN for none), ahead (booked − due), to_next (money to the next
        milestone; NaN after the last)
    `days`: index milestone: the day on which the whole reached it; NaT where it has not
    `done`: share of the period's working days that are over
    """

    table: pd.DataFrame
    days: pd.Series
    done: float


def board(course: Any, at: tuple[float, ...] = (0.5,), level: str = "") -> Board | Unknown:
    """Attainment of the whole and of the parts of `level` (the first with targets) against milestones."""
    table = getattr(course, "table", None)
    known = pd.DataFrame() if table is None else table[(table["target"] > 0) & table["booked"].notna()]
    if known.empty or not at:
        return Unknown(section="board", findings=(fact("tracking.alerts.no_board", section="board"),))
    level = level or next((str(name) for name in known["level"] if name), "")
    parts = known[known["level"] == level].sort_values("attainment", ascending=False) if level else known.iloc[:0]
    shown = pd.concat([known[known["level"] == ""], parts.head(_MOST)])
    reached = [_highest(a, at) for a in shown["attainment"]]
    following = [next((m for m in at if not milestone(a, m)), np.nan) for a in shown["attainment"]]
    found = shown[["level", "target", "booked", "attainment", "ahead"]].assign(
        reached=reached, to_next=np.array(following) * shown["target"] - shown["booked"]
    )
    days = _days(course.path, float(known["target"].get("", np.nan)), at)
    return Board(
        table=found, days=days, done=float(course.done), findings=tuple(_findings(found, days, at, course.done))
    )


def _highest(attained: float, at: tuple[float, ...]) -> float:
    return max((m for m in at if milestone(attained, m)), default=np.nan)


def _days(path: pd.DataFrame, target: float, at: tuple[float, ...]) -> pd.Series:
    """The first day on which what was booked reached each share of the target."""
    booked = path["booked"].dropna()
    days = {m: next(iter(booked.index[milestone_of(booked, target, m)]), pd.NaT) for m in at}
    return pd.Series(days, dtype="datetime64[ns]").rename_axis("milestone")


def milestone_of(booked: pd.Series, target: float, at: float) -> pd.Series:
    """On which days the milestone stands reached."""
    return (booked / target).map(lambda share: milestone(share, at)) if target > 0 else booked.map(lambda _: False)


def _findings(found: pd.DataFrame, days: pd.Series, at: tuple[float, ...], done: float) -> Iterator[Finding]:
    parts = found[found["level"] != ""] if (found["level"] != "").any() else found
    for m in at:
        count = int((parts["attainment"] >= m).sum())
        yield fact("tracking.alerts.board", milestone=m, count=count, of=len(parts), done=done)
    attained = float(found["attainment"].get("", np.nan))
    for mark, day in days.dropna().to_dict().items():
        yield fact("tracking.alerts.reached", node=None, milestone=mark, day=day, attainment=attained)
