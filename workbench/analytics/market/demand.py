"""What a change in price does to the quantity sold, where the orders can tell."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.analytics.keys import fact
from workbench.analytics.results import Result, Unknown

Array = NDArray[np.float64]
_ITEMS, _PERIODS = 8, 12  # fewer products say little about the next; fewer periods cannot tell price from time
_MOVES = 0.02  # standard deviation of log prices, once product and period are taken out, below which prices stood still
_WIDE = 2.0  # an interval wider than that says nothing one could use
# Published elasticities are -2.6 on average, few beyond -5 (Bijmolt et al. 2005, J. of Marketing Research 42, 141-156)
_FARTHEST = -5.0  # an interval wholly beyond that is no effect of prices alone
_ANTICIPATED = 2.5  # t value of next period's price from which prices and quantities move for a common reason


@dataclass(frozen=True, kw_only=True, repr=False)
class Elasticity(Result):
    """Percent of quantity for one percent of price: -2 means that 1 % more on the price loses 2 % of the quantity.

    `value` with `lo_80`, `hi_80`, `lo_95`, `hi_95`; `items`, `periods`, `rows` it rests on; `moves`: how far prices
    moved (standard deviation of logs within products and periods); `table`: the same for each part of `by`, index
    part, columns value, lo_80, hi_80, items, where a part alone can tell.
    """

    value: float
    lo_80: float
    hi_80: float
    lo_95: float
    hi_95: float
    items: int
    periods: int
    rows: int
    moves: float
    table: pd.DataFrame


@dataclass(frozen=True)
class _Fit:
    value: float
    error: float
    freedom: int
    lead: float  # t value of the next period's price
    items: int
    periods: int
    rows: int
    moves: float

    def interval(self, level: float) -> tuple[float, float]:
        from scipy.stats import t

        half = self.error * float(t.ppf(0.5 + level / 2, self.freedom))
        return self.value - half, self.value + half


def elasticity(sales: pd.DataFrame, item: str = "product", by: str = "") -> Elasticity | Unknown:
    """Price elasticity of demand from sales by period and item; `Unknown`, with the reason, where it cannot be told.

    `sales`: period, `item`, quantity, amount [, whole, `by`], price is amount ÷ quantity. Log quantity on log price
    with a constant for each product and for each period (two-way fixed effects), errors clustered by product with
    small-sample correction (Cameron & Miller 2015, Journal of Human Resources 50, 317-372). It is refused where prices
    hardly moved, where next period's price already explains this period's quantity (a placebo: a price that is set
    with demand in mind is no experiment), where the 80 % interval is wider
    than 2, or where it lies wholly beyond -5.
    """
    rows = _usable(sales, item)
    problem, found = _told(rows, item)
    if found is None:
        return Unknown(section="demand", findings=(fact("market.demand.unknown", section="demand", **problem),))
    (lo_80, hi_80), (lo_95, hi_95) = found.interval(0.8), found.interval(0.95)
    return Elasticity(
        value=found.value,
        lo_80=lo_80,
        hi_80=hi_80,
        lo_95=lo_95,
        hi_95=hi_95,
        items=found.items,
        periods=found.periods,
        rows=found.rows,
        moves=found.moves,
        table=_parts(rows, item, by),
        findings=(
            fact(
                "market.demand.elasticity",
                value=found.value,
                lo_80=lo_80,
                hi_80=hi_80,
                lost=-found.value * 0.01,
                revenue=(1.01 * 1.01**found.value) - 1,
                items=found.items,
                periods=found.periods,
            ),
        ),
    )


def _usable(sales: pd.DataFrame, item: str) -> pd.DataFrame:
    if not {"quantity", "amount", item} <= set(sales.columns):
        return pd.DataFrame(columns=["period", item, "q", "p", "lead"])
    kept = sales[(sales["quantity"] > 0) & (sales["amount"] > 0) & sales[item].notna()]
    kept = kept[kept["whole"].astype(bool)] if "whole" in kept else kept
    logs = {"q": np.log(kept["quantity"].astype(float)), "p": np.log(kept["amount"] / kept["quantity"])}
    rows = kept.assign(**logs).sort_values([item, "period"])
    return rows.assign(lead=rows.groupby(item)["p"].shift(-1))


def _told(rows: pd.DataFrame, item: str) -> tuple[dict[str, Any], _Fit | None]:
    """Either what stands against an elasticity, or its fit."""
    rows = rows[rows.groupby(item)["p"].transform("size") >= _PERIODS // 2] if len(rows) else rows
    counts = {"items": int(rows[item].nunique()), "periods": int(rows["period"].nunique())}
    if counts["items"] < _ITEMS or counts["periods"] < _PERIODS:
        return _why("few", **counts), None
    found = _fit(rows, item)
    if found.moves < _MOVES:
        return _why("still", moves=found.moves, **counts), None
    lo, hi = found.interval(0.8)
    if abs(found.lead) > _ANTICIPATED:
        return _why("anticipated", moves=found.moves, **counts), None
    if hi < _FARTHEST:
        return _why("far", moves=found.moves, lo_80=lo, hi_80=hi, **counts), None
    if hi - lo > _WIDE:
        return _why("wide", moves=found.moves, lo_80=lo, hi_80=hi, **counts), None
    return {}, found


def _why(reason: str, items: int, periods: int, moves: float | None = None, lo_80: float | None = None,
         hi_80: float | None = None) -> dict[str, Any]:  # fmt: skip
    return {
        "reason": reason,
        "items": items,
        "periods": periods,
        "moves": moves,
        "lo_80": lo_80,
        "hi_80": hi_80,
        "least_items": _ITEMS,
        "least_periods": _PERIODS,
    }


def _fit(rows: pd.DataFrame, item: str) -> _Fit:
    group, time = rows[item].factorize()[0], rows["period"].factorize()[0]
    q, p = (_demeaned(rows[c].to_numpy(float), group, time) for c in ("q", "p"))
    value, error, freedom = _clustered(p[:, None], q, group)
    later = rows["lead"].notna().to_numpy()
    g, t = group[later], time[later]
    both = np.column_stack([_demeaned(rows[c].to_numpy(float)[later], g, t) for c in ("p", "lead")])
    placebo, spread, _ = _clustered(both, _demeaned(rows["q"].to_numpy(float)[later], g, t), g)
    lead = float(placebo[1] / spread[1]) if spread[1] > 0 else 0.0
    return _Fit(
        float(value[0]),
        float(error[0]),
        freedom,
        lead,
        int(group.max()) + 1,
        int(time.max()) + 1,
        len(rows),
        float(p.std()),
    )


def _demeaned(values: Array, group: NDArray[Any], time: NDArray[Any]) -> Array:
    """Without the mean of each product and of each period, by turns until both are gone (unbalanced panels)."""
    left = values - values.mean()
    for _ in range(50):
        before = left
        for of in (group, time):
            left = left - (np.bincount(of, left) / np.maximum(np.bincount(of), 1))[of]
        if np.abs(left - before).max() < 1e-10:
            break
    return left


def _clustered(x: Array, y: Array, group: NDArray[Any]) -> tuple[Array, Array, int]:
    """Least squares coefficients, their cluster-robust standard errors (CR1), and degrees of freedom (clusters - 1)."""
    inverse = np.linalg.pinv(x.T @ x)
    beta = inverse @ x.T @ y
    scores = np.stack([np.bincount(group, column * (y - x @ beta)) for column in x.T], axis=1)
    clusters, n, k = int(group.max()) + 1, len(y), x.shape[1]
    correction = clusters / (clusters - 1) * (n - 1) / max(n - k - clusters, 1)
    return beta, np.sqrt(np.diag(inverse @ scores.T @ scores @ inverse) * correction), clusters - 1


def _parts(rows: pd.DataFrame, item: str, by: str) -> pd.DataFrame:
    columns = ["value", "lo_80", "hi_80", "items"]
    told = {name: _told(part, item)[1] for name, part in rows.groupby(by)} if by else {}
    made = {name: [f.value, *f.interval(0.8), f.items] for name, f in told.items() if f}
    return pd.DataFrame.from_dict(made, orient="index", columns=columns).rename_axis("part")
