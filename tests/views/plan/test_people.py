"""The sections on people, KPIs and pay: each says something, draws or lists it, in each language."""

import pandas as pd
import pytest

from tests.analytics.plan import test_accounts as made
from tests.analytics.plan.staff import AS_OF, sellers, staff
from tests.analytics.plan.test_weights import card
from workbench.analytics.plan import pay, quotas
from workbench.analytics.plan.staff.capacity import capacity
from workbench.analytics.plan.staff.fairness import fairness
from workbench.analytics.plan.staff.owners import owners
from workbench.analytics.plan.staff.stages import stage_template
from workbench.analytics.plan.staff.training import training
from workbench.analytics.plan.staff.weights import goals, kept_share, weights
from workbench.analytics.results import Result
from workbench.settings import LANGUAGES
from workbench.settings.plan import Goal, Pay, PlanSettings, Reward, Tier
from workbench.views import show
from workbench.views.words import Words

NAMES = [f"R{n}" for n in range(18)] + ["<b>&amp;</b>", "x" * 90]
FOUND = sellers(
    {name: 50_000.0 + 9_000 * n for n, name in enumerate(NAMES)},
    staff(
        NAMES,
        team=["North"] * 12 + ["South"] * 8,
        manager=["Ann"] * 12 + ["Bob"] * 8,
        joined=[pd.Timestamp("2015-01-01")] * 15 + [pd.Timestamp("2026-05-01")] * 5,
    ),
    hires=[{"count": 2, "joins": "2027-03", "team": "North"}],
)
TARGET = 1.2 * FOUND.table.groupby("team")["expected"].sum()
PLAN = PlanSettings(stage="start-up", stage_values={"x": 0.2}, goals=(Goal(kpi="sales", growth=0.15),))
PAY = Pay(
    salary=5000.0,
    tiers=(Tier(attainment=0.5, rate=0.02), Tier(attainment=1, rate=0.01)),
    milestone=100.0,
    cap=1.1,
    rewards=(Reward(text={"en": "Annual circle", "zh-CN": "年度精英会", "zh-TW": "年度菁英會"}, attainment=1.2),),
)


def results() -> list[Result]:
    handed = quotas(FOUND, TARGET, unit=1000.0)
    opportunities, history = made.deals({"A": 100, "B": 102, "C": 98, "D": 101, "E": 40})
    parts = pd.DataFrame({"region": ["N", "S"], "rep": ["R1", "R17"], "amount": [5.0, 6.0]})
    new = pd.DataFrame({"team": ["A", "A"], "new": [True, False], "amount": [1.0, 9.0]})
    return [
        FOUND,
        capacity(FOUND, TARGET),
        capacity(FOUND),
        handed,
        fairness(FOUND, handed, potential=pd.Series({"R1": 2e6, "R2": 3e6})),
        owners(FOUND, {"region": parts}),
        made.found_accounts(),
        training(opportunities, history, made.STAGES),
        weights(PLAN, card()),
        goals(card(), PLAN.goals),
        kept_share(new, 0.2),
        stage_template(PLAN, card()),
        stage_template(PlanSettings(stage="mature")),
        pay(FOUND, handed, PAY),
    ]


RESULTS = results()


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("at", range(len(RESULTS)), ids=lambda n: f"{n}-{type(RESULTS[n]).__name__}")
def test_each_result_has_a_section_with_a_point_a_table_and_its_method(at: int, lang: str) -> None:
    view = show.view(RESULTS[at], Words(lang, "CNY"), AS_OF)

    assert str(view.point)
    assert view.how
    assert view.tables
    assert view.draw is None or "<svg" in str(view.draw().wide)
    for table in view.tables:
        assert all(len(line.cells) == len(table.heads) - 1 for line in table.lines)
        assert len([h for h in table.heads if not h.minor]) <= 7


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_finding_and_decision_is_said_without_a_gap(lang: str) -> None:
    told = [show.say(f, Words(lang, "CNY")) for r in RESULTS for f in (*r.findings, *r.decisions)]

    assert len(told) > 30
    assert not [str(sentence) for sentence in told if "None" in str(sentence) or "nan" in str(sentence)]


def test_hostile_names_stay_text_in_figures() -> None:
    view = show.view(RESULTS[4], Words("en", "CNY"), AS_OF)

    assert view.draw is not None
    assert "<b>" not in str(view.draw().narrow)


def test_a_team_s_need_names_sellers_money_and_owner() -> None:
    told = [str(show.say(d, Words("en", "CNY"))) for d in RESULTS[1].decisions]

    assert any(said.startswith("North's target needs ") and said.endswith("(led by Ann).") for said in told)


def test_the_capacity_sentence_says_needed_and_there() -> None:
    told = str(show.view(RESULTS[1], Words("zh-TW", "CNY"), AS_OF).point)

    assert "名熟手" in told
    assert "缺" in told


def test_x_is_filled_and_y_stays_open_in_the_stage_s_goals() -> None:
    lines = show.view(RESULTS[11], Words("zh-CN", "CNY"), AS_OF).tables[0].lines

    assert "销售额提升20%" in lines[1].cells[1]
    assert "达到Y%" in lines[1].cells[1]


def test_roles_and_kpis_are_named_in_the_reader_s_language() -> None:
    view = show.view(RESULTS[8], Words("zh-CN", "CNY"), AS_OF)

    assert [table.caption for table in view.tables][1:3] == ["销售主管", "新销售"]
    assert "传帮带" in [line.name for line in view.tables[1].lines]


def test_the_pay_table_shows_the_cost_when_everyone_hits() -> None:
    names = [line.name for line in show.view(RESULTS[13], Words("en", "CNY"), AS_OF).tables[0].lines]

    assert names == ["as expected", "at commit", "at target", "at stretch", "everyone at quota"]


def test_people_are_counted_as_people_and_somebody_yet_to_join_is_named_in_words() -> None:
    hire = "+1 2027-01 西南大区"
    assert Words("zh-CN").people([f"R{n}" for n in range(17)]).endswith("等，另有11人")
    assert Words("zh-TW").people([f"R{n}" for n in range(17)]).endswith("等，另有11人")
    assert Words("en").people([hire, "A"]) == "hire 1 (西南大区, Jan 2027), A"
    assert Words("zh-CN").node(hire) == "拟入职1号（西南大区，2027年1月）"
    assert Words("zh-TW").node("+2 2027-01") == "擬到職2號（2027年1月）"
    assert Words("en").node("+1 B") == "+1 B"
