"""Published figures as they come: revisions, totals beside their parts, segments that count."""

import numpy as np
import pandas as pd
import pytest

from workbench.analytics.market import MarketSeries, market_series
from workbench.analytics.market.published import segments
from workbench.analytics.results import Unknown
from workbench.errors import DataError
from workbench.periods import Calendar
from workbench.settings import CalendarSettings

US = Calendar(CalendarSettings(country="US"))
MONTHS = pd.date_range("2023-01-01", periods=24, freq="MS")


def told(rows: pd.DataFrame, **how: object) -> MarketSeries:
    found = market_series(rows, US, "USD", unit="million", **how)  # type: ignore[arg-type]
    assert isinstance(found, MarketSeries)
    return found


def twice() -> pd.DataFrame:
    first = pd.DataFrame({"period": MONTHS, "size": 100.0, "published": MONTHS + pd.DateOffset(days=45)})
    later = first.tail(3).assign(size=[100.0, 102.0, 95.0], published=pd.Timestamp("2025-06-01"))
    return pd.concat([first, later], ignore_index=True)


def test_the_figure_published_last_counts_and_the_revision_is_said() -> None:
    found = told(twice())
    said = next(f for f in found.findings if f.key == "market.series.revised").values

    assert found.table.iloc[-3:, 0].tolist() == [100e6, 102e6, 95e6]
    assert (said["count"], said["period"]) == (2, MONTHS[-1])
    assert said["change"] == pytest.approx(-0.05)
    assert said["mean"] == pytest.approx(0.035)


def test_the_order_of_rows_does_not_matter() -> None:
    shuffled = twice().sample(frac=1, random_state=3)

    assert told(shuffled).table.equals(told(twice()).table)


def test_a_revision_published_after_the_day_of_the_report_is_not_used() -> None:
    found = told(twice(), as_of=pd.Timestamp("2025-05-31"))

    assert found.table.iloc[-1, 0] == 100e6
    assert found.revised.empty


def test_without_days_of_publication_two_figures_for_one_month_are_never_added_up() -> None:
    rows = twice().drop(columns="published")

    assert isinstance(market_series(rows, US, "USD", unit="million"), Unknown)


def wide(**parts: float) -> pd.DataFrame:
    frames = [pd.DataFrame({"period": MONTHS, "segment": n, "size": v}) for n, v in parts.items()]
    return pd.concat(frames, ignore_index=True)


def test_a_total_is_not_added_to_the_parts_that_sum_to_it() -> None:
    found = told(wide(Total=150.0, East=100.0, West=50.0))

    assert sorted(found.table.columns) == ["East", "West"]
    assert found.table.iloc[0].sum() == 150e6
    assert "market.series.total" in [f.key for f in found.findings]


def test_a_total_counts_alone_where_parts_overlap_or_are_not_all() -> None:
    """Retail trade states kinds of business and their groups side by side."""
    found = told(wide(**{"Retail sales, total": 150.0, "Shops": 100.0, "of these: shoe shops": 20.0}))
    said = next(f for f in found.findings if f.key == "market.series.total").values

    assert list(found.table.columns) == ["Retail sales, total"]
    assert said["covered"] == pytest.approx(0.8)
    assert said["parts"] is None


@pytest.mark.parametrize("name", ["合计", "總計", "Total", "全国", "Insgesamt"])
def test_totals_in_the_words_of_statistics(name: str) -> None:
    found = segments(wide(**{name: 3.0, "a": 1.0, "b": 2.0}).assign(size_money=lambda d: d["size"]))

    assert found is not None
    assert found.kept == ("a", "b")


@pytest.mark.parametrize("name", ["Totally new", "Wholesale", "Small tools"])
def test_names_that_only_look_like_a_total_stay(name: str) -> None:
    found = segments(wide(**{name: 3.0, "a": 1.0}).assign(size_money=1.0))

    assert found is not None
    assert set(found.kept) == {name, "a"}


def test_among_several_totals_the_settings_must_choose() -> None:
    rows = wide(**{"Sales, total": 3.0, "Sales, total (excl. cars)": 2.0, "cars": 1.0})

    found = market_series(rows, US, "USD", unit="million")
    assert isinstance(found, Unknown)
    assert found.findings[0].values["needs"] == ("market_only",)
    assert told(rows, only=["cars"]).table.iloc[0, 0] == 1e6


def test_a_segment_that_is_not_there_is_told_with_what_is_near() -> None:
    with pytest.raises(DataError, match=r"'Shoe shop'.*Shoe shops"):
        told(wide(**{"Shoe shops": 1.0, "Book shops": 2.0}), only=["Shoe shop"])


def test_months_of_china_as_published_sums_since_january_with_january_and_february_in_one() -> None:
    """累计 from February on: no figure for January, the sum of a year stays what December says."""
    china = Calendar(CalendarSettings(country="CN"))
    months = pd.date_range("2022-01-01", periods=36, freq="MS")
    single = pd.Series(100 + 5 * np.sin(np.arange(36)), months)
    since = single.groupby(single.index.year).cumsum()
    rows = since[since.index.month > 1].rename("size").rename_axis("period").reset_index()
    found = market_series(rows, china, "CNY", unit="亿元")

    assert isinstance(found, MarketSeries)
    assert {"differenced", "split_festival"} <= set(found.steps)
    whole = found.table.iloc[:, 0]
    assert whole.groupby(whole.index.year).sum().to_numpy() == pytest.approx(
        1e8 * single.groupby(single.index.year).sum().to_numpy()
    )
    assert whole["2023-03-01"] == pytest.approx(1e8 * single["2023-03-01"])
    assert whole.notna().all()
