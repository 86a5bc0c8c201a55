"""What the market alone would let us aim for: the output of this step to the plan."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.analytics.keys import fact
from workbench.analytics.results import Result, Unknown

Array = NDArray[np.float64]
DRAWS = 4000


@dataclass(frozen=True, kw_only=True, repr=False)
class MarketTarget(Result):
    """Sales of a period at a share that can be reached, given where the market goes.

    `table`: index node ("" for the whole); columns market (expected size of the period), share (today's), held (sales
        at today's share, median), lo_80, hi_80, reach (sales when the headroom is won, median), growth (held on the
        year before, ratio)
    `draws`: (draws, nodes) of sales at today's share, in the order of `table`
    """

    table: pd.DataFrame
    draws: Array

    @property
    def whole(self) -> Array:
        """Draws of the whole."""
        return self.draws[:, list(self.table.index).index("")]


def market_target(
    sizes: pd.DataFrame,
    shares: pd.DataFrame,
    before: pd.Series,
    headroom: pd.Series | None = None,
    *,
    seed: int = 0,
) -> MarketTarget | Unknown:
    """Held share × the market's size to come, by node and for the whole.

    `sizes`: columns nodes, one row a draw: the market's size in the period; `shares`: index node, share, lo_80, hi_80
    of today; `before`: own sales a year before; `headroom`: money to the best comparable part (see potential).
    Draws of size and of share are taken to be independent; shares scatter on logs.
    """
    nodes = [n for n in sizes.columns if n in shares.index and n != ""]
    if not nodes:
        return Unknown(section="market_target", findings=(fact("market.target.unknown", section="market_target"),))
    rng = np.random.default_rng(seed)
    size = sizes[nodes].to_numpy(float)[rng.integers(0, len(sizes), DRAWS)]
    row = shares.loc[nodes]
    spread = np.log((row["hi_80"] / row["lo_80"]).to_numpy(float)) / 2.5631
    share = row["share"].to_numpy(float) * np.exp(np.nan_to_num(spread) * rng.standard_normal((DRAWS, len(nodes))))
    held = size * share
    draws = np.column_stack([held.sum(axis=1), held])
    table = _table(["", *nodes], draws, np.column_stack([size.sum(axis=1), size]), before, headroom)
    whole = table.loc[""].to_dict()
    found = fact("market.target.held", weight=whole["held"], **{n: whole[n] for n in _SAID})
    return MarketTarget(table=table, draws=draws, findings=(found,))


_SAID = ("held", "lo_80", "hi_80", "growth", "market", "reach")


def _table(nodes: list[str], draws: Array, size: Array, before: pd.Series, headroom: pd.Series | None) -> pd.DataFrame:
    lo, held, hi = np.quantile(draws, (0.1, 0.5, 0.9), axis=0)
    table = pd.DataFrame({"market": size.mean(axis=0), "held": held, "lo_80": lo, "hi_80": hi}, index=nodes)
    table = table.rename_axis("node")
    known = before.reindex(nodes)
    known[""] = before.drop("", errors="ignore").reindex(nodes[1:]).sum()
    table["growth"] = table["held"] / known.where(known > 0) - 1
    table["share"] = table["held"] / table["market"]
    extra = headroom.reindex(nodes[1:]).fillna(0.0) if headroom is not None else pd.Series(np.nan, nodes[1:])
    table["reach"] = table["held"] + pd.concat([pd.Series({"": extra.sum(skipna=False)}), extra])
    return table
