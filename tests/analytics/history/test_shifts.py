"""Shifts of level, dated: published numbers for the Nile, and what was planted in the demo company."""

import math

import numpy as np
import pandas as pd
import pytest

from tests.analytics.history.demo import lines, monthly
from tests.analytics.made import keys_of, months, said
from workbench import history
from workbench.analytics.history import segments
from workbench.periods import Calendar
from workbench.settings import CalendarSettings
from workbench.sources.demo import EFFECTS, KEY_REP

CHINA = Calendar(CalendarSettings(country="CN"))


def nile() -> np.ndarray:
    from statsmodels.datasets import nile

    return nile.load_pandas().data["volume"].to_numpy()


# strucchange (R), tests/Examples/strucchange-Ex.Rout.save: breakpoints(Nile ~ 1), Fstats(Nile ~ 1)


def test_the_nile_broke_in_1898() -> None:
    cuts = segments.cuts(nile(), 5, 15)

    assert 1871 + cuts[1].at[0] == 1898
    assert [round(c.rss) for c in cuts[:3]] == [2835157, 1597457, 1552924]
    assert [round(c.bic) for c in cuts] == [1318, 1270, 1276, 1285, 1292, 1311]


def test_the_interval_of_the_nile_s_break_is_1895_to_1902() -> None:
    values = nile()

    assert tuple(1871 + at for at in segments.interval(values, segments.cuts(values, 1, 15)[1], 0)) == (1895, 1902)


def test_the_largest_f_of_the_nile_is_that_of_r() -> None:
    largest, at = segments.sup_f(nile(), 15)

    assert (largest, 1871 + at) == (pytest.approx(75.93, abs=5e-3), 1898)
    assert segments.p_of_sup_f(nile(), segments.cuts(nile(), 1, 15)[1], 15) == 0.001  # of 999 draws none is larger


def test_the_peak_of_a_symmetric_motion_lies_where_bai_tabled_it() -> None:
    # Bai (1997), table: 7.7 and 11.0 for 90 % and 95 %
    assert segments._argmax_quantiles(1.0, 0.05)[1] == pytest.approx(7.69, abs=0.01)
    assert segments._argmax_quantiles(1.0, 0.025)[1] == pytest.approx(11.03, abs=0.01)


def test_dynamic_programming_finds_the_best_of_all_cuts() -> None:
    values = np.array([1.0, 2, 1, 9, 8, 9, 8, 3, 4, 3])
    best = min(
        (np.var(values[:a]) * a + np.var(values[a:b]) * (b - a) + np.var(values[b:]) * (10 - b), (a - 1, b - 1))
        for a in range(2, 7)
        for b in range(a + 2, 9)
    )

    found = segments.cuts(values, 2, 2)[2]
    assert (found.at, found.rss) == (best[1], pytest.approx(best[0]))


def test_steady_growth_is_no_break() -> None:
    noise = np.random.default_rng(1).normal(0, 0.05, 60)
    result = history.breaks(months(100 * np.exp(0.01 * np.arange(60) + noise)))

    assert keys_of(result)[0] == "history.no_break"
    assert result.slope == pytest.approx(math.exp(0.12) - 1, abs=0.03)


def test_a_step_is_dated_and_sized_through_season_and_growth() -> None:
    t = np.arange(60)
    season, step = 0.2 * np.sin(2 * np.pi * t / 12), np.log(0.8) * (t >= 30)
    noise = np.random.default_rng(2).normal(0, 0.03, 60)
    found = said(history.breaks(months(100 * np.exp(0.005 * t + season + step + noise))), "history.break")

    assert found["lo"] <= pd.Timestamp("2025-07-01") <= found["hi"]
    assert found["ratio"] == pytest.approx(-0.2, abs=0.03)


def test_series_without_a_break_are_seldom_said_to_have_one() -> None:
    drawn = np.random.default_rng(4)
    noisy = [months(np.exp(drawn.normal(0, 0.1, 36)), first="2022-03-01") for _ in range(60)]
    called = sum("history.break" in keys_of(history.breaks(series)) for series in noisy)

    assert called <= 8  # 5 % of 60 is 3; more than 8 would come once in two hundred


def test_a_single_odd_month_is_out_of_line_and_no_break() -> None:
    values = 100 * np.exp(np.random.default_rng(6).normal(0, 0.02, 48))
    values[20] *= 1.6
    result = history.breaks(months(values))

    assert said(result, "history.out_of_line")["period"] == pd.Timestamp("2024-09-01")
    assert result.breaks.empty


def test_under_two_years_no_break_is_sought() -> None:
    assert said(history.breaks(months([1.0] * 20)), "history.unknown_months")["need"] == 24
    assert keys_of(history.breaks(months([1.0] * 30 + [0.0]))) == ["history.unknown_not_positive"]


def test_a_dearer_mix_is_no_rise_of_prices() -> None:
    # two items at fixed prices of 1 and 10; the dear one sells more and more
    rows = [
        (p, item, price * q, q, True)
        for n, p in enumerate(pd.date_range("2023-01-01", periods=24, freq="MS"))
        for item, price, q in (("cheap", 1.0, 100.0), ("dear", 10.0, 1.0 + n))
    ]
    frame = pd.DataFrame(rows, columns=["period", "product", "amount", "quantity", "whole"])

    assert history.price_index(frame)["price_index"].tolist() == pytest.approx([1.0] * 24)


# the demo company


def test_the_key_rep_s_departure_is_found_with_its_date_and_size() -> None:
    effect, sold = EFFECTS["key_rep_lost"], lines()
    year_before = sold[sold["date"].between("2024-08-16", "2025-08-15")]
    rep = year_before.groupby("customer")["rep"].agg(lambda r: r.mode().iloc[0])
    orders = monthly(sold[sold["customer"].map(rep) == KEY_REP], "order", "nunique")
    found = said(history.breaks(orders, calendar=CHINA), "history.break")

    assert found["period"] == pd.Timestamp("2025-09-01")  # left on 15 August
    assert found["ratio"] == pytest.approx(effect.factor - 1, abs=0.12)


def test_the_price_war_is_found_with_its_first_and_last_month_and_size() -> None:
    war, sold = EFFECTS["price_war_price"], lines()
    there = sold[(sold["region"] == war.where["region"]) & (sold["product_line"] == war.where["product_line"])]
    by_item = there.groupby(["period", "product"], as_index=False)[["amount", "quantity"]].sum().assign(whole=True)
    result = history.breaks(history.price_index(by_item), measure="price_index", calendar=CHINA)

    assert list(result.breaks.index) == [pd.Timestamp("2024-04-01"), pd.Timestamp("2024-10-01")]
    assert result.breaks["ratio"].iloc[0] == pytest.approx(war.factor - 1, abs=0.015)
    assert result.breaks["ratio"].iloc[1] == pytest.approx(1 / war.factor - 1, abs=0.015)


def test_the_whole_company_grew_without_a_break() -> None:
    result = history.breaks(monthly(lines(), "amount", "sum"), calendar=CHINA)

    assert result.breaks.empty
    assert result.slope == pytest.approx(0.09, abs=0.03)  # made to grow about 9 % a year
