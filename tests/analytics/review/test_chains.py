"""Won money by the funnel, sales by market and share, and by new and repeat customers."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.analytics.made import said
from tests.analytics.review.bridges import CALENDAR, QUARTER, quarters, sold, targets
from workbench.analytics.market.series import MarketSeries
from workbench.analytics.plan.work.rates import Records
from workbench.analytics.results import Unknown
from workbench.analytics.review import Chain, bridge, buyers_chain, funnel_chain, market_chain
from workbench.analytics.review.cents import residual
from workbench.settings import Stages

STAGES = Stages(order=["open"], won=["won"], lost=["lost"])
NOW, BEFORE = QUARTER.first, QUARTER.before[0]


def exact(result: Chain) -> bool:
    """Whether factors and rest sum to the change, in cents."""
    parts = pd.concat([result.factors["effect"], pd.Series([result.other])])
    return residual(parts, result.end - result.begin) == 0


def deals(counts: dict[pd.Timestamp, tuple[int, int, int, float | None]]) -> pd.DataFrame:
    """Deals by quarter: created, won, lost, amount of each won one."""
    rows: list[tuple] = []
    for start, (created, won, lost, amount) in counts.items():
        day, old = start + pd.Timedelta(days=20), start - pd.Timedelta(days=60)
        rows += [(old, day, "won", amount)] * won + [(old, day, "lost", np.nan)] * lost
        rows += [(day, pd.NaT, "open", np.nan)] * max(created - _old(counts, start), 0)
    frame = pd.DataFrame(rows, columns=["created", "closed", "stage", "amount"])
    return frame.assign(opportunity=range(len(frame)), region="North")


def _old(counts: dict, start: pd.Timestamp) -> int:
    """Deals of the quarter after are created in this one."""
    after = start + pd.DateOffset(months=3)
    return sum(counts[after][1:3]) if after in counts else 0


def records(frame: pd.DataFrame, leads: dict[pd.Timestamp, float] | None = None) -> Records:
    spend = (
        None if leads is None else pd.DataFrame({"date": list(leads), "channel": "fair", "leads": list(leads.values())})
    )
    return Records(deals=frame, stages=STAGES, as_of=QUARTER.last, spend=spend, calendar=CALENDAR)


def eight(now: tuple, before: tuple) -> pd.DataFrame:
    """Eight quarters alike but for the two that are compared."""
    usual = dict.fromkeys(quarters(8), (120, 40, 40, 1000.0))
    return deals({**usual, BEFORE: before, NOW: now})


def test_the_funnel_by_hand() -> None:
    """Won 40 of 80 at 1000 → 60 of 80 at 900: rate 0.5 → 0.75, size 1000 → 900; 40 000 → 54 000."""
    result = funnel_chain(records(eight((120, 60, 20, 900.0), (120, 40, 40, 1000.0))), QUARTER)
    assert isinstance(result, Chain)

    mean = (54_000 - 40_000) / np.log(54 / 40)
    assert result.factors.loc["win_rate", "effect"] == pytest.approx(mean * np.log(1.5), abs=0.01)
    assert result.factors.loc["size", "effect"] == pytest.approx(mean * np.log(0.9), abs=0.01)
    assert result.factors.loc["win_rate", "shapley"] == pytest.approx(20 * (1000 + 900) / 2, abs=300)
    assert (result.begin, result.end) == (40_000, 54_000)
    assert exact(result)


def test_leads_come_first_where_they_are_known_and_place_the_result_in_its_quadrant() -> None:
    """F2, TV30: sales short although leads are far ahead is a problem between lead and deal."""
    frame = eight((120, 40, 40, 1000.0), (120, 40, 40, 1000.0))
    leads = {q + pd.Timedelta(days=3): 200.0 for q in quarters(8)} | {NOW + pd.Timedelta(days=3): 400.0}
    gap = bridge(sold({"North": [100.0, 1, 1, 1, 90.0]}), "region", QUARTER, goals=targets({"North": 110}))
    result = funnel_chain(records(frame, leads), QUARTER, gap=gap)
    assert isinstance(result, Chain)

    assert result.factors.index[0] == "leads"
    told = said(result, "review.bridge.quadrant")
    assert told["verdict"] == "mid_funnel"
    assert told["leads"] == pytest.approx(2 / 1.1)  # wanted: 200 raised by a tenth, as the target asks of sales


def test_won_deals_without_an_amount_are_a_factor_and_not_worth_nothing() -> None:
    frame = eight((120, 40, 40, 1000.0), (120, 40, 40, 1000.0))
    unknown = frame.index[(frame["closed"] >= NOW) & (frame["stage"] == "won")][:10]
    frame.loc[unknown, "amount"] = np.nan
    result = funnel_chain(records(frame), QUARTER)
    assert isinstance(result, Chain)

    assert result.factors.loc["size", "effect"] == 0
    assert result.factors.loc["valued", "effect"] == pytest.approx(-10_000)
    assert said(result, "review.bridge.unvalued")["count"] == 10


def test_a_change_that_so_few_deals_bring_by_chance_is_within_noise() -> None:
    few = funnel_chain(records(eight((120, 44, 36, 1000.0), (120, 40, 40, 1000.0))), QUARTER)
    many = funnel_chain(records(eight((120, 76, 4, 1000.0), (120, 40, 40, 1000.0))), QUARTER)
    assert isinstance(few, Chain)
    assert isinstance(many, Chain)

    assert not bool(few.factors.loc["win_rate", "beyond"])
    assert bool(many.factors.loc["win_rate", "beyond"])


def test_too_few_deals_tell_nothing() -> None:
    result = funnel_chain(records(deals({BEFORE: (9, 3, 3, 10.0), NOW: (9, 3, 3, 10.0)})), QUARTER)

    assert isinstance(result, Unknown)
    assert result.findings[0].key == "review.bridge.unknown_deals"


def test_a_part_without_deals_tells_nothing() -> None:
    """Found with a region of five orders: the page stopped."""
    none = deals({QUARTER.first: (1, 1, 0, None)}).iloc[:0]

    assert isinstance(funnel_chain(records(none), QUARTER), Unknown)


def market(sizes: dict[str, list[float]]) -> MarketSeries:
    table = pd.DataFrame(sizes, index=quarters(len(next(iter(sizes.values())))).rename("period"))
    nothing = pd.DataFrame()
    return MarketSeries(table=table, every="quarter", published=nothing, steps=(), revised=nothing, disagreeing=nothing)


def test_market_and_share_by_hand() -> None:
    """One segment: market 1000 → 1200, share 0.10 → 0.09: 100 → 108."""
    own = pd.DataFrame({"": [100.0, 100, 100, 100, 108]}, index=quarters(5))
    result = market_chain(own, market({"": [1000.0, 1000, 1000, 1000, 1200]}), "", QUARTER, CALENDAR)
    assert isinstance(result, Chain)

    mean = 8 / np.log(1.08)
    assert result.factors.loc["market", "effect"] == pytest.approx(mean * np.log(1.2), abs=0.01)
    assert result.factors.loc["share", "effect"] == pytest.approx(mean * np.log(0.9), abs=0.01)
    assert result.factors.loc["share", "shapley"] == pytest.approx(-0.01 * 1100)


def test_segments_without_a_market_are_told_apart_and_parts_sum() -> None:
    own = pd.DataFrame(
        {"N": [60.0] * 4 + [50.0], "S": [40.0] * 4 + [58.0], "export": [7.0] * 4 + [9.0]}, index=quarters(5)
    )
    series = market({"N": [500.0] * 5, "S": [500.0] * 4 + [700.0]})
    result = market_chain(own, series, "region", QUARTER, CALENDAR)
    assert isinstance(result, Chain)

    assert result.other == pytest.approx(2.0)
    assert exact(result)
    nodes = result.nodes
    assert nodes[["market", "structure", "share"]].sum(axis=1).to_numpy() == pytest.approx(nodes["change"].to_numpy())


def test_a_market_that_is_not_published_yet_tells_nothing() -> None:
    own = pd.DataFrame({"": [100.0] * 5}, index=quarters(5))
    late = market({"": [1000.0] * 4 + [np.nan]})

    assert isinstance(market_chain(own, late, "", QUARTER, CALENDAR), Unknown)
    assert isinstance(market_chain(own, Unknown(section="market"), "", QUARTER, CALENDAR), Unknown)


def customers(rows: list[tuple[float, float, float, int, int]]) -> pd.DataFrame:
    """amount_new, amount_repeat, amount_unnamed, customers_new, customers_repeat by quarter."""
    names = ["amount_new", "amount_repeat", "amount_unnamed", "customers_new", "customers_repeat"]
    frame = pd.DataFrame(rows, columns=names)
    return frame.assign(period=quarters(len(rows)), whole=True, settled=True)


def test_new_and_repeat_customers_by_hand() -> None:
    """New: 10 at 10 → 5 at 10; repeat: 20 at 50 → 20 at 60; nobody named: 30 → 50."""
    usual = (100.0, 1000.0, 30.0, 10, 20)
    result = buyers_chain(customers([usual] * 4 + [(50.0, 1200.0, 50.0, 5, 20)]), QUARTER)
    assert isinstance(result, Chain)

    assert result.factors["effect"].to_dict() == pytest.approx(
        {"new_customers": -50, "new_spend": 0, "repeat_customers": 0, "repeat_spend": 200})  # fmt: skip
    assert result.other == 20


def test_no_new_customers_at_all_is_their_number_and_returns_go_below_zero() -> None:
    usual = (100.0, 1000.0, 0.0, 10, 20)
    none = buyers_chain(customers([usual] * 4 + [(0.0, 1000.0, 0.0, 0, 20)]), QUARTER)
    back = buyers_chain(customers([usual] * 4 + [(-40.0, 1000.0, 0.0, 8, 20)]), QUARTER)
    assert isinstance(none, Chain)
    assert isinstance(back, Chain)

    assert none.factors.loc[["new_customers", "new_spend"], "effect"].sum() == -100
    assert exact(back)


def test_the_first_year_of_the_data_cannot_tell_new_from_old() -> None:
    frame = customers([(100.0, 1000.0, 30.0, 10, 20)] * 5)

    assert isinstance(buyers_chain(frame.assign(settled=[False] * 4 + [True]), QUARTER), Unknown)
    nobody = frame.assign(customers_new=0, customers_repeat=0)
    assert isinstance(buyers_chain(nobody, QUARTER), Unknown)


money = st.floats(-1e6, 1e8).map(lambda v: round(v, 2))
quarter = st.tuples(money, money, money, st.integers(0, 500), st.integers(0, 5000))


@settings(max_examples=60, deadline=None)
@given(before=quarter, now=quarter)
def test_no_cent_is_left_between_the_factors(before: tuple, now: tuple) -> None:
    (n0, r0, u0, cn0, cr0), (n1, r1, u1, cn1, cr1) = before, now
    rows = [(n0 * (cn0 > 0), r0 * (cr0 > 0), u0, cn0, cr0)] * 4 + [(n1 * (cn1 > 0), r1 * (cr1 > 0), u1, cn1, cr1)]
    result = buyers_chain(customers(rows), QUARTER)

    assert isinstance(result, Unknown) or exact(result)
