"""What changed between two reports, from what they left behind: manifests, tables, and what they issued.

told      one report as it was stored, and those before it · figures what its pages count · noise how far that strays
settings  what of the settings, the code and the data differs
past      sales since then, earlier months that are told differently, nodes that came and went
ahead     forecasts then against sales now, forecasts and targets then and now
"""

from workbench.publish.compare.between import apart, of_reports, since, together
from workbench.publish.compare.told import Told, chosen, earlier, pair, words_of

__all__ = ["Told", "apart", "chosen", "earlier", "of_reports", "pair", "since", "together", "words_of"]
