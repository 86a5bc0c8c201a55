"""The course's tables: nodes against their targets, the path of the whole, the pipeline, what the landing rests on."""

import numpy as np
import pandas as pd

from workbench.analytics.forecast.panel import Array
from workbench.analytics.plan.aims.baseline import Baseline
from workbench.analytics.plan.aims.odds import chances_of
from workbench.analytics.plan.period import PlanPeriod
from workbench.analytics.tracking.goals import Goals
from workbench.analytics.tracking.landing import Landed, Records
from workbench.analytics.tracking.naming import keys
from workbench.analytics.tracking.pipeline import Deals, coverage
from workbench.analytics.tracking.rest import Stretch
from workbench.analytics.tracking.tempo import weights

FEWEST_THEN = 3  # earlier stretches behind the coverage that was needed
FAN = 0.75  # how the fan opens on the way: between errors of the level (1) and of single days (1/2)


def rest_of(base: Baseline, records: Records, at: Stretch) -> Array | None:
    """The forecast of what is to come by node, NaN where the forecast does not know one: of months that are not over,
    the part that lies ahead by the days' weights."""
    if base.known_until > records.until:
        return None
    weight = weights(records.known, records.table.sum(axis=1), records.edges, at.cut)
    months = base.by_month.reindex(records.nodes.index)
    return np.asarray(
        months.to_numpy(float) @ (1 - _shares(base.period.months, records, weight, np.array([at.cut]))[0])
    )


def days_of(records: Records, landed: Landed) -> tuple[float, int]:
    """The share of the period's working days that is over, and how many are left."""
    worked = np.concatenate([[0.0], np.cumsum(records.known.working)])
    at = landed.at
    total = worked[at.end] - worked[at.first]
    left = int(worked[at.end] - worked[at.cut])
    return (1 - left / total if total else float(at.cut >= at.end)), left


def table_of(records: Records, landed: Landed, goals: Goals | None) -> pd.DataFrame:
    nodes, left = records.nodes, days_of(records, landed)[1]
    lo_95, lo_80, hi_80, hi_95 = np.quantile(landed.draws, (0.025, 0.1, 0.9, 0.975), axis=0)
    months = _months(nodes, goals, "months")
    target = months.sum(axis=1, min_count=1)
    table = pd.DataFrame(
        {"level": nodes["level"].astype(str), "target": target, "booked": landed.booked}, index=nodes.index
    )
    table["attainment"] = table["booked"] / table["target"].where(table["target"] > 0)
    table["remaining"] = table["target"] - table["booked"]
    table["due"] = _due(months, records, landed, landed.at.cut)
    if landed.at.cut == landed.at.first:  # no day of the period is known: not the same as nothing sold
        table[["booked", "attainment"]] = np.nan
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
    known = {one: at for at, one in enumerate(keys(goals.nodes))}
    rows = [known.get(one, -1) for one in keys(nodes)]
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


def path_of(records: Records, landed: Landed, period: PlanPeriod, goals: Goals | None) -> pd.DataFrame:
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


def ways_of(landed: Landed) -> pd.DataFrame:
    if landed.at.cut >= landed.at.end:
        return pd.DataFrame(columns=["weight"])
    weights = landed.learnt.weights[:, 0]
    return pd.DataFrame({"weight": weights / weights.sum()}, index=pd.Index(landed.learnt.names, name="way"))


def pipeline_of(deals: Deals, landed: Landed, table: pd.DataFrame, records: Records) -> pd.DataFrame:
    now = deals.standing(landed.at)
    if now is None:
        return pd.DataFrame()
    sales = records.sales
    then = [(money, sales.of(t.cut, t.end)) for t in landed.tried if (money := deals.opened(t)) is not None]
    needed = np.full(len(now), np.nan)
    if len(then) >= FEWEST_THEN:
        opened, came = (np.nan_to_num(np.array(x)).sum(axis=0) for x in zip(*then, strict=True))
        whole = opened[0] / max(came[0], 1e-9)
        pull = came[0] / max(len(now), 10)
        needed = np.where(deals.known, (opened + pull * whole) / (came + pull), np.nan)
    cover = coverage(now["open"].to_numpy(), table["remaining"].to_numpy())
    return now.assign(coverage=cover, needed=needed)
