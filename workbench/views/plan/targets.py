"""What a reader sees of the target: the views side by side, the gap in actions, what it rests and hangs on."""

from typing import Any

import pandas as pd

from workbench.analytics.plan.aims.anchor import Anchor
from workbench.analytics.plan.aims.gap import Gap
from workbench.analytics.plan.aims.market_share import ShareTest
from workbench.analytics.plan.aims.means import Leverage
from workbench.analytics.plan.aims.plan_scenarios import Alternatives, Sensitivity
from workbench.analytics.plan.aims.targets import Triangulation
from workbench.views.plan import targets_charts as charts
from workbench.views.show import View, columns_of, label_of, sentences, split, view
from workbench.views.tables import Column, Sheet, table
from workbench.views.words import Sentence, Words

_BOUNDS = (Column("lo_80", "money", minor=True), Column("hi_80", "money", minor=True))
_VIEWS = (
    Column("approach", "phrase:plan.targets.approach", "targets_approach"),
    Column("amount", "money", "targets_amount"),
    *_BOUNDS,
    Column("growth", "change", "targets_growth"),
    Column("chance", "chance", "targets_chance"),
)
_LEVELS = (
    Column("level", "phrase:plan.targets.level", "targets_level"),
    Column("amount", "money", "targets_amount"),
    Column("chance", "chance", "targets_chance"),
    Column("growth", "change", "targets_growth"),
    Column("handed_down", "money", "targets_parts", minor=True),
)
_QUARTERS = (
    Column("quarter", "period:quarter", "period"),
    Column("amount", "money", "targets_amount"),
    Column("before", "money", "targets_before", minor=True),
    Column("yoy", "change"),
    Column("qoq", "change", minor=True),
)
_ANCHOR = {
    "share": Column("share", "share", "targets_share"),
    "lo": Column("lo", "share", "targets_share_lo", minor=True),
    "hi": Column("hi", "share", "targets_share_hi", minor=True),
    "amount": Column("amount", "money", "targets_part"),
    "before": Column("before", "money", "targets_then", minor=True),
}
_SHARE = {
    "growth": Column("growth", "change", "targets_growth"),
    "market": Column("market", "change", "targets_market", minor=True),
    "index": Column("index", "decimal", "targets_index"),
    "change": Column("change", "change", "targets_share_change"),
    "share": Column("share", "share", "targets_share_after"),
}
_SCENARIOS = {
    "expected": Column("expected", "money", "targets_expected"),
    "target": Column("target", "money", "targets_target"),
    "chance": Column("chance", "chance", "targets_scenario_chance"),
    "strategy_chance": Column("strategy_chance", "chance", "targets_strategy_chance", minor=True),
    "gap": Column("gap", "money", "targets_gap", minor=True),
}
_DRIVERS = (
    Column("driver", "phrase:plan.targets.driver", "targets_driver"),
    Column("low", "money", "targets_low"),
    Column("high", "money", "targets_high"),
    Column("swing", "money", "targets_swing", minor=True),
)
_ACTIONS = (
    Column("action", "phrase:plan.targets.action", "targets_action"),
    Column("now", "text", "targets_now"),
    Column("more", "text", "targets_more"),
    Column("lo", "text", "targets_lo", minor=True),
    Column("hi", "text", "targets_hi", minor=True),
    Column("rate", "change", "targets_more_rate"),
)
_ACTIONS_SAVED = (
    Column("action", "phrase:plan.targets.action", "targets_action"),
    *(Column(name, "decimal", f"targets_{name}") for name in ("now", "more", "lo", "hi")),
    Column("rate", "change", "targets_more_rate"),
)


@view.register
def _(result: Triangulation, w: Words, as_of: pd.Timestamp) -> View:
    said = sentences(result.findings, w, most=len(result.findings))
    when = {"period": result.period.first, "every": result.period.name}
    heading = w.phrase("plan.targets.target_section.heading", when)
    tables = [
        table(Sheet(result.table, _VIEWS), w, w.phrase("plan.targets.target_section.views")),
        table(Sheet(result.levels, _LEVELS), w, w.phrase("plan.targets.target_section.levels_table")),
    ]
    if len(result.quarters):
        caption = w.phrase("plan.targets.target_section.quarters_table")
        tables.append(table(Sheet(result.quarters, _QUARTERS), w, caption, sums=("amount", "before")))
    return View(
        "target",
        heading,
        *split(said),
        draw=lambda: charts.views(result, w, label_of(heading, said, w)),
        tables=tuple(tables),
        how=w.phrase("plan.targets.target_section.how", charts.odds_of(result)),
        terms=("prediction_interval", "yoy"),
        sheets={
            "target": Sheet(result.table, _VIEWS),
            "target-levels": Sheet(result.levels, _LEVELS, w.phrase("plan.targets.target_section.levels_table")),
            **_quarters_sheet(result, w),
        },
        caption=_caption(result, w),
        open_table=True,
    )


def _quarters_sheet(result: Triangulation, w: Words) -> dict[str, Sheet]:
    title = w.phrase("plan.targets.target_section.quarters_table")
    return {"target-quarters": Sheet(result.quarters, _QUARTERS, title)} if len(result.quarters) else {}


def _caption(result: Triangulation, w: Words) -> Sentence:
    above = result.table["chance"].get("strategy") if result.source != "strategy" else None
    values: dict[str, Any] = {"amount": result.target, "chance": result.chance, "source": result.source}
    return w.say("plan.targets.target_section.caption",
                 values | {"strategy_chance": above, "strategy": result.strategy})  # fmt: skip


@view.register
def _(result: Gap, w: Words, as_of: pd.Timestamp) -> View:
    heading = w.phrase("plan.targets.gap_section.heading")
    shown = Sheet(_worded(result.table, w), _ACTIONS)
    return View(
        f"gap-{result.about}",
        heading,
        *split(sentences(result.findings, w)),
        tables=(table(shown, w, heading),) if len(result.table) else (),
        how=w.phrase("plan.targets.gap_section.how"),
        terms=("kpi:win_rate", "kpi:average_deal_size"),
        sheets={f"gap-{result.about}": Sheet(result.table, _ACTIONS_SAVED)} if len(result.table) else {},
        uses=("orders", "opportunities"),
        open_table=True,
    )


def _worded(actions: pd.DataFrame, w: Words) -> pd.DataFrame:
    """Each row in its own unit: counts, a rate and its points, money."""
    kinds = {"win_rate": ("percent", "points"), "deal_size": ("money", "money_sign"), "people": ("number", "tenths")}
    rows = {
        action: [w.format(row["now"], now), *(w.format(row[name], more) for name in ("more", "lo", "hi")), row["rate"]]
        for action, row in actions.iterrows()
        for now, more in [kinds.get(str(action), ("number", "number"))]
    }
    return pd.DataFrame.from_dict(rows, orient="index", columns=["now", "more", "lo", "hi", "rate"])


@view.register
def _(result: Leverage, w: Words, as_of: pd.Timestamp) -> View:
    heading = w.phrase("plan.targets.means_section.heading")
    amount = Column("amount", "money", "effect")
    sheet = Sheet(result.table, (Column("lever", "phrase:plan.targets.lever", "targets_lever"), amount, *_BOUNDS))
    known = len(result.table) > 0
    return View(
        "means",
        heading,
        *split(sentences(result.findings, w)),
        tables=(table(sheet, w, heading),) if known else (),
        how=w.phrase("plan.targets.means_section.how") if known else "",
        sheets={"means": sheet} if known else {},
        uses=("orders", "spend", "opportunities"),
    )


@view.register
def _(result: Anchor, w: Words, as_of: pd.Timestamp) -> View:
    heading = w.phrase("plan.targets.anchor_section.heading")
    first = Column("kind", "phrase:plan.targets.kind", "targets_kind")
    sheet = Sheet(result.table, (first, *columns_of(result.table, _ANCHOR)))
    known = len(result.table) > 0
    return View(
        "anchor",
        heading,
        *split(sentences(result.findings, w)),
        tables=(table(sheet, w, heading),) if known else (),
        how=w.phrase("plan.targets.anchor_section.how"),
        terms=("share",),
        sheets={"anchor": sheet} if known else {},
        uses=("orders", "products"),
    )


@view.register
def _(result: ShareTest, w: Words, as_of: pd.Timestamp) -> View:
    heading = w.phrase("plan.targets.share_section.heading")
    first = Column("of", "phrase:plan.targets.approach", "targets_approach")
    sheet = Sheet(result.table, (first, *columns_of(result.table, _SHARE)))
    return View(
        "share-test",
        heading,
        *split(sentences(result.findings, w)),
        tables=(table(sheet, w, heading),),
        how=w.phrase("plan.targets.share_section.how"),
        sheets={"share-test": sheet},
        uses=("orders", "market"),
    )


@view.register
def _(result: Alternatives, w: Words, as_of: pd.Timestamp) -> View:
    heading = w.phrase("plan.targets.scenario_section.heading")
    names = {key: w.called(one.name) or str(key) for key, one in result.named.items()}
    frame = result.table.rename(index=names)
    first = Column("scenario", "phrase:plan.targets.scenario_name")
    sheet = Sheet(frame, (first, *columns_of(frame, _SCENARIOS)))
    return View(
        "plan-scenarios",
        heading,
        *split(sentences(result.findings, w)),
        tables=(table(sheet, w, heading),) if len(frame) > 1 else (),
        how=w.phrase("plan.targets.scenario_section.how", {"sure": result.sure}),
        terms=("scenario",),
        sheets={"plan-scenarios": sheet},
    )


@view.register
def _(result: Sensitivity, w: Words, as_of: pd.Timestamp) -> View:
    said = sentences(result.findings, w)
    heading = w.phrase("plan.targets.sensitivity_section.heading")
    sheet, moves = Sheet(result.table, _DRIVERS), bool((result.table["swing"] > 0).any())
    return View(
        "sensitivity",
        heading,
        *split(said),
        draw=(lambda: charts.tornado(result, w, label_of(heading, said, w))) if moves else None,
        tables=(table(sheet, w, heading),),
        how=w.phrase("plan.targets.sensitivity_section.how"),
        sheets={"sensitivity": sheet},
        uses=("orders", "opportunities", "spend"),
    )
