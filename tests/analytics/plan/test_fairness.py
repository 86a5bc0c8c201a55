"""Quotas: exact, within limits, never zero without a record; and how fair they are."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.analytics.plan.staff import sellers, staff
from workbench.analytics.plan.staff.fairness import fairness
from workbench.analytics.plan.staff.quotas import KEYS, quotas
from workbench.analytics.results import Unknown
from workbench.errors import ParameterError
from workbench.settings.plan import People, QuotaKeys

MIXED = {f"R{n}": 60.0 + 25 * n for n in range(8)}
FOUND = sellers(MIXED, staff(list(MIXED), team=["A", "A", "A", "B", "B", "B", "B", "C"]))


def only(**weights: float) -> People:
    return People(split=QuotaKeys(**{**dict.fromkeys(KEYS, 0.0), **weights}), floor=0.0, cap=100.0)


@settings(max_examples=60, deadline=None)
@given(
    total=st.integers(1, 10**9),
    unit=st.sampled_from([0.01, 1.0, 100.0, 10_000.0]),
    mix=st.tuples(*[st.floats(0.01, 1) for _ in KEYS]),
    floor=st.floats(0, 1),
    cap=st.floats(1, 4),
)
def test_quotas_add_up_to_the_target_whatever_the_keys_and_limits(
    total: int, unit: float, mix: tuple[float, ...], floor: float, cap: float
) -> None:
    wanted = People(split=QuotaKeys(**dict(zip(KEYS, mix, strict=True))), floor=floor, cap=cap)

    table = quotas(FOUND, float(total), unit=unit, settings=wanted).table

    assert table["quota"].sum() == pytest.approx(total, abs=0.005)
    assert (table["quota"] >= -1e-9).all()


def test_each_team_s_quotas_add_up_to_its_own_target_to_the_unit() -> None:
    targets = pd.Series({"A": 1_000_000.0, "B": 2_345_000.0, "C": 71_000.0})

    table = quotas(FOUND, targets, unit=1000.0).table

    assert table.groupby("team")["quota"].sum().to_dict() == targets.to_dict()
    assert (table["quota"] % 1000 == 0).all()


def test_equal_shares_are_equal() -> None:
    assert quotas(FOUND, 800.0, settings=only(equal=1.0)).table["quota"].tolist() == [100.0] * 8


def test_shares_by_record_follow_what_each_should_sell() -> None:
    table = quotas(FOUND, 1e9, settings=only(history=1.0)).table

    expected = FOUND.table["expected"]
    assert (table["quota"] / 1e9).to_numpy() == pytest.approx((expected / expected.sum()).to_numpy(), abs=1e-8)


def test_shares_by_potential_follow_the_accounts_and_the_unknown_get_the_mean() -> None:
    potential = pd.Series({"R0": 100.0, "R1": 300.0})

    table = quotas(FOUND, 1600.0, settings=only(potential=1.0), potential=potential).table

    assert table["quota"]["R1"] == 300
    assert table["quota"]["R7"] == 200  # nothing is known of R7's accounts


def test_a_key_that_is_not_known_gives_its_weight_to_the_others() -> None:
    found = quotas(FOUND, 1000.0, settings=People(split=QuotaKeys(history=0.4, potential=0.5, ramp=0.0, equal=0.1)))

    assert found.keys.to_dict() == pytest.approx({"history": 0.8, "potential": 0.0, "ramp": 0.0, "equal": 0.2})


def test_the_floor_and_the_cap_hold_and_are_named() -> None:
    tight = People(split=QuotaKeys(history=1.0, potential=0, ramp=0, equal=0), floor=0.8, cap=1.2)

    table = quotas(FOUND, 800_000.0, settings=tight).table

    assert table["quota"].min() == pytest.approx(80_000, abs=1)
    assert table["quota"].max() == pytest.approx(120_000, abs=1)
    assert table["bound"]["R0"] == "floor"
    assert table["bound"]["R7"] == "cap"


def test_a_new_person_gets_a_quota_by_the_ramp_and_never_zero() -> None:
    reps = staff([*MIXED, "New"], joined=[pd.Timestamp("2015-01-01")] * 8 + [pd.Timestamp("2027-01-01")])

    table = quotas(sellers(MIXED, reps), 9e6, settings=People(floor=0)).table

    assert table["no_record"]["New"]
    assert 0 < table["quota"]["New"] < table["quota"].drop("New").mean()


def test_a_team_without_people_is_said_with_its_money() -> None:
    found = quotas(FOUND, pd.Series({"A": 100.0, "B": 100.0, "C": 100.0, "D": 50.0}))

    assert found.unplaced.to_dict() == {"D": 50.0}
    assert [d.values["node"] for d in found.decisions] == ["D"]


def test_a_unit_of_nothing_is_refused() -> None:
    with pytest.raises(ParameterError, match="unit must be above 0"):
        quotas(FOUND, 100.0, unit=0.0)


def test_quotas_at_what_each_should_sell_are_reached_every_second_time() -> None:
    total = float(FOUND.table["expected"].sum())

    found = fairness(FOUND, quotas(FOUND, total, settings=only(history=1.0)))

    assert found.table["chance"].to_numpy() == pytest.approx([0.5] * 8, abs=0.01)
    assert found.even_chance == pytest.approx(0.5, abs=0.001)
    assert found.moved == pytest.approx(0.0, abs=total * 0.001)
    assert not found.table["far"].any()


def test_even_quotas_give_everyone_the_same_chance_with_the_same_sum() -> None:
    given_equally = quotas(FOUND, 1.1 * float(FOUND.table["expected"].sum()), settings=only(equal=1.0))

    found = fairness(FOUND, given_equally)

    assert found.table["even"].sum() == pytest.approx(given_equally.table["quota"].sum())
    z = (found.table["expected"] - found.table["even"]) / FOUND.table["sd"]
    assert np.ptp(z) < 0.01
    assert found.table.index[0] == "R0"  # the least able has the hardest equal quota
    assert [d.key for d in found.decisions] == ["plan.people.quotas_far"]  # several hard quotas are one decision
    assert found.decisions[0].values["names"][0] in {"R0", "R1", "R2"}


def test_a_quota_is_not_called_far_off_where_what_is_unsure_of_the_person_explains_it() -> None:
    given_equally = quotas(FOUND, 1.1 * float(FOUND.table["expected"].sum()), settings=only(equal=1.0))
    told = fairness(FOUND, given_equally)
    unsure = fairness(replace(FOUND, table=FOUND.table.assign(pace_hi=3 * FOUND.table["pace"])), given_equally)

    hard = told.decisions[0].values
    assert hard["best"] < told.even_chance  # even at the best end of their band
    assert hard["all_moved"] == told.moved >= hard["moved"]
    assert (unsure.table["chance"] - unsure.even_chance).abs().max() > 0.2
    assert not unsure.table["far"].any()
    assert unsure.decisions == ()


def test_a_hard_quota_is_decided_by_whoever_leads_its_person() -> None:
    reps = staff([*MIXED, "Boss"], manager=["Boss"] * len(MIXED) + [None])
    people = sellers({**MIXED, "Boss": 100.0}, reps)
    hard = quotas(people, float(people.table["expected"].sum()), settings=only(equal=1.0))

    owners = {d.values["owner"] for d in fairness(people, hard).decisions}

    assert owners == {"Boss"}


def test_a_chance_lies_within_its_own_interval() -> None:
    table = fairness(FOUND, quotas(FOUND, 1.05 * float(FOUND.table["expected"].sum()))).table

    assert ((table["chance_lo"] <= table["chance"]) & (table["chance"] <= table["chance_hi"])).all()


def test_quota_over_potential_is_told_where_potential_is_known() -> None:
    given_equally = quotas(FOUND, 800.0, settings=only(equal=1.0))

    found = fairness(FOUND, given_equally, potential=pd.Series({"R0": 200.0, "R1": 400.0}))

    assert found.table["to_potential"]["R0"] == pytest.approx(0.5)
    assert found.table["to_potential"].isna().sum() == 6
    assert "plan.people.fairness_potential" in [f.key for f in found.findings]


def test_once_the_period_is_over_no_chances_are_compared() -> None:
    over = replace(FOUND, table=FOUND.table.assign(sd=0.0))

    found = fairness(over, quotas(FOUND, 1000.0, unit=1.0))

    assert isinstance(found, Unknown)
    assert found.findings[0].key == "plan.people.unknown_fairness"
