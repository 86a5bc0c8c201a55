"""A gap of sales as a chain of factors: orders (customers × orders × value) or deals (leads × conversion × size).

What each factor brought is exact (LMDI, analytics.factors); whether it is more than chance is judged by how much such a
factor scatters by itself.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from workbench.analytics.factors import lmdi, log_mean
from workbench.analytics.funnel.deals import holm
from workbench.periods import Spans

ORDERS = ("customers", "orders_per_customer", "order_value")
SIMPLE = ("orders", "order_value")
UNITS = ("quantity", "price")
DEALS = ("carried", "leads", "cycle", "conversion", "size")
SURE = 0.05  # p from which on an effect is within noise, once adjusted for the number of effects judged
_FIRST, _LAST = 0, 1
_YEAR = 12
_FEWEST = 6  # months that noise is told from
_STEPS = ("count", "decided", "rate", "size")
_OF_STEP = {"decided": "cycle", "rate": "conversion", "size": "size"}


@dataclass(frozen=True)
class Noise:
    """How much deals scatter by chance: `dispersion` of counts (1: Poisson) at `count` a stretch, `cv` of amounts."""

    dispersion: float
    count: float
    cv: float

    def of_count(self, count: pd.Series) -> pd.Series:
        """Dispersion of a part: what parts share weighs less where there are few."""
        return 1 + (self.dispersion - 1) * (count / max(self.count, 1.0)).clip(upper=1.0)


def factors_of(frame: pd.DataFrame) -> tuple[str, ...]:
    """The chain that these measures allow: with customers, with orders, with quantities, or none."""
    for needed, chain in ((("customers", "orders"), ORDERS), (("orders",), SIMPLE), (("quantity",), UNITS)):
        if all(c in frame and (frame[c] > 0).any() for c in needed):
            return chain
    return ()


def of_orders(frame: pd.DataFrame, chain: tuple[str, ...]) -> pd.DataFrame:
    """Rows as in `frame` (amount and measures), columns the factors of `chain`; their product is the amount."""
    amount = frame["amount"].clip(lower=0)
    if chain == UNITS:
        quantity = frame["quantity"].clip(lower=0)
        return pd.DataFrame({"quantity": quantity, "price": amount / quantity.where(quantity > 0)})
    orders = frame["orders"].astype(float)
    value = amount / orders.where(orders > 0)
    if chain == SIMPLE:
        return pd.DataFrame({"orders": orders, "order_value": value})
    customers = frame["customers"].astype(float)
    each = orders / customers.where(customers > 0)
    return pd.DataFrame({"customers": customers, "orders_per_customer": each, "order_value": value})


def compared(before: pd.DataFrame, now: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Both frames with what one side does not know taken from the other, so that it brings nothing; 1 where neither."""
    return before.fillna(now).fillna(1.0), now.fillna(before).fillna(1.0)


def order_steps(before: pd.DataFrame, now: pd.DataFrame, spread: pd.DataFrame, months: float) -> pd.DataFrame:
    """Index (node, factor); columns before, now, effect (money), sd (money).

    `spread`: index node, columns factors: standard deviation of the log of a month's value, see `scatter`. A stretch of
    several months scatters less by the root of their number.
    """
    before, now = compared(before, now)
    effects = lmdi(before, now)
    size = log_mean(now.prod(axis=1).to_numpy(), before.prod(axis=1).to_numpy())
    sd = spread.reindex(index=before.index, columns=before.columns) / np.sqrt(max(months, 1.0))
    parts = {"before": before, "now": now, "effect": effects, "sd": sd.mul(size, axis=0)}
    return pd.DataFrame({name: _stacked(frame) for name, frame in parts.items()})


def scatter(history: pd.DataFrame, chain: tuple[str, ...], by: str = "") -> pd.DataFrame:
    """Index node ("" without `by`), columns factors: how a month's log ratio to the same month a year before scatters.

    Its interquartile range counts, so that a few odd months do not hide the next one. Without two years the change from
    month to month counts. NaN where fewer than six are known.
    """
    whole = history[history["whole"].astype(bool)] if "whole" in history else history
    nodes = [("", whole)] if not by else list(whole.dropna(subset=[by]).groupby(by))
    return pd.DataFrame({node: _scatter(part, chain) for node, part in nodes}).T.reindex(columns=list(chain))


def _scatter(history: pd.DataFrame, chain: tuple[str, ...]) -> pd.Series:
    monthly = of_orders(history.set_index("period").sort_index(), chain)
    logs = monthly.where(monthly > 0).apply(np.log)
    yearly = logs.diff(_YEAR)
    used = yearly if yearly.notna().sum().min() >= _FEWEST else logs.diff()
    quarters = used.quantile([0.25, 0.75])
    return ((quarters.iloc[_LAST] - quarters.iloc[_FIRST]) / 1.349).where(used.notna().sum() >= _FEWEST)


def judged(steps: pd.DataFrame) -> pd.DataFrame:
    """`steps` with p (of a move this large by chance, adjusted for all that were judged: Holm) and beyond.

    The whole ("") is judged first and by itself, its parts together. Where it is known, a factor's own move counts
    (`z`): of this period's leads nothing may have come yet, and still they are few.
    """
    from scipy.stats import norm

    size = (steps["effect"] / steps["sd"].where(steps["sd"] > 0)).abs()
    size = steps["z"].abs().fillna(size) if "z" in steps else size
    raw = pd.Series(2 * norm.sf(size), steps.index).where(size.notna())
    whole = steps.index.get_level_values("node") == ""
    p = pd.concat([holm(raw[whole]), holm(raw[~whole])]).reindex(steps.index)
    return steps.drop(columns="z", errors="ignore").assign(p=p, beyond=(p < SURE).astype(bool))


def stretch_of(deals: pd.DataFrame, span: tuple[pd.Timestamp, pd.Timestamp], group: pd.Series) -> pd.DataFrame:
    """Deals of a stretch: index (node, part: carried or leads); columns count, decided, won, money, known.

    Carried deals were open when it began; leads were created in it. `decided` within it; `known`: won with an amount.
    """
    first, last = span
    closed = deals["closed"].where(~deals["open"])
    there = deals["created"].notna() & (deals["created"] <= last) & ~(closed < first)
    seen, ended = deals[there], closed[there]
    part = pd.Series(np.where(seen["created"] < first, "carried", "leads"), seen.index)
    decided = ended.notna() & (ended <= last)
    won = decided & seen["won"]
    amount = seen["amount"].where(won) if "amount" in seen else pd.Series(np.nan, seen.index)
    counted = pd.DataFrame({"count": 1, "decided": decided, "won": won, "money": amount, "known": amount.notna()})
    sums = counted.groupby([group[there], part]).sum().astype(float)
    nodes = pd.Index(group.dropna().unique())
    whole = pd.MultiIndex.from_product([nodes, ["carried", "leads"]], names=["node", "part"])
    return sums.reindex(whole, fill_value=0.0)


def of_deals(stretch: pd.DataFrame) -> pd.DataFrame:
    """Rows as in `stretch_of`; columns count, decided (share), rate (won of decided), size: their product is money."""
    size = stretch["money"] / stretch["known"].where(stretch["known"] > 0)
    decided, won, count = stretch["decided"], stretch["won"], stretch["count"]
    return pd.DataFrame({
        "count": count, "decided": decided / count.where(count > 0), "rate": won / decided.where(decided > 0),
        "size": size,
    })  # fmt: skip


def deal_steps(before: pd.DataFrame, now: pd.DataFrame, noise: Noise, grown: pd.Series) -> pd.DataFrame:
    """Index (node, factor of DEALS); columns before, now, effect (money), sd (money).

    `before`, `now`: as in `stretch_of`. `grown`: index node, how many times the leads of before the plan asks for.
    Cycle is the share of deals that were decided: fewer are where they take longer.
    """
    asked = grown.reindex(before.index.get_level_values("node")).to_numpy(float)
    old, new = of_deals(before), of_deals(now)
    old, new = compared(old.assign(count=old["count"] * asked), new)
    effects = lmdi(old, new)
    size = log_mean(new.prod(axis=1).to_numpy(), old.prod(axis=1).to_numpy())
    sd = ((_variance(before, noise) + _variance(now, noise)) ** 0.5).mul(np.abs(size), axis=0)
    values = _read_off(before, asked), _read_off(now, np.ones(len(now)))
    parts = {"before": values[0], "now": values[1], "effect": _by_factor(effects), "sd": _by_factor(sd**2) ** 0.5,
             "z": _moved(old, new, before, now, noise)}  # fmt: skip
    return pd.DataFrame({name: _stacked(frame) for name, frame in parts.items()})


def _variance(stretch: pd.DataFrame, noise: Noise) -> pd.DataFrame:
    """Of the logs of the factors of one stretch: overdispersed counts, binomial shares, spread of amounts."""
    count, decided, won = (stretch[c].clip(lower=0.5) for c in ("count", "decided", "won"))
    n = stretch["count"].groupby("node").transform("sum")
    return pd.DataFrame({
        "count": noise.of_count(n) / count, "decided": (1 / decided - 1 / count).clip(lower=0),
        "rate": (1 / won - 1 / decided).clip(lower=0), "size": noise.cv**2 / won,
    })  # fmt: skip


def _moved(old: pd.DataFrame, new: pd.DataFrame, before: pd.DataFrame, now: pd.DataFrame, noise: Noise) -> pd.DataFrame:
    """How far counts and shares have moved in standard deviations, node × factors; NaN of size.

    Counts by the change of their logs; shares of both parts together by Cochran, Mantel and Haenszel's test (1959), so
    that more deals carried over do not look like deals that take longer.
    """
    apart = ((new["count"] + 0.5) / (old["count"] + 0.5)).apply(np.log)
    z = apart / (_variance(before, noise)["count"] + _variance(now, noise)["count"]) ** 0.5
    counts = z.unstack("part").reindex(columns=list(DEALS))
    cycle, conversion = (_mantel(before, now, *columns) for columns in (("count", "decided"), ("decided", "won")))
    return counts.assign(cycle=cycle, conversion=conversion)


def _mantel(before: pd.DataFrame, now: pd.DataFrame, of: str, cases: str) -> pd.Series:
    """Index node: by how many standard deviations the share now exceeds that of before, strata the parts."""
    n0, n1, x0, x1 = before[of], now[of], before[cases], now[cases]
    n, x = n0 + n1, x0 + x1
    expected = (n1 * x / n.where(n > 0)).fillna(0.0)
    variance = (n0 * n1 * x * (n - x) / (n**2 * (n - 1)).where(n > 1)).fillna(0.0)
    sums = pd.DataFrame({"apart": x1 - expected, "variance": variance}).groupby(level="node", sort=False).sum()
    return sums["apart"] / sums["variance"].where(sums["variance"] > 0) ** 0.5


def _by_factor(parts: pd.DataFrame) -> pd.DataFrame:
    """Rows (node, part) × steps as node × factors: counts stay apart, the other steps are added over both parts."""
    counts = parts["count"].unstack("part").reindex(columns=["carried", "leads"])
    rest = parts[list(_OF_STEP)].groupby(level="node", sort=False).sum().rename(columns=_OF_STEP)
    return counts.join(rest)[list(DEALS)]


def _read_off(stretch: pd.DataFrame, grown: np.ndarray) -> pd.DataFrame:
    """The factors of both parts together, as a reader knows them."""
    counts = (stretch["count"] * grown).unstack("part").reindex(columns=["carried", "leads"])
    both = stretch.groupby(level="node", sort=False).sum()
    return counts.assign(
        cycle=both["decided"] / both["count"].where(both["count"] > 0),
        conversion=both["won"] / both["decided"].where(both["decided"] > 0),
        size=both["money"] / both["known"].where(both["known"] > 0),
    )[list(DEALS)]


def noise_of(deals: pd.DataFrame, spans: Spans) -> Noise:
    """How deals have scattered: monthly counts against the same month a year before, and amounts of won deals."""
    monthly = deals.dropna(subset=["created"]).groupby(deals["created"].dt.to_period("M")).size().iloc[1:-1]
    lag = _YEAR if len(monthly) >= _YEAR + _FEWEST else 1
    change, both = monthly.diff(lag).dropna(), (monthly + monthly.shift(lag)).dropna()
    dispersion = float((change**2 / both.where(both > 0)).median() / 0.455) if len(change) >= _FEWEST else 2.0
    money = deals.loc[deals["won"], "amount"].dropna() if "amount" in deals else pd.Series(dtype=float)
    cv = float(money.std() / money.mean()) if len(money) > 2 and money.mean() > 0 else 1.0
    months = ((spans.now[1] - spans.now[0]).days + 1) / 30.4
    return Noise(max(dispersion, 1.0), float(monthly.mean() * months) if len(monthly) else 1.0, cv)


def _stacked(frame: pd.DataFrame) -> pd.Series:
    stacked: Any = frame.rename_axis(index="node", columns="factor").stack(future_stack=True)
    return pd.Series(stacked)
