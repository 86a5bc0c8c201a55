"""Early warnings replayed: an alarm belongs to the quarter in which sales fell, and is found with the data then."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from workbench.analytics.review.alarms import Alarmed, alarms
from workbench.analytics.review.replay import Replayed
from workbench.periods import Calendar
from workbench.settings.tracking import TrackingSettings

CALENDAR = Calendar()


def weekly(factor: float) -> pd.DataFrame:
    """Four years of weekly sales with a little noise; from July 2024 on times `factor`."""
    weeks = pd.date_range("2021-01-04", "2024-12-23", freq="W-MON")
    amount = 1000 * np.exp(0.05 * np.random.default_rng(2).standard_normal(len(weeks)))
    amount = np.where(weeks >= pd.Timestamp("2024-07-01"), amount * factor, amount)
    return pd.DataFrame({"node": "", "period": weeks, "whole": True, "amount": amount, "orders": 10.0, "lines": 10.0})


def replayed() -> Replayed:
    firsts = pd.to_datetime(["2024-01-01", "2024-04-01", "2024-07-01", "2024-10-01"])
    table = pd.DataFrame({"first": firsts, "last": [CALENDAR.end_of(f, "quarter") for f in firsts],
                          "reached": [True, True, False, False]}, firsts - pd.Timedelta(days=1))  # fmt: skip
    return Replayed(quarters=table, years=table.iloc[:0], scores=pd.DataFrame(), parts=pd.DataFrame(), level="",
                    asked=0.6, tried=4)  # fmt: skip


def found(factor: float) -> Alarmed:
    made = alarms(replayed(), TrackingSettings(), lambda every, by: weekly(factor), CALENDAR)
    assert isinstance(made, Alarmed)
    return made


@pytest.fixture(scope="module")
def fallen() -> Alarmed:
    return found(0.7)


def test_a_fall_gives_an_alarm_in_its_own_quarter(fallen: Alarmed) -> None:
    raised: Any = fallen.table["alarms"]
    assert raised[pd.Timestamp("2024-07-01")] >= 1
    assert list(fallen.table["missed"]) == [False, False, True, True]
    assert fallen.findings[0].values["warned"] >= 1


def test_what_chance_would_bring_is_what_the_rule_declares(fallen: Alarmed) -> None:
    assert fallen.table["by_chance"].to_numpy() == pytest.approx(52.18 / 4 / 104)


def test_later_weeks_do_not_change_earlier_quarters(fallen: Alarmed) -> None:
    early = ["2024-01-01", "2024-04-01"]

    pd.testing.assert_frame_equal(found(1.0).table.loc[early], fallen.table.loc[early])
