"""Targets set at a chance are met that often, on rolling origins of real and of made-up hierarchies. `-s` shows it."""

import numpy as np
import pandas as pd
import pytest

from tests.benchmarks.bench_attain import CASES, LEVELS, Case, met, origins
from tests.conftest import shared_data


def _shown(name: str, found: pd.DataFrame) -> dict[float, tuple[float, float]]:
    shares = {p: met(found, p) for p in LEVELS}
    print(name, len(found), "targets:", {p: f"{share:.0%} ± {allowed:.0%}" for p, (share, allowed) in shares.items()})
    return shares


def test_targets_for_the_states_of_australia_are_met_as_often_as_they_were_said_to_be() -> None:
    shared_data("tourism_au")
    case = CASES["tourism_au.states"]
    found = origins(Case(case.read, case.by, case.every, case.name, case.firsts[::2]))  # 7 years, 315 targets

    for part in (found[found["level"] == ""], found[found["level"] != ""]):
        for p, (share, allowed) in _shown("tourism by state", part).items():
            assert abs(share - p) <= max(allowed, 0.05)


def _walks() -> pd.DataFrame:
    """40 shops whose sales have a season, and levels that wander: 72 months."""
    rng, months = np.random.default_rng(11), pd.date_range("2018-01-01", periods=72, freq="MS")
    season = 1 + 0.25 * np.sin(2 * np.pi * months.month.to_numpy() / 12)
    shops = 100 * np.exp(rng.normal(0, 0.04, (40, 72)).cumsum(axis=1) + rng.normal(0, 0.06, (40, 72))) * season
    rows = {"period": np.tile(months, 40), "shop": np.repeat(np.arange(40).astype(str), 72), "amount": shops.ravel()}
    return pd.DataFrame(rows)


def test_targets_for_shops_whose_sales_wander_are_met_as_often_as_they_were_said_to_be() -> None:
    found = origins(Case(_walks, ("shop",), "month", "year", pd.DatetimeIndex(["2022-01-01", "2023-01-01"])))
    shops = found[found["level"] == "shop"]

    for p, (share, _) in _shown("wandering shops", shops).items():
        assert share == pytest.approx(p, abs=2 * np.sqrt(p * (1 - p) / len(shops)) + 0.05)


def test_the_share_met_is_judged_by_the_spread_from_origin_to_origin() -> None:
    found = pd.DataFrame({"origin": [1] * 50 + [2] * 50, "chance": [0.1] * 50 + [0.9] * 50})

    share, allowed = met(found, 0.5)

    assert share == 0.5
    assert allowed == pytest.approx(1.0)  # all of one year, none of the other: two years tell nothing
