"""A change of a product by its factors: the result that the funnel, the market and the customers share."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from workbench.analytics.factors import lmdi, log_mean, shapley
from workbench.analytics.keys import fact
from workbench.analytics.plan.period import PlanPeriod
from workbench.analytics.results import Result
from workbench.analytics.review import noise as noises
from workbench.analytics.review.cents import in_cents
from workbench.findings import Finding

_APART = 0.1  # of the change: from here on it is said that the two methods differ


@dataclass(frozen=True, kw_only=True, repr=False)
class Chain(Result):
    """begin + the factors' effects + other = end, in cents.

    `kind`: "funnel" (won money), "market" (sales = market × share) or "buyers" (customers × money of each)
    `factors`: index factor, in the order of the chain; columns
        before, now      the factor; NaN where it is no single number (the structure of the market)
        rate             now / before - 1
        effect           money, LMDI (Shapley's where an amount is below 0); they and `other` sum to end - begin
        shapley          money by Shapley's values: the other exact way
        noise, beyond    half width of what chance brings (95 %), NaN unknown; whether the effect is beyond it
    `other`: money that the chain cannot tell (a part that began or stopped half-way), told apart
    `nodes`: index node of `level`; columns before, now, change, a column for each factor, other: they sum to change.
        Their effects do not sum to the whole's: there the shift between nodes is within each factor
    `against`: "year" or "previous"
    """

    kind: str
    period: PlanPeriod
    against: str
    begin: float
    end: float
    factors: pd.DataFrame
    other: float
    level: str
    nodes: pd.DataFrame


def split(before: pd.DataFrame, after: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series]:
    """Effects of each row's factors (0 where one of them is not known), and whether they are known.

    Rows with a factor below 0 (more was returned than bought) by Shapley, others by LMDI.
    """
    known = before.notna().all(axis=1) & after.notna().all(axis=1)
    positive = (before >= 0).all(axis=1) & (after >= 0).all(axis=1)
    effects = pd.DataFrame(0.0, before.index, before.columns)
    for rows, method in ((known & positive, lmdi), (known & ~positive, shapley)):
        if rows.any():
            effects.loc[rows] = method(before[rows], after[rows])
    return effects, known


def factors_of(
    before: pd.DataFrame, after: pd.DataFrame, shown: tuple[pd.Series, pd.Series], noise: pd.Series
) -> pd.DataFrame:
    """The table of factors: effects summed over the rows of `before` and `after`; `shown` are the whole's factors."""
    effects, known = split(before, after)
    values = shapley(before[known], after[known]).sum() if known.any() else effects.sum()
    was, now = (s.reindex(effects.columns).astype(float) for s in shown)
    effect = effects.sum()
    spread = noise.reindex(effects.columns).astype(float)
    return pd.DataFrame({
        "before": was,
        "now": now,
        "rate": now / was.where(was > 0) - 1,
        "effect": effect,
        "shapley": values,
        "noise": spread,
        "beyond": noises.beyond(effect, spread),
    }).rename_axis("factor")  # fmt: skip


def closed(factors: pd.DataFrame, begin: float, end: float) -> tuple[pd.DataFrame, float]:
    """The factors' effects in cents, and what they leave of the change."""
    change = round(end, 2) - round(begin, 2)
    left = change - float(factors["effect"].sum())
    left = 0.0 if abs(left) < 0.01 + 1e-9 * (abs(begin) + abs(end)) else left
    parts = in_cents(pd.concat([factors["effect"], pd.Series({"": left})]), change)
    return factors.assign(effect=parts.iloc[:-1].to_numpy()), float(parts.iloc[-1])


def noise_of(past: pd.DataFrame, lag: int, begin: float, end: float) -> pd.Series:
    """Money that each factor's usual ups and downs move; `past`: index earlier periods, columns factors."""
    return noises.noise_of_logs(past, lag) * float(log_mean(np.array(end), np.array(begin)))


def findings(made: Chain) -> Iterator[Finding]:
    """The change and the two largest factors; what is within noise; where the methods differ; what is left."""
    change, ordered = made.end - made.begin, made.factors["effect"].abs().sort_values(ascending=False).index
    largest, second = ordered[0], ordered[1] if len(ordered) > 1 else None
    effect = made.factors["effect"]
    yield fact("review.bridge.chain", weight=change, kind=made.kind, change=change, largest=largest,
               largest_effect=effect[largest], largest_rate=made.factors.at[largest, "rate"], second=second,
               second_effect=effect[second] if second else None, beyond=made.factors.at[largest, "beyond"],
               against=made.against, period=made.period.first, every=made.period.name)  # fmt: skip
    judged = made.factors["beyond"].dropna().astype(bool)
    if len(judged) and not judged.all():
        yield fact("review.bridge.chain_within", kind=made.kind, count=int((~judged).sum()), factors=len(judged),
                   every=not judged.any())  # fmt: skip
    apart = (made.factors["effect"] - made.factors["shapley"]).abs()
    if apart.max() > _APART * max(abs(change), 1e-9):
        at = str(apart.idxmax())
        yield fact("review.bridge.chain_apart", kind=made.kind, largest=at, lmdi=effect[at],
                   shapley=made.factors.at[at, "shapley"])  # fmt: skip
    if made.other:
        yield fact("review.bridge.chain_other", weight=made.other, kind=made.kind, change=made.other)
    yield from _node(made)


def _node(made: Chain) -> Iterator[Finding]:
    """The node and factor that took most."""
    if len(made.nodes) < 2:
        return
    effects: Any = made.nodes[list(made.factors.index.intersection(made.nodes.columns))].stack()
    named = effects[effects.index.get_level_values(0).notna()]
    if len(named) and named.min() < 0:
        node, factor = named.idxmin()
        yield fact("review.bridge.chain_node", weight=named.min(), about=node, kind=made.kind, level=made.level,
                   node=node, factor=factor, effect=abs(named.min()))  # fmt: skip
