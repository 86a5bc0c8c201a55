"""What a reader sees of triggers, of the target that is proposed, and of the versions it has had."""

import pandas as pd

from workbench.analytics.tracking.adjust import Adjustment
from workbench.analytics.tracking.revisions import Revisions
from workbench.analytics.tracking.triggers import Triggered
from workbench.views.show import View, columns_of, label_of, rounded, sentences, split, view
from workbench.views.tables import Column, Sheet, table
from workbench.views.tracking import adjust_charts as charts
from workbench.views.words import Words

_MOST = 6
_TRIGGERS = {
    "state": Column("state", "phrase:tracking.adjust.state", "track_state"),
    "family": Column("family", "phrase:tracking.adjust.family", "track_family", on_page=False),
    "what": Column("what", "text", "track_what"),
    "date": Column("date", "date", "track_date", minor=True),
    "part": Column("part", "text", "track_trigger_part", on_page=False),
    "moved": Column("moved", "change", "track_moved"),
    "moved_lo": Column("moved_lo", "change", "track_moved_lo", on_page=False),
    "moved_hi": Column("moved_hi", "change", "track_moved_hi", on_page=False),
    "p": Column("p", "chance", "track_trigger_p", on_page=False),
    "money": Column("money", "money", "track_trigger_amount", minor=True),
    "owner": Column("owner", "text", "track_trigger_owner", minor=True),
    "until": Column("until", "date", "track_until", on_page=False),
}
_PARTS = {
    "target": Column("target", "money", "track_target"),
    "booked": Column("booked", "money", "track_booked", on_page=False),
    "expected": Column("expected", "money", "track_lands", minor=True),
    "lo_80": Column("lo_80", "money", "track_lands_lo", on_page=False),
    "hi_80": Column("hi_80", "money", "track_lands_hi", on_page=False),
    "chance": Column("chance", "chance", "track_chance"),
    "proposed": Column("proposed", "money", "track_proposed"),
    "rate": Column("rate", "change", "track_proposed_rate", minor=True),
    "chance_new": Column("chance_new", "chance", "track_chance_new"),
    "share": Column("share", "share", "track_weight", on_page=False),
    "share_new": Column("share_new", "share", "track_weight_new", on_page=False),
    "owner": Column("owner", "text", "track_owner", on_page=False),
}
_VERSIONS = {
    "effective": Column("effective", "date", "track_effective"),
    "amount": Column("amount", "money", "track_version_amount"),
    "rate": Column("rate", "change", "track_version_rate"),
    "author": Column("author", "text", "track_author"),
    "reason": Column("reason", "text", "track_reason"),
    "told": Column("told", "text", "track_told", minor=True),
    "written": Column("written", "date", "track_written", on_page=False),
}
_POINTS = ("headcount", "satisfaction", "market_size")  # their own figures stand where others have an interval


@view.register
def _(result: Triggered, w: Words, as_of: pd.Timestamp) -> View:
    heading = w.phrase("tracking.adjust.trigger_section.heading")
    shown = _told(result.table, w)
    sheet = Sheet(shown, (Column("kind", "phrase:tracking.adjust.kind", "track_kind"), *columns_of(shown, _TRIGGERS)))
    return View(
        "tracking-triggers",
        heading,
        *split(sentences(result.findings, w, most=_MOST)),
        tables=(table(sheet, w, heading),),
        how=w.phrase("tracking.adjust.trigger_section.how"),
        terms=("trigger",),
        sheets={"tracking-triggers": sheet},
        uses=("orders", "events", "competitors", "reps", "market", "satisfaction", "targets"),
        open_table=True,
    )


@view.register
def _(result: Adjustment, w: Words, as_of: pd.Timestamp) -> View:
    said = sentences(result.findings, w, most=_MOST)
    heading = w.phrase("tracking.adjust.section.heading")
    shown = result.table.rename(index={"": w.phrase("tracking.diagnosis.whole")})
    told = shown[shown["level"].isin(("", result.by))]  # other levels follow: they stand in the workbook
    columns = (_first(result.by), *columns_of(shown, _PARTS))
    mixed = (_first("" if shown["level"].nunique() > 2 else result.by), *columns[1:])
    return View(
        "tracking-adjust",
        heading,
        *split(said),
        draw=lambda: charts.parts(result, w, label_of(heading, said, w)),
        tables=(table(Sheet(told, columns), w, heading),),
        how=w.phrase("tracking.adjust.section.how"),
        terms=("prediction_interval",),
        sheets={"tracking-adjust": Sheet(shown, mixed)},
        uses=("orders", "targets"),
    )


@view.register
def _(result: Revisions, w: Words, as_of: pd.Timestamp) -> View:
    heading = w.phrase("tracking.adjust.version_section.heading")
    shown = result.table.assign(told=result.table["told"].where(result.table["told"].ne(""), None))
    shown.index = pd.Index([str(n) for n in shown.index], name="version")
    sheet = Sheet(shown, (Column("version", "text", "track_version"), *columns_of(shown, _VERSIONS)))
    return View(
        "tracking-versions",
        heading,
        *split(sentences(result.findings, w)),
        tables=(table(sheet, w, heading, latest=True),),
        how=w.phrase("tracking.adjust.version_section.how"),
        sheets={"tracking-versions": sheet},
        uses=(),
        open_table=True,
    )


def _first(level: str) -> Column:
    return Column("node", "level", level) if level else Column("node", "text", "track_part")


def headline(result: Adjustment) -> dict[str, float | None]:
    """Today's target and the proposed one, with their chances."""
    whole = result.table.iloc[0]
    named = {"target": "target", "proposed": "proposed", "target_chance": "chance", "proposed_chance": "chance_new"}
    return {name: rounded(whole[column]) for name, column in named.items()}


def _told(found: pd.DataFrame, w: Words) -> pd.DataFrame:
    """Indexed by kind; what is in points or counts is left to the sentences."""
    own = ~found["kind"].isin(_POINTS)
    real = own & found["kind"].ne("chance")
    quiet = found["known"].map({True: "known", False: "quiet"})
    made = found.assign(
        state=quiet.where(~found["fires"].astype(bool), "fires"),
        part=pd.Series([w.node(n) if n else None for n in found["node"]], found.index, dtype=object),
        moved=found["change"], moved_lo=found["lo"].where(own), moved_hi=found["hi"].where(own),
        p=found["p"].where(real), money=found["amount"].where(own),
    )  # fmt: skip
    return made.set_index("kind")
