"""The audit: what statements say of themselves and of each other, with verdicts, errors and decisions."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as trial
from hypothesis import strategies as st

from workbench.analytics import plan
from workbench.analytics.keys import KEYS
from workbench.analytics.plan.audit import arithmetic, of_statements, read
from workbench.analytics.plan.audit.result import Audit, is_error
from workbench.analytics.results import Unknown

AS_OF = pd.Timestamp("2026-09-30")


def audited(*texts: str) -> Audit:
    return of_statements([read(text, where=str(n)) for n, text in enumerate(texts, 1)])


def keys(*texts: str) -> list[str]:
    return [f.key.removeprefix("plan.audit.") for f in audited(*texts).details if f.key != "plan.audit.lacks"]


def goals(*rows: dict[str, object]) -> pd.DataFrame:
    return pd.DataFrame(list(rows))


WHOLE = {
    "statement": "销售额", "unit": "万元", "baseline": 300.0, "period": "2027Q1", "segment": "华东", "owner": "张三",
}  # fmt: skip


def test_a_row_that_says_all_and_agrees_with_itself_is_complete() -> None:
    found = plan.audit(goals(WHOLE | {"amount": 345.0, "growth": 0.15}), as_of=AS_OF)
    assert isinstance(found, Audit)
    assert found.statements["verdict"].tolist() == ["complete"]
    assert (found.errors, found.decisions) == (0, ())
    assert found.statements["text"].tolist() == ["销售额 · 2027Q1 · 华东 · 345万元"]


def test_a_row_whose_growth_does_not_lead_to_its_amount_must_be_decided() -> None:
    found = plan.audit(goals(WHOLE | {"amount": 360.0, "growth": 0.15}), as_of=AS_OF)
    assert isinstance(found, Audit)
    assert found.statements["verdict"].tolist() == ["contradictory"]
    decision = found.decisions[0]
    assert (decision.values["written"], decision.values["implied"]) == ("360万元", "345万元")
    assert decision.weight == pytest.approx(150_000)


def test_a_number_in_a_column_that_is_not_there_is_unknown_and_not_zero() -> None:
    found = plan.audit(goals(WHOLE | {"amount": float("nan"), "growth": float("nan")}))
    assert isinstance(found, Audit)
    assert "number" in found.statements["missing"][1]
    assert not [f for f in found.details if f.key == "plan.audit.growth_differs"]


def test_the_due_day_is_a_window_and_a_period_in_words_another() -> None:
    row = {k: v for k, v in WHOLE.items() if k != "period"} | {"amount": 345.0}
    assert "window" in plan.audit(goals(row)).statements["missing"][1]  # type: ignore[union-attr]
    by_day = plan.audit(goals(row | {"due": pd.Timestamp("2027-03-31")}))
    assert "window" not in by_day.statements["missing"][1]  # type: ignore[union-attr]


def test_a_metric_of_the_companys_own_is_a_metric() -> None:
    found = plan.audit(goals(WHOLE | {"statement": "老带新成交额", "metric": "老带新成交额", "amount": 10.0}))
    assert "metric" not in found.statements["missing"][1]  # type: ignore[union-attr]


def test_parts_must_sum_to_their_parent() -> None:
    rows = [
        {"name": "全国", "statement": "销售额", "amount": 100.0, "unit": "万元"},
        {"name": "东", "parent": "全国", "statement": "销售额", "amount": 60.0, "unit": "万元"},
        {"name": "西", "parent": "全国", "statement": "销售额", "amount": 30.0, "unit": "万元"},
    ]
    found = plan.audit(goals(*rows))
    assert isinstance(found, Audit)
    said = next(f.values for f in found.details if f.key == "plan.audit.children")
    assert (said["sum"], said["whole"], said["gap"]) == ("90万元", "100万元", "−10万元")
    asked = next(d.values for d in found.decisions if d.key == "plan.audit.which")
    assert (asked["parts"], asked["short"]) == (2, 100_000.0)  # what its parts lack, not what its own numbers make
    rows[2]["amount"] = 40.0
    right = plan.audit(goals(*rows))
    assert not [f for f in right.details if f.key == "plan.audit.children"]  # type: ignore[union-attr]


def test_shares_of_a_parent_must_sum_to_the_whole() -> None:
    rows = [{"name": "全国", "statement": "销售额", "amount": 100.0, "unit": "万元"}]
    rows += [
        {"name": n, "parent": "全国", "statement": "占比", "amount": a, "unit": "%"}
        for n, a in (("东", 0.6), ("西", 0.5))
    ]
    found = plan.audit(goals(*rows))
    assert isinstance(found, Audit)
    assert next(f.values["sum"] for f in found.details if f.key == "plan.audit.shares") == "110%"


def test_growth_is_chained_to_the_goal_of_the_same_customers_and_never_to_another_regions() -> None:
    east, west = "2027年第一季度华东销售额达到100万元", "2027年第一季度华南销售额达到80万元"
    later = "2027年第二季度华东销售额增长10%"
    said = [f.values for f in audited(east, west, later).details if f.key == "plan.audit.chained"]
    assert [(s["implied"], s["drifts"]) for s in said] == [("110万元", False)]
    assert "chained" not in keys(west, later)
    assert "chained" not in keys("2027年华东销售额达到100万元", "2028年第一季度华东销售额增长10%")


def test_the_same_daily_work_is_told_once_for_all_who_have_it() -> None:
    found = keys(*[f"年度{n}万目标，每日新增意向客户5个" for n in (100, 200, 300, 1000)])
    assert found.count("same_activity") == 1


def test_one_growth_for_every_row_is_flat_and_different_ones_are_not() -> None:
    same = [
        WHOLE | {"segment": s, "baseline": b, "amount": b * 1.1} for s, b in (("东", 100.0), ("西", 50.0), ("北", 80.0))
    ]
    found = plan.audit(goals(*same))
    assert [f.values["growth"] for f in found.details if f.key == "plan.audit.flat"] == ["10%"]  # type: ignore[union-attr]
    same[0]["amount"] = 140.0
    other = plan.audit(goals(*same))
    assert [f for f in other.details if f.key == "plan.audit.flat"] == []  # type: ignore[union-attr]


def test_targets_that_are_last_years_with_one_factor_are_named() -> None:
    months = pd.date_range("2026-01-01", periods=24, freq="MS")
    rows = [
        {"period": m, "rep": rep, "amount": base * (1.2 if m.year == 2027 else 1.0)}
        for m in months
        for rep, base in (("A", 10.0), ("B", 25.0), ("C", 7.0))
    ]
    found = plan.audit(None, pd.DataFrame(rows))
    assert isinstance(found, Audit)
    said = next(f for f in found.details if f.key == "plan.audit.flat_targets")
    assert (said.values["nodes"], said.values["growth"], said.weight) == (3, "20%", pytest.approx(42 * 12 * 1.2))
    rows[-1]["amount"] *= 3
    other = plan.audit(None, pd.DataFrame(rows))
    assert [f for f in other.details if f.key == "plan.audit.flat_targets"] == []  # type: ignore[union-attr]


def test_without_goals_and_targets_nothing_can_be_told() -> None:
    found = plan.audit(None)
    assert isinstance(found, Unknown)
    assert isinstance(plan.audit(pd.DataFrame()), Unknown)


def test_rounding_of_what_is_written_is_no_contradiction() -> None:
    assert "growth_differs" not in keys("2027年销售额从30.8M增长12%至34.5M")  # 34.496
    assert "growth_differs" in keys("2027年销售额从30.8M增长12%至34.9M")


def test_a_year_and_its_quarters_that_do_not_sum_are_told() -> None:
    text = "2027年销售额1000万元，Q1 200万元，Q2 300万元，Q3 250万元，Q4 300万元"
    found = next(f for f in audited(text).details if f.key == "plan.audit.parts")
    assert (found.values["sum"], found.values["gap"]) == ("1,050万元", "50万元")
    assert "parts" not in keys(text.replace("Q4 300", "Q4 250"))


def test_a_rate_is_in_points_where_points_lead_from_one_to_the_other() -> None:
    found = next(f for f in audited("赢单率从25%提升5个百分点至30%").details if f.key == "plan.audit.lift")
    assert found.values["meant"] == "points"
    wrong = audited("赢单率从25%提升8%至30%")
    assert next(f for f in wrong.details if f.key == "plan.audit.lift").values["meant"] == "neither"
    assert wrong.statements["verdict"].tolist() == ["contradictory"]


def test_only_what_makes_a_target_wrong_counts_as_an_error() -> None:
    found = audited("2027年第一季度，华东新客户销售额达到100万元")
    assert [f.values["part"] for f in found.details if f.key == "plan.audit.lacks"] == ["baseline", "owner"]
    assert found.errors == 0
    assert audited("提升销售额").errors > 0


def test_each_finding_is_declared_and_at_most_five_decisions_are_asked() -> None:
    found = audited(*[f"2027年销售额从{n}万增长10%至{n * 2}万" for n in range(100, 110)])
    assert len(found.decisions) == 5
    assert [d.weight for d in found.decisions] == sorted((d.weight for d in found.decisions), reverse=True)
    assert all(set(f.values) == set(KEYS[f.key]) for f in found.details)
    assert found.errors == sum(map(is_error, found.details))


@given(st.floats(1, 1e6), st.floats(-0.5, 2.0), st.floats(1e-3, 1e3))
@trial(max_examples=60, deadline=None)
def test_the_verdict_on_growth_does_not_depend_on_the_unit(before: float, growth: float, scale: float) -> None:
    def differs(size: float) -> bool:
        from workbench.analytics.plan.audit.numbers import Number

        a, b = Number(before * size, "money", size), Number(before * (1 + growth) * 1.05 * size, "money", size)
        return arithmetic.grown(a, Number(growth, "ratio", 1e-4), b)

    assert differs(1.0) == differs(scale)


@given(st.floats(0.001, 0.5), st.integers(2, 12))
def test_what_each_period_would_need_gives_the_years_growth_back(year: float, periods: int) -> None:
    found = arithmetic.compounding(0.1, periods, year)
    assert (1 + found.needed_exit) ** periods - 1 == pytest.approx(year)
    assert arithmetic.compounding(found.needed_total, periods).total == pytest.approx(year, abs=1e-9)


@given(st.lists(st.integers(1, 10_000), min_size=2, max_size=12), st.floats(0.0, 0.3))
def test_compounded_amounts_keep_their_sum(amounts: list[int], each: float) -> None:
    total = float(sum(amounts))
    assert sum(arithmetic.compounded_to(total, each, len(amounts))) == pytest.approx(total)
