"""Money beside the orders: payments received, spend on leads, and targets as the company sets them."""

from typing import Any

import numpy as np
import pandas as pd

from workbench.sources.demo.company import REGIONS
from workbench.sources.demo.effects import AS_OF, EFFECTS, START

UPLIFT = 1.20  # the company's habit: last year's sales times this, split evenly over twelve months
_COST_OF_A_LEAD = {"展会": 880, "搜索推广": 310, "行业媒体": 460, "渠道伙伴": 220}


def payments(rng: np.random.Generator, lines: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    """What was paid for each order up to AS_OF, net of its returns; some orders in two parts, some never."""
    order = (
        lines[lines.status == "已完成"]
        .groupby("order", as_index=False)
        .agg(
            date=("date", "first"),
            amount=("amount", "sum"),
            customer=("customer", "first"),
            channel=("channel", "first"),
        )
    )
    back = lines[lines.status == "已退货"].groupby("of_order").amount.sum()
    order["amount"] += order["order"].map(back).fillna(0).astype(int)
    terms = np.where(order.channel == "线上商城", 3, customers.terms.to_numpy()[order.customer])
    order["due"] = order.date + pd.to_timedelta(terms, unit="D")
    order["paid"] = order.due + pd.to_timedelta(_delay(rng, order), unit="D")
    order = order[(order.amount > 0) & (rng.random(len(order)) > 0.012)]
    paid = _in_parts(rng, order)
    return paid[paid.date <= AS_OF].sort_values(["date", "order"], kind="stable", ignore_index=True)


def _delay(rng: np.random.Generator, order: pd.DataFrame) -> np.ndarray:
    kind = rng.choice(3, len(order), p=(0.66, 0.29, 0.05))
    days = np.select([kind == 0, kind == 1], [rng.integers(-10, 3, len(order)), rng.integers(5, 60, len(order))],
                     rng.integers(60, 220, len(order)))  # fmt: skip
    late = EFFECTS["dealers_pay_later"]
    days = days + late.factor * ((order.due >= late.start) & (order.channel == late.where["channel"]))
    online = order.channel == "线上商城"
    return np.where(online, rng.integers(-3, 1, len(order)), days).astype(int)


def _in_parts(rng: np.random.Generator, order: pd.DataFrame) -> pd.DataFrame:
    split = (order.amount > 150_000) & (rng.random(len(order)) < 0.35) & (order.channel != "线上商城")
    first = np.where(split, np.rint(order.amount * 0.3), 0).astype(int)
    early = order.date + pd.Timedelta(days=7)
    deposit = order.assign(date=early, amount=first, due=early)[split]
    rest = order.assign(date=order.paid.where(~split | (order.paid > early), early), amount=order.amount - first)
    return pd.concat([deposit, rest])


def spend(rng: np.random.Generator, deals: pd.DataFrame) -> pd.DataFrame:
    """Spend and leads by month and source; about one lead in four became an opportunity."""
    month = deals.created.dt.to_period("M").dt.start_time
    made = deals.groupby([month, "source"]).size().unstack(fill_value=0).loc[START:, list(_COST_OF_A_LEAD)]
    frame = made.rename_axis(index="date").reset_index().melt("date", var_name="source", value_name="deals")
    frame = frame.sort_values("date", kind="stable", ignore_index=True)
    boost = EFFECTS["campaign_leads"]
    months = pd.period_range(boost.start, boost.end, freq="M").start_time
    on = frame.date.isin(months) & (frame.source == boost.where["source"])
    leads = rng.poisson((frame.deals + 1.5) * 3.6 * np.where(on, boost.factor, 1))
    years = (frame.date - pd.Timestamp(START)).dt.days / 365.25
    price = frame.source.map(_COST_OF_A_LEAD) * 1.06**years * rng.lognormal(0, 0.12, len(frame))
    return frame.assign(leads=leads, amount=np.rint(price * (leads * 0.6 + leads.mean() * 0.4) / 10).astype(int) * 10)


def targets(lines: pd.DataFrame, customers: pd.DataFrame, reps: pd.DataFrame) -> pd.DataFrame:
    """Monthly targets of reps, of their managers and of the director; each level adds up to the one above."""
    sold = lines[lines.status != "已取消"].assign(
        region=lambda f: customers.region.to_numpy()[f.customer], year=lambda f: f.date.dt.year
    )
    actual = sold[sold.date <= AS_OF].groupby(["year", "region"]).amount.sum().to_dict()
    by_rep = sold[sold.date <= AS_OF].groupby(["year", "rep"]).amount.sum()
    rows = [
        row
        for month in pd.date_range(START, "2026-12-01", freq="MS")
        for region in REGIONS
        for row in _month(month, region, _yearly(actual, month.year, region), by_rep, reps)
    ]
    frame = pd.DataFrame(rows, columns=["month", "rep", "amount"])
    frame["manager"] = frame.rep.map(reps.set_index("rep").manager)
    regions = frame.groupby(["month", "manager"]).amount.sum().rename_axis(["month", "rep"]).reset_index()
    whole = frame.groupby("month").amount.sum().reset_index().assign(rep="D01")
    return pd.concat([whole, regions, frame]).sort_values("month", kind="stable", ignore_index=True)


def _yearly(actual: dict[Any, int], year: int, region: str) -> float:
    """Last year's sales times the uplift; the years before the export are guessed back from 2023."""
    if year - 1 > 2022:
        return actual[year - 1, region] * UPLIFT
    return float(actual[2023, region] * UPLIFT / 1.10 ** (2024 - year))


def _month(month: pd.Timestamp, region: str, year_target: float, by_rep: pd.Series, reps: pd.DataFrame) -> list[tuple]:
    """One region's month shared out over the reps there: by last year's sales, newcomers half an average share."""
    there = reps[(reps.region == region) & reps.rep.str.startswith("S") & (reps.joined <= f"{month:%Y-%m-%d}")]
    there = there[(there.left == "") | (there.left >= f"{month + pd.offsets.MonthEnd(0):%Y-%m-%d}")]
    base = by_rep.loc[max(month.year - 1, 2023)].reindex(there.index)
    share = base.fillna(base.mean() / 2).clip(lower=base.mean() / 3)
    total = round(year_target / 12, -3)
    parts = (total * share / share.sum()).round(-2)
    parts.iloc[0] += total - parts.sum()
    return [(month, rep, int(part)) for rep, part in zip(there.rep, parts, strict=True)]
