"""What becomes of deals? From opportunities and their stages to rates, times and ranks, each with its doubt.

`opportunities`, `stage_history` and `people` are the tables of those names (`data.deals()` brings the levels along),
`stages` the settings' won, lost and open stages (`data.stages`). Findings and their values: `workbench.analytics.keys`.
"""

from workbench.analytics.funnel.deals import told
from workbench.analytics.funnel.people import reps
from workbench.analytics.funnel.results import Ageing, Channels, Conversion, Cycle, Replay, Reps, WinRate
from workbench.analytics.funnel.spending import channels
from workbench.analytics.funnel.steps import conversion
from workbench.analytics.funnel.timing import ageing, cycle
from workbench.analytics.funnel.winning import win_rate
from workbench.analytics.funnel.years import replay

__all__ = [
    "Ageing",
    "Channels",
    "Conversion",
    "Cycle",
    "Replay",
    "Reps",
    "WinRate",
    "ageing",
    "channels",
    "conversion",
    "cycle",
    "replay",
    "reps",
    "told",
    "win_rate",
]
