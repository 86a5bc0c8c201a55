"""What the market lets us aim for: its forecast times today's share, and what the plan is given."""

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from workbench.analytics.forecast import Forecast
from workbench.analytics.market import ahead, market_series, market_target, potential, scatter, share_of, view
from workbench.analytics.market import parts as compared
from workbench.analytics.market.series import MarketSeries
from workbench.analytics.market.share import Share
from workbench.analytics.market.target import MarketTarget
from workbench.analytics.plan import PlanPeriod, period
from workbench.analytics.results import Unknown
from workbench.periods import Calendar
from workbench.settings import CalendarSettings

CHINA = Calendar(CalendarSettings(country="CN"))
AS_OF = pd.Timestamp("2025-12-31")
QUARTERS = pd.date_range("2020-01-01", "2025-10-01", freq="QS")
SIZES = {"East": 10.0, "South": 5.0, "West": 3.0}
SHARES = {"East": 0.02, "South": 0.05, "West": 0.04}


def published(regions: dict[str, float] = SIZES, growth: float = 1.02) -> MarketSeries:
    rng = np.random.default_rng(1)
    path = np.tile([0.9, 1.0, 1.0, 1.1], 6) * growth ** np.arange(24)
    rows = [
        pd.DataFrame({"period": QUARTERS, "segment": region, "size": size * path * rng.lognormal(0, 0.01, 24)})
        for region, size in regions.items()
    ]
    found = market_series(pd.concat(rows, ignore_index=True), CHINA, "CNY", unit="亿元")
    assert isinstance(found, MarketSeries)
    return found


def ours(series: MarketSeries) -> pd.DataFrame:
    scattered = np.random.default_rng(2).lognormal(0, 0.02, series.table.shape)
    return series.table.mul(pd.Series(SHARES)).dropna(axis=1) * scattered


@cache
def told(wanted: Any = "next year") -> tuple[Forecast, Share, pd.DataFrame, PlanPeriod, MarketTarget]:
    series = published()
    own, planned = ours(series), period(CHINA, AS_OF, wanted)
    share, found = share_of(own, series, "region"), ahead(series, "region", planned, CHINA, seed=1)
    assert isinstance(share, Share)
    assert isinstance(found, Forecast)
    target = market_target(found, share, own, period=planned, seed=1)
    assert isinstance(target, MarketTarget)
    return found, share, own, planned, target


def test_holding_the_share_is_the_share_of_the_market_to_come() -> None:
    found, share, _, planned, target = told()
    inside = (found.periods >= planned.first) & (found.periods <= planned.last)
    size = found.table.loc["East", "mean"][inside].sum()

    row = target.table.loc["East"]
    assert row["market"] == pytest.approx(size, rel=0.01)
    assert row["held"] == pytest.approx(share.years.loc["East", "share"] * size, rel=0.01)


def test_parts_sum_to_the_whole_in_every_draw() -> None:
    target = told()[-1]

    assert target.draws[:, 1:].sum(axis=1) == pytest.approx(target.whole)
    assert target.table.loc[""]["market"] == pytest.approx(target.table.drop(index="")["market"].sum())


def test_own_sales_that_are_known_are_the_year_before() -> None:
    _, _, own, _, target = told()

    before = own.loc["2025"].sum()
    assert target.table.loc["East", "growth"] == pytest.approx(target.table.loc["East", "held"] / before["East"] - 1)


def test_a_year_before_that_is_partly_reckoned_is_told_with_its_amount() -> None:
    series, after = published(), period(CHINA, pd.Timestamp("2026-06-30"), "next year")
    _, share, own, _, known = told()
    later = market_target(ahead(series, "region", after, CHINA, seed=1), share, own, period=after, seed=1)
    assert isinstance(later, MarketTarget)
    row = later.table.loc[""]

    assert known.findings[0].values["before"] is None  # all of 2025 is known
    assert later.findings[0].values["before"] == pytest.approx(row["held"] / (1 + row["growth"]))


def test_the_quarter_that_runs_counts_what_is_known_of_it() -> None:
    series = published()
    planned = period(CHINA, pd.Timestamp("2025-11-15"), "this year")
    found = ahead(series, "region", period(CHINA, AS_OF, "next year"), CHINA, seed=1)
    share = share_of(ours(series), series, "region")
    target = market_target(found, share, ours(series), period=planned, seed=1)

    assert isinstance(target, MarketTarget)
    assert target.table.loc["East", "market"] == pytest.approx(series.table.loc["2025", "East"].sum())


def test_a_quarters_headroom_is_a_quarter_of_the_years() -> None:
    found, share, own, _, _ = told()
    room = potential(compared(share), level="region", scatter=scatter(share), seed=1)
    year, quarter = (
        market_target(found, share, own, room, period=period(CHINA, AS_OF, name), seed=1)  # type: ignore[arg-type]
        for name in ("next year", "next quarter")
    )
    assert isinstance(year, MarketTarget)
    assert isinstance(quarter, MarketTarget)
    gained = [t.table.loc["", "reach"] - t.table.loc["", "held"] for t in (year, quarter)]
    assert gained[1] / gained[0] == pytest.approx(0.25, abs=0.04)


def test_the_plan_is_given_money_its_range_and_the_markets_own_growth() -> None:
    target = told()[-1]
    given = view(target)

    assert given is not None
    assert (given.lo_80, given.hi_80) == pytest.approx(tuple(np.quantile(target.whole, (0.1, 0.9))))
    assert given.growth == pytest.approx(target.table.loc["", "market_growth"])
    assert given.growth == pytest.approx(1.02**4 - 1, abs=0.03)
    assert given.share == pytest.approx(target.table.loc["", "held"] / target.table.loc["", "market"])


def test_without_a_market_there_is_no_view_and_no_figure_is_made_up() -> None:
    planned = period(CHINA, AS_OF)
    nothing = market_series(None, CHINA, "CNY")
    found = ahead(nothing, "", planned, CHINA)
    target = market_target(found, share_of(pd.DataFrame(), nothing, ""), pd.DataFrame(), period=planned)

    assert isinstance(target, Unknown)
    assert view(target) is None


def test_a_year_of_quarters_is_too_short_for_a_forecast_of_the_market() -> None:
    rows = pd.DataFrame({"period": QUARTERS[-4:], "size": 10.0})
    found = ahead(market_series(rows, CHINA, "CNY", unit="亿元"), "", period(CHINA, AS_OF), CHINA)

    assert isinstance(found, Unknown)


def test_a_market_that_matches_no_level_is_forecast_as_a_whole() -> None:
    series = published({"A": 10.0, "B": 5.0})
    planned = period(CHINA, AS_OF)
    own = (series.table.sum(axis=1) * 0.03).rename("").to_frame()
    target = market_target(
        ahead(series, "", planned, CHINA, seed=1), share_of(own, series, ""), own, period=planned, seed=1
    )

    assert isinstance(target, MarketTarget)
    assert list(target.table.index) == [""]
    assert target.table.loc["", "share"] == pytest.approx(0.03, rel=0.02)
