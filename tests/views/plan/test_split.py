"""A split target on the page: every result in every language, with any name as a node, figures that hold their text."""

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
from workbench.analytics import plan
from workbench.analytics.forecast import Forecast
from workbench.analytics.forecast.outlook import Options
from workbench.analytics.plan import Baseline, Conflict, Sources, Split
from workbench.analytics.plan.period import period
from workbench.settings import LANGUAGES
from workbench.settings.plan import PlanSettings
from workbench.views import page, show, tables
from workbench.views.words import Words

AS_OF = pd.Timestamp("2026-09-30")
YEAR = period(CHINA, AS_OF)
ODD = ("<script>alert(1)</script>", "{amount:money}", "$x^2$", "a\u202eb", "'; drop table", "", " ", "nan")


@cache
def known(names: tuple[str | None, ...], size: float = 1.0) -> Baseline:
    """What the year should bring by shop, from 48 months of made-up sales."""
    months, at = pd.date_range("2022-10-01", periods=48, freq="MS"), np.arange(48)
    parts = [
        pd.DataFrame({"period": months, "shop": name, "whole": True, "amount": size * 1e6 / (n + 1)
                      * (1 + 0.2 * np.sin(at / 2)) * np.random.default_rng(n).lognormal(0, 0.1, 48)})
        for n, name in enumerate(names)
    ]  # fmt: skip
    found = forecasting.ahead(
        pd.concat(parts, ignore_index=True),
        ("shop",),
        months=15,
        every="month",
        calendar=CHINA,
        options=Options(seed=1),
    )
    assert isinstance(found, Forecast)
    baseline = plan.baseline(found, YEAR, CHINA)
    assert isinstance(baseline, Baseline)
    return baseline


def made(names: tuple[str | None, ...], size: float = 1.0, **settings: Any) -> tuple[Any, ...]:
    """A split and its sections; the first two names are under rules."""
    baseline = known(names, size)
    first, second = names[0], names[1]
    rules = [
        {"at": {"shop": str(first)}, "max_share": 0.3, "why": "capacity"},
        {"at": {"shop": str(second)}, "min_growth": 0.4},
    ]
    wanted = {
        "by": ("shop",),
        "rules": rules,
        "keys": {"margins": {"products": {"new": 0.2, "mature": 0.8}}},
    } | settings
    amount = float(baseline.expected.iloc[0]) * 1.05
    found = plan.split(amount, YEAR, plan.sources_of(baseline), PlanSettings(**wanted), calendar=CHINA,
                       baseline=baseline)  # fmt: skip
    assert isinstance(found, Split), found
    return found, *plan.split_levels(found), plan.split_months(found), plan.split_rules(found)


@cache
def clash() -> Conflict:
    rules = [{"at": {"shop": "A"}, "min_share": 0.6}, {"at": {"shop": "B"}, "min_share": 0.5, "why": "promised"}]
    history = pd.DataFrame({"shop": ["A", "B"], "amount": [1.0, 1.0]})
    found = plan.split(1e6, YEAR, Sources(history=history), PlanSettings(by=("shop",), rules=rules))
    assert isinstance(found, Conflict)
    return found


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_result_has_a_heading_a_point_a_method_and_terms_that_are_defined(lang: str) -> None:
    w = Words(lang, "CNY", calendar=CHINA)
    for result in (*made(("North", "South", "East"), selling_weeks=48), clash()):
        seen = show.view(result, w, AS_OF)
        assert seen.heading, type(result).__name__
        assert str(seen.point), type(result).__name__
        assert seen.how, type(result).__name__
        assert all(w.has(f"terms.define.{term}.is") for term in seen.terms), seen.terms
        for finding in (*result.findings, *result.decisions):
            assert str(show.say(finding, w)), finding.key


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("size", [1.0, 1e5])
def test_no_label_leaves_its_figure_or_runs_into_another(lang: str, size: float) -> None:
    w = Words(lang, "CNY", "1" if size > 1 else "auto", calendar=CHINA)
    for result in made((*LONG[:10], None), size):
        draw = show.view(result, w, AS_OF).draw
        if draw:
            labels.assert_apart(draw(), type(result).__name__)


def test_any_name_is_shown_as_text() -> None:
    w = Words("zh-TW", "TWD", calendar=CHINA)
    for result in made(ODD):
        seen = show.view(result, w, AS_OF)
        if seen.draw:
            picture = seen.draw()
            for figure in (picture.wide, picture.narrow):
                assert not [e for e in ElementTree.fromstring(figure).iter() if e.tag.endswith("script")]


def test_every_part_goes_to_the_workbook_by_quarter_month_week_and_day(tmp_path: Path) -> None:
    speak = {lang: Words(lang, "CNY", calendar=CHINA) for lang in LANGUAGES}
    found, *rest = made(("North", "South", None), selling_weeks=48, rules=[{"at": {"shop": "North"}, "share": 0.3}])
    for result in (found, *rest, clash()):
        for name, sheet in show.view(result, speak["en"], AS_OF).sheets.items():
            tables.save(tmp_path, f"plan.{name}", sheet, speak, dict.fromkeys(LANGUAGES, name))
    for every in ("quarter", "month", "week", "day"):
        saved = pd.read_parquet(tmp_path / f"plan.plan-split-{every}.parquet")
        assert saved["target"].sum() == pytest.approx(found.amount)
        assert set(saved["products"]) == {"new", "mature"}
    parts = pd.read_parquet(tmp_path / "plan.plan-split.parquet")
    assert len(parts) == 6
    assert set(parts["how"]) == {"from its sources"}


def test_too_many_rows_for_a_sheet_are_told_by_the_first_level(monkeypatch: pytest.MonkeyPatch) -> None:
    from workbench.views.plan import split as views

    found, *_ = made(("North", "South", "East"))
    monkeypatch.setattr(views, "_MOST_ROWS", 3 * 12)
    sheets = show.view(found, Words("en", "CNY", calendar=CHINA), AS_OF).sheets
    assert [c.name for c in sheets["plan-split-month"].columns] == ["shop", "period", "target"]
    assert [c.name for c in sheets["plan-split-day"].columns] == ["period", "target"]
    assert sheets["plan-split-day"].frame["target"].sum() == pytest.approx(found.amount)


def test_a_total_of_some_months_is_not_shown() -> None:
    months = made(("North", "South"))[-2]
    w = Words("en", "CNY", calendar=CHINA)
    past = pd.Series([5e5, *[np.nan] * 11], index=months.table.index)
    seen = show.view(type(months)(**vars(months) | {"table": months.table.assign(before=past)}), w, AS_OF)
    total = seen.tables[0].lines[-1]
    heads = [head.title for head in seen.tables[0].heads[1:]]
    assert total.cells[heads.index("Year before")] == "–"
    assert total.cells[heads.index("Target")] != "–"


def test_a_chance_is_never_said_to_be_none_or_certain() -> None:
    w = Words("en")
    assert [w.chance(p) for p in (0.0001, 0.02, 0.5, 0.994, 0.9999)] == ["<1%", "2%", "50%", "99%", ">99%"]
    assert [Words(lang).chance(0.001) for lang in LANGUAGES] == ["<1%", "不到1%", "不到1%"]


@pytest.mark.parametrize("means", [True, False])
def test_what_a_split_expects_is_named_by_whether_planned_people_and_spend_are_in_it(means: bool) -> None:
    w, baseline = Words("en", "CNY", calendar=CHINA), replace(known(("North", "South")), means=means)
    amount = float(baseline.expected.iloc[0])
    found = plan.split(amount, YEAR, plan.sources_of(baseline), PlanSettings(by=("shop",)), baseline=baseline)
    level = plan.split_levels(found)[0]
    seen = [show.view(part, w, AS_OF) for part in (level, plan.split_months(found))]

    said = str(w.say("plan.split.chances", level.findings[-1].values))
    readings = [str(view.draw().reading) for view in seen]
    told = "with the planned people and spend" if means else "if nothing changes"
    assert all(told in text for text in (said, *readings, str(seen[0].how)))
    assert {c.title for c in next(iter(seen[0].sheets.values())).columns} >= {
        "split_planned" if means else "split_expected"
    }


def test_a_rule_on_one_part_is_a_decision_with_its_money_and_chance() -> None:
    found = made(("North", "South", "East"))[0]
    told = page._decision(found.decisions[0], Words("en", "CNY"))
    assert "The rule North ≤ 30% (capacity) hands" in str(told["text"]) or "The rule South ≥ +40%" in str(told["text"])
    assert "the chance of reaching it is" in str(told["text"])


def test_rules_that_cannot_hold_are_said_as_the_person_wrote_them() -> None:
    said = {lang: str(show.view(clash(), Words(lang, "CNY", calendar=CHINA), AS_OF).point) for lang in LANGUAGES}
    assert said["en"] == (
        "These rules cannot all hold: A ≥ 60%, B ≥ 50%. Together they ask for more than there is and leave −10.0% "
        "(¥100k); any one of these instead would be enough: A ≥ 50%, B ≥ 40%."
    )
    assert said["zh-CN"] == (
        "以下规则无法同时满足：A ≥ 60%、B ≥ 50%。合计超出总目标，余下−10.0%（10.0万元）；"
        "改成以下任意一条即可：A ≥ 50%、B ≥ 40%。"
    )
    assert said["zh-TW"] == (
        "下列規則無法同時成立：A ≥ 60%、B ≥ 50%。合計超出總目標，餘下−10.0%（10.0萬元）；"
        "改成下列任一條即可：A ≥ 50%、B ≥ 40%。"
    )
