"""How much there is to win, and where.

published   figures as they come: units, revisions, totals · series made a regular series of
sizing      its size three ways, with ranges carried to the end · ranges what a range means
share       ours, what moved it, and the growth that would hold it
potential   where there is more to win
launches    new products · diffusion the Bass model
demand      what a change in price does
watch       what competitors and the industry did
target      the market's forecast, and what it alone would let us aim for
inputs      from the data's frames to what these ask for · gathering the market beside our sales, for every notebook
"""

from workbench.analytics.market.demand import Elasticity, elasticity
from workbench.analytics.market.gathering import read, series_of, within
from workbench.analytics.market.inputs import (
    accounts,
    known,
    own,
    parts,
    scatter,
    share_of,
    sizes,
    sold,
)
from workbench.analytics.market.launches import Launches, launches
from workbench.analytics.market.potential import Potential, potential
from workbench.analytics.market.series import MarketSeries, disaggregate, market_series
from workbench.analytics.market.share import Share, holding, share
from workbench.analytics.market.sizing import Sizing, sizing
from workbench.analytics.market.target import MarketTarget, ahead, market_target, outside, view
from workbench.analytics.market.watch import Watch, watch

__all__ = [
    "Elasticity",
    "Launches",
    "MarketSeries",
    "MarketTarget",
    "Potential",
    "Share",
    "Sizing",
    "Watch",
    "accounts",
    "ahead",
    "disaggregate",
    "elasticity",
    "holding",
    "known",
    "launches",
    "market_series",
    "market_target",
    "outside",
    "own",
    "parts",
    "potential",
    "read",
    "scatter",
    "series_of",
    "share",
    "share_of",
    "sizes",
    "sizing",
    "sold",
    "view",
    "watch",
    "within",
]
