"""What a reader sees of proposed lessons, and the words for a lesson wherever it is told."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from workbench.analytics.review.lessons import Lessons
from workbench.views.show import View, sentences, split, view
from workbench.views.tables import Column, Sheet, table
from workbench.views.words import MISSING, Words, missing

_P = "review.lessons"
_PAGE = (
    Column("lesson", "text", "lesson_about"),
    Column("before_said", "text", "lesson_before"),
    Column("after_said", "text", "lesson_after"),
    Column("money", "money", "lesson_money"),
    Column("cases", "count", "lesson_cases", minor=True),
    Column("chance", "chance", "lesson_by_chance"),
)
_SAVED = (
    *_PAGE,
    *(Column(name, "decimal", f"lesson_{name}") for name in ("estimate", "lo", "hi")),
    Column("setting", "text", "lesson_setting"),
    Column("proposed_said", "text", "lesson_proposed"),
)


@view.register
def _(result: Lessons, w: Words, as_of: pd.Timestamp) -> View:
    heading = w.phrase(f"{_P}.heading")
    frame = _worded(result.table, w)
    proposed = Sheet(frame[frame["proposed"]], _PAGE)
    return View(
        "lessons",
        heading,
        *split(sentences(result.findings, w, most=len(result.findings))),
        tables=(table(proposed, w, heading),) if len(proposed.frame) else (),
        how=w.phrase(f"{_P}.how"),
        sheets={"lessons": Sheet(frame, _SAVED)},
        uses=("orders", "opportunities", "stage_history", "spend", "reps", "targets"),
        open_table=True,
    )


def headline(result: Any) -> dict[str, float | None]:
    """How many lessons were tested and proposed."""
    tested = isinstance(result, Lessons)
    return {"lessons": len(result.lessons), "lessons_tested": len(result.table)} if tested else {}


def _worded(frame: pd.DataFrame, w: Words) -> pd.DataFrame:
    told = pd.DataFrame(
        {
            "before_said": [value_said(r["kind"], r["before"], r["at"], i, w) for i, r in frame.iterrows()],
            "after_said": [value_said(r["kind"], r["after"], r["at"], i, w) for i, r in frame.iterrows()],
            "chance": frame["p"].to_numpy(),
            "setting": frame.index.to_numpy(),
            "proposed_said": ["✓" if yes else MISSING for yes in frame["proposed"]],
        },
        frame.index,
    )
    named = [about_said(r["kind"], r["at"], w) for _, r in frame.iterrows()]
    kept = frame[["money", "cases", "estimate", "lo", "hi", "proposed"]]
    return pd.concat([told, kept], axis=1).set_axis(pd.Index(named, name="lesson", dtype=object), axis=0)


def about_said(kind: str, at: Any, w: Words) -> str:
    """What a lesson is about, in words: the kind, and the part, role or person."""
    place = " · ".join(w.node(value) for _, value in tuple(at))
    return w.phrase(f"{_P}.kind.{kind}", {"place": place})


def value_said(kind: str, value: Any, at: Any, lesson: Any, w: Words) -> str:
    """A lesson's value in words; – where there is none."""
    if isinstance(value, list | tuple) and kind == "season":
        shares = [x / sum(value) for x in value] if len(value) else []
        return " · ".join(w.percent(s) for s in shares) or w.phrase(f"{_P}.value.as_forecast")
    if isinstance(value, list | tuple):
        return " · ".join(w.percent_whole(x) for x in value) or MISSING
    if isinstance(value, Mapping):
        return _several(kind, value, w)
    if isinstance(value, str):
        return w.phrase(f"plan.people.topic.{value}") if w.has(f"plan.people.topic.{value}") else w.node(value)
    if missing(value):
        return w.phrase(f"{_P}.value.nothing")
    return _one(kind, float(value), str(lesson), w)


def _several(kind: str, value: Mapping[str, Any], w: Words) -> str:
    if kind == "weights":
        return w.phrase(f"{_P}.value.mix", {n: value.get(n, float("nan")) for n in ("history", "forecast")})
    return w.percent_whole(value.get("target" if kind == "chances" else "new_customers", float("nan")))


def _one(kind: str, value: float, lesson: str, w: Words) -> str:
    if kind == "rates":
        return w.phrase(f"{_P}.value.months", {"n": int(value)})
    if kind == "tilt":
        return f"× {w.decimal(value)}"
    return w.money(value) if lesson.endswith("deal") else w.percent(value)


def comments(result: Any, w: Words) -> dict[str, str]:
    """By a lesson's id the sentence that tells its evidence, for the file that a person reads."""
    if not isinstance(result, Lessons):
        return {}
    said = [w.phrase(f.key, f.values) for f in result.findings if f.key not in (f"{_P}.found", f"{_P}.none")]
    return dict(zip((one.id for one in result.lessons), said, strict=False))
