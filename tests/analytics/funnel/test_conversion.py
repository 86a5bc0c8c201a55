"""Conversion from stage to stage, worked by hand; Wilson intervals against Newcombe (1998)."""

import pandas as pd
import pytest

from tests.analytics.funnel.made import STAGES, funnel
from tests.analytics.made import keys_of, said
from workbench import funnel as f
from workbench.analytics.funnel.deals import holm, p_same, with_rates
from workbench.analytics.results import Unknown
from workbench.errors import DataError
from workbench.settings import Stages

# 100 deals of which 50 go on to a proposal, and 20 of these are won: half and four tenths give a fifth in all
HALF_AND_TWO_FIFTHS = {("Intent", "Lost"): 50, ("Proposal", "Lost"): 30, ("Proposal", "Won"): 20}


def test_the_rates_of_the_steps_multiply_to_the_rate_of_the_whole() -> None:
    result = f.conversion(*funnel(HALF_AND_TWO_FIFTHS), STAGES)

    assert result.table["rate"].tolist() == [0.5, 0.4]
    assert result.table["win_rate"].tolist() == [0.2, 0.4]
    assert said(result, "funnel.whole")["deals_for_one"] == pytest.approx(5)


def test_an_open_deal_is_neither_passed_nor_lost() -> None:
    result = f.conversion(
        *funnel(HALF_AND_TWO_FIFTHS | {("Intent", "Intent"): 900, ("Proposal", "Proposal"): 10}), STAGES
    )

    assert result.table.loc["Intent", ["entered", "passed", "lost", "waiting"]].tolist() == [1010, 60, 50, 900]
    assert result.table["rate"]["Intent"] == pytest.approx(60 / 110)
    assert result.table["rate"]["Proposal"] == pytest.approx(0.4)


def test_a_deal_that_was_won_has_passed_the_stages_that_nobody_noted() -> None:
    deals, history = funnel(HALF_AND_TWO_FIFTHS)
    noted = history[~((history["stage"] == "Proposal") & history["opportunity"].isin(deals.tail(20)["opportunity"]))]

    assert f.conversion(deals, noted, STAGES).table["rate"].tolist() == [0.5, 0.4]


def test_a_lost_deal_without_any_stage_is_left_out_and_counted() -> None:
    deals, history = funnel(HALF_AND_TWO_FIFTHS)
    result = f.conversion(deals, history[history["opportunity"] != "D0"], STAGES)

    assert result.unplaced == 1
    assert result.table["entered"]["Intent"] == 99


def test_the_bottleneck_is_the_step_where_a_point_brings_most_wins() -> None:
    result = f.conversion(*funnel(HALF_AND_TWO_FIFTHS), STAGES)

    assert result.bottleneck == "Proposal"
    assert not result.sure  # 40 % of 50 may as well be the 50 % of 100
    assert f.conversion(*funnel({k: 20 * n for k, n in HALF_AND_TWO_FIFTHS.items()}), STAGES).sure


def test_a_node_that_differs_beyond_chance_is_named_and_others_are_not() -> None:
    good, bad = (
        funnel(HALF_AND_TWO_FIFTHS, region="A"),
        funnel({("Intent", "Lost"): 90, ("Proposal", "Won"): 10}, region="B", prefix="E"),
    )
    deals, history = (pd.concat(pair) for pair in zip(good, bad, strict=True))
    found = said(f.conversion(deals, history, STAGES, by="region"), "funnel.node_apart")

    assert (found["stage"], found["rest"] in (0.1, 0.5)) == ("Intent", True)
    twin = funnel(HALF_AND_TWO_FIFTHS, region="B", prefix="E")
    deals, history = (pd.concat(pair) for pair in zip(good, twin, strict=True))
    assert "funnel.nodes_alike" in keys_of(f.conversion(deals, history, STAGES, by="region"))


def test_a_cohort_with_many_open_deals_is_not_compared() -> None:
    early, history = funnel(HALF_AND_TWO_FIFTHS)
    late, more = funnel(
        {("Intent", "Intent"): 50, ("Proposal", "Won"): 50}, created=pd.Timestamp("2025-07-01"), prefix="E"
    )
    result = f.conversion(pd.concat([early, late]), pd.concat([history, more]), STAGES, every="quarter")

    assert result.periods.xs("Intent", level=1)["settled"].tolist() == [1.0, 0.5]
    assert "funnel.cohorts" not in keys_of(result)


def test_the_rates_of_cohorts_are_compared_once_their_deals_are_closed() -> None:
    early, history = funnel(HALF_AND_TWO_FIFTHS)
    late, more = funnel(
        {("Intent", "Lost"): 50, ("Proposal", "Lost"): 45, ("Proposal", "Won"): 5},
        prefix="E",
        created=pd.Timestamp("2025-07-01"),
    )
    found = said(
        f.conversion(pd.concat([early, late]), pd.concat([history, more]), STAGES, every="quarter"), "funnel.cohorts"
    )

    assert (found["rate"], found["before"], found["beyond_noise"]) == (0.1, 0.4, True)


@pytest.mark.parametrize(
    ("history", "stages", "key"),
    [
        (False, STAGES, "funnel.unknown_history"),
        (True, Stages(won=["Won"], lost=["Lost"]), "funnel.unknown_order"),
        (True, Stages(order=["Intent", "Proposal"]), "funnel.unknown_stages"),
    ],
)
def test_what_the_data_lack_is_said(history: bool, stages: Stages, key: str) -> None:
    deals, steps = funnel(HALF_AND_TWO_FIFTHS)
    result = f.conversion(deals, steps if history else None, stages)

    assert isinstance(result, Unknown)
    assert keys_of(result) == [key]


def test_under_thirty_closed_deals_no_rate_is_told() -> None:
    result = f.conversion(*funnel({("Proposal", "Won"): 29, ("Intent", "Intent"): 100}), STAGES)

    assert said(result, "funnel.unknown_few") == {"section": "conversion", "have": 29, "need": 30}
    assert keys_of(f.conversion(None, None, STAGES)) == ["funnel.unknown_opportunities"]


def test_one_reason_is_told_once() -> None:
    nothing = f.conversion(None, None, STAGES), f.win_rate(None, STAGES), f.replay(None, None, STAGES)
    known = f.conversion(*funnel(HALF_AND_TWO_FIFTHS), STAGES)

    assert f.told(*nothing, known) == (nothing[0], known)


def test_a_level_that_deals_do_not_have_is_an_error() -> None:
    with pytest.raises(DataError, match="column 'region' is missing"):
        f.conversion(*funnel(HALF_AND_TWO_FIFTHS), STAGES, by="region")


# Newcombe (1998), Statistics in Medicine 17, 857-872, table I, method 3
@pytest.mark.parametrize(
    ("cases", "of", "lo", "hi"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_intervals_are_those_of_newcombe(cases: int, of: int, lo: float, hi: float) -> None:
    found = with_rates(pd.DataFrame({"cases": [cases], "of": [of]}), "cases", "of").iloc[0]

    assert (found["lo"], found["hi"]) == (pytest.approx(lo, abs=5e-5), pytest.approx(hi, abs=5e-5))


def test_p_values_are_adjusted_for_their_number() -> None:
    # Holm by hand: 3 × 0.01, 2 × 0.04, and no adjusted value below the one before it
    assert holm(pd.Series([0.04, 0.01, 0.05])).tolist() == pytest.approx([0.08, 0.03, 0.08])


def test_alike_rates_are_likely_and_unlike_ones_are_not() -> None:
    # 10 of 100 against 20 of 100: chi-square 3.922, p 0.0477
    assert p_same([10, 20], [100, 100]) == pytest.approx(0.0477, abs=5e-5)
    assert p_same([10, 10], [100, 100]) == 1


def test_a_node_is_counted_as_if_there_were_no_other() -> None:
    here, noted = funnel(HALF_AND_TWO_FIFTHS, rep="Ann")
    there, noted_there = funnel({("Intent", "Lost"): 40, ("Proposal", "Won"): 20}, rep="Bob", prefix="E")
    nobodys, noted_nobodys = funnel({("Intent", "Intent"): 9}, rep=None, prefix="F")
    deals, history = pd.concat([here, nobodys, there]), pd.concat([noted, noted_there, noted_nobodys])

    nodes = f.conversion(deals.reset_index(drop=True), history, STAGES, by="rep").nodes

    assert nodes.index.get_level_values("rep").unique().tolist() == ["Ann", "Bob"]
    pd.testing.assert_frame_equal(nodes.loc["Ann"], f.conversion(here, noted, STAGES).table)
    pd.testing.assert_frame_equal(nodes.loc["Bob"], f.conversion(there, noted_there, STAGES).table)
