"""The back-solve's sections: each says something, draws or lists it, in each language."""

import re

import pandas as pd
import pytest

from tests.analytics.plan.funnels import AS_OF
from tests.analytics.plan.test_actions import activities
from tests.analytics.plan.test_backsolve import MONTHS, rated, records
from tests.analytics.plan.test_lifecycle import sourced
from workbench import plan
from workbench.analytics.results import Result, Unknown
from workbench.settings import LANGUAGES
from workbench.views import show
from workbench.views.words import Words


def results(target: float = 2_000.0) -> list[Result]:
    one = sourced()
    parts = {"rep": pd.Series({f"R{n}": target * 1.5 for n in range(4)})}
    solved = plan.back_solve(pd.Series(target, index=MONTHS), rated(one), one, parts=parts)
    return [
        solved,
        plan.inflow(solved),
        plan.daily_actions(solved, activities(), one),
        plan.life_cycle(solved, one),
        plan.needed(25e4, deal=8.3e4, win_rate=0.2, lead_rate=0.1),
    ]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_result_has_a_section_with_a_point_a_table_and_its_method(lang: str) -> None:
    for result in results():
        view = show.view(result, Words(lang, "CNY"), AS_OF)
        assert str(view.point)
        assert view.how
        assert view.tables
        assert view.draw is None or "<svg" in str(view.draw().wide) + str(view.draw().narrow)
        for table in view.tables:
            assert all(len(line.cells) == len(table.heads) - 1 for line in table.lines)
            assert sum(not head.minor for head in table.heads) <= 7


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("target", [1.0, 2_000.0, 50_000.0])
def test_every_finding_and_decision_can_be_said(lang: str, target: float) -> None:
    said = [str(show.say(f, Words(lang, "CNY"))) for r in results(target) for f in (*r.findings, *r.decisions)]

    assert all(said)
    assert not [s for s in said if re.search(r"\bnan\b|\binf\b", s, re.IGNORECASE)]


def test_the_decision_names_both_ways_and_their_owners() -> None:
    [told] = [d for d in results(4_000.0)[0].decisions if d.key == "plan.funnel.inflow"]
    said = str(show.say(told, Words("en", "CNY")))

    assert said.startswith("Leads must rise from 200 to ")
    assert "owner: marketing" in said
    assert "owner: sales" in said


def test_actions_stand_in_the_workbook_by_rep_week_and_day_under_the_company_s_own_names() -> None:
    view = show.view(results()[2], Words("en", "CNY"), AS_OF)

    assert set(view.sheets) == {"plan-actions", "plan-actions-weeks", "plan-actions-days"}
    assert [c.said for c in view.sheets["plan-actions-days"].columns if c.said] == ["call", "visit"]


def test_template_channels_are_named_in_the_reader_s_language() -> None:
    view = show.view(results()[3], Words("zh-TW", "TWD"), AS_OF)

    assert "內容行銷、社群媒體" in [cell for line in view.tables[0].lines for cell in line.cells]


def test_what_cannot_be_told_is_headed_by_its_name() -> None:
    unknown = plan.daily_actions(
        plan.back_solve(pd.Series(2_000.0, MONTHS), rated(records()), records()), None, records()
    )

    assert isinstance(unknown, Unknown)
    assert show.view(unknown, Words("zh-CN"), AS_OF).heading == "无法得出：每名销售员的每日动作"
