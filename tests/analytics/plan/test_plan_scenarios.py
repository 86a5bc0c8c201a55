"""Scenarios side by side, and what the target hangs on."""

import numpy as np
import pytest

from tests.analytics.plan.aims import CALENDAR, bare, found, made, normal, settings
from tests.analytics.plan.test_gap import rates
from tests.analytics.plan.test_means import by_rep
from workbench.analytics.plan import (
    Alternatives,
    Resources,
    Sensitivity,
    Triangulation,
    alternatives,
    sensitivity,
    triangulate,
)
from workbench.errors import SettingsError
from workbench.settings import Assumptions
from workbench.settings.plan import PlanSettings

NAMED = {"more": Assumptions(name="More", shift=0.1), "less": Assumptions(name="Less", shift=-0.1)}


def aims(wanted: PlanSettings) -> Triangulation:
    result = triangulate(made(), wanted)
    assert isinstance(result, Triangulation)
    return result


def under(wanted: PlanSettings) -> Alternatives:
    result = alternatives(aims(wanted), found(), NAMED, wanted, None, CALENDAR)
    assert isinstance(result, Alternatives)
    return result


def test_a_tenth_more_from_now_on_moves_the_whole_distribution_by_a_tenth() -> None:
    table = under(settings(strategy={"growth": 0.3})).table

    assert table.loc["more", ["expected", "target"]].to_numpy() == pytest.approx(
        1.1 * table.loc["base", ["expected", "target"]].to_numpy(float)
    )
    assert table["chance"]["less"] < table["chance"]["base"] < table["chance"]["more"]
    assert (table["gap"] + table["expected"]).nunique() == 1 or np.ptp(table["gap"] + table["expected"]) < 1e-6


def test_the_chance_of_the_strategy_is_told_only_where_it_is_not_the_target() -> None:
    within, beyond = settings(strategy={"amount": aims(settings()).target * 0.99}), settings(strategy={"growth": 0.5})

    assert aims(within).source == "strategy"
    assert under(within).table["strategy_chance"].isna().all()
    table = under(beyond).table
    assert (table["strategy_chance"] < table["chance"]).all()


def test_only_the_scenarios_that_the_plan_names_are_shown() -> None:
    assert list(under(settings(scenarios={"less": ""})).table.index) == ["base", "less"]


def test_a_scenario_that_the_forecast_does_not_know_is_told_with_the_known_ones() -> None:
    with pytest.raises(SettingsError, match="no forecast scenario 'boom'; known: more, less"):
        under(settings(scenarios={"boom": ""}))


def test_no_scenario_is_said() -> None:
    wanted = settings()
    result = alternatives(aims(wanted), found(), {}, wanted, None, CALENDAR)

    assert [f.key for f in result.findings] == ["plan.targets.no_scenarios"]


def moved(wanted: PlanSettings) -> Sensitivity:
    base = bare(normal(1000, 50), before=900.0)
    planned = triangulate(base, wanted)
    known = Resources(by_rep=by_rep())
    result = sensitivity(planned, wanted, rates(), known, base=base)
    assert isinstance(result, Sensitivity)
    return result


def test_the_widest_driver_comes_first_and_each_range_holds_the_target_between_its_ends() -> None:
    result = moved(settings(strategy={"amount": 1100}))
    table = result.table.drop(index="strategy")

    assert result.table["swing"].is_monotonic_decreasing
    assert result.findings[0].values["driver"] == result.table.index[0]
    assert (table["low"] <= result.target + 1e-6).all()
    assert (table["high"] >= result.target - 1e-6).all()


def test_the_forecasts_own_interval_moves_the_target_by_its_width() -> None:  # normal, 1000 ± 1.2816 × 50
    row = moved(settings()).table.loc["forecast"]

    assert row["at_low"] == pytest.approx(1000 - 64.1, abs=0.5)
    assert row["high"] / row["low"] == pytest.approx(1064.1 / 935.9, rel=0.002)


def test_a_strategy_moves_the_target_only_while_it_lies_in_the_band() -> None:
    inside, outside = (moved(settings(strategy={"amount": a})).table.loc["strategy"] for a in (990.0, 1300.0))

    assert inside["swing"] > 0
    assert outside["swing"] == pytest.approx(0, abs=1e-6)


def test_a_hire_more_and_spend_move_it_where_they_can_be_told() -> None:
    table = moved(settings(means={"spend_growth": 0.2})).table

    assert table["high"]["hires"] > table["low"]["hires"]
    assert table["high"]["spend"] > table["low"]["spend"]
    assert table["at_high"]["hires"] == 1
