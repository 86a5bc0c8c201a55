"""Lessons: a planted fault of the plan is found with its size, noise is left alone, and each number is worked out."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from tests.analytics.made import said
from workbench.analytics.customers.repeat import NewAndRepeat
from workbench.analytics.results import Unknown
from workbench.analytics.review.candidates import mean_of
from workbench.analytics.review.lessons import Evidence, Lessons, false_share, lessons
from workbench.analytics.review.replay import Replayed
from workbench.analytics.review.scores import scores
from workbench.periods import Calendar
from workbench.settings.plan import PlanSettings

NODES = {"East": 0.5, "North": 0.3, "West": 0.2}
ORIGINS = pd.date_range("2021-12-31", periods=12, freq="QE")


def sales(months: int = 60) -> pd.DataFrame:
    period = pd.date_range("2020-01-01", periods=months, freq="MS")
    return pd.DataFrame({"period": period, "amount": 100.0, "whole": True})


def replayed(
    rng: np.random.Generator, *, shift: float = 0.0, tilt: dict[str, float] | None = None, slope: float = 0.5
) -> Replayed:
    """A replay with these faults in it: what came lies `shift` standard deviations above what was forecast, parts got
    their share times `tilt`, and the truth lies `slope` of the way from last year's shares to the forecast's."""
    z = rng.standard_normal(12) + shift
    rank = stats.norm.cdf(z)
    table = pd.DataFrame({
        "first": ORIGINS + pd.Timedelta(days=1), "last": ORIGINS, "actual": 300 + 20 * z, "before": 300.0,
        "target": 300 + 20 * stats.norm.ppf(0.4), "chance": 0.6, "reached": rank >= 0.4, "expected": 300.0,
        "lo_80": 274.4, "hi_80": 325.6, "lo_95": 260.8, "hi_95": 339.2, "rank": rank, "crps": 10.0, "crps_naive": 12.0,
        "crps_same": 14.0, "crps_uplift": 30.0,
    }, ORIGINS.rename("origin"))  # fmt: skip
    return Replayed(quarters=table, years=table.iloc[:0], scores=scores(table, table.iloc[:0]),
                    parts=_parts(rng, tilt or {}, slope), level="region", asked=0.6, tried=12)  # fmt: skip


def _parts(rng: np.random.Generator, tilt: dict[str, float], slope: float) -> pd.DataFrame:
    rows = {}
    for origin in ORIGINS:
        history, ahead = (_closed(np.array(list(NODES.values())) * np.exp(0.1 * rng.standard_normal(3))) for _ in "12")
        key = (history + ahead) / 2
        true = history + slope * (ahead - history)
        factor = np.array([tilt.get(n, 1.0) for n in NODES]) * np.exp(0.02 * rng.standard_normal(3))
        for n, node in enumerate(NODES):
            rows[origin, node] = (history[n], ahead[n], key[n], _closed(true * factor)[n])
    index = pd.MultiIndex.from_tuples(rows, names=["origin", "node"])
    return pd.DataFrame(list(rows.values()), index, columns=["history", "forecast", "key", "actual"])


def _closed(values: np.ndarray) -> np.ndarray:
    return values / values.sum()


def evidence(plan: PlanSettings | None = None, **more: Any) -> Evidence:
    plan = plan or PlanSettings(period="next quarter")
    return Evidence(plan=plan, written=plan, calendar=Calendar(), sales=sales(), **more)


def found(given: Evidence) -> dict[str, Any]:
    made = lessons(given)
    return {one.id: one for one in made.lessons} if isinstance(made, Lessons) else {}


def test_a_part_that_gets_too_little_each_time_is_found_with_its_size() -> None:
    made = lessons(evidence(replayed=replayed(np.random.default_rng(1), tilt={"West": 1.15})))
    assert isinstance(made, Lessons)
    told: Any = made.table.loc["keys.tilt region=West"]
    west = next(one for one in made.lessons if one.at == {"region": "West"})

    truth = 1.15 / (1 + 0.15 * 0.2) - 1  # the others shrink to make room
    assert told["estimate"] == pytest.approx(truth, abs=0.02)
    assert told["lo"] < truth < told["hi"]
    assert west.after == pytest.approx(1 + truth, abs=0.03)


def test_parts_that_follow_the_forecast_are_to_be_split_by_it() -> None:
    one = found(evidence(replayed=replayed(np.random.default_rng(2), slope=1.0)))["keys"]

    assert one.before == {"history": 0.5, "forecast": 0.5}
    assert one.after["forecast"] >= 0.9
    assert one.after["history"] + one.after["forecast"] == pytest.approx(1.0)


def test_a_mixture_that_fits_already_is_left_alone() -> None:
    assert "keys" not in found(evidence(replayed=replayed(np.random.default_rng(3), slope=0.5)))


@pytest.mark.parametrize(("shift", "easier"), [(1.2, True), (-1.2, False)])
def test_chances_that_do_not_come_true_are_put_right(shift: float, easier: bool) -> None:
    one = found(evidence(replayed=replayed(np.random.default_rng(4), shift=shift)))["chances"]

    assert (one.after["target"] < 0.6) == easier
    assert one.after["commit"] > one.after["target"] > one.after["stretch"]


def test_chances_that_were_put_right_are_not_moved_again() -> None:
    written = PlanSettings(period="next quarter")
    past = replayed(np.random.default_rng(4), shift=1.2)
    first = found(evidence(written, replayed=past))["chances"]
    taught = written.model_copy(update={"chances": written.chances.model_copy(update=first.after)})

    again = lessons(replace(evidence(written, replayed=past), plan=taught))
    assert isinstance(again, Lessons)
    assert "chances" not in {one.id for one in again.lessons}


def test_of_companies_without_a_fault_one_in_ten_gets_a_proposal() -> None:
    """The promise of the adjustment; of 100 reviews, 20 would be more than three standard errors off."""
    any_of = [bool(found(evidence(replayed=replayed(np.random.default_rng(100 + n))))) for n in range(100)]

    assert np.mean(any_of) < 0.2


def test_the_share_of_false_ones_is_that_of_benjamini_and_hochberg() -> None:
    # the example of their paper (1995, section 4): at 5 % the first four of fifteen are taken
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528,
         0.7590, 1.0000]  # fmt: skip
    adjusted = false_share(pd.Series(p))

    assert (adjusted < 0.05).sum() == 4
    assert adjusted[3] == pytest.approx(0.0095 * 15 / 4)
    assert false_share(pd.Series([0.2, np.nan]))[0] == 0.2


def test_a_mean_is_tested_as_by_student_and_neighbours_that_go_together_widen_it() -> None:
    values = np.array([0.3, -0.1, 0.4, 0.2, 0.5, 0.0, 0.3, 0.1])
    plain = mean_of(values, against=0.1)
    known = stats.ttest_1samp(values, 0.1)

    assert plain.p == pytest.approx(known.pvalue)
    assert (plain.lo, plain.hi) == pytest.approx(tuple(known.confidence_interval()))
    walk = np.cumsum(np.random.default_rng(1).standard_normal(12))
    assert mean_of(walk, lags=3).p > mean_of(walk).p
    assert mean_of(values, shared=4).hi > plain.hi
    assert np.isnan(mean_of(np.array([1.0])).p)


def yearly(shares: list[float], years: int, noise: float, seed: int = 0) -> pd.DataFrame:
    rng, rows = np.random.default_rng(seed), []
    for year in range(2020, 2020 + years):
        each = np.array(shares) * np.exp(noise * rng.standard_normal(4))
        rows += [(pd.Timestamp(year, 3 * q + m, 1), 1200 * each[q] / 3) for q in range(4) for m in (1, 2, 3)]
    return pd.DataFrame(rows, columns=["period", "amount"]).assign(whole=True)


def test_a_year_planned_flat_is_given_the_course_that_sales_took() -> None:
    course, plan = [0.2, 0.22, 0.26, 0.32], PlanSettings(period="next year")
    given = replace(evidence(plan), sales=yearly(course, 4, 0.02), targets=yearly([0.25] * 4, 5, 0.0))
    one = found(given)["keys.season"]

    assert one.after == pytest.approx(course, abs=0.01)
    assert said(lessons(given), "review.lessons.season")["quarter"] == 4


def test_targets_of_leaders_are_not_counted_with_those_of_their_people() -> None:
    course = [0.2, 0.22, 0.26, 0.32]
    own = yearly(course, 5, 0.0).assign(rolls_up=False)
    leaders = yearly([0.7, 0.1, 0.1, 0.1], 5, 0.0).assign(rolls_up=True)
    plan = PlanSettings(period="next year")
    given = replace(evidence(plan), sales=yearly(course, 4, 0.02), targets=pd.concat([own, leaders]))

    assert "keys.season" not in found(given)


def test_a_plan_of_a_quarter_has_no_course_of_the_year() -> None:
    given = replace(evidence(), sales=yearly([0.1, 0.2, 0.3, 0.4], 4, 0.02), targets=yearly([0.25] * 4, 5, 0.0))

    assert "keys.season" not in found(given)


def new_customers(before: int, now: int) -> NewAndRepeat:
    counts = [before // 4] * 4 + [now // 4] * 4
    index = pd.date_range("2023-01-01", periods=8, freq="QS", name="period")
    table = pd.DataFrame({"customers_new": counts, "amount_new": 50.0, "whole": True, "settled": True}, index)
    return NewAndRepeat(every="quarter", table=table)


def test_far_fewer_new_customers_make_winning_them_count_for_more() -> None:
    one = found(evidence(new=new_customers(80, 40)))["weights role=rep"]

    assert one.before["new_customers"] == 0.15
    assert one.after["new_customers"] == pytest.approx(0.25)
    assert sum(one.after.values()) == pytest.approx(1.0)


@pytest.mark.parametrize(("before", "now"), [(40, 80), (44, 40)])
def test_more_new_customers_or_about_as_many_change_nothing(before: int, now: int) -> None:
    assert found(evidence(new=new_customers(before, now))) == {}


def test_a_reserve_far_below_the_usual_miss_is_raised_and_none_is_asked_for_where_none_is_held() -> None:
    past = replayed(np.random.default_rng(4), shift=-1.2)
    usual = (1 - past.quarters["actual"] / past.quarters["target"])[~past.quarters["reached"]].mean()
    held = PlanSettings.model_validate({"period": "next quarter", "means": {"reserve": 0.01}})

    assert found(evidence(held, replayed=past))["means.reserve"].after == pytest.approx(usual, abs=0.015)
    assert "means.reserve" not in found(evidence(replayed=past))


def test_without_anything_to_test_it_is_said() -> None:
    assert isinstance(lessons(evidence()), Unknown)


def test_what_is_proposed_never_depends_on_the_unit_of_money() -> None:
    past = replayed(np.random.default_rng(1), tilt={"West": 1.15})
    larger = replace(evidence(replayed=past), sales=sales().assign(amount=1e6))
    small, large = found(evidence(replayed=past)), found(larger)

    assert {k: v.after for k, v in small.items()} == {k: v.after for k, v in large.items()}
    assert large["keys.tilt region=West"].money == pytest.approx(1e4 * small["keys.tilt region=West"].money)
