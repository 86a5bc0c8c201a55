"""Where a period and each of its nodes will land, and how likely the targets are reached."""

from dataclasses import dataclass, replace

import pandas as pd

from workbench import crossings
from workbench.analytics.forecast.panel import Array
from workbench.analytics.keys import fact
from workbench.analytics.plan.aims.baseline import Baseline
from workbench.analytics.plan.period import PlanPeriod
from workbench.analytics.results import Result, Unknown
from workbench.analytics.tracking.course_tables import days_of, path_of, pipeline_of, rest_of, table_of, ways_of
from workbench.analytics.tracking.course_told import findings, risks
from workbench.analytics.tracking.goals import Goals
from workbench.analytics.tracking.landing import Landed, Records, land, records_of, stretch
from workbench.analytics.tracking.naming import as_in
from workbench.analytics.tracking.pipeline import Deals, deals_of
from workbench.analytics.tracking.tested import tested
from workbench.periods import Calendar, Every
from workbench.settings import Stages

LEAST = 28  # days of sales


@dataclass(frozen=True, kw_only=True, repr=False)
class Course(Result):
    """Where each node will land.

    `known_until`: the last day that the sales hold. `done`: share of the period's working days that are over by then;
    `days_left`: working days after it
    `nodes`: index node, the whole ("") first; columns level and one per level, as Baseline.nodes
    `table`: index node; columns
        level, target (NaN where unknown), booked, attainment (booked ÷ target; both NaN where the sales end before the
                   period), remaining (target − booked)
        due        money of the target that is usually booked by now, by season and working days; ahead = booked − due
        expected, lo_80, hi_80, lo_95, hi_95   money at the period's end
        chance     that the target is reached, strictly between 0 and 1; 0 or 1 where nothing is left to come
        needed     money each remaining working day must bring to reach the target (0 where it is reached)
        usual      money a working day of the rest is expected to bring
    `draws`: (draws, nodes) money at the period's end, in the order of `nodes`; they add up over nodes, draw by draw
    `path`: index day of the period, of the whole: booked (cumulative, NaN after known_until), due (cumulative target),
        lo_80, expected, hi_80 (NaN before)
    `pipeline`: index node; columns open (money in open opportunities), deals, sized (those of them without an amount,
        which count with the mean of the won ones), from_open (expected from them by the
        period's end), coverage (open ÷ remaining), needed (open ÷ what was then sold, in earlier such stretches);
        empty where there are no opportunities (`no_pipeline` says why)
    `tested`: index part ("whole", "parts") and method ("ours", "seasonal", "straight"); columns crps and error (share
        of the period's sales), coverage_80, coverage_95, cases; empty without earlier periods to try
    `ways`: index way of reckoning the rest, its weight for the whole and its money of the rest
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
    ways: pd.DataFrame
    no_pipeline: Unknown | None = None

    @property
    def over(self) -> bool:
        """Whether nothing is left to come: the sales are known to the period's end."""
        return self.known_until >= self.period.last

    @property
    def begun(self) -> bool:
        """Whether the sales hold any day of the period."""
        return self.known_until >= self.period.first

    @property
    def leads(self) -> int:
        """How many of the findings belong in a page's answer."""
        return 3

    @property
    def level(self) -> str:
        """The level that is shown first: that of the first part with a target, else the first there is; "" if none."""
        parts = self.table[crossings.single(self.table["level"])]
        aimed = parts[parts["target"].notna()]
        return str((aimed if len(aimed) else parts)["level"].iloc[0]) if len(parts) else ""


def course(
    sales: pd.DataFrame,
    by: tuple[str, ...],
    period: PlanPeriod,
    *,
    every: Every,
    calendar: Calendar,
    as_of: pd.Timestamp,
    covers: tuple[pd.Timestamp, pd.Timestamp] | None = None,
    goals: Goals | Unknown | None = None,
    base: Baseline | Unknown | None = None,
    opportunities: pd.DataFrame | None = None,
    stages: Stages | None = None,
    seed: int = 7,
) -> Course | Unknown:
    """Where the period lands: booked sales and the distribution of the rest, for the whole and every node of `by`.

    `sales`: period, *by, amount at the grain `every` (days where there are any). `covers`: first and last day that the
    data hold; later rows are not looked at. `base`: the forecast of the period, one of the ways that are weighed.
    """
    day = pd.Timestamp(as_of).normalize()
    covers = covers or (sales["period"].min(), calendar.end_of(sales["period"].max(), every))
    records = _records(sales, by, period, (covers[0], min(covers[1], day, period.last)), every, calendar)
    if isinstance(records, Unknown):
        return records
    deals = deals_of(opportunities, stages or Stages(), records)
    rest = rest_of(base, records, stretch(records, period)) if isinstance(base, Baseline) else None
    landed = land(records, period, rest=rest, way=deals.way if isinstance(deals, Deals) else None, seed=seed)
    made = _made(records, landed, deals, period, goals if isinstance(goals, Goals) else None)
    made = replace(made, as_of=day)
    return replace(made, findings=tuple(findings(made)), decisions=risks(made))


def _made(records: Records, landed: Landed, deals: Deals | Unknown, period: PlanPeriod, goals: Goals | None) -> Course:
    goals = as_in(goals, records.nodes) if goals else None
    table = table_of(records, landed, goals)
    done, left = days_of(records, landed)
    return Course(
        period=period, goals=goals, as_of=records.until, known_until=records.until, done=done, days_left=left,
        nodes=records.nodes, table=table, draws=landed.draws, path=path_of(records, landed, period, goals),
        pipeline=pipeline_of(deals, landed, table, records) if isinstance(deals, Deals) else pd.DataFrame(),
        tested=tested(records, landed, records.sales), ways=ways_of(landed),
        no_pipeline=deals if isinstance(deals, Unknown) else None,
    )  # fmt: skip


def _records(
    sales: pd.DataFrame, by: tuple[str, ...], period: PlanPeriod, covers: tuple[pd.Timestamp, pd.Timestamp],
    every: Every, calendar: Calendar,
) -> Records | Unknown:  # fmt: skip
    known = sales[(sales["period"] >= covers[0]) & (sales["period"] <= covers[1])]
    held = (covers[1] - covers[0]).days + 1 if known["amount"].fillna(0).ne(0).any() else 0
    if held < LEAST:
        few = fact("tracking.course.no_sales", have=max(held, 0), need=LEAST)
        return Unknown(section="course", findings=(few,))
    return records_of(known, by, period, every=every, calendar=calendar, covers=covers)
