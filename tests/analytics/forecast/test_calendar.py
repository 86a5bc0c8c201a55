"""The lunar new year and working days, and statsmodels as it is used for them, against published numbers."""

import numpy as np
import pandas as pd
import pytest

from tests.conftest import shared_data
from workbench.analytics.forecast.calendar import effects, festival_shares, regressors
from workbench.periods import Calendar, spring_festival
from workbench.settings import CalendarSettings

CHINA = Calendar(CalendarSettings(country="CN"))


def test_new_years_days_are_those_of_the_published_list() -> None:  # christophsax/seasonal, data/holiday.RData
    days = pd.read_csv(shared_data("published") / "chinese_new_year.csv", parse_dates=["chinese_new_year"])[
        "chinese_new_year"
    ]
    known = days[days.dt.year.between(1990, 2030)]

    assert len(known) == 41
    assert [spring_festival(day.year) for day in known] == list(known)


def test_a_window_is_shared_between_the_months_it_lies_in() -> None:
    months = pd.date_range("2025-01-01", periods=3, freq="MS")  # new year's day on 29 January 2025

    found = festival_shares(months, CHINA, "month")

    assert found["festival_before"].tolist() == [1.0, 0.0, 0.0]  # 22 to 28 January
    assert found["festival"].tolist() == pytest.approx([3 / 7, 4 / 7, 0.0])  # 29 January to 4 February
    assert found["festival_after"].tolist() == pytest.approx([0.0, 1.0, 0.0])  # 5 to 18 February


def test_regressors_say_nothing_about_the_usual_season() -> None:
    months = pd.date_range("2010-01-01", periods=120, freq="MS")

    table = regressors(months, CHINA, "month")

    assert table.groupby(months.month).mean().abs().to_numpy().max() < 1e-12
    assert set(table) == {"working_days", "festival_before", "festival", "festival_after"}
    assert "festival" not in regressors(months, Calendar(CalendarSettings(country="DE")), "month")


def test_no_effect_is_found_where_there_is_none() -> None:
    months = pd.date_range("2010-01-01", periods=120, freq="MS")
    rng = np.random.default_rng(0)

    table = regressors(months, CHINA, "month")

    found = [effects(rng.lognormal(0, 0.1, 120), table, 12).slopes.size for _ in range(40)]

    assert np.mean(found) < 0.5  # of four regressors


def test_a_series_that_only_repeats_itself_has_no_effects() -> None:
    table = regressors(pd.date_range("2016-01-01", periods=120, freq="MS"), CHINA, "month")

    assert effects(np.full(120, 5.0), table, 12).slopes.empty
    assert effects(np.tile(np.arange(1.0, 13.0), 10), table, 12).slopes.empty


@pytest.mark.parametrize(
    ("column", "aic", "slopes"),
    [("imports", (-306.2, -376.5), (0.077, -0.247, 0.031)), ("exports", (-381.5, -426.8), (0.054, -0.083, -0.198))],
)
def test_chinas_trade_shows_spring_festival_as_published(
    column: str, aic: tuple[float, float], slopes: tuple[float, ...]
) -> None:
    """The method of Sax (2014) with genhol's windows; airline model on logs, 2000 to 2013. Numbers: statsmodels
    0.15."""
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    trade = pd.read_csv(shared_data("published") / "china_trade.csv", parse_dates=["month"]).set_index("month")
    y = np.log(trade.loc["2000":"2013", column]).to_numpy()  # type: ignore[misc]
    months = pd.DatetimeIndex(trade.loc["2000":"2013"].index)  # type: ignore[misc]
    shares = festival_shares(months, CHINA, "month")
    shares = shares - shares.groupby(months.month).transform("mean")
    model = {"order": (0, 1, 1), "seasonal_order": (0, 1, 1, 12)}

    plain = SARIMAX(y, **model).fit(disp=False)
    with_festival = SARIMAX(y, exog=shares.to_numpy(), **model).fit(disp=False)

    assert (plain.aic, with_festival.aic) == pytest.approx(aic, abs=1.5)
    assert with_festival.params[:3] == pytest.approx(slopes, abs=0.012)


def test_the_quick_regression_agrees_with_the_full_model_on_chinas_imports() -> None:
    trade = pd.read_csv(shared_data("published") / "china_trade.csv", parse_dates=["month"]).set_index("month")[
        "2000":"2013"
    ]  # type: ignore[misc]

    table = regressors(pd.DatetimeIndex(trade.index), CHINA, "month").drop(columns="working_days")
    slopes = effects(trade["imports"].to_numpy(), table, 12).slopes

    assert slopes["festival"] == pytest.approx(-0.247, abs=0.08)


def test_the_airline_model_is_estimated_as_by_r() -> None:  # R's arima: ma1 −.4018, sma1 −.5569, AIC −483.4
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    table = pd.read_csv(shared_data("published") / "air_passengers.csv")
    y = np.log(table.iloc[:, -1].to_numpy(float))

    fit = SARIMAX(y, order=(0, 1, 1), seasonal_order=(0, 1, 1, 12)).fit(disp=False)

    assert fit.params[:2] == pytest.approx((-0.4018, -0.5569), abs=5e-4)
    assert fit.aic == pytest.approx(-483.4, abs=0.05)


def test_the_engine_forecasts_the_airline_series_better_than_the_seasonal_naive() -> None:
    from workbench.analytics.forecast import Panel, measures, predict
    from workbench.analytics.forecast.members import seasonal_naive

    y = pd.read_csv(shared_data("published") / "air_passengers.csv").iloc[:, -1].to_numpy(float)
    panel, actual = Panel(y[None, :-12], 12), y[-12:]
    made = predict(panel, 12)

    ours, naive = (
        float(measures.mase(actual, f[0], y[:-12], season_length=12))
        for f in (made.forecast, seasonal_naive(panel, 12))
    )
    assert ours < 0.6 * naive
