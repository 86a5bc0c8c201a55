"""Spend, people, prices, the market and events: what is planted is found with its interval, what is noise stays out."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from workbench.analytics import forecast as forecasting
from workbench.analytics.forecast import Forecast, Options
from workbench.analytics.forecast.effects import Z_80
from workbench.analytics.forecast.influences import Influences, fit, influences
from workbench.analytics.forecast.variables import variables
from workbench.periods import Calendar
from workbench.settings import Assumptions

CALENDAR = Calendar()
EFFECT, RUNS = 0.3, 40


def world(seed: int, effect: float, count: int = 60, lag: int = 0) -> tuple[np.ndarray, pd.DataFrame]:
    """Monthly sales with a drifting level, a season and noise, and spend with a season of its own."""
    rng, at = np.random.default_rng(seed), np.arange(count)
    season = 0.2 * np.sin(2 * np.pi * at / 12)
    log_spend = rng.normal(0, 0.25, count) + 1.5 * season
    came = np.concatenate([np.zeros(lag), log_spend[: count - lag]])
    log_sales = np.cumsum(rng.normal(0.003, 0.02, count)) + season + effect * came + rng.normal(0, 0.05, count)
    others = {"reps": 20.0 + np.cumsum(rng.choice([0, 0, 0, 1, -1], count)), "event fair": rng.binomial(1, 0.2, count)}
    return 1e6 * np.exp(log_sales), pd.DataFrame({"spend": 1e5 * np.exp(log_spend), **others})


@cache
def tried(effect: float) -> list[Influences]:
    worlds = (world(seed, effect) for seed in range(RUNS))
    found = (influences(sales, known[["spend"]] if effect else known, 12) for sales, known in worlds)
    return [one for one in found if one is not None]


def test_a_planted_effect_is_used_and_its_interval_holds_it() -> None:
    told = [one.of("spend") for one in tried(EFFECT)]
    found = [one for one in told if one is not None]

    inside = [abs(effect - EFFECT) < Z_80 * error for effect, error in found]

    assert len(found) >= 0.9 * RUNS
    assert np.mean([effect for effect, _ in found]) == pytest.approx(EFFECT, abs=0.02)
    assert 0.62 < np.mean(inside) < 0.95  # 80 % intervals in 40 runs


def test_noise_is_kept_out() -> None:
    out = [not one.used for one in tried(0.0)]

    assert np.mean(out) >= 0.9  # three variables each


def test_what_is_used_lowers_the_error_of_the_tests() -> None:
    for one in tried(EFFECT):
        if "spend" in one.used:
            assert one.table["with_it"]["spend"] < one.table["without_it"]["spend"]


def test_a_lag_is_found() -> None:
    found = [influences(sales, known[["spend"]], 12) for sales, known in (world(seed, 0.4, lag=2) for seed in range(8))]

    lags = [one.table["lag"]["spend"] for one in found if one is not None and "spend" in one.used]

    assert len(lags) >= 7
    assert set(lags) == {2}


def test_a_common_trend_or_season_is_no_effect() -> None:
    rng, at = np.random.default_rng(0), np.arange(72)
    sales = 0.01 * at + 0.3 * np.sin(2 * np.pi * at / 12) + rng.normal(0, 0.05, 72)
    alike = 0.02 * at + 0.5 * np.sin(2 * np.pi * at / 12) + rng.normal(0, 0.05, 72)

    found = fit(sales, alike[:, None], 12)

    assert abs(found.effect[0]) < 2 * np.sqrt(found.covariance[0, 0])


def test_what_moves_too_rarely_or_is_known_too_shortly_is_not_judged() -> None:
    sales, known = world(1, 0.0)
    once = np.where(np.arange(60) == 20, 1.0, 0.0)
    late = known["spend"].where(np.arange(60) >= 40)

    found = influences(sales, pd.DataFrame({"event once": once, "spend": late}), 12)

    assert found is not None
    assert found.table["verdict"].to_dict() == {"event once": "rare", "spend": "short"}
    assert not found.used


@pytest.mark.parametrize("months", [13, 30, 36, 39])
def test_a_short_history_says_that_nothing_can_be_tested(months: int) -> None:
    sales, known = world(1, EFFECT)

    found = influences(sales[:months], known[:months], 12)

    assert found is not None
    assert set(found.table["verdict"]) == {"short"}
    assert not found.used
    assert (found.factors == 1).all()


def test_sales_at_zero_and_no_variables_are_not_tried() -> None:
    sales, known = world(1, EFFECT)

    assert influences(np.where(np.arange(60) == 5, 0.0, sales), known, 12) is None
    assert influences(sales, known[[]], 12) is None


# -- in the forecast --------------------------------------------------------------------------------------------------


def frame(seed: int, effect: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sales of two shops that share the world's effect, and its variables by month."""
    sales, known = world(seed, effect)
    months = pd.date_range("2020-01-01", periods=60, freq="MS", name="period")
    parts = [pd.DataFrame({"period": months, "shop": s, "amount": k * sales, "whole": True}) for s, k in SHOPS.items()]
    return pd.concat(parts, ignore_index=True), known.set_index(months)


SHOPS = {"North": 0.7, "South": 0.3}


@cache
def made(seed: int = 0, effect: float = EFFECT) -> Forecast:
    sales, known = frame(seed, effect)
    return forecasting.forecast(sales, ("shop",), calendar=CALENDAR, options=Options(variables=known))


def test_parts_still_add_up_and_points_lie_inside_their_intervals() -> None:
    table = made().table
    wide = table["mean"].unstack("node")

    assert made().influences is not None
    assert wide[""].to_numpy() == pytest.approx(wide[["North", "South"]].sum(axis=1).to_numpy())
    assert (table["lo_95"] <= table["lo_80"]).all()
    assert (table["lo_80"] <= table["mean"]).all()
    assert (table["mean"] <= table["hi_80"]).all()
    assert (table["hi_80"] <= table["hi_95"]).all()
    assert made().paths.mean(axis=0)[0].sum() == pytest.approx(made().whole["mean"].sum(), rel=0.03)


def test_a_variable_that_is_unsure_itself_widens_the_interval() -> None:
    found = made().influences
    assert found is not None

    point, paths = found.ahead(12, 12, 400, 0)

    assert paths.mean(axis=0) == pytest.approx(point)
    assert np.log(paths).std(axis=0).mean() == pytest.approx(EFFECT * 0.25, rel=0.5)  # 0.25: how far spend strays


def test_nothing_after_the_last_whole_period_matters() -> None:
    sales, known = frame(0, EFFECT)
    later = pd.DataFrame(1e9, index=pd.date_range("2025-01-01", periods=6, freq="MS"), columns=known.columns)

    again = forecasting.forecast(
        sales, ("shop",), calendar=CALENDAR, options=Options(variables=pd.concat([known, later]))
    )

    pd.testing.assert_frame_equal(again.table, made().table)


def test_spend_in_last_months_with_a_lag_shows_in_the_months_to_come() -> None:
    sales, known = world(3, 0.5, lag=2)
    raised = known.assign(spend=known["spend"].where(np.arange(60) < 58, known["spend"] * 2))
    found = influences(sales, known, 12)
    assert found is not None
    assert found.table["lag"]["spend"] == 2

    usual, more = (
        Influences(found.table, found.used, found.effect, found.covariance, found.past, raw).ahead(6, 12, 50, 0)[0]
        for raw in (known, raised)
    )

    effect = found.of("spend")
    assert effect is not None
    assert more[:2] / usual[:2] == pytest.approx(2 ** effect[0], rel=0.02)


def test_scenarios_use_what_was_measured_and_say_so() -> None:
    found = made()
    named = {"more": Assumptions(spend=0.2), "people": Assumptions(reps=0.1), "both": Assumptions(spend=0.2, reps=0.1)}
    told = forecasting.scenarios(found, named, {"reps": 20.0}, CALENDAR)
    assert told is not None
    assert found.influences is not None
    effect = found.influences.of("spend")
    assert effect is not None

    assert told.table["rate"]["more"] == pytest.approx(1.2 ** effect[0] - 1)
    assert told.table["rate"]["people"] == pytest.approx(0.1)
    basis = {f.values["name"]: f.values["basis"] for f in told.findings if f.key == "forecast.scenario"}
    assert basis == {"more": "measured", "people": "assumed", "both": "both"}
    assert told.what_if["measured"]["spend"]
    worth = told.what_if[["lo_80", "amount", "hi_80"]].loc["spend"].to_numpy(float)
    assert (np.diff(worth) > 0).all()
    assert not told.what_if["measured"]["reps"]


def test_spend_that_was_not_measured_is_not_counted() -> None:
    sales, _ = frame(0, EFFECT)
    found = forecasting.forecast(sales, ("shop",), calendar=CALENDAR)
    told = forecasting.scenarios(found, {"more": Assumptions(spend=0.5)}, {}, CALENDAR)
    assert told is not None

    assert told.table["rate"]["more"] == pytest.approx(0.0)
    assert [f.values["basis"] for f in told.findings if f.key == "forecast.scenario"] == ["uncounted"]


# -- the variables themselves -----------------------------------------------------------------------------------------

SPAN = (pd.Timestamp("2024-01-01"), pd.Timestamp("2024-06-30"))


def asked(tables: dict[str, pd.DataFrame], items: pd.DataFrame | None = None) -> pd.DataFrame:
    return variables(tables, items, every="month", calendar=CALENDAR, span=SPAN)


def test_people_count_by_their_days_and_leaders_do_not() -> None:
    people = pd.DataFrame(
        {
            "rep": ["a", "b", "boss"],
            "manager": ["boss", "boss", None],
            "joined": pd.to_datetime(["2020-01-01", "2024-02-15", "2019-01-01"]),
            "left": pd.to_datetime(pd.Series(["2024-05-16", None, None])),
        }
    )

    found = asked({"reps": people})["reps"]

    assert found.tolist() == pytest.approx([1, 1 + 15 / 29, 2, 2, 1 + 15 / 31, 1])  # 15 of 29 days, 15 of 31


def test_another_mix_is_no_higher_price() -> None:
    rows = [("2024-01-01", "a", 10, 10.0), ("2024-01-01", "b", 10, 100.0)]  # item, pieces, price
    rows += [("2024-02-01", "a", 2, 10.0), ("2024-02-01", "b", 30, 100.0)]
    rows += [("2024-03-01", "a", 2, 10.0), ("2024-03-01", "b", 30, 110.0), ("2024-03-01", "new", 5, 999.0)]
    items = pd.DataFrame(rows, columns=["period", "product", "quantity", "price"])
    items = items.assign(period=pd.to_datetime(items["period"]), amount=items["quantity"] * items["price"])
    items = items[["period", "product", "amount", "quantity"]]

    found = asked({}, items)["price"]

    before, after = 3000 / 3020, 3300 / (3320 + 4995)  # shares of b; of all sales, on both sides of the rise
    shares = (before + after) / 2 + (20 / 3020 + 20 / 8315) / 2
    assert found.iloc[1] == pytest.approx(1.0)
    assert found.iloc[2] == pytest.approx(1.1 ** ((before + after) / 2 / shares))  # Törnqvist, matched items only


def test_a_quarter_of_the_market_is_known_once_it_is_over_and_whole() -> None:
    quarters = pd.to_datetime(["2023-10-01", "2024-01-01", "2024-04-01"])
    market = pd.DataFrame({"period": quarters.repeat(2), "segment": ["x", "y"] * 3, "size": [1.0, 2, 3, 4, 5, 6]})

    found = variables({"market": market}, None, every="month", calendar=CALENDAR, span=(SPAN[0], SPAN[1] - FEW))

    assert found["market"].tolist()[:3] == [28.0] * 3  # 7 a quarter, a year's worth
    assert found["market"].isna().tolist() == [False] * 3 + [True] * 2
    assert asked({"market": market})["market"].tolist() == [28.0] * 3 + [44.0] * 3
    assert asked({"market": market.iloc[:-1]})["market"].isna().tolist() == [False] * 3 + [True] * 3


FEW = pd.Timedelta(days=3)


def test_events_that_end_are_shares_of_a_month_and_lasting_ones_are_none() -> None:
    events = pd.DataFrame(
        {
            "date": pd.to_datetime(["2024-02-15", "2024-03-01", "2024-04-01"]),
            "end": pd.to_datetime(pd.Series(["2024-03-15", "2024-03-10", None])),
            "kind": ["fair", "fair", "price list"],
        }
    )

    found = asked({"events": events})

    assert list(found) == ["event fair"]
    assert found["event fair"].tolist() == pytest.approx([0, 15 / 29, 25 / 31, 0, 0, 0])


def test_what_is_dated_later_is_not_looked_at() -> None:
    days = pd.to_datetime(["2024-01-10", "2024-06-20", "2024-07-01", "2025-01-01"])
    spend = pd.DataFrame({"date": days, "amount": [1.0, 2.0, 1e9, 1e9]})

    found = asked({"spend": spend})

    pd.testing.assert_frame_equal(found, asked({"spend": spend.iloc[:2]}))
    assert found["spend"].tolist() == [1, 0, 0, 0, 0, 2]


def test_before_the_first_sale_there_is_nothing_to_learn_from() -> None:
    """Found with a review of the company's first quarter: no period stands before it."""
    none = (pd.Timestamp("2022-10-01"), pd.Timestamp("2022-06-30"))

    spent = pd.DataFrame({"date": [pd.Timestamp("2022-10-03")], "amount": [1.0]})
    assert len(variables({"spend": spent}, None, every="month", calendar=Calendar(), span=none)) == 0
