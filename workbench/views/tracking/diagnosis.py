"""What a reader sees of the diagnosis: which factor is off, week by week, who needs help, sprint and slack."""

import pandas as pd

from workbench.analytics.tracking.coaching import Coaching
from workbench.analytics.tracking.diagnosis import Diagnosis
from workbench.analytics.tracking.pushes import Pushes
from workbench.views.show import View, columns_of, label_of, rounded, sentences, split, view
from workbench.views.tables import Column, Sheet, table
from workbench.views.tracking import diagnosis_charts as charts
from workbench.views.words import MISSING, Words, missing

_MOST = 6  # sentences: the gap, two chains, leads, the worst parts, the weeks
_FACTOR = "phrase:tracking.diagnosis.factor"
_NODES = {
    "actual": Column("actual", "money", "track_sold"),
    "expected": Column("expected", "money", "track_expected"),
    "gap": Column("gap", "money", "track_gap"),
    "rate": Column("rate", "change", "track_rate", on_page=False),
    "cause": Column("cause", _FACTOR, "track_cause"),
    "effect": Column("effect", "money", "track_effect", minor=True),
    "quadrant": Column("quadrant", "phrase:tracking.diagnosis.quadrants", "track_quadrant", minor=True),
    "through": Column("through", "share", "track_through", on_page=False),
}
_STEPS = (
    Column("now_said", "text", "track_now"),
    Column("before_said", "text", "track_before"),
    Column("effect", "money", "track_effect"),
    Column("sd", "money", "track_noise", minor=True),
    Column("p", "chance", "track_p", minor=True),
)
_SHARES, _MONEY = ("conversion", "cycle"), ("size", "order_value", "price")
_WEEKS = {
    "leads": Column("leads", "count", "track_leads"),
    "leads_usual": Column("leads_usual", "count", "track_leads_usual", minor=True),
    "decided": Column("decided", "count", "track_decided", on_page=False),
    "conversion": Column("conversion", "share", "track_conversion"),
    "conversion_usual": Column("conversion_usual", "share", "track_conversion_usual", minor=True),
    "size": Column("size", "price", "track_size"),
    "size_usual": Column("size_usual", "price", "track_size_usual", minor=True),
    "cause": Column("cause", _FACTOR, "track_week_cause"),
    "p_leads": Column("p_leads", "chance", "track_p_leads", on_page=False),
    "p_conversion": Column("p_conversion", "chance", "track_p_conversion", on_page=False),
    "p_size": Column("p_size", "chance", "track_p_size", on_page=False),
}
_REPS = {
    "need": Column("need", "phrase:tracking.diagnosis.need", "track_need"),
    "opportunities": Column("opportunities", "count", "track_opportunities"),
    "expected": Column("expected", "count", "track_opportunities_expected", minor=True),
    "won": Column("won", "count", "track_won", on_page=False),
    "rate": Column("rate", "share", "track_win_rate"),
    "lo": Column("lo", "share", "track_win_lo", on_page=False),
    "hi": Column("hi", "share", "track_win_hi", on_page=False),
    "stage": Column("stage", "text", "track_stage", minor=True),
    "topic": Column("topic", "phrase:tracking.diagnosis.topic", "track_topic", on_page=False),
    "amount": Column("amount", "money", "track_hangs_on"),
    "shrunk": Column("shrunk", "share", "track_shrunk", on_page=False),
    "below": Column("below", "share", "track_below", on_page=False),
    "few": Column("few", "chance", "track_few", on_page=False),
}
_PUSHES = {
    "push": Column("push", "decimal", "track_push"),
    "push_lo": Column("push_lo", "decimal", "track_push_lo", minor=True),
    "push_hi": Column("push_hi", "decimal", "track_push_hi", minor=True),
    "share": Column("share", "share", "track_push_share", on_page=False),
    "slack": Column("slack", "decimal", "track_slack"),
    "amount": Column("amount", "money", "track_push_amount"),
    "p": Column("p", "chance", "track_push_p", minor=True),
    "quarters": Column("quarters", "count", "track_quarters", on_page=False),
}


@view.register
def _(result: Diagnosis, w: Words, as_of: pd.Timestamp) -> View:
    said = sentences(result.findings, w, most=_MOST)
    heading = w.phrase("tracking.diagnosis.heading")
    nodes = _whole(
        result.table.assign(cause=_named(result.table["cause"]), quadrant=_named(result.table["quadrant"])), w
    )
    sheets = {"tracking-causes": Sheet(nodes, (_first(result.level), *columns_of(nodes, _NODES)))}
    sheets |= {
        f"tracking-{chain}": _steps(steps, w, chain)
        for chain, steps in (("orders", result.orders), ("deals", result.deals))
        if len(steps)
    }
    if len(result.weeks):
        weeks = result.weeks.assign(cause=_named(result.weeks["cause"]))
        columns = (Column("week", "date", "track_week"), *columns_of(weeks, _WEEKS))
        sheets["tracking-weeks"] = Sheet(weeks, columns, w.phrase("tracking.diagnosis.weeks_table"))
    shown = [s for name, s in sheets.items() if name != "tracking-causes" or len(result.table) > 1]
    return View(
        "tracking-diagnosis",
        heading,
        *split(said),
        draw=lambda: charts.factors(result, w, label_of(heading, said, w)),
        tables=tuple(table(_of_whole(s), w, s.title or heading, most=14) for s in shown),
        how=w.phrase("tracking.diagnosis.how"),
        terms=("beyond_chance", "lmdi"),
        sheets=sheets,
        uses=("orders", "opportunities", "targets"),
    )


@view.register
def _(result: Coaching, w: Words, as_of: pd.Timestamp) -> View:
    said = sentences(result.findings, w)
    heading = w.phrase("tracking.diagnosis.coaching.heading")
    shown = result.table.assign(need=_named(result.table["need"]))
    sheet = Sheet(shown, (Column("rep", "level", "rep"), *columns_of(shown, _REPS)))
    decided = bool((result.table["decided"] > 0).any())
    return View(
        "tracking-coaching",
        heading,
        *split(said),
        draw=(lambda: charts.coaching(result, w, label_of(heading, said, w))) if decided else None,
        tables=(table(sheet, w, heading),),
        how=w.phrase("tracking.diagnosis.coaching.how"),
        terms=("kpi:win_rate", "wilson", "shrunk"),
        sheets={"tracking-coaching": sheet},
        uses=("opportunities", "reps"),
    )


@view.register
def _(result: Pushes, w: Words, as_of: pd.Timestamp) -> View:
    said = sentences(result.findings, w)
    heading = w.phrase("tracking.diagnosis.pushes.heading")
    sheet = Sheet(_whole(result.table, w), (_first(result.level), *_PUSHES.values()))
    return View(
        "tracking-pushes",
        heading,
        *split(said),
        draw=lambda: charts.pushes(result, w, label_of(heading, said, w)),
        tables=(table(sheet, w, heading),),
        how=w.phrase("tracking.diagnosis.pushes.how"),
        sheets={"tracking-pushes": sheet},
    )


def _first(level: str) -> Column:
    return Column("node", "level", level) if level else Column("node", "text", "track_part")


def headline(result: Diagnosis) -> dict[str, float | None]:
    """The gap of the whole as a ratio, and how many parts are off beyond chance."""
    whole, nodes = result.table.iloc[0], result.table.iloc[1:]
    return {"gap_rate": rounded(whole["rate"]), "parts_off": float(nodes["cause"].ne("").sum())}


def _steps(steps: pd.DataFrame, w: Words, chain: str) -> Sheet:
    """The factors of every node; the page shows those of the whole."""
    rows = steps.reset_index()
    node = [w.phrase("tracking.diagnosis.whole") if n == "" else w.node(n) for n in rows["node"]]
    told = {
        f"{c}_said": [_value(f, v, w) for f, v in zip(rows["factor"], rows[c], strict=True)] for c in ("now", "before")
    }
    frame = rows.assign(part=node, **told).set_index("factor")
    columns = (Column("factor", _FACTOR, "track_factor"), *_STEPS, Column("part", "text", "track_part", on_page=False))
    return Sheet(frame, columns, w.phrase(f"tracking.diagnosis.{chain}"))


def _of_whole(sheet: Sheet) -> Sheet:
    if "part" not in sheet.frame:
        return sheet
    return Sheet(sheet.frame[sheet.frame["node"] == ""], sheet.columns, sheet.title)


def _value(factor: str, value: float, w: Words) -> str:
    """A factor's value as readers know it: a share, money, or a count."""
    if missing(value):
        return MISSING
    if factor in _SHARES:
        return w.format(value, "percent")
    if factor in _MONEY:
        return w.money(value)
    return w.format(value, "tenths" if factor == "orders_per_customer" else "number")


def _named(codes: pd.Series) -> pd.Series:
    """Codes, None where there is none."""
    return codes.astype(object).where(codes.ne(""), None)


def _whole(frame: pd.DataFrame, w: Words) -> pd.DataFrame:
    """Indexed by names, the whole by its own."""
    return frame.rename(index={"": w.phrase("tracking.diagnosis.whole")})
