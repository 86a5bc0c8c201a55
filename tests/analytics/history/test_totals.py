import numpy as np
import pandas as pd
import pytest

from tests.analytics.made import keys_of, months, said
from workbench.analytics import history
from workbench.errors import DataError
from workbench.periods import Calendar
from workbench.settings import CalendarSettings

CHINA = Calendar(CalendarSettings(country="CN"))


def test_change_is_on_the_month_before_and_yoy_on_the_year_before() -> None:
    table = history.totals(months([100.0] * 12 + [110.0, 121.0])).table

    assert table["yoy"].iloc[-1] == pytest.approx(0.21)
    assert table["change"].iloc[-1] == pytest.approx(0.10)
    assert table["yoy"].iloc[:12].isna().all()


def test_a_partial_month_is_shown_and_never_compared() -> None:
    table = history.totals(months([100.0] * 13 + [50.0], whole=[True] * 13 + [False])).table

    assert table["amount"].iloc[-1] == 50
    assert table[["change", "yoy"]].iloc[-1].isna().all()


def test_a_partial_first_month_is_no_base() -> None:
    table = history.totals(months([10.0] + [100.0] * 12, whole=[False] + [True] * 12)).table

    assert table["change"].iloc[1:2].isna().all()
    assert table["yoy"].isna().all()


def test_no_rate_on_a_base_of_zero_or_less() -> None:
    table = history.totals(months([0.0, 10.0, -5.0, 10.0])).table

    assert table["change"].isna().tolist() == [True, True, False, True]


def test_the_latest_whole_period_leads_and_the_partial_one_is_told() -> None:
    totals = history.totals(months([100.0] * 13 + [5.0], whole=[True] * 13 + [False]))

    assert said(totals, "history.latest")["period"] == pd.Timestamp("2024-01-01")
    assert said(totals, "history.partial")["amount"] == 5
    assert totals.findings[0].key == "history.latest"


def test_best_and_worst_are_of_whole_periods() -> None:
    totals = history.totals(months([3.0, 9.0, 4.0, 1.0], whole=[True, True, True, False]))

    assert said(totals, "history.best")["period"] == pd.Timestamp("2023-02-01")
    assert said(totals, "history.worst")["amount"] == 3


def test_a_streak_counts_periods_that_moved_the_same_way_year_on_year() -> None:
    # a year of 100, then 90, then nine months above: the streak is those nine, although single months fell on the last
    totals = history.totals(months([100.0] * 12 + [90.0] + [130.0, 120.0, 110.0] * 3))

    assert said(totals, "history.streak") == {"every": "month", "measure": "yoy", "direction": "up", "periods": 9}


def test_two_in_a_row_are_no_streak() -> None:
    assert "history.streak" not in keys_of(history.totals(months([3.0, 1.0, 2.0, 3.0])))


def test_a_festival_that_moves_is_not_read_as_growth() -> None:
    # the festival of 2024 is in February, that of 2025 in January: the same sales, moved
    year = [100.0] * 10
    totals = history.totals(months([100.0, 40.0, *year, 40.0, 100.0, *year], first="2024-01-01"), calendar=CHINA)
    festival = said(totals, "history.festival")

    assert totals.table["yoy"]["2025-01-01"] == pytest.approx(-0.6)
    assert festival["rate"] == pytest.approx(0.0)
    assert festival["direction"] == "same"
    assert (festival["festival_day_before"], festival["festival_day"]) == (
        pd.Timestamp("2024-02-10"),
        pd.Timestamp("2025-01-29"),
    )
    assert totals.table.index[totals.table["festival"]].month.tolist() == [1, 2, 1, 2]


def test_where_nothing_moves_no_festival_is_told() -> None:
    totals = history.totals(months([100.0] * 24), calendar=Calendar(CalendarSettings(country="GB")))

    assert "festival" not in totals.table
    assert totals.festival.empty


def test_january_and_february_need_both_to_be_whole() -> None:
    sales = months([100.0] * 14, whole=[True] * 13 + [False])

    assert 2024 not in history.totals(sales, calendar=CHINA).festival.index


def test_ratios_come_where_their_measures_are_known() -> None:
    sales = months([90.0, 80.0]).assign(returns=[-10.0, 0.0], orders=[9, 4])
    table = history.totals(sales).table

    assert table["return_rate"].tolist() == pytest.approx([0.10, 0.0])
    assert table["average_order_value"].tolist() == [10, 20]
    assert "gross_margin" not in table


def test_weeks_are_set_against_the_same_weekdays() -> None:
    period = pd.date_range("2023-01-02", periods=60, freq="7D")
    sales = pd.DataFrame({"period": period, "amount": np.arange(100.0, 160.0), "whole": True})
    table = history.totals(sales, "week").table

    assert table["yoy"].iloc[52] == pytest.approx(152 / 100 - 1)


def test_rows_may_come_in_any_order() -> None:
    sales = months(range(1, 31))
    shuffled = history.totals(sales.sample(frac=1, random_state=1))

    pd.testing.assert_frame_equal(shuffled.table, history.totals(sales).table)
    assert shuffled.findings == history.totals(sales).findings


def test_a_gap_or_a_repeat_is_an_error_because_it_would_shift_the_comparison() -> None:
    sales = months([1.0] * 6)
    with pytest.raises(DataError, match=r"2023-04-01 follows a gap"):
        history.totals(sales.drop(index=2))
    with pytest.raises(DataError, match="is there twice"):
        history.totals(pd.concat([sales, sales.tail(1)]))


def test_a_missing_column_is_an_error_and_no_sales_are_unknown() -> None:
    with pytest.raises(DataError, match="'whole' is missing"):
        history.totals(months([1.0]).drop(columns="whole"))
    assert isinstance(history.totals(months([])), history.Unknown)


def test_one_period_is_told_without_a_change() -> None:
    totals = history.totals(months([7.0]))

    assert said(totals, "history.latest")["amount"] == 7
    assert said(totals, "history.latest")["yoy"] is None


def test_the_argument_is_not_changed() -> None:
    sales = months([1.0, 2.0])
    history.totals(sales)

    pd.testing.assert_frame_equal(sales, months([1.0, 2.0]))
