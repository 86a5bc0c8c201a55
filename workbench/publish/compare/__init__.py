"""What changed between two reports, from what they left behind: manifests, tables, and what they issued.

told      one report as it was stored, and the one before it · figures what its pages count · noise how far that strays
settings  what of the settings, the code and the data differs
past      sales since then, earlier months that are told differently, nodes that came and went
ahead     forecasts then against sales now, forecasts and targets then and now
"""

from workbench.publish.compare.between import between, of_reports, since
from workbench.publish.compare.told import Told, chosen, earlier, words_of

__all__ = ["Told", "between", "chosen", "earlier", "of_reports", "since", "words_of"]
