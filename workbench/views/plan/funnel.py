"""What a reader sees of the funnel back-solve: steps, months, parts, daily actions and the life of a customer."""

import pandas as pd

from workbench.analytics.plan.work.actions import DailyActions
from workbench.analytics.plan.work.backsolve import BackSolve, Inflow
from workbench.analytics.plan.work.lifecycle import LifeCycle
from workbench.analytics.plan.work.rates import OPPORTUNITIES
from workbench.analytics.plan.work.worked import Needed
from workbench.views.plan import funnel_charts as charts
from workbench.views.show import View, columns_of, label_of, sentences, slug, split, view
from workbench.views.tables import Column, Sheet, table
from workbench.views.words import Words

_DEALS = ("opportunities", "stage_history", "spend")
_STEP = Column("funnel_step", "phrase:plan.funnel.step")
_CHAIN = {
    "rate": Column("rate", "share", "goes_on"),
    "lo": Column("lo", "share", minor=True),
    "hi": Column("hi", "share", minor=True),
    "cases": Column("cases", "count", minor=True),
    "ratio": Column("ratio", "count", "needed_by_ratio"),
    "chance": Column("chance", "count", "needed_for_chance"),
    "today": Column("today", "count", "inflow_in_time"),
}
_MONTHS = {
    "target": Column("target", "money", "target_left", minor=True),
    "need": Column("need", "money", "from_deals"),
    "credit": Column("credit", "money", "from_open", minor=True),
    "wins": Column("wins", "count", "wins_needed"),
    "opportunities": Column("opportunities", "count", "opportunities_needed"),
    "leads": Column("leads", "count", "leads_needed"),
    "after": Column("after", "count", "opportunities_after", minor=True),
}
_PART = {
    "target": Column("target", "money", "target_left", on_page=False),
    "need": Column("need", "money", "from_deals"),
    "credit": Column("credit", "money", "from_open", on_page=False),
    "rate": Column("rate", "share", "won_in_the_end"),
    "lo": Column("lo", "share", on_page=False),
    "hi": Column("hi", "share", on_page=False),
    "source": Column("source", "text", "rate_source", minor=True),
    "size": Column("size", "money", "deal_size", minor=True),
    "opportunities": Column("opportunities", "count", "needed_by_ratio"),
    "chance": Column("chance", "count", "needed_for_chance", minor=True),
    "leads": Column("leads", "count", "leads_needed", on_page=False),
    "pace": Column("pace", "decimal", "pace_needed"),
    "today": Column("today", "decimal", "pace_today"),
}
_LIFE = {
    "now": Column("now", "text", "phase_now"),
    "target": Column("target", "text", "phase_target"),
    "source": Column("source", "text", "phase_source", minor=True),
    "planned": Column("planned", "text", "channels_meant"),
    "works": Column("works", "text", "channel_best"),
}
_LIFE_SHEET = {
    "now": Column("now", "decimal", "phase_now"),
    "lo": Column("lo", "decimal"),
    "hi": Column("hi", "decimal"),
    "target": Column("target", "decimal", "phase_target"),
    **{name: _LIFE[name] for name in ("source", "planned", "works")},
}
_CHANNEL = {
    "leads": Column("leads", "count"),
    "cost_per_lead": Column("cost_per_lead", "price"),
    "lead_rate": Column("lead_rate", "share"),
    "opportunities": Column("opportunities", "count", minor=True),
    "win_rate": Column("win_rate", "share"),
    "lo": Column("lo", "share", minor=True),
    "hi": Column("hi", "share", minor=True),
    "returned": Column("returned", "decimal", minor=True),
    "won": Column("won", "count", on_page=False),
    "closed": Column("closed", "count", on_page=False),
}


@view.register
def _(result: BackSolve, w: Words, as_of: pd.Timestamp) -> View:
    said = sentences(result.findings, w)
    heading = w.phrase("plan.funnel.section.heading")
    chain = Sheet(result.chain, (_STEP, *columns_of(result.chain, _CHAIN)))
    parts = {level: _part(level, frame, w) for level, frame in result.parts.items() if len(frame)}
    named = {level: w.phrase("plan.funnel.section.by", {"level": level}) for level in parts}
    return View(
        "plan-funnel",
        heading,
        *split(said),
        draw=lambda: charts.chain(result, w, label_of(heading, said, w)),
        tables=(
            table(chain, w, w.phrase("plan.funnel.section.chain")),
            *(table(sheet, w, named[level]) for level, sheet in parts.items() if level != "rep"),  # see daily actions
        ),
        how=w.phrase("plan.funnel.section.how"),
        terms=("kpi:win_rate", "shrunk", "wilson", "cycle"),
        sheets={"plan-funnel": chain} | {slug("plan-funnel", level): sheet for level, sheet in parts.items()},
        uses=_DEALS,
    )


@view.register
def _(result: Inflow, w: Words, as_of: pd.Timestamp) -> View:
    said = sentences(result.findings, w)
    heading = w.phrase("plan.funnel.months.heading", {"step": result.step})
    months = result.every.months
    sheet = Sheet(months, (Column("month_needed", "period:month"), *columns_of(months, _MONTHS)), heading)
    return View(
        "plan-inflow",
        heading,
        *split(said),
        draw=lambda: charts.inflow(result, w, label_of(heading, said, w)),
        tables=(table(sheet, w, heading, most=24),),
        how=w.phrase("plan.funnel.section.how"),
        terms=("cycle",),
        sheets={"plan-funnel-months": sheet},
        uses=_DEALS,
    )


@view.register
def _(result: DailyActions, w: Words, as_of: pd.Timestamp) -> View:
    """The page shows each rep's day; the workbook has the lists by week and by day, too."""
    said = sentences(result.findings, w)
    heading = w.phrase("plan.funnel.daily.heading")
    fits = [w.phrase("plan.funnel.fits", {"fits": f}) for f in result.table["fits"]]
    shown = result.table.assign(fits=fits, week=result.table[OPPORTUNITIES] * 5)
    by_rep = Sheet(shown, (Column("rep", "level", "rep"), *_daily(result)))
    week, day = Column("week", "date", "week_of"), Column("day", "date", "working_day")
    lists = {
        "plan-actions-weeks": (result.weeks, (week, Column("days", "count", "working_days")), "weeks"),
        "plan-actions-days": (result.days, (day,), "days"),
    }
    sheets = {
        name: Sheet(
            frame, (Column("rep", "level", "rep"), *first, *_whole(result)), w.phrase(f"plan.funnel.daily.{title}")
        )
        for name, (frame, first, title) in lists.items()
    }
    return View(
        "plan-actions",
        heading,
        *split(said),
        tables=(table(by_rep, w, heading),),
        how=w.phrase("plan.funnel.daily.how"),
        sheets={"plan-actions": by_rep, **sheets},
        uses=("activities", "opportunities", "reps"),
        open_table=True,
    )


@view.register
def _(result: LifeCycle, w: Words, as_of: pd.Timestamp) -> View:
    said = sentences(result.findings, w)
    heading = w.phrase("plan.funnel.life.heading")
    phase = Column("phase", "phrase:plan.funnel.phase")
    whole = result.table.drop(columns="measure").join(result.channels[["planned", "works"]])
    planned = pd.Series([_channels(names, w) for names in whole["planned"]], whole.index)
    source = [w.phrase("plan.funnel.target_source", {"source": s}) for s in whole["source"]]
    whole = whole.assign(planned=planned, source=source)
    shown = Sheet(
        whole.assign(now=_measures(whole["now"], w), target=_measures(whole["target"], w)), (phase, *_LIFE.values())
    )
    tables, sheets = [table(shown, w, heading)], {"plan-life": Sheet(whole, (phase, *_LIFE_SHEET.values()))}
    if len(result.by_channel):
        columns = (Column("channel", "level", "source"), *columns_of(result.by_channel, _CHANNEL))
        title = w.phrase("plan.funnel.life.by_channel")
        sheets["plan-life-channels"] = by_channel = Sheet(result.by_channel, columns, title)
        tables.append(table(by_channel, w, title))
    return View(
        "plan-life",
        heading,
        *split(said),
        tables=tuple(tables),
        how=w.phrase("plan.funnel.life.how"),
        terms=("kpi:cost_per_lead", "kpi:win_rate"),
        sheets=sheets,
        uses=("opportunities", "spend", "orders"),
        open_table=True,
    )


@view.register
def _(result: Needed, w: Words, as_of: pd.Timestamp) -> View:
    heading = w.phrase("plan.funnel.calculator.heading")
    columns = (
        Column("rate", "share", "rate_to_next"),
        Column("exact", "decimal", "exact_count"),
        Column("ratio", "count", "needed_by_ratio"),
        Column("chance", "count", "needed_for_chance"),
    )
    known = result.table.rename(index={"deals": "won"})
    sheet = Sheet(known, (_STEP, *columns))
    return View(
        "plan-needed",
        heading,
        *split(sentences(result.findings, w)),
        tables=(table(sheet, w, heading),),
        how=w.phrase("plan.funnel.calculator.how"),
        sheets={"plan-needed": sheet},
        open_table=True,
    )


def _part(level: str, frame: pd.DataFrame, w: Words) -> Sheet:
    source = [w.phrase("plan.funnel.section.source", {"source": s}) for s in frame["source"]]
    title = w.phrase("plan.funnel.section.by", {"level": level})
    known = frame.assign(source=source)
    return Sheet(known, (Column("node", "level", level), *columns_of(known, _PART)), title)


def _daily(result: DailyActions) -> tuple[Column, ...]:
    """Needs beside today's; each kind by itself leaves a phone."""
    kinds = [Column(k, "decimal", minor=True, said=k) for k in result.kinds if k != OPPORTUNITIES]
    return (
        Column("week", "decimal", "new_a_week"),
        Column("daily", "decimal", "actions_daily"),
        Column("today", "decimal", "actions_today"),
        Column("most", "decimal", "actions_most", minor=True),
        Column("fits", "text", "fits_capacity"),
        *kinds,
    )


def _whole(result: DailyActions) -> tuple[Column, ...]:
    kinds = (Column(k, "count", said=k) for k in result.kinds if k != OPPORTUNITIES)
    return (Column(OPPORTUNITIES, "count", "new_opportunities"), *kinds)


def _channels(names: tuple[str, ...], w: Words) -> str | None:
    """Channels as readers call them; those of the template in their language."""
    said = [w.phrase(key) if w.has(key := f"plan.funnel.channel.{n}") else w.node(n) for n in names]
    return (", " if w.lang == "en" else "、").join(said) or None


def _measures(values: pd.Series, w: Words) -> pd.Series:
    """Leads as a count, the other phases as shares."""
    said = [None if pd.isna(v) else w.format(v, "number" if p == "awareness" else "percent") for p, v in values.items()]
    return pd.Series(said, values.index)
