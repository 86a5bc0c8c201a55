"""Where the targets stand: draft out, answers in, confirmed, and how far from what is recommended today."""

import pandas as pd

from workbench.analytics.plan.handover.feedback import LedgerStatus
from workbench.views.show import View, sentences, split, view
from workbench.views.tables import Column, Sheet, table
from workbench.views.words import Words

_COLUMNS = (
    Column("confirmed", "money", "confirmed_target"),
    Column("recommended", "money", "recommended_target"),
    Column("change", "money"),
    Column("rate", "change"),
    Column("owner", "text", "target_owner", minor=True),
)
_MOST = 6  # sentences: one for each step, and what has moved since


@view.register
def _(result: LedgerStatus, w: Words, as_of: pd.Timestamp) -> View:
    heading = w.phrase("plan.ledger.heading")
    sheet = Sheet(_named(result.table, w), (Column("node", "text"), *_COLUMNS))
    return View(
        "ledger",
        heading,
        *split(sentences(result.findings, w, most=_MOST)),
        tables=(table(sheet, w, heading),) if len(result.table) else (),
        how=w.phrase("plan.ledger.how"),
        sheets={"ledger": sheet} if len(result.table) else {},
        uses=(),
        open_table=True,
    )


def _named(frame: pd.DataFrame, w: Words) -> pd.DataFrame:
    """Indexed by the name of each part."""
    whole = w.phrase("plan.ledger.whole")
    pairs = zip(frame["node"], frame["level"], strict=True)
    names = [whole if level == "" else w.node(node) for node, level in pairs]
    return frame.drop(columns=["node", "level"]).set_axis(pd.Index(names, name="node", dtype=object), axis=0)
