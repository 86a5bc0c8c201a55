"""Caps and slow new people beside the expectation: told only where they lower the chance, and never made up."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.analytics.plan import staff
from tests.analytics.plan.aims import CALENDAR, made, settings
from workbench.analytics.keys import fact
from workbench.analytics.plan import Sellers, Triangulation, hand_out, propose, triangulate
from workbench.analytics.plan.aims.means import Leverage
from workbench.analytics.plan.left_out import left_out
from workbench.analytics.results import Unknown
from workbench.findings import Finding

NORTH = float(made().expected["North"])


def told(
    rules: list[dict[str, Any]], sellers: Sellers | None = None, *, given: float = 0.0, **aims: Any
) -> list[Finding]:
    plan = settings(unit=10, rules=rules)
    found = triangulate(made(), plan, given=given)
    assert isinstance(found, Triangulation)
    return list(left_out(replace(found, **aims), hand_out(found, plan, CALENDAR), sellers))


def cap(amount: float, region: str = "North", **more: Any) -> dict[str, Any]:
    return {"at": {"region": region}, "at_most": amount, **more}


def test_what_is_expected_above_a_cap_is_told_beside_the_expectation() -> None:
    (found,) = told([cap(0.9 * NORTH, why="no more trucks")])

    assert found.values["node"] == "North"
    assert found.values["why"] == "no more trucks"
    assert found.values["over"] == pytest.approx(0.1 * NORTH)
    assert found.values["bound"] == pytest.approx(found.values["expected"] - 0.1 * NORTH)
    assert found.values["bound_chance"] < found.values["chance"]


def test_a_lower_cap_leaves_a_lower_chance() -> None:
    chances = [told([cap(share * NORTH)])[0].values["bound_chance"] for share in (0.95, 0.9, 0.8)]

    assert chances == sorted(chances, reverse=True)
    assert len(set(chances)) == 3


@pytest.mark.parametrize("rule", [{"at_least": 1.0}, {"max_share": 0.5}, {"at_most": 1.5 * NORTH}])
def test_a_floor_a_largest_share_and_a_cap_far_away_say_nothing_of_what_can_be_sold(rule: dict[str, float]) -> None:
    assert told([{"at": {"region": "North"}, **rule}]) == []


def test_caps_of_one_level_add_up() -> None:
    south = float(made().expected["South"])
    (found,) = told([cap(0.9 * NORTH), cap(0.9 * south, "South")], given=0.88 * (NORTH + south))

    assert found.values["caps"] == 2
    assert found.values["node"] == "North"  # the larger first
    assert found.values["over"] == pytest.approx(0.1 * (NORTH + south))


def hired(found: float, lo: float, hi: float) -> tuple[Sellers, Leverage]:
    """One hire in the first month of 2027, set to sell in full from the first day; joiners before took a ramp."""
    months = dict.fromkeys("ABCDE", 100.0)
    people = staff.sellers(months, hires=[{"joins": "2027-01", "count": 1}], ramp=[1.0])
    ramp = people.ramp.assign(found=found, lo=lo, hi=hi)
    draws = np.full(len(made().draws), 0.05 * float(made().expected.iloc[0]))
    table = pd.DataFrame({"amount": [draws.mean()], "lo_80": [draws.mean()], "hi_80": [draws.mean()]}, index=["hires"])
    return replace(people, ramp=ramp), Leverage(table=table, draws=draws, levers={"hires": draws})


def test_hires_count_by_the_ramp_of_those_who_joined_where_history_speaks_against_the_settings() -> None:
    people, added = hired(0.5, 0.4, 0.6)
    (found,) = told([], people, added=added)

    assert found.values["people"] == 1
    assert found.values["rule"] is None
    assert found.values["slower"] == pytest.approx(0.5 * added.draws.mean(), rel=1e-6)


def test_a_ramp_that_fits_leaves_the_chance_as_it_is() -> None:
    people, added = hired(0.9, 0.7, 1.1)

    assert told([], people, added=added) == []
    assert told([], None, added=added) == []


def test_the_decision_on_the_target_names_the_chance_that_is_left() -> None:
    plan = settings(unit=10, rules=[cap(0.8 * NORTH)])
    aims = triangulate(made(), plan)
    found = propose(aims, hand_out(aims, plan, CALENDAR))
    keys = [f.key for f in found.findings]

    assert keys.index("plan.proposal.left_out") == 1
    assert found.decisions[0].values["bound_chance"] == found.findings[1].values["bound_chance"]
    bare = propose(triangulate(made(), settings(unit=10)))
    assert bare.decisions[0].values["bound_chance"] is None


def test_where_nothing_is_expected_nothing_is_left_out() -> None:
    unknown = Unknown(section="forecast", findings=(fact("plan.targets.no_market"),))

    assert list(left_out(unknown, None)) == []
