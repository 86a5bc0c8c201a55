"""Selling days and weeks, and how the season runs over the months."""

import numpy as np
import pandas as pd
import pytest

from workbench.analytics import plan
from workbench.analytics.plan import Sources, Split
from workbench.analytics.plan.parts.selling import season, selling
from workbench.analytics.plan.period import period
from workbench.errors import ParameterError
from workbench.periods import Calendar
from workbench.settings import CalendarSettings
from workbench.settings.plan import PlanSettings

CHINA = Calendar(CalendarSettings(country="CN"))
RETAIL = Calendar(CalendarSettings(pattern="4-4-5", fiscal_year_starts=2, week_starts="sunday"))
PLAIN = Calendar()
AS_OF = pd.Timestamp("2025-09-30")


def test_weeks_left_out_are_those_with_the_fewest_working_days() -> None:
    year = period(CHINA, AS_OF)  # 2026: Spring Festival on 17 February, off from 15 to 23 February
    found = selling(year, CHINA, 48)
    assert found.weeks == 48
    assert pd.Timestamp("2026-02-16") in found.off  # no working day at all
    per_month = found.days[found.days["weight"] > 0].groupby("month")["week"].nunique()
    assert per_month.sum() == 48
    assert found.days.groupby("month")["weight"].sum().to_numpy() == pytest.approx(1.0)


def test_fewer_selling_weeks_than_months_are_refused() -> None:
    with pytest.raises(ParameterError, match="selling_weeks is 9"):
        selling(period(PLAIN, AS_OF), PLAIN, 9)


@pytest.mark.parametrize("weeks", [0, 44, 48, 50, 52])
@pytest.mark.parametrize("calendar", [PLAIN, CHINA, RETAIL])
def test_days_weeks_months_and_quarters_add_up_in_any_calendar(calendar: Calendar, weeks: int) -> None:
    year = period(calendar, AS_OF)
    history = pd.DataFrame({"region": list("NSE"), "amount": [3.0, 2.0, 1.7]})
    settings = PlanSettings(by=("region",), selling_weeks=weeks, unit=1)
    found = plan.split(9_999, year, Sources(history=history), settings, calendar=calendar)
    assert isinstance(found, Split)
    days, by_weeks, months, quarters = (f(found) for f in (plan.by_day, plan.by_week, plan.by_month, plan.by_quarter))
    for frame in (days, by_weeks, months, quarters):
        assert frame.sum(axis=1).to_dict() == found.table["target"].to_dict()
        assert (frame % 1 == 0).all(axis=None)
    of_day = found.selling.days
    assert days.T.groupby(of_day["month"]).sum().T.to_numpy().tolist() == months.to_numpy().tolist()
    assert days.T.groupby(of_day["week"]).sum().T.to_numpy().tolist() == by_weeks.to_numpy().tolist()
    assert months.T.groupby(of_day.groupby("month")["quarter"].first()).sum().T.to_numpy().tolist() == (
        quarters.to_numpy().tolist())  # fmt: skip
    for level in ("region",):
        assert plan.by_week(found, level).sum().tolist() == by_weeks.sum().tolist()


def test_in_a_4_4_5_year_the_longer_month_carries_more() -> None:
    year = period(RETAIL, AS_OF)
    found = plan.split(5200, year, Sources(), PlanSettings(unit=1), calendar=RETAIL)
    assert isinstance(found, Split)
    months = found.months.iloc[0].to_numpy()
    assert months[:3].tolist() == [400, 400, 500]
    assert set(plan.by_week(found).iloc[0]) == {100.0}


def test_nothing_is_sold_on_days_off_and_make_up_saturdays_count() -> None:
    year = period(CHINA, AS_OF)
    found = plan.split(1e6, year, Sources(), PlanSettings(unit=1), calendar=CHINA)
    assert isinstance(found, Split)
    days = plan.by_day(found).iloc[0]
    assert days["2026-10-01":"2026-10-07"].sum() == 0
    working = [d for d in days.index if CHINA.working_days(d, d)]
    assert days[days > 0].index.tolist() == working
    assert any(d.day_of_week >= 5 for d in working)


def months_of(years: list[int], shares: np.ndarray, **columns: str) -> pd.DataFrame:
    periods = [pd.Timestamp(y, m, 1) for y in years for m in range(1, 13)]
    return pd.DataFrame({"period": periods, "amount": np.tile(shares, len(years)) * 1200.0}).assign(**columns)


def test_past_years_give_the_season_per_working_day() -> None:
    year = period(PLAIN, AS_OF)
    shares = np.array([1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 4]) / 16
    cells = pd.DataFrame({"region": ["N"]})
    whole, parts = season(months_of([2024, 2025], shares, region="N"), cells, year, PLAIN, np.ones(12))
    assert whole.sum() == pytest.approx(1)
    assert whole[11] / whole[10] == pytest.approx(2, rel=0.1)  # but for working days
    assert parts[0] == pytest.approx(whole)


def test_a_part_with_few_changing_years_leans_on_the_whole_and_a_steady_one_keeps_its_own() -> None:
    year = period(PLAIN, AS_OF)
    flat, late = np.ones(12) / 12, np.array([*[0.5] * 11, 6.5]) / 12
    rng = np.random.default_rng(1)
    rows = [months_of([y], flat * 100, region="big") for y in (2022, 2023, 2024, 2025)]
    rows += [months_of([y], late, region="steady") for y in (2022, 2023, 2024, 2025)]
    rows += [months_of([y], rng.dirichlet(np.ones(12)), region="noisy") for y in (2022, 2023, 2024, 2025)]
    cells = pd.DataFrame({"region": ["big", "steady", "noisy", "new"]})
    whole, parts = season(pd.concat(rows), cells, year, PLAIN, np.ones(12))
    _, steady, noisy, new = parts
    assert steady[11] > 0.45
    own = pd.concat(rows[-4:]).groupby(pd.concat(rows[-4:])["period"].dt.month)["amount"].sum()
    own = (own / own.sum()).to_numpy()
    assert np.abs(noisy - whole).sum() < 0.5 * np.abs(own - whole).sum()
    assert new == pytest.approx(whole)


def test_what_is_expected_of_the_planned_months_comes_before_the_past() -> None:
    year = period(CHINA, AS_OF)
    shares = np.array([0.5, 0.1, *[1.04] * 10]) / 11  # a forecast that knows the festival
    ahead = months_of([2026], shares, region="N")
    past = months_of([2024, 2025], np.ones(12) / 12, region="N")
    found = plan.split(
        11_000, year, Sources(history=ahead.groupby("region", as_index=False)["amount"].sum(),
                              monthly=pd.concat([past, ahead])),
        PlanSettings(by=("region",), unit=1), calendar=CHINA,
    )  # fmt: skip
    assert isinstance(found, Split)
    assert found.months.iloc[0].to_numpy()[:3] == pytest.approx([500, 100, 1040], abs=1)
    table = found.year_months
    assert table["festival"].tolist() == [False, True, *[False] * 10]
    assert table["before"].tolist() == pytest.approx([100.0] * 12)
    assert table["expected"].sum() == pytest.approx(1200 * shares.sum())
    assert "plan.split.festival" in [f.key for f in found.findings]


def test_nothing_but_the_named_months_matters_for_the_season() -> None:
    year = period(PLAIN, AS_OF)
    monthly = months_of([2024, 2025], np.arange(1, 13) / 78, region="N")
    later = months_of([2028], np.ones(12), region="N")
    cells = pd.DataFrame({"region": ["N"]})
    one, two = (season(m, cells, year, PLAIN, np.ones(12))[0] for m in (monthly, pd.concat([monthly, later])))
    assert one.tolist() == two.tolist()
