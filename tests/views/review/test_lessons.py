"""What a reader sees of replayed quarters, proposed lessons and those that a plan uses, in every language."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.analytics.plan.test_learned import TILT, taught
from tests.analytics.review.test_lessons import evidence, new_customers, replayed
from tests.views.labels import assert_apart
from workbench.analytics.review.alarms import Alarmed, _findings
from workbench.analytics.review.lessons import Lessons, lessons
from workbench.lessons import Lesson
from workbench.settings import LANGUAGES
from workbench.settings.plan import PlanSettings
from workbench.views import review
from workbench.views.review.lessons import comments
from workbench.views.show import view
from workbench.views.tables import Table
from workbench.views.words import Words

AS_OF = pd.Timestamp("2024-12-31")
HOSTILE = "=CMD()|<script>" + "长" * 60


def proposed() -> Lessons:
    past = replayed(np.random.default_rng(1), tilt={"West": 1.15}, slope=1.0, shift=1.2)
    made = lessons(evidence(replayed=past, new=new_customers(80, 40)))
    assert isinstance(made, Lessons)
    return made


def rows(table: Table) -> dict[str, tuple[str, ...]]:
    return {line.name: line.cells for line in table.lines}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_proposed_lesson_has_its_sentence_and_its_row(lang: Any) -> None:
    made, w = proposed(), Words(lang)
    shown = view(made, w, AS_OF)

    assert len(made.lessons) >= 3
    assert len(shown.tables[0].lines) == len(made.lessons)
    assert len(shown.more) == len(made.lessons)
    assert not any("{" in str(s) or "nan" in str(s).lower() for s in (shown.point, *shown.more))
    assert len(shown.sheets["lessons"].frame) == len(made.table)  # those that were not proposed are in the workbook
    assert set(comments(made, w)) == {one.id for one in made.lessons}


def test_a_lesson_s_values_are_said_as_people_say_them() -> None:
    told = rows(view(proposed(), Words("en"), AS_OF).tables[0])

    assert told["What parts are split by"][:2] == ("last year 50%, forecast 50%", "last year 0%, forecast 100%")
    assert told["New customers in KPIs: rep"][:2] == ("15%", "25%")
    assert told["Chance of the target as stated"][0] == "60%"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_approved_lessons_stand_with_their_author_and_state(lang: Any) -> None:
    kinds = (
        TILT, Lesson("season", "keys.season", [], [0.2, 0.2, 0.25, 0.35]),
        Lesson("ramp", "people.ramp", [0.3, 0.6, 1.0], [0.2, 0.5, 1.0]), Lesson("rates", "funnel.months", 24, 12),
        Lesson("by_hand", "funnel.deal", 5e4, 6e4), Lesson("reserve", "means.reserve", 0.0, 0.03),
        Lesson("training", "", None, "proposal", {"rep": HOSTILE, "stage": "方案"}),
        Lesson("tilt", "keys.tilt", 1.0, 1.1, {"region": "海外"}),
    )  # fmt: skip
    found = taught(*kinds, plan={"funnel": {"deal": 5e4}}).lessons
    shown = view(found, Words(lang), AS_OF)

    (table,) = shown.tables
    assert len(table.lines) == len(kinds)
    assert len([h for h in table.heads if not h.minor]) <= 7
    states = [line.cells[2] for line in table.lines]
    assert len(set(states)) == 3  # in the plan, to do, no longer sells


@pytest.mark.parametrize("lang", LANGUAGES)
def test_replayed_quarters_are_shown_with_what_came_and_labels_do_not_collide(lang: Any) -> None:
    made = replayed(np.random.default_rng(6))
    from workbench.analytics.review.replay import _findings as told

    made = type(made)(**{**vars(made), "findings": tuple(told(made))})
    shown = view(made, Words(lang), AS_OF)

    assert shown.draw is not None
    assert_apart(shown.draw(), lang)
    assert len(shown.tables[1].lines) == 12
    assert "{" not in str(shown.point)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_replayed_warnings_stand_beside_what_chance_would_bring(lang: Any) -> None:
    index = pd.DatetimeIndex(pd.date_range("2024-01-01", periods=2, freq="QS"), name="first")
    table = pd.DataFrame({"alarms": [2, 0], "by_chance": 0.125, "watched": 1, "missed": [True, False]}, index)
    made = Alarmed(table=table)
    made = Alarmed(table=table, findings=tuple(_findings(made)))
    shown = view(made, Words(lang), AS_OF)

    assert str(shown.point).count("2") >= 2
    assert len(shown.tables[0].lines) == 2


def test_the_facts_are_numbers_of_few_digits() -> None:
    assert review.headline(proposed())["lessons"] == len(proposed().lessons)
    assert review.headline(replayed(np.random.default_rng(6)))["replayed"] == 12
    assert review.headline(PlanSettings()) == {}
