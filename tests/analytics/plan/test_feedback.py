"""Answers beside the draft, and what they do to the sums: exact to the cent, or told by how much not."""

from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.plans import CELLS, MONTHS, adds_up, at, plan
from workbench.analytics.plan import Sources, Split, feedback, issued, period, settle, split, standing, unequal
from workbench.analytics.results import Unknown
from workbench.errors import ParameterError
from workbench.ledger import Note, State, Version, plans
from workbench.periods import Calendar
from workbench.settings.plan import PlanSettings

DRAFT = plans.checked(plan())
DAY = datetime(2026, 12, 15, tzinfo=UTC)
YEAR = period(Calendar(), pd.Timestamp("2026-09-30"))


def answers(given: dict[str, float], frame: pd.DataFrame = DRAFT) -> pd.DataFrame:
    rows = [at(frame, node) for node in given]
    return pd.DataFrame({"proposed": list(given.values()), "reason": "why"}, index=rows)


def changes(given: dict[str, float], frame: pd.DataFrame = DRAFT) -> dict[int, float]:
    return {at(frame, node): amount for node, amount in given.items()}


def target(frame: pd.DataFrame, node: str) -> float:
    return float(frame["target"][at(frame, node)])


def totals(frame: pd.DataFrame) -> dict[str, float]:
    asked = plans.totals(frame)
    return dict(zip(asked["node"], asked["target"], strict=True))


# -- answers beside the draft ------------------------------------------------------------------------------------------


def test_a_change_is_told_with_its_size_and_its_effect_on_the_whole() -> None:
    found = feedback(DRAFT, answers({"East": 945_000.0, "North": 400_000.0}))
    (row,) = found.table.to_dict("records")
    # by hand: 945,000 − 900,000 = 45,000, which is 5 % of 900,000 and 3 % of the whole's 1,500,000
    assert (row["node"], row["change"], row["rate"], row["effect"]) == ("East", 45_000, 0.05, 0.03)
    assert (row["chance"], row["owner"], row["reason"]) == (0.6, "王芳", "why")
    assert (found.nodes, found.answered) == (12, 2)
    assert "North" not in found.silent
    assert {"Abroad", "direct"} <= set(found.silent)


def test_no_answer_is_not_an_answer_of_zero() -> None:
    found = feedback(DRAFT, answers({"East": 0.0}))
    assert list(found.table["change"]) == [-900_000]
    assert found.answered == 1
    assert feedback(DRAFT, answers({})).answered == 0


def test_a_rate_on_a_draft_of_nothing_is_unknown() -> None:
    found = feedback(DRAFT, answers({"Abroad × direct": 5_000.0}))
    assert found.table["rate"].isna().all()


def test_the_largest_change_comes_first() -> None:
    found = feedback(DRAFT, answers({"East": 910_000.0, "North": 100_000.0}))
    assert list(found.table["node"]) == ["North", "East"]


# -- sums --------------------------------------------------------------------------------------------------------------


def test_a_plan_as_issued_adds_up() -> None:
    assert unequal(DRAFT) == []
    assert adds_up(DRAFT)()


def test_a_change_that_breaks_the_sum_is_refused_with_its_size_and_both_remedies() -> None:
    with pytest.raises(ParameterError) as told:
        settle(DRAFT, changes({"East": 945_000.0}))
    said = str(told.value)
    # 45,000 over the 600,000 that East does not hold is 7.5 %
    for part in ("1,545,000.00", "+45,000.00", "--balance whole", "--balance rest", "-7.50%"):
        assert part in said


def test_changes_that_cancel_need_nothing_to_give_way() -> None:
    settled = settle(DRAFT, changes({"East": 920_000.0, "North": 380_000.0}))
    assert [target(settled, node) for node in ("", "East", "North", "Abroad")] == [1_500_000, 920_000, 380_000, 200_000]
    assert adds_up(settled)()


def test_where_the_whole_gives_way_nobody_else_moves() -> None:
    settled = settle(DRAFT, changes({"East": 945_000.0}), balance="whole")
    assert [target(settled, node) for node in ("", "East", "North", "Abroad")] == [1_545_000, 945_000, 400_000, 200_000]
    assert adds_up(settled)()


def test_where_the_rest_gives_way_the_whole_stays() -> None:
    settled = settle(DRAFT, changes({"East": 945_000.0}), balance="rest")
    # the others' 600,000 become 555,000: North 400 → 370, Abroad 200 → 185
    assert [target(settled, node) for node in ("", "East", "North", "Abroad")] == [1_500_000, 945_000, 370_000, 185_000]
    assert adds_up(settled)()


def test_a_target_of_the_whole_alone_does_not_add_up_either() -> None:
    with pytest.raises(ParameterError, match=r"the parts add up to 1,500,000.00, the whole is 1,800,000.00"):
        settle(DRAFT, changes({"": 1_800_000.0}))
    settled = settle(DRAFT, changes({"": 1_800_000.0}), balance="rest")
    assert target(settled, "East") == 1_080_000
    assert adds_up(settled)()


def test_owners_at_different_levels_are_both_heard() -> None:
    wanted = {"East": 950_000.0, "East × direct": 700_000.0, "partner": 600_000.0}
    settled = settle(DRAFT, changes(wanted), balance="whole")
    assert {node: target(settled, node) for node in wanted} == wanted
    assert target(settled, "East × partner") == 250_000
    assert adds_up(settled)()


def test_a_part_that_is_more_than_what_holds_it_is_a_clash_in_words() -> None:
    with pytest.raises(ParameterError, match=r"East: 500,000.00 is 200,000.00 less than what is fixed within it"):
        settle(DRAFT, changes({"East": 500_000.0, "East × direct": 700_000.0}), balance="whole")
    both = {"East": 500_000.0, "East × direct": 100_000.0, "East × partner": 100_000.0}
    with pytest.raises(ParameterError, match=r"300,000.00 more than what is fixed within it, and no part is left"):
        settle(DRAFT, changes(both), balance="whole")


def test_a_part_that_had_nothing_is_given_its_amount() -> None:
    settled = settle(DRAFT, changes({"Abroad × direct": 12_000.0}), balance="rest")
    months = settled[(settled["node"] == "Abroad × direct") & (settled["every"] == "month")]
    assert list(months["target"]) == [1000.0] * 12
    assert adds_up(settled)()


def test_targets_stay_multiples_of_the_unit_but_for_what_was_asked() -> None:
    settled = settle(DRAFT, changes({"East": 945_678.9}), balance="rest")
    cells = settled[(settled["level"] == "region × channel") & (settled["every"] == "month")]
    assert (cells["target"] % 1000 != 0).sum() == 2  # one within East, one among the rest
    assert adds_up(settled)()


def test_a_reserve_that_the_draft_held_back_stays_as_large() -> None:
    held = plan()
    year = (held["level"] == "") & (held["every"] == "year")
    held.loc[year, "target"] += 90_000
    held = plans.checked(held)
    assert unequal(held) != []
    settled = settle(held, changes({"East": 945_000.0}, held), balance="whole")
    assert target(settled, "") == 1_590_000 + 45_000
    settled = settle(held, changes({"East": 945_000.0}, held), balance="rest")
    assert [target(settled, n) for n in ("", "East", "North", "Abroad")] == [1_590_000, 945_000, 370_000, 185_000]


def test_months_that_are_over_keep_their_targets() -> None:
    settled = settle(DRAFT, changes({"East": 990_000.0}), balance="whole", effective=date(2027, 7, 1))
    east = settled[(settled["node"] == "East") & (settled["every"] == "month")]
    before = DRAFT[(DRAFT["node"] == "East") & (DRAFT["every"] == "month")]
    assert list(east["target"])[:6] == list(before["target"])[:6]
    assert east["target"].sum() == 990_000
    assert adds_up(settled)()


def test_separate_margins_without_crossings_stay_equal_in_sum() -> None:
    margins = plans.checked(plan(crossed=False))
    settled = settle(margins, changes({"East": 945_000.0}, margins), balance="whole")
    months = settled[settled["every"] == "month"]
    for level in ("region", "channel"):
        of_level = settled[(settled["level"] == level) & (settled["every"] == "year")]
        assert of_level["target"].sum() == target(settled, "") == 1_545_000
        by_month = months[months["level"] == level].groupby("period")["target"].sum()
        assert list(by_month) == list(months[months["level"] == ""].set_index("period")["target"])


def test_quarters_between_months_and_year_add_up_too() -> None:
    frame = plan(crossed=False)
    months = frame[frame["every"] == "month"]
    quarters = months.assign(period=months["period"].dt.to_period("Q").dt.start_time, every="quarter")
    keys = ["level", "node", "region", "channel", "every", "period"]
    quarters = quarters.groupby(keys, dropna=False, as_index=False)["target"].sum()
    whole = plans.checked(pd.concat([frame, quarters], ignore_index=True))
    assert unequal(whole) == []
    settled = settle(whole, changes({"East": 945_000.0}, whole), balance="rest")
    for node, own in settled.groupby("node"):
        sums = own.groupby("every")["target"].sum()
        assert sums["year"] == sums["quarter"] == sums["month"], node


def test_weeks_are_refused_in_words() -> None:
    with pytest.raises(ParameterError, match="targets by week"):
        settle(DRAFT.assign(every=DRAFT["every"].replace("month", "week")), {})


@settings(max_examples=60, deadline=None)
@given(
    cells=st.lists(st.integers(0, 500), min_size=6, max_size=6).filter(lambda v: sum(v) > 0),
    wanted=st.dictionaries(st.sampled_from(["East", "North", "direct", "East × partner"]), st.integers(0, 10**8)),
    balance=st.sampled_from(["whole", "rest"]),
    unit=st.sampled_from([1000.0, 100.0, 0.01]),
)
def test_every_sum_stays_exact_or_the_clash_is_named(
    cells: list[int], wanted: dict[str, int], balance: Any, unit: float
) -> None:
    made = plans.checked(plan(dict(zip(CELLS, [1000 * c for c in cells], strict=True)), unit=unit))
    asked = {node: cents / 100 for node, cents in wanted.items()}
    try:
        settled = settle(made, changes(asked, made), balance=balance)
    except ParameterError as error:
        told = str(error)
    else:
        told = ""
    if told:
        assert "fixed within it" in told
        return
    assert adds_up(settled)()
    assert {node: target(settled, node) for node in asked} == asked
    assert (settled["target"] >= 0).all()
    if balance == "rest":
        assert target(settled, "") == target(made, "")


@settings(max_examples=30, deadline=None)
@given(scale=st.integers(1, 1000))
def test_a_company_a_thousand_times_as_large_is_settled_alike(scale: int) -> None:
    small = settle(DRAFT, changes({"East": 945_000.0}), balance="rest")
    large = plans.checked(plan({k: v * scale for k, v in CELLS.items()}, unit=1000.0 * scale))
    settled = settle(large, changes({"East": 945_000.0 * scale}, large), balance="rest")
    np.testing.assert_allclose(settled["target"], small["target"] * scale, rtol=1e-12)


def test_the_order_of_rows_does_not_matter() -> None:
    turned = plans.checked(plan().iloc[::-1])
    first = settle(DRAFT, changes({"East": 945_000.0}), balance="rest")
    second = settle(turned, changes({"East": 945_000.0}, turned), balance="rest")
    assert totals(first) == totals(second)


# -- where the targets stand -------------------------------------------------------------------------------------------


def confirmed(frame: pd.DataFrame = DRAFT) -> tuple[Version, pd.DataFrame]:
    made = Version(3, DAY, date(2027, 1, 1), "Ann", "the board", plans.entries(frame, {}))
    return made, frame.assign(amount=frame["target"], version=3)


def state(**more: Any) -> State:
    return State(**{"draft": None, "answers": None, "version": None, "coming": None, "targets": pd.DataFrame()} | more)


def note(kind: str, **told: Any) -> Note:
    return Note(kind, DAY, "digest", {}, told)


def test_nothing_confirmed_is_said_so() -> None:
    found = standing(state())
    assert [f.key for f in found.findings] == ["plan.ledger.none"]
    assert (found.stage, len(found.table), found.decisions) == ("none", 0, ())


def test_answers_that_wait_are_a_decision_with_the_money_they_move() -> None:
    told = note("answers", nodes=9, answered=7, changes=2, change=-5.0, touched=105.0)
    found = standing(state(draft=note("draft", nodes=9, owners=3), answers=told))
    assert found.stage == "answers"
    (decision,) = found.decisions
    assert (decision.key, decision.weight, decision.values["changes"]) == ("plan.ledger.decide_answers", 105.0, 2)


def test_confirmed_targets_stand_beside_today_s_recommendation() -> None:
    version, held = confirmed()
    today = settle(DRAFT, changes({"East": 990_000.0}), balance="whole")
    found = standing(state(version=version, targets=held), today)
    assert found.stage == "confirmed"
    assert found.table[["node", "confirmed", "recommended", "change"]].head(2).to_numpy().tolist() == [
        ["", 1_500_000, 1_590_000, 90_000],
        ["East", 900_000, 990_000, 90_000],
    ]
    by_key = {f.key: f.values for f in found.findings}
    assert by_key["plan.ledger.apart"]["rate"] == pytest.approx(0.06)
    assert by_key["plan.ledger.part_apart"]["node"] == "East"
    assert [d.key for d in found.decisions] == ["plan.ledger.decide_apart"]


def test_a_small_difference_needs_no_decision() -> None:
    version, held = confirmed()
    today = settle(DRAFT, changes({"East": 903_000.0}), balance="whole")
    assert standing(state(version=version, targets=held), today).decisions == ()


def test_targets_of_another_year_are_not_compared() -> None:
    version, held = confirmed()
    later = DRAFT.assign(period=DRAFT["period"] + pd.DateOffset(years=1))
    found = standing(state(version=version, targets=held), later)
    assert found.table.empty
    assert found.findings[1].key == "plan.ledger.not_yet"
    assert found.findings[1].values["period"] == MONTHS[0] + pd.DateOffset(years=1)


def test_parts_without_an_owner_are_named() -> None:
    found = standing(state(), plan())
    (lacking,) = [f for f in found.findings if f.key == "plan.ledger.ownerless"]
    assert lacking.values["nodes"] == 11
    assert "Abroad" in lacking.values["names"]


# -- from a split ------------------------------------------------------------------------------------------------------


def test_a_split_goes_out_as_a_plan_that_adds_up() -> None:
    sold = pd.DataFrame(
        [("East", "direct", 40.0), ("East", "partner", 20.0), ("North", "direct", 20.0), ("North", "partner", 10.0),
         (None, "direct", 5.0), (None, "partner", 5.0)],
        columns=["region", "channel", "amount"],
    )  # fmt: skip
    chosen = PlanSettings(by=("region", "channel"), unit=100.0)
    found = split(1_000_000, YEAR, Sources(history=sold), chosen, calendar=Calendar())
    assert isinstance(found, Split)
    found.by["region"].loc["East", "owner"] = "王芳"
    made = issued(found, chance=0.6)
    assert unequal(made) == []
    asked = plans.totals(made)
    assert list(asked["level"].value_counts().sort_index()) == [1, 2, 3, 6]
    assert asked.loc[asked["level"] == "", "target"].item() == 1_000_000
    assert set(asked.loc[asked["node"] == "East", "owner"]) == {"王芳"}
    missing = asked[(asked["level"] == "region") & asked["region"].isna()]
    assert len(missing) == 1
    settled = settle(made, {int(missing.index[0]): 0.0}, balance="rest")
    assert settled.loc[missing.index[0], "target"] == 0
    assert unequal(settled) == []


def test_nothing_split_is_no_plan() -> None:
    assert issued(Unknown(section="split")).empty
