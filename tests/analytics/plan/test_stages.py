"""Templates by the company's stage: nine rows with the KPI lists as given, X and Y kept as parameters."""

import pandas as pd
import pytest

from workbench.analytics.kpis import declared, scorecard
from workbench.analytics.plan.staff.stages import StageTemplate, open_values, shipped, stage_template
from workbench.analytics.results import Unknown
from workbench.settings import LANGUAGES
from workbench.settings.plan import PlanSettings, Step

GIVEN = {  # the stage table of seed S4, its column of key figures
    ("start-up", 1): "客戶獲取成本、客戶滿意度",
    ("start-up", 2): "銷售額增長率、客戶留存率、客戶滿意度",
    ("start-up", 3): "銷售效率、銷售額、新銷售渠道拓展情況",
    ("growth", 1): "平均消費額、市場覆蓋率",
    ("growth", 2): "新市場拓展情況、經銷商合作數量",
    ("growth", 3): "品牌知名度、市場佔有率",
    ("mature", 1): "客戶留存率、客戶生命週期價值",
    ("mature", 2): "新產品銷售額、產品線拓展情況",
    ("mature", 3): "品牌認知度、品牌影響力",
}


@pytest.mark.parametrize(("stage", "step"), list(GIVEN))
def test_each_row_s_kpis_are_as_given(stage: str, step: int) -> None:
    row = shipped()[stage][step - 1]

    assert "、".join(name["zh-TW"] for name in row["kpis"]) == GIVEN[stage, step]


def test_there_are_three_stages_of_three_steps_in_three_languages() -> None:
    rows = [row for steps in shipped().values() for row in steps]

    assert [len(steps) for steps in shipped().values()] == [3, 3, 3]
    assert all(set(row["goal"]) == set(LANGUAGES) == set(name) for row in rows for name in row["kpis"])


def test_a_start_up_s_steps_are_0_to_3_3_to_6_and_6_to_12_months() -> None:
    assert [(row["first_month"], row["last_month"]) for row in shipped()["start-up"]] == [(0, 3), (3, 6), (6, 12)]


def test_measured_kpis_name_keys_of_the_scorecard() -> None:
    keys = {key.partition(".")[0] for steps in shipped().values() for row in steps for key in row["known"]}

    assert keys - {""} <= set(declared())


def test_x_and_y_stay_open_until_somebody_sets_them() -> None:
    bare = stage_template(PlanSettings(stage="start-up"))
    half = stage_template(PlanSettings(stage="start-up", stage_values={"x": 0.2}))
    assert isinstance(bare, StageTemplate)
    assert isinstance(half, StageTemplate)

    assert open_values(bare) == ("x", "y")
    assert open_values(half) == ("y",)
    assert "{x}" in bare.table["goal"][2]["en"]


def test_what_the_scorecard_knows_stands_beside_the_kpi() -> None:
    sums = pd.DataFrame({"amount": [80.0, 100.0]}, ["before", "now"])

    found = stage_template(PlanSettings(stage="start-up"), scorecard(sums))

    assert isinstance(found, StageTemplate)
    assert found.table["now"][2][0] == pytest.approx(0.25)  # growth of sales
    assert found.table["now"][3][1] == 100.0  # sales


def test_a_company_s_own_steps_take_the_place_of_the_template() -> None:
    own = Step(step=1, goal="Win ten lighthouse customers", kpis=("sales", "lighthouses"))

    found = stage_template(PlanSettings(stage="growth", stage_steps=(own,)))

    assert isinstance(found, StageTemplate)
    assert found.table["known"].tolist() == [("sales", "")]
    assert found.table["kpis"][1][0]["zh-CN"] == "销售额"


def test_without_a_stage_nothing_is_shown() -> None:
    found = stage_template(PlanSettings())

    assert isinstance(found, Unknown)
    assert found.findings[0].key == "plan.weights.no_stage"
