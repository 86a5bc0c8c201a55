"""What may have moved sales though nobody noted it: customers who left, new ones, product lines, the market, winning.

Each is one number of the period beside what it usually is, with the money it moved and how often chance does as much.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from workbench.analytics.frames import require
from workbench.analytics.funnel.deals import holm, with_outcome
from workbench.analytics.market.series import MarketSeries
from workbench.analytics.plan.aims.baseline import Baseline
from workbench.analytics.plan.period import PlanPeriod
from workbench.analytics.results import Unknown
from workbench.periods import PER_YEAR, Calendar
from workbench.settings import Stages

FEWEST = 4  # earlier periods that tell what is usual
FEWEST_DEALS = 20  # closed deals of the period below which no win rate is judged
CHANCE = 0.05
COLUMNS = ("family", "name", "money", "lo", "hi", "now", "usual", "cases", "p")


@dataclass(frozen=True)
class Ground:
    """What causes are looked for in; each may be missing.

    `customers`: data.sales(period.name, by="customer"). `deals`: data.deals() with its `stages`. `market`: the market
    as published. `product`: the level whose nodes are products
    """

    calendar: Calendar
    customers: pd.DataFrame | None = None
    deals: pd.DataFrame | None = None
    stages: Stages | None = None
    market: MarketSeries | Unknown | None = None
    product: str = ""


def suspects(
    start: Baseline, actual: pd.Series, ground: Ground, *, explained: pd.Series, left_out: frozenset[str] = frozenset()
) -> pd.DataFrame:
    """One row a suspect, `COLUMNS` and p_adjusted (Holm over all of them) and named (that below 5 %).

    `money`: what it moved, with its 95 % interval `lo` to `hi`; `now` and `usual` the number it is told by (a rate, a
    growth, or money for products), `cases`: how many earlier periods, or deals, it rests on. `actual`: index node, as
    start.nodes. `explained`: likewise, money that happenings explain already. `left_out`: customers of reps who left.
    """
    period = start.period
    rows = [
        *_customers(ground.customers, period, ground.calendar, left_out),
        *_products(start, actual, ground.product, explained),
        *_market(ground.market, period, ground.calendar, start),
        *_winning(ground.deals, ground.stages, period, ground.calendar),
    ]
    made = pd.DataFrame(rows, columns=list(COLUMNS))
    made["p_adjusted"] = holm(made["p"]) if len(made) else made["p"]
    return made.assign(named=(made["p_adjusted"] < CHANCE).fillna(False).astype(bool))


def _row(family: str, name: str, excess: float, reach: float, size: float, **told: Any) -> dict[str, Any]:
    """`excess` ± `reach` as money of `size`."""
    return {"family": family, "name": name, "money": excess * size, "lo": (excess - reach) * size,
            "hi": (excess + reach) * size, **told}  # fmt: skip


def against_usual(values: pd.Series) -> tuple[float, float, float, float] | None:
    """The last value less the mean of those before, half its 95 % interval (t), that mean, and p; None with too few."""
    from scipy.stats import t

    past, now = values.iloc[:-1].dropna(), float(values.iloc[-1])
    if len(past) < FEWEST or np.isnan(now) or not past.std() > 0:
        return None
    sd, free = float(past.std(ddof=1) * np.sqrt(1 + 1 / len(past))), len(past) - 1
    excess = now - float(past.mean())
    return excess, float(t.ppf(0.975, free)) * sd, float(past.mean()), float(2 * t.sf(abs(excess) / sd, free))


def _customers(sales: pd.DataFrame | None, period: PlanPeriod, calendar: Calendar,
               left_out: frozenset[str]) -> Iterator[dict[str, Any]]:  # fmt: skip
    """Money that went with customers who bought a year before and no longer, and money of customers who are new."""
    if sales is None or "customer" not in sales:
        return
    require(sales, ("period", "customer", "amount", "whole"), "causes by customer")
    kept = sales[sales["whole"].astype(bool) & (sales["period"] <= period.first) & sales["customer"].notna()]
    kept = kept[~kept["customer"].astype(str).isin(left_out)]
    wide = kept.pivot_table(index="period", columns="customer", values="amount", aggfunc="sum", fill_value=0.0)
    lag = PER_YEAR[period.name]
    if period.first not in wide.index or len(wide) < lag + FEWEST + 1:
        return
    bought = (wide > 0).to_numpy()
    before, now = wide.to_numpy(float)[:-lag], wide.to_numpy(float)[lag:]
    base = before.sum(axis=1)
    silent = ~(bought[lag:] | (bought[lag - 1 : -1] if lag > 1 else False))
    gone = -(before.clip(min=0) * silent).sum(axis=1) / base
    seen = np.array([bought[:at].any(axis=0) for at in range(len(before))])  # ever before that year
    fresh = (now.clip(min=0) * ~seen).sum(axis=1) / base
    fresh[0] = np.nan  # of the first periods nobody knows who is new
    for name, family, values in (("churn", "churn", gone), ("new", "execution", fresh)):
        told = against_usual(pd.Series(values[1:] if name == "new" else values))
        if told:
            excess, reach, usual, p = told
            yield _row(family, name, excess, reach, float(base[-1]), now=abs(float(values[-1])), usual=abs(usual),
                       cases=len(values) - 1, p=p)  # fmt: skip


def _products(start: Baseline, actual: pd.Series, level: str, explained: pd.Series) -> Iterator[dict[str, Any]]:
    """Each product line against its own forecast of the first day, less what happenings explain."""
    for node in map(str, start.nodes.index[start.nodes["level"] == level] if level else ()):
        draws = start.of(node) - float(start.of(node).mean()) + float(start.expected[node])
        came = float(actual[node] - explained.get(node, 0.0))
        lo, hi = (float(q) for q in np.quantile(draws, (0.025, 0.975)))
        above = (np.sum(draws >= came) + 0.5) / (len(draws) + 1)
        middle = float(start.expected[node])
        yield {"family": "product", "name": node, "money": came - middle, "lo": came - hi, "hi": came - lo,
               "now": came, "usual": middle, "cases": len(draws), "p": float(2 * min(above, 1 - above))}  # fmt: skip


def _market(found: MarketSeries | Unknown | None, period: PlanPeriod, calendar: Calendar,
            start: Baseline) -> Iterator[dict[str, Any]]:  # fmt: skip
    """The market's growth on the year before against that of the periods before, at the sales of a year before."""
    if found is None or isinstance(found, Unknown) or found.every == "year" or not start.before.iloc[0] > 0:
        return
    if PER_YEAR[found.every] < PER_YEAR[period.name]:
        return
    whole = found.table.sum(axis=1, min_count=len(found.table.columns)).dropna()
    whole.index = pd.DatetimeIndex(calendar.start(whole.index.to_series(), period.name))
    parts = whole.groupby(level=0).agg(["sum", "size"])
    sums = parts.loc[parts["size"] == parts["size"].max(), "sum"]
    growth = sums / sums.shift(PER_YEAR[period.name]) - 1
    if period.first not in growth.index:
        return
    told = against_usual(growth[growth.index <= period.first].tail(3 * PER_YEAR[period.name] + 1))
    if told:
        excess, reach, usual, p = told
        yield _row("market", "market", excess, reach, float(start.before.iloc[0]), now=float(growth[period.first]),
                   usual=usual, cases=len(growth) - 1, p=p)  # fmt: skip


def _winning(deals: pd.DataFrame | None, stages: Stages | None, period: PlanPeriod,
             calendar: Calendar) -> Iterator[dict[str, Any]]:  # fmt: skip
    """The win rate of the deals that closed in the period against that of the year before it."""
    if deals is None or stages is None or "closed" not in deals or not (stages.won and stages.lost):
        return
    closed = with_outcome(deals, stages)
    closed = closed[~closed["open"] & closed["closed"].notna()]
    now = closed[closed["closed"].between(period.first, period.last)]
    past = closed[(closed["closed"] < period.first) & (closed["closed"] >= calendar.year_before(period.first))]
    if len(now) < FEWEST_DEALS or len(past) < FEWEST_DEALS or not past["won"].any():
        return
    from scipy.stats import fisher_exact, norm

    counts = [[int(d["won"].sum()), int((~d["won"]).sum())] for d in (now, past)]
    rate, usual = float(now["won"].mean()), float(past["won"].mean())
    reach = float(norm.ppf(0.975)) * float(np.sqrt(usual * (1 - usual) * (1 / len(now) + 1 / len(past))))
    size = float(past.loc[past["won"], "amount"].mean()) if "amount" in past else float("nan")
    yield _row("execution", "win_rate", rate - usual, reach, len(now) * size, now=rate, usual=usual, cases=len(now),
               p=float(fisher_exact(counts)[1]))  # fmt: skip
