"""TV01 to TV34: the arithmetic of five articles on sales targets, each held against the function that does it here.

The articles' own slips are told where they are: 48 weeks taken for a year (TV01), 24.9 for 25 (TV04), 25 opportunities
where 15 are needed (TV05), the same work for ten times the target (TV06), 217.5 for 220 (TV07), a change of share that
may be read in three ways (TV08), three rates for two steps (TV11), three classes that leave 15 of 18 cells open (TV14),
+10 % that is +50 %, +33 % and +25 % (TV18), a year that is no sum of its quarters' growth (TV22), levels that imply
1,304.35 and 83.33 before (TV23, TV24), and growth on customers of another age (TV25).
"""

import pandas as pd
import pytest

from workbench.analytics import customers, plan
from workbench.analytics.plan.audit import arithmetic, of_statements, read, smart
from workbench.analytics.plan.audit.result import Audit
from workbench.analytics.plan.period import period
from workbench.analytics.plan.staff.ramp import ramp_year
from workbench.analytics.plan.staff.stages import open_values, shipped, stage_template
from workbench.analytics.tracking import truth_tables
from workbench.errors import ParameterError
from workbench.periods import Calendar
from workbench.settings.plan import PlanSettings, Rule

YEAR = period(Calendar(), pd.Timestamp("2026-09-30"))


def audited(*texts: str) -> Audit:
    return of_statements([read(text, where=str(n)) for n, text in enumerate(texts, 1)])


def told(key: str, *texts: str) -> dict[str, object]:
    """The values of the one finding with this key."""
    found = [f for f in audited(*texts).details if f.key == f"plan.audit.{key}"]
    assert len(found) == 1, [f.key for f in audited(*texts).details]
    return found[0].values


def split(amount: float, **settings: object) -> plan.Split:
    wanted = PlanSettings(**settings)  # type: ignore[arg-type]
    found = plan.split(amount, YEAR, plan.Sources(), wanted, calendar=Calendar())
    assert isinstance(found, plan.Split)
    return found


def test_tv01_25_a_week_is_1200_a_year_only_with_48_selling_weeks() -> None:
    said = told("calendar", "年度1200万目标：季度目标300万（分解为每月100万，每周25万）")
    assert (said["implied"], said["usual"], said["sum"]) == ("48", "52", "1,300万")
    weeks = plan.by_week(split(1200, selling_weeks=48)).iloc[0]
    assert weeks.sum() == 1200
    assert set(weeks[weeks > 0]) == {25.0}


def test_tv02_new_and_old_customers_make_the_whole() -> None:
    found = split(1200, keys={"margins": {"customers": {"new": 0.4, "old": 0.6}}})
    assert found.by["customers"]["target"].to_dict() == {"old": 720, "new": 480}


def test_tv03_two_margins_leave_the_cells_open_and_independence_is_one_choice() -> None:
    margins = {"customers": {"new": 0.4, "old": 0.6}, "products": {"new": 0.6, "mature": 0.4}}
    found = split(1200, keys={"margins": margins})
    assert found.table["target"].tolist() == [288, 192, 432, 288]
    floor = [Rule(at={"customers": "new", "products": "new"}, at_least=400)]
    other = split(1200, keys={"margins": margins}, rules=floor)  # other cells, the same two margins
    assert other.by["products"]["target"].to_dict() == found.by["products"]["target"].to_dict()
    assert other.table["target"].tolist() != found.table["target"].tolist()


def test_tv04_three_deals_at_83_000_are_249_000_and_take_15_opportunities_and_150_leads() -> None:
    text = "周目标25万，本周需成交3单，每单8.3万；若转化率为20%，则需15个意向客户；"
    text += "若获客渠道的转化率为10%，则需150条有效线索"
    said = told("product", text)
    assert (said["product"], said["whole"], said["exact"]) == ("24.9万", "25万", "8.3333万")
    need = plan.needed(25, deal=8.3, win_rate=0.2, lead_rate=0.1)
    assert (need.deals, need.table["ratio"].tolist(), round(need.whole, 4)) == (3, [3, 15, 150], 0.02)


def test_tv05_five_opportunities_a_day_exceed_the_fifteen_of_the_week() -> None:
    said = told("activity", "每周需15个意向客户，每日新增意向客户5个")
    assert (said["weekly"], round(float(str(said["times"])), 2)) == ("25", 1.67)
    found = plan.against(plan.needed(25, deal=8.3, win_rate=0.2, lead_rate=0.1), 5, days=5)
    assert round(found.times, 2) == 1.67
    assert (found.deals, round(found.amount, 1)) == (5, 41.5)  # 41.7 by the exact deal of 8.333


def test_tv06_the_same_work_for_ten_times_the_target_means_ten_people() -> None:
    small = "年度120万目标→每月10万→每周2.5万→每日需完成：新增意向客户5个+拜访老客户3家+输出2份客户方案"
    large = "年度1200万目标为例：季度目标300万（分解为每月100万，每周25万，每日新增意向客户5个+拜访老客户3家）"
    said = told("same_activity", large, small)
    assert said["times"] == 10
    assert told("calendar", small)["implied"] == "48"


def test_tv07_150_with_45_percent_is_217_5_and_not_220() -> None:
    said = told("growth_differs", "将原150万的年度目标调整为220万（市场增量空间达45%）")
    assert (said["implied"], said["after"], said["actual"]) == ("217.5万", "220万", "46.67%")


def test_tv08_a_change_of_share_is_read_in_every_way() -> None:
    held = plan.share_test(pd.Series({"line": 0.10, "breakthrough": 0.18}), 0.15)
    assert isinstance(held, plan.ShareTest)
    assert held.table["index"].round(4).tolist() == [0.9565, 1.0261]
    readings = plan.share_claims(0.15, 0.10, 0.08)
    assert readings.round(3).to_dict() == {"hold": 0.15, "added": 0.18, "relative": 0.242}


def test_tv09_half_and_two_fifths_are_a_fifth() -> None:
    assert plan.whole_rate([0.5, 0.4]) == pytest.approx(0.2)


def test_tv10_from_25_to_42_percent_is_68_percent_more_and_17_points() -> None:
    said = told("lift", "转化率从25%升至42%，年度目标达成效率提升68%")
    assert said["meant"] == "relative"
    assert said["relative"] == pytest.approx(0.68)
    assert said["points"] == pytest.approx(0.17)


def test_tv11_three_rates_do_not_fit_two_steps() -> None:
    said = told("rates", "获客→拜访→成交的转化率分别为10%、30%、20%")
    assert (said["rates"], said["steps"], said["product"], said["leads"]) == (3, 2, "0.6%", "166.7")
    with pytest.raises(ParameterError, match="3 rates for 2 transitions"):
        plan.needed(25, deal=8.3, stages=("leads", "visits", "deals"), rates=(0.1, 0.3, 0.2))


def test_tv12_half_as_many_invalid_leads_double_the_valid_ones() -> None:
    times, cost = plan.fewer_invalid(0.70, 0.35)
    assert (round(times, 3), round(cost, 3)) == (2.167, -0.538)


def test_tv13_from_60_to_75_percent_must_say_which_change_is_meant() -> None:
    said = told("lift", "老客户年度复购率从60%提升至75%")
    assert said["meant"] is None
    assert (said["points"], said["relative"]) == (pytest.approx(0.15), pytest.approx(0.25))


def test_tv14_the_three_classes_leave_a_class_of_others() -> None:
    days = [pd.Timestamp("2026-09-30") - pd.Timedelta(days=10 * n) for n in range(36)]
    frame = pd.DataFrame({"customer": [f"C{n}" for n in range(36)], "last": days,
                          "orders": [1 + n % 6 for n in range(36)],
                          "amount": [100.0 * (n % 12 + 1) for n in range(36)]})  # fmt: skip
    found = customers.rfm(frame, pd.Timestamp("2026-09-30"))
    assert isinstance(found, customers.Rfm)
    assert found.table["customers"].sum() == 36
    assert found.table["customers"]["other"] > 0


def test_tv15_two_a_day_need_a_life() -> None:
    assert arithmetic.over_life(2, 10) == 7300
    with pytest.raises(ParameterError, match="life in years is not given"):
        arithmetic.over_life(2, None)


def test_tv16_the_milestone_is_reached_at_half() -> None:
    assert [truth_tables.milestone(x) for x in (0.49, 0.5, 0.51)] == [False, True, True]


def test_tv17_last_year_times_a_factor_is_named_as_flat() -> None:
    assert told("flat", "目标=去年业绩×1.2")["growth"] == "20%"
    same = [
        f"2027年{region}销售额从{n}万提升至{n * 1.2:g}万" for region, n in (("华东", 100), ("华南", 50), ("华北", 80))
    ]
    assert told("flat", *same)["nodes"] == 3
    other = [*same[:2], "2027年华北销售额从80万提升至88万"]
    assert [f for f in audited(*other).details if f.key == "plan.audit.flat"] == []


def test_tv18_quarters_of_200_to_500_are_not_10_percent_each() -> None:
    text = "年度目标为“实现季度销售额增长10%”，可以分解为“Q1完成销售额200万元，Q2完成300万元，"
    text += "Q3完成400万元，Q4完成500万元”。"
    said = told("steps", text)
    assert said["actual"] == ("50%", "33.33%", "25%")
    assert said["total"] == "1,400万元"
    assert said["from_first"] == ("200万元", "220万元", "242万元", "266.2万元")
    assert [str(v)[:6] for v in said["to_total"]] == ["301.65", "331.82", "365.00", "401.50"]  # type: ignore[attr-defined]
    quarters = plan.by_quarter(split(1400, keys={"season": (200, 300, 400, 500)}, unit=1)).iloc[0]
    assert (quarters / 1400).round(4).tolist() == [0.1429, 0.2143, 0.2857, 0.3571]


def test_tv19_a_quarters_growth_is_46_percent_a_year_and_not_comparable_with_a_share() -> None:
    text = "季度销售额增长10%，长期则设定年度市场份额提升5%"
    assert told("each_period", text)["exit"] == pytest.approx(0.4641)
    assert told("not_comparable", text)["second"] == "市场份额 5%"
    assert "growth" in audited(text).statements["vague"][1]  # points or relative


def test_tv20_two_metrics_are_two_goals_that_must_both_be_met() -> None:
    goals = read("实现销售额同比增长15%，同时客户满意度提升10%").goals
    assert [(g.metric, g.growth.value) for g in goals if g.growth] == [("sales", 0.15), ("satisfaction", 0.1)]
    assert told("both", "实现销售额同比增长15%，同时客户满意度提升10%")["metrics"] == ("销售额", "客户满意度")


def test_tv21_a_share_of_30_percent_needs_its_total() -> None:
    assert told("share_of", "海外市场销售额占比提升至30%")["share"] == "30%"
    sources = plan.Sources(history=pd.DataFrame({"region": ["海外", "国内"], "amount": [100.0, 900.0]}))
    wanted = PlanSettings(by=("region",), rules=(Rule(at={"region": "海外"}, share=0.3),), unit=1)
    found = plan.split(1000, YEAR, sources, wanted, calendar=Calendar())
    assert isinstance(found, plan.Split)
    assert found.by["region"]["target"]["海外"] == 300


def test_tv22_all_readings_of_30_percent_as_10_percent_a_quarter_and_the_nearest() -> None:
    said = told("compounding", "若年度目標是提升銷售額30%，可將其分解成每個季度提升10%")
    assert [said[n] for n in ("exit", "within", "simple", "total")] == ["46.41%", "33.1%", "40%", "27.63%"]
    assert (said["needed_exit"], said["needed_total"], said["nearest"]) == ("6.78%", "10.78%", "total")


def test_tv23_15_percent_to_1500_a_day_means_1304_35_before() -> None:
    text = "在接下來的3個月內，將平均每日銷售額提升15%，達到每日銷售額1500元。"
    said = told("implied_baseline", text)
    assert (said["before"], said["whole"]) == ("1,304.35元", False)
    assert plan.implied_base(1500, 0.15, days=90).total == 135_000


def test_tv24_20_percent_to_100_orders_means_83_33_and_mixes_two_metrics() -> None:
    text = "在未來三個月內，透過線上廣告提升產品A銷售額20%，達到每月100單。"
    assert (told("implied_baseline", text)["before"], told("implied_baseline", text)["whole"]) == ("83.33單", False)
    assert told("two_units", text)["level"] == "100單"


def test_tv25_growth_on_customers_of_another_age_has_no_base() -> None:
    first = "在2024年第一季度，將A款產品銷售額提升至100萬元，主要目標客戶為25-45歲的都市白領。"
    second = "在2024年第二季度，將產品A的銷售額提升15%，主要目標客戶為25-35歲的年輕專業人士"
    said = told("chained", first, second)
    assert (said["implied"], said["drifts"]) == ("115萬元", True)
    same = told("chained", first, second.replace("25-35歲的年輕專業人士", "25-45歲的都市白領"))
    assert same["drifts"] is False


def test_tv26_100_a_year_by_quarter_month_week_and_day_of_a_stated_calendar() -> None:
    found = split(100, selling_weeks=48, unit=0.01)
    weeks = plan.by_week(found).iloc[0]
    assert plan.by_quarter(found).iloc[0].tolist() == [25] * 4
    assert found.months.iloc[0].to_numpy() == pytest.approx(8.333, abs=0.011)
    assert weeks[weeks > 0].to_numpy() == pytest.approx(2.083, abs=0.011)
    assert [round(arithmetic.implied_periods(100, n), 3) for n in (52, 365, 250)] == [1.923, 0.274, 0.4]


def test_tv27_sales_up_50_percent_this_year_fails_specific_time_and_segment() -> None:
    goal = read("今年销售额提升50%").goals[0]
    assert smart.failed(goal) == ["specific", "window", "segment"]
    good = read("2024年第一季度,针对25-45岁客户,产品A销售额达到100万元").goals[0]
    assert smart.failed(good) == []


def test_tv28_a_ramp_of_30_and_60_percent_leaves_a_range_until_the_rest_is_stated() -> None:
    assert ramp_year((0.3, 0.6, 1.0, 1.0)) == pytest.approx((0.725, 0.725))
    low, high = ramp_year((0.3, 0.6))
    assert (low, high) == (pytest.approx((0.3 + 0.6 + 0.6 + 0.6) / 4), pytest.approx(0.725))


def test_tv29_without_rates_a_funnel_is_not_made_up() -> None:
    with pytest.raises(ParameterError) as error:
        plan.needed(100)
    assert [p.split(" is missing")[0] for p in error.value.problems] == ["deal", "win_rate", "lead_rate"]


@pytest.mark.parametrize(
    ("revenue", "leads", "said"),
    [
        (True, True, "on_course"),
        (False, True, "mid_funnel"),
        (False, False, "few_leads"),
        (True, False, "better_yield"),
    ],
)
def test_tv30_leads_without_revenue_point_to_the_middle_of_the_funnel(revenue: bool, leads: bool, said: str) -> None:
    assert truth_tables.quadrant(revenue, leads) == said


def test_tv31_a_low_win_rate_calls_for_coaching_only_beyond_chance() -> None:
    assert truth_tables.coach(5, 60, 0.25, True) == "closing"  # Wilson: 3.6 % to 18.1 %
    assert truth_tables.coach(1, 8, 0.25, True) == ""  # 2.2 % to 47.1 %: too few to tell
    assert truth_tables.coach(0, 0, 0.25, True) == ""
    assert truth_tables.coach(5, 60, 0.25, False) == ""  # too few opportunities is another matter


def test_tv32_a_floor_on_new_products_is_kept_or_broken() -> None:
    rules = [Rule(at={"products": "new"}, min_share=0.2)]
    for new, ok in ((20.0, True), (19.0, False)):
        amounts = pd.DataFrame({"products": ["new", "mature"], "amount": [new, 100 - new]})
        assert plan.kept(amounts, rules)["ok"].tolist() == [ok]


def test_tv33_each_trigger_fires_by_itself_and_either_way() -> None:
    assert truth_tables.triggered({"market": -0.12, "resources": 0.02, "difficulty": 0.15}, 0.1) == {
        "market": "down", "difficulty": "up"}  # fmt: skip
    assert truth_tables.triggered({"resources": -0.1}, 0.1) == {"resources": "down"}
    with pytest.raises(KeyError, match="weather"):
        truth_tables.triggered({"weather": 1.0}, 0.1)


def test_tv34_three_stages_have_three_steps_with_their_kpis_and_open_parameters() -> None:
    steps = shipped()
    assert {stage: len(rows) for stage, rows in steps.items()} == {"start-up": 3, "growth": 3, "mature": 3}
    named = {stage: [[k["zh-TW"] for k in row["kpis"]] for row in rows] for stage, rows in steps.items()}
    assert named == {
        "start-up": [["客戶獲取成本", "客戶滿意度"], ["銷售額增長率", "客戶留存率", "客戶滿意度"],
                     ["銷售效率", "銷售額", "新銷售渠道拓展情況"]],
        "growth": [["平均消費額", "市場覆蓋率"], ["新市場拓展情況", "經銷商合作數量"], ["品牌知名度", "市場佔有率"]],
        "mature": [["客戶留存率", "客戶生命週期價值"], ["新產品銷售額", "產品線拓展情況"],
                   ["品牌認知度", "品牌影響力"]],
    }  # fmt: skip
    template = stage_template(PlanSettings(stage="start-up"))
    assert open_values(template) == ("x", "y")  # type: ignore[arg-type]
