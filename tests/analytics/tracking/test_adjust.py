"""The proposed target: its chance, exact sums, months that are over, the direction, nothing without a trigger."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tests.analytics.tracking.landing_course import AS_OF, YEAR, course, targets
from tests.plans import adds_up, plan
from workbench.analytics.results import Unknown
from workbench.analytics.tracking.adjust import Adjustment, adjust
from workbench.analytics.tracking.course import Course
from workbench.analytics.tracking.goals import Goals, goals
from workbench.analytics.tracking.naming import as_in
from workbench.analytics.tracking.revisions import Revisions, revisions
from workbench.analytics.tracking.triggers import Records, Triggered, triggers
from workbench.ledger import plans
from workbench.periods import Calendar
from workbench.settings.tracking import TrackingSettings

SETTINGS = TrackingSettings()


def nothing(*_: object, **__: object) -> pd.DataFrame:
    return pd.DataFrame(
        {"period": pd.Series(dtype="datetime64[us]"), "rep": [], "customer": [], "span": [], "amount": []}
    )


def fired(found: Course) -> Triggered:
    """Only the chance of the target can fire."""
    made = triggers(Records(nothing, nothing, AS_OF), SETTINGS.triggers, YEAR.first, found)
    assert isinstance(made, Triggered)
    return made


def adjusted(found: Course, ledger: pd.DataFrame | None = None, **settings: object) -> Adjustment:
    wanted = TrackingSettings.model_validate({"adjust": settings})
    made = adjust(found, wanted, fired(found), ledger=ledger)
    assert isinstance(made, Adjustment)
    return made


def test_a_target_out_of_reach_is_lowered_to_what_is_reached_with_the_chance_asked_for() -> None:
    made = adjusted(course())  # 1,800 asked for, about 1,700 should come
    whole = made.table.iloc[0]
    assert made.direction == "down"
    assert whole["chance"] < 0.1
    assert whole["chance_new"] == pytest.approx(0.5, abs=0.12)
    assert whole["proposed"] < whole["target"]


def test_a_target_reached_early_is_raised() -> None:
    made = adjusted(course(booked=(1300.0, 650.0)))
    assert made.direction == "up"
    assert made.table["proposed"].iloc[0] > 1800


def test_without_a_trigger_nothing_is_proposed() -> None:
    made = adjusted(course(rest=(280.0, 110.0), spread=0.2), shift=0)
    assert made.direction == "same"
    assert not made.moved
    assert made.decisions == ()


def test_parts_sum_to_the_whole_to_the_cent_and_months_that_are_over_keep_their_targets() -> None:
    made = adjusted(course())
    parts = made.table[made.table["level"] == "region"]
    assert round(parts["proposed"].sum(), 2) == round(made.table["proposed"].iloc[0], 2)
    over = made.plan[(made.plan["every"] == "month") & (made.plan["period"] <= "2026-10-01")]
    assert (over["target"] == over["draft"]).all()
    cents = (made.plan["target"] * 100).round().astype("int64").groupby([made.plan["level"], made.plan["every"]]).sum()
    assert cents.nunique() == 1


def test_no_part_is_asked_for_less_than_it_has_booked() -> None:
    made = adjusted(course(booked=(700.0, 590.0), rest=(60.0, 5.0)), chance=0.9)
    assert (made.table["proposed"] >= made.table["booked"] - 0.01).all()


def test_weight_moves_to_the_part_that_will_land_above_its_share_and_not_without_reason() -> None:
    made = adjusted(course(booked=(700.0, 580.0)))  # North lands far above its third
    assert made.table["sure"].tolist() == [False, True, True]
    assert made.table["share_new"]["North"] > made.table["share"]["North"]
    assert any(d.key == "tracking.adjust.decide_shift" for d in made.decisions)
    even = adjusted(course(booked=(900.0, 450.0), rest=(200.0, 100.0), spread=0.3))
    assert not even.table["sure"].any()


def test_the_chance_of_what_is_proposed_is_counted_on_the_courses_own_draws() -> None:
    found = course()
    made = adjusted(found)
    share = (found.draws[:, 0] >= made.table["proposed"].iloc[0]).mean()
    assert made.table["chance_new"].iloc[0] == pytest.approx(share, abs=0.03)


def test_money_in_another_unit_is_the_same_proposal() -> None:
    small, large = course(), course(rest=(2e5, 1e5), booked=(9e5, 5e5), aims=targets(1.2e6, 6e5))
    one, other = adjusted(small).table, adjusted(large).table
    assert np.allclose(one["rate"], other["rate"], atol=0.001)


def test_what_the_ledger_holds_moves_along_crossings_and_all() -> None:
    held = plans.checked(plan()).rename(columns={"target": "amount"})
    held["period"] = held["period"] - pd.DateOffset(years=1)
    held = held.assign(version=1, effective=YEAR.first)[
        ["level", "region", "channel", "every", "period", "amount", "owner", "version", "effective"]
    ]
    aims = targets(ledger=held)
    found = course(booked=(760_000.0, 340_000.0), rest=(130_000.0, 90_000.0), aims=aims)
    found = replace(found, table=found.table.assign(target=aims.amount.reindex(found.table.index)))
    made = adjusted(found, ledger=held)
    assert made.direction == "down"
    assert set(made.plan["level"]) == {"", "region", "channel", "region × channel"}
    assert adds_up(made.plan)()
    assert made.plan.loc[(made.plan["level"] == "") & (made.plan["every"] == "year"), "draft"].item() == 1_500_000


def test_without_a_target_it_is_unknown() -> None:
    found = replace(course(), goals=None)
    assert isinstance(adjust(found, SETTINGS), Unknown)
    assert isinstance(adjust(Unknown(section="course"), SETTINGS), Unknown)


def test_a_period_that_is_over_gets_no_other_target() -> None:
    found = adjust(replace(course(), known_until=YEAR.last), SETTINGS)

    assert isinstance(found, Unknown)
    assert [one.key for one in found.findings] == ["tracking.adjust.ended"]


def history(*rows: tuple[int, str, float, str]) -> pd.DataFrame:
    named = ("version", "effective", "amount", "told")
    frame = pd.DataFrame(rows, columns=list(named))
    return frame.assign(written=frame["effective"], author="Ann", reason="r", every="year", period=YEAR.first)


def test_versions_of_the_target_are_told_with_who_knew() -> None:
    made = revisions(history((1, "2026-01-01", 1800.0, ""), (3, "2026-11-01", 1700.0, "East, North")), YEAR)
    assert isinstance(made, Revisions)
    assert made.table["change"].tolist()[1] == -100
    assert made.findings[0].values["told"] == "East, North"


def test_a_period_that_no_version_holds_has_none() -> None:
    assert isinstance(revisions(history().iloc[:0], YEAR), Unknown)
    quarter = replace(YEAR, name="quarter", first=pd.Timestamp("2026-10-01"), months=YEAR.months[9:])
    assert isinstance(revisions(history((1, "2026-01-01", 1800.0, "")), quarter), Unknown)


def test_a_new_target_goes_to_the_region_and_not_to_the_team_of_its_name() -> None:
    """A team called as a region: its own target stays what it was, and the plan's sums hold by both levels."""
    rows = [(m, r, t, a / 12) for m in YEAR.months for r, t, a in (("East", "North", 1200.0), ("North", "East", 600.0))]
    table = pd.DataFrame(rows, columns=["period", "region", "team", "amount"])
    both = goals(YEAR, Calendar(), table=table, levels=("region", "team"))
    assert isinstance(both, Goals)
    own = course()
    made = adjusted(course(aims=as_in(both, own.nodes)), by="region")

    alone = adjusted(own, by="region")
    assert made.table["proposed"][["East", "North"]].tolist() == alone.table["proposed"][["East", "North"]].tolist()
    assert made.table["target"][["East (team)", "North (team)"]].tolist() == [600.0, 1200.0]
    cents = (made.plan["target"] * 100).round().astype("int64").groupby([made.plan["level"], made.plan["every"]]).sum()
    assert cents.nunique() == 1
    assert set(made.plan["level"]) == {"", "region", "team"}


def test_a_region_and_the_team_that_is_the_same_people_get_one_new_target() -> None:
    rows = [(m, r, t, a / 12) for m in YEAR.months for r, t, a in (("East", "A", 1200.0), ("North", "B", 600.0))]
    table = pd.DataFrame(rows, columns=["period", "region", "team", "amount"])
    both = goals(YEAR, Calendar(), table=table, levels=("region", "team"))
    assert isinstance(both, Goals)
    made = adjusted(course(rest=(120.0, 200.0), aims=as_in(both, course().nodes)), by="region").table["proposed"]

    assert made["East"] / 1200 != pytest.approx(made["North"] / 600, abs=1e-4)  # weights moved
    assert made[["A", "B"]].tolist() == made[["East", "North"]].tolist()


def test_no_target_is_proposed_that_months_which_are_over_put_out_of_reach() -> None:
    found = course(rest=(5.0, 5.0), booked=(20.0, 10.0), aims=targets(1200.0, 600.0))
    made = adjusted(found)
    assert made.direction == "same"
    assert made.table.loc["", "proposed"] == 1800
    assert "tracking.adjust.beyond" in [f.key for f in made.findings]
    assert "tracking.adjust.decide" not in [f.key for f in made.decisions]
