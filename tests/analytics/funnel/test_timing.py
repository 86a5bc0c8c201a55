"""How long deals take: Kaplan-Meier and log-rank against published numbers; stuck deals by hand."""

import pandas as pd
import pytest

from tests.analytics.funnel.made import AS_OF, DAY, STAGES, durations
from tests.analytics.made import keys_of, said
from tests.conftest import shared_data
from workbench import funnel as f
from workbench.analytics.funnel import timing
from workbench.analytics.funnel.deals import with_outcome


def freireich() -> pd.DataFrame:
    """Weeks of remission under 6-MP and placebo (Freireich et al. 1963), as days a deal was open."""
    data = pd.read_csv(shared_data("published/gehan.dat"), sep=r"\s+", header=None, names=["group", "weeks", "ended"])
    parts = []
    for group, rows in data.groupby("group"):
        ended = rows["ended"] == 1
        parts.append(durations(list(rows["weeks"][ended]), list(rows["weeks"][~ended]), group=f"G{group}"))
    return pd.concat(parts, ignore_index=True)


def prepared(deals: pd.DataFrame) -> pd.DataFrame:
    return timing.lasted(with_outcome(deals, STAGES), AS_OF)


def test_the_share_still_open_is_that_of_the_textbook() -> None:
    # 6-MP: Kleinbaum & Klein, Survival Analysis, chapter 2; the median of 23 weeks too
    curve = timing._curve(timing._survival(prepared(freireich().query("group == 'G2'"))))
    steps = curve["open"].drop_duplicates().iloc[1:].round(3).tolist()

    assert steps == [0.857, 0.807, 0.753, 0.69, 0.627, 0.538, 0.448]


def test_the_log_rank_test_is_that_of_the_textbook() -> None:
    assert timing.log_rank(prepared(freireich()), "group")[0] == pytest.approx(16.793, abs=5e-4)


def test_the_log_rank_test_of_aml_is_that_of_r() -> None:
    # survival::survdiff, tests/difftest.Rout.save: chi-square 3.4, p 0.07
    kept = durations([9, 13, 18, 23, 31, 34, 48], [13, 28, 45, 161], group="maintained")
    without = durations([5, 5, 8, 8, 12, 23, 27, 30, 33, 43, 45], [16], group="not")
    statistic, p = timing.log_rank(prepared(pd.concat([kept, without])), "group")

    assert statistic == pytest.approx(3.396, abs=5e-4)
    assert p == pytest.approx(0.065, abs=5e-4)


def test_groups_under_thirty_deals_are_not_compared() -> None:
    deals = pd.concat([durations([10] * 30, [], region="A"), durations([50] * 29, [], region="B")])
    result = f.cycle(deals, STAGES, AS_OF, by="region")

    assert result.groups.index.tolist() == ["", "A"]
    assert result.p_same != result.p_same  # unknown
    assert f.cycle(pd.concat([deals, durations([60], [], region="B")]), STAGES, AS_OF, by="region").p_same < 0.001


def test_leaving_open_deals_out_would_shorten_the_cycle() -> None:
    deals = durations([10] * 20 + [50] * 20, [40] * 40)
    result = f.cycle(deals, STAGES, AS_OF)

    # after day 10: 60 of 80 open; 40 leave at day 40 unclosed, all 20 left close at day 50
    assert result.curve.loc[10, "open"] == pytest.approx(0.75)
    assert result.median == 50
    assert deals[deals["stage"] == "Won"]["closed"].sub(DAY).dt.days.median() == 30


def test_a_deal_closed_before_it_was_created_is_left_out() -> None:
    deals = durations([10] * 30, [])
    wrong = durations([-5], [], late=True)

    assert f.cycle(pd.concat([deals, wrong]), STAGES, AS_OF).groups["deals"].tolist() == [30]


def test_deals_without_dates_are_told_so() -> None:
    result = f.cycle(durations([10] * 30, []).drop(columns="closed"), STAGES, AS_OF)

    assert said(result, "funnel.unknown_dates")["column"] == "closed"


def test_a_deal_older_than_nine_of_ten_won_ones_is_stuck() -> None:
    won = durations(list(range(1, 101)), [], amount=10.0)  # the 90th percentile of 1 to 100 days is 90.1
    waiting = durations([], [90, 91, 200], amount=[500.0, None, 300.0], rep="Ann")
    result = f.ageing(pd.concat([won, waiting]), STAGES, AS_OF)

    assert result.limit == pytest.approx(90.1)
    assert result.table.loc["Intent", ["deals", "stuck", "stuck_amount", "unvalued"]].tolist() == [3, 2, 300, 1]
    assert result.deals["age"].tolist() == [200, 91]
    assert said(result, "funnel.stuck_money")["amount"] == 300


@pytest.mark.parametrize(("lost_after", "verdict"), [(10, "more"), (900, "less"), (None, "alike")])
def test_a_decision_on_old_deals_says_whether_such_deals_were_won_less_often(
    lost_after: int | None, verdict: str
) -> None:
    won = durations(list(range(1, 401)), [], amount=10.0)
    lost = durations([lost_after or n for n in range(1, 401)], [], amount=10.0, late=1).assign(stage="Lost")
    result = f.ageing(pd.concat([won, lost, durations([], [950], amount=1.0)]), STAGES, AS_OF)

    assert result.decisions[0].values["verdict"] == verdict


def test_deals_fall_into_the_band_of_their_age() -> None:
    result = f.ageing(pd.concat([durations([5] * 30, []), durations([], [0, 30, 31, 400], amount=1.0)]), STAGES, AS_OF)

    assert result.bands["deals"].to_dict() == {0: 2, 31: 1, 61: 0, 91: 0, 181: 0, 366: 1}


def test_stuck_deals_without_an_amount_ask_for_no_decision() -> None:
    result = f.ageing(pd.concat([durations([5] * 30, []), durations([], [400])]), STAGES, AS_OF)

    assert result.decisions == ()
    assert "funnel.unvalued" in keys_of(result)
