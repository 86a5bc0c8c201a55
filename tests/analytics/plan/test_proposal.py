"""The plan in three sentences and at most five decisions."""

from dataclasses import replace

import pandas as pd
import pytest

from tests import plans
from tests.analytics.plan import staff
from tests.analytics.plan.aims import CALENDAR, made, settings
from workbench.analytics.keys import fact
from workbench.analytics.plan import Crew, capacity, hand_out, odds_of, propose, standing, triangulate
from workbench.analytics.results import Unknown
from workbench.findings import Finding
from workbench.ledger import State
from workbench.settings.plan import PlanSettings

UNKNOWN = Unknown(section="forecast", findings=(fact("plan.targets.no_market"),))


def decision(key: str, weight: float) -> Finding:
    return Finding(key, {"node": f"{key}{weight}"}, weight, "")


def asking(*found: Finding) -> Unknown:
    """Any result with decisions."""
    return replace(UNKNOWN, decisions=found)


def plan(**given: object) -> PlanSettings:
    return settings(unit=10, means={"reserve": 0.02}, **given)


def test_the_answer_is_the_target_its_split_and_what_it_takes() -> None:
    aims = triangulate(made(), plan())
    people = Crew(capacity=capacity(staff.sellers(dict.fromkeys("ABCDE", 200.0)), 11_000.0))
    found = propose(aims, hand_out(aims, plan(), CALENDAR), None, people)

    assert [f.key for f in found.findings] == [
        "plan.targets.recommended", "plan.proposal.parts", "plan.proposal.takes",
    ]  # fmt: skip
    assert found.leads == 3
    parts = found.findings[1].values
    assert parts["node"] == "North"
    assert parts["amount"] + parts["reserve"] == pytest.approx(found.numbers["target"], abs=10)


def test_the_target_is_the_first_decision_whatever_else_is_at_stake() -> None:
    aims = triangulate(made(), plan())
    found = propose(aims, others=[asking(decision("plan.people.hand_over", 5_000.0))])

    assert [d.key for d in found.decisions] == ["plan.proposal.set_target", "plan.people.hand_over"]
    assert found.decisions[0].weight == max(d.weight for d in found.decisions)


def test_one_decision_of_a_kind_at_most_five_the_heaviest() -> None:
    several = [decision("a", 3.0), decision("a", 9.0), decision("b", 1.0), *(decision(c, 2.0) for c in "cdef")]
    found = propose(UNKNOWN, others=[asking(*several)])

    assert len(found.decisions) == 5
    assert [d.weight for d in found.decisions[:2]] == [9.0, 2.0]
    assert len({d.key for d in found.decisions}) == 5


def test_a_strategy_out_of_reach_is_part_of_the_decision_on_the_target_not_another() -> None:
    high = plan(strategy={"growth": 0.5})
    found = propose(triangulate(made(), high))

    assert [d.key for d in found.decisions] == ["plan.proposal.set_target"]
    values = found.decisions[0].values
    assert values["strategy"] > values["stretch"]
    assert values["strategy_chance"] < 0.1


def test_a_confirmed_target_is_not_asked_about_again() -> None:
    known = standing(State(None, None, None, None, pd.DataFrame()), plans.plan())
    confirmed = replace(known, table=pd.DataFrame({"level": [""]}))
    aims = triangulate(made(), plan())

    assert propose(aims, others=[known]).decisions[0].key == "plan.proposal.set_target"
    assert "plan.proposal.set_target" not in [d.key for d in propose(aims, others=[confirmed]).decisions]


def test_where_nothing_can_be_told_the_answer_says_why() -> None:
    found = propose(UNKNOWN)

    assert found.findings == UNKNOWN.findings
    assert found.decisions == ()
    assert found.numbers == {}
    assert odds_of(UNKNOWN, None) is None


def test_what_is_handed_out_is_likelier_than_the_target_that_holds_a_reserve() -> None:
    aims = triangulate(made(), plan())
    numbers = propose(aims, hand_out(aims, plan(), CALENDAR)).numbers

    assert numbers["handed_out"] < numbers["target"]
    assert numbers["handed_out_chance"] > numbers["chance"]
