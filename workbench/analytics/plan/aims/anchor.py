"""Where the target's sales come from: customers who buy again, new ones, new products."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from workbench.analytics.customers.repeat import NewAndRepeat
from workbench.analytics.customers.value import LifetimeValue
from workbench.analytics.history.results import ProductLife
from workbench.analytics.keys import fact
from workbench.analytics.plan.aims.targets import Triangulation
from workbench.analytics.results import Result, Unknown
from workbench.findings import Finding

LONGEST = 4  # whole periods that the range of the shares is taken from
_WEEKS = 52


@dataclass(frozen=True, kw_only=True, repr=False)
class Anchor(Result):
    """What the target rests on.

    `table`: index kind ("repeat", "new", "new_products"), those that can be told; columns share (of the sales of
    the last whole period of this length; of new products, the last 12 months), lo, hi (lowest and highest of the
    last 4; NaN unknown), amount (share × target), before (money then). Repeat and new sum to 1; new products run
    across both
    `today`: what today's customers should bring in a period as long, with its 80 % interval, and `share_today` of the
    target; NaN unknown
    `expected`: money of the period if nothing changes, with growth and whoever buys: the baseline
    """

    table: pd.DataFrame
    target: float
    today: pd.Series
    expected: float

    @property
    def share_today(self) -> float:
        return float(self.today["amount"] / self.target)


def anchor(
    aims: Triangulation | Unknown, new: Result | None, value: Result | None = None, life: Result | None = None
) -> Anchor | Unknown:
    """The target by business type, if its mix stays as it was; and what today's customers should bring.

    `new`: wb.customers.new_and_repeat by the period's length (year or quarter): new is who first bought in it;
    `value`: wb.customers.lifetime_value; `life`: wb.history.product_life.
    """
    if isinstance(aims, Unknown):
        return aims
    rows = {**_customers(new, aims.period.name), **_products(life)}
    today = _today(value, len(aims.period.months))
    if not rows and np.isnan(today["amount"]):
        return Unknown(section="plan_anchor", findings=(fact("plan.targets.unknown_customers"),))
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("kind").reindex(
        columns=["share", "lo", "hi", "before"])  # fmt: skip
    table["amount"] = table["share"] * aims.target
    expected: Any = aims.table["amount"]["baseline"]
    found = Anchor(
        table=table[["share", "lo", "hi", "amount", "before"]], target=aims.target, today=today, expected=expected
    )
    return replace(found, findings=tuple(_anchored(found, life)))


def _customers(new: Result | None, every: str) -> dict[str, dict[str, float]]:
    """From the last whole period that a year of data lies before."""
    if not isinstance(new, NewAndRepeat) or new.every != every:
        return {}
    told = new.table[new.table["whole"].astype(bool) & new.table["settled"].astype(bool)]
    sums = told[["amount_repeat", "amount_new"]].tail(LONGEST)
    shares = sums.div(sums.sum(axis=1), axis=0)[sums.sum(axis=1) > 0]
    if shares.empty:
        return {}
    several = len(shares) > 1
    return {
        kind: {
            "share": float(shares[column].iloc[-1]),
            "lo": float(shares[column].min()) if several else np.nan,
            "hi": float(shares[column].max()) if several else np.nan,
            "before": float(sums[column].iloc[-1]),
        }
        for kind, column in (("repeat", "amount_repeat"), ("new", "amount_new"))
    }


def _products(life: Result | None) -> dict[str, dict[str, float]]:
    if not isinstance(life, ProductLife) or "new" not in life.table.index:
        return {}
    row: Any = life.table.loc["new"]
    return {"new_products": {"share": row["share"], "lo": np.nan, "hi": np.nan, "before": row["amount"]}}


def _today(value: Result | None, months: int) -> pd.Series:
    """Scaled from the weeks that it was told for to the period's length."""
    if not isinstance(value, LifetimeValue) or not (value.total > 0 and value.lo <= value.hi):
        return pd.Series({"amount": np.nan, "lo_80": np.nan, "hi_80": np.nan})
    scale = _WEEKS * months / 12 / value.weeks
    return pd.Series({"amount": value.total, "lo_80": value.lo, "hi_80": value.hi}) * scale


def _anchored(found: Anchor, life: Result | None) -> Iterator[Finding]:
    share, amount = found.table["share"], found.table["amount"]
    if "repeat" in share.index:
        yield fact("plan.targets.anchor", weight=amount["repeat"], repeat=amount["repeat"], new=amount["new"],
                   share_repeat=share["repeat"], share_new=share["new"])  # fmt: skip
    if pd.notna(found.today["amount"]):
        rest = found.target - found.today["amount"]
        yield fact("plan.targets.anchor_today", weight=found.today["amount"], amount=found.today["amount"],
            lo_80=found.today["lo_80"], hi_80=found.today["hi_80"],
                   share=found.share_today, rest=max(rest, 0.0), expected=found.expected,
                   gap=found.expected - found.today["amount"])  # fmt: skip
    if "new_products" in share.index and isinstance(life, ProductLife):
        yield fact("plan.targets.anchor_products", weight=amount["new_products"], amount=amount["new_products"],
                   share=share["new_products"], items=int(life.table["items"]["new"]))  # fmt: skip
