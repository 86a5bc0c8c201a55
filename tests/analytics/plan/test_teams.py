"""From parts to the teams that sell in them."""

import pandas as pd
import pytest

from tests.analytics.plan.aims import CALENDAR, made, settings
from workbench.analytics.plan import Split, hand_out, triangulate
from workbench.analytics.plan.staff.teams import team_targets


def handed() -> Split:
    plan = settings(unit=10)
    found = hand_out(triangulate(made(), plan), plan, CALENDAR)
    assert isinstance(found, Split)
    return found


def sold(*rows: tuple[str | None, str | None, float]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["region", "team", "amount"])


def test_a_part_that_two_teams_sell_in_goes_to_both_by_what_they_sold() -> None:
    split = handed()
    north = split.by["region"]["target"]["North"]

    found = team_targets(split, sold(("North", "A", 3.0), ("North", "B", 1.0), ("South", "B", 5.0)))

    assert isinstance(found, pd.Series)
    assert found["A"] == pytest.approx(0.75 * north, abs=split.unit)
    assert found.sum() == pytest.approx(split.amount)
    assert (found % split.unit).eq(0).all()


def test_the_level_that_tells_teams_apart_best_is_taken() -> None:
    split = handed()
    mixed = sold(("North", "A", 1.0), ("North", "B", 1.0), ("South", "A", 1.0), ("South", "B", 1.0))

    even = team_targets(split, mixed)

    assert isinstance(even, pd.Series)
    assert even["A"] == pytest.approx(split.amount / 2, abs=split.unit)


def test_without_teams_the_whole_amount_is_handed_to_everyone() -> None:
    split = handed()

    assert team_targets(split, sold(("North", None, 1.0))) == split.amount
    assert team_targets(split, pd.DataFrame({"region": ["North"], "amount": [1.0]})) == split.amount
    assert team_targets(split, sold(("North", "A", 1.0), ("South", "A", 2.0))) == split.amount  # one team is no choice


def test_returns_do_not_take_a_target_away_from_a_team() -> None:
    found = team_targets(handed(), sold(("North", "A", -5.0), ("North", "B", 10.0), ("South", "B", 1.0)))

    assert isinstance(found, pd.Series)
    assert (found >= 0).all()
