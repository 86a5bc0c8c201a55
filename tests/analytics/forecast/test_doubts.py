"""What must be decided about nodes not to be trusted: few, large, each once, with an owner and how sure."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from workbench.analytics import forecast as forecasting
from workbench.analytics.forecast import Forecast
from workbench.analytics.forecast.doubts import LEAST_SHARE, MOST, doubts
from workbench.periods import Calendar

CALENDAR = Calendar()


@pytest.fixture(scope="module")
def made() -> Forecast:
    """Three regions by two channels, 60 months; the South's web shop is new."""
    months, at = pd.date_range("2020-01-01", periods=60, freq="MS"), np.arange(60)
    rows = []
    for n, region in enumerate(("North", "South", "West")):
        for k, channel in enumerate(("direct", "web")):
            noise = np.random.default_rng(10 * n + k).lognormal(0, 0.05, 60)
            amount = 100 * (3 - n) * (1 + 0.2 * np.sin(at * np.pi / 6)) * noise
            first = 48 if (region, channel) == ("South", "web") else 0
            part = {"period": months, "region": region, "channel": channel, "amount": amount, "whole": True}
            rows.append(pd.DataFrame(part).iloc[first:])
    return forecasting.forecast(pd.concat(rows, ignore_index=True), ("region", "channel"))


def marked(made: Forecast, reasons: dict[str, tuple[str, ...]]) -> Forecast:
    column = pd.Series([reasons.get(str(n), ()) for n in made.nodes.index], index=made.nodes.index, dtype=object)
    return replace(made, nodes=made.nodes.assign(reasons=column))


def test_a_new_part_is_to_be_agreed_with_whoever_leads_it(made: Forecast) -> None:
    (found,) = doubts(marked(made, {"South / web": ("short",)}), CALENDAR)

    web = found.values
    assert (web["level"], web["node"]) == ("region", "South")
    assert web["places"] == (("region", "South"), ("channel", "web"))
    assert web["reason"] == "short"
    assert web["span"] == (pd.Timestamp("2025-01-01"), pd.Timestamp("2025-12-31"))
    assert web["lo_80"] < web["amount"] < web["hi_80"]
    assert web["amount"] == pytest.approx(made.total("South / web")["mean"])
    assert web["amount_before"] == pytest.approx(made.history["South / web"].tail(12).sum())


def test_a_part_of_a_node_that_is_in_doubt_itself_is_not_a_second_decision(made: Forecast) -> None:
    found = doubts(
        marked(made, {"South": ("level_shift",), "South / web": ("short",), "North / web": ("wide",)}), CALENDAR
    )

    assert {f.subject: f.values["reason"] for f in found} == {"South": "level_shift", "North / web": "wide"}


def test_decisions_are_few_large_and_the_largest_first(made: Forecast) -> None:
    every = marked(made, {str(n): ("filled", "wide") for n in made.nodes.index})
    found = doubts(every, CALENDAR)

    whole = made.nodes["amount"].iloc[made.structure.aggregates :].sum()
    assert len(found) == MOST
    assert [f.weight for f in found] == sorted((f.weight for f in found), reverse=True)
    assert min(f.weight for f in found) > LEAST_SHARE * whole
    assert {f.values["reason"] for f in found} == {"wide"}  # that gaps were filled is not what to decide about
    assert not doubts(marked(made, {"North": ("filled",)}), CALENDAR)


def test_small_nodes_are_no_decision(made: Forecast) -> None:
    small = made.nodes.assign(amount=made.nodes["amount"].where(made.nodes.index != "West / web", 1.0))

    assert not doubts(marked(replace(made, nodes=small), {"West / web": ("short",)}), CALENDAR)


def test_a_region_in_a_state_is_named_by_its_own_level_and_led_by_its_own_leader() -> None:
    months, at = pd.date_range("2020-01-01", periods=48, freq="MS"), np.arange(48)
    places = [("Queensland", "Gold Coast"), ("Queensland", "Outback"), ("Victoria", "Melbourne")]
    parts = [
        {"period": months, "state": s, "region": r, "amount": 100.0 + 10 * n + 5 * np.sin(at), "whole": True}
        for n, (s, r) in enumerate(places)
    ]
    found = forecasting.forecast(pd.concat([pd.DataFrame(p) for p in parts]), ("state", "region"))

    (doubt,) = doubts(marked(found, {"Queensland / Gold Coast": ("wide",)}), CALENDAR)

    assert doubt.values["places"] == (("region", "Gold Coast"),)
    assert (doubt.values["level"], doubt.values["node"]) == ("region", "Gold Coast")
