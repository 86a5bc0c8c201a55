"""One target to parts and months: worked examples of the field, and what must hold for any split."""

import numpy as np
import pandas as pd
import pytest

from workbench.analytics import plan
from workbench.analytics.plan import Conflict, Sources, Split
from workbench.analytics.plan.period import PlanPeriod, period
from workbench.errors import DataError, ParameterError
from workbench.periods import Calendar
from workbench.settings.plan import Keys, PlanSettings, Rule

CALENDAR = Calendar()
YEAR = period(CALENDAR, pd.Timestamp("2026-09-30"))


def made(amount: float, sources: Sources | None = None, **settings: object) -> Split:
    found = plan.split(amount, YEAR, sources or Sources(), PlanSettings(**settings), calendar=CALENDAR)  # type: ignore[arg-type]
    assert isinstance(found, Split), found
    return found


def by(level: str, **amounts: float) -> pd.DataFrame:
    return pd.DataFrame({level: list(amounts), "amount": list(amounts.values())})


# -- worked examples: ids of the capability list ----------------------------------------------------------------------


def test_a_year_of_48_selling_weeks_is_300_a_quarter_100_a_month_and_25_a_week() -> None:
    found = made(1200, selling_weeks=48)  # TV01
    weeks = plan.by_week(found).iloc[0]
    assert set(plan.by_quarter(found).iloc[0]) == {300.0}
    assert set(found.months.iloc[0]) == {100.0}
    assert set(weeks[weeks > 0]) == {25.0}
    assert (weeks > 0).sum() == 48
    assert weeks.sum() == 1200  # and not 25 x 52 = 1300


@pytest.mark.parametrize(("amount", "quarter", "month", "week"), [(120, 30, 10, 2.5), (100, 25, 8.33, 2.08)])
def test_a_rep_and_a_shop_get_the_weeks_of_the_same_calendar(
    amount: float, quarter: float, month: float, week: float
) -> None:
    found = made(amount, selling_weeks=48, unit=0.01)  # TV06, TV26: 2.083 with 48 weeks
    weeks = plan.by_week(found).iloc[0]
    assert plan.by_quarter(found).iloc[0].tolist() == [quarter] * 4
    assert found.months.iloc[0].to_numpy() == pytest.approx(month, abs=0.011)
    assert weeks[weeks > 0].to_numpy() == pytest.approx(week, abs=0.011)


def test_without_a_declared_calendar_a_working_day_carries_the_same_all_year() -> None:
    days = plan.by_day(made(100, unit=0.01)).iloc[0]  # TV26: 100 over 261 weekdays of 2027
    assert (days > 0).sum() == 261
    assert days[days > 0].to_numpy() == pytest.approx(100 / 261, abs=0.011)
    assert days[days.index.day_of_week >= 5].eq(0).all()


def test_new_and_old_customers_get_their_shares_of_the_target() -> None:
    found = made(1200, keys={"margins": {"customers": {"new": 0.4, "old": 0.6}}})  # TV02
    assert found.by["customers"]["target"].to_dict() == {"old": 720, "new": 480}


def test_two_margins_of_one_table_are_crossed_by_independence() -> None:
    margins = {"customers": {"new": 0.4, "old": 0.6}, "products": {"new": 0.6, "mature": 0.4}}
    found = made(1200, keys={"margins": margins})  # TV03
    assert found.table["target"].tolist() == [288, 192, 432, 288]
    assert found.by["products"]["target"].to_dict() == {"new": 720, "mature": 480}


def test_margins_hold_beside_the_levels_and_rules_of_both() -> None:
    found = made(
        1000,
        Sources(history=by("region", North=600, South=400)),
        by=("region",),
        keys={"margins": {"products": {"new": 0.2, "mature": 0.8}}},
        rules=[{"at": {"region": "South", "products": "new"}, "at_least": 150}],
        unit=1,
    )
    assert found.table["target"].to_dict() == {
        ("North", "new"): 50, ("North", "mature"): 480, ("South", "new"): 150, ("South", "mature"): 320
    }  # fmt: skip
    assert found.by["products"]["target"].to_dict() == {"mature": 800, "new": 200}


def test_quarters_written_by_hand_keep_their_weights() -> None:
    found = made(1400, keys={"season": (200, 300, 400, 500)}, unit=1)  # TV18
    assert plan.by_quarter(found).iloc[0].tolist() == [200, 300, 400, 500]
    same = made(1e6, keys={"season": (200, 300, 400, 500)}, unit=100)
    assert (plan.by_quarter(same).iloc[0] / 1e6).round(4).tolist() == [0.1429, 0.2143, 0.2857, 0.3571]


def test_overseas_at_30_percent_is_30_percent_of_the_whole_whatever_its_history() -> None:
    history = by("region", 海外=100, 国内=900)  # TV21
    found = made(2000, Sources(history=history), by=("region",), rules=[Rule(at={"region": "海外"}, share=0.3)])
    assert found.by["region"]["target"].to_dict() == {"国内": 1400, "海外": 600}
    rule = found.rules.loc["海外 = 30%"]
    assert (rule["without"], rule["moved"]) == pytest.approx((200, 400))  # a tenth by its history; 400 come from 国内


def test_a_team_below_its_share_of_new_products_breaks_the_rule() -> None:
    rules = [Rule(at={"products": "new"}, min_share=0.2)]  # TV32
    ok = plan.kept(by("products", new=20, mature=80), rules)
    short = plan.kept(by("products", new=19, mature=81), rules)
    assert ok["ok"].tolist() == [True]
    assert short.loc["new ≥ 20%"].to_dict() == {"actual": 19.0, "lo": 20.0, "hi": np.inf, "ok": False}


def test_weight_shifted_to_a_segment_moves_its_share_by_that_factor() -> None:
    history = by("segment", price=500, value=500)  # E5
    found = made(1000, Sources(history=history), by=("segment",), keys={"tilt": {"segment": {"value": 1.5}}}, unit=1)
    assert found.by["segment"]["target"].to_dict() == {"value": 600, "price": 400}


def test_mature_products_grow_with_their_market_and_new_ones_have_a_least_share() -> None:
    history = by("products", mature=900, new=100)  # B13: mature = history x market growth of 8 %; new at least 20 %
    rules = [Rule(at={"products": "new"}, min_share=0.2, why="new products")]
    tilt = {"products": {"mature": 1.08}}
    found = made(1000, Sources(history=history), by=("products",), keys={"tilt": tilt}, rules=rules, unit=1)
    assert found.table["key"].tolist() == pytest.approx([972 / 1072, 100 / 1072])
    assert found.by["products"]["target"].to_dict() == {"mature": 800, "new": 200}


# -- keys -------------------------------------------------------------------------------------------------------------


def test_the_key_is_the_weighted_mixture_of_what_is_known() -> None:
    sources = Sources(history=by("region", N=300, S=100), forecast=by("region", N=50, S=50), capacity=by("region", N=1))
    found = made(1000, sources, by=("region",), keys={"history": 2, "forecast": 1}, unit=1)
    assert found.weights == pytest.approx({"history": 2 / 3, "forecast": 1 / 3})
    assert found.by["region"]["target"].to_dict() == {"N": 667, "S": 333}  # (2 x 0.75 + 0.5) / 3


@pytest.mark.parametrize(
    ("rule", "share"),
    [("others", 0.4), ("average", (0.5 + 0.4) / 2), ("smallest", (0.2 + 0.4) / 2), ("none", 0.2)],
)
def test_what_one_source_does_not_know_is_taken_by_the_declared_rule(rule: str, share: float) -> None:
    known = {"history": by("region", N=80, S=20), "forecast": by("region", N=40, S=20, New=40)}
    start = plan.split(1e6, YEAR, Sources(**known), PlanSettings(by=("region",), keys={"unknown": rule}, unit=1))
    assert isinstance(start, Split)
    row = start.table.loc["New"]
    raw = {"others": 0.6 + 0.2, "average": 0.6 + 0.2, "smallest": 0.6 + 0.2, "none": 0.6 + 0.2}[rule]
    assert row["key"] == pytest.approx(share / (share + raw), abs=1e-9)


def test_unknown_is_not_zero_and_zero_stays_zero() -> None:
    history = pd.DataFrame({"region": ["N", "S", "E"], "amount": [60.0, 0.0, np.nan]})
    found = made(1000, Sources(history=history), by=("region",), unit=1)
    assert found.by["region"]["target"].to_dict() == {"N": 500, "E": 500, "S": 0}  # E: the average of those above 0
    assert found.table["how"].to_dict() == {"N": "known", "S": "zero", "E": "filled"}
    keys = [f.key for f in found.findings]
    assert "plan.split.unknown_parts" in keys
    assert "plan.split.zero_parts" in keys


def test_parts_too_small_to_matter_are_not_named_as_those_that_grow_most_or_least() -> None:
    history, forecast = by("region", N=600, S=395, E=1, W=4), by("region", N=500, S=480, E=19, W=1)
    found = made(
        1000, Sources(history=history, forecast=forecast), by=("region",), keys={"history": 1, "forecast": 2}, unit=1
    )
    told = {f.key: f.values for f in plan.split_levels(found)[0].findings}["plan.split.growth"]
    assert found.by["region"]["target"].to_dict() == {"N": 533, "S": 452, "E": 13, "W": 2}
    assert (told["node"], told["other"], told["compared"]) == ("E", "N", 3)  # W is below 1 % of the whole, E is not


def test_a_part_of_zero_gets_money_where_a_rule_asks_for_it() -> None:
    history = by("region", N=60, S=0)
    found = made(1000, Sources(history=history), by=("region",), rules=[{"at": {"region": "S"}, "min_share": 0.1}])
    assert found.by["region"]["target"].to_dict() == {"N": 500, "S": 500}  # S starts from the average, as if unknown
    assert found.by["region"]["how"]["S"] == "asked"


def test_a_coarser_source_is_spread_within_its_nodes_as_the_finer_one_says() -> None:
    history = pd.DataFrame({"region": ["N", "N", "S"], "rep": ["a", "b", "c"], "amount": [30.0, 10.0, 60.0]})
    sources = Sources(history=history, potential=by("region", N=100, S=300))
    found = made(1000, sources, by=("region", "rep"), keys={"history": 0, "forecast": 0, "potential": 1}, unit=1)
    assert found.by["rep"]["target"].to_dict() == {"c": 750, "a": 125, "b": 125}  # without history, evenly
    both = made(1000, sources, by=("region", "rep"), keys={"history": 1e-9, "forecast": 0, "potential": 1}, unit=1)
    assert both.by["rep"]["target"].to_dict() == {"c": 750, "a": 188, "b": 62}  # 250 as 30 to 10


def test_levels_that_no_source_crosses_are_crossed_by_independence() -> None:
    sources = Sources(history=by("region", N=30, S=70), forecast=by("channel", web=40, shop=60))
    found = made(1000, sources, by=("region", "channel"), unit=1)
    assert found.by["region"]["target"].sum() == 1000
    assert set(found.table.index) == {("N", "web"), ("N", "shop"), ("S", "web"), ("S", "shop")}


def test_a_part_that_is_to_come_is_crossed_with_what_there_is() -> None:
    history = pd.DataFrame({"region": ["N", "N", "S"], "channel": ["web", "shop", "web"], "amount": [2.0, 1.0, 3.0]})
    rules = [{"at": {"region": "海外"}, "min_share": 0.25}]
    found = made(
        1000, Sources(history=history), by=("region", "channel"), keys={"new": {"region": ("海外",)}}, rules=rules
    )
    assert found.by["region"]["target"]["海外"] >= 250
    assert ("海外", "web") in found.table.index
    assert ("海外", "shop") in found.table.index


def test_a_missing_name_is_a_part_like_any_other() -> None:
    history = pd.DataFrame({"region": ["N", None], "amount": [75.0, 25.0]})
    found = made(1000, Sources(history=history), by=("region",), unit=1)
    assert found.by["region"]["target"].tolist() == [750, 250]
    assert found.by["region"].index[1] is None
    assert plan.by_month(found, "region").sum(axis=1).tolist() == [750, 250]


def test_who_answers_for_a_node_stands_beside_it() -> None:
    sources = Sources(history=by("region", N=1, S=1), owners=pd.Series({("region", "N"): "Li"}))  # B9
    table = made(10_000, sources, by=("region",)).by["region"]
    assert table["owner"]["N"] == "Li"
    assert pd.isna(table["owner"]["S"])


# -- rules ------------------------------------------------------------------------------------------------------------


def test_every_kind_of_rule_holds_at_once() -> None:
    history = pd.DataFrame({"region": list("ABCDEFGH"), "amount": [100.0] * 8})
    rules = [
        Rule(at={"region": "A"}, share=0.2),
        Rule(at={"region": "B"}, min_share=0.15),
        Rule(at={"region": "C"}, max_share=0.05),
        Rule(at={"region": "D"}, amount=77),
        Rule(at={"region": "E"}, at_least=180),
        Rule(at={"region": "F"}, at_most=60),
        Rule(at={"region": "G"}, min_growth=0.5),
        Rule(at={"region": "H"}, max_growth=-0.1),
    ]
    target = made(1000, Sources(history=history), by=("region",), rules=rules, unit=1).by["region"]["target"]
    assert target.sum() == 1000
    assert target[["A", "B", "C", "D", "E", "F", "G", "H"]].tolist() == [200, 172, 50, 77, 180, 60, 171, 90]


def test_what_no_rule_binds_keeps_its_proportions() -> None:
    history = by("region", A=10, B=20, C=30, D=40)
    rules = [Rule(at={"region": "A"}, share=0.28)]
    target = made(1e6, Sources(history=history), by=("region",), rules=rules, unit=1).by["region"]["target"]
    assert (target["B"] / target["C"], target["C"] / target["D"]) == pytest.approx((2 / 3, 3 / 4), rel=1e-4)


def test_a_rule_written_twice_is_one_rule() -> None:
    rules = [Rule(at={"region": "A"}, share=0.3), Rule(at={"region": "A"}, share=0.3)]
    found = made(100, Sources(history=by("region", A=1, B=1)), by=("region",), rules=rules, unit=1)
    assert found.rules.index.tolist() == ["A = 30%"]
    assert found.rules["without"].tolist() == [50]


def test_a_rule_on_a_crossing_binds_that_crossing_only() -> None:
    history = pd.DataFrame({"r": ["N", "N", "S", "S"], "c": ["x", "y", "x", "y"], "amount": [1.0, 1.0, 1.0, 1.0]})
    rules = [Rule(at={"r": "N", "c": "x"}, share=0.4)]
    found = made(900, Sources(history=history), by=("r", "c"), rules=rules, unit=1)
    assert found.table["target"].tolist() == [360, 180, 180, 180]


def test_rules_that_cannot_hold_name_the_smallest_set_and_what_would_be_enough() -> None:
    history = by("region", 海外=30, 国内=60, 其他=10)
    rules = [
        Rule(at={"region": "海外"}, min_share=0.3),
        Rule(at={"region": "国内"}, min_share=0.75),
        Rule(at={"region": "其他"}, max_share=0.2),
    ]
    found = plan.split(2000, YEAR, Sources(history=history), PlanSettings(by=("region",), rules=rules))
    assert isinstance(found, Conflict)
    told = found.findings[0].values
    assert told["rules"] == ("海外 ≥ 30%", "国内 ≥ 75%")
    assert told["left"] == pytest.approx(-0.05)  # overseas at least 30 % and mainland at least 75 % leave -5 %
    assert told["gap"] == pytest.approx(100)
    assert told["enough"] == ("海外 ≥ 25%", "国内 ≥ 70%")


def test_each_separate_conflict_is_told_once() -> None:
    history = by("region", A=1, B=1, C=1, D=1)
    rules = [
        Rule(at={"region": "A"}, min_share=0.3, at_most=100),
        Rule(at={"region": "B"}, amount=50, min_growth=100),
        Rule(at={"region": "C"}, max_share=0.5),
    ]
    found = plan.split(1000, YEAR, Sources(history=history), PlanSettings(by=("region",), rules=rules))
    assert isinstance(found, Conflict)
    assert [f.values["rules"] for f in found.findings] == [("A ≥ 30%", "A ≤ 100"), ("B = 50", "B ≥ +10000%")]


def test_a_rule_that_rounding_breaks_is_kept_within_one_unit_and_said() -> None:
    rules = [Rule(at={"region": r}, share=1 / 3) for r in "ABC"]
    found = made(100, Sources(history=by("region", A=1, B=1, C=1)), by=("region",), rules=rules, unit=1)
    assert sorted(found.table["target"]) == [33, 33, 34]
    assert found.rules["broken"].abs().max() < 1
    assert "plan.split.rule_rounded" in [f.key for f in found.findings]


def test_all_that_is_wrong_with_rules_is_said_at_once() -> None:
    rules = [
        Rule(at={"region": "Nort"}, share=0.1),
        Rule(at={"team": "A"}, share=0.1),
        Rule(at={"region": "New"}, min_growth=0.1),
    ]
    sources = Sources(history=by("region", North=5), forecast=by("region", North=5, New=1))
    with pytest.raises(ParameterError) as error:
        plan.split(100, YEAR, sources, PlanSettings(by=("region",), rules=rules))
    assert "did you mean 'North'?" in str(error.value)
    assert "level 'team', by which nothing is split" in str(error.value)
    assert "New: its sales a year before are not known" in str(error.value)


@pytest.mark.parametrize("amount", [0.0, -5.0, float("nan"), float("inf")])
def test_an_amount_that_is_none_is_refused(amount: float) -> None:
    with pytest.raises(ParameterError, match="must be above 0"):
        made(amount)


def test_nothing_to_go_by_is_an_error_with_words() -> None:
    with pytest.raises(ParameterError, match="nothing that is split by knows the level 'region'"):
        made(100, by=("region",))
    with pytest.raises(DataError, match="no part has sales"):
        made(100, Sources(history=by("region", N=5)), by=("region",), keys={"tilt": {"region": {"N": 0}}})


def test_settings_refuse_rules_and_keys_that_cannot_be_meant() -> None:
    for wrong in ({"at": {}}, {"at": {"r": "N"}}, {"at": {"r": "N"}, "min_share": 0.5, "max_share": 0.4}):
        with pytest.raises(ValueError):
            Rule(**wrong)
    for wrong in ({"history": 0, "forecast": 0}, {"margins": {"a": {"x": 0.5}}}, {"season": (0, 0)}):
        with pytest.raises(ValueError):
            Keys(**wrong)  # type: ignore[arg-type]


# -- what a reader is told --------------------------------------------------------------------------------------------


def test_parts_asked_for_far_more_growth_than_the_whole_are_decisions() -> None:
    history = by("region", A=100, B=100, C=100)
    rules = [Rule(at={"region": "A"}, min_growth=0.6)]
    asked = made(330, Sources(history=history), by=("region",), rules=rules, unit=1)
    assert [d.key for d in asked.decisions] == ["plan.split.rule_binds"]  # the rule is what there is to decide on
    ahead = by("region", A=200, B=70, C=60)
    found = made(330, Sources(history=history, forecast=ahead), by=("region",), keys={"history": 0}, unit=1)
    assert [d.key for d in found.decisions] == ["plan.split.far_more"]
    far = found.decisions[0].values
    assert (far["node"], far["growth"], far["whole"]) == ("A", pytest.approx(1.0), pytest.approx(0.1))
    assert far["excess"] == pytest.approx(90)


def test_an_amount_that_is_no_multiple_of_the_unit_is_rounded_and_said() -> None:
    found = made(1234.4, unit=10)
    assert found.amount == 1230
    assert found.findings[1].key == "plan.split.rounded_total"


def test_a_quarter_is_split_like_a_year() -> None:
    quarter = period(CALENDAR, pd.Timestamp("2026-09-30"), "next quarter")
    found = plan.split(700, quarter, Sources(), PlanSettings(unit=1, selling_weeks=48), calendar=CALENDAR)
    assert isinstance(found, Split)
    assert isinstance(quarter, PlanPeriod)
    assert found.months.shape == (1, 3)
    assert found.selling.weeks == 12
    assert plan.by_week(found).sum().sum() == plan.by_day(found).sum().sum() == 700
