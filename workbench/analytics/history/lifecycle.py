"""Which items are new, which carry the sales, which fade; and how shares moved."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from workbench.analytics.frames import require, unknown
from workbench.analytics.history.frames import side_by_side, unknown_spans
from workbench.analytics.history.results import Mix, ProductLife
from workbench.analytics.keys import direction, fact
from workbench.analytics.results import Unknown
from workbench.findings import Finding
from workbench.periods import Spans

YEAR = 12  # months
NEW = 24  # months since launch for which an item is new
UNSURE = 3  # months: what is sold in the first of the data may have been sold long before
FADED = 0.6  # share of its best twelve months below which an item fades
SILENT = 6  # months without sales after which an item has ended
TELLING_HHI = 0.02  # difference of concentration that is worth a sentence
CLASSES = ("new", "mature", "fading", "ended")


def product_life(
    sales: pd.DataFrame, products: pd.DataFrame | None = None, *, by: str = "product"
) -> ProductLife | Unknown:
    """Items by their stage of life, from monthly sales by item.

    New: launched, or first sold, within the last 24 whole months. Ended: nothing sold for 6. Fading: the last 12 months
    are under 60 % of the item's best 12. Mature: all others. `products` may tell when each was launched; what is sold
    in the first three months of the data, and has no launch told, is taken to be older than the data.
    """
    require(sales, ("period", by, "amount", "whole"), f"product life by {by}")
    whole = sales[sales["whole"].astype(bool)]
    months = whole["period"].nunique()
    if months < 2 * YEAR:
        return unknown("product_life", "history.unknown_months", have=months, need=2 * YEAR)
    wide = whole[whole[by].notna()].pivot_table("amount", "period", by, aggfunc="sum", fill_value=0.0, observed=True)
    if not (wide > 0).any(axis=None):
        return unknown("product_life", "history.unknown_named", by=by)
    wide = wide.reindex(pd.date_range(wide.index[0], whole["period"].max(), freq="MS"), fill_value=0.0)
    items = _items(wide, _first(wide, products, by)).rename_axis(by)
    result = ProductLife(by=by, table=_classes(items), items=items)
    return ProductLife(**{**vars(result), "findings": tuple(_life(result))})


def mixes(compares: Mapping[str, pd.DataFrame], spans: Spans | None, most: int = 2) -> tuple[Mix | Unknown, ...]:
    """The mix of each of the first `most` levels; nothing for a company without levels."""
    return tuple(mix(compare, level, spans) for level, compare in list(compares.items())[:most])


def mix(compare: pd.DataFrame, by: str, spans: Spans | None) -> Mix | Unknown:
    """How the nodes' shares of sales moved, in points that add up to 0, and the concentration on them (HHI)."""
    if problem := unknown_spans("mix", compare, spans):
        return problem
    assert spans is not None  # noqa: S101 unknown_spans told
    require(compare, ("span", by, "amount"), f"mix by {by}")
    table = side_by_side(compare, by)
    now, before = table["amount"].sum(), table["amount_before"].sum()
    if not (now > 0 and before > 0):
        return unknown("mix", "history.unknown_negative")
    shares = pd.DataFrame({"share": table["amount"] / now, "share_before": table["amount_before"] / before})
    shares["change"] = shares["share"] - shares["share_before"]
    shares = shares.sort_values("change", ascending=False, kind="stable")
    hhi, hhi_before = ((shares[c] ** 2).sum() for c in ("share", "share_before"))
    found = _moved(shares, by, now, float(hhi), float(hhi_before)) if len(shares) > 1 else []
    return Mix(
        by=by,
        table=shares,
        shifted=float(shares["change"].abs().sum() / 2),
        hhi=float(hhi),
        hhi_before=float(hhi_before),
        spans=spans,
        findings=tuple(found),
    )


def _first(wide: pd.DataFrame, products: pd.DataFrame | None, by: str) -> pd.Series:
    """The month from which each item is sold: its launch where that is told, else its first sale."""
    sold = (wide > 0).idxmax().where((wide > 0).any())
    sold = sold.where(sold >= wide.index[UNSURE])
    if products is None or "launched" not in products:
        return sold
    launched: dict[object, pd.Timestamp] = {}
    for column in (c for c in (by, "name") if c in products):
        launched |= dict(zip(products[column], products["launched"], strict=True))
    told = pd.Series(wide.columns.map(launched), index=wide.columns, dtype="datetime64[ns]")
    return told.fillna(sold)


def _items(wide: pd.DataFrame, first: pd.Series) -> pd.DataFrame:
    now, before, years = wide.tail(YEAR).sum(), wide.iloc[-2 * YEAR : -YEAR].sum(), wide.rolling(YEAR).sum()
    peak = years.max()
    items = pd.DataFrame({"first": first, "amount": now, "amount_before": before, "peak": peak})
    items["of_peak"] = items["amount"] / items["peak"].where(items["peak"] > 0)
    ended = wide.tail(SILENT).abs().sum() == 0
    kind = pd.Series("mature", index=items.index).mask(items["of_peak"] < FADED, "fading").mask(ended, "ended")
    kind = kind.mask((first >= wide.index[-NEW]) & ~ended, "new")
    items.insert(0, "class", kind)
    return items.sort_values("amount", ascending=False, kind="stable")


def _classes(items: pd.DataFrame) -> pd.DataFrame:
    groups = items.groupby("class")
    table = groups.agg(items=("amount", "size"), amount=("amount", "sum"), amount_before=("amount_before", "sum"))
    table = table.reindex([c for c in CLASSES if c in table.index])
    whole = table["amount"].sum()
    return table.assign(share=table["amount"] / whole if whole > 0 else float("nan"))


def _life(result: ProductLife) -> list[Finding]:
    table, items = result.table, result.items
    values = {c: table.loc[c] if c in table.index else None for c in ("new", "mature", "fading")}
    counts = {c: 0 if row is None else row["items"] for c, row in values.items()}
    shares = {f"{c}_share": 0.0 if row is None else row["share"] for c, row in values.items()}
    found = [
        fact("history.product_life", weight=table["amount"].sum(), by=result.by, items=len(items), **counts, **shares)
    ]
    fading, new = items[items["class"] == "fading"], items[items["class"] == "new"]
    if len(fading):
        item: Any = (fading["peak"] - fading["amount"]).idxmax()
        row = fading.loc[item]
        found.append(
            fact(
                "history.product_fading",
                weight=row["peak"] - row["amount"],
                about=item,
                by=result.by,
                item=item,
                amount=row["amount"],
                peak=row["peak"],
                of_peak=row["of_peak"],
            )
        )
    if len(new):
        item, row = new.index[0], new.iloc[0]
        found.append(
            fact(
                "history.product_new",
                weight=row["amount"],
                about=item,
                by=result.by,
                item=item,
                amount=row["amount"],
                first=row["first"],
            )
        )
    return found


def _moved(shares: pd.DataFrame, by: str, now: float, hhi: float, before: float) -> list[Finding]:
    up, down = shares.iloc[0], shares.iloc[-1]
    shifted = shares["change"].abs().sum() / 2
    return [
        fact(
            "history.mix",
            weight=shifted * now,
            by=by,
            shifted=shifted,
            up=shares.index[0],
            up_share=up["share"],
            up_change=up["change"],
            down=shares.index[-1],
            down_share=down["share"],
            down_change=down["change"],
        ),
        *_concentrated(by, hhi, before, len(shares)),
    ]


def _concentrated(by: str, hhi: float, before: float, nodes: int) -> list[Finding]:
    """Nothing where the two are as good as the same."""
    if abs(hhi - before) < TELLING_HHI:
        return []
    return [fact("history.mix_hhi", by=by, hhi=hhi, hhi_before=before, nodes=nodes, direction=direction(hhi - before))]
