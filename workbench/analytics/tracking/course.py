"""Where a period and each of its nodes will land, and how likely the targets are reached."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from workbench.analytics.forecast.panel import Array
from workbench.analytics.keys import fact
from workbench.analytics.plan.aims.baseline import Baseline
from workbench.analytics.plan.aims.odds import chances_of
from workbench.analytics.plan.period import PlanPeriod
from workbench.analytics.results import Result, Unknown
from workbench.analytics.tracking.course_told import findings, risks
from workbench.analytics.tracking.goals import Goals
from workbench.analytics.tracking.landing import Landed, Records, land, records_of, stretch
from workbench.analytics.tracking.pipeline import Deals, coverage, deals_of
from workbench.analytics.tracking.rest import Stretch
from workbench.analytics.tracking.tempo import weights
from workbench.analytics.tracking.tested import tested
from workbench.periods import Calendar, Every
from workbench.settings import Stages

_DAY = pd.Timedelta(days=1)
FAN = 0.75  # how the fan opens on the way: between errors of the level (1) and of single days (1/2)
FEWEST_THEN = 3  # earlier stretches behind the coverage that was needed


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
    def leads(self) -> int:
        """How many of the findings belong in a page's answer."""
        return 3

    @property
    def level(self) -> str:
        """The level that is shown first: that of the first part with a target, else the first there is; "" if none."""
        parts = self.table[(self.table["level"] != "") & ~self.table["level"].str.contains(" × ", regex=False)]
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
    covers = (covers[0], min(covers[1], day, period.last))
    records = _records(sales, by, period, covers, every, calendar)
    if isinstance(records, Unknown):
        return records
    deals = deals_of(opportunities, stages or Stages(), records)
    rest = _rest(base, records, stretch(records, period)) if isinstance(base, Baseline) else None
    landed = land(records, period, rest=rest, way=deals.way if isinstance(deals, Deals) else None, seed=seed)
    aims = goals if isinstance(goals, Goals) else None
    made = Course(
        period=period, goals=aims, as_of=day, known_until=records.until, **_days(records, landed),
        nodes=records.nodes, table=_table(records, landed, aims), draws=landed.draws,
        path=_path(records, landed, period, aims), pipeline=pd.DataFrame(),
        tested=tested(records, landed, records.sales),
        ways=_ways(landed), no_pipeline=deals if isinstance(deals, Unknown) else None,
    )  # fmt: skip
    made = replace(
        made, pipeline=_pipeline(deals, landed, made.table, records) if isinstance(deals, Deals) else made.pipeline
    )
    return replace(made, findings=tuple(findings(made)), decisions=risks(made))


def _records(
    sales: pd.DataFrame, by: tuple[str, ...], period: PlanPeriod, covers: tuple[pd.Timestamp, pd.Timestamp],
    every: Every, calendar: Calendar,
) -> Records | Unknown:  # fmt: skip
    held = (covers[1] - covers[0]).days + 1
    known = sales[(sales["period"] >= covers[0]) & (sales["period"] <= covers[1])]
    if held < LEAST or not known["amount"].fillna(0).ne(0).any():
        few = fact("tracking.course.no_sales", have=max(held, 0), need=LEAST)
        return Unknown(section="course", findings=(few,))
    return records_of(known, by, period, every=every, calendar=calendar, covers=covers)


LEAST = 28  # days of sales


def _rest(base: Baseline, records: Records, at: Stretch) -> Array | None:
    """The forecast of what is to come by node, NaN where the forecast does not know one: of months that are not over,
    the part that lies ahead by the days' weights."""
    if base.known_until > records.until:
        return None
    weight = weights(records.known, records.table.sum(axis=1), records.edges, at.cut)
    months = base.by_month.reindex(records.nodes.index)
    return np.asarray(
        months.to_numpy(float) @ (1 - _shares(base.period.months, records, weight, np.array([at.cut]))[0])
    )


def _days(records: Records, landed: Landed) -> dict:
    worked = np.concatenate([[0.0], np.cumsum(records.known.working)])
    at = landed.at
    total = worked[at.end] - worked[at.first]
    left = int(worked[at.end] - worked[at.cut])
    return {"done": 1 - left / total if total else float(at.cut >= at.end), "days_left": left}


def _table(records: Records, landed: Landed, goals: Goals | None) -> pd.DataFrame:
    nodes, left = records.nodes, _days(records, landed)["days_left"]
    lo_95, lo_80, hi_80, hi_95 = np.quantile(landed.draws, (0.025, 0.1, 0.9, 0.975), axis=0)
    months = _months(nodes, goals, "months")
    target = months.sum(axis=1, min_count=1)
    table = pd.DataFrame(
        {"level": nodes["level"].astype(str), "target": target, "booked": landed.booked}, index=nodes.index
    )
    table["attainment"] = table["booked"] / table["target"].where(table["target"] > 0)
    table["remaining"] = table["target"] - table["booked"]
    table["due"] = _due(months, records, landed, landed.at.cut)
    table["ahead"] = table["booked"] - table["due"]
    table = table.assign(expected=landed.mean, lo_80=lo_80, hi_80=hi_80, lo_95=lo_95, hi_95=hi_95)
    table["chance"] = _chance(landed, target.to_numpy(float))
    table["needed"] = table["remaining"].clip(lower=0) / left if left else np.nan
    table["usual"] = (landed.mean - landed.booked) / left if left else np.nan
    return table


def _months(nodes: pd.DataFrame, goals: Goals | None, what: str) -> pd.DataFrame:
    """The goals' months by our nodes: matched by level and values, whatever they are called."""
    if goals is None:
        return pd.DataFrame(np.nan, index=nodes.index, columns=[0])
    levels = [c for c in nodes.columns if c != "level"]
    known = {_key(row, goals.nodes.columns): at for at, row in enumerate(goals.nodes.to_dict("records"))}
    rows = [known.get(_key(row, levels), -1) for row in nodes.to_dict("records")]
    rows = [
        at if at >= 0 else _within(row, nodes, known) for at, row in zip(rows, nodes.to_dict("records"), strict=True)
    ]
    if nodes["level"].iloc[0] != "" and len(nodes) == 1:  # one part is the whole
        rows = [known.get((), rows[0])]
    table = getattr(goals, what)
    found = table.to_numpy(float)[np.maximum(rows, 0)]
    return pd.DataFrame(np.where(np.array(rows)[:, None] >= 0, found, np.nan), nodes.index, table.columns)


def _within(row: dict, nodes: pd.DataFrame, known: dict[tuple, int]) -> int:
    """The goal of a crossing whose finest level lies within the others (a rep in a region): that of the level alone."""
    named = str(row["level"]).split(" × ")
    alone = [c for c in named if c not in set(nodes["level"])] if len(named) > 1 else []
    return next((known[key] for c in alone if (key := ((c, str(row[c])),)) in known), -1)


def _key(row: dict, columns: "pd.Index | list[str]") -> tuple:
    named = str(row["level"]).split(" × ") if row["level"] else []
    return tuple(sorted((c, str(row.get(c))) for c in named))


def _chance(landed: Landed, target: Array) -> Array:
    if landed.at.cut < landed.at.end:
        return chances_of(landed.draws, target)
    return np.where(np.isnan(target), np.nan, (landed.booked >= target - 0.005).astype(float))


def _due(months: pd.DataFrame, records: Records, landed: Landed, cut: int) -> pd.Series:
    """Money of the target that is usually booked before row `cut`: whole months, and the running one by its weights."""
    if not isinstance(months.columns, pd.DatetimeIndex):
        return pd.Series(np.nan, index=months.index)
    share = _shares(months.columns, records, landed.weight, np.array([cut]))[0]
    return (months * share).sum(axis=1, min_count=1)


def _shares(months: pd.DatetimeIndex, records: Records, weight: Array, cuts: Array) -> Array:
    """(cuts, months) the share of each month's weight that lies before a row."""
    flat = np.concatenate([[0.0], np.cumsum(weight)])
    begins = np.array([records.known.at(m) for m in months])
    ends = np.array([records.known.at(records.calendar.end_of(m, "month")) + 1 for m in months])
    gone = flat[np.clip(cuts[:, None], begins, ends)] - flat[begins]
    return np.asarray(gone / np.maximum(flat[ends] - flat[begins], 1e-9))


def _path(records: Records, landed: Landed, period: PlanPeriod, goals: Goals | None) -> pd.DataFrame:
    at = landed.at
    days = pd.date_range(period.first, period.last, name="day")
    rows = np.arange(at.first, at.end) + 1
    path = pd.DataFrame({"booked": _sold(records, at, rows)}, index=days)
    months = _months(records.nodes.iloc[:1], goals, "months")
    path["due"] = np.nan
    if isinstance(months.columns, pd.DatetimeIndex) and months.iloc[0].notna().any():
        share = _shares(months.columns, records, landed.weight, rows)
        path["due"] = share @ months.iloc[0].fillna(0).to_numpy(float)
    flat = np.concatenate([[0.0], np.cumsum(landed.weight)])
    share = np.clip((flat[rows] - flat[at.cut]) / max(flat[at.end] - flat[at.cut], 1e-9), 0, 1)
    mean, booked = landed.mean[0], landed.booked[0]
    lo, hi = np.quantile(landed.draws[:, 0], (0.1, 0.9))
    middle = booked + share * (mean - booked)
    for name, apart in (("lo_80", lo - mean), ("expected", 0.0), ("hi_80", hi - mean)):
        path[name] = np.where(rows >= at.cut, middle + apart * share**FAN, np.nan)
    return path


def _sold(records: Records, at: Stretch, rows: Array) -> Array:
    """Cumulative sales of the whole at the end of each row's day, where steps end; NaN elsewhere and after the cut."""
    sums = records.sales.sums[:, 0]
    sold = np.where(rows <= at.cut, sums[np.minimum(rows, at.cut)] - sums[at.first], np.nan)
    return sold if records.every == "day" else np.where(np.isin(rows, records.edges), sold, np.nan)


def _ways(landed: Landed) -> pd.DataFrame:
    if landed.at.cut >= landed.at.end:
        return pd.DataFrame(columns=["weight"])
    weights = landed.learnt.weights[:, 0]
    return pd.DataFrame({"weight": weights / weights.sum()}, index=pd.Index(landed.learnt.names, name="way"))


def _pipeline(deals: Deals, landed: Landed, table: pd.DataFrame, records: Records) -> pd.DataFrame:
    now = deals.standing(landed.at)
    if now is None:
        return pd.DataFrame()
    sales = records.sales
    then = [
        (s["open"].to_numpy(float), sales.of(t.cut, t.end))
        for t in landed.tried
        if (s := deals.standing(t)) is not None
    ]
    needed = np.full(len(now), np.nan)
    if len(then) >= FEWEST_THEN:
        opened, came = (np.nan_to_num(np.array(x)).sum(axis=0) for x in zip(*then, strict=True))
        whole = opened[0] / max(came[0], 1e-9)
        pull = came[0] / max(len(now), 10)
        needed = np.where(deals.known, (opened + pull * whole) / (came + pull), np.nan)
    cover = coverage(now["open"].to_numpy(), table["remaining"].to_numpy())
    return now.assign(coverage=cover, needed=needed)
