"""Landings on real companies, half-way through a period: better than the plain ways, with ranges that hold."""

import numpy as np
import pandas as pd
import pytest

from tests.benchmarks.bench_track import CASES, figures, scores
from tests.conftest import shared_data
from workbench import Run, load
from workbench.analytics.plan.period import period
from workbench.analytics.tracking import Goals, goals
from workbench.analytics.tracking.landing import land, records_of, stretch
from workbench.analytics.tracking.tested import seasonal
from workbench.periods import Calendar

CALENDAR = Calendar()

CASE = "tests/cases/adventureworks_reseller/workbench.toml"


@pytest.mark.parametrize("name", ["crm_opportunities.months", "online_retail_ii"])
def test_half_way_the_landing_beats_a_straight_line_and_plain_seasonal_pacing(name: str) -> None:
    shared_data(name.split(".")[0])
    found = list(figures(name, scores(CASES[name])))

    assert [f["name"].split(".")[-2] for f in found] == ["whole", "parts"]
    assert all(f["value"] < min(f["straight"], f["seasonal"]) for f in found)
    assert all(f["in_95"] >= 0.85 for f in found)


def test_a_companys_targets_are_those_of_its_reps_and_not_of_their_managers() -> None:
    """April to June 2020, summed from Targets.csv by title: 20.5 M of representatives; their leaders' do not count."""
    shared_data("adventureworks_reseller")
    run = Run.start(CASE, as_of="2020-05-15", scope="", lang="en")
    made = goals(
        period(run.calendar, run.as_of, "this quarter"), run.calendar, table=load(run).targets(), levels=("rep",)
    )

    assert isinstance(made, Goals)
    assert made.whole == 20_500_000
    assert made.amount[made.nodes["level"] == "rep"].sum() == made.whole
    assert "Stephen Jiang" not in made.amount.index  # North American Sales Manager


def test_the_ranges_of_a_landing_do_not_know_the_rest_of_the_period() -> None:
    shared_data("crm_opportunities")
    case = CASES["crm_opportunities.months"]
    sales = case.read()
    changed = sales.assign(amount=sales["amount"].where(sales["period"] < pd.Timestamp("2017-11-16"), 0.0))

    ours = [scores(type(case)(lambda f=f: f, *_rest(case))).query("node == ''") for f in (sales, changed)]
    assert ours[0]["lo_80"].tolist() == ours[1]["lo_80"].tolist()
    assert ours[0]["came"].tolist() != ours[1]["came"].tolist()


def _rest(case):  # type: ignore[no-untyped-def]
    return case.by, case.every, case.wanted, pd.DatetimeIndex(["2017-11-01"])


def test_a_first_year_of_sales_lands_with_no_range_narrower_than_a_season_may_be() -> None:
    """Five months of even sales: the two stretches before agree to a hair, and tell nothing of another season."""
    days = pd.DataFrame({"period": pd.bdate_range("2026-01-01", "2026-05-31"), "amount": 100.0})
    span = period(CALENDAR, pd.Timestamp("2026-05-31"), "this quarter")
    covers = (days["period"].min(), pd.Timestamp("2026-05-31"))
    records = records_of(days, (), span, every="day", calendar=CALENDAR, covers=covers)
    found = land(records, span)
    rest = found.draws[:, 0] - found.booked[0]
    assert np.quantile(rest, 0.9) / np.quantile(rest, 0.1) > 1.8  # 30 % each way


def test_without_a_year_before_nothing_is_said_of_last_years_pace() -> None:
    days = pd.DataFrame({"period": pd.bdate_range("2026-01-01", "2026-05-31"), "amount": 100.0})
    span = period(CALENDAR, pd.Timestamp("2026-05-31"), "this quarter")
    records = records_of(
        days, (), span, every="day", calendar=CALENDAR, covers=(days["period"].min(), days["period"].max())
    )
    assert np.isnan(seasonal(records, records.sales, stretch(records, span))).all()
