"""Why did it end as it did, and what do we change?

period    the fiscal period that is reviewed
steps     all of it as the notebook asks for it
lessons   what the next plan should do differently, each change tested: lessons_season, _replay, _rates, _people
replay    past quarters planned and forecast again with what was known then, scored; came: what each brought
alarms    early warnings as they would have come in the replayed quarters
gathering the evidence for both from a company's tables
bridge    from the target to the sales, exact to the cent, noise told
mix       price, volume and mix, nested by any levels
chain     a change by its factors; funnel_chain, market_chain, buyers their data
verdict   was the target wrong or the work, by what could be known before
as_issued the forecast of the first day in the words of the report that issued it
effects   what campaigns, price wars and lost reps did; happenings what is known of them, counterfactual the method
causes    the gap by cause, adding up exactly; suspects what may have moved sales though nobody noted it
process   stages skipped, steps back, days in a stage
fairness  attainment beside what could be expected of each, and what luck made of it
cases     deals worth keeping, and what goes with winning
"""

from workbench.analytics.review.alarms import Alarmed, alarms
from workbench.analytics.review.as_issued import as_issued
from workbench.analytics.review.bridge import Bridge, bridge
from workbench.analytics.review.buyers import buyers_chain
from workbench.analytics.review.cases import Cases, cases
from workbench.analytics.review.causes import Causes, causes
from workbench.analytics.review.chain import Chain
from workbench.analytics.review.effects import Effects, effects
from workbench.analytics.review.fairness import Evaluation, evaluation
from workbench.analytics.review.funnel_chain import funnel_chain
from workbench.analytics.review.gathering import lessons_from, replay_of
from workbench.analytics.review.lessons import Evidence, Lessons, lessons
from workbench.analytics.review.market_chain import market_chain
from workbench.analytics.review.mix import PriceMix, price_mix
from workbench.analytics.review.period import finished
from workbench.analytics.review.process import Process, process
from workbench.analytics.review.replay import Replayed, replay
from workbench.analytics.review.steps import before, evaluated, ground, in_force, nested
from workbench.analytics.review.suspects import Ground
from workbench.analytics.review.verdict import Verdict, known_before, verdict

__all__ = [
    "Alarmed",
    "Bridge",
    "Cases",
    "Causes",
    "Chain",
    "Effects",
    "Evaluation",
    "Evidence",
    "Ground",
    "Lessons",
    "PriceMix",
    "Process",
    "Replayed",
    "Verdict",
    "alarms",
    "as_issued",
    "before",
    "bridge",
    "buyers_chain",
    "cases",
    "causes",
    "effects",
    "evaluated",
    "evaluation",
    "finished",
    "funnel_chain",
    "ground",
    "in_force",
    "known_before",
    "lessons",
    "lessons_from",
    "market_chain",
    "nested",
    "price_mix",
    "process",
    "replay",
    "replay_of",
    "verdict",
]
