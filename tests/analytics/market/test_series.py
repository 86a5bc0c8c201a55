"""The market as published, made regular."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.analytics.market.published import scale
from workbench.analytics.market.series import MarketSeries, disaggregate, market_series
from workbench.analytics.results import Unknown
from workbench.errors import DataError
from workbench.periods import Calendar
from workbench.settings import CalendarSettings

CHINA = Calendar(CalendarSettings(country="CN"))


def told(rows: pd.DataFrame, unit: str = "亿元", currency: str = "CNY") -> MarketSeries:
    found = market_series(rows, CHINA, currency, unit=unit)
    assert isinstance(found, MarketSeries)
    return found


def monthly(years: int = 3, start: str = "2022-01-01") -> pd.DataFrame:
    periods = pd.date_range(start, periods=12 * years, freq="MS")
    return pd.DataFrame({"period": periods, "size": 10.0 + np.arange(len(periods)) * 0.1})


@pytest.mark.parametrize(
    ("unit", "made"),
    [("亿元", (1e8, None)), ("億元", (1e8, None)), ("万元", (1e4, None)), ("millions", (1e6, None)),
     ("USD million", (1e6, "USD")), ("millions of dollars", (1e6, "USD")), ("bn EUR", (1e9, "EUR")),
     ("亿美元", (1e8, "USD")), ("元", (1.0, None)), ("CNY", (1.0, "CNY")), ("bananas", None), ("10 people", None)],
)  # fmt: skip
def test_units_as_statistics_write_them(unit: str, made: tuple[float, str | None] | None) -> None:
    assert scale(unit) == made


def test_sizes_are_money_of_the_company() -> None:
    found = told(monthly())

    assert found.table.iloc[0, 0] == pytest.approx(1e9)
    assert found.every == "month"
    last, before = (monthly()["size"].iloc[a:b].sum() for a, b in ((24, 36), (12, 24)))
    assert found.findings[0].values["rate"] == pytest.approx(last / before - 1)


def test_sums_since_january_become_single_months() -> None:
    rows = monthly()
    whole = rows.set_index("period")["size"]
    since = whole.groupby(whole.index.year).cumsum().reset_index()
    found = told(since)

    assert "differenced" in found.steps
    assert found.table.iloc[:, 0].to_numpy() == pytest.approx(whole.to_numpy() * 1e8)


def test_a_rising_market_is_not_taken_for_sums_since_january() -> None:
    rows = monthly().assign(size=lambda d: 10 * 1.03 ** np.arange(len(d)))

    assert told(rows).steps == ("scaled",)


def test_january_and_february_in_one_figure_are_split_by_working_days_and_keep_their_sum() -> None:
    rows = monthly()
    month = rows["period"].dt.month
    rows.loc[month == 2, "size"] += rows.loc[month == 1, "size"].to_numpy()
    found = told(rows[month != 1])
    january, february = found.table.loc["2023-01-01"].iloc[0], found.table.loc["2023-02-01"].iloc[0]

    assert "split_festival" in found.steps
    assert january + february == pytest.approx((11.2 + 11.3) * 1e8)
    assert january / (january + february) == pytest.approx(18 / 38)  # 18 and 20 working days in 2023


def test_levels_follow_from_growth_where_only_that_is_published() -> None:
    rows = monthly(2).assign(growth=np.nan)
    rows.loc[12:, "growth"], rows.loc[12:, "size"] = 0.1, np.nan
    found = told(rows)

    assert "chained" in found.steps
    assert found.table.iloc[12:, 0].to_numpy() == pytest.approx(found.table.iloc[:12, 0].to_numpy() * 1.1)


def test_growth_that_disagrees_with_the_levels_is_named_by_row() -> None:
    rows = monthly(2).assign(growth=np.nan)
    rows.loc[12:, "growth"] = (rows["size"] / rows["size"].shift(12) - 1)[12:].round(3)
    rows.loc[15, "growth"] = 0.3
    found = told(rows)

    assert len(found.disagreeing) == 1
    said = next(f for f in found.findings if f.key == "market.series.disagree").values
    assert (said["count"], said["period"], said["growth"]) == (1, rows["period"][15], 0.3)
    assert said["implied"] == pytest.approx(rows["size"][15] / rows["size"][3] - 1)


def test_every_unit_that_is_not_known_or_in_other_money_is_named_at_once() -> None:
    rows = monthly(1).assign(unit=["亿元"] * 10 + ["bananas", "亿美元"])

    with pytest.raises(DataError, match="bananas") as error:
        market_series(rows, CHINA, "CNY")
    assert "USD" in str(error.value)


def test_without_a_unit_or_sizes_no_market_is_made_up() -> None:
    assert isinstance(market_series(None, CHINA, "CNY"), Unknown)
    assert isinstance(market_series(monthly(), CHINA, "CNY"), Unknown)
    assert isinstance(market_series(monthly().assign(size=np.nan), CHINA, "CNY", unit="元"), Unknown)


def test_segments_in_quarters_stand_side_by_side() -> None:
    quarters = pd.date_range("2023-01-01", periods=8, freq="QS")
    rows = pd.concat([pd.DataFrame({"period": quarters, "segment": s, "size": 1.0, "unit": "百万元"}) for s in "ab"])
    found = told(rows.reset_index(drop=True), unit="")

    assert found.every == "quarter"
    assert found.table.to_numpy() == pytest.approx(np.full((8, 2), 1e6))


totals = st.lists(st.floats(1, 1e6), min_size=1, max_size=10)


@given(values=totals, parts=st.sampled_from([3, 4]))
def test_parts_of_published_totals_sum_to_them(values: list[float], parts: int) -> None:
    made = disaggregate(np.array(values), parts)

    assert made.reshape(-1, parts).sum(axis=1) == pytest.approx(values, rel=1e-6)


def test_an_indicator_that_is_in_proportion_is_followed_exactly() -> None:
    follow = np.array([1.0, 2, 4, 1, 1.1, 2.1, 4.2, 1.2])
    sums = 50 * follow.reshape(2, 4).sum(axis=1)

    assert disaggregate(sums, 4, follow) == pytest.approx(50 * follow)


def test_without_an_indicator_the_path_is_as_smooth_as_the_totals_allow() -> None:
    """Worked by hand: 2 - x, 2 + x, 4 - x, 4 + x has steps 2x, 2 - 2x, 2x, whose squares sum to least at x = 1/3."""
    made = disaggregate(np.array([4.0, 8.0]), 2)

    assert made == pytest.approx([5 / 3, 7 / 3, 11 / 3, 13 / 3])
