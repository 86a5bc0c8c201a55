"""From money back to leads: rates with their doubt, counts for a chance, months by the lag."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tests.analytics.made import keys_of, said
from tests.analytics.plan.funnels import AS_OF, RATE, SIZE, STAGES, drawn, known, won_money
from workbench import plan
from workbench.analytics.funnel.deals import with_outcome
from workbench.analytics.plan.work.backsolve import BackSolve
from workbench.analytics.plan.work.lags import arriving, lags
from workbench.analytics.plan.work.rates import Rates
from workbench.analytics.plan.work.shrinking import shrunk_leanings, shrunk_rates
from workbench.analytics.plan.work.solving import Solved
from workbench.analytics.plan.work.timeline import credit, traced
from workbench.analytics.results import Unknown
from workbench.errors import ParameterError
from workbench.settings.plan import Funnel

FIRST, LAST = pd.Timestamp("2026-01-01"), pd.Timestamp("2026-06-30")
MONTHS = pd.date_range(FIRST, periods=6, freq="MS")


def records(seed: int = 1, a_month: float = 60.0) -> plan.Records:
    return plan.Records(known(drawn(np.random.default_rng(seed), "2023-01-01", "2025-12-31", a_month)), STAGES, AS_OF)


def rated(one: plan.Records, **settings: object) -> Rates:
    found = plan.funnel_rates(one, ("rep",), Funnel(**settings))
    assert isinstance(found, Rates)
    return found


def solved(target: float = 10_000.0, one: plan.Records | None = None, **more: object) -> BackSolve:
    one = one or records()
    found = plan.back_solve(pd.Series(target / 6, index=MONTHS), rated(one), one, **more)
    assert isinstance(found, BackSolve)
    return found


def test_the_rates_of_a_known_funnel_are_found_again() -> None:
    found = rated(records(a_month=200))

    assert found.yields == pytest.approx(RATE, abs=0.02)
    assert found.size == pytest.approx(SIZE, rel=0.06)
    assert found.lags.days(0.5) == pytest.approx(41, abs=4)  # the median of a gamma with shape 4 and mean 45
    assert found.created == pytest.approx(200, rel=0.06)


def test_deals_that_never_end_lower_the_share_that_is_won_and_not_the_win_rate() -> None:
    one = records(a_month=200)
    deals = pd.DataFrame(one.deals)
    stuck = (deals["stage"] == "Lost") & (np.arange(len(deals)) % 2 == 0)  # half of the lost ones were never closed
    deals = deals.assign(stage=deals["stage"].mask(stuck, "Open"), closed=deals["closed"].mask(stuck))
    found = rated(replace(one, deals=deals))

    assert found.win_rate == pytest.approx(RATE / (RATE + 0.375), abs=0.03)
    assert found.yields == pytest.approx(RATE, abs=0.03)


def test_an_export_of_deals_closed_after_a_day_does_not_make_deals_look_fast_or_won() -> None:
    whole = records(a_month=300)
    deals = pd.DataFrame(whole.deals)
    cut = deals[deals["closed"].isna() | (deals["closed"] >= "2025-06-01")]

    assert rated(replace(whole, deals=cut)).yields == pytest.approx(RATE, abs=0.03)
    assert rated(replace(whole, deals=cut)).lags.days(0.5) == pytest.approx(41, abs=5)


def test_nothing_after_as_of_matters() -> None:
    deals = drawn(np.random.default_rng(2), "2023-01-01", "2025-12-31", 60)
    later = pd.concat([deals, drawn(np.random.default_rng(3), "2026-01-01", "2026-03-31", 60)])

    assert rated(plan.Records(known(deals), STAGES, AS_OF)).yields == pytest.approx(
        rated(plan.Records(known(later), STAGES, AS_OF)).yields
    )


def test_the_counts_by_ratio_divide_by_the_rates() -> None:
    found = solved()
    deals = (found.need - found.credit) / found.rates.size

    assert found.chain.at["won", "ratio"] == np.ceil(deals)
    assert found.chain.at["opportunities", "ratio"] == np.ceil(deals / found.rates.yields)
    assert found.months["opportunities"].sum() == pytest.approx(deals / found.rates.yields)


def test_rates_by_hand_and_rates_of_the_history_ask_for_the_same() -> None:
    found = solved()
    rates = found.rates
    by_hand = plan.needed(
        found.need - found.credit, deal=rates.size, stages=("opportunities", "won"), rates=(rates.yields,)
    )

    whole_deal = 1 / rates.yields
    assert by_hand.table.at["opportunities", "ratio"] == pytest.approx(
        found.chain.at["opportunities", "ratio"], abs=whole_deal
    )
    assert by_hand.table.at["opportunities", "chance"] < found.chain.at["opportunities", "chance"]  # no doubt in it


def test_a_chance_above_a_half_takes_more_than_the_ratio() -> None:
    chain = solved().chain

    assert (chain["chance"] > chain["ratio"]).all()


def test_money_in_another_unit_takes_the_same_opportunities() -> None:
    one = records()
    deals = pd.DataFrame(one.deals)
    cents = replace(one, deals=deals.assign(amount=deals["amount"] * 100))

    pd.testing.assert_frame_equal(solved().chain, solved(1_000_000.0, cents).chain)


def test_what_is_sold_already_is_not_asked_for_again() -> None:
    assert solved(12_000.0, sold=2_000.0).target == pytest.approx(10_000)


def test_a_past_month_s_target_moves_to_the_months_that_are_left() -> None:
    months = pd.date_range("2025-11-01", periods=4, freq="MS")
    one = records()
    found = plan.back_solve(pd.Series(2_000.0, months), rated(one), one, sold=3_000.0)

    assert isinstance(found, BackSolve)
    assert found.months["target"].tolist() == [2_500.0, 2_500.0]


def test_a_target_that_is_over_is_refused() -> None:
    with pytest.raises(ParameterError, match="no month of the target lies after as_of"):
        plan.back_solve(pd.Series([1.0], index=[pd.Timestamp("2025-01-01")]), rated(records()), records())


def test_the_share_of_sales_that_comes_without_deals_is_not_asked_of_them() -> None:
    one = records()
    won = won_money(drawn(np.random.default_rng(1), "2023-01-01", "2025-12-31", 60), "2025-01-01", "2025-12-31")
    sales = pd.DataFrame({"period": pd.date_range("2025-01-01", periods=12, freq="MS"), "amount": won / 3})
    found = rated(replace(one, sales=sales))

    assert found.through == pytest.approx(0.25)


def test_rates_of_a_short_span_leave_the_share_of_sales_a_whole_year_s() -> None:
    one = records()
    won = won_money(drawn(np.random.default_rng(1), "2023-01-01", "2025-12-31", 60), "2025-01-01", "2025-12-31")
    sales = pd.DataFrame({"period": pd.date_range("2025-01-01", periods=12, freq="MS"), "amount": won / 6})
    one = replace(one, sales=sales)

    assert rated(one, months=6).through == pytest.approx(0.5)
    assert plan.deals_share(one, Funnel(months=6)) == pytest.approx(0.5)


def test_a_steady_inflow_traced_back_is_the_inflow_itself() -> None:
    curve = rated(records()).lags
    every = [(m, m + pd.offsets.MonthEnd(0)) for m in pd.date_range("2024-01-01", periods=36, freq="MS")]
    reach = arriving(curve, every, every)
    wins = reach.sum(axis=0) * 10  # ten a month

    assert traced(wins, reach)[12:24] / curve.share == pytest.approx(np.full(12, 10.0), rel=0.02)


def test_leads_are_needed_before_the_money() -> None:
    found = solved(20_000.0)
    when = found.months["opportunities"].cumsum()
    wins = found.months["wins"].fillna(0).cumsum()

    assert ((when / when.iloc[-1]) >= (wins / wins.iloc[-1]) - 1e-9).all()


def test_open_deals_are_worth_what_becomes_of_them() -> None:
    told, came = [], []
    for seed in range(24):
        deals = drawn(np.random.default_rng(seed), "2023-01-01", "2025-12-31", 100)
        rates = rated(plan.Records(known(deals), STAGES, AS_OF))
        told.append(credit(rates.lags, rates.open, [(FIRST, LAST)], AS_OF)[0])
        came.append(won_money(deals, "2026-01-01", "2026-06-30"))

    assert np.sum(told) == pytest.approx(np.sum(came), rel=0.1)  # the luck of their deals alone is 4 %


def test_a_count_for_a_chance_brings_the_money_as_often_as_it_says() -> None:
    """60 made-up companies: each plans from its history, then lives the half year with the inflow asked for."""
    met: dict[float, list[bool]] = {0.5: [], 0.8: []}
    for seed in range(60):
        rng = np.random.default_rng(seed)
        past = drawn(rng, "2024-01-01", "2025-12-31", 40)
        one = plan.Records(known(past), STAGES, AS_OF)
        rates = plan.funnel_rates(one)
        for chance, each in met.items():
            found = plan.back_solve(pd.Series(1_500.0, index=MONTHS), rates, one, Funnel(chance=chance))
            assert isinstance(found, BackSolve)
            future = drawn(rng, "2026-01-01", "2026-06-30", float(found.pace.at["opportunities", "chance"]))
            each.append(won_money(pd.concat([past, future]), "2026-01-01", "2026-06-30") >= 9_000)

    for chance, each in met.items():
        share = float(np.mean(each))
        print(f"asked for {chance:.0%}, met in {share:.0%} of {len(each)}")
        assert abs(share - chance) <= 2.6 * np.sqrt(chance * (1 - chance) / len(each))  # 99 % of samples


def test_today_s_inflow_has_the_chance_that_its_count_would_have() -> None:
    found = solved(9_000.0)
    target = float(found.pace.at["opportunities", "today"])
    sure = plan.back_solve(
        pd.Series(9_000.0 / 6, index=MONTHS),
        found.rates,
        records(),
        Funnel(chance=float(np.clip(found.reach, 0.01, 0.99))),
    )

    assert isinstance(sure, BackSolve)
    assert sure.pace.at["opportunities", "chance"] == pytest.approx(target, rel=0.02)


def test_a_part_with_few_deals_takes_its_parent_s_rate() -> None:
    won, closed = pd.Series({"A": 60, "B": 25, "C": 1}), pd.Series({"A": 100, "B": 100, "C": 2})
    table = shrunk_rates(won, closed, pd.Series(np.nan, won.index))

    assert table["source"].to_dict() == {"A": "own", "B": "own", "C": "parent"}
    assert table.at["C", "shrunk"] == pytest.approx(86 / 202, abs=0.02)
    assert table.at["A", "shrunk"] < 0.6
    assert (table.at["C", "hi"] - table.at["C", "lo"]) > (table.at["A", "hi"] - table.at["A", "lo"])


def test_parts_that_differ_by_chance_only_are_as_good_as_alike() -> None:
    rng = np.random.default_rng(0)
    closed = pd.Series(rng.integers(20, 60, 30))
    won = pd.Series(rng.binomial(closed, 0.3))
    table = shrunk_rates(won, closed, pd.Series(np.nan, won.index))

    assert table["shrunk"].std() < (won / closed).std() / 3


def test_parts_are_solved_each_by_its_own_rate() -> None:
    found = solved(parts={"rep": pd.Series({"R0": 5_000.0, "R9": 5_000.0})})
    table = found.parts["rep"]

    assert table["need"].sum() == pytest.approx(found.need)
    assert table.at["R9", "source"] == "parent"  # it has no history
    assert table.at["R9", "rate"] == pytest.approx(found.rates.yields)


def test_who_sells_without_deals_is_not_asked_for_as_many_as_who_sells_by_them() -> None:
    # four people whose deals bring alike; R0 sells as much again without, R3 three times as much
    one, quotas = records(), pd.Series({"R0": 2_500.0, "R1": 1_250.0, "R2": 1_250.0, "R3": 5_000.0})
    money, rates = pd.Series(10_000 / 6, index=MONTHS), rated(one, through=0.5)
    alike, told = (plan.back_solve(money, rates, one, parts={"rep": quotas}, before=b) for b in (None, {"rep": quotas}))
    assert isinstance(alike, BackSolve)
    assert isinstance(told, BackSolve)
    table = told.parts["rep"]

    assert table["need"].sum() == pytest.approx(told.need) == pytest.approx(5_000)
    assert (alike.parts["rep"]["need"] / quotas).std() == pytest.approx(0, abs=1e-9)
    assert table["need"].to_numpy() == pytest.approx([1_250] * 4, rel=0.25)
    assert (table["need"] <= table["target"] + 1e-6).all()


def test_parts_whose_leaning_differs_by_chance_only_are_as_good_as_alike() -> None:
    rng = np.random.default_rng(4)
    sold = pd.Series(rng.uniform(1, 3, 25))
    fell = pd.Series(rng.multinomial(500, sold / sold.sum()), dtype=float)
    found = shrunk_leanings(fell, sold, 500)
    own = fell / fell.sum() / (sold / sold.sum())

    assert found.std() < own.std() / 3
    far = shrunk_leanings(fell * np.where(sold.index < 5, 6, 1), sold, 1_000)
    assert far[:5].min() > 2 * far[5:].max()
    assert shrunk_leanings(fell, sold.mask(sold.index == 3), 500)[3] == 1


@pytest.mark.parametrize("cv", [0.3, 2.0])
def test_a_part_s_count_for_a_chance_holds_however_much_deals_differ_in_size(cv: float) -> None:
    spread, wins, rate = np.sqrt(np.log(1 + cv**2)), 10.0, 0.25
    rng = np.random.default_rng(1)
    sizes = rng.lognormal(-(spread**2) / 2, spread, 2_000)
    known = Solved({}, {}, 1.0, 1.0, 1.0, 0.5, 1.0, 1e-4, sizes / sizes.mean())
    count = int(known.count(wins, rate, 0.8))
    won = rng.random((20_000, count)) < rate
    brought = (won * rng.lognormal(-(spread**2) / 2, spread, won.shape)).sum(axis=1)

    assert (brought >= wins).mean() == pytest.approx(0.8, abs=0.03)


def test_what_inflow_must_become_is_a_decision_with_its_alternative() -> None:
    told = said(solved(60_000.0), "plan.funnel.inflow")

    assert told["wanted"] > told["today"]
    assert told["yield_needed"] is None or told["yield_needed"] > told["yields"]


def test_without_leads_the_chain_ends_at_opportunities_and_says_so() -> None:
    assert "plan.funnel.unknown_leads" in keys_of(solved())


def test_leads_follow_from_the_sources_that_have_them() -> None:
    one = records()
    deals = pd.DataFrame(one.deals).assign(source=lambda d: np.where(np.arange(len(d)) % 4 < 3, "ads", "own"))
    created = deals[deals["created"] > "2024-12-31"]
    spend = pd.DataFrame({"date": pd.date_range("2025-01-01", periods=12, freq="MS"), "channel": "ads", "amount": 5.0})
    spend["leads"] = (created["source"] == "ads").sum() / 0.3 / 12
    found = rated(replace(one, deals=deals, spend=spend))

    assert found.lead_rate == pytest.approx(0.3, abs=0.005)
    assert found.lead_share == pytest.approx(0.75, abs=0.01)
    deals.loc[deals.index[::10], "source"] = None
    whole = solved(one=replace(one, deals=deals, spend=spend))
    chain = whole.chain
    told = next(f.values for f in whole.findings if f.key == "plan.funnel.from_leads")
    assert told["unsourced"] == pytest.approx(0.1, abs=0.01)
    assert told["opportunities"] * told["share"] / told["rate"] == pytest.approx(told["leads"], rel=0.01)  # whole leads
    assert chain.at["leads", "ratio"] == pytest.approx(chain.at["opportunities", "ratio"] * 0.75 / 0.3, rel=0.01)


def test_more_opportunities_than_leads_are_no_rate() -> None:
    one = records()
    deals = pd.DataFrame(one.deals).assign(source="ads")
    spend = pd.DataFrame({"date": [pd.Timestamp("2025-06-01")], "channel": ["ads"], "amount": [5.0], "leads": [40.0]})

    assert rated(replace(one, deals=deals, spend=spend)).lead_rate is None


def test_a_period_that_new_deals_cannot_reach_says_that_it_is_too_late() -> None:
    one = replace(records(), as_of=pd.Timestamp("2026-06-25"))
    found = plan.back_solve(pd.Series([9e5], index=[pd.Timestamp("2026-06-01")]), rated(one), one)

    assert isinstance(found, BackSolve)
    assert "plan.funnel.too_late" in keys_of(plan.inflow(found))
    assert not found.decisions


def test_without_deals_or_sizes_it_cannot_be_told() -> None:
    assert isinstance(plan.funnel_rates(plan.Records(None, STAGES, AS_OF)), Unknown)
    bare = pd.DataFrame(records().deals).assign(amount=np.nan)
    found = plan.funnel_rates(plan.Records(bare, STAGES, AS_OF))
    assert isinstance(found, Unknown)
    assert keys_of(found) == ["plan.funnel.unknown_sizes"]
    assert plan.back_solve(pd.Series(dtype=float), found, records()) is found


def test_the_curve_of_wins_is_the_share_won_where_every_deal_has_ended() -> None:
    deals = pd.DataFrame({"created": pd.Timestamp("2025-01-01"), "stage": ["Won"] * 5 + ["Lost"] * 15})
    deals["closed"] = deals["created"] + pd.to_timedelta([10, 10, 20, 20, 20] + [15] * 15, unit="D")
    curve = lags(with_outcome(deals, STAGES), AS_OF, pd.Timestamp("2024-01-01"))

    assert curve.won_by(np.array([9, 10])).tolist() == pytest.approx([0.0, 0.1])
