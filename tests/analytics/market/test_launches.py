"""New products and the target that the market allows."""

import numpy as np
import pandas as pd
import pytest

from workbench.analytics.forecast import Parts
from workbench.analytics.market.diffusion import taken_up
from workbench.analytics.market.launches import Launches, Sold, launches
from workbench.analytics.results import Unknown
from workbench.settings.market import Launch

START = pd.Timestamp("2024-01-01")


def sold(months: int = 30, m: float = 20_000, noise: float = 0.0, seed: int = 0) -> Sold:
    units = m * np.diff(taken_up(np.arange(months + 1) / 12, 0.02, 0.5))
    units = units * np.exp(np.random.default_rng(seed).normal(0, noise, months))
    return Sold(START, pd.Series(units, pd.date_range(START, periods=months, freq="MS")), 100.0)


def made(beliefs: dict[str, object], data: dict[str, Sold]) -> Launches:
    found = launches({n: Launch.model_validate(b) for n, b in beliefs.items()}, data)
    assert isinstance(found, Launches)
    return found


def test_a_product_that_is_well_known_is_told_nearly_exactly() -> None:
    found = made({"Gateway": {"potential": {"low": 10_000, "likely": 18_000, "high": 40_000}}}, {"Gateway": sold(60)})
    row = found.table.loc["Gateway"]
    coming = 20_000 * float(np.diff(taken_up(np.array([5.0, 6.0]), 0.02, 0.5))[0])

    assert row["market"] == pytest.approx(20_000, rel=0.1)
    assert row["peak"].year == START.year + int(np.log(25) / 0.52)
    assert row["next_year"] == pytest.approx(coming, rel=0.1)


def test_what_it_takes_from_others_is_an_assumption_and_said_where_it_is_missing() -> None:
    both = made({"A": {"replaces": 0.3}, "B": {}}, {"A": sold(), "B": sold()})

    assert both.table.loc["A", "net"] == pytest.approx(both.table.loc["A", "money"] * 0.7, rel=1e-6)
    assert np.isnan(both.table.loc["B", "net"])
    assert both.findings[-1].values["products"] == ("B",)


def test_intervals_of_next_year_hold_what_came() -> None:
    held = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        m = 20_000 * np.exp(rng.normal(0, 0.5))
        data = sold(18, m, 0.15, seed)
        row = made({"A": {"potential": {"low": 10_500, "likely": 20_000, "high": 38_000}}}, {"A": data}).table.loc["A"]
        truth = m * float(np.diff(taken_up(np.array([1.5, 2.5]), 0.02, 0.5))[0])
        held += row["next_year_lo"] <= truth <= row["next_year_hi"]

    assert 26 <= held <= 39


def test_without_sales_or_beliefs_nothing_is_told() -> None:
    assert isinstance(launches({}, {}), Unknown)
    assert isinstance(launches({"A": Launch()}, {"A": sold(2)}), Unknown)


def test_the_path_goes_on_three_years_beyond_what_is_known() -> None:
    path = made({}, {"A": sold(24)}).paths["A"]

    assert len(path) == 24 + 36
    assert path["units"].notna().sum() == 24
    assert (path["lo_80"] <= path["hi_80"]).all()


def expected(level: str, amount: float, first: str = "2026-07-01") -> Parts:
    """What a forecast expects of the product A over twelve months, within a tenth of it."""
    table = pd.DataFrame({"amount": [amount], "lo_80": [0.9 * amount], "hi_80": [1.1 * amount]}, index=pd.Index(["A"]))
    start = pd.Timestamp(first)
    return Parts(level=level, table=table, span=(start, start + pd.DateOffset(years=1) - pd.Timedelta(days=1)))


def test_what_the_forecast_expects_of_the_same_months_stands_beside_it() -> None:
    alone = launches({}, {"A": sold(30)})
    assert isinstance(alone, Launches)
    money = alone.table.loc["A", "money"]

    for amount, inside in ((money * 1.05, True), (money * 2, False)):
        found = launches({}, {"A": sold(30)}, beside=[expected("product_line", amount)])
        told = next(f.values for f in found.findings if f.key == "market.launches.beside")
        assert told["gap"] == pytest.approx(money - amount)
        assert (told["inside"], told["span"][0]) == (inside, pd.Timestamp("2026-07-01"))


@pytest.mark.parametrize(("level", "first"), [("region", "2026-07-01"), ("product_line", "2026-10-01")])
def test_a_forecast_of_another_level_or_other_months_is_not_compared(level: str, first: str) -> None:
    found = launches({}, {"A": sold(30)}, beside=[expected(level, 1.0, first)])

    assert "market.launches.beside" not in {f.key for f in found.findings}


def test_the_money_of_the_next_year_has_its_range() -> None:
    row = made({}, {"A": sold(30)}).table.loc["A"]

    assert row["money_lo"] < row["money"] < row["money_hi"]
    assert row["money"] == pytest.approx(row["next_year"] * 100, rel=1e-6)
