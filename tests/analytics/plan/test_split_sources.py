"""A split of what real companies expect: from a forecast's baseline, with how likely each part is."""

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from tests.conftest import shared_data
from workbench.analytics import forecast as forecasting
from workbench.analytics import plan
from workbench.analytics.forecast import Forecast
from workbench.analytics.plan import Baseline, Split
from workbench.analytics.plan.period import period
from workbench.periods import Calendar
from workbench.settings.plan import PlanSettings, Rule

CALENDAR, AS_OF = Calendar(), pd.Timestamp("2016-12-31")
YEAR = period(CALENDAR, AS_OF)
BY = ("state", "purpose")


@cache
def trips() -> tuple[pd.DataFrame, Baseline]:
    """Quarterly overnight trips in Australia by state and purpose (thousands), and what 2017 should bring."""
    table = pd.read_csv(shared_data("tourism_au") / "australia_tourism.csv", parse_dates=["date_time"])
    table = table.set_axis(["period", "region", "state", "purpose", "amount"], axis=1)
    sales = table.groupby(["period", *BY], as_index=False)["amount"].sum().assign(whole=True)
    known = sales[sales["period"] <= AS_OF]
    found = forecasting.ahead(known, BY, months=12, every="quarter", calendar=CALENDAR)
    assert isinstance(found, Forecast)
    baseline = plan.baseline(found, YEAR, CALENDAR)
    assert isinstance(baseline, Baseline)
    return sales, baseline


def split(**settings: object) -> Split:
    _, baseline = trips()
    amount = float(baseline.expected.iloc[0]) * 1.03
    found = plan.split(
        amount, YEAR, plan.sources_of(baseline), PlanSettings(by=BY, unit=1, **settings), baseline=baseline  # type: ignore[arg-type]
    )  # fmt: skip
    assert isinstance(found, Split)
    return found


def test_parts_levels_and_months_of_a_real_hierarchy_add_up() -> None:
    found = split()
    assert found.table["target"].sum() == found.amount
    for level in BY:
        assert found.by[level]["target"].sum() == found.amount
        assert found.by[level]["expected"].sum() == pytest.approx(trips()[1].expected.iloc[0])
    assert found.months.sum(axis=1).tolist() == found.table["target"].tolist()
    assert plan.by_quarter(found, "state").sum().sum() == found.amount


def test_the_chance_of_each_part_is_that_of_its_own_draws() -> None:
    found, (_, baseline) = split(), trips()
    state = found.by["state"].index[0]
    node = baseline.nodes.index[(baseline.nodes["level"] == "state") & (baseline.nodes["state"] == state)][0]
    target = found.by["state"].loc[state, "target"]
    assert found.by["state"].loc[state, "chance"] == pytest.approx(plan.chance(baseline, node, target))
    assert found.table["chance"].between(0, 1, inclusive="neither").all()


def test_a_part_asked_for_more_is_less_likely_and_the_others_more() -> None:
    before = split()
    after = split(rules=[Rule(at={"purpose": "Business"}, min_growth=0.4)])
    business = [f.by["purpose"].loc["Business", "chance"] for f in (before, after)]
    holiday = [f.by["purpose"].loc["Holiday", "chance"] for f in (before, after)]
    assert business[1] < business[0]
    assert holiday[1] > holiday[0]


def test_months_follow_what_the_forecast_expects_of_them() -> None:
    found, (_, baseline) = split(), trips()
    expected = baseline.by_month.iloc[0].to_numpy()
    assert found.months.sum().to_numpy() / found.amount == pytest.approx(expected / expected.sum(), abs=1e-4)


def test_nothing_after_the_forecast_matters_for_the_split() -> None:
    sales, baseline = trips()
    kept = plan.sources_of(baseline, sales=sales[sales["period"] <= AS_OF])
    later = plan.sources_of(baseline, sales=sales)  # 2017 itself is in these
    settings = PlanSettings(by=BY, unit=1)
    one, two = (plan.split(1e5, YEAR, s, settings, baseline=baseline) for s in (kept, later))
    assert isinstance(one, Split)
    assert isinstance(two, Split)
    assert one.months.equals(two.months)
    assert one.year_months.equals(two.year_months)


def test_the_market_s_size_is_the_potential_of_the_level_its_segments_name() -> None:
    _, baseline = trips()
    quarters = pd.date_range("2015-01-01", periods=8, freq="QS")
    market = pd.DataFrame(
        {"period": np.tile(quarters, 2), "segment": ["Victoria"] * 8 + ["Elsewhere"] * 8, "size": 5.0}
    )
    found = plan.sources_of(baseline, market=market)
    assert found.potential is not None
    assert found.potential.to_dict("records") == [{"state": "Victoria", "amount": 20.0}]
    assert plan.sources_of(baseline, market=market.assign(segment="Mars")).potential is None


def test_people_s_capacity_by_one_level_moves_that_level_only() -> None:
    _, baseline = trips()
    states = baseline.nodes.loc[baseline.nodes["level"] == "state", "state"]
    capacity = pd.DataFrame({"state": states, "amount": 1.0})
    sources = replace(plan.sources_of(baseline), capacity=capacity)
    settings = PlanSettings(by=BY, keys={"history": 0, "forecast": 1e-9, "capacity": 1}, unit=1)
    found = plan.split(8e4, YEAR, sources, settings)
    assert isinstance(found, Split)
    assert found.by["state"]["target"].to_numpy() == pytest.approx(8e4 / len(states), abs=1)
    inside = found.table["target"].xs("Victoria", level="state")
    wanted = sources.forecast.query("state == 'Victoria'").set_index("purpose")["amount"]  # type: ignore[union-attr]
    assert (inside / inside.sum()).to_dict() == pytest.approx((wanted / wanted.sum()).to_dict(), abs=1e-3)
