"""Headroom against the best comparable part."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.analytics.market.potential import Potential, potential
from workbench.analytics.results import Unknown

PARTS = pd.DataFrame(
    {
        "market": [100.0, 200, 100, 50, 40],
        "own": [10.0, 8, 9, 5, 0],
        "accounts": [50, 120, 60, 20, 10],
        "customers": [25, 12, 30, 10, 0],
    },
    index=["East", "South", "North", "West", "Far West"],
)
EXACT = pd.Series(1e-6, PARTS.index)


def made(parts: pd.DataFrame = PARTS, scatter: pd.Series = EXACT, **more: object) -> Potential:
    found = potential(parts, level="region", scatter=scatter, **more)  # type: ignore[arg-type]
    assert isinstance(found, Potential)
    return found


def test_headroom_is_the_gap_to_the_best_comparable_share_times_the_market() -> None:
    table = made().table

    assert table.index[0] == "South"
    best = np.exp(np.quantile(np.log([0.1, 0.09, 0.1]), 0.75))
    assert table.loc["South", "headroom"] == pytest.approx((best - 0.04) * 200, rel=1e-3)
    assert (table["headroom"] >= 0).all()


def test_a_share_known_badly_is_pulled_to_the_others() -> None:
    loose = EXACT.copy()
    loose["South"] = 1.0
    exact, shrunk = made().table.loc["South", "shrunk"], made(scatter=loose).table.loc["South", "shrunk"]

    assert exact == pytest.approx(0.04, rel=1e-3)
    assert 0.04 < shrunk < 0.1


def test_parts_are_compared_within_their_group() -> None:
    found = made(groups={"coast": ["East", "South"], "inland": ["North", "West"]})

    assert found.table.loc["North", "best"] == pytest.approx(0.1, rel=1e-3)
    assert found.table.loc["South", "best"] == pytest.approx(0.1, rel=1e-3)
    assert found.table.loc["East", "headroom"] == 0


def test_a_part_where_nothing_is_sold_is_an_entry_at_the_shares_that_others_have() -> None:
    entries = made().entries

    assert entries.loc["Far West", "low"] == pytest.approx(40 * 0.04, rel=1e-3)
    assert entries.loc["Far West", "usual"] == pytest.approx(40 * 0.095, rel=0.01)


def test_white_space_is_the_accounts_without_a_purchase() -> None:
    table = made().table

    assert table.loc["South", ["white_space", "penetration"]].tolist() == [108, 0.1]


def test_the_index_is_one_for_the_average_part_and_follows_its_weights() -> None:
    assert made().table["index"].mean() == pytest.approx(1)
    only = made(weights={"market": 1.0}).table
    assert only.loc["South", "index"] == pytest.approx(200 / 450 * 4)


@given(scale=st.sampled_from([1e-3, 13.0, 1e6]))
def test_another_currency_scales_the_headroom_only(scale: float) -> None:
    money = PARTS.assign(market=PARTS["market"] * scale, own=PARTS["own"] * scale)
    one, other = made().table, made(money).table

    assert (other["headroom"] / scale).to_numpy() == pytest.approx(one["headroom"].to_numpy(), rel=1e-6, abs=1e-9)
    assert other["shrunk"].to_numpy() == pytest.approx(one["shrunk"].to_numpy())


def test_noise_alone_gives_few_decisions() -> None:
    rng, asked = np.random.default_rng(2), 0
    for seed in range(40):
        nodes = [f"N{i}" for i in range(8)]
        parts = pd.DataFrame({"market": 100.0, "own": 10 * np.exp(rng.normal(0, 0.15, 8))}, index=nodes)
        asked += len(made(parts, pd.Series(0.15, nodes), seed=seed).decisions)

    assert asked / (40 * 8) < 0.1


def test_two_parts_are_too_few_to_compare() -> None:
    assert isinstance(potential(PARTS[:2], level="region", scatter=EXACT), Unknown)
