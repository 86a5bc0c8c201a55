"""What a reader sees of the funnel's results: one view for each."""

from itertools import pairwise

import pandas as pd

from workbench.analytics.funnel import Ageing, Channels, Conversion, Cycle, Replay, Reps, WinRate
from workbench.views.history import funnel_charts as charts
from workbench.views.show import View, columns_of, label_of, sentences, split, view
from workbench.views.tables import Column, Sheet, Table, table
from workbench.views.words import Words

_DEALS = ("opportunities",)
_STAGES = ("opportunities", "stage_history")
_BOUNDS = {"lo": Column("lo", "share", minor=True), "hi": Column("hi", "share", minor=True)}
_STEP = {
    "entered": Column("entered", "count"),
    "passed": Column("passed", "count", minor=True),
    "lost": Column("lost", "count", minor=True),
    "waiting": Column("waiting", "count", minor=True),
    "rate": Column("rate", "share", "conversion_rate"),
    **_BOUNDS,
    "win_rate": Column("win_rate", "share", "win_rate_from"),
    "amount_lost": Column("amount_lost", "money", on_page=False),
}
_SETTLED = Column("settled", "share", minor=True)
_WIN_RATE = {
    "won": Column("won", "count", minor=True),
    "closed": Column("closed", "count"),
    "rate": Column("rate", "share", "win_rate"),
    **_BOUNDS,
    "rate_value": Column("rate_value", "share"),
    "won_amount": Column("won_amount", "money", minor=True),
}
_CYCLE = {
    "deals": Column("deals", "count"),
    "closed": Column("closed", "count", minor=True),
    "median": Column("median", "count"),
    "lo": Column("lo", "count", "lo_days", minor=True),
    "hi": Column("hi", "count", "hi_days", minor=True),
    "won_median": Column("won_median", "count"),
    "lost_median": Column("lost_median", "count", minor=True),
}
_AGEING = {
    "deals": Column("deals", "count"),
    "amount": Column("amount", "money", "open_amount"),
    "stuck": Column("stuck", "count"),
    "stuck_amount": Column("stuck_amount", "money"),
    "median_age": Column("median_age", "count", minor=True),
    "unvalued": Column("unvalued", "count", minor=True),
}
_STUCK = {
    "stage": Column("stage", "text"),
    "rep": Column("rep", "text"),
    "customer": Column("customer", "text", on_page=False),
    "amount": Column("amount", "money", "open_amount"),
    "age": Column("age", "count"),
}
_REPS = {
    "opportunities": Column("opportunities", "count", minor=True),
    "closed": Column("closed", "count"),
    "rate": Column("rate", "share", "raw_rate"),
    "shrunk": Column("shrunk", "share"),
    "lo": Column("lo", "share", on_page=False),
    "hi": Column("hi", "share", on_page=False),
    "rank_lo": Column("rank_lo", "count", minor=True),
    "rank_hi": Column("rank_hi", "count", minor=True),
    "top": Column("top", "share"),
    "bottom": Column("bottom", "share"),
    "won_amount": Column("won_amount", "money", on_page=False),
}


@view.register
def _(result: Conversion, w: Words, as_of: pd.Timestamp) -> View:
    said = sentences(result.findings, w)
    heading = w.phrase("sections.conversion.heading")
    stages = _sheet(result.table, "stage", _STEP)
    sheets, tables = {"conversion": stages}, [table(stages, w, heading)]
    if len(result.nodes):
        sheets["conversion-by"], shown = _parts(result.nodes, Column("node", "level", result.by), result)
        values = {"stage": result.bottleneck, "by": result.by}
        tables.append(table(shown, w, w.phrase("sections.conversion.nodes", values)))
    if len(result.periods):
        sheets["conversion-over-time"], shown = _parts(
            result.periods, Column("period", f"period:{result.every}"), result
        )
        values = {"stage": result.bottleneck, "every": result.every}
        tables.append(table(shown, w, w.phrase("sections.conversion.cohorts", values), latest=True))
    return View(
        "conversion",
        heading,
        *split(said),
        draw=lambda: charts.conversion(result, w, label_of(heading, said, w)),
        tables=tuple(tables),
        how=w.phrase("sections.conversion.how", {"by": result.by or None}),
        terms=("conversion", "wilson"),
        sheets=sheets,
        uses=_STAGES,
    )


@view.register
def _(result: WinRate, w: Words, as_of: pd.Timestamp) -> View:
    said = sentences(result.findings, w)
    heading = w.phrase("sections.win_rate.heading")
    sheet = Sheet(result.table, (Column("period", f"period:{result.every}"), *columns_of(result.table, _WIN_RATE)))
    return View(
        "win-rate",
        heading,
        *split(said),
        draw=lambda: charts.win_rate(result, w, label_of(heading, said, w)),
        tables=(table(sheet, w, heading, latest=True),),
        how=w.phrase("sections.win_rate.how"),
        terms=("kpi:win_rate", "wilson"),
        sheets={"win-rate": sheet},
        uses=_DEALS,
    )


@view.register
def _(result: Cycle, w: Words, as_of: pd.Timestamp) -> View:
    said = sentences(result.findings, w)
    heading = w.phrase("sections.cycle.heading")
    groups = result.groups.rename(index={"": w.phrase("sections.cycle.all")})
    sheet = _sheet(groups, result.by or "opportunity", _CYCLE)
    curve = Sheet(result.curve, (Column("days", "number", "age"), *(Column(n, "share", t) for n, t in _CURVE)))
    return View(
        "cycle",
        heading,
        *split(said),
        draw=lambda: charts.cycle(result, w, label_of(heading, said, w)),
        tables=(table(sheet, w, heading),),
        how=w.phrase("sections.cycle.how"),
        terms=("cycle",),
        sheets={"cycle": sheet, "cycle-curve": curve},
        uses=_DEALS,
    )


@view.register
def _(result: Ageing, w: Words, as_of: pd.Timestamp) -> View:
    said = sentences(result.findings, w)
    heading = w.phrase("sections.ageing.heading")
    stages, stuck = _sheet(result.table, "stage", _AGEING), _sheet(result.deals, "opportunity", _STUCK)
    bands = result.bands.rename(index=_band_names(result.bands, w))
    ages = Sheet(bands, (Column("band", "text"), *columns_of(bands, {k: _AGEING[k] for k in ("deals", "amount")})))
    shown = [table(stages, w, heading), table(ages, w, w.phrase("sections.ageing.bands"))]
    if len(result.deals):
        shown.append(table(stuck, w, w.phrase("sections.ageing.deals")))
    return View(
        "ageing",
        heading,
        *split(said),
        draw=(lambda: charts.ageing(result, w, label_of(heading, said, w))) if len(result.table) else None,
        tables=tuple(shown),
        how=w.phrase("sections.ageing.how"),
        terms=("stuck",),
        sheets={"ageing": stages, "stuck-deals": stuck},
        uses=_DEALS,
    )


@view.register
def _(result: Reps, w: Words, as_of: pd.Timestamp) -> View:
    said = sentences(result.findings, w)
    heading = w.phrase("sections.reps.heading")
    sheet = _sheet(result.table, "rep", _REPS)
    return View(
        "reps",
        heading,
        *split(said),
        draw=lambda: charts.reps(result, w, label_of(heading, said, w)),
        tables=(table(sheet, w, heading),),
        how=w.phrase("sections.reps.how"),
        terms=("kpi:win_rate", "shrunk"),
        sheets={"reps": sheet},
        uses=_DEALS,
    )


@view.register
def _(result: Replay, w: Words, as_of: pd.Timestamp) -> View:
    """One row a step: its rate over all years and in the last, the verdict, and the rate to plan with."""
    heading = w.phrase("sections.replay.heading")
    won = {"won": w.phrase("sections.replay.won")}
    verdict = [w.phrase("sections.replay.change", {"change": bool(c)}) for c in result.tests["change"]]
    frame = result.tests.assign(verdict=verdict).rename(index=won)
    shown = Sheet(frame, (Column("step", "level", "stage"), *_REPLAY))
    years = (
        result.rates.rename(index=won)
        .rename_axis("step")
        .reset_index()
        .melt("step", var_name="year", value_name="rate")
    )
    cases = result.cases.melt(value_name="cases")["cases"]
    years = years.assign(cases=cases.to_numpy(), year=years["year"].astype(str)).set_index("step")
    by_year = Sheet(years, (Column("step", "level", "stage"), *_YEARS))
    return View(
        "replay",
        heading,
        *split(sentences(result.findings, w)),
        tables=(table(shown, w, heading), _by_year(result, w)),
        how=w.phrase("sections.replay.how"),
        terms=("conversion",),
        sheets={"replay": shown, "replay-years": by_year},
        uses=_STAGES,
        open_table=True,
    )


@view.register
def _(result: Channels, w: Words, as_of: pd.Timestamp) -> View:
    heading = w.phrase("sections.channels.heading")
    sheet = Sheet(result.table, (Column("channel", "level", "channel"), *columns_of(result.table, _CHANNELS)))
    return View(
        "channels",
        heading,
        *split(sentences(result.findings, w)),
        tables=(table(sheet, w, w.days(result.days)),),
        how=w.phrase("sections.channels.how"),
        terms=("kpi:marketing_return", "kpi:cost_per_lead"),
        sheets={"channels": sheet},
        uses=("spend", "opportunities"),
        open_table=True,
    )


_CHANNELS = {
    "spend": Column("spend", "money"),
    "cost_per_lead": Column("cost_per_lead", "price", minor=True),
    "won": Column("won", "count"),
    "won_amount": Column("won_amount", "money"),
    "returned": Column("returned", "decimal"),
    "lo": Column("lo", "decimal", "lo_times", minor=True),
    "hi": Column("hi", "decimal", "hi_times", minor=True),
    "leads": Column("leads", "count", on_page=False),
    "cost_of_win": Column("cost_of_win", "price", on_page=False),
}
_CURVE = (("open", "share"), ("lo", "lo"), ("hi", "hi"))
_REPLAY = (
    Column("pooled", "share"),
    Column("last_year", "share"),
    Column("p_adjusted", "decimal", minor=True),
    Column("verdict", "text"),
    Column("use", "share"),
)
_YEARS = (Column("year", "text", "fiscal_year"), Column("rate", "share", "year_rate"), Column("cases", "count"))


def _sheet(frame: pd.DataFrame, level: str, known: dict[str, Column]) -> Sheet:
    return Sheet(frame, (Column("node", "level", level), *columns_of(frame, known)))


def _parts(frame: pd.DataFrame, first: Column, result: Conversion) -> tuple[Sheet, Sheet]:
    """All steps of all parts for the workbook; for the page the narrowest step of each."""
    known = _STEP | ({"settled": _SETTLED} if "settled" in frame else {})
    whole = frame.reset_index(level=1).rename_axis(first.name)
    step = pd.DataFrame(frame.xs(result.bottleneck, level=1))
    return (
        Sheet(whole, (first, Column("stage", "text"), *columns_of(whole, known))),
        Sheet(
            step, (first, *columns_of(step, {k: c for k, c in known.items() if k not in ("passed", "lost", "waiting")}))
        ),
    )


def _band_names(bands: pd.DataFrame, w: Words) -> dict[int, str]:
    firsts = list(bands.index)
    names = {a: w.phrase("sections.ageing.band_to", {"first": a, "last": b - 1}) for a, b in pairwise(firsts)}
    return names | {firsts[-1]: w.phrase("sections.ageing.band", {"first": firsts[-1]})}


def _by_year(result: Replay, w: Words) -> Table:
    """A row for each year with the whole funnel's rate, its deals and how many of them are closed."""
    frame = pd.DataFrame({"rate": result.rates.loc["won"], "cases": result.cases.loc["won"], "settled": result.settled})
    frame.index = [str(year) for year in frame.index]
    rate = Column("rate", "share", "win_rate_from")
    columns = (Column("year", "text", "fiscal_year"), rate, Column("cases", "count", "closed"), _SETTLED)
    return table(Sheet(frame, columns), w, w.phrase("sections.replay.won"))
