"""The last years again, quarter by quarter: what the workbench would have aimed for and forecast, against what came.

At the end of each past quarter only the sales up to that day are given to the same functions that a report uses
(rolling origin: Tashman 2000). Targets are scored by how often they were reached against the chance that was stated
(Dawid 1984, the prequential principle), forecasts by the continuous ranked probability score against two yardsticks
that companies use: last year × 1.2, and last year again.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from workbench.analytics.forecast.headline import ahead
from workbench.analytics.forecast.outlook import Options
from workbench.analytics.forecast.result import Forecast
from workbench.analytics.keys import fact
from workbench.analytics.plan.aims import hindcasts
from workbench.analytics.plan.aims.baseline import Baseline, amount_at, baseline, chance
from workbench.analytics.plan.aims.targets import round_to, usual_unit
from workbench.analytics.plan.parts.keys_mix import base, sources_of
from workbench.analytics.plan.period import PlanPeriod
from workbench.analytics.results import Result, Unknown
from workbench.analytics.review.came import Came
from workbench.analytics.review.scores import crps_of, scores, yardsticks
from workbench.findings import Finding
from workbench.periods import PER_YEAR, Calendar, Every
from workbench.settings.plan import PlanSettings

FEWEST = 4  # quarters below which nothing is scored
_DAY = pd.Timedelta(days=1)
_WIDE = 0.3  # width of the range of chances that would fit, above which nothing can be told
Span = Literal["quarter", "year"]


@dataclass(frozen=True, kw_only=True, repr=False)
class Replayed(Result):
    """What would have been issued at the end of each past quarter, and what came.

    `quarters`, `years`: index origin (the last day that was known); the quarter after it, and the twelve months after
    it (these overlap: four neighbours share nine months). Columns first, last (days), actual, before (a year before),
    target and chance (recommended then), reached (bool), expected, lo_80, hi_80, lo_95, hi_95, rank (share of the
    distribution below what came, 0 to 1), crps, crps_naive (last year again, with the spread that its past errors
    have), crps_same (last year, a point), crps_uplift (last year × 1.2, a point): money
    `scores`: index span; see review.scores
    `parts`: index (origin, node), the nodes of `level` in the quarter after it; columns history, forecast, key and
    actual: shares of the whole (key: what the plan's own mixture would have given). Empty without a level
    `asked`: the chance that settings ask for
    """

    quarters: pd.DataFrame
    years: pd.DataFrame
    scores: pd.DataFrame
    parts: pd.DataFrame
    level: str
    asked: float
    tried: int


def replay(
    sales: pd.DataFrame,
    level: str = "",
    *,
    as_of: pd.Timestamp,
    every: Every,
    calendar: Calendar,
    settings: PlanSettings | None = None,
    monthly: pd.DataFrame | None = None,
    years: int = 3,
    seed: int = 7,
) -> Replayed | Unknown:
    """Every quarter of the last `years` that is over, forecast and planned at its beginning.

    `sales`: data.sales(every, by=level); `monthly`: data.sales("month", by=level), to count what came where `every` is
    the week. The strategy of the settings is left out: what was asked for then is not known. So are variables,
    hires and spend.
    """
    plan = settings or PlanSettings()
    came = Came.of(sales if monthly is None or every == "quarter" else monthly, every, calendar, as_of)
    origins = list(came.origins(4 * years))
    known = _forecasts(sales, level, origins, (every, calendar), seed)
    made = [one for at, found in known.forecasts.items() if (one := _at(at, found, known, came, level, plan))]
    if len(made) < FEWEST:
        return Unknown(section="replay_cycle", findings=(fact("review.replay.unknown", have=len(made), need=FEWEST),))
    quarters, longer = _tables(m.quarter for m in made), _tables(m.year for m in made)
    parts = pd.concat([m.parts for m in made]) if level else _NO_PARTS
    found = Replayed(
        quarters=quarters,
        years=longer,
        scores=scores(quarters, longer),
        parts=parts,
        level=level,
        asked=plan.chances.target,
        tried=len(origins),
    )
    return replace(found, findings=tuple(_findings(found)))


@dataclass(frozen=True)
class _Made:
    quarter: dict[str, Any]
    year: dict[str, Any]
    parts: pd.DataFrame


def _tables(rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    known = [row for row in rows if row]
    return pd.DataFrame(known).set_index("origin") if known else pd.DataFrame(index=pd.Index([], name="origin"))


_NO_PARTS = pd.DataFrame(columns=["history", "forecast", "key", "actual"])


@dataclass(frozen=True)
class _Known:
    """The forecast of each origin, and what earlier forecasts of the whole missed: neighbours share most of those."""

    forecasts: dict[pd.Timestamp, Forecast]
    calendar: Calendar
    errors: dict[tuple[int, tuple[int, int]], float] = field(default_factory=dict)

    def baseline(self, found: Forecast, period: PlanPeriod) -> Baseline | Unknown:
        """As plan.aims.baseline, with hindcasts from the same origins that it would choose."""
        steps = (0, int((found.periods <= period.last).sum()))
        history, season = found.history.iloc[:, 0].to_numpy(float), PER_YEAR[found.every]
        backs = [] if np.isnan(history).any() else hindcasts.backs(len(history), steps, season)
        known = {(len(history) - b + steps[1], steps): b for b in backs}  # the same ends are asked from several origins
        new = [key for key in known if key not in self.errors]
        asked = [(history[:length], steps[1]) for length, _ in new]
        self.errors.update(zip(new, hindcasts.errors_each(asked, steps, season), strict=True))
        missed = np.array([self.errors[key] for key in known])
        return baseline(found, period, self.calendar, missed=missed[np.isfinite(missed)])


def _forecasts(
    sales: pd.DataFrame, level: str, origins: Iterable[pd.Timestamp], how: tuple[Every, Calendar], seed: int
) -> _Known:
    """What would have been forecast on the evening of each origin, where history was long enough then."""
    every, calendar = how
    last, made = calendar.ends(sales["period"], every), dict[pd.Timestamp, Forecast]()
    for origin in origins:
        until = _ahead(origin, calendar, "year").last
        found = ahead(sales[last <= origin], (level,) if level else (), until=until, every=every, calendar=calendar,
                      options=Options(seed=seed))  # fmt: skip
        if not isinstance(found, Unknown):
            made[origin] = found
    return _Known(made, calendar)


def _at(
    origin: pd.Timestamp, found: Forecast, known: _Known, came: Came, level: str, plan: PlanSettings
) -> _Made | None:
    """What would have been issued on the evening of `origin`; None where it says nothing, or what came is not known."""
    quarter, year = _ahead(origin, known.calendar, "quarter"), _ahead(origin, known.calendar, "year")
    bases = {name: known.baseline(found, p) for name, p in (("quarter", quarter), ("year", year))}
    near = bases["quarter"]
    if isinstance(near, Unknown) or not near.of(None).any() or np.isnan(came.of_period(quarter)[0]):
        return None
    rows = {name: _row(origin, b, came, plan) for name, b in bases.items() if isinstance(b, Baseline)}
    return _Made(rows["quarter"], rows.get("year", {}), _parts(origin, near, level, came, plan))


def _ahead(origin: pd.Timestamp, calendar: Calendar, name: Span) -> PlanPeriod:
    """The quarter, or the twelve months (four quarters), that begin the day after."""
    first = last = origin + _DAY
    for _ in range(4 if name == "year" else 1):
        last = calendar.next(last, "quarter")
    before = calendar.year_before(first)
    after = calendar.year_before(last)
    months = calendar.range(first, last - _DAY, "month")
    return PlanPeriod(name, first, last - _DAY, months, (before, after - _DAY))


def _row(origin: pd.Timestamp, made: Baseline, came: Came, plan: PlanSettings) -> dict[str, Any]:
    """One line of the table; empty where what came is not known in full yet."""
    period = made.period
    (actual, past, length), before = came.of_period(period), float(made.before.iloc[0])
    if np.isnan(actual):
        return {}
    aimed = amount_at(made, None, plan.chances.target)
    target = round_to(aimed, plan.unit or usual_unit(aimed)) or aimed
    bounds = {
        n: amount_at(made, None, p) for n, p in (("lo_80", 0.9), ("hi_80", 0.1), ("lo_95", 0.975), ("hi_95", 0.025))
    }
    return {
        "origin": origin, "first": period.first, "last": period.last, "actual": actual, "before": before,
        "target": target, "chance": chance(made, None, target), "reached": actual >= target,
        "expected": float(made.expected.iloc[0]), **bounds, "rank": 1 - chance(made, None, actual),
        "crps": crps_of(actual, made.of(None)),
        **yardsticks(actual, before, past.to_numpy(float), length, PER_YEAR[came.step]),
    }  # fmt: skip


def _parts(origin: pd.Timestamp, made: Baseline, level: str, came: Came, plan: PlanSettings) -> pd.DataFrame:
    """Shares of the level's nodes: by the year before, by the forecast, by the plan's mixture, and as they came."""
    if not level or len(made.nodes) < 2:
        return _NO_PARTS
    nodes = made.nodes[made.nodes["level"] == level]
    rows = came.frame[came.frame["period"].between(made.period.first, made.period.last)]
    actual = rows.groupby(level)["amount"].sum().reindex(nodes[level]).fillna(0.0)
    table = pd.DataFrame(
        {"history": made.before[nodes.index], "forecast": made.expected[nodes.index], "actual": actual.to_numpy()},
        nodes.index,
    ).clip(lower=0)
    table["key"] = _key(made, level, plan).reindex(nodes[level]).to_numpy()
    shares = table / table.sum().where(table.sum() > 0)
    places = pd.MultiIndex.from_product([[origin], nodes[level]], names=["origin", "node"])
    return shares.set_index(places)[["history", "forecast", "key", "actual"]]


def _key(made: Baseline, level: str, plan: PlanSettings) -> pd.Series:
    """What the plan's own mixture gives each node; tilts of nodes that there were not then are left out."""
    sources = sources_of(made, (level,))
    there = set(made.nodes[level].dropna())
    tilt = {level: {n: f for n, f in plan.keys.tilt.get(level, {}).items() if n in there}}
    keys = plan.keys.model_copy(update={"tilt": tilt, "new": {}, "margins": {}})
    start = base((level,), sources, keys)
    return pd.Series(start.key, start.cells[level])


def _findings(found: Replayed) -> Iterator[Finding]:
    quarter: Any = found.scores.loc["quarter"]
    yield fact("review.replay.targets", weight=found.quarters["target"].sum(), quarters=quarter["origins"],
               reached=quarter["reached"], rate=quarter["rate"], lo=quarter["rate_lo"], hi=quarter["rate_hi"],
               stated=quarter["stated"], verdict=_verdict(quarter), first=found.quarters["first"].iloc[0],
               last=found.quarters["last"].iloc[-1])  # fmt: skip
    yield fact("review.replay.coverage", quarters=quarter["origins"], coverage_80=quarter["coverage_80"],
               inside_80=quarter["inside_80"], coverage_95=quarter["coverage_95"],
               inside_95=quarter["inside_95"])  # fmt: skip
    yield from _against(found.scores)
    if len(found.years):
        year: Any = found.scores.loc["year"]
        yield fact("review.replay.years", origins=year["origins"], reached=year["reached"], stated=year["stated"],
                   gain=year["gain_uplift"], gain_naive=year["gain_naive"])  # fmt: skip
    if found.tried > len(found.quarters):
        yield fact("review.replay.short", quarters=len(found.quarters), tried=found.tried)


def _against(table: pd.DataFrame) -> Iterator[Finding]:
    """Of the quarter: against last year × 1.2, and against the seasonal naive."""
    row: Any = table.loc["quarter"]
    for other in ("uplift", "naive"):
        if pd.notna(row[f"gain_{other}"]):
            yield fact("review.replay.against", other=other, crps=row["crps"], crps_other=row[f"crps_{other}"],
                       gain=row[f"gain_{other}"], better=row[f"better_{other}"], quarters=row[f"compared_{other}"],
                       sure=row[f"p_{other}"] < 0.05)  # fmt: skip


def _verdict(row: Any) -> str:
    """Whether the stated chance would fit: "fits" ("few" where most chances would), else "easy" or "hard"."""
    if row["rate_lo"] <= row["stated"] <= row["rate_hi"]:
        return "few" if row["rate_hi"] - row["rate_lo"] > _WIDE else "fits"
    return "easy" if row["rate"] > row["stated"] else "hard"
