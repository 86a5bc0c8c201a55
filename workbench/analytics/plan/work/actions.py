"""What each rep does on a working day: opportunities, visits, proposals, by what the history took for each deal."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from workbench.analytics.forecast.panel import Array
from workbench.analytics.keys import fact
from workbench.analytics.plan.work.backsolve import BackSolve
from workbench.analytics.plan.work.rates import OPPORTUNITIES, Records
from workbench.analytics.results import Result, Unknown
from workbench.findings import Finding
from workbench.periods import Calendar

MORE = 1.25  # times today's actions from which a need is called more than usual
FEWEST_ACTIONS = 30
_DAY = pd.Timedelta(days=1)
_YEAR = pd.DateOffset(months=12)


@dataclass(frozen=True, kw_only=True, repr=False)
class DailyActions(Result):
    """Actions of each rep, by kind; the first kind is new opportunities.

    `table`: index rep; columns for each kind a day: the need, then opportunities (a month), today (opportunities a
    month), times (need / today over all actions, by the rep's own mix), most (all actions a working day in the rep's
    best quarter of the last year), daily (all needed), fits: "yes", "more" (above usual) or "beyond" (above the best)
    `kinds`: the kinds, most frequent first. `each`: actions of each kind for one opportunity, by the company's history
    `weeks`: index rep; columns week (first day), days (working), and whole actions of each kind
    `days`: the same by working day. Whole numbers: their sums over the period are the needs, to one action
    """

    table: pd.DataFrame
    kinds: tuple[str, ...]
    each: pd.Series
    weeks: pd.DataFrame
    days: pd.DataFrame
    span: tuple[pd.Timestamp, pd.Timestamp]


def daily_actions(
    found: BackSolve | Unknown,
    activities: pd.DataFrame | None,
    records: Records,
    *,
    reps: pd.DataFrame | None = None,
    needs: pd.Series | None = None,
) -> DailyActions | Unknown:
    """New opportunities and actions a working day that each rep's part of the opportunities takes, from now on.

    `needs` are the opportunities a month by rep; without it the whole's need (for its chance) goes by what each rep
    creates today. Actions for one opportunity are all actions of the last 12 months / all opportunities created in
    them; a rep's own ratio counts by as much as its number of opportunities outweighs the differences between reps.
    `reps` is the table of people, for names and for those who left. Fits: against what the rep does today, and did in
    the best quarter of the last year.
    """
    if isinstance(found, Unknown):
        return found
    counted = _counted(activities, records, reps)
    if isinstance(counted, Unknown):
        return counted
    created = _created(records, reps)
    wanted = _wanted(found, created, needs)
    each, own = _each(counted, created)
    if each.empty:  # no action is of anybody who creates opportunities
        return _no_actions()
    span = (pd.Timestamp(records.as_of) + _DAY, found.span[1])
    days = _working(span, records.calendar)
    table = _table(wanted, created, own, counted, records, len(days) / _months(span))
    kinds = (OPPORTUNITIES, *each.index)
    listed = _listed(table, kinds, days)
    weeks = _weekly(listed, kinds, records.calendar)
    result = DailyActions(table=table, kinds=kinds, each=each, weeks=weeks, days=listed, span=span)
    told = {"findings": tuple(_findings(result)), "decisions": tuple(_decisions(result, _needs(found, table)))}
    return DailyActions(**{**vars(result), **told})


def _counted(activities: pd.DataFrame | None, records: Records, reps: pd.DataFrame | None) -> pd.DataFrame | Unknown:
    """Rows of actions of the last 12 months: date, rep (as deals name them), kind, count."""
    if activities is None or not {"date", "rep", "kind"} <= set(activities):
        return _no_actions()
    first = pd.Timestamp(records.as_of) + _DAY - _YEAR
    seen = activities[activities["date"].between(first, records.as_of)].dropna(subset=["rep", "kind"])
    count = seen["count"].fillna(1) if "count" in seen else pd.Series(1.0, seen.index)
    found = seen[["date", "kind"]].assign(rep=seen["rep"].replace(_names(reps)), count=count)
    if records.deals is None or "rep" not in records.deals or found["count"].sum() < FEWEST_ACTIONS:
        return _no_actions()
    return found


def _no_actions() -> Unknown:
    told = fact("plan.funnel.unknown_activities", section="plan_actions")
    return Unknown(section="plan_actions", findings=(told,))


def _names(reps: pd.DataFrame | None) -> dict[object, object]:
    """Numbers of people to their names, as deals name them."""
    return dict(zip(reps["rep"], reps["name"], strict=True)) if reps is not None and "name" in reps else {}


def _created(records: Records, reps: pd.DataFrame | None) -> pd.Series:
    """Opportunities of the last 12 months by rep, without those who left."""
    deals = pd.DataFrame(records.deals)
    new = deals[deals["created"] > pd.Timestamp(records.as_of) - _YEAR]
    owner = new["rep"].replace(_names(reps))
    gone = set() if reps is None or "left" not in reps else set(reps.loc[reps["left"].notna()].get("name", reps["rep"]))
    return owner[~owner.isin(gone)].value_counts().rename_axis("rep").astype(float)


def _wanted(found: BackSolve, created: pd.Series, needs: pd.Series | None) -> pd.Series:
    """Opportunities a month by rep."""
    if needs is not None:
        return needs[needs > 0].astype(float).rename_axis("rep")
    pace: Any = found.pace.loc[OPPORTUNITIES]
    return created / created.sum() * float(pace["chance"])


def _each(counted: pd.DataFrame, created: pd.Series) -> tuple[pd.Series, pd.DataFrame]:
    """Actions of each kind for one opportunity: of all reps, and of each, pulled toward all (gamma-Poisson)."""
    table = counted[counted["rep"].isin(created.index)].pivot_table(
        index="rep", columns="kind", values="count", aggfunc="sum", fill_value=0.0
    )
    table = table.reindex(created.index, fill_value=0.0)
    every = (table.sum() / created.sum()).sort_values(ascending=False)
    own = table[every.index].div(created, axis=0)
    spread = ((own - every) ** 2).mul(created, axis=0).sum() / created.sum()
    between = (spread - every / created.mean()).clip(lower=0)  # beyond what counts of this size vary by chance
    weight = pd.DataFrame({k: between[k] / (between[k] + every[k] / created) for k in every.index}).fillna(0.0)
    return every, weight * own + (1 - weight) * every


def _table(
    wanted: pd.Series, created: pd.Series, own: pd.DataFrame, counted: pd.DataFrame, records: Records, per_month: float
) -> pd.DataFrame:
    """The needs a working day of each rep beside what the rep does."""
    own = own.reindex(wanted.index).fillna(own.mean())
    table = own.mul(wanted / per_month, axis=0)
    daily = table.sum(axis=1)
    table.insert(0, OPPORTUNITIES, wanted / per_month)
    first = pd.Timestamp(records.as_of) + _DAY - _YEAR
    worked = max(records.calendar.working_days(first, records.as_of), 1)
    today = counted.groupby("rep")["count"].sum().reindex(wanted.index) / worked
    times = daily / today.where(today > 0)
    most = _best_quarter(counted, records.calendar).reindex(wanted.index)
    fits = np.select([daily > most * 1.02, times > MORE], ["beyond", "more"], "yes")
    return table.assign(
        month=wanted,
        today_month=(created / 12).reindex(wanted.index),
        daily=daily,
        today=today,
        times=times,
        most=most,
        fits=pd.Series(fits, wanted.index).where(times.notna(), "unknown"),
    ).sort_values("month", ascending=False, kind="stable")


def _best_quarter(counted: pd.DataFrame, calendar: Calendar) -> pd.Series:
    """All actions a working day in each rep's best 13 weeks of the year, a quarter of a year each."""
    last = counted["date"].max()
    quarter = ((last - counted["date"]).dt.days // 91).clip(upper=3)
    ends = [(last - pd.Timedelta(days=91 * (q + 1) - 1), last - pd.Timedelta(days=91 * q)) for q in range(4)]
    worked = pd.Series([max(calendar.working_days(*e), 1) for e in ends])
    by = counted.groupby(["rep", quarter.rename("q")])["count"].sum().unstack(fill_value=0)
    return by.div(worked.reindex(by.columns), axis=1).max(axis=1)


def _months(span: tuple[pd.Timestamp, pd.Timestamp]) -> float:
    return ((span[1] - span[0]).days + 1) / 30.4375


def _working(span: tuple[pd.Timestamp, pd.Timestamp], calendar: Calendar) -> pd.DatetimeIndex:
    days = pd.date_range(*span)
    return days[calendar.worked(*span)]


def _listed(table: pd.DataFrame, kinds: tuple[str, ...], days: pd.DatetimeIndex) -> pd.DataFrame:
    """Whole actions of each rep, day and kind: the running sum is rounded, so that none is lost."""
    parts = []
    needs: Any = table
    for n, rep in enumerate(table.index):
        whole = {kind: _whole(needs.at[rep, kind], len(days), (n * 0.618) % 1) for kind in kinds}
        parts.append(pd.DataFrame({"rep": rep, "day": days, **whole}))
    return pd.concat(parts, ignore_index=True).set_index("rep") if parts else pd.DataFrame(columns=["day", *kinds])


def _whole(daily: float, count: int, start: float) -> Array:
    """Whole numbers that sum to `daily` × `count` but for less than one; `start` spreads the reps' days."""
    running = np.floor(daily * np.arange(count + 1) + start)
    return np.diff(running).astype(int)


def _weekly(listed: pd.DataFrame, kinds: tuple[str, ...], calendar: Calendar) -> pd.DataFrame:
    if not len(listed):
        return pd.DataFrame(columns=["week", "days", *kinds])
    week = calendar.start(listed["day"], "week").rename("week")
    sums = listed.assign(week=week.to_numpy(), days=1).reset_index().groupby(["rep", "week"], sort=False)
    return sums[["days", *kinds]].sum().reset_index("week")


def _findings(found: DailyActions) -> list[Finding]:
    table, first = found.table, found.each.index[0]
    daily, today = float(table["daily"].mean()), float(table["today"].mean())  # people to join do nothing today
    told = [
        fact(
            "plan.funnel.actions",
            reps=len(table),
            opportunities=float(table[OPPORTUNITIES].mean() * 5),
            daily=daily,
            today=today if today > 0 else 0.0,
            times=daily / today if today > 0 else None,
            kind=str(first),
            each=float(found.each.iloc[0]),
            kinds=len(found.each),
        )
    ]
    over = table[table["fits"] == "beyond"]
    told.append(
        fact("plan.funnel.actions_capacity", beyond=len(over), more=int((table["fits"] == "more").sum()),
             fit=int((table["fits"] == "yes").sum()), names=tuple(str(n) for n in over.index), reps=len(table))
    )  # fmt: skip
    return told


def _needs(found: BackSolve, table: pd.DataFrame) -> pd.Series:
    """Index rep: money that each one's deals must bring; by opportunities where it is not known by rep."""
    if "rep" in found.parts:
        return found.parts["rep"]["need"].reindex(table.index)
    return table["month"] / table["month"].sum() * found.need


def _decisions(found: DailyActions, needs: pd.Series) -> list[Finding]:
    """That people are asked for more than they have ever done; the money is that of the part beyond it."""
    over = found.table[found.table["fits"] == "beyond"]
    if over.empty:
        return []
    beyond = (over["daily"] - over["most"]).clip(lower=0)
    lacking, usual = float(beyond.sum()), float(found.table["most"].median())
    money = float((needs.reindex(over.index) * beyond / over["daily"]).sum())
    return [
        fact("plan.funnel.too_many_actions", weight=money, reps=len(over), of=len(found.table), amount=money or None,
             names=tuple(str(n) for n in over.index), actions=lacking,
             people=lacking / usual if usual > 0 else None, judged="size")
    ]  # fmt: skip
