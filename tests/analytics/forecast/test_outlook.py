"""The public face on made-up sales: what adds up, what scales, what is said, and what bad input does."""

import warnings
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.analytics.forecast import Forecast, Options, forecast
from workbench.analytics.keys import KEYS
from workbench.errors import DataError, NotEnoughHistoryError, ParameterError
from workbench.periods import Calendar
from workbench.settings import CalendarSettings


@pytest.fixture(autouse=True)
def no_warning_reaches_a_report() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", ResourceWarning)  # what other tests left to the collector ends at any time
        yield


def seasonal(count: int, *, level: float = 100.0, noise: float = 0.1, seed: int = 0) -> np.ndarray:
    rng, at = np.random.default_rng(seed), np.arange(count)
    return level * (1 + 0.3 * np.sin(2 * np.pi * at / 12)) * rng.lognormal(0, noise, count)


def sales(amounts: np.ndarray | list[float], start: str = "2020-01-01", **columns: object) -> pd.DataFrame:
    months = pd.date_range(start, periods=len(amounts), freq="MS")
    return pd.DataFrame({"period": months, "amount": np.asarray(amounts, float), "whole": True} | columns)


def shops() -> pd.DataFrame:
    parts = [
        sales(seasonal(60, level=100 * (1 + i), seed=i), region=region, channel=channel)
        for i, (region, channel) in enumerate(
            [("North", "web"), ("North", "shop"), ("South", "web"), ("South", "shop")]
        )
    ]
    return pd.concat(parts, ignore_index=True)


@pytest.fixture(scope="module")
def made() -> Forecast:
    return forecast(shops(), ("region", "channel"), horizon=12)


def test_means_and_paths_add_up_at_every_level(made: Forecast) -> None:
    structure, mean = made.structure, made.table["mean"].to_numpy().reshape(-1, 12)
    at = structure.aggregates

    assert np.abs(mean[:at] - structure.sums @ mean[at:]).max() < 0.005
    for path in made.paths[:20]:
        assert np.abs(path[:at] - structure.sums @ path[at:]).max() < 0.005


def test_intervals_hold_the_mean_and_the_narrow_lies_in_the_wide(made: Forecast) -> None:
    t = made.table

    assert (t["lo_95"] <= t["lo_80"]).all()
    assert (t["lo_80"] <= t["mean"]).all()
    assert (t["mean"] <= t["hi_80"]).all()
    assert (t["hi_80"] <= t["hi_95"]).all()
    assert (t["lo_95"] >= 0).all()


def test_the_years_total_is_surer_than_its_months_in_step_and_less_sure_than_if_they_were_apart(made: Forecast) -> None:
    year, months = made.total(), made.whole
    width = (months["hi_80"] - months["lo_80"]).to_numpy()

    assert np.sqrt((width**2).sum()) < year["hi_80"] - year["lo_80"] < width.sum()
    assert year["mean"] == pytest.approx(months["mean"].sum())


def test_a_season_is_forecast(made: Forecast) -> None:
    mean = made.whole["mean"]

    assert mean.idxmax().month in (3, 4, 5)
    assert mean.idxmin().month in (9, 10, 11)


def test_the_seasonal_naive_is_always_in_the_table_and_every_finding_is_declared(made: Forecast) -> None:
    assert list(made.backtest.index[:2]) == ["combination", "seasonal_naive"]
    assert made.backtest.loc["combination", "mase"] < made.backtest.loc["seasonal_naive", "mase"]
    assert {f.key for f in (*made.findings, *made.decisions)} <= set(KEYS)
    assert {"forecast.total", "forecast.accuracy", "forecast.coverage"} <= {f.key for f in made.findings}


def test_the_same_input_gives_the_same_forecast(made: Forecast) -> None:
    again = forecast(shops(), ("region", "channel"), horizon=12)

    pd.testing.assert_frame_equal(again.table, made.table)
    assert (again.paths == made.paths).all()


def test_input_is_not_changed() -> None:
    given_, before = shops(), shops()

    forecast(given_, "region" if "channel" not in given_ else ("region", "channel"), horizon=3)

    pd.testing.assert_frame_equal(given_, before)


@settings(max_examples=5)
@given(st.sampled_from([1e-6, 1e-3, 7.0, 1e6, 1e12]))
def test_a_change_of_unit_changes_the_forecast_by_the_same_factor(factor: float) -> None:
    plain, scaled = (forecast(sales(seasonal(48) * f), horizon=6).table for f in (1.0, factor))

    assert scaled.to_numpy() == pytest.approx(plain.to_numpy() * factor, rel=2e-3)


def test_a_level_added_to_sales_that_may_be_negative_is_added_to_the_forecast() -> None:
    base = seasonal(60) - 100
    plain, moved = (forecast(sales(base - shift), horizon=6).table["mean"] for shift in (0.0, 50.0))

    assert moved.to_numpy() == pytest.approx(plain.to_numpy() - 50, abs=6)


def test_a_running_period_is_forecast_whole_and_not_below_what_it_holds() -> None:
    frame = pd.concat([sales(seasonal(48)), sales([500.0], start="2024-01-01").assign(whole=False)], ignore_index=True)

    made_ = forecast(frame, horizon=3)

    assert made_.periods[0] == pd.Timestamp("2024-01-01")
    assert made_.table["lo_95"].iloc[0] >= 500
    assert [f.values["amount"] for f in made_.findings if f.key == "forecast.partial"] == [500]


def test_weeks_and_quarters_are_forecast_too() -> None:
    weeks = pd.DataFrame({"period": pd.date_range("2022-01-03", periods=150, freq="7D"), "whole": True})
    weeks["amount"] = 50 + 20 * np.sin(2 * np.pi * np.arange(150) / 52) + np.random.default_rng(0).normal(0, 3, 150)
    quarters = pd.DataFrame(
        {"period": pd.date_range("2014-01-01", periods=40, freq="QS"), "amount": seasonal(40), "whole": True}
    )

    assert forecast(weeks, horizon=13, every="week").periods[0] == pd.Timestamp("2024-11-18")
    assert forecast(quarters, horizon=4, every="quarter").periods[-1] == pd.Timestamp("2024-10-01")


# bad input: a right answer with the uncertainty that fits, or an error that names the node


def width(made_: Forecast) -> float:
    first = made_.whole.iloc[0]
    return float((first["hi_80"] - first["lo_80"]) / first["mean"])


def test_fewer_values_give_wider_intervals_and_no_steep_trend() -> None:
    one, two, many = (forecast(sales(v), horizon=12) for v in ([110.0], [100.0, 120.0], list(seasonal(60, noise=0.05))))

    assert width(one) > width(many)
    assert width(two) > width(many)
    assert two.whole["mean"].iloc[-1] < 140
    assert "short" in two.nodes["reasons"].iloc[0]
    assert [f.key for f in two.findings if f.key == "forecast.untested"]


def test_nothing_sold_is_forecast_as_nothing() -> None:
    table = forecast(sales(np.zeros(40)), horizon=6).table

    assert (table["mean"] == 0).all()
    assert table["hi_95"].max() < 0.01


def test_constant_sales_are_forecast_as_they_are_with_a_narrow_interval() -> None:
    made_ = forecast(sales(np.full(40, 7.0)), horizon=6)

    assert made_.table["mean"].to_numpy() == pytest.approx(7, rel=1e-3)
    assert width(made_) < 0.05


def test_a_single_sale_leaves_no_trace_but_uncertainty() -> None:
    amounts = np.zeros(40)
    amounts[20] = 1e6
    made_ = forecast(sales(amounts), horizon=6)

    assert made_.whole["mean"].max() < 1e5
    assert made_.nodes["reasons"].iloc[0]


def test_an_unusual_month_is_named_and_does_not_pull_the_forecast() -> None:
    amounts = seasonal(60)
    amounts[40] *= 50
    made_, without = forecast(sales(amounts), horizon=12), forecast(sales(seasonal(60)), horizon=12)

    assert made_.whole["mean"].sum() == pytest.approx(without.whole["mean"].sum(), rel=0.1)
    assert [f.values["period"] for f in made_.findings if f.key == "forecast.unusual"] == [pd.Timestamp("2023-05-01")]
    assert made_.history.iloc[40, 0] == amounts[40]


@pytest.mark.parametrize("rows", ["empty amounts", "no rows"])
def test_a_missing_stretch_is_filled_by_season_and_told(rows: str) -> None:
    frame = sales(seasonal(60))
    frame = (
        frame.drop(index=range(30, 36))
        if rows == "no rows"
        else frame.assign(amount=frame["amount"].mask(frame.index.isin(range(30, 36))))
    )
    made_, whole = forecast(frame, horizon=12), forecast(sales(seasonal(60)), horizon=12)

    assert made_.whole["mean"].sum() == pytest.approx(whole.whole["mean"].sum(), rel=0.1)
    assert [f.values["periods"] for f in made_.findings if f.key == "forecast.filled"] == [6]


def test_two_rows_for_a_node_and_period_are_told_by_name() -> None:
    frame = pd.concat([shops(), shops().iloc[[5]]])

    with pytest.raises(DataError, match="more than one row for North / web in 2020-06-01"):
        forecast(frame, ("region", "channel"), horizon=3)


def test_sales_that_were_negative_may_be_forecast_as_negative() -> None:
    assert forecast(sales(seasonal(48) - 100), horizon=12).table["lo_95"].min() < 0


def test_tiny_and_huge_nodes_live_side_by_side() -> None:
    frame = pd.concat(
        [sales(seasonal(48, level=1e12), shop="huge"), sales(seasonal(48, level=1e-6, seed=1), shop="tiny")]
    )
    table = forecast(frame, "shop", horizon=6).table["mean"]

    assert table.loc["huge"].mean() == pytest.approx(1e12, rel=0.4)
    assert 0 <= table.loc["tiny"].mean() < 1e7


def test_a_horizon_longer_than_history_is_answered_with_growing_uncertainty() -> None:
    whole = forecast(sales(seasonal(18)), horizon=30).whole
    wide = (whole["hi_80"] - whole["lo_80"]) / whole["mean"]

    assert len(whole) == 30
    assert wide.iloc[-1] > wide.iloc[0]


def test_a_new_and_a_discontinued_node_are_named() -> None:
    frame = pd.concat(
        [
            sales(seasonal(60), shop="old"),
            sales(seasonal(8), start="2024-05-01", shop="new"),
            sales(seasonal(40), shop="gone"),
        ]
    )
    made_ = forecast(frame, "shop", horizon=6)
    reasons = made_.nodes["reasons"]

    assert "short" in reasons["new"]
    assert reasons["gone"][0] == "discontinued"
    assert made_.table.loc["gone", "mean"].max() < 20
    assert {"forecast.new", "forecast.discontinued"} <= {f.key for f in made_.findings}


def test_months_without_a_row_are_months_without_sales_for_a_node() -> None:
    frame = pd.concat([sales(seasonal(60), shop="always"), sales(np.full(30, 60.0), shop="odd").assign(
        period=pd.date_range("2020-01-01", periods=60, freq="MS")[::2])])  # fmt: skip
    made_ = forecast(frame, "shop", horizon=12)

    assert made_.table.loc["odd", "mean"].mean() == pytest.approx(30, rel=0.35)
    assert (made_.history["odd"].iloc[1::2] == 0).all()


def test_a_missing_value_of_a_dimension_is_a_node_of_its_own() -> None:
    frame = shops().assign(region=lambda f: f["region"].where(f["region"] == "North"))
    made_ = forecast(frame, ("region", "channel"), horizon=3)
    at = made_.structure.aggregates

    assert made_.nodes["region"].iloc[at:].isna().sum() == 2
    assert made_.nodes.index.is_unique


def test_missing_columns_and_no_rows_are_told() -> None:
    with pytest.raises(DataError, match="column 'shop' is missing"):
        forecast(sales([1.0, 2.0]), "shop", horizon=3)
    with pytest.raises(NotEnoughHistoryError, match="got 0"):
        forecast(sales([]), horizon=3)


def test_impossible_requests_are_told_together() -> None:
    with pytest.raises(ParameterError) as told:
        forecast(sales([1.0]), horizon=0, every="year", options=Options(method="magic"))  # type: ignore[arg-type]

    assert len(told.value.problems) == 3


def test_a_period_that_starts_on_no_first_day_is_told() -> None:
    frame = sales(seasonal(24)).assign(period=lambda f: f["period"] + pd.Timedelta(days=3))

    with pytest.raises(DataError, match="2020-01-04"):
        forecast(frame, horizon=3)


def test_spring_festival_is_found_in_months_that_it_moved_between() -> None:
    calendar = Calendar(CalendarSettings(country="CN"))
    from workbench.analytics.forecast.calendar import regressors

    months = pd.date_range("2012-01-01", periods=132, freq="MS")
    shares = regressors(months, calendar, "month")["festival"].to_numpy()
    rng = np.random.default_rng(0)
    amounts = 100 * np.exp(-0.3 * shares + 0.02 * rng.normal(size=132))
    made_ = forecast(
        pd.DataFrame({"period": months[:-12], "amount": amounts[:-12], "whole": True}), horizon=12, calendar=calendar
    )

    assert made_.calendar_effects["festival"] == pytest.approx(-0.3, abs=0.06)
    assert np.abs(made_.whole["mean"].to_numpy() / amounts[-12:] - 1).mean() < 0.04
