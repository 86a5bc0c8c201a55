"""Price, volume and mix: what the change in sales was made of."""

from typing import Literal

import numpy as np
import pandas as pd

from workbench.analytics.factors import lmdi
from workbench.analytics.frames import require, unknown
from workbench.analytics.history.frames import most, ordered, side_by_side, unknown_spans
from workbench.analytics.keys import fact
from workbench.analytics.price_volume import effects, kinds, unlike
from workbench.analytics.results import Bridge, PriceVolume, Unknown
from workbench.errors import DataError
from workbench.findings import Finding
from workbench.periods import Spans

Convention = Literal["total_quantity", "before_prices"]
Method = Literal["laspeyres", "shapley", "lmdi"]
EFFECTS = ("price", "volume", "mix")
TELLING = 0.01  # share of the sales before from which an effect asks for a decision


def bridge(
    compare: pd.DataFrame, by: str, spans: Spans | None, *, convention: Convention | None = None
) -> Bridge | Unknown:
    """The way from the sales before to the sales now: price, volume, mix, new and lost items, others; residual 0.

    For items sold in both spans, with q quantity, p = amount / q the price that was got, 0 before, 1 now, Q = Σq:

        price   (p1 - p0) × q1                    the new quantities at the change in price
        volume  p0 × q0 × (Q1 / Q0 - 1)           all items grow as the total quantity does
        mix     p0 × (q1 - q0 × Q1 / Q0)          what is sold more, or less, than that

    That is `total_quantity`, the 3-way split of management accounting (sales quantity and sales mix variance). It adds
    the quantities of all items, so it has a meaning where these are alike. Where a cap counts as much as a bicycle, a
    rise in caps reads as volume with a loss in mix; the sum of the two is not touched. `before_prices` gives only that
    sum: volume = p0 × (q1 - q0), measured at before prices, in which growth in total quantity and the mix relative to
    it are not told apart. Without a `convention` it is chosen where the standard deviation of the price of a unit is
    above its mean, else total_quantity; where total_quantity is asked for all the same, a finding warns.

    Items without a row in one span are new or lost. Items whose quantity or amount is not above 0 in a span in which
    they have rows (returns, adjustments, no quantity given), and sales without a named item, are `other`.

    Decisions: price took 1 % or more of the sales before; lost items held 1 % or more of them.
    """
    if spans is None or compare.empty:
        return unknown_spans("bridge", compare, spans) or unknown("bridge", "history.unknown_empty")
    require(compare, ("span", by, "amount"), f"bridge by {by}")
    if "quantity" not in compare or not compare["quantity"].notna().any():
        return unknown("bridge", "history.unknown_quantity")
    sides = side_by_side(compare, by, ("amount", "quantity"))
    convention = convention or ("before_prices" if unlike(sides[_kind(sides) == "both"]) else "total_quantity")
    table = _table(sides, convention)
    if not (table["kind"] == "both").any():
        return unknown("bridge", "history.unknown_compared", by=by)
    steps = _steps(table)
    result = Bridge(by=by, steps=steps, table=table, convention=convention, spans=spans)
    findings, decisions = _findings(result), most(_decisions(result))
    return Bridge(**{**vars(result), "findings": tuple(findings), "decisions": decisions})


def price_volume(before: pd.DataFrame, after: pd.DataFrame, method: Method = "laspeyres") -> PriceVolume:
    """Price and volume effect over items with columns quantity and price, both above 0, the same items in both frames.

    laspeyres: at the other's before value, what belongs to both is `joint` · shapley: the joint term is halved ·
    lmdi: shared by the logarithmic mean (Ang 2005), Σ L(a1, a0) × ln(x1 / x0) with a = price × quantity.
    """
    for name, frame in (("before", before), ("after", after)):
        require(frame, ("quantity", "price"), f"price_volume, {name}")
    p0, q0 = before["price"].astype("float64"), before["quantity"].astype("float64")
    p1, q1 = after["price"].reindex(p0.index).astype("float64"), after["quantity"].reindex(q0.index).astype("float64")
    if len(after) != len(before) or not (pd.concat([p0, q0, p1, q1]) > 0).all():
        raise DataError("price_volume", ["both frames need the same items, with quantity and price above 0"])
    if method == "lmdi":
        effects = lmdi(pd.DataFrame({"p": p0, "q": q0}), pd.DataFrame({"p": p1, "q": q1})).sum()
        price, volume, joint = effects["p"], effects["q"], 0.0
    else:
        price, volume, joint = ((p1 - p0) * q0).sum(), (p0 * (q1 - q0)).sum(), ((p1 - p0) * (q1 - q0)).sum()
    half = joint / 2 if method == "shapley" else 0.0
    return PriceVolume(price=price + half, volume=volume + half, joint=joint - 2 * half, method=method)


def _table(table: pd.DataFrame, convention: Convention) -> pd.DataFrame:
    table = table.assign(kind=_kind(table), change=table["amount"] - table["amount_before"])
    both = table[table["kind"] == "both"]
    p1, p0 = both["amount"] / both["quantity"], both["amount_before"] / both["quantity_before"]
    made = effects(both, {})
    if convention == "before_prices":
        made = made.assign(volume=both["change"] - made["price"], mix=np.nan)
    # NaN elsewhere: an item that was not compared has no price or volume effect, not one of 0
    table = table.assign(unit_price=p1, unit_price_before=p0, **made)
    columns = ["kind", "quantity", "quantity_before", "unit_price", "unit_price_before", "amount", "amount_before",
               "change", *EFFECTS]  # fmt: skip
    return ordered(table[columns], table["change"].abs())


def _kind(table: pd.DataFrame) -> pd.Series:
    """both, new, lost or other; what has no name is other."""
    return kinds(table).astype(object).where(table.index.to_series().notna(), "other")


def _steps(table: pd.DataFrame) -> pd.Series:
    both = table[table["kind"] == "both"]
    steps = {"before": table["amount_before"].sum()}
    steps |= {name: both[name].sum() for name in EFFECTS if both[name].notna().all()}
    steps |= {kind: table["change"][table["kind"] == kind].sum() for kind in ("new", "lost", "other")}
    return pd.Series(steps | {"after": table["amount"].sum()}, name="amount", dtype="float64")


def _findings(result: Bridge) -> list[Finding]:
    moves = result.steps.drop(["before", "after"])
    change = result.steps["after"] - result.steps["before"]
    largest = str(moves.abs().idxmax())
    values = {name: moves.get(name) for name in (*EFFECTS, "new", "lost", "other")}
    values = {"before": result.steps["before"], "after": result.steps["after"], "change": change} | values
    found = [fact("history.bridge", weight=change, by=result.by, **values, largest=largest,
                  largest_effect=moves[largest], convention=result.convention)]  # fmt: skip
    return [*found, *_coverage(result), *_warning(result), *_apart(result)]


def _coverage(result: Bridge) -> list[Finding]:
    compared = result.table["amount"][result.table["kind"] == "both"].sum()
    share = compared / result.steps["after"] if result.steps["after"] > 0 else np.nan
    return [] if not share < 0.5 else [fact("history.bridge_coverage", by=result.by, share=share)]


def _warning(result: Bridge) -> list[Finding]:
    both = result.table[result.table["kind"] == "both"]
    if result.convention == "before_prices" or not unlike(both):
        return []
    price = both["unit_price_before"]
    times = price.quantile(0.9, interpolation="higher") / price.quantile(0.1, interpolation="lower")
    return [fact("history.bridge_unlike", by=result.by, times=times,
                 volume_and_mix=result.steps["volume"] + result.steps["mix"])]  # fmt: skip


def _apart(result: Bridge) -> list[Finding]:
    kinds = dict(tuple(result.table.groupby("kind")))
    found = []
    for kind, column in (("new", "amount"), ("lost", "amount_before")):
        if kind in kinds:
            amount, count = kinds[kind][column].sum(), len(kinds[kind])
            found.append(fact(f"history.bridge_{kind}", weight=amount, by=result.by, count=count, amount=amount))
    if "other" in kinds and kinds["other"][["amount", "amount_before"]].any(axis=None):
        sums, count = kinds["other"][["amount", "amount_before", "change"]].sum(), len(kinds["other"])
        found.append(fact("history.bridge_other", weight=sums["change"], by=result.by, count=count, **sums))
    return found


def _decisions(result: Bridge) -> list[Finding]:
    before, found = result.steps["before"], []
    both = result.table[result.table["kind"] == "both"]
    if result.steps["price"] <= -TELLING * before < 0:
        worst = both["price"].idxmin()
        at_old_prices = both["amount"].sum() - result.steps["price"]
        found.append(fact("history.price_falling", weight=result.steps["price"], about=worst, by=result.by,
                          effect=result.steps["price"], rate=result.steps["price"] / at_old_prices, item=worst,
                          item_effect=both["price"].min(), judged="size"))  # fmt: skip
    if -result.steps["lost"] >= TELLING * before > 0:
        lost = result.table[result.table["kind"] == "lost"]
        largest = lost["amount_before"].idxmax()
        found.append(fact("history.items_lost", weight=result.steps["lost"], about=largest, by=result.by,
                          count=len(lost), amount=lost["amount_before"].sum(), item=largest,
                          item_amount=lost["amount_before"].max(), judged="size"))  # fmt: skip
    return found
