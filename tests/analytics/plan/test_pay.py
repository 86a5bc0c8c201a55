"""Commission by tiers, to the cent; milestones; the cost of the plan."""

from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.analytics.made import said
from tests.analytics.plan.staff import sellers
from workbench.analytics.plan.staff.commission import commission, curve, marginal, milestone_reached
from workbench.analytics.plan.staff.pay import PayPlan, pay, sales_draws
from workbench.analytics.plan.staff.quotas import quotas
from workbench.analytics.results import Unknown
from workbench.errors import ParameterError
from workbench.settings.plan import Pay, Reward, Tier

TIERS = (Tier(attainment=0, rate=0.02), Tier(attainment=1, rate=0.03), Tier(attainment=1.2, rate=0.05))
PLAN = Pay(tiers=TIERS)
FOUND = sellers({f"R{n}": 60_000.0 + 10_000 * n for n in range(8)})
QUOTAS = quotas(FOUND, float(FOUND.table["expected"].sum()))


@pytest.mark.parametrize(
    ("sales", "paid"),
    [
        (0.0, 0.0),
        (500_000.0, 10_000.0),  # half of a million: 2 % of it
        (1_000_000.0, 20_000.0),
        (1_100_000.0, 23_000.0),  # 20,000 and 3 % of 100,000
        (1_500_000.0, 41_000.0),  # 20,000 + 3 % of 200,000 + 5 % of 300,000
        (-5_000.0, 0.0),  # more returns than sales: nothing is taken back
    ],
)
def test_each_slice_pays_its_own_rate(sales: float, paid: float) -> None:
    assert commission(sales, 1_000_000.0, PLAN) == paid


def test_above_the_cap_nothing_more_is_paid() -> None:
    capped = Pay(tiers=TIERS, cap=1.5)

    assert commission(2e6, 1e6, capped) == commission(1.5e6, 1e6, capped) == 41_000.0
    assert marginal(capped, 1.6) == 0.0


def test_below_the_first_tier_nothing_is_paid() -> None:
    late = Pay(tiers=(Tier(attainment=0.5, rate=0.1),))

    assert commission(np.array([499_999.99, 500_000.0, 600_000.0]), 1e6, late).tolist() == [0.0, 0.0, 10_000.0]


@settings(max_examples=100, deadline=None)
@given(cents=st.integers(0, 10**11), quota=st.integers(1, 10**9).map(lambda n: 5 * n))
def test_commission_is_exact_to_the_cent(cents: int, quota: int) -> None:
    edges = [0, quota, quota * 6 // 5, 10**13]  # in cents; a quota of whole fives, so that 120 % is a whole cent
    slices = [max(0, min(cents, high) - low) for low, high in pairwise(edges)]
    owed = sum((Decimal(p) * Decimal(str(t.rate)) for p, t in zip(slices, TIERS, strict=True)), Decimal(0))

    paid = commission(cents / 100, quota / 100, PLAN)

    assert round(float(paid) * 100) == int(owed.quantize(Decimal(1), ROUND_HALF_UP))


@settings(max_examples=50, deadline=None)
@given(st.floats(0, 1e8), st.floats(0, 1e8), st.floats(1, 1e8))
def test_more_sales_never_pay_less(one: float, other: float, quota: float) -> None:
    less, more = sorted((one, other))

    assert commission(less, quota, PLAN) <= commission(more, quota, PLAN)


def test_money_too_large_for_cents_is_refused() -> None:
    with pytest.raises(ParameterError, match="90 billion"):
        commission(1e12, 1e6, PLAN)


def test_tiers_out_of_order_are_refused() -> None:
    with pytest.raises(ValidationError, match="lowest attainment to the highest"):
        Pay(tiers=TIERS[::-1])


def test_half_of_a_quarter_s_target_is_a_milestone() -> None:
    assert milestone_reached(50.0, 100.0)
    assert not milestone_reached(49.99, 100.0)


def test_the_curve_is_the_commission_of_one_quota() -> None:
    table = curve(PLAN, 1e6, [0.5, 1.0, 1.5])

    assert table["commission"].tolist() == [10_000.0, 20_000.0, 41_000.0]
    assert table["marginal"].tolist() == [0.02, 0.03, 0.05]
    assert table["rate"][1.0] == pytest.approx(0.02)


def test_the_cost_when_everyone_hits_is_the_sum_of_quotas_at_the_first_rate() -> None:
    found = pay(FOUND, QUOTAS, PLAN)
    assert isinstance(found, PayPlan)

    assert found.cost["commission"]["everyone"] == pytest.approx(0.02 * QUOTAS.table["quota"].sum(), abs=0.05)
    assert found.cost["commission"]["target"] == found.cost["commission"]["everyone"]


def test_levels_scale_everyone_alike() -> None:
    total = float(QUOTAS.table["quota"].sum())

    found = pay(FOUND, QUOTAS, PLAN, levels={"commit": 0.9 * total, "target": total, "stretch": 1.1 * total})
    assert isinstance(found, PayPlan)

    each = QUOTAS.table["quota"]
    assert found.table["at_stretch"].to_numpy() == pytest.approx((0.023 * each).to_numpy(), abs=0.011)
    assert found.table["at_commit"].to_numpy() == pytest.approx((0.018 * each).to_numpy(), abs=0.011)


def test_the_middle_quota_of_an_even_number_of_people_lies_between_two_and_pays_what_the_curve_shows() -> None:
    found = pay(FOUND, QUOTAS, PLAN)
    assert isinstance(found, PayPlan)

    one = said(found, "plan.pay.one")
    assert one["quota"] == QUOTAS.table["quota"].median()
    assert one["target"] == pytest.approx(found.curve["commission"][1.0])
    assert one["stretch"] == pytest.approx(found.curve["commission"][1.1])


def test_accelerators_make_the_expected_cost_more_than_at_the_target() -> None:
    """A convex curve pays more over a spread than at its middle (Jensen)."""
    found = pay(FOUND, QUOTAS, PLAN)
    assert isinstance(found, PayPlan)

    assert found.cost["commission"]["expected"] > found.cost["commission"]["target"]
    assert found.lo_80 < found.cost["commission"]["expected"] < found.hi_80


def test_draws_have_the_mean_and_spread_of_what_each_should_sell() -> None:
    drawn = sales_draws(FOUND, FOUND.table)

    assert drawn.mean(axis=0) == pytest.approx(FOUND.table["expected"].to_numpy(), rel=0.03)
    assert drawn.std(axis=0) == pytest.approx(FOUND.table["sd"].to_numpy(), rel=0.1)


def test_pay_mix_and_rewards_are_told() -> None:
    rewards = (Reward(kind="career", text={"en": "senior track", "zh-CN": "晋升"}, attainment=1.2),)
    found = pay(FOUND, QUOTAS, Pay(tiers=TIERS, salary=10_000.0, rewards=rewards))
    assert isinstance(found, PayPlan)

    variable = found.table["at_target"].sum()
    assert found.mix == pytest.approx(80_000 / (80_000 + variable))
    assert found.rewards["kind"].tolist() == ["career"]


def test_a_tier_that_pays_less_than_the_one_before_is_said() -> None:
    falling = Pay(tiers=(Tier(attainment=0, rate=0.03), Tier(attainment=1, rate=0.01)))

    found = pay(FOUND, QUOTAS, falling)

    assert "plan.pay.falling" in [f.key for f in found.findings]


def test_a_milestone_costs_at_most_one_for_each_person_and_quarter() -> None:
    found = pay(FOUND, QUOTAS, Pay(tiers=TIERS, milestone=1000.0))
    assert isinstance(found, PayPlan)

    assert found.cost["milestones"]["everyone"] == 8 * 4 * 1000
    assert 0 < found.cost["milestones"]["expected"] < 8 * 4 * 1000


def test_without_tiers_and_milestone_pay_is_unknown() -> None:
    found = pay(FOUND, QUOTAS, Pay())

    assert isinstance(found, Unknown)
    assert found.findings[0].key == "plan.pay.unknown_tiers"
