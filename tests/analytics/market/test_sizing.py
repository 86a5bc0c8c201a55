"""TAM, SAM and SOM three ways."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.analytics.market.gathering import within
from workbench.analytics.market.sizing import Known, Sizing, sizing
from workbench.analytics.results import Unknown
from workbench.settings.market import MarketSettings

YEAR = (pd.Timestamp("2025-01-01"), pd.Timestamp("2025-12-31"))
BUDGET = {"low": 6e3, "likely": 8e3, "high": 1.1e4}
WIDE = {"low": 0.3, "likely": 0.5, "high": 0.7}


def known(own: float = 4e6, market: float | None = 1e8) -> Known:
    return Known(YEAR, pd.Series({"East": own}), None if market is None else pd.Series({"East": market}))


def found(settings: dict[str, Any], data: Known | None = None, **how: Any) -> Sizing:
    made = sizing(MarketSettings(**settings), data or known(), **how)
    assert isinstance(made, Sizing)
    return made


def keys(made: Any) -> list[str]:
    return [f.key for f in made.findings]


def test_accounts_times_budget_is_the_market_and_of_it_a_part_can_be_served() -> None:
    """PUBLISHED.md V34: 6,000 accounts at 1,500 are 9,000,000, of which 3,333 are 4,999,500."""
    made = found({"segments": {"all": {"accounts": 6000, "budget": 1500, "serviceable": 3333 / 6000}}})

    assert made.table.loc[("bottom_up", "tam"), "amount"] == pytest.approx(9_000_000)
    assert made.table.loc[("bottom_up", "sam"), "amount"] == pytest.approx(4_999_500)
    assert np.isnan(made.table.loc[("bottom_up", "som"), "amount"])
    assert "market.sizing.not_told" in keys(made)


def test_three_ways_stand_side_by_side_and_say_how_far_they_are_apart() -> None:
    made = found({
        "top_down": {"serviceable": WIDE, "obtainable": {"low": 0.08, "likely": 0.1, "high": 0.15}},
        "segments": {"East": {"accounts": 5000, "budget": BUDGET, "obtainable": WIDE}},
        "proxy": {"share": {"low": 0.05, "likely": 0.08, "high": 0.12}, "obtainable": 0.12},
    })  # fmt: skip
    som = made.table.xs("som", level="size")["amount"]

    assert som["top_down"] == pytest.approx(1e8 * 0.5 * 0.1, rel=0.04)
    assert som["bottom_up"] == pytest.approx(5000 * 8e3 * 0.5, rel=0.04)
    assert som["proxy"] == pytest.approx(4e6 / 0.08 * 0.12, rel=0.04)
    apart = next(f for f in made.findings if f.key == "market.sizing.apart").values
    assert apart["times"] == pytest.approx(som.max() / som.min())
    assert (apart["most"], apart["least"]) == ("bottom_up", "top_down")
    assert apart["overlap"] is False


def test_one_draw_in_ten_is_below_the_interval_of_a_product() -> None:
    made = found({"top_down": {"serviceable": WIDE, "obtainable": WIDE}})
    row, drawn = made.table.loc[("top_down", "som")], made.draws["top_down", "som"]

    assert len(drawn) == 10_000
    assert [(drawn < row["lo_80"]).mean(), (drawn > row["hi_80"]).mean()] == pytest.approx([0.1, 0.1], abs=0.001)


@pytest.mark.parametrize("segments", [1, 2])
def test_each_assumption_is_missed_one_time_in_ten_at_either_end(segments: int) -> None:
    """With all else certain, a size has the range of its one assumption, whatever errors share."""
    one = {"accounts": {"low": 50, "likely": 100, "high": 180}, "budget": 1000}
    made = found({"segments": {f"S{i}": one for i in range(segments)}, "together": 1.0 if segments > 1 else 0.5})
    row = made.table.loc[("bottom_up", "tam")] / (1000 * segments)

    assert row.to_list() == pytest.approx([100, 50, 180], rel=0.01)


def test_errors_that_go_together_widen_the_sum_of_many_segments() -> None:
    segments = {f"S{i}": {"accounts": {"low": 50, "likely": 100, "high": 180}, "budget": 1000} for i in range(50)}
    width = {}
    for together in (0.0, 0.5, 1.0):
        row = found({"segments": segments, "together": together}).table.loc[("bottom_up", "tam")]
        width[together] = (row["hi_80"] - row["lo_80"]) / row["amount"]

    assert width[0.0] < 0.3 * width[0.5] < 0.3 * width[1.0]
    assert width[1.0] == pytest.approx(1.3, rel=0.05)  # that of one segment: 50 to 180 around 100


def test_the_tornado_ranks_what_matters_with_all_else_as_likely() -> None:
    made = found(
        {
            "top_down": {
                "serviceable": {"low": 0.4, "likely": 0.5, "high": 0.6},
                "obtainable": {"low": 0.05, "likely": 0.1, "high": 0.2},
            }
        }
    )
    first = made.tornado.iloc[0]

    assert first["name"] == "obtainable"
    assert (first["som_low"], first["som_high"]) == pytest.approx((1e8 * 0.5 * 0.05, 1e8 * 0.5 * 0.2))
    assert made.tornado.iloc[1]["swing"] == pytest.approx(1e8 * 0.1 * 0.2)


def test_nothing_is_invented_where_nothing_is_believed() -> None:
    assert isinstance(sizing(MarketSettings(), known(market=None)), Unknown)
    made = found({})
    assert made.table.loc[("top_down", "tam"), "amount"] == 1e8
    assert made.table["amount"].notna().sum() == 1
    assert next(f for f in made.findings if f.key == "market.sizing.not_told").values["needs"] == ("top_down",)


def test_more_sold_than_obtainable_is_said() -> None:
    made = found({"top_down": {"serviceable": 0.5, "obtainable": 0.01}})

    assert "market.sizing.beyond_own" in keys(made)
    assert "market.sizing.certain" in keys(made)


@given(scale=st.sampled_from([1e-3, 7.3, 1e6]), seed=st.integers(0, 99))
def test_another_currency_scales_every_size(scale: float, seed: int) -> None:
    told = {"top_down": {"serviceable": WIDE, "obtainable": WIDE}, "proxy": {"share": WIDE, "serviceable": WIDE}}
    one = found(told, known(), draws=200, seed=seed).table["amount"]
    other = found(told, known(4e6 * scale, 1e8 * scale), draws=200, seed=seed).table["amount"]

    assert other.to_numpy() == pytest.approx(one.to_numpy() * scale, nan_ok=True)


@given(served=st.floats(0.01, 0.99), won=st.floats(0.01, 0.99))
def test_som_is_within_sam_within_tam(served: float, won: float) -> None:
    made = found({"top_down": {"serviceable": served, "obtainable": won}}, draws=50)
    tam, sam, som = (made.draws["top_down", size] for size in ("tam", "sam", "som"))

    assert (som <= sam).all() and (sam <= tam).all()  # noqa: PT018 one chain


def test_a_part_that_is_larger_than_the_whole_as_published_is_said() -> None:
    """Own 4 M at a share of 1 % make a served market of 400 M, where 100 M are published."""
    made = found({"proxy": {"share": 0.01}})
    said = next(f for f in made.findings if f.key == "market.sizing.above_published").values

    assert (said["what"], said["method"], said["published"]) == ("sam", "proxy", 1e8)
    assert said["size"] == pytest.approx(4e8)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"proxy": {"share": 1.2}}, "a share is at most 1"),
        ({"top_down": {"serviceable": {"low": 0.5, "likely": 0.9, "high": 1.1}}}, "a share is at most 1"),
        ({"segments": {"A": {"accounts": -5, "budget": 1}}}, "never below 0"),
        ({"segments": {"A": {"accounts": 5, "budget": {"low": 3, "likely": 2, "high": 4}}}}, "not in this order"),
        ({"together": 1.5}, "less than or equal to 1"),
    ],
)
def test_beliefs_that_cannot_be_are_refused(settings: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        MarketSettings(**settings)


def test_the_answer_counts_every_way_the_same() -> None:
    made = found({
        "top_down": {"serviceable": 0.5, "obtainable": 0.1},
        "proxy": {"share": 0.08, "obtainable": 0.12},
    })  # fmt: skip
    first = made.findings[0]

    assert first.key == "market.sizing.answer"
    assert first.values["ways"] == 2
    assert first.values["within"] is None
    assert (first.values["som_lo"], first.values["som_hi"]) == pytest.approx((5e6, 6e6))
    assert first.values["more"] == pytest.approx(first.values["som"] - 4e6)
    assert first.values["som"] == pytest.approx(np.quantile(made.pooled, 0.5))


def test_the_answer_says_by_when_only_where_the_settings_do() -> None:
    made = found({"top_down": {"serviceable": 0.5, "obtainable": 0.1}, "within_years": 3})

    assert made.findings[0].values["within"] == 3


def test_of_what_is_believed_by_segment_a_part_that_is_one_of_them_counts_its_own_alone() -> None:
    one = {"accounts": {"low": 8, "likely": 9, "high": 10}, "budget": BUDGET}
    beliefs = MarketSettings.model_validate({"segments": {"North": one, "South": one}})

    assert list(within(beliefs, {"region": "North"}).segments) == ["North"]
    assert within(beliefs, {"channel": "direct"}).segments == {}
    assert within(beliefs, {"region": "North", "channel": "direct"}).segments == {}
    assert within(beliefs, {}) == beliefs


def test_a_part_of_the_company_does_not_take_up_the_units_believed_of_the_whole() -> None:
    launch = {"potential": {"low": 10, "likely": 20, "high": 40}, "price": 5}
    beliefs = MarketSettings.model_validate({"launches": {"A": launch}})

    assert within(beliefs, {"region": "North"}).launches["A"].potential is None
    assert within(beliefs, {"region": "North"}).launches["A"].price == beliefs.launches["A"].price
    assert within(beliefs, {}) == beliefs


def test_what_a_part_could_win_is_told_only_of_a_market_of_its_own() -> None:
    """A channel's sales stood beside the market that the whole company could win."""
    whole = {"top_down": {"serviceable": 0.5, "obtainable": 0.1}, "proxy": {"share": 0.05, "obtainable": 0.1},
             "segments": {"East": {"accounts": 5000, "budget": 8000, "obtainable": 0.1}}}  # fmt: skip
    east, channel = {"region": "East"}, {"channel": "online"}
    own = sizing(within(MarketSettings(**whole), east), known(), scope=east)
    other = sizing(within(MarketSettings(**whole), channel), known(), scope=channel)

    assert isinstance(own, Sizing)
    assert list(own.table.index.levels[0]) == ["bottom_up", "top_down"]
    assert own.table.loc[("top_down", "som"), "amount"] == pytest.approx(1e8 * 0.5 * 0.1)
    assert keys(own)[-1] == "market.sizing.part"
    assert isinstance(other, Unknown)
    assert keys(other) == ["market.sizing.unknown_part"]
