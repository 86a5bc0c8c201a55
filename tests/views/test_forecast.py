"""The forecast's page: every result in every language, with any name as a node, in figures that hold their text."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from tests.views import labels
from tests.views.test_charts import CHINA, LONG
from workbench.analytics import forecast as forecasting
from workbench.analytics.forecast import Accuracy, Forecast, Landing
from workbench.analytics.keys import fact
from workbench.settings import LANGUAGES, Assumptions
from workbench.views import forecast, page, show, tables
from workbench.views.words import Words

AS_OF = pd.Timestamp("2026-09-30")
ODD = ["<script>alert(1)</script>", "{amount:money}", "$x^2$", "a\u202eb", "'; drop table", "", " ", "nan"]


@cache
def made(names: tuple[str | None, ...], size: float = 1.0) -> tuple[Any, ...]:
    """One result of each type, from 48 months of made-up sales by shop."""
    months = pd.date_range("2022-10-01", periods=48, freq="MS")
    at = np.arange(48)
    parts = [
        pd.DataFrame(
            {
                "period": months,
                "shop": name,
                "whole": True,
                "amount": size
                * 1e6
                / (n + 1)
                * (1 + 0.2 * np.sin(at / 2))
                * np.random.default_rng(n).lognormal(0, 0.1, 48),
            }
        )
        for n, name in enumerate(names)
    ]
    sales = pd.concat(parts, ignore_index=True)
    rng = np.random.default_rng(9)
    known = pd.DataFrame({"spend": rng.lognormal(10, 0.3, 48), "reps": 9.0, "event <b>": 0.0}, index=months)
    known["event 促销"] = rng.binomial(1, 0.3, 48).astype(float)
    options = forecasting.Options(seed=1, variables=known)
    found = forecasting.ahead(sales, ("shop",), months=12, every="month", calendar=CHINA, options=options)
    assert isinstance(found, Forecast)
    earlier = (
        forecasting.issued(found).query("level == ''").assign(as_of=pd.Timestamp("2025-09-30"), period=months[-12:])
    )
    total = sales.groupby("period", as_index=False)["amount"].sum().assign(whole=True)
    named = {
        "push": Assumptions(name={"en": "Push", "zh-CN": "冲刺"}, growth=0.05),
        names[0] or "own": Assumptions(price=-0.02, spend=0.1),
    }
    return (
        forecasting.landing(found, CHINA, earlier),
        *forecasting.by_level(found, CHINA, ("shop", "team")),
        forecasting.accuracy(found),
        forecasting.calendar_effects(found, CHINA),
        forecasting.variable_effects(found),
        forecasting.track_record(earlier, total, every="month", calendar=CHINA),
        forecasting.scenarios(found, named, {"price": 1.0, "win_rate": 0.2, "reps": 9}, CHINA),
    )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_result_has_a_heading_a_point_a_method_and_terms_that_are_defined(lang: str) -> None:
    w = Words(lang, "CNY", calendar=CHINA)
    for result in made(("North", "South")):
        seen = show.view(result, w, AS_OF)
        assert seen.heading, type(result).__name__
        assert str(seen.point), type(result).__name__
        assert seen.how, type(result).__name__
        assert all(w.has(f"terms.define.{term}.is") for term in seen.terms), seen.terms


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("size", [1.0, 1e5])
def test_no_label_leaves_its_figure_or_runs_into_another(lang: str, size: float) -> None:
    w = Words(lang, "CNY", "1" if size > 1 else "auto", calendar=CHINA)
    for result in made((*LONG[:10], None), size):
        draw = show.view(result, w, AS_OF).draw
        if draw:
            labels.assert_apart(draw(), type(result).__name__)


@pytest.mark.parametrize("names", [tuple(ODD), (None, "only")])
def test_any_name_is_shown_as_text(names: tuple[str | None, ...]) -> None:
    w = Words("zh-TW", "TWD", calendar=CHINA)
    for result in made(names):
        seen = show.view(result, w, AS_OF)
        if seen.draw:
            picture = seen.draw()
            for figure in (picture.wide, picture.narrow):
                assert not [e for e in ElementTree.fromstring(figure).iter() if e.tag.endswith("script")]


def test_tables_can_be_saved_for_the_workbook_with_words_for_our_codes(tmp_path: Path) -> None:
    speak = {lang: Words(lang, "CNY", calendar=CHINA) for lang in LANGUAGES}
    for result in made(("North", "South")):
        for name, sheet in show.view(result, speak["en"], AS_OF).sheets.items():
            tables.save(tmp_path, f"forecast.{name}", sheet, speak, dict.fromkeys(LANGUAGES, name))
    spans = pd.read_parquet(tmp_path / "forecast.landing.parquet")
    assert list(spans["span"])[-1] == "The year ahead"
    models = pd.read_parquet(tmp_path / "forecast.accuracy.parquet")
    assert models["model"].iloc[1] == "repeating last year (seasonal naive)"


def test_the_answer_says_the_rest_of_the_year_then_the_year_ahead_then_how_accurate() -> None:
    landing, *_ = results = made(("North", "South"))
    keys = [f.key for f in show.leading([landing, results[2]])]
    assert keys[:2] == ["forecast.rest_of_year", "forecast.next_year"]
    assert keys[2] in ("forecast.doubt", "forecast.accuracy", "forecast.naive_money", "forecast.naive_wins")


def test_only_methods_tried_on_the_same_cases_stand_beside_the_forecast() -> None:
    result = next(r for r in made(("North", "South")) if isinstance(r, Accuracy))
    lucky = result.table.iloc[[-1]].assign(mase=0.01, folds=1).set_axis(["luck"], axis=0)
    found = replace(result, table=pd.concat([result.table.iloc[:2], lucky, result.table.iloc[2:]]))

    seen = show.view(found, Words("en", "CNY", calendar=CHINA), AS_OF)

    assert "luck" not in [line.name for line in seen.tables[0].lines]
    assert "luck" in seen.sheets["accuracy"].frame.index


def test_headline_facts_have_three_significant_digits() -> None:
    landing = made(("North", "South"))[0]
    assert isinstance(landing, Landing)
    facts = forecast.headline(landing)
    assert facts["next_year"] == float(f"{landing.table.loc['next_year', 'amount']:.3g}")
    assert forecast.headline(object()) == {}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_node_not_to_be_trusted_has_an_owner_and_says_what_to_decide_and_how_sure(lang: str) -> None:
    w = Words(lang, "CNY", calendar=CHINA)
    told = {"amount": 5e6, "lo_80": 4e6, "hi_80": 7e6, "amount_before": 3e6, "share": 0.3, "judged": "range"}
    told |= {"span": (pd.Timestamp("2026-10-01"), pd.Timestamp("2027-12-31"))}
    why = {"reasons": ("wide", "short"), "reason": "wide"}
    crossed = (("region", "North"), ("channel", "Web"))
    doubt = fact(
        "forecast.untrusted", weight=5e6, about="x", level="region", node="North", places=crossed, **why, **told
    )

    shown = page._decision(doubt, w)

    assert w.phrase("forecast.reason.wide") in str(shown["text"])
    for name in ("North", "Web", w.level("channel")):
        assert name in str(shown["text"])
    assert "North" in str(shown["facts"][0])
    assert len(shown["facts"]) == 3
    assert w.money(7e6) in str(shown["facts"][2])
