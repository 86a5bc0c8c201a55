"""What the way from the target to the sales says, and what a person must decide on."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from workbench.analytics.keys import direction, fact
from workbench.analytics.plan.aims.baseline import Baseline, chance
from workbench.analytics.review import noise as noises
from workbench.findings import Finding

if TYPE_CHECKING:
    from workbench.analytics.review.bridge import Bridge

TELLING = 0.01  # share of the sales from which a gap asks for a decision


def findings(made: "Bridge", base: Baseline | None) -> Iterator[Finding]:
    about = {"period": made.period.first, "every": made.period.name}
    shared = {
        "amount": made.amount,
        "gap": made.gap,
        "size": abs(made.gap),
        "direction": direction(made.gap),
        "beyond": made.beyond,
    }
    if made.kind == "target":
        odds = chance(base, None, made.begin) if base is not None else None
        yield fact("review.bridge.target", weight=made.gap, target=made.begin, attainment=made.attainment, chance=odds,
                   **about, **shared)  # fmt: skip
    else:
        rate = made.gap / made.begin if made.begin > 0 else None
        against = made.pair.against if made.pair else None
        yield fact("review.bridge.before", weight=made.gap, before=made.begin, rate=rate, against=against, **about,
                   **shared)  # fmt: skip
    if base is not None and made.kind == "target":
        yield from _start(made, base)
    if made.level:  # a company without levels has no node but the whole
        yield from _largest(made)
        yield from _within(made)
        yield from _unequal(made)


def _start(made: "Bridge", base: Baseline) -> Iterator[Finding]:
    expected = round(float(base.expected.iloc[0]), 2)
    lo, hi = (float(q) for q in np.quantile(base.draws[:, 0], noises.TAILS))
    rest = round(made.amount - expected, 2)
    asked = round(expected - made.begin, 2)
    yield fact("review.bridge.start", weight=asked, target=made.begin, expected=expected, asked=asked,
               direction=direction(asked), lo_95=lo, hi_95=hi, rest=rest,
               within=lo <= made.amount <= hi)  # fmt: skip


def _largest(made: "Bridge") -> Iterator[Finding]:
    """The largest shortfall and the largest gain of a node beyond its noise (or, where that is unknown, at all)."""
    named = made.table[made.table.index.notna()]
    named = named[named["beyond"].fillna(True).astype(bool) & _compared(named, made)]
    for key, pick, sign in (("review.bridge.fall", "idxmin", -1), ("review.bridge.rise", "idxmax", 1)):
        at = getattr(named["effect"], pick)() if len(named) else None
        row: Any = named.loc[at] if at is not None else None
        if row is not None and row["effect"] * sign > 0:
            yield fact(key, weight=row["effect"], about=at, level=made.level, node=at, effect=row["effect"],
                       amount=row["amount"], against=made.against, noise=row["noise"])  # fmt: skip


def _compared(table: pd.DataFrame, made: "Bridge") -> pd.Series:
    return table[made.against].notna()


def _within(made: "Bridge") -> Iterator[Finding]:
    judged = made.table[made.table["beyond"].notna()]
    if not len(judged):
        yield fact("review.bridge.no_noise", level=made.level, need=noises.FEWEST)
        return
    inside = judged[~judged["beyond"].astype(bool)]
    if len(inside):
        yield fact("review.bridge.within", weight=inside["effect"].sum(), level=made.level, count=len(inside),
                   nodes=len(judged), every=len(inside) == len(judged), effect=inside["effect"].sum(),
                   judged=made.judged)  # fmt: skip


def _unequal(made: "Bridge") -> Iterator[Finding]:
    if made.kind != "target" or made.against == "before":
        return
    free = made.table[made.table["target"].isna() & (made.table["amount"] != 0)]
    if len(free) and made.table["target"].notna().any():
        yield fact("review.bridge.no_target", weight=free["amount"].sum(), level=made.level, count=len(free),
                   amount=free["amount"].sum())  # fmt: skip
    apart = round(made.begin - float(made.table["target"].sum()), 2)
    if made.table["target"].notna().any() and abs(apart) >= 0.01:
        yield fact("review.bridge.unassigned", weight=apart, level=made.level, amount=abs(apart),
                   direction=direction(apart), target=made.begin)  # fmt: skip


def decisions(made: "Bridge") -> Iterator[Finding]:
    """Shortfalls beyond noise of 1 % of the sales or more."""
    if not made.level:  # the causes decide on the whole
        return
    named = made.table[made.table.index.notna()]
    short = named[(named["beyond"].fillna(False).astype(bool)) & (named["effect"] <= -TELLING * abs(made.amount))]
    for at, row in short[_compared(short, made)].iterrows():
        yield fact("review.bridge.decide", weight=row["effect"], about=at, level=made.level, node=at,
                   owner=row["owner"], effect=abs(row["effect"]), amount=row["amount"], against=made.against,
                   noise=row["noise"], times_noise=abs(row["effect"]) / row["noise"] if row["noise"] > 0 else None,
                   judged="noise")  # fmt: skip
