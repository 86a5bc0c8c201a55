"""Price, volume and mix between the reviewed period and what it is compared with, nested by any levels."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from workbench.analytics.keys import fact
from workbench.analytics.plan.period import PlanPeriod
from workbench.analytics.price_volume import by_convention, effects, kinds, unlike
from workbench.analytics.results import Result, Unknown
from workbench.analytics.review import noise as noises
from workbench.analytics.review.cents import in_cents
from workbench.analytics.review.sides import Pair, cells, lag, nodes, pair
from workbench.findings import Finding
from workbench.periods import PER_YEAR

APART = ("new", "lost", "placed", "other")
_FEW = 0.005  # of the sales before: steps below are not worth a sentence


@dataclass(frozen=True, kw_only=True, repr=False)
class PriceMix(Result):
    """before + price + volume + mix + new + lost + placed + other = after, exactly, for the whole and every node.

    `by`: levels from broad to fine; the last one is what has a price. `base`: the level within whose nodes quantities
    are added up, "" for all of them; None where no level's units are alike, then volume holds the mix
    `steps`: index step (before, price, volume, mix_<level> …, mix (of the items), new, lost, placed, other, after);
        new and lost are items that the whole did not sell in one of the spans, placed those that some node began or
        stopped selling while others sold them in both; columns
        effect (money, in cents that add up), noise (half width of what the steps of earlier periods scatter, 95 %; NaN
        unknown), beyond (NA unknown)
    `nodes`: one row a node of every level but the last, broad ones first; columns level, the levels (NA where summed
        over), amount, amount_before, change and a column for each step: they sum to change, and over nodes to the whole
    `items`: the cells: levels, kind ("both", "new", "lost", "placed", "other"), quantities, amounts, change, effects
        (NaN where kind is not both)
    `conventions`: what other ways to split would say of the cells sold in both; see price_volume.by_convention
    `against`: "year", "previous", or "target" where what was planned is given
    """

    by: tuple[str, ...]
    base: str | None
    steps: pd.DataFrame
    nodes: pd.DataFrame
    items: pd.DataFrame
    conventions: pd.DataFrame
    period: PlanPeriod
    against: str

    @property
    def begin(self) -> float:
        """The sales before, or what was planned."""
        return float(self.steps["effect"].iloc[0])

    @property
    def convention(self) -> str:
        """ "total_quantity", "group_quantity" (within the nodes of `base`) or "before_prices"."""
        return "before_prices" if self.base is None else "group_quantity" if self.base else "total_quantity"


def price_mix(
    sales: pd.DataFrame, by: Sequence[str], period: PlanPeriod, *, planned: pd.DataFrame | None = None
) -> PriceMix | Unknown:
    """The change of the sales split by price, volume and mix at every level of `by` at once.

    `sales`: data.sales(period.name, by=by), with quantity. `planned`: what was to be sold, by the same levels (or some
    of the first) with quantity and amount of the whole period; then the split is against that and not the year before.

    Quantities are added up only where units are alike: of everything, else within the nodes of the broadest level in
    which unit prices deviate from their node's mean by less than the mean; else not at all (volume is then measured
    item by item at before prices, and holds the mix).
    """
    by = tuple(by)
    if "quantity" not in sales or not sales["quantity"].notna().any():
        return Unknown(section="price_mix", findings=(fact("review.bridge.unknown_quantity"),))
    sides = pair(sales, period)
    if sides is None:
        about = fact("review.bridge.unknown_before", period=period.first, every=period.name, first=period.first,
                     last=period.last)  # fmt: skip
        return Unknown(section="price_mix", findings=(about,))
    known = cells(sales, by, sides) if planned is None else _planned(sales, by, period, planned)
    split = _split(known, by)
    if split is None:
        return Unknown(section="price_mix", findings=(fact("review.bridge.unknown_both", by=by[-1]),))
    items, base = split
    spread = _spread(sales, by, sides, period, base) if planned is None else pd.Series(dtype=float)
    made = PriceMix(by=by, base=base, steps=_steps(items, spread), nodes=_nodes(items, by), items=items,
                    conventions=by_convention(items[items["kind"] == "both"]), period=period,
                    against=sides.against if planned is None else "target")  # fmt: skip
    return PriceMix(**{**vars(made), "findings": tuple(_findings(made))})


def _planned(sales: pd.DataFrame, by: tuple[str, ...], period: PlanPeriod, planned: pd.DataFrame) -> pd.DataFrame:
    """Cells of the period beside those that were planned."""
    now = sales.loc[sales["period"].eq(period.first), ["period", *by, "amount", "quantity"]]
    then = planned.assign(period=period.before[0]).reindex(columns=now.columns)
    return cells(pd.concat([now, then], ignore_index=True), by, Pair(period.first, period.before[0], "year"))


def _split(known: pd.DataFrame, by: tuple[str, ...], base: str | None = "?") -> tuple[pd.DataFrame, str | None] | None:
    """The cells with kind and effects, and the level within which quantities are added; None where none compare."""
    kind = _kind(known, by[-1])
    both = known[(kind == "both").to_numpy()]
    if both.empty:
        return None
    nested = {level: nodes(both, by[: n + 1])[0] for n, level in enumerate(by[:-1])}
    if base == "?":
        base = _alike(both, nested)
    made = effects(both, nested, base or "")
    if base is None:
        volume = made.drop(columns="price").sum(axis=1)
        made = made[["price"]].assign(volume=volume)
    items = known.assign(kind=kind, change=known["amount"] - known["amount_before"])
    return pd.concat([items, made], axis=1), base  # rows outside of `made` are NaN: no effect is not an effect of 0


def _kind(known: pd.DataFrame, item: str) -> pd.Series:
    """Kinds of the cells; what is new or lost in its node alone is placed, what has no name is other."""
    kind, named = kinds(known).where(known[item].notna(), "other"), known[item]
    if known.columns[0] != item:
        sold, sold_before = (known.loc[known[c] > 0, item] for c in ("amount", "amount_before"))
        elsewhere = (kind.eq("new") & named.isin(sold_before.unique())) | (kind.eq("lost") & named.isin(sold.unique()))
        kind = kind.mask(elsewhere, "placed")
    return kind


def _alike(both: pd.DataFrame, nested: dict[str, Any]) -> str | None:
    """The broadest level within whose nodes units are alike, "" for the whole."""
    if not unlike(both):
        return ""
    return next((level for level, codes in nested.items() if not unlike(both, codes)), None)


def _effects_of(items: pd.DataFrame) -> list[str]:
    return [str(c) for c in items if c in ("price", "volume", "mix") or str(c).startswith("mix_")]


def _sums(items: pd.DataFrame) -> pd.Series:
    """The steps of a set of cells, before rounding."""
    apart = items["change"].groupby(items["kind"], observed=False).sum().reindex(list(APART))
    return pd.concat([items[_effects_of(items)].sum(), apart.set_axis(list(APART))]).astype(float)


def _steps(items: pd.DataFrame, spread: pd.Series) -> pd.DataFrame:
    begin, end = (round(float(items[c].sum()), 2) for c in ("amount_before", "amount"))
    moves = in_cents(_sums(items), end - begin)
    noise = (spread.reindex(moves.index) * abs(begin)).astype(float)
    table = pd.DataFrame({"effect": moves, "noise": noise, "beyond": noises.beyond(moves, noise)})
    ends = pd.DataFrame({"effect": [begin, end]}, index=["before", "after"])
    return pd.concat([ends.iloc[:1], table, ends.iloc[1:]]).astype({"beyond": "boolean"}).rename_axis("step")


def _nodes(items: pd.DataFrame, by: tuple[str, ...]) -> pd.DataFrame:
    """The same steps for every node of every level but the last."""
    parts = _effects_of(items)
    moved = items.assign(**{name: items["change"].where(items["kind"] == name, 0.0) for name in APART})
    sums = ["amount", "amount_before", "change", *parts, *APART]
    frames = []
    for n, level in enumerate(by[:-1]):
        codes, named = nodes(items, by[: n + 1])
        values = {c: np.bincount(codes, moved[c].fillna(0.0), minlength=len(named)) for c in sums}
        frame = pd.concat([named.astype(object), pd.DataFrame(values)], axis=1).assign(level=level)
        frames.append(frame.iloc[np.argsort(-frame["change"].abs().to_numpy(), kind="stable")])
    made = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=[*by[:-1], *sums, "level"])
    return made.reindex(columns=["level", *by[:-1], *sums])


def _spread(sales: pd.DataFrame, by: tuple[str, ...], sides: Pair, period: PlanPeriod, base: str | None) -> pd.Series:
    """Half widths of what the same steps of earlier periods scatter, as shares of the sales before; empty unknown."""
    starts = pd.DatetimeIndex(sales.loc[sales["whole"].astype(bool), "period"].unique()).sort_values()
    back, past = lag(sides, period), starts[starts < period.first]
    found = []
    for at in range(max(back, len(past) - 3 * PER_YEAR[period.name]), len(past)):
        known = cells(sales, by, Pair(past[at], past[at - back], sides.against))
        split, begin = _split(known, by, base), float(known["amount_before"].sum())
        if split is not None and begin > 0:
            found.append(_sums(split[0]) / begin)
    if len(found) < noises.FEWEST:
        return pd.Series(dtype=float)
    from scipy.stats import t

    table = pd.DataFrame(found)
    factor = t.ppf(0.5 + noises.LEVEL / 2, len(table) - 1) * np.sqrt(1 + 1 / len(table))
    return table.std(ddof=1) * factor


def _findings(made: PriceMix) -> Iterator[Finding]:
    moves = made.steps["effect"].drop(["before", "after"])
    change = float(moves.sum())
    mixes = [n for n in moves.index if n.startswith("mix")]
    told = {"price": moves["price"], "volume": moves["volume"], "mix": moves[mixes].sum() if mixes else None}
    largest = str(moves.abs().idxmax())
    yield fact("review.bridge.mix", weight=change, by=made.by[-1], change=change, largest=_word(largest),
               largest_effect=moves[largest], **told, convention=made.convention, base=made.base or None,
               against=made.against, beyond=made.steps.at[largest, "beyond"], period=made.period.first,
               every=made.period.name)  # fmt: skip
    judged = made.steps["beyond"].drop(index=[*APART, "before", "after"]).dropna().astype(bool)
    within = {_word(n) for n in judged.index[~judged]} - {_word(n) for n in judged.index[judged]}
    if within:
        told_of = "_".join(name for name in ("price", "volume", "mix") if name in within)
        yield fact("review.bridge.mix_within", steps=told_of, convention=made.convention)
    yield from _telling_nodes(made)
    yield from _cheaper(made)
    yield from _apart(made, abs(made.begin))
    joint = made.conventions.loc["joint"]
    if abs(joint["joint"]) > _FEW * abs(made.begin):
        yield fact("review.bridge.mix_published", price=joint["price"], volume=joint["volume"], joint=joint["joint"])


def _word(step: str) -> str:
    return "mix" if step.startswith("mix") else step


def _telling_nodes(made: PriceMix) -> Iterator[Finding]:
    """Of the first level, the node whose sales fell most, with what took most of it."""
    if made.nodes.empty:
        return
    first = made.nodes[made.nodes["level"] == made.by[0]].dropna(subset=made.by[0])
    falling = first[first["change"] < 0].nsmallest(1, "change") if len(first) > 1 else first.iloc[:0]
    for _, row in falling.iterrows():
        moves = row[[*_effects_of(made.items), *APART]].astype(float)
        largest = str(moves.idxmin())
        yield fact("review.bridge.mix_node", weight=row["change"], about=row[made.by[0]], level=made.by[0],
                   node=row[made.by[0]], change=row["change"], largest=_word(largest),
                   largest_effect=moves[largest], convention=made.convention)  # fmt: skip


def _cheaper(made: PriceMix) -> Iterator[Finding]:
    """The finest node (above the items) whose prices took most, where that is telling."""
    if made.nodes.empty:
        return
    finest = made.nodes[made.nodes["level"] == made.by[-2]].dropna(subset=list(made.by[:-1]))
    worst = finest[finest["price"] < 0].nsmallest(1, "price")
    for _, row in worst[worst["price"] < -_FEW * made.begin].iterrows():
        old = float(row[["amount_before", "volume", *(c for c in row.index if str(c).startswith("mix"))]].sum())
        yield fact("review.bridge.mix_price", weight=row["price"], about=row[made.by[-2]],
                   places=tuple((level, str(row[level])) for level in made.by[:-1]), effect=abs(row["price"]),
                   rate=row["price"] / old if old > 0 else None)  # fmt: skip


def _apart(made: PriceMix, before: float) -> Iterator[Finding]:
    moves, kind = made.steps["effect"], made.items["kind"]
    if max(abs(moves["new"]), abs(moves["lost"])) > _FEW * before:
        yield fact("review.bridge.mix_comers", weight=moves["new"] - moves["lost"], by=made.by[-1], new=moves["new"],
                   lost=abs(moves["lost"]), new_count=_items(made, "new"),
                   lost_count=_items(made, "lost"))  # fmt: skip
    if abs(moves["placed"]) > _FEW * before:
        yield fact("review.bridge.mix_placed", weight=moves["placed"], by=made.by[-1], level=made.by[0],
                   change=moves["placed"])  # fmt: skip
    if abs(moves["other"]) > _FEW * before:
        yield fact("review.bridge.mix_other", weight=moves["other"], by=made.by[-1],
                   count=int((kind == "other").sum()), change=moves["other"])  # fmt: skip


def _items(made: PriceMix, kind: str) -> int:
    """How many items are of this kind, in however many nodes."""
    return int(made.items.loc[made.items["kind"] == kind, made.by[-1]].nunique())
