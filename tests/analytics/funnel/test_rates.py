"""Win rates over time and by rep, and the years replayed: by hand, and on the CRM of a real company."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from tests.analytics.funnel.made import DAY, STAGES, funnel
from tests.analytics.made import keys_of, said
from tests.conftest import shared_data
from workbench import funnel as f
from workbench.analytics.funnel.people import beta_binomial
from workbench.settings import Stages

CRM_STAGES = Stages(won=["Won"], lost=["Lost"], order=["Prospecting", "Engaging"])


def crm() -> pd.DataFrame:
    """The 8,800 opportunities of a made-up hardware seller, public as "CRM sales opportunities"."""
    names = {
        "opportunity_id": "opportunity",
        "engage_date": "created",
        "close_date": "closed",
        "deal_stage": "stage",
        "close_value": "amount",
        "sales_agent": "rep",
    }
    path = shared_data("crm_opportunities/sales_pipeline.csv")
    return pd.read_csv(path, parse_dates=["engage_date", "close_date"]).rename(columns=names)


def closed(won: int, lost: int, **columns: object) -> pd.DataFrame:
    frame = pd.DataFrame({"stage": ["Won"] * won + ["Lost"] * lost, "created": DAY, "closed": DAY, "amount": 10.0})
    return frame.assign(**columns).assign(opportunity=[f"{columns}{n}" for n in range(won + lost)])


def test_the_win_rate_by_quarter_is_the_one_published() -> None:
    # gauravmkh/CRM-Sales-Opportunities, pivot table: won 531, 1254, 1257, 1196 of the deals closed in 2017
    result = f.win_rate(crm(), CRM_STAGES)

    assert result.table["won"].tolist() == [531, 1254, 1257, 1196]
    assert result.table["rate"].round(4).tolist() == [0.8207, 0.6171, 0.6141, 0.6025]
    assert result.total["rate"] == pytest.approx(0.6315, abs=5e-5)


def test_the_win_rate_by_value_is_unknown_where_lost_deals_lost_their_value() -> None:
    result = f.win_rate(crm(), CRM_STAGES)

    assert "rate_value" not in result.table
    assert said(result, "funnel.win_rate_no_value")["share"] == 0


def test_the_win_rate_by_value_counts_money() -> None:
    deals = pd.concat([closed(10, 0, amount=300.0), closed(0, 20, amount=100.0, rep="x")])
    result = f.win_rate(deals, STAGES)

    assert (result.total["rate"], result.total["rate_value"]) == (pytest.approx(1 / 3), pytest.approx(0.6))


def test_a_period_that_as_of_cuts_is_not_compared() -> None:
    deals = pd.concat([closed(50, 50), closed(1, 40, closed=pd.Timestamp("2025-04-05"), rep="x")])

    cut = f.win_rate(deals, STAGES, as_of=pd.Timestamp("2025-04-10"))
    assert cut.table["whole"].tolist() == [True, False]
    assert "funnel.win_rate_latest" not in keys_of(cut)
    assert said(f.win_rate(deals, STAGES), "funnel.win_rate_latest")["beyond_noise"]


def test_the_cycle_of_the_crm_is_longer_than_its_closed_deals_say() -> None:
    result = f.cycle(crm(), CRM_STAGES, pd.Timestamp("2017-12-31"))
    whole = result.groups.iloc[0]

    assert (whole["deals"], whole["closed"]) == (8300, 6711)  # 500 prospects have no day of creation
    assert result.median == 69
    assert crm().query("stage == 'Won'").eval("closed - created").dt.days.mean() == pytest.approx(51.78, abs=5e-3)


def test_the_reps_of_the_crm_cannot_be_told_apart() -> None:
    result = f.reps(crm(), CRM_STAGES)

    assert len(result.table) == 30
    assert result.table["rate"].agg(np.ptp) > 0.15  # 55.0 % to 70.4 % as counted
    assert result.table["shrunk"].agg(np.ptp) < 0.02
    assert not said(result, "funnel.reps")["told"]


def test_few_deals_are_pulled_further_to_the_team_than_many() -> None:
    team = [closed(n, 100 - n, rep=f"R{n}") for n in (20, 30, 40, 50, 60)]
    table = f.reps(pd.concat([*team, closed(3, 0, rep="new")]), STAGES).table

    assert table.at["new", "rate"] == 1
    assert table.at["new", "shrunk"] < table.at["R60", "shrunk"]
    assert abs(table.at["R60", "rate"] - table.at["R60", "shrunk"]) < 0.05


def test_reps_who_are_alike_all_get_the_rate_of_the_team() -> None:
    result = f.reps(pd.concat([closed(30, 70, rep=f"R{n}") for n in range(6)]), STAGES)

    assert result.spread == 0
    assert result.table["shrunk"].tolist() == pytest.approx([0.3] * 6, abs=1e-4)
    assert result.table["top"].max() < 0.5


def test_a_rep_who_is_far_ahead_is_named_with_the_chance_of_it() -> None:
    others = [closed(n, 300 - n, rep=f"R{n}") for n in range(80, 104, 3)]
    result = f.reps(pd.concat([closed(200, 100, rep="star"), *others]), STAGES)

    assert result.table.index[0] == "star"
    assert said(result, "funnel.rep_best")["chance"] > 0.99
    assert result.table.at["star", "rank_hi"] <= 2


def test_the_beta_binomial_finds_the_parameters_that_made_the_counts() -> None:
    drawn = np.random.default_rng(3)
    n = drawn.integers(50, 150, 4000)
    won = drawn.binomial(n, drawn.beta(6, 14, 4000))
    alpha, beta = beta_binomial(won, n)

    assert alpha / (alpha + beta) == pytest.approx(0.3, abs=0.005)
    assert alpha + beta == pytest.approx(20, rel=0.08)


def test_whoever_left_is_marked() -> None:
    deals = pd.concat([closed(30, 70, rep=f"R{n}") for n in range(6)])
    people = pd.DataFrame({"rep": ["R0", "R1"], "left": [DAY, pd.NaT]})

    assert f.reps(deals, STAGES, people).table["left"].sum() == 1


def test_three_reps_are_too_few_to_compare() -> None:
    deals = pd.concat([closed(30, 70, rep=f"R{n}") for n in range(3)])

    assert said(f.reps(deals, STAGES), "funnel.unknown_reps")["have"] == 3


def years(*parts: dict[tuple[str, str], int]) -> tuple[pd.DataFrame, pd.DataFrame]:
    made = [funnel(p, prefix=f"Y{n}-", created=pd.Timestamp(f"{2021 + n}-03-01")) for n, p in enumerate(parts)]
    deals, history = zip(*made, strict=True)
    return pd.concat(deals), pd.concat(history)


STEADY = {("Intent", "Lost"): 500, ("Proposal", "Lost"): 300, ("Proposal", "Won"): 200}
WORSE = {("Intent", "Lost"): 500, ("Proposal", "Lost"): 400, ("Proposal", "Won"): 100}


def test_a_rate_that_wavers_is_noise_and_one_that_broke_is_change() -> None:
    result = f.replay(*years(STEADY, STEADY, WORSE), STAGES)

    assert result.tests["change"].to_dict() == {"Intent": False, "Proposal": True, "won": True}
    assert said(result, "funnel.replay_change")["change"] == pytest.approx(-0.2)


def test_what_changed_is_planned_with_its_last_year_and_what_did_not_with_all_years() -> None:
    use = f.replay(*years(STEADY, STEADY, WORSE), STAGES).tests["use"]

    assert use.to_dict() == pytest.approx({"Intent": 0.5, "Proposal": 0.2, "won": 0.1})


def test_a_year_with_many_open_deals_is_shown_and_not_tested() -> None:
    result = f.replay(*years(STEADY, STEADY, WORSE | {("Intent", "Intent"): 300}), STAGES)

    assert not result.tests["change"].any()
    assert list(result.rates) == [2021, 2022, 2023]
    assert said(result, "funnel.replay_open")["year"] == 2023


def test_one_year_of_deals_replays_nothing() -> None:
    assert keys_of(f.replay(crm(), None, CRM_STAGES)) == ["funnel.unknown_years"]


def test_without_stage_history_the_years_still_have_their_win_rate() -> None:
    deals, _ = years(STEADY, WORSE)

    assert f.replay(deals, None, STAGES).tests.index.tolist() == ["won"]


def test_alike_years_are_rarely_called_a_change() -> None:
    drawn, called = np.random.default_rng(5), 0
    for _ in range(200):
        counts = drawn.multinomial(400, (0.5, 0.3, 0.2), size=3)
        parts = [dict(zip(STEADY, c, strict=True)) for c in counts]
        cases = [(p[("Proposal", "Won")], p[("Proposal", "Won")] + p[("Proposal", "Lost")]) for p in parts]
        p = f.years.p_same([a for a, _ in cases], [b for _, b in cases])
        called += p < 0.05
    assert called <= 20  # 5 % of 200 is 10; 20 would come once in four hundred


def test_the_shrunk_order_is_the_table_s_order() -> None:
    shrunk = f.reps(crm(), CRM_STAGES).table["shrunk"].tolist()

    assert all(a >= b for a, b in pairwise(shrunk))
