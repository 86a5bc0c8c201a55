"""The CRM's side: opportunities with their stages, and what reps did each week."""

from typing import Any

import numpy as np
import pandas as pd

from workbench.sources.demo.company import BUYERS, DAYS
from workbench.sources.demo.effects import AS_OF, EFFECTS, HORIZON, KEY_REP

OPEN_STAGES = ("线索", "初步沟通", "需求确认", "方案报价", "商务谈判")
WON, LOST = "赢单", "输单"
SOURCES = ("展会", "搜索推广", "行业媒体", "渠道伙伴", "转介绍", "自主开发")
_SOURCE_SHARE = (0.16, 0.20, 0.10, 0.18, 0.12, 0.24)
_SOURCE_WINS = {"展会": 0.95, "搜索推广": 0.78, "行业媒体": 0.85, "渠道伙伴": 1.12, "转介绍": 1.45, "自主开发": 1.0}
_CHANNEL_WINS = {"直销": 1.05, "经销商": 0.95, "系统集成商": 1.18, "线上商城": 0.75}
_WIN_RATE = 0.265
_DEALS = 1200  # about how many of the orders began as an opportunity
_REASONS = ("价格", "竞争对手", "预算取消", "需求变更", "无回应")
_A_WEEK, _VISITS_A_WEEK = {"电话": 18, "演示": 1.3, "方案": 1.6}, 5.0
_CRM_STARTS, _STUCK_SINCE = "2022-07-01", "2025-06-01"


def opportunities(
    rng: np.random.Generator, lines: pd.DataFrame, customers: pd.DataFrame, reps: pd.DataFrame
) -> pd.DataFrame:
    """Every deal up to the horizon, won ones tied to an order by `bundle`, in order of creation."""
    won = _won(rng, lines, customers, reps)
    lost = _lost(rng, won, customers, reps)
    deals = pd.concat([won, lost], ignore_index=True)
    deals = deals[(deals.created >= _CRM_STARTS) & (deals.created <= AS_OF)].sort_values("created", kind="stable")
    deals = deals.reset_index(drop=True)
    return deals.assign(opportunity=[f"OP-{i:05d}" for i in range(1, len(deals) + 1)])


def _won(rng: np.random.Generator, lines: pd.DataFrame, customers: pd.DataFrame, reps: pd.DataFrame) -> pd.DataFrame:
    """First orders of newcomers, and some of the others, larger ones more often."""
    good = lines[(lines.status == "已完成") & ~lines.unnamed].assign(product=lambda f: f["product"])
    order = good.sort_values("amount", ascending=False, kind="stable").groupby("bundle", as_index=False).agg(
        date=("date", "first"), customer=("customer", "first"), rep=("rep", "first"), channel=("channel", "first"),
        line=("line", "first"), day=("day", "first"), amount=("amount", "sum"))  # fmt: skip
    newcomer = ~order.duplicated("customer") & (customers["first"].to_numpy()[order.customer] > 0)
    size = (order.amount / order.amount.mean()).clip(upper=12) ** 1.2
    chance = size / size.mean() * _DEALS / len(order)
    deals = order[newcomer | (rng.random(len(order)) < chance)].copy()
    deals["source"] = rng.choice(SOURCES, len(deals), p=_SOURCE_SHARE)
    deals["chance"] = _chance(deals, customers, reps)
    days = rng.lognormal(np.log(51 * (deals.amount / deals.amount.median()).clip(0.2, 8) ** 0.12), 0.5)
    return deals.assign(created=_before(deals.date, days), closed=deals.date, reached=len(OPEN_STAGES) - 1, won=True)


def _chance(deals: pd.DataFrame, customers: pd.DataFrame, reps: pd.DataFrame) -> pd.Series:
    skill = (reps.skill.to_numpy()[deals.rep]) ** 1.6
    war = EFFECTS["price_war_orders"]
    fought = (deals.date >= war.start) & (deals.date <= war.end) & (deals["line"] == 0)
    fought &= customers.region.to_numpy()[deals.customer] == war.where["region"]
    factors = deals.source.map(_SOURCE_WINS) * deals.channel.map(_CHANNEL_WINS) * np.where(fought, 0.6, 1)
    return (_WIN_RATE * factors * skill).clip(0.08, 0.5)


def _lost(rng: np.random.Generator, won: pd.DataFrame, customers: pd.DataFrame, reps: pd.DataFrame) -> pd.DataFrame:
    """For each won deal as many lost ones, about the same time, as its rep's and channel's win rate means."""
    lost = won.loc[np.repeat(won.index, rng.poisson(1 / won.chance - 1))].reset_index(drop=True)
    close = lost.date + pd.to_timedelta(np.rint(rng.normal(0, 25, len(lost))), unit="D")
    lost["customer"] = _someone_near(rng, lost, customers)
    lost["reached"] = rng.choice(5, len(lost), p=(0.22, 0.27, 0.22, 0.18, 0.11))
    lost["amount"] = np.rint(lost.amount * rng.lognormal(0.05, 0.45, len(lost)) / 1000 + 0.5).astype(int) * 1000
    days = rng.lognormal(np.log(34 + 6 * lost.reached), 0.55)
    stuck = (close > _STUCK_SINCE) & (rng.random(len(lost)) < 0.09) & (lost.reached > 0)  # nobody closed them
    lost = lost.assign(created=_before(close, days), won=False, bundle=-1, stuck=stuck)
    lost["closed"] = close.where(~stuck, pd.Timestamp(DAYS[-1]))
    lost["reason"] = rng.choice(_REASONS, len(lost), p=(0.30, 0.24, 0.16, 0.12, 0.18))
    return _while_employed(lost, reps)


def _while_employed(deals: pd.DataFrame, reps: pd.DataFrame) -> pd.DataFrame:
    """Deals begin after their rep has joined and are given up when the rep leaves."""
    joined, left = (pd.to_datetime(reps[c].replace("", HORIZON)).to_numpy()[deals.rep] for c in ("joined", "left"))
    created, closed = deals.created.clip(lower=joined), deals.closed.clip(upper=left)
    return deals.assign(created=created, closed=closed)[created < closed]


def _someone_near(rng: np.random.Generator, deals: pd.DataFrame, customers: pd.DataFrame) -> np.ndarray:
    """A prospect or another customer of the same region."""
    region = customers.region.to_numpy()
    chosen = deals.customer.to_numpy().copy()
    for name in dict.fromkeys(region):
        mine = np.flatnonzero(region[deals.customer] == name)
        near = np.flatnonzero(region == name)
        weight = np.where(near >= BUYERS, 2.5, 1.0)
        chosen[mine] = rng.choice(near, len(mine), p=weight / weight.sum())
    return chosen


def _before(date: pd.Series, days: np.ndarray | pd.Series) -> pd.Series:
    """That many days earlier, at least one, on a weekday."""
    back = date - pd.to_timedelta(np.maximum(np.rint(np.asarray(days)), 1), unit="D")
    return back - pd.to_timedelta((back.dt.day_of_week - 4).clip(lower=0), unit="D")


def stage_history(rng: np.random.Generator, deals: pd.DataFrame) -> pd.DataFrame:
    """When each deal entered each stage, up to AS_OF; a tenth of the steps in between was never entered by anyone."""
    parts = []
    until = deals.closed.where(~deals.stuck.eq(True), (deals.created + pd.Timedelta(days=55)).clip(upper=deals.closed))
    span = (until - deals.created).dt.days.to_numpy()
    shares = rng.gamma(3, 1, (len(deals), 5)) * np.array([0.5, 1.0, 1.2, 1.2, 1.1])
    shares = np.where(np.arange(5) <= deals.reached.to_numpy()[:, None], shares, 0)
    starts = np.cumsum(shares / shares.sum(axis=1, keepdims=True), axis=1) - shares / shares.sum(axis=1, keepdims=True)
    for i, stage in enumerate(OPEN_STAGES):
        entered = deals.created + pd.to_timedelta(np.floor(starts[:, i] * span), unit="D")
        noted = (deals.reached >= i) & ((i == 0) | (deals.reached == i) | (rng.random(len(deals)) > 0.1))
        parts.append(
            pd.DataFrame({"opportunity": deals.opportunity, "stage": stage, "entered": entered, "at": i})[noted]
        )
    end = np.where(deals.won, WON, LOST)
    parts.append(pd.DataFrame({"opportunity": deals.opportunity, "stage": end, "entered": deals.closed, "at": 5}))
    steps = pd.concat(parts)
    return steps[steps.entered <= AS_OF].sort_values(["opportunity", "at"], kind="stable", ignore_index=True)


def as_exported(rng: np.random.Generator, deals: pd.DataFrame, steps: pd.DataFrame) -> pd.DataFrame:
    """Opportunities as they stand at AS_OF: the last stage entered, closed days and reasons only where closed."""
    stage = deals.opportunity.map(steps.groupby("opportunity").stage.last())
    closed = stage.isin([WON, LOST])
    guess = deals.closed + pd.to_timedelta(np.rint(rng.normal(0, 14, len(deals))), unit="D")
    stale = deals.created + pd.Timedelta(days=60)
    expected = guess.where(~deals.stuck.eq(True), stale).clip(lower=deals.created + pd.Timedelta(days=7))
    frame = deals.assign(stage=stage, expected=expected, closed=deals.closed.where(closed),
                         reason=deals.reason.where(stage == LOST))  # fmt: skip
    return _incomplete(rng, frame)


def _incomplete(rng: np.random.Generator, frame: pd.DataFrame) -> pd.DataFrame:
    """Fields that people did not fill in; a won deal always has its amount and customer."""
    gaps = {"amount": 0.05, "customer": 0.015, "line": 0.07, "source": 0.08, "reason": 0.15, "expected": 0.10}
    for column, share in gaps.items():
        gone = rng.random(len(frame)) < share
        if column in ("amount", "customer"):
            gone &= ~frame.won.to_numpy(dtype=bool)
        frame[column] = frame[column].astype(object).mask(gone, None)
    return frame


def activities(rng: np.random.Generator, reps: pd.DataFrame, working: pd.Series) -> pd.DataFrame:
    """Calls, visits, demos and proposals of each rep, counted by week and dated on the week's last working day."""
    weeks = _weeks(working)
    parts = [_of_rep(rng, rep, weeks) for rep in reps[reps.rep.str.startswith("S")].itertuples()]
    return pd.concat(parts).sort_values(["date", "rep"], kind="stable", ignore_index=True)


def _weeks(working: pd.Series) -> pd.DataFrame:
    """Weeks with working days up to AS_OF: the last one and how many."""
    days = (
        working[(working > 0) & (working.index <= pd.Timestamp(AS_OF))].rename("days").rename_axis("day").reset_index()
    )
    return days.groupby(days.day.dt.to_period("W")).agg(last=("day", "last"), days=("days", "sum"))


def _of_rep(rng: np.random.Generator, rep: Any, weeks: pd.DataFrame) -> pd.DataFrame:
    kept = weeks[rng.random(len(weeks)) > 0.05]  # now and then nobody fills in the week
    mine = kept[kept["last"].between(rep.joined, rep.left or AS_OF)]
    tenure = (mine["last"] - pd.Timestamp(rep.joined)).dt.days
    pace = mine["days"] / 5 * rep.skill * np.where(tenure < 90, 0.65, 1.0) * rng.lognormal(0, 0.1)
    if rep.rep == KEY_REP:  # the last two months before leaving
        pace = pace * np.where(mine["last"] > pd.Timestamp(rep.left) - pd.Timedelta(days=60), 0.6, 1.0)
    counts = {(kind, ""): rng.poisson(pace * weekly) for kind, weekly in _A_WEEK.items()}
    visits = rng.poisson(pace * _VISITS_A_WEEK)
    valid = rng.binomial(visits, np.where(tenure < 180, 0.58, 0.74))
    counts |= {("拜访", "是"): valid, ("拜访", "否"): visits - valid}
    rows = [mine.assign(rep=rep.rep, kind=kind, count=n, valid=word) for (kind, word), n in counts.items()]
    done = pd.concat(rows).rename(columns={"last": "date"})
    return done.loc[done["count"] > 0, ["date", "rep", "kind", "count", "valid"]]
