"""What a reader of a part's plan sees of the whole company's settings that do not count in it."""

import pandas as pd

from workbench.analytics.plan.scoping import Apart
from workbench.views.show import View, sentences, split, view
from workbench.views.words import Words

_P = "plan.scope"


@view.register
def _(result: Apart, w: Words, as_of: pd.Timestamp) -> View:
    said = split(sentences(result.findings, w))
    return View("plan-scope", w.phrase(f"{_P}.heading"), *said, how=w.phrase(f"{_P}.how"), uses=())
