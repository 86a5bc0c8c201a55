"""The life of a customer: what is known is told, what is not stays unknown."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tests.analytics.made import said
from tests.analytics.plan.test_backsolve import MONTHS, rated, records
from workbench import plan
from workbench.analytics.plan.work.lifecycle import PHASES, LifeCycle
from workbench.settings.plan import Funnel, Phase, Phases


def sourced() -> plan.Records:
    """Ads are won as seldom as all, referrals always where they have ended."""
    one = records()
    deals = pd.DataFrame(one.deals)
    deals["source"] = np.where(np.arange(len(deals)) % 5 == 0, "Referral by a customer", "ads")
    ended = deals["closed"].notna() & (deals["source"] != "ads")
    deals["stage"] = deals["stage"].mask(ended, "Won")
    spend = pd.DataFrame(
        {"date": pd.date_range("2025-01-01", periods=12, freq="MS"), "channel": "ads", "amount": 500.0}
    )
    return replace(one, deals=deals, spend=spend.assign(leads=200.0))


def cycle(one: plan.Records, settings: Funnel | None = None, **more: object) -> LifeCycle:
    solved = plan.back_solve(pd.Series(2_000.0, index=MONTHS), rated(one), one)
    found = plan.life_cycle(solved, one, None, settings, **more)
    assert isinstance(found, LifeCycle)
    return found


def test_what_no_table_tells_is_unknown_and_not_zero() -> None:
    table = cycle(records()).table

    assert list(table.index) == list(PHASES)
    assert table["now"].notna().to_dict() == {p: p == "decision" for p in PHASES}
    assert (table["source"] == "unknown").all()


def test_awareness_is_what_the_money_needs_unless_settings_say_more() -> None:
    one = sourced()
    asked = cycle(one, Funnel(phases=Phases(awareness=Phase(target=900.0))))

    assert cycle(one).table.loc["awareness", "source"] == "plan"
    assert asked.table.loc["awareness", ["target", "source"]].tolist() == [900.0, "settings"]


def test_repeat_from_60_to_75_percent_is_a_gap_of_15_points() -> None:
    bought = pd.DataFrame({"before": True, "now": [True] * 60 + [False] * 40})
    table = cycle(records(), Funnel(phases=Phases(loyalty=Phase(target=0.75))), repeat=bought).table

    assert table.loc["loyalty", "now"] == pytest.approx(0.60)
    assert table.loc["loyalty", "gap"] == pytest.approx(0.15)
    assert table.loc["loyalty", "lo"] < 0.60 < table.loc["loyalty", "hi"]


def test_referrals_are_found_by_the_names_that_settings_give() -> None:
    assert cycle(sourced()).table.loc["referral", "now"] == pytest.approx(0.2, abs=0.03)
    assert cycle(sourced(), Funnel(referrals=("friend",))).table.loc["referral", "now"] == 0


def test_the_channel_that_is_won_most_is_named_for_the_decision() -> None:
    found = cycle(sourced())

    assert found.channels.loc["decision", "works"] == "Referral by a customer"
    assert said(found, "plan.funnel.phase_channel")["told"] is True


def test_the_template_of_channels_can_be_edited() -> None:
    phases = Phases(interest=Phase(channels=("直播",)))

    assert cycle(records(), Funnel(phases=phases)).channels.loc["interest", "planned"] == ("直播",)
    assert cycle(records()).channels.loc["awareness", "planned"] == ("content", "social")
    assert cycle(records()).channels.loc["decision", "planned"] == ("ads", "affiliate")


def test_cost_and_rate_of_a_channel_s_leads() -> None:
    table = cycle(sourced()).by_channel

    assert table.loc["ads", "cost_per_lead"] == pytest.approx(500 / 200)
    assert table.loc["ads", "lead_rate"] == pytest.approx(table.loc["ads", "opportunities"] / 2_400)
