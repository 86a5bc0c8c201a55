"""Sums by period and node: they add up to what KPIs divide, and are unknown where a table does not reach."""

import numpy as np
import pandas as pd
import pytest

import workbench as wb
from workbench.sources.data import Data

RUN = ("data/demo/workbench.toml", "2026-09-30")


@pytest.fixture(scope="module")
def data() -> Data:
    return wb.load(wb.Run.start(RUN[0], as_of=RUN[1]))


def test_months_of_a_year_add_up_to_what_the_scorecard_divides(data: Data) -> None:
    found = data.sums("month").set_index("period").loc["2026-01":"2026-09"]  # type: ignore[misc]
    whole = data.components().loc["now"]  # the year to date

    for name in ("won", "closed", "won_amount", "visits", "qualified", "judged", "leads", "spend", "paid", "amount"):
        assert found[name].sum() == pytest.approx(whole[name]), name


def test_regions_add_up_to_the_whole(data: Data) -> None:
    parts, whole = data.sums("week", "region"), data.sums("week")
    added = parts.groupby("period")[["amount", "closed"]].sum(min_count=1)
    both = added.join(whole.set_index("period")[["amount", "closed"]], suffixes=("", "_whole")).dropna()

    assert len(both) > 150
    assert np.allclose(both["amount"], both["amount_whole"])
    assert np.allclose(both["closed"], both["closed_whole"])


def test_a_table_by_month_tells_nothing_by_week(data: Data) -> None:
    assert "leads" in data.sums("month")
    assert "leads" not in data.sums("week")


def test_a_table_that_does_not_lead_to_a_level_is_left_out(data: Data) -> None:
    assert "spend" not in data.sums("month", "region")


def test_the_week_that_still_runs_is_not_whole_and_not_known(data: Data) -> None:
    last = data.sums("week").iloc[-1]

    assert last["period"] == pd.Timestamp("2026-09-28")
    assert not last["whole"]
    assert np.isnan(last["amount"])


def test_nothing_after_the_day_of_the_report_matters() -> None:
    early = wb.load(wb.Run.start(RUN[0], as_of="2025-12-31")).sums("month").set_index("period")
    late = wb.load(wb.Run.start(RUN[0], as_of=RUN[1])).sums("month").set_index("period")
    known = ["amount", "closed", "visits", "leads"]

    assert early.index.max() == pd.Timestamp("2025-12-01")
    assert np.allclose(early[known].dropna(), late.loc[early[known].dropna().index, known])
