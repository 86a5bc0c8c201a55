"""Share of the market: what moved it, what holds it."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.analytics.market.share import WHOLE, Share, _scatter, holding, share
from workbench.analytics.results import Unknown

QUARTERS = pd.date_range("2024-01-01", periods=8, freq="QS")


def frame(**segments: list[float]) -> pd.DataFrame:
    return pd.DataFrame(segments, index=QUARTERS)


def told(own: pd.DataFrame, market: pd.DataFrame, **more: Any) -> Share:
    found = share(own, market, every="quarter", level="region", **more)
    assert isinstance(found, Share)
    return found


@pytest.mark.parametrize(("own", "index", "relative"), [(0.10, 0.9565, -0.0435), (0.18, 1.0261, 0.0261)])
def test_growing_slower_than_the_market_loses_share(own: float, index: float, relative: float) -> None:
    """CAPABILITIES.md TV08: the industry grows by 15 %."""
    made = holding(own, 0.15, 0.2)

    assert (made["index"], made["relative"]) == pytest.approx((index, relative), abs=5e-5)
    assert made["points"] == pytest.approx(0.2 * made["relative"])
    assert made["difference"] == pytest.approx(own - 0.15)
    assert made["needed"] == 0.15


def test_a_company_that_grows_10_percent_in_a_market_of_15_percent_is_said_to_lose() -> None:
    own = frame(East=[100, 100, 100, 100, 110, 110, 110, 110])
    market = frame(East=[1000.0, 1000, 1000, 1000, 1150, 1150, 1150, 1150])
    made = told(own, market)
    row: Any = made.years.loc[WHOLE]

    assert (row["own_growth"], row["market_growth"]) == pytest.approx((0.1, 0.15))
    assert row["share"] == pytest.approx(0.110 / 1.15)
    assert made.findings[0].values["direction"] == "down"
    assert made.effects.loc[WHOLE].sum() == pytest.approx(40)
    assert made.effects.loc[WHOLE, "market"] == pytest.approx(61.3, rel=0.05)
    assert made.effects.loc[WHOLE, "share"] < 0
    assert [d.values["node"] for d in made.decisions] == ["East"]


amounts = st.lists(st.floats(1, 1e6), min_size=24, max_size=24)


@given(own=amounts, market=amounts)
def test_market_structure_and_share_sum_to_the_change_exactly(own: list[float], market: list[float]) -> None:
    ours, theirs = (pd.DataFrame(np.reshape(x, (8, 3)), QUARTERS, list("abc")) for x in (own, market))
    made = told(ours, theirs)

    change = made.years["own"] - made.years["own_before"]
    assert made.effects.sum(axis=1).to_numpy() == pytest.approx(
        change[made.effects.index].to_numpy(), rel=1e-6, abs=1e-3
    )
    assert made.effects.drop(index=WHOLE).sum().to_numpy() == pytest.approx(
        made.effects.loc[WHOLE].to_numpy(), abs=1e-3
    )


def test_a_season_that_both_years_share_is_no_doubt_about_the_share() -> None:
    season = np.array([1, 2, 4, 1] * 2)
    own = frame(East=list(10.0 * season * ([1.0] * 4 + [1.2] * 4)))
    made = told(own, frame(East=list(100.0 * np.ones(8))))

    assert made.years.loc["East", "hi_80"] == pytest.approx(made.years.loc["East", "share"])
    assert bool(made.years.loc["East", "beyond"])


def test_scatter_of_single_quarters_is_not_a_change_of_share() -> None:
    own = frame(East=[100, 130, 90, 110, 120, 95, 125, 92.0])
    made = told(own, frame(East=[1000.0] * 8))

    assert made.findings[0].values["direction"] == "same"
    assert made.decisions == ()


def test_the_interval_holds_the_true_change_as_often_as_it_says() -> None:
    rng, held = np.random.default_rng(4), 0
    for _ in range(300):
        noise = np.exp(rng.normal(0, 0.1, 8))
        made = told(frame(East=list(100 * noise * ([1.0] * 4 + [1.1] * 4))), frame(East=[1000.0] * 8))
        pair = pd.Series(QUARTERS[4:]), pd.Series(QUARTERS[:4])
        width = _scatter(frame(East=list(100 * noise)), frame(East=[1000.0] * 8), *pair)["change"]["East"]
        row: Any = made.years.loc["East"]
        held += abs(np.log(row["share"] / row["share_before"]) - np.log(1.1)) <= width

    assert 0.73 < held / 300 < 0.87


def test_periods_and_segments_that_one_side_lacks_are_left_out_of_both() -> None:
    own = frame(East=[1, 1, 1, 1, 2, 2, 2, np.nan], West=[1.0] * 8, Online=[5.0] * 8)
    market = frame(East=[10.0] * 8, West=[10.0] * 8, Export=[7.0] * 8)
    made = told(own, market)

    assert made.years.loc["East", ["own", "own_before"]].tolist() == [6, 3]
    left = next(f for f in made.findings if f.key == "market.share.left_out").values
    assert (left["ours"], left["theirs"]) == (("Online",), ("Export",))


def test_without_a_common_segment_or_year_nothing_is_said() -> None:
    assert isinstance(share(frame(East=[1.0] * 8), frame(Ost=[1.0] * 8), every="quarter"), Unknown)
    assert isinstance(share(frame(E=[1.0] * 8)[:4], frame(E=[1.0] * 8)[:4], every="quarter"), Unknown)


def test_competitors_sales_are_set_against_the_same_market() -> None:
    rivals = pd.DataFrame({"competitor": ["A", "A", "B"], "period": QUARTERS[[4, 5, 7]], "sales": [300.0, 300, 200]})
    made = told(frame(E=[10.0] * 8), frame(E=[1000.0] * 8), rivals=rivals)

    assert made.rivals["share"].to_dict() == {"A": 0.15, "B": 0.05}
