"""The target's sections: each says something in every language, and no label leaves its figure."""

import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.analytics.plan.aims import AS_OF, CALENDAR, bare, found, made, normal, settings
from tests.analytics.plan.test_anchor import life, value, years
from tests.analytics.plan.test_gap import rates
from tests.analytics.plan.test_means import by_rep, channels, spend
from tests.views import labels
from workbench.analytics.plan import (
    Baseline,
    MarketView,
    Resources,
    Triangulation,
    alternatives,
    anchor,
    gap,
    means,
    sensitivity,
    share_test,
    triangulate,
)
from workbench.analytics.results import Result, Unknown
from workbench.settings import LANGUAGES, Assumptions
from workbench.views import show, tables
from workbench.views.words import Words

NAMED = {"more": Assumptions(name={"en": "More", "zh-CN": "更多", "zh-TW": "更多"}, shift=0.1)}
FULL = {
    "strategy": {"growth": 0.2},
    "people": {"hires": [{"count": 1, "joins": "2027-01"}]},
    "means": {"spend_growth": 0.3, "reserve": 0.03},
}


def scaled(base: Baseline, size: float) -> Baseline:
    moved = {name: getattr(base, name) * size for name in ("draws", "monthly", "by_month", "before", "before_by_month")}
    return replace(base, **moved)


@cache
def results(kind: str = "full", size: float = 1.0) -> tuple[Result, ...]:
    """One result of each type; `kind` bare has only a forecast."""
    full = kind == "full"
    base, wanted = scaled(made(), size), settings(**(FULL if full else {}))
    known = Resources(by_rep(), spend(0.5), channels()) if full else Resources()
    market = MarketView(12e3 * size, 11e3 * size, 13e3 * size, 0.09, share=0.14) if full else None
    added = means(base, wanted, known)
    aims = triangulate(base, wanted, added, market=market)
    assert isinstance(aims, Triangulation)
    customers, worth, products = (years(), value(), life()) if full else (None, None, None)
    put = gap(base, 15e3 * size, rates() if full else None, added)
    assert put is not None
    return (
        aims,
        put,
        added,
        anchor(aims, customers, worth, products),
        share_test(aims.growths, market),
        alternatives(aims, found(), NAMED if full else {}, wanted, added, CALENDAR),
        sensitivity(aims, wanted, rates() if full else None, known, base=base),
    )


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", ["full", "bare"])
def test_each_result_has_a_heading_and_a_point_and_few_columns_on_a_phone(lang: str, kind: str) -> None:
    w = Words(lang, "CNY")
    for result in results(kind):
        seen = show.view(result, w, AS_OF)
        assert seen.heading, type(result).__name__
        assert str(seen.point), type(result).__name__
        for one in seen.tables:
            assert all(len(line.cells) == len(one.heads) - 1 for line in one.lines)
            assert sum(not head.minor for head in one.heads) <= 7


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", ["full", "bare"])
def test_every_finding_and_decision_can_be_said(lang: str, kind: str) -> None:
    w = Words(lang, "CNY")
    said = [str(show.say(f, w)) for r in results(kind) for f in (*r.findings, *r.decisions)]

    assert not [s for s in said if not s or re.search(r"\bnan\b|\binf\b|None", s, re.IGNORECASE)]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("size", [1.0, 1e6])
@pytest.mark.parametrize("kind", ["full", "bare"])
def test_no_label_leaves_its_figure_or_runs_into_another(lang: str, size: float, kind: str) -> None:
    w = Words(lang, "CNY")
    for result in results(kind, size):
        draw = show.view(result, w, AS_OF).draw
        if draw:
            labels.assert_apart(draw(), type(result).__name__)


def test_the_answer_says_the_target_with_its_chance_then_the_strategy_with_its_own() -> None:
    aims = triangulate(bare(normal(123e6, 8e6), before=112.4e6), settings(strategy={"amount": 130e6}))
    assert isinstance(aims, Triangulation)
    en, cn, tw = ([str(show.say(f, Words(lang, "CNY"))) for f in show.leading([aims])] for lang in LANGUAGES)

    assert en == [
        (
            "For 2027 we recommend ¥121M (+7.7% on the year before): the chance of reaching it is 60%. "
            "The strategy's ¥130M has 19%; ¥123M is to be expected if nothing changes."
        ),
        "The strategy's ¥130M (+15.7%) would be reached with a chance of 19%: too little to be asked of people.",
    ]
    assert cn[0].startswith("2027年建议目标1.21亿元（较上年+7.7%），达成概率60%；战略要求的1.30亿元概率19%，")
    assert tw[0].endswith("若一切照舊，預計1.23億元。")


def test_the_figure_of_a_certain_period_is_drawn_too() -> None:
    aims = triangulate(bare(np.full(300, 50.0)), settings(strategy={"amount": 60.0}))

    picture = show.view(aims, Words("en", "CNY"), AS_OF).draw
    assert picture is not None
    assert "<svg" in str(picture().wide)


def test_tables_can_be_saved_for_the_workbook_with_words_for_our_codes(tmp_path: Path) -> None:
    speak = {lang: Words(lang, "CNY") for lang in LANGUAGES}
    for result in results():
        for name, sheet in show.view(result, speak["en"], AS_OF).sheets.items():
            tables.save(tmp_path, f"plan.{name}", sheet, speak, dict.fromkeys(LANGUAGES, name))

    views = pd.read_parquet(tmp_path / "plan.target.parquet")
    assert views["approach"].tolist()[:2] == ["Strategy (from above)", "Baseline (from below)"]
    assert pd.read_parquet(tmp_path / "plan.gap-strategy.parquet")["action"].iloc[0] == "Won deals"


def test_what_cannot_be_told_names_what_is_missing() -> None:
    unknown = [r for r in results("bare") if isinstance(r, Unknown)]

    assert {r.section for r in unknown} == {"plan_anchor", "plan_share"}
    for lang in LANGUAGES:
        assert all(show.view(r, Words(lang, "CNY"), AS_OF).heading for r in unknown)
