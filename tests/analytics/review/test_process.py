"""The process: who skipped what, and whether it mattered among deals that got equally far."""

import pandas as pd
import pytest

from tests.analytics.made import keys_of, said
from tests.analytics.review.demo import data_at
from tests.analytics.review.test_effects import PERIOD
from workbench.analytics.results import Unknown
from workbench.analytics.review.cases import Cases, cases
from workbench.analytics.review.period import finished
from workbench.analytics.review.process import Process, process
from workbench.periods import Calendar
from workbench.settings import Stages

CALENDAR = Calendar()
STAGES = Stages(order=("lead", "demo", "offer"), won=("won",), lost=("lost",))
FULL, SHORT = ("lead", "demo", "offer"), ("lead", "offer")


def deals(groups: dict[str, tuple[int, tuple[str, ...], str]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Deals closed on 1 December, by rep: how many, through which stages (two days each), and how they ended."""
    rows, steps = [], []
    for name, (count, path, end) in groups.items():
        for n in range(count):
            key = f"{name}-{n}"
            rows.append(
                (key, name.split("/")[0], end, pd.Timestamp("2024-11-20"), pd.Timestamp("2024-12-01"), 100.0 + n)
            )
            steps += [
                (key, stage, pd.Timestamp("2024-11-20") + pd.Timedelta(days=2 * at)) for at, stage in enumerate(path)
            ]
    columns = ["opportunity", "rep", "stage", "created", "closed", "amount"]
    return pd.DataFrame(rows, columns=columns), pd.DataFrame(steps, columns=["opportunity", "stage", "entered"])


def found(groups: dict[str, tuple[int, tuple[str, ...], str]]) -> Process:
    made = process(*deals(groups), STAGES, PERIOD, CALENDAR)
    assert isinstance(made, Process)
    return made


def test_a_skipped_stage_counts_only_for_deals_that_got_beyond_it() -> None:
    made = found({"A/1": (30, FULL, "won"), "A/2": (10, SHORT, "won"), "A/3": (40, ("lead",), "lost")})

    row = made.stages.loc["demo"]
    assert (row["reached"], row["skipped"]) == (40, 10)
    assert row["share"] == 0.25
    assert made.whole == 0.75
    assert set(made.deals["skipped"]) == {("demo",)}


def test_skipping_is_compared_among_deals_that_got_equally_far() -> None:
    # beyond the demo: 60 of 80 that had one were won, 10 of 40 that had none
    around = {"A/3": (10, SHORT, "won"), "A/4": (30, SHORT, "lost"), "A/5": (200, ("lead",), "lost")}
    made = found({"A/1": (60, FULL, "won"), "A/2": (20, FULL, "lost"), **around})

    row = made.stages.loc["demo"]
    assert (row["won_with"], row["won_without"]) == (0.75, 0.25)
    assert row["p"] < 0.001
    assert said(made, "review.process.matters")["better"] == "with"
    assert said(made, "review.process.keep")["skipped"] == 40


def test_a_step_back_is_counted_and_breaks_the_order() -> None:
    made = found({"A/1": (20, FULL, "won"), "A/2": (20, ("lead", "offer", "demo", "offer"), "won")})

    assert made.back == 0.5
    assert made.whole == 0.5
    assert made.stages.loc["demo", "skipped"] == 0


def test_a_rep_who_skips_far_more_than_the_others_is_named() -> None:
    made = found({"Ann": (30, FULL, "won"), "Bob": (30, FULL, "won"), "Cid": (30, SHORT, "won")})

    assert said(made, "review.process.reps_below")["names"] == ("Cid",)


def test_days_in_a_stage_end_with_the_next_one_or_with_the_deal() -> None:
    made = found({"A/1": (30, FULL, "won")})

    assert made.stages["days"].tolist() == [2.0, 2.0]


def test_too_few_deals_or_no_history_tell_nothing() -> None:
    opportunities, history = deals({"A": (5, FULL, "won")})

    assert keys_of(process(opportunities, history, STAGES, PERIOD, CALENDAR)) == ["review.process.unknown_few"]
    assert keys_of(process(opportunities, None, STAGES, PERIOD, CALENDAR)) == ["funnel.unknown_history"]
    assert isinstance(process(None, None, STAGES, PERIOD, CALENDAR), Unknown)


def test_of_each_product_the_largest_won_and_of_each_reason_the_largest_lost_is_kept() -> None:
    opportunities, history = deals({"A/1": (30, FULL, "won"), "A/2": (30, FULL, "lost")})
    opportunities["product_line"] = ["P", "Q", "P"] * 20
    opportunities["lost_reason"] = [None] * 30 + ["price", "delay"] * 15
    made = cases(opportunities, STAGES, PERIOD, stage_history=history)
    assert isinstance(made, Cases)

    won = made.entries[made.entries["won"].astype(bool)]
    lost = made.entries[~made.entries["won"].astype(bool)]
    assert set(won["solution"].head(2)) == {"P", "Q"}
    assert won["amount"].iloc[0] == 129.0
    assert set(lost["pain"]) == {"price", "delay"}
    assert won["actions"].iloc[0] == (("lead", 2), ("demo", 2), ("offer", 7))
    assert won["days"].iloc[0] == 11
    assert made.reasons["deals"].to_dict() == {"price": 15, "delay": 15}


def test_stages_of_a_case_that_were_entered_on_one_day_stand_in_the_order_of_the_stages() -> None:
    opportunities, history = deals({"A/1": (30, FULL, "won")})
    history["entered"] = history.groupby("opportunity")["entered"].transform("min")
    made = cases(opportunities, STAGES, PERIOD, stage_history=history.iloc[::-1])
    assert isinstance(made, Cases)

    assert [stage for stage, _ in made.entries["actions"].iloc[0]] == ["lead", "demo", "offer"]


def test_what_goes_with_winning_is_told_only_beyond_chance_over_all_that_was_tried() -> None:
    opportunities, _ = deals({"A/1": (80, FULL, "won"), "A/2": (120, FULL, "lost")})
    even = cases(opportunities.assign(source=["web", "fair"] * 100), STAGES, PERIOD)
    told = cases(opportunities.assign(source=["web"] * 70 + ["fair"] * 130), STAGES, PERIOD)

    assert "review.process.no_pattern" in keys_of(even)
    assert isinstance(told, Cases)
    row = told.patterns.xs(("source", "web"))
    assert (row["rate"], row["rest"]) == (1.0, pytest.approx(10 / 130))
    assert said(told, "review.process.pattern")["p"] < 0.001


def test_the_demo_company_s_deals_are_traced_to_their_stages() -> None:
    run, data = data_at("2025-12-31")
    period = finished(run.calendar, run.as_of)
    made = process(data.deals(), data.table("stage_history"), data.stages, period, run.calendar)
    assert isinstance(made, Process)

    assert made.closed > 200
    assert 0.7 < made.whole < 0.95
    assert (made.stages["won_days"] < made.stages["lost_days"]).all()


def test_a_part_of_which_no_deal_closed_tells_nothing() -> None:
    """Found with a region of five orders: the page stopped."""
    opportunities, steps = deals({"A": (30, FULL, "won")})

    assert isinstance(process(opportunities.iloc[:0], steps, STAGES, PERIOD, CALENDAR), Unknown)
    assert isinstance(process(opportunities, steps.assign(opportunity="other"), STAGES, PERIOD, CALENDAR), Unknown)
