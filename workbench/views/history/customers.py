"""What a reader sees of the results about customers: one function for each type, registered with `show.view`."""

import pandas as pd

from workbench.analytics.customers import AtRisk, Churn, Cohorts, LifetimeValue, NewAndRepeat, Repurchase, Rfm
from workbench.analytics.customers.leaving import ACTIVE, GONE, SHORTEST, TIMES
from workbench.analytics.customers.scoring import MEASURES
from workbench.views.history import customers_charts as charts
from workbench.views.show import View, label_of, sentences, split, view
from workbench.views.tables import Column, Sheet, table
from workbench.views.words import Words

_MOST_IN_WORKBOOK = 20_000
_LO, _HI = Column("lo", "share", minor=True), Column("hi", "share", minor=True)
_CUSTOMERS, _AMOUNT, _SHARE = Column("customers", "count"), Column("amount", "money"), Column("share", "share")


@view.register
def _(result: Rfm, w: Words, as_of: pd.Timestamp) -> View:
    said, heading = sentences(result.findings, w, 1), w.phrase("sections.rfm.heading")
    named = result.table.rename(index=lambda name: w.phrase(f"sections.rfm.class.{name}"))
    sheet = Sheet(named, (Column("class", "text"), _CUSTOMERS, _AMOUNT, _SHARE))
    cuts = {name: result.cuts[name] for name in MEASURES}
    values = {f"{name}_{n}": cut for name, found in cuts.items() for n, cut in enumerate(found, start=1)}
    return View(
        "rfm",
        heading,
        *split(said),
        draw=lambda: charts.rfm(result, w, label_of(heading, said, w)),
        tables=(table(sheet, w, heading, sums=("customers", "amount", "share")),),
        how=w.phrase("sections.rfm.how", values),
        terms=("purchase_day",),
        sheets={"rfm": sheet, "rfm-customers": Sheet(_members(result, w), _RFM)},
    )


@view.register
def _(result: Cohorts, w: Words, as_of: pd.Timestamp) -> View:
    said, heading = sentences(result.findings, w), w.phrase("sections.cohorts.heading")
    curve = result.curve[result.curve.index > 0]
    sheet = Sheet(
        curve, (Column("age", "text", f"age_{result.every}"), Column("retention", "share"), _LO, _HI, _CUSTOMERS)
    )
    return View(
        "cohorts",
        heading,
        *split(said),
        draw=lambda: charts.cohorts(result, w, label_of(heading, said, w)),
        tables=(table(sheet, w, heading),),
        how=w.phrase("sections.cohorts.how", {"every": result.every}),
        terms=("retention", "purchase_day"),
        sheets={"cohorts": sheet},
    )


@view.register
def _(result: Repurchase, w: Words, as_of: pd.Timestamp) -> View:
    said, heading = sentences(result.findings, w), w.phrase("sections.repurchase.heading")
    sheet = Sheet(result.times, (Column("times", "text"), _CUSTOMERS, _AMOUNT, _SHARE))
    return View(
        "repurchase",
        heading,
        *split(said),
        tables=(table(sheet, w, heading, sums=("customers", "amount", "share")),),
        how=w.phrase("sections.repurchase.how", {"now": result.spans.now}),
        terms=("repurchase_rate", "purchase_day", "points"),
        sheets={"repurchase": sheet},
        open_table=True,
    )


@view.register
def _(result: NewAndRepeat, w: Words, as_of: pd.Timestamp) -> View:
    said, heading = sentences(result.findings, w), w.phrase("sections.new_and_repeat.heading")
    sheet = Sheet(result.table, (Column("period", f"period:{result.every}"), *_NEW))
    return View(
        "new-and-repeat",
        heading,
        *split(said),
        draw=lambda: charts.new_and_repeat(result, w, label_of(heading, said, w)),
        tables=(table(sheet, w, heading, latest=True),),
        how=w.phrase("sections.new_and_repeat.how", {"every": result.every}),
        terms=("new_customer", "whole"),
        sheets={"new-and-repeat": sheet},
    )


@view.register
def _(result: Churn, w: Words, as_of: pd.Timestamp) -> View:
    said, heading = sentences(result.findings, w), w.phrase("sections.churn.heading")
    sheet = Sheet(result.table, (Column("months", "text"), Column("still", "share"), _LO, _HI, _CUSTOMERS))
    return View(
        "churn",
        heading,
        *split(said),
        draw=lambda: charts.churn(result, w, label_of(heading, said, w)),
        tables=(table(sheet, w, heading),),
        how=w.phrase("sections.churn.how", {"times": TIMES, "shortest": SHORTEST}),
        terms=("purchase_day",),
        sheets={"churn": sheet},
    )


@view.register
def _(result: LifetimeValue, w: Words, as_of: pd.Timestamp) -> View:
    said, heading = sentences(result.findings, w), w.phrase("sections.lifetime_value.heading")
    tenths = Sheet(result.table, (Column("tenth", "text"), _CUSTOMERS, Column("expected_value", "money"), _SHARE))
    shown, sheets = (
        [table(tenths, w, heading, sums=("customers", "expected_value", "share"))],
        {"lifetime-value": tenths},
    )
    if result.holdout is not None:
        checked = Sheet(result.holdout.purchases, (Column("frequency", "text"), _CUSTOMERS, *_CHECKED))
        shown.append(table(checked, w, w.phrase("sections.lifetime_value.checked", {"weeks": result.holdout.weeks})))
        sheets["lifetime-value-check"] = checked
    return View(
        "lifetime-value",
        heading,
        *split(said),
        draw=lambda: charts.lifetime_value(result, w, label_of(heading, said, w)),
        tables=tuple(shown),
        how=w.phrase("sections.lifetime_value.how", {"weeks": result.weeks}),
        terms=("prediction_interval", "purchase_day", "holdout"),
        sheets={
            **sheets,
            "lifetime-value-customers": Sheet(
                _largest(result.members, "expected_value"), (Column("customer", "level"), *_VALUED)
            ),
        },
    )


@view.register
def _(result: AtRisk, w: Words, as_of: pd.Timestamp) -> View:
    said, heading = sentences(result.findings, w), w.phrase("sections.at_risk.heading")
    columns = (Column("customer", "level"), *_AT_RISK)
    return View(
        "at-risk",
        heading,
        *split(said),
        tables=(table(Sheet(result.table, columns), w, heading),) if len(result.table) else (),
        how=w.phrase("sections.at_risk.how", {"weeks": result.weeks, "active": ACTIVE, "gone": GONE}),
        terms=("p_alive", "at_stake"),
        sheets={"at-risk": Sheet(_largest(result.members, "at_stake"), columns)},
        open_table=True,
    )


def _members(result: Rfm, w: Words) -> pd.DataFrame:
    """The customers with their class, those who brought most first."""
    return _largest(result.members, "amount").assign(
        **{"class": result.members["class"].map(lambda name: w.phrase(f"sections.rfm.class.{name}"))}
    )


def _largest(members: pd.DataFrame, by: str) -> pd.DataFrame:
    """As many as a workbook should hold; the whole is in the result."""
    return members.sort_values(by, ascending=False, kind="stable").head(_MOST_IN_WORKBOOK)


_RFM = (
    Column("customer", "level"),
    Column("class", "text"),
    Column("days_since_last_order", "count"),
    Column("orders", "count"),
    _AMOUNT,
)
_NEW = (
    Column("amount_new", "money"),
    Column("amount_repeat", "money"),
    Column("share_new", "share"),
    Column("customers_new", "count"),
    Column("customers_repeat", "count", minor=True),
    Column("amount_unnamed", "money", minor=True),
)
_CHECKED = (Column("forecast", "decimal", "purchases_forecast"), Column("actual", "decimal", "purchases_actual"))
_VALUED = (
    Column("silent_days", "count"),
    Column("p_alive", "share"),
    Column("purchases", "decimal"),
    Column("spend_a_day", "price"),
    Column("expected_value", "money"),
)
_AT_RISK = (
    Column("silent_days", "count"),
    Column("usual_gap_days", "count"),
    Column("p_alive", "share"),
    Column("amount", "money", minor=True),
    Column("at_stake", "money"),
)
