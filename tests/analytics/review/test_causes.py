"""The gap by cause: exact, in agreement with the bridge, naming what was planted and nothing in quiet quarters."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import workbench as wb
from tests.analytics.made import keys_of, said
from tests.analytics.review.demo import effects_at, review_at
from tests.analytics.review.test_verdict import goals, sold, start
from workbench.analytics.plan import Baseline
from workbench.analytics.results import Unknown
from workbench.analytics.review.bridge import Bridge
from workbench.analytics.review.causes import Causes, _apart, causes
from workbench.analytics.review.effects import Effects
from workbench.analytics.review.suspects import Ground, against_usual, suspects
from workbench.analytics.review.verdict import verdict
from workbench.periods import Calendar

CALENDAR = Calendar()
QUIET = Ground(CALENDAR)


def happened(effect: float, learnt: float = 0.0, named: bool = True) -> Effects:
    """One event of the made-up year, with this effect."""
    first = start().period.first
    row = {"kind": "price war", "family": "market", "rep": None, "first": first, "last": pd.NaT, "effect": effect,
           "where": (("region", "South"),), "lo": effect - 1, "hi": effect + 1, "p": 0.01, "named": named,
           "learnt": learnt, "reason": "", "amount": 10.0, "expected": 10.0 - effect}  # fmt: skip
    table = pd.DataFrame([row], index=pd.Index(["War"], name="name"))
    return Effects(period=start().period, table=table, paths={}, books={}, placebos=0, false=0)


def found(amount: float, target: float | None, effects: Effects | None = None, base: Baseline | None = None) -> Causes:
    base = base or start()
    judged = verdict(base, sold(amount), goals=None if target is None else goals(target))
    made = causes(judged, base, effects, QUIET)
    assert isinstance(made, Causes)
    return made


@given(st.floats(1, 1e4), st.floats(1, 1e4), st.floats(-500, 500), st.floats(0, 1))
def test_causes_add_up_to_the_gap_to_the_cent(amount: float, target: float, effect: float, learnt: float) -> None:
    made = found(amount, target, happened(effect, learnt))

    assert round(made.table["money"].sum(), 2) == made.gap == round(amount - target, 2)
    assert round(made.families.sum(), 2) == made.gap


@given(st.floats(1, 1e4), st.floats(-500, 500), st.floats(0, 1))
def test_without_a_target_they_add_up_to_what_the_forecast_missed(amount: float, effect: float, learnt: float) -> None:
    made = found(amount, None, happened(effect, learnt))

    assert made.against == "expected"
    assert round(made.table["money"].sum(), 2) == made.gap == round(amount - float(start().expected.iloc[0]), 2)


def test_an_event_under_way_before_the_period_is_taken_from_the_target_s_share() -> None:
    # 110 expected, which knows half of -8; target 120; sold 100. Target: 110 - 120 + 4; event: -8; rest: 100 - 110 + 4
    made = found(100, 120, happened(-8, learnt=0.5)).table.set_index("family")["money"]

    assert made.to_dict() == pytest.approx({"target": -6.0, "market": -8.0, "rest": -6.0}, abs=0.01)


def test_an_effect_that_chance_explains_is_no_cause() -> None:
    made = found(105, 120, happened(-8, named=False))

    assert list(made.table["family"]) == ["target", "rest"]
    assert said(made, "review.causes.gap")["named"] == 0


def test_a_rest_within_the_forecast_s_doubt_asks_for_nothing() -> None:
    assert found(105, 120).within
    assert not found(80, 100).within
    assert "review.causes.unexplained" in keys_of(found(80, 100))
    assert "review.causes.unexplained" not in keys_of(found(105, 120))


def test_what_is_usual_is_left_alone_and_what_is_not_is_told_with_its_chance() -> None:
    # mean 10, standard deviation 1 over five periods: t = 5 / (1 × sqrt(1.2)) = 4.56 with 4 degrees of freedom, p 1.0 %
    past = [9.0, 9.5, 10.0, 10.0, 11.5]
    sd = float(np.std(past, ddof=1))
    excess, _, usual, p = against_usual(pd.Series([*past, 10 + 5 * sd])) or (0.0, 0.0, 0.0, 1.0)

    assert usual == 10.0
    assert excess == pytest.approx(5 * sd)
    assert p == pytest.approx(0.0103, abs=0.0005)
    assert against_usual(pd.Series([1.0, 2.0, 3.0, 4.0])) is None


def test_customers_who_leave_at_once_are_a_cause_with_their_money() -> None:
    base, years = start(), pd.date_range("2019-01-01", "2027-01-01", freq="YS")
    rng, rows = np.random.default_rng(1), []
    for year in years:
        gone = 0.3 if year == base.period.first else rng.uniform(0.01, 0.03)
        bought = [(f"c{n}", 1.0) for n in range(100) if n >= gone * 100 or year < base.period.first]
        rows += [(year, name, amount * (1 if rng.random() > 0.01 else 0.0)) for name, amount in bought]
    customers = pd.DataFrame(rows, columns=["period", "customer", "amount"]).assign(whole=True)
    found = suspects(base, pd.Series([100.0], [""]), replace(QUIET, customers=customers),
                     explained=pd.Series([0.0], [""]))  # fmt: skip

    row = found.set_index("name").loc["churn"]
    assert row["named"]
    assert row["now"] == pytest.approx(0.3, abs=0.03)
    assert row["money"] == pytest.approx(-29, abs=3)


def test_without_a_forecast_of_the_first_day_the_causes_are_unknown() -> None:
    lost = Unknown(section="x")

    assert isinstance(causes(lost, lost, None, QUIET), Unknown)


@pytest.mark.parametrize(
    ("as_of", "name", "family", "first"),
    [("2025-12-31", "朱晨若", "people", "2025-08-16"), ("2024-09-30", "华南工业传感价格战", "market", "2024-04-01")],
)
def test_the_demo_company_s_planted_causes_are_named_and_no_other(
    as_of: str, name: str, family: str, first: str
) -> None:
    made = review_at(as_of).causes
    named = made.table[~made.table["source"].isin(["target", "rest"])]

    assert list(named["name"]) == [name]
    assert list(named["family"]) == [family]
    assert list(named["first"]) == [pd.Timestamp(first)]
    assert said(made, "review.causes.happening")["first"] == pd.Timestamp(first)
    assert named["money"].iloc[0] == pytest.approx(effects_at(as_of).table.loc[name, "effect"], abs=0.01)


def test_the_target_s_share_is_that_of_the_bridge() -> None:
    made = review_at("2025-12-31")
    sales = made.data.sales(made.period.name, by="region")
    targets = wb.tracking.goals(
        made.period, made.run.calendar, table=made.data.targets(), levels=("region", "product_line")
    )
    bridge = wb.review.bridge(sales, "region", made.period, goals=targets, start=made.start)
    assert isinstance(bridge, Bridge)
    asked = float(bridge.steps.set_index("step")["effect"]["expected"])

    known = float(made.causes.table["known"].sum())
    assert float(made.causes.families["target"]) + known == pytest.approx(asked, abs=0.02)
    assert (bridge.begin, bridge.gap) == (made.causes.begin, made.causes.gap)


def test_a_part_beyond_its_own_range_is_named_where_the_whole_needs_no_cause() -> None:
    judged = verdict(start(), sold(105), goals=goals(120))
    assert not isinstance(judged, Unknown)
    assert said(found(105, 120), "review.causes.rest")["apart"] is None

    expected = float(judged.whole["expected"])
    parts = [judged.table.assign(level="region", place=place, actual=expected + off).set_axis([name]) for
             name, place, off in (("East", 0.99, 9.0), ("West", 0.5, 9.0), ("North", 0.01, -9.0),
                                  ("a product expected to sell 0.61", 0.0, -0.61))]  # fmt: skip
    assert _apart(replace(judged, table=pd.concat([judged.table.assign(place=0.99), *parts]))) == ("East", "North")
