"""What a reader sees of the way from the target to the sales, of price, volume and mix, and of the chains."""

from typing import Any

import pandas as pd

from workbench.analytics.review.bridge import Bridge
from workbench.analytics.review.chain import Chain
from workbench.analytics.review.mix import PriceMix
from workbench.views.review import bridge_charts as charts
from workbench.views.show import View, columns_of, label_of, sentences, slug, split, view
from workbench.views.tables import Column, Sheet, table
from workbench.views.words import Words, missing

_KEPT = 2000  # rows of the workbook's list of items, those that moved most
_JUDGED = {
    "noise": Column("noise", "money", "bridge_noise", minor=True),
    "judged": Column("judged", "phrase:review.bridge.beyond", "bridge_judged"),
}
_NODES = {
    "target": Column("target", "money", "bridge_target", minor=True),
    "before": Column("before", "money", "bridge_before", minor=True),
    "expected": Column("expected", "money", "bridge_expected"),
    "amount": Column("amount", "money"),
    "gap": Column("gap", "money", "bridge_gap", on_page=False),
    "start": Column("start", "money", "bridge_start", on_page=False),
    "effect": Column("effect", "money", "bridge_step"),
    **_JUDGED,
}
_MOVES = {"effect": Column("effect", "money", "bridge_step"), **_JUDGED}
_PARTS = {
    "amount": Column("amount", "money"),
    "amount_before": Column("amount_before", "money", "bridge_before", on_page=False),
    "change": Column("change", "money"),
    "price": Column("price", "money"),
    "volume": Column("volume", "money"),
    "new": Column("new", "money", "bridge_new"),
    "lost": Column("lost", "money", "bridge_lost", minor=True),
    "placed": Column("placed", "money", "bridge_placed", minor=True),
    "other": Column("other", "money", "bridge_other", on_page=False),
}
_ITEMS = {
    "kind": Column("kind", "phrase:review.bridge.kind", "bridge_kind"),
    "quantity": Column("quantity", "quantity"),
    "quantity_before": Column("quantity_before", "quantity", "bridge_quantity_before"),
    **{name: _PARTS[name] for name in ("amount", "amount_before", "change", "price", "volume")},
}
_CONVENTIONS = {name: Column(name, "money") for name in ("price", "volume", "mix")}
_CONVENTIONS |= {"joint": Column("joint", "money", "bridge_joint", minor=True)}
_ON_A_PHONE = 2  # effects a narrow screen has room for: those that moved most
_ENDS = {
    "now": Column("now", "money", "bridge_now", minor=True),
    "before": Column("before", "money", "bridge_before", on_page=False),
    "change": Column("change", "money"),
}
_UNITS = {
    **dict.fromkeys(("leads", "created", "new_customers", "repeat_customers"), "count"),
    **dict.fromkeys(("size", "market", "new_spend", "repeat_spend"), "money"),
}
_FACTORS = {
    "before": Column("before", "by_unit", "bridge_factor_before", minor=True),
    "now": Column("now", "by_unit", "bridge_factor_now", minor=True),
    "rate": Column("rate", "change", "bridge_rate"),
    "effect": Column("effect", "money", "bridge_effect"),
    "shapley": Column("shapley", "money", "bridge_shapley", minor=True),
    **_JUDGED,
}


@view.register
def _(result: Bridge, w: Words, as_of: pd.Timestamp) -> View:
    said = sentences(result.findings, w, most=6)
    heading = w.phrase(f"review.bridge.heading.{result.kind}")
    frame, level = _with_words(result.table), result.level
    sheet = Sheet(frame, (Column("node", "level", level), *columns_of(frame, _NODES)))
    names = [_step_name(row, w) for _, row in result.steps.iterrows()]
    steps = _with_words(result.steps.drop(columns=["step", "node"])).set_axis(pd.Index(names, name="step"), axis=0)
    moves = Sheet(steps, (Column("step", "text", "bridge_name"), *columns_of(steps, _MOVES)))
    return View(
        slug("target-bridge", level),
        heading,
        *split(said),
        draw=lambda: charts.waterfall(charts.bars(names, result.steps), w, label_of(heading, said, w)),
        tables=(table(sheet, w, heading, sums=("target", "before", "expected", "amount", "effect")),) if level else (),
        how=w.phrase("review.bridge.how.bridge", {"against": result.against, "level": level, "kind": result.kind})
        if level
        else "",
        terms=("beyond_chance", *(("kpi:attainment",) if result.kind == "target" else ())),
        sheets={**({slug("target-bridge", level): sheet} if level else {}), slug("target-bridge-steps", level): moves},
        uses=("orders", "targets") if result.kind == "target" else ("orders",),
    )


@view.register
def _(result: PriceMix, w: Words, as_of: pd.Timestamp) -> View:
    said = sentences(result.findings, w, most=6)
    heading, item = w.phrase("review.bridge.heading.mix"), result.by[-1]
    names = [_mix_name(str(step), result, w) for step in result.steps.index]
    steps = _with_words(result.steps).set_axis(pd.Index(names, name="step"), axis=0)
    steps = steps[(steps["effect"] != 0).to_numpy() | result.steps.index.isin(["before", "after", "price", "volume"])]
    moves = Sheet(steps, (Column("step", "text", "bridge_name"), *columns_of(steps, _MOVES)))
    nodes = _node_sheet(result, w)
    ways = Sheet(
        result.conventions,
        (Column("convention", "phrase:review.bridge.convention", "bridge_convention"),
         *columns_of(result.conventions, _CONVENTIONS)),
        w.phrase("review.bridge.caption_conventions"),
    )  # fmt: skip
    order = result.items["change"].abs().sort_values(ascending=False, kind="stable").index[:_KEPT]
    items = result.items.loc[order].set_index(item)
    levels = tuple(Column(level, "text", said=w.level(level)) for level in result.by[:-1])
    listed = Sheet(items, (Column("item", "level", item), *levels, *columns_of(items, _ITEMS)), heading)
    values = {"by": item, "convention": result.convention, "base": result.base or item}
    shown = [table(moves, w, heading, most=len(steps))]
    shown += [table(nodes, w, nodes.title)] if len(nodes.frame) else []
    return View(
        slug("price-mix", item),
        heading,
        *split(said),
        draw=lambda: charts.waterfall(charts.bars(names, result.steps), w, label_of(heading, said, w)),
        tables=(*shown, table(ways, w, ways.title)),
        how=w.phrase("review.bridge.how.mix", values),
        terms=("price_effect", "volume_effect", *(("mix_effect",) if "mix" in result.steps.index else ())),
        sheets={"price-mix": moves, "price-mix-parts": nodes, "price-mix-ways": ways, "price-mix-items": listed},
    )


@view.register
def _(result: Chain, w: Words, as_of: pd.Timestamp) -> View:
    said = sentences(result.findings, w, most=6)
    name = {"market": "chain_market"}.get(result.kind, result.kind)
    heading = w.phrase(f"review.bridge.heading.{name}")
    factors = _with_words(result.factors)
    factors = factors.assign(unit=[_UNITS.get(str(f), "ratio") for f in factors.index])
    first = Column("factor", "phrase:review.bridge.factor", "bridge_factor")
    sheet = Sheet(factors, (first, *columns_of(factors, _FACTORS)))
    nodes = _chain_nodes(result, w)
    made = [table(sheet, w, heading)]
    made += [table(nodes, w, nodes.title, sums=("now", "change"))] if nodes else []
    sheets = {f"chain-{result.kind}": sheet} | ({f"chain-{result.kind}-parts": nodes} if nodes else {})
    return View(
        f"chain-{result.kind}",
        heading,
        *split(said),
        draw=lambda: charts.waterfall(_chain_bars(result, w), w, label_of(heading, said, w)),
        tables=tuple(made),
        how=w.phrase("review.bridge.how.chain", {"kind": result.kind, "first": str(result.factors.index[0])}),
        terms=("beyond_chance", "lmdi", "shapley"),
        uses={"funnel": ("opportunities",), "market": ("orders", "market")}.get(result.kind, ("orders",)),
        sheets=sheets,
    )


def headline(result: Any) -> dict[str, float | None]:
    """Target, sales, attainment and gap of a bridge; the steps of price, volume and mix."""
    if isinstance(result, Bridge):
        return {f"{result.kind}": result.begin, "amount": result.amount, "gap": result.gap,
                "attainment": result.attainment}  # fmt: skip
    if isinstance(result, PriceMix):
        return {f"step_{name}": float(result.steps["effect"][name]) for name in ("price", "volume")}
    return {}


def _with_words(frame: pd.DataFrame) -> pd.DataFrame:
    """With `judged`: beyond or within chance, missing where that cannot be told."""
    told = [None if missing(b) else "beyond" if b else "within" for b in frame["beyond"]]
    return frame.assign(judged=pd.Series(told, frame.index, dtype=object))


def _step_name(row: pd.Series, w: Words) -> str:
    if row["step"] == "node":
        return w.node(row["node"])
    return w.phrase(f"review.bridge.step.{'left' if row['step'] == 'rest' else row['step']}")


def _mix_name(step: str, result: PriceMix, w: Words) -> str:
    if step == "volume" and result.base is None:
        return w.phrase("review.bridge.step.volume_mix")
    if step.startswith("mix"):
        return w.phrase("review.bridge.step.mix", {"by": step[4:] or result.by[-1]})
    if step == "before" and result.against == "target":
        return w.phrase("review.bridge.step.target")
    return w.phrase(f"review.bridge.step.{step}")


def _node_sheet(result: PriceMix, w: Words) -> Sheet:
    """The parts of every level, named by all their levels; the first level's come first."""
    levels = result.by[:-1]
    rows = result.nodes[list(levels)].itertuples(index=False, name=None)
    depths = [levels.index(level) + 1 for level in result.nodes["level"]]
    names = [" · ".join(w.node(v) for v in row[:depth]) for row, depth in zip(rows, depths, strict=True)]
    frame = result.nodes.set_axis(pd.Index(names, name="node"), axis=0)
    said = {c: _mix_name(c, result, w) for c in map(str, frame) if c.startswith("mix")}
    mixes = {c: Column(c, "money", "mix", minor=True, said=name) for c, name in said.items()}
    ordered = {**{k: _PARTS[k] for k in ("amount", "amount_before", "change", "price", "volume")}, **mixes}
    ordered |= {k: _PARTS[k] for k in ("new", "lost", "placed", "other") if frame[k].any()}
    return Sheet(frame, (Column("node", "text", "bridge_part"), *columns_of(frame, ordered)),
                 w.phrase("review.bridge.caption_nodes"))  # fmt: skip


def _chain_nodes(result: Chain, w: Words) -> Sheet | None:
    if len(result.nodes) < 2:
        return None
    effects = [str(c) for c in result.nodes if c not in ("before", "now", "change")]
    moved = result.nodes[effects].abs().sum().sort_values(ascending=False, kind="stable")
    first = list(moved.index[:_ON_A_PHONE])
    known = dict(_ENDS)
    known |= {
        c: Column(c, "money", c, said=w.phrase(f"review.bridge.factor.{c}"), minor=c not in first) for c in effects
    }
    frame = result.nodes.drop(columns=[c for c in effects if not moved[c]])
    return Sheet(frame, (Column("node", "level", result.level), *columns_of(frame, known)),
                 w.phrase("review.bridge.caption_nodes"))  # fmt: skip


def _chain_bars(result: Chain, w: Words) -> list[charts.Bar]:
    factors = [w.phrase(f"review.bridge.factor.{f}") for f in (*result.factors.index, "other")]
    names = [w.phrase("review.bridge.step.before"), *factors, w.phrase("review.bridge.step.after")]
    effects = [result.begin, *result.factors["effect"], result.other, result.end]
    frame = pd.DataFrame({"effect": effects, "noise": float("nan"), "beyond": pd.NA}, dtype=object)
    frame.loc[1 : len(result.factors), ["noise", "beyond"]] = result.factors[["noise", "beyond"]].to_numpy(object)
    return charts.bars(names, frame)
