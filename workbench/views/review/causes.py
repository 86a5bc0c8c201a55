"""What a reader sees of whether the target or the work was at fault, and of the gap by cause."""

from typing import Any

import pandas as pd

from workbench import crossings
from workbench.analytics.review.causes import Causes
from workbench.analytics.review.verdict import Verdict
from workbench.analytics.tracking.goals import WHOLE
from workbench.views.review.bridge_charts import Bar, waterfall
from workbench.views.review.ranges import MOST_ROWS, Range, ranges
from workbench.views.show import View, columns_of, label_of, sentences, split, view
from workbench.views.tables import Column, Sheet, table
from workbench.views.words import Words, missing

_NODES = {
    "target": Column("target", "money", "verdict_target"),
    "actual": Column("actual", "money", "verdict_actual"),
    "attainment": Column("attainment", "share", "verdict_attainment", minor=True),
    "expected": Column("expected", "money", "verdict_expected", minor=True),
    "lo_80": Column("lo_80", "money", on_page=False),
    "hi_80": Column("hi_80", "money", on_page=False),
    "naive": Column("naive", "money", "verdict_naive", on_page=False),
    "since": Column("since", "date", "verdict_since"),
    "chance": Column("chance", "chance", "verdict_chance"),
    "place": Column("place", "chance", "verdict_place", minor=True),
    "verdict": Column("verdict", "phrase:review.causes.word", "verdict_word"),
}
_SAID = {
    "amount": Column("amount", "money", "verdict_guess"),
    "error": Column("error", "money", "verdict_error"),
    "size": Column("size", "change", "verdict_size"),
    "nodes": Column("nodes", "share", "verdict_nodes", minor=True),
}
_CAUSES = {
    "family": Column("family", "phrase:review.causes.family", "cause_family"),
    "money": Column("money", "money", "cause_money"),
    "lo": Column("lo", "money", "cause_lo", minor=True),
    "hi": Column("hi", "money", "cause_hi", minor=True),
    "known": Column("known", "money", "cause_known", minor=True),
    "p": Column("p", "chance", "cause_p", minor=True),
}
_TRIED = {
    "family": Column("family", "phrase:review.causes.family", "cause_family", minor=True),
    "now": Column("now", "by_unit", "cause_now"),
    "usual": Column("usual", "by_unit", "cause_usual"),
    "money": Column("money", "money", "cause_moved"),
    "p_adjusted": Column("p_adjusted", "chance", "cause_p", minor=True),
    "told": Column("told", "phrase:review.causes.within", "effect_told"),
}


@view.register
def _(result: Verdict, w: Words, as_of: pd.Timestamp) -> View:
    said = sentences(result.findings, w, most=6)
    heading = w.phrase("review.causes.heading.verdict")
    frame = result.table.rename(index={WHOLE: w.phrase("review.causes.whole")})
    sheet = Sheet(frame, (Column("node", "text", "verdict_node"), *columns_of(frame, _NODES)))
    guesses = Sheet(
        result.scores,
        (Column("said", "phrase:review.causes.said", "verdict_said"), *columns_of(result.scores, _SAID)),
        w.phrase("review.causes.caption.scores"),
    )
    shown = _single(frame)
    return View(
        "verdict",
        heading,
        *split(said),
        draw=(lambda: _ranges(shown, w, label_of(heading, said, w))) if (shown["expected"] > 0).any() else None,
        tables=(table(Sheet(shown, sheet.columns), w, heading, most=len(shown)), table(guesses, w, guesses.title)),
        how=w.phrase("review.causes.how.verdict"),
        terms=("kpi:attainment", "prediction_interval", "place"),
        sheets={"verdict": sheet, "verdict-said-before": guesses},
        uses=("orders", "targets"),
    )


def _single(frame: pd.DataFrame) -> pd.DataFrame:
    """The whole and the parts of single levels: those with a target, or all where none has one."""
    flat = frame[frame["level"].eq("") | crossings.single(frame["level"])]
    asked = flat[flat["target"].notna()]
    kept = asked if len(asked) > 1 else flat
    return kept.head(MOST_ROWS)


def _ranges(frame: pd.DataFrame, w: Words, label: str) -> Any:
    rows = []
    for name, row in frame[frame["expected"] > 0].iterrows():
        middle = row["expected"]
        word = "" if missing(row["verdict"]) else w.phrase(f"review.causes.word.{row['verdict']}")
        rows.append(Range(w.node(name), row["lo_95"] / middle, row["hi_95"] / middle, row["actual"] / middle,
                          row["target"] / middle, word))  # fmt: skip
    return ranges(rows, w, label, w.phrase("review.causes.reading.verdict"))


@view.register
def _(result: Causes, w: Words, as_of: pd.Timestamp) -> View:
    said = sentences(result.findings, w, most=8)
    heading = w.phrase("review.causes.heading.causes")
    frame = result.table.set_axis(
        pd.Index([_named(row, w) for _, row in result.table.iterrows()], name="cause"), axis=0
    )
    sheet = Sheet(frame, (Column("cause", "text", "cause_name"), *columns_of(frame, _CAUSES)))
    tried = _tried(result, w)
    scaled = None if result.scaled >= 1 else result.scaled
    return View(
        "causes",
        heading,
        *split(said),
        draw=lambda: waterfall(_bars(result, frame, w), w, label_of(heading, said, w)),
        tables=(
            table(sheet, w, heading, most=len(frame), sums=("money",)),
            *((table(tried, w, tried.title, most=len(tried.frame)),) if len(tried.frame) else ()),
        ),
        how=w.phrase("review.causes.how.causes", {"scaled": scaled}),
        terms=("prediction_interval",),
        sheets={"causes": sheet} | ({"causes-tried": tried} if len(tried.frame) else {}),
        uses=("orders", "targets", "events", "reps", "opportunities", "market"),
    )


def _named(row: pd.Series, w: Words) -> str:
    """The name of a cause: ours in words, what the company calls its events and products as it is."""
    if row["source"] == "happening" and not missing(row["rep"]):
        return w.phrase("review.causes.cause.left", {"name": row["rep"]})
    key = row["family"] if row["source"] in ("target", "rest") else row["name"] if row["source"] == "suspect" else ""
    return w.phrase(f"review.causes.cause.{key}") if w.has(f"review.causes.cause.{key}") else w.node(row["name"])


def _bars(result: Causes, frame: pd.DataFrame, w: Words) -> list[Bar]:
    steps = [Bar(str(name), float(row["money"]), within=row["source"] == "rest" and result.within)
             for name, row in frame.iterrows() if row["money"]]  # fmt: skip
    first = w.phrase(f"review.causes.said.{result.against}")
    return [
        Bar(first, result.begin, whole=True),
        *steps,
        Bar(w.phrase("sections.columns.amount"), result.begin + result.gap, whole=True),
    ]


def _tried(result: Causes, w: Words) -> Sheet:
    units = {"product": "money"}
    rows = result.tried.assign(unit=[units.get(str(f), "ratio") for f in result.tried["family"]])
    rows["told"] = [str(not named).lower() for named in rows["named"]]
    names = [_named(pd.Series({**row, "source": "suspect"}), w) for row in rows.to_dict("records")]
    frame = rows.set_axis(pd.Index(names, name="cause"), axis=0)
    columns = (Column("cause", "text", "cause_name"), *columns_of(frame, _TRIED))
    return Sheet(frame, columns, w.phrase("review.causes.caption.tried"))


def headline(result: Any) -> dict[str, float | None]:
    """Chance, place and attainment of the whole; the gap by family of causes."""
    if isinstance(result, Verdict):
        whole = result.whole
        told = {name: float(whole[name]) for name in ("chance", "place", "attainment", "expected")}
        return {name: None if missing(value) else value for name, value in told.items()}
    if isinstance(result, Causes):
        return {f"cause_{family}": float(money) for family, money in result.families.items()}
    return {}
