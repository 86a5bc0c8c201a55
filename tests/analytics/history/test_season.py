import numpy as np
import pandas as pd
import pytest

from tests.analytics.made import keys_of, months, said
from tests.conftest import shared_data
from workbench.analytics import history
from workbench.analytics.history.decomposition import by_chance, stl, strengths
from workbench.errors import DataError
from workbench.periods import Calendar
from workbench.settings import CalendarSettings

SHAPE = np.array([0.7, 0.6, 1.0, 1.0, 1.0, 1.1, 1.0, 0.9, 1.1, 1.1, 1.2, 1.3])


def seasonal(years: int, growth: float = 1.0, noise: float = 0.01) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    trend = 100 * growth ** (np.arange(12 * years) / 12)
    return months(trend * np.tile(SHAPE, years) * rng.lognormal(0, noise, 12 * years))


@pytest.mark.parametrize(
    ("purpose", "trend", "season"),
    [("Business", 0.464, 0.407), ("Holiday", 0.554, 0.619), ("Other", 0.746, 0.202), ("Visiting", 0.435, 0.452)],
)
def test_strengths_are_those_printed_in_fpp3(purpose: str, trend: float, season: float) -> None:
    # Hyndman & Athanasopoulos, Forecasting: Principles and Practice, 3rd ed., 4.3: feat_stl of Adelaide
    trips = pd.read_csv(shared_data("tourism_au") / "australia_tourism.csv")
    of = trips[(trips["Region"] == "Adelaide") & (trips["Purpose"] == purpose)].sort_values("date_time")
    found = strengths(stl(of["Trips"], 4, robust=False))

    assert tuple(round(f, 3) for f in found) == (trend, season)


def test_the_parts_multiply_to_the_amounts() -> None:
    table = history.season(seasonal(4)).table

    assert (table["trend"] * table["season"] * table["remainder"]).tolist() == pytest.approx(table["amount"].tolist())


def test_the_profile_finds_the_shape_that_was_put_in() -> None:
    result = history.season(seasonal(5, growth=1.1))
    expected = SHAPE / np.exp(np.log(SHAPE).mean())

    assert result.kind == "multiplicative"
    assert result.profile["index"].mean() == pytest.approx(1)
    assert result.profile["index"].tolist() == pytest.approx((expected / expected.mean()).tolist(), rel=0.03)
    assert (said(result, "history.season")["low"], said(result, "history.season")["peak"]) == (2, 12)
    assert result.strength_season > 0.9


def test_the_range_holds_what_the_years_showed() -> None:
    profile = history.season(seasonal(4, noise=0.1)).profile

    assert ((profile["lo"] <= profile["index"]) & (profile["index"] <= profile["hi"])).mean() > 0.9
    assert (profile["lo"] < profile["hi"]).all()


def test_the_trend_is_told_against_a_year_before() -> None:
    told = said(history.season(seasonal(5, growth=1.2)), "history.trend")
    assert told["rate"] == pytest.approx(0.2, abs=0.02)
    assert told["per_year"] == 12  # so that the level is one of months


def test_a_month_out_of_line_stands_out_and_leaves_the_season_alone() -> None:
    sales = seasonal(5)
    sales.loc[30, "amount"] *= 0.5
    result = history.season(sales)
    unusual = said(result, "history.unusual")

    assert unusual["period"] == sales["period"][30]
    assert unusual["ratio"] == pytest.approx(0.5, abs=0.05)
    assert unusual["direction"] == "down"
    assert result.profile["index"][7] == pytest.approx(history.season(seasonal(5)).profile["index"][7], abs=0.02)


def test_of_two_years_none_is_called_the_odd_one() -> None:
    sales = seasonal(2)
    sales.loc[18, "amount"] *= 0.8
    result = history.season(sales)
    both = result.table["amount"] / result.table["trend"]

    assert "history.unusual" not in keys_of(result)
    assert result.profile["lo"][7] <= result.profile["index"][7] <= result.profile["hi"][7]
    assert result.table["season"].iloc[6] == pytest.approx(np.sqrt(both.iloc[6] * both.iloc[18]), rel=0.01)


def test_months_with_nothing_sold_are_decomposed_in_money() -> None:
    sales = seasonal(4)
    sales.loc[5, "amount"] = 0.0
    result = history.season(sales)
    table = result.table

    assert result.kind == "additive"
    assert (table["trend"] + table["season"] + table["remainder"]).tolist() == pytest.approx(table["amount"].tolist())
    assert result.profile["index"].mean() == pytest.approx(1)


def test_two_cycles_are_said_to_prove_nothing() -> None:
    assert said(history.season(seasonal(2)), "history.season_two_cycles") == {"periods": 24, "cycles": 2}
    assert "history.season_two_cycles" not in keys_of(history.season(seasonal(3)))


def test_less_than_two_years_is_unknown_and_says_what_is_needed() -> None:
    result = history.season(months([1.0] * 24, whole=[True] * 23 + [False]))

    assert isinstance(result, history.Unknown)
    assert said(result, "history.unknown_months") == {"section": "season", "have": 23, "need": 24}


@pytest.mark.parametrize(("cycles", "per_year"), [(2, 12), (4, 12), (8, 12), (2, 4), (5, 4)])
def test_noise_is_seldom_taken_for_a_season(cycles: int, per_year: int) -> None:
    rng = np.random.default_rng(11)
    series = [pd.Series(rng.normal(size=per_year * cycles)) for _ in range(60)]
    found = [strengths(stl(s, per_year, robust=cycles >= 3))[1] for s in series]

    assert np.mean(np.array(found) > by_chance(cycles, per_year)) <= 0.12  # 5 % expected; a binomial of 60 allows 12


def test_a_season_no_stronger_than_chance_is_said_to_be_weak() -> None:
    rng = np.random.default_rng(1)

    assert "history.season_weak" in keys_of(history.season(months(100 * rng.lognormal(0, 0.1, 48))))


def test_all_alike_has_neither_season_nor_trend() -> None:
    result = history.season(months([100.0] * 36))

    assert said(result, "history.season_weak")["strength_season"] == pytest.approx(0, abs=1e-6)
    assert "history.unusual" not in keys_of(result)


def test_returns_that_outweigh_sales_are_unknown() -> None:
    assert keys_of(history.season(months([-1.0] * 24))) == ["history.unknown_negative"]


def test_another_currency_changes_no_index() -> None:
    sales = seasonal(4)
    one, other = history.season(sales), history.season(sales.assign(amount=sales["amount"] * 1e6))

    pd.testing.assert_frame_equal(one.profile, other.profile, check_exact=False, rtol=1e-6)
    assert keys_of(one) == keys_of(other)


def test_rows_may_come_in_any_order() -> None:
    sales = seasonal(3)

    pd.testing.assert_frame_equal(
        history.season(sales.sample(frac=1, random_state=5)).table, history.season(sales).table
    )


def test_a_fiscal_month_of_weeks_counts_as_the_month_it_covers() -> None:
    starts = Calendar(CalendarSettings(pattern="4-4-5")).range(
        pd.Timestamp("2022-01-05"), pd.Timestamp("2024-12-20"), "month"
    )
    sales = pd.DataFrame({"period": starts, "amount": np.tile(SHAPE, 4)[: len(starts)] * 100, "whole": True})

    assert starts[0].month == 1
    assert history.season(sales).profile["index"].idxmin() == 2
    assert len(history.season(sales).profile) == 12


def test_where_the_festival_moves_the_season_says_so() -> None:
    china, britain = (Calendar(CalendarSettings(country=c)) for c in ("CN", "GB"))

    assert "history.season_festival" in keys_of(history.season(seasonal(3), calendar=china))
    assert "history.season_festival" not in keys_of(history.season(seasonal(3), calendar=britain))


def test_a_festival_month_is_no_surprise_where_it_moves() -> None:
    sales = seasonal(5)
    sales.loc[24, "amount"] *= 0.5  # January of the third year

    assert said(history.season(sales), "history.unusual")["period"] == sales["period"][24]
    assert "history.unusual" not in keys_of(history.season(sales, calendar=Calendar(CalendarSettings(country="CN"))))


def test_a_missing_column_is_an_error() -> None:
    with pytest.raises(DataError, match="'period' is missing"):
        history.season(pd.DataFrame({"amount": [1.0], "whole": [True]}))
