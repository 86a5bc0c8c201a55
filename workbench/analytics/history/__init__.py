"""How did we do, and what drove it? Frames in, frozen results out; too little data gives `Unknown`, never a guess.

`sales` is a frame by period (period, amount, returns, whole, and what else is known), `compare` one of two spans (span
"now" or "before", the node's column, measures). Findings and their values: `workbench.analytics.keys`.
"""

from workbench.analytics.history.by_period import totals
from workbench.analytics.history.decomposition import season
from workbench.analytics.history.effects import bridge, price_volume
from workbench.analytics.history.frames import issued
from workbench.analytics.history.headline import growth
from workbench.analytics.history.lifecycle import mix, mixes, product_life
from workbench.analytics.history.nodes import breakdown, breakdowns
from workbench.analytics.history.pareto import concentration
from workbench.analytics.history.results import Breaks, CalendarEffects, Mix, ProductLife
from workbench.analytics.history.shifts import breaks, price_index
from workbench.analytics.history.working_days import calendar_effects
from workbench.analytics.results import (
    Breakdown,
    Bridge,
    Concentration,
    Growth,
    PriceVolume,
    Season,
    Totals,
    Unknown,
)

__all__ = [
    "Breakdown",
    "Breaks",
    "Bridge",
    "CalendarEffects",
    "Concentration",
    "Growth",
    "Mix",
    "PriceVolume",
    "ProductLife",
    "Season",
    "Totals",
    "Unknown",
    "breakdown",
    "breakdowns",
    "breaks",
    "bridge",
    "calendar_effects",
    "concentration",
    "growth",
    "issued",
    "mix",
    "mixes",
    "price_index",
    "price_volume",
    "product_life",
    "season",
    "totals",
]
