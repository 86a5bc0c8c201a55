"""What a reader sees of pay: the curve, the cost by level, and each person's commission."""

import pandas as pd

from workbench.analytics.plan.staff.pay import PayPlan
from workbench.views.plan import pay_charts as charts
from workbench.views.show import View, columns_of, label_of, sentences, split, view
from workbench.views.tables import Column, Sheet, table
from workbench.views.words import Words

_P = "plan.pay"
_COST = {
    "sales": Column("sales", "money", "pay_sales"),
    "commission": Column("commission", "money", "pay_commission"),
    "milestones": Column("milestones", "money", "pay_milestones", minor=True),
    "rate": Column("rate", "share", "pay_cost_rate"),
    "salaries": Column("salaries", "money", "pay_salaries", minor=True),
    "total": Column("total", "money", "pay_total"),
}
_PEOPLE = {
    "quota": Column("quota", "money", "people_quota", on_page=False),
    "salary": Column("salary", "money", "pay_salary", on_page=False),
    "at_commit": Column("at_commit", "money", "pay_commit", minor=True),
    "at_target": Column("at_target", "money", "pay_target"),
    "at_stretch": Column("at_stretch", "money", "pay_stretch", minor=True),
    "expected": Column("expected", "money", "pay_expected"),
    "lo_80": Column("lo_80", "money", "lo_80", minor=True),
    "hi_80": Column("hi_80", "money", "hi_80", minor=True),
    "nothing": Column("nothing", "share", "pay_nothing", on_page=False),
    "capped": Column("capped", "share", "pay_capped", on_page=False),
    "milestone": Column("milestone", "decimal", "pay_milestone_count", on_page=False),
}
_CURVE = {
    "sales": Column("sales", "money", "pay_sales"),
    "commission": Column("commission", "money", "pay_commission"),
    "rate": Column("rate", "share", "pay_rate"),
    "marginal": Column("marginal", "share", "pay_marginal"),
}


@view.register
def _(result: PayPlan, w: Words, as_of: pd.Timestamp) -> View:
    said = sentences(result.findings, w)
    heading = w.phrase(f"{_P}.heading")
    cost = Sheet(result.cost, (Column("level", f"phrase:{_P}.level", "pay_level"), *columns_of(result.cost, _COST)))
    people = Sheet(
        result.table,
        (Column("node", "level", "rep"), *columns_of(result.table, _PEOPLE)),
        w.phrase(f"{_P}.people"),
    )
    frame = result.curve.set_axis([w.percent(level, 0) for level in result.curve.index])
    curve = Sheet(frame, (Column("at", "text", "pay_attainment"), *columns_of(frame, _CURVE)), w.phrase(f"{_P}.curve"))
    shown = [table(cost, w, heading), table(people, w, people.title)]
    if len(result.rewards):
        shown.append(table(_rewards(result, w), w, w.phrase(f"{_P}.rewards")))
    return View(
        "plan-pay",
        heading,
        *split(said),
        draw=lambda: charts.curve(result, w, label_of(heading, said, w)),
        tables=tuple(shown),
        how=w.phrase(f"{_P}.how"),
        terms=("prediction_interval",),
        sheets={"pay-cost": cost, "pay": people, "pay-curve": curve},
        uses=("reps", "orders"),
    )


def _rewards(result: PayPlan, w: Words) -> Sheet:
    rows = result.rewards
    frame = pd.DataFrame(
        {
            "text": [w.called(text) for text in rows["text"]],
            "attainment": rows["attainment"].astype(float).to_numpy(),
        },
        index=[w.phrase(f"{_P}.reward.{kind}") for kind in rows["kind"]],
    )
    known = {
        "text": Column("text", "text", "pay_reward"),
        "attainment": Column("attainment", "share", "pay_attainment"),
    }
    return Sheet(frame, (Column("kind", "text", "pay_kind"), *columns_of(frame, known)))
