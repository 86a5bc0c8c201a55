"""What a company of its age aims at: a template of steps with the KPIs that tell each, from stages.toml or settings."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from workbench.analytics.keys import fact
from workbench.analytics.kpis import declared
from workbench.analytics.results import Result, Scorecard, Unknown
from workbench.findings import Finding
from workbench.settings import LANGUAGES
from workbench.settings.plan import PlanSettings, Step

FILE = Path(__file__).with_name("stages.toml")
PLACEHOLDERS = ("x", "y")


@dataclass(frozen=True, kw_only=True, repr=False)
class StageTemplate(Result):
    """`stage`: "start-up", "growth" or "mature". `values`: what fills {x} and {y}; those that are not set stay open
    `table`: index step; columns
        first_month, last_month   from the start; NaN where the step has no months
        goal                      text by language, {x} and {y} unfilled
        kpis                      tuple of names by language
        known                     tuple of scorecard keys (sales.change: its change), "" where nothing measures the KPI
        now                       tuple of their values, NaN unknown
    """

    stage: str
    table: pd.DataFrame
    values: Mapping[str, float]


def stage_template(settings: PlanSettings, scorecard: Result | None = None) -> StageTemplate | Unknown:
    """The steps of the stage that settings name, with what the scorecard measures of their KPIs today."""
    if not settings.stage:
        return Unknown(section="stage_template", findings=(fact("plan.weights.no_stage"),))
    steps = [_own(step) for step in settings.stage_steps] or shipped()[settings.stage]
    table = pd.DataFrame(steps).set_index("step")
    table["now"] = [tuple(_now(key, scorecard) for key in keys) for keys in table["known"]]
    result = StageTemplate(stage=settings.stage, table=table, values=dict(settings.stage_values))
    return replace(result, findings=tuple(_findings(result)))


def _now(key: str, scorecard: Result | None) -> float:
    """What the scorecard says of a KPI; of one that ends in .change, its change on the year before."""
    name, _, column = key.partition(".")
    if not isinstance(scorecard, Scorecard) or name not in scorecard.table.index:
        return float("nan")
    return float(scorecard.table[column or "now"][name])


@cache
def shipped() -> dict[str, list[dict[str, Any]]]:
    """The shipped templates by stage, three steps each."""
    read = tomllib.loads(FILE.read_text("utf-8"))
    return {stage: [_row(step) for step in steps] for stage, steps in read.items()}


def open_values(template: StageTemplate) -> tuple[str, ...]:
    """The placeholders that the goals hold and that no setting fills."""
    said = " ".join(text for goal in template.table["goal"] for text in goal.values())
    return tuple(name for name in PLACEHOLDERS if f"{{{name}}}" in said and name not in template.values)


def _row(step: Mapping[str, Any]) -> dict[str, Any]:
    first, last = step.get("months", (float("nan"), float("nan")))
    names = [dict(zip(step["kpis"], some, strict=True)) for some in zip(*step["kpis"].values(), strict=True)]
    return {
        "step": step["step"],
        "first_month": first,
        "last_month": last,
        "goal": dict(step["goal"]),
        "kpis": tuple(names),
        "known": tuple(step["known"]),
    }


def _own(step: Step) -> dict[str, Any]:
    """A step of the settings; a KPI named by its key is called as the scorecard calls it."""
    known = declared()
    names = [known[k].name if isinstance(k, str) and k in known else _by_language(k) for k in step.kpis]
    first, last = step.months or (float("nan"), float("nan"))
    return {
        "step": step.step,
        "first_month": first,
        "last_month": last,
        "goal": _by_language(step.goal),
        "kpis": tuple(names),
        "known": tuple(k if isinstance(k, str) and k in known else "" for k in step.kpis),
    }


def _by_language(text: Any) -> dict[str, str]:
    return dict.fromkeys(LANGUAGES, text) if isinstance(text, str) else dict(text)


def _findings(result: StageTemplate) -> Iterator[Finding]:
    keys = [key for keys in result.table["known"] for key in keys]
    yield fact(
        "plan.weights.stage",
        stage=result.stage,
        steps=len(result.table),
        kpis=len(keys),
        known=sum(value == value for values in result.table["now"] for value in values),
    )
    if values := open_values(result):
        yield fact("plan.weights.stage_open", values=tuple(name.upper() for name in values))
