"""Which factor is off: exact shares of the gap, told from chance."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.analytics.made import said
from workbench.analytics.results import Unknown
from workbench.analytics.tracking import chains, diagnosis, weekly
from workbench.analytics.tracking.diagnosis import Diagnosis, Sold, _cause, diagnose
from workbench.analytics.tracking.period import watched
from workbench.analytics.tracking.stretch import stretch
from workbench.periods import Calendar, Spans
from workbench.settings import Stages

STAGES = Stages(won=["won"], lost=["lost"], order=["open"])
SPANS = Spans(
    "year_before",
    (pd.Timestamp("2026-01-01"), pd.Timestamp("2026-03-31")),
    (pd.Timestamp("2025-01-01"), pd.Timestamp("2025-03-31")),
)


def made(leads: tuple[int, int] = (300, 300), rate: tuple[float, float] = (0.3, 0.3), size: float = 100.0,
         seed: int = 1) -> pd.DataFrame:  # fmt: skip
    """Two years of deals, each decided 20 days on: `leads` a quarter and their win rate, before 2026 and from then."""
    rng, rows = np.random.default_rng(seed), []
    for quarter in pd.date_range("2024-01-01", "2026-01-01", freq="QS"):
        late = int(quarter.year == 2026)
        days = np.sort(rng.integers(0, 88, leads[late]))
        won = rng.random(leads[late]) < rate[late]
        created = quarter + pd.to_timedelta(days, unit="D")
        rows.append(pd.DataFrame({"created": created, "closed": created + pd.Timedelta(days=20), "won": won}))
    deals = pd.concat(rows, ignore_index=True)
    ended = deals["closed"] <= SPANS.now[1]
    stage = np.where(ended, np.where(deals["won"], "won", "lost"), "open")
    amount = size * np.exp(rng.normal(0, 0.3, len(deals)))
    return pd.DataFrame({"opportunity": range(len(deals)), "created": deals["created"], "stage": stage,
                         "closed": deals["closed"].where(ended), "amount": amount})  # fmt: skip


def sold(now: float, before: float, **more: tuple[float, float]) -> Sold:
    frame = pd.DataFrame({"span": ["before", "now"], "amount": [before, now]})
    for name, (old, new) in more.items():
        frame[name] = [old, new]
    months = pd.date_range("2023-01-01", "2026-03-01", freq="MS")
    noise = np.exp(np.random.default_rng(3).normal(0, 0.02, len(months)))
    history = pd.DataFrame({"period": months, "amount": before / 3 * noise, "whole": True})
    for name, (old, _) in more.items():
        history[name] = old / 3 * noise
    return Sold(frame, history)


def diagnosed(deals: pd.DataFrame, now: float = 9000.0, **how: object) -> Diagnosis:
    found = diagnose(sold(now, 9000.0), SPANS, deals, STAGES, **how)  # type: ignore[arg-type]
    assert isinstance(found, Diagnosis)
    return found


def test_fewer_leads_are_named_as_such_and_not_as_conversion() -> None:
    found = diagnosed(made(leads=(300, 150)), now=5000.0)
    own = found.deals.xs("", level="node")
    assert own.loc["leads", "beyond"]
    assert not own.loc["conversion", "beyond"]
    assert found.table["quadrant"].iloc[0] == "few_leads"
    assert found.table["cause"].iloc[0] == "leads"


def test_numbers_that_the_sentence_before_has_are_not_said_again() -> None:
    repeated = said(diagnosed(made(leads=(300, 150)), now=5000.0), "tracking.diagnosis.quadrant")
    other = said(diagnosed(made(rate=(0.3, 0.12)), now=5000.0), "tracking.diagnosis.quadrant")

    assert repeated["repeated"]
    assert not other["repeated"]


def test_a_lower_win_rate_is_named_and_the_quadrant_points_between_lead_and_deal() -> None:
    found = diagnosed(made(rate=(0.3, 0.12)), now=5000.0)
    own = found.deals.xs("", level="node")
    assert own.loc["conversion", "beyond"]
    assert not own.loc["leads", "beyond"]
    assert found.table["quadrant"].iloc[0] == "mid_funnel"  # TV30: sales short, leads not


def test_deals_that_take_longer_are_named_as_cycle() -> None:
    deals = made()
    late = deals["created"] >= SPANS.now[0]
    deals = deals.assign(stage=deals["stage"].mask(late, "open"), closed=deals["closed"].mask(late))
    own = diagnosed(deals, now=1000.0).deals.xs("", level="node")
    assert own["effect"].idxmin() == "cycle"
    assert own.loc["cycle", "beyond"]


def test_the_effects_of_deals_sum_to_the_change_of_their_money() -> None:
    deals = made(leads=(300, 260), rate=(0.3, 0.22))
    known = deals.assign(won=deals["stage"].eq("won"), lost=deals["stage"].eq("lost"), open=deals["stage"].eq("open"))
    money = [
        known.loc[known["won"] & known["closed"].between(*span), "amount"].sum() for span in (SPANS.before, SPANS.now)
    ]
    effects = diagnosed(deals).deals["effect"]
    assert effects.sum() == pytest.approx(money[1] - money[0], abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0.5, 1e6), min_size=6, max_size=6))
def test_the_effects_of_orders_sum_to_the_gap_to_the_cent(numbers: list[float]) -> None:
    a, b, c, d, e, f = numbers
    frames = [pd.DataFrame({"amount": [x], "orders": [y], "customers": [z]}) for x, y, z in ((a, b, c), (d, e, f))]
    before, now = (chains.of_orders(frame, chains.ORDERS) for frame in frames)
    found = chains.order_steps(before, now, pd.DataFrame(), 3.0)
    assert found["effect"].sum() == pytest.approx(d - a, abs=0.005)


def test_chance_alone_names_a_cause_in_about_one_of_twenty() -> None:
    named = [diagnosed(made(seed=seed)).deals["beyond"].any() for seed in range(60)]
    assert sum(named) <= 8  # 3 are to be expected, 9 or more have a chance of 0.3 %


def test_what_the_plan_asks_for_beyond_last_year_is_asked_of_leads_and_customers() -> None:
    found = diagnose(sold(9000, 9000, orders=(90, 90), customers=(30, 30)), SPANS, due=pd.Series({"": 10800.0}))
    assert isinstance(found, Diagnosis)
    own = found.orders.xs("", level="node")
    assert found.against == "plan"
    assert own.loc["customers", "before"] == pytest.approx(36)
    assert own["effect"].sum() == pytest.approx(-1800)
    assert own.loc["order_value", "effect"] == pytest.approx(0)


def test_a_count_that_the_plan_asks_for_is_told_beside_that_of_the_year_before() -> None:
    """33 customers bought, more than the 30 of the year before; the plan takes 36."""
    found = diagnose(sold(9900, 9000, orders=(90, 99), customers=(30, 33)), SPANS, due=pd.Series({"": 10800.0}))
    assert isinstance(found, Diagnosis)
    own = found.orders.loc[("", "customers")]

    assert (own["now"], own["before"]) == (33, pytest.approx(36))
    assert found.past("", "customers", own["before"]) == pytest.approx(30)
    assert found.past("", "order_value", 100.0) is None


def test_the_larger_cause_of_the_two_chains_is_named() -> None:
    rows = pd.MultiIndex.from_tuples([("", "leads")], names=["node", "factor"])
    deals = pd.DataFrame({"effect": [-8.0], "beyond": [True]}, rows)
    orders = pd.DataFrame({"effect": [-33.0], "beyond": [True]}, rows.set_levels(["customers"], level="factor"))

    assert _cause("", -24.0, orders, deals) == ("customers", -33.0)


def test_money_in_another_unit_changes_nothing_but_the_unit() -> None:
    deals = made(leads=(300, 220))
    large = diagnosed(deals.assign(amount=deals["amount"] * 1000)).deals
    small = diagnosed(deals).deals
    assert np.allclose(large["effect"], small["effect"] * 1000)
    assert np.allclose(large["p"], small["p"])


def test_without_deals_the_orders_still_tell() -> None:
    found = diagnose(sold(6000, 9000, orders=(90, 60)), SPANS)
    assert isinstance(found, Diagnosis)
    assert found.deals.empty
    assert found.weeks.empty
    assert found.table["cause"].iloc[0] == "orders"
    assert found.table["quadrant"].iloc[0] == ""


def test_without_a_stretch_to_compare_it_is_unknown() -> None:
    found = diagnose(sold(1, 1), None)
    assert isinstance(found, Unknown)
    assert found.findings[0].key == "tracking.diagnosis.unknown"


def test_deals_after_the_day_do_not_matter() -> None:
    deals = made(leads=(300, 200))
    later = deals.tail(50).assign(
        created=pd.Timestamp("2026-05-01"), closed=pd.Series(pd.NaT, deals.tail(50).index), stage="open"
    )
    assert diagnosed(deals).deals.equals(diagnosed(pd.concat([deals, later])).deals)


def test_a_week_without_leads_is_called_low_and_an_ordinary_one_is_not() -> None:
    deals = made()
    silent = deals["created"].between("2026-02-02", "2026-02-08")
    deals.loc[silent, "created"] = pd.Timestamp("2025-12-01")
    known = deals.assign(won=deals["stage"].eq("won"), open=deals["stage"].eq("open"))
    found = weekly.weeks(known, SPANS, Calendar())
    assert found.loc["2026-02-02", "cause"] == "leads"
    assert found.loc["2026-02-02", "lower"]
    assert (found["cause"] == "leads").sum() <= 2


@pytest.mark.parametrize(
    ("as_of", "covers", "name", "before"),
    [
        ("2026-08-15", "2022-10-01", "year_before", ("2025-07-01", "2025-08-15")),
        ("2026-08-31", "2022-10-01", "year_before", ("2025-07-01", "2025-08-31")),
        ("2024-02-29", "2022-10-01", "year_before", ("2023-01-01", "2023-02-28")),
        ("2026-08-15", "2026-01-01", "period_before", ("2026-04-01", "2026-05-16")),
    ],
)
def test_the_same_days_are_compared(as_of: str, covers: str, name: str, before: tuple[str, str]) -> None:
    day = pd.Timestamp(as_of)
    found = stretch(watched(Calendar(), day, "this quarter"), Calendar(), (pd.Timestamp(covers), day))
    assert found is not None
    assert (found.name, *(d.date().isoformat() for d in found.before)) == (name, *before)


def test_history_that_begins_in_the_period_is_compared_with_nothing() -> None:
    day = pd.Timestamp("2026-08-15")
    assert stretch(watched(Calendar(), day), Calendar(), (pd.Timestamp("2026-07-01"), day)) is None


def test_a_factor_without_history_is_not_judged() -> None:
    found = diagnosis.diagnose(
        Sold(sold(6000, 9000, orders=(90, 60)).whole, pd.DataFrame({"period": [], "amount": [], "orders": []})), SPANS
    )
    assert isinstance(found, Diagnosis)
    assert found.orders["p"].isna().all()
    assert found.table["cause"].iloc[0] == ""


def test_a_target_of_nothing_so_far_is_compared_with_the_year_before() -> None:
    found = diagnose(sold(6000, 9000, orders=(90, 60)), SPANS, due=pd.Series({"": 0.0}))
    assert isinstance(found, Diagnosis)
    assert found.against == "before"


@pytest.mark.parametrize("span", ["before", "now"])
def test_a_part_that_sold_nothing_in_one_of_the_stretches_is_not_compared(span: str) -> None:
    """Found with a region of five orders: the page stopped."""
    held = sold(9000.0, 9000.0)
    alone = Sold(held.whole[held.whole["span"] == span], held.history)

    assert isinstance(diagnose(alone, SPANS, made(), STAGES), Unknown)
