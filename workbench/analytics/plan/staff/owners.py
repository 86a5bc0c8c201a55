"""Who answers for each part of the plan, as far as tables and sales tell."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from workbench.analytics.keys import fact
from workbench.analytics.plan.staff.people import Sellers
from workbench.analytics.results import Result
from workbench.findings import Finding

MOST = 0.8  # share of a part's sales from which one person or their leader owns it


@dataclass(frozen=True, kw_only=True, repr=False)
class Owners(Result):
    """`table`: index (level, node); columns
    owner    a name, None where nobody can be told
    how      "leads" (their people make most of the sales), "sells" (makes most of them), "shared", "unknown"; "named"
             by the settings
    share    of the part's sales that the owner, or the owner's people, make; of the largest where it is shared
    amount   sales of the part
    """

    table: pd.DataFrame


def owners(
    sellers: Sellers, sales: Mapping[str, pd.DataFrame], *, named: Mapping[str, Mapping[str, str]] | None = None
) -> Owners:
    """The owner of each node of each level; `sales` by level are frames with the level, rep and amount.

    A part belongs to whoever leads those that make at least 80 % of its sales; where nobody is known to lead, to the
    one who makes 80 % of them; else it is shared and someone must be named. `named` (level → node → who) goes before.
    """
    rows = [row for level, frame in sales.items() for row in _of_level(sellers.table, level, frame)]
    columns = ["level", "node", "owner", "how", "share", "amount"]
    table = pd.DataFrame(rows, columns=columns).set_index(["level", "node"])
    for level, nodes in (named or {}).items():
        for node in [n for n in nodes if (level, n) in table.index]:
            table.loc[(level, node), ["owner", "how"]] = [nodes[node], "named"]
    result = Owners(table=table)
    return replace(result, findings=tuple(_findings(table)))


def _of_level(people: pd.DataFrame, level: str, frame: pd.DataFrame) -> Iterator[dict[str, object]]:
    sold = frame.groupby([level, "rep"], dropna=False)["amount"].sum().reset_index().dropna(subset=[level])
    sold["leader"] = sold["rep"].map(people["manager"].dropna())
    sold.loc[sold["rep"].isin(people["manager"].dropna()), "leader"] = sold["rep"]  # leaders' own sales are theirs
    for node, part in sold.groupby(level):
        total = float(part["amount"].sum())
        yield {"level": level, "node": node, **_owner(part, total), "amount": total}


def _owner(part: pd.DataFrame, total: float) -> dict[str, object]:
    largest = (0.0, None)
    for column, how in (("leader", "leads"), ("rep", "sells")):
        sums = part.groupby(column)["amount"].sum()
        if len(sums) and total > 0:
            share, name = float(sums.max() / total), sums.idxmax()
            if share >= MOST:
                return {"owner": name, "how": how, "share": share}
            largest = max(largest, (share, None), key=lambda pair: pair[0])
    return {"owner": None, "how": "shared" if largest[0] > 0 else "unknown", "share": largest[0] or None}


def _findings(table: pd.DataFrame) -> Iterator[Finding]:
    owned = table["owner"].notna()
    without = tuple(table[~owned].index.get_level_values("level").unique())
    yield fact(
        "plan.people.owners",
        parts=len(table),
        owned=int(owned.sum()),
        named=int((table["how"] == "named").sum()),
        all_named=bool((table.loc[owned, "how"] == "named").all()),
        open=int((~owned).sum()),
        levels=without or None,
    )
