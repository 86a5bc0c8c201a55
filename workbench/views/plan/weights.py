"""What a reader sees of KPIs by role, goals, the least share of new products and the company's stage."""

from typing import Any

import numpy as np
import pandas as pd

from workbench.analytics.plan.staff.stages import StageTemplate
from workbench.analytics.plan.staff.weights import KINDS, Goals, KeptShares, Weights
from workbench.views.show import KPI_TABLES, View, columns_of, sentences, split, view
from workbench.views.tables import Column, Sheet, table
from workbench.views.words import MISSING, Words, missing

_P = "plan.weights"
_ROLE = {
    "kind_said": Column("kind_said", "text", "weights_kind", minor=True),
    "weight": Column("weight", "share", "weights_weight"),
    "now_said": Column("now_said", "text", "weights_now"),
    "target_said": Column("target_said", "text", "weights_target"),
}
_MIX = {kind: Column(kind, "share", f"weights_{kind}") for kind in KINDS}


@view.register
def _(result: Weights, w: Words, as_of: pd.Timestamp) -> View:
    heading = w.phrase(f"{_P}.heading")
    frame = result.table.reset_index("kpi")
    frame["kpi_said"] = [_called(kpi, result, w) for kpi in frame["kpi"]]
    frame["kind_said"] = [None if missing(k) else w.phrase(f"{_P}.kind.{k}") for k in frame["kind"]]
    for name in ("now", "target"):
        frame[f"{name}_said"] = _said(frame, name, w)
    roles = [table(_of_role(part, w), w, _called(str(role), result, w)) for role, part in _by_role(frame)]
    mix = result.mix.set_axis([_called(role, result, w) for role in result.mix.index])
    kinds = Sheet(mix, (Column("role", "text", "weights_role"), *_MIX.values()), w.phrase(f"{_P}.mix_heading"))
    frame.index = [_called(str(role), result, w) for role in frame.index]
    sheet = Sheet(frame, (Column("role", "text", "weights_role"), Column("kpi_said", "text", "weights_kpi"),
                          *columns_of(frame, _ROLE)))  # fmt: skip
    return View(
        "plan-weights",
        heading,
        *split(sentences(result.findings, w)),
        tables=(table(kinds, w, kinds.title), *roles),
        how=w.phrase(f"{_P}.how"),
        sheets={"weights": sheet, "weights-by-kind": kinds},
        uses=KPI_TABLES,
    )


@view.register
def _(result: Goals, w: Words, as_of: pd.Timestamp) -> View:
    heading = w.phrase(f"{_P}.goals_heading")
    frame = result.table.assign(
        now_said=_said(result.table, "now", w),
        target_said=_said(result.table, "target", w),
        reached_said=[w.phrase(f"{_P}.reached", {"reached": r}) for r in result.table["reached"]],
    )
    columns = (
        Column("kpi", "kpi", "weights_kpi"),
        Column("now_said", "text", "weights_now"),
        Column("target_said", "text", "weights_target"),
        Column("reached_said", "text", "weights_reached"),
    )
    sheet = Sheet(frame, columns)
    return View(
        "plan-goals",
        heading,
        *split(sentences(result.findings, w)),
        tables=(table(sheet, w, heading),),
        how=w.phrase(f"{_P}.goals_how"),
        sheets={"goals": sheet},
        uses=KPI_TABLES,
        open_table=True,
    )


@view.register
def _(result: KeptShares, w: Words, as_of: pd.Timestamp) -> View:
    heading = w.phrase(f"{_P}.share_heading", {"level": result.level})
    known = {
        "amount": Column("amount", "money", "weights_sales"),
        "amount_new": Column("amount_new", "money", "weights_new_products"),
        "share": Column("share", "share", "weights_share"),
        "gap": Column("gap", "money", "weights_gap"),
    }
    sheet = Sheet(result.table, (Column("node", "level", result.level), *columns_of(result.table, known)))
    return View(
        "plan-new-products",
        heading,
        *split(sentences(result.findings, w)),
        tables=(table(sheet, w, heading),),
        how=w.phrase(f"{_P}.share_how"),
        sheets={"new-products": sheet},
        uses=("orders", "products"),
        open_table=True,
    )


@view.register
def _(result: StageTemplate, w: Words, as_of: pd.Timestamp) -> View:
    heading = w.phrase(f"{_P}.stage_heading", {"stage": result.stage})
    frame = pd.DataFrame(
        {
            "months": [_months(row, w) for _, row in result.table.iterrows()],
            "goal": [_filled(goal, result, w) for goal in result.table["goal"]],
            "kpis": [_kpis(row, w) for _, row in result.table.iterrows()],
        },
        index=result.table.index.rename("step"),
    ).replace("", np.nan)
    known = {name: Column(name, "text", f"weights_{name}") for name in ("months", "goal", "kpis")}
    sheet = Sheet(frame, (Column("step", "number", "weights_step"), *columns_of(frame, known)))
    return View(
        "plan-stage",
        heading,
        *split(sentences(result.findings, w)),
        tables=(table(sheet, w, heading),),
        how=w.phrase(f"{_P}.stage_how"),
        sheets={"stage": sheet},
        uses=(),
        open_table=True,
    )


def _by_role(frame: pd.DataFrame) -> list[tuple[Any, pd.DataFrame]]:
    return list(frame.groupby(level="role", sort=False))


def _of_role(part: pd.DataFrame, w: Words) -> Sheet:
    shown = part[part["weight"].notna()].set_index("kpi_said")  # what a role only sees stands in the workbook
    return Sheet(shown, (Column("kpi_said", "text", "weights_kpi"), *columns_of(shown, _ROLE)))


def _called(key: str, result: Weights, w: Words) -> str:
    """A role or KPI in the reader's language: as the template calls it, the scorecard, or as it was written."""
    return w.called(result.names[key]) if key in result.names else w.kpi(key)


def _said(frame: pd.DataFrame, name: str, w: Words) -> pd.Series:
    told = [_by_unit(v, u, w) for v, u in zip(frame[name], frame["unit"], strict=True)]
    return pd.Series(told, frame.index, dtype=object)


def _by_unit(value: float, unit: Any, w: Words) -> str | None:
    return None if missing(value) else w.by_unit(value, "number" if missing(unit) else str(unit))


def _months(row: pd.Series, w: Words) -> str:
    if missing(row["first_month"]):
        return ""
    return w.phrase(f"{_P}.stage_months", {"first": row["first_month"], "last": row["last_month"]})


def _filled(goal: dict[str, str], result: StageTemplate, w: Words) -> str:
    """The goal with its placeholders: a percentage where one is set, else X% and Y% as they stand."""
    said = goal.get(w.lang, next(iter(goal.values())))
    for name in ("x", "y"):
        value = result.values.get(name)
        said = said.replace(f"{{{name}}}", f"{name.upper()}%" if value is None else w.percent_whole(value))
    return said


def _kpis(row: pd.Series, w: Words) -> str:
    """The KPIs in a row, each with its value today where the scorecard has one."""
    from workbench.analytics.kpis import declared

    told = []
    for names, key, now in zip(row["kpis"], row["known"], row["now"], strict=True):
        name = w.called(names)
        kpi, _, column = key.partition(".")
        unit = declared()[kpi].unit if kpi else ""
        said = w.change_by_unit if column else w.by_unit
        told.append(name if missing(now) or not unit else f"{name} {said(now, unit)}")
    return ("; " if w.lang == "en" else "；").join(told) or MISSING
