"""The plan's steps in order: exact where the ground is known, left out where it is not."""

import pandas as pd
import pytest

from tests.analytics.plan import staff
from tests.analytics.plan.aims import CALENDAR, made, sales, settings
from workbench.analytics.history import product_life
from workbench.analytics.keys import fact
from workbench.analytics.plan import (
    Crew,
    PayPlan,
    Split,
    Triangulation,
    by_hand,
    crew,
    goals_for,
    hand_out,
    needed_for,
    new_products_for,
    owners_for,
    parts_of,
    stage_for,
    training_for,
    triangulate,
)
from workbench.analytics.plan.work.rates import Records
from workbench.analytics.results import Unknown
from workbench.settings import Stages

UNKNOWN = Unknown(section="forecast", findings=(fact("plan.people.unknown_sales"),))
PLAN = settings(unit=10, means={"reserve": 0.02})
RECORDS = Records(None, Stages(), pd.Timestamp("2026-09-30"))
PEOPLE = staff.sellers(
    {"Ann": 50_000.0, "Ben": 40_000.0, "Cem": 45_000.0, "Dea": 30_000.0, "Eva": 20_000.0},
    staff.staff(["Ann", "Ben", "Cem", "Dea", "Eva"], team=["N", "N", "S", "S", "S"]),
)


def aims() -> Triangulation:
    found = triangulate(made(), PLAN)
    assert isinstance(found, Triangulation)
    return found


def sold() -> pd.DataFrame:
    """Two spans in which N sells all of the North, and S the South."""
    rows = [("North", "Ann", 60.0), ("North", "Ben", 40.0), ("South", "Cem", 50.0), ("South", "Dea", 50.0)]
    frame = pd.DataFrame(rows, columns=["region", "rep", "amount"])
    frame["team"] = frame["rep"].map({"Ann": "N", "Ben": "N", "Cem": "S", "Dea": "S"})
    return pd.concat([frame.assign(span="before"), frame.assign(span="now")], ignore_index=True)


def test_what_is_handed_out_is_the_target_without_its_reserve_to_the_last_unit() -> None:
    handed = hand_out(aims(), PLAN, CALENDAR, sales=sales())

    assert isinstance(handed, Split)
    assert handed.amount == pytest.approx(aims().handed_down, abs=PLAN.unit / 2)
    assert handed.months.to_numpy().sum() == pytest.approx(handed.amount)
    assert [type(part).__name__ for part in parts_of(handed)] == ["SplitLevel", "SplitMonths"]


def test_a_part_belongs_to_whoever_the_settings_name_for_its_level() -> None:
    plan = PLAN.model_copy(update={"owners": {"region": {"North": "Zoe"}}})
    owned = owners_for(PEOPLE, sold(), ("region",), plan)
    assert owned is not None
    handed = hand_out(aims(), plan, CALENDAR, owned=owned)

    assert isinstance(handed, Split)
    assert owned.table.loc[("region", "North"), "how"] == "named"
    assert handed.by["region"]["owner"]["North"] == "Zoe"
    assert handed.table["owner"]["North"] == "Zoe"
    assert handed.table["owner"].isna()["South"]  # two people share it, and nobody leads them


def test_people_get_quotas_that_add_up_to_what_their_parts_were_handed() -> None:
    handed = hand_out(aims(), PLAN, CALENDAR)
    found = crew(PEOPLE, handed, sold(), PLAN)

    assert isinstance(handed, Split)
    assert found.quotas is not None
    by_team = found.quotas.table.groupby("team")["quota"].sum()
    assert by_team["N"] == handed.by["region"]["target"]["North"]
    assert found.quotas.table["quota"].sum() == pytest.approx(handed.amount)
    assert found.pay is None  # no tiers are set


def test_pay_is_told_at_the_targets_own_commit_and_stretch() -> None:
    plan, found = settings(unit=10, means={"reserve": 0.02}, pay={"tiers": [{"attainment": 0, "rate": 0.02}]}), aims()
    handed = hand_out(found, plan, CALENDAR)
    paid = crew(PEOPLE, handed, sold(), plan, aims=found).pay

    assert isinstance(paid, PayPlan)
    levels = found.levels["handed_down"]
    for name in ("commit", "target", "stretch"):
        assert paid.cost["sales"][name] == pytest.approx(levels[name], rel=1e-3)


def test_steps_without_ground_are_left_out_not_said_twice() -> None:
    assert hand_out(UNKNOWN, PLAN, CALENDAR) is None
    assert parts_of(None) == ()
    assert crew(PEOPLE, None, sold(), PLAN) == Crew()
    assert crew(UNKNOWN, hand_out(aims(), PLAN, CALENDAR), sold(), PLAN) == Crew()
    assert needed_for(None, UNKNOWN, RECORDS, PLAN) is None
    assert owners_for(UNKNOWN, sold(), ("region",), PLAN) is None
    assert training_for(UNKNOWN, RECORDS) is None
    assert goals_for(PLAN, None) is None
    assert stage_for(PLAN, None) is None
    assert by_hand(hand_out(aims(), PLAN, CALENDAR), PLAN) is None


def test_rates_written_by_hand_give_deals_and_leads_beside_the_history() -> None:
    plan = settings(unit=10, funnel={"deal": 1000.0, "win_rate": 0.25, "lead_rate": 0.5})
    handed = hand_out(aims(), plan, CALENDAR)
    found = by_hand(handed, plan)

    assert found is not None
    assert isinstance(handed, Split)
    assert found.deals == pytest.approx(handed.amount / 1000, abs=1)
    assert found.table["ratio"].iloc[-1] == found.deals * 8


def test_the_share_of_new_products_is_asked_only_where_settings_set_it() -> None:
    months = pd.date_range("2023-10-01", "2026-09-01", freq="MS")
    old = pd.DataFrame({"period": months, "product": "old", "amount": 90.0, "whole": True})
    new = pd.DataFrame({"period": months[-12:], "product": "new", "amount": 10.0, "whole": True})
    life = product_life(pd.concat([old, new], ignore_index=True))
    compared = pd.DataFrame(
        {"span": ["before", "now", "now"], "team": ["N", "N", "N"], "product": ["old", "old", "new"],
         "amount": [500.0, 95.0, 5.0]}
    )  # fmt: skip
    plan = settings(people={"new_products": 0.08})

    kept = new_products_for(lambda by: compared, life, plan)

    assert kept is not None
    assert kept.table["share"]["N"] == pytest.approx(0.05)
    assert kept.table["gap"]["N"] == pytest.approx(3.0)  # 8 of 100, less the 5 there are
    assert new_products_for(lambda by: compared, life, PLAN) is None
    assert new_products_for(lambda by: compared, UNKNOWN, plan) is None
