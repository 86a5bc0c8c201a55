"""Reading targets: what people write becomes goals with metric, numbers, windows; the rest stays unknown."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as trial
from hypothesis import strategies as st

from workbench.analytics.plan.audit import Goal, read, smart
from workbench.analytics.plan.audit.numbers import found, pattern, percent, plain, small_number
from workbench.analytics.plan.audit.vocabulary import fold, shown
from workbench.periods import Calendar
from workbench.settings import CalendarSettings


def goal(text: str, **more: object) -> Goal:
    return read(text, **more).goals[0]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "value", "unit", "step"),
    [
        ("100万元", 1e6, "money", 1e4),
        ("1,200萬", 12e6, "", 1e4),
        ("3.5亿", 3.5e8, "", 1e7),
        ("34.5 M CNY", 34.5e6, "money", 1e5),
        ("$1.2bn", 1.2e9, "money", 1e8),
        ("¥500", 500, "money", 1),
        ("15%", 0.15, "ratio", 0.01),
        ("12.5 %", 0.125, "ratio", 0.001),
        ("百分之十五", 0.15, "ratio", 0.01),
        ("三成", 0.3, "ratio", 0.01),
        ("5个百分点", 0.05, "points", 0.01),
        ("2 percentage points", 0.02, "points", 0.01),
        ("1.2倍", 1.2, "factor", 0.1),
        ("100單", 100, "orders", 1),
        ("30家新客户", 30, "customers", 1),
        ("12 orders", 12, "orders", 1),
        ("１５０万", 1.5e6, "", 1e4),
    ],
)
def test_a_number_has_its_scale_unit_and_the_worth_of_its_last_digit(
    text: str, value: float, unit: str, step: float
) -> None:
    match = pattern().match(fold(text))
    assert match is not None
    number = found(match)
    assert (number.value, number.unit, number.step) == (pytest.approx(value), unit, pytest.approx(step))


def test_numbers_are_written_back_in_the_unit_they_came_in() -> None:
    text = goal("2027年销售额220万元").amount
    assert text is not None
    assert text.like(2_175_000) == "217.5万元"
    assert (plain(1304.3478), plain(-0.5), plain(float("nan")), percent(0.46666)) == ("1,304.35", "−0.5", "–", "46.67%")
    assert [small_number(t) for t in ("3", "三", "两", "十二", "二十")] == [3, 3, 2, 12, 20]


@pytest.mark.parametrize(
    ("text", "kind", "first", "last"),
    [
        ("2024年第一季度", "dates", "2024-01-01", "2024-03-31"),
        ("2024Q2", "dates", "2024-04-01", "2024-06-30"),
        ("Q1 2027", "dates", "2027-01-01", "2027-03-31"),
        ("2027年下半年", "dates", "2027-07-01", "2027-12-31"),
        ("2027年度", "dates", "2027-01-01", "2027-12-31"),
        ("in 2027", "dates", "2027-01-01", "2027-12-31"),
        ("2026年9月", "dates", "2026-09-01", "2026-09-30"),
        ("2026-09", "dates", "2026-09-01", "2026-09-30"),
        ("Mar 2027", "dates", "2027-03-01", "2027-03-31"),
        ("by 31 Mar 2027", "dates", None, "2027-03-31"),
        ("2027年3月31日前", "dates", None, "2027-03-31"),
        ("今年", "relative", "2026-01-01", "2026-12-31"),
        ("明年", "relative", "2027-01-01", "2027-12-31"),
        ("下季度", "relative", "2026-10-01", "2026-12-31"),
        ("next quarter", "relative", "2026-10-01", "2026-12-31"),
        ("未来3个月", "relative", "2026-10-01", "2026-12-31"),
        ("within the next 6 months", "relative", "2026-10-01", "2027-03-31"),
        ("在未來兩個季度內", "relative", "2026-10-01", "2027-03-31"),
        ("Q3", "partial", None, None),
        ("第三季度", "partial", None, None),
        ("11月", "partial", None, None),
        ("2026-02-31", "impossible", None, None),
        ("每月", "per", None, None),
    ],
)
def test_a_window_is_told_in_days_as_far_as_its_words_go(
    text: str, kind: str, first: str | None, last: str | None
) -> None:
    said = goal(f"{text}销售额达到100万元", as_of=pd.Timestamp("2026-09-30")).window
    assert said is not None
    assert (said.kind, said.first, said.last) == (kind, first and pd.Timestamp(first), last and pd.Timestamp(last))


def test_a_fiscal_year_moves_its_quarters() -> None:
    april = Calendar(CalendarSettings(fiscal_year_starts=4))
    said = goal("2027Q1销售额达到100万元", calendar=april).window
    assert said is not None
    assert (said.first, said.last) == (pd.Timestamp("2026-04-01"), pd.Timestamp("2026-06-30"))


def test_an_english_target_is_read_whole() -> None:
    said = goal("raise Q1 2027 sales in East by 12 % to 34.5 M CNY from 30.8 M, owner: Li Wei")
    assert (said.metric, said.segment, said.owner) == ("sales", ("East",), "Li Wei")
    assert said.growth is not None
    assert said.amount is not None
    assert said.baseline is not None
    assert (said.growth.value, said.amount.value, said.baseline.value) == (0.12, 34.5e6, 30.8e6)
    assert smart.missing(said) == []


def test_a_chinese_target_is_read_whole_in_both_scripts() -> None:
    for text in (
        "2027年第一季度，华东大区新客户销售额从300万元增长20%至360万元，负责人：张三",
        "2027年第一季度，華東大區新客戶銷售額從300萬元成長20%至360萬元，負責人：張三",
    ):
        said = goal(text)
        assert said.metric == "sales"
        assert [f.role for f in said.figures] == ["baseline", "growth", "amount"]
        assert said.amount is not None
        assert said.amount.value == 3.6e6
        assert said.owner in ("张三", "張三")
        assert smart.failed(said) == []


@pytest.mark.parametrize(
    ("text", "metric", "role", "value", "unit"),
    [
        ("市场份额提升5个百分点", "share", "growth", 0.05, "points"),
        ("客户流失，销售额下降10%", "sales", "growth", -0.10, "ratio"),
        ("新客户数达到30家", "customers", "amount", 30, "customers"),
        ("赢单率提升到35%", "conversion", "amount", 0.35, "ratio"),
        ("win rate to 35%", "conversion", "amount", 0.35, "ratio"),
        ("销售额占比30%", "mix", "amount", 0.30, "ratio"),
        ("业绩翻1.5倍", "sales", "growth", 0.5, "ratio"),
        ("客户满意度达到4.5分", "satisfaction", "amount", 4.5, "score"),
    ],
)
def test_a_number_s_role_comes_from_the_words_around_it(
    text: str, metric: str, role: str, value: float, unit: str
) -> None:
    said = goal(text)
    assert said.metric == metric
    figure = said.figures[0]
    assert (figure.role, figure.number.value, figure.number.unit) == (role, pytest.approx(value), unit)


@pytest.mark.parametrize("text", ["", "   ", "加油！", "3", "团队团结一致", "We will do our best.", "第3页，共12页"])
def test_what_states_no_target_has_no_metric_and_no_number_that_counts(text: str) -> None:
    said = read(text).goals[0]
    assert said.amount is None
    assert said.growth is None
    assert smart.failed(said)


@pytest.mark.parametrize(
    ("text", "words"), [("提升銷售額X%", "X"), ("大幅提升销售额", "大幅"), ("sales tbd in 2027", "tbd")]
)
def test_placeholders_and_vague_words_are_told_and_never_become_numbers(text: str, words: str) -> None:
    said = goal(text)
    assert said.vague == (words,)
    assert "number" in smart.failed(said)


def test_text_copied_with_readings_behind_its_characters_is_read_without_them() -> None:
    said = goal("銷售目標(biāo)：年度業(yè)績從60萬提升至75萬")
    assert said.metric == "sales"
    assert (said.baseline and said.baseline.value, said.amount and said.amount.value) == (600_000, 750_000)
    assert shown("銷售額(k)（YoY）") == "銷售額(k)（YoY）"


def test_a_growth_of_a_year_has_the_year_before_as_its_base_but_one_of_a_quarter_needs_it_said() -> None:
    assert "baseline" not in smart.missing(goal("2027年华东销售额增长10%"))
    assert "baseline" in smart.missing(goal("2027年第一季度华东销售额增长10%"))
    assert "baseline" not in smart.missing(goal("2027年第一季度华东销售额同比增长10%"))


def test_the_text_is_quoted_as_it_was_written_but_without_what_cannot_be_seen() -> None:
    said = read("销售额，達到\u202e100萬元\x00！")
    assert said.text == "销售额，達到 100萬元 ！"
    assert said.goals[0].amount is not None
    assert len(shown("销" * 5000)) == 1000


@given(st.text(max_size=300))
@trial(max_examples=150, deadline=None)
def test_any_text_is_read_without_failing(text: str) -> None:
    said = read(text, as_of=pd.Timestamp("2026-09-30"))
    assert said.goals
    assert len(fold(text)) == len(shown(text))


WORDS = (
    "销售额 提升 达到 从 至 100万 15% 每月 2027年 Q1 今年 单 负责人 , 。 华东 大区 × 1.2 倍 to from by".split()  # noqa: SIM905
)


@given(st.lists(st.sampled_from(WORDS), max_size=30))
@trial(max_examples=150, deadline=None)
def test_words_of_targets_in_any_order_are_audited_without_failing(words: list[str]) -> None:
    from workbench.analytics.plan.audit import of_statements

    found_ = of_statements([read("".join(words)), read(" ".join(words), where="2")])
    assert len(found_.statements) == 2


def test_a_long_hostile_text_is_read_in_time_that_grows_with_its_length() -> None:
    for text in ("9" * 1000, "1," * 500, "年" * 1000, "每" * 1000, "从1到" * 300, "a" * 1000, "10% " * 250):
        assert read(text).text
