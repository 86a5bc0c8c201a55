"""Where a period and each of its nodes will land, and how likely the targets are reached."""

from dataclasses import dataclass

import pandas as pd

from workbench.analytics.forecast.panel import Array
from workbench.analytics.plan.period import PlanPeriod
from workbench.analytics.results import Result
from workbench.analytics.tracking.goals import Goals


@dataclass(frozen=True, kw_only=True, repr=False)
class Course(Result):
    """Where each node will land.

    `known_until`: the last day that the sales hold. `done`: share of the period's working days that are over by then;
    `days_left`: working days after it
    `nodes`: index node, the whole ("") first; columns level and one per level, as Baseline.nodes
    `table`: index node; columns
        level, target (NaN where unknown), booked, attainment (booked ÷ target), remaining (target − booked)
        due        money of the target that is usually booked by now, by season and working days; ahead = booked − due
        expected, lo_80, hi_80, lo_95, hi_95   money at the period's end
        chance     that the target is reached, strictly between 0 and 1; 0 or 1 where nothing is left to come
        needed     money each remaining working day must bring to reach the target (0 where it is reached)
        usual      money a working day of the rest is expected to bring
    `draws`: (draws, nodes) money at the period's end, in the order of `nodes`; they add up over nodes, draw by draw
    `path`: index day of the period, of the whole: booked (cumulative, NaN after known_until), due (cumulative target),
        lo_80, expected, hi_80 (NaN before)
    `pipeline`: index node; columns open (money in open opportunities), deals, from_open (expected from them by the
        period's end), coverage (open ÷ remaining), needed (coverage that past hindcasts needed: 1 ÷ share that came);
        empty where there are no opportunities
    `tested`: index node group ("whole", "parts") and method ("ours", "seasonal", "straight"); columns crps (share of
        the period's sales), coverage_80, coverage_95, error (median absolute, share), cases
    """

    period: PlanPeriod
    goals: Goals | None
    as_of: pd.Timestamp
    known_until: pd.Timestamp
    done: float
    days_left: int
    nodes: pd.DataFrame
    table: pd.DataFrame
    draws: Array
    path: pd.DataFrame
    pipeline: pd.DataFrame
    tested: pd.DataFrame

    @property
    def leads(self) -> int:
        """How many of the findings belong in a page's answer."""
        return sum(f.key in _ANSWER for f in self.findings)


_ANSWER = ("tracking.course.stands", "tracking.course.lands", "tracking.course.needs")
