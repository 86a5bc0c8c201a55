"""Past quarters planned and forecast again: only what was known then counts, and scores are worked by hand."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from tests.analytics.made import said
from workbench.analytics.results import Unknown
from workbench.analytics.review.replay import Replayed, _verdict, replay
from workbench.analytics.review.scores import binomial, clopper_pearson, crps_of, paired, yardsticks
from workbench.periods import Calendar
from workbench.settings.plan import PlanSettings

CALENDAR = Calendar()
AS_OF = pd.Timestamp("2024-12-31")


def company(months: int = 60, scale: float = 1.0, seed: int = 3) -> pd.DataFrame:
    """Monthly sales of two regions with a season, growth and noise, up to AS_OF."""
    rng, period = np.random.default_rng(seed), pd.date_range(end="2024-12-01", periods=months, freq="MS")
    season = 1 + 0.2 * np.sin(2 * np.pi * period.month / 12)
    parts = []
    for region, size in (("East", 600.0), ("North", 400.0)):
        amount = size * scale * season * 1.005 ** np.arange(months) * np.exp(0.05 * rng.standard_normal(months))
        parts.append(pd.DataFrame({"period": period, "region": region, "amount": amount, "whole": True}))
    return pd.concat(parts, ignore_index=True)


def replayed(sales: pd.DataFrame, **more: object) -> Replayed:
    found = replay(sales, "region", as_of=AS_OF, every="month", calendar=CALENDAR, years=1, **more)  # type: ignore[arg-type]
    assert isinstance(found, Replayed)
    return found


@pytest.fixture(scope="module")
def found() -> Replayed:
    return replayed(company())


def test_each_quarter_of_the_last_years_is_planned_on_its_eve(found: Replayed) -> None:
    assert list(found.quarters.index) == list(pd.to_datetime(["2023-12-31", "2024-03-31", "2024-06-30", "2024-09-30"]))
    assert list(found.quarters["first"]) == [day + pd.Timedelta(days=1) for day in found.quarters.index]
    assert list(found.years.index) == [pd.Timestamp("2023-12-31")]  # of the others, the twelve months are not over
    assert found.quarters["chance"].to_numpy() == pytest.approx(0.6, abs=0.02)


def test_what_came_later_changes_nothing_that_was_issued(found: Replayed) -> None:
    sales = company()
    sales.loc[sales["period"] >= "2024-10-01", "amount"] *= 3
    again = replayed(sales)
    issued = ["target", "chance", "expected", "lo_80", "hi_80", "lo_95", "hi_95"]

    pd.testing.assert_frame_equal(again.quarters[issued], found.quarters[issued])
    assert again.quarters["actual"].iloc[-1] == pytest.approx(3 * found.quarters["actual"].iloc[-1])


def test_sales_after_the_report_s_day_are_not_looked_at(found: Replayed) -> None:
    later = company(63).assign(period=lambda f: f["period"] + pd.DateOffset(months=3), amount=9e9)
    sales = pd.concat([company(), later[later["period"] > "2024-12-01"]])

    pd.testing.assert_frame_equal(replayed(sales).quarters, found.quarters)


def test_another_unit_of_money_changes_no_chance_and_no_outcome(found: Replayed) -> None:
    larger = replayed(company(scale=1000.0))

    assert larger.quarters["rank"].to_numpy() == pytest.approx(found.quarters["rank"].to_numpy(), abs=1e-6)
    assert larger.scores["gain_uplift"].to_numpy() == pytest.approx(found.scores["gain_uplift"].to_numpy(), rel=1e-6)


def test_what_came_is_the_quarter_s_own_sum_and_shares_of_parts_sum_to_one(found: Replayed) -> None:
    sales = company()
    quarter = sales[sales["period"].between("2024-04-01", "2024-06-01")]

    assert found.quarters.at[pd.Timestamp("2024-03-31"), "actual"] == pytest.approx(quarter["amount"].sum())
    assert found.parts.groupby(level="origin").sum().to_numpy() == pytest.approx(1.0)


def test_the_replay_says_how_often_targets_were_reached_against_what_was_stated(found: Replayed) -> None:
    told = said(found, "review.replay.targets")

    assert told["reached"] == int(found.quarters["reached"].sum())
    assert told["quarters"] == 4
    assert told["lo"] <= told["rate"] <= told["hi"]


def test_a_year_of_history_is_needed_before_a_quarter() -> None:
    short = replay(company(20), "region", as_of=AS_OF, every="month", calendar=CALENDAR)

    assert isinstance(short, Unknown)
    assert short.findings[0].values == {"have": 2, "need": 4}


def test_without_a_level_the_whole_is_replayed_alone() -> None:
    whole = company().groupby("period", as_index=False)["amount"].sum().assign(whole=True)
    found = replay(whole, as_of=AS_OF, every="month", calendar=CALENDAR, settings=PlanSettings(), years=1)

    assert isinstance(found, Replayed)
    assert found.parts.empty


def test_the_exact_interval_of_a_rate_is_that_of_clopper_and_pearson() -> None:
    # R: binom.test(8, 11)$conf.int is 0.3902574 0.9397823; none of ten: 1 - 0.025^(1/10)
    assert clopper_pearson(8, 11) == pytest.approx((0.3902574, 0.9397823), abs=1e-6)
    assert clopper_pearson(0, 10) == pytest.approx((0.0, 1 - 0.025**0.1))
    assert clopper_pearson(10, 10)[1] == 1.0


def test_cases_that_overlap_count_for_less() -> None:
    narrow, wide = clopper_pearson(8, 12), clopper_pearson(2, 3)
    assert wide[0] < narrow[0] < narrow[1] < wide[1]
    assert np.isnan(binomial(0, 0, 0.6))


def test_a_point_s_score_is_its_error_and_a_draw_s_score_that_of_gneiting_and_raftery() -> None:
    # two draws 0 and 2, actual 1: E|X − y| = 1, fair E|X − X'| / 2 = 1
    assert crps_of(1.0, np.array([0.0, 2.0])) == pytest.approx(0.0)
    told = yardsticks(130.0, 100.0, np.ones(3), 3, 12)
    assert told == {"crps_naive": 30.0, "crps_same": 30.0, "crps_uplift": 10.0}


def test_last_year_s_spread_is_that_of_its_own_past_errors() -> None:
    # by quarter, 100 each, then 110, 100, 90, 100: ratios to the year before, around their geometric mean
    past = np.array([100.0] * 4 + [110.0, 100.0, 90.0, 100.0])
    ratios = np.array([1.1, 1.0, 0.9, 1.0]) / np.exp(np.log([1.1, 1.0, 0.9, 1.0]).mean())

    assert yardsticks(100.0, 100.0, past, 1, 4)["crps_naive"] == pytest.approx(crps_of(100.0, 100 * ratios))


def test_quarterly_data_are_replayed_as_well() -> None:
    sales = company(96).assign(period=lambda f: f["period"].dt.to_period("Q").dt.to_timestamp())
    sales = sales.groupby(["period", "region"], as_index=False)["amount"].sum().assign(whole=True)
    found = replay(sales, "region", as_of=AS_OF, every="quarter", calendar=CALENDAR, years=1)

    assert isinstance(found, Replayed)
    assert len(found.quarters) == 4
    assert found.quarters["actual"].iloc[-1] == pytest.approx(sales[sales["period"] == "2024-10-01"]["amount"].sum())


def test_a_paired_test_is_the_t_test_of_the_differences() -> None:
    values = pd.Series([1.0, 2.0, 0.5, 3.0, -0.5])

    assert paired(values) == pytest.approx(stats.ttest_1samp(values, 0).pvalue)
    assert np.isnan(paired(values, shared=2.0))


@pytest.mark.parametrize(("lo", "hi", "said"), [(0.39, 0.94, "few"), (0.5, 0.75, "fits"), (0.65, 0.9, "easy")])
def test_a_range_that_almost_any_chance_would_fit_is_no_agreement(lo: float, hi: float, said: str) -> None:
    row = {"rate_lo": lo, "rate_hi": hi, "rate": 0.73, "stated": 0.6}

    assert _verdict(row) == said
