import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.analytics.made import YEAR, keys_of, said, spans_of
from workbench.analytics import history
from workbench.errors import DataError
from workbench.periods import Calendar
from workbench.settings import CalendarSettings

amounts = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(-10_000, 100_000).map(lambda c: c / 100), max_size=8)


def test_contribution_is_the_change_over_the_whole_before() -> None:
    table = history.breakdown(spans_of({"N": 60.0, "S": 50.0}, {"N": 40.0, "S": 60.0}), "region", YEAR).table

    assert table["contribution"].to_dict() == {"N": 0.20, "S": -0.10}
    assert table["share"].to_dict() == pytest.approx({"N": 60 / 110, "S": 50 / 110})
    assert table["yoy"]["N"] == pytest.approx(0.5)


def test_the_missing_node_keeps_its_own_row() -> None:
    result = history.breakdown(spans_of({"N": 60.0, None: 40.0}, {"N": 50.0, None: 10.0}), "region", YEAR)

    assert result.table["amount"][result.table.index.isna()].tolist() == [40]
    assert said(result, "history.breakdown_missing")["share"] == pytest.approx(0.4)
    assert said(result, "history.breakdown_rise")["node"] == "N"


@pytest.mark.parametrize("nothing", [None, np.nan, pd.NA])
def test_whatever_the_frame_calls_missing_is_one_row(nothing: object) -> None:
    frame = pd.DataFrame(
        {"span": ["now", "now", "before"], "region": [nothing, "N", nothing], "amount": [1.0, 2.0, 3.0]}
    )

    assert len(history.breakdown(frame, "region", YEAR).table) == 2


def test_a_small_node_with_a_wild_rate_does_not_shout() -> None:
    result = history.breakdown(spans_of({"big": 1100.0, "tiny": 9.0}, {"big": 1000.0, "tiny": 1.0}), "region", YEAR)

    assert said(result, "history.breakdown_rise")["node"] == "big"


def test_no_rate_where_there_was_nothing_or_less() -> None:
    table = history.breakdown(spans_of({"N": 5.0, "S": 5.0}, {"S": -2.0}), "region", YEAR).table

    assert table["yoy"].isna().all()
    assert table["contribution"].isna().all()  # the whole before was below 0, so nothing is a share of it


def test_new_and_lost_nodes_are_counted_with_their_money() -> None:
    result = history.breakdown(spans_of({"N": 5.0, "W": 7.0}, {"N": 5.0, "S": 3.0}), "region", YEAR)

    assert said(result, "history.breakdown_new") == {"level": "region", "count": 1, "amount": 7}
    assert said(result, "history.breakdown_lost") == {"level": "region", "count": 1, "amount": 3}


def test_one_node_is_told_as_one_node() -> None:
    assert keys_of(history.breakdown(spans_of({"N": 5.0}, {"N": 4.0}), "region", YEAR)) == ["history.breakdown_single"]


def test_a_node_falling_more_than_the_whole_asks_for_a_decision() -> None:
    result = history.breakdown(spans_of({"N": 95.0, "S": 40.0}, {"N": 100.0, "S": 100.0}), "region", YEAR)
    falling = said(result, "history.node_falling")

    assert [d.subject for d in result.decisions] == ["S"]  # N fell too, but less than the whole
    assert falling["expected"] == pytest.approx(67.5)
    assert falling["shortfall"] == pytest.approx(-27.5)
    assert (falling["judged"], falling["noise"]) == ("size", None)
    assert result.decisions[0].weight == 60


def test_a_node_falling_as_the_whole_does_asks_for_none() -> None:
    result = history.breakdown(spans_of({"N": 93.8, "S": 94.2}, {"N": 100.0, "S": 100.0}), "region", YEAR)

    assert result.decisions == ()


def test_a_fall_within_a_nodes_own_noise_asks_for_none() -> None:
    period = pd.date_range("2024-01-01", periods=24, freq="MS")
    calm, wild = np.r_[np.full(12, 100.0), np.full(12, 90.0)], np.r_[np.full(12, 100.0), np.tile([300.0, -120.0], 6)]
    rows = [
        pd.DataFrame({"period": period, "region": name, "amount": values, "whole": True})
        for name, values in (("calm", calm), ("wild", wild), ("rest", np.r_[np.full(12, 100.0), np.full(12, 130.0)]))
    ]
    monthly = pd.concat(rows)
    monthly["span"] = np.where(monthly["period"].dt.year == 2025, "now", "before")
    result = history.breakdown(monthly, "region", YEAR, monthly=monthly)

    assert result.table["change"].to_dict() == pytest.approx({"rest": 360, "calm": -120, "wild": -120})
    assert [d.subject for d in result.decisions] == ["calm"]
    assert said(result, "history.node_falling")["judged"] == "noise"


def test_noise_of_a_years_change_is_that_of_a_month_times_the_root_of_twelve() -> None:
    steps = np.array([-20.0, -10.0] * 6)
    period = pd.date_range("2024-01-01", periods=24, freq="MS")
    node = pd.DataFrame(
        {"period": period, "region": "N", "amount": np.r_[np.full(12, 100.0), 100 + steps], "whole": True}
    )
    other = node.assign(region="S", amount=200.0)
    monthly = pd.concat([node, other])
    compare = monthly.assign(span=np.where(monthly["period"].dt.year == 2025, "now", "before"))
    falling = said(history.breakdown(compare, "region", YEAR, monthly=monthly), "history.node_falling")

    assert falling["noise"] == pytest.approx(steps.std(ddof=1) * np.sqrt(12))
    assert falling["times_noise"] == pytest.approx(180 / falling["noise"])


def test_a_festival_that_moves_is_not_a_nodes_noise() -> None:
    # the node loses 10 a month; the festival takes 60 from January in one year and from February in the other
    festival = np.zeros(24)
    festival[[1, 12]] = -60
    period = pd.date_range("2024-01-01", periods=24, freq="MS")
    falling = np.r_[np.full(12, 100.0), np.tile([88.0, 92.0], 6)] + festival
    node = pd.DataFrame({"period": period, "region": "N", "amount": falling, "whole": True})
    monthly = pd.concat([node, node.assign(region="S", amount=500.0)])
    compare = monthly.assign(span=np.where(monthly["period"].dt.year == 2025, "now", "before"))
    plain, china = (
        history.breakdown(compare, "region", YEAR, monthly=monthly, calendar=Calendar(CalendarSettings(country=c)))
        for c in ("GB", "CN")
    )

    assert plain.decisions == ()
    assert [d.subject for d in china.decisions] == ["N"]


def test_at_most_five_decisions_the_largest_first() -> None:
    before = {f"n{i}": 100.0 + i for i in range(20)}
    result = history.breakdown(spans_of({"up": 3000.0}, {"up": 1.0, **before}), "region", YEAR)

    assert [d.subject for d in result.decisions] == ["n19", "n18", "n17", "n16", "n15"]


def test_each_level_gives_one_breakdown_in_order() -> None:
    frame = spans_of({"N": 1.0}, {"N": 1.0})
    results = history.breakdowns({"region": frame, "team": frame.rename(columns={"region": "team"})}, YEAR)

    assert [r.level for r in results] == ["region", "team"]


def test_a_level_that_splits_the_sales_as_an_earlier_one_is_not_said_twice() -> None:
    by_region = spans_of({"N": 60, "S": 40}, {"N": 50, "S": 50})
    by_team = spans_of({"North team": 60, "South team": 40}, {"North team": 50, "South team": 50}, node="team")
    found = history.breakdowns({"region": by_region, "team": by_team}, YEAR)

    assert [b.level for b in found] == ["region"]


def test_thin_data_are_unknown_and_a_wrong_frame_is_an_error() -> None:
    nothing = pd.DataFrame()

    assert keys_of(history.breakdown(nothing, "region", YEAR)) == ["history.unknown_empty"]
    assert keys_of(history.breakdown(nothing, "region", None)) == ["history.unknown_spans"]
    with pytest.raises(DataError, match="'team' is missing"):
        history.breakdown(spans_of({"N": 1.0}, {}), "team", YEAR)


@given(now=amounts, before=amounts)
def test_the_parts_sum_to_the_whole(now: dict, before: dict) -> None:
    result = history.breakdown(spans_of(now, before), "region", YEAR)
    if isinstance(result, history.Unknown):
        assert not any(now.values())
        assert not any(before.values())
        return
    table, total, earlier = result.table, sum(now.values()), sum(before.values())

    assert table["amount"].sum() == pytest.approx(total, abs=0.005)
    assert table["change"].sum() == pytest.approx(total - earlier, abs=0.005)
    if earlier > 0:
        assert table["contribution"].sum() == pytest.approx((total - earlier) / earlier)
        assert table["share_before"].sum() == pytest.approx(1)


@given(now=amounts, before=amounts, seed=st.integers(0, 99))
def test_the_order_of_the_rows_does_not_matter(now: dict, before: dict, seed: int) -> None:
    frame = spans_of(now, before)
    one, other = (history.breakdown(f, "region", YEAR) for f in (frame, frame.sample(frac=1, random_state=seed)))

    assert repr(one) == repr(other)
    if isinstance(one, history.Breakdown):
        pd.testing.assert_frame_equal(one.table, other.table)


@given(now=amounts, before=amounts, scale=st.sampled_from([1e-4, 8.0, 1e8]))
def test_another_currency_changes_no_share_and_no_decision(now: dict, before: dict, scale: float) -> None:
    frame = spans_of(now, before)
    one, other = (history.breakdown(f, "region", YEAR) for f in (frame, frame.assign(amount=frame["amount"] * scale)))

    assert [(f.key, f.subject) for f in one.decisions] == [(f.key, f.subject) for f in other.decisions]
    if isinstance(one, history.Breakdown):
        ratios = ["share", "share_before", "yoy", "contribution"]
        pd.testing.assert_frame_equal(one.table[ratios], other.table[ratios], check_exact=False, rtol=1e-9)


def test_ten_thousand_nodes_are_one_table() -> None:
    rng = np.random.default_rng(7)
    now, before = ({f"n{i}": v for i, v in enumerate(rng.lognormal(8, 2, 10_000))} for _ in "12")
    result = history.breakdown(spans_of(now, before), "region", YEAR)

    assert len(result.table) == 10_000
    assert result.table["amount"].sum() == pytest.approx(sum(now.values()))
