"""The verdict: target and outcome are judged by what could be known before, and later data change nothing."""

import numpy as np
import pandas as pd
import pytest

from tests.analytics.made import said
from tests.analytics.plan.aims import bare, normal
from tests.analytics.review.demo import review_at
from workbench.analytics.plan import Baseline
from workbench.analytics.results import Unknown
from workbench.analytics.review.as_issued import as_issued
from workbench.analytics.review.verdict import Verdict, judge, known_before, verdict
from workbench.analytics.tracking.goals import Goals
from workbench.errors import ParameterError
from workbench.periods import Calendar

CALENDAR = Calendar()


@pytest.mark.parametrize(
    ("attainment", "chance", "place", "word"),
    [
        (0.9, 0.1, 0.5, "target"),
        (0.9, 0.5, 0.02, "work"),
        (0.9, 0.1, 0.02, "both"),
        (0.9, 0.5, 0.4, "chance"),
        (1.1, 0.5, 0.6, "met"),
        (1.1, 0.5, 0.98, "beaten"),
        (0.9, 0.5, 0.05, "chance"),  # within 95 of 100: chance means the same on the whole page
        (1.1, 0.5, 0.95, "met"),
        (1.1, 0.95, 0.6, "easy"),
        (float("nan"), float("nan"), 0.5, None),
    ],
)
def test_the_truth_table_of_target_and_work(attainment: float, chance: float, place: float, word: str | None) -> None:
    assert judge(attainment, chance, place) == word


def start() -> Baseline:
    """A year for which 110 ± 10 was to be expected, 100 the year before."""
    made = bare(normal(110, 10))
    return Baseline(**{**vars(made), "known_until": made.period.first - pd.Timedelta(days=1)})


def sold(amount: float) -> pd.DataFrame:
    return pd.DataFrame({"period": [start().period.first], "amount": [amount], "whole": [True]})


def goals(amount: float) -> Goals:
    period, nodes = start().period, pd.Index([""], name="node")
    months = pd.DataFrame([[amount / 12] * 12], index=nodes, columns=period.months)
    return Goals(
        period=period, source="given", version=None, nodes=pd.DataFrame({"level": [""], "owner": [None]}, index=nodes),
        amount=pd.Series([amount], nodes), months=months, spread="",
    )  # fmt: skip


def judged(amount: float, target: float) -> Verdict:
    made = verdict(start(), sold(amount), goals=goals(target))
    assert isinstance(made, Verdict)
    return made


def test_a_target_two_standard_deviations_away_was_out_of_reach_whoever_sold() -> None:
    # normal: P(sales >= 130) with 110 ± 10 is 2.3 %; sales of 111 lie in the middle
    whole = judged(111, 130).whole

    assert whole["chance"] == pytest.approx(0.023, abs=0.01)
    assert whole["place"] == pytest.approx(0.54, abs=0.02)
    assert whole["verdict"] == "target"


def test_sales_two_standard_deviations_below_are_not_excused_by_a_fair_target() -> None:
    assert judged(90, 108).whole["verdict"] == "work"


def test_a_target_out_of_reach_asks_for_another_way_to_set_it() -> None:
    assert said(judged(111, 130), "review.causes.set_otherwise")["asked"] == pytest.approx(20, abs=0.1)


def test_without_a_target_only_the_sales_are_judged() -> None:
    made = verdict(start(), sold(111))

    assert isinstance(made, Verdict)
    assert said(made, "review.causes.no_target")["within"] is True
    assert made.whole["verdict"] is None


def test_the_forecast_as_issued_counts_only_if_it_was_issued_before_the_period() -> None:
    months = start().period.months
    rows = [
        pd.DataFrame({"as_of": day, "level": "", "period": months, "mean": mean})
        for day, mean in (("2026-09-30", 9.0), ("2026-12-31", 9.5), ("2027-02-28", 11.0))
    ]
    issued = pd.concat(rows).astype({"as_of": "datetime64[ns]"})
    made = verdict(start(), sold(111), goals=goals(120), issued=issued)

    assert isinstance(made, Verdict)
    assert made.issued_on == pd.Timestamp("2026-12-31")
    assert made.scores.loc["issued", "amount"] == pytest.approx(114.0)
    assert made.scores.loc["issued", "error"] == pytest.approx(-3.0)


def raised(day: str, target: float = 130.0) -> Goals:
    """A target that came into force on a day."""
    made = goals(target)
    return Goals(**{**vars(made), "since": pd.Series([pd.Timestamp(day)], made.nodes.index)})


def test_a_target_raised_within_the_year_is_judged_from_the_day_on_which_it_came_into_force() -> None:
    # 110 ± 10 before the year, 128 ± 5 by the middle of June: 130 had a chance of 2 %, then of 34 %
    later = Baseline(**{**vars(bare(normal(128, 5))), "known_until": pd.Timestamp("2027-05-31")})
    made = verdict(start(), sold(129), goals=raised("2027-06-15"), later=later)

    assert isinstance(made, Verdict)
    assert made.whole["chance"] == pytest.approx(0.345, abs=0.02)
    assert made.whole["verdict"] == "chance"
    assert made.whole["since"] == said(made, "review.causes.verdict")["since"] == pd.Timestamp("2027-06-15")


def test_a_target_of_before_the_year_is_judged_by_its_first_day() -> None:
    made = verdict(start(), sold(111), goals=raised("2026-12-20"))

    assert isinstance(made, Verdict)
    assert made.whole["chance"] == judged(111, 130).whole["chance"]
    assert made.since is None


def issued(mean: float, *, as_of: str = "2026-12-31", half: float = 12.0) -> pd.DataFrame:
    """What a report said of the year's months, with the 80 % range of the year."""
    months = start().period.months
    ends = pd.DataFrame({"node": "", "level": "", "period": months, "step": range(1, 13), "mean": mean / 12})
    sums = ends["mean"].cumsum()
    return ends.assign(sum=sums, sum_lo_80=sums - half, sum_hi_80=sums + half, as_of=pd.Timestamp(as_of))


def test_the_forecast_that_a_report_issued_before_the_first_day_is_the_one_that_is_judged() -> None:
    moved = as_issued(start(), issued(99.0), CALENDAR, "month")
    made = verdict(moved, sold(99), goals=goals(99 + 12.0), issued=issued(99.0))

    assert isinstance(made, Verdict)
    assert made.whole["expected"] == pytest.approx(99.0)
    assert made.whole[["lo_80", "hi_80"]].tolist() == pytest.approx([87.0, 111.0], abs=0.2)
    assert made.whole["chance"] == pytest.approx(0.1, abs=0.01)  # the upper end of the 80 % range
    assert made.scores.loc["again", "amount"] == pytest.approx(110.0, abs=0.1)
    assert said(made, "review.causes.issued")["why"] is None


@pytest.mark.parametrize("as_of", ["2026-11-30", "2027-01-15"])
def test_a_forecast_that_knew_less_or_more_is_not_judged_and_the_page_says_why(as_of: str) -> None:
    told = issued(99.0, as_of=as_of)
    moved = as_issued(start(), told, CALENDAR, "month")
    made = verdict(moved, sold(99), goals=goals(120), issued=told)

    assert isinstance(made, Verdict)
    assert made.whole["expected"] == pytest.approx(110.0, abs=0.1)
    assert made.judged == ("less" if as_of < "2027" else "")


def test_a_forecast_that_knows_the_period_is_refused() -> None:
    base = start()
    late = Baseline(**{**vars(base), "known_until": base.period.first})

    with pytest.raises(ParameterError, match="knows sales until"):
        verdict(late, sold(100))


def test_a_period_without_sales_is_unknown() -> None:
    assert isinstance(verdict(start(), sold(100).iloc[:0]), Unknown)


def test_only_periods_that_had_ended_are_known_before() -> None:
    weeks = pd.DataFrame({"period": pd.date_range("2026-12-07", periods=6, freq="W-MON"), "amount": 1.0})

    assert known_before(weeks, start().period, CALENDAR, "week")["period"].max() == pd.Timestamp("2026-12-21")


def test_on_the_demo_company_parts_and_scores_agree_with_the_data() -> None:
    made = review_at("2025-12-31")
    table, data = made.verdict.table, made.data
    quarter = data.sales("quarter")
    came = float(quarter.loc[quarter["period"] == made.period.first, "amount"].iloc[0])

    assert made.verdict.whole["actual"] == pytest.approx(came)
    assert table.loc[table["level"] == "region", "actual"].sum() == pytest.approx(came)
    assert table["place"].between(0, 1).all()
    assert np.isfinite(made.verdict.added)


def test_a_part_that_is_all_there_is_has_the_target_of_the_whole() -> None:
    """Found with the page of one person: its only node is the person, and targets are of the whole."""
    whole = start()
    nodes = pd.DataFrame({"level": ["rep"], "rep": ["Ann"]}, index=pd.Index(["Ann"], name="node"))
    frames = {"by_month": whole.by_month, "booked_by_month": whole.booked_by_month,
              "before_by_month": whole.before_by_month}  # fmt: skip
    named = {name: frame.set_axis(nodes.index, axis=0) for name, frame in frames.items()}
    before = whole.before.set_axis(nodes.index)
    alone = Baseline(**{**vars(whole), **named, "nodes": nodes, "before": before})
    made = verdict(alone, sold(100.0).assign(rep="Ann"), goals=goals(120.0))

    assert isinstance(made, Verdict)
    assert made.table.loc["Ann", ["target", "actual"]].tolist() == [120.0, 100.0]
