"""New people and spend move the target, with their doubt, and never by an invented number."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tests.analytics.made import said
from tests.analytics.plan.aims import bare, made, normal, settings
from workbench.analytics.funnel.results import Channels
from workbench.analytics.plan import Baseline, Leverage, Resources, Triangulation, means, triangulate, with_means
from workbench.analytics.plan.aims.means import per_person
from workbench.analytics.plan.aims.response import elasticity
from workbench.errors import SettingsError


def by_rep(each: tuple[float, ...] = (8.0, 9.0, 10.0, 11.0, 12.0), months: int = 24) -> pd.DataFrame:
    starts = pd.date_range("2024-10-01", periods=months, freq="MS")
    return pd.concat(
        [pd.DataFrame({"period": starts, "rep": f"r{n}", "amount": a, "whole": True}) for n, a in enumerate(each)]
    )


def spend(slope: float, noise: float = 0.05) -> pd.DataFrame:
    rng, months = np.random.default_rng(1), pd.date_range("2023-10-01", periods=36, freq="MS")
    rows = []
    for channel, level in (("search", 100.0), ("fair", 40.0), ("press", 10.0)):
        paid = level * rng.lognormal(0, 0.4, 36)
        leads = 3 * level * (paid / level) ** slope * rng.lognormal(0, noise, 36)
        rows.append(pd.DataFrame({"date": months, "channel": channel, "amount": paid, "leads": leads}))
    return pd.concat(rows, ignore_index=True)


def channels(won: float = 330.0, lag: int = 3) -> Channels:
    table = pd.DataFrame({"spend": [100.0], "won_amount": [won]}, index=pd.Index(["search"], name="channel"))
    return Channels(table=table, days=(pd.Timestamp("2025-10-01"), pd.Timestamp("2026-09-30")), lag_months=lag)


HIRED = {"people": {"hires": [{"count": 2, "joins": "2027-01"}]}, "means": {"additional": [1.0, 1.0]}}


def test_two_hires_from_january_bring_what_a_year_of_the_ramp_leaves_of_two_full_sellers() -> None:
    # 10 a month on average, 30 % / 60 % / 100 % / 100 % of even quarters: 72.5 % of 120 each
    added = means(bare(normal(1000, 50)), settings(**HIRED), Resources(by_rep=by_rep()))

    assert added.each.mean() == pytest.approx(120)
    assert added.table["amount"]["hires"] == pytest.approx(2 * 120 * 0.725, rel=0.02)
    assert added.table["lo_80"]["hires"] < added.table["amount"]["hires"] < added.table["hi_80"]["hires"]


@pytest.mark.parametrize(("joins", "share"), [("2027-07", 0.5 * 0.45), ("2028-01", 0.0), ("2026-10", 0.9)])
def test_who_joins_later_brings_less_and_who_joins_after_the_period_nothing(joins: str, share: float) -> None:
    wanted = {"people": {"hires": [{"count": 1, "joins": joins}]}, "means": {"additional": [1.0, 1.0]}}
    added = means(bare(normal(1000, 50)), settings(**wanted), Resources(by_rep=by_rep()))

    assert added.table["amount"]["hires"] == pytest.approx(120 * share, rel=0.02)


def running(booked: int) -> Baseline:
    """A year of 12 × 100, whose first months are booked."""
    left = 12 - booked
    base = bare(100.0 * booked + normal(100.0 * left, 5.0 * left))
    held = np.r_[np.full(booked, 100.0), np.zeros(left)]
    monthly = np.column_stack(
        [np.full((2000, booked), 100.0), np.outer((base.of(None) - 100 * booked) / left, np.ones(left))]
    )
    return replace(
        base,
        monthly=monthly,
        booked_by_month=pd.DataFrame([held], base.by_month.index, base.by_month.columns),
        known_until=base.period.months[booked] - pd.Timedelta(days=1),
    )


def test_in_a_running_year_means_add_to_what_is_still_to_come_and_move_nothing_that_is_booked() -> None:
    # nine months of twelve are over: 10 % more of all spend, at elasticity 1 on all sales, is 10 % of three months
    base = running(9)
    plan = settings(means={"spend_growth": 0.1, "elasticity": [1.0, 1.0]})
    added = means(base, plan, Resources())
    assert isinstance(added, Leverage)
    planned = with_means(base, added)

    assert added.table["amount"]["spend"] == pytest.approx(0.1 * 300, rel=0.01)
    assert planned.monthly[:, :9] == pytest.approx(100)
    assert planned.by_month.iloc[0].to_numpy()[:9] == pytest.approx(100)
    assert planned.monthly.sum(axis=1) == pytest.approx(planned.of(None))
    assert float(planned.expected.iloc[0]) == pytest.approx(1230, rel=0.01)
    assert (base.means, planned.means) == (False, True)


def test_a_hire_of_a_running_year_sells_only_in_the_months_that_are_left() -> None:
    wanted = {"people": {"hires": [{"count": 1, "joins": "2027-10"}]}, "means": {"additional": [1.0, 1.0]}}
    added = means(running(9), settings(**wanted), Resources(by_rep=by_rep()))

    assert added.table["amount"]["hires"] == pytest.approx(120 * 0.25 * 0.3, rel=0.02)  # a quarter at 30 %


def test_who_has_joined_already_is_in_the_forecast_and_is_not_added_again() -> None:
    wanted = {"people": {"hires": [{"count": 2, "joins": "2026-06"}]}}
    added = means(bare(normal(1000, 50)), settings(**wanted), Resources(by_rep=by_rep()))
    assert isinstance(added, Leverage)

    assert added.table.empty
    assert not added.draws.any()
    assert said(added, "plan.targets.hires_present") == {"people": 2}


def test_of_what_hires_sell_only_the_additional_share_counts() -> None:
    half = settings(people=HIRED["people"], means={"additional": [0.5, 0.5]})
    base, known = bare(normal(1000, 50)), Resources(by_rep=by_rep())

    whole = means(base, settings(**HIRED), known).table["amount"]["hires"]
    assert means(base, half, known).table["amount"]["hires"] == pytest.approx(whole / 2)


def test_too_few_people_to_know_one_is_said_and_adds_nothing() -> None:
    for known in (None, Resources(by_rep=by_rep((8.0, 9.0))), Resources(by_rep=by_rep(months=11))):
        added = means(made(), settings(**HIRED), known)

        assert added.missing == ("hires",)
        assert (added.draws == 0).all()
        assert added.findings[0].key == "plan.targets.means_missing"


def test_people_who_sell_in_part_of_the_year_or_only_since_then_are_not_taken_as_full() -> None:
    frame = by_rep()
    newcomer = by_rep((1.0,), 12).assign(rep="new", period=pd.date_range("2025-10-01", periods=12, freq="MS"))
    leaver = by_rep((1.0,), 15).assign(rep="gone")

    assert len(per_person(bare(normal()), pd.concat([frame, newcomer, leaver]))) == 5


def test_spend_moves_leads_by_the_power_that_the_months_show() -> None:
    found = elasticity(spend(0.5), channels(), bare(normal(1000, 50)), (0.05, 0.25))

    assert found.basis == "leads"
    assert found.slope == pytest.approx(0.5, abs=0.05)
    assert found.lo < 0.5 < found.hi
    assert found.reach == pytest.approx(0.33 * 9 / 12, rel=0.02)  # 330 of 1000, in 9 of 12 months


def test_a_season_that_all_channels_share_is_no_effect_of_spend() -> None:
    table = spend(0.4)
    swing = 1 + 0.5 * np.sin(table["date"].dt.month * np.pi / 6)
    table = table.assign(amount=table["amount"] * swing**2, leads=table["leads"] * swing**2 / swing**0.8)

    assert elasticity(table, channels(), bare(normal(1000, 50)), (0.05, 0.25)).slope == pytest.approx(0.4, abs=0.05)


def test_more_than_in_proportion_is_not_counted_on() -> None:
    found = elasticity(spend(1.4), channels(), bare(normal(1000, 50)), (0.05, 0.25))

    assert (found.slope, found.lo, found.hi) == (1.0, 1.0, 1.0)


@pytest.mark.parametrize("known", ["nothing", "no leads", "few months", "even spend", "no deals"])
def test_where_the_data_do_not_tell_it_the_settings_range_is_used_and_said(known: str) -> None:
    table = spend(0.5)
    frames = {
        "nothing": None,
        "no leads": table.drop(columns="leads"),
        "few months": table[table["date"] >= "2026-07-01"],
        "even spend": table.assign(amount=100.0),
        "no deals": table,
    }
    resources = Resources(spend=frames[known], channels=None if known == "no deals" else channels())
    added = means(bare(normal(1000, 1)), settings(means={"spend_growth": 0.2}), resources)
    (said,) = added.findings

    assert said.values["basis"] == "assumed"
    assert added.table["amount"]["spend"] == pytest.approx(1000 * (1.2**0.15 - 1), rel=0.03)


def test_each_further_piece_of_spend_adds_less() -> None:
    base, known = bare(normal(1000, 1)), Resources(spend=spend(0.5), channels=channels())
    amounts = [means(base, settings(means={"spend_growth": g}), known).draws.mean() for g in (0.0001, 0.5, 1.0)]

    assert amounts[1] > 0
    assert amounts[2] - amounts[1] < amounts[1] - amounts[0]


def test_the_means_move_the_target_and_every_draw_still_adds_up() -> None:
    base = made()
    wanted = settings(**HIRED)
    added = means(base, wanted, Resources(by_rep=by_rep()))
    planned = with_means(base, added)
    plain, more = (triangulate(base, wanted, one) for one in (None, added))
    assert isinstance(plain, Triangulation)
    assert isinstance(more, Triangulation)

    assert planned.draws[:, 0] == pytest.approx(base.draws[:, 0] + added.draws)
    assert planned.draws[:, 1:].sum(axis=1) == pytest.approx(planned.draws[:, 0])
    assert more.target > plain.target
    assert "means" in more.table.index


def test_no_means_are_said_and_change_nothing() -> None:
    base = made()
    added = means(base, settings())

    assert [f.key for f in added.findings] == ["plan.targets.means_none"]
    assert with_means(base, added).draws == pytest.approx(base.draws)


def test_a_range_that_runs_backwards_is_refused() -> None:
    from pydantic import ValidationError

    with pytest.raises((SettingsError, ValidationError), match="additional needs its least and most"):
        settings(means={"additional": [0.9, 0.2]})
