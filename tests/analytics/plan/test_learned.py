"""Approved lessons in the plan's settings: in their order, only on the value they were proposed for, and told."""

from datetime import UTC, date, datetime
from typing import Any

import pandas as pd
import pytest

from tests.analytics.made import keys_of, said
from workbench.analytics.plan.learned import Learned, Taught, learned, problem_of
from workbench.lessons import Approval, Approved, Lesson, Taken
from workbench.settings.plan import PlanSettings

DAY = date(2026, 9, 30)
THERE = {"region": pd.DataFrame({"region": ["华东", "华南"], "amount": [2.0, 1.0]})}
TILT = Lesson("tilt", "keys.tilt", 1.0, 1.08, {"region": "华东"}, {"rate": 0.08}, 5000.0)


def approved(*lessons: Lesson, effective: date = date(2026, 1, 5)) -> Approved:
    """Each approved on its own, in this order."""
    at = datetime(2026, 1, 5, 9, tzinfo=UTC)
    return Approved(DAY, tuple(
        Taken(one, Approval(n, at, effective, f"author {n}", "why", (one,), review=date(2025, 12, 31)))
        for n, one in enumerate(lessons, 1)))  # fmt: skip


def taught(*lessons: Lesson, plan: dict[str, Any] | None = None) -> Taught:
    return learned(PlanSettings.model_validate(plan or {}), approved(*lessons), THERE)


def states(found: Taught) -> list[str]:
    assert isinstance(found.lessons, Learned)
    return list(found.lessons.table["state"])


def test_without_lessons_the_settings_are_as_they_were() -> None:
    plan = PlanSettings(unit=100)

    assert learned(plan, Approved(DAY, ())) == Taught(plan, None)


@pytest.mark.parametrize(
    ("lesson", "held"),
    [
        (TILT, lambda p: p.keys.tilt["region"]["华东"] == 1.08),
        (Lesson("season", "keys.season", [], [0.1, 0.2, 0.3, 0.4]), lambda p: p.keys.season == (0.1, 0.2, 0.3, 0.4)),
        (Lesson("weights", "keys", {"history": 0.5, "forecast": 0.5}, {"history": 0.1, "forecast": 0.9}),
         lambda p: (p.keys.history, p.keys.forecast, p.keys.potential) == (0.1, 0.9, 0.0)),
        (Lesson("rates", "funnel.months", 24, 12), lambda p: p.funnel.months == 12),
        (Lesson("by_hand", "funnel.win_rate", None, 0.3), lambda p: p.funnel.win_rate == 0.3),
        (Lesson("ramp", "people.ramp", [0.3, 0.6, 1.0], [0.2, 0.4, 0.8, 1]), lambda p: p.people.ramp[-2:] == (0.8, 1)),
        (Lesson("incentive", "weights", {"attainment": 0.6, "new_customers": 0.4},
                {"attainment": 0.5, "new_customers": 0.5}, {"role": "rep"}),
         lambda p: p.weights["rep"] == {"attainment": 0.5, "new_customers": 0.5}),
        (Lesson("reserve", "means.reserve", 0.0, 0.03), lambda p: p.means.reserve == 0.03),
        (Lesson("chances", "chances", {"target": 0.6}, {"target": 0.55, "stretch": 0.2}),
         lambda p: (p.chances.target, p.chances.stretch, p.chances.commit) == (0.55, 0.2, 0.8)),
    ],
    ids=lambda x: x.kind if isinstance(x, Lesson) else "",
)  # fmt: skip
def test_each_kind_of_lesson_changes_its_own_setting_and_no_other(lesson: Lesson, held: Any) -> None:
    found = taught(lesson)

    assert states(found) == ["applied"]
    assert held(found.plan)
    top = lesson.path[0]
    assert found.plan.model_dump(exclude={top}) == PlanSettings().model_dump(exclude={top})


def test_what_was_set_by_hand_since_then_stands() -> None:
    found = taught(TILT, plan={"keys": {"tilt": {"region": {"华东": 1.2}}}})

    assert states(found) == ["changed"]
    assert found.plan.keys.tilt["region"]["华东"] == 1.2
    assert said(found.lessons, "plan.learned.left_out")["names"] == ("keys.tilt region=华东",)  # type: ignore[arg-type]


def test_a_later_lesson_goes_on_from_an_earlier_one() -> None:
    further = Lesson("tilt", "keys.tilt", 1.08, 1.11, {"region": "华东"})
    found = taught(TILT, further)

    assert states(found) == ["replaced", "applied"]
    assert found.plan.keys.tilt["region"]["华东"] == 1.11
    assert states(taught(further)) == ["changed"]  # alone it rests on a value that never was


def test_what_was_taken_back_is_as_in_the_settings_again() -> None:
    back = Lesson("tilt", "keys.tilt", 1.08, None, {"region": "华东"})
    found = taught(TILT, back)

    assert states(found) == ["replaced", "back"]
    assert "华东" not in found.plan.keys.tilt.get("region", {})
    once_more = taught(TILT, back, TILT)
    assert states(once_more) == ["replaced", "back", "applied"]


def test_a_part_that_no_longer_sells_is_left_out_instead_of_stopping_the_plan() -> None:
    found = taught(Lesson("tilt", "keys.tilt", 1.0, 1.1, {"region": "海外"}))

    assert states(found) == ["gone"]
    assert found.plan == PlanSettings()


def test_a_lesson_that_today_s_settings_cannot_take_is_left_out_and_told() -> None:
    found = taught(Lesson("chances", "chances", {"target": 0.6}, {"target": 0.7}),
                   plan={"chances": {"commit": 0.65}})  # fmt: skip

    assert states(found) == ["invalid"]
    assert found.plan.chances.target == 0.6


def test_what_is_to_be_done_is_shown_for_a_year() -> None:
    train = Lesson("training", "", None, "proposal", {"rep": "李明", "stage": "方案报价"})
    plan = PlanSettings()

    new, old = (learned(plan, approved(train, effective=day)) for day in (date(2026, 1, 5), date(2025, 1, 5)))
    assert (states(new), states(old)) == (["done"], ["past"])
    assert new.plan == old.plan == plan


def test_a_lesson_says_who_approved_it_and_why() -> None:
    found = taught(TILT, Lesson("reserve", "means.reserve", 0.0, 0.03)).lessons
    assert isinstance(found, Learned)

    assert found.table.at["keys.tilt region=华东", "author"] == "author 1"
    assert found.table.at["means.reserve", "review"] == pd.Timestamp("2025-12-31")
    assert said(found, "plan.learned.used")["count"] == 2
    assert "plan.learned.left_out" not in keys_of(found)


@pytest.mark.parametrize(
    ("lesson", "fine"),
    [
        (TILT, True),
        (Lesson("tilt", "keys.tilt", 1.0, -1.0, {"region": "华东"}), False),
        (Lesson("tilt", "keys.tilt", 1.0, 1.1), False),  # of which part?
        (Lesson("reserve", "pay.salary", 0.0, 1.0), False),
        (Lesson("training", "", None, "needs", {"rep": "a"}), True),
    ],
)
def test_only_settings_that_lessons_are_about_may_be_changed(lesson: Lesson, fine: bool) -> None:
    assert (problem_of(PlanSettings(), lesson) == "") == fine
