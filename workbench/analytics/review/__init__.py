"""Why did it end as it did, and what do we change?

period    the fiscal period that is reviewed
lessons   what the next plan should do differently, each change tested: lessons_season, _replay, _rates, _people
replay    past quarters planned and forecast again with what was known then, and scored
gathering the evidence for both from a company's tables
bridge    from the target to the sales, exact to the cent, noise told
mix       price, volume and mix, nested by any levels
chain     a change by its factors; funnel_chain, market_chain, buyers their data
"""

from workbench.analytics.review.bridge import Bridge, bridge, main_level
from workbench.analytics.review.buyers import buyers_chain
from workbench.analytics.review.chain import Chain
from workbench.analytics.review.funnel_chain import funnel_chain
from workbench.analytics.review.gathering import lessons_from, replay_of
from workbench.analytics.review.lessons import Evidence, Lessons, lessons
from workbench.analytics.review.market_chain import market_chain
from workbench.analytics.review.mix import PriceMix, price_mix
from workbench.analytics.review.period import finished
from workbench.analytics.review.replay import Replayed, replay

__all__ = [
    "Bridge",
    "Chain",
    "Evidence",
    "Lessons",
    "PriceMix",
    "Replayed",
    "bridge",
    "buyers_chain",
    "finished",
    "funnel_chain",
    "lessons",
    "lessons_from",
    "main_level",
    "market_chain",
    "price_mix",
    "replay",
    "replay_of",
]
