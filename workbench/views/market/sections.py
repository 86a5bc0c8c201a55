"""What a reader sees of each result of analytics/market."""

from dataclasses import replace
from typing import Any

import pandas as pd

from workbench.analytics.market import (
    Elasticity,
    Launches,
    MarketSeries,
    MarketTarget,
    Potential,
    Share,
    Sizing,
    Watch,
)
from workbench.analytics.market.share import WHOLE
from workbench.periods import PER_YEAR
from workbench.views.market import charts
from workbench.views.show import View, columns_of, label_of, rounded, sentences, slug, split, view
from workbench.views.tables import Column, Sheet, Table, table
from workbench.views.words import Sentence, Words, missing

_BOUNDS = (Column("lo_80", "money"), Column("hi_80", "money"))
_YEARS = {
    "share": Column("share", "share_fine", "market_share_now"),
    "lo_80": Column("lo_80", "share_fine", minor=True),
    "hi_80": Column("hi_80", "share_fine", minor=True),
    "share_before": Column("share_before", "share_fine", "market_share_before", minor=True),
    "points": Column("points", "points_fine", "market_share_change"),
    "own": Column("own", "money", "amount"),
    "market": Column("market", "money", "market_size", group="market"),
    "own_growth": Column("own_growth", "change", "yoy", minor=True),
    "market_growth": Column("market_growth", "change", "market_growth"),
}
_POTENTIAL = {
    "headroom": Column("headroom", "money", "headroom"),
    "lo_80": Column("lo_80", "money", minor=True),
    "hi_80": Column("hi_80", "money", minor=True),
    "share": Column("share", "share_fine", "market_share_now"),
    "shrunk": Column("shrunk", "share_fine", on_page=False),
    "best": Column("best", "share_fine", "best_share"),
    "market": Column("market", "money", "market_size", group="market", on_page=False),  # the table of shares has both
    "own": Column("own", "money", "amount", on_page=False),
    "index": Column("index", "decimal", "factor_index", minor=True),
    "penetration": Column("penetration", "share", "penetration", minor=True),
    "white_space": Column("white_space", "count", "white_space", minor=True),
}
_BY_ACCOUNT = _POTENTIAL | {
    "share": Column("share", "money", "per_account", group="account"),
    "shrunk": Column("shrunk", "money", minor=True, group="account"),
    "best": Column("best", "money", "best_per_account", group="account"),
    "own": Column("own", "money", "amount", minor=True),
    "accounts": Column("accounts", "count"),
}
_LAUNCHES = (
    Column("launched", "date", on_page=False),
    Column("units", "count", "units_sold"),
    Column("market", "count", "units_ever"),
    Column("market_lo", "count", "lo_80", minor=True),
    Column("market_hi", "count", "hi_80", minor=True),
    Column("peak", "month", "peak_day"),
    Column("next_year", "count", "units_next_year"),
    Column("money", "money", "money_next_year"),
    Column("net", "money", "net_of_replaced", minor=True),
)
_WATCH = (
    Column("who", "text", "competitor"),
    Column("kind", "text", "kind_of_move"),
    Column("note", "text", "note", minor=True),
    Column("change", "change", "change_after"),
    Column("usual", "change", "change_usual", minor=True),
    Column("beyond", "change", "change_beyond"),
)
_TARGET = (
    Column("held", "money", "at_todays_share"),
    *_BOUNDS,
    Column("growth", "change", "yoy"),
    Column("market", "money", "market_size", minor=True, group="market"),
    Column("share", "share_fine", "market_share_now", minor=True),
    Column("reach", "money", "with_headroom"),
)


@view.register
def _(result: MarketSeries, w: Words, as_of: pd.Timestamp) -> View:
    said = sentences(result.findings, w)
    heading = w.phrase("market.series.heading")
    sheet = Sheet(_whole(result), (Column("period", f"period:{result.every}"), *_SIZE))
    every = Sheet(_by_segment(result, w), (Column("segment", "text"), Column("period", "date"), *_SIZE[:1]))
    wrong = result.disagreeing.set_index("segment")
    rows = Sheet(wrong, (Column("segment", "text"), *_DISAGREE))
    tables = [table(sheet, w, heading, latest=True)] + ([table(rows, w, heading)] if len(wrong) else [])
    return View(
        "market-series",
        heading,
        *split(said),
        draw=lambda: charts.series(result, w, label_of(heading, said, w)),
        tables=tuple(tables),
        how=w.phrase("market.series.how"),
        terms=("market_size",),
        sheets={"market-series": sheet, "market-segments": every}
        | ({"market-disagreeing": rows} if len(wrong) else {}),
        uses=("market",),
    )


_DISAGREE = (
    Column("period", "date"),
    Column("growth", "change", "growth_stated"),
    Column("implied", "change", "growth_implied"),
)


_SIZE = (Column("size", "money", "market_size"), Column("yoy", "change"))


def _whole(result: MarketSeries) -> pd.DataFrame:
    whole = result.table.sum(axis=1, min_count=len(result.table.columns))
    return pd.DataFrame({"size": whole, "yoy": whole / whole.shift(PER_YEAR[result.every]) - 1})


def _by_segment(result: MarketSeries, w: Words) -> pd.DataFrame:
    long = result.table.melt(ignore_index=False, var_name="segment", value_name="size").dropna()
    long = long.reset_index().set_index("segment")
    return long.rename(index={WHOLE: w.phrase("market.whole")})


@view.register
def _(result: Sizing, w: Words, as_of: pd.Timestamp) -> View:
    said = sentences(result.findings, w, most=12)
    heading = w.phrase("market.sizing.heading")
    every = Sheet(_flat(result.table, "method", w), (Column("method", "text"), *_SIZES))
    sizes = Sheet(_wide(result.table, w), (Column("method", "text"), *_WIDE))
    assumed = Sheet(_named(result.assumptions, w), (Column("method", "text"), *_ASSUMED))
    swings = Sheet(_named(result.tornado, w), (Column("method", "text"), *_SWINGS))
    shown = [(sizes, "sizes"), (swings, "tornado")]
    tables = [table(sheet, w, w.phrase(f"market.sizing.{n}"), most=6) for sheet, n in shown if len(sheet.frame)]
    tables += [_assumed_of(method, assumed.frame, w) for method in assumed.frame.index.unique()]
    draws = max((len(d) for d in result.draws.values()), default=0)
    return View(
        "sizing",
        heading,
        *split(said),
        draw=lambda: charts.sizing(result, w, label_of(heading, said, w)),
        tables=tuple(tables),
        how=w.phrase("market.sizing.how", {"draws": draws}),
        terms=("tam", "prediction_interval"),
        sheets={"sizing": every, "sizing-assumptions": assumed, "sizing-tornado": swings},
        uses=("market", "orders"),
        open_table=True,
    )


_WIDE = (
    Column("tam", "money", "tam"),
    Column("sam", "money", "sam"),
    Column("som", "money", "som"),
    *(replace(one, minor=True) for one in _BOUNDS),
)
_SIZES = (Column("size", "text", "size_kind"), Column("amount", "money", "market_size"), *_BOUNDS)
_ASSUMED = (
    Column("segment", "text", minor=True),
    Column("name", "text", "assumption"),
    Column("low", "by_unit"),
    Column("likely", "by_unit", "likely"),
    Column("high", "by_unit"),
    Column("why", "text", "why", minor=True),
)
_UNITS = {"accounts": "count", "budget": "money", "potential": "count", "price": "money"}  # others are shares
_SWINGS = (
    Column("segment", "text", minor=True),
    Column("name", "text", "assumption"),
    Column("som_low", "money", "som_low"),
    Column("som_high", "money", "som_high"),
    Column("swing", "money", "swing"),
)


def _flat(frame: pd.DataFrame, first: str, w: Words) -> pd.DataFrame:
    flat = frame.reset_index()
    flat["size"] = [w.phrase(f"market.size.{s}") for s in flat["size"]]
    flat[first] = [w.phrase(f"market.method.{m}") for m in flat[first]]
    return flat.set_index(first)


def _assumed_of(method: str, frame: pd.DataFrame, w: Words) -> Table:
    """What one way assumes, a row for each assumption and segment."""
    rows = frame.loc[[method]]
    pairs = zip(rows["segment"], rows["name"], strict=True)
    names = [name if missing(part) else f"{part}{w.writing.colon}{name}" for part, name in pairs]
    sheet = Sheet(rows.set_axis(names, axis=0), (Column("name", "text", "assumption"), *_ASSUMED[2:]))
    return table(sheet, w, w.phrase("market.sizing.assumptions_of", {"method": method}), most=16)


def _wide(frame: pd.DataFrame, w: Words) -> pd.DataFrame:
    """A row for each way: the three sizes, and the range of what can be won."""
    wide = frame["amount"].unstack("size").reindex(frame.index.unique("method"))
    wide = wide.join(frame.xs("som", level="size")[["lo_80", "hi_80"]])
    return wide.rename(index=lambda m: w.phrase(f"market.method.{m}"))


def _said(frame: pd.DataFrame, w: Words) -> pd.DataFrame:
    """Assumptions by their names, with the unit that each is in; shares of launches have their usual reason."""
    units = [_UNITS.get(n, "ratio") for n in frame["name"]]
    names = [w.phrase(f"market.assumption.{n}") for n in frame["name"]]
    told = frame.assign(name=names, unit=units)
    if "why" in frame:
        usual = frame["name"].isin(["innovation", "imitation"]) & (frame["why"] == "")
        told["why"] = frame["why"].mask(usual, w.phrase("market.launches.usual")).replace("", None)
    return told


def _named(frame: pd.DataFrame, w: Words) -> pd.DataFrame:
    named = _said(frame, w)
    methods = [w.phrase(f"market.method.{m}") for m in frame["method"]]
    return named.assign(method=methods, segment=frame["segment"].replace("", None)).set_index("method")


@view.register
def _(result: Share, w: Words, as_of: pd.Timestamp) -> View:
    said = [*sentences(result.findings, w, most=5), _holding(result, w)]
    heading = w.phrase("market.share.heading", {"level": result.level or None})
    years = result.years.rename(index={WHOLE: w.phrase("market.whole")})
    sheet = Sheet(years, (Column("segment", "text"), *columns_of(years, _YEARS)))
    effects = result.effects.rename(index={WHOLE: w.phrase("market.whole")})
    moved = Sheet(effects, (Column("segment", "text"), *(Column(c, "money", f"by_{c}") for c in effects.columns)))
    every = Sheet(_long(result.table), (Column("segment", "text"), Column("period", "date"), *_PERIODS))
    periods = next((f.values["periods"] for f in result.findings if "periods" in f.values), 0)
    return View(
        slug("share", result.level),
        heading,
        *split(said),
        draw=lambda: charts.share(result, w, label_of(heading, said, w)),
        tables=(table(sheet, w, heading, most=20), table(moved, w, w.phrase("sections.columns.change"), most=20)),
        how=w.phrase("market.share.how", {"every": result.every, "periods": periods}),
        terms=("market_share", "yoy", "points"),
        sheets={"share": sheet, "share-effects": moved, "share-periods": every},
        uses=("orders", "market"),
    )


_PERIODS = (
    Column("own", "money", "amount"),
    Column("market", "money", "market_size", group="market"),
    Column("share", "share_fine", "market_share_now"),
)


def _long(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.reset_index("period")


def _holding(result: Share, w: Words) -> Sentence:
    own = float(result.years["own_growth"][WHOLE])
    return w.say("market.share.holding", {**{str(k): v for k, v in result.holding.items()}, "own": own})


@view.register
def _(result: Potential, w: Words, as_of: pd.Timestamp) -> View:
    said = sentences(result.findings, w)
    heading = w.phrase("market.potential.heading", {"level": result.level})
    known = _POTENTIAL if result.per == "market" else _BY_ACCOUNT
    sheet = Sheet(result.table, (Column("node", "level", result.level), *columns_of(result.table, known)))
    entries = Sheet(
        result.entries, (Column("node", "level", result.level), *(c for c in _ENTRIES if c.name in result.entries))
    )
    factors = tuple(w.phrase(f"market.factor.{f}") if w.has(f"market.factor.{f}") else f for f in result.weights.index)
    return View(
        slug("potential", result.level),
        heading,
        *split(said),
        draw=lambda: charts.potential(result, w, label_of(heading, said, w)),
        tables=(table(sheet, w, heading), *((table(entries, w, heading),) if len(result.entries) else ())),
        how=w.phrase("market.potential.how", {"factors": factors, "per": result.per}),
        terms=("market_share", "shrunk", "prediction_interval"),
        sheets={"potential": sheet} | ({"entries": entries} if len(result.entries) else {}),
        uses=("orders", "market"),
    )


_ENTRIES = (
    Column("market", "money", "market_size", group="market"),
    Column("low", "money", "at_lowest_share"),
    Column("usual", "money", "at_middle_share"),
)


@view.register
def _(result: Launches, w: Words, as_of: pd.Timestamp) -> View:
    said = sentences(result.findings, w)
    heading = w.phrase("market.launches.heading")
    sheet = Sheet(result.table, (Column("product", "level", "product"), *_LAUNCHES))
    believed = Sheet(_believed(result.assumptions, w), (Column("product", "level", "product"), *_ASSUMED[1:]))
    first = str(result.table.index[0])
    tables = [table(sheet, w, heading)]
    tables += [table(believed, w, w.phrase("market.sizing.assumptions"))] if len(result.assumptions) else []
    return View(
        "launches",
        heading,
        *split(said),
        draw=lambda: charts.launch(result, first, w, label_of(heading, said, w)),
        tables=tuple(tables),
        how=w.phrase("market.launches.how"),
        terms=("prediction_interval",),
        sheets={"launches": sheet} | ({"launch-assumptions": believed} if len(result.assumptions) else {}),
        uses=("orders", "products"),
    )


def _believed(frame: pd.DataFrame, w: Words) -> pd.DataFrame:
    return _said(frame.reset_index("name"), w)


@view.register
def _(result: Elasticity, w: Words, as_of: pd.Timestamp) -> View:
    heading = w.phrase("market.demand.heading")
    parts = Sheet(result.table, (Column("part", "text", "segment"), *_ELASTICITY))
    known = len(result.table) > 0
    return View(
        "demand",
        heading,
        *split(sentences(result.findings, w)),
        tables=(table(parts, w, heading),) if known else (),
        how=w.phrase("market.demand.how"),
        terms=("elasticity", "prediction_interval"),
        sheets={"demand": parts} if known else {},
    )


_ELASTICITY = (
    Column("value", "decimal", "elasticity"),
    Column("lo_80", "decimal"),
    Column("hi_80", "decimal"),
    Column("items", "count"),
)


@view.register
def _(result: Watch, w: Words, as_of: pd.Timestamp) -> View:
    said = sentences(result.findings, w)
    heading = w.phrase("market.watch.heading")
    sheet = Sheet(result.table.set_index("date"), (Column("date", "date", "date_of_move"), *_WATCH))
    return View(
        "watch",
        heading,
        *split(said),
        draw=(lambda: charts.watch(result, w, label_of(heading, said, w))) if len(result.sales) > 2 else None,
        tables=(table(sheet, w, heading),),
        how=w.phrase("market.watch.how"),
        sheets={"watch": sheet},
        uses=("competitors", "events", "orders"),
    )


@view.register
def _(result: MarketTarget, w: Words, as_of: pd.Timestamp) -> View:
    heading = w.phrase("market.target.heading")
    frame = result.table.rename(index={WHOLE: w.phrase("market.whole")})
    sheet = Sheet(frame, (Column("node", "text"), *_TARGET))
    return View(
        "market-target",
        heading,
        *split(sentences(result.findings, w)),
        tables=(table(sheet, w, heading, most=20),),
        how=w.phrase("market.target.how"),
        terms=("market_share", "prediction_interval"),
        sheets={"market-target": sheet},
        uses=("market", "orders"),
        open_table=True,
    )


def headline(result: Any) -> dict[str, Any]:
    """The facts of a result, to three significant digits."""
    if isinstance(result, Share):
        row: Any = result.years.loc[WHOLE]
        return {"market_share": rounded(row["share"]), "market_growth": round(float(row["market_growth"]), 3)}
    if isinstance(result, Sizing):
        told = result.table["amount"].dropna()
        return {f"size_{m}_{s}": rounded(told[m, s]) for m, s in told.index.to_list()}
    if isinstance(result, MarketTarget):
        return {"held_share_sales": rounded(result.table["held"][WHOLE])}
    return {}
