"""What the page says of a forecast: where the year lands, by part, how earlier ones came out, and under assumptions."""

import numpy as np
import pandas as pd
import pytest

from tests.conftest import shared_data
from workbench.analytics import forecast as forecasting
from workbench.analytics.forecast import Forecast, Landing, TrackRecord, parts
from workbench.analytics.forecast.coarser import coarser
from workbench.analytics.keys import KEYS
from workbench.analytics.results import Scorecard, Unknown
from workbench.periods import Calendar
from workbench.settings import Assumptions

CALENDAR = Calendar()


def made_sales(months: int = 57, shops: tuple[str, ...] = ("North", "South")) -> pd.DataFrame:
    """From January 2020 on, so 57 months end with September 2024: the fiscal year has a quarter left."""
    at = np.arange(months)
    parts = [
        pd.DataFrame(
            {
                "period": pd.date_range("2020-01-01", periods=months, freq="MS"),
                "shop": shop,
                "amount": (100 * (n + 1) + at)
                * (1 + 0.3 * np.sin(2 * np.pi * at / 12))
                * np.random.default_rng(n).lognormal(0, 0.05, months),
                "whole": True,
            }
        )
        for n, shop in enumerate(shops)
    ]
    return pd.concat(parts, ignore_index=True)


@pytest.fixture(scope="module")
def made() -> Forecast:
    options = forecasting.Options(seed=1)
    found = forecasting.ahead(made_sales(), ("shop",), months=12, every="month", calendar=CALENDAR, options=options)
    assert isinstance(found, Forecast)
    return found


@pytest.fixture(scope="module")
def landed(made: Forecast) -> Landing:
    found = forecasting.landing(made, CALENDAR)
    assert isinstance(found, Landing)
    return found


def test_the_fiscal_year_is_what_was_sold_and_what_is_forecast(made: Forecast, landed: Landing) -> None:
    year, rest = landed.table.loc["fiscal_year"], landed.table.loc["rest_of_year"]
    sold = made_sales().query("period >= '2024-01-01'")["amount"].sum()
    assert year["so_far"] == pytest.approx(sold)
    assert year["amount"] == pytest.approx(sold + made.whole["mean"].iloc[:3].sum())
    assert rest["amount"] == pytest.approx(made.whole["mean"].iloc[:3].sum())
    assert (year["first"], year["last"]) == (pd.Timestamp("2024-01-01"), pd.Timestamp("2024-12-31"))
    assert (rest["first"], rest["last"]) == (pd.Timestamp("2024-10-01"), pd.Timestamp("2024-12-31"))


def test_what_is_certain_already_does_not_widen_the_interval(landed: Landing) -> None:
    year, rest = landed.table.loc["fiscal_year"], landed.table.loc["rest_of_year"]
    assert year["hi_80"] - year["lo_80"] == pytest.approx(rest["hi_80"] - rest["lo_80"])


def test_growth_is_against_the_same_months_a_year_before(landed: Landing) -> None:
    by_month = made_sales().groupby("period")["amount"].sum()
    rest, ahead = landed.table.loc["rest_of_year"], landed.table.loc["next_year"]
    assert rest["amount_before"] == pytest.approx(by_month["2023-10-01":"2023-12-01"].sum())
    assert ahead["amount_before"] == pytest.approx(by_month["2023-10-01":"2024-09-01"].sum())
    assert landed.table.loc["fiscal_year", "amount_before"] == pytest.approx(by_month["2023-01-01":"2023-12-01"].sum())


def test_every_finding_has_the_values_it_promises(made: Forecast, landed: Landing) -> None:
    results = [
        landed,
        *forecasting.by_level(made, CALENDAR, ("shop", "team")),
        forecasting.accuracy(made),
        forecasting.calendar_effects(made, CALENDAR),
        forecasting.scenarios(made, {}, {"price": 1.0}, CALENDAR),
    ]
    findings = [f for r in results if r is not None for f in r.findings]
    assert findings
    assert all(set(f.values) == set(KEYS[f.key]) for f in findings)


def test_at_the_end_of_a_fiscal_year_there_is_no_rest_of_it() -> None:
    found = forecasting.ahead(made_sales(60), ("shop",), months=12, every="month", calendar=CALENDAR)
    landed = forecasting.landing(found, CALENDAR)
    assert isinstance(landed, Landing)
    assert "forecast.rest_of_year" not in [f.key for f in landed.findings]


def test_parts_add_up_to_the_whole_and_levels_left_out_are_named(made: Forecast, landed: Landing) -> None:
    (shops,) = forecasting.by_level(made, CALENDAR, ("shop", "team"))
    assert shops.table["amount"].sum() == pytest.approx(landed.table.loc["next_year", "amount"])
    assert shops.table["share"].sum() == pytest.approx(1)
    assert shops.findings[-1].values["levels"] == ("team",)


def test_a_change_that_reads_as_zero_is_neither_a_rise_nor_a_fall() -> None:
    table = pd.DataFrame({"change": [5.0, -0.01, np.nan], "amount_before": [100.0, 100.0, 100.0]})
    assert [parts._moves(table, at) for at in range(3)] == [True, False, False]


def test_a_level_that_only_renames_an_earlier_one_is_not_forecast_again() -> None:
    frame = pd.DataFrame({"region": ["N", "N", "S"], "team": ["n", "n", "s"], "shop": ["1", "2", "1"]})
    assert forecasting.levels(frame, ("region", "team", "shop")) == ("region", "shop")
    assert forecasting.levels(frame, ("region", "team"), fixed=("team",)) == ("region", "team")


def test_levels_are_taken_while_their_parts_are_few() -> None:
    frame = pd.DataFrame({"a": range(60), "b": [0, 1] * 30, "c": range(60)}).merge(
        pd.DataFrame({"d": range(3)}), how="cross"
    )
    assert forecasting.levels(frame, ("a", "b", "d")) == ("a", "b")
    assert forecasting.levels(frame, ("a", "b", "d"), fixed=("a", "b", "d")) == ("a", "b", "d")


@pytest.mark.parametrize("months", [13, 24, 35])
def test_a_peak_that_ends_a_short_history_is_its_season_and_no_new_level(months: int) -> None:
    peaks = np.tile([0.6, 0.7, 0.8, 0.9, 0.9, 0.9, 0.9, 0.9, 1.0, 1.2, 1.5, 1.7], 3)
    sales = made_sales(months, ("North",)).assign(amount=np.roll(peaks, months)[:months] * 100 + np.arange(months) % 3)
    found = forecasting.ahead(sales, months=12, every="month", calendar=CALENDAR)
    assert isinstance(found, Forecast)
    landed = forecasting.landing(found, CALENDAR)
    assert isinstance(landed, Landing)
    assert landed.table.loc["next_year", "yoy"] == pytest.approx(0, abs=0.08 if months > 13 else 0.25)
    assert (found.table["hi_80"] > found.table["mean"]).all()
    assert (found.table["lo_80"] < found.table["mean"]).all()
    assert "forecast.doubt" in [f.key for f in landed.findings]


@pytest.mark.parametrize("months", [0, 2, 12])
def test_too_short_a_history_is_unknown_and_says_what_is_needed(months: int) -> None:
    found = forecasting.ahead(made_sales(months), ("shop",), months=12, every="month", calendar=CALENDAR)
    assert isinstance(found, Unknown)
    assert found.findings[0].values == {"section": "forecast", "have": months, "need": 13, "every": "month"}
    assert forecasting.landing(found, CALENDAR) is found
    assert forecasting.accuracy(found) is None
    assert forecasting.by_level(found, CALENDAR) == ()
    assert forecasting.scenarios(found, {}, {}, CALENDAR) is None
    assert forecasting.issued(found).empty


def test_sales_of_nothing_but_zeros_are_told_as_such_and_not_as_too_short_a_history() -> None:
    found = forecasting.ahead(made_sales(36).assign(amount=0.0), months=12, every="month", calendar=CALENDAR)
    assert isinstance(found, Unknown)
    assert found.findings[0].key == "forecast.unknown_nothing"
    assert found.findings[0].values == {"section": "forecast", "have": 36, "every": "month"}


def test_what_was_issued_holds_the_interval_of_each_sum_so_far(made: Forecast) -> None:
    kept = forecasting.issued(made).query("level == ''")
    assert kept["sum"].to_numpy() == pytest.approx(made.whole["mean"].cumsum().to_numpy())
    assert kept["sum_lo_80"].iloc[-1] == pytest.approx(made.total()["lo_80"])
    assert list(kept["step"]) == list(range(1, 13))


def issued(amounts: list[float], actual: list[float], as_of: str = "2024-06-30") -> tuple[pd.DataFrame, pd.DataFrame]:
    """A forecast of ±10 a month and ±20 in sum, and the sales that came."""
    periods = pd.date_range("2024-07-01", periods=len(amounts), freq="MS")
    mean = np.array(amounts)
    bounds = {
        f"{end}_{level}": mean + sign * size
        for end, sign in (("lo", -1), ("hi", 1))
        for level, size in ((80, 10), (95, 15))
    }
    kept = pd.DataFrame(
        {
            "as_of": pd.Timestamp(as_of),
            "node": "",
            "level": "",
            "period": periods,
            "mean": mean,
            **bounds,
            "step": range(1, len(mean) + 1),
            "sum": mean.cumsum(),
            "sum_lo_80": mean.cumsum() - 20,
            "sum_hi_80": mean.cumsum() + 20,
        }
    )
    sales = pd.DataFrame({"period": periods[: len(actual)], "amount": actual, "whole": True})
    return kept, sales


def test_an_earlier_forecast_is_scored_on_the_periods_that_have_come() -> None:
    kept, sales = issued([100, 100, 100, 100], [105, 120, 100])
    record = forecasting.track_record(kept, sales, every="month", calendar=CALENDAR)
    assert isinstance(record, TrackRecord)
    row = record.table.iloc[0]
    assert (row["amount"], row["actual"], row["lo_80"], row["hi_80"]) == (300, 325, 280, 320)
    assert not row["inside"]
    assert row["error"] == pytest.approx(300 / 325 - 1)
    assert row["last"] == pd.Timestamp("2024-09-30")
    assert record.findings[-1].values == {
        "vintages": 1,
        "periods": 3,
        "wape": pytest.approx(25 / 325),
        "coverage_80": pytest.approx(2 / 3),
    }
    assert list(record.by_step["wape"]) == [pytest.approx(5 / 105), pytest.approx(20 / 120), 0]


def test_a_period_that_is_not_over_is_not_scored() -> None:
    kept, sales = issued([100, 100], [105, 20])
    record = forecasting.track_record(kept, sales.assign(whole=[True, False]), every="month", calendar=CALENDAR)
    assert isinstance(record, TrackRecord)
    assert record.table.iloc[0]["periods"] == 1


def test_without_earlier_forecasts_the_record_cannot_be_told() -> None:
    kept, sales = issued([], [])
    assert isinstance(forecasting.track_record(kept, sales, every="month", calendar=CALENDAR), Unknown)


def test_the_forecast_of_a_year_ago_is_shown_not_last_month_s(made: Forecast) -> None:
    kept = pd.concat(
        [
            issued([1.0] * 12, [], as_of="2024-08-31")[0],
            issued([2.0] * 12, [], as_of="2023-09-30")[0].assign(
                period=pd.date_range("2023-10-01", periods=12, freq="MS")
            ),
        ]
    )
    landed = forecasting.landing(made, CALENDAR, kept)
    assert isinstance(landed, Landing)
    assert set(landed.issued["mean"]) == {2.0}


def test_a_scenario_multiplies_the_forecast_by_what_it_assumes(made: Forecast) -> None:
    named = {
        "dearer": Assumptions(price=0.1, reps=0.1),
        "later": Assumptions(shift=0.5, after_months=6),
        "faster": Assumptions(growth=0.12),
    }
    found = forecasting.scenarios(made, named, {}, CALENDAR)
    assert found is not None
    mean, base = made.whole["mean"].to_numpy(), found.table.loc["base", "amount"]
    assert found.table.loc["dearer", "amount"] == pytest.approx(1.21 * base)
    assert found.table.loc["later", "amount"] == pytest.approx(mean[:6].sum() + 1.5 * mean[6:].sum())
    assert found.table.loc["faster", "amount"] == pytest.approx((mean * 1.12 ** (np.arange(1, 13) / 12)).sum())
    assert found.table.loc["pessimistic", "amount"] < base < found.table.loc["optimistic", "amount"]


def test_one_step_of_a_driver_is_worth_its_share_of_sales(made: Forecast) -> None:
    found = forecasting.scenarios(made, {}, {"price": 1.0, "win_rate": 0.25, "reps": 20}, CALENDAR)
    assert found is not None
    base = found.table.loc["base", "amount"]
    assert list(found.what_if["amount"] / base) == pytest.approx([0.01, 0.04, 0.05])


def test_a_win_rate_moves_only_the_sales_that_come_through_deals(made: Forecast) -> None:
    lifted = {"lifted": Assumptions(win_rate=0.2)}
    found = forecasting.scenarios(made, lifted, {"win_rate": 0.25}, CALENDAR, through=0.25)
    assert found is not None
    base = found.table.loc["base", "amount"]
    assert found.what_if.loc["win_rate", "amount"] == pytest.approx(0.01 / 0.25 * 0.25 * base)
    assert found.table.loc["lifted", "amount"] == pytest.approx((1 + 0.2 * 0.25) * base)


def test_one_seller_more_brings_first_what_the_ramp_allows(made: Forecast) -> None:
    found = forecasting.scenarios(made, {}, {"reps": 20}, CALENDAR, ramp=(0.2, 0.6, 1.0))
    assert found is not None
    mean = made.whole["mean"].to_numpy()
    shares = np.repeat([0.2, 0.6, 1.0, 1.0], 3)
    worth = found.what_if.loc["reps"]
    assert worth["amount"] == pytest.approx((mean * shares).sum() / 20)
    assert worth["amount"] + worth["slow"] == pytest.approx(mean.sum() / 20)


def test_people_who_lead_others_or_are_gone_do_not_count_as_sellers() -> None:
    day = pd.Timestamp("2024-09-30")
    reps = pd.DataFrame(
        {
            "rep": ["a", "b", "c", "d", "e"],
            "manager": [None, "a", "a", "a", "a"],
            "joined": pd.to_datetime(["2020-01-01", "2020-01-01", "2025-01-01", "2020-01-01", "2021-01-01"]),
            "left": pd.to_datetime([None, None, None, "2023-01-01", None]),
        }
    )
    assert forecasting.drivers(Scorecard(table=pd.DataFrame({"now": {"win_rate": 0.3}})), reps, day) == {
        "win_rate": 0.3,
        "reps": 2.0,
    }
    one = forecasting.drivers(Scorecard(table=pd.DataFrame({"now": {"win_rate": 0.3}})), reps.head(4), day)
    assert "reps" not in one  # one more than one is a doubling


def test_no_scenario_of_people_who_leave_stands_on_the_page_of_one_person() -> None:
    named = {"fewer": Assumptions(reps=-0.1), "dearer": Assumptions(price=0.02)}

    assert list(forecasting.supposed(named, {"rep": "Ann"})) == ["dearer"]
    assert list(forecasting.supposed(named, {"region": "East"})) == ["fewer", "dearer"]


def test_the_module_itself_forecasts() -> None:
    assert isinstance(forecasting(made_sales(36), "shop", horizon=3), Forecast)


def test_months_without_a_sale_between_others_are_known_to_have_brought_nothing() -> None:
    """One customer who orders every fourth month for three years: 33 months are known, not 9."""
    rare = made_sales(36, ("North",)).iloc[::4]
    found = forecasting.ahead(rare, ("shop",), months=12, every="month", calendar=CALENDAR)
    assert isinstance(found, Forecast)
    assert len(found.history) == 33
    assert found.history.iloc[:, 0].eq(0).sum() == 24


def test_statistics_by_quarter_are_forecast_by_quarters_only() -> None:
    """Australian tourism is dated on the first day of each quarter: by months, a year of 62 was forecast after 108."""
    raw = pd.read_csv(shared_data("tourism_au/australia_tourism.csv"), parse_dates=["date_time"])
    by = raw.groupby(["date_time", "State"], as_index=False)["Trips"].sum()
    sales = by.set_axis(["period", "state", "amount"], axis=1).assign(whole=True)
    months, quarters = (
        forecasting.ahead(sales, ("state",), months=12, every=every, calendar=CALENDAR)
        for every in ("month", "quarter")
    )
    assert isinstance(months, Unknown)
    assert months.findings[0].values == {"section": "forecast", "every": "month", "data": "quarter"}
    assert isinstance(quarters, Forecast)
    # thousand trips: 101,485 in 2016, 107,710 in 2017
    assert float(quarters.total(quarters.nodes.index[0])["mean"]) == pytest.approx(111_000, rel=0.05)


def test_a_part_that_has_just_begun_does_not_make_the_others_ranges_absurd() -> None:
    """A region with one sale of 2 was given up to 1,000 a month, which the other parts then had less of."""
    sales = made_sales(24)
    begun = sales.iloc[[22]].assign(shop="New", amount=2.0)
    found = forecasting.ahead(pd.concat([sales, begun]), ("shop",), months=12, every="month", calendar=CALENDAR)
    assert isinstance(found, Forecast)
    total = {name: found.total(name) for name in ("New", "North", "South")}
    assert total["New"]["hi_80"] < 12 * 2.0 * 15
    assert all(total[n]["lo_80"] < total[n]["mean"] < total[n]["hi_80"] for n in ("North", "South"))


def by_quarter(at: int = 0, quarters: int = 24) -> pd.DataFrame:
    """Sums of quarters, each dated in the same month; the other months are there without sales."""
    months = pd.DataFrame({"period": pd.date_range("2018-01-01", periods=3 * quarters, freq="MS"), "whole": True})
    number = np.arange(len(months))
    return months.assign(amount=np.where(number % 3 == at, 100.0 + number, 0.0))


@pytest.mark.parametrize("at", [0, 2])
def test_sums_of_quarters_are_not_forecast_by_months_but_by_quarters(at: int) -> None:
    sales = by_quarter(at)
    found = forecasting.ahead(sales, months=12, every="month", calendar=CALENDAR)
    sums = sales.assign(period=CALENDAR.start(sales["period"], "quarter")).groupby("period", as_index=False).agg(
        {"amount": "sum", "whole": "all"}
    )  # fmt: skip
    asked = forecasting.ahead(sums, months=12, every="quarter", calendar=CALENDAR)

    assert isinstance(found, Unknown)
    assert found.findings[0].values["data"] == "quarter"
    assert isinstance(asked, Forecast)
    assert asked.whole["mean"].mean() > 150


@pytest.mark.parametrize("gap", [2, 7])
def test_a_company_that_sells_now_and_then_is_forecast_by_months(gap: int) -> None:
    sales = by_quarter()
    rare = sales.assign(amount=np.where(np.arange(len(sales)) % gap == 0, 100.0, 0.0))

    assert coarser(rare, "month", CALENDAR) is None


def test_yearly_figures_are_sums_of_years_and_months_in_weeks_are_sums_of_months() -> None:
    years = by_quarter().assign(amount=lambda f: np.where(f["period"].dt.month == 1, 1.0, 0.0))
    weeks = pd.DataFrame({"period": CALENDAR.range(pd.Timestamp("2022-01-01"), pd.Timestamp("2023-12-31"), "week")})
    first = CALENDAR.start(pd.Series(pd.date_range("2022-01-01", "2023-12-01", freq="MS")), "week")

    assert coarser(years, "month", CALENDAR) == "year"
    assert coarser(years.iloc[::3], "quarter", CALENDAR) == "year"
    assert coarser(weeks.assign(amount=weeks["period"].isin(first).astype(float)), "week", CALENDAR) == "month"
