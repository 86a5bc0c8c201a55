"""Return on spend by channel, by hand."""

import pandas as pd
import pytest

from tests.analytics.funnel.made import STAGES
from tests.analytics.made import keys_of, said
from workbench import funnel as f

AS_OF = pd.Timestamp("2026-01-15")  # the last whole month is December 2025


def won(source: str, amount: float, count: int, month: str = "2025-06-05") -> pd.DataFrame:
    closed = pd.Timestamp(month)
    frame = pd.DataFrame({"stage": ["Won"] * count, "source": source, "amount": amount, "closed": closed})
    frame["created"] = closed - pd.Timedelta(days=61)  # two months before
    return frame.assign(opportunity=[f"{source}{month}{n}" for n in range(count)])


def spend(months: str = "2024-11-01", **channels: float) -> pd.DataFrame:
    dates = pd.date_range(months, "2026-01-01", freq="MS")
    parts = [pd.DataFrame({"date": dates, "channel": c, "amount": a, "leads": 4}) for c, a in channels.items()]
    return pd.concat(parts)


def test_a_channel_s_wins_are_set_against_its_spend_two_months_before() -> None:
    paid = spend(fair=10.0, web=5.0)
    paid.loc[(paid["date"] == "2025-11-01") & (paid["channel"] == "fair"), "amount"] = 999.0  # wins from January on
    result = f.channels(
        paid, pd.concat([won("fair", 30.0, 20), won("web", 6.0, 15), won("own", 50.0, 5)]), STAGES, AS_OF
    )

    assert result.lag_months == 2
    assert result.table["spend"].to_dict() == {"fair": 120, "web": 60}  # November 2024 to October 2025
    assert result.table["returned"].to_dict() == {"fair": 5.0, "web": 1.5}
    assert result.table.loc["fair", ["cost_per_lead", "cost_of_win"]].tolist() == [2.5, 6.0]


def test_the_interval_is_that_of_a_compound_poisson_sum() -> None:
    found = f.channels(spend(fair=10.0), won("fair", 30.0, 36), STAGES, AS_OF).table.loc["fair"]

    # 36 deals of 30: standard deviation 30 × 6 = 180 on 1080, spend 120
    assert (found["lo"], found["hi"]) == (
        pytest.approx(9 - 1.96 * 1.5, abs=1e-3),
        pytest.approx(9 + 1.96 * 1.5, abs=1e-3),
    )


def test_a_difference_that_one_large_deal_makes_is_called_luck() -> None:
    deals = pd.concat([won("fair", 900.0, 1), won("fair", 1.0, 19), won("web", 12.0, 20)])

    assert said(f.channels(spend(fair=10.0, web=10.0), deals, STAGES, AS_OF), "funnel.channels_apart")["told"] is False


def test_what_is_missing_is_said() -> None:
    deals = won("fair", 30.0, 40)

    assert keys_of(f.channels(None, deals, STAGES, AS_OF)) == ["funnel.unknown_spend"]
    assert keys_of(f.channels(spend("2025-06-01", fair=1.0), deals, STAGES, AS_OF)) == ["funnel.unknown_spend_months"]
    few = f.channels(spend(fair=1.0), deals.head(29), STAGES, AS_OF)
    assert keys_of(few) == ["funnel.unknown_few"]
    assert said(f.channels(spend(fair=1.0), deals.drop(columns="source"), STAGES, AS_OF), "funnel.unknown_dates")
